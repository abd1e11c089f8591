"""The run: shards of lines or pages, made by an engine, written by an exporter."""

from __future__ import annotations

import functools
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from penline.compose import Composer
from penline.compose.warm import compiling_beside
from penline.durable import name_all, names_left_out
from penline.engine import engine as engine_named
from penline.engine import workers_for
from penline.engine.made import counted
from penline.errors import ExportError, Interrupted, UnwritableLine
from penline.export import Exporter, exporter_class
from penline.export.base import TAKES
from penline.export.run import SHARD, Run, under_way
from penline.export.urls import local_folder
from penline.hub import finish
from penline.produce.planning import ProduceJob, maker, plan

__all__ = ["Produced", "produce"]

_UNNAMED = "unnamed"
"""Of what a shard gives back, the folders that are not named yet."""


@dataclass(frozen=True, slots=True)
class Produced:
    """What `produce` made.

    Attributes:
        out: the folder, or its URL.
        report: what ``report.json`` holds.
        resumed: shards that an earlier, unfinished run had made.
    """

    out: Path | str
    report: Mapping[str, Any]
    resumed: int


@dataclass(frozen=True, slots=True)
class _Task:
    composer: Composer
    exporter: Exporter
    start: int
    stop: int
    here: bool
    """Whether all runs on this machine: then `_Commits` waits for the disk, and not the worker."""

    def __call__(self, shard: int) -> dict[str, Any]:
        first = max(self.start, shard * SHARD)
        last = min(self.stop, (shard + 1) * SHARD)
        if not under_way(self.exporter.out):
            raise ExportError(
                f"{self.exporter.out} is not to be seen from {platform.node()}, where shard "
                f"{shard} runs; name a folder that all machines share"
            )
        made: Iterable[Any]
        if self.exporter.takes == "lines":
            made = self.composer[first:last].each()
        else:
            made = self._one_by_one(first, last)
        made = counted(made)
        if not self.here:
            return self.exporter.shard(shard, made)
        with names_left_out() as unnamed:
            return {**self.exporter.shard(shard, made), _UNNAMED: unnamed}

    def _one_by_one(self, first: int, last: int) -> Iterator[Any]:
        make = maker(self.composer, self.exporter.takes)
        for index in range(first, last):
            try:
                yield make(index)
            except UnwritableLine as error:
                yield error


class _Shown:
    """Tells how many lines there are: what stands already, what came, and what is under way."""

    def __init__(self, start: int, stop: int, progress: Callable[[int, int], None] | None) -> None:
        self._lines_in = functools.partial(_lines_in, start=start, stop=stop)
        self._total, self._progress = stop - start, progress
        self._came = 0
        self._most = -1

    def __call__(self, lines: int) -> None:
        """Lines that are whole, on the disk."""
        self._came = max(self._came, lines)
        self.under_way(0)

    def taken(self, running: Iterable[dict[str, Any]], commits: _Commits) -> Iterator[int]:
        """Hand over the shards that come; the numbers of those that are whole."""
        for result in running:
            self._came += self._lines_in([result["number"]])
            yield from commits.add(result)

    def under_way(self, lines: int) -> None:
        """Lines of shards that have not come yet."""
        if self._progress is not None and self._came + lines > self._most:
            self._most = min(self._came + lines, self._total)
            self._progress(self._most, self._total)


class _Commits:
    """Syncs, names and records shards in a thread of its own, as many together as have come."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = ThreadPoolExecutor(1, "commits")
        self._coming: list[dict[str, Any]] = []
        self._under_way: Future[list[int]] | None = None

    def add(self, result: dict[str, Any]) -> list[int]:
        """Take a shard; numbers of those that are whole since the last call."""
        self._coming.append(result)
        return self._turn(wait=False)

    def rest(self) -> Iterator[int]:
        """Wait for all that is left; their numbers."""
        while self._coming or self._under_way:
            yield from self._turn(wait=True)

    def close(self) -> None:
        """End the thread. Where the run fails, what has come is kept, if the disk takes it.

        If it does not, the error that ended the run is the one to be told.
        """
        with suppress(OSError):
            list(self.rest())
        self._thread.shutdown()

    def _turn(self, *, wait: bool) -> list[int]:
        whole: list[int] = []
        if self._under_way is not None and (wait or self._under_way.done()):
            under_way, self._under_way = self._under_way, None
            whole = under_way.result()
        if self._under_way is None and self._coming:
            coming, self._coming = self._coming, []
            self._under_way = self._thread.submit(self._commit, coming)
        return whole

    def _commit(self, results: list[dict[str, Any]]) -> list[int]:
        name_all(pair for result in results for pair in result.pop(_UNNAMED, ()))
        for result in results:
            self._run.done(result["number"], result)
        return [result["number"] for result in results]


def produce(job: ProduceJob) -> Produced:
    """Write the lines of a job, or pages where the format is one of pages, up to their length.

    Raises:
        UsageError: the folder is taken, or the numbers make no sense.
        Interrupted: Ctrl-C; finished shards stay, and the same command goes on.
        ExportError: not one line could be made.
    """
    composer, start, engine, whole = job.composer, job.start, job.how.engine, job.whole
    out, workers = local_folder(job.out), workers_for(engine, job.how.workers)
    stop = len(composer)
    run = Run(out)
    exporter = exporter_class(job.to, *TAKES)(run.out, job.options)
    runner = engine_named(engine, job.how.address)
    with compiling_beside(composer.recipe, workers if engine == "local" else 1):
        planned = plan(job)
    shown = _Shown(start, stop, job.how.progress)
    with ExitStack() as stack:
        stack.enter_context(run.held())
        ended = run.ended(planned["run"])
        if ended is not None:
            return Produced(out, ended, -(-stop // SHARD) - start // SHARD)
        done = run.begin(planned["run"], overwrite=job.how.overwrite)
        stack.enter_context(run.tidied(planned["run"]))
        shards = range(start // SHARD, -(-stop // SHARD))
        left = [shard for shard in shards if shard not in done]
        lines = _lines_in([shard for shard in shards if shard in done], start, stop)
        shown(lines)
        task = _Task(composer, exporter, start, stop, engine == "local")
        running = runner(task, left, workers, progress=shown.under_way)
        commits = _Commits(run)
        try:
            for number in chain(shown.taken(running, commits), commits.rest()):
                if whole:
                    whole(number)
                lines += _lines_in([number], start, stop)
                shown(lines)
        except KeyboardInterrupt:
            lost = ""
            try:
                for number in commits.rest():
                    if whole:
                        whole(number)
                    lines += _lines_in([number], start, stop)
            except OSError as error:
                lost = f" (what came last was not kept: {error})"
            raise Interrupted(
                f"stopped with {lines:,} of {stop - start:,} lines done{lost}; "
                "the same command goes on from there"
            ) from None
        finally:
            close = getattr(running, "close", None)
            if close:
                close()
            commits.close()
            with suppress(OSError):  # what ended the run is told, and not this
                run.sweep(planned["run"])
        run.sweep(planned["run"])  # what a worker left that died, its shard made by another
        try:
            report = finish(run, exporter, planned)
        except ExportError:
            run.clear()  # not one line: leave the folder free for a better command
            raise
    return Produced(out, report, len(done))


def _lines_in(shards: list[int], start: int, stop: int) -> int:
    return sum(min(stop, (k + 1) * SHARD) - max(start, k * SHARD) for k in shards)
