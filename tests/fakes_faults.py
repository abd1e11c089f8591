"""Faults of the system, one at a time: the n-th open, read, write, ... of a run fails.

    with Faults(folder) as seen: run()                      counts the calls below `folder`
    with Faults(folder, "write", 3, errno.ENOSPC): run()    the third write fails, and no other

What a fault looks like is the system's: `open`, `rename` and `mkdir` name their file, the others
do not. Calls are caught where Python makes them; what C libraries do on their own is for
``tools/fault_runs.py --native``.
"""

from __future__ import annotations

import builtins
import errno
import io
import mmap
import os
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

KINDS = ("open", "read", "write", "fsync", "rename", "mkdir", "mmap")
_OPEN, _OS = io.open, {name: getattr(os, name) for name in ("open", "close", "read", "write")}


class Faults:
    """Counts what is done below a folder; one call of a kind fails.

    Attributes:
        counts: calls so far, by kind.
        fired: whether the one that fails came up.
    """

    def __init__(self, folder: Path, kind: str = "", at: int = 0, code: int = errno.ENOSPC) -> None:
        self.folder, self.kind, self.at, self.code = str(folder), kind, at, code
        self.counts: Counter[str] = Counter()
        self.fired = False
        self.files: dict[int, str] = {}
        self._lock = threading.Lock()
        self._patch = pytest.MonkeyPatch()

    def hit(self, kind: str, path: object, *, named: bool = False) -> None:
        """Count one call; raise, if it is the one that fails."""
        if not str(path).startswith(self.folder):
            return
        with self._lock:
            self.counts[kind] += 1
            if kind != self.kind or self.counts[kind] != self.at:
                return
            self.fired = True
        more = (str(path),) if named else ()
        raise OSError(self.code, os.strerror(self.code), *more)

    def __enter__(self) -> Faults:
        for module in (io, builtins):
            self._patch.setattr(module, "open", self._open)
        self._patch.setattr(os, "open", self._os_open)
        self._patch.setattr(os, "close", self._os_close)
        for name in ("read", "write"):
            self._patch.setattr(os, name, self._on_handle(name, _OS[name]))
        self._patch.setattr(os, "fsync", self._on_handle("fsync", os.fsync))
        for name in ("rename", "replace"):
            self._patch.setattr(os, name, self._on_path("rename", getattr(os, name)))
        self._patch.setattr(os, "mkdir", self._on_path("mkdir", os.mkdir))
        self._patch.setattr(mmap, "mmap", self._mapped())
        settle = self._on_path("fsync", __import__("penline.durable").durable.settle)
        self._patch.setattr("penline.durable.settle", settle)  # syncfs(2), by way of ctypes
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._patch.undo()

    def _on_path(self, kind: str, function: Any) -> Any:
        def call(path: Any, *more: Any, **named: Any) -> Any:
            self.hit(kind, path, named=True)
            return function(path, *more, **named)

        return call

    def _on_handle(self, kind: str, function: Any) -> Any:
        def call(handle: int, *more: Any) -> Any:
            self.hit(kind, self.files.get(handle, ""))
            return function(handle, *more)

        return call

    def _os_open(self, path: Any, *more: Any, **named: Any) -> int:
        self.hit("open", path, named=True)
        handle = _OS["open"](path, *more, **named)
        self.files[handle] = str(path)
        return int(handle)

    def _os_close(self, handle: int) -> None:
        self.files.pop(handle, None)
        _OS["close"](handle)

    def _open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """As `open`, over a raw file whose every call is counted."""
        path = self.files.get(file, "") if isinstance(file, int) else os.fspath(file)
        if not str(path).startswith(self.folder):
            return _OPEN(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if not isinstance(file, int):
            self.hit("open", path, named=True)
        raw = _Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        raw.faults, raw.path = self, str(path)
        self.files[raw.fileno()] = str(path)
        if not buffering:
            return raw
        if raw.writable() and raw.readable():
            both = io.BufferedRandom(raw)
            return both if "b" in mode else io.TextIOWrapper(both, encoding, errors, newline)
        one = io.BufferedWriter(raw) if raw.writable() else io.BufferedReader(raw)
        return one if "b" in mode else io.TextIOWrapper(one, encoding, errors, newline)

    def _mapped(self) -> type[mmap.mmap]:
        faults = self

        class Mapped(mmap.mmap):
            def __new__(cls, handle: int, *more: Any, **named: Any) -> Any:
                faults.hit("mmap", faults.files.get(handle, ""))
                return super().__new__(cls, handle, *more, **named)

        return Mapped


class _Raw(io.FileIO):
    """A file whose reads and writes are counted."""

    faults: Faults
    path: str

    def read(self, *size: Any) -> Any:
        self.faults.hit("read", self.path)
        return super().read(*size)

    def readall(self) -> bytes:
        self.faults.hit("read", self.path)
        return super().readall()

    def readinto(self, buffer: Any) -> int:
        self.faults.hit("read", self.path)
        return super().readinto(buffer)

    def write(self, data: Any) -> int:
        self.faults.hit("write", self.path)
        return super().write(data)

    def close(self) -> None:
        if not self.closed and self.faults.files.get(self.fileno()) == self.path:
            self.faults.files.pop(self.fileno())
        super().close()
