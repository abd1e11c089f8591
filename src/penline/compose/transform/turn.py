"""Glyphs that stand upright in a column, turned for the line on its side."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from penline.bank.items import Items
from penline.compose.line_strokes import GlyphStrokes
from penline.compose.transform.base import GlyphInk
from penline.randomness import Draws
from penline.recipe.transforms import TransformSettings

__all__ = ["Turn", "TurnSettings"]


class TurnSettings(TransformSettings):
    """No settings."""

    comes_with: ClassVar[str] = "layout: {direction: vertical}"
    name: Literal["turn"] = "turn"

    def make(self, _: Any, __: Any) -> Turn:
        """Make the transform."""
        return Turn()


class Turn:
    """Turns glyphs anticlockwise; the picture is turned back when it is done."""

    def plan(self, items: Items, _: str, __: Draws) -> npt.NDArray[np.int64] | None:
        """Decide which glyphs are turned: those that `place.rules.mark_turned` marked."""
        turned = items["turned"]
        return turned if turned.any() else None

    def apply(self, glyph: GlyphInk, _: int) -> GlyphInk:
        """Turn a glyph."""
        return glyph._replace(ink=np.rot90(glyph.ink))

    def apply_strokes(
        self, strokes: GlyphStrokes, items: Items, turned: npt.NDArray[np.int64]
    ) -> GlyphStrokes:
        """Turn strokes."""
        owners, (x, y) = strokes.point_owners, strokes.points_q8.T
        # the item's height is what was its glyph's breadth
        round_ = np.stack([y, items["height_px"][owners] * 256 - x], 1)
        points = np.where(turned[owners, None] > 0, round_, strokes.points_q8)
        return strokes._replace(points_q8=points)
