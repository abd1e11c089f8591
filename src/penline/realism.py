"""How near composed lines are to real ones: distances, and how easily they are told apart."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from penline.errors import ExportError
from penline.fit import measured_lines
from penline.measure.compare import QUANTITIES, Comparison, hold_against
from penline.measure.distance import Distance
from penline.measure.geometry import LineGeometry, with_writer_ems
from penline.measure.repeats import FAMILIES, MeasuredRepeats, compare_repeats
from penline.sources.collect import AnyPath

__all__ = ["MOST_LINES", "SHOWN", "Realism", "realism"]

MOST_LINES = 2000
"""Of each side: more do not make the figures surer, and bootstrap rounds grow long."""
SHOWN = 24
"""Lines of each side that keep their pictures, to be looked at."""


_OFTEN = (
    (0.55, "not"),
    (0.65, "hardly"),
    (0.8, "often"),
    (0.95, "mostly"),
    (1.0, "nearly always"),
)
"""Up to which area under the ROC curve, in words."""
_ALIKE = 0.03
"""Likenesses that are no further apart than this are the same."""


@dataclass(frozen=True, slots=True)
class Realism:
    """What `realism` found.

    Attributes:
        comparison: distances and classifiers.
        real: the real lines that were measured.
        synthetic: the synthetic ones.
        left_out: what gave no line, by side and reason.
        repeats: likeness of characters that come back, by family: its distance, and that between
            two halves of the real side.
    """

    comparison: Comparison
    real: tuple[LineGeometry, ...]
    synthetic: tuple[LineGeometry, ...]
    left_out: dict[str, dict[str, int]]
    repeats: tuple[tuple[Distance, float], ...] = ()

    def figures(self) -> dict[str, Any]:
        """All figures, as JSON can hold them."""
        return {
            **dataclasses.asdict(self.comparison),
            "what": {name: entry[1] for name, entry in QUANTITIES.items()},
            "left_out": self.left_out,
            "repeats": [
                {**dataclasses.asdict(one), "halves": None if math.isnan(halves) else halves}
                for one, halves in self.repeats
            ],
            "verdict": self.verdict,
        }

    @property
    def verdict(self) -> str:
        """What was found, in words."""
        told = []
        for sight, auc in (("places", self.comparison.places), ("looks", self.comparison.looks)):
            if auc is None:
                continue
            often = next(word for most, word in _OFTEN if auc.characters <= most)
            by = f", most by {auc.gives_away[0][0]}" if often != "not" else ""
            told.append(
                f"by {sight} characters are {often} told apart (AUC {auc.characters:.2f}{by})"
            )
        for one, halves in self.repeats:
            real, made = one.real[0], one.synthetic[0]
            how = (
                "as alike as"
                if one.wasserstein <= max(halves, _ALIKE)
                else ("more alike than" if made > real else "less alike than")
            )
            name = FAMILIES[one.quantity.partition(", ")[2]]
            told.append(f"{name} that come back are {how} real ones ({made:.2f}, real {real:.2f})")
        return "; ".join(told) or "too little on both sides to tell"


def realism(
    real: AnyPath | Iterable[AnyPath],
    synthetic: AnyPath | Iterable[AnyPath],
    *,
    segmented: bool = False,
    most: int = MOST_LINES,
) -> Realism:
    """Hold synthetic lines against real ones.

    Both sides may be anything that `fit` takes; a composed set needs its boxes (``--boxes``). Boxes
    of composed characters are exact, those of DGRL lines are found in the ink. Where that
    difference matters, `segmented` finds them in the ink on both sides.

    Args:
        real: files, folders, archives or sets.
        synthetic: the same.
        segmented: find the characters of finished sets in their pictures' ink.
        most: no more lines than this a side, the first ones.

    Raises:
        UsageError: a path that does not exist.
        FormatError: a file that is not what its format says.
        ExportError: nothing to measure on one side, or a set that is not as it should be.
    """
    sides: list[tuple[LineGeometry, ...]] = []
    repeats = MeasuredRepeats(), MeasuredRepeats()
    left_out: dict[str, dict[str, int]] = {}
    for name, sources, again in zip(("real", "synthetic"), (real, synthetic), repeats, strict=True):
        counts: Counter[str] = Counter()
        lines: list[LineGeometry] = []
        found = measured_lines(
            sources, counts, segmented=segmented, most=most, pictures=SHOWN, repeats=again
        )
        for line in found:
            if len(lines) == most:
                counts[f"lines after the first {most:,}"] += 1
                break
            lines.append(line)
        sized = tuple(with_writer_ems(lines))
        if not sized:
            reasons = "; ".join(f"{reason}: {count}" for reason, count in sorted(counts.items()))
            raise ExportError(f"no {name} line to measure{f' ({reasons})' if reasons else ''}")
        sides.append(sized)
        left_out[name] = dict(sorted(counts.items()))
    return Realism(hold_against(*sides), sides[0], sides[1], left_out, compare_repeats(*repeats))
