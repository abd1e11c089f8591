"""JPEG: what lossy storage leaves behind."""

from __future__ import annotations

from typing import Annotated, Literal

import cv2
import numpy as np
from pydantic import Field

from penline.effects.base import ORDERED, EffectSettings, Image, Params, Quads, Share
from penline.effects.blocks import quantised, steps_of
from penline.randomness import Draws

__all__ = ["Jpeg", "apply"]


QualityRange = Annotated[
    tuple[Annotated[int, Field(ge=1, le=100)], Annotated[int, Field(ge=1, le=100)]],
    ORDERED,
]


class Jpeg(EffectSettings):
    """One round of JPEG."""

    name: Literal["jpeg"] = "jpeg"
    chance: Share = 0.5
    """How often the effect is applied."""
    quality_range: QualityRange = (45, 92)
    """Quality, 1..100, as libjpeg counts."""

    def sample_params(self, rng: Draws, shape: tuple[int, int]) -> Params:  # noqa: ARG002
        """See `EffectSettings.sample_params`."""
        return {"quality": rng.between(*self.quality_range)}


def apply(image: Image, quads: Quads, *, quality: int) -> tuple[Image, Quads]:
    """Put `image` through one round of JPEG; the quads stay.

    A grey image is not encoded for it: only what quantising takes away is taken away.

    Args:
        image: ``uint8 (height, width)`` or ``(height, width, 3)`` RGB.
        quads: ``float64 (n, 4, 2)``.
        quality: 1..100.
    """
    if image.ndim == 2:
        out = np.empty_like(image, order="C")
        quantised(np.ascontiguousarray(image), steps_of(quality), out)
        return out, quads
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    found = cv2.cvtColor(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB)
    return np.asarray(found, np.uint8), quads
