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
