"""Pages of a TIFF file as grey pixels, part by part: a page of a gigapixel fits into little memory.

Source: TIFF, revision 6.0 (Adobe, 1992): header and directories in section 2, strips and tiles in
sections 3 and 15, and the tags there. A strip or tile is decoded as a small TIFF file of its own,
with the tags that say how it is packed; parts are made smaller by whole pixels as they come.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import cv2
import numpy as np

from penline.errors import FormatError
from penline.records import Bytes2D

__all__ = ["MAX_PAGES", "TiffPage", "read_page", "tiff_pages"]

MAX_PAGES = 1023
MAX_PIXELS = 1 << 30
_PART_PIXELS = 100_000_000
_PART_BYTES = 256 << 20
_MOST_TAGS = 512
_MOST_PARTS = 1 << 20
_TAG_BYTES = 1 << 20

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION = 254, 256, 257, 258, 259
_OFFSETS, _ORIENTATION, _SAMPLES, _ROWS, _COUNTS, _PLANAR = 273, 274, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_HOW = (
    *(_BITS, _COMPRESSION, 262, 266, _SAMPLES, _PLANAR, 292, 293, 317, 320, 338, 339, 347),
    *(530, 531, 532),
)
"""Tags that say how pixels are packed: these go into the small file."""
_MIRRORED = (2, 4, 5, 7)
_PLAIN, _OLD_JPEG = 1, 6
_MOST_SHRUNK = 16


class _Tag(NamedTuple):
    kind: int
    length: int
    data: bytes


class TiffPage(NamedTuple):
    """One page: the byte order, where its directory begins, and its tags by number."""

    order: str
    offset: int
    tags: dict[int, _Tag]

    def numbers(self, tag: int, usual: tuple[int, ...] = ()) -> tuple[int, ...]:
        """The whole numbers of a tag, or what is usual where it is not there."""
        found = self.tags.get(tag)
        if found is None or found.kind not in (1, 3, 4):
            return usual
        letter = {1: "B", 3: "H", 4: "I"}[found.kind]
        return struct.unpack(f"{self.order}{found.length}{letter}", found.data)

    def number(self, tag: int, usual: int = 0) -> int:
        """The first of them."""
        return (*self.numbers(tag), usual)[0]


def tiff_pages(file: IO[bytes], name: str) -> list[TiffPage]:
    """The pages of a file; small previews of others are none.

    Raises:
        FormatError: the directories are not sound, or too many.
    """
    file.seek(0)
    start = file.read(8)
    order = {b"II": "<", b"MM": ">"}.get(start[:2], "")
    if len(start) < 8 or not order or struct.unpack_from(f"{order}H", start, 2)[0] != 42:
        raise FormatError(name, 0, "photograph", "a TIFF file", "another one (BigTIFF is not read)")
    (offset,) = struct.unpack_from(f"{order}I", start, 4)
    pages: list[TiffPage] = []
    seen: set[int] = set()
    while offset:
        if offset in seen or len(seen) > 2 * MAX_PAGES:
            raise FormatError(name, offset, "directory", "each page once", "a circle, or too many")
        seen.add(offset)
        page, offset = _directory(file, order, offset, name)
        if not page.number(_SUBFILE) & 1:
            pages.append(page)
    if not 0 < len(pages) <= MAX_PAGES:
        raise FormatError(name, 0, "pages", f"1 to {MAX_PAGES:,}", f"{len(pages):,}")
    return pages


def _directory(file: IO[bytes], order: str, offset: int, name: str) -> tuple[TiffPage, int]:
    """One directory, and where the next one begins."""
    (count,) = struct.unpack(f"{order}H", _bytes(file, offset, 2, name))
    if count > _MOST_TAGS:
        raise FormatError(name, offset, "tags", f"at most {_MOST_TAGS}", f"{count:,}")
    data = _bytes(file, offset + 2, 12 * count + 4, name)
    tags = {}
    for at in range(0, 12 * count, 12):
        tag, kind, many = struct.unpack_from(f"{order}2HI", data, at)
        wanted = tag in (*_HOW, _SUBFILE, _WIDTH, _HEIGHT, _ORIENTATION, _ROWS)
        parts = tag in (_OFFSETS, _COUNTS, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS)
        if kind not in _SIZES or not many or not (wanted or parts):
            continue
        size = _SIZES[kind] * many
        if size > (8 * _MOST_PARTS if parts else _TAG_BYTES):
            raise FormatError(name, offset, f"tag {tag}", "a smaller one", f"{size:,} bytes")
        if size <= 4:
            value = data[at + 8 : at + 8 + size]
        else:
            value = _bytes(file, struct.unpack_from(f"{order}I", data, at + 8)[0], size, name)
        tags[tag] = _Tag(kind, many, value)
    return TiffPage(order, offset, tags), struct.unpack_from(f"{order}I", data, 12 * count)[0]


def _bytes(file: IO[bytes], offset: int, size: int, name: str) -> bytes:
    file.seek(offset)
    data = file.read(size)
    if len(data) < size:
        raise FormatError(name, offset, "TIFF", f"{size:,} bytes", f"{len(data):,}: cut short")
    return data


def read_page(path: Path, number: int, name: str, most_pixels: int) -> Bytes2D:
    """One page, grey, made smaller by a whole number of pixels where it is larger.

    Args:
        path: the file.
        number: of the page, from 0.
        name: for messages.
        most_pixels: of the picture that is returned.

    Returns:
        ``uint8 (height_px, width_px)``, 0 black.

    Raises:
        FormatError: it is damaged, or packed in a way that is not read.
    """
    with path.open("rb") as file:
        page = tiff_pages(file, name)[number]
        width, height = page.number(_WIDTH), page.number(_HEIGHT)
        if not (width and height) or width * height > MAX_PIXELS:
            most = f"1 to {MAX_PIXELS:,} pixels"
            raise FormatError(name, page.offset, "size", most, f"{width:,} x {height:,}")
        samples, planar = page.number(_SAMPLES, 1), page.number(_PLANAR, 1)
        if page.number(_COMPRESSION, 1) == _OLD_JPEG or (planar != 1 and samples > 1):
            said = "JPEG of before 1995, or colours apart; save it as JPEG, PNG or PDF"
            raise FormatError(name, page.offset, "compression", "a usual one", said)
        by = 1  # a power of two: tiles have sides of 16, 32, 48 ... pixels
        while (width // by) * (height // by) > most_pixels and by < _MOST_SHRUNK:
            by *= 2
        out = np.zeros((max(height // by, 1), max(width // by, 1)), np.uint8)
        for top, left, part in _parts(file, page, width, height, by, name):
            _lay(out, part, top, left, by)
    return np.ascontiguousarray(out[:, ::-1]) if page.number(_ORIENTATION) in _MIRRORED else out


def _parts(
    file: IO[bytes], page: TiffPage, width: int, height: int, by: int, name: str
) -> Iterator[tuple[int, int, Bytes2D]]:
    """Top, left and pixels of each part, which begins at whole multiples of `by`."""
    if _TILE_WIDTH in page.tags:
        across, down = page.number(_TILE_WIDTH), page.number(_TILE_HEIGHT)
        if not (across and down) or across % _MOST_SHRUNK or down % _MOST_SHRUNK:
            found = f"{across:,} x {down:,}"
            raise FormatError(name, page.offset, "tile", "sides of 16, 32, 48 ... px", found)
        columns = -(-width // across)
        count = columns * -(-height // down)
        for at, data in enumerate(_packed(file, page, _TILE_OFFSETS, _TILE_COUNTS, count, name)):
            top, left = at // columns * down, at % columns * across
            part = _decoded(page, data, across, down, name)
            yield top, left, part[: height - top, : width - left]
        return
    rows = min(page.number(_ROWS, height) or height, height)
    top, rest = 0, np.zeros((0, width), np.uint8)
    for strip in _strips(file, page, width, height, rows, name):
        whole = np.concatenate([rest, strip]) if len(rest) else strip
        size = len(whole) // by * by
        if size:
            yield top, 0, whole[:size]
        top, rest = top + size, whole[size:].copy()


def _strips(
    file: IO[bytes], page: TiffPage, width: int, height: int, rows: int, name: str
) -> Iterator[Bytes2D]:
    """The rows of a page; strips that are not packed in pieces of bounded size."""
    count = -(-height // rows)
    row_bits = width * page.number(_SAMPLES, 1) * page.number(_BITS, 1)
    row_bytes, piece = -(-row_bits // 8), max(_PART_PIXELS // 16 // width, 1)
    plain = page.number(_COMPRESSION, 1) == _PLAIN and rows > piece
    offsets = page.numbers(_OFFSETS)
    if not plain:
        for at, data in enumerate(_packed(file, page, _OFFSETS, _COUNTS, count, name)):
            yield _decoded(page, data, width, min(rows, height - at * rows), name)
        return
    if len(offsets) < count:
        raise FormatError(name, page.offset, "strips", f"{count:,}", f"{len(offsets):,}")
    for at, offset in enumerate(offsets[:count]):
        own = min(rows, height - at * rows)
        for first in range(0, own, piece):
            many = min(piece, own - first)
            data = _bytes(file, offset + first * row_bytes, many * row_bytes, name)
            yield _decoded(page, data, width, many, name)


def _packed(
    file: IO[bytes], page: TiffPage, offsets: int, counts: int, count: int, name: str
) -> Iterator[bytes]:
    """The bytes of each strip or tile."""
    places, sizes = page.numbers(offsets), page.numbers(counts)
    if not count <= min(len(places), len(sizes), _MOST_PARTS):
        found = f"{min(len(places), len(sizes)):,}"
        raise FormatError(name, page.offset, "strips or tiles", f"{count:,}", found)
    for place, size in zip(places[:count], sizes[:count], strict=True):
        if size > _PART_BYTES:
            found = f"{size:,} bytes in one; save it in strips, or as JPEG or PDF"
            raise FormatError(name, page.offset, "strip", f"at most {_PART_BYTES >> 20} MB", found)
        yield _bytes(file, place, size, name)


def _decoded(page: TiffPage, data: bytes, width: int, height: int, name: str) -> Bytes2D:
    """One strip or tile, by way of a TIFF file of its own.

    Raises:
        FormatError: it is damaged, too large, or packed in a way that OpenCV does not read.
    """
    if width * height > _PART_PIXELS:
        found = f"{width * height:,} in one; save it in strips, or as JPEG or PDF"
        raise FormatError(
            name, page.offset, "pixels of a strip", f"at most {_PART_PIXELS:,}", found
        )
    small = np.frombuffer(_small_file(page, data, width, height), np.uint8)
    try:
        found_pixels = cv2.imdecode(small, cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        found_pixels = None
    if found_pixels is None or found_pixels.shape != (height, width):
        raise FormatError(name, page.offset, "photograph", "a whole picture", "a damaged one")
    return np.asarray(found_pixels, np.uint8)


def _small_file(page: TiffPage, data: bytes, width: int, height: int) -> bytes:
    order = page.order
    long: dict[int, int] = {}
    tags = {tag: page.tags[tag] for tag in _HOW if tag in page.tags}
    for tag, value in ((_WIDTH, width), (_HEIGHT, height), (_ROWS, height), (_COUNTS, len(data))):
        tags[tag] = _Tag(4, 1, struct.pack(f"{order}I", value))
    at = 8 + 2 + 12 * (len(tags) + 1) + 4
    for tag, one in sorted(tags.items()):
        if len(one.data) > 4:
            long[tag] = at
            at += len(one.data) + len(one.data) % 2
    tags[_OFFSETS] = _Tag(4, 1, struct.pack(f"{order}I", at))
    rows, more = [], []
    for tag, one in sorted(tags.items()):
        held = struct.pack(f"{order}I", long[tag]) if tag in long else one.data.ljust(4, b"\0")
        rows.append(struct.pack(f"{order}2HI", tag, one.kind, one.length) + held)
        if tag in long:
            more.append(one.data + b"\0" * (len(one.data) % 2))
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    head += struct.pack(f"{order}H", len(tags)) + b"".join(rows) + b"\0\0\0\0"
    return head + b"".join(more) + data


def _lay(out: Bytes2D, part: Bytes2D, top: int, left: int, by: int) -> None:
    """Lay a part into the smaller picture, each pixel the mean of `by` by `by`."""
    size = part.shape[1] // by, part.shape[0] // by
    under = out[top // by : top // by + size[1], left // by : left // by + size[0]]
    if under.size:
        small = part[: size[1] * by, : size[0] * by]
        if by > 1:
            small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)
        under[:] = small[: under.shape[0], : under.shape[1]]
