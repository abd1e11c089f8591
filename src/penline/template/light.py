"""The light of a straightened sheet, evened out, and the ink that is left.

What the paper is worth is known beside the cells, where nothing is printed and nobody writes: a
smooth surface through these places gives the light, whatever is in the cells. Inside a cell the
paper's own brightness (the darkest that a closing leaves) follows the edge of a shadow, but never
far below that surface: so a blot is not taken for a shadow.
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
    size = tuple(round(side * _COARSE_PX_MM) for side in PAGE_MM)
    coarse = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    side = round(_CLOSING_MM * _COARSE_PX_MM) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.medianBlur(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, disc), 5)
    surface = cv2.resize(beside, size, interpolation=cv2.INTER_LINEAR)
    paper = np.maximum(closed, (_SHADOW * surface).astype(np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 1.5 * _COARSE_PX_MM)
    full = np.maximum(cv2.resize(paper, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR), 8)
    light = np.asarray(cv2.divide(pixels, full, scale=255), np.uint8)
    ink = np.asarray(255 - light, np.uint8)
    return Lit(ink, _noise(pixels, full, grid))


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
