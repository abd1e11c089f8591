"""From what the user names (files, folders, zip and tar archives) to files of records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO, Literal, TypeAlias, cast, overload

from penline.errors import FormatError, UsageError
from penline.formats import kind_of, known_extensions, reader_for
from penline.formats.door import StreamDoor, printable
from penline.formats.idx import unpacked
from penline.formats.squeezed import squeezer_of
from penline.formats.tarred import TarMember, is_tar, walk
from penline.formats.zipped import Member, members
from penline.records import Defect, Record
from penline.sources import identify
from penline.sources.beside import (
    beside_member,
    beside_path,
    labels_in,
    may_lie_beside,
    source_file,
)
from penline.sources.containers import (
    MAGIC_BYTES,
    not_read,
    refuse_archive,
    refuse_by_magic,
    what_to_do,
)
from penline.sources.names import hidden
from penline.sources.sd19 import collector as sd19
from penline.sources.sd19.names import in_tree
from penline.sources.source_file import Place, SourceFile, in_runs
from penline.words import counted

__all__ = ["AnyPath", "SourceFile", "given_names", "in_runs", "open_sources", "read"]

AnyPath: TypeAlias = str | os.PathLike[str]

_ZIP = ".zip"
_PICTURE = ".png"
_PARTS = ("train", "test")
_MADE = {
    "bank.json": "a bank, which is made of such files; penline info tells what it holds",
    "report.json": "a finished data set, which is made of such files; penline info tells of it",
}
"""By the file that marks them: folders that penline made, and does not read as archives."""
_PACKED_MIS = (
    "in a packed tar no CLS and MIT files are looked for: its entries have no label; "
    "unpack the archive, and read the folder"
)


def open_sources(
    paths: AnyPath | Iterable[AnyPath], *, part: str | None = None
) -> Iterator[SourceFile]:
    """The files of records behind files, folders, zip and tar archives, in a fixed order.

    A folder is walked in sorted order: files of known names, zip and tar archives; hidden ones
    and links to folders are left out. A zip is read in place, its members sorted by name; a tar
    in its own order, and unpacked once where each file is read before the next one is asked for
    (a list of a packed tar's files unpacks it once more). Nothing is opened but directories of
    archives.

    What cannot be read, but has a name that says what it is, comes as a file with a fault, so
    that nobody is silent about it: reading it raises, `salvage` gives a defect. Such are an ALZ,
    EGG, RAR or 7Z archive in a folder, pictures of SD19 in a tar, and the rest of a tar that is
    damaged, after what comes before the damage.

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
    given = _paths(paths)
    for path in given:
        _stat(path)
    return _with_trees(given, part)


def given_names(paths: AnyPath | Iterable[AnyPath]) -> list[str]:
    """What the user named, as labels of files begin: for `penline.provenance.Places`."""
    return [printable(str(path)) for path in _paths(paths)]


def _paths(paths: AnyPath | Iterable[AnyPath]) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(p) for p in paths]


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
    trees = sd19.Trees()
    for path in given:
        for file in _files(path, part, trees):
            alone = file.kind != "mis" or isinstance(file.member, TarMember)
            found = file if alone else trees.stack(file, part)
            if found is not None:
                yield cast(SourceFile, found)
    yield from cast(Iterator[SourceFile], sd19.sources(trees, part))


def _files(path: Path, part: str | None, trees: sd19.Trees) -> Iterator[SourceFile]:
    if path.is_dir():
        yield from _folder(path, part, trees)
    elif path.suffix.lower() == _ZIP:
        yield from _zip(path, part, trees)
    elif is_tar(path.name):
        yield from _tar(path, part, trees)
    elif not trees.folder(path.parent, [path.name]):
        yield _file(path, part)


def _file(path: Path, part: str | None) -> SourceFile:
    kind = kind_of(path.name)
    if kind is None:
        raise _unknown(path)

    return source_file(Place(path), kind, _stat(path).st_size, part, beside_path(path))


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


def _folder(folder: Path, part: str | None, trees: sd19.Trees) -> Iterator[SourceFile]:
    used = others = 0
    for here, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not hidden(name))
        names = sorted(name for name in files if not hidden(name))
        used += trees.folder(Path(here), names)
        pictures = [name for name in names if name.lower().endswith(_PICTURE)]
        others += len(pictures)
        for name in names if not pictures else sorted(set(names).difference(pictures)):
            closed = not_read(Path(here) / name)
            if closed is not None:
                used += 1
                yield _closed(Path(here) / name, part, closed)
                continue
            if kind_of(name) is None and PurePath(name).suffix.lower() != _ZIP and not is_tar(name):
                others += 1
                continue
            if kind_of(name) == "idx" and PurePath(name).stem in files and squeezer_of(name):
                continue  # the plain file's note says so
            used += 1
            yield from _files(Path(here) / name, part, trees)
    if not used:
        for name, what in _MADE.items():
            if (folder / name).is_file():
                raise FormatError(printable(str(folder)), 0, "folder", "files of records", what)
        raise _nothing(str(folder), "folder", others)


def _unreadable(error: OSError) -> None:
    name = printable(str(error.filename))
    raise UsageError(f"{name}: cannot be opened: {error.strerror or error}") from error


def _closed(path: Path, part: str | None, fault: FormatError) -> SourceFile:
    """What cannot be read, told when its turn comes."""
    kind = path.suffix.lower()[1:]
    return SourceFile(identify(fault.file, part), kind, 0, path, fault=fault)


def _zip(path: Path, part: str | None, trees: sd19.Trees) -> Iterator[SourceFile]:
    every = members(path)
    found = trees.zip(path, every)
    used, others = len(every) - len(found), 0
    for member in found:
        if not hidden(member.name) and kind_of(member.name) is None:
            others += 1
            if not may_lie_beside(member.name):
                refuse_archive(path, member, "zip")
    placed: dict[str, Member] | None = None
    for member in found:
        kind = None if hidden(member.name) else kind_of(member.name)
        if kind is None:
            continue
        used += 1
        if kind == "idx" and placed is None:
            placed = {one.name: one for one in found if may_lie_beside(one.name)}
        beside = beside_member(path, member.name, placed or {})
        yield source_file(Place(path, member), kind, member.size_bytes, part, beside)
    if not used:
        refuse_by_magic(path, found)
        raise _nothing(str(path), "zip directory", others)


def _tar(path: Path, part: str | None, trees: sd19.Trees) -> Iterator[SourceFile]:
    used = others = pictures = 0
    placed: dict[str, TarMember] | None = None
    label, stem = printable(str(path)), path.name.partition(".")[0]
    plain = path.suffix.lower() == ".tar"
    found = walk(path)
    while True:
        try:
            member = next(found, None)
        except FormatError as error:
            yield SourceFile(identify(label, part), "tar", 0, path, fault=error)
            return
        if member is None:
            break
        if hidden(member.name):
            continue
        kind = kind_of(member.name)
        if kind is None:
            others += 1
            pictures += member.name.lower().endswith(_PICTURE) and in_tree(f"{stem}/{member.name}")
            if not may_lie_beside(member.name):
                refuse_archive(path, member, "tar")
            continue
        used += 1
        if member.other:
            expected = "a file; unpack the archive, and read the folder"
            fault = FormatError(member.label, member.offset, "member", expected, member.other)
            yield SourceFile(identify(member.label, part), kind, 0, path, member, fault=fault)
            continue
        joined = kind == "idx" or (kind == "mis" and plain)
        if joined and placed is None:
            placed = labels_in(path)
        beside = beside_member(path, member.name, placed or {})
        file = source_file(Place(path, member), kind, member.size_bytes, part, beside)
        if kind == "mis":
            stacked = trees.stack(file, part, beside) if joined else replace(file, note=_PACKED_MIS)
            if stacked is not None:
                yield cast(SourceFile, stacked)
            continue
        yield file
    if pictures:
        expected = "SD19's pictures in zips or folders; unpack the archive, and read the folder"
        fault = FormatError(label, 0, "tar archive", expected, f"{pictures:,} pictures in a tar")
        yield SourceFile(identify(label, part), "tar", 0, path, fault=fault)
    elif not used:
        raise _nothing(str(path), "tar archive", others)


def _nothing(file: str, field: str, others: int) -> FormatError:
    expected = f"at least one of {known_extensions()}"
    if field == "folder":
        expected = f"at least one of {known_extensions(_ZIP, '.tar')}"
    return FormatError(printable(file), 0, field, expected, f"none among {counted(others, 'file')}")
