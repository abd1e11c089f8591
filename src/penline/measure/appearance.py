"""How the ink itself looks: stroke width, how full and how strong it is, how far it leans."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D
from penline.thinning import LONGEST_WALK, measure_lines, prune, thin

__all__ = ["EM_PX", "LOOKS", "ink_of_picture", "looks_of", "slant_of_strokes"]

LOOKS = (
    *("stroke width", "ink density", "ink strength", "slant"),
    *("stroke ending", "breadth along strokes", "join"),
)
"""The columns of what `looks_of` gives; the first in px, the last a y in px, the others without
unit."""
EM_PX = 64.0
"""Pictures are brought to this em before they are looked at, or a coarser picture would have
broader strokes by its pixels alone."""
_MOST_PX = 1 << 23
"""Of a picture as it is looked at; a larger one is looked at more coarsely."""
_FAINT = 24
_INKED = 0.4
"""Ink counts from this share of the line's full ink on."""
_STEEP = 0.7
"""Edges that lean further than this per height are not those of upright strokes."""

Floats = npt.NDArray[np.float64]


def looks_of(ink: Bytes2D, boxes: npt.NDArray[np.int64], em_px: float = EM_PX) -> Floats:
    """What the ink in each box looks like.

    The stroke width is twice the mean distance to paper along the ridges of the ink (less the
    half pixel by which that distance counts too far, twice; a median would jump from one whole
    pixel to the next). The slant is the mean lean of upright edges, weighted by how strong they
    are. Endings and breadth along strokes are of the ink thinned to lines: how broad strokes are at
    their ends, over their breadth further on (1: blunt), and the deviation of their breadth over
    its mean. The join is where ink crosses the middle between a box and the next.

    Args:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        boxes: ``int64 (n, 4)``: left, top, right, bottom, within the picture.
        em_px: the line's em, to bring the picture to `EM_PX`.

    Returns:
        ``float64 (n, len(LOOKS))``, by `LOOKS`, in px of the picture as given; NaN where a box has
        no ink, or no upright edge, end or join.
    """
    most = (_MOST_PX / max(ink.size, 1)) ** 0.5
    scale = min(float(np.clip(EM_PX / max(em_px, 1.0), 0.05, 8.0)), most)
    if abs(scale - 1.0) > 0.02:
        way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        sized = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=way)
        ink = np.asarray(sized, np.uint8)
        boxes = np.rint(boxes * scale).astype(np.int64)
    dark = ink[ink >= _FAINT]
    level = max(_INKED * float(np.percentile(dark, 90)), _FAINT) if len(dark) else 255.0
    mask = (ink >= level).astype(np.uint8)
    # paper around, so that ink at the picture's edge ends there
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    far = cv2.distanceTransform(padded, cv2.DIST_L2, 5)
    ridge = ((far >= cv2.dilate(far, np.ones((3, 3), np.uint8))) & (far > 0))[1:-1, 1:-1]
    far = far[1:-1, 1:-1]
    smooth = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 1.0)
    gx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3).astype(np.float64)
    gy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3).astype(np.float64)
    upright = np.abs(gy) < _STEEP * np.abs(gx)
    lean, weight = np.where(upright, gx * gy, 0.0), np.where(upright, gx * gx, 0.0)
    found = np.full((len(boxes), len(LOOKS)), np.nan)
    found[:, 4:6] = _strokes_in(np.asarray(padded, np.uint8), boxes)
    found[:, 6] = _joins_between(mask, boxes) / scale
    for number, (x0, y0, x1, y1) in enumerate(np.maximum(boxes, 0).tolist()):
        here = slice(y0, y1), slice(x0, x1)
        inked = mask[here].astype(bool)
        if not inked.any():
            continue
        along = far[here][ridge[here]]
        width = max(2.0 * float(along.mean()) - 1.0, 1.0) if len(along) else 1.0
        found[number, 0] = width / scale
        found[number, 1] = float(inked.mean())
        found[number, 2] = float(ink[here][inked].mean()) / 255.0
        whole = float(weight[here].sum())
        if whole > 0:
            found[number, 3] = float(lean[here].sum()) / whole
    return found


def _strokes_in(whole: Bytes2D, boxes: npt.NDArray[np.int64]) -> Floats:
    """``float64 (n, 2)``: how strokes end, and how their breadth deviates, in each box.

    Args:
        whole: ``uint8 (height_px + 2, width_px + 2)``: the ink as a mask, with paper around it.
        boxes: of the picture without it.
    """
    lines = whole.copy()
    left = thin(lines)
    prune(lines.reshape(-1), left, whole, np.empty(LONGEST_WALK, np.int64))
    radii, endings = np.empty(len(left)), np.empty(len(left))
    measure_lines(lines.reshape(-1), left, whole, radii, endings)
    y, x = left // whole.shape[1] - 1, left % whole.shape[1] - 1
    found = np.full((len(boxes), 2), np.nan)
    for number, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        here = (x >= x0) & (x < x1) & (y >= y0) & (y < y1) & (radii > 0)
        ends, along = endings[here & (endings > 0)], radii[here]
        if len(ends):
            found[number, 0] = ends.mean()
        if len(along):
            found[number, 1] = along.std() / along.mean()
    return found


def _joins_between(mask: Bytes2D, boxes: npt.NDArray[np.int64]) -> Floats:
    """``float64 (n,)``: mean y of the ink that crosses the middle between each box and the next."""
    found = np.full(len(boxes), np.nan)
    for number, (one, other) in enumerate(itertools.pairwise(boxes.tolist())):
        column = (one[2] + other[0]) // 2
        low, high = max(min(one[1], other[1]), 0), max(one[3], other[3])
        if 0 <= column < mask.shape[1]:
            rows = np.flatnonzero(mask[low:high, column])
            if len(rows):
                found[number] = low + float(rows.mean()) + 0.5
    return found


def ink_of_picture(
    picture: Bytes2D, em_px: float, *, outside: npt.NDArray[np.bool_] | None = None
) -> Bytes2D:
    """Ink on any paper: how much darker a pixel is than the paper around it.

    The paper is what a grey closing of the width of half a character leaves; rules and cells of the
    paper that are darker than it count as ink.

    Args:
        picture: ``uint8 (height_px, width_px)``, 255 = white.
        em_px: about the height of a Chinese character.
        outside: ``bool (height_px, width_px)``: what is no part of the paper, and has no ink.
    """
    side = int(np.clip(round(0.5 * em_px), 3, 201)) | 1
    near = np.ones((side, side), np.uint8)
    if outside is None:
        paper = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, near)
        return np.asarray(cv2.subtract(paper, picture), np.uint8)
    bright = cv2.dilate(np.where(outside, np.uint8(0), picture), near)
    paper = cv2.erode(np.where(outside, np.uint8(255), bright), near)
    return np.where(outside, np.uint8(0), cv2.subtract(paper, picture))


def slant_of_strokes(strokes: list[npt.NDArray[np.float32]]) -> float:
    """Mean lean to the right per height of the upright parts of strokes, by their length.

    Args:
        strokes: ``float32 (points, 2)`` each, x right and y down.
    """
    lean = weight = 0.0
    for points in strokes:
        dx, dy = np.diff(points.astype(np.float64), axis=0).T
        upright = np.abs(dx) < _STEEP * np.abs(dy)
        lean -= float((dx * np.sign(dy))[upright].sum())
        weight += float(np.abs(dy)[upright].sum())
    return lean / weight if weight > 0 else float("nan")
