"""Shapes of a line's glyphs, as ink or as strokes, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compose.line_strokes import LineStrokes
from penline.compose.place.base import Placements
from penline.render.kernel import draw_glyphs
from penline.render.pen_path import bow_strokes, draw_strokes

__all__ = ["FAINT", "InkSource", "LineShapes", "draw_items"]

FAINT = 8
"""Ink below this does not widen a character's box."""

Ints = npt.NDArray[np.int64]
Ink = npt.NDArray[np.uint8]


class InkSource(NamedTuple):
    """Where the ink of a line's items lies: all of them, or those of one bank.

    Attributes:
        data: ``uint8 (bytes,)``.
        starts: ``int64 (items,)``: where each begins.
        sizes_px: ``int64 (items, 2)``: height and width there; 0 for white space and others.
        pads_px: ``int64 (items, 4)``: how far each reaches beyond its place to the left, above, to
            the right and below, in pixels of its own; None for not at all.
    """

    data: Ink
    starts: Ints
    sizes_px: Ints
    pads_px: Ints | None = None

    def only(self, items: slice) -> InkSource:
        """Take some of the items."""
        pads = None if self.pads_px is None else self.pads_px[items]
        return InkSource(self.data, self.starts[items], self.sizes_px[items], pads)

    @property
    def inner_px(self) -> Ints:
        """``int64 (items, 2)``: height and width of each without its white."""
        if self.pads_px is None:
            return self.sizes_px
        return self.sizes_px - (self.pads_px[:, :2] + self.pads_px[:, 2:])[:, ::-1]

    def places(self, placed: Placements) -> Ints:
        """``int64 (items, 4)``: where each goes with its white."""
        if self.pads_px is None:
            return placed.places_q8
        inner = np.maximum(self.inner_px, 1)
        sides = np.concatenate([placed.places_q8[:, 2:], placed.places_q8[:, 2:]], 1)
        more = sides * self.pads_px // np.concatenate([inner, inner], 1)[:, ::-1]
        return np.asarray(
            placed.places_q8 + np.concatenate([-more[:, :2], more[:, :2] + more[:, 2:]], 1)
        )

    def spread(self, placed: Placements) -> Ints:
        """``int64 (items, 2)``: how far each reaches beyond its place, to the side and up or down,
        1/256 px; 0 for items of other sources."""
        places, own = self.places(placed), placed.places_q8
        before = own[:, :2] - places[:, :2]
        behind = (places[:, :2] + places[:, 2:]) - (own[:, :2] + own[:, 2:])
        return np.where(self.sizes_px > 0, np.maximum(np.maximum(before, behind), 0), 0)


class LineShapes(NamedTuple):
    """What the items of a line are drawn from.

    Attributes:
        placed: where each goes.
        gains: ``int64 (items,)``: factor on the ink of each, 1/256.
        sources: where the ink of those lies that came as pictures; of each all items.
        strokes: of the others, where they lie; None where there are none.
    """

    placed: Placements
    gains: Ints
    sources: Sequence[InkSource]
    strokes: LineStrokes | None = None

    def only(self, items: slice) -> LineShapes:
        """Take the shapes of some of the items."""
        sources = [source.only(items) for source in self.sources]
        strokes = None if self.strokes is None else self.strokes.only(items)
        return LineShapes(self.placed.only(items), self.gains[items], sources, strokes)

    def moved(self, across_px: int, down_px: int, share_q16: int = 65536) -> LineShapes:
        """Make the shapes smaller about the picture's corner, then move them."""
        strokes = self.strokes and self.strokes.moved(across_px, down_px, share_q16)
        placed = self.placed.moved(across_px, down_px, share_q16)
        return self._replace(placed=placed, strokes=strokes)

    def extent(self) -> tuple[Ints, Ints]:
        """``int64 (2,)`` twice: x, y that all ink begins and ends at, px; more rather than less."""
        lows, highs = [], []
        if self.strokes is not None and len(self.strokes.points_q8):
            first, last = self.strokes.extent()
            lows.append(first)
            highs.append(last)
        for source in self.sources:
            inked = source.sizes_px[:, 0] > 0
            if not inked.any():
                continue
            places = source.places(self.placed)[inked]
            # a glyph made larger reaches beyond its place, and so does one that leans
            more = places[:, 2:] // source.sizes_px[inked][:, ::-1] + 256
            more[:, 0] += np.abs(self.placed.slants_q16[inked]) * places[:, 3] >> 16
            lows.append((places[:, :2] - more).min(0) >> 8)
            highs.append((places[:, :2] + places[:, 2:] + more).max(0) + 255 >> 8)
        return np.min(lows, 0), np.max(highs, 0)


def draw_items(shapes: LineShapes, ink: Ink) -> Ints:
    """Draw glyphs, bank by bank, and then those that are drawn from strokes.

    Args:
        shapes: of the items.
        ink: ``uint8 (height_px, width_px)``, drawn into.

    Returns:
        ``int64 (items, 4)``: left, top, right, bottom of what shows of each; 0 where nothing does.
    """
    placed, gains, sources, strokes = shapes
    boxes, slants = np.zeros((len(gains), 4), np.int64), placed.slants_q16
    for source in sources:
        places = source.places(placed)
        data, starts, sizes = source.data, source.starts, source.sizes_px
        draw_glyphs(data, starts, sizes, places, slants, gains, FAINT, ink, boxes)
    if strokes is not None:
        nodes, ends = bow_strokes(*strokes[:4], strokes.bows_q8)
        pen = np.array(strokes.pen[1:], np.int64)
        draw_strokes(nodes, ends, strokes.owners, strokes.cuts_q8, gains, pen, FAINT, ink, boxes)
    return boxes
