"""Shards on this machine's processors: worker processes started afresh, one thread each."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Any

import cv2
import pyarrow as pa

from penline.errors import WorkerDied

__all__ = ["default_workers", "run"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_task: Callable[[int], Any] | None = None


def default_workers() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(task: Callable[[int], Any], shards: Sequence[int], workers: int) -> Iterator[Any]:
    """Call ``task(shard)`` for each shard and yield what it returns, in the order of finishing.

    With one worker the task runs in this process. Else each worker is a new process (spawn); it
    gets the task once. When the caller stops asking (Ctrl-C among the reasons), shards under way
    are finished and the others are not begun.

    Raises:
        WorkerDied: a worker process was killed.
    """
    if workers <= 1 or len(shards) <= 1:
        _one_thread()
        for shard in shards:
            yield task(shard)
        return
    kept = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        pool = ProcessPoolExecutor(min(workers, len(shards)), get_context("spawn"), _start, (task,))
        try:
            left = list(reversed(shards))
            running: set[Future[Any]] = set()
            while left or running:
                while left and len(running) < 2 * workers:
                    running.add(pool.submit(_call, left.pop()))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    try:
                        result = future.result()
                    except BrokenProcessPool:
                        raise WorkerDied(
                            "a worker process died (killed, or out of memory); the same command "
                            "goes on with what is finished; --workers 1 takes less memory"
                        ) from None
                    yield result
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _start(task: Callable[[int], Any]) -> None:
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _one_thread()
    _task = task


def _end_with_parent() -> None:
    """End this worker when its parent is gone: nobody is left to take what it makes."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _one_thread() -> None:
    cv2.setNumThreads(1)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _call(shard: int) -> Any:
    if _task is None:
        raise RuntimeError("this worker process was not started by penline.engine.local.run")
    return _task(shard)
