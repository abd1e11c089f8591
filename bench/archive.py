"""A made-up archive of HWDB1.x's shape: GNT files, a writer each, as large as one wants.

Numbers of writers, classes and glyphs are the publisher's (three data sets of 420, 300 and 300
writers, four fifths of each for training, 3,866, 3,755 and 3,319 Chinese characters, 171 symbols).
The sizes follow real glyphs of HWDB1.x: heights of a writer vary by 16 %, widths by 21 % (standard
deviations of the logarithm, correlation 0.3), and the mean area is that of 3.9 million glyphs in
18 GB. What the glyphs show is made up: a few thousand pictures of pen strokes, used over and over.
"""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np

SETS = (
    ("HWDB1.0", 1, "f", 420, 0, 3866),
    ("HWDB1.1", 1001, "c", 300, 0, 3755),
    ("HWDB1.2", 501, "a", 300, 3866, 3319),
)
"""Name, first writer, letter, writers, first of the Chinese characters and their number."""
SYMBOLS = 171
POOL = 3000
BANDS = 24


def archive(folder: Path, scale: float, seed: int = 0) -> tuple[int, int, int]:
    """Write the archive; writers, glyphs and bytes of it.

    Args:
        folder: is made.
        scale: share of each set's writers; 1 is all 1,020 of them.
        seed: another seed, other sizes.
    """
    chance = np.random.default_rng(seed)
    bands = pool(chance)
    codes = gb_codes()
    writers = glyphs = size = 0
    for name, first, letter, of, start, count in SETS:
        held = max(round(of * scale), 1)
        labels = codes[SYMBOLS + start : SYMBOLS + start + count] + codes[:SYMBOLS]
        for at in range(held):
            side = "trn" if at < -(-held * 4 // 5) else "tst"
            place = folder / f"{name}{side}_gnt"
            place.mkdir(parents=True, exist_ok=True)
            data = writer_file(labels, bands, chance)
            digits = f"{first + at:03d}"
            (place / f"{digits}-{letter}.gnt").write_bytes(data)
            writers, glyphs, size = writers + 1, glyphs + len(labels), size + len(data)
    return writers, glyphs, size


def writer_file(
    labels: list[bytes], bands: list[list[bytes]], chance: np.random.Generator
) -> bytes:
    """One writer's file: every label once, pictures of about one size."""
    size = BANDS / 2 + BANDS / 6.5 * chance.standard_normal()
    band = bands[int(np.clip(size, 0, BANDS - 1))]
    parts = []
    for label, pick in zip(
        labels, chance.integers(0, len(band), len(labels)).tolist(), strict=True
    ):
        body = band[pick]
        parts.append(body[:4])
        parts.append(label)
        parts.append(body[4:])
    return b"".join(parts)


def pool(chance: np.random.Generator) -> list[list[bytes]]:
    """Records without their label, in bands from the smallest hand to the largest."""
    ems = np.exp(np.linspace(-0.42, 0.42, BANDS))
    bands: list[list[bytes]] = [[] for _ in ems]
    shape = np.array([[1.0, 0.0], [0.3, np.sqrt(1 - 0.09)]])
    for number in range(POOL):
        high, wide = shape @ chance.standard_normal(2)
        height = np.exp(0.16 * high) * ems[number % BANDS] * 74.5
        width = np.exp(0.21 * wide) * ems[number % BANDS] * 60.0
        picture = strokes(int(np.clip(height, 8, 255)), int(np.clip(width, 8, 255)), chance)
        rows, columns = picture.shape
        head = struct.pack("<I", 10 + picture.size)
        bands[number % BANDS].append(head + struct.pack("<HH", columns, rows) + picture.tobytes())
    return bands


def strokes(height: int, width: int, chance: np.random.Generator) -> np.ndarray:
    """``uint8 (height, width)``, dark on white: some strokes, about a quarter of it ink."""
    ink = np.zeros((height, width), np.uint8)
    pen = max(height // 16, 2)
    for _ in range(int(chance.integers(3, 12))):
        points = chance.integers(0, [width, height], (3, 2)).astype(np.int32)
        cv2.polylines(ink, [points], False, int(chance.integers(120, 230)), pen, cv2.LINE_AA)
    cv2.rectangle(ink, (0, 0), (width - 1, height - 1), 60, 1)
    soft = cv2.blur(ink, (3, 3))
    soft[soft < 40] = 0
    return 255 - soft


def gb_codes() -> list[bytes]:
    """Symbols, then Chinese characters in the order of their codes, as raw labels."""
    ascii_codes = [bytes((value, 0)) for value in range(33, 127)]
    signs = [bytes((0xA1, low)) for low in range(0xA2, 0xFF)] + [
        bytes((0xA3, low)) for low in range(0xA1, 0xFF)
    ]
    symbols = (ascii_codes + signs)[:SYMBOLS]
    chinese = [
        bytes((high, low))
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
        if not (high == 0xD7 and low > 0xF9)
    ]
    rare = [bytes((high, low)) for high in range(0x81, 0x90) for low in range(0x40, 0x7F)]
    return symbols + chinese + rare
