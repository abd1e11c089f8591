"""The kernels of `penline.compose.marks` in plain NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["add_ink", "blot", "fade"]

Ink = npt.NDArray[np.uint8]


def add_ink(ink: Ink, more: Ink) -> npt.NDArray[np.int64]:
    """See `compose.marks.add_ink`: what is left of the paper is the product of what each leaves."""
    left = (255 - ink.astype(np.int64)) * (255 - more.astype(np.int64))
    return 255 - np.rint(left / 255).astype(np.int64)


def blot(ink: Ink, x_px: float, y_px: float, radius_px: float) -> npt.NDArray[np.int64]:
    """See `compose.marks._blot`: ink falls with the square of the distance of pixels' middles, from
    full to none within half a pixel to either side of the radius."""
    y, x = np.mgrid[: ink.shape[0], : ink.shape[1]] + 0.5
    far = (x - x_px) ** 2 + (y - y_px) ** 2
    inner, outer = max(radius_px - 0.5, 0.0) ** 2, (radius_px + 0.5) ** 2
    drop = np.clip(np.floor((outer - far) * 255 / (outer - inner)), 0, 255)
    return np.maximum(ink, drop.astype(np.int64))


def fade(ink: Ink, start_q8: int, least_q8: int) -> npt.NDArray[np.int64]:
    """See `compose.marks._fade`: the share of the ink falls along a straight line."""
    columns = np.arange(ink.shape[1])
    first = ink.shape[1] * start_q8 // 256
    run = max(ink.shape[1] - first, 1)
    share = np.where(columns < first, 256, 256 - (256 - least_q8) * (columns - first) // run)
    return ink.astype(np.int64) * share + 128 >> 8
