"""Glyphs of another writer, given the breadth of stroke of the line's own."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compose.line_strokes import GlyphStrokes
from penline.compose.transform.base import GlyphInk
from penline.randomness import Draws
from penline.recipe.transforms import TransformSettings
from penline.render.kernel import MAX_GLYPH_PX
from penline.render.stroke_width import MOST_PX, PAD_PX, adjust_stroke_width

__all__ = ["StrokeWidth", "StrokeWidthSettings"]


class StrokeWidthSettings(TransformSettings):
    """No settings."""

    comes_with: ClassVar[str] = "corpus.missing: near-writer or other-writer, and latin: second"
    name: Literal["stroke-width"] = "stroke-width"

    def make(self, banks: BankSet, _: Any) -> StrokeWidth:
        """Make the transform."""
        return StrokeWidth(banks)


_LEAST_Q8 = 64


class StrokeWidth:
    """Brings strokes of borrowed glyphs to the breadth, in ems, that the writer's own have.

    Args:
        banks: where glyphs come from.
    """

    def __init__(self, banks: BankSet) -> None:
        self._banks = banks

    def plan(self, items: Items, writer: str, _: Draws) -> npt.NDArray[np.int64] | None:
        """What `adjust_stroke_width` does to glyphs that the line's writer did not write, 1/256."""
        if not writer:
            return None
        banks, inked = self._banks, items["row"] >= 0
        amounts = np.zeros(len(items), np.int64)
        for number, bank in enumerate(banks.banks):
            own = banks.number_in(number, writer)
            at = np.flatnonzero(inked & (items["bank"] == number) & (items["writer"] != own))
            if at.size:
                wanted_em = banks.style(writer)[0]
                width = bank.columns["pen_q4"][items["row"][at]] / 16.0
                change = (wanted_em * items["em_px"][at] - width) / MOST_PX
                change = np.round(np.clip(change, -1.0, 1.0) * 256)
                amounts[at] = np.where(width > 0, change, 0)
        return amounts if amounts.any() else None

    def apply(self, glyph: GlyphInk, amount: int) -> GlyphInk:
        """Make strokes broader or thinner; a glyph as large as can be drawn stays as it is."""
        height, width = glyph.ink.shape
        if height >= MAX_GLYPH_PX - 2 or width >= MAX_GLYPH_PX - 2:
            return glyph
        out = np.empty((height + 2 * PAD_PX, width + 2 * PAD_PX), np.uint8)
        adjust_stroke_width(np.ascontiguousarray(glyph.ink), amount, out)
        return GlyphInk(out, glyph.pad_px + PAD_PX)

    def apply_strokes(
        self, strokes: GlyphStrokes, _: Items, amounts: npt.NDArray[np.int64]
    ) -> GlyphStrokes:
        """Make strokes broader or thinner: by a pixel of the glyph at each side where ink is."""
        radii = strokes.radii_q8 + amounts[strokes.point_owners]
        return strokes._replace(radii_q8=np.maximum(radii, _LEAST_Q8))
