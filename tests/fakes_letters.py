"""Small Latin letters as pictures, drawn with one breadth of line, and banks of them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from penline.bank import Bank, BankWriter, open_bank
from penline.records import Source

LINES = {
    "a": [[(30, 12), (20, 6), (8, 14), (8, 28), (20, 34), (30, 26)], [(30, 8), (30, 30), (36, 36)]],
    "e": [[(8, 20), (30, 18), (26, 8), (14, 8), (8, 20), (12, 32), (32, 32)]],
    "i": [[(20, 8), (20, 30), (26, 36)], [(20, -12), (21, -12)]],
    "l": [[(16, -30), (16, 30), (24, 36)]],
    "n": [[(8, 6), (10, 36)], [(10, 18), (20, 8), (30, 14), (30, 36)]],
    "o": [[(20, 6), (8, 14), (8, 28), (20, 36), (32, 28), (32, 14), (20, 6)]],
    "r": [[(8, 6), (10, 36)], [(10, 18), (18, 8), (28, 10)]],
    "s": [[(30, 10), (18, 6), (10, 14), (28, 26), (22, 36), (8, 34)]],
    "t": [[(18, -16), (18, 30), (28, 36)], [(4, 4), (34, 4)]],
    "u": [[(8, 6), (10, 30), (20, 36), (30, 28)], [(32, 6), (32, 30), (38, 36)]],
}
"""Of each letter its strokes: x and y, the writing line at 36, the x-height 30."""


def letter(name: str, breadth_px: int = 5, scale: float = 1.0, tone: int = 220) -> np.ndarray:
    """The ink of a letter, ``uint8 (height_px, width_px)``, no paper around it."""
    sheet = np.zeros((round(150 * scale), round(100 * scale)), np.uint8)
    for stroke in LINES[name]:
        points = np.round((np.array(stroke) + np.array([20, 60])) * scale * 16).astype(np.int32)
        width = max(round(breadth_px * scale), 1)
        cv2.polylines(sheet, [points.reshape(-1, 1, 2)], False, tone, width, cv2.LINE_AA, 4)
    rows, columns = np.nonzero(sheet)
    return sheet[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].copy()


def letter_bank(path: Path, writers: int = 2, scale: float = 1.0) -> Bank:
    """A bank of all these letters, each twice by each writer."""
    with BankWriter(path) as bank:
        for writer in range(writers):
            source = Source(f"{writer}.gnt", f"own:{writer}", "train", "")
            for record, name in enumerate([*LINES, *LINES]):
                ink = letter(name, 4 + writer + record // len(LINES), scale)
                bank.add(ink, name, source, record=record)
    return open_bank(path)
