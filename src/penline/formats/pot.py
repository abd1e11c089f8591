"""POT: isolated characters as pen strokes, record after record to the end of the file.

No magic number, no file header. All numbers are little-endian. Source: table 2 of
the publisher's page on the online databases, and every byte of OLHWDB1.0 writer 001.

    offset  bytes  field            meaning
    0       2      sample size      bytes of the whole record, marks included
    2       4      tag code         GB code as a number: lead byte second, then two zeros
    6       2      stroke number
    8       4      point            i16 x, i16 y; x right, y down, in pen units
    ...            end of stroke    (-1, 0), after every stroke, the last one too
    last 4         end of character (-1, -1)
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator

import numpy as np

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.door import Door
from penline.formats.gb import character
from penline.formats.looks import misnamed
from penline.records import Defect, Source, StrokeRecord

__all__ = ["HEADER", "read", "salvage"]

HEADER = struct.Struct("<H4sH")
_HEAD = HEADER.size
_PAIR = struct.Struct("<hh")
_EXPECTED = "a POT record (size, tag, strokes, points, end marks)"

_STROKE_END = 0x0000FFFF
_CHARACTER_END = 0xFFFFFFFF
_MARKS = b"\xff\xff\x00\x00\xff\xff\xff\xff"
_SMALLEST = _HEAD + 4 + len(_MARKS)
"""Bytes of a character of a single point."""

_WINDOW = 4096
"""Places looked at together when a sound record is searched for."""
_WALK_BYTES = 1 << 18
"""How far the end of a damaged character is looked for."""


def read(door: Door, source: Source) -> Iterator[StrokeRecord]:
    """All records, strictly; each holds a view of the door's bytes.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    offset = record = 0
    while True:
        try:
            strokes = _record(door, source, record, offset)
        except FormatError as error:
            raise (error if record else misnamed(door, error, _EXPECTED)) from None
        if strokes is None:
            break
        yield strokes
        offset += _HEAD + 4 * len(strokes.points)
        record += 1
    door.finish()


def salvage(door: Door, source: Source) -> Iterator[StrokeRecord | Defect]:
    """Sound records, and a defect in the place of each damaged stretch; never raises.

    The sample size or the next end of character, whichever leads to a whole record (or to the
    exact end of the file), shows where to go on; where neither does, or where they lead past a
    whole record, that is searched for byte by byte.
    """
    offset = record = 0
    fault: FormatError | None = None
    while True:
        following: int | None
        try:
            strokes = _record(door, source, record, offset)
        except FormatError as error:
            fault = error if record else misnamed(door, error, _EXPECTED)
            yield defect_of(fault, record)
            following = _after(door, offset)
        else:
            if strokes is None:
                break
            yield strokes
            following = offset + _HEAD + 4 * len(strokes.points)
        record += 1
        if following is None:
            break
        offset = following
    try:
        door.finish()
    except FormatError as error:
        if error is not fault:
            yield defect_of(error, record)


@functools.lru_cache(maxsize=65_536)
def _character(tag: bytes) -> str | None:
    """The character of a tag; ``cc 00 00 00`` and ``00 cc 00 00`` are both ASCII."""
    low, high = tag[0], tag[1]
    if tag[2] or tag[3]:
        return None
    return character(bytes((high, low)) if high and low else bytes((high or low,)))


def _record(door: Door, source: Source, record: int, offset: int) -> StrokeRecord | None:
    """The record at `offset`; None at the exact end of a file that has records."""
    buffer, at, have = door.span(offset, _HEAD)
    if have < _HEAD:
        if have == 0 and record and door.fault is None:
            return None
        raise door.lack(offset, _HEAD, "header", have)
    size, tag, count = HEADER.unpack_from(buffer, at)
    if size < _SMALLEST or size % 4:
        expected = f"a multiple of 4, at least {_SMALLEST}"
        raise FormatError(door.file, offset, "sample size", expected, f"{size:,}")
    if have < size:
        buffer, at, have = door.span(offset, size)
        if have < size:
            raise door.lack(offset + _HEAD, size - _HEAD, "points", have - _HEAD)
    pairs = (size - _HEAD) // 4
    words: np.ndarray[tuple[int], np.dtype[np.uint32]]
    words = np.ndarray((pairs,), "<u4", buffer, at + _HEAD)
    ends: list[int] = (words == _STROKE_END).nonzero()[0].tolist()
    if (
        len(ends) != count
        or not ends
        or ends[-1] != pairs - 2
        or len(ends) == pairs - 1
        or words[-1] != _CHARACTER_END
        or np.count_nonzero(words == _CHARACTER_END) != 1
    ):
        raise _bent(door.file, offset, words, ends, count)
    label = _character(tag)
    if label is None:
        raise FormatError(door.file, offset + 2, "tag code", "a GB18030 code", tag.hex(" "))
    points = np.ndarray((pairs, 2), "<i2", buffer, at + _HEAD)
    return StrokeRecord(label, tag, points, tuple(ends), source, record, offset)


def _bent(
    file: str,
    offset: int,
    words: np.ndarray[tuple[int], np.dtype[np.uint32]],
    ends: list[int],
    count: int,
) -> FormatError:
    """What is wrong with the marks of the record at `offset`."""
    body = offset + _HEAD
    marks: list[int] = (words == _CHARACTER_END).nonzero()[0].tolist()
    last = len(words) - 1
    if marks and marks[0] != last:
        size = f"{_HEAD + 4 * (marks[0] + 1):,} (to the end of character)"
        return FormatError(file, offset, "sample size", size, f"{_HEAD + 4 * len(words):,}")
    for at, mark, field in ((last, "(-1, -1)", "end of character"), (last - 1, "(-1, 0)", "")):
        if at in marks or at in ends:
            continue
        x, y = _PAIR.unpack(words[at].tobytes())
        return FormatError(
            file, body + 4 * at, field or "end of the last stroke", mark, f"({x}, {y})"
        )
    if len(ends) != count:
        return FormatError(file, offset + 6, "stroke number", f"{len(ends)}", f"{count}")
    return FormatError(file, body, "points", "at least 1", "0")


def _after(door: Door, offset: int) -> int | None:
    """Where to go on after the damaged record at `offset`; None if nothing sound follows."""
    buffer, at, have = door.span(offset, _HEAD)
    if have < _HEAD:
        return None
    size: int = HEADER.unpack_from(buffer, at)[0]
    for step in sorted({size, _walk(door, offset)}):  # the nearer first: it loses less
        if step >= _HEAD and _leads(door, offset, step):
            # Without an end of its own the character may have walked into the next one.
            return _search(door, offset + 1, offset + step) or offset + step
    return _search(door, offset + 1, None)


def _walk(door: Door, offset: int) -> int:
    """Bytes from `offset` to just past the first end of character, or 0."""
    reach = _WINDOW
    while True:
        buffer, at, have = door.span(offset, reach)
        words: np.ndarray[tuple[int], np.dtype[np.uint32]]
        words = np.ndarray(((min(have, reach) - _HEAD) // 4,), "<u4", buffer, at + _HEAD)
        marks = (words == _CHARACTER_END).nonzero()[0]
        if len(marks):
            return _HEAD + 4 * (int(marks[0]) + 1)
        if have < reach or reach >= _WALK_BYTES:
            return 0
        reach *= 4


def _leads(door: Door, offset: int, step: int) -> bool:
    """Whether `step` bytes after `offset` begins a record whose size reaches its own end marks.

    The exact end of the file is as good.
    """
    buffer, at, have = door.span(offset, step + _HEAD)
    if have < step + _HEAD:
        return have == step
    size, tag, _ = HEADER.unpack_from(buffer, at + step)
    if size < _SMALLEST or size % 4 or tag[2] or tag[3]:
        return False
    buffer, at, have = door.span(offset, step + size)
    end = at + step + size
    return have >= step + size and buffer[end - len(_MARKS) : end] == _MARKS


def _search(door: Door, start: int, stop: int | None) -> int | None:
    """The next place from `start` on (and before `stop`) that holds a labelled record, or None."""
    while stop is None or start < stop:
        buffer, at, have = door.span(start, _WINDOW + _HEAD)
        count = min(have - _HEAD + 1, _WINDOW)
        if count <= 0:
            return None
        for step in _headers(buffer, at, count):
            place = start + step
            if stop is not None and place >= stop:
                return None
            label = _character(bytes(buffer[at + step + 2 : at + step + 6]))
            if label is not None and _leads(door, place, 0):
                return place
        start += count
    return None


def _headers(buffer: memoryview, at: int, count: int) -> list[int]:
    """Those of `count` places from index `at` on where size and tag may be a record's."""
    words: np.ndarray[tuple[int], np.dtype[np.uint16]]
    words = np.ndarray((count + 4,), "<u2", buffer, at, (1,))
    sizes, zeros = words[:count], words[4:]
    likely = (sizes & 3 == 0) & (sizes >= _SMALLEST) & (zeros == 0)
    places: list[int] = likely.nonzero()[0].tolist()
    return places
