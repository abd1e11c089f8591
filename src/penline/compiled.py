"""The one way a kernel is compiled: cached, without the interpreter, without fast-math."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile `function` with numba on first call.

    Fast-math stays off, so that floating-point operations are not reordered or contracted and
    give the same result on every processor (docs/conventions.md, "Pixels").
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
