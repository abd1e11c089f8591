"""The light of a straightened sheet, evened out, and the ink that is left.

What the paper is worth is known beside the cells, where nothing is printed and nobody writes: a
smooth surface through these places gives the light, whatever is in the cells. Inside a cell the
paper's own brightness (the darkest that a closing leaves) follows the edge of a shadow, but never
far below that surface: so a blot is not taken for a shadow. At a hard shadow's edge that
brightness is followed closely, and on the darker side of doubt: the edge is no stroke.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from penline.records import Bytes2D
from penline.template.layout import GAP_MM, PAGE_MM, Grid
from penline.template.straight import PX_MM

__all__ = ["Lit", "even_light"]

_COARSE_PX_MM = 2
_CLOSING_MM = 4.5
_SHADOW = 0.8
"""The paper in a cell is at least this much of what its surroundings say."""
_FINE_PX_MM = 4
_HARD = 0.93
"""Where the paper falls below so much of what is smooth, a hard shadow ends."""
_DOUBT_MM = 0.5


class Lit(NamedTuple):
    """A sheet in even light.

    Attributes:
        ink: ``uint8 (height_px, width_px)``, 0 = paper, 255 = no light at all.
        noise: how much the paper's own values scatter, in steps of ink.
    """

    ink: Bytes2D
    noise: float


def even_light(pixels: Bytes2D, grid: Grid) -> Lit:
    """Ink by how much light it takes away.

    Args:
        pixels: ``uint8 (height_px, width_px)``, a straightened sheet.
        grid: its cells.
    """
    beside = _beside(pixels, grid)
    size = pixels.shape[::-1]
    paper = cv2.GaussianBlur(_paper(pixels, beside, _COARSE_PX_MM), (0, 0), 1.5 * _COARSE_PX_MM)
    full = np.asarray(cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    # between a gap in the light and one in the shadow, a cell may be as dark as the darker one
    darker = np.asarray(cv2.erode(beside, np.ones((3, 3), np.uint8)), np.uint8)
    close = cv2.erode(_paper(pixels, darker, _FINE_PX_MM), _disc(_DOUBT_MM * _FINE_PX_MM))
    close = np.asarray(cv2.resize(close, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    full = np.maximum(np.where(close < _HARD * full, close, full), 8)
    light = np.asarray(cv2.divide(pixels, full, scale=255), np.uint8)
    ink = np.asarray(255 - light, np.uint8)
    return Lit(ink, _noise(pixels, full, grid))


def _paper(pixels: Bytes2D, beside: Bytes2D, px_mm: int) -> Bytes2D:
    """The paper's own brightness everywhere, strokes closed, at so many pixels a millimetre."""
    size = tuple(round(side * px_mm) for side in PAGE_MM)
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _disc(_CLOSING_MM * px_mm))
    surface = cv2.resize(beside, size, interpolation=cv2.INTER_LINEAR)
    return np.maximum(cv2.medianBlur(closed, 5), (_SHADOW * surface).astype(np.uint8))


def _disc(side_px: float) -> Bytes2D:
    side = round(side_px) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _beside(pixels: Bytes2D, grid: Grid) -> Bytes2D:
    """The paper in the gaps between the cells, a value for each gap, as a small picture."""
    across, _ = grid.pitch_mm
    columns = np.arange(-1, grid.columns)
    values = np.empty((grid.rows, columns.size), np.uint8)
    room = GAP_MM[0] * 0.3
    for row in range(grid.rows):
        left_mm, top_mm = grid.corner_mm(row * grid.columns)
        top, bottom = round(top_mm * PX_MM), round((top_mm + grid.cell_mm) * PX_MM)
        for at, column in enumerate(columns.tolist()):
            middle = left_mm + (column + 1) * across - GAP_MM[0] / 2
            left, right = round((middle - room) * PX_MM), round((middle + room) * PX_MM)
            # more than half of a gap is paper, also where a stroke has run into it
            values[row, at] = np.percentile(pixels[top:bottom, max(left, 0) : right], 60)
    return np.asarray(cv2.medianBlur(values, 3), np.uint8)


def _noise(pixels: Bytes2D, paper: Bytes2D, grid: Grid) -> float:
    """Scatter of the paper between the cells, from the middle half of its values."""
    found = []
    for cell in range(0, grid.count, max(grid.count // 40, 1)):
        left, top = grid.corner_mm(cell)
        middle = left - GAP_MM[0] / 2
        rows = slice(round(top * PX_MM), round((top + grid.cell_mm) * PX_MM))
        columns = slice(round((middle - 0.7) * PX_MM), round((middle + 0.7) * PX_MM))
        light = pixels[rows, columns].astype(np.float64) / paper[rows, columns] * 255
        low, high = np.percentile(light, (25, 75))
        found.append((high - low) / 1.35)
    return float(np.median(found))
