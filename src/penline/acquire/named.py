"""From what the user names to paths: files and folders as they are, ids of cards from the shelf."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from penline.acquire.archive_store import ArchiveStore, default_root
from penline.acquire.expect import ExpectedFile
from penline.acquire.got import MissingFile
from penline.catalogue import Card, card, ids
from penline.errors import CatalogueError, UsageError

__all__ = ["Named", "OnShelf", "named", "paths_of"]

AnyPath: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class OnShelf:
    """The files of one data set that was named by its id.

    Attributes:
        id: the data set.
        folder: where its files lie.
        here: those that are there, in the card's order; the folder itself where the card names
            none and it holds some.
        data: those of them that hold handwriting; labels lie beside their data.
        missing: those that are not, and without which the data set is not whole.
        choice: the part, as an option of the command line with a space before it; or "".
    """

    id: str
    folder: Path
    here: tuple[Path, ...]
    data: tuple[Path, ...]
    missing: tuple[MissingFile, ...]
    choice: str = ""

    @property
    def advice(self) -> str:
        """How to get what is missing; "" where nothing is."""
        found = card(self.id)
        if not self.missing:
            if self.data:
                return ""
            return f"the card names no files; put yours into {self.folder}. {found.access}"
        root = self.folder.parent
        where = f" --root {_shell(root)}"
        with suppress(OSError):  # nobody's default where there is no home
            where = "" if root == default_root().resolve() else where
        command = f"penline get {self.id}{self.choice}"
        if found.gettable:
            start = (
                f"To get what is missing: {command}{where}\n"
                f"or by hand (addresses: penline card {self.id})"
            )
        else:
            pages = (
                f" The publisher's pages: {', '.join(found.homepages)}" if found.homepages else ""
            )
            start = f"{found.access}{pages}\nTo get what is missing: by hand"
        return f"{start}, into a folder DIR, and then: {command} --adopt DIR{where}"


@dataclass(frozen=True, slots=True)
class Named:
    """What was named.

    Attributes:
        paths: all files and folders, in the order in which they were named.
        shelves: what the shelf has of each data set that was named by its id.
    """

    paths: tuple[Path, ...]
    shelves: tuple[OnShelf, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The data sets that were named by their ids."""
        return tuple(shelf.id for shelf in self.shelves)

    @property
    def mixed(self) -> bool:
        """Whether something was named that is of no such data set."""
        return len(self.paths) > sum(len(shelf.data) for shelf in self.shelves)


def named(
    given: AnyPath | Iterable[AnyPath],
    *,
    part: str | None = None,
    root: AnyPath | None = None,
) -> Named:
    """Files, folders and ids of cards, mixed, as paths.

    A name that is a path there stays one, also where a card has that id (write ``./mnist`` to
    be plain). Any other name without a separator is an id, whose archives lie on the shelf.

    Args:
        given: paths and ids.
        part: ``"train"`` or ``"test"``: of an id, only that part's files.
        root: the folder of all archives; None for ``$PENLINE_ROOT``, or the user's cache.

    Raises:
        UsageError: neither a path that is there nor an id; a part that is neither.
    """
    if part not in (None, "train", "test"):
        raise UsageError(f"part must be train or test, not {part!r}")
    names = [given] if isinstance(given, str | os.PathLike) else list(given)
    paths: list[Path] = []
    shelves: list[OnShelf] = []
    for name in [os.fspath(one) for one in names]:
        path = Path(name)
        if os.path.lexists(path) or not _could_be_an_id(name):
            paths.append(path)
            continue
        try:
            found = card(name)
        except CatalogueError as error:
            if name in ids():
                raise
            raise UsageError(f"{name}: no such file or folder, and {error}") from error
        shelf = _on_shelf(found, part, default_root() if root is None else Path(root))
        shelves.append(shelf)
        paths += shelf.data
    return Named(tuple(paths), tuple(shelves))


def paths_of(
    given: AnyPath | Iterable[AnyPath],
    *,
    part: str | None = None,
    root: AnyPath | None = None,
) -> list[Path]:
    """Resolve ids of data sets to paths as `named` does, and demand every file of each.

    Raises:
        UsageError: as `named`; or a file of the data set is not on the shelf. The message says
            how to get it.
    """
    found = named(given, part=part, root=root)
    for shelf in found.shelves:
        if shelf.missing:
            raise UsageError(
                f"{shelf.id}: {', '.join(file.name for file in shelf.missing)} not in "
                f"{shelf.folder} (name files instead of the id to read what is there)\n"
                f"{shelf.advice}"
            )
        if not shelf.data:
            raise UsageError(
                f"{shelf.id}: its card names no files; put yours into {shelf.folder}, or name them "
                "instead of the id\n"
                f"{card(shelf.id).access}"
            )
    return list(found.paths)


def _could_be_an_id(name: str) -> bool:
    """A name without a folder and without an extension that marks a file."""
    return bool(name) and not any(mark in name for mark in "/\\") and name not in (".", "..")


def _shell(path: Path) -> str:
    return f"'{path}'" if " " in str(path) else str(path)


def _on_shelf(found: Card, part: str | None, root: Path) -> OnShelf:
    store = ArchiveStore(found, root)
    here: list[Path] = []
    data: list[Path] = []
    missing: list[MissingFile] = []
    for file in found.files:
        chosen = part is None or file.part in (part, "all")
        if file.role not in ("data", "labels") or not chosen:
            continue
        path = store.place(store.found(ExpectedFile.of(file)).name)
        if path.is_file():
            here.append(path)
            data += [path] if file.role == "data" else []
        elif file.needed:
            words, reason = ExpectedFile.of(file).words, f"not in {store.folder}"
            missing.append(MissingFile(file.name, reason, words, found.urls(file)))
    if not any(file.role == "data" for file in found.files) and store.folder.is_dir():
        data = [store.folder] if any(store.folder.iterdir()) else []  # files got by hand
        here = list(data)
    choice = f" --part {part}" if part else ""
    return OnShelf(found.id, store.folder, tuple(here), tuple(data), tuple(missing), choice)
