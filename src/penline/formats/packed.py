"""Packed data of zip members as a binary file that is read once, forwards, a little at a time."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

from penline.errors import FormatError

__all__ = ["STORED", "UNPACKERS", "Decompressor", "Inflate", "Unpacker", "Unpacking"]

STORED = 0

_FEED_BYTES = 1 << 14
_LZMA_MEMORY_BYTES = 1 << 28
_LZMA_HEADER_BYTES = 9


class Unpacker(Protocol):
    """Packed bytes behind one call."""

    def unpack(self, most: int) -> bytes:
        """At most `most` unpacked bytes; none at the end of the packed data."""

    def fault(self) -> tuple[str, str] | None:
        """At the end: what was expected and found, if the packed data are short or too long."""


class Decompressor(Protocol):
    """What `bz2` and `lzma` decompressors have in common."""

    @property
    def needs_input(self) -> bool: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Inflate:
    """zlib's decompressor under the names that bz2's and lzma's have.

    Args:
        window: as `zlib.decompressobj` takes it: what stands around the deflated data.
    """

    def __init__(self, window: int) -> None:
        self._inflate = zlib.decompressobj(window)

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


class _Feeder:
    """Feeds a decompressor from a view, 16 KiB at a time, so that a bomb goes off slowly."""

    def __init__(self, decompressor: Decompressor, data: memoryview) -> None:
        self._decompressor = decompressor
        self._data = data
        self._next = 0

    def unpack(self, most: int) -> bytes:
        while not self._decompressor.eof:
            packed = b""
            hungry = self._decompressor.needs_input
            if hungry:
                packed = bytes(self._data[self._next : self._next + _FEED_BYTES])
                self._next += len(packed)
            piece = self._decompressor.decompress(packed, most)
            if piece or (hungry and not packed):
                return piece
        return b""

    def fault(self) -> tuple[str, str] | None:
        used = self._next - len(self._decompressor.unused_data)
        if not self._decompressor.eof:
            return "an end in the packed data", f"none in {used:,} bytes"
        if used != len(self._data):
            return f"{len(self._data):,} packed bytes", f"an end after {used:,}"
        return None


def _deflate(data: memoryview, size_bytes: int, end_mark: bool) -> Unpacker:  # noqa: ARG001
    return _Feeder(Inflate(-zlib.MAX_WBITS), data)


def _bzip2(data: memoryview, size_bytes: int, end_mark: bool) -> Unpacker:  # noqa: ARG001
    import bz2

    return _Feeder(bz2.BZ2Decompressor(), data)


def _lzma(data: memoryview, size_bytes: int, end_mark: bool) -> Unpacker:
    """LZMA: a zip member's 9-byte header is turned into the 13 bytes of an ``.lzma`` file.

    offset  bytes  field (APPNOTE 5.8.8)
    0       2      version
    2       2      bytes of properties, 5
    4       1      properties
    5       4      bytes of the dictionary; more than the whole member is never needed
    """
    import lzma

    header = bytes(data[:_LZMA_HEADER_BYTES])
    if len(header) < _LZMA_HEADER_BYTES or header[2:4] != b"\x05\x00":
        raise ValueError(header.hex(" "))
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_ALONE, _LZMA_MEMORY_BYTES)
    window = min(int.from_bytes(header[5:], "little"), max(size_bytes, 4096))
    size = b"\xff" * 8 if end_mark else size_bytes.to_bytes(8, "little")
    try:
        unpacker.decompress(header[4:5] + window.to_bytes(4, "little") + size)
    except lzma.LZMAError as error:
        raise ValueError(str(error)) from error
    return _Feeder(unpacker, data[_LZMA_HEADER_BYTES:])


UNPACKERS: dict[int, Callable[[memoryview, int, bool], Unpacker]] = {
    8: _deflate,
    12: _bzip2,
    14: _lzma,
}
"""Method number -> maker of an unpacker from (packed data, unpacked size, has an end mark)."""


class Unpacking:
    """A packed member as a binary file; its size and checksum are held against the directory's.

    Args:
        file: the label for messages.
        unpacker: where the bytes come from.
        size_bytes: how many there should be.
        crc: their CRC-32.
    """

    def __init__(self, file: str, unpacker: Unpacker, size_bytes: int, crc: int) -> None:
        self._file = file
        self._unpacker: Unpacker | None = unpacker
        self._size = size_bytes
        self._expected_crc = crc
        self._made = 0
        self._crc = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` unpacked bytes; none at the end, once size and checksum have held."""
        if self._unpacker is None:
            return b""
        left = self._size - self._made
        piece = self._unpacker.unpack(min(size, left + 1))  # one more would be one too many
        if len(piece) > left:
            raise self._error("unpacked size", f"{self._size:,}", "more")
        self._made += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        if not piece:
            self._check_end()
        return piece

    def close(self) -> None:
        """Let go of the archive."""
        self._unpacker = None

    def _check_end(self) -> None:
        if self._made != self._size:
            raise self._error("unpacked size", f"{self._size:,}", f"{self._made:,}")
        if self._crc != self._expected_crc:
            field = "CRC-32 of the member"
            raise self._error(field, f"{self._expected_crc:08x}", f"{self._crc:08x}")
        fault = self._unpacker.fault() if self._unpacker else None
        if fault:
            raise self._error("packed size", *fault)

    def _error(self, field: str, expected: str, found: str) -> FormatError:
        return FormatError(self._file, self._made, field, expected, found)
