"""Crumpled paper: bands of two tones."""

from __future__ import annotations

from typing import Literal

import numpy as np

from penline.paper import Guide, PaperSettings
from penline.paper.base import Image, Mode, Params
from penline.randomness import Draws

__all__ = ["Crumpled", "apply"]


class Crumpled(PaperSettings):
    """A sheet that was in a pocket."""

    name: Literal["crumpled"] = "crumpled"
    band_px: int = 9
    """Breadth of a fold's side."""

    def sample_params(self, rng: Draws, guide: Guide) -> Params:
        """See `PaperSettings.sample_params`."""
        return {"band_px": self.band_px, "start_px": rng.below(self.band_px)}


def apply(guide: Guide, mode: Mode, *, band_px: int, start_px: int) -> Image:
    """The sheet: 240, and 225 on every other side of a fold."""
    x = np.arange(guide.width_px) + start_px
    row = np.where(x // band_px % 2, 225, 240).astype(np.uint8)
    grey = np.broadcast_to(row, (guide.height_px, guide.width_px))
    return np.ascontiguousarray(grey if mode == "gray" else np.dstack([grey] * 3))
