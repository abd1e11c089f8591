"""Which process this is: its worker among a loader's, its rank among a training's."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import cv2

from penline.errors import MissingExtra, UsageError
from penline.stream.order import shared_out

__all__ = ["Worker", "rank_of", "settle", "this_worker", "torch"]


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process of a loader, and how many there are; 0 of 1 outside of workers."""

    number: int
    count: int


def this_worker() -> Worker:
    """The worker that this process is.

    PyTorch is not imported for it: in a worker of its loader it is there already.
    """
    info = _worker_info()
    return Worker(0, 1) if info is None else Worker(info.id, info.num_workers)


def _worker_info() -> Any:
    data = sys.modules.get("torch.utils.data")
    return None if data is None else data.get_worker_info()


def rank_of(rank: int | None, world_size: int | None) -> tuple[int, int]:
    """The rank and how many there are: as given, or of ``torch.distributed`` if it is in use.

    Raises:
        UsageError: only one of the two is given, or there is no such rank.
    """
    if (rank is None) != (world_size is None):
        raise UsageError("rank and world_size go together: give both, or neither")
    if rank is None or world_size is None:
        distributed = sys.modules.get("torch.distributed")
        if distributed is None or not distributed.is_available():
            return 0, 1
        if not distributed.is_initialized():
            return 0, 1
        rank, world_size = int(distributed.get_rank()), int(distributed.get_world_size())
    shared_out(rank, world_size, "rank")
    return rank, world_size


def settle() -> None:
    """In a loader's worker, keep OpenCV to one thread: there are as many workers as is good."""
    _settled(os.getpid())


@functools.lru_cache(maxsize=4)
def _settled(_process: int) -> None:
    if _worker_info() is not None:
        cv2.setNumThreads(1)


def torch() -> Any:
    """PyTorch.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return import_module("torch")
    except ImportError:
        raise MissingExtra("tensors for PyTorch", "torch") from None
