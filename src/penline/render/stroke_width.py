"""Strokes made broader or thinner, so that a borrowed glyph looks like its line's pen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["MOST_PX", "PAD_PX", "adjust_stroke_width"]

PAD_PX = 1
"""White that `adjust_stroke_width` adds at each side."""
MOST_PX = 2.0
"""What a stroke can gain or lose in breadth, in pixels of the glyph."""

Ink = npt.NDArray[np.uint8]


@compiled
def adjust_stroke_width(ink: Ink, share_q8: int, out: Ink) -> None:
    """Give strokes more breadth, or less.

    A pixel goes some way to the darkest (or the palest) of itself and its four neighbours; all the
    way, a stroke gains (or loses) one pixel at each of its sides.

    Args:
        ink: ``uint8 (height, width)``, 0 = paper.
        share_q8: how far, 1/256: -256 to 256; below 0 strokes become thinner.
        out: ``uint8 (height + 2, width + 2)``, filled in.
    """
    height, width = ink.shape
    for y in range(height + 2):
        for x in range(width + 2):
            here = np.int64(0)
            if 0 < y <= height and 0 < x <= width:
                here = np.int64(ink[y - 1, x - 1])
            far = here
            for k in range(4):
                v = y - 1 + (k == 0) - (k == 1)
                u = x - 1 + (k == 2) - (k == 3)
                near = np.int64(0)
                if 0 <= v < height and 0 <= u < width:
                    near = np.int64(ink[v, u])
                far = max(far, near) if share_q8 > 0 else min(far, near)
            out[y, x] = here + ((far - here) * abs(share_q8) + 128 >> 8)
