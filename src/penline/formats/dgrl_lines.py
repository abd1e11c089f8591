"""The lines of a text page in its two layouts, by line and by character (see `dgrl`)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.gb import character
from penline.records import CharacterBox, LineRecord, PageFacts, Raster, Source

__all__ = [
    "COUNT",
    "LINE_BOX",
    "MOST_CHARACTERS",
    "Parse",
    "Parsed",
    "by_character",
    "by_line",
    "read_exact",
    "surplus",
]

COUNT = struct.Struct("<I")
LINE_BOX = struct.Struct("<iiii")
_CHARACTER_BOX = struct.Struct("<hhhh")

MOST_CHARACTERS = 4096
"""In one line; the longest real ones have about 60."""
_MOST_LINE_PX = 1 << 26
"""Area of the box around the characters of a line: `LineRecord.pixels` allocates it."""

Parsed: TypeAlias = tuple[LineRecord | FormatError, int]
"""A line, or what is wrong with it although its frame is whole; and where it ends."""
Parse: TypeAlias = Callable[[ByteSource, PageFacts, Source, int, int], Parsed]
"""Bytes, page, source, record, offset -> a line. Raises `FormatError` where the frame is broken."""


def read_exact(stream: ByteSource, offset: int, n: int, field: str) -> tuple[memoryview, int]:
    """The buffer and index of `n` bytes; a stream keeps what comes before, all of the page."""
    buffer, at, have = stream.peek(0, offset + n)
    if have < offset + n:
        raise stream.shortfall(offset, n, field, max(have - offset, 0))
    return buffer, at + offset


def surplus(stream: ByteSource, page: PageFacts, offset: int) -> FormatError | None:
    """A fault if the file goes on at `offset`, where the page's last line has ended."""
    if stream.peek(0, offset + 1)[2] <= offset:
        return None
    expected = f"the end of the file after {page.line_count} lines"
    return FormatError(stream.file, offset, "end of the page", expected, "more bytes")


def by_line(
    stream: ByteSource, page: PageFacts, source: Source, record: int, offset: int
) -> Parsed:
    """The line at `offset` as a picture of its own."""
    count = _count(stream, offset)
    labels_at = offset + COUNT.size
    box_at = labels_at + count * page.code_bytes
    buffer, at = read_exact(stream, labels_at, box_at - labels_at + LINE_BOX.size, "labels and box")
    raw = bytes(buffer[at : at + box_at - labels_at])
    top, left, height, width = LINE_BOX.unpack_from(buffer, at + len(raw))
    _sides(stream.file, box_at + 8, 4, height, width)
    raster, end = _raster(stream, page, box_at + LINE_BOX.size, height, width)
    codes, characters, bent = _labels(stream.file, raw, labels_at, page.code_bytes)
    fault = bent or _outside(stream.file, page, box_at, top, left, height, width)
    if fault is not None:
        return fault, end
    return LineRecord(
        *(codes, characters, top, left, height, width, raster, (), page, source, record, offset)
    ), end


def by_character(
    stream: ByteSource, page: PageFacts, source: Source, record: int, offset: int
) -> Parsed:
    """The line at `offset` as pictures of its characters."""
    count = _count(stream, offset)
    if count == 0:
        raise FormatError(stream.file, offset, "character number", "at least 1", "0")
    end = offset + COUNT.size
    boxes: list[CharacterBox] = []
    fault: FormatError | None = None
    for _ in range(count):
        box_at = end + page.code_bytes
        buffer, at = read_exact(stream, end, page.code_bytes + _CHARACTER_BOX.size, "label and box")
        raw = bytes(buffer[at : at + page.code_bytes])
        codes, characters, bent = _labels(stream.file, raw, end, page.code_bytes)
        top, left, height, width = _CHARACTER_BOX.unpack_from(buffer, at + page.code_bytes)
        _sides(stream.file, box_at + 4, 2, height, width)
        raster, end = _raster(stream, page, box_at + _CHARACTER_BOX.size, height, width)
        outside = _outside(stream.file, page, box_at, top, left, height, width)
        fault = fault or bent or outside
        boxes.append(CharacterBox(characters[0], codes[0], top, left, raster))
    top, left = min(box.top_px for box in boxes), min(box.left_px for box in boxes)
    height = max(box.top_px + box.raster.height_px for box in boxes) - top
    width = max(box.left_px + box.raster.width_px for box in boxes) - left
    if fault is None and height * width > _MOST_LINE_PX:
        expected = f"a box of at most {_MOST_LINE_PX:,} pixels around them"
        fault = FormatError(stream.file, offset, "characters", expected, f"{height} x {width}")
    if fault is not None:
        return fault, end
    labels = tuple(box.code for box in boxes), tuple(box.character for box in boxes)
    return LineRecord(
        *(*labels, top, left, height, width, None, tuple(boxes), page, source, record, offset)
    ), end


def _count(stream: ByteSource, offset: int) -> int:
    buffer, at = read_exact(stream, offset, COUNT.size, "character number")
    count: int = COUNT.unpack_from(buffer, at)[0]
    if count > MOST_CHARACTERS:
        expected = f"at most {MOST_CHARACTERS:,}"
        raise FormatError(stream.file, offset, "character number", expected, f"{count:,}")
    return count


def _labels(
    file: str, raw: bytes, offset: int, size: int
) -> tuple[tuple[bytes, ...], tuple[str | None, ...], FormatError | None]:
    """Units and characters of the labels at `offset`; a fault where a unit is no code at all."""
    codes: list[bytes] = []
    found: list[str | None] = []
    for start in range(0, len(raw), size):
        code = raw[start : start + size]
        label = None if b"\xff" in code else character(code.rstrip(b"\0"))
        if label is None and b"\xff" not in code:
            expected = "a GB18030 code, or ff"
            fault = FormatError(file, offset + start, "label", expected, code.hex(" "))
            return (code,), (None,), fault
        codes.append(code)
        found.append(label)
    return tuple(codes), tuple(found), None


def _sides(file: str, offset: int, size: int, height: int, width: int) -> None:
    for field, value in (("height", height), ("width", width)):
        if value < 1:
            raise FormatError(file, offset, field, "at least 1", f"{value:,}")
        offset += size


def _raster(
    stream: ByteSource, page: PageFacts, offset: int, height: int, width: int
) -> tuple[Raster, int]:
    row = width if page.bits == 8 else (width + 7) // 8
    buffer, at = read_exact(stream, offset, height * row, "bitmap")
    rows = np.ndarray((height, row), np.uint8, buffer, at)
    return Raster(rows, width, page.bits), offset + height * row


def _outside(
    file: str, page: PageFacts, offset: int, top: int, left: int, height: int, width: int
) -> FormatError | None:
    """A fault if a box does not even touch the page; real boxes do reach out of it."""
    if -height < top < page.height_px and -width < left < page.width_px:
        return None
    expected = f"a box that touches the page of {page.height_px} x {page.width_px}"
    found = f"top {top}, left {left}, height {height}, width {width}"
    return FormatError(file, offset, "top and left", expected, found)
