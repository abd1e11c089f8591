"""Fade: every tone comes nearer to white."""

from __future__ import annotations

from typing import Literal

import numpy as np

from penline.effects import EffectSettings
from penline.effects.base import Image, Params, Quads
from penline.randomness import Draws

__all__ = ["Fade", "apply"]


class Fade(EffectSettings):
    """Years of sun."""

    name: Literal["fade"] = "fade"

    def sample_params(self, rng: Draws, shape: tuple[int, int]) -> Params:
        """See `EffectSettings.sample_params`."""
        return {"levels": rng.between(1, 20)}


def apply(image: Image, quads: Quads, *, levels: int) -> tuple[Image, Quads]:
    """The image, lighter by so many levels."""
    return np.minimum(image.astype(np.int64) + levels, 255).astype(np.uint8), quads
