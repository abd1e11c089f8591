"""The directory of a zip archive, as large as it may be: a few bytes of memory a member.

The archive is mapped; of a member only the place of its entry in the directory is kept, and its
facts are read from the map when they are asked for. SD19's by_class.zip holds 1.5 million.

Source: APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3.

    offset  bytes  field of a directory entry
    0       4      signature "PK\\1\\2"
    4       2      made by: version, system
    6       2      version needed
    8       2      flags
    10      2      method
    12      4      time, date
    16      4      CRC-32
    20      4      packed size (ffffffff here and below: in the zip64 extra field)
    24      4      unpacked size
    28      2+2+2  bytes of name, extra field and comment, which follow in this order
    34      2      disk
    36      2+4    attributes
    42      4      offset of the local header
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.sniff import HEAD_BYTES, sniff
from penline.words import printable

__all__ = ["Directory", "Fields", "Places", "read_directory", "sorted_entries"]

_ENTRY = struct.Struct("<4s2xBx2H4x3I3H8xI")
_END = struct.Struct("<4s4H2IH")
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_ENTRY_MARK, _END_MARK, _LOCATOR_MARK, _END64_MARK = (
    *(b"PK\x01\x02", b"PK\x05\x06"),
    *(b"PK\x06\x07", b"PK\x06\x06"),
)
_COMMENT_LIMIT = 1 << 16
_VERSION_LIMIT = 63
_UTF8 = 1 << 11
_IN_EXTRA = 0xFFFFFFFF
_ZIP64_FIELD = 1
_COLUMN = 8
_BATCH = 4096

Fields = tuple[str, int, int, int, int, int, int]
"""Name, offset of the local header, method, flags, packed size, unpacked size, CRC-32."""
Places = npt.NDArray[np.uint64]


class Directory:
    """The entries of an archive's directory, files only.

    Attributes:
        archive: the archive's name for messages.
        buffer: the mapped archive.
        shift: bytes before the zip itself; offsets in the directory count from there.
        places: ``uint64 (files,)``, the offset in `buffer` of each file's entry, in file order.
    """

    def __init__(self, archive: str, buffer: memoryview, shift: int, places: Places) -> None:
        self.archive = archive
        self.buffer = buffer
        self.shift = shift
        self.places = places

    def name(self, place: int) -> bytes:
        """The raw name in the entry at `place`."""
        size: int = _NAME_BYTES.unpack_from(self.buffer, place + 28)[0]
        return bytes(self.buffer[place + _ENTRY.size : place + _ENTRY.size + size])

    def size_bytes(self, place: int) -> int:
        """Return the unpacked size in the entry at `place`."""
        size: int = _SIZE_BYTES.unpack_from(self.buffer, place + 24)[0]
        return size if size != _IN_EXTRA else self.fields(place)[5]

    def names(self, places: Places) -> Iterator[bytes]:
        """The raw names in the entries at `places`."""
        for start in range(0, len(places), _BATCH):
            yield from map(self.name, places[start : start + _BATCH].tolist())

    def fields(self, place: int) -> Fields:
        """What the entry at `place` says.

        Raises:
            FormatError: no entry begins there, or its zip64 field is short.
        """
        if not 0 <= place <= len(self.buffer) - _ENTRY.size:
            raise self._bad("entry", "an entry's offset", f"{place:,}")
        entry: tuple[bytes, int, int, int, int, int, int, int, int, int, int]
        entry = _ENTRY.unpack_from(self.buffer, place)
        mark, _, flags, method, crc, packed, size, name_bytes, extra_bytes, _, offset = entry
        if mark != _ENTRY_MARK:
            raise self._bad("entry", "PK 01 02", mark.hex(" "))
        at = place + _ENTRY.size
        name = _decoded(bytes(self.buffer[at : at + name_bytes]), flags)
        if _IN_EXTRA in (size, packed, offset):
            at += name_bytes
            extra = bytes(self.buffer[at : at + extra_bytes])
            size, packed, offset = self._wide((size, packed, offset), extra)
        return name, offset + self.shift, method, flags, packed, size, crc

    def _wide(self, values: tuple[int, int, int], extra: bytes) -> Iterator[int]:
        """Unpacked size, packed size and offset, those of ffffffff from the zip64 field."""
        wide = b""
        while len(extra) >= 4:
            kind, size = struct.unpack_from("<2H", extra)
            if kind == _ZIP64_FIELD:
                wide = extra[4 : 4 + size]
                break
            extra = extra[4 + size :]
        for value in values:
            if value == _IN_EXTRA:
                if len(wide) < 8:
                    raise self._bad("zip64 extra field", "8 bytes a number", f"{len(wide)}")
                value, wide = int.from_bytes(wide[:8], "little"), wide[8:]
            yield value

    def _bad(self, field: str, expected: str, found: str) -> FormatError:
        return FormatError(self.archive, 0, f"zip directory: {field}", expected, found)


_NAME_BYTES = struct.Struct("<H")
_SIZE_BYTES = struct.Struct("<I")


def read_directory(archive: str, buffer: memoryview) -> Directory:
    """Find an archive's directory and every file's entry in it.

    Every entry is looked at: its mark, the version it needs, that it ends inside the directory,
    and that its name decodes.

    Args:
        archive: the archive's name for messages.
        buffer: the mapped archive.

    Raises:
        FormatError: there is no directory, or it is damaged.
    """
    label = printable(archive)
    start, end, entries, modulus, shift = _bounds(label, buffer)
    found = Directory(label, buffer, shift, np.empty(0, np.uint64))
    places = array("Q")
    at, seen = start, 0
    while at < end:
        if end - at < _ENTRY.size:
            raise found._bad("entry", f"{_ENTRY.size} bytes", f"{end - at}")
        entry = _ENTRY.unpack_from(buffer, at)
        if entry[0] != _ENTRY_MARK:
            raise found._bad("entry", "PK 01 02", entry[0].hex(" "))
        if entry[1] > _VERSION_LIMIT:
            raise found._bad("version needed", f"at most {_VERSION_LIMIT}", str(entry[1]))
        name_bytes = entry[7]
        after = at + _ENTRY.size + name_bytes + entry[8] + entry[9]
        if after > end:
            raise found._bad("entry", f"{after - at} bytes", f"{end - at}")
        name = bytes(buffer[at + _ENTRY.size : at + _ENTRY.size + name_bytes])
        if not name.isascii():
            try:
                _decoded(name, entry[2])
            except UnicodeDecodeError as error:
                raise found._bad("name", "UTF-8", printable(repr(name[:40]))) from error
        if not name.endswith(b"/"):
            places.append(at)
        at, seen = after, seen + 1
    if seen % modulus != entries:
        raise found._bad("number of entries", f"{entries:,}", f"{seen:,}")
    found.places = np.frombuffer(places, np.uint64) if places else found.places
    return found


def _bounds(label: str, buffer: memoryview) -> tuple[int, int, int, int, int]:
    """Where the directory begins and ends, its number of entries, modulo what, and the shift."""

    def bad(field: str, expected: str, found: str) -> FormatError:
        return FormatError(label, 0, "zip directory", f"{expected} ({field})", found)

    size = len(buffer)
    end = size - _END.size
    plain = end >= 0 and buffer[end : end + 4] == _END_MARK and bytes(buffer[-2:]) == b"\0\0"
    if not plain:
        first = max(size - _COMMENT_LIMIT - _END.size, 0)
        tail = bytes(buffer[first:])
        at = tail.rfind(_END_MARK)
        if at < 0 or len(tail) - at < _END.size:
            looks = sniff(bytes(buffer[:HEAD_BYTES]))
            cut = "the beginning of one: its end is missing; get it again"
            found = "no end record: a cut file, or another kind" if looks is None else looks
            raise bad("its end record", "a zip archive", cut if looks == "zip archive" else found)
        end = first + at
    record = _END.unpack_from(buffer, end)
    entries, length, offset = int(record[4]), int(record[5]), int(record[6])
    modulus = 1 << 16  # programs without zip64 write what fits
    directory_end = end
    locator = end - _LOCATOR.size
    if locator >= 0 and buffer[locator : locator + 4] == _LOCATOR_MARK:
        _, disk, _, disks = _LOCATOR.unpack_from(buffer, locator)
        if disk or disks > 1:
            raise bad("zip64 locator", "an archive of one piece", f"{disks} pieces")
        wide = locator - _END64.size
        if wide >= 0 and buffer[wide : wide + 4] == _END64_MARK:
            numbers = _END64.unpack_from(buffer, wide)
            entries, length, offset = int(numbers[7]), int(numbers[8]), int(numbers[9])
            directory_end, modulus = wide, 1 << 64
    start = directory_end - length
    shift = start - offset
    if start < 0 or shift < 0:
        found = f"{length:,} bytes from {offset:,}, in an archive of {size:,}"
        raise bad("its bounds", "a directory inside the file", found)
    return start, directory_end, entries, modulus, shift


def sorted_entries(directory: Directory) -> Places:
    """The places of all entries, sorted by the raw bytes of their names.

    Columns of 8 bytes are sorted from the last to the first, each with the names that reach so
    far, so that time and memory follow from the bytes of all names and not from the longest.
    """
    places = directory.places
    if _ascending(directory):
        return places
    data = np.frombuffer(directory.buffer, np.uint8)
    at = places.astype(np.int64) + _ENTRY.size
    lengths = data[at - 18].astype(np.int64) | data[at - 17].astype(np.int64) << 8
    by_length = np.argsort(lengths, kind="stable")
    sorted_lengths = lengths[by_length]
    order = np.empty(0, np.int64)
    top = len(by_length)
    for column in range(int(sorted_lengths[-1] - 1) // _COLUMN, -1, -1) if top else ():
        start = int(np.searchsorted(sorted_lengths, column * _COLUMN, side="right"))
        order = np.concatenate([by_length[start:top], order])
        top = start
        keys = np.zeros(len(order), np.uint64)
        for byte in range(column * _COLUMN, (column + 1) * _COLUMN):
            inside = byte < lengths[order]
            values = data[np.where(inside, at[order] + byte, 0)].astype(np.uint64)
            keys = keys << np.uint64(8) | np.where(inside, values, np.uint64(0))
        order = order[np.argsort(keys, kind="stable")]
    sorted_places: npt.NDArray[np.uint64] = places[np.concatenate([by_length[:top], order])]
    return sorted_places


def _ascending(directory: Directory) -> bool:
    before = b""
    for name in directory.names(directory.places):
        if name < before:
            return False
        before = name
    return True


def _decoded(name: bytes, flags: int) -> str:
    return name.decode("utf-8" if flags & _UTF8 else "cp437")
