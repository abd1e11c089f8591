"""Writers of small files in the archives' true layouts, for tests. No real data.

    gnt("永和a,")              bytes of a GNT file, one record a character
    pot("永和a,")              bytes of a POT file
    zip_file(path, {"001-f.gnt": gnt("永")}, zipfile.ZIP_DEFLATED)

Pictures and strokes are made of the character's code point and the seed alone.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

REAL = Path(__file__).parents[2] / "shared" / "data"
"""Real handwriting, where it is there."""

Points = Sequence[tuple[int, int]]


def glyph(character: str, seed: int = 0, side_px: int = 24) -> np.ndarray:
    """``uint8 (height, width)`` grey picture, 255 = paper; ink touches all four sides."""
    number = ord(character) + 7919 * seed
    height, width = side_px + number % 13, side_px + (number // 13) % 11
    pixels = np.full((height, width), 255, np.uint8)
    for row in range(height):  # one slanting and one falling bar, and a level one
        start = (width - 2) * row // (height - 1)
        pixels[row, start : start + 2] = 60
        pixels[row, width - 2 - start : width - start] = 90
    pixels[(number // 7) % height, :] = 30 + number % 60
    return pixels


def gnt_record(pixels: np.ndarray, code: bytes) -> bytes:
    """One GNT record of a grey picture and the two bytes of its code."""
    height, width = pixels.shape
    return struct.pack("<I2sHH", 10 + width * height, code, width, height) + pixels.tobytes()


def gb_code(character: str) -> bytes:
    """Two bytes, lead byte first; ASCII is padded with a zero."""
    return character.encode("gb18030").ljust(2, b"\0")


def gnt_records(characters: Iterable[str], seed: int = 0, side_px: int = 24) -> list[bytes]:
    """GNT records, one a character."""
    return [gnt_record(glyph(c, seed + i, side_px), gb_code(c)) for i, c in enumerate(characters)]


def gnt(characters: Iterable[str], seed: int = 0, side_px: int = 24) -> bytes:
    """A GNT file, one record a character."""
    return b"".join(gnt_records(characters, seed, side_px))


def strokes(character: str, seed: int = 0) -> list[Points]:
    """Two to four strokes of three to eight points, in pen units, on a page."""
    number = ord(character) + 7919 * seed
    found = []
    for stroke in range(2 + number % 3):
        x, y = 600 + 40 * stroke + number % 50, 1200 + 90 * stroke + number % 70
        steps = 3 + (number // (stroke + 3)) % 6
        found.append([(x + 21 * i, y + 13 * i * (stroke % 2)) for i in range(steps)])
    return found


def pot_record(found: Iterable[Points], tag: bytes, count: int | None = None) -> bytes:
    """One POT record of strokes and the four bytes of its tag."""
    found = list(found)
    points = b"".join(
        b"".join(struct.pack("<hh", x, y) for x, y in [*stroke, (-1, 0)]) for stroke in found
    )
    body = points + struct.pack("<hh", -1, -1)
    return struct.pack("<H4sH", 8 + len(body), tag, len(found) if count is None else count) + body


def pot_tag(character: str) -> bytes:
    """Four bytes: the code reversed, then zeros."""
    return character.encode("gb18030")[::-1].ljust(4, b"\0")


def pot_records(characters: Iterable[str], seed: int = 0) -> list[bytes]:
    """POT records, one a character."""
    return [pot_record(strokes(c, seed + i), pot_tag(c)) for i, c in enumerate(characters)]


def pot(characters: Iterable[str], seed: int = 0) -> bytes:
    """A POT file, one record a character."""
    return b"".join(pot_records(characters, seed))


def folder(place: Path, files: Mapping[str, bytes]) -> Path:
    """A folder of `files`."""
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def zip_file(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    """A zip archive of `files`."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, method)
    return path


def png_file(pixels: np.ndarray) -> bytes:
    """A PNG file of any pixels that OpenCV writes."""
    return cv2.imencode(".png", pixels)[1].tobytes()
