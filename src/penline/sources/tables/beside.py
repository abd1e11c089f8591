"""The files beside a table: found by the names that the table has, and never outside its folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from penline.errors import FormatError, UsageError
from penline.formats.tarred import TarMember, is_tar, walk
from penline.formats.zipped import Archive, Member, Members, members
from penline.sources.listing import DiskListing, Listing
from penline.sources.names import hidden
from penline.sources.pictures.decode import BYTES_LIMIT
from penline.sources.unit import Place
from penline.words import printable

__all__ = ["Beside", "SiblingFiles", "is_made", "safe_name", "unpack_first"]


def safe_name(name: str) -> str | None:
    """Return a relative name with ``/`` between its parts; None where it leads out of its folder.

    >>> [safe_name(name) for name in ("a\\\\b/./c.png", "../a.png", "/etc/passwd", "C:/x")]
    ['a/b/c.png', None, None, None]
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or name[0] in "/\\" or ".." in parts or "\0" in name or ":" in parts[0]:
        return None
    return "/".join(parts)


_MADE = ("report.json", "bank.json")


def is_made(listing: Listing) -> bool:
    """Tell whether a listing is of a data set or bank that penline made: it is no archive."""
    if not isinstance(listing, DiskListing):
        return False
    above = [one for one in listing.path.parents if one.is_relative_to(listing.root.path)]
    return any((one / name).is_file() for one in (listing.path, *above) for name in _MADE)


def unpack_first(label: str) -> FormatError:
    """Make the error for what names files of a tar that is packed as a whole."""
    expected = "a folder, a zip or a plain tar; unpack the archive first"
    return FormatError(label, 0, "file", expected, "a list of files in a packed tar")


def _members(path: Path) -> Iterator[TarMember]:
    """The files of a tar, as far as it is sound: damage is told by whoever reads it."""
    try:
        yield from (member for member in walk(path) if not member.other)
    except FormatError:
        return


@dataclass(frozen=True, slots=True)
class Beside:
    """Where a table lies: a folder on disk, or one in a zip or a tar. Can be pickled.

    Attributes:
        path: the folder, or the archive.
        prefix: of an archive, what stands before the names in it; "" on disk.
        packed: the path is an archive.
    """

    path: Path
    prefix: str = ""
    packed: bool = False

    @classmethod
    def of(cls, listing: Listing) -> Beside:
        """Return the place of a listing."""
        return cls(listing.path, listing.prefix, not isinstance(listing, DiskListing))

    def below(self) -> Iterator[str]:
        """Yield the names of all files in the folder and below it, hidden ones left out."""
        if not self.packed:
            for here, folders, files in os.walk(self.path):
                folders[:] = sorted(name for name in folders if not hidden(name))
                at = Path(here).relative_to(self.path).as_posix()
                before = "" if at == "." else f"{at}/"
                yield from (before + name for name in sorted(files) if not hidden(name))
            return
        names: Iterable[str]
        if is_tar(self.path.name):
            names = (member.name for member in _members(self.path))
        else:
            names = (folder + own for folder, own, _ in members(self.path).listed())
        for name in names:
            if name.startswith(self.prefix) and not hidden(name) and name[-1:] != "/":
                yield name[len(self.prefix) :]

    def open(self) -> SiblingFiles:
        """Open the folder for looking up names."""
        return SiblingFiles(self)


class SiblingFiles:
    """Finds files of one folder by the names that a table has for them.

    Args:
        place: which.
    """

    def __init__(self, place: Beside) -> None:
        self._place = place
        self._root = None if place.packed else place.path.resolve()
        self._zip: Members | None = None
        self._archive: Archive | None = None
        self._tar: dict[str, TarMember] = {}
        if place.packed and is_tar(place.path.name):
            self._tar = {str(PurePosixPath(one.name)): one for one in _members(place.path)}
        elif place.packed:
            self._zip, self._archive = members(place.path), Archive(place.path)

    def find(self, name: str) -> Place | None:
        """Return where a file of a name lies; None where there is none, or outside the folder."""
        safe = safe_name(name)
        return None if safe is None else self._find(safe)

    def _find(self, safe: str) -> Place | None:
        if self._root is not None:
            path = self._place.path / safe
            try:
                inside = path.resolve().is_relative_to(self._root) and path.is_file()
            except (OSError, ValueError, RuntimeError):
                return None
            return Place(path) if inside else None
        full = self._place.prefix + safe
        if self._zip is not None:
            member = self._zip.find(full)
            return Place(self._place.path, member) if member else None
        found = self._tar.get(str(PurePosixPath(full)))
        return Place(self._place.path, found) if found else None

    def content(self, name: str, file: str, offset: int) -> bytes:
        """Return a file's bytes.

        Args:
            name: its name, as the table has it.
            file: the table, for messages.
            offset: where in the table the name stands.

        Raises:
            FormatError: there is no such file beside the table, or it cannot be read.
        """
        safe = safe_name(name)
        if safe is None:
            expected = "the name of a file in the folder of the list, or below it"
            raise FormatError(file, offset, "file", expected, printable(name[:120]))
        place = self._find(safe)
        if place is None:
            expected = "a file beside the list"
            raise FormatError(file, offset, "file", expected, printable(name[:120]))
        try:
            if self._archive is not None and isinstance(place.member, Member):
                return self._archive.content(place.member, BYTES_LIMIT)
            with place.open() as stream:
                content = stream.read_whole(BYTES_LIMIT, "size")
                stream.finish()
        except UsageError as error:
            found = printable(str(error))
            raise FormatError(file, offset, "file", "a file that can be read", found) from error
        return content
