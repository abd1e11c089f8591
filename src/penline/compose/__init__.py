"""Text and glyphs to placements: numbers only, no pixels."""

from penline.compose.line import Layout, Placements, lay_out, turned

__all__ = ["Layout", "Placements", "lay_out", "turned"]
