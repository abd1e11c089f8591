"""Where shard k runs; nothing of handwriting."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

from penline.engine.local import default_workers
from penline.errors import UsageError

__all__ = ["ENGINES", "Engine", "engine", "workers_for"]

ENGINES: dict[str, str] = {
    "local": "penline.engine.local:run",
    "ray": "penline.engine.ray:run",
}
_REMOTE = ("ray",)
"""Those that run on other machines: they take an address, and know best how many workers."""


class Engine(Protocol):
    """Runs a task for each shard; yields one result for each, in any order.

    A shard that was lost with its process or machine may be run again; a number of workers of 0
    is for engines of other machines, and means as many as there are. ``progress`` is called now and
    then with how many samples the shards under way have, by an engine that knows.
    """

    def __call__(
        self,
        task: Callable[[int], Any],
        shards: Sequence[int],
        workers: int,
        *,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Any]: ...


def engine(name: str, address: str | None = None) -> Engine:
    """The engine called `name`.

    Args:
        name: of the table.
        address: where it is, for engines of other machines.

    Raises:
        UsageError: no engine has that name, or it has no address.
    """
    if name not in ENGINES:
        raise UsageError(f"no engine is called {name!r}; there are: {', '.join(sorted(ENGINES))}")
    module, _, attribute = ENGINES[name].partition(":")
    found: Any = getattr(import_module(module), attribute)
    if address is None:
        run: Engine = found
        return run
    if name not in _REMOTE:
        raise UsageError(
            f"the engine {name} is this machine and takes no address; leave --address out, or "
            f"choose the engine {' or '.join(sorted(_REMOTE))}"
        )
    return functools.partial(found, address=address)


def workers_for(name: str, wanted: int | None) -> int:
    """How many workers an engine is asked for; 0 leaves it to an engine of other machines."""
    if wanted or name in _REMOTE:
        return wanted or 0
    return default_workers()
