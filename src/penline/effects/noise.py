"""Sensor noise: grain that grows with the light that a pixel gathers."""

from __future__ import annotations

from typing import Literal

import numpy as np

from penline.compiled import compiled
from penline.effects.base import (
    EffectSettings,
    Image,
    Params,
    Quads,
    Share,
    SizeRange,
    sample_seed,
    sample_units,
)
from penline.effects.kernel import Ints, add_noise
from penline.randomness import Draws, rng

__all__ = ["Noise", "apply"]


class Noise(EffectSettings):
    """Bell-shaped noise on every channel of every pixel."""

    name: Literal["noise"] = "noise"
    chance: Share = 0.6
    """How often the effect is applied."""
    dark_range: SizeRange = (0.5, 3.0)
    """Deviation on black, in levels."""
    light_range: SizeRange = (0.5, 6.0)
    """What white adds to the deviation (the squares add up), in levels."""

    def sample_params(self, rng: Draws, shape: tuple[int, int]) -> Params:  # noqa: ARG002
        """See `EffectSettings.sample_params`."""
        return {
            "dark": sample_units(rng, self.dark_range, 256),
            "light": sample_units(rng, self.light_range, 256),
            "seed": sample_seed(rng),
        }


def apply(image: Image, quads: Quads, *, dark: int, light: int, seed: int) -> tuple[Image, Quads]:
    """Add noise to `image`; the quads stay.

    Args:
        image: ``uint8 (height, width)`` or ``(height, width, 3)``.
        quads: ``float64 (n, 4, 2)``.
        dark: deviation on black, 1/256 level.
        light: what white adds to it, 1/256 level.
        seed: key of the noise.
    """
    words = rng(seed, 0, "effect noise").words(-(-image.size // 2))
    octets = words.astype("<u8", copy=False).view(np.uint8)
    source = np.ascontiguousarray(image).reshape(-1)
    out = np.empty_like(source)
    add_noise(source, octets, _deviations(dark, light), out)
    return out.reshape(image.shape), quads


@compiled
def _deviations(dark: int, light: int) -> Ints:
    """The deviation at each of the 256 levels, 1/256 level: its square grows with the level."""
    deviations = np.empty(256, np.int64)
    for level in range(256):
        square = dark * dark + light * light * level // 255
        # the root of a whole number below 2**52 is rounded correctly, so never up to the next one
        deviations[level] = np.int64(np.sqrt(np.float64(square)))
    return deviations
