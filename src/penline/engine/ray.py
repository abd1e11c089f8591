"""Shards as tasks of a Ray cluster: the same task, on whatever nodes there are.

Source of the calls and of the errors: the Ray Core API reference (``ray.init``, ``ray.remote``,
``ray.wait``, ``ray.exceptions``). Ray's own retries are off, because those after a lack of memory
have no bound that a task can set: a shard that is lost is given out again here, a few times.

Every node needs penline, the banks, and the output folder under the same paths.
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from penline.engine.local import one_thread
from penline.errors import MissingExtra, UsageError, WorkerDied

__all__ = ["RETRIES", "run"]

RETRIES = 3
"""How often a shard is given out again when its node or its process died."""
_END_SECONDS = 60.0
_KNOCK_SECONDS = 10.0
_held: tuple[str, Callable[[int], Any]] | None = None


def run(
    task: Callable[[int], Any],
    shards: Sequence[int],
    workers: int,
    *,
    address: str | None = None,
    progress: Callable[[int], None] | None = None,  # noqa: ARG001 - see below
) -> Iterator[Any]:
    """Call ``task(shard)`` for each shard and yield what it returns, in the order of finishing.

    A connection to Ray that this process has already is used and left open. What the task raises
    is raised here, too, as it was.

    Args:
        task: what to do; it is sent once, and unpickled once in each of Ray's processes.
        shards: numbers of the shards.
        workers: most shards at a time; 0 for as many as the cluster has processors.
        address: of a cluster, as ``ray.init`` takes it; None for ``$RAY_ADDRESS``, or else for
            a cluster of this machine alone, started for the run.
        progress: not called: what a shard under way has is not known here.

    Raises:
        MissingExtra: Ray is not installed.
        UsageError: no cluster answers at the address.
        WorkerDied: a shard was lost again and again.
    """
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise MissingExtra("--engine ray", "ray") from None
    if not shards:
        return
    with _connected(ray, address, workers):
        yield from _all(ray, task, shards, workers)


def _all(
    ray: Any, task: Callable[[int], Any], shards: Sequence[int], workers: int
) -> Iterator[Any]:
    lost = (
        ray.exceptions.WorkerCrashedError,
        ray.exceptions.NodeDiedError,
        ray.exceptions.OutOfMemoryError,
        ray.exceptions.ObjectLostError,
        ray.exceptions.LocalRayletDiedError,
    )
    call = ray.remote(num_cpus=1, max_retries=0, scheduling_strategy="SPREAD")(_call)
    # in a list, so that Ray hands over the reference and not the task
    parcel = [ray.put(task)]
    token = parcel[0].hex()
    left = list(reversed(shards))
    under_way: dict[Any, int] = {}
    losses: Counter[int] = Counter()
    try:
        while left or under_way:
            most = workers or 2 * int(ray.cluster_resources().get("CPU", 1))
            while left and len(under_way) < most:
                shard = left.pop()
                under_way[call.remote(token, parcel, shard)] = shard
            done, _ = ray.wait(list(under_way), num_returns=1)
            for reference in done:
                shard = under_way.pop(reference)
                try:
                    result = ray.get(reference)
                except ray.exceptions.RayError as error:
                    why = getattr(error, "cause", None) or error
                    if not isinstance(why, lost):
                        raise why from None
                    losses[shard] += 1
                    if losses[shard] > RETRIES:
                        raise WorkerDied(
                            f"shard {shard} was lost {losses[shard]} times "
                            f"({type(why).__name__}: a node died, or memory ran out); "
                            "the same command goes on with what is finished"
                        ) from None
                    left.append(shard)
                else:
                    yield result
    finally:
        # nobody may write any more when this returns: the folder's lock goes next
        for reference in under_way:
            ray.cancel(reference)
        if under_way:
            ray.wait(list(under_way), num_returns=len(under_way), timeout=_END_SECONDS)


@contextmanager
def _connected(ray: Any, address: str | None, workers: int) -> Iterator[None]:
    """A connection to a cluster; one that was made here is closed again."""
    if ray.is_initialized():
        yield
        return
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None and not os.environ.get("RAY_ADDRESS"):
        # a cluster of our own: no web page, and nothing told to anybody
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        options |= {"address": "local", "include_dashboard": False}
        if workers:
            options["num_cpus"] = workers
    elif address is not None:
        options["address"] = address
        _answers(address)
    try:
        ray.init(**options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"no Ray cluster at {address or 'this machine'}: {reason}") from None
    try:
        yield
    finally:
        ray.shutdown()


def _answers(address: str) -> None:
    """Knock before Ray does: it would wait for many minutes where nobody is.

    Raises:
        UsageError: nobody answers.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit() or not host:
        return  # "auto", or a kind of address that Ray knows
    try:
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise UsageError(f"no Ray cluster at {address}: {error}") from None


def _call(token: str, parcel: list[Any], shard: int) -> Any:
    """In one of Ray's processes, which serves one shard after another."""
    global _held
    if _held is None or _held[0] != token:
        one_thread()
        _held = token, import_module("ray").get(parcel[0])
    return _held[1](shard)
