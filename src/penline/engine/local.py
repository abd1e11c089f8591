"""Shards on this machine's processors: worker processes started afresh, one thread each."""

from __future__ import annotations

import functools
import logging
import os
import pickle
import signal
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import cv2
import pyarrow as pa

from penline.engine.made import told_to
from penline.errors import WorkerDied
from penline.gc_tuning import seldom_collected
from penline.machine import LOG, say_once

__all__ = ["default_workers", "one_thread", "run"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.5
_COUNT = struct.Struct("=q")
_task: Callable[[int], Any] | None = None
_parcel = Path()


def default_workers() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    task: Callable[[int], Any],
    shards: Sequence[int],
    workers: int,
    *,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Any]:
    """Call ``task(shard)`` for each shard and yield what it returns, in the order of finishing.

    With one worker, or where the machine lets none be started, the task runs in this process. Else
    each worker is a new process (spawn); it gets the task once. When the caller stops asking
    (Ctrl-C among the reasons), shards under way are finished and the others are not begun.

    Args:
        task: what to do.
        shards: numbers of the shards.
        workers: processes.
        progress: called now and then with how many samples the shards under way have.

    Raises:
        WorkerDied: a worker process was killed.
    """
    pool = None
    if workers > 1 and len(shards) > 1:
        pool = _pool(task, len(shards), workers)
    if pool is None:
        one_thread()
        for shard in shards:
            with seldom_collected(), told_to(progress):
                found = task(shard)
            yield found
        return
    kept = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        idle = False
        try:
            left = list(reversed(range(len(shards))))
            running: dict[Future[Any], int] = {}
            while left or running:
                while left and len(running) < 2 * workers:
                    place = left.pop()
                    running[pool.submit(_call, shards[place], place)] = place
                seconds = None if progress is None else _LOOK_SECONDS
                done, _ = wait(running, seconds, FIRST_COMPLETED)
                for future in done:
                    del running[future]
                    try:
                        result = future.result()
                    except BrokenProcessPool:
                        raise WorkerDied(
                            "a worker process died (killed, or out of memory); the same command "
                            "goes on with what is finished; --workers 1 takes less memory; a "
                            "script has to call this below `if __name__ == '__main__':`"
                        ) from None
                    yield result
                if progress is not None and running:
                    progress(sum(pool.made(place) for place in running.values()))
            idle = True
        finally:
            pool.shutdown(wait=not idle, cancel_futures=True)
            if idle:
                _dismiss(pool.started.workers)
    finally:
        pool.parcel.unlink(missing_ok=True)
        for variable, value in kept.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value


class _WorkerPool(ProcessPoolExecutor):
    """Worker processes that have a task.

    A worker that dies at once would leave its parent writing a large task to it for ever, so the
    task lies in a file that only this user can read. Before it stands, for each shard, how many
    samples there are.
    """

    def __init__(self, parcel: Path, shards: int, workers: int) -> None:
        self.parcel, self.started = parcel, _Started()
        context: Any = self.started
        super().__init__(min(workers, shards), context, _start, (str(parcel), shards))

    def made(self, place: int) -> int:
        """How many samples there are of the shard of that place."""
        with self.parcel.open("rb") as file:
            file.seek(_COUNT.size * place)
            return int(_COUNT.unpack(file.read(_COUNT.size))[0])


def _pool(task: Callable[[int], Any], shards: int, workers: int) -> _WorkerPool | None:
    """Processes that have the task; None where the machine lets none be started."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix="penline-task-")
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(_COUNT.size * shards))
            pickle.dump(task, file)
        return _WorkerPool(Path(name), shards, workers)
    except (OSError, NotImplementedError, ImportError) as error:  # no room, no semaphores
        why = getattr(error, "strerror", None) or str(error)
        if sys.platform == "linux" and not os.access("/dev/shm", os.W_OK):  # noqa: S108
            why = f"/dev/shm: {why}"  # noqa: S108
        say_once(f"worker processes cannot be started ({why}): going on with one process")
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if name:
        Path(name).unlink(missing_ok=True)
    return None


class _Started:
    """The context that a pool starts its processes by; it keeps them, which a pool tells nobody."""

    def __init__(self) -> None:
        self._context = get_context("spawn")
        self.workers: list[BaseProcess] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def Process(self, *args: Any, **more: Any) -> BaseProcess:  # noqa: N802 - as contexts call it
        self.workers.append(self._context.Process(*args, **more))
        return self.workers[-1]


def _dismiss(workers: list[BaseProcess]) -> None:
    """See that workers who have nothing left to do end.

    One that is killed while it waits for work takes the lock of the queue with it; the others would
    wait for that lock, and the pool for them, for ever.
    """
    left = {worker.sentinel: worker for worker in workers}
    while left and (ended := connection.wait(list(left), _PATIENCE_SECONDS)):
        for sentinel in ended:
            del left[sentinel]  # type: ignore[arg-type]
    for worker in left.values():
        worker.kill()
    for worker in workers:
        worker.join(_PATIENCE_SECONDS)


def _start(name: str, shards: int) -> None:
    global _task, _parcel
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # where it was forked from a command
    threading.Thread(target=_end_with_parent, args=(name,), daemon=True).start()
    LOG.setLevel(logging.ERROR)  # what the machine lacks is told by the parent
    one_thread()
    _parcel = Path(name)
    with _parcel.open("rb") as file:
        file.seek(_COUNT.size * shards)
        _task = pickle.load(file)  # noqa: S301 - the parent's own bytes, in a file of this user's


def _end_with_parent(name: str) -> None:
    """End this worker when its parent is gone: nobody is left to take what it makes."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)  # which the parent would have done
        os._exit(1)


def one_thread() -> None:
    """Keep libraries from starting threads of their own: there is a process for each processor."""
    cv2.setNumThreads(1)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _call(shard: int, place: int) -> Any:
    if _task is None:
        raise RuntimeError("this worker process was not started by penline.engine.local.run")
    with seldom_collected(), told_to(functools.partial(_tell, place)):
        return _task(shard)


def _tell(place: int, made: int) -> None:
    with suppress(OSError), _parcel.open("r+b") as file:
        file.seek(_COUNT.size * place)
        file.write(_COUNT.pack(made))
