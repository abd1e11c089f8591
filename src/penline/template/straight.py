"""A photograph straightened: first by the marks, then by the printed cells.

The marks give a homography, which is right for a flat sheet and a perfect lens. What is left
(paper that bends, a lens that does not draw straight) is measured at each cell, by its border and
its neighbours', and taken out by a smooth correction. No pixel here is a composed line's, so
floating point decides them freely.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D
from penline.template.code import BITS, Code, unpack_bits
from penline.template.find import SheetPose
from penline.template.layout import BIT_MM, BIT_ROWS, GAP_MM, GUIDE_MM, PAGE_MM, Grid

__all__ = ["MOST_MOVED_MM", "PX_MM", "Straight", "read_code", "straighten"]

Floats = npt.NDArray[np.float64]

PX_MM = 8.0
"""Pixels a millimetre of a straightened sheet: a character of 10 mm is 80 px high."""
_LINEAR = cv2.INTER_LINEAR
_DEGREE = 3
_RIDGE = 0.02
_SEARCH_MM = (2.2, 0.8)
"""How far borders are looked for, in the first and in the second round."""
MOST_MOVED_MM = sum(_SEARCH_MM)
"""No border was seen further from its place: a larger correction follows something else."""
_FAINTEST = 0.005
"""A border takes at least so much of the paper's light, where the borders beside it do, too."""
_NEAR_MM = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Straight:
    """A straightened sheet.

    Attributes:
        pixels: ``uint8 (height_px, width_px)``, grey, `PX_MM` pixels a millimetre.
        moved_mm: the largest correction that the borders asked for.
        left_mm: the median distance of borders from their place after it.
        seen: ``bool (cells,)``: which cells' borders are seen, and where they should be.
    """

    pixels: Bytes2D
    moved_mm: float
    left_mm: float
    seen: npt.NDArray[np.bool_]


def read_code(found: SheetPose) -> Code | None:
    """What the sheet says about itself, or None where neither row can be read."""
    pixels = _take(found, np.zeros((0, 2)))
    step = BIT_MM[0] * PX_MM
    for left, top in BIT_ROWS:
        for down in (0.0, -0.7, 0.7):
            for across in (0.0, -0.5, 0.5, -1.0, 1.0):
                x = (left + across) * PX_MM + step * (np.arange(BITS) + 0.5)
                y = round((top + down + BIT_MM[1] / 2) * PX_MM)
                values = np.array(
                    [pixels[y - 6 : y + 7, round(at) - 4 : round(at) + 5].mean() for at in x]
                )
                # the sheet beside the row tells what white is there
                below = y + round(BIT_MM[1] * PX_MM * 0.5) + 8
                above = y - round(BIT_MM[1] * PX_MM * 0.5) - 8
                white = [
                    max(
                        np.median(pixels[above - 3 : above + 4, round(at) - 8 : round(at) + 9]),
                        np.median(pixels[below - 3 : below + 4, round(at) - 8 : round(at) + 9]),
                    )
                    for at in x
                ]
                dark = float(np.min(values / np.maximum(white, 1)))
                code = unpack_bits(values / np.maximum(white, 1) < (1 + dark) / 2)
                if code is not None:
                    return code
    return None


def straighten(found: SheetPose, grid: Grid) -> Straight:
    """Straighten a sheet, borders and all."""
    weights = np.zeros((_terms(np.zeros((1, 2))).shape[1], 2))
    centres = np.array([grid.corner_mm(cell) for cell in range(grid.count)]) + grid.cell_mm / 2
    pixels = _take(found, weights)
    for search_mm in _SEARCH_MM:
        off, trust = _offsets(pixels, grid, search_mm)
        weights = weights + _fit(centres, off, trust)
        pixels = _take(found, weights)
    off, trust = _offsets(pixels, grid, _SEARCH_MM[-1])
    sure = trust.min(1) > 0
    left_mm = float(np.median(np.abs(off[sure]))) if sure.any() else 0.0
    seen = (trust.min(1) > _FAINTEST) & (np.abs(off).max(1) < _NEAR_MM)
    return Straight(pixels, float(np.abs(_terms(centres) @ weights).max()), left_mm, seen)


def _take(found: SheetPose, weights: Floats) -> Bytes2D:
    """The sheet, seen through the homography and a correction of `weights`."""
    # the way is smooth: it is worked out a node a millimetre, and drawn straight between them
    across, down = (np.arange(round(side)) + 0.5 for side in PAGE_MM)
    nodes = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)
    if weights.size:
        nodes = nodes + _terms(nodes) @ weights
    there = cv2.perspectiveTransform(nodes[None], found.to_photo)[0].astype(np.float32)
    size = tuple(round(side * PX_MM) for side in PAGE_MM)
    x, y = (
        cv2.resize(there[:, axis].reshape(down.size, across.size), size, interpolation=_LINEAR)
        for axis in (0, 1)
    )
    taken = cv2.remap(found.pixels, x, y, _LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken, np.uint8)


def _terms(places_mm: Floats) -> Floats:
    """``float64 (n, terms)``: the monomials of x and y up to `_DEGREE`; the page is -1 to 1."""
    x, y = (2 * places_mm[:, axis] / PAGE_MM[axis] - 1 for axis in (0, 1))
    return np.stack(
        [x**i * y**j for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)], axis=1
    )


def _offsets(pixels: Bytes2D, grid: Grid, search_mm: float) -> tuple[Floats, Floats]:
    """How far each cell's border is from its place, mm, and how much to trust that.

    Returns:
        Two ``float64 (cells, 2)``, across and down.
    """
    reach = round(min(search_mm, grid.cell_mm / 4) * PX_MM)
    lines = _line_response(pixels, 1), _line_response(pixels, 0)
    side = grid.cell_mm
    places = (
        [(-GAP_MM[0], -1), (0.0, 0), (side, 0), (side + GAP_MM[0], 1)],
        [(-GAP_MM[1] - GUIDE_MM, -1), (0.0, 0), (side, 0), (side + GAP_MM[1] + GUIDE_MM, 1)],
    )
    off = np.zeros((grid.count, 2))
    trust = np.zeros((grid.count, 2))
    for cell in range(grid.count):
        corner = grid.corner_mm(cell)
        row_column = divmod(cell, grid.columns)
        for axis in (0, 1):
            at, most = row_column[1 - axis], (grid.columns, grid.rows)[axis]
            along = _span(corner[1 - axis], side)
            profile = (
                lines[0][along[0] : along[1]].mean(0)
                if axis == 0
                else lines[1][:, along[0] : along[1]].mean(1)
            )
            score = np.zeros(2 * reach + 1)
            for place, neighbour in places[axis]:
                if 0 <= at + neighbour < most:
                    # the middle of pixel i lies at (i + 0.5) / PX_MM
                    middle = (corner[axis] + place) * PX_MM - 0.5
                    wanted = middle + np.arange(-reach, reach + 1)
                    score += np.interp(wanted, np.arange(profile.size), profile)
            best = int(score.argmax())
            shift = best - reach + _between(score, best)
            off[cell, axis] = shift / PX_MM
            trust[cell, axis] = max(float(score[best] - 2 * np.median(score)), 0.0)
    return off, trust


def _span(start_mm: float, side_mm: float) -> tuple[int, int]:
    return round((start_mm + 0.12 * side_mm) * PX_MM), round((start_mm + 0.88 * side_mm) * PX_MM)


def _line_response(pixels: Bytes2D, axis: int) -> npt.NDArray[np.float32]:
    """How much darker a pixel is than what lies 0.5 mm to both sides; a pen counts as a print."""
    step = round(0.5 * PX_MM)
    smooth = cv2.GaussianBlur(pixels, (3, 3), 0).astype(np.float32)
    sides = np.minimum(np.roll(smooth, step, axis), np.roll(smooth, -step, axis))
    return np.asarray(np.clip((sides - smooth) / np.maximum(sides, 16), 0, 0.25), np.float32)


def _between(score: Floats, best: int) -> float:
    if not 0 < best < score.size - 1:
        return 0.0
    before, at, after = score[best - 1 : best + 2]
    bend = before - 2 * at + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0


def _fit(centres_mm: Floats, off: Floats, trust: Floats) -> Floats:
    """Weights of a smooth correction; outliers lose their say (Tukey's biweight)."""
    terms = _terms(centres_mm)
    weights = np.zeros((terms.shape[1], 2))
    keep = _RIDGE * np.eye(terms.shape[1])
    keep[0, 0] = 1e-6
    for axis in (0, 1):
        say = trust[:, axis] / max(float(trust[:, axis].max()), 1e-9)
        for _ in range(8):
            if say.sum() < 3:
                break
            by_weight = terms * say[:, None]
            found = np.linalg.solve(
                terms.T @ by_weight + keep * say.sum() / 10, by_weight.T @ off[:, axis]
            )
            weights[:, axis] = found
            away = np.abs(off[:, axis] - terms @ found)
            scale = max(4.7 * 1.48 * float(np.median(away)), 0.15)
            say = trust[:, axis] / max(float(trust[:, axis].max()), 1e-9)
            say = say * np.clip(1 - (away / scale) ** 2, 0, None) ** 2
    return weights
