"""Shadow: of a hand or a phone across the sheet, or of a fold in it."""

from __future__ import annotations

import functools
import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from penline.effects.base import (
    ORDERED,
    EffectSettings,
    Image,
    Params,
    Quads,
    Share,
    ShareRange,
    planes,
    sample_seed,
    sample_units,
)
from penline.effects.kernel import Ints, darken, fill_sway
from penline.randomness import Draws, rng

__all__ = ["Shadow", "apply"]

_COOL = (256, 248, 236)
"""How much red, green and blue are darkened: a shadow is lit by the sky, not by the lamp."""


HeightsRange = Annotated[
    tuple[Annotated[float, Field(ge=0.02, le=20)], Annotated[float, Field(ge=0.02, le=20)]],
    ORDERED,
]


class Shadow(EffectSettings):
    """A soft-edged shadow, or a fold."""

    name: Literal["shadow"] = "shadow"
    chance: Share = 0.3
    """How often the effect is applied."""
    fold_chance: Share = 0.25
    """How often it is a fold rather than a shadow."""
    strength_range: ShareRange = (0.08, 0.34)
    """Share of the light that a shadow takes; a fold takes two thirds of it."""
    softness_range: HeightsRange = (0.3, 4.0)
    """Width of a shadow's edge, in image heights; a fold is half as wide, and at least 0.3."""

    def sample_params(self, rng: Draws, shape: tuple[int, int]) -> Params:
        """See `EffectSettings.sample_params`."""
        height, width = shape
        kind = "fold" if rng.chance(self.fold_chance) else "edge"
        softness = sample_units(rng, self.softness_range, 256) * height
        # the edge's normal: any direction for a shadow, near level for a fold down the line
        x, y = rng.between(-1000, 1000), rng.between(-1000, 1000)
        if kind == "fold":
            x, y = (1000 if x > 0 else -1000), y // 5
            softness = max(softness // 2, height * 80)
        norm = max(math.isqrt(x * x + y * y), 1)
        return {
            "kind": kind,
            "strength": sample_units(rng, self.strength_range, 170 if kind == "fold" else 256),
            "normal": [x * 4096 // norm, y * 4096 // norm],
            "through": [rng.below(width * 256), rng.below(height * 256)],
            "softness": max(softness, 512),
            "sway": 0 if kind == "fold" else rng.between(0, height * 64),
            "seed": sample_seed(rng),
        }


def apply(
    image: Image,
    quads: Quads,
    *,
    kind: str,
    strength: int,
    normal: list[int],
    through: list[int],
    softness: int,
    sway: int,
    seed: int,
) -> tuple[Image, Quads]:
    """Darken `image` on one side of a line; the quads stay.

    Args:
        image: ``uint8 (height, width)`` or ``(height, width, 3)``.
        quads: ``float64 (n, 4, 2)``.
        kind: ``edge`` or ``fold``.
        strength: share of the light taken, 1/256.
        normal: direction into the shadow: x, y, 1/4096, of length 1.
        through: a point of the line: x, y, 1/256 px.
        softness: width of the edge, 1/256 px.
        sway: how far the edge leaves the straight line, 1/256 px.
        seed: key of the sway.
    """
    source = planes(image)
    height, width, count = source.shape
    middles_x = np.arange(width) * 256 + 128 - through[0]
    middles_y = np.arange(height) * 256 + 128 - through[1]
    cell = max(height * 2, 48)
    across = (middles_x * normal[0] >> 12) + _sway(seed, 0, width, cell, sway)
    down = (middles_y * normal[1] >> 12) + _sway(seed, 1, height, cell, sway)
    out = np.empty_like(source)
    factors = _fold(strength) if kind == "fold" else _edge(strength)
    darken(source, across, down, softness, _cool(factors, count), out)
    return out.reshape(image.shape), quads


def _edge(strength: int) -> Ints:
    """The light lost from one end of the edge to the other, ``int64 (512,)``, 1/65536."""
    return _edge_weights() * strength


def _fold(strength: int) -> Ints:
    """The light lost across a fold: at once on one side, slowly on the other."""
    return _fold_weights() * strength


@functools.cache
def _edge_weights() -> Ints:
    t = np.arange(512) * 256 // 511
    weight: Ints = t * t * (768 - 2 * t) >> 16
    return weight


@functools.cache
def _fold_weights() -> Ints:
    t = np.arange(512)
    rising = np.clip((t - 176) * 256 // 80, 0, 256)
    falling = np.clip((511 - t) * 256 // 255, 0, 256)
    weight: Ints = rising * (falling * falling >> 8) >> 8
    weight[0] = weight[-1] = 0
    return weight


def _cool(factors: Ints, count: int) -> Ints:
    """The light left in each channel, ``int64 (512, count)``, 1/65536."""
    shares = np.array(_COOL if count == 3 else (252,), np.int64)
    return 65536 - (factors[:, None] * shares >> 8)


def _sway(seed: int, tag: int, count: int, cell: int, amplitude: int) -> Ints:
    """Smooth noise along one side of the image, ``int64 (count,)``, within `amplitude` of 0."""
    found = np.empty(count, np.int64)
    fill_sway(rng(seed, tag, "effect sway").words(count // cell + 2), cell, amplitude, found)
    return found
