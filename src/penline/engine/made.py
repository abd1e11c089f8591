"""How far a shard is: told by the task that makes it, to the engine that runs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

__all__ = ["counted", "told_to"]

T = TypeVar("T")

_EVERY_SECONDS = 0.2
_progress: ContextVar[Callable[[int], None] | None] = ContextVar("told", default=None)


@contextmanager
def told_to(call: Callable[[int], None] | None) -> Iterator[None]:
    """In this block `counted` calls `call` with the number of samples made so far."""
    token = _progress.set(call)
    try:
        yield
    finally:
        _progress.reset(token)


def counted(samples: Iterable[T]) -> Iterator[T]:
    """Yield the samples of a shard, telling the engine how many there were, now and then."""
    call = _progress.get()
    if call is None:
        yield from samples
        return
    due = 0.0
    for count, sample in enumerate(samples):  # before each: what is told is never all of them
        now = time.monotonic()
        if count and now >= due:
            call(count)
            due = now + _EVERY_SECONDS
        yield sample
