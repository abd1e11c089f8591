"""What a collector looks at: the files of one folder, on disk, in a zip or in a tar alike."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath

from penline.errors import FormatError
from penline.formats import READERS, kind_of
from penline.formats.tarred import TarMember, is_packed, walk
from penline.formats.zipped import Members
from penline.sources.names import PICTURES, hidden, is_picture
from penline.sources.unit import Place
from penline.words import printable

__all__ = [
    "DiskListing",
    "Listing",
    "Root",
    "TarListing",
    "ZipListing",
    "tar_listings",
    "zip_listings",
]

_TOGETHER = 1024
"""So many members of a plain tar are looked at together at most."""


@dataclass(slots=True, eq=False)
class Root:
    """What holds all listings of one folder that was named, or of one archive.

    Attributes:
        path: the folder, or the archive.
        known: a collector found something of its own there.
    """

    path: Path
    known: bool = False


class Listing:
    """Names the files of one folder, and finds what is known of each without opening it.

    A folder of an archive may come in several listings, one after the other.

    Attributes:
        path: the folder on disk, or the archive.
        prefix: what stands before a file's own name in the archive, ``"folder/"``; ``""`` on disk.
        begin: what stands before a file's own name in its label, ``"a.zip::folder/"``.
        inside: the folder's path as a publisher's patterns see it: ``/`` between names, and an
            archive taken for a folder.
        names: the files' own names, in the order in which they are read; no hidden ones.
        entries: of a zip: listed name -> place of its entry in the zip's directory.
        shift: bytes before the zip itself.
        root: what holds this listing and others.
    """

    def __init__(
        self, path: Path, prefix: str, inside: str, names: list[str], root: Root | None = None
    ) -> None:
        self.path = path
        self.root = Root(path) if root is None else root
        self.prefix = prefix
        self.begin = printable(f"{path}::{prefix}")
        self.inside = inside
        self.names = names
        self.entries: dict[str, int] = {}
        self.shift = 0

    @functools.cached_property
    def kinds(self) -> dict[str, str]:
        """From a name to its kind, of those that `kind_of` knows: found once for all collectors."""
        if self.pictures_alone and not any(ending[1:] in READERS for ending in PICTURES):
            return {}
        return {name: kind for name in self.names if (kind := kind_of(name)) is not None}

    @functools.cached_property
    def pictures_alone(self) -> bool:
        """Whether all files are pictures by their names, and none is of a tar."""
        return all(map(is_picture, self.names))

    @property
    def below(self) -> str:
        """What stands before a file's own name within the root: ``"folder/"``, or ``""``."""
        return self.prefix

    def only(self, names: list[str]) -> Listing:
        """Return a listing of some of the files."""
        found: Listing = object.__new__(type(self))
        found.__dict__.update(self.__dict__, names=names)
        return found

    def label(self, name: str) -> str:
        """Name a file for messages: ``archive.zip::folder/name``, or its path."""
        return self.begin + printable(name)

    def place(self, name: str) -> Place:
        """Return where the bytes of a listed file lie."""
        raise NotImplementedError

    def size_bytes(self, name: str) -> int:
        """Return the size of a listed file, unpacked."""
        raise NotImplementedError

    def find(self, name: str) -> Place | None:
        """Find a file that lies in the same folder, listed or not; None where there is none."""
        raise NotImplementedError

    def fault(self, name: str) -> FormatError | None:  # noqa: ARG002
        """Say why a listed file cannot be read at all, where that is known; None for others."""
        return None


class DiskListing(Listing):
    """Names files of a folder on disk."""

    def __init__(self, path: Path, names: list[str], root: Root | None = None) -> None:
        whole = os.path.abspath(path)  # noqa: PTH100  # no link is followed
        super().__init__(path, "", whole.replace(os.sep, "/"), names, root)
        self.begin = printable(str(path / "_"))[:-1]

    @property
    def below(self) -> str:
        """What stands before a file's own name within the root."""
        here = self.path.relative_to(self.root.path).as_posix()
        return "" if here == "." else f"{here}/"

    def place(self, name: str) -> Place:
        """Return where a file lies."""
        return Place(self.path / name)

    def size_bytes(self, name: str) -> int:
        """Return a file's size; 0 where it cannot be told."""
        try:  # a path object costs more than the call
            return os.stat(os.path.join(self.path, name)).st_size  # noqa: PTH116, PTH118
        except OSError:
            return 0

    def find(self, name: str) -> Place | None:
        """Find a file in the folder."""
        found = self.path / name
        return Place(found) if found.is_file() else None


class ZipListing(Listing):
    """Names files of one folder in a zip."""

    def __init__(
        self, path: Path, prefix: str, entries: dict[str, int], every: Members, root: Root
    ) -> None:
        super().__init__(path, prefix, _inside(path.stem, prefix), list(entries), root)
        self.entries = entries
        self.shift = every.directory.shift
        self._every = every

    def place(self, name: str) -> Place:
        """Return the member of a name."""
        return Place(self.path, self._every.at(self.entries[name]))

    def size_bytes(self, name: str) -> int:
        """Return a member's size, unpacked."""
        return self._every.directory.size_bytes(self.entries[name])

    def find(self, name: str) -> Place | None:
        """Find a member of the same folder."""
        found = self._every.find(f"{self.prefix}{name}")
        return Place(self.path, found) if found else None


def zip_listings(path: Path, every: Members) -> Iterator[ZipListing]:
    """Yield the folders of a zip, in the order of their files' names."""
    root = Root(path)
    for prefix, run in groupby(every.listed(), itemgetter(0)):
        if not hidden(prefix):
            entries = {name: entry for _, name, entry in run if name[:1] != "."}
            yield ZipListing(path, prefix, entries, every, root)


class TarListing(Listing):
    """Names files of one folder in a tar; links and devices are named, too, and have a fault.

    Attributes:
        packed: the archive is packed as a whole: it is read forwards, and a listing names one file.
    """

    pictures_alone = False

    def __init__(
        self,
        path: Path,
        prefix: str,
        found: dict[str, TarMember],
        every: Callable[[], dict[str, TarMember]],
        root: Root,
    ) -> None:
        inside = _inside(path.name.partition(".")[0], prefix)
        super().__init__(path, prefix, inside, list(found), root)
        self.packed = is_packed(path.name)
        self._found = found
        self._every = every

    def place(self, name: str) -> Place:
        """Return the member of a name."""
        return Place(self.path, self._found[name])

    def size_bytes(self, name: str) -> int:
        """Return a member's size."""
        return self._found[name].size_bytes

    def find(self, name: str) -> Place | None:
        """Find a member of the same folder; the first time the archive is gone through for it."""
        found = self._every().get(str(PurePosixPath(f"{self.prefix}{name}")))
        return Place(self.path, found) if found else None

    def fault(self, name: str) -> FormatError | None:
        """Say what a member is that is no file."""
        member = self._found[name]
        expected = "a file; unpack the archive, and read the folder"
        if not member.other:
            return None
        return FormatError(member.label, member.offset, "member", expected, member.other)


def tar_listings(path: Path) -> Iterator[TarListing | FormatError]:
    """Yield the files of a tar in its order, those of a folder that follow one another together.

    A packed archive is read on only when the next file is asked for. Damage to the archive comes
    last, after what stands before it.

    Raises:
        UsageError: the archive cannot be opened.
    """

    @functools.cache
    def every() -> dict[str, TarMember]:
        found = {}
        try:
            for member in walk(path):
                if not member.other:
                    found[str(PurePosixPath(member.name))] = member
        except FormatError:
            pass  # said when the members' own turn comes
        return found

    root = Root(path)
    most = 1 if is_packed(path.name) else _TOGETHER
    found: dict[str, TarMember] = {}
    before, fault = "", None
    try:
        for member in walk(path):
            folder, slash, name = member.name.rpartition("/")
            if hidden(member.name):
                continue
            if found and folder + slash != before:
                yield TarListing(path, before, found, every, root)
                found = {}
            before = folder + slash
            found[name] = member
            if len(found) == most:
                yield TarListing(path, before, found, every, root)
                found = {}
    except FormatError as error:
        fault = error
    if found:
        yield TarListing(path, before, found, every, root)
    if fault is not None:
        yield fault


def _inside(stem: str, prefix: str) -> str:
    return f"{stem}/{prefix}".rstrip("/")
