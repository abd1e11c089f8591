"""What all effects share: their settings' base, intervals, and the types of images and quads."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from penline.randomness import sample_seed, sample_units
from penline.settings import ORDERED, SampledSettings, Share, ShareRange, SizeRange

__all__ = [
    "ORDERED",
    "RIM_PX",
    "EffectSettings",
    "Image",
    "Params",
    "Quads",
    "Share",
    "ShareRange",
    "SizeRange",
    "height_factor",
    "planes",
    "sample_seed",
    "sample_units",
]

Image: TypeAlias = npt.NDArray[np.uint8]
Quads: TypeAlias = npt.NDArray[np.float64]
Params: TypeAlias = dict[str, Any]

RIM_PX = 2
"""What an effect that moves pixels leaves free around the quads for the next one that does."""


class EffectSettings(SampledSettings):
    """Settings of one effect.

    An effect's module holds a subclass and, beside it, the pure function
    ``apply(image, quads, **params) -> (image, quads)``. ``sample_params(rng, shape)`` gives the
    params of an image of that height and width, px: what survives JSON.
    """

    moves: ClassVar[bool] = False
    """Whether the effect moves pixels, and so quads."""
    name: str
    chance: Share = 1.0
    """How often the effect is applied."""


def height_factor(shape: tuple[int, int]) -> float:
    """Size of an image beside a line of 64 px, held within 1/2 and 2: scales what blurs letters."""
    return min(max(shape[0], 32), 128) / 64


def planes(image: Image) -> Image:
    """The image as ``uint8 (height, width, channels)``, C-contiguous; a view where possible."""
    height, width = image.shape[:2]
    return np.ascontiguousarray(image).reshape(height, width, -1)
