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
    sizes_px: npt.NDArray[np.int64],
    papers: npt.NDArray[np.uint8],
    trims: npt.NDArray[np.bool_],
    ink: npt.NDArray[np.uint8],
    kept_px: npt.NDArray[np.int64],
) -> int:
    """Make ink of pictures, one after the other, and cut off the paper around it.

    Args:
        raw: ``uint8 (n,)``: the pictures' pixels, one after the other, row by row.
        sizes_px: ``int64 (glyphs, 2)``: height and width of each; together they fill `raw`.
        papers: ``uint8 (glyphs,)``: the value that means paper: 0 for ink, else ink is what lies
            below it.
        trims: ``bool (glyphs,)``: whether the paper around the ink is cut off.
        ink: ``uint8 (n,)``: filled in, one after the other.
        kept_px: ``int64 (glyphs, 2)``: filled in: height and width of what was kept; 0 and 0 of a
            trimmed glyph without ink.

    Returns:
        How many bytes of `ink` were filled in.
    """
    used = at = 0
    widest = 1
    for glyph in range(sizes_px.shape[0]):
        widest = max(widest, sizes_px[glyph, 1])
    seen = np.empty(widest, np.uint8)
    for glyph in range(sizes_px.shape[0]):
        height, width = sizes_px[glyph, 0], sizes_px[glyph, 1]
        pixels = raw[at : at + height * width]
        at += height * width
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
        first, end = starts[glyph], starts[glyph + 1]
        fours = first + (end - first) // 4 * 4
        for position in range(first, fours, 4):
            counts[0, ink[position]] += 1
            counts[1, ink[position + 1]] += 1
            counts[2, ink[position + 2]] += 1
            counts[3, ink[position + 3]] += 1
        for position in range(fours, end):
            counts[0, ink[position]] += 1
        blank = np.int64(counts[0, 0]) + counts[1, 0] + counts[2, 0] + counts[3, 0]
        inked = end - first - blank
        left = inked - inked * 9 // 10
        value = 255
        while value > 0:
            here = np.int64(counts[0, value]) + counts[1, value] + counts[2, value]
            here += counts[3, value]
            if left <= here:
                break
            left -= here
            value -= 1
        levels[glyph] = value
    return levels


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
    for glyph in range(glyphs):
        width = widths_px[glyph]
        two_fifths: Any = levels[glyph] * np.int64(2) // 5
        least = np.uint8(two_fifths if two_fifths > 1 else 1)
        pixels = ink[starts[glyph] : starts[glyph + 1]]
        area = np.int64(0)
        crossings = np.int64(0)
        above = pixels[:0]
        # a row at a time and without a branch, so that the compiler takes many pixels at once
        for first in range(0, pixels.shape[0], width):
            row = pixels[first : first + width]
            inked = np.int32(0)
            changes = np.int32(0)
            for column in range(row.shape[0]):
                inked += np.int32(row[column] >= least)
            for column in range(1, row.shape[0]):
                changes += np.int32((row[column] >= least) != (row[column - 1] >= least))
            if above.shape[0] == row.shape[0]:
                for column in range(row.shape[0]):
                    changes += np.int32((row[column] >= least) != (above[column] >= least))
            else:
                changes += inked
            # what touches an edge begins or ends there
            changes += np.int32(row[0] >= least) + np.int32(row[-1] >= least)
            area += inked
            crossings += changes
            above = row
        for column in range(above.shape[0]):
            crossings += np.int64(above[column] >= least)
        # pi/4 of the crossings, and half of that
        length = crossings * 201 // 512
        lengths[glyph] = min(length, 65535)
        pens[glyph] = min(area * 16 // (length if length > 0 else 1), 65535)
    return lengths, pens
