"""Files onto the shelf: downloaded, or taken over from a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import quote

from penline.acquire.archive_store import ArchiveStore
from penline.acquire.errors import Unfit
from penline.acquire.expect import ExpectedFile, Proof
from penline.acquire.fetch import Downloader, Unreachable
from penline.acquire.got import GotFile, MissingFile
from penline.acquire.web import Limits
from penline.catalogue import Card, File
from penline.durable import removed_if_failed

__all__ = ["Outcome", "Progress", "adopt_files", "download_files", "missing_file", "urls_of"]

Progress = Callable[[int, int], None]
Outcome = tuple[list[GotFile], list[MissingFile]]


def adopt_files(store: ArchiveStore, chosen: Sequence[File], source: Path) -> Outcome:
    """Take files over from a folder; what it lacks, and why."""
    got, missing = [], []
    for file in chosen:
        expected = ExpectedFile.of(file)
        how, reason = "here", f"not in {source}"
        proof = store.here(expected)
        if proof is None:
            how, reason = "adopted", store.set_aside.get(file.name, reason)
            try:
                proof = store.adopt(source, expected)
            except Unfit as unfit:
                reason = f"the one in {source} is another file: {unfit}"
        if proof is None:
            missing.append(missing_file(store, file, reason))
        else:
            _downloader(store, file, Limits()).finish()  # a part of it is no use any more
            got.append(_got(store, proof, file, how))
    return got, missing


def download_files(
    store: ArchiveStore, chosen: Sequence[File], progress: Progress | None, limits: Limits
) -> Outcome:
    """Download the files that are not here yet; those that no mirror gave, and why."""
    expectations = {file.name: ExpectedFile.of(file) for file in chosen}
    proofs = {name: store.here(expected) for name, expected in expectations.items()}
    silent: set[str] = set()
    answered: set[str] = set()
    loads = {file.name: _downloader(store, file, limits, silent, answered) for file in chosen}
    for name, proof in proofs.items():
        if proof is not None:
            loads[name].finish()  # a part of it is no use any more
    total = _Total(expectations, proofs, progress or _quiet)
    wanted = sum(loads[name].wants_bytes for name, proof in proofs.items() if proof is None)
    store.room(wanted, limits.spare_bytes)
    got, missing = [], []
    for file in chosen:
        proof, how = proofs[file.name], "here"
        if proof is None:
            load, how = loads[file.name], "downloaded"
            load.progress = total.of(file.name)
            try:
                proof = _fetch(store, file.name, load)
            except Unreachable as error:
                missing.append(missing_file(store, file, " | ".join(error.reasons)))
                continue
        total.of(file.name)(proof.bytes, proof.bytes)
        got.append(_got(store, proof, file, how))
    return got, missing


def _fetch(store: ArchiveStore, name: str, load: Downloader) -> Proof:
    """Download a file, and record it."""
    proof = load(store.place(name))
    # while the part has its name, too, the next run goes on from it
    with removed_if_failed(store.place(name)) if load.part.exists() else nullcontext():
        store.sync()
        store.keep(name, proof, load.origin)
    load.finish()
    return proof


def _downloader(
    store: ArchiveStore,
    file: File,
    limits: Limits,
    silent: set[str] | None = None,
    answered: set[str] | None = None,
) -> Downloader:
    place = store.place(file.name)
    return Downloader(
        urls_of(store.card, file),
        place.with_name(place.name + ".part"),
        ExpectedFile.of(file),
        limits,
        progress=_quiet,
        room=lambda need_bytes: store.room(need_bytes, limits.spare_bytes),
        silent=silent,
        answered=answered,
    )


class _Total:
    """Progress over all files."""

    def __init__(
        self,
        expectations: dict[str, ExpectedFile],
        proofs: dict[str, Proof | None],
        progress: Progress,
    ) -> None:
        self.here: dict[str, int] = {}
        self.all: dict[str, int] = {}
        for name, expected in expectations.items():
            proof = proofs[name]
            self.here[name] = proof.bytes if proof else 0
            self.all[name] = proof.bytes if proof else expected.likely_bytes
        self.progress = progress

    def of(self, name: str) -> Progress:
        """A function to call with the bytes of one file that are here, and all it has."""

        def tell(here_bytes: int, all_bytes: int) -> None:
            self.here[name] = here_bytes
            self.all[name] = all_bytes or self.all[name]
            whole = sum(self.all.values()) if all(self.all.values()) else 0
            self.progress(sum(self.here.values()), whole)

        return tell


def urls_of(found: Card, file: File) -> tuple[str, ...]:
    """The addresses of a file, quoted, in the order in which they are tried."""
    return tuple(quote(url, safe="%/:=&?~#+!$,;'@()*[]") for url in found.urls(file))


def _got(store: ArchiveStore, proof: Proof, file: File, how: str) -> GotFile:
    name = store.found(ExpectedFile.of(file)).name
    return GotFile(name, store.place(name), proof.bytes, proof.sha256, proof.by, how)


def missing_file(store: ArchiveStore, file: File, reason: str) -> MissingFile:
    """A file that is not on the shelf, with what would prove it."""
    return MissingFile(file.name, reason, ExpectedFile.of(file).words, urls_of(store.card, file))


def _quiet(here_bytes: int, all_bytes: int) -> None:
    """No progress is wanted."""
