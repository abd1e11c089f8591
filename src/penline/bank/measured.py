"""What a bank says of each glyph's ink, measured when it is packed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["glyph_levels", "stroke_sizes", "take_ink"]


@compiled
def take_ink(
    raw: npt.NDArray[np.uint8],
    begins: npt.NDArray[np.int64],
    sizes_px: npt.NDArray[np.int64],
    papers: npt.NDArray[np.uint8],
    trims: npt.NDArray[np.bool_],
    ink: npt.NDArray[np.uint8],
    kept_px: npt.NDArray[np.int64],
) -> int:
    """Make ink of pictures, one after the other, and cut off the paper around it.

    Args:
        raw: ``uint8 (n,)``: holds the pictures' pixels, row by row.
        begins: ``int64 (glyphs,)``: where in `raw` each picture begins.
        sizes_px: ``int64 (glyphs, 2)``: height and width of each.
        papers: ``uint8 (glyphs,)``: the value that means paper: 0 for ink, else ink is what lies
            below it.
        trims: ``bool (glyphs,)``: whether the paper around the ink is cut off.
        ink: ``uint8 (n,)``: filled in, one after the other.
        kept_px: ``int64 (glyphs, 2)``: filled in: height and width of what was kept; 0 and 0 of a
            trimmed glyph without ink.

    Returns:
        How many bytes of `ink` were filled in.
    """
    used = 0
    widest = 1
    for glyph in range(sizes_px.shape[0]):
        widest = max(widest, sizes_px[glyph, 1])
    seen = np.empty(widest, np.uint8)
    for glyph in range(sizes_px.shape[0]):
        height, width = sizes_px[glyph, 0], sizes_px[glyph, 1]
        pixels = raw[begins[glyph] : begins[glyph] + height * width]
        paper = papers[glyph]
        flip = np.uint8(255 if paper else 0)
        shift = np.uint8(paper + 1 if paper else 0)
        top, bottom, left, right = 0, height, 0, width
        if trims[glyph]:
            columns = seen[:width]
            columns[:] = 0
            top, bottom = height, 0
            for y in range(height):
                row = pixels[y * width : (y + 1) * width]
                inked = np.uint8(0)
                for x in range(row.shape[0]):
                    # paper - pixel, which is ~pixel + paper + 1
                    value = np.uint8(np.uint8(row[x] ^ flip) + shift)
                    inked = np.uint8(inked | value)
                    columns[x] = np.uint8(columns[x] | value)
                if inked:
                    top, bottom = min(top, y), y + 1
            if bottom == 0:
                kept_px[glyph, 0] = kept_px[glyph, 1] = 0
                continue
            while columns[left] == 0:
                left += 1
            while columns[right - 1] == 0:
                right -= 1
        kept_px[glyph, 0], kept_px[glyph, 1] = bottom - top, right - left
        for y in range(top, bottom):
            row = pixels[y * width + left : y * width + right]
            out = ink[used : used + right - left]
            for x in range(row.shape[0]):
                out[x] = np.uint8(np.uint8(row[x] ^ flip) + shift)
            used += right - left
    return used


@compiled
def glyph_levels(ink: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> Any:
    """For each glyph, the 90th percentile of its pixels that hold ink; 255 for a blank glyph.

    Args:
        ink: ``uint8 (n,)``, the glyphs' pixels one after the other.
        starts: ``int64 (glyphs + 1,)``, where each begins; the last entry is the end.

    Returns:
        ``uint8 (glyphs,)``.
    """
    levels = np.zeros(starts.shape[0] - 1, np.uint8)
    # four tables, so that equal neighbours do not wait for each other's count
    counts = np.zeros((4, 256), np.int32)
    for glyph in range(levels.shape[0]):
        counts[:] = 0
        pixels = ink[starts[glyph] : starts[glyph + 1]]
        eights = pixels.shape[0] // 8 * 8
        for at in range(0, eights, 8):
            a, b, c, d = pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]
            e, f, g, h = pixels[at + 4], pixels[at + 5], pixels[at + 6], pixels[at + 7]
            if (a | b | c | d) | (e | f | g | h):  # paper is not counted
                counts[0, a] += 1
                counts[1, b] += 1
                counts[2, c] += 1
                counts[3, d] += 1
                counts[0, e] += 1
                counts[1, f] += 1
                counts[2, g] += 1
                counts[3, h] += 1
        for at in range(eights, pixels.shape[0]):
            counts[0, pixels[at]] += 1
        inked = np.int64(0)
        for value in range(1, 256):
            counts[0, value] += counts[1, value] + counts[2, value] + counts[3, value]
            inked += counts[0, value]
        if inked == 0:
            levels[glyph] = 255
            continue
        left = inked - inked * 9 // 10
        value = 255
        while left > counts[0, value]:
            left -= counts[0, value]
            value -= 1
        levels[glyph] = value
    return levels


@compiled
def _differing(
    one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], lanes: npt.NDArray[np.uint8]
) -> int:
    """In how many places two masks of 0 and 1 differ, 128 at a time.

    `lanes` are counters of a byte each, emptied before they can overflow.
    """
    count = np.int64(0)
    whole = one.shape[0] // 128 * 128
    for first in range(0, whole, 128 * 255):
        lanes[:] = 0
        for at in range(first, min(whole, first + 128 * 255), 128):
            here, there = one[at : at + 128], other[at : at + 128]
            for lane in range(128):
                lanes[lane] = np.uint8(lanes[lane] + (here[lane] ^ there[lane]))
        for lane in range(128):
            count += np.int64(lanes[lane])
    for at in range(whole, one.shape[0]):
        count += np.int64(one[at] ^ other[at])
    return count  # type: ignore[return-value]


@compiled
def stroke_sizes(
    ink: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    widths_px: npt.NDArray[np.int64],
    levels: npt.NDArray[np.uint8],
) -> Any:
    """For each glyph about how long its strokes are in all, and how broad.

    A stroke has two long edges: its length is half of the outline's, and its breadth the inked
    area over the length. The outline runs where ink crosses two fifths of the glyph's level;
    its length is pi/4 of the crossings in rows and columns, as for edges of all directions.

    Args:
        ink: ``uint8 (n,)``, the glyphs' pixels one after the other.
        starts: ``int64 (glyphs + 1,)``, where each begins; the last entry is the end.
        widths_px: ``int64 (glyphs,)``, the width of each.
        levels: ``uint8 (glyphs,)``, what `glyph_levels` gives.

    Returns:
        Lengths in px and breadths in 1/16 px, ``int64 (glyphs,)`` each; 0 of a blank glyph.
    """
    glyphs = starts.shape[0] - 1
    lengths = np.zeros(glyphs, np.int64)
    pens = np.zeros(glyphs, np.int64)
    lanes = np.zeros(128, np.uint8)
    largest = np.int64(0)
    for glyph in range(glyphs):
        largest = max(largest, starts[glyph + 1] - starts[glyph])
    masks = np.empty(largest, np.uint8)
    blank = np.zeros(largest, np.uint8)
    for glyph in range(glyphs):
        width = widths_px[glyph]
        pixels = ink[starts[glyph] : starts[glyph + 1]]
        size = pixels.shape[0]
        if size == 0:
            continue
        two_fifths: Any = levels[glyph] * np.int64(2) // 5
        least = np.uint8(two_fifths if two_fifths > 1 else 1)
        mask = masks[:size]
        for at in range(size):
            mask[at] = np.uint8(pixels[at] >= least)
        area = _differing(mask, blank[:size], lanes)
        # the whole glyph as one row; of two neighbours over a row's end each is at an edge
        crossings = _differing(mask[: size - 1], mask[1:], lanes)
        crossings += np.int64(mask[0]) + mask[size - 1]
        for row in range(width, size, width):
            crossings += 2 * np.int64(mask[row - 1] & mask[row])
        crossings += _differing(mask[: size - width], mask[width:], lanes)
        crossings += _differing(mask[:width], blank[:width], lanes)
        crossings += _differing(mask[size - width :], blank[:width], lanes)
        # pi/4 of the crossings, and half of that
        length = crossings * 201 // 512
        lengths[glyph] = min(length, 65535)
        pens[glyph] = min(area * 16 // (length if length > 0 else 1), 65535)
    return lengths, pens
