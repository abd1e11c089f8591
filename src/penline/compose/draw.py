"""Shapes of a line's glyphs, as ink or as strokes, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.compose.line_strokes import LineStrokes
from penline.compose.place.base import Placements
from penline.render.joined_glyphs import draw_joined
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

    def places(self, placed: Placements) -> Ints:
        """``int64 (items, 4)``: where each goes with its white."""
        if self.pads_px is None:
            return placed.places_q8
        return np.asarray(padded_places(placed.places_q8, self.sizes_px, self.pads_px))

    def spread(self, placed: Placements) -> Ints:
        """``int64 (items, 2)``: how far each reaches beyond its place, to the side and up or down,
        1/256 px; 0 for items of other sources."""
        places, own = self.places(placed), placed.places_q8
        before = own[:, :2] - places[:, :2]
        behind = (places[:, :2] + places[:, 2:]) - (own[:, :2] + own[:, 2:])
        return np.where(self.sizes_px > 0, np.maximum(np.maximum(before, behind), 0), 0)


@compiled
def padded_places(places_q8: Ints, sizes_px: Ints, pads_px: Ints) -> Any:
    """Find where glyphs go with their white: ``int64 (n, 4)``, 1/256 px.

    Args:
        places_q8: ``int64 (n, 4)``: left, top, width and height without it.
        sizes_px: ``int64 (n, 2)``: height and width with it.
        pads_px: ``int64 (n, 4)``: white to the left, above, to the right and below.
    """
    out = np.empty_like(places_q8)
    for i in range(places_q8.shape[0]):
        for axis in range(2):
            before, behind = pads_px[i, axis], pads_px[i, axis + 2]
            inner = max(sizes_px[i, 1 - axis] - before - behind, 1)
            side = places_q8[i, 2 + axis]
            out[i, axis] = places_q8[i, axis] - side * before // inner
            out[i, 2 + axis] = side + side * before // inner + side * behind // inner
    return out


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
    joined = None if strokes is None or not strokes.leads.any() else strokes
    if joined is not None:
        nodes, ends = bow_strokes(*joined[:4], joined.bows_q8)
        parts, softness = (joined.owners, joined.cuts_q8, joined.leads), joined.pen.softness_q8
        strokes = None if joined.leads.all() else joined.own()
    for source in sources:
        places = source.places(placed)
        data, starts, sizes = source.data, source.starts, source.sizes_px
        if joined is not None:
            glyphs = data, starts, sizes, places, slants, FAINT, boxes
            draw_joined(nodes, ends, parts, glyphs, gains, softness, ink)
            sizes = sizes.copy()
            sizes[joined.owners[joined.leads]] = 0
        draw_glyphs(data, starts, sizes, places, slants, gains, FAINT, ink, boxes)
    if strokes is not None:
        nodes, ends = bow_strokes(*strokes[:4], strokes.bows_q8)
        pen = np.array(strokes.pen[1:], np.int64)
        draw_strokes(nodes, ends, strokes.owners, strokes.cuts_q8, gains, pen, FAINT, ink, boxes)
    return boxes
