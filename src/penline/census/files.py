"""The files of a census: what cannot be opened is a finding, and the others follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from penline.census.report import Finding
from penline.errors import FormatError
from penline.formats import kind_of
from penline.formats.door import printable
from penline.formats.tarred import is_tar
from penline.sources.collect import SourceFile, open_sources
from penline.sources.containers import NOT_READ, not_read
from penline.sources.names import hidden

__all__ = ["files"]

_SEPARATORS = ("/", "\\")


def files(paths: Iterable[Path], part: str | None) -> Iterator[SourceFile | Finding]:
    """Files of records and, in the place of archives that cannot be opened, what is wrong.

    All paths are opened together, since one may tell what another lacks. Where that fails, it is
    done again without the archive at fault; what was read already does not come twice.

    Raises:
        UsageError: a path that does not exist, a part that is not known; at once.
    """
    given = list(paths)
    open_sources(given, part=part)
    return _files(given, part)


def _files(paths: list[Path], part: str | None) -> Iterator[SourceFile | Finding]:
    left, given = paths, set(paths)
    seen: set[tuple[str, str]] = set()
    while left:
        now: set[tuple[str, str]] = set()
        try:
            for file in open_sources(left, part=part):
                key = (type(file).__name__, file.source.file)
                now.add(key)
                if key not in seen:
                    closed = file.fault if file.kind in NOT_READ else None
                    yield _unreadable(closed) if closed else file
            return
        except FormatError as error:
            seen |= now
            at = _at_fault(error, left)
            if at is None:
                yield _unreadable(error)
                return
            path, left = left[at], left[:at] + left[at + 1 :]
            if path.is_dir() and error.file != printable(str(path)):
                left += [one for one in _entries(path) if not _known(one, seen)]
            elif path in given or error.field != "folder":
                yield _unreadable(error)
            # else a folder without records in a folder, which nobody asked for


def _at_fault(error: FormatError, paths: list[Path]) -> int | None:
    """Which of the paths the error is about, or about something inside."""
    for at, path in enumerate(paths):
        name = printable(str(path))
        if error.file == name or error.file.startswith(f"{name}::"):
            return at
    for at, path in enumerate(paths):
        if path.is_dir() and error.file.startswith(_inside(path)):
            return at
    return None


def _inside(folder: Path) -> tuple[str, ...]:
    if str(folder) == ".":
        return ("",)
    return tuple(printable(str(folder)) + separator for separator in _SEPARATORS)


def _known(path: Path, seen: set[tuple[str, str]]) -> bool:
    """Whether it was told already that an archive is not read."""
    return not_read(path) is not None and ("SourceFile", printable(str(path))) in seen


def _entries(path: Path) -> list[Path]:
    """What a folder holds, each by itself."""
    found = []
    for entry in sorted(path.iterdir()):
        name = entry.name
        known = kind_of(name) or is_tar(name) or entry.suffix.lower() == ".zip" or not_read(entry)
        if not hidden(name) and (known or (entry.is_dir() and not entry.is_symlink())):
            found.append(entry)
    return found


def _unreadable(error: FormatError) -> Finding:
    return Finding(
        *("unreadable", "", error.file, error.offset, None),
        *(error.field, error.expected, error.found),
    )
