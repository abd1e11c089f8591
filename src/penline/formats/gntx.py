"""GNTX: isolated characters of CASIA-AHCDB as grey images, record after record.

No magic number, no file header. All numbers are little-endian. Source: a program that reads the
real files; no such file was at hand. That program reads only the lower half of the label; here
the whole field must be a character, and a file where it is not is refused.

    offset  bytes  field          meaning
    0       4      sample size    bytes of the whole record, 12 + width x height
    4       4      label          Unicode code point
    8       2      width          pixels
    10      2      height         pixels
    12      w x h  bitmap         rows from the top, one byte a pixel, 255 = paper
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator

import numpy as np

from penline.errors import FormatError
from penline.formats.door import Door
from penline.formats.looks import misnamed
from penline.records import Defect, GlyphRecord, Source

__all__ = ["HEADER", "read", "salvage"]

HEADER = struct.Struct("<IIHH")
_HEAD = HEADER.size
_PAPER = 255
_EXPECTED = "a GNTX record (sample size = 12 + width x height)"

_WINDOW = 4096
"""Places looked at together when a sound header is searched for."""
_SIDE_LIMIT_PX = 4096
"""In a search, a header with a longer side is not believed."""


def read(door: Door, source: Source) -> Iterator[GlyphRecord]:
    """All records, strictly; each holds a view of the door's bytes.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    offset = record = 0
    while True:
        try:
            glyph = _record(door, source, record, offset)
        except FormatError as error:
            raise (error if record else misnamed(door, error, _EXPECTED)) from None
        if glyph is None:
            break
        yield glyph
        offset += _HEAD + glyph.pixels.size
        record += 1
    door.finish()


def salvage(door: Door, source: Source) -> Iterator[GlyphRecord | Defect]:
    """Sound records, and a defect in the place of each damaged stretch; never raises.

    Where sample size and width x height disagree, whichever leads to a sound header shows where
    to go on; where neither does, the next sound header is searched for byte by byte. A record
    that is followed by nonsense, and holds another sound record in its bitmap, is a defect.
    """
    offset: int | None = 0
    record = 0
    fault: FormatError | None = None
    while offset is not None:
        found: GlyphRecord | Defect | None
        following: int | None
        try:
            found = _record(door, source, record, offset)
        except FormatError as error:
            fault = error if record else misnamed(door, error, _EXPECTED)
            found, following = _defect(fault, record), _after(door, offset)
        else:
            if found is None:
                fault = None
                break
            size = _HEAD + found.pixels.size
            following = offset + size
            inside = None
            if not _leads(door, offset, size):
                inside = _search(door, offset + 1, following)
            if inside is not None:
                told = f"{size:,}, with a sound record inside"
                place = door.file, offset, record, "sample size"
                found, following = Defect(*place, "the record's own", told), inside
        yield found
        record += 1
        offset = following
    try:
        door.finish()
    except FormatError as error:
        if error is not fault:
            yield _defect(error, record)


def _defect(error: FormatError, record: int) -> Defect:
    return Defect(error.file, error.offset, record, error.field, error.expected, error.found)


def _character(code: int) -> str | None:
    """The character of a code point; private ones count, controls and surrogates do not."""
    if code > 0x10FFFF or code & 0xFFFE == 0xFFFE:
        return None
    return None if unicodedata.category(chr(code)) in ("Cc", "Cs") else chr(code)


def _record(door: Door, source: Source, record: int, offset: int) -> GlyphRecord | None:
    """The record at `offset`; None at the exact end of a file that has records."""
    buffer, at, have = door.span(offset, _HEAD)
    if have < _HEAD:
        if have == 0 and record and door.fault is None:
            return None
        raise door.lack(offset, _HEAD, "header", have)
    size, code, width, height = HEADER.unpack_from(buffer, at)
    if not width or not height:
        place, field = (8, "width") if not width else (10, "height")
        raise FormatError(door.file, offset + place, field, "at least 1", "0")
    if size != _HEAD + width * height:
        expected = f"{_HEAD + width * height:,} (12 + {width} x {height})"
        raise FormatError(door.file, offset, "sample size", expected, f"{size:,}")
    if have < size:
        buffer, at, have = door.span(offset, size)
        if have < size:
            raise door.lack(offset + _HEAD, size - _HEAD, "bitmap", have - _HEAD)
    label = _character(code)
    raw = bytes(buffer[at + 4 : at + 8])
    if label is None:
        raise FormatError(door.file, offset + 4, "label", "a Unicode code point", raw.hex(" "))
    pixels = np.ndarray((height, width), np.uint8, buffer, at + _HEAD)
    return GlyphRecord(label, raw, pixels, _PAPER, source, record, offset)


def _leads(door: Door, offset: int, size: int) -> bool:
    """Whether `size` bytes after `offset` comes a header that fits itself, or the exact end."""
    buffer, at, have = door.span(offset, size + _HEAD)
    if have < size + _HEAD:
        return have == size
    own, _, width, height = HEADER.unpack_from(buffer, at + size)
    return bool(width and height and own == _HEAD + width * height)


def _after(door: Door, offset: int) -> int | None:
    """Where to go on after the damaged record at `offset`; None if nothing sound follows."""
    buffer, at, have = door.span(offset, _HEAD)
    if have < _HEAD:
        return None
    size, _, width, height = HEADER.unpack_from(buffer, at)
    own = _HEAD + int(width) * int(height)
    for step in sorted({int(size), own}):  # the nearer first: it loses less
        if step >= _HEAD and _leads(door, offset, step):
            return offset + step
    if size == own > _HEAD and door.span(offset, size)[2] >= size:
        # The frame is whole, only its label is not: the next header is the one that is bent.
        return _search(door, offset + 1, offset + own) or offset + own
    return _search(door, offset + 1, None)


def _search(door: Door, start: int, stop: int | None) -> int | None:
    """The next place from `start` on that holds a sound header, or None.

    Before `stop` only a record that leads to another one (or to the end of the file) counts;
    without `stop` any whole record with a label does.
    """
    while stop is None or start < stop:
        buffer, at, have = door.span(start, _WINDOW + _HEAD)
        count = min(have - _HEAD + 1, _WINDOW)
        if count <= 0:
            return None
        for step in _headers(buffer, at, count):
            place = start + step
            if stop is not None and place >= stop:
                return None
            size, code, width, height = HEADER.unpack_from(buffer, at + step)
            if not 0 < width <= _SIDE_LIMIT_PX or not 0 < height <= _SIDE_LIMIT_PX:
                continue
            if _character(code) is None:
                continue
            if _leads(door, place, size) or (stop is None and door.span(place, size)[2] >= size):
                return place
        start += count
    return None


def _headers(buffer: memoryview, at: int, count: int) -> list[int]:
    """Those of `count` places from index `at` on where sample size = 12 + width x height."""
    sizes: np.ndarray[tuple[int], np.dtype[np.uint32]]
    sizes = np.ndarray((count,), "<u4", buffer, at, (1,))
    areas = np.ndarray((count,), "<u2", buffer, at + 8, (1,)).astype(np.uint32)
    areas *= np.ndarray((count,), "<u2", buffer, at + 10, (1,))
    areas += np.uint32(_HEAD)
    places: list[int] = (areas == sizes).nonzero()[0].tolist()
    return places
