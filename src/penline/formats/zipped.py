"""Members of zip archives, read in place.

A stored member is a part of the mapped archive; a packed one (deflate, bzip2, LZMA) is unpacked
once, forwards, never more at a time than is asked for. What the directory says about sizes and
checksums is held against the bytes. Members' names are labels only: nothing is written to disk.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes, map_file
from penline.formats.packed import STORED, UNPACKERS, Unpacking
from penline.formats.zip_directory import Directory, Places, read_directory, sorted_entries
from penline.words import printable

__all__ = ["Archive", "Member", "Members", "members", "members_in", "open_member"]

# offset  bytes  field of a local header (APPNOTE 4.3.7)
# 0       4      signature "PK\3\4"
# 4       2      version needed
# 6       2      flags: 1 encrypted, 2 LZMA end mark, 8 sizes follow the data, 64 strong encryption
# 8       2      method: 0 stored, 8 deflate, 12 bzip2, 14 LZMA
# 10      4      time, date
# 14      4      CRC-32
# 18      4      packed size (ffffffff: in the zip64 extra field)
# 22      4      unpacked size (the same)
# 26      2      bytes of the name, which follows
# 28      2      bytes of the extra field, which follows the name
_LOCAL = struct.Struct("<4s3H4xIII2H")
_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED, _END_MARK, _SIZES_FOLLOW, _STRONG, _UTF8 = 1, 2, 8, 64, 1 << 11
_ZIP64 = 0xFFFFFFFF
_DEFLATED = 8
_BATCH = 4096
_NO_PLACES = np.empty(0, np.uint64)

_OTHER_METHODS = {1: "shrink", 6: "implode", 9: "deflate64", 93: "zstandard", 95: "xz", 98: "PPMd"}


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a zip archive, as the archive's directory describes it.

    Attributes:
        archive: path of the archive.
        name: the member's name; a label, never a path.
        offset: byte offset of its local header in the archive.
        method: number of the packing method.
        flags: general purpose flags.
        packed_bytes: size in the archive.
        size_bytes: size unpacked.
        crc: CRC-32 of the unpacked bytes.
    """

    archive: str
    name: str
    offset: int
    method: int
    flags: int
    packed_bytes: int
    size_bytes: int
    crc: int

    @property
    def label(self) -> str:
        """``archive.zip::member``."""
        return printable(f"{self.archive}::{self.name}")

    def open(self) -> ByteSource:
        """Open the member's bytes, by `open_member`."""
        return open_member(self)


class Members:
    """The files of one archive in a fixed order; each `Member` is made when it is asked for.

    Attributes:
        archive: path of the archive.
        directory: the archive's directory.
        places: ``uint64 (files,)``, where in the mapped archive the directory has each file.
    """

    def __init__(self, archive: str, directory: Directory, places: Places) -> None:
        self.archive = archive
        self.directory = directory
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Member:
        return self.at(int(self.places[index]))

    def __iter__(self) -> Iterator[Member]:
        return map(self.at, self.places.tolist())

    def at(self, place: int) -> Member:
        """The member whose directory entry is at a place."""
        return Member(self.archive, *self.directory.fields(place))

    def listed(self) -> Iterator[tuple[str, str, int]]:
        """Each member's folder with its slash, own name, and place in the directory, in order."""
        raw_name = self.directory.name
        for start in range(0, len(self), _BATCH):
            for place in self.places[start : start + _BATCH].tolist():
                raw = raw_name(place)
                name = raw.decode() if raw.isascii() else self.directory.fields(place)[0]
                own = name.rpartition("/")[2]
                yield name[: len(name) - len(own)], own, place

    def find(self, name: str) -> Member | None:
        """The member of a name, or None; found by halving."""
        for raw in (name.encode("utf-8", "replace"), name.encode("cp437", "replace")):
            low, high = 0, len(self)
            while low < high:
                middle = (low + high) // 2
                if self.directory.name(int(self.places[middle])) < raw:
                    low = middle + 1
                else:
                    high = middle
            found = self[low] if low < len(self) else None
            if found is not None and found.name == name:
                return found
        return None


def members(path: str | os.PathLike[str]) -> Members:
    """The files of a zip archive, sorted by the bytes of their names.

    Raises:
        UsageError: the archive cannot be opened.
        FormatError: it is a folder, has no directory that can be read, or a name in it twice.
    """
    return members_in(str(path), map_file(path))


def members_in(archive: str, view: memoryview) -> Members:
    """The files of a zip archive that lies in memory, as `members`.

    Args:
        archive: what it is called, for messages.
        view: its bytes.

    Raises:
        FormatError: as `members`.
    """
    if not view:
        raise FormatError(printable(archive), 0, "zip directory", "a zip archive", "an empty file")
    directory = read_directory(archive, view)
    found = Members(archive, directory, sorted_entries(directory))
    before = None
    for index, name in enumerate(directory.names(found.places)):
        if name == before:
            two = found[index]
            raise FormatError(two.label, two.offset, "member name", "a name used once", "it twice")
        before = name
    return found


class Archive:
    """A mapped archive whose members are read one after the other, each in one piece.

    Args:
        path: the archive.

    Raises:
        UsageError: it cannot be opened.
        FormatError: it is a folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._name = str(path)
        self._view = map_file(path)
        self._stream = MappedBytes(self._name, self._view)

    def member(self, place: int, shift: int = 0) -> Member:
        """The member whose directory entry is at `place`, as `Members.places` gives it.

        Args:
            place: offset of the entry in the mapped archive.
            shift: bytes before the zip itself, as `Directory.shift` gives them.

        Raises:
            FormatError: no entry is there; the archive has changed since.
        """
        directory = Directory(self._name, self._view, shift, _NO_PLACES)
        return Member(self._name, *directory.fields(place))

    def content(self, member: Member, limit_bytes: int) -> bytes:
        """A member's bytes, unpacked and held against their size and CRC-32.

        Args:
            member: one of this archive's.
            limit_bytes: a member of more is refused before it is unpacked.

        Raises:
            FormatError: the member cannot be read, is damaged, or is too large.
        """
        if member.size_bytes > limit_bytes:
            found = f"{member.size_bytes:,}"
            raise FormatError(member.label, 0, "size", f"at most {limit_bytes:,} bytes", found)
        start = _data_start(self._stream, member)
        what = f"data of {printable(member.name)}"
        buffer, at = self._stream.read_exact(start, member.packed_bytes, what)
        packed = buffer[at : at + member.packed_bytes]
        if member.method == STORED:
            content = bytes(packed)
        elif member.method == _DEFLATED:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                content = inflate.decompress(packed, member.size_bytes + 1)
            except zlib.error as error:
                raise FormatError(member.label, 0, "stream", "deflate", str(error)) from error
            if not inflate.eof or inflate.unused_data:
                return self._slowly(member)  # says what is wrong
        else:
            return self._slowly(member)
        if len(content) != member.size_bytes:
            expected, found = f"{member.size_bytes:,}", f"{len(content):,}"
            raise FormatError(member.label, 0, "unpacked size", expected, found)
        crc = zlib.crc32(content)
        if crc != member.crc:
            field = "CRC-32 of the member"
            raise FormatError(member.label, 0, field, f"{member.crc:08x}", f"{crc:08x}")
        return content

    def _slowly(self, member: Member) -> bytes:
        with open_member(member, self._stream) as stream:
            buffer, at = stream.read_exact(0, member.size_bytes, "content")
            content = bytes(buffer[at : at + member.size_bytes])
            stream.peek(member.size_bytes, 1)  # to the end, where sizes and checksum are proven
            stream.finish()
        return content


def open_member(member: Member, archive: MappedBytes | None = None) -> ByteSource:
    """Open a member: mapped where it is stored, streamed where it is packed.

    Args:
        member: which.
        archive: a stream to its archive, where that is mapped already.

    Raises:
        UsageError: the archive cannot be opened.
        FormatError: the local header is missing or says something else than the directory, the
            member is encrypted, or its method is not known.
    """
    if archive is None:
        archive = MappedBytes(member.archive, map_file(member.archive))
    start = _data_start(archive, member)
    buffer, at = archive.read_exact(start, member.packed_bytes, f"data of {printable(member.name)}")
    data = buffer[at : at + member.packed_bytes]
    if member.method == STORED:
        if member.packed_bytes != member.size_bytes:
            raise _lie(member, "stored size", f"{member.size_bytes:,}", f"{member.packed_bytes:,}")
        return MappedBytes(member.label, data, member.crc)
    try:
        unpacker = UNPACKERS[member.method](data, member.size_bytes, bool(member.flags & _END_MARK))
    except ImportError as error:
        raise _lie(member, "method", "one that this Python has", str(error)) from error
    except ValueError as error:
        raise _lie(member, "packed data", "a header of LZMA", str(error)) from error
    unpacking = Unpacking(member.label, unpacker, member.size_bytes, member.crc)
    return StreamedBytes(member.label, unpacking, owns=True)


def _lie(member: Member, field: str, expected: str, found: str) -> FormatError:
    """An error in the archive's own structure: the offset is the local header's."""
    name = printable(member.name)
    return FormatError(
        printable(member.archive), member.offset, f"{field} of {name}", expected, found
    )


def _data_start(archive: MappedBytes, member: Member) -> int:
    """Where the member's data begin, after a look at its local header."""
    if member.flags & (_ENCRYPTED | _STRONG):
        raise _lie(member, "flags", "no encryption", "an encrypted member")
    if member.method not in (STORED, *UNPACKERS):
        name = _OTHER_METHODS.get(member.method, "unknown")
        expected = "stored, deflate, bzip2 or LZMA"
        raise _lie(member, "method", expected, f"{member.method} ({name})")
    buffer, at = archive.read_exact(member.offset, _LOCAL.size, "local header")
    local: tuple[bytes, int, int, int, int, int, int, int, int] = _LOCAL.unpack_from(buffer, at)
    signature, _, flags, method, crc, packed, size, name_bytes, extra_bytes = local
    if signature != _SIGNATURE:
        raise _lie(member, "local header", "PK 03 04", signature.hex(" "))
    if flags & (_ENCRYPTED | _STRONG):
        raise _lie(member, "flags", "no encryption", "an encrypted member")
    if method != member.method:
        raise _lie(member, "method", str(member.method), str(method))
    if not flags & _SIZES_FOLLOW:
        for field, own, said in (
            ("packed size", packed, member.packed_bytes),
            ("unpacked size", size, member.size_bytes),
        ):
            if own not in (said, _ZIP64):
                raise _lie(member, field, f"{said:,} as in the directory", f"{own:,}")
        if crc != member.crc:
            raise _lie(member, "CRC-32", f"{member.crc:08x} as in the directory", f"{crc:08x}")
    buffer, at = archive.read_exact(
        member.offset + _LOCAL.size, name_bytes + extra_bytes, "member name"
    )
    raw = bytes(buffer[at : at + name_bytes])
    try:
        text = raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        text = repr(raw)
    if text != member.name:
        raise _lie(member, "name", printable(member.name), printable(text))
    return member.offset + _LOCAL.size + name_bytes + extra_bytes
