"""The outline of a line's ink and the line it stands on, from the line's own picture."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Outline", "box_outline", "outline"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_STEP_PX = 4
_MOST_STEPS = 128
"""Pieces of a baseline that are compared with each other, all pairs."""
_KNOT_PIECES = 6
"""Characters between two knots of a baseline."""
_BOTTOM = 90
"""Per cent of the columns of a piece that end above its bottom: specks do not count."""


class Outline(NamedTuple):
    """Where a line's ink is, in whole pixels; a pixel of column c reaches from x = c to c + 1.

    Attributes:
        polygon: ``float64 (n, 2)``, clockwise from the upper left.
        baseline: ``float64 (m, 2)``, from left to right.
    """

    polygon: Floats
    baseline: Floats


def box_outline(top: int, left: int, bottom: int, right: int) -> Floats:
    """The corners of a box, ``float64 (4, 2)``, clockwise from the upper left."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def outline(ink: npt.NDArray[np.bool_], characters: int) -> Outline | None:
    """A polygon around all ink that follows its upper and its lower edge, and a baseline.

    The polygon has a corner on each edge every half character. Between two corners it runs
    straight, above (or below) all ink that lies there; so it holds all ink and the baseline, and
    hardly anything of a line that reaches into the box from above or below.

    The baseline goes through the bottoms of pieces as wide as a character: a straight line by
    the median of all slopes between two of them (Theil and Sen), which a third of odd pieces
    (quotation marks, long tails) does not move; then bent, every six characters, by the median
    distance of the pieces around.

    Args:
        ink: ``bool (height_px, width_px)``, true where the line has ink.
        characters: how many there are in the line, for the width of one; 0 if not known.

    Returns:
        Coordinates in the picture; None where there is no ink at all.
    """
    columns: npt.NDArray[np.bool_] = np.logical_or.reduce(ink, axis=0)
    if not columns.any():
        return None
    height = len(ink)
    first = int(columns.argmax())
    stop = len(columns) - int(columns[::-1].argmax())
    columns = columns[first:stop]
    part = ink[:, first:stop]
    tops = np.where(columns, part.argmax(axis=0), height)
    bottoms = np.where(columns, height - part[::-1].argmax(axis=0), 0)
    pitch = _pitch(tops, bottoms, columns, characters)
    edges = _edges(len(columns), pitch // 2)
    baseline = _baseline(bottoms, columns, pitch, edges)
    level = np.interp(edges, baseline[:, 0], baseline[:, 1])
    upper = np.minimum(_envelope(tops, columns, edges, np.minimum), np.floor(level))
    lower = np.maximum(_envelope(bottoms, columns, edges, np.maximum), np.ceil(level))
    above, below = _thinned(edges, upper), _thinned(edges, lower)
    polygon = np.concatenate([above, below[::-1]])
    polygon[:, 0] += first
    baseline[:, 0] += first
    return Outline(polygon, baseline)


def _pitch(tops: Ints, bottoms: Ints, columns: npt.NDArray[np.bool_], characters: int) -> int:
    """Width of a character in pixels: by their number, or by the height of the line."""
    tall = int(np.median((bottoms - tops)[columns]))
    pitch = len(columns) // characters if characters else tall
    return max(pitch, 2 * _LEAST_STEP_PX, -(-len(columns) // _MOST_STEPS))


def _envelope(
    values: Ints, columns: npt.NDArray[np.bool_], edges: Ints, extreme: np.ufunc
) -> Floats:
    """At each edge the extreme of `values` in the steps on both of its sides."""
    found = extreme.reduceat(values, edges[:-1])
    inked = np.flatnonzero(np.logical_or.reduceat(columns, edges[:-1]))
    between = np.interp(np.arange(len(found)), inked, found[inked])
    found = np.floor(between) if extreme is np.minimum else np.ceil(between)
    padded = np.concatenate([found[:1], found, found[-1:]])
    at_edges: Floats = extreme(padded[:-1], padded[1:])
    return at_edges


def _edges(width: int, step: int) -> Ints:
    """Edges of about equal steps over a width, the last one its end."""
    count = max(1, round(width / step))
    return np.arange(count + 1, dtype=np.int64) * width // count


def _thinned(x: Ints, y: Floats) -> Floats:
    """The points without those that lie straight between their neighbours."""
    points = np.column_stack([x, y]).astype(np.float64)
    before, after = points[1:-1] - points[:-2], points[2:] - points[1:-1]
    bent = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    kept: Floats = points[np.concatenate([[True], bent, [True]])]
    return kept


def _baseline(bottoms: Ints, columns: npt.NDArray[np.bool_], pitch: int, edges: Ints) -> Floats:
    """Points from the first to the last of `edges`, at some of them."""
    xs, ys = [], []
    for start, stop in pairwise(_edges(len(bottoms), pitch)):
        own = bottoms[start:stop][columns[start:stop]]
        if len(own):
            xs.append((start + stop) / 2)
            ys.append(float(np.percentile(own, _BOTTOM, method="nearest")))
    x, y = np.array(xs), np.array(ys)
    one, other = np.triu_indices(len(x), 1)
    slope = float(np.median((y[other] - y[one]) / (x[other] - x[one]))) if len(one) else 0.0
    level = float(np.median(y - slope * x))
    away = y - slope * x - level
    straight = len(x) <= 2 * _KNOT_PIECES
    pieces = 1 if straight else max(1, round(len(x) / _KNOT_PIECES))
    knots = edges[np.arange(pieces + 1) * (len(edges) - 1) // pieces]
    near = [away[abs(x - knot) <= _KNOT_PIECES * pitch] for knot in knots]
    few = _KNOT_PIECES // 2
    bends = [0.0 if straight or len(y) < few else float(np.median(y)) for y in near]
    y_knots = slope * knots + level + np.array(bends)
    return np.column_stack([knots, np.floor(y_knots + 0.5)]).astype(np.float64)
