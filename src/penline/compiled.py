"""The one way a kernel is compiled: cached, without the interpreter, without fast-math; and the
one way a table becomes read-only."""

from __future__ import annotations

import logging
import os
import pickle
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba.core import config as _config
from numba.core import event
from numba.core import runtime as _runtime
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

from penline.machine import COMPILING, at_home, private_folder, say_once

__all__ = ["compiled", "frozen", "kept_here"]

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T", bound=np.generic)

_njit: Any = numba.njit
_settings: Any = _config
_PATIENCE_SECONDS = 1.0
"""Compiling that is over before this is not worth a word."""
_COMPILING = "compiling kernels{}; it takes half a minute or so"


def compiled(function: F) -> F:
    """Compile `function` with numba on first call.

    Fast-math stays off, so that floating-point operations are not reordered or contracted and
    give the same result on every processor (docs/conventions.md, "Pixels").

    numba's cache looks at the function's own file alone. Here machine code goes stale, too, with
    every file that a kernel has been imported from into the function's module, and with those
    that went into that kernel.
    """
    dispatcher: Any = _njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    if dispatcher is function:
        return function  # NUMBA_DISABLE_JIT: nothing is compiled, nothing kept
    store = _store(function)
    if store is not None:
        # the stamp of the source that numba keeps beside the machine code, and compares
        index = store._cache_file
        imported = {
            _store_of(kernel)._cache_file._source_stamp
            for kernel in function.__globals__.values()
            if isinstance(kernel, Dispatcher)
            and kernel.py_func.__module__ != function.__module__
            and _store_of(kernel) is not None
        }
        index._source_stamp = (index._source_stamp, *sorted(imported, key=repr))
        dispatcher._cache = store
    return cast(F, dispatcher)


def frozen(array: npt.NDArray[T]) -> npt.NDArray[T]:
    """Make an array read-only, and give it back: what threads share is not written to.

    (A kernel is compiled anew for arrays that are read-only: it belongs to a table from the start.)
    """
    array.setflags(write=False)
    return array


def _store_of(kernel: Any) -> Any:
    return kernel._cache if isinstance(kernel._cache, _Store) else None


class _Store(FunctionCache):
    """numba's store of a kernel's machine code; what befalls it does not end the work."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        # numba would get everything ready to compile here, for a tenth of a second: what is loaded
        # needs its run time alone, and what is compiled gets the rest ready by itself
        _runtime.rtsys.initialize(target_context)  # type: ignore[attr-defined]
        try:
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except OSError:
            return None
        except (EOFError, pickle.UnpicklingError):  # half a file, as a power cut may leave it
            with suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
            _watch.kept += 1
        except OSError as error:
            say_once(
                f"{self.cache_path}: {error.strerror}: compiled kernels are not kept, and the next "
                "start compiles them again; NUMBA_CACHE_DIR may name another folder"
            )


def _store(function: Callable[..., object]) -> _Store | None:
    """Where the machine code of a kernel is kept: where numba would, or in a private folder."""
    with suppress(RuntimeError):  # numba has found no folder that it may write to
        if _has_place(Path(function.__code__.co_filename)):
            return _Store(function)  # type: ignore[no-untyped-call]
    try:
        folder = str(private_folder() / "numba")
    except OSError as error:
        say_once(
            f"no folder can be written to, not even a temporary one ({error.strerror}): kernels "
            "are compiled anew by every process; NUMBA_CACHE_DIR may name a folder"
        )
        return None
    say_once(
        "neither penline's own folder nor the user's cache can be written to: compiled kernels "
        "are kept in a temporary folder until the end, and the next start compiles them again; "
        "NUMBA_CACHE_DIR may name a folder that stays"
    )
    _settings.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"] = folder  # for worker processes, too
    _watch.once = ""
    return _Store(function)  # type: ignore[no-untyped-call]


def _has_place(source: Path) -> bool:
    """Whether numba may choose the folder: with no home it would make one that is called ``~``."""
    if _settings.CACHE_DIR:
        return True
    with suppress(OSError):
        at_home(os.environ.get("XDG_CACHE_HOME") or "~")
        return True
    beside = source.parent / "__pycache__"
    return os.access(beside if beside.exists() else source.parent, os.W_OK)


class _Watch(event.Listener):
    """Counts penline's kernels while they are compiled, and says so where that takes long."""

    def __init__(self) -> None:
        self.count = self.kept = 0
        self.once = ", once for this user and version"
        self._depth = 0
        self._since = self._before = 0.0

    def on_start(self, found: Any) -> None:
        if not self._depth:
            self._since = time.monotonic()
        self._depth += 1
        if found.data["dispatcher"].py_func.__module__.startswith("penline."):
            self.count += 1
            for call in COMPILING:
                call(self.count)
        self._say()

    def on_end(self, _: Any) -> None:
        self._say()
        self._depth -= 1
        if not self._depth:
            self._before += time.monotonic() - self._since

    def _say(self) -> None:
        if self._before + time.monotonic() - self._since > _PATIENCE_SECONDS:
            say_once(_COMPILING.format(self.once), logging.INFO)


_watch = _Watch()
event.register("numba:compile", _watch)  # type: ignore[no-untyped-call]


def kept_here() -> int:
    """How many kernels this process has compiled, and left in the cache for others."""
    return _watch.kept
