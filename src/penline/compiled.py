"""The one way a kernel is compiled: cached, without the interpreter, without fast-math."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled", "compiled_with"]

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile `function` with numba on first call.

    Fast-math stays off, so that floating-point operations are not reordered or contracted and
    give the same result on every processor (docs/conventions.md, "Pixels").

    numba's cache looks at the function's own file alone: a kernel that calls kernels of other
    files is compiled by `compiled_with`.
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_with(*modules: ModuleType) -> Callable[[F], F]:
    """As `compiled`, for a kernel that calls kernels of `modules`: it goes stale with them."""

    def decorate(function: F) -> F:
        dispatcher: Any = compiled(function)
        if dispatcher is function:
            return function  # NUMBA_DISABLE_JIT: nothing is compiled, nothing kept
        # the stamp of the source that numba keeps beside the machine code, and compares
        index = dispatcher._cache._cache_file
        stamps = [Path(str(module.__file__)).stat() for module in modules]
        index._source_stamp = (index._source_stamp, *((s.st_mtime, s.st_size) for s in stamps))
        return cast(F, dispatcher)

    return decorate
