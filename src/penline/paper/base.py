"""What all papers share: their settings' base, intervals, and colours as fixed-point numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import Field

from penline.randomness import Draws, sample_seed, sample_units
from penline.settings import ORDERED, SampledSettings, Share, ShareRange, SizeRange

__all__ = [
    "ORDERED",
    "Colour",
    "Image",
    "Mode",
    "PaperSettings",
    "Params",
    "Share",
    "ShareRange",
    "SizeRange",
    "ToneRange",
    "channels",
    "jitter",
    "luma",
    "sample_seed",
    "sample_units",
]

Image: TypeAlias = npt.NDArray[np.uint8]
Mode: TypeAlias = Literal["gray", "rgb"]
Params: TypeAlias = dict[str, Any]
Colour: TypeAlias = Sequence[int]


ToneRange: TypeAlias = Annotated[
    tuple[Annotated[int, Field(ge=1, le=255)], Annotated[int, Field(ge=1, le=255)]],
    ORDERED,
]


class PaperSettings(SampledSettings):
    """Settings of one kind of paper.

    A paper's module holds a subclass and, beside it, the pure function
    ``apply(guide, mode, **params)``. ``sample_params(rng, guide)`` gives the params: what survives
    JSON.
    """

    cells: ClassVar[bool] = False
    """Whether the characters sit in cells, one each."""

    name: str

    def metadata(self, drawn: Params) -> Params:
        """Give what a sample tells of its numbers: all but where files lie on this machine."""
        return drawn

    def inputs(self) -> list[Path]:
        """Files that decide the pixels; their content belongs to the recipe's hash."""
        return []


def jitter(rng: Draws, colour: Colour, spread: int) -> list[int]:
    """`colour` with each channel moved by at most `spread`, kept in 0..255."""
    return [min(max(part + rng.between(-spread, spread), 0), 255) for part in colour]


def luma(colour: Colour) -> int:
    """The grey of an RGB colour, by the weights of ITU-R BT.601 in 1/256."""
    red, green, blue = colour
    return (77 * red + 150 * green + 29 * blue + 128) >> 8


def channels(colour: Colour, mode: Mode) -> npt.NDArray[np.int64]:
    """``int64 (1,)`` for gray, ``int64 (3,)`` for rgb."""
    return np.array([luma(colour)] if mode == "gray" else list(colour), np.int64)
