"""Where archives lie: ``ROOT/<id>/<name>``, and a record beside them of what was proven and when.

Nothing bears its final name unproven. A file that is not what its card says is set aside under
``NAME.wrong``, never deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from penline.acquire.errors import AcquireError, TermsNotAccepted, Unfit
from penline.acquire.expect import ExpectedFile, Proof, examine
from penline.catalogue import Card
from penline.durable import put, read_file, remove, removed_if_failed, sync, sync_folder
from penline.errors import UsageError
from penline.machine import at_home, user_cache

__all__ = ["ArchiveStore", "default_root", "terms_text"]

RECORD = ".penline.json"
LOCK = ".penline.lock"

_NAME = re.compile(r"\w([^/\\:*?\"<>|]*[^/\\:*?\"<>|. ])?")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_OURS = (".part", ".part.json", ".part.json.new", ".wrong", ".adopt")
_LEFT_HALF = re.compile(rf"\.{re.escape(RECORD)}\.[0-9]+\.partial|.*\.part\.json\.new|.*\.adopt")


def default_root() -> Path:
    """``$PENLINE_ROOT``, or ``archives`` in the user's cache folder.

    Raises:
        OSError: this user has no home.
    """
    named = os.environ.get("PENLINE_ROOT")
    instead = "name a folder for archives by --root, or by PENLINE_ROOT"
    return at_home(named, instead) if named else user_cache(instead) / "archives"


def terms_text(card: Card) -> str:
    """The terms of a data set, for the user."""
    terms = card.licence
    page = f" ({terms.url})" if terms.url else ""
    return (
        f"{card.title}, {card.publisher}\n"
        f"Terms: {terms.name}{page}: {terms.summary}\n"
        f"Passing on: {terms.redistribution}. Commercial use: {terms.commercial}.\n"
        "This is a summary, not legal advice."
    )


class ArchiveStore:
    """The folder of one data set's archives.

    Attributes:
        card: the data set's card.
        root: the folder of all of them.
        folder: ``root/<id>``.
        set_aside: why a file that was here was set aside, by name.
    """

    def __init__(self, card: Card, root: Path) -> None:
        self.card = card
        self.root = at_home(root).resolve()
        self.folder = self.root / card.id
        self.set_aside: dict[str, str] = {}
        if self.folder.resolve() != self.folder:
            raise UsageError(
                f"{self.folder} leads out of {self.root}; give that folder as the root"
            )

    @property
    def lock(self) -> Path:
        """The file to lock while the shelf changes."""
        return self.folder / LOCK

    def place(self, name: str) -> Path:
        """Where a file goes.

        Raises:
            UsageError: a name that could lead out of the folder, or that penline uses itself.
        """
        ours = name.lower().endswith(_OURS)
        plain = _NAME.fullmatch(name) and name.isprintable() and len(name.encode()) <= 200
        if not plain or _DEVICE.fullmatch(name) or ours:
            raise UsageError(f"{self.card.id}: {name!r} is no name for a file here")
        return self.folder / name

    def check_terms(self, accept: bool, command: str) -> None:
        """See that the terms were accepted, now or before.

        Args:
            accept: whether they are now.
            command: what was asked for, as a command, to be given again.

        Raises:
            TermsNotAccepted: they were not.
        """
        known = self._record()["terms"]
        if not accept and known.get("sha256") != self._terms_sum():
            raise TermsNotAccepted(self.card.id, terms_text(self.card), command)

    def accept_terms(self) -> None:
        """Record that the terms stand accepted; the shelf is locked."""
        record = self._record()
        if record["terms"].get("sha256") != self._terms_sum():
            record["terms"] = {
                "sha256": self._terms_sum(),
                "text": terms_text(self.card),
                "accepted": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            self._write(record)

    def found(self, expected: ExpectedFile) -> ExpectedFile:
        """The file as it lies here, which may be a twin; the expected one where neither does."""
        both = (expected, *expected.twins)
        return next((one for one in both if self.place(one.name).is_file()), expected)

    def here(self, expected: ExpectedFile) -> Proof | None:
        """The proof of a file that is here, or of its twin; None where it is missing.

        A file that was proven before and has its size and time still is not read again.
        A wrong one is set aside.
        """
        expected = self.found(expected)
        path = self.place(expected.name)
        if not path.is_file():
            return None
        before = self._record()["files"].get(expected.name)
        stat = path.stat()
        proof = _proof(before, expected)
        if proof and (stat.st_size, stat.st_mtime_ns) == (proof.bytes, before["mtime_ns"]):
            return proof
        try:
            proof = examine(path, expected)
        except Unfit as unfit:
            self.set_aside[expected.name] = f"set aside as {path.name}.wrong: {unfit}"
            path.replace(path.with_name(path.name + ".wrong"))
            return None
        self.keep(expected.name, proof, "")
        return proof

    def keep(self, name: str, proof: Proof, origin: str) -> None:
        """Record a file that was proven and has its name; the shelf is locked."""
        record = self._record()
        stat = self.place(name).stat()
        record["files"][name] = {**asdict(proof), "mtime_ns": stat.st_mtime_ns, "from": origin}
        self._write(record)

    def adopt(self, source: Path, expected: ExpectedFile) -> Proof | None:
        """Take over a file got by hand: linked where it can be, else copied; None: not there.

        It is looked for in `source` by its name and its twins' names, also in a folder of the
        data set's id. A twin keeps its name.

        Raises:
            Unfit: a file of that name is another file.
            AcquireError: no room for a copy.
        """
        places = (
            (one, folder / one.name)
            for one in (expected, *expected.twins)
            for folder in (source, source / self.card.id)
        )
        expected, found = next((one for one in places if one[1].is_file()), (expected, None))
        if found is None:
            return None
        final = self.place(expected.name)
        fresh = final.with_name(final.name + ".adopt")
        fresh.unlink(missing_ok=True)
        if fault := expected.size_fault(found.stat().st_size):
            raise Unfit(f"it holds {fault}")
        try:
            try:
                os.link(found.resolve(), fresh)
            except OSError:
                self.room(found.stat().st_size, 0)
                shutil.copyfile(found, fresh)
            proof = examine(fresh, expected)
            sync(fresh)
            with removed_if_failed(final):
                fresh.replace(final)
                self.sync()
                self.keep(expected.name, proof, found.name)
        finally:
            fresh.unlink(missing_ok=True)
        return proof

    def room(self, need_bytes: int, spare_bytes: int) -> None:
        """See that the disk has room.

        Raises:
            AcquireError: it has not.
        """
        free = shutil.disk_usage(self.folder).free
        if need_bytes > 0 and need_bytes + spare_bytes > free:
            raise AcquireError(
                f"{self.root} has {free:,} bytes free, {need_bytes:,} are still to come: "
                "make room, or choose another disk with --root"
            )

    def tidy(self) -> None:
        """Remove what a killed run left half written; the shelf is locked."""
        for path in self.folder.iterdir():
            if _LEFT_HALF.fullmatch(path.name):
                remove(path)

    def sync(self) -> None:
        """Make new names last; Windows does so by itself."""
        sync_folder(self.folder)

    def _terms_sum(self) -> str:
        """Of what binds the user, so that a new title asks nobody again."""
        terms = self.card.licence
        words = (terms.name, terms.summary, terms.redistribution, terms.commercial)
        return hashlib.sha256("\n".join(words).encode()).hexdigest()

    def _record(self) -> dict[str, Any]:
        """What is recorded; a record that is damaged counts as none."""
        try:
            record = json.loads(read_file(self.folder / RECORD))
        except (FileNotFoundError, ValueError):
            record = None
        record = record if isinstance(record, dict) else {}
        kept = {key: record.get(key) for key in ("terms", "files")}
        return {key: value if isinstance(value, dict) else {} for key, value in kept.items()}

    def _write(self, record: dict[str, Any]) -> None:
        put(self.folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1).encode())


def _proof(before: Any, expected: ExpectedFile) -> Proof | None:
    """What was proven of a file before, where it still answers what its card says."""
    try:
        proof = Proof(*(before[key] for key in ("bytes", "md5", "sha256", "by")))
        sound = isinstance(proof.bytes, int) and not expected.size_fault(proof.bytes)
        before["mtime_ns"]
    except (KeyError, TypeError):
        return None
    same = expected.md5 in (None, proof.md5) and expected.sha256 in (None, proof.sha256)
    return proof if sound and same else None
