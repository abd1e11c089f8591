"""One rule for every format: what a run is, which of its shards are done, and when it is finished.

A run has a folder ``.penline`` in its output while it lasts: ``run.json`` says which run it is,
``shards/00012.json`` says that shard 12 is done and what is in it: a line of JSON, then what it
gives to ``boxes.jsonl``. The same command goes on where the last one stopped; another command is
refused. ``report.json`` is written last: a folder that has one is finished.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from penline.durable import about, made, put, read_file, remove
from penline.errors import OVERWRITE, ExportError, UsageError
from penline.export import exporter_class
from penline.export.base import TAKES, Report, file_hash
from penline.export.examine import entries
from penline.lock import locked

__all__ = [
    "CARD",
    "CROISSANT",
    "FORMAT_OF_RUN",
    "PREFIX",
    "RECORDS",
    "REPORT",
    "SHARD",
    "Run",
    "owned_by",
    "put",
    "report_of",
    "under_way",
    "whole_report",
]

REPORT = "report.json"
CARD, CROISSANT, RECORDS = "README.md", "croissant.json", "records.parquet"
"""What a finished set says of itself (`penline.hub`)."""
SHARD = 1000
"""Samples a shard: shard k holds k * 1000 to k * 1000 + 999, whatever is asked for."""
_WORK = ".penline"
FORMAT_OF_RUN = 1
"""In ``run.json`` and ``report.json``: by this a folder is known as penline's."""
PREFIX = r"^([0-9a-f]{8})?$"
"""What `prefix_of` gives, and nothing, of sets made before there was one."""
LOCK = ".penline.lock"
_REPORT_BYTES = 1 << 28
_BYTES = "boxes"
"""Of a shard's facts, those that are bytes."""


def under_way(out: Path) -> bool:
    """Whether a run into that folder is under way, as seen from the machine that asks."""
    return (out / _WORK / "run.json").is_file()


def whole_report(
    out: Path,
    told: Mapping[str, Any],
    files: Iterable[str] | Mapping[str, str],
    shards: list[dict[str, Any]],
) -> Report:
    """Return what ``report.json`` says, which is written last (`penline.hub.finish`).

    Args:
        out: the data set.
        told: all but the next two.
        files: names of the files that it holds beside those of shards, or their hashes, too.
        shards: what it says of each.
    """
    named = files if isinstance(files, Mapping) else {name: file_hash(out / name) for name in files}
    return {**told, "files": named, "shards": shards}


def report_of(folder: Path) -> dict[str, Any]:
    """Return what a finished set's report says; nothing of other folders, or a damaged one."""
    path = folder / REPORT
    if not path.is_file() or path.stat().st_size > _REPORT_BYTES:
        return {}
    try:
        told = json.loads(read_file(path))
    except (ValueError, RecursionError):
        return {}
    run = told.get("run") if isinstance(told, dict) else None
    known = isinstance(run, dict) and run.get("format_of_run") == FORMAT_OF_RUN
    return told if known else {}


class Run:
    """A run into one output folder."""

    def __init__(self, out: Path) -> None:
        self.out = out.resolve()
        self.work = self.out / _WORK

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out of the folder, which is made if it is not there.

        Raises:
            UsageError: another run holds it, or the name is that of a file.
        """
        if self.out.exists() and not self.out.is_dir():
            raise UsageError(f"{self.out} is a file; choose another name")
        with made(self.out), locked(self.out / LOCK, str(self.out)), about(self.out):
            yield

    def begin(self, identity: Mapping[str, Any], *, overwrite: bool = False) -> set[int]:
        """Claim the folder for the run of that identity; which of its shards are done already.

        Raises:
            UsageError: the folder holds something else, or another run.
        """
        wanted = json.loads(json.dumps(identity))
        finished, unfinished = self.out / REPORT, self.work / "run.json"
        if finished.is_file():
            found = _read(finished).get("run")
            if not isinstance(found, dict) or found.get("format_of_run") != FORMAT_OF_RUN:
                raise UsageError(
                    f"{self.out} holds a {REPORT} that is not penline's; choose another name"
                )
            if not overwrite:
                state = "this same data set, finished" if found == wanted else "another data set"
                raise UsageError(f"{self.out} holds {state}; to make it anew, {OVERWRITE}")
            self.clear()
        elif unfinished.is_file():
            if _read(unfinished) != wanted:
                if not overwrite:
                    raise UsageError(
                        f"{self.out} holds an unfinished run of other settings; repeat its "
                        f"command to go on, or {OVERWRITE}"
                    )
                self.clear()
        elif {path.name for path in entries(self.out)} - {LOCK, _WORK}:
            raise UsageError(
                f"{self.out} is not empty and is not a data set of penline's; choose another name"
            )
        with self.tidied(wanted):
            self.sweep(wanted)  # after a run that was killed
            (self.work / "shards").mkdir(parents=True, exist_ok=True)
            if not unfinished.is_file():
                put(unfinished, json.dumps(wanted, ensure_ascii=False, indent=1).encode())
            return self._done()

    @contextmanager
    def tidied(self, identity: Mapping[str, Any], *, resumes: bool = True) -> Iterator[None]:
        """If this block fails, remove what it left half written; nobody may be writing then.

        Args:
            identity: of the run that the folder was claimed for.
            resumes: whether the same command goes on from shards that are done; else, and where
                none is done, all that the run wrote goes. What has its report is finished.
        """
        try:
            yield
        except BaseException:
            with suppress(OSError):
                self.sweep(identity)
                if not (self.out / REPORT).exists() and not (resumes and self._done()):
                    self._remove_all(owned_by(identity))
            raise

    def _done(self) -> set[int]:
        return {int(path.stem) for path in (self.work / "shards").glob("*.json")}

    def sweep(self, identity: Mapping[str, Any]) -> None:
        """Remove what was left half written, by a worker that died; nobody may be writing."""
        for partial in self._partials(owned_by(identity)):
            remove(partial)

    def ended(self, identity: Mapping[str, Any]) -> dict[str, Any] | None:
        """The report of that same run, if it was cut short after all was made; tidied up then."""
        if not self.work.is_dir():
            return None
        report = _read(self.out / REPORT)
        if report.get("run") != json.loads(json.dumps(identity)):
            return None
        self.end()
        return report

    def done(self, number: int, metadata: Mapping[str, Any]) -> None:
        """Record that a shard is whole.

        Boxes are lines of JSON by then, and nearly all of a shard's facts: they stand as they are
        below the other facts, and need not be escaped and parsed again.
        """
        rest = {name: fact for name, fact in metadata.items() if name != _BYTES}
        line = json.dumps(rest, ensure_ascii=False).encode()
        put(self._mark(number), line + b"\n" + metadata.get(_BYTES, b""))

    def metadata(self, number: int) -> dict[str, Any]:
        """What was recorded of a shard.

        Raises:
            ExportError: it is damaged.
        """
        mark = self._mark(number)
        line, _, boxes = read_file(mark).partition(b"\n")
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ExportError(f"{mark} is damaged; pass --overwrite to make the set anew")
        return {**found, _BYTES: boxes}

    def shards(self) -> Iterator[Report]:
        """What was recorded of each shard that is done, in order; raises as `metadata`."""
        return map(self.metadata, sorted(self._done()))

    def end(self) -> None:
        """Remove the run's own folder: the report stands in its place."""
        remove(self.work)

    def clear(self) -> None:
        """Remove what the format of the run that stands here writes, and nothing else.

        Raises:
            UsageError: it was made in a format that is not known here.
        """
        finished, unfinished = self.out / REPORT, self.work / "run.json"
        found = [_read(finished).get("run"), _read(unfinished)]
        names = {name for run in found if isinstance(run, dict) and run for name in owned_by(run)}
        self._remove_all(names)

    def _remove_all(self, names: Iterable[str]) -> None:
        for name in (*sorted(names), REPORT, _WORK):  # the marks of penline's own folders last
            remove(self.out / name)

    def _partials(self, names: Iterable[str]) -> Iterator[Path]:
        for name in (*names, REPORT):
            yield from self.out.glob(f".{name}*.partial")
            if (self.out / name).is_dir() and not (self.out / name).is_symlink():
                yield from (self.out / name).glob(".*.partial")

    def _mark(self, number: int) -> Path:
        return self.work / "shards" / f"{number:05d}.json"


def owned_by(run: Mapping[str, Any]) -> tuple[str, ...]:
    """What the format of that run writes. The names come from the exporter, never from a file."""
    kind = exporter_class(str(run.get("to")), *TAKES)
    return (*kind.owns, CROISSANT, RECORDS, *((CARD,) if kind.hub_files else ()))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_file(path))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
