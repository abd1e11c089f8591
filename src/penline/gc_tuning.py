"""How often Python looks for garbage that holds on to itself."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collect_seldom", "leave_all", "seldom_collected"]

_SELDOM = 20_000


def collect_seldom() -> None:
    """For the rest of the process."""
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])


def leave_all() -> None:
    """At the end of the process: what is there goes with it, and need not be looked through.

    Python looks for cycles once more when it ends: among the objects of all libraries that took
    0.3 s, a fifth of the time of a command that composes one line.
    """
    gc.freeze()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles of garbage seldom: long loops over records make none, and each look costs."""
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
