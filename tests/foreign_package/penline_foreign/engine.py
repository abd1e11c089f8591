"""Shards in this process, the last one first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

__all__ = ["run"]


def run(
    task: Callable[[int], Any],
    shards: Sequence[int],
    workers: int,
    *,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Any]:
    """See `penline.engine.Engine`."""
    for shard in reversed(shards):
        yield task(shard)
