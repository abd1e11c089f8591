"""The picture files of one folder tree or one archive: kept by their names, read in their order.

A name costs its own bytes and no more, so that a million of them fit into some ten megabytes.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.tarred import TarMember, walk
from penline.formats.zipped import Archive
from penline.sources.listing import Listing, TarListing, ZipListing
from penline.sources.pictures.decode import BYTES_LIMIT, PictureBytes
from penline.sources.pictures.planes import Picture
from penline.words import printable

__all__ = ["PictureFile", "PictureFiles"]

_ONE = 1 << 32
_GOLDEN = 2_654_435_769
_DISK, _ZIP, _TAR = "disk", "zip", "tar"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_RDONLY | _NO_LINK | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class PictureFile(NamedTuple):
    """One picture file.

    Attributes:
        number: its place among all, from 0.
        name: its path under the root, ``/`` between names.
        label: its name for messages.
        read: gives its bytes, or raises `FormatError`.
    """

    number: int
    name: str
    label: str
    read: Callable[[], bytes]

    def opened(self) -> PictureBytes | FormatError:
        """Read the file, or return what keeps it from being read."""
        try:
            return PictureBytes(self.read(), self.label)
        except FormatError as error:
            return error

    def __call__(self) -> Picture | FormatError:
        """Decode the file, or return what is wrong with it."""
        opened = self.opened()
        return opened() if isinstance(opened, PictureBytes) else opened


@dataclass(slots=True)
class _FileGroup:
    """Files of one listing."""

    folder: str
    prefix: str
    begin: str
    names: bytes
    count: int
    places: npt.NDArray[np.int64] | None = None
    shift: int = 0

    def each(self) -> Iterator[str]:
        """The files' own names."""
        return iter(os.fsdecode(self.names).split("\0"))


@dataclass(slots=True)
class PictureFiles:
    """Collects files from listings, and gives them back.

    Attributes:
        root: the folder or archive that holds all.
        count: how many there are.
        size_bytes: of those whose size costs nothing to know: in archives.
    """

    root: Path
    count: int = 0
    size_bytes: int = 0
    _kind: str = _DISK
    _groups: list[_FileGroup] = field(default_factory=list)

    def take(self, listing: Listing, names: Sequence[str]) -> None:
        """Take some files of a listing."""
        joined = os.fsencode("\0".join(names))
        prefix, places = listing.prefix, None
        if isinstance(listing, ZipListing):
            self._kind = _ZIP
            places = np.array([listing.entries[name] for name in names], np.int64)
        elif isinstance(listing, TarListing):
            self._kind = _TAR
        else:
            below = os.path.relpath(listing.path, self.root).replace(os.sep, "/")
            prefix = "" if below == "." else f"{below}/"
        if self._kind != _DISK:
            self.size_bytes += sum(map(listing.size_bytes, names))
        folder = str(listing.path)
        group = _FileGroup(folder, prefix, listing.begin, joined, len(names), places, listing.shift)
        self._groups.append(group)
        self.count += len(names)

    def names(self) -> Iterator[str]:
        """Yield the files' paths under the root, in order."""
        for group in self._groups:
            for name in group.each():
                yield group.prefix + name

    def folders(self) -> Iterator[str]:
        """Yield the paths of the folders that hold them, with a ``/``; some more than once."""
        return (group.prefix for group in self._groups)

    def starts(self) -> Iterator[int]:
        """Yield the number of the first file of each folder."""
        return itertools.accumulate((group.count for group in self._groups[:-1]), initial=0)

    def spread(self, most: int) -> list[int]:
        """Choose numbers of up to so many files, from all over, and in step with no numbering.

        One file is taken of each of `most` stretches, its place in them by the golden ratio.
        """
        if self.count <= most:
            return list(range(self.count))
        ends = [at * self.count // most for at in range(most + 1)]
        return [
            start + (at * _GOLDEN % _ONE) * (end - start) // _ONE
            for at, (start, end) in enumerate(itertools.pairwise(ends))
        ]

    def each(self, wanted: Sequence[int] | None = None) -> Iterator[PictureFile]:
        """Yield the files in order.

        Args:
            wanted: ascending numbers of those to give; None for all.

        Raises:
            UsageError: an archive cannot be opened any more.
        """
        found = {_DISK: self._on_disk, _ZIP: self._in_zip, _TAR: self._in_tar}[self._kind]
        return found(range(self.count) if wanted is None else frozenset(wanted))

    def _on_disk(self, chosen: Container[int]) -> Iterator[PictureFile]:
        number = 0
        root = os.path.realpath(self.root)
        for group in self._groups:
            folder = os.path.join(group.folder, "")  # noqa: PTH118
            for name in group.each():
                if number in chosen:
                    label = group.begin + printable(name)
                    read = _DiskBytes(folder + name, label, root)
                    yield PictureFile(number, group.prefix + name, label, read)
                number += 1

    def _in_zip(self, chosen: Container[int]) -> Iterator[PictureFile]:
        archive = Archive(self.root)
        number = 0
        for group in self._groups:
            places = () if group.places is None else group.places.tolist()
            for name, place in zip(group.each(), places, strict=True):
                if number in chosen:
                    label = group.begin + printable(name)
                    read = _ZipBytes(archive, place, group.shift)
                    yield PictureFile(number, group.prefix + name, label, read)
                number += 1

    def _in_tar(self, chosen: Container[int]) -> Iterator[PictureFile]:
        """The members in the archive's order, each read when its turn comes: a packed tar is
        unpacked once."""
        names = self.names()
        wanted, number = next(names, None), 0
        for member in walk(self.root):
            if wanted is None:
                return
            if member.name != wanted:
                continue
            if number in chosen:
                content: bytes | FormatError
                try:
                    content = _member_bytes(member)
                except FormatError as error:
                    content = error
                yield PictureFile(number, wanted, member.label, _TarBytes(content))
            wanted, number = next(names, None), number + 1


@dataclass(slots=True)
class _DiskBytes:
    """Reads a file of a folder; a link only where it does not lead out of the root."""

    path: str
    label: str
    root: str

    def __call__(self) -> bytes:
        try:
            if not _NO_LINK and Path(self.path).is_symlink():
                return self._linked()
            try:
                descriptor = os.open(self.path, _FLAGS)
            except OSError as error:
                if error.errno != errno.ELOOP:
                    raise
                return self._linked()
            return self._content(descriptor)
        except FormatError:
            raise
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            found = f"cannot be opened: {reason}"
            raise FormatError(self.label, 0, "file", "a file", found) from error

    def _linked(self) -> bytes:
        path = os.path.realpath(self.path)
        if os.path.commonpath([path, self.root]) != self.root:
            raise FormatError(self.label, 0, "file", "a file of the folder", "a link out of it")
        return self._content(os.open(path, _FLAGS))

    def _content(self, descriptor: int) -> bytes:
        try:  # a file object costs more than the calls
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise FormatError(self.label, 0, "file", "a file", "something else")
            if facts.st_size > BYTES_LIMIT:
                found = f"{facts.st_size:,}"
                raise FormatError(self.label, 0, "size", f"at most {BYTES_LIMIT:,} bytes", found)
            content = os.read(descriptor, facts.st_size)
            while len(content) < facts.st_size and (more := os.read(descriptor, facts.st_size)):
                content += more
            return content
        finally:
            os.close(descriptor)


@dataclass(slots=True)
class _ZipBytes:
    """Reads a member of a zip."""

    archive: Archive
    place: int
    shift: int

    def __call__(self) -> bytes:
        return self.archive.content(self.archive.member(self.place, self.shift), BYTES_LIMIT)


@dataclass(slots=True)
class _TarBytes:
    """Gives what was read before."""

    content: bytes | FormatError

    def __call__(self) -> bytes:
        if isinstance(self.content, FormatError):
            raise self.content
        return self.content


def _member_bytes(member: TarMember) -> bytes:
    if member.other:
        raise FormatError(member.label, member.offset, "member", "a file", member.other)
    if member.size_bytes > BYTES_LIMIT:
        found = f"{member.size_bytes:,}"
        raise FormatError(member.label, 0, "size", f"at most {BYTES_LIMIT:,} bytes", found)
    with member.open() as stream:
        buffer, at = stream.read_exact(0, member.size_bytes, "content")
        return bytes(buffer[at : at + member.size_bytes])
