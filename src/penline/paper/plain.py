"""Plain paper: one tone near white, seldom with a trace of uneven light."""

from __future__ import annotations

from typing import Literal

import numpy as np

from penline.paper.base import (
    Colour,
    Image,
    Mode,
    PaperSettings,
    Params,
    Share,
    SizeRange,
    ToneRange,
    channels,
    luma,
    sample_seed,
    sample_units,
)
from penline.paper.field import noise_field
from penline.paper.guide import Guide
from penline.paper.kernel import colour_sheet
from penline.randomness import Draws

__all__ = ["Plain", "apply"]


class Plain(PaperSettings):
    """A flat sheet."""

    name: Literal["plain"] = "plain"
    tone_range: ToneRange = (232, 255)
    """Grey of the sheet, 0..255."""
    warmth_range: SizeRange = (0.0, 9.0)
    """How far blue lies below red in the sheet's colour, in levels; rgb only."""
    uneven_chance: Share = 0.0
    """How often the light on the sheet is uneven; a flat sheet is much faster to make."""
    uneven_range: SizeRange = (0.5, 2.5)
    """Largest deviation of uneven light, in levels."""

    def sample_params(self, rng: Draws, guide: Guide) -> Params:
        """See `PaperSettings.sample_params`."""
        tone = rng.between(*self.tone_range)
        warmth = sample_units(rng, self.warmth_range, 1)
        params: Params = {"colour": [tone, max(tone - warmth // 3, 0), max(tone - warmth, 0)]}
        if self.uneven_chance and rng.chance(self.uneven_chance):
            params["uneven"] = sample_units(rng, self.uneven_range, 256)
            params["cell_px"] = max(16, guide.height_px * rng.between(2, 5) // 2)
            params["seed"] = sample_seed(rng)
        return params


def apply(
    guide: Guide,
    mode: Mode,
    *,
    colour: Colour,
    uneven: int = 0,
    cell_px: int = 64,
    seed: int = 0,
) -> Image:
    """A flat sheet, ``uint8 (height_px, width_px)`` for gray, ``(height_px, width_px, 3)`` for rgb.

    Args:
        guide: the image's size.
        mode: gray or rgb.
        colour: red, green, blue, 0..255.
        uneven: largest deviation, 1/256 level; 0 = flat.
        cell_px: size of the patches of light.
        seed: key of the noise.
    """
    height, width = guide.height_px, guide.width_px
    if uneven == 0 and mode == "gray":
        sheet = np.empty((height, width), np.uint8)
        sheet.fill(luma(colour))
        return sheet
    if uneven == 0:
        rows = np.empty((height, width * 3), np.uint8)
        rows[:] = np.tile(np.array(colour, np.uint8), width)
        return rows.reshape(height, width, 3)
    levels = noise_field(height, width, seed, [(cell_px, cell_px, uneven)])
    tone = max(luma(colour), 1)
    gains = (channels(colour, mode) << 16) // tone
    out = np.empty((height, width, gains.shape[0]), np.uint8)
    colour_sheet(
        levels,
        np.full(width, tone << 8, np.int64),
        np.zeros(height, np.int64),
        np.empty((0, 0), np.uint8),
        gains,
        gains,
        out,
    )
    return out if mode == "rgb" else out.reshape(height, width)
