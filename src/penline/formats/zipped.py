"""Members of zip archives, read in place.

A stored member is a part of the mapped archive; a packed one (deflate, bzip2, LZMA) is unpacked
once, forwards, never more at a time than is asked for. What the directory says about sizes and
checksums is held against the bytes. Members' names are labels only: nothing is written to disk.
"""

from __future__ import annotations

import itertools
import os
import struct
import zipfile
from dataclasses import dataclass

from penline.errors import FormatError
from penline.formats.door import Door, MapDoor, StreamDoor, map_file, printable
from penline.formats.packed import STORED, UNPACKERS, Unpacking

__all__ = ["Member", "members", "open_member"]

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


def members(path: str | os.PathLike[str]) -> list[Member]:
    """The files of a zip archive, sorted by name.

    Raises:
        UsageError: the archive cannot be opened.
        FormatError: it is a folder, has no directory that can be read, or a name in it twice.
    """
    archive = str(path)
    if not map_file(path):  # says what is wrong with the path, before zipfile does
        raise FormatError(printable(archive), 0, "zip directory", "a zip archive", "an empty file")
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,  # NotImplementedError, too
        OverflowError,
        struct.error,
        zipfile.BadZipFile,
    ) as error:
        found = printable(str(error)) or type(error).__name__
        raise FormatError(
            printable(archive), 0, "zip directory", "a readable zip archive", found
        ) from error
    found_members = [
        Member(
            archive,
            info.orig_filename,
            info.header_offset,
            info.compress_type,
            info.flag_bits,
            info.compress_size,
            info.file_size,
            info.CRC,
        )
        for info in infos
    ]
    found_members.sort(key=lambda member: (member.name, member.offset))
    for one, two in itertools.pairwise(found_members):
        if one.name == two.name:
            raise FormatError(two.label, two.offset, "member name", "a name used once", "it twice")
    return found_members


def open_member(member: Member) -> Door:
    """A door to a member: a map where it is stored, a stream where it is packed.

    Raises:
        UsageError: the archive cannot be opened.
        FormatError: the local header is missing or says something else than the directory, the
            member is encrypted, or its method is not known.
    """
    archive = MapDoor(member.archive, map_file(member.archive))
    start = _data_start(archive, member)
    buffer, at = archive.take(start, member.packed_bytes, f"data of {printable(member.name)}")
    data = buffer[at : at + member.packed_bytes]
    if member.method == STORED:
        if member.packed_bytes != member.size_bytes:
            raise _lie(member, "stored size", f"{member.size_bytes:,}", f"{member.packed_bytes:,}")
        return MapDoor(member.label, data, member.crc)
    try:
        unpacker = UNPACKERS[member.method](data, member.size_bytes, bool(member.flags & _END_MARK))
    except ImportError as error:
        raise _lie(member, "method", "one that this Python has", str(error)) from error
    except ValueError as error:
        raise _lie(member, "packed data", "a header of LZMA", str(error)) from error
    unpacking = Unpacking(member.label, unpacker, member.size_bytes, member.crc)
    return StreamDoor(member.label, unpacking, owns=True)


def _lie(member: Member, field: str, expected: str, found: str) -> FormatError:
    """An error in the archive's own structure: the offset is the local header's."""
    name = printable(member.name)
    return FormatError(
        printable(member.archive), member.offset, f"{field} of {name}", expected, found
    )


def _data_start(archive: MapDoor, member: Member) -> int:
    """Where the member's data begin, after a look at its local header."""
    if member.flags & (_ENCRYPTED | _STRONG):
        raise _lie(member, "flags", "no encryption", "an encrypted member")
    if member.method not in (STORED, *UNPACKERS):
        name = _OTHER_METHODS.get(member.method, "unknown")
        expected = "stored, deflate, bzip2 or LZMA"
        raise _lie(member, "method", expected, f"{member.method} ({name})")
    buffer, at = archive.take(member.offset, _LOCAL.size, "local header")
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
    buffer, at = archive.take(member.offset + _LOCAL.size, name_bytes + extra_bytes, "member name")
    raw = bytes(buffer[at : at + name_bytes])
    try:
        text = raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        text = repr(raw)
    if text != member.name:
        raise _lie(member, "name", printable(member.name), printable(text))
    return member.offset + _LOCAL.size + name_bytes + extra_bytes
