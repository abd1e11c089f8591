"""TCS: pictures of touching characters (CASIA-HWDB-T), each with its text.

All numbers are little-endian. Source: the table on the publisher's page on touching characters,
as far as the number of touching points. What follows is after a public program that reads the
files; no file was at hand. So the reader believes its reading only as long as every record leads
to another sound one, or to the exact end of the file, and refuses it otherwise.

    offset  bytes  field          meaning
    0       4      header size    H, 36 + the illustration's bytes
    4       8      format code    "tcs", padded with zeros
    12      H-36   illustration   "#CASIA-HWDB-T"
    H-24    20     code type      "ASCII" or "GB"
    H-4     2      code length    CL, 1 or 2
    H-2     2      bits           8

    record:
    0       2      stroke width   average, in pixels
    2       2      line height    of the line that the string was cut from, in pixels
    4       2      points         N, number of touching points, from 1
    6       8 N    places         upper and lower end of each, as row and column of 2 bytes
    then    2      characters     C, from 2
            C x CL codes          lead byte first
            2 + 2  height, width  in pixels
            h x w  picture        rows from the top; 255 = paper, as in the archives it is cut from

Each string is given as a line on a page of its own size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import until_fault
from penline.formats.gb import character
from penline.formats.sniff import misnamed
from penline.records import Defect, LineRecord, PageFacts, Raster, Source
from penline.words import printable

__all__ = ["Header", "TouchingString", "read", "read_header", "salvage", "strings"]

_HEAD = struct.Struct("<I8s")
_TAIL = struct.Struct("<20sHH")
_FIXED = struct.Struct("<3h")
_COUNT = struct.Struct("<h")
_SIDES = struct.Struct("<2h")
_POINT_BYTES = 8
_LEAST_HEADER = _HEAD.size + _TAIL.size
_HEADER_LIMIT = 1 << 16
_POINTS_LIMIT = 64
_CHARACTERS_LIMIT = 64
_SIDE_LIMIT_PX = 4096
_PAPER = 255
_CODE_BYTES = {"ASCII": 1, "GB": 2}
_EXPECTED = "a TCS file (header size, format code tcs, touching strings)"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the records.

    Attributes:
        size_bytes: where the first record begins.
        illustration: the file's free text.
        code_type: ``"ASCII"`` or ``"GB"``.
        code_bytes: bytes of one character's code, 1 or 2.
    """

    size_bytes: int
    illustration: str
    code_type: str
    code_bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class TouchingString:
    """A string of touching characters, and where they touch.

    Attributes:
        stroke_width_px: average width of the strokes.
        line_height_px: height of the line that the string was cut from.
        touching_px: ``int16 (points, 4)``: row and column of the upper end, and of the lower end,
            of each touching point.
        line: text and picture.
    """

    stroke_width_px: int
    line_height_px: int
    touching_px: npt.NDArray[np.int16]
    line: LineRecord


def read(stream: ByteSource, source: Source) -> Iterator[LineRecord]:
    """All strings, strictly; each holds a view of the file's bytes.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    return (string.line for string in strings(stream, source))


def salvage(stream: ByteSource, source: Source) -> Iterator[LineRecord | Defect]:
    """Sound strings, and a defect where the reading ends early; never raises.

    Records have no size of their own and no mark, so nothing after a damaged one is believed.
    """
    return until_fault(read(stream, source))


def strings(stream: ByteSource, source: Source) -> Iterator[TouchingString]:
    """All strings with their touching points, strictly.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    header = read_header(stream)
    offset = header.size_bytes
    record = 0
    while True:
        if record and not stream.peek(offset, 1)[2] and stream.fault is None:
            break
        string, offset = _string(stream, source, header, record, offset)
        yield string
        record += 1
    stream.finish()


def read_header(stream: ByteSource) -> Header:
    """The header of the file.

    Raises:
        FormatError: it is not that of a TCS file.
    """
    try:
        return _header(stream)
    except FormatError as error:
        raise misnamed(stream, error, _EXPECTED) from None


def _header(stream: ByteSource) -> Header:
    buffer, at = stream.read_exact(0, _HEAD.size, "header")
    size, code = _HEAD.unpack_from(buffer, at)
    if code.rstrip(b"\0").lower() != b"tcs":
        found = repr(code)[2:-1]
        raise FormatError(stream.file, 4, "format code", "tcs", found)
    if not _LEAST_HEADER <= size <= _HEADER_LIMIT:
        expected = f"{_LEAST_HEADER} to {_HEADER_LIMIT:,}"
        raise FormatError(stream.file, 0, "header size", expected, f"{size:,}")
    buffer, at = stream.read_exact(0, size, "header")
    illustration = bytes(buffer[at + _HEAD.size : at + size - _TAIL.size]).rstrip(b"\0")
    raw_type, code_bytes, bits = _TAIL.unpack_from(buffer, at + size - _TAIL.size)
    code_type = raw_type.partition(b"\0")[0].decode("ascii", "replace").strip()
    place = size - _TAIL.size
    if code_type not in _CODE_BYTES:
        raise FormatError(stream.file, place, "code type", "ASCII or GB", repr(code_type))
    if code_bytes != _CODE_BYTES[code_type]:
        expected = f"{_CODE_BYTES[code_type]} with {code_type}"
        raise FormatError(stream.file, place + 20, "code length", expected, str(code_bytes))
    if bits != 8:
        raise FormatError(stream.file, place + 22, "bits per pixel", "8", str(bits))
    text = printable(illustration.decode("gb18030", "replace"))
    return Header(size, text, code_type, code_bytes)


def _string(
    stream: ByteSource, source: Source, header: Header, record: int, offset: int
) -> tuple[TouchingString, int]:
    """The string at `offset`, and where the next one begins."""
    begin = offset
    buffer, at = stream.read_exact(offset, _FIXED.size, "string")
    stroke, line_height, points = _FIXED.unpack_from(buffer, at)
    _within(stream, offset, "stroke width", stroke, 0, _SIDE_LIMIT_PX)
    _within(stream, offset + 2, "line height", line_height, 0, _SIDE_LIMIT_PX)
    _within(stream, offset + 4, "touching points", points, 1, _POINTS_LIMIT)
    offset += _FIXED.size
    buffer, at = stream.read_exact(
        offset, points * _POINT_BYTES + _COUNT.size, "places of touching points"
    )
    touching = np.frombuffer(buffer, "<i2", points * 4, at).reshape(points, 4).astype(np.int16)
    offset += points * _POINT_BYTES
    count = _COUNT.unpack_from(buffer, at + points * _POINT_BYTES)[0]
    _within(stream, offset, "characters", count, 1, _CHARACTERS_LIMIT)
    offset += _COUNT.size
    size = header.code_bytes
    buffer, at = stream.read_exact(offset, count * size + _SIDES.size, "codes, height and width")
    codes = tuple(bytes(buffer[at + i * size : at + (i + 1) * size]) for i in range(count))
    characters = tuple(_character(code) for code in codes)
    for number, (code, one) in enumerate(zip(codes, characters, strict=True)):
        if one is None and b"\xff" not in code:
            place = offset + number * size
            raise FormatError(stream.file, place, "character code", header.code_type, code.hex(" "))
    offset += count * size
    height, width = _SIDES.unpack_from(buffer, at + count * size)
    _within(stream, offset, "height", height, 1, _SIDE_LIMIT_PX)
    _within(stream, offset + 2, "width", width, 1, _SIDE_LIMIT_PX)
    offset += _SIDES.size
    buffer, at = stream.read_exact(offset, height * width, "picture")
    rows = np.ndarray((height, width), np.uint8, buffer, at)
    page = PageFacts(
        height, width, 1, header.code_type, size, 8, _PAPER, illustration=header.illustration
    )
    line = LineRecord(
        codes=codes,
        characters=characters,
        top_px=0,
        left_px=0,
        height_px=height,
        width_px=width,
        raster=Raster(rows, width),
        boxes=(),
        page=page,
        source=source,
        record=record,
        offset=begin,
    )
    return TouchingString(stroke, line_height, touching, line), offset + height * width


def _character(code: bytes) -> str | None:
    return character(code.ljust(2, b"\0"))


def _within(stream: ByteSource, offset: int, field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        expected = f"{least} to {most:,} (the layout of TCS records is not confirmed)"
        raise FormatError(stream.file, offset, field, expected, f"{value:,}")
