"""PTTS and WPTT: a text page as pen strokes, with its lines and their characters.

All numbers are little-endian. Source: programs that read PTTS files, and one that reads WPTT.
No original file of either was at hand, so the reader believes its reading only where it uses up
the file exactly, and every stroke index is in range.

    offset  bytes  field           meaning
    0       4      header size     H, 54 + the illustration's bytes
    4       8      format code     padded with zeros
    12      H-54   illustration    free text
    H-42    20     code type       "GB"
    H-22    2      code length     2
    H-20    20     data type       of coordinates, "short"
    H       4      sample length   not relied upon
    H+4     4      page index
    H+8     4      stroke number   S
    H+12           S strokes       u16 points, then u16 x, u16 y for each; no end marks
            2      line number     L
                   L lines         u16 n, n stroke indices of u16; u16 C, then C characters:
                                   PTTS: 2 bytes code, u16 k, k stroke indices of u16
                                   line level (WPTT): 2 bytes code

A code is GB, lead byte first; ASCII is one byte and a zero; ``ff ff`` (or any code with an ``ff``)
stands for ink that is no character. The format code may be any letters: the proof is in the
counts. Of the two layouts of characters the one that uses up the file is taken.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, end_of
from penline.formats.gb import character
from penline.formats.ink import InkCharacter, InkLine, InkPage
from penline.formats.sniff import misnamed
from penline.records import Defect, Source
from penline.words import printable

__all__ = ["InkCharacter", "InkLine", "InkPage", "read", "salvage"]

_HEAD = struct.Struct("<I8s")
_TYPES = struct.Struct("<20sH20s")
_PAGE = struct.Struct("<III")
_COUNT = struct.Struct("<H")
_LEAST_HEADER = _HEAD.size + _TYPES.size
_HEADER_LIMIT = 1 << 16
_CODE_BYTES = 2
_EXPECTED = "a PTTS or WPTT page (header size, format code, strokes, lines)"
_FIRST_BYTES = 1 << 12


@dataclass(slots=True)
class _PageHead:
    """What stands before the lines."""

    code: str
    illustration: str
    code_type: str
    data_type: str
    length: int
    index: int
    strokes: int
    strokes_at: int
    lines_at: int


class _Bytes:
    """The file from its beginning, as far as it was needed; a stream's part doubles."""

    def __init__(self, stream: ByteSource) -> None:
        self.stream = stream
        self.buffer, self.at, self.have = stream.peek(0, _FIRST_BYTES)

    def reach(self, offset: int, n: int, field: str) -> int:
        """The buffer's index of the `n` bytes at `offset`.

        Raises:
            FormatError: fewer bytes are left.
        """
        if self.have < offset + n:
            self.buffer, self.at, self.have = self.stream.peek(0, max(offset + n, 2 * self.have))
            if self.have < offset + n:
                raise self.stream.shortfall(offset, n, field, max(self.have - offset, 0))
        return self.at + offset

    def count(self, offset: int, field: str) -> int:
        """The u16 at `offset`."""
        at = self.reach(offset, 2, field)
        number: int = _COUNT.unpack_from(self.buffer, at)[0]
        return number

    def ends_at(self, offset: int) -> bool:
        """Whether the file ends just there."""
        if self.have <= offset:
            self.buffer, self.at, self.have = self.stream.peek(0, offset + 1)
        return self.have <= offset


def read(stream: ByteSource, source: Source) -> Iterator[InkPage]:
    """The one page of the file; it holds views of the file's bytes.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    data = _Bytes(stream)
    try:
        head = _page_head(data)
    except FormatError as error:
        raise misnamed(stream, error, _EXPECTED) from None
    linked = _linked(data, head)
    sound = bytearray()
    for fault in _survey(data, head, linked, sound):
        raise fault
    yield _page(data, head, linked, sound, source)
    stream.finish()


def salvage(stream: ByteSource, source: Source) -> Iterator[InkPage | Defect]:
    """The page with its sound lines, then what is wrong with the others; never raises.

    A line with a bad code or stroke index costs itself alone; one that runs past the end of the
    file is the last. Where the strokes are damaged, nothing is sound. Defects are numbered on.
    """
    data = _Bytes(stream)
    record = 0
    try:
        head = _page_head(data)
    except FormatError as error:
        yield defect_of(misnamed(stream, error, _EXPECTED), 0)
        return
    linked = _linked(data, head)
    sound = bytearray()
    faults = 0
    for _ in _survey(data, head, linked, sound):
        faults += 1
    if any(sound) or not faults:
        yield _page(data, head, linked, sound, source)
        record += 1
    last: FormatError | None = None
    for last in _survey(data, head, linked):  # again, so that they are never all held
        yield defect_of(last, record)
        record += 1
    yield from end_of(stream, record, last)


def _text(field: bytes) -> str:
    return printable(field.partition(b"\0")[0].decode("gb18030", "replace"))


def _page_head(data: _Bytes) -> _PageHead:
    """Header and strokes, checked."""
    file = data.stream.file
    at = data.reach(0, _HEAD.size, "header")
    size, code = _HEAD.unpack_from(data.buffer, at)
    format_code = code.rstrip(b"\0")
    if not format_code.isalnum() or not format_code.isascii():
        expected = 'letters, such as "PTTS" or "WPTT"'
        raise FormatError(file, 4, "format code", expected, repr(code)[1:])
    if not _LEAST_HEADER <= size <= _HEADER_LIMIT:
        expected = f"{_LEAST_HEADER:,} to {_HEADER_LIMIT:,}"
        raise FormatError(file, 0, "header size", expected, f"{size:,}")
    at = data.reach(0, size, "header")
    types = size - _TYPES.size
    code_type, code_bytes, data_type = _TYPES.unpack_from(data.buffer, at + types)
    if code_bytes != _CODE_BYTES:
        raise FormatError(file, types + 20, "code length", f"{_CODE_BYTES}", f"{code_bytes:,}")
    kind = _text(data_type)
    if kind and "short" not in kind.lower():
        raise FormatError(file, types + 22, "data type", '"short"', repr(kind))
    illustration = _text(bytes(data.buffer[at + _HEAD.size : at + types]))
    at = data.reach(size, _PAGE.size, "page")
    length, index, strokes = _PAGE.unpack_from(data.buffer, at)
    if strokes == 0:
        raise FormatError(file, size + 8, "stroke number", "at least 1", "0")
    begin = offset = size + _PAGE.size
    for _ in range(strokes):
        points = data.count(offset, "stroke")
        data.reach(offset + 2, 4 * points, "points")
        offset += 2 + 4 * points
    code_text = format_code.decode("ascii")
    return _PageHead(
        *(code_text, illustration, _text(code_type), kind, length, index, strokes, begin, offset)
    )


def _linked(data: _Bytes, head: _PageHead) -> bool:
    """Whether characters list their strokes: by the layout that has no fault, or fewer of them.

    Where both are as good, the format code tells.
    """
    order = (False, True) if head.code.upper().startswith("W") else (True, False)
    best, most = order[0], 0
    for linked in order:
        sound = bytearray()
        clean = not any(True for _ in _survey(data, head, linked, sound))
        if clean:
            return linked
        if sum(sound) > most:
            best, most = linked, sum(sound)
    return best


def _survey(
    data: _Bytes, head: _PageHead, linked: bool, sound: bytearray | None = None
) -> Iterator[FormatError]:
    """Faults of the lines in file order; whether each line is sound goes to `sound`."""
    file, offset = data.stream.file, head.lines_at
    try:
        lines = data.count(offset, "line number")
        if lines == 0:
            yield FormatError(file, offset, "line number", "at least 1", "0")
        offset += 2
        for _ in range(lines):
            end, fault = _line(data, head, linked, offset)
            if sound is not None:
                sound.append(fault is None)
            if fault is not None:
                yield fault
            offset = end
    except FormatError as error:
        yield error
        return
    ended = data.ends_at(offset)
    if data.stream.fault is not None:
        yield data.stream.fault
    elif not ended:
        found = f"more bytes (format code {head.code})"
        yield FormatError(file, offset, "end of file", "nothing after the last line", found)


def _line(
    data: _Bytes, head: _PageHead, linked: bool, offset: int
) -> tuple[int, FormatError | None]:
    """Where the line at `offset` ends, and the first thing wrong inside it.

    Raises:
        FormatError: it runs past the end of the file.
    """
    offset, fault = _indices(data, head, offset, "line's stroke")
    count = data.count(offset, "character number")
    offset += 2
    for _ in range(count):
        at = data.reach(offset, _CODE_BYTES, "tag code")
        code = bytes(data.buffer[at : at + _CODE_BYTES])
        if fault is None and 0xFF not in code and character(code) is None:
            expected = "a GB18030 code or ff ff"
            fault = FormatError(data.stream.file, offset, "tag code", expected, code.hex(" "))
        offset += _CODE_BYTES
        if linked:
            offset, wrong = _indices(data, head, offset, "character's stroke")
            fault = fault or wrong
    return offset, fault


def _indices(
    data: _Bytes, head: _PageHead, offset: int, field: str
) -> tuple[int, FormatError | None]:
    """Where the counted list of stroke indices at `offset` ends, and the first out of range."""
    count = data.count(offset, f"{field} number")
    begin = offset + 2
    at = data.reach(begin, 2 * count, f"{field} indices")
    end = begin + 2 * count
    found: np.ndarray[tuple[int], np.dtype[np.uint16]]
    found = np.ndarray((count,), "<u2", data.buffer, at)
    if count == 0 or int(found.max()) < head.strokes:
        return end, None
    which = int((found >= head.strokes).argmax())
    expected = f"less than {head.strokes:,}"
    place = begin + 2 * which
    return end, FormatError(
        data.stream.file, place, f"{field} index", expected, f"{int(found[which]):,}"
    )


def _page(data: _Bytes, head: _PageHead, linked: bool, sound: bytearray, source: Source) -> InkPage:
    begin = head.strokes_at
    body = data.buffer[data.at + begin : data.at + data.have]
    return InkPage(
        format_code=head.code,
        illustration=head.illustration,
        code_type=head.code_type,
        data_type=head.data_type,
        sample_length=head.length,
        page_index=head.index,
        stroke_count=head.strokes,
        linked=linked,
        body=body,
        sound=bytes(sound),
        body_offset=begin,
        lines_offset=head.lines_at + 2,
        source=source,
        record=0,
        offset=0,
    )
