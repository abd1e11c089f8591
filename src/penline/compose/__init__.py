"""The road of a sample: text, writer and glyphs, places, ink, marks, paper, effects."""

from penline.compose.composer import Composer
from penline.compose.plan import ComposePlan

__all__ = ["ComposePlan", "Composer"]
