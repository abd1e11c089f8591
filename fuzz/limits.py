"""What one process may take: memory for good, and time for each input."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from fuzz.checks import Finding

__all__ = ["HANG_SECONDS", "confine", "in_time"]

HANG_SECONDS = 20
"""For an input of at most 32 KiB, on a slow and busy machine."""
_MORE_BYTES = 1 << 30


def confine() -> None:
    """Be nice; let the address space grow by 1 GiB at most (Linux).

    Beyond it an allocation fails with `MemoryError`, which no reader catches, whether or not it
    would ever have been touched.
    """
    if hasattr(os, "nice"):
        os.nice(10)
    status = Path("/proc/self/statm")
    if status.exists():
        import resource

        used = int(status.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + _MORE_BYTES,) * 2)


@contextlib.contextmanager
def in_time(seconds: int = HANG_SECONDS) -> Iterator[None]:
    """A finding if what is done inside takes longer (where there is SIGALRM)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise Finding(f"still reading after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
