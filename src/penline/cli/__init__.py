"""The command line: each command parses, calls one function of `penline.api`, and prints."""

from __future__ import annotations

from penline.garbage import collect_seldom

collect_seldom()  # before the imports: they make very many objects, and next to no garbage

from penline.cli import (  # noqa: E402 - each module brings its commands
    again,
    archives,
    looking,
    making,
    own,
)
from penline.cli.base import app, main  # noqa: E402

__all__ = ["again", "app", "archives", "looking", "main", "making", "own"]
