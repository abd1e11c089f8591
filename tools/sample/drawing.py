"""From a font's outline to a pen's ink: distance field, warp, pressure, grey levels.

Lengths are in pixels of the finished glyph unless a name says `em`. Floats are fine here: the
pixels that come out are shipped as data, and nobody composes with this module.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from penline.randomness import Draws

EM = 360
"""Pixels per em of the large mask on which distances are measured."""

LEVEL_STEP = 28
"""Greys are 255 (paper) less multiples of this: 10 of them, so that the archive packs well."""

THINNEST_PX = 1.8
"""What is left of a stroke in the middle, however much thinner a pen makes it."""

_SLACK_PX = 8
_SPECK_PIXELS = 6
_PRESSURE_PX = 0.12

Grey = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Outline:
    """An outline as distances, ``float32 (height, width)`` each, in em pixels.

    Attributes:
        signed: distance to the edge, positive inside.
        middle: distance to the middle of the nearest stroke.
    """

    signed: Field
    middle: Field

    @property
    def stroke_em(self) -> float:
        """Median width of the strokes."""
        return 2 * float(np.median(self.signed[self.middle == 0]))

    @property
    def height_em(self) -> int:
        """Height of the box around it."""
        rows = np.flatnonzero((self.signed > 0).any(axis=1))
        return int(rows[-1] - rows[0] + 1)


@dataclass(frozen=True)
class Pen:
    """How one hand draws all glyphs of one font.

    Attributes:
        scale: finished pixels per em pixel, upwards.
        aspect: widths are multiplied by this.
        slant: sideways shift per pixel of height, right is positive.
        grow_px: added to each side of a stroke; negative makes the stroke thinner.
        soft_px: width of the edge from paper to full ink.
        darkest: grey of the fullest ink, 0 to 254.
        pressure: share of the ink that is missing where the pen is lightest, 0 to 1.
        wobble_px: deviation of the smooth displacement.
        grid_px: its wavelength, roughly.
    """

    scale: float
    aspect: float
    slant: float
    grow_px: float
    soft_px: float
    darkest: int
    pressure: float
    wobble_px: float
    grid_px: float


def outline_mask(font: ImageFont.FreeTypeFont, character: str) -> Grey:
    """Mask ``uint8 (height, width)``, 255 = inside, with a margin of EM / 8 on every side."""
    left, top, right, bottom = font.getbbox(character, anchor="ls")
    margin = EM // 8
    width, height = round(right - left) + 2 * margin, round(bottom - top) + 2 * margin
    image = Image.new("L", (width, height), 0)
    ImageDraw.Draw(image).text((margin - left, margin - top), character, 255, font, anchor="ls")
    return np.asarray(image)


def outline(mask: Grey) -> Outline:
    """Distances of a mask.

    The middle of a stroke is where the distance has a ridge: its slope is flat there. Corners,
    where the slope is about 0.7, do not count.
    """
    inside = (mask >= 128).astype(np.uint8)
    if not inside.any():
        raise ValueError("a glyph without ink")
    inward = _distance(inside)
    signed = np.where(inside > 0, inward - 0.5, 0.5 - _distance(1 - inside)).astype(np.float32)
    slope_y, slope_x = np.gradient(inward)
    ridge = (np.hypot(slope_x, slope_y) < 0.5) & (inward >= 1)
    if not ridge.any():
        ridge = inward == inward.max()
    return Outline(signed, _distance((~ridge).astype(np.uint8)))


def _distance(mask: Grey) -> Field:
    found = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(found, np.float32)


def draw_glyph(shape: Outline, pen: Pen, draws: Draws) -> Grey:
    """One glyph as a pen drew it: ``uint8 (height, width)``, 255 = paper, box tight to the ink."""
    map_x, map_y, scale = _road_back(shape.signed.shape, pen, draws)
    field = shape.signed * np.float32(scale) + np.float32(pen.grow_px)
    if pen.grow_px < 0:
        core = np.float32(THINNEST_PX / 2) - shape.middle * np.float32(scale)
        field = np.maximum(field, np.minimum(core, shape.signed * np.float32(scale)))
    inside_px = cv2.remap(field, map_x, map_y, cv2.INTER_LINEAR, borderValue=-1e3)
    height, width = map_x.shape
    press = _smooth_noise(draws, height, width, 1.2 * pen.grid_px)
    inside_px = inside_px + press * np.float32(_PRESSURE_PX)
    cover = np.clip(inside_px / np.float32(pen.soft_px) + np.float32(0.5), 0, 1)
    missing = np.float32(pen.pressure) * np.clip(np.float32(0.5) - press * np.float32(0.3), 0, 1)
    ink = cover * np.float32(255 - pen.darkest) * (1 - missing)
    levels = np.floor(ink / np.float32(LEVEL_STEP) + np.float32(0.5)).astype(np.int32)
    return _tight(_without_specks((255 - levels * LEVEL_STEP).astype(np.uint8)))


def _road_back(em_shape: tuple[int, ...], pen: Pen, draws: Draws) -> tuple[Field, Field, float]:
    """For each finished pixel its place in the outline, and the scale of this one glyph."""
    turn = draws.normal(0.0, 0.018)
    scale_x = pen.scale * pen.aspect * (1 + draws.normal(0.0, 0.025))
    scale_y = pen.scale * (1 + draws.normal(0.0, 0.025))
    slant = pen.slant + draws.normal(0.0, 0.02)
    em_height, em_width = em_shape
    height = int(em_height * scale_y * 1.15) + _SLACK_PX
    width = int(em_width * scale_x * 1.15 + em_height * scale_y * abs(slant)) + _SLACK_PX
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x -= np.float32((width - 1) / 2)
    y -= np.float32((height - 1) / 2)
    for grid_px, share in ((pen.grid_px, 1.0), (0.5 * pen.grid_px, 0.3)):
        wobble = np.float32(share * pen.wobble_px)
        x += _smooth_noise(draws, height, width, grid_px) * wobble
        y += _smooth_noise(draws, height, width, grid_px) * wobble
    x, y = x + y * np.float32(slant + turn), y - x * np.float32(turn)
    map_x = x / np.float32(scale_x) + np.float32((em_width - 1) / 2)
    map_y = y / np.float32(scale_y) + np.float32((em_height - 1) / 2)
    return map_x, map_y, (scale_x * scale_y) ** 0.5


def _smooth_noise(draws: Draws, height: int, width: int, grid_px: float) -> Field:
    """Noise of unit deviation on a coarse grid, spread smoothly: ``float32 (height, width)``."""
    rows, columns = int(height / grid_px) + 2, int(width / grid_px) + 2
    grid = np.array([draws.normal(0.0, 1.0) for _ in range(rows * columns)], np.float32)
    size = (width, height)
    spread = cv2.resize(grid.reshape(rows, columns), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(spread, np.float32)


def _without_specks(grey: Grey) -> Grey:
    """Crumbs of an outline become paper: pieces of at most six pixels."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats((grey < 255).astype(np.uint8))
    crumbs = np.flatnonzero(boxes[:, cv2.CC_STAT_AREA] <= _SPECK_PIXELS)
    return np.where(np.isin(labels, crumbs), np.uint8(255), grey).astype(np.uint8)


def _tight(grey: Grey) -> Grey:
    rows = np.flatnonzero((grey < 255).any(axis=1))
    columns = np.flatnonzero((grey < 255).any(axis=0))
    if rows.size == 0 or rows[0] == 0 or columns[0] == 0:
        raise ValueError("a glyph without ink, or cut by its canvas")
    if rows[-1] == grey.shape[0] - 1 or columns[-1] == grey.shape[1] - 1:
        raise ValueError("a glyph cut by its canvas")
    return np.ascontiguousarray(grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
