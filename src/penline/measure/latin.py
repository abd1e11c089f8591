"""Where Latin characters stand in real lines, and how high they are: measured figures.

The unit is the x-height, from the middle of a stroke to the middle of a stroke: what a pen's
breadth adds to a letter's ink is left out, so that the figures hold for pens of any breadth.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, NamedTuple

from pydantic import Field

from penline.settings import Settings

__all__ = [
    "X_HEIGHT_EM",
    "LatinFigures",
    "LatinShape",
    "figures_with",
    "latin_figures",
    "usual_hangs",
]

X_HEIGHT_EM = 0.42
"""The x-height, pen and all, of a hand that has no letter of x-height to measure by."""

XHeights = Annotated[float, Field(ge=-10, le=10)]

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
        grows: how much higher it is than the same hands write it alone.
        hangs: share of a difference in height that goes below: 1 for what hangs from its top.
    """

    measured: int
    height: float
    below: float
    before: float
    after: float
    grows: float
    hangs: float


def usual_hangs(height: float, below: float) -> float:
    """Tell `LatinFigures.hangs` of a character that too few hands wrote to measure it."""
    if height - below <= 0.5 * height or below > 0.5:
        return 1.0  # descenders, commas
    return 0.0 if below > -0.5 else 0.5  # what stands on the line; hyphens and quotes


@functools.cache
def latin_figures() -> Mapping[str, LatinFigures]:
    """Figures of each Latin character that was measured: medians over people, rare letters drawn
    towards their kind's.

    >>> latin_figures()["g"].below, latin_figures()["g"].hangs, latin_figures()["d"].hangs
    (1.25, 1.0, 0.07)
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


_USUAL_WEIGHT, _FEWEST_OWN = 20, 10
"""How many measured characters those of `latin_figures` count for; and how many there have to be of
a character that is not among them."""


class LatinShape(Settings):
    """How a Latin character stands in measured lines: medians, as `LatinFigures`."""

    n: int = Field(ge=0, le=1 << 40)
    """Characters that were measured."""
    height: float = Field(gt=0, le=10)
    below: XHeights
    before: XHeights = 0.0
    after: XHeights = 0.0


def figures_with(shapes: Mapping[str, LatinShape]) -> Mapping[str, LatinFigures]:
    """`latin_figures` of a hand: its own, drawn towards the usual ones where they are few.

    >>> figures_with({"g": LatinShape(n=60, height=2.0, below=1.0)})["g"].below
    1.0625
    """
    usual, found = latin_figures(), dict(latin_figures())
    for one, own in shapes.items():
        figures = own.height, own.below, own.before, own.after
        if one in usual:
            share = own.n / (own.n + _USUAL_WEIGHT)
            pairs = zip(figures, usual[one][1:5], strict=True)
            drawn = [round(share * a + (1 - share) * b, 4) for a, b in pairs]
            found[one] = LatinFigures._make((own.n, *drawn, *usual[one][5:]))
        elif own.n >= _FEWEST_OWN:
            found[one] = LatinFigures(own.n, *figures, 1.0, usual_hangs(own.height, own.below))
    like = {new: found[old] for new, old in _LIKE.items() if new not in shapes}
    return found | like
