"""Letters that came as pictures and are joined: their ink and their halves of joins as one ink.

Where a join goes on within its letter its ink does not add to the letter's: the darker stays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled
from penline.render.kernel import draw_glyphs
from penline.render.pen_path import add_ink
from penline.render.strokes import cover_capsules

__all__ = ["draw_joined"]


@compiled
def draw_joined(
    nodes: Any, node_ends: Any, strokes: Any, glyphs: Any, gains_q8: Any, softness: int, out: Any
) -> None:
    """Draw letters with their halves of joins into a line of ink.

    Args:
        nodes: ``int64 (nodes, 5)``, as `bow_strokes` gives them.
        node_ends: ``int64 (strokes,)``, likewise.
        strokes: owners, cuts and leads, as `LineStrokes` has them; those that lead are drawn.
        glyphs: data, starts, sizes, places, slants, least ink that counts for a box, and boxes, as
            `draw_glyphs` takes them, of a source; what has no ink there is passed over.
        gains_q8: ``int64 (items,)``: factor on the ink, 1/256.
        softness: width of the joins' edges, 1/256 px.
        out: ``uint8 (height_px, width_px)``, drawn into.
    """
    owners, cuts, leads = strokes
    data, starts, sizes_px, places_q8, slants_q16, faint, boxes = glyphs
    height, width = out.shape
    plain, none = np.full(1, 256, np.int64), np.zeros((1, 4), np.int64)
    place, cut = np.empty((1, 4), np.int64), np.empty(4, np.int64)
    stroke, begin, room = 0, 0, np.empty(0, np.uint8)
    while stroke < owners.shape[0]:
        owner, first, start = owners[stroke], stroke, begin
        while stroke < owners.shape[0] and owners[stroke] == owner:
            begin = node_ends[stroke]
            stroke += 1
        if not leads[first] or sizes_px[owner, 0] == 0:
            continue
        one, own = slice(owner, owner + 1), nodes[start:begin].copy()
        around = places_q8[owner], sizes_px[owner], slants_q16[owner]
        left, top, right, bottom = _window(own, *around, softness)
        left, top = max(left, 0), max(top, 0)
        wide, high = min(right, width) - left, min(bottom, height) - top
        if wide <= 0 or high <= 0:
            continue
        for k in range(own.shape[0]):
            own[k, 0] -= left << 8
            own[k, 1] -= top << 8
        if room.size < wide * high:
            room = np.empty(wide * high, np.uint8)
        ink = room[: wide * high].reshape(high, wide)
        ink[:] = 0
        place[0] = places_q8[owner]
        place[0, 0] -= left << 8
        place[0, 1] -= top << 8
        glyph = data, starts[one], sizes_px[one], place, slants_q16[one]
        draw_glyphs(*glyph, plain, 1, ink, none)
        box = none[0, 1], none[0, 3], none[0, 0], none[0, 2]
        if none[0, 2] == 0:
            box = high, 0, wide, 0
        for k in range(first, stroke):
            part = own[(node_ends[k - 1] if k > first else start) - start : node_ends[k] - start]
            cut[:] = cuts[k]
            cut[0] -= left << 8
            cut[1] -= top << 8
            box = _cover_part(part, cut, softness, ink, box)
        add_ink(ink, box, gains_q8[owner], faint, left, top, out, boxes[owner])


@compiled
def _window(
    nodes: Any, place_q8: Any, size_px: Any, slant_q16: int, softness_q8: int
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom that a letter and its joins lie between, px; rather more."""
    # enlarged glyphs reach beyond their places, and so do those that lean
    lean = (abs(slant_q16) * place_q8[3] >> 17) + place_q8[2] // size_px[1] + 256
    tall = place_q8[3] // size_px[0] + 256
    left, right = place_q8[0] - lean, place_q8[0] + place_q8[2] + lean
    top, bottom = place_q8[1] - tall, place_q8[1] + place_q8[3] + tall
    for k in range(nodes.shape[0]):
        reach = nodes[k, 2] + softness_q8 // 2 + 256
        left, right = min(left, nodes[k, 0] - reach), max(right, nodes[k, 0] + reach)
        top, bottom = min(top, nodes[k, 1] - reach), max(bottom, nodes[k, 1] + reach)
    return left >> 8, top >> 8, (right >> 8) + 1, (bottom >> 8) + 1


@compiled
def _cover_part(
    nodes: Any, cut: Any, softness: int, ink: Any, box: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    """Draw a part of a join into its letter's ink, where the darker stays.

    Args:
        nodes: ``int64 (nodes, 5)``, from the corner of the ink; changed.
        cut: ``int64 (4,)``: a point, likewise, and a direction; see `LineStrokes`.
        softness: of the pen, 1/256 px.
        ink: ``uint8 (height, width)``, drawn into.
        box: of the ink: first row, last row + 1, first column, last column + 1.

    Returns:
        The box with the part.
    """
    high, wide = ink.shape
    more = nodes[:, 2].max() + softness // 2 + 256
    x0, y0 = nodes[:, 0].min() - more >> 8, nodes[:, 1].min() - more >> 8
    x1, y1 = (nodes[:, 0].max() + more >> 8) + 1, (nodes[:, 1].max() + more >> 8) + 1
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, wide), min(y1, high)
    if x0 >= x1 or y0 >= y1:
        return box
    if not cut[2:].any():
        cover_capsules(nodes, softness, ink)
    else:
        part = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for k in range(nodes.shape[0]):
            nodes[k, 0] -= x0 << 8
            nodes[k, 1] -= y0 << 8
        cover_capsules(nodes, softness, part)
        for row in range(y0, y1):
            for column in range(x0, x1):
                x, y = 256 * column + 128 - cut[0], 256 * row + 128 - cut[1]
                if x * cut[2] + y * cut[3] <= 0:
                    ink[row, column] = max(ink[row, column], part[row - y0, column - x0])
    return min(box[0], y0), max(box[1], y1), min(box[2], x0), max(box[3], x1)
