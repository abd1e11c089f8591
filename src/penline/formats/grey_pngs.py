"""Many small PNGs of grey bytes to ink in one compiled call, while others run Python.

Source: the PNG specification (ISO/IEC 15948:2004). Nothing is taken that `formats.png` would not
take; what is not taken is for that to read, or to say what is wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled, frozen
from penline.formats.inflate import inflate, inflate_room
from penline.formats.png import PLAIN, SIDE_LIMIT_PX, SIGNATURE, UNSEEN
from penline.formats.png_rows import unfilter

__all__ = ["FILES_LIMIT", "INK_BYTES", "GreyInks", "grey_inks", "may_be_grey", "take_greys"]

FILES_LIMIT, INK_BYTES = 1024, 1 << 24
"""So many files are taken at once, and of their ink so much, at most."""
_MOST_PX = 1 << 16
_MOST_BYTES = 1 << 17
"""Of a larger picture or file the call is a small part of the work."""
_HEAD = SIGNATURE + b"\0\0\0\rIHDR"
_AROUND = 12
_IDAT, _IEND = (int.from_bytes(kind, "big") for kind in (b"IDAT", b"IEND"))
_UNSEEN = frozen(np.array([int.from_bytes(kind, "big") for kind in UNSEEN]))
_OWN = threading.local()


def _remainders() -> npt.NDArray[np.uint32]:
    """CRC-32 of each byte with so many zeros behind it, ``uint32 (8, 256)``."""
    table = np.zeros((8, 256), np.uint32)
    table[0] = np.arange(256)
    for _ in range(8):
        table[0] = np.where(table[0] & 1, table[0] >> 1 ^ 0xEDB88320, table[0] >> 1)
    for zeros in range(1, 8):
        table[zeros] = table[zeros - 1] >> 8 ^ table[0][table[zeros - 1] & 255]
    return table


_CRC = frozen(_remainders())


class GreyInks(NamedTuple):
    """Ink of many pictures.

    Attributes:
        ink: ``uint8 (n,)``, 0 = paper: of one picture after the other, cut tight, row by row.
        sizes_px: ``int64 (pictures, 2)``, height and width of each; 0 of one that was not taken.
        kept_px: ``int64 (pictures, 2)``, height and width of its ink; 0 where there is none.
    """

    ink: npt.NDArray[np.uint8]
    sizes_px: npt.NDArray[np.int64]
    kept_px: npt.NDArray[np.int64]


@compiled
def _number(file: Any, at: Any) -> Any:
    return (
        np.int64(file[at]) << 24
        | np.int64(file[at + 1]) << 16
        | np.int64(file[at + 2]) << 8
        | np.int64(file[at + 3])
    )


@compiled
def _crc(data: Any) -> Any:
    """The CRC-32 of bytes, eight at a time."""
    crc = np.uint32(0xFFFFFFFF)
    whole = data.shape[0] // 8 * 8
    for at in range(0, whole, 8):
        first = np.uint32(0)
        for place in range(4):
            first |= np.uint32(data[at + place]) << np.uint32(8 * place)
        first ^= crc
        crc = (
            _CRC[7, first & np.uint32(255)]
            ^ _CRC[6, first >> np.uint32(8) & np.uint32(255)]
            ^ _CRC[5, first >> np.uint32(16) & np.uint32(255)]
            ^ _CRC[4, first >> np.uint32(24)]
            ^ _CRC[3, data[at + 4]]
            ^ _CRC[2, data[at + 5]]
            ^ _CRC[1, data[at + 6]]
            ^ _CRC[0, data[at + 7]]
        )
    for at in range(whole, data.shape[0]):
        crc = crc >> np.uint32(8) ^ _CRC[0, (crc ^ np.uint32(data[at])) & np.uint32(255)]
    return np.int64(crc ^ np.uint32(0xFFFFFFFF))


@compiled
def _rows(file: Any, packed: Any, rows: Any, room: Any) -> Any:
    """Fill in the rows of a file, each behind its filter; its height and width, 0 if not taken."""
    width, height = _number(file, 16), _number(file, 20)
    if not (0 < width <= SIDE_LIMIT_PX and 0 < height <= SIDE_LIMIT_PX):
        return 0, 0
    if width * height > _MOST_PX:
        return 0, 0  # rows are no more than twice as many bytes
    at, kind, used = 8, 0, 0
    while kind != _IEND:
        if file.shape[0] - at < _AROUND:
            return 0, 0
        length, before, kind = _number(file, at), kind, _number(file, at + 4)
        if length > file.shape[0] - at - _AROUND:
            return 0, 0
        end = at + 8 + length
        if _crc(file[at + 4 : end]) != _number(file, end):
            return 0, 0
        if kind == _IDAT:
            if (used and before != kind) or length > packed.shape[0] - used:
                return 0, 0
            packed[used : used + length] = file[at + 8 : end]
            used += length
        elif kind != _IEND and at > 8 and not (kind == _UNSEEN).any():
            return 0, 0
        at = end + 4
    if at != file.shape[0] or not inflate(packed[:used], rows[: height * (1 + width)], room):
        return 0, 0
    return height, width


@compiled
def take_greys(
    files: npt.NDArray[np.uint8],
    ends: npt.NDArray[np.int64],
    light: bool,
    ink: npt.NDArray[np.uint8],
    sizes_px: npt.NDArray[np.int64],
    kept_px: npt.NDArray[np.int64],
    room: tuple[Any, ...],
) -> int:
    """Make ink of PNG files, and cut off the paper around it.

    Args:
        files: ``uint8 (n,)``, files of which each `may_be_grey`, one after the other.
        ends: ``int64 (files,)``, where each ends.
        light: ink is what is light; else what is dark.
        ink: ``uint8 (m,)``: filled in: ink of what was taken, one after the other.
        sizes_px: ``int64 (files, 2)``: filled in: height and width; 0 of what was not taken.
        kept_px: ``int64 (files, 2)``: filled in: height and width of the ink; 0 where is none.
        room: what `_room` makes.

    Returns:
        How many bytes of `ink` were filled in.
    """
    packed, rows, flat, seen, codes = room
    flip = np.uint8(0 if light else 255)
    used = begin = 0
    for number in range(ends.shape[0]):
        height, width = _rows(files[begin : ends[number]], packed, rows, codes)
        begin = ends[number]
        pixels = flat[: height * width].reshape(height, width)
        if height * width > ink.shape[0] - used or not unfilter(rows, pixels):
            height = width = 0
        sizes_px[number, 0], sizes_px[number, 1] = height, width
        columns = seen[:width]
        columns[:] = 0
        top, bottom, left, right = height, 0, 0, width
        for y in range(height):
            inked = np.uint8(0)
            for x in range(width):
                value = np.uint8(pixels[y, x] ^ flip)
                pixels[y, x] = value
                inked |= value
                columns[x] |= value
            if inked:
                top, bottom = min(top, y), y + 1
        if bottom == 0:
            kept_px[number] = 0
            continue
        while columns[left] == 0:
            left += 1
        while columns[right - 1] == 0:
            right -= 1
        kept_px[number, 0], kept_px[number, 1] = bottom - top, right - left
        for y in range(top, bottom):
            ink[used : used + right - left] = pixels[y, left:right]
            used += right - left
    return used


def _room() -> tuple[npt.NDArray[Any], ...]:
    """What the kernel works in: packed data, rows, pixels, columns with ink, and `inflate_room`."""
    sizes = _MOST_BYTES, 2 * _MOST_PX, _MOST_PX, SIDE_LIMIT_PX
    return (*(np.empty(size, np.uint8) for size in sizes), inflate_room())


def may_be_grey(file: bytes) -> bool:
    """Tell by its beginning and length whether a file may be a small PNG of grey bytes."""
    return file[24:29] == PLAIN and file.startswith(_HEAD) and len(file) <= _MOST_BYTES


def grey_inks(files: Sequence[bytes], *, light: bool) -> GreyInks:
    """Make ink of up to `FILES_LIMIT` files, of which each `may_be_grey`.

    Args:
        files: whole files.
        light: ink is what is light, and 0 is paper; else ink is what is dark, and 255 is paper.

    Returns:
        The ink of those that are small grey PNGs, and sound.
    """
    if not hasattr(_OWN, "room"):
        _OWN.room, _OWN.ink = _room(), np.empty(INK_BYTES, np.uint8)
    ends = np.cumsum([len(file) for file in files])
    sizes_px, kept_px = (np.empty((len(files), 2), np.int64) for _ in range(2))
    joined = np.frombuffer(b"".join(files), np.uint8)
    used = take_greys(joined, ends, light, _OWN.ink, sizes_px, kept_px, _OWN.room)
    return GreyInks(_OWN.ink[:used].copy(), sizes_px, kept_px)
