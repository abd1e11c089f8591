"""How near composed lines are to real ones: distances, and how easily they are told apart."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from penline.errors import ExportError
from penline.fit import measured_lines
from penline.measure.compare import QUANTITIES, Comparison, hold_against
from penline.measure.geometry import LineGeometry, with_writer_ems
from penline.sources.collect import AnyPath

__all__ = ["MOST_LINES", "SHOWN", "Realism", "realism"]

MOST_LINES = 2000
"""Of each side: more do not make the figures surer, and bootstrap rounds grow long."""
SHOWN = 24
"""Lines of each side that keep their pictures, to be looked at."""


@dataclass(frozen=True, slots=True)
class Realism:
    """What `realism` found.

    Attributes:
        comparison: distances and classifiers.
        real: the real lines that were measured.
        synthetic: the synthetic ones.
        left_out: what gave no line, by side and reason.
    """

    comparison: Comparison
    real: tuple[LineGeometry, ...]
    synthetic: tuple[LineGeometry, ...]
    left_out: dict[str, dict[str, int]]

    def figures(self) -> dict[str, Any]:
        """All figures, as JSON can hold them."""
        return {
            **dataclasses.asdict(self.comparison),
            "what": {name: entry[1] for name, entry in QUANTITIES.items()},
            "left_out": self.left_out,
        }


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
    left_out: dict[str, dict[str, int]] = {}
    for name, sources in (("real", real), ("synthetic", synthetic)):
        counts: Counter[str] = Counter()
        lines: list[LineGeometry] = []
        found = measured_lines(sources, counts, segmented=segmented, most=most, pictures=SHOWN)
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
    return Realism(hold_against(*sides), sides[0], sides[1], left_out)
