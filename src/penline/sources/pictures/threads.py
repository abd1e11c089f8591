"""Work on many items in a few threads."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["batched", "in_threads"]

_MOST_THREADS = 8
T = TypeVar("T")
R = TypeVar("R")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items in lists of so many; the last may have fewer."""
    left = iter(items)
    while some := list(itertools.islice(left, size)):
        yield some


def in_threads(call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what a call makes of each item, in their order; a few are worked on at once."""
    workers = max(2, min(_MOST_THREADS, os.cpu_count() or 1))
    under_way: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers, "pictures") as pool:
        try:
            for item in items:
                under_way.append(pool.submit(call, item))
                if len(under_way) > 2 * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for one in under_way:
                one.cancel()
