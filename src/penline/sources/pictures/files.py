"""The picture files of one folder tree or one archive: kept by their names, read in their order.

A name costs its own bytes and no more, so that a million of them fit into some ten megabytes.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
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
from penline.sources.pictures.texts import TEXT_LIMIT, TEXTS, stems
from penline.words import printable

__all__ = ["BesideText", "PictureFile", "PictureFiles"]

_NO_TEXTS: Mapping[str, str] = {}
_ONE = 1 << 32
_GOLDEN = 2_654_435_769
_DISK, _ZIP, _TAR = "disk", "zip", "tar"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_RDONLY | _NO_LINK | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class BesideText(NamedTuple):
    """The text beside a picture.

    Attributes:
        label: its name for messages.
        read: gives its bytes, or raises `FormatError`; not more than a label may have.
    """

    label: str
    read: Callable[[], bytes]


class PictureFile(NamedTuple):
    """One picture file.

    Attributes:
        number: its place among all, from 0.
        name: its path under the root, ``/`` between names.
        label: its name for messages.
        read: gives its bytes, or raises `FormatError`.
        text: the text beside it; None where there is none.
    """

    number: int
    name: str
    label: str
    read: Callable[[], bytes]
    text: BesideText | None = None

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
    texts: bytes = b""
    text_places: npt.NDArray[np.int64] | None = None

    def each(self) -> Iterator[str]:
        """The files' own names."""
        return iter(os.fsdecode(self.names).split("\0"))

    def each_text(self) -> Iterator[str]:
        """The names of the texts beside them; "" where there is none."""
        return iter(os.fsdecode(self.texts).split("\0") if self.texts else [""] * self.count)


@dataclass(slots=True)
class PictureFiles:
    """Collects files from listings, and gives them back.

    Attributes:
        root: the folder or archive that holds all.
        count: how many there are.
        size_bytes: of those whose size costs nothing to know: in archives.
        text_count: how many have a text beside them; of a tar, how many texts it has.
    """

    root: Path
    count: int = 0
    size_bytes: int = 0
    text_count: int = 0
    _kind: str = _DISK
    _groups: list[_FileGroup] = field(default_factory=list)

    def take(
        self, listing: Listing, names: Sequence[str], texts: Mapping[str, str] = _NO_TEXTS
    ) -> None:
        """Take some files of a listing, and the texts beside them: by picture, of no tar."""
        joined = os.fsencode("\0".join(names))
        prefix, places, text_places = listing.prefix, None, None
        if isinstance(listing, ZipListing):
            self._kind = _ZIP
            places = np.array([listing.entries[name] for name in names], np.int64)
            beside = [listing.entries[texts[name]] if name in texts else -1 for name in names]
            text_places = np.array(beside, np.int64) if texts else None
        elif isinstance(listing, TarListing):
            self._kind = _TAR
        else:
            below = os.path.relpath(listing.path, self.root).replace(os.sep, "/")
            prefix = "" if below == "." else f"{below}/"
        if self._kind != _DISK:
            self.size_bytes += sum(map(listing.size_bytes, names))
        folder = str(listing.path)
        group = _FileGroup(folder, prefix, listing.begin, joined, len(names), places, listing.shift)
        if texts:
            group.texts = os.fsencode("\0".join(texts.get(name, "") for name in names))
            group.text_places = text_places
            self.text_count += len(texts)
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
            for name, text in zip(group.each(), group.each_text(), strict=True):
                if number in chosen:
                    label = group.begin + printable(name)
                    read = _DiskBytes(folder + name, label, root)
                    beside = group.begin + printable(text)
                    told = _DiskBytes(folder + text, beside, root, TEXT_LIMIT)
                    found = BesideText(beside, told) if text else None
                    yield PictureFile(number, group.prefix + name, label, read, found)
                number += 1

    def _in_zip(self, chosen: Container[int]) -> Iterator[PictureFile]:
        archive = Archive(self.root)
        number = 0
        for group in self._groups:
            places = () if group.places is None else group.places.tolist()
            at_text = [-1] * group.count if group.text_places is None else group.text_places
            each = zip(group.each(), places, group.each_text(), at_text, strict=True)
            for name, place, text, text_place in each:
                if number in chosen:
                    label = group.begin + printable(name)
                    read = _ZipBytes(archive, place, group.shift)
                    told = _ZipBytes(archive, int(text_place), group.shift, TEXT_LIMIT)
                    found = BesideText(group.begin + printable(text), told) if text else None
                    yield PictureFile(number, group.prefix + name, label, read, found)
                number += 1

    def _in_tar(self, chosen: Container[int]) -> Iterator[PictureFile]:
        """The members in the archive's order, each read when its turn comes: a packed tar is
        unpacked once."""
        names, texts = self.names(), self._texts_in_tar() if self.text_count else {}
        wanted, number = next(names, None), 0
        for member in walk(self.root):
            if wanted is None:
                return
            if member.name != wanted:
                continue
            if number in chosen:
                content = _TarBytes.of(member, BYTES_LIMIT)
                beside = (stem + ending for ending in TEXTS for stem in stems(wanted))
                found = next((texts[text] for text in beside if text in texts), None)
                yield PictureFile(number, wanted, member.label, content, found)
            wanted, number = next(names, None), number + 1

    def without_text(self) -> int:
        """Count the pictures that have no text beside them."""
        if self._kind != _TAR:
            return self.count - self.text_count
        return sum(file.text is None for file in self.each())

    def _texts_in_tar(self) -> dict[str, BesideText]:
        """All texts of a tar, which may stand before or after their pictures; they are short."""
        found: dict[str, BesideText] = {}
        for member in walk(self.root):
            if member.name.endswith(TEXTS):
                content = _TarBytes.of(member, TEXT_LIMIT)
                found[member.name] = BesideText(member.label, content)
        return found


@dataclass(slots=True)
class _DiskBytes:
    """Reads a file of a folder; a link only where it does not lead out of the root."""

    path: str
    label: str
    root: str
    most: int = BYTES_LIMIT

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
            if facts.st_size > self.most:
                found = f"{facts.st_size:,}"
                raise FormatError(self.label, 0, "size", f"at most {self.most:,} bytes", found)
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
    most: int = BYTES_LIMIT

    def __call__(self) -> bytes:
        return self.archive.content(self.archive.member(self.place, self.shift), self.most)


@dataclass(slots=True)
class _TarBytes:
    """Gives what was read before."""

    content: bytes | FormatError

    @classmethod
    def of(cls, member: TarMember, most: int) -> _TarBytes:
        """Read a member, or keep why it cannot be read."""
        try:
            return cls(_member_bytes(member, most))
        except FormatError as error:
            return cls(error)

    def __call__(self) -> bytes:
        if isinstance(self.content, FormatError):
            raise self.content
        return self.content


def _member_bytes(member: TarMember, most: int) -> bytes:
    if member.other:
        raise FormatError(member.label, member.offset, "member", "a file", member.other)
    if member.size_bytes > most:
        found = f"{member.size_bytes:,}"
        raise FormatError(member.label, 0, "size", f"at most {most:,} bytes", found)
    with member.open() as stream:
        buffer, at = stream.read_exact(0, member.size_bytes, "content")
        return bytes(buffer[at : at + member.size_bytes])
