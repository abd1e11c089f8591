"""Simulated ink of single characters, and pictures of it."""

from __future__ import annotations

import cv2
import numpy as np

from penline.records import Bytes2D
from penline.sources.pictures.ink import tight

MARGIN_PX = 7


def written(count: int = 60, side_px: int = 56) -> list[Bytes2D]:
    """Make ink of strokes with soft edges: some characters of one pen, and none of them empty."""
    made = []
    chance = np.random.default_rng(5)
    for _ in range(count):
        ink = np.zeros((side_px, side_px), np.uint8)
        for _ in range(int(chance.integers(3, 7))):
            ends = chance.integers(3, side_px - 3, 4).tolist()
            cv2.line(ink, ends[:2], ends[2:], int(chance.integers(190, 256)), 3, cv2.LINE_AA)
        made.append(tight(ink))
    return made


def around(ink: Bytes2D) -> Bytes2D:
    return np.pad(ink, MARGIN_PX)


def on_white(ink: Bytes2D) -> Bytes2D:
    return 255 - around(ink)


def drawn(character: str, number: int) -> np.ndarray:
    """Ink of a character that looks like its own kind, and each time a little different."""
    chance = np.random.default_rng(ord(character))
    ink = np.zeros((48, 48), np.uint8)
    for _ in range(5):
        ends = (
            chance.integers(6, 42, 4) + np.random.default_rng(number).integers(-2, 3, 4)
        ).tolist()
        cv2.line(ink, ends[:2], ends[2:], 230, 3, cv2.LINE_AA)
    return ink


def sheet_of(
    character: str, rows: int, columns: int, *, first: int = 0, step_px: int = 80
) -> Bytes2D:
    """Ink of a sheet on which a character is written many times, in rows that slope."""
    ink = np.zeros((rows * step_px, columns * step_px + 30), np.uint8)
    for number in range(rows * columns):
        row, column = divmod(number, columns)
        glyph = drawn(character, first + number)
        top = row * step_px + 4 + column * 2
        left = column * step_px + 10 + (first + number) * 7 % 11
        ink[top : top + 48, left : left + 48] = glyph
    return ink


def photographed(ink: Bytes2D, number: int, *, squares_px: int = 0, times: float = 3) -> np.ndarray:
    """A photograph of ink, enlarged: a shadow's edge, grain, squares that lie askew."""
    chance = np.random.default_rng(number)
    large = cv2.resize(ink, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
    high, wide = (side + 120 for side in large.shape)
    paper = np.full((high, wide, 3), (226, 234, 240), np.float64)
    if squares_px:
        rise = float(chance.uniform(-0.05, 0.05))
        for at in range(-squares_px, max(high, wide) + squares_px, squares_px):
            across = (0, at), (wide - 1, round(at + rise * wide))
            down = (at, 0), (round(at - rise * high), high - 1)
            for start, end in (across, down):
                cv2.line(paper, start, end, (216, 192, 176), 2)
    part = np.pad(large, 60)[..., None] / 255
    paper = paper * (1 - part) + np.array((90, 50, 40)) * part
    light = np.where(np.arange(wide) < wide // 3, 0.7, 1.0)[None, :, None]
    light = cv2.blur(np.broadcast_to(light, paper.shape).copy(), (31, 1))
    return np.asarray((paper * light + chance.normal(0, 3, paper.shape)).clip(0, 255), np.uint8)
