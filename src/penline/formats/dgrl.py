"""DGRL and DGR: one text page a file, its lines as pictures, or their characters as pictures.

All numbers are little-endian; tops and lefts are signed. Source: the program and the tables of
the publisher's page on the offline databases, programs that read the real files, and every byte
of one page of HWDB2.0.

    bytes  field                 meaning
    4      header size           H = 36 + length of the illustration
    8      format code           "DGR" or "DGRL", padded with zeros
    H-36   illustration          free text; a zero at its end is not always there
    20     code type             "GB" or "ASCII", padded with zeros
    2      code length           CL, bytes of a label unit
    2      bits per pixel        8 (255 = paper), or 1 (1 = ink)
    4, 4   page height, width
    4      line number

    by line (.dgrl), for each line       by character (.dgr), for each line
    4      character number M            4      character number M
    M x CL labels                        for each character:
    4, 4   top, left                     CL     label
    4, 4   height, width                 2, 2   top, left
    ...    bitmap                        2, 2   height, width
                                         ...    bitmap

A label unit is a GB code, lead byte first, padded with zeros; a unit with a byte ``ff`` marks ink
without a label. Rows of a 1-bit bitmap begin at whole bytes (no such file was at hand).

Real files of both layouts bear the format code "DGR". So a layout is proven: it is the one that
consumes the file to its exact end. Where none does, strict reading yields nothing.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterator
from typing import NamedTuple

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, end_of
from penline.formats.dgrl_lines import Parse, by_character, by_line, read_exact, surplus
from penline.formats.dgrl_rescue import Rescue
from penline.formats.sniff import misnamed
from penline.records import Defect, LineRecord, PageFacts, Source

__all__ = ["read", "salvage"]

_START = struct.Struct("<I8s")
_CODE = struct.Struct("<20sHH")
_PAGE = struct.Struct("<III")

_FORMAT_CODES = (b"DGR", b"DGRL")
_EXPECTED = 'a page (header size, then format code "DGR" or "DGRL")'
_LEAST_HEADER = _START.size + _CODE.size
_MOST_HEADER = _LEAST_HEADER + (1 << 16)
_LAYOUT = "layout"


def read(stream: ByteSource, source: Source) -> Iterator[LineRecord]:
    """All lines of the page, strictly; each holds views of the file's bytes.

    Nothing is yielded before the whole page has proven sound.

    Raises:
        FormatError: with the first thing that is not as it should be.
    """
    page, offset = _head(stream)
    parse, fault = _layout(stream, page, source, offset)
    if fault is not None:
        raise fault
    for record in range(page.line_count):
        line, offset = parse(stream, page, source, record, offset)
        if isinstance(line, FormatError):
            raise line
        yield line
    stream.finish()


def salvage(stream: ByteSource, source: Source) -> Iterator[LineRecord | Defect]:
    """Sound lines, and a defect in the place of each damaged stretch; never raises.

    A line whose frame is whole costs only itself. After a frame that is not, the next sound line
    is searched for byte by byte; it also tells whether the line before had a false height or
    width, which then is the defect. Record numbers count what is yielded.
    """
    fault: FormatError | None = None
    record = 0
    try:
        page, start = _head(stream)
    except FormatError as error:
        fault = error
        yield defect_of(error, record)
        record += 1
    else:
        parse, first = _layout(stream, page, source, start)
        undecided = first if first is not None and first.field == _LAYOUT else None
        for found in Rescue(stream, page, source).lines(parse, start, undecided):
            if isinstance(found, FormatError):
                fault = found
                yield defect_of(found, record)
            else:
                yield dataclasses.replace(found, record=record)
            record += 1
    yield from end_of(stream, record, fault)


def _head(stream: ByteSource) -> tuple[PageFacts, int]:
    """The page's facts, and where its first line begins."""
    try:
        buffer, at = read_exact(stream, 0, _START.size, "header")
        size, code = _START.unpack_from(buffer, at)
        if code.partition(b"\0")[0] not in _FORMAT_CODES:
            expected = '"DGR" or "DGRL"'
            raise FormatError(stream.file, 4, "format code", expected, _shown(code))
    except FormatError as error:
        raise misnamed(stream, error, _EXPECTED) from None
    if not _LEAST_HEADER <= size <= _MOST_HEADER:
        expected = f"{_LEAST_HEADER} to {_MOST_HEADER:,}"
        raise FormatError(stream.file, 0, "header size", expected, f"{size:,}")
    buffer, at = read_exact(stream, 0, size, "header")
    illustration = bytes(buffer[at + _START.size : at + size - _CODE.size])
    code_at = size - _CODE.size
    name, code_bytes, bits = _CODE.unpack_from(buffer, at + code_at)
    code_type = name.partition(b"\0")[0]
    if code_type not in (b"GB", b"ASCII"):
        raise FormatError(stream.file, code_at, "code type", '"GB" or "ASCII"', _shown(name))
    if code_bytes not in (1, 2, 4):
        raise FormatError(stream.file, code_at + 20, "code length", "1, 2 or 4", f"{code_bytes:,}")
    if bits not in (1, 8):
        raise FormatError(stream.file, code_at + 22, "bits per pixel", "1 or 8", f"{bits:,}")
    buffer, at = read_exact(stream, size, _PAGE.size, "page")
    facts = _PAGE.unpack_from(buffer, at)
    names = ("page height", "page width", "line number")
    for number, (field, value) in enumerate(zip(names, facts, strict=True)):
        if not 1 <= value <= 0xFFFF:
            found = f"{value:,}"
            raise FormatError(stream.file, size + 4 * number, field, "1 to 65,535", found)
    text = illustration.rstrip(b"\0").decode("gb18030", "replace")
    paper = 255 if bits == 8 else 0
    height, width, count = facts
    name = code_type.decode()
    page = PageFacts(height, width, count, name, code_bytes, bits, paper, text)
    return page, size + _PAGE.size


def _shown(code: bytes) -> str:
    """Bytes of a text field for a message."""
    text = code.rstrip(b"\0")
    plain = text.isascii() and text.decode("ascii").isprintable()
    return f'"{text.decode("ascii")}"' if plain else code.hex(" ")


class _PagePass(NamedTuple):
    """What reading the whole page under one layout gives."""

    parse: Parse
    lines: int
    """Frames that are whole."""
    end: int
    exact: bool
    fault: FormatError | None
    """The first fault, of a frame or of a line in a whole frame."""


def _walk(
    stream: ByteSource, page: PageFacts, source: Source, offset: int, parse: Parse
) -> _PagePass:
    first: FormatError | None = None
    for record in range(page.line_count):
        try:
            line, offset = parse(stream, page, source, record, offset)
        except FormatError as error:
            return _PagePass(parse, record, offset, False, first or error)
        if isinstance(line, FormatError):
            first = first or line
    more = surplus(stream, page, offset)
    return _PagePass(parse, page.line_count, offset, more is None, first or more)


def _layout(
    stream: ByteSource, page: PageFacts, source: Source, offset: int
) -> tuple[Parse, FormatError | None]:
    """The layout that the page has, or seems to have; and the first thing that is wrong."""
    walks = [_walk(stream, page, source, offset, parse) for parse in (by_line, by_character)]
    exact = [walk for walk in walks if walk.exact]
    if len(exact) == 1:
        return exact[0].parse, exact[0].fault
    best = max(walks, key=lambda walk: (walk.lines, walk.end))
    if exact:
        expected, found = "lines by line or by character, not both", "bytes that fit both"
        return best.parse, FormatError(stream.file, offset, _LAYOUT, expected, found)
    if best.lines == 0 and stream.fault is None:
        found = "; ".join(
            f"by {name}: byte {walk.fault.offset}: {walk.fault.field}: "
            f"expected {walk.fault.expected}, found {walk.fault.found}"
            for name, walk in zip(("line", "character"), walks, strict=True)
            if walk.fault is not None
        )
        expected = "a first line, by line or by character"
        return best.parse, FormatError(stream.file, offset, _LAYOUT, expected, found)
    return best.parse, best.fault
