"""The command line: each command parses, calls one function of `penline.api`, and prints."""

from __future__ import annotations

from penline.gc_tuning import collect_seldom

collect_seldom()  # before the imports: they make very many objects, and next to no garbage

from penline.cli import (  # noqa: E402, I001 - each brings its commands, in the order of --help
    rebuild_commands,
    archives,
    looking,
    making,
    writing,
    covering,
    ablating,
    preparing,
    template_commands,
)
from penline.cli.base import app, arrange, main  # noqa: E402

arrange()

__all__ = [
    "ablating",
    "app",
    "archives",
    "covering",
    "looking",
    "main",
    "making",
    "preparing",
    "rebuild_commands",
    "template_commands",
    "writing",
]
