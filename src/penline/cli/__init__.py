"""The command line: each command parses, calls one function of `penline.api`, and prints."""

from __future__ import annotations

from penline.cli import again, archives, looking, making, own  # each module brings its commands
from penline.cli.base import app, main

__all__ = ["again", "app", "archives", "looking", "main", "making", "own"]
