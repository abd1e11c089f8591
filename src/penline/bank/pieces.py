"""Files of a bank on their way to the disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from penline.durable import about, made, remove, sync_folder
from penline.lock import locked

__all__ = ["Pieces", "commit", "partial_bank"]

_PIECE_BYTES = 1 << 18
"""Ink is given to the file system in pieces of this size. A batch in one call makes it look for
runs of free memory as long, which took up to ten times as long here (Linux 6.18, ext4)."""


class Pieces(io.RawIOBase):
    """A new file, written in pieces."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        done = 0
        while done < len(view):
            done += self._file.write(view[done : done + _PIECE_BYTES])
        return done

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def partial_bank(path: Path) -> Iterator[Path]:
    """The folder that a bank is made in, beside its final name, which only this process makes then.

    What an earlier run left that was killed goes first; a bank that it was about to replace has its
    name again. When the block ends, the folder is gone, unless it was given its name.

    Raises:
        UsageError: another process makes that bank.
        OSError: no file can be written there.
    """
    partial, old = _beside(path, ""), _beside(path, ".old")
    lock = path.with_name(f".{path.name}.lock")
    with made(path.parent), locked(lock, str(path)):
        with about(path):
            if old.exists() and not path.exists():
                old.replace(path)
            for left in (*path.parent.glob(".*.partial"), old):
                if left in (old, partial) or _of_before(left.name, path.name):
                    remove(left)
            partial.mkdir()
        try:
            yield partial
        finally:
            with suppress(OSError):  # the next run removes it
                remove(partial)


def commit(partial: Path, path: Path) -> None:
    """Give a bank its name; what stood under it goes. If that fails, all is as it was.

    Raises:
        OSError: it could not be named, or its name not be brought to the disk.
    """
    old, stood = _beside(path, ".old"), path.is_dir()
    if stood:
        path.replace(old)
    try:
        partial.replace(path)
        sync_folder(path.parent)
    except BaseException:
        if not partial.exists() and path.exists():
            path.replace(partial)
        if stood:
            old.replace(path)
        raise
    with suppress(OSError):  # the next run removes it
        remove(old)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}{what}.partial")


def _of_before(name: str, bank: str) -> bool:
    """Whether it is called as banks under way were before they had one name each."""
    start, end = f".{bank}.", ".partial"
    return name.startswith(start) and name.endswith(end) and len(name) == len(start + end) + 8
