"""MIS: many small pictures of one size, stacked in one IHead raster; CLS and MIT beside it.

Source: section 6 of the user's guide to NIST Special Database 19, first edition. No original
file was at hand when this was written.

    MIS   an IHead file; width and height are the whole stack's, ``par_x`` and ``par_y`` those
          of one entry (128 x 128); so there are height / par_y entries
    CLS   text: the number of entries, then one class a line, the character's ASCII code in
          hexadecimal ("30" is the digit 0)
    MIT   text: the number of entries, then one line each, the path of the MIS file below
          ``by_write`` that the entry comes from and its index there, from 0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import until_fault
from penline.formats.ihead import (
    RASTER_OFFSET,
    BinaryImage,
    IHead,
    check_end,
    check_pixels,
    read_compressed,
    read_head,
)
from penline.formats.sniff import misnamed
from penline.records import Bytes2D, Defect, Source
from penline.words import printable

__all__ = ["MisOrigin", "read", "read_classes", "read_origins", "salvage"]

_LINE_BYTES = 4096
_PAR_X, _PAR_Y = 280, 288


@dataclass(frozen=True, slots=True)
class MisOrigin:
    """Where an entry of a MIS file was copied from.

    Attributes:
        path: the MIS file, below ``by_write``'s partition (``f3804_08/d3804_08.mis``).
        index: the entry's number in that file, from 0.
    """

    path: str
    index: int


def read(stream: ByteSource, source: Source) -> Iterator[BinaryImage]:
    """All entries, strictly; each holds a view of the raster.

    Raises:
        FormatError: at the first thing that is not as it should be; in a compressed raster that
            is before the first entry.
    """
    head = read_head(stream)
    _check_entries(stream, head)
    record = 0
    rasters = read_compressed(stream, head, head.par_y) if head.compress else _raw(stream, head)
    for packed in rasters:
        yield from _entries(head, packed, source, record)
        record += len(packed) // head.par_y
    stream.finish()


def salvage(stream: ByteSource, source: Source) -> Iterator[BinaryImage | Defect]:
    """Sound entries, then what is wrong with the file; never raises.

    Of an uncompressed raster that is cut short, the entries before the cut are sound. A
    compressed one is sound as a whole or not at all.
    """
    return until_fault(read(stream, source))


def read_classes(stream: ByteSource) -> str:
    """The classes of a CLS file as a string, one character an entry.

    Raises:
        FormatError: at the first line that is not as it should be.
    """
    found = bytearray()
    for offset, line in _lines(stream, "classes"):
        text = line.strip(b" \r")
        value = 0
        if len(text) == 2 and all(c in b"0123456789abcdefABCDEF" for c in text):
            value = int(text, 16)
        if not 0x21 <= value <= 0x7E:
            expected = "an ASCII code in hexadecimal, 21 to 7e"
            raise FormatError(stream.file, offset, "class", expected, _shown(line))
        found.append(value)
    return found.decode("ascii")


def read_origins(stream: ByteSource) -> Iterator[MisOrigin]:
    """The entries of a MIT file, in the order of the MIS file's.

    Raises:
        FormatError: at the first line that is not as it should be.
    """
    for offset, line in _lines(stream, "origins"):
        path, _, index = line.strip(b" \r").rpartition(b" ")
        path = path.rstrip(b" ")
        if not path or not path.isascii() or not index.isdigit() or len(index) > 8:
            expected = "the path of a MIS file, a space and an index"
            raise FormatError(stream.file, offset, "origin", expected, _shown(line))
        yield MisOrigin(path.decode("ascii"), int(index))


def _check_entries(stream: ByteSource, head: IHead) -> None:
    """Entries as wide as the raster, and as high as divides its height."""
    if head.par_x != head.width_px:
        expected = f"{head.width_px:,}, the width"
        raise FormatError(stream.file, _PAR_X, "par_x", expected, f"{head.par_x:,}")
    if head.par_y < 1 or head.height_px % head.par_y:
        expected = f"a divisor of the height, {head.height_px:,}"
        raise FormatError(stream.file, _PAR_Y, "par_y", expected, f"{head.par_y:,}")
    if not head.compress:
        check_pixels(stream, head, head.par_y)


def _raw(stream: ByteSource, head: IHead) -> Iterator[Bytes2D]:
    """The entries of an uncompressed raster, as many at a time as the stream holds."""
    row_bytes = head.width_px // 8
    step, size = row_bytes * head.par_y, row_bytes * head.height_px
    done = 0
    while done < size:
        buffer, at, have = stream.peek(RASTER_OFFSET + done, step)
        entries = min(have, size - done) // step
        if not entries:
            raise stream.shortfall(RASTER_OFFSET, size, "raster", done + have)
        yield np.ndarray((entries * head.par_y, row_bytes), np.uint8, buffer, at)
        done += entries * step
    check_end(stream, size, size + stream.peek(RASTER_OFFSET + size, 1)[2])


def _entries(head: IHead, packed: Bytes2D, source: Source, first: int) -> Iterator[BinaryImage]:
    """The pictures of `packed`, of which the first one has the number `first`."""
    order = head.unpacked_lowest_bit_first
    step = 0 if head.compress else packed.shape[1] * head.par_y
    for index in range(len(packed) // head.par_y):
        rows = packed[index * head.par_y : (index + 1) * head.par_y]
        record = first + index
        offset = RASTER_OFFSET + record * step
        yield BinaryImage(rows, head.white, order, head, source, record, offset)


def _lines(stream: ByteSource, what: str) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of each line after the first, which has to say how many there are."""
    expected = f"the number of {what} in digits"
    try:
        first = _line(stream, 0)
        text = b"" if first is None else first.strip(b" \r")
        if first is None or not text.isdigit() or len(text) > 9:
            raise FormatError(stream.file, 0, "count", expected, _shown(first or b""))
    except FormatError as error:
        raise misnamed(stream, error, f"a text file that begins with {expected}") from None
    count = int(text)
    offset = len(first) + 1
    for done in range(count):
        line = _line(stream, offset)
        if line is None:
            raise stream.fault or FormatError(
                stream.file,
                offset,
                "count",
                f"{count:,} {what}",
                f"{done:,} to the end of the file",
            )
        yield offset, line
        offset += len(line) + 1
    if stream.peek(offset, 1)[2]:
        found = "more lines"
        raise FormatError(stream.file, offset, "end of file", f"just {count:,} {what}", found)
    stream.finish()


def _line(stream: ByteSource, offset: int) -> bytes | None:
    """The line at `offset` without its line feed; None at the end of the file."""
    piece = stream.read_most(offset, _LINE_BYTES)
    if not piece:
        return None
    end = piece.find(b"\n")
    if end < 0:
        if stream.fault is not None:
            raise stream.fault
        expected = f"a line feed within {_LINE_BYTES:,} bytes"
        raise FormatError(stream.file, offset, "line", expected, _shown(piece))
    return piece[:end]


def _shown(line: bytes) -> str:
    return repr(printable(line[:40].decode("latin-1")))
