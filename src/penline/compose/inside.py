"""Ink that would lie beyond its picture's edge, brought back inside.

Ordinary lines have white around them. With no margin, a strong slant, a steep slope or a sheet too
small for its letters a glyph can reach the edge: there it would be cut, and a warp, which goes on
with what lies at the edge, would draw it out into a smear outside of its box.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.items import Items
from penline.compiled import compiled
from penline.compose.draw import InkSource, LineShapes, draw_items
from penline.effects import RIM_PX
from penline.recipe.schema import Recipe

__all__ = ["FitInside", "find_fit", "may_reach", "reaches_edge", "rim_of"]

Ints = npt.NDArray[np.int64]
_NO_INK = (InkSource(np.zeros(0, np.uint8), np.zeros(0, np.int64), np.zeros((0, 2), np.int64)),)
_ROUNDS = 8
_LESS_PX = 2
"""What rounding may take when a line is made smaller."""


class FitInside(NamedTuple):
    """How a line is made smaller about the picture's corner, and then moved.

    Attributes:
        share_q16: factor, 1/65536.
        across_px: to the right.
        down_px: downwards.
        width_px: of the picture that it fits.
    """

    share_q16: int
    across_px: int
    down_px: int
    width_px: int

    def applied(self, shapes: LineShapes) -> LineShapes:
        """Make shapes smaller, and move them, as it says."""
        found = shapes.moved(self.across_px, self.down_px, self.share_q16)
        return found._replace(placed=found.placed._replace(width_px=self.width_px))


def rim_of(recipe: Recipe) -> int:
    """Px of paper that must stay between ink and the picture's edges: 1 where a warp may look
    beyond them, more before a second one; 0 where nothing moves."""
    moving = sum(effect.moves and effect.chance > 0 for effect in recipe.effects)
    return 1 + RIM_PX * (moving - 1) if moving else 0


def reaches_edge(items: Items, boxes: Ints, shapes: LineShapes, room: tuple[int, int, int]) -> bool:
    """Find whether a glyph is cut by its picture, or its rim, for all one sees, or shows nothing.

    So it is, too, where its place, with its white and its lean, or a point of its strokes lies
    outside of the picture, where a dot may be lost that leaves nothing at the edge.

    Args:
        items: records of `ITEM`, ``(n,)``.
        boxes: ``int64 (n, 4)``: left, top, right, bottom of what shows of each.
        shapes: of the items.
        room: height and width of the picture, and what stays free at its edges, px.
    """
    placed, _, sources, strokes = shapes
    for one in sources or _NO_INK:
        places = one.places(placed)
        if ink_reaches(items, boxes, places, placed.slants_q16, one.sizes_px, room):
            return True
    return strokes is not None and bool(points_outside(strokes.points_q8, *room[:2]))


@compiled
def ink_reaches(
    items: Any,
    boxes: Ints,
    places_q8: Ints,
    slants_q16: Ints,
    sizes_px: Ints,
    room: tuple[int, int, int],
) -> bool:
    """Find whether boxes of items, or places of those with ink in a source, reach an edge.

    Args:
        items: as `reaches_edge` takes them, and the next.
        boxes: of what shows.
        places_q8: as `InkSource.places` gives them.
        slants_q16: lean of each.
        sizes_px: of an `InkSource`; 0 high: it has no ink there.
        room: height and width of the picture, and what stays free at its edges, px.
    """
    height, width = room[0], room[1]
    rim = max(room[2], 1)
    for i in range(items.shape[0]):
        if items[i].row < 0:
            continue
        if boxes[i, 0] < rim or boxes[i, 1] < rim:
            return True
        if boxes[i, 2] > width - rim or boxes[i, 3] > height - rim:
            return True
    for i in range(sizes_px.shape[0]):
        if sizes_px[i, 0] <= 0:
            continue
        left, top, wide, high = places_q8[i]
        lean = abs(slants_q16[i]) * high >> 17
        if left < lean or top < 0:
            return True
        if left + wide + lean > width << 8 or top + high > height << 8:
            return True
    return False


@compiled
def points_outside(points_q8: Ints, height_px: int, width_px: int) -> bool:
    """Find whether a point, ``int64 (points, 2)``, lies outside of the picture."""
    for i in range(points_q8.shape[0]):
        x, y = points_q8[i]
        if x < 0 or y < 0 or x > width_px << 8 or y > height_px << 8:
            return True
    return False


def may_reach(shapes: LineShapes, room: tuple[int, int, int]) -> bool:
    """Find whether a glyph's place, with its lean, comes near an edge; where not, no ink can.

    Args:
        shapes: of the items.
        room: height and width of the picture, and what stays free at its edges, px.
    """
    height_px, width_px, rim_px = room
    low, high = shapes.extent()
    return bool((low < rim_px).any() or (high > np.array([width_px, height_px]) - rim_px).any())


def find_fit(
    shapes: LineShapes, room: tuple[int, int, int], *, grows: bool = False
) -> FitInside | None:
    """Find what brings a line's ink into its picture; None where it is inside already.

    Args:
        shapes: of the items, where they would go.
        room: height and width of the picture, and what stays free at its edges, px.
        grows: the picture becomes as wide as its line.
    """
    height, width, rim = room
    size = np.array([1 << 30 if grows else width, height])
    share = 65536
    for again in range(_ROUNDS):
        smaller = shapes.moved(0, 0, share)
        first, last = smaller.extent()
        canvas = np.zeros(tuple((last - first)[::-1]), np.uint8)
        boxes = draw_items(smaller.moved(*(-first).tolist()), canvas)
        shown = boxes[boxes[:, 2] > 0]
        if not len(shown):
            return None
        low, high = shown[:, :2].min(0) + first, shown[:, 2:].max(0) + first
        fits = (high - low) <= size - 2 * rim
        if fits.all():
            break
        less = int(((size - 2 * rim - _LESS_PX - again << 16) // (high - low))[~fits].min())
        share = max(share * less >> 16, 1)
    moves = np.maximum(rim - low, 0) - np.maximum(high - (size - rim), 0)
    across, down = moves.tolist()
    wide = max(width * share >> 16, 1) + across
    wide = max(wide, int(high[0]) + across + rim) if grows else width
    found = FitInside(share, across, down, wide)
    return None if found == FitInside(65536, 0, 0, width) else found
