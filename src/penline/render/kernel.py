"""Placements to ink, ink onto paper: one compiled pass each, in integers.

`penline.render.reference` holds the same functions in plain NumPy; a test holds the two equal.

A glyph is resampled by its exact area: an output pixel is the mean of the source rectangle that
it covers. Rows are averaged first, then a running sum along the row gives any stretch of it in
two look-ups, so slant and sub-pixel places cost nothing more. Enlarged glyphs are averaged over
one source pixel, which is linear interpolation.

A quotient by 255 is `(v + (v >> 8)) >> 8` with 128 added to `v` first: the exact rounding for
products of two bytes.

Fixed point: places and sizes in 1/256 px (`_q8`), slopes in 1/65536 (`_q16`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["MAX_GLYPH_PX", "draw_glyphs", "lay_ink"]

MAX_GLYPH_PX = 4096
"""Largest side of a source glyph and of a placed one: keeps every product below 2**63, and the sum
of a column of weighted ink below 2**31."""

Ints = npt.NDArray[np.int64]


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
        sizes_px: ``int64 (n, 2)``, height and width of each glyph there, 1 to `MAX_GLYPH_PX`.
        places_q8: ``int64 (n, 4)``, left, top, width, height of each in the line, 1/256 px.
        slants_q16: ``int64 (n,)``, horizontal lean per pixel of height, about the glyph's middle.
        gains_q8: ``int64 (n,)``, factor on the ink, 1/256.
        faint: ink below this value does not count for a glyph's box.
        out: ``uint8 (height_px, width_px)``, drawn into.
        boxes_px: ``int64 (n, 4)``, filled in: left, top, right, bottom of each glyph's ink in
            `out`, right and bottom exclusive; all 0 where nothing of it shows.
    """
    canvas_height, canvas_width = out.shape
    for glyph in range(starts.shape[0]):
        start = starts[glyph]
        height, width = sizes_px[glyph, 0], sizes_px[glyph, 1]
        left, top = places_q8[glyph, 0], places_q8[glyph, 1]
        wide, high = places_q8[glyph, 2], places_q8[glyph, 3]
        gain, slant = gains_q8[glyph], slants_q16[glyph]
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
        row = np.zeros(width + 1, np.int32)
        sums = np.zeros(width + 1, np.int64)
        box_left, box_top, box_right, box_bottom = canvas_width, canvas_height, 0, 0
        first_y = max((top - y_pad) >> 8, 0)
        last_y = min((top + high + y_pad + 255) >> 8, canvas_height)
        for y in range(first_y, last_y):
            low = ((((y << 8) - top) * y_scale) >> 16) - y_grow
            upper = min(low + y_span, height << 16)
            low = max(low, 0)
            if upper <= low:
                continue
            row[:] = 0
            for v in range(low >> 16, (upper + 65535) >> 16):
                weight = np.int32((min(upper, (v + 1) << 16) - max(low, v << 16)) >> 8)
                source = data[start + v * width : start + (v + 1) * width]
                for u in range(width):
                    row[u] += np.int32(source[u]) * weight
            total = np.int64(0)
            for u in range(width):
                total += row[u]
                sums[u + 1] = total
            if total == 0:
                continue
            line = out[np.uintp(y)]
            lean = ((middle - (y << 8) - 128) * slant) >> 16
            first_x = max((left + lean - x_pad) >> 8, 0)
            last_x = min((left + lean + wide + x_pad + 255) >> 8, canvas_width)
            at = ((first_x << 8) - left - lean) * x_scale
            for x in range(first_x, last_x):
                begin = (at >> 16) - x_grow
                at += x_scale << 8
                end = min(begin + x_span, width << 16)
                begin = max(begin, 0)
                if end <= begin:
                    continue
                first, last = np.uintp(begin >> 16), np.uintp(end >> 16)
                stretch = (sums[last] - sums[first]) << 8
                stretch += row[last] * ((end >> 8) & 255) - row[first] * ((begin >> 8) & 255)
                if stretch == 0:
                    continue
                ink = (stretch * share + (np.int64(1) << 39)) >> 40
                ink = min((ink * gain + 128) >> 8, 255)
                if ink <= 0:
                    continue
                below = np.int64(line[np.uintp(x)])
                both = below * ink + 128
                line[np.uintp(x)] = below + ink - ((both + (both >> 8)) >> 8)
                if ink >= faint:
                    box_left = min(box_left, x)
                    box_right = max(box_right, x + 1)
                    box_top = min(box_top, y)
                    box_bottom = max(box_bottom, y + 1)
        if box_right == 0:
            box_left = box_top = box_bottom = 0
        boxes_px[glyph, 0] = box_left
        boxes_px[glyph, 1] = box_top
        boxes_px[glyph, 2] = box_right
        boxes_px[glyph, 3] = box_bottom


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
        full = np.int32(colour[0])
        for y in range(height):
            for x in range(width):
                below = np.int32(paper[y, x, 0])
                both = max(below - full, np.int32(0)) * np.int32(ink[y, x]) + np.int32(128)
                paper[y, x, 0] = below - ((both + (both >> np.int32(8))) >> np.int32(8))
        return
    for y in range(height):
        for x in range(width):
            alpha = np.int64(ink[y, x])
            if alpha:
                for c in range(channels):
                    under = np.int64(paper[y, x, c])
                    product = max(under - colour[c], 0) * alpha + 128
                    paper[y, x, c] = under - ((product + (product >> 8)) >> 8)
