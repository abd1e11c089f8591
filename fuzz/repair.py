"""Where the parts of PNG and tar files begin; and their checksums, made right again."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

__all__ = ["blocks", "chunks", "mend_png", "mend_tar"]

_BLOCK = 512
_SUM = slice(148, 156)


def chunks(content: bytes) -> Sequence[int]:
    """Where the chunks of a PNG file begin."""
    return [at for at, _ in _chunks(content)]


def _chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Begin of each chunk that is whole, and bytes of its data."""
    at = 8
    while at + 12 <= len(content):
        size = struct.unpack_from(">I", content, at)[0]
        if at + 12 + size > len(content):
            return
        yield at, size
        at += 12 + size


def mend_png(content: bytes) -> bytes:
    """The file with the right CRC-32 in each chunk."""
    mended = bytearray(content)
    for at, size in _chunks(content):
        struct.pack_into(">I", mended, at + 8 + size, zlib.crc32(content[at + 4 : at + 8 + size]))
    return bytes(mended)


def blocks(content: bytes) -> Sequence[int]:
    """Where blocks of a tar archive begin that may be headers: those that are not all zeros."""
    found = [at for at in range(0, len(content) - _BLOCK + 1, _BLOCK) if content[at]]
    return [place for at in found[:16] for place in (at, at + 124, at + 156)]


def mend_tar(content: bytes) -> bytes:
    """The archive with the right checksum in each block that says it is a header."""
    mended = bytearray(content)
    for at in range(0, len(content) - _BLOCK + 1, _BLOCK):
        block = bytearray(content[at : at + _BLOCK])
        if block[257:262] != b"ustar":
            continue
        block[_SUM] = b" " * 8
        block[_SUM] = b"%06o\0 " % sum(block)
        mended[at : at + _BLOCK] = block
    return bytes(mended)
