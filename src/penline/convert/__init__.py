"""Real characters, lines, pages and strokes into a training format."""

from __future__ import annotations

from penline.convert.job import convert
from penline.convert.policy import UNKNOWN

__all__ = ["UNKNOWN", "convert"]
