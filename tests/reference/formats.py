"""The kernels of `penline.formats` in plain Python: what is packed by zlib, and PNG by OpenCV."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import cv2
import numpy as np

__all__ = ["inflate", "sound_records", "take_greys", "unfilter"]


def sound_records(
    data: bytes, at: int, head: int, limit: int
) -> list[tuple[int, tuple[int, int], int]]:
    """Bitmap, height and width, and label; see `penline.formats.grey_runs.sound_records`."""

    def header(at: int) -> tuple[int, int, int, int] | None:
        """Size, height, width and label, where the header fits itself."""
        size = int.from_bytes(data[at : at + 4], "little")
        width = int.from_bytes(data[at + head - 4 : at + head - 2], "little")
        height = int.from_bytes(data[at + head - 2 : at + head], "little")
        label = int.from_bytes(data[at + 4 : at + head - 4], "little")
        return (size, height, width, label) if width * height == size - head > 0 else None

    found = []
    here = header(at)
    while here is not None and len(found) < limit and at + here[0] + head <= len(data):
        size, height, width, label = here
        here = header(at + size)
        if here is not None:
            found.append((at + head, (height, width), label))
        at += size
    return found


def unfilter(rows: bytes, width: int) -> list[list[int]] | None:
    """The rows of a grey PNG, by ISO/IEC 15948, section 9.2; None where a filter is none."""
    found: list[list[int]] = []
    for start in range(0, len(rows), width + 1):
        above = found[-1] if found else [0] * width
        line: list[int] = []
        for x, byte in enumerate(rows[start + 1 : start + 1 + width]):
            a, b, c = (line[-1], above[x], above[x - 1]) if x else (0, above[x], 0)
            nearest = min((a, b, c), key=lambda one, p=a + b - c: abs(p - one))  # type: ignore[misc]
            guesses = 0, a, b, (a + b) // 2, nearest
            if rows[start] >= len(guesses):
                return None
            line.append((byte + guesses[rows[start]]) % 256)
        found.append(line)
    return found


def inflate(packed: bytes, size: int) -> bytes | None:
    """So many bytes that zlib packed; None where it is not sound, or of another size."""
    made = zlib.decompressobj()
    try:
        data = made.decompress(packed, size + 1)
    except zlib.error:
        return None
    return data if made.eof and len(data) == size else None


def take_greys(
    files: Iterable[bytes], *, light: bool
) -> Iterator[tuple[tuple[int, int], list[list[int]]]]:
    """Height and width of each PNG, and its ink without the paper around it."""
    for file in files:
        pixels = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
        ink = pixels if light else 255 - pixels
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if rows.size else ink[:0]
        yield pixels.shape, box.tolist()
