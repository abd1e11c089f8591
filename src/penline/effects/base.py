"""What all effects share: their settings' base, intervals, and the types of images and quads."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from penline.randomness import Draws

__all__ = [
    "ORDERED",
    "EffectSettings",
    "Image",
    "Params",
    "Quads",
    "Share",
    "ShareRange",
    "SizeRange",
    "draw_seed",
    "draw_units",
    "height_factor",
    "planes",
]

Image: TypeAlias = npt.NDArray[np.uint8]
Quads: TypeAlias = npt.NDArray[np.float64]
Params: TypeAlias = dict[str, Any]


def _ordered(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] > interval[1]:
        raise ValueError("the first number of a range must not exceed the second")
    return interval


ORDERED = AfterValidator(_ordered)
"""For the annotation of an interval: its first number must not exceed its second."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
ShareRange: TypeAlias = Annotated[tuple[Share, Share], ORDERED]
SizeRange: TypeAlias = Annotated[
    tuple[Annotated[float, Field(ge=0, le=64)], Annotated[float, Field(ge=0, le=64)]],
    ORDERED,
]


class EffectSettings(BaseModel):
    """Settings of one effect.

    An effect's module holds a subclass and, beside it, the pure function
    ``apply(image, quads, **params) -> (image, quads)``. `draw` gives the params: plain numbers,
    strings and short lists that survive JSON.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )

    name: str
    chance: Share = 1.0
    """How often the effect is applied."""

    def draw(self, rng: Draws, shape: tuple[int, int]) -> Params:
        """The numbers that decide the effect on an image of `shape` (height, width), in px."""
        raise NotImplementedError


def draw_units(rng: Draws, interval: tuple[float, float], unit: int) -> int:
    """A number in `interval`, counted in whole steps of 1/`unit`."""
    return round(rng.uniform(*interval) * unit)


def draw_seed(rng: Draws) -> int:
    """A key for a noise field: 48 bits, so that every JSON reader keeps it exact."""
    return rng.word() >> 16


def height_factor(shape: tuple[int, int]) -> float:
    """Size of an image beside a line of 64 px, held within 1/2 and 2: scales what blurs letters."""
    return min(max(shape[0], 32), 128) / 64


def planes(image: Image) -> Image:
    """The image as ``uint8 (height, width, channels)``, C-contiguous; a view where possible."""
    height, width = image.shape[:2]
    return np.ascontiguousarray(image).reshape(height, width, -1)
