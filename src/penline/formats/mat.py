"""MAT: arrays and structures of numbers as MATLAB saves them, level 5 (options -v6 and -v7).

Source: MathWorks, "MAT-File Format", chapter 1. Numbers are in the byte order that the header says.

    offset  bytes  field
    0       116    text; "MATLAB 5.0 MAT-file, ..."
    124     2      version, 0100
    126     2      "IM" little-endian, "MI" big-endian
    128            elements

    element   u32 type, u32 bytes, data, filled up to 8 bytes; or u16 bytes and u16 type (the upper
              half first) and up to 4 bytes of data
    type 15   a deflated element (zlib)
    type 14   an array: its flags (u8 class in the lowest byte), sides, name, and
              numbers: the data, of a smaller type where they fit it; the first side varies fastest
              a structure: length of the names of its fields, names, and one array a field and item

Only what holds numbers is read, and structures of one item; what else there is (text, cells,
objects, sparse arrays) is passed over by its size. Deflated elements are unpacked into a file
without a name, so that memory stays bounded. A reader of our own, not SciPy's: that would be the
largest dependency by far for these few lines, and makes buffers of sizes that the file says.
"""

from __future__ import annotations

import math
import mmap
import struct
import tempfile
import zlib
from collections.abc import Iterator
from typing import TypeAlias, Union

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, MappedBytes
from penline.formats.packed import Inflate
from penline.formats.sniff import misnamed
from penline.words import printable

__all__ = ["MatValue", "read_mat"]

MatValue: TypeAlias = Union[npt.NDArray[np.generic], "dict[str, MatValue]"]
"""An array of numbers with its sides as MATLAB has them, or a structure."""

_HEADER = 128
_MATRIX, _DEFLATED, _INT8, _INT32, _UINT32 = 14, 15, 1, 5, 6
_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_STRUCT, _NUMBERS = 2, range(6, 16)
_COMPLEX, _CLASS = 0x0800, 0xFF
_DEPTH, _FIELDS, _ELEMENTS = 8, 64, 1024
_UNPACKED_LIMIT = 1 << 31
_FEED = 1 << 18
_HDF5 = b"\x89HDF\r\n\x1a\n"


def read_mat(stream: ByteSource) -> dict[str, MatValue]:
    """Return the arrays and structures of numbers of a file, by name.

    The arrays are views of the file's bytes, or of what they unpack to.

    Raises:
        FormatError: the file is damaged, is of another version, or unpacks to more than 2 GiB.
    """
    return dict(_Mat(stream).variables())


class _Mat:
    def __init__(self, stream: ByteSource) -> None:
        try:
            buffer, at = stream.read_exact(0, _HEADER, "header")
        except FormatError as error:
            raise misnamed(stream, error, "a MAT file of level 5") from None
        head = bytes(buffer[at : at + _HEADER])
        self.order = {b"IM": "<", b"MI": ">"}.get(head[126:], "")
        version = int.from_bytes(head[124:126], "little" if self.order == "<" else "big")
        if head.startswith(_HDF5) or b"MAT-file" not in head[:116] or version != 0x0100:
            newer = head.startswith((_HDF5, b"MATLAB 7.3"))
            found = "level 7.3, which is HDF5" if newer else printable(repr(head[:24])[2:-1])
            expected = "a MAT file of level 5; save it with -v7"
            raise FormatError(stream.file, 0, "header", expected, found)
        if not self.order:
            raise FormatError(stream.file, 126, "byte order", "IM or MI", repr(head[126:])[1:])
        self.stream = stream
        self.elements = 0
        self.unpacked = 0

    def variables(self) -> Iterator[tuple[str, MatValue]]:
        offset = _HEADER
        while self.stream.peek(offset, 1)[2]:
            kind, size, start, end = self._tag(self.stream, offset, pad=False)
            if kind == _DEFLATED:
                inflated = self._inflate(start, size)
                found = self._element(inflated, 0)
            else:
                end += -size % 8
                found = self._element(self.stream, offset)
            if found is not None:
                yield found
            offset = end
        self.stream.finish()

    def _element(self, stream: ByteSource, offset: int) -> tuple[str, MatValue] | None:
        kind, _, start, end = self._tag(stream, offset)
        return self._matrix(stream, start, end, 0) if kind == _MATRIX else None

    def _tag(
        self, stream: ByteSource, offset: int, *, pad: bool = True
    ) -> tuple[int, int, int, int]:
        """Type, bytes, start of the data, and start of the next element."""
        self.elements += 1
        if self.elements > _ELEMENTS:
            raise FormatError(stream.file, offset, "elements", f"at most {_ELEMENTS:,}", "more")
        buffer, at = stream.read_exact(offset, 8, "tag of an element")
        kind, size = struct.unpack_from(f"{self.order}II", buffer, at)
        if kind >> 16:
            kind, size, start = kind & 0xFFFF, kind >> 16, offset + 4
            if size > 4:
                raise FormatError(stream.file, offset, "small element", "up to 4 bytes", f"{size}")
            return kind, size, start, offset + 8
        start = offset + 8
        return kind, size, start, start + size + (-size % 8 if pad else 0)

    def _inflate(self, start: int, size: int) -> ByteSource:
        """Unpack a deflated element into a file without a name, and map that."""
        inflate, done, made = Inflate(15), 0, 0
        with tempfile.TemporaryFile() as file:
            while not inflate.eof:
                piece = b""
                if inflate.needs_input:
                    n = min(size - done, _FEED)
                    buffer, at = self.stream.read_exact(start + done, n, f"{size:,} packed bytes")
                    piece, done = bytes(buffer[at : at + n]), done + n
                try:
                    unpacked = inflate.decompress(piece, _FEED)
                except zlib.error as error:
                    raise FormatError(
                        self.stream.file, start, "packed element", "zlib data", str(error)
                    ) from error
                if not unpacked and not piece and not inflate.eof:
                    found = f"none in {size:,} bytes"
                    raise FormatError(self.stream.file, start, "packed element", "an end", found)
                made += file.write(unpacked)
                self.unpacked += len(unpacked)
                if self.unpacked > _UNPACKED_LIMIT:
                    expected = f"at most {_UNPACKED_LIMIT:,} bytes unpacked"
                    raise FormatError(self.stream.file, start, "packed element", expected, "more")
            file.flush()
            if not made:
                return MappedBytes(self.stream.file, memoryview(b""))
            view = mmap.mmap(file.fileno(), made, access=mmap.ACCESS_READ)
        return MappedBytes(self.stream.file, memoryview(view))

    def _matrix(
        self, stream: ByteSource, start: int, end: int, depth: int
    ) -> tuple[str, MatValue] | None:
        """Name and value of an array; None where it holds no numbers."""
        if depth > _DEPTH:
            raise FormatError(stream.file, start, "structure", f"at most {_DEPTH} deep", "deeper")
        if start == end:  # an empty array has no parts
            return None
        flags, offset = self._plain(stream, start, end, _UINT32, "array flags", 8)
        kind, complex_ = int(flags[0]) & _CLASS, int(flags[0]) & _COMPLEX
        sides, offset = self._plain(stream, offset, end, _INT32, "sides", 4 * 8)
        raw, offset = self._plain(stream, offset, end, _INT8, "name", 64)
        name, shape = _text(raw), tuple(map(int, sides))
        if min(shape, default=-1) < 0:
            raise FormatError(stream.file, start, "sides", "sides of an array", f"{shape}")
        if kind == _STRUCT and math.prod(shape) == 1:
            return name, self._structure(stream, offset, end, depth)
        if kind not in _NUMBERS or complex_:
            return None
        type_, size, data, _ = self._tag(stream, offset)
        dtype = np.dtype(self.order + _TYPES.get(type_, "V1"))
        if type_ not in _TYPES or math.prod(shape) * dtype.itemsize != size or data + size > end:
            expected = f"{math.prod(shape):,} numbers, as its sides say"
            raise FormatError(stream.file, offset, f"data of {name!r}", expected, f"{size:,} bytes")
        buffer, at = stream.read_exact(data, size, f"data of {name!r}")
        return name, np.ndarray(shape, dtype, buffer, at, order="F")

    def _structure(
        self, stream: ByteSource, offset: int, end: int, depth: int
    ) -> dict[str, MatValue]:
        length, offset = self._plain(stream, offset, end, _INT32, "length of a field's name", 4)
        raw, offset = self._plain(stream, offset, end, _INT8, "names of fields", 64 * _FIELDS)
        wide = int(length[0])
        if not 1 <= wide <= 64 or len(raw) % wide:
            raise FormatError(stream.file, offset, "length of a field's name", "1 to 64", f"{wide}")
        found: dict[str, MatValue] = {}
        for place in range(0, len(raw), wide):
            kind, _, start, after = self._tag(stream, offset)
            if kind != _MATRIX or after > end:
                raise FormatError(stream.file, offset, "field", "an array within", f"type {kind}")
            value = self._matrix(stream, start, after, depth + 1)
            if value is not None:
                found[_text(raw[place : place + wide])] = value[1]
            offset = after
        return found

    def _plain(
        self, stream: ByteSource, offset: int, end: int, kind: int, field: str, most: int
    ) -> tuple[npt.NDArray[np.generic], int]:
        """A short element of one type, and where the next begins."""
        found, size, start, after = self._tag(stream, offset)
        dtype = np.dtype(self.order + _TYPES[kind])
        if found != kind or size > most or size % dtype.itemsize or after > end:
            expected = f"type {kind}, at most {most:,} bytes"
            raise FormatError(stream.file, offset, field, expected, f"type {found}, {size:,} bytes")
        buffer, at = stream.read_exact(start, size, field)
        values = np.frombuffer(buffer, dtype, size // dtype.itemsize, at)
        if not size and kind != _INT8:
            raise FormatError(stream.file, offset, field, "at least one number", "none")
        return values, after


def _text(raw: npt.NDArray[np.generic]) -> str:
    return printable(raw.tobytes().split(b"\0")[0].decode("ascii", "replace"))
