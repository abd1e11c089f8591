"""One process at a time: a lock on a file, released by the system however the process ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penline.durable import about
from penline.errors import UsageError

__all__ = ["locked"]


@contextmanager
def locked(path: Path, what: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; it is made, and removed where that is safe.

    Args:
        path: the lock file, in a folder that exists.
        what: what is locked, for the message.
        wait_seconds: how long to wait for another process.

    Raises:
        UsageError: another process holds it.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        with about(path.parent):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            while not _try(handle, path):
                if time.monotonic() >= deadline:
                    raise UsageError(f"{what} is in use by another penline; wait for it to end")
                time.sleep(0.1)
            if not _stands(handle, path):
                continue  # the holder removed the file before it let go: take the new one
            yield
            if _REMOVABLE:
                path.unlink(missing_ok=True)
            return
        except BaseException:
            if _REMOVABLE and _stands(handle, path) and _try(handle, path):
                path.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)


def _stands(handle: int, path: Path) -> bool:
    """Whether `handle` is still the file that bears the name `path`."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    _REMOVABLE = False  # an open file cannot be removed there

    def _try(handle: int, path: Path) -> bool:  # noqa: ARG001
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    _REMOVABLE = True

    def _try(handle: int, path: Path) -> bool:
        try:
            with about(path):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
