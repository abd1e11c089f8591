"""MPF: one feature vector a character, of one writer.

All numbers are little-endian. Source: programs that read the real files (one of them with a
length field that is right on Windows only). No original file was at hand.

    offset  bytes  field          meaning
    0       4      header size    H, 62 + the illustration's bytes
    4       8      format code    "MPF" and zeros
    12      H-62   illustration   free text, how the features were made
    H-50    20     code type      "GB" up to the first zero
    H-30    2      code length    2
    H-28    20     data type      "unsigned char" up to the first zero
    H-8     4      sample number  N
    H-4     4      dimensionality D, 512 in the published files
    H              N samples      2 bytes GB code, lead byte first, then D bytes
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
from penline.formats.sniff import misnamed
from penline.records import Bytes2D, Defect, Source
from penline.words import printable

__all__ = ["Features", "read", "salvage"]

_HEAD = struct.Struct("<i8s")
_TAIL = struct.Struct("<20sh20sii")
_LEAST_HEADER = _HEAD.size + _TAIL.size
_HEADER_LIMIT = 1 << 16
_DIMENSIONS_LIMIT = 1 << 16
_CODE_BYTES = 2
_BLOCK_ROWS = 4096
_EXPECTED = 'an MPF file (header size, "MPF", samples of a code and a vector)'


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Feature vectors that stand together in a file.

    Attributes:
        codes: ``uint8 (n, 2)``, the labels' raw bytes; read-only view of the file's bytes.
        vectors: ``uint8 (n, dimensions)``; read-only view of the file's bytes.
        illustration: the header's free text.
        first: number of the first vector in the file, from 0.
        source: the file's facts.
        record: number of this block in what was read, from 0.
        offset: byte offset of the first vector's code in the file.
    """

    codes: Bytes2D
    vectors: Bytes2D
    illustration: str
    first: int
    source: Source
    record: int
    offset: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters, one a vector."""
        return tuple(character(bytes(code)) or "" for code in self.codes)


@dataclass(slots=True)
class _FileHead:
    """The header's facts, and the whole samples that are there: ``uint8 (n, 2 + D)``."""

    begin: int
    illustration: str
    rows: Bytes2D
    fault: FormatError | None


def read(stream: ByteSource, source: Source) -> Iterator[Features]:
    """All vectors of the file in one block.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    table = _table(stream)
    for row in _unlabelled(table.rows):
        raise _bad_code(stream, table, row)
    if table.fault is not None:
        raise table.fault
    yield _block(table, 0, len(table.rows), source, 0)
    stream.finish()


def salvage(stream: ByteSource, source: Source) -> Iterator[Features | Defect]:
    """Sound vectors in blocks, with a defect in the place of each other one; never raises."""
    record = begin = 0
    try:
        table = _table(stream)
    except FormatError as error:
        yield defect_of(error, 0)
        return
    for row in _unlabelled(table.rows):
        if row > begin:
            yield _block(table, begin, row, source, record)
            record += 1
        yield defect_of(_bad_code(stream, table, row), record)
        record += 1
        begin = row + 1
    if len(table.rows) > begin:
        yield _block(table, begin, len(table.rows), source, record)
        record += 1
    if table.fault is not None:
        yield defect_of(table.fault, record)
        record += 1
    yield from end_of(stream, record, table.fault)


def _table(stream: ByteSource) -> _FileHead:
    """Header and samples; `fault` says what is wrong with the end of the samples."""
    try:
        buffer, at = stream.read_exact(0, _HEAD.size, "header")
        size, code = _HEAD.unpack_from(buffer, at)
        if code.rstrip(b"\0") != b"MPF":
            raise FormatError(stream.file, 4, "format code", '"MPF"', repr(code)[1:])
    except FormatError as error:
        raise misnamed(stream, error, _EXPECTED) from None
    if not _LEAST_HEADER <= size <= _HEADER_LIMIT:
        expected = f"{_LEAST_HEADER:,} to {_HEADER_LIMIT:,}"
        raise FormatError(stream.file, 0, "header size", expected, f"{size:,}")
    buffer, at = stream.read_exact(0, size, "header")
    tail = size - _TAIL.size
    code_type, code_bytes, data_type, count, dimensions = _TAIL.unpack_from(buffer, at + tail)
    for offset, field, expected, found in (
        (tail, "code type", "GB", _text(code_type)),
        (tail + 20, "code length", f"{_CODE_BYTES}", f"{code_bytes}"),
        (tail + 22, "data type", "unsigned char", _text(data_type)),
    ):
        if found != expected:
            raise FormatError(stream.file, offset, field, expected, repr(found))
    if count < 1:
        raise FormatError(stream.file, size - 8, "sample number", "at least 1", f"{count:,}")
    if not 1 <= dimensions <= _DIMENSIONS_LIMIT:
        expected = f"1 to {_DIMENSIONS_LIMIT:,}"
        raise FormatError(stream.file, size - 4, "dimensionality", expected, f"{dimensions:,}")
    illustration = _text(bytes(buffer[at + _HEAD.size : at + tail]))
    stride = _CODE_BYTES + dimensions
    wanted = count * stride
    buffer, at, have = stream.peek(0, size + wanted + 1)  # from 0: nothing is forgotten
    have -= size
    fault = None
    if have < wanted:
        fault = stream.shortfall(size, wanted, "samples", have)
    elif have > wanted or stream.fault is not None:
        end = "nothing after the last sample"
        fault = stream.fault or FormatError(
            stream.file, size + wanted, "end of file", end, "more bytes"
        )
    rows = min(have // stride, count)
    samples: Bytes2D = np.ndarray((rows, stride), np.uint8, buffer, at + size)
    return _FileHead(size, illustration, samples, fault)


def _text(field: bytes) -> str:
    return printable(field.partition(b"\0")[0].decode("gb18030", "replace").strip())


def _unlabelled(rows: Bytes2D) -> Iterator[int]:
    """Numbers of the samples whose code is none."""
    status = np.zeros(1 << 16, np.uint8)  # of each code: 0 not seen yet, 1 sound, 2 none
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS, :_CODE_BYTES].astype(np.uint16)
        codes = block[:, 0] << 8 | block[:, 1]
        for code in np.unique(codes[status[codes] == 0]).tolist():
            status[code] = 1 if character(code.to_bytes(2, "big")) is not None else 2
        for row in (status[codes] == 2).nonzero()[0].tolist():
            yield start + row


def _bad_code(stream: ByteSource, table: _FileHead, row: int) -> FormatError:
    offset = table.begin + row * table.rows.shape[1]
    code = bytes(table.rows[row, :_CODE_BYTES]).hex(" ")
    return FormatError(stream.file, offset, "code", "a GB18030 code", code)


def _block(table: _FileHead, begin: int, end: int, source: Source, record: int) -> Features:
    rows = table.rows[begin:end]
    codes, vectors = rows[:, :_CODE_BYTES], rows[:, _CODE_BYTES:]
    offset = table.begin + begin * rows.shape[1]
    return Features(codes, vectors, table.illustration, begin, source, record, offset)
