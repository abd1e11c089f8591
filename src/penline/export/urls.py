"""What is a URL, and what a path of this machine."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["is_url", "without_scheme"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_url(out: object) -> bool:
    """Whether an output is a URL and not a path."""
    return isinstance(out, str) and _URL.match(out) is not None


def without_scheme(out: str) -> Path | None:
    """The path of a ``file://`` URL, which needs no object store's rules; None for another."""
    scheme, _, rest = out.partition("://")
    return Path(rest) if scheme.lower() in ("file", "local") else None
