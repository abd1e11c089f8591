"""Blur: a lens out of focus, or a hand that moved."""

from __future__ import annotations

import math
from typing import Literal

import cv2
import numpy as np

from penline.effects.base import (
    EffectSettings,
    Image,
    Params,
    Quads,
    Share,
    SizeRange,
    height_factor,
    planes,
    sample_units,
)
from penline.effects.kernel import Ints, average_taps
from penline.randomness import Draws

__all__ = ["Blur", "apply"]


class Blur(EffectSettings):
    """Soft focus, and sometimes motion; the sizes are those for a line of 64 px."""

    name: Literal["blur"] = "blur"
    chance: Share = 0.5
    """How often the effect is applied."""
    sigma_px_range: SizeRange = (0.3, 0.9)
    """Deviation of the Gaussian."""
    motion_chance: Share = 0.2
    """How often there is motion as well."""
    motion_px_range: SizeRange = (1.0, 2.5)
    """Length of the motion."""

    def sample_params(self, rng: Draws, shape: tuple[int, int]) -> Params:
        """See `EffectSettings.sample_params`."""
        factor = height_factor(shape)
        params: Params = {"sigma": round(sample_units(rng, self.sigma_px_range, 64) * factor)}
        if rng.chance(self.motion_chance):
            length = sample_units(rng, self.motion_px_range, 256) * factor
            x, y = rng.between(-1000, 1000), rng.between(-1000, 1000)
            norm = max(math.isqrt(x * x + y * y), 1)
            params["motion"] = [round(length) * x // norm, round(length) * y // norm]
        return params


def apply(
    image: Image, quads: Quads, *, sigma: int, motion: list[int] | None = None
) -> tuple[Image, Quads]:
    """Blur `image`; the quads stay.

    Args:
        image: ``uint8 (height, width)`` or ``(height, width, 3)``.
        quads: ``float64 (n, 4, 2)``.
        sigma: deviation of the Gaussian, 1/64 px.
        motion: path of the motion: x, y, 1/256 px.
    """
    if sigma > 0:
        size = 2 * max(-(-3 * sigma // 64), 1) + 1
        image = np.asarray(
            cv2.GaussianBlur(image, (size, size), sigma / 64, borderType=cv2.BORDER_REPLICATE),
            np.uint8,
        )
    if motion is not None and any(motion):
        source = planes(image)
        moved = np.empty_like(source)
        average_taps(source, _taps(motion[0], motion[1]), moved)
        image = moved.reshape(image.shape)
    return image.copy() if sigma <= 0 and motion is None else image, quads


def _taps(x: int, y: int) -> Ints:
    """Offsets and weights of a straight path, ``int64 (n, 3)``: dx, dy in px, weight.

    The path is sampled eight times a pixel; each sample is shared by the four pixels round it, and
    the weights add up to 65536.
    """
    steps = max(-(-max(abs(x), abs(y)) // 32), 1)
    weights: dict[tuple[int, int], int] = {}
    for step in range(steps + 1):
        px, py = x * (2 * step - steps) // (2 * steps), y * (2 * step - steps) // (2 * steps)
        fx, fy = px & 255, py & 255
        for dx, dy, weight in (
            (0, 0, (256 - fx) * (256 - fy)),
            (1, 0, fx * (256 - fy)),
            (0, 1, (256 - fx) * fy),
            (1, 1, fx * fy),
        ):
            place = ((px >> 8) + dx, (py >> 8) + dy)
            weights[place] = weights.get(place, 0) + weight
    shares = {place: weight // (steps + 1) for place, weight in weights.items() if weight}
    heaviest = max(shares, key=lambda place: (shares[place], place))
    shares[heaviest] += 65536 - sum(shares.values())
    return np.array([(dx, dy, weight) for (dx, dy), weight in sorted(shares.items())], np.int64)
