"""The keys and values of an LMDB file, by bounds-checked reading, without the library.

The library trusts the pages that it maps, so a file from elsewhere could bring the process down.
Layout of LMDB 0.9 (``mdb.c`` of OpenLDAP: ``MDB_meta``, ``MDB_db``, ``MDB_page``, ``MDB_node``), as
written on 64-bit little-endian machines:

    page   u64 number, u16 -, u16 flags, u16 lower, u16 upper (or u32 pages of an overflow)
           from byte 16 to `lower`: u16 place of each node
    meta   pages 0 and 1, after the page's head: u32 0xBEEFC0DE, u32 1, u64 -, u64 map size,
           two databases (free list, main), u64 last page, u64 transaction
    db     u32 - (free list: page size), u16 flags, u16 depth, 4 * u64 counts, u64 root
    node   u16 low, u16 high, u16 flags, u16 key size, key, value
           leaf: value of (high << 16 | low) bytes, or, flag 1, the u64 page where it lies
           branch: page (flags << 32 | high << 16 | low)
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

__all__ = ["read_pairs"]

_META = struct.Struct("<IIQQ")
_DATABASE = struct.Struct("<IHHQQQQQ")
_HEAD, _MAGIC, _VERSION = 16, 0xBEEFC0DE, 1
_BRANCH, _LEAF, _OVERFLOW, _META_PAGE = 1, 2, 4, 8
_BIG, _PLAIN_NODES = 1, (0, 1)
_NONE = (1 << 64) - 1
_MAX_DEPTH = 32


def read_pairs(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each entry of the main database, in the order of the tree.

    Raises:
        ValueError: not such a file, or a damaged one; names the page.
        OSError: it cannot be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield from _LmdbFile(data).pairs()


class _LmdbFile:
    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.page = _DATABASE.unpack(self._bytes(_HEAD + _META.size, _DATABASE.size))[0]
        if self.page not in (1 << bits for bits in range(9, 17)):
            raise ValueError(f"a page size of {self.page}")
        self.left = len(data) // self.page
        """Pages that the tree may still have: it cannot have more than the file."""
        found = [self._meta(number) for number in (0, 1)]
        self.root, self.depth = max(found)[1:]

    def pairs(self) -> Iterator[tuple[bytes, bytes]]:
        if self.root != _NONE:
            if self.depth > _MAX_DEPTH:
                raise ValueError(f"a tree of {self.depth} levels")
            yield from self._tree(self.root, self.depth)

    def _meta(self, number: int) -> tuple[int, int, int]:
        """Transaction, root and depth of one of the two meta pages."""
        start = number * self.page + _HEAD
        magic, version, _, _ = _META.unpack(self._bytes(start, _META.size))
        if (magic, version) != (_MAGIC, _VERSION):
            raise ValueError(f"page {number} is no meta page of LMDB 0.9")
        main = start + _META.size + _DATABASE.size
        _, flags, depth, *_, root = _DATABASE.unpack(self._bytes(main, _DATABASE.size))
        if flags:
            raise ValueError(f"page {number}: a database of another kind ({flags:#x})")
        after = main + _DATABASE.size
        return int.from_bytes(self._bytes(after + 8, 8), "little"), root, depth

    def _tree(self, number: int, depth: int) -> Iterator[tuple[bytes, bytes]]:
        flags, nodes = self._nodes(number)
        if flags != (_LEAF if depth <= 1 else _BRANCH):
            raise ValueError(
                f"page {number} has flags {flags:#x} at {depth} levels from the leaves"
            )
        for place in nodes:
            low, high, kind, size = struct.unpack("<HHHH", self._in(number, place, 8))
            if flags == _BRANCH:
                yield from self._tree(kind << 32 | high << 16 | low, depth - 1)
                continue
            key = self._in(number, place + 8, size)
            if kind not in _PLAIN_NODES:
                raise ValueError(f"page {number}: a node of another kind ({kind:#x})")
            value = place + 8 + size
            if kind == _BIG:
                page = int.from_bytes(self._in(number, value, 8), "little")
                yield key, self._overflow(page, high << 16 | low)
            else:
                yield key, self._in(number, value, high << 16 | low)

    def _nodes(self, number: int) -> tuple[int, tuple[int, ...]]:
        self._count(1)
        flags, lower, upper = struct.unpack("<HHH", self._in(number, 10, 6))
        if not _HEAD <= lower <= upper <= self.page or lower % 2:
            raise ValueError(f"page {number}: nodes from {lower} to {upper}")
        count = (lower - _HEAD) // 2
        return flags, struct.unpack(f"<{count}H", self._in(number, _HEAD, 2 * count))

    def _overflow(self, number: int, size: int) -> bytes:
        flags, pages = struct.unpack("<HI", self._in(number, 10, 6))
        if flags != _OVERFLOW or size > pages * self.page - _HEAD:
            raise ValueError(f"page {number}: not {size} bytes of overflow")
        self._count(pages)
        return self._bytes(number * self.page + _HEAD, size)

    def _count(self, pages: int) -> None:
        """No page is read twice, so a small file cannot pass for a large one."""
        self.left -= pages
        if self.left < 0:
            raise ValueError("a tree of more pages than the file has")

    def _in(self, number: int, place: int, size: int) -> bytes:
        if place + size > self.page:
            raise ValueError(f"page {number}: a node past its end")
        return self._bytes(number * self.page + place, size)

    def _bytes(self, start: int, size: int) -> bytes:
        if start + size > len(self.data):
            raise ValueError(f"cut short: byte {start + size:,} of {len(self.data):,}")
        return self.data[start : start + size]
