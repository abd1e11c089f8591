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
from penline.formats.door import Door, MapDoor, Span, map_file, printable
from penline.formats.squeezed import SQUEEZERS, unsqueezed

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
    return _squeezer(name) is not None


def is_packed(name: str) -> bool:
    """Whether a name is that of a tar archive which is packed as a whole.

    >>> is_packed("a.tar"), is_packed("b.tgz")
    (False, True)
    """
    return bool(_squeezer(name))


def _squeezer(name: str) -> str | None:
    """How an archive of that name is packed: ``""`` plain; None where it is no tar."""
    suffix = PurePath(name).suffix.lower()
    if suffix == ".tar" or suffix in _SHORT:
        return _SHORT.get(suffix, "")
    inner = PurePath(PurePath(name).stem).suffix.lower()
    return suffix if suffix in SQUEEZERS and inner == ".tar" else None


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
    reel: _Reel | None = field(default=None, repr=False, compare=False)

    @property
    def label(self) -> str:
        """``archive.tar::member``."""
        return printable(f"{self.archive}::{self.name}")

    def open(self) -> Door:
        """A door to the member's bytes.

        Raises:
            UsageError: the archive cannot be opened.
        """
        reel = self.reel or _Reel(self.archive)
        return reel.door(self)


def walk(path: str | os.PathLike[str]) -> Iterator[TarMember]:
    """The files, links and devices of a tar archive, in its order; folders are left out.

    The archive is read on only when the next member is asked for.

    Raises:
        UsageError: the archive cannot be opened.
        FormatError: a header that is none, a name that is used twice, an end without its mark.
    """
    archive = str(path)
    reel = _Reel(archive)
    offset = 0
    seen: set[str] = set()
    while True:
        found = _next(reel, archive, offset)
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


class _Reel:
    """An archive, and how far it has been unpacked. Pickled, it starts anew."""

    def __init__(self, archive: str) -> None:
        self.archive = archive
        self.squeezer = _squeezer(archive) or ""
        self._idle: _Tape | None = None

    def __reduce__(self) -> tuple[type[_Reel], tuple[str]]:
        return _Reel, (self.archive,)

    def borrow(self, offset: int) -> _Tape:
        """The archive's bytes from `offset` on: where they stand, if that is not past it."""
        tape, self._idle = self._idle, None
        if tape is None or (self.squeezer and tape.offset > offset):
            door: Door = MapDoor(self.archive, map_file(self.archive))
            tape = _Tape(unsqueezed(door, self.squeezer) if self.squeezer else door)
        if self.squeezer:
            tape.wind(offset)
        return tape

    def give_back(self, tape: _Tape) -> None:
        """Keep the tape for the next borrower."""
        self._idle = tape

    def door(self, member: TarMember) -> Door:
        """A door to a member's bytes: a part of the map, or of the tape."""
        tape = self.borrow(member.start)
        if self.squeezer:
            return _TapeDoor(member, self, tape)
        buffer, at, have = tape.door.span(member.start, member.size_bytes)
        self.give_back(tape)
        data = buffer[at : at + min(have, member.size_bytes)]
        return _PartDoor(member.label, data, member.size_bytes)


class _Tape:
    """A door that remembers how far it was read."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.offset = 0

    def wind(self, offset: int) -> None:
        """Read on to `offset`, or to the end."""
        while self.offset < offset:
            self.offset = min(offset, self.offset + _SKIP_BYTES)
            if not self.door.span(self.offset, 1)[2]:
                break
        self.offset = offset


class _PartDoor(MapDoor):
    """A member of a mapped archive."""

    def __init__(self, file: str, data: memoryview, size_bytes: int) -> None:
        super().__init__(file, data)
        self._lacks = (len(data), size_bytes) if len(data) < size_bytes else None

    def finish(self) -> None:
        """Check that the archive held all of the member."""
        if self._lacks:
            raise _cut(self.file, *self._lacks)


class _TapeDoor(Door):
    """A member of a packed archive."""

    def __init__(self, member: TarMember, reel: _Reel, tape: _Tape) -> None:
        super().__init__(member.label)
        self._member = member
        self._reel = reel
        self._tape: _Tape | None = tape

    def span(self, offset: int, n: int) -> Span:
        """At least `n` bytes from `offset` on, or as many as the member has."""
        left = self._member.size_bytes - offset
        if self._tape is None or left <= 0:
            return memoryview(b""), 0, 0
        at = self._member.start + offset
        buffer, place, have = self._tape.door.span(at, min(n, left))
        self._tape.offset = max(self._tape.offset, at)
        if have < min(n, left) and self.fault is None:
            broken = self._tape.door.fault
            self.fault = (
                FormatError(self.file, offset + have, broken.field, broken.expected, broken.found)
                if broken
                else None
            )
        # what lies behind the member is not the caller's
        return buffer[: place + min(have, left)], place, min(have, left)

    def lack(self, offset: int, n: int, field: str, have: int) -> FormatError:
        """As the archive's door has it, in the member's own offsets."""
        if self.fault is None and self._tape is not None and have < n:
            error = self._tape.door.lack(self._member.start + offset, n, field, have)
            if offset + n <= self._member.size_bytes:
                return FormatError(self.file, offset, field, error.expected, error.found)
        return super().lack(offset, n, field, have)

    def finish(self) -> None:
        """Check that the archive held all of the member."""
        super().finish()
        size = self._member.size_bytes
        if self._tape is not None and size and not self.span(size - 1, 1)[2]:
            raise self.fault or _cut(self.file, 0, size)

    def close(self) -> None:
        """Give the archive back, unpacked as far as it is."""
        if self._tape is not None:
            self._reel.give_back(self._tape)
        self._tape = None


def _cut(file: str, have: int, size: int) -> FormatError:
    found = f"{have:,} bytes to the end of the archive" if have else "an archive that breaks off"
    return FormatError(file, have, "member", f"{size:,} bytes", found)


def _next(reel: _Reel, archive: str, offset: int) -> tuple[TarMember, int, bool] | None:
    """The member whose header is at `offset`, where to go on, and whether it is a folder."""
    tape = reel.borrow(offset)
    try:
        return _parse(tape, reel, archive, offset)
    finally:
        tape.offset = max(tape.offset, offset)
        reel.give_back(tape)


def _parse(
    tape: _Tape, reel: _Reel, archive: str, offset: int
) -> tuple[TarMember, int, bool] | None:
    label = printable(archive)
    begin = offset
    names: dict[str, str] = {}
    long_name: str | None = None
    while True:
        info = _header(tape, label, offset)
        if info is None:
            return None
        offset += _BLOCK
        if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, *_LONG_NAMES):
            text = _text(tape, label, offset, info.size)
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
    tape.offset = max(tape.offset, offset)
    member = TarMember(archive, name, begin, offset, size, other, reel)
    return member, offset + _padded(size), folder


def _header(tape: _Tape, label: str, offset: int) -> tarfile.TarInfo | None:
    """The header at `offset`; None at the mark of the end."""
    try:
        buffer, at = tape.door.take(offset, _BLOCK, "tar header")
    except FormatError as error:
        if error is tape.door.fault:
            raise
        found = error.found if offset else "an empty file" if error.found[0] == "0" else error.found
        expected = "a header, or two blocks of zeros at the end"
        raise FormatError(label, offset, "tar header", expected, found) from None
    block = bytes(buffer[at : at + _BLOCK])
    if not any(block):
        _drain(tape, label, offset + _BLOCK)
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


def _drain(tape: _Tape, label: str, offset: int) -> None:
    """Read what fills up the archive after its end, so that a packed one's checksum is seen."""
    if tape.door.span(offset + _SKIP_BYTES, 1)[2]:
        expected = f"at most {_SKIP_BYTES:,} bytes after the archive's end"
        raise FormatError(label, offset, "end of the archive", expected, "more")
    tape.offset = max(tape.offset, offset + _SKIP_BYTES)
    tape.door.finish()


def _text(tape: _Tape, label: str, offset: int, size: int) -> bytes:
    if size > _NAMES_LIMIT:
        expected = f"at most {_NAMES_LIMIT:,} bytes"
        raise FormatError(label, offset, "names before a header", expected, f"{size:,}")
    buffer, at = tape.door.take(offset, size, "names before a header")
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
