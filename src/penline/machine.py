"""What a machine withholds, and what is done in its place: said once, and the work goes on."""

from __future__ import annotations

import atexit
import errno
import functools
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

__all__ = ["COMPILING", "LOG", "at_home", "private_folder", "say_once", "user_cache"]

LOG = logging.getLogger("penline")

_VARIABLE = "PENLINE_PRIVATE_FOLDER"
"""Tells the processes that this one starts which folder it made."""


COMPILING: list[Callable[[int], None]] = []
"""Called with the number of kernels that were begun, whenever one has to be compiled."""


@functools.cache
def say_once(message: str, level: int = logging.WARNING) -> None:
    """Log a message to the logger ``penline``, the same one once in a process."""
    LOG.log(level, message)


def at_home(folder: str | os.PathLike[str], instead: str = "set HOME") -> Path:
    """A path with ``~`` expanded, which does not depend on where one stands.

    Where a user has neither a home nor an entry among the users, ``~`` stands for nothing, and a
    folder of that name would be made wherever one is.

    Args:
        folder: a folder of the user's own.
        instead: what to do where there is no home, for the message.

    Raises:
        OSError: there is no home.
    """
    path = os.path.expanduser(folder)  # noqa: PTH111 - which raises, and no error of the system
    if path.startswith("~"):
        why = f"this user has no home folder; {instead}"
        raise FileNotFoundError(errno.ENOENT, why, path)
    return Path(path)


def user_cache(instead: str = "set HOME") -> Path:
    """penline's folder in the user's cache; arguments and errors as of `at_home`."""
    import platformdirs  # which most commands do without

    try:
        return at_home(platformdirs.user_cache_dir("penline"), instead)
    except RuntimeError:  # newer versions do not give a path with a ~
        return at_home("~/.cache/penline", instead)


@functools.cache
def private_folder() -> Path:
    """A temporary folder that only this user can write to and read, removed when Python ends.

    Its name cannot be guessed, and nobody else may rename what it lies in: machine code is kept
    there and run. Processes that this one starts use the same folder.

    Raises:
        OSError: there is no place for one.
    """
    given = Path(os.environ.get(_VARIABLE, ""))
    if given.is_absolute() and _is_private(given):
        return given
    made = Path(tempfile.mkdtemp(prefix="penline-")).resolve()
    if not _is_private(made):
        made.rmdir()
        text = "others may change what lies there; let TMPDIR name a folder of your own"
        raise PermissionError(errno.EPERM, text, str(made.parent))
    os.environ[_VARIABLE] = str(made)
    atexit.register(_remove, made, os.getpid())
    return made


def _is_private(folder: Path) -> bool:
    """Whether a folder is this user's alone, and nobody else can put another in its place."""
    try:
        own = folder.lstat()
        above = [parent.lstat().st_mode for parent in folder.parents]
    except OSError:
        return False
    if os.name != "posix":
        return stat.S_ISDIR(own.st_mode)  # temporary folders are each user's own there
    mine = own.st_uid == os.geteuid() and not own.st_mode & 0o077
    return (
        stat.S_ISDIR(own.st_mode)
        and mine
        and all(stat.S_ISDIR(mode) for mode in above)
        and not any(mode & 0o022 and not mode & stat.S_ISVTX for mode in above)
    )


def _remove(folder: Path, maker: int) -> None:
    if os.getpid() == maker:  # and not in a process that was forked off
        shutil.rmtree(folder, ignore_errors=True)
