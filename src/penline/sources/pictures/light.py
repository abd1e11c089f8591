"""The light of a picture's paper, and the picture as it would be on white paper.

Uneven light is a smooth surface through the paper, of the second degree, and what is left of it
then around each pixel: the surface follows a slope up to the borders, the rest a shadow's edge.
Sums are of whole numbers, so that the light is the same on every processor.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D
from penline.sources.pictures.planes import borders, otsu, shrunk

__all__ = ["lit", "paper_of", "pen_px"]

_ROUNDS = 2
_NEAR_PX = 3
_LARGE = 1.5
_SHADOW = 0.55
"""A shadow leaves at least so much of the light around it; a blot leaves less."""
_MOST_PX = 96
"""A surface is laid through a picture that is no larger."""
_TERMS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
"""Powers of x and y."""


def paper_of(bright: Bytes2D) -> int:
    """The paper's value in a picture whose paper is the brighter one: at the borders, if any."""
    split = otsu(bright)
    around = borders(bright)
    around = around[around > split]
    if around.size < 4:
        around = bright[bright > split]
    return int(np.median(around)) if around.size else int(np.median(bright))


def lit(bright: Bytes2D, paper: int | None = None, *, even: bool = False) -> Bytes2D:
    """Divide a picture by the light of its paper.

    Args:
        bright: ``uint8 (height_px, width_px)``, ink darker than paper.
        paper: the paper's value, where it is known.
        even: the light changes within the picture: take it from the paper around each pixel.

    Returns:
        ``uint8 (height_px, width_px)``: 255 where all the paper's light comes back, or more.
    """
    level = max(paper_of(bright) if paper is None or even else paper, 1)
    flat = _divided(bright, np.full_like(bright, level))
    if not even:
        return flat
    for _ in range(_ROUNDS):
        flat = _divided(bright, _smooth(bright, _paper(flat), level))
    large = max(flat.shape) > _LARGE * _MOST_PX
    return _divided(flat, _closed(flat) if large else _around(flat))


def _divided(bright: Bytes2D, light: Bytes2D) -> Bytes2D:
    return np.asarray(cv2.divide(bright, light, scale=255), np.uint8)


def _paper(flat: Bytes2D) -> Bytes2D:
    """Where paper is, 0 or 1: what is not near ink."""
    near = np.ones((_NEAR_PX, _NEAR_PX), np.uint8)
    ink = cv2.dilate(_dark(flat), near)
    return np.asarray(cv2.bitwise_xor(ink, np.ones_like(flat)), np.uint8)


def _dark(flat: Bytes2D) -> Bytes2D:
    return np.asarray(cv2.threshold(flat, otsu(flat), 1, cv2.THRESH_BINARY_INV)[1], np.uint8)


def _around(flat: Bytes2D) -> Bytes2D:
    """The mean of the paper around each pixel; all white where none is near."""
    paper = _paper(flat)
    side = max(min(flat.shape) // 3, 5) | 1
    total, count = _sums(flat * paper, side), _sums(paper, side)
    few = max(side * side // 50, 1)
    mean: Bytes2D = ((total + few * 255) // (count + few)).clip(1, 255).astype(np.uint8)
    return mean


def _sums(plane: Bytes2D, side: int) -> npt.NDArray[np.int64]:
    """The sum of all pixels in the square around each."""
    around = cv2.boxFilter(
        plane, cv2.CV_32S, (side, side), normalize=False, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(around, np.int64)


def _closed(flat: Bytes2D) -> Bytes2D:
    """The paper behind the strokes of a large picture; a shadow's edge is followed."""
    small = shrunk(flat, max(flat.shape) / _MOST_PX)
    broad = max(5, round(2 * pen_px(_dark(small))), min(small.shape) // 8) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (broad, broad))
    # grain is smoothed first: what closes strokes takes the brightest
    soft = cv2.GaussianBlur(small, (3, 3), 0)
    closed = cv2.medianBlur(cv2.morphologyEx(soft, cv2.MORPH_CLOSE, disc), 5)
    whole = cv2.resize(closed, flat.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.maximum(np.asarray(whole, np.uint8), np.uint8(_SHADOW * 255))


def pen_px(mask: Bytes2D) -> float:
    """How broad the strokes of a mask of 0 and 1 are: twice its area over its outline's length."""
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8), borderValue=0)
    area = int(mask.sum())
    outline = area - int(np.asarray(inner, np.uint8).sum())
    return 2 * area / outline if outline else 0.0


def _smooth(bright: Bytes2D, paper: Bytes2D, level: int) -> Bytes2D:
    """A surface of the second degree through the paper, by least squares."""
    step = -(-max(bright.shape) // _MOST_PX)
    some, where = bright[::step, ::step], paper[::step, ::step].astype(np.int64)
    powers = [_powers(side) for side in some.shape]
    down, across = (np.stack([one**degree for degree in range(5)]) for one in powers)
    counts = down @ where @ across.T
    totals = down @ (where * some) @ across.T
    rows = [[int(counts[j + m, i + k]) for k, m in _TERMS] + [int(totals[j, i])] for i, j in _TERMS]
    found = _solved(rows)
    if found is None:
        return np.full_like(bright, level)
    y, x = (
        (2.0 * np.arange(side) / step - (small - 1))
        for side, small in zip(bright.shape, some.shape, strict=True)
    )
    columns = [x**i for i, _ in _TERMS]
    surface = np.zeros(bright.shape)
    for part, column, (_, j) in zip(found, columns, _TERMS, strict=True):
        surface = surface + part * column[None] * (y**j)[:, None]
    return np.rint(surface).clip(max(level // 4, 1), 255).astype(np.uint8)


def _powers(side: int) -> npt.NDArray[np.int64]:
    """Twice the distances from the middle: whole numbers."""
    return 2 * np.arange(side, dtype=np.int64) - (side - 1)


def _solved(rows: list[list[int]]) -> list[float] | None:
    """Solve equations, each of its coefficients and its sum; None where they tell too little."""
    left = [[float(one) for one in row] for row in rows]
    size = len(left)
    for at in range(size):
        best = max(range(at, size), key=lambda row: abs(left[row][at]))
        left[at], left[best] = left[best], left[at]
        pivot = left[at][at]
        if abs(pivot) < 1e-6 * max(1.0, abs(float(rows[at][at]))):
            return None
        for row in range(size):
            if row != at:
                times = left[row][at] / pivot
                left[row] = [a - times * b for a, b in zip(left[row], left[at], strict=True)]
    return [left[at][size] / left[at][at] for at in range(size)]
