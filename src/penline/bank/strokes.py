"""Strokes in a bank: packed points, and where those of a glyph lie in ``strokes.arrow``.

A point is three little-endian numbers of 16 bits: x and y from the upper left corner of the glyph's
ink, 1/32 px; and what the pen left there: from the highest bit on 1 where a stroke begins, six bits
of tone (in fours), nine of breadth (1/16 px).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.layout import BATCH_ROWS
from penline.bank.mapped import Values
from penline.compiled import compiled

__all__ = [
    "MAX_POINTS",
    "MAX_STROKE_PX",
    "POINT_WORDS",
    "StrokeTable",
    "StrokeView",
    "add_strokes",
    "locate_strokes",
    "pack_points",
    "stroke_table",
    "stroke_view",
    "strokes_of",
]

MAX_POINTS = 8192
"""Most points of a glyph."""
MAX_STROKE_PX = 1023
"""How far a point may lie from the corner of its glyph."""
POINT_WORDS = 3
"""Numbers of a point."""
GRID_Q8 = 8
"""1/32 px, in 1/256 px."""

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.int16]


class StrokeView(NamedTuple):
    """What a kernel needs to find a glyph's points in the memory map of ``strokes.arrow``."""

    points: Words
    """The whole file."""
    words: Ints
    """The same bytes as ``int64``: the batches' offset buffers lie in it."""
    offsets_at: Ints
    """For each batch, the index in `words` of its first offset."""
    points_at: Ints
    """For each batch, the index in `points` of its first number."""
    points_bytes: Ints
    """For each batch, the number of its bytes."""


class StrokeTable(NamedTuple):
    """Points of several glyphs.

    Attributes:
        points: ``int16 (numbers,)``.
        starts: ``int64 (glyphs,)``: where each glyph's first number stands.
        counts: ``int64 (glyphs,)``: how many points each has; 0 for one that came as a picture.
    """

    points: Words
    starts: Ints
    counts: Ints

    def only(self, chosen: Any) -> StrokeTable:
        """Those of some of the glyphs."""
        return self._replace(starts=self.starts[chosen], counts=self.counts[chosen])

    def together(self) -> Words:
        """``int16 (numbers,)``: all points, one glyph after the other."""
        sizes = self.counts * POINT_WORDS
        ends = np.cumsum(sizes)
        at = np.repeat(self.starts - (ends - sizes), sizes)
        return self.points[at + np.arange(len(at))]


def stroke_view(values: Values) -> StrokeView:
    """The points of a file whose bytes are mapped."""
    points = values.data[: values.data.size // 2 * 2].view("<i2")
    return StrokeView(points, *values[1:3], values.values_at // 2, values.values_bytes)


def stroke_table(glyphs: Iterable[Words | None]) -> StrokeTable | None:
    """Points of glyphs that came one by one, ``int16 (points, 3)`` each; None where all have
    none."""
    found = [np.empty(0, np.int16) if one is None else one.reshape(-1) for one in glyphs]
    sizes = np.array([len(one) for one in found], np.int64)
    if not sizes.any():
        return None
    return StrokeTable(np.concatenate(found), np.cumsum(sizes) - sizes, sizes // POINT_WORDS)


def add_strokes(digest: Any, counts: Ints, points: Words) -> None:
    """Add a batch of glyphs to the hash of a bank's strokes.

    Args:
        digest: a hash of hashlib.
        counts: ``int64 (glyphs,)``: points of each.
        points: ``int16 (numbers,)``.
    """
    digest.update(counts.astype("<u4").tobytes())
    digest.update(np.ascontiguousarray(points))


def pack_points(nodes: Ints) -> Words:
    """Pack what a pen did on a glyph: ``int16 (points, 3)``.

    Args:
        nodes: ``int64 (points, 5)``, as `penline.render.strokes.trace_strokes` gives them, from the
            upper left corner of the glyph's ink.
    """
    packed = np.empty((len(nodes), POINT_WORDS), "<i2")
    packed[:, :2] = np.clip((nodes[:, :2] + GRID_Q8 // 2) // GRID_Q8, -32768, 32767)
    breadth = np.clip((nodes[:, 2] + 4) // 8, 1, 511)
    tone = np.clip(nodes[:, 3] // 4, 0, 63)
    packed[:, 2] = ((nodes[:, 4] == 0) << 15 | tone << 9 | breadth).astype(np.uint16).view(np.int16)
    return packed


def strokes_of(points: Words) -> tuple[npt.NDArray[np.float32], ...]:
    """A glyph's strokes, ``float32 (points, 2)`` each, in pixels of its ink, x right and y down.

    Args:
        points: ``int16 (numbers,)``.
    """
    table = points.reshape(-1, POINT_WORDS)
    places = table[:, :2].astype(np.float32) / np.float32(256 // GRID_Q8)
    begins = np.flatnonzero(table[1:, 2] < 0) + 1
    return tuple(np.split(places, begins)) if len(places) else ()


@compiled
def locate_strokes(view: Any, glyphs: int, rows: Ints, starts: Ints, counts: Ints) -> int:
    """Where the points of each of `rows` begin in ``view.points``; every number is checked.

    Args:
        view: a `StrokeView`.
        glyphs: of the bank.
        rows: ``int64 (n,)``.
        starts: ``int64 (n,)``, filled in.
        counts: ``int64 (n,)``, filled in: how many points each has.

    Returns:
        -1 when all is well, else the position in `rows` of the first that is not.
    """
    for i in range(rows.shape[0]):
        row = rows[i]
        if row < 0 or row >= glyphs:
            return i
        batch = row // BATCH_ROWS
        at = view.offsets_at[batch] + row - batch * BATCH_ROWS
        low, high = view.words[at], view.words[at + 1]
        if low < 0 or high < low or high > view.points_bytes[batch]:
            return i
        size = high - low
        if low % 2 or size % (2 * POINT_WORDS) or size > 2 * POINT_WORDS * MAX_POINTS:
            return i
        starts[i] = view.points_at[batch] + low // 2
        counts[i] = size // (2 * POINT_WORDS)
    return -1
