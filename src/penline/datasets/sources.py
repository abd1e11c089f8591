"""From what the user names (files, folders, zip archives) to files of records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, Literal, TypeAlias, overload

from penline.datasets import identify
from penline.errors import FormatError, UsageError
from penline.formats import kind_of, known_extensions, reader_for
from penline.formats.door import Door, StreamDoor, open_path, printable
from penline.formats.zipped import Member, members, open_member
from penline.records import Defect, Record, Source

__all__ = ["AnyPath", "SourceFile", "open_sources", "read"]

AnyPath: TypeAlias = str | os.PathLike[str]

_ZIP = ".zip"
_ARCHIVES = (_ZIP, ".alz", ".egg", ".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".lzma")
_PARTS = ("train", "test")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of records; opened by each reading, closed at its end. Can be pickled.

    Attributes:
        source: what the file's name says about it.
        kind: the format, ``"gnt"`` or ``"pot"``.
        size_bytes: the file's size, unpacked.
        path: the file, or the archive that holds it.
        member: the archive's member, or None.
    """

    source: Source
    kind: str
    size_bytes: int
    path: Path
    member: Member | None = None

    def open(self) -> Door:
        """A door to the bytes.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: it is a folder, or a zip member that cannot be read.
        """
        return open_path(self.path) if self.member is None else open_member(self.member)

    def read(self) -> Iterator[Record]:
        """All records, strictly.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: at the first byte that is not as it should be.
        """
        with self.open() as door:
            yield from reader_for(self.kind).read(door, self.source)

    def salvage(self) -> Iterator[Record | Defect]:
        """Sound records, and defects in place of the others.

        Raises:
            UsageError: the file cannot be opened.
        """
        try:
            door = self.open()
        except FormatError as error:
            yield Defect(error.file, error.offset, 0, error.field, error.expected, error.found)
            return
        with door:
            yield from reader_for(self.kind).salvage(door, self.source)


def open_sources(
    paths: AnyPath | Iterable[AnyPath], *, part: str | None = None
) -> Iterator[SourceFile]:
    """The files of records behind files, folders and zip archives, in a fixed order.

    A folder is walked in sorted order: files of known extensions and zip archives, hidden ones
    and links to folders left out. A zip is read in place, its members sorted by name. Nothing is
    opened but zip directories.

    Args:
        paths: one path or several.
        part: ``"train"`` or ``"test"``, instead of what the names say.

    Raises:
        UsageError: a path that does not exist, a part that is neither; at once.
        FormatError: a file of an unknown extension, a folder or zip without any known file, an
            archive inside a zip; when its turn comes.
    """
    if part is not None and part not in _PARTS:
        raise UsageError(f"part must be one of {', '.join(_PARTS)}, not {part!r}")
    given = [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(p) for p in paths]
    for path in given:
        _stat(path)
    return (file for path in given for file in _files(path, part))


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
    """The records of a file, a folder, a zip archive, or an open binary file.

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
    files = open_sources(path)
    return (r for file in files for r in (file.salvage() if salvage else file.read()))


def _read_open(file: BinaryIO, salvage: bool, name: str) -> Iterator[Record | Defect]:
    reader = reader_for(name)
    door = StreamDoor(name, file)
    source = identify(door.file)
    return reader.salvage(door, source) if salvage else reader.read(door, source)


def _files(path: Path, part: str | None) -> Iterator[SourceFile]:
    if path.is_dir():
        yield from _folder(path, part)
    elif path.suffix.lower() == _ZIP:
        yield from _zip(path, part)
    else:
        yield _file(path, part)


def _file(path: Path, part: str | None) -> SourceFile:
    name = printable(str(path))
    kind = kind_of(path.name)
    if kind is None:
        raise FormatError(
            name,
            0,
            "file name",
            f"one of {known_extensions(_ZIP)} (or a folder of them)",
            path.suffix or "no extension",
        )
    return SourceFile(identify(name, part), kind, _stat(path).st_size, path)


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{printable(str(path))}: cannot be opened: {reason}") from error


def _folder(folder: Path, part: str | None) -> Iterator[SourceFile]:
    used = others = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(name for name in files if not _hidden(name)):
            if kind_of(name) is None and PurePath(name).suffix.lower() != _ZIP:
                others += 1
                continue
            used += 1
            yield from _files(Path(here) / name, part)
    if not used:
        raise _nothing(str(folder), "folder", others)


def _zip(path: Path, part: str | None) -> Iterator[SourceFile]:
    found = [member for member in members(path) if not _hidden(member.name)]
    for member in found:
        suffix = PurePath(member.name).suffix.lower()
        if suffix in _ARCHIVES:
            raise FormatError(
                printable(str(path)),
                member.offset,
                f"member {printable(member.name)}",
                "files of records; unpack the archive inside first",
                f"a {suffix} inside a zip",
            )
    used = 0
    for member in found:
        kind = kind_of(member.name)
        if kind is not None:
            used += 1
            yield SourceFile(identify(member.label, part), kind, member.size_bytes, path, member)
    if not used:
        raise _nothing(str(path), "zip directory", len(found))


def _hidden(name: str) -> bool:
    """Hidden files, and the resource forks that macOS puts into folders and archives."""
    return any((p.startswith(".") and p != "..") or p == "__MACOSX" for p in PurePath(name).parts)


def _nothing(file: str, field: str, others: int) -> FormatError:
    expected = f"at least one of {known_extensions(_ZIP)}"
    if field == "zip directory":
        expected = f"at least one of {known_extensions()}"
    return FormatError(printable(file), 0, field, expected, f"none among {others} files")
