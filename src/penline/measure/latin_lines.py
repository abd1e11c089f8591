"""How Latin stands in measured lines: `latin`'s figures of one hand or of many.

Of each line: the writing line is the straight line through the feet of letters that stand on it,
the x-height the median height of letters of that height; all is told in x-heights, between the
middles of strokes.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.characters import kind_of
from penline.measure.classes import family_of
from penline.measure.geometry import LineGeometry
from penline.measure.latin import LatinShape, latin_figures
from penline.measure.model import LatinHand
from penline.measure.spread import Spread

__all__ = ["LatinLine", "latin_hand", "latin_line", "latin_shapes", "places_of", "shrunk"]

KIND = dict.fromkeys(string.ascii_uppercase, "upper") | dict.fromkeys(string.digits, "digit")
LOW = frozenset("aceomnrsuvwxz")
_STANDING = LOW | frozenset("bdhiklt")
_FEWEST_LOW, _FEWEST_STANDING = 3, 4
_STEEPEST, _WIDEST_XH = 0.15, 1.2
_GAPS_SHRUNK_BY, _ROUNDS = 15, 30
_LEAST_GAP_XH, _MOST_GAP_XH, _MOST_SPACE_XH = -1.2, 2.2, 6.0
_SHRUNK_BY = 100

Floats = npt.NDArray[np.float64]


class LatinLine(NamedTuple):
    """The Latin of one line, in x-heights.

    Attributes:
        em_xh: the line's em.
        text: its characters.
        below: ``float64 (n,)``: how far each reaches below the writing line.
        height: ``float64 (n,)``.
        gaps: ``float64 (n - 1,)``: between neighbours of a word; NaN elsewhere.
        spaces: ``float64 (n - 1,)``: white space between two words; NaN elsewhere.
    """

    em_xh: float
    text: list[str]
    below: Floats
    height: Floats
    gaps: Floats
    spaces: Floats


def latin_line(found: LineGeometry) -> LatinLine | None:
    """Measure the Latin of a line; None where too little of it stands on the line, or lies apart.

    Args:
        found: a line; its em is not needed.
    """
    known = latin_figures()
    at = [
        k
        for k, one in enumerate(found.characters)
        if found.trusted[k] and (one in known or (one and _is_letter(one)))
    ]
    text, boxes = [found.characters[k] for k in at], found.boxes[at]
    low = [k for k, one in enumerate(text) if one in LOW]
    standing = [k for k, one in enumerate(text) if one in _STANDING]
    if found.cells or len(low) < _FEWEST_LOW or len(standing) < _FEWEST_STANDING:
        return None
    pen = 0.0  # of strokes, whose boxes run through their middles
    if found.looks is not None and np.isfinite(found.looks[at, 0]).any():
        pen = float(np.nanmedian(found.looks[at, 0]))
    x_height = float(np.median(boxes[low, 3] - boxes[low, 1])) - pen
    middles, feet = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3] - pen / 2
    slope, base = np.polyfit(middles[standing], feet[standing], 1)
    off = np.abs(feet[standing] - slope * middles[standing] - base)
    near = np.array(standing)[off <= 2.5 * np.median(off) + 1e-9]
    if len(near) >= _FEWEST_LOW:
        slope, base = np.polyfit(middles[near], feet[near], 1)
    if abs(slope) > _STEEPEST or x_height <= 0:
        return None
    white = (boxes[1:, 0] - boxes[:-1, 2] + pen) / x_height
    beside = np.diff(at) == 1
    apart = np.array([found.spaces[k] for k in at[:-1]], bool)
    good = beside & (white >= -_FEWEST_LOW)
    gaps = np.where(good & ~apart, white, np.nan)
    spaces = np.where(good & apart & (white < _MOST_SPACE_XH), white, np.nan)
    if not np.isfinite(gaps).any() or np.nanmean(gaps) > _WIDEST_XH:
        return None
    below = (feet - slope * middles - base) / x_height
    height = (boxes[:, 3] - boxes[:, 1] - pen) / x_height
    return LatinLine(found.em_px / x_height, text, below, height, gaps, spaces)


def _is_letter(character: str) -> bool:
    return family_of(kind_of(character).name) in ("letter", "digit")


def _gap_effects(lines: Sequence[LatinLine]) -> tuple[dict[str, float], dict[str, float], float]:
    """What each character adds to a line's mean gap before it and behind it, by least squares; and
    the deviation of what is left."""
    rows = [
        (number, line.text[at], line.text[at + 1], gap)
        for number, line in enumerate(lines)
        for at, gap in enumerate(np.clip(line.gaps, _LEAST_GAP_XH, _MOST_GAP_XH).tolist())
        if np.isfinite(gap)
    ]
    names = sorted({one for row in rows for one in row[1:3]})
    where = {name: number for number, name in enumerate(names)}
    of = np.array([row[0] for row in rows])
    left = np.array([where[row[1]] for row in rows])
    right = np.array([where[row[2]] for row in rows])
    gaps = np.array([row[3] for row in rows])
    after, before = np.zeros(len(names)), np.zeros(len(names))
    mean = np.zeros(len(lines))
    for _ in range(_ROUNDS):
        counts = np.maximum(np.bincount(of, minlength=len(lines)), 1)
        mean = np.bincount(of, gaps - after[left] - before[right], len(lines)) / counts
        for own, other, at, beside in ((after, before, left, right), (before, after, right, left)):
            rest = gaps - mean[of] - other[beside]
            own[:] = np.bincount(at, rest, len(names))
            own /= np.bincount(at, minlength=len(names)) + _GAPS_SHRUNK_BY
    rest = gaps - mean[of] - after[left] - before[right]
    return (
        dict(zip(names, before, strict=True)),
        dict(zip(names, after, strict=True)),
        float(rest.std()),
    )


def places_of(
    lines: Sequence[LatinLine], writers: Sequence[str]
) -> defaultdict[str, defaultdict[str, list[tuple[float, float]]]]:
    """Collect height and reach below the line: of each character, of each who wrote it."""
    found: defaultdict[str, defaultdict[str, list[tuple[float, float]]]]
    found = defaultdict(lambda: defaultdict(list))
    for line, writer in zip(lines, writers, strict=True):
        for one, height, below in zip(line.text, line.height, line.below, strict=True):
            found[one][writer].append((height, below))
    return found


def latin_shapes(lines: Sequence[LatinLine], writers: Sequence[str]) -> dict[str, LatinShape]:
    """How each character stands in lines, and what it adds to gaps.

    Args:
        lines: what was measured.
        writers: of each line: who wrote much counts for no more than who wrote little, so that
            figures are the medians over people of their medians.
    """
    before, after, _ = _gap_effects(lines)
    shapes = {}
    for one, people in sorted(places_of(lines, writers).items()):
        height, below = np.median([np.median(own, 0) for own in people.values()], 0).tolist()
        figures = height, below, before.get(one, 0.0), after.get(one, 0.0)
        height, below, *beside = (round(value + 0.0, 6) for value in figures)
        if height > 0:
            shapes[one] = LatinShape(
                n=sum(map(len, people.values())),
                height=height,
                below=below,
                before=beside[0],
                after=beside[1],
            )
    return shapes


def shrunk(shapes: dict[str, LatinShape]) -> dict[str, LatinShape]:
    """The same, rare capitals and figures drawn towards the median of their kind."""
    own = {
        kind: np.median([(s.height, s.below) for c, s in shapes.items() if KIND.get(c) == kind], 0)
        for kind in {KIND[c] for c in shapes if c in KIND}
    }
    out = dict(shapes)
    for one, kind in KIND.items():
        if kind not in own:
            continue
        shape = shapes.get(one, LatinShape(n=0, height=1.0, below=0.0))
        share = shape.n / (shape.n + _SHRUNK_BY)
        height, below = share * np.array([shape.height, shape.below]) + (1 - share) * own[kind]
        out[one] = shape.model_copy(update={"height": float(height), "below": float(below)})
    return out


def latin_hand(lines: Iterable[LineGeometry]) -> LatinHand | None:
    """How Latin stands in lines; None where none of them has enough of it.

    Args:
        lines: as `geometry.with_writer_ems` gives them.
    """
    measured = [
        (number, line.writer, latin)
        for number, line in enumerate(lines)
        if line.em_px > 0 and (latin := latin_line(line)) is not None
    ]
    if not measured:
        return None
    numbers = np.array([number for number, _, _ in measured])
    own = [latin for _, _, latin in measured]
    gaps = np.array([np.nanmean(line.gaps) / line.em_xh for line in own])
    em_xh = float(np.median([line.em_xh for line in own]))
    white = [
        (number, float(np.nanmean(line.spaces)) / line.em_xh)
        for number, _, line in measured
        if np.isfinite(line.spaces).any()
    ]
    rises = np.concatenate(
        [line.below[[one in _STANDING for one in line.text]] / line.em_xh for line in own]
    )
    return LatinHand(
        lines=len(own),
        writers=len({writer for _, writer, _ in measured}),
        x_height=Spread.of(np.array([1.0 / line.em_xh for line in own]), numbers),
        characters=latin_shapes(own, [writer for _, writer, _ in measured]),
        gap=Spread.of(gaps, numbers),
        gap_deviation=round(_gap_effects(own)[2] / em_xh, 4),
        rise_deviation=round(float(1.4826 * np.median(np.abs(rises - np.median(rises)))), 4),
        space=_spread(white),
    )


def _spread(values: Sequence[tuple[int, float]]) -> Spread | None:
    """Of pairs of a line's number and a value."""
    if not values:
        return None
    lines, found = zip(*values, strict=True)
    return Spread.of(np.array(found), np.array(lines))
