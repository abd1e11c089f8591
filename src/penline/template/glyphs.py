"""The cells of a sheet as clean ink, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from penline.characters import kind_of
from penline.records import Bytes2D
from penline.template.layout import Grid
from penline.template.light import Lit
from penline.template.straight import PX_MM

__all__ = ["FLAWS", "WrittenCell", "WrittenPen", "cut_cells", "pen_of"]

FLAWS = {
    "blank": "nothing is written",
    "clipped": "the ink runs over the border",
    "blotted": "too much ink: a blot, or crossed out",
    "faint": "the ink is too pale to be told from the paper",
}

_INSET_MM = 0.65
"""What is left out along the border, from the middle of its line."""
_SLIVER_MM = 0.45
"""Ink at the edge of the cut that is no deeper is the border's own."""
_LEAST_MM2 = {True: 0.05, False: 0.5}
"""Least strong ink of a small character (a stop, a stroke), and of another one."""
_SPECK_MM2 = 0.1
_STRONG, _SURE, _WEAK = 0.45, 0.33, 0.2
"""Parts of the pen's level: ink that is measured, that proves a stroke, that belongs to one."""
_FAINT_LEVEL = 64
_PLENTY_MM2 = 1.0
_THIN_MM = 3.0
_BLOT_RADIUS_MM, _BLOT_RADII = 0.85, (2.0, 1.45)
_FULL, _FULLER = 0.5, 2.2


class WrittenPen(NamedTuple):
    """What a sheet was written with.

    Attributes:
        level: how dark its strokes are, as ink; 0 for a sheet that nobody wrote on.
        radius_mm: half the width of a stroke, at the widest place of the median character.
        wide_mm: the same of the character that nine in ten do not reach.
        share: how much of its box the median character fills.
    """

    level: float
    radius_mm: float
    wide_mm: float
    share: float


class WrittenCell(NamedTuple):
    """One cell.

    Attributes:
        cell: its number.
        flaw: one of `FLAWS`, or "".
        ink: ``uint8 (height_px, width_px)``, tight, 0 = paper; of no size where it is blank.
    """

    cell: int
    flaw: str
    ink: Bytes2D


def cut_cells(lit: Lit, grid: Grid, characters: tuple[str, ...]) -> Iterator[WrittenCell]:
    """Each cell with a character to write, in order.

    Args:
        lit: the sheet.
        grid: its cells.
        characters: what was to be written.
    """
    cut = [_inside(lit.ink, grid, cell) for cell in range(len(characters))]
    pen = pen_of(cut, lit.noise)
    for cell, (character, ink) in enumerate(zip(characters, cut, strict=True)):
        yield _judged(cell, ink, character, pen, lit.noise)


def pen_of(cells: list[Bytes2D], noise: float) -> WrittenPen:
    """Measure the pen over all cells of a sheet.

    Args:
        cells: ``uint8`` ink of each cell.
        noise: see `Lit`.
    """
    floor = max(6 * noise, 40)
    levels, radii, shares = [], [], []
    for ink in cells:
        inked = ink[ink > floor]
        if inked.size < _LEAST_MM2[False] * PX_MM**2:
            continue
        level = float(np.percentile(inked, 90))
        strong = ink > _STRONG * level
        levels.append(level)
        radii.append(_radius_mm(strong))
        shares.append(_share(strong))
    if not levels:
        return WrittenPen(0.0, 0.0, 0.0, 0.0)
    wide_mm = float(np.percentile(radii, 90))
    return WrittenPen(
        float(np.median(levels)), float(np.median(radii)), wide_mm, float(np.median(shares))
    )


def _inside(ink: Bytes2D, grid: Grid, cell: int) -> Bytes2D:
    left, top = grid.corner_mm(cell)
    low, high = _INSET_MM, grid.cell_mm - _INSET_MM
    rows = slice(round((top + low) * PX_MM), round((top + high) * PX_MM))
    columns = slice(round((left + low) * PX_MM), round((left + high) * PX_MM))
    return ink[rows, columns]


def _judged(cell: int, ink: Bytes2D, character: str, pen: WrittenPen, noise: float) -> WrittenCell:
    small = kind_of(character).height == 0
    strong_from = max(_STRONG * pen.level, 5 * noise, 32)
    weak_from = max(_WEAK * pen.level, 3 * noise, 16)
    sure_from = max(_SURE * pen.level, 5 * noise, 28)
    kept, touches = _ink_of(ink, sure_from, weak_from)
    strong = kept & (ink > strong_from)
    if strong.sum() < _LEAST_MM2[small] * PX_MM**2:
        return _pale(cell, ink, noise)
    rows, columns = np.flatnonzero(kept.any(1)), np.flatnonzero(kept.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    clean = np.where(kept, ink, 0).astype(np.uint8)[box]
    flaw = ""
    if touches:
        flaw = "clipped"
    elif _blotted(strong, pen):
        flaw = "blotted"
    elif np.percentile(clean[clean > 0], 90) < _FAINT_LEVEL:
        flaw = "faint"
    return WrittenCell(cell, flaw, np.ascontiguousarray(clean))


def _ink_of(
    ink: Bytes2D, sure_from: float, weak_from: float
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.bool_]], bool]:
    """Pixels of weak ink that hang together with strong ink, and whether they touch the edge.

    Specks are left out beside larger pieces, and so is what is left of the border.
    """
    mask = (ink > weak_from).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    strong = np.bincount(labels[ink > sure_from], minlength=count)
    height, width = ink.shape
    keep = np.zeros(count, np.bool_)
    touches = False
    for piece in range(1, count):
        left, top, across, down, _ = stats[piece].tolist()
        if not strong[piece]:
            continue
        edges = (left == 0, top == 0, left + across == width, top + down == height)
        depth = min(
            across if edges[0] or edges[2] else width,
            down if edges[1] or edges[3] else height,
        )
        if any(edges) and depth <= _SLIVER_MM * PX_MM:
            continue
        keep[piece] = True
        touches = touches or any(edges)
    if strong[keep].max(initial=0) > _PLENTY_MM2 * PX_MM**2:
        keep &= strong >= _SPECK_MM2 * PX_MM**2
    return keep[labels], touches


def _pale(cell: int, ink: Bytes2D, noise: float) -> WrittenCell:
    """Blank, or written too faintly for the sheet's pen."""
    side = round(_THIN_MM * PX_MM) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    # strokes are thin; what the edge of a shadow leaves is broad
    smooth = cv2.morphologyEx(cv2.GaussianBlur(ink, (5, 5), 0), cv2.MORPH_TOPHAT, disc)
    inked = (smooth > max(2 * noise, 12)).astype(np.uint8)
    edge = round(_SLIVER_MM * PX_MM)
    inked[:edge] = inked[-edge:] = 0
    inked[:, :edge] = inked[:, -edge:] = 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0
    flaw = "faint" if largest > _PLENTY_MM2 * PX_MM**2 else "blank"
    return WrittenCell(cell, flaw, np.zeros((0, 0), np.uint8))


def _blotted(strong: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], pen: WrittenPen) -> bool:
    """Whether a place is far wider than the pen, or the box far fuller than other characters'."""
    usual_mm = min(_BLOT_RADII[0] * pen.radius_mm, _BLOT_RADII[1] * pen.wide_mm)
    if _radius_mm(strong) > max(_BLOT_RADIUS_MM, usual_mm):
        return True
    large = strong.sum() > 20 * PX_MM**2
    return bool(large) and _share(strong) > max(_FULL, _FULLER * pen.share)


def _radius_mm(strong: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """Radius of the largest disc that is all ink."""
    framed = np.pad(strong.astype(np.uint8), 1)
    return float(cv2.distanceTransform(framed, cv2.DIST_L2, 3).max()) / PX_MM


def _share(strong: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    _, _, width, height = cv2.boundingRect(strong.astype(np.uint8))
    return float(strong.sum()) / (width * height) if height else 0.0
