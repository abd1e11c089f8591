"""From what the user names (files, folders, zip and tar archives) to units of records."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, TypeAlias, overload

from penline.errors import FormatError, UsageError
from penline.export.run import CARD, CROISSANT, RECORDS, REPORT
from penline.formats import known_extensions, reader_for
from penline.formats.byte_source import StreamedBytes
from penline.formats.idx import unpacked
from penline.formats.tarred import is_tar
from penline.formats.zipped import Members, members
from penline.records import Defect, LeftOut, Record
from penline.sources import collectors, identify
from penline.sources.containers import (
    MAGIC_BYTES,
    NOT_READ,
    not_read,
    refuse_archive,
    refuse_by_magic,
    what_to_do,
)
from penline.sources.listing import DiskListing, Listing, Root, tar_listings, zip_listings
from penline.sources.names import hidden
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.understood import PAGE
from penline.sources.unit import FileUnit, Place, Unit
from penline.sources.unread import first_unread, unread_words
from penline.words import counted, printable

__all__ = ["AnyPath", "given_names", "open_sources", "read"]

AnyPath: TypeAlias = str | os.PathLike[str]

_ZIP = ".zip"
_HOLDERS = (_ZIP, ".tar")
_ENDINGS = frozenset(("zip", "tar", "tgz", "tbz", "tbz2", "txz", "gz", "bz2", "xz", *NOT_READ))
_PARTS = ("train", "test")
_SHOWN = 3
_MADE = {"bank.json": "a bank", "report.json": "a finished data set"}
"""By the file that marks them: folders that penline made, and does not read as archives."""
_OPTIONS = {
    "columns": "--columns is for tables and lists",
    "labels": "--labels is for pictures whose names tell their labels",
    "classes": "--classes is for pictures, tables and lists",
    "character": "--character is for pictures and for tables of pixels",
    "many": "--many and --one are for pictures",
    "images": "--images is for pages in PAGE XML or ALTO",
    "texts": "--texts is for pictures of lines, as penline convert takes them, and their texts",
    "keep_odd": "--keep-odd is for pictures, tables and lists",
}
"""Options of reading, and what heeds them: where nothing does, they are refused."""
Found: TypeAlias = Iterator[Unit | FormatError]
"""Units, and what is wrong with what holds them."""


def open_sources(
    paths: AnyPath | Iterable[AnyPath],
    *,
    part: str | None = None,
    reading: Reading = NOTHING_SAID,
    on_fault: Callable[[FormatError], None] | None = None,
) -> Iterator[Unit]:
    """Yield the units of records in files, folders, zip and tar archives, in a fixed order.

    A folder is walked in sorted order: files that a collector claims, zip and tar archives; hidden
    ones and links to folders are left out. A zip is read in place, its members sorted by name; a
    tar in its own order, and unpacked once where each file is read before the next one is asked
    for (a list of a packed tar's files unpacks it once more). What tells more together than alone,
    as the trees of SD19 and a collection of pictures, comes last. Nothing is opened but directories
    of archives, and of such a collection some pictures, by which it is understood.

    What cannot be read, but has a name that says what it is, comes as a unit with a fault, so
    that nobody is silent about it: reading it raises, `salvage` gives a defect. Such are an ALZ,
    EGG, RAR or 7Z archive in a folder, pictures of SD19 in a tar, and the rest of a tar that is
    damaged, after what comes before the damage.

    Args:
        paths: one path or several.
        part: ``"train"`` or ``"test"``, instead of what the names say.
        reading: what the user says of pictures whose names do not tell it.
        on_fault: told of what would raise `FormatError`; the search goes on.

    Raises:
        UsageError: a path that does not exist, a part that is neither, characters of a card whose
            files are lines; at once.
        FormatError: a file of an unknown name, a folder or archive without any known file, an
            archive inside an archive; when its turn comes.
    """
    if part is not None and part not in _PARTS:
        raise UsageError(f"part must be one of {', '.join(_PARTS)}, not {part!r}")
    given = _paths(paths)
    for path in given:
        _stat(path)
    if given and reading.of_lines and reading.take == "characters":
        raise UsageError(
            f"{reading.card}: its card says lines with their text, no single characters; penline "
            "convert takes them (--labels or --character, if you know better)"
        )
    return _units(_Search(part, reading).all(given), on_fault)


def _units(found: Found, on_fault: Callable[[FormatError], None] | None) -> Iterator[Unit]:
    for one in found:
        if not isinstance(one, FormatError):
            yield one
        elif on_fault is None:
            raise one
        else:
            on_fault(one)


def given_names(paths: AnyPath | Iterable[AnyPath]) -> list[str]:
    """Return what the user named, as labels of files begin: for `penline.provenance.Places`."""
    return [printable(str(path)) for path in _paths(paths)]


def _paths(paths: AnyPath | Iterable[AnyPath]) -> list[Path]:
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if "" in given:
        raise UsageError("a path is empty; name a file or folder (this folder is .)")
    return [Path(path) for path in given]


@overload
def read(
    path: AnyPath | BinaryIO, *, salvage: Literal[False] = ..., name: str | None = ...
) -> Iterator[Record]: ...
@overload
def read(
    path: AnyPath | BinaryIO, *, salvage: bool, name: str | None = ...
) -> Iterator[Record | Defect]: ...
def read(
    path: AnyPath | BinaryIO, *, salvage: bool = False, name: str | None = None
) -> Iterator[Record | Defect]:
    """Yield the records of a file, a folder, a zip or tar archive, or an open binary file.

    Args:
        path: what to read. An open file is read forwards from where it stands, never sought,
            and not closed.
        salvage: go on after damage; defects come in place of damaged records.
        name: the file name that tells the format and the writer of an open file, where it has
            none of its own.

    Raises:
        UsageError: the path does not exist.
        FormatError: the bytes are not what their format says (without `salvage`), or the kind of
            the file is not known.
    """
    if not isinstance(path, str | os.PathLike):
        return _read_open(path, salvage, name or str(getattr(path, "name", "open file")))
    units = open_sources(path, reading=Reading(take="either"))
    found = (r for unit in units for r in (unit.salvage() if salvage else unit.read()))
    return (r for r in found if not isinstance(r, LeftOut))


def _read_open(file: BinaryIO, salvage: bool, name: str) -> Iterator[Record | Defect]:
    reader = reader_for(name)
    stream = unpacked(StreamedBytes(name, file), name)
    source = identify(stream.file)
    return reader.salvage(stream, source) if salvage else reader.read(stream, source)


class _Search:
    """Shows collectors one listing after the other, and gives what they claim."""

    def __init__(self, part: str | None, reading: Reading = NOTHING_SAID) -> None:
        self.part = part
        self.reading = reading
        self.collectors = [make(part) for make in collectors()]
        for collector in self.collectors:
            collector.reading = reading
        self.loose: dict[Path, Root] = {}
        self.omitted = 0

    def all(self, paths: Iterable[Path]) -> Found:
        """Yield what is found in all paths together; a unit's note tells what was omitted."""
        for one in self._all(paths):
            if self.omitted and not isinstance(one, FormatError):
                which = ", ".join(self.reading.omit)
                told = f"{counted(self.omitted, 'file')} as {which} left out"
                note = f"{one.note}; {told}" if one.note else told
                one, self.omitted = dataclasses.replace(one, note=note), 0  # type: ignore[type-var]
            yield one

    def wanted(self, inside: str, names: list[str]) -> list[str]:
        """Return the names without those that are to be omitted, which are counted."""
        omit = self.reading.omit
        if not omit:
            return names
        paths = {name: PurePosixPath(f"{inside}/{name}") for name in names}
        kept = [name for name in names if not any(map(paths[name].match, omit))]
        self.omitted += len(names) - len(kept)
        return kept

    def _all(self, paths: Iterable[Path]) -> Found:
        for path in paths:
            yield from self.within(path)
        for collector in self.collectors:
            yield from collector.close()
        heeded = frozenset[str]().union(*(getattr(c, "heeds", ()) for c in self.collectors))
        for option, words in _OPTIONS.items():
            said = getattr(self.reading, option) != getattr(NOTHING_SAID, option)
            if said and option not in heeded:
                raise UsageError(f"{words}; there are none here")

    def within(self, path: Path) -> Found:
        """Yield what is found in one path, and what is wrong with it."""
        walk: Callable[[Path], Found] = self.file
        if path.is_dir():
            walk = self.folder
        elif path.suffix.lower() == _ZIP or is_tar(path.name):
            walk = self.archive
        try:
            yield from walk(path)
        except FormatError as error:
            yield error

    def claimed(self, listing: Listing) -> tuple[dict[str, Unit], list[str], bool]:
        """Ask all collectors: units by name, names that nobody takes, whether more comes later."""
        units: dict[str, Unit] = {}
        later = False
        for collector in self.collectors:
            if not listing.names:
                break
            if listing.pictures_alone and not getattr(collector, "of_pictures", True):
                continue
            claims = collector.claim(listing)
            units |= claims.units
            later |= claims.later
            if not getattr(collector, "guesses", False):
                listing.root.known |= bool(claims.units) or claims.later
            listing = listing.only(claims.left)
        return units, listing.names, later

    def file(self, path: Path) -> Found:
        """Yield what one file is."""
        root = self.loose.setdefault(path.parent, Root(path.parent))
        units, _, later = self.claimed(DiskListing(path.parent, [path.name], root))
        yield from units.values()
        if not (units or later):
            raise _unknown(path)

    def folder(self, folder: Path) -> Found:
        """Yield what lies in a folder and those below it."""
        used, others, unread, root = False, 0, "", Root(folder)
        made: list[tuple[Path, str]] = []
        for here, folders, files in os.walk(folder, onerror=_unreadable):
            folders[:] = sorted(name for name in folders if not hidden(name))
            names = [name for name in files if name[0] not in "._" or not hidden(name)]
            names = self.wanted(Path(here).as_posix(), _without_description(names))
            archives = {name for name in names if _is_archive(name)}
            plain = sorted(name for name in names if name not in archives)
            place = Path(here)
            units, left, later = self.claimed(DiskListing(place, plain, root))
            unread = first_unread(left, unread)
            root.known |= bool(archives)
            used = used or later or bool(units or archives)
            others += len(plain) - len(units)
            made += [(place, what) for name, what in _MADE.items() if name in plain]
            for name in sorted(archives.union(units)):
                closed = not_read(place / name) if name in archives else None
                if name in units:
                    yield units[name]
                elif closed is not None:
                    yield self.unread(place / name, closed)
                else:
                    yield from self.within(place / name)
        if made and made[0][0] == folder and not (used and root.known):
            root.known = True
            what = f"{made[0][1]}, which is made of such files; penline info tells of it"
            raise FormatError(printable(str(folder)), 0, "folder", "files of records", what)
        if made and not used:
            expected = f"files of records; name the folders themselves: {_named(made)}"
            found = counted(len(made), "folder") + f" of {made[0][1].partition(' ')[2]}s"
            raise FormatError(printable(str(folder)), 0, "folder", expected, found)
        if not used:
            raise _nothing(str(folder), "folder", others, unread)

    def archive(self, path: Path) -> Found:
        """Yield what a tar holds as it is gone through, or a zip when all names were looked at."""
        if is_tar(path.name):
            yield from self.held(path, tar_listings(path), None)
        else:
            every = members(path)
            yield from list(self.held(path, zip_listings(path, every), every))

    def held(
        self, path: Path, listings: Iterable[Listing | FormatError], every: Members | None
    ) -> Found:
        """Yield what is found in an archive, its listings one after the other."""
        used, others, unread = False, 0, ""
        for listing in listings:
            if isinstance(listing, FormatError):
                yield self.unread(path, listing)
                return
            listing = listing.only(_without_description(listing.names))
            if self.reading.omit:
                listing = listing.only(self.wanted(listing.inside, listing.names))
            units, left, later = self.claimed(listing)
            unread = first_unread(left, unread)
            rest = set(left)
            for name in listing.names:
                if name in units:
                    yield units[name]
                elif name in rest:
                    refuse_archive(listing, name)
            used = used or later or bool(units)
            others += len(listing.names) - len(units)
        if not used:
            if every is not None:
                refuse_by_magic(path, every)
            field = "tar archive" if every is None else "zip directory"
            raise _nothing(str(path), field, others, unread)

    def unread(self, path: Path, fault: FormatError) -> FileUnit:
        """Make the unit of an archive that cannot be read."""
        kind = path.suffix.lower()[1:] if path.suffix.lower()[1:] in NOT_READ else "tar"
        return FileUnit(identify(fault.file, self.part), kind, 0, Place(path), fault=fault)


def _without_description(names: list[str]) -> list[str]:
    """The files of a folder without those that describe a finished set."""
    described = (CARD, CROISSANT, RECORDS) if REPORT in names else ()
    return [name for name in names if name not in described]


def _is_archive(name: str) -> bool:
    ending = name.rpartition(".")[2].lower()
    return ending in _ENDINGS and (ending in ("zip", *NOT_READ) or is_tar(name))


def _unknown(path: Path) -> FormatError:
    """The error for a file of no known name: what it is, and what to do with it."""
    name = printable(str(path))
    if path.name in _MADE:
        made, folder = _MADE[path.name], printable(str(path.parent))
        expected = f"files of records; of {made} name the folder: {folder}"
        return FormatError(name, 0, "file", expected, f"a file of {made}")
    try:
        with path.open("rb") as file:
            head = file.read(MAGIC_BYTES) if path.is_file() else b""
    except OSError as error:
        raise UsageError(f"{name}: cannot be opened: {error.strerror or error}") from error
    known = what_to_do(path.name, head)
    if known is not None:
        found, advice = known
        return FormatError(name, 0, "file", f"files of records; {advice}", found)
    unread = unread_words(path.name)
    if unread is not None:
        expected = f"files of records, or a picture, table or list (see {PAGE}); {unread[1]}"
        return FormatError(name, 0, "file", expected, f"{unread[0]}, which is not read")
    expected = (
        f"one of {known_extensions(*_HOLDERS)} (or a folder of them), or a picture, table or list "
        f"of characters (see {PAGE})"
    )
    return FormatError(name, 0, "file name", expected, path.suffix or "no extension")


def _named(made: list[tuple[Path, str]]) -> str:
    shown = [printable(str(path)) for path, _ in made[:_SHOWN]]
    return ", ".join(shown) + (", ..." if len(made) > _SHOWN else "")


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{printable(str(path))}: cannot be opened: {reason}") from error


def _unreadable(error: OSError) -> None:
    name = printable(str(error.filename))
    raise UsageError(f"{name}: cannot be opened: {error.strerror or error}") from error


def _nothing(file: str, field: str, others: int, unread: str) -> FormatError:
    known = unread_words(unread)
    if known is not None:
        expected = f"pictures, tables or lists of characters (see {PAGE}); {known[1]}"
        found = f"{known[0]}, which is not read, among {counted(others, 'file')}"
        return FormatError(printable(file), 0, field, expected, found)
    holders = _HOLDERS if field == "folder" else ()
    expected = (
        f"at least one of {known_extensions(*holders)}, or pictures, tables or lists of characters "
        f"(see {PAGE}; pages of lines with an .xml beside them "
        "are for penline convert)"
    )
    found = f"none among {counted(others, 'file')}" if others else "no file"
    return FormatError(printable(file), 0, field, expected, found)
