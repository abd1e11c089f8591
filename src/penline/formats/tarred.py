"""Members of tar archives, read in place: mapped where plain, streamed forwards where packed.

Of a plain archive each member is a part of the map. A packed one (gzip, bzip2, xz) is unpacked as
it is read: whoever reads the members in the order in which they come has it unpacked once. Going
back to an earlier member unpacks it anew from its beginning. Members' names are labels only:
nothing is written to disk. Links and devices hold no bytes of their own; they are left out, and
said. Source: POSIX.1-2017, pax and ustar interchange formats; GNU tar's manual, basic format.

    offset  bytes  field
    0       100    name
    100     24     mode, owner, group
    124     12     size of the data, octal, or binary with the highest bit set
    136     12     time
    148     8      checksum of the header
    156     1      type: 0 file, 1 and 2 links, 3 and 4 devices, 5 folder, 6 pipe, x and g pax
                   records, L and K GNU's long names, S GNU's sparse file
    157     355    name of a link, "ustar", owner's names, devices, prefix of the name
    512            data, to a multiple of 512 bytes

Two blocks of zeros are the end. A header is parsed by the standard library's `tarfile`, one block
at a time; the names that come before it are bounded here.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, MappedBytes, Peeked, map_file
from penline.formats.compressed import DECOMPRESSORS, decompressed
from penline.words import printable

__all__ = ["TarMember", "is_packed", "is_tar", "walk"]

_BLOCK = 512
_NAMES_LIMIT = 1 << 20
"""Names and pax records before one member are never longer than this."""
_SKIP_BYTES = 1 << 20
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_LONG_NAMES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_OTHERS = {
    tarfile.LNKTYPE: "a hard link",
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}
_SHORT = {".tgz": ".gz", ".tbz": ".bz2", ".tbz2": ".bz2", ".txz": ".xz"}


def is_tar(name: str) -> bool:
    """Whether a name is a tar archive's.

    >>> [is_tar(name) for name in ("a.tar", "b.TGZ", "c.tar.xz", "d.gz")]
    [True, True, True, False]
    """
    return _compression(name) is not None


def is_packed(name: str) -> bool:
    """Whether a name is that of a tar archive which is packed as a whole.

    >>> is_packed("a.tar"), is_packed("b.tgz")
    (False, True)
    """
    return bool(_compression(name))


def _compression(name: str) -> str | None:
    """How an archive of that name is packed: ``""`` plain; None where it is no tar."""
    suffix = PurePath(name).suffix.lower()
    if suffix == ".tar" or suffix in _SHORT:
        return _SHORT.get(suffix, "")
    inner = PurePath(PurePath(name).stem).suffix.lower()
    return suffix if suffix in DECOMPRESSORS and inner == ".tar" else None


@dataclass(frozen=True, slots=True)
class TarMember:
    """One file of a tar archive.

    Attributes:
        archive: path of the archive.
        name: the member's name; a label, never a path.
        offset: byte offset of its header in the unpacked archive.
        start: byte offset of its data.
        size_bytes: size of its data.
        other: what it is instead of a file of bytes (``"a symbolic link"``), or ``""``.
    """

    archive: str
    name: str
    offset: int
    start: int
    size_bytes: int
    other: str = ""
    shared: _SharedBytes | None = field(default=None, repr=False, compare=False)

    @property
    def label(self) -> str:
        """``archive.tar::member``."""
        return printable(f"{self.archive}::{self.name}")

    def open(self) -> ByteSource:
        """Open the member's bytes.

        Raises:
            UsageError: the archive cannot be opened.
        """
        shared = self.shared or _SharedBytes(self.archive)
        return shared.stream(self)


def walk(path: str | os.PathLike[str]) -> Iterator[TarMember]:
    """The files, links and devices of a tar archive, in its order; folders are left out.

    The archive is read on only when the next member is asked for.

    Raises:
        UsageError: the archive cannot be opened.
        FormatError: a header that is none, a name that is used twice, an end without its mark.
    """
    archive = str(path)
    shared = _SharedBytes(archive)
    offset = 0
    seen: set[str] = set()
    while True:
        found = _next(shared, archive, offset)
        if found is None:
            return
        member, offset, folder = found
        if folder:
            continue
        if member.name in seen:
            label = printable(archive)
            raise FormatError(
                label, member.offset, "member name", "a name used once", f"{member.name!r} twice"
            )
        seen.add(member.name)
        yield member


class _SharedBytes:
    """An archive, and how far it has been unpacked. Pickled, it starts anew."""

    def __init__(self, archive: str) -> None:
        self.archive = archive
        self.compression = _compression(archive) or ""
        self._idle: _Cursor | None = None

    def __reduce__(self) -> tuple[type[_SharedBytes], tuple[str]]:
        return _SharedBytes, (self.archive,)

    def borrow(self, offset: int) -> _Cursor:
        """The archive's bytes from `offset` on: where they stand, if that is not past it."""
        cursor, self._idle = self._idle, None
        if cursor is None or (self.compression and cursor.offset > offset):
            stream: ByteSource = MappedBytes(self.archive, map_file(self.archive))
            cursor = _Cursor(decompressed(stream, self.compression) if self.compression else stream)
        if self.compression:
            cursor.skip_to(offset)
        return cursor

    def give_back(self, cursor: _Cursor) -> None:
        """Keep the cursor for the next borrower."""
        self._idle = cursor

    def stream(self, member: TarMember) -> ByteSource:
        """Open a member's bytes: a part of the map, or of what is unpacked."""
        cursor = self.borrow(member.start)
        if self.compression:
            return _PackedMember(member, self, cursor)
        buffer, at, have = cursor.stream.peek(member.start, member.size_bytes)
        self.give_back(cursor)
        data = buffer[at : at + min(have, member.size_bytes)]
        return _MappedMember(member.label, data, member.size_bytes)


class _Cursor:
    """Remembers how far the archive's bytes were read."""

    def __init__(self, stream: ByteSource) -> None:
        self.stream = stream
        self.offset = 0

    def skip_to(self, offset: int) -> None:
        """Read on to `offset`, or to the end."""
        while self.offset < offset:
            self.offset = min(offset, self.offset + _SKIP_BYTES)
            if not self.stream.peek(self.offset, 1)[2]:
                break
        self.offset = offset


class _MappedMember(MappedBytes):
    """A member of a mapped archive."""

    def __init__(self, file: str, data: memoryview, size_bytes: int) -> None:
        super().__init__(file, data)
        self._lacks = (len(data), size_bytes) if len(data) < size_bytes else None

    def finish(self) -> None:
        """Check that the archive held all of the member."""
        if self._lacks:
            raise _cut(self.file, *self._lacks)


class _PackedMember(ByteSource):
    """A member of a packed archive."""

    def __init__(self, member: TarMember, shared: _SharedBytes, cursor: _Cursor) -> None:
        super().__init__(member.label)
        self._member = member
        self._shared = shared
        self._cursor: _Cursor | None = cursor

    def peek(self, offset: int, n: int) -> Peeked:
        """At least `n` bytes from `offset` on, or as many as the member has."""
        left = self._member.size_bytes - offset
        if self._cursor is None or left <= 0:
            return memoryview(b""), 0, 0
        at = self._member.start + offset
        buffer, place, have = self._cursor.stream.peek(at, min(n, left))
        self._cursor.offset = max(self._cursor.offset, at)
        broken = self._cursor.stream.fault
        if broken and have < min(n, left) and self.fault is None:
            cut = self.file, offset + have
            self.fault = FormatError(*cut, broken.field, broken.expected, broken.found)
        # what lies behind the member is not the caller's
        return buffer[: place + min(have, left)], place, min(have, left)

    def shortfall(self, offset: int, n: int, field: str, have: int) -> FormatError:
        """As the archive's stream has it, in the member's own offsets."""
        if self.fault is None and self._cursor is not None and have < n:
            error = self._cursor.stream.shortfall(self._member.start + offset, n, field, have)
            if offset + n <= self._member.size_bytes:
                return FormatError(self.file, offset, field, error.expected, error.found)
        return super().shortfall(offset, n, field, have)

    def finish(self) -> None:
        """Check that the archive held all of the member."""
        super().finish()
        size = self._member.size_bytes
        if self._cursor is not None and size and not self.peek(size - 1, 1)[2]:
            raise self.fault or _cut(self.file, 0, size)

    def close(self) -> None:
        """Give the archive back, unpacked as far as it is."""
        if self._cursor is not None:
            self._shared.give_back(self._cursor)
        self._cursor = None


def _cut(file: str, have: int, size: int) -> FormatError:
    found = f"{have:,} bytes to the end of the archive" if have else "an archive that breaks off"
    return FormatError(file, have, "member", f"{size:,} bytes", found)


def _next(shared: _SharedBytes, archive: str, offset: int) -> tuple[TarMember, int, bool] | None:
    """The member whose header is at `offset`, where to go on, and whether it is a folder."""
    cursor = shared.borrow(offset)
    try:
        return _parse(cursor, shared, archive, offset)
    finally:
        cursor.offset = max(cursor.offset, offset)
        shared.give_back(cursor)


def _parse(
    cursor: _Cursor, shared: _SharedBytes, archive: str, offset: int
) -> tuple[TarMember, int, bool] | None:
    label = printable(archive)
    begin = offset
    names: dict[str, str] = {}
    long_name: str | None = None
    while True:
        info = _header(cursor, label, offset)
        if info is None:
            return None
        offset += _BLOCK
        if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, *_LONG_NAMES):
            text = _text(cursor, label, offset, info.size)
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = text.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif info.type != tarfile.GNUTYPE_LONGLINK:
                names |= _pax(text, label, offset)
            offset += _padded(info.size)
            continue
        if info.type == tarfile.XGLTYPE:
            offset += _padded(info.size)
            begin = offset
            continue
        break
    size = _size(names.get("size", ""), info.size, label, begin)
    name = names.get("path") or long_name or info.name
    other = "" if info.type in _FILES else _OTHERS.get(info.type, f"of type {info.type!r}")
    folder = info.type == tarfile.DIRTYPE or (not other and name.endswith("/"))
    if info.type in (tarfile.LNKTYPE, tarfile.SYMTYPE):
        size = 0
    if any(key.startswith("GNU.sparse.") for key in names):
        other = "a sparse file"
    cursor.offset = max(cursor.offset, offset)
    member = TarMember(archive, name, begin, offset, size, other, shared)
    return member, offset + _padded(size), folder


def _header(cursor: _Cursor, label: str, offset: int) -> tarfile.TarInfo | None:
    """The header at `offset`; None at the mark of the end."""
    try:
        buffer, at = cursor.stream.read_exact(offset, _BLOCK, "tar header")
    except FormatError as error:
        if error is cursor.stream.fault:
            raise
        found = error.found if offset else "an empty file" if error.found[0] == "0" else error.found
        expected = "a header, or two blocks of zeros at the end"
        raise FormatError(label, offset, "tar header", expected, found) from None
    block = bytes(buffer[at : at + _BLOCK])
    if not any(block):
        _drain(cursor, label, offset + _BLOCK)
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, OverflowError) as error:
        found = printable(str(error)) or type(error).__name__
        raise FormatError(label, offset, "tar header", "a header", found) from error
    if info.size < 0:
        raise FormatError(label, offset + 124, "size", "at least 0", f"{info.size:,}")
    if info.type == tarfile.GNUTYPE_SPARSE:
        found = f"a sparse file, {printable(info.name)}"
        expected = "files with all their bytes; unpack the archive, and read the folder"
        raise FormatError(label, offset + 156, "type", expected, found)
    return info


def _drain(cursor: _Cursor, label: str, offset: int) -> None:
    """Read what fills up the archive after its end, so that a packed one's checksum is seen."""
    if cursor.stream.peek(offset + _SKIP_BYTES, 1)[2]:
        expected = f"at most {_SKIP_BYTES:,} bytes after the archive's end"
        raise FormatError(label, offset, "end of the archive", expected, "more")
    cursor.offset = max(cursor.offset, offset + _SKIP_BYTES)
    cursor.stream.finish()


def _text(cursor: _Cursor, label: str, offset: int, size: int) -> bytes:
    if size > _NAMES_LIMIT:
        expected = f"at most {_NAMES_LIMIT:,} bytes"
        raise FormatError(label, offset, "names before a header", expected, f"{size:,}")
    buffer, at = cursor.stream.read_exact(offset, size, "names before a header")
    return bytes(buffer[at : at + size])


def _pax(text: bytes, label: str, offset: int) -> dict[str, str]:
    """Pax records: ``length key=value\\n``, the length its own digits included."""
    found = {}
    at = 0
    while at < len(text) and text[at]:
        digits, space, _ = text[at : at + 12].partition(b" ")
        size = int(digits) if space and digits.isdigit() else 0
        record = text[at + len(digits) + 1 : at + size]
        key, equals, value = record[:-1].partition(b"=")
        if not equals or at + size > len(text) or record[-1:] != b"\n":
            expected = "length, space, key=value and a line feed"
            seen = repr(text[at : at + 24])[2:-1]
            raise FormatError(label, offset + at, "pax record", expected, seen)
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        at += size
    return found


def _size(said: str, own: int, label: str, offset: int) -> int:
    if not said:
        return own
    if not (said.isascii() and said.isdigit() and len(said) < 20):
        raise FormatError(label, offset, "size in a pax record", "a number of bytes", repr(said))
    return int(said)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
