"""Thin: the ink of a glyph, paler by a share that is drawn for each."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from penline.bank.items import Items
from penline.compose.transform.base import GlyphInk
from penline.randomness import Draws
from penline.recipe.transforms import TransformSettings

__all__ = ["Thin"]


class Thin(TransformSettings):
    """A pen with little ink."""

    name: Literal["thin"] = "thin"
    most: int = Field(64, ge=0, le=128)
    """The most that a glyph loses of its ink, 1/256."""

    def make(self, banks: Any, table: Any) -> ThinTransform:
        """See `TransformSettings.make`."""
        return ThinTransform(self.most)


class ThinTransform:
    """Takes ink away, and leaves white space as it is."""

    def __init__(self, most: int) -> None:
        self._most = most

    def plan(self, items: Items, writer: str, rng: Draws) -> npt.NDArray[np.int64] | None:
        """See `Transform.plan`."""
        amounts = np.array([rng.below(self._most + 1) for _ in items], np.int64)
        return np.where(items["row"] >= 0, amounts, 0)

    def apply(self, glyph: GlyphInk, amount: int) -> GlyphInk:
        """See `Transform.apply`."""
        ink = glyph.ink.astype(np.int64) * (256 - amount) >> 8
        return glyph._replace(ink=ink.astype(np.uint8))
