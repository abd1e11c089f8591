"""A data set in an object store, through fsspec: ``s3://bucket/folder``, ``memory://``, ...

An object store renames nothing and shows no half-written object. So the set is made in a local
folder (the staging folder), and sent from there: the pictures of a shard as soon as it is whole,
then its entry ``.penline/shards/00012.json``, by which it counts; in the end the other files,
``report.json`` as the last, and ``.penline`` goes. The same command sends what has no entry yet.

Two machines that write to one place are not kept apart: object stores have no lock.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec

from penline.errors import OVERWRITE, ExportError, MissingExtra, PenlineError, UsageError
from penline.export.run import REPORT, owned_by
from penline.machine import user_cache
from penline.words import counted

__all__ = ["Remote"]

_WORK = ".penline"
_AT_ONCE = 32
_EXTRAS = {"s3": "s3", "s3a": "s3"}


class Remote:
    """One place in an object store.

    Args:
        url: of the folder to make.
        staging: a local folder for the set under way; None for one in the user's cache. It
            takes as much room as the set.

    Raises:
        MissingExtra, UsageError: no package that speaks to such a store is installed.
    """

    def __init__(self, url: str, staging: Path | None = None) -> None:
        self.url = url.rstrip("/")
        scheme = url.partition("://")[0]
        try:
            self.fs, self.root = fsspec.core.url_to_fs(self.url)
        except ImportError as error:
            if scheme in _EXTRAS:
                raise MissingExtra(f"output to {scheme}://", _EXTRAS[scheme]) from None
            raise UsageError(f"{url}: {error}") from None
        except ValueError as error:
            raise UsageError(f"{url}: {error}") from None
        digest = hashlib.blake2b(self.url.encode(), digest_size=16).hexdigest()
        instead = "name a local folder for the set under way by --staging"
        parent = staging or user_cache(instead) / "staging"
        self.staging = parent / digest
        self._sent: set[int] = set()

    def begin(self, identity: Mapping[str, Any], *, overwrite: bool = False) -> None:
        """Claim the place for the run of that identity.

        Raises:
            UsageError: it holds something else, or another run.
        """
        wanted = json.loads(json.dumps(identity))
        with self._told():
            self.fs.invalidate_cache()
            finished = self._read(REPORT)
            unfinished = self._read(f"{_WORK}/run.json")
            names = {name.partition("/")[0] for name in self._listed()}
            if finished is not None or (unfinished is not None and unfinished != wanted):
                found = unfinished if finished is None else finished.get("run")
                if not isinstance(found, dict) or "to" not in found:
                    raise UsageError(f"{self.url} holds a {REPORT} that is not penline's")
                if not overwrite:
                    what = "an unfinished run of other settings"
                    if finished is not None:
                        same = found == wanted
                        what = "this same data set, finished" if same else "another data set"
                    raise UsageError(f"{self.url} holds {what}; to make it anew, {OVERWRITE}")
                for name in (*owned_by(found), REPORT, _WORK):
                    if name in names:
                        self.fs.rm(f"{self.root}/{name}", recursive=True)
            elif unfinished is None and names:
                raise UsageError(
                    f"{self.url} is not empty and is not a data set of penline's; choose another "
                    "name"
                )
            self.fs.invalidate_cache()
            self.fs.pipe_file(f"{self.root}/{_WORK}/run.json", json.dumps(wanted).encode())
            entries = [name for name in self._listed() if name.startswith(f"{_WORK}/shards/")]
            self._sent = {int(Path(name).stem) for name in entries}

    def made(self, identity: Mapping[str, Any]) -> dict[str, Any] | None:
        """The report of that run, if it stands finished in the staging folder, still to be sent."""
        try:
            report = json.loads((self.staging / REPORT).read_bytes())
        except (OSError, ValueError):
            return None
        whole = not (self.staging / _WORK).exists()
        same = isinstance(report, dict) and report.get("run") == json.loads(json.dumps(identity))
        return report if whole and same else None

    def shard(self, number: int) -> None:
        """Send the pictures of a shard that is whole, and then its entry."""
        if number in self._sent:
            return
        with self._told():
            sizes = self._send(self._of_shard(number))
            entry = json.dumps({"number": number, "files": sizes}).encode()
            self.fs.pipe_file(f"{self.root}/{_WORK}/shards/{number:05d}.json", entry)
        self._sent.add(number)

    def end(self) -> None:
        """Send all that was not sent, the report last; the staging folder goes.

        Raises:
            ExportError: what lies in the store is not what was sent.
        """
        there = {name for number in self._sent for name in self._of_shard(number)}
        local = {name: (self.staging / name).stat().st_size for name in self._files()}
        with self._told():
            self._send(sorted(local.keys() - there - {REPORT}))
            self.fs.invalidate_cache()
            found = {n: size for n, size in self._listed().items() if not n.startswith(_WORK)}
            found.pop(REPORT, None)
            wrong = sorted(
                name for name in {*local, *found} - {REPORT} if local.get(name) != found.get(name)
            )
            if wrong:
                raise ExportError(
                    f"{self.url}/{wrong[0]}: {found.get(wrong[0])} bytes in the store, "
                    f"{local.get(wrong[0])} made ({counted(len(wrong), 'such file')}); {OVERWRITE}"
                )
            self._send([REPORT])
            self.fs.rm(f"{self.root}/{_WORK}", recursive=True)
        shutil.rmtree(self.staging)

    def _of_shard(self, number: int) -> list[str]:
        """Pictures lie in folders that are named by the shard; other files are sent at the end."""
        folders = f"*/{number:05d}/**/*", f"*/*-{number:05d}/**/*"
        return [name for pattern in folders for name in self._files(pattern)]

    def _files(self, pattern: str = "**/*") -> list[str]:
        paths = (path for path in self.staging.glob(pattern) if path.is_file())
        names = (path.relative_to(self.staging).as_posix() for path in paths)
        return sorted(name for name in names if not name.startswith("."))

    def _send(self, names: Iterable[str]) -> dict[str, int]:
        names = list(names)
        if names:
            more = {"batch_size": _AT_ONCE} if getattr(self.fs, "async_impl", False) else {}
            here = [str(self.staging / name) for name in names]
            self.fs.put(here, [f"{self.root}/{name}" for name in names], **more)
        return {name: (self.staging / name).stat().st_size for name in names}

    def _listed(self) -> dict[str, int]:
        """Names below the place -> bytes."""
        try:
            found = self.fs.find(self.root, detail=True)
        except FileNotFoundError:
            return {}
        start = len(self.root.rstrip("/")) + 1
        return {name[start:]: int(entry["size"]) for name, entry in found.items()}

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads(self.fs.cat_file(f"{self.root}/{name}"))
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever the store's package raises, as one of penline's errors."""
        try:
            yield
        except PenlineError:
            raise
        except Exception as error:  # noqa: BLE001 - each package has its own
            reason = " ".join(str(error).split())[:300]
            raise ExportError(
                f"{self.url}: {type(error).__name__}: {reason}; the same command goes on"
            ) from None
