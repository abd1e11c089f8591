"""Sheets that are written on and photographed in simulation: ink, paper, lens, light, JPEG."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.bank import Bank
from penline.template.code import VERSION, Code
from penline.template.drawing import sheet_marks
from penline.template.guides import Guides
from penline.template.layout import Grid
from penline.template.listing import digest_of
from penline.template.raster import DPI, draw_sheet

Image = npt.NDArray[np.uint8]
SCALE = DPI / 25.4
"""Pixels a millimetre of a printed sheet."""


@dataclass(frozen=True)
class Strength:
    """How bad a photograph is.

    Attributes:
        tilt: how far a corner moves by perspective, as a part of the sheet.
        turn_deg: how far the sheet is turned, at most.
        bend_mm: how far the paper's middle is off by bending, at most.
        lens: barrel distortion, as a part of the half diagonal.
        light: how much darker the darkest corner is, as a part of white.
        shadow: how much light a shadow with an edge takes away.
        blur_px: sigma of the blur.
        noise: sigma of the noise, in steps.
        quality: of the JPEG.
        side_px: longest side of the photograph.
    """

    tilt: float = 0.04
    turn_deg: float = 5.0
    bend_mm: float = 0.8
    lens: float = 0.01
    light: float = 0.25
    shadow: float = 0.15
    blur_px: float = 0.8
    noise: float = 3.0
    quality: int = 88
    side_px: int = 3000


@dataclass
class WrittenSheet:
    """A sheet and what is truly on it.

    Attributes:
        page: ``uint8 (height, width, 3)`` RGB at 300 dpi.
        characters: a character a cell.
        drawn: ink of each cell as it was drawn, 0 = paper; none where the cell is left blank.
        planted: cell -> ``blank``, ``clipped``, ``blotted`` or ``faint``.
    """

    page: Image
    characters: tuple[str, ...]
    drawn: dict[int, Image] = field(default_factory=dict)
    planted: dict[int, str] = field(default_factory=dict)


def sheet_of(
    characters: tuple[str, ...],
    guides: Guides,
    sheet: int = 1,
    cell_mm: int = 15,
    times: int = 1,
    version: int = VERSION,
) -> tuple[WrittenSheet, Grid]:
    """A printed sheet that nobody has written on yet."""
    grid = Grid(cell_mm)
    spread = grid.spread(characters, times, version=version)
    code = Code(version, cell_mm, times - 1, sheet, len(spread), digest_of(characters))
    page = draw_sheet(sheet_marks(grid, code, spread[sheet - 1], guides))
    return WrittenSheet(page, spread[sheet - 1]), grid


def write(
    sheet: WrittenSheet,
    grid: Grid,
    bank: Bank,
    writer: str,
    rng: np.random.Generator,
    *,
    planted: dict[int, str] | None = None,
    em_mm: float = 9.0,
    pen: tuple[int, int, int] = (30, 30, 45),
    stroke: int = 0,
) -> None:
    """Write every cell with a glyph of `writer`, the planted ones wrongly.

    Args:
        sheet: changed in place.
        grid: its cells.
        bank: where glyphs come from.
        writer: whose.
        rng: chance.
        planted: cell -> what is to be wrong with it.
        em_mm: height of a Chinese character.
        pen: colour of full ink.
        stroke: thicken strokes by so many pixels at 300 dpi; or, where it is negative, draw their
            middle lines so thick.
    """
    em_px = {facts.id: facts.em_px for facts in bank.header.writers}[writer]
    for cell, character in enumerate(sheet.characters):
        flaw = (planted or {}).get(cell, "")
        rows = bank.rows(writer, character)
        if not rows.size:
            flaw = "blank"
        if flaw:
            sheet.planted[cell] = flaw
        if flaw == "blank":
            continue
        ink = bank[int(rows[int(rng.integers(rows.size))])].ink
        # the sample's ink is anti-aliased: its pen gets full darkness
        ink = np.minimum(ink.astype(np.int32) * 5 // 4, 255).astype(np.uint8)
        by = em_mm * SCALE / em_px
        size = max(round(ink.shape[1] * by), 2), max(round(ink.shape[0] * by), 2)
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        if stroke:
            disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(stroke), abs(stroke)))
            ink = np.pad(ink, abs(stroke))
            ink = ink if stroke > 0 else thinned(ink > 110) * np.uint8(255)
            ink = np.asarray(cv2.dilate(ink, disc), np.uint8)
        if flaw == "blotted":
            radius = round(0.22 * em_mm * SCALE)
            short = [max(2 * radius + 2 - side, 0) for side in ink.shape]
            ink = np.pad(ink, [(more // 2, more - more // 2) for more in short])
            centre = ink.shape[1] // 2, ink.shape[0] // 2
            cv2.circle(ink, centre, radius, 240, -1)
        if flaw == "faint":
            ink = (ink * 0.13).astype(np.uint8)
        sheet.drawn[cell] = ink
        left, top = (side * SCALE for side in grid.corner_mm(cell))
        room = grid.cell_mm * SCALE
        x, y = left + (room - ink.shape[1]) / 2, top + (room - ink.shape[0]) / 2
        wander = 0.06 * room
        x, y = x + rng.uniform(-wander, wander), y + rng.uniform(-wander, wander)
        if flaw == "clipped":
            # over the border, and not into the next cell
            over = rng.uniform(1.2, 2.0) * SCALE
            side = int(rng.integers(4))
            over = min(over, ink.shape[1 if side < 2 else 0] / 2)
            if side < 2:
                x = left - over if side else left + room - ink.shape[1] + over
            else:
                y = top - over if side == 3 else top + room - ink.shape[0] + over
        _lay(sheet.page, ink, round(x), round(y), pen)


def thinned(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Middle lines of strokes (Zhang and Suen, Communications of the ACM 27, 1984)."""
    mask = np.pad(mask, 1)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            ring = [
                np.roll(mask, step, (0, 1))
                for step in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            north, _, east, _, south, _, west, _ = ring
            count = np.sum(ring, 0)
            turns = np.sum([~a & b for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)], 0)
            if first:
                free = ~(north & east & south) & ~(east & south & west)
            else:
                free = ~(north & east & west) & ~(north & south & west)
            gone = mask & (count >= 2) & (count <= 6) & (turns == 1) & free
            changed = changed or bool(gone.any())
            mask = mask & ~gone
    return mask[1:-1, 1:-1]


def _lay(page: Image, ink: Image, left: int, top: int, pen: tuple[int, int, int]) -> None:
    over = ink[max(-top, 0) :, max(-left, 0) :]
    left, top = max(left, 0), max(top, 0)
    under = page[top : top + over.shape[0], left : left + over.shape[1]]
    over = over[: under.shape[0], : under.shape[1], None].astype(np.float32) / 255
    # ink takes light away, also from what is printed
    mixed = under * (1 - over * (1 - np.array(pen, np.float32) / 255))
    under[:] = np.round(mixed).astype(np.uint8)


def photograph(page: Image, rng: np.random.Generator, how: Strength) -> Image:
    """Photograph a sheet that lies on a table.

    Args:
        page: ``uint8 (height, width, 3)``, RGB.
        rng: chance.
        how: how badly.

    Returns:
        ``uint8 (height, width, 3)``, RGB, before JPEG.
    """
    height, width = page.shape[:2]
    out_h = how.side_px
    out_w = round(out_h * 3 / 4)
    fill = 0.88 * min(out_w / width, out_h / height) * (1 - how.tilt)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
    angle = np.deg2rad(rng.uniform(-how.turn_deg, how.turn_deg))
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    extent = np.abs(turned).max(0)
    fill = min(fill, *(np.array([out_w, out_h]) * 0.47 / extent))
    there = turned * fill * (1 + rng.uniform(-how.tilt, how.tilt, (4, 1)))
    there = there + np.array([out_w / 2, out_h / 2])
    flat = (corners + np.array([width / 2, height / 2])).astype(np.float32)
    back, _ = cv2.findHomography(there, flat)
    x, y = np.meshgrid(np.arange(out_w, dtype=np.float32), np.arange(out_h, dtype=np.float32))
    # the lens: a point of the picture shows what lies further in or out
    half = np.hypot(out_w, out_h) / 2
    u, v = (x - out_w / 2) / half, (y - out_h / 2) / half
    by = 1 + how.lens * rng.uniform(-1, 1) * (u * u + v * v)
    x, y = u * by * half + out_w / 2, v * by * half + out_h / 2
    w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    px = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / w
    py = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / w
    # the paper bends: its middle is off, its corners are not
    bend = how.bend_mm * SCALE * rng.uniform(-1, 1, 2)
    wave = np.sin(np.pi * np.clip(py / height, 0, 1)) * np.sin(np.pi * np.clip(px / width, 0, 1))
    turn = np.cos(np.pi * np.clip(px / width, 0, 1) * rng.uniform(0, 1))
    px, py = px + bend[0] * wave, py + bend[1] * wave * turn
    table = tuple(int(c) for c in rng.integers(40, 140, 3))
    # light that a camera's sensor gathers over its whole pixel
    soft = max(0.3, 0.45 / fill)
    sharp = cv2.GaussianBlur(page, (0, 0), soft)
    shot = cv2.remap(
        sharp,
        px.astype(np.float32),
        py.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=table,
    ).astype(np.float32)
    direction = rng.uniform(0, 2 * np.pi)
    slope = (u * np.cos(direction) + v * np.sin(direction) + 1) / 2
    light = 0.93 - how.light * np.clip(slope, 0, 1)
    if how.shadow:
        direction = rng.uniform(0, 2 * np.pi)
        edge = u * np.cos(direction) + v * np.sin(direction) - rng.uniform(-0.3, 0.3)
        light = light * (1 - how.shadow / (1 + np.exp(-edge / 0.02)))
    tint = np.array([1.0, rng.uniform(0.95, 1.0), rng.uniform(0.85, 1.0)], np.float32)
    shot *= light[:, :, None].astype(np.float32) * tint
    shot = cv2.GaussianBlur(shot, (0, 0), how.blur_px)
    shot += how.noise * rng.standard_normal(shot.shape, np.float32)
    return np.clip(np.round(shot), 0, 255).astype(np.uint8)


def jpeg(picture: Image, quality: int) -> bytes:
    """The photograph as a file."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return bytes(cv2.imencode(".jpg", picture[:, :, ::-1], flags)[1])


def likeness(scanned: Image, drawn: Image) -> float:
    """Correlation of two inks, both cut tight and brought to one size."""
    pair = [_tight(scanned), _tight(drawn)]
    if not pair[0].size or not pair[1].size:
        return 0.0
    both: list[Any] = []
    for one in pair:
        by = 40 / max(one.shape)
        size = max(round(one.shape[1] * by), 1), max(round(one.shape[0] * by), 1)
        small = cv2.resize(one, size, interpolation=cv2.INTER_AREA)
        framed = np.zeros((44, 44), np.float32)
        top, left = (44 - size[1]) // 2, (44 - size[0]) // 2
        framed[top : top + size[1], left : left + size[0]] = small
        both.append(cv2.GaussianBlur(framed, (0, 0), 1.2).ravel())
    return float(np.corrcoef(both[0], both[1])[0, 1])


def _tight(ink: Image) -> Image:
    told = ink > 0.3 * max(int(ink.max(initial=0)), 1)
    rows, columns = np.flatnonzero(told.any(1)), np.flatnonzero(told.any(0))
    if not rows.size:
        return ink[:0]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
