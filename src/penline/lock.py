"""One process at a time: a lock on a file, released by the system however the process ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penline.errors import UsageError

__all__ = ["locked"]


@contextmanager
def locked(path: Path, what: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file `path` (made if absent, left where it is) while the block runs.

    Args:
        path: the lock file, in a folder that exists.
        what: what is locked, for the message.
        wait_seconds: how long to wait for another process.

    Raises:
        UsageError: another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        deadline = time.monotonic() + wait_seconds
        while not _try(handle):
            if time.monotonic() >= deadline:
                raise UsageError(f"{what} is in use by another penline; wait for it to end")
            time.sleep(0.1)
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _try(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
