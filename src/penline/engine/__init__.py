"""Where shard k runs; nothing of handwriting."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from penline.engine.local import default_workers
from penline.errors import UsageError
from penline.registry import Registry, Row

__all__ = ["ENGINES", "Engine", "engine", "workers_for"]


class Engine(Protocol):
    """Runs a task for each shard; yields one result for each, in any order.

    A shard that was lost with its process or machine may be run again; a number of workers of 0
    is for engines of other machines, and means as many as there are. ``progress`` is called now and
    then with how many samples the shards under way have, by an engine that knows. An engine of
    other machines takes their ``address``, too.
    """

    def __call__(
        self,
        task: Callable[[int], Any],
        shards: Sequence[int],
        workers: int,
        *,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Any]: ...


ENGINES: Registry[Engine] = Registry(
    "penline.engines",
    "engine",
    {
        "local": Row("penline.engine.local:run", "this machine"),
        "ray": Row("penline.engine.ray:run", "a cluster of ray, or this machine by it", "ray"),
    },
    fits=callable,
)


def engine(name: str, address: str | None = None) -> Engine:
    """The engine called `name`.

    Args:
        name: of the table.
        address: where it is, for engines of other machines.

    Raises:
        UsageError: no engine has that name, or it has no address.
    """
    found: Any = ENGINES.load(name)
    if address is None:
        run: Engine = found
        return run
    if not _is_remote(name):
        raise UsageError(
            f"the engine {name} is this machine and takes no address; leave --address out, or "
            "choose the engine of other machines (penline compose --help names them)"
        )
    return functools.partial(found, address=address)


def workers_for(name: str, wanted: int | None) -> int:
    """How many workers an engine is asked for; 0 leaves it to an engine of other machines."""
    if wanted or _is_remote(name):
        return wanted or 0
    return default_workers()


def _is_remote(name: str) -> bool:
    """Whether an engine runs on other machines: it takes their address, and counts workers best."""
    return "address" in inspect.signature(ENGINES.load(name)).parameters
