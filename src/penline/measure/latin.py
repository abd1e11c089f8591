"""Where Latin characters stand in real lines, and how high they are: measured figures.

The unit is the x-height, from the middle of a stroke to the middle of a stroke: what a pen's
breadth adds to a letter's ink is left out, so that the figures hold for pens of any breadth.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

__all__ = ["X_HEIGHT_EM", "LatinFigures", "latin_figures"]

X_HEIGHT_EM = 0.42
"""The x-height, pen and all, of a hand that has no letter of x-height to measure by."""

_LIKE = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "‐": "-", "‑": "-"}
"""Signs that stand as others do."""


class LatinFigures(NamedTuple):
    """How a character stands in a line, in x-heights.

    Attributes:
        measured: how many real ones were measured.
        height: of the character.
        below: how far it reaches below the writing line; negative for what ends above it.
        before: how much further than a line's mean gap it stands from the letter before.
        after: and from the letter behind.
    """

    measured: int
    height: float
    below: float
    before: float
    after: float

    @property
    def hangs(self) -> float:
        """Share of a difference in height that goes below: 1 for what hangs from its top."""
        if self.height - self.below <= 0.5 * self.height or self.below > 0.5:
            return 1.0  # descenders, commas
        return 0.0 if self.below > -0.5 else 0.5  # what stands on the line; hyphens and quotes


@functools.cache
def latin_figures() -> Mapping[str, LatinFigures]:
    """Figures of each Latin character that was measured: medians, rare letters drawn towards their
    kind's.

    >>> latin_figures()["g"].below, latin_figures()["g"].hangs, latin_figures()["d"].hangs
    (1.33, 1.0, 0.0)
    """
    text = resources.files("penline.measure").joinpath("latin.tsv").read_text("utf-8")
    rows = csv.reader(
        (line for line in text.splitlines() if not line.startswith("# ")),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
    next(rows)
    found = {row[0]: LatinFigures(int(row[1]), *map(float, row[2:])) for row in rows}
    return found | {new: found[old] for new, old in _LIKE.items()}
