"""What is a URL, and what a path of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

from penline.errors import UsageError

__all__ = ["is_url", "local_folder", "without_scheme"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_url(out: object) -> bool:
    """Whether an output is a URL and not a path."""
    return isinstance(out, str) and _URL.match(out) is not None


def without_scheme(out: str) -> Path | None:
    """The path of a ``file://`` URL, which needs no object store's rules; None for another."""
    scheme, _, rest = out.partition("://")
    return Path(rest) if scheme.lower() in ("file", "local") else None


def local_folder(out: str | os.PathLike[str]) -> Path:
    """The folder of an output that has to be on this machine.

    Raises:
        UsageError: a URL of somewhere else.
    """
    if not isinstance(out, str) or not is_url(out):
        return Path(out)
    path = without_scheme(out)
    if path is None:
        raise UsageError(f"{out}: this verb writes to a folder of this machine")
    return path
