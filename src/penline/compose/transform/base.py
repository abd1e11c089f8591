"""Transforms: a line's glyphs on their way from the banks to the picture."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from penline.bank.items import Items
from penline.compose.line_strokes import GlyphStrokes
from penline.randomness import Draws

__all__ = ["GlyphInk", "StrokeTransform", "Transform"]


class GlyphInk(NamedTuple):
    """One item's glyph.

    Attributes:
        ink: ``uint8 (height_px, width_px)``; empty for white space.
        pad_px: white that was added at each of its sides, which lies outside of its place.
    """

    ink: npt.NDArray[np.uint8]
    pad_px: int = 0


class Transform(Protocol):
    """Changes the glyphs of lines; made with the banks, and then only read."""

    def plan(self, items: Items, writer: str, rng: Draws, /) -> npt.NDArray[np.int64] | None:
        """Decide what becomes of each glyph: ``int64 (items,)``, 0 for nothing.

        Args:
            items: records of `ITEM`: the whole line.
            writer: the line's; ``""`` where its glyphs are by anybody.
            rng: chance, a stream of the transform's own.

        Returns:
            None where it has nothing to do.
        """

    def apply(self, glyph: GlyphInk, amount: int, /) -> GlyphInk:
        """Change one glyph.

        Args:
            glyph: what the transform before made of it.
            amount: what `plan` says of its item, not 0.
        """


@runtime_checkable
class StrokeTransform(Transform, Protocol):
    """Changes strokes, too; what other transforms change is drawn from ink."""

    def apply_strokes(
        self, strokes: GlyphStrokes, items: Items, amounts: npt.NDArray[np.int64], /
    ) -> GlyphStrokes:
        """Change the strokes of a line.

        Args:
            strokes: what the transform before made of them.
            items: records of `ITEM`: the whole line.
            amounts: what `plan` says.
        """
