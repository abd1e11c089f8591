"""How much of a text banks can write, before anything is composed."""

from __future__ import annotations

from penline.cover.whole_text import cover

__all__ = ["cover"]
