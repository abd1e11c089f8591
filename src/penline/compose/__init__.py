"""The road of a sample: text, writer and glyphs, places, ink, paper, effects."""

from penline.compose.composer import Composer
from penline.compose.make import make
from penline.compose.plan import Kit

__all__ = ["Composer", "Kit", "make"]
