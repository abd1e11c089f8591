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

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.gb import character
from penline.formats.scan import Scanner
from penline.records import Source, StrokeRecord

__all__ = ["HEADER", "read", "salvage"]

HEADER = struct.Struct("<H4sH")
_HEAD = HEADER.size
_PAIR = struct.Struct("<hh")

_STROKE_END = 0x0000FFFF
_CHARACTER_END = 0xFFFFFFFF
_MARKS = b"\xff\xff\x00\x00\xff\xff\xff\xff"
_SMALLEST = _HEAD + 4 + len(_MARKS)
"""Bytes of a character of a single point."""

_WINDOW = 4096
"""Bytes of a damaged character that its end is first looked for in."""
_WALK_BYTES = 1 << 18
"""How far the end of a damaged character is looked for."""


@functools.lru_cache(maxsize=65_536)
def _character(tag: bytes) -> str | None:
    """The character of a tag; ``cc 00 00 00`` and ``00 cc 00 00`` are both ASCII."""
    low, high = tag[0], tag[1]
    if tag[2] or tag[3]:
        return None
    return character(bytes((high, low)) if high and low else bytes((high or low,)))


class _Pot(Scanner[StrokeRecord]):
    """Reads POT records.

    The sample size or the next end of character, whichever leads to a whole record (or to the
    exact end of the file), shows where to go on; where neither does, or where they lead past a
    whole record, that is searched for byte by byte.
    """

    expected = "a POT record (size, tag, strokes, points, end marks)"
    head = _HEAD

    def record(
        self, stream: ByteSource, source: Source, record: int, offset: int
    ) -> StrokeRecord | None:
        """The record at `offset`; None at the exact end of a file that has records."""
        buffer, at, have = stream.peek(offset, _HEAD)
        if have < _HEAD:
            if have == 0 and record and stream.fault is None:
                return None
            raise stream.shortfall(offset, _HEAD, "header", have)
        size, tag, count = HEADER.unpack_from(buffer, at)
        if size < _SMALLEST or size % 4:
            expected = f"a multiple of 4, at least {_SMALLEST}"
            raise FormatError(stream.file, offset, "sample size", expected, f"{size:,}")
        if have < size:
            buffer, at, have = stream.peek(offset, size)
            if have < size:
                raise stream.shortfall(offset + _HEAD, size - _HEAD, "points", have - _HEAD)
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
            raise _bent(stream.file, offset, words, ends, count)
        label = _character(tag)
        if label is None:
            raise FormatError(stream.file, offset + 2, "tag code", "a GB18030 code", tag.hex(" "))
        points = np.ndarray((pairs, 2), "<i2", buffer, at + _HEAD)
        return StrokeRecord(label, tag, points, tuple(ends), source, record, offset)

    def size(self, record: StrokeRecord) -> int:
        """Return the bytes of a record."""
        return _HEAD + 4 * len(record.points)

    def after(self, stream: ByteSource, offset: int) -> int | None:
        """Where to go on after the damaged record at `offset`; None if nothing sound follows."""
        buffer, at, have = stream.peek(offset, _HEAD)
        if have < _HEAD:
            return None
        size: int = HEADER.unpack_from(buffer, at)[0]
        for step in sorted({size, _walk(stream, offset)}):  # the nearer first: it loses less
            if step >= _HEAD and _leads(stream, offset, step):
                # Without an end of its own the character may have walked into the next one.
                return self.search(stream, offset + 1, offset + step) or offset + step
        return self.search(stream, offset + 1, None)

    def believed(
        self,
        stream: ByteSource,
        offset: int,
        header: memoryview,
        stop: int | None,  # noqa: ARG002
    ) -> bool:
        """Tell whether a labelled record reaches its own end marks."""
        return _character(bytes(header[2:6])) is not None and _leads(stream, offset, 0)

    def headers(self, buffer: memoryview, at: int, count: int) -> list[int]:
        """Those of `count` places from index `at` on where size and tag may be a record's."""
        words: np.ndarray[tuple[int], np.dtype[np.uint16]]
        words = np.ndarray((count + 4,), "<u2", buffer, at, (1,))
        sizes, zeros = words[:count], words[4:]
        likely = (sizes & 3 == 0) & (sizes >= _SMALLEST) & (zeros == 0)
        places: list[int] = likely.nonzero()[0].tolist()
        return places


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


def _walk(stream: ByteSource, offset: int) -> int:
    """Bytes from `offset` to just past the first end of character, or 0."""
    reach = _WINDOW
    while True:
        buffer, at, have = stream.peek(offset, reach)
        words: np.ndarray[tuple[int], np.dtype[np.uint32]]
        words = np.ndarray(((min(have, reach) - _HEAD) // 4,), "<u4", buffer, at + _HEAD)
        marks = (words == _CHARACTER_END).nonzero()[0]
        if len(marks):
            return _HEAD + 4 * (int(marks[0]) + 1)
        if have < reach or reach >= _WALK_BYTES:
            return 0
        reach *= 4


def _leads(stream: ByteSource, offset: int, step: int) -> bool:
    """Whether `step` bytes after `offset` begins a record whose size reaches its own end marks.

    The exact end of the file is as good.
    """
    buffer, at, have = stream.peek(offset, step + _HEAD)
    if have < step + _HEAD:
        return have == step
    size, tag, _ = HEADER.unpack_from(buffer, at + step)
    if size < _SMALLEST or size % 4 or tag[2] or tag[3]:
        return False
    buffer, at, have = stream.peek(offset, step + size)
    end = at + step + size
    return have >= step + size and buffer[end - len(_MARKS) : end] == _MARKS


_RECORDS = _Pot()

read = _RECORDS.read
salvage = _RECORDS.salvage
