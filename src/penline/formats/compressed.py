"""Gzip, bzip2 and xz files as their content: unpacked once, forwards, a little at a time.

What is packed comes through a stream, so that it may be a file, or a member of an archive. Several
packed files in a row count as one, as the tools that make them have it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from penline.formats.byte_source import ByteSource, StreamedBytes
from penline.formats.packed import Decompressor, Inflate

__all__ = ["DECOMPRESSORS", "compression_of", "decompressed"]

_FEED_BYTES = 1 << 14
_LZMA_MEMORY_BYTES = 1 << 28
_GZIP_WINDOW = 31


def _bunzip2() -> Decompressor:
    import bz2

    return bz2.BZ2Decompressor()


def _unxz() -> Decompressor:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY_BYTES)


DECOMPRESSORS: dict[str, Callable[[], Decompressor]] = {
    ".gz": functools.partial(Inflate, _GZIP_WINDOW),
    ".bz2": _bunzip2,
    ".xz": _unxz,
}
"""Extension -> maker of a decompressor."""


def compression_of(name: str) -> str:
    """The extension that says how a file is packed, or ``""``.

    >>> compression_of("t10k-images-idx3-ubyte.GZ"), compression_of("a.tar")
    ('.gz', '')
    """
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a million names are asked
    return suffix if suffix in DECOMPRESSORS else ""


def decompressed(stream: ByteSource, suffix: str) -> ByteSource:
    """Open the content of a packed file; closing it closes the bytes that are given.

    Args:
        stream: the packed bytes.
        suffix: a key of `DECOMPRESSORS`.
    """
    return StreamedBytes(stream.file, _Decompressing(stream, DECOMPRESSORS[suffix]), owns=True)


class _Decompressing:
    """The unpacked bytes as a binary file."""

    def __init__(self, stream: ByteSource, maker: Callable[[], Decompressor]) -> None:
        self._packed_stream = stream
        self._maker = maker
        self._decompressor: Decompressor | None = None
        self._offset = 0
        self._left = b""

    def read(self, size: int, /) -> bytes:
        """At most `size` unpacked bytes; none at the end.

        Raises:
            EOFError: the packed bytes break off.
            OSError, ValueError, zlib.error, LZMAError: they are damaged.
            FormatError: the stream's own.
        """
        while True:
            if self._decompressor is None:
                packed = self._left or self._packed()
                if not packed:
                    return b""
                self._decompressor, self._left = self._maker(), packed
            packed = b""
            if self._decompressor.needs_input:
                packed, self._left = self._left or self._packed(), b""
                if not packed:
                    raise EOFError("the packed data break off")
            piece = self._decompressor.decompress(packed, size)
            if self._decompressor.eof:
                self._left = self._decompressor.unused_data.lstrip(b"\0")
                self._decompressor = None
            if piece:
                return piece

    def _packed(self) -> bytes:
        piece = self._packed_stream.read_most(self._offset, _FEED_BYTES)
        self._offset += len(piece)
        if not piece:
            self._packed_stream.finish()
        return piece

    def close(self) -> None:
        """Let go of the packed file."""
        self._packed_stream.close()
