"""The verb: archives onto the shelf, downloaded or taken over, each one proven."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Sequence
from os import PathLike, fspath, walk
from pathlib import Path
from urllib.parse import urlsplit

from penline.acquire.archive_store import ArchiveStore, default_root
from penline.acquire.errors import AcquireError
from penline.acquire.expect import ExpectedFile
from penline.acquire.got import GotFile, GotFiles, MissingFile
from penline.acquire.transfer import (
    Progress,
    adopt_files,
    download_files,
    missing_file,
    urls_of,
)
from penline.acquire.web import Limits
from penline.catalogue import Card, File, card
from penline.durable import made
from penline.errors import Interrupted, UsageError
from penline.formats import READERS, kind_of
from penline.lock import locked
from penline.machine import at_home, say_once

__all__ = ["get"]

_MOST_LOOKED_AT = 10_000
"""Names of a folder, to see whether it holds unpacked archives."""


def get(
    id: str | Card,
    *,
    part: str | None = None,
    files: Sequence[str] = (),
    root: str | PathLike[str] | None = None,
    adopt: str | PathLike[str] | None = None,
    accept_terms: bool = False,
    progress: Progress | None = None,
    mirrors: Sequence[str] | None = None,
    limits: Limits | None = None,
) -> GotFiles:
    """Get the archives of a data set, each one proven; what is there already is not fetched again.

    A download that broke, or was stopped, goes on where it ended.

    Args:
        id: the data set's id, or its card.
        part: ``train`` or ``test``; None or ``all`` for every file of handwriting.
        files: names of files to get instead, guides and lists of hashes too.
        root: the folder of all archives; None for ``$PENLINE_ROOT``, or the user's cache.
        adopt: a folder with files got by hand, to be taken over; nothing is downloaded then, and
            what it lacks is listed in the answer.
        accept_terms: accept the data set's terms; needed once a root.
        progress: called with bytes here and bytes in all, over all files (0: not known).
        mirrors: prefixes to try, in order, instead of the card's.
        limits: timeouts, tries and waits.

    Raises:
        CatalogueError: no such data set.
        UsageError: no such part or file, or another penline is at work there.
        TermsNotAccepted: the terms have not been accepted; the error shows them.
        AcquireError: files that no mirror gave, or no room; what was fetched stays.
        Interrupted: the user stopped it; the same call goes on where it ended.
    """
    found = id if isinstance(id, Card) else card(id)
    if mirrors is not None:
        found = _with_mirrors(found, mirrors)
    chosen = _choose(found, part, files)
    store = ArchiveStore(found, default_root() if root is None else Path(root))
    for file in chosen:
        store.place(file.name)
    source = None if adopt is None else at_home(adopt)
    if source is not None and not source.is_dir():
        raise UsageError(f"no folder {source} to adopt files from")
    command = _command(found.id, part, files, root, adopt, mirrors)
    choice = _command("", part, files)
    _say_what_reads_it(found)
    if source is None:
        _refuse_without_address(store, chosen, choice)
    store.check_terms(accept_terms, command)
    try:
        with made(store.folder), locked(store.lock, f"{found.id} in {store.root}"):
            store.accept_terms()
            store.tidy()
            if source is not None:
                got, missing = adopt_files(store, chosen, source)
            else:
                got, missing = download_files(store, chosen, progress, limits or Limits())
    except AcquireError:
        raise
    except KeyboardInterrupt as stop:
        again = f"stopped; `{command}` goes on where it ended"
        raise Interrupted(again) from stop
    except OSError as error:
        raise AcquireError(f"{store.folder}: {error}") from error
    answer = _answer(store, got, missing, choice, source)
    if missing and source is None:
        raise AcquireError(f"{found.id}: not every file could be downloaded\n{answer.advice}")
    return answer


def _answer(
    store: ArchiveStore,
    got: Sequence[GotFile],
    missing: Sequence[MissingFile],
    choice: str,
    source: Path | None = None,
) -> GotFiles:
    return GotFiles(
        store.card.id,
        store.folder,
        tuple(got),
        tuple(missing),
        pages=store.card.homepages,
        access=store.card.access,
        choice=choice,
        note=_unpacked(source) if missing and source is not None else "",
    )


def _command(
    id: str,
    part: str | None,
    files: Sequence[str],
    root: str | PathLike[str] | None = None,
    adopt: str | PathLike[str] | None = None,
    mirrors: Sequence[str] | None = None,
) -> str:
    """What was asked for, as a command; without an id, its choice of files alone."""
    words = ["penline", "get", id] if id else []
    for option, value in (("--part", part), ("--root", root), ("--adopt", adopt)):
        words += [] if value is None else [option, fspath(value)]
    for option, values in (("--file", files), ("--mirror", mirrors or ())):
        words += [word for value in values for word in (option, value)]
    return shlex.join(words)


def _say_what_reads_it(found: Card) -> None:
    """Before gigabytes come in: where their files are of no use to a verb that packs banks."""
    if not found.readable(READERS):
        kinds = ", ".join(found.formats)
        say_once(f"{found.id}: penline gets its files, and reads none of them ({kinds})")
    elif "characters" not in found.kind:
        say_once(
            f"{found.id}: {found.kind}, for penline convert, fit and census; a bank is of single "
            "characters",
            logging.INFO,
        )


def _refuse_without_address(store: ArchiveStore, chosen: Sequence[File], choice: str) -> None:
    """Tell at once, before terms are read, that there is nothing to download from anywhere.

    Raises:
        AcquireError: not one of the files is on the shelf, or has an address.
    """
    if any(
        urls_of(store.card, file) or store.place(store.found(ExpectedFile.of(file)).name).is_file()
        for file in chosen
    ):
        return
    missing = [missing_file(store, file, "no address of it is known") for file in chosen]
    advice = _answer(store, (), missing, choice).advice
    raise AcquireError(f"{store.card.id}: penline knows no address of its files\n{advice}")


def _unpacked(source: Path) -> str:
    """Where a folder holds what was in the archives: that they are not needed; or ""."""
    at = 0
    for _, folders, names in walk(source):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            at += 1
            if kind_of(name) is not None:
                here = shlex.quote(str(source))
                return (
                    f"{source} holds unpacked files ({name}), which are read where they lie: "
                    f"penline census {here}, penline bank {here} -o BANK"
                )
        if at > _MOST_LOOKED_AT:
            break
    return ""


def _choose(found: Card, part: str | None, files: Sequence[str]) -> list[File]:
    if part not in (None, "all", "train", "test"):
        raise UsageError(f"part must be train, test or all, not {part!r}")
    names = {file.name for file in found.files}
    if strange := [name for name in files if name not in names]:
        raise UsageError(f"{found.id} has no file {strange[0]!r}: {', '.join(sorted(names))}")
    chosen = [
        file
        for file in found.files
        if (file.name in files if files else file.role in ("data", "labels"))
        and (part in (None, "all") or file.part in (part, "all"))
    ]
    if not found.files:
        raise UsageError(f"penline knows no files of {found.id}. {found.access}")
    if not chosen:
        raise UsageError(f"{found.id} has nothing to get for that. {found.access}")
    return chosen


def _with_mirrors(found: Card, mirrors: Sequence[str]) -> Card:
    for mirror in mirrors:
        try:
            sound = urlsplit(mirror).scheme in ("http", "https")
        except ValueError:
            sound = False
        if not sound:
            raise UsageError(f"a mirror is an http or https address, not {mirror!r}")
    ended = tuple(mirror if mirror.endswith("/") else f"{mirror}/" for mirror in mirrors)
    return found.model_copy(update={"prefixes": ended})
