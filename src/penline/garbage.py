"""How often Python looks for garbage that holds on to itself."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["seldom_collected"]

_SELDOM = 20_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles of garbage seldom: long loops over records make none, and each look costs."""
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
