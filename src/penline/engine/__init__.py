"""Where shard k runs; nothing of handwriting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

from penline.errors import UsageError

__all__ = ["ENGINES", "Engine", "engine"]

ENGINES: dict[str, str] = {"local": "penline.engine.local:run"}


class Engine(Protocol):
    """Runs a task once for each shard; yields results as they come, in any order."""

    def __call__(
        self, task: Callable[[int], Any], shards: Sequence[int], workers: int
    ) -> Iterator[Any]: ...


def engine(name: str) -> Engine:
    """The engine called `name`.

    Raises:
        UsageError: no engine has that name.
    """
    if name not in ENGINES:
        raise UsageError(f"no engine is called {name!r}; there are: {', '.join(sorted(ENGINES))}")
    module, _, attribute = ENGINES[name].partition(":")
    found: Engine = getattr(import_module(module), attribute)
    return found
