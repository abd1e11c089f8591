"""The one way to bytes: bounds-checked, 64-bit, the same for a file, a stream and a zip member.

A byte source gives a window of bytes at an offset. There are two kinds. `MappedBytes` maps the file
(or the stored member of a zip, in place) and gives views of the map. `StreamedBytes` reads an open
file (or a packed member) block by block, forwards only, and gives views of its blocks. A view keeps
its map or block alive for as long as it lives; nothing is copied into a record.

No buffer is ever made from a number found in a file: a stream grows its buffer by what it has
really read.
"""

from __future__ import annotations

import io
import mmap
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Protocol, TypeAlias

from penline.errors import FormatError, UsageError
from penline.words import printable

try:
    from lzma import LZMAError
except ImportError:  # a Python that was built without lzma

    class LZMAError(Exception):  # type: ignore[no-redef]
        """Never raised."""


__all__ = [
    "HOLD_LIMIT",
    "ByteSource",
    "MappedBytes",
    "Peeked",
    "Readable",
    "StreamedBytes",
    "map_file",
    "open_path",
]

HOLD_LIMIT = 1 << 28
"""A stream holds at most this many bytes at once, whatever a header asks for."""

_FIRST_BLOCK = 1 << 12
_LAST_BLOCK = 1 << 20
_CHECK_BLOCK = 1 << 24

Peeked: TypeAlias = tuple[memoryview, int, int]
"""A buffer, the index in it of the offset asked for, and how many bytes there are from there."""

_READ_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
    zipfile.BadZipFile,
    LZMAError,
)


class Readable(Protocol):
    """A binary file as far as a stream needs one."""

    def read(self, size: int, /) -> object:
        """Bytes, at most `size` bytes; none at the end."""


class ByteSource:
    """Access to the bytes of one file.

    Attributes:
        file: the file's label for messages, or ``archive.zip::member``.
        fault: what stopped the reading of a stream before its end, if anything did.
    """

    def __init__(self, file: str) -> None:
        self.file = printable(file)
        self.fault: FormatError | None = None

    def peek(self, offset: int, n: int) -> Peeked:
        """At least `n` bytes from `offset` on, or as many as there are.

        A stream forgets the bytes before `offset`; going back is an error of the caller.
        """
        raise NotImplementedError

    def read_exact(self, offset: int, n: int, field: str) -> tuple[memoryview, int]:
        """The buffer and index of exactly `n` bytes at `offset`.

        Raises:
            FormatError: fewer bytes are left. Nothing has been allocated for the rest.
        """
        buffer, at, have = self.peek(offset, n)
        if have < n:
            raise self.shortfall(offset, n, field, have)
        return buffer, at

    def read_most(self, offset: int, n: int) -> bytes:
        """A copy of `n` bytes from `offset` on, or of as many as there are."""
        buffer, at, have = self.peek(offset, n)
        return bytes(buffer[at : at + min(have, n)])

    def read_whole(self, most: int, field: str = "file") -> bytes:
        """A copy of the whole file; what only its end shows is for `finish` to tell.

        Raises:
            FormatError: there are more bytes than `most`.
        """
        buffer, at, have = self.peek(0, most + 1)
        if have > most:
            raise FormatError(self.file, 0, field, f"at most {most:,} bytes", "more")
        return bytes(buffer[at : at + have])

    def shortfall(self, offset: int, n: int, field: str, have: int) -> FormatError:
        """The error for `n` bytes of `field` expected at `offset`, where only `have` are left."""
        if self.fault is not None:
            return self.fault
        return FormatError(
            self.file, offset, field, f"{n:,} bytes", f"{have:,} bytes to the end of the file"
        )

    def finish(self) -> None:
        """Check what can only be checked at the end of the file.

        Raises:
            FormatError: the stream broke off, or a checksum is wrong.
        """
        if self.fault is not None:
            raise self.fault

    def close(self) -> None:
        """Let go of the file. Views that were given out stay valid."""

    def __enter__(self) -> ByteSource:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class MappedBytes(ByteSource):
    """A buffer that is all there: a mapped file, or a part of one.

    Args:
        file: the label.
        buffer: the bytes, read-only.
        crc: CRC-32 of the bytes, checked by `finish`, or None.
    """

    def __init__(self, file: str, buffer: memoryview, crc: int | None = None) -> None:
        super().__init__(file)
        self._buffer = buffer
        self._size = len(buffer)
        self._crc = crc

    def peek(self, offset: int, n: int) -> Peeked:  # noqa: ARG002
        """All bytes from `offset` on."""
        have = self._size - offset
        return self._buffer, offset, have if have > 0 else 0

    def finish(self) -> None:
        """Check the checksum, if there is one."""
        if self._crc is None:
            return
        crc = 0
        for start in range(0, self._size, _CHECK_BLOCK):
            crc = zlib.crc32(self._buffer[start : start + _CHECK_BLOCK], crc)
        if crc != self._crc:
            raise FormatError(
                self.file, self._size, "CRC-32 of the member", f"{self._crc:08x}", f"{crc:08x}"
            )

    def close(self) -> None:
        """Let go of the map; it goes with its last view."""
        self._buffer = memoryview(b"")
        self._size = 0


class StreamedBytes(ByteSource):
    """An open binary file, read forwards only, in blocks that grow from 4 KiB to 1 MiB.

    Offsets count from where the file stood when the stream was made.

    Args:
        file: the label.
        stream: has ``read(n)``.
        owns: close the stream with the stream.
    """

    def __init__(self, file: str, stream: Readable, *, owns: bool = False) -> None:
        super().__init__(file)
        self._stream = stream
        self._owns = owns
        self._buffer = memoryview(b"")
        self._base = 0
        self._block = _FIRST_BLOCK
        self._ended = False

    def peek(self, offset: int, n: int) -> Peeked:
        """At least `n` bytes from `offset` on, or as many as there are (or as may be held)."""
        at = offset - self._base
        if at < 0:
            raise IndexError(f"{self.file}: byte {offset} of a stream is already gone")
        have = len(self._buffer) - at
        if have < n and not self._ended:
            self._refill(at, min(n, HOLD_LIMIT))
            at = offset - self._base
            have = len(self._buffer) - at
        return self._buffer, at, have if have > 0 else 0

    def shortfall(self, offset: int, n: int, field: str, have: int) -> FormatError:
        """Make the error for missing bytes, or for more bytes than may be held."""
        if self._ended:
            return super().shortfall(offset, n, field, have)
        found = f"{n:,} bytes"
        return FormatError(
            self.file, offset, field, f"at most {HOLD_LIMIT:,} bytes held at once", found
        )

    def _refill(self, at: int, n: int) -> None:
        """Drop `at` bytes and read on until `n` bytes are there, or the end."""
        held = bytearray(self._buffer[at:])
        skip = at - len(self._buffer)
        self._base += min(at, len(self._buffer))
        self._buffer = memoryview(b"")
        while len(held) < n:
            piece = self._piece(self._base + len(held))
            if not piece:
                self._ended = True
                break
            if skip > 0:
                dropped = min(skip, len(piece))
                skip -= dropped
                self._base += dropped
                piece = piece[dropped:]
            held += piece
        self._buffer = memoryview(held).toreadonly()

    def _piece(self, offset: int) -> bytes | bytearray:
        try:
            piece = self._stream.read(self._block)
        except FormatError as error:
            self.fault = error
            return b""
        except _READ_ERRORS as error:
            found = printable(str(error)) or type(error).__name__
            self.fault = FormatError(self.file, offset, "stream", "readable bytes", found)
            return b""
        if not isinstance(piece, bytes | bytearray):  # a text file, or a pipe that does not wait
            found = "text" if isinstance(piece, str) else "nothing yet"
            self.fault = FormatError(self.file, offset, "stream", "bytes (a binary file)", found)
            return b""
        self._block = min(2 * self._block, _LAST_BLOCK)
        return piece

    def close(self) -> None:
        """Let go of the buffer, and close the file if the stream owns it."""
        self._buffer = memoryview(b"")
        self._ended = True
        close = getattr(self._stream, "close", None)
        if self._owns and close is not None:
            close()


def map_file(path: str | os.PathLike[str]) -> memoryview:
    """A read-only view of a regular file's bytes.

    Raises:
        UsageError: the file cannot be opened.
        FormatError: the path is a folder.
    """
    with _open(path) as file:
        return _map(file, path)


def open_path(path: str | os.PathLike[str]) -> ByteSource:
    """Open a file: mapped, or streamed where the path is not a regular file (a pipe).

    Raises:
        UsageError: the file cannot be opened.
        FormatError: the path is a folder.
    """
    file = _open(path)
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return StreamedBytes(str(path), file, owns=True)
        view = _map(file, path)
    except BaseException:
        file.close()
        raise
    file.close()
    return MappedBytes(str(path), view)


def _open(path: str | os.PathLike[str]) -> io.FileIO:
    name = printable(str(path))
    try:
        return io.FileIO(path)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and Path(path).is_dir():
            raise FormatError(name, 0, "file", "a file", "a folder") from error
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{name}: cannot be opened: {reason}") from error


def _map(file: io.FileIO, path: str | os.PathLike[str]) -> memoryview:
    if os.fstat(file.fileno()).st_size == 0:
        return memoryview(b"")
    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, OverflowError, ValueError) as error:
        raise UsageError(f"{printable(str(path))}: cannot be mapped: {error}") from error
