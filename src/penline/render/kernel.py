"""Placements to ink, ink onto paper: one compiled pass each, in integers.

A glyph is resampled by its exact area: an output pixel is the mean of the source rectangle that
it covers. Rows are averaged first, then a running sum along the row gives any stretch of it in
two look-ups, so slant and sub-pixel places cost nothing more. Pixels of a row share their edges.
Enlarged glyphs are averaged over one source pixel, which is linear interpolation: two look-ups in
the row itself.

A quotient by 255 is `(v + (v >> 8)) >> 8` with 128 added to `v` first: the exact rounding for
products of two bytes.

numba makes 64-bit numbers of the outcome of all arithmetic; `_i32`, `_u16` or `_u32` around each
step of an inner loop takes that back, so that the processor works on eight or sixteen pixels at a
time.

Fixed point: places and sizes in 1/256 px (`_q8`), slopes in 1/65536 (`_q16`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["MAX_GLYPH_PX", "box_corners", "draw_glyphs", "lay_ink", "least_side"]

MAX_GLYPH_PX = 4096
"""Largest side of a source glyph and of a placed one: keeps every product below 2**63, and the sum
of a column of weighted ink below 2**31."""

Ints = npt.NDArray[np.int64]
_i32, _u16, _u32 = np.int32, np.uint16, np.uint32


@compiled
def draw_glyphs(
    data: npt.NDArray[np.uint8],
    starts: Ints,
    sizes_px: Ints,
    places_q8: Ints,
    slants_q16: Ints,
    gains_q8: Ints,
    faint: int,
    out: npt.NDArray[np.uint8],
    boxes_px: Ints,
) -> None:
    """Draw glyphs into a line of ink.

    Where glyphs overlap, ink adds as pen strokes do: ``a + b - a b / 255``.

    Args:
        data: ``uint8 (bytes,)``, where the glyphs' ink lies; every range named must lie in it.
        starts: ``int64 (n,)``, where each glyph begins in `data`.
        sizes_px: ``int64 (n, 2)``, height and width of each glyph there, 1 to `MAX_GLYPH_PX`; 0
            for white space, which is passed over.
        places_q8: ``int64 (n, 4)``, left, top, width, height of each in the line, 1/256 px.
        slants_q16: ``int64 (n,)``, horizontal lean per pixel of height, about the glyph's middle.
        gains_q8: ``int64 (n,)``, factor on the ink, 1/256.
        faint: ink below this value does not count for a glyph's box.
        out: ``uint8 (height_px, width_px)``, drawn into.
        boxes_px: ``int64 (n, 4)``, filled in: left, top, right, bottom of each glyph's ink in
            `out`, right and bottom exclusive; all 0 where nothing of it shows. That of white
            space stays as it is.
    """
    canvas_height, canvas_width = out.shape
    longest = 0
    for glyph in range(starts.shape[0]):
        if sizes_px[glyph, 0] > 0:
            width = sizes_px[glyph, 1]
            longest = max(longest, width + 2 * _margin(width, places_q8[glyph, 2]) + 1)
    row = np.zeros(longest, np.int32)
    sums = np.zeros(longest, np.int64)
    inks = np.empty(canvas_width, np.int32)
    ends = np.empty(canvas_width + 1, np.int64)
    tops = np.zeros(canvas_width, np.int32)
    for glyph in range(starts.shape[0]):
        start = starts[glyph]
        height, width = sizes_px[glyph, 0], sizes_px[glyph, 1]
        if height == 0:
            continue
        left, top = places_q8[glyph, 0], places_q8[glyph, 1]
        wide, high = places_q8[glyph, 2], places_q8[glyph, 3]
        gain, slant = _i32(min(max(gains_q8[glyph], 0), 65536)), slants_q16[glyph]
        middle = top + high // 2
        # source pixels per 1/256 px of the line, as 1/2**32
        x_scale = (width << 32) // wide
        y_scale = (height << 32) // high
        # an output pixel covers this much of the source, 1/65536 px, never less than one pixel
        x_span = max((x_scale << 8) >> 16, 65536)
        y_span = max((y_scale << 8) >> 16, 65536)
        x_grow = (x_span - ((x_scale << 8) >> 16)) // 2
        y_grow = (y_span - ((y_scale << 8) >> 16)) // 2
        x_pad = max(0, (wide // width - 256) // 2)
        y_pad = max(0, (high // height - 256) // 2)
        share = (np.int64(1) << 40) // ((x_span >> 8) * (y_span >> 8))
        x_step = x_scale << 8
        # white before and after the row, so that no pixel reaches beyond it
        margin = _margin(width, wide)
        whole = width + 2 * margin + 1
        row[:margin] = 0
        row[margin + width : whole] = 0
        sums[: margin + 1] = 0
        inner = row[margin : margin + width]
        running = sums[margin + 1 : margin + 1 + width]
        box_left, box_top, box_right, box_bottom = canvas_width, canvas_height, 0, 0
        from_x, to_x = canvas_width, 0
        first_y = max((top - y_pad) >> 8, 0)
        last_y = min((top + high + y_pad + 255) >> 8, canvas_height)
        for y in range(first_y, last_y):
            low = ((((y << 8) - top) * y_scale) >> 16) - y_grow
            upper = min(low + y_span, height << 16)
            low = max(low, 0)
            if upper <= low:
                continue
            above = low >> 16
            for v in range(above, (upper + 65535) >> 16):
                weight = _i32((min(upper, (v + 1) << 16) - max(low, v << 16)) >> 8)
                source = data[start + v * width : start + (v + 1) * width]
                if v == above:
                    for u in range(width):
                        inner[u] = _i32(_u32(source[u]) * _u32(weight))
                else:
                    for u in range(width):
                        inner[u] = _i32(inner[u] + _i32(_i32(source[u]) * weight))
            total = np.int64(0)
            for u in range(width):
                total += inner[u]
                running[u] = total << 8
            if total == 0:
                continue
            sums[margin + 1 + width : whole] = total << 8
            lean = ((middle - (y << 8) - 128) * slant) >> 16
            first_x = max((left + lean - x_pad) >> 8, 0)
            last_x = min((left + lean + wide + x_pad + 255) >> 8, canvas_width)
            at = ((first_x << 8) - left - lean) * x_scale + (((margin << 16) - x_grow) << 16)
            count = last_x - first_x
            if count <= 0:
                continue
            half = np.int64(1) << 39
            if x_grow == 0:
                for k in range(count + 1):
                    end = np.uintp(at >> 32)
                    ends[k] = sums[end] + row[end] * ((at >> 24) & 255)
                    at += x_step
                for k in range(count):
                    inks[k] = _i32(((ends[k + 1] - ends[k]) * share + half) >> 40)
            else:
                for k in range(count):
                    begin, part = np.uintp(at >> 32), (at >> 24) & 255
                    stretch = row[begin] * (256 - part) + row[begin + np.uintp(1)] * part
                    inks[k] = _i32((stretch * share + half) >> 40)
                    at += x_step
            line = out[y, first_x:last_x]
            darkest = _i32(0)
            seen = tops[first_x:last_x]
            from_x, to_x = min(from_x, first_x), max(to_x, last_x)
            for k in range(count):
                ink = _i32(_i32(_i32(inks[k] * gain) + _i32(128)) >> _i32(8))
                ink = _i32(min(ink, _i32(255)))
                seen[k] = _i32(max(seen[k], ink))
                darkest = _i32(max(darkest, ink))
                below = _i32(line[k])
                both = _i32(_i32(below * ink) + _i32(128))
                both = _i32(_i32(both + _i32(both >> _i32(8))) >> _i32(8))
                line[k] = np.uint8(_i32(_i32(below + ink) - both))
            if darkest < max(faint, 1):
                continue
            box_top = min(box_top, y)
            box_bottom = y + 1
        if box_bottom > 0:
            box_left, box_right = from_x, to_x
            while tops[box_left] < max(faint, 1):
                box_left += 1
            while tops[box_right - 1] < max(faint, 1):
                box_right -= 1
        if from_x < to_x:
            tops[from_x:to_x] = 0
        if box_right == 0:
            box_left = box_top = box_bottom = 0
        boxes_px[glyph, 0] = box_left
        boxes_px[glyph, 1] = box_top
        boxes_px[glyph, 2] = box_right
        boxes_px[glyph, 3] = box_bottom


@compiled
def _margin(width: int, wide_q8: int) -> int:
    """White source pixels that an output pixel may reach into, beside a row of so many."""
    return 3 + (width << 8) // wide_q8


@compiled
def lay_ink(paper: Any, ink: npt.NDArray[np.uint8], colour: Ints) -> None:
    """Lay ink on paper, in place: full ink is the ink's colour, no ink leaves the paper.

    Args:
        paper: ``uint8 (height_px, width_px, channels)``.
        ink: ``uint8 (height_px, width_px)``.
        colour: ``int64 (channels,)``, 0 to 255; where the paper is darker, the paper stays.
    """
    height, width, channels = paper.shape
    if channels == 1:
        full = _u16(colour[0])
        for y in range(height):
            sheet, line = paper[y].reshape(width), ink[y]
            for x in range(width):
                below = _u16(sheet[x])
                room = _u16(_u16(max(below, full)) - full)
                both = _u16(_u16(room * _u16(line[x])) + _u16(128))
                both = _u16(_u16(both + _u16(both >> _u16(8))) >> _u16(8))
                sheet[x] = np.uint8(_u16(below - both))
        return
    for y in range(height):
        for x in range(width):
            alpha = np.int64(ink[y, x])
            if alpha:
                for c in range(channels):
                    under = np.int64(paper[y, x, c])
                    product = max(under - colour[c], 0) * alpha + 128
                    paper[y, x, c] = under - ((product + (product >> 8)) >> 8)


@compiled
def box_corners(
    places_q8: Ints,
    boxes_px: Ints,
    owners: Ints,
    height_px: int,
    width_px: int,
    quads: npt.NDArray[np.float64],
) -> None:
    """Corners of what shows of each character, or of the place that was set aside for it.

    Args:
        places_q8: ``int64 (n, 4)``, as in `draw_glyphs`.
        boxes_px: ``int64 (n, 4)``, as `draw_glyphs` fills them in; right 0 where nothing shows.
        owners: ``int64 (n,)``: the character that each glyph is, or is a part of; rising.
        height_px: of the picture.
        width_px: of the picture.
        quads: ``float64 (characters, 4, 2)``, filled in: x and y, clockwise from the upper left.
    """
    for at in range(owners.shape[0]):
        if boxes_px[at, 2] > 0:
            x0, y0 = np.float64(boxes_px[at, 0]), np.float64(boxes_px[at, 1])
            x1, y1 = np.float64(boxes_px[at, 2]), np.float64(boxes_px[at, 3])
        else:
            x0, y0 = places_q8[at, 0] / 256.0, places_q8[at, 1] / 256.0
            x1, y1 = x0 + places_q8[at, 2] / 256.0, y0 + places_q8[at, 3] / 256.0
            x0, x1 = min(max(x0, 0.0), width_px), min(max(x1, 0.0), width_px)
            y0, y1 = min(max(y0, 0.0), height_px), min(max(y1, 0.0), height_px)
        quad = quads[owners[at]]
        if at > 0 and owners[at] == owners[at - 1]:
            x0, y0 = min(x0, quad[0, 0]), min(y0, quad[0, 1])
            x1, y1 = max(x1, quad[2, 0]), max(y1, quad[2, 1])
        quad[0, 0], quad[0, 1] = x0, y0
        quad[1, 0], quad[1, 1] = x1, y0
        quad[2, 0], quad[2, 1] = x1, y1
        quad[3, 0], quad[3, 1] = x0, y1


@compiled
def least_side(quads: Any) -> float:
    """Find the shortest side, px, of the boxes around quads; infinite where there are none.

    Args:
        quads: ``float64 (n, 4, 2)``.
    """
    least = np.inf
    for i in range(quads.shape[0]):
        for axis in range(2):
            low = high = quads[i, 0, axis]
            for corner in range(1, 4):
                low, high = min(low, quads[i, corner, axis]), max(high, quads[i, corner, axis])
            least = min(least, high - low)
    return least
