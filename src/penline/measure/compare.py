"""Real and synthetic lines held against each other: distances, and a classifier between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.measure.appearance import LOOKS
from penline.measure.classes import family_of
from penline.measure.classify import Auc, tell_apart
from penline.measure.distance import Distance, compare
from penline.measure.gaps import WIDE_EM
from penline.measure.geometry import LineGeometry

__all__ = ["FEATURES", "QUANTITIES", "Comparison", "features_of", "hold_against"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two sets of lines differ in.

    Attributes:
        real_lines: lines of the real set.
        synthetic_lines: lines of the synthetic set.
        distances: by `QUANTITIES`; a quantity that one side does not have is not there.
        places: the classifier that sees only where the boxes stand; None with fewer than two
            lines on a side.
        looks: the classifier that sees the ink's looks, too; None where they are not known.
    """

    real_lines: int
    synthetic_lines: int
    distances: tuple[Distance, ...]
    places: Auc | None
    looks: Auc | None


def _gap(line: LineGeometry) -> Floats:
    gaps = line.gaps_em[line.good_gaps]
    return np.asarray(gaps[gaps <= WIDE_EM])


def _in_words(line: LineGeometry) -> npt.NDArray[np.bool_]:
    """``bool (n - 1,)``: neighbours that are letters of a word."""
    letters = np.array([family_of(name) == "letter" for name in line.classes], bool)
    return np.asarray(line.good_gaps & letters[1:] & letters[:-1])


def _joined(line: LineGeometry) -> Floats:
    """1 and 0 for neighbours in words."""
    touching = np.zeros(0) if line.touching is None else line.touching[_in_words(line)]
    return np.asarray(touching, np.float64)


def _drift(line: LineGeometry) -> Floats:
    middles = line.middles_em[line.body]
    return np.zeros(0) if line.cells else np.asarray(np.diff(middles))


def _slope(line: LineGeometry) -> Floats:
    usable = not line.cells and line.body.sum() >= 6
    return np.array([-line.level_px[1]]) if usable else np.zeros(0)


def _look(
    column: int, *, per_em: bool = False, of_all: bool = False
) -> Callable[[LineGeometry], Floats]:
    """Of the body, or of all characters; a length in ems."""

    def look(line: LineGeometry) -> Floats:
        if line.looks is None:
            return np.zeros(0)
        found = line.looks[line.trusted if of_all else line.body, column]
        return np.asarray(found / line.em_px if per_em else found)

    return look


def _join_heights(line: LineGeometry) -> Floats:
    """``float64 (n,)``: how high above the writing line each letter is joined to the next, in
    x-heights; NaN where it is not, and in lines with fewer than three letters of x-height."""
    found = np.full(len(line.characters), np.nan)
    low = np.array([name == "x-height" for name in line.classes], bool) & line.trusted
    if line.touching is None or line.looks is None or low.sum() < _LEAST_LETTERS:
        return found
    top, bottom = line.boxes[low, 1], line.boxes[low, 3]
    middles = 0.5 * (line.boxes[:, 0] + line.boxes[:, 2])
    slope = line.level_px[1]
    base = float(np.median(bottom - slope * middles[low])) + slope * line.boxes[:, 2]
    joined = line.touching & _in_words(line)
    height = (base - line.looks[:, 6]) / max(float(np.median(bottom - top)), 1e-9)
    found[:-1] = np.where(joined, height[:-1], np.nan)
    return found


_LEAST_LETTERS = 3

QUANTITIES: dict[str, tuple[str, str, Callable[[LineGeometry], Floats]]] = {
    "gap": ("em", "white between neighbours, wide gaps left out", _gap),
    "size": ("em", "height of each character", lambda line: line.heights_em[line.trusted]),
    "width": ("em", "width of each character", lambda line: line.widths_em[line.trusted]),
    "aspect": (
        "",
        "width over height of each character of the body",
        lambda line: (line.widths_em / np.maximum(line.heights_em, 1e-9))[line.body],
    ),
    "vertical place": (
        "em",
        "middle of each character above the line's middle",
        lambda line: line.middles_em[line.trusted],
    ),
    "joined": ("", "share of letters of words whose ink hangs together with the next", _joined),
    "drift": ("em", "step of the middle from one character of the body to the next", _drift),
    "slope": ("", "rise of the line per length", _slope),
    "stroke width": ("em", "of each character of the body", _look(0, per_em=True)),
    "ink density": ("", "inked share of the box of each character of the body", _look(1)),
    "ink strength": ("", "mean darkness of its ink", _look(2)),
    "slant": ("", "lean of each character of the body", _look(3)),
    "stroke ending": (
        "",
        "breadth of strokes at their ends over their breadth further on: 1 for blunt ones",
        _look(4, of_all=True),
    ),
    "breadth along strokes": (
        "",
        "its deviation within each character, over its mean",
        _look(5, of_all=True),
    ),
    "join height": (
        "x-heights",
        "where letters of words hang together, above the writing line",
        lambda line: _join_heights(line)[:-1],
    ),
}
"""Name: unit, what it is, and the numbers of one line. The body is its Chinese characters, and in a
line without any its letters of x-height."""

_GEOMETRY = (
    *("height", "width", "middle", "gap before", "gap after"),
    *("step before", "step after", "growth", "advance"),
)
_FAMILIES = ("han", "stop", "rest")
FEATURES: tuple[str, ...] = (
    *(f"{name} ({family})" for family in _FAMILIES for name in _GEOMETRY),
    *(f"{name} squared" for name in _GEOMETRY),
    *("stroke width", "ink density", "ink strength", "slant"),
    *("stroke ending", "breadth along strokes", "join height"),
)
"""What the classifier sees of a character; its family's features stand at 0 for the others."""
PLACES = len(FEATURES) - len(LOOKS)
"""Of the features, those before this one are of places alone."""


def features_of(line: LineGeometry) -> Floats:
    """``float64 (trusted characters, len(FEATURES))``; NaN where a feature is not there."""
    n = len(line.characters)
    height, width, middle = line.heights_em, line.widths_em, line.middles_em
    gap = np.where(line.good_gaps, np.minimum(line.gaps_em, WIDE_EM), np.nan)
    step = np.where(line.good_gaps, np.diff(middle), np.nan)
    growth = np.where(line.good_gaps, np.diff(height), np.nan)
    none = np.full(1, np.nan) if n else np.zeros(0)
    centre = 0.5 * (line.boxes[:, 0] + line.boxes[:, 2]) / line.em_px
    advance = np.where(line.good_gaps, np.minimum(np.diff(centre), 2.0), np.nan)
    table = np.stack(
        [
            *(height, width, middle),
            *(np.concatenate([none, gap]), np.concatenate([gap, none])),
            *(np.concatenate([none, step]), np.concatenate([step, none])),
            *(np.concatenate([none, growth]), np.concatenate([none, advance])),
        ],
        1,
    )
    family = np.array(
        [f if (f := family_of(name)) in ("han", "stop") else "rest" for name in line.classes],
        object,
    )
    parts = [np.where((family == one)[:, None], table, 0.0) for one in _FAMILIES]
    usual = np.array([0.95, 0.85, 0.0, 0.2, 0.2, 0.0, 0.0, 0.0, 1.05])
    looks = np.full((n, len(LOOKS)), np.nan) if line.looks is None else line.looks.copy()
    looks[:, 0] /= line.em_px
    looks[:, 6] = _join_heights(line)
    whole = np.concatenate([*parts, (table - usual) ** 2, looks], 1)
    return np.asarray(whole[line.trusted])


def hold_against(real: Sequence[LineGeometry], synthetic: Sequence[LineGeometry]) -> Comparison:
    """Compare two sets of lines.

    Args:
        real: as `geometry.with_writer_ems` gives them.
        synthetic: the same; the same texts in the same order are the fairest.
    """
    distances = []
    for name, (unit, _, numbers) in QUANTITIES.items():
        found = compare(name, unit, [numbers(x) for x in real], [numbers(x) for x in synthetic])
        if found is not None:
            distances.append(found)
    one, two = ([features_of(line) for line in side] for side in (real, synthetic))
    places = tell_apart(
        [x[:, :PLACES] for x in one], [x[:, :PLACES] for x in two], FEATURES[:PLACES]
    )
    seen = all(any(np.isfinite(x[:, PLACES:]).any() for x in side) for side in (one, two))
    looks = tell_apart(one, two, FEATURES) if seen else None
    return Comparison(len(real), len(synthetic), tuple(distances), places, looks)
