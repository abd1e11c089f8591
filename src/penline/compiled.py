"""The one way a kernel is compiled: cached, without the interpreter, without fast-math; and the
one way a table becomes read-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba.core.dispatcher import Dispatcher

__all__ = ["compiled", "frozen"]

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T", bound=np.generic)


def compiled(function: F) -> F:
    """Compile `function` with numba on first call.

    Fast-math stays off, so that floating-point operations are not reordered or contracted and
    give the same result on every processor (docs/conventions.md, "Pixels").

    numba's cache looks at the function's own file alone. Here machine code goes stale, too, with
    every file that a kernel has been imported from into the function's module, and with those
    that went into that kernel.
    """
    dispatcher: Any = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    if dispatcher is function:
        return function  # NUMBA_DISABLE_JIT: nothing is compiled, nothing kept
    # the stamp of the source that numba keeps beside the machine code, and compares
    index = _index(dispatcher)
    imported = {
        _index(kernel)._source_stamp
        for kernel in function.__globals__.values()
        if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ != function.__module__
    }
    index._source_stamp = (index._source_stamp, *sorted(imported, key=repr))
    return cast(F, dispatcher)


def frozen(array: npt.NDArray[T]) -> npt.NDArray[T]:
    """Make an array read-only, and give it back: what threads share is not written to.

    (A kernel is compiled anew for arrays that are read-only: it belongs to a table from the start.)
    """
    array.setflags(write=False)
    return array


def _index(kernel: Any) -> Any:
    """numba's record of what it keeps of a kernel, and of which source that is."""
    return kernel._cache._cache_file
