"""Rows of a PNG to grey pixels, in one compiled call.

Source: the PNG specification (ISO/IEC 15948:2004), section 9.2: each row begins with the number of
its filter, and each byte is what is to be added to a guess from those before and above.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["unfilter"]


@compiled
def unfilter(rows: npt.NDArray[np.uint8], pixels: npt.NDArray[np.uint8]) -> bool:
    """Undo the filters of rows of one byte a pixel.

    Args:
        rows: ``uint8 (height_px x (1 + width_px),)``: the number of its filter before each row.
        pixels: ``uint8 (height_px, width_px)``: filled in.

    Returns:
        Whether there are such filters; else nothing is right that was filled in.
    """
    height, width = pixels.shape
    at = 0
    for y in range(height):
        kind = rows[at]
        at += 1
        if kind > 4:
            return False
        if kind < 3:
            line, own, before = rows[at : at + width], pixels[y], np.uint8(0)
            at += width
            if kind == 1:
                for x in range(width):
                    own[x] = before = np.uint8(line[x] + before)
            else:
                for x in range(width):
                    own[x] = line[x]
            if kind == 2 and y:
                for x in range(width):
                    own[x] = np.uint8(own[x] + pixels[y - 1, x])
            continue
        left = corner = 0
        for x in range(width):
            above = int(pixels[y - 1, x]) if y else 0
            guess = (left + above) >> 1
            if kind == 4:
                by_left, by_above = abs(above - corner), abs(left - corner)
                by_corner = abs(left + above - 2 * corner)
                if by_left <= by_above and by_left <= by_corner:
                    guess = left
                else:
                    guess = above if by_above <= by_corner else corner
            left = (int(rows[at]) + guess) & 255
            pixels[y, x] = left
            corner = above
            at += 1
    return True
