"""From what the user names (files, folders, zip and tar archives) to files of records."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO, Literal, TypeAlias, cast, overload

from penline.datasets import identify, mnist, nist_sd19
from penline.datasets.containers import (
    MAGIC_BYTES,
    refuse_archive,
    refuse_by_magic,
    what_to_do,
)
from penline.datasets.names import hidden
from penline.datasets.source_file import Place, SourceFile
from penline.errors import FormatError, UsageError
from penline.formats import kind_of, known_extensions, reader_for
from penline.formats.door import StreamDoor, printable
from penline.formats.idx import unpacked
from penline.formats.squeezed import squeezer_of
from penline.formats.tarred import TarMember, is_tar, walk
from penline.formats.zipped import Member, members
from penline.records import Defect, Record

__all__ = ["AnyPath", "SourceFile", "open_sources", "read"]

AnyPath: TypeAlias = str | os.PathLike[str]

_ZIP = ".zip"
_PARTS = ("train", "test")

Beside: TypeAlias = Callable[[str], Place | None]
"""The file of a given name that lies beside another one."""


def open_sources(
    paths: AnyPath | Iterable[AnyPath], *, part: str | None = None
) -> Iterator[SourceFile]:
    """The files of records behind files, folders, zip and tar archives, in a fixed order.

    A folder is walked in sorted order: files of known names, zip and tar archives; hidden ones
    and links to folders are left out. A zip is read in place, its members sorted by name; a tar
    in its own order, and unpacked once where each file is read before the next one is asked for
    (a list of a packed tar's files unpacks it once more). Nothing is opened but directories of
    archives. A damaged tar gives what comes before the damage, then a file with a fault.

    Args:
        paths: one path or several.
        part: ``"train"`` or ``"test"``, instead of what the names say.

    Raises:
        UsageError: a path that does not exist, a part that is neither; at once.
        FormatError: a file of an unknown name, a folder or archive without any known file, an
            archive inside an archive; when its turn comes.
    """
    if part is not None and part not in _PARTS:
        raise UsageError(f"part must be one of {', '.join(_PARTS)}, not {part!r}")
    given = [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(p) for p in paths]
    for path in given:
        _stat(path)
    return _with_trees(given, part)


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
    """The records of a file, a folder, a zip or tar archive, or an open binary file.

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
    door = unpacked(StreamDoor(name, file), name)
    source = identify(door.file)
    return reader.salvage(door, source) if salvage else reader.read(door, source)


def _with_trees(given: Iterable[Path], part: str | None) -> Iterator[SourceFile]:
    """Files of records, then what lies in trees of SD19: those tell more together than alone."""
    trees = nist_sd19.Trees()
    for path in given:
        for file in _files(path, part, trees):
            found = trees.stack(file, part) if file.kind == "mis" else file
            if found is not None:
                yield cast(SourceFile, found)
    yield from cast(Iterator[SourceFile], nist_sd19.sources(trees, part))


def _files(path: Path, part: str | None, trees: nist_sd19.Trees) -> Iterator[SourceFile]:
    if path.is_dir():
        yield from _folder(path, part, trees)
    elif path.suffix.lower() == _ZIP:
        yield from _zip(path, part, trees)
    elif is_tar(path.name):
        yield from _tar(path, part)
    elif not trees.folder(path.parent, [path.name]):
        yield _file(path, part)


def _file(path: Path, part: str | None) -> SourceFile:
    kind = kind_of(path.name)
    if kind is None:
        raise _unknown(path)

    def beside(name: str) -> Place | None:
        found = path.with_name(name)
        return Place(found) if found.is_file() else None

    return _source_file(Place(path), kind, _stat(path).st_size, part, beside)


def _source_file(
    place: Place, kind: str, size_bytes: int, part: str | None, beside: Beside
) -> SourceFile:
    source = identify(place.label, part)
    if kind != "idx":
        return SourceFile(source, kind, size_bytes, place.path, place.member)
    own = PurePosixPath(place.member.name if place.member else place.path.name).name
    names, mappings = mnist.beside(own)
    labels = next(filter(None, map(beside, names)), None)
    mapping = next(filter(None, map(beside, mappings)), None)
    note = mnist.note(source, labels is not None)
    twin = next((one for one in (f"{own}.gz", f"{own}.xz") if beside(one)), "")
    if twin:
        note = "; ".join(filter(None, (note, f"{twin} is taken for the same file, and left out")))
    return SourceFile(source, kind, size_bytes, place.path, place.member, labels, mapping, note)


def _unknown(path: Path) -> FormatError:
    """The error for a file of no known name: what it is, and what to do with it."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            head = file.read(MAGIC_BYTES) if path.is_file() else b""
    except OSError as error:
        raise UsageError(f"{name}: cannot be opened: {error.strerror or error}") from error
    known = what_to_do(path.name, head)
    if known is not None:
        found, advice = known
        return FormatError(name, 0, "file", f"files of records; {advice}", found)
    expected = f"one of {known_extensions(_ZIP, '.tar')} (or a folder of them)"
    return FormatError(name, 0, "file name", expected, path.suffix or "no extension")


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{printable(str(path))}: cannot be opened: {reason}") from error


def _folder(folder: Path, part: str | None, trees: nist_sd19.Trees) -> Iterator[SourceFile]:
    used = others = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not hidden(name))
        used += trees.folder(Path(here), (name for name in files if not hidden(name)))
        for name in sorted(name for name in files if not hidden(name)):
            if kind_of(name) is None and PurePath(name).suffix.lower() != _ZIP and not is_tar(name):
                others += 1
                continue
            if kind_of(name) == "idx" and PurePath(name).stem in files and squeezer_of(name):
                continue  # the plain file's note says so
            used += 1
            yield from _files(Path(here) / name, part, trees)
    if not used:
        raise _nothing(str(folder), "folder", others)


def _zip(path: Path, part: str | None, trees: nist_sd19.Trees) -> Iterator[SourceFile]:
    every = members(path)
    found = trees.zip(path, every)
    used, others = len(every) - len(found), 0
    for member in found:
        if not hidden(member.name) and kind_of(member.name) is None:
            others += 1
            if not _may_lie_beside(member.name):
                refuse_archive(path, member, "zip")
    placed: dict[str, Member] | None = None
    for member in found:
        kind = None if hidden(member.name) else kind_of(member.name)
        if kind is None:
            continue
        used += 1
        if kind == "idx" and placed is None:
            placed = {one.name: one for one in found if _may_lie_beside(one.name)}
        beside = _beside(path, member.name, placed or {})
        yield _source_file(Place(path, member), kind, member.size_bytes, part, beside)
    if not used:
        refuse_by_magic(path, found)
        raise _nothing(str(path), "zip directory", others)


def _tar(path: Path, part: str | None) -> Iterator[SourceFile]:
    used = others = 0
    placed: dict[str, TarMember] | None = None
    found = walk(path)
    while True:
        try:
            member = next(found, None)
        except FormatError as error:
            label = printable(str(path))
            yield SourceFile(identify(label, part), "tar", 0, path, fault=error)
            return
        if member is None:
            break
        if hidden(member.name):
            continue
        kind = kind_of(member.name)
        if kind is None:
            others += 1
            if not _may_lie_beside(member.name):
                refuse_archive(path, member, "tar")
            continue
        used += 1
        if member.other:
            expected = "a file; unpack the archive, and read the folder"
            fault = FormatError(member.label, member.offset, "member", expected, member.other)
            yield SourceFile(identify(member.label, part), kind, 0, path, member, fault=fault)
            continue
        if kind == "idx" and placed is None:
            placed = _labels_in(path)
        beside = _beside(path, member.name, placed or {})
        yield _source_file(Place(path, member), kind, member.size_bytes, part, beside)
    if not used:
        raise _nothing(str(path), "tar archive", others)


def _labels_in(path: Path) -> dict[str, TarMember]:
    """Members of a tar that may label others.

    For this the archive is gone through once more; where it is packed, finding and reading the
    labels costs two passes over it besides the images' own.
    """
    placed = {}
    try:
        for member in walk(path):
            if _may_lie_beside(member.name) and not member.other:
                placed[member.name] = member
    except FormatError:
        pass  # said when the members' own turn comes
    return placed


def _may_lie_beside(name: str) -> bool:
    own = PurePosixPath(name).name.lower()
    return not hidden(name) and ("labels" in own or own.endswith("-mapping.txt"))


def _beside(path: Path, name: str, placed: dict[str, Member] | dict[str, TarMember]) -> Beside:
    """Finds what lies in the same folder of an archive as the member of a name."""

    def beside(wanted: str) -> Place | None:
        found = placed.get(str(PurePosixPath(name).with_name(wanted)))
        return Place(path, found) if found is not None else None

    return beside


def _nothing(file: str, field: str, others: int) -> FormatError:
    expected = f"at least one of {known_extensions()}"
    if field == "folder":
        expected = f"at least one of {known_extensions(_ZIP, '.tar')}"
    return FormatError(printable(file), 0, field, expected, f"none among {others} files")
