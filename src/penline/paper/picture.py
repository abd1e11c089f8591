"""Pictures from the user's disk: the size from the header, then a bounded, cached decode.

Headers are read by the layouts of PNG (ISO/IEC 15948), JPEG (ITU-T T.81), BMP and WebP (RFC 9649).
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from penline.errors import RecipeError
from penline.paper.base import Image

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "header_size",
    "jpeg_frame",
    "picture_names",
    "picture_pixels",
    "picture_size",
]

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})
MAX_PIXELS = 100_000_000
"""Larger pictures are refused before they are decoded."""
MAX_FILE_BYTES = 256 << 20
KEPT_PIXELS = 4_000_000
"""Decoded pictures are shrunk to this size, so that the cache stays small."""


@functools.lru_cache(maxsize=64)
def picture_names(folder: str) -> tuple[str, ...]:
    """Names of the pictures in `folder`, sorted; other files are left alone.

    Raises:
        RecipeError: there is no such folder, it holds no picture, or one of them is not sound.
    """
    root = Path(folder)
    if not root.is_dir():
        raise RecipeError(f"paper photo: {folder} is not a folder; give one that holds pictures")
    names = sorted(
        path.name
        for path in root.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
    if not names:
        raise RecipeError(
            f"paper photo: {folder} holds no readable image; put "
            f"{', '.join(sorted(SUFFIXES))} files there"
        )
    for name in names:
        picture_size(root / name)
    return tuple(names)


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height that the file's header states, in pixels.

    Raises:
        RecipeError: the header is not that of a picture, or the picture is too large.
    """
    try:
        with path.open("rb") as file:
            size = header_size(file)
            length = file.seek(0, 2)
    except OSError as error:
        raise RecipeError(f"paper photo: {path} cannot be read: {error.strerror}") from error
    if size is None or min(size) < 1:
        raise RecipeError(f"paper photo: {path} is not a readable image; remove or replace it")
    if size[0] * size[1] > MAX_PIXELS or length > MAX_FILE_BYTES:
        raise RecipeError(
            f"paper photo: {path} is too large ({size[0]} x {size[1]} px, {length} bytes); "
            f"shrink it below {MAX_PIXELS // 1_000_000} megapixels"
        )
    return size


@functools.lru_cache(maxsize=16)
def picture_pixels(path: str, colour: bool) -> Image:
    """The picture, read-only: ``uint8 (height, width, 3)`` RGB, or ``(height, width)`` grey.

    Raises:
        RecipeError: the file is not a picture, too large, or damaged.
    """
    picture_size(Path(path))
    raw = np.fromfile(path, np.uint8)
    try:
        found = cv2.imdecode(raw, cv2.IMREAD_COLOR if colour else cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        found = None
    if found is None:
        raise RecipeError(f"paper photo: {path} is damaged; remove or replace it")
    shrink = 1
    while found.shape[0] * found.shape[1] > KEPT_PIXELS * shrink * shrink:
        shrink += 1
    if shrink > 1:
        size = (max(found.shape[1] // shrink, 1), max(found.shape[0] // shrink, 1))
        found = cv2.resize(found, size, interpolation=cv2.INTER_AREA)
    if colour:
        found = cv2.cvtColor(found, cv2.COLOR_BGR2RGB)
    pixels: Image = np.ascontiguousarray(found, np.uint8)
    pixels.setflags(write=False)
    return pixels


def header_size(file: BinaryIO) -> tuple[int, int] | None:
    """Read the width and height that the header of a PNG, BMP, WebP or JPEG states.

    Args:
        file: at its beginning.

    Returns:
        Pixels, as the file says, however wrong; None where the bytes are of no known format.
    """
    start = file.read(32)
    if start[:8] == b"\x89PNG\r\n\x1a\n" and start[12:16] == b"IHDR":
        return int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")
    if start[:2] == b"BM" and len(start) >= 26:
        # a negative height means rows from the top
        height = int.from_bytes(start[22:26], "little", signed=True)
        return int.from_bytes(start[18:22], "little", signed=True), abs(height)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP" and len(start) >= 30:
        return _webp(start)
    frame = jpeg_frame(file) if start[:3] == b"\xff\xd8\xff" else None
    return None if frame is None else frame[:2]


def _webp(start: bytes) -> tuple[int, int] | None:
    if start[12:16] == b"VP8X":
        return (
            int.from_bytes(start[24:27], "little") + 1,
            int.from_bytes(start[27:30], "little") + 1,
        )
    if start[12:16] == b"VP8L":
        bits = int.from_bytes(start[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if start[12:16] == b"VP8 " and start[23:26] == b"\x9d\x01\x2a":
        return (
            int.from_bytes(start[26:28], "little") & 0x3FFF,
            int.from_bytes(start[28:30], "little") & 0x3FFF,
        )
    return None


def jpeg_frame(file: BinaryIO) -> tuple[int, int, bool] | None:
    """Walk the marker segments of a JPEG to the frame header (SOF); at most 1,000 of them.

    Returns:
        Width and height in pixels, and whether it is progressive; None where there is no header.
    """
    place = 2
    for _ in range(1000):
        file.seek(place)
        marker = file.read(9)
        if len(marker) < 4 or marker[0] != 0xFF:
            return None
        if marker[1] == 0xFF:  # a fill byte
            place += 1
        elif 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            width, height = int.from_bytes(marker[7:9], "big"), int.from_bytes(marker[5:7], "big")
            return width, height, marker[1] not in (0xC0, 0xC1)
        elif marker[1] in (0xD9, 0xDA):
            return None
        else:
            place += 2 + int.from_bytes(marker[2:4], "big")
    return None
