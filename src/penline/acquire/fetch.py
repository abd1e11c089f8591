"""The downloader: several mirrors, resumed after any break.

While a file comes in it is called ``NAME.part``; ``NAME.part.json`` beside it tells where it comes
from, so that another run can go on. Each byte is written as it arrives: a kill loses none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from penline.acquire.errors import AcquireError, Unfit
from penline.acquire.expect import ExpectedFile, Proof, examine
from penline.acquire.web import Answer, Beyond, Broken, Gone, Limits, ask
from penline.durable import about, removed_if_failed
from penline.machine import LOG
from penline.words import counted

__all__ = ["Downloader", "Unreachable"]


_TRIES_UNANSWERED = 3
"""Attempts in a row at a server that has not answered yet: the network may be off."""


class Unreachable(AcquireError):
    """No mirror gave the file.

    Attributes:
        reasons: what became of each mirror.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class _RemoteFile:
    """Where a part comes from: one server's file at one time."""

    url: str
    etag: str = ""
    modified: str = ""
    total_bytes: int | None = None

    @property
    def validator(self) -> str:
        return self.etag or self.modified


class Downloader:
    """Fetches one file.

    Attributes:
        origin: the address that it came from.
    """

    def __init__(
        self,
        urls: Sequence[str],
        part: Path,
        expected: ExpectedFile,
        limits: Limits,
        *,
        progress: Callable[[int, int], None],
        room: Callable[[int], None],
        silent: set[str] | None = None,
        answered: set[str] | None = None,
    ) -> None:
        """Plan a download.

        Args:
            urls: addresses of the same file, the first tried first.
            part: where the file grows.
            expected: what it must be.
            limits: how patient to be.
            progress: called with bytes here and bytes in all (0: not known).
            room: called with bytes that are to come; raises where the disk has no room for them.
            silent: servers that did not answer for another file: asked once more, not often.
            answered: servers that did; one that never did may be out of reach: given up sooner.
        """
        self.urls, self.part, self.expected, self.limits = tuple(urls), part, expected, limits
        self.progress, self.room = progress, room
        self.silent = set() if silent is None else silent
        self.answered = set() if answered is None else answered
        self.note = part.with_name(part.name + ".json")
        self.origin = ""

    def __call__(self, place: Path) -> Proof:
        """Fetch and prove the file, and give it its name; its part stays until `finish`.

        Raises:
            Unreachable: no mirror gave the file.
            AcquireError: no room, or the disk cannot be written.
        """
        reasons = []
        begun = self._origin()
        for mirror in sorted(self.urls, key=lambda one: begun is None or one != begun.url):
            try:
                proof = self._from(mirror)
            except Gone as gone:
                reasons.append(f"{mirror}: {gone}")
                continue
            self.origin = mirror
            _also_named(self.part, place)
            return proof
        raise Unreachable(reasons or ["no address of it is known"])

    @property
    def wants_bytes(self) -> int:
        """Bytes that are still to come, as far as is known."""
        return max(self.expected.likely_bytes - self._here(), 0)

    def finish(self) -> None:
        """Forget the part, once the file bears its name."""
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _from(self, url: str) -> Proof:
        """Fetch from one mirror until the file is proven or the mirror is given up."""
        mark = self._here()
        pieced = mark > 0  # out of several answers: what is wrong may be the seam
        again = False
        idle = breaks = 0
        server = urlsplit(url).netloc
        tries = 1 if server in self.silent else self.limits.tries
        while True:
            wait, silent = 0.0, False
            try:
                if not self._is_whole():
                    self._stream(url)
                return examine(self.part, self.expected)
            except Unfit as unfit:
                self.finish()
                if again or not pieced:
                    raise Gone(f"it sent another file: {unfit}") from unfit
                again, mark, reason = True, 0, str(unfit)
            except Beyond as beyond:
                self.finish()
                reason = str(beyond)
            except Broken as broken:
                reason, wait, silent = str(broken), broken.wait_seconds, broken.silent
                if silent and server not in self.answered:
                    tries = min(tries, _TRIES_UNANSWERED)
            breaks += 1
            here = self._here()
            pieced = pieced or here > 0
            if here >= mark + self.limits.slow_bytes:
                idle, mark = 0, here
            else:
                idle += 1
            if idle >= tries or breaks >= self.limits.most_breaks:
                if silent:
                    self.silent.add(server)
                raise Gone(f"given up after {counted(breaks, 'break')}, the last: {reason}")
            pause = max(wait, self.limits.first_wait_seconds * 2.0**idle)
            pause = min(pause, self.limits.most_wait_seconds)
            LOG.info("%s: %s; trying again in %.0f s", server, reason, pause)
            self.limits.sleep(pause)

    def _stream(self, url: str) -> None:
        """One request: write what it brings behind what is here, or from the start."""
        offset, origin = self._here(), self._origin()
        if origin is None or offset > self.expected.most_bytes:
            offset = 0
        same = origin is not None and origin.url == url
        validator = ""
        if offset and origin is not None and (same or not self.expected.hashed):
            validator = origin.validator
            if not validator and not self.expected.provable:
                offset = 0  # nothing would tell two halves of two files from one file
        with closing(ask(url, offset, validator, self.limits)) as response:
            self.answered.add(urlsplit(url).netloc)
            if response.start and origin is not None and _changed(origin, response, same):
                self.finish()
                raise Broken("the file on the server changed")
            total = response.total_bytes
            if response.start and total is None and origin is not None:
                total = origin.total_bytes
            if total is not None and (fault := self.expected.size_fault(total)):
                raise Gone(f"it announces {fault}")
            if total is None and not (response.ends or self.expected.provable):
                raise Gone("it does not tell where the file ends, and the card does not either")
            self.room((total or self.expected.likely_bytes) - response.start)
            if not response.start:
                self.part.unlink(missing_ok=True)  # the note must never tell of another part
            self._write_note(_RemoteFile(url, response.etag, response.modified, total))
            self._receive(response, total)

    def _receive(self, response: Answer, total: int | None) -> None:
        """Write a body as it comes, never more than the card and the server tell of."""
        whole = total if total is not None else self.expected.exact_bytes
        most = self.expected.most_bytes if whole is None else whole
        known = whole or self.expected.likely_bytes
        limits, at = self.limits, response.start
        mark, since = at, limits.clock()
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self.part, flags, 0o666), "wb") as file:
            file.seek(at)
            file.truncate()
            self.progress(at, known)
            # one byte more than is due tells an answer that is too long
            while block := response.read(min(limits.block_bytes, most - at + 1)):
                at += len(block)
                if at > most:
                    raise Unfit(f"it goes on after {most:,} bytes")
                file.write(block)
                file.flush()
                self.progress(at, known)
                if at >= mark + limits.slow_bytes:
                    mark, since = at, limits.clock()
                elif limits.clock() - since > limits.slow_seconds:
                    raise Broken("it sends too slowly")
            os.fsync(file.fileno())
        if whole is not None and at < whole:
            raise Broken(f"it ended at {at:,} of {whole:,} bytes")

    def _here(self) -> int:
        """Bytes of the part."""
        try:
            return self.part.lstat().st_size
        except FileNotFoundError:
            return 0

    def _is_whole(self) -> bool:
        here, origin = self._here(), self._origin()
        if not here or origin is None:
            return False
        return here in (self.expected.exact_bytes, origin.total_bytes)

    def _origin(self) -> _RemoteFile | None:
        """What the note says; None where there is none to trust."""
        try:
            with self.note.open("rb") as file:
                facts = json.loads(file.read(1 << 14))
            origin = _RemoteFile(**facts)
        except (OSError, ValueError, TypeError):
            return None
        texts = (origin.url, origin.etag, origin.modified)
        total = origin.total_bytes
        sound = all(isinstance(text, str) and text.isprintable() for text in texts)
        return origin if sound and (total is None or type(total) is int) else None

    def _write_note(self, origin: _RemoteFile) -> None:
        fresh = self.note.with_name(self.note.name + ".new")
        with about(self.note), removed_if_failed(fresh):
            fresh.write_text(json.dumps(asdict(origin)), encoding="utf-8")
            fresh.replace(self.note)


def _changed(origin: _RemoteFile, response: Answer, same: bool) -> bool:
    """Whether an answer continues another file than the one begun."""

    def differ(old: object, new: object) -> bool:
        return bool(old and new and old != new)

    if differ(origin.total_bytes, response.total_bytes):
        return True
    return same and (
        differ(origin.etag, response.etag) or differ(origin.modified, response.modified)
    )


def _also_named(part: Path, place: Path) -> None:
    """Give the part the file's name, too; with its own beside it, a kill loses nothing."""
    try:
        os.link(part, place)
    except OSError:  # a file system without hard links, or a name that is taken
        if os.path.lexists(place):
            raise Unreachable(["it appeared while penline was at work; run it again"]) from None
        part.rename(place)
