"""The user's own pictures as paper: a place cut out of one, turned light enough to write on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from penline.paper.base import ORDERED, Image, Mode, PaperSettings, Params, Share, sample_units
from penline.paper.guide import Guide
from penline.paper.picture import picture_names, picture_pixels
from penline.randomness import Draws

__all__ = ["Photo", "apply"]

_LARGEST = 2 << 16


ScaleRange = Annotated[
    tuple[Annotated[float, Field(gt=0.02, le=2)], Annotated[float, Field(gt=0.02, le=2)]],
    ORDERED,
]


class Photo(PaperSettings):
    """Places cut out of the pictures in a folder."""

    name: Literal["photo"] = "photo"
    folder: Path
    """Folder of PNG, JPEG, WebP or BMP files; its sub-folders are left alone."""
    scale_range: ScaleRange = (0.4, 1.0)
    """Size of the cut-out on the line's image, relative to the picture; never above 2."""
    flip_chance: Share = 0.5
    """How often the cut-out is mirrored, in each direction."""
    lighten_to: Annotated[int, Field(ge=0, le=255)] = 190
    """A cut-out whose median grey is darker is lightened to this; 0 = never."""

    def sample_params(self, rng: Draws, guide: Guide) -> Params:  # noqa: ARG002
        """See `PaperSettings.sample_params`.

        Raises:
            RecipeError: the folder holds no readable image.
        """
        names = picture_names(str(self.folder))
        return {
            "folder": self.folder.as_posix(),
            "file": rng.choose(names),
            "scale": max(sample_units(rng, self.scale_range, 65536), 1311),
            "place": [rng.below(65536), rng.below(65536)],
            "flip": [rng.chance(self.flip_chance), rng.chance(self.flip_chance)],
            "lighten_to": self.lighten_to,
        }

    def metadata(self, drawn: Params) -> Params:
        """See `PaperSettings.metadata`: without the folder."""
        return {name: value for name, value in drawn.items() if name != "folder"}

    def inputs(self) -> list[Path]:
        """The pictures, sorted by name.

        Raises:
            RecipeError: the folder holds no readable image.
        """
        return [self.folder / name for name in picture_names(str(self.folder))]


def apply(
    guide: Guide,
    mode: Mode,
    *,
    folder: str,
    file: str,
    scale: int,
    place: list[int],
    flip: list[bool],
    lighten_to: int = 0,
) -> Image:
    """A cut-out, ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` for rgb.

    A picture that is too small even at twice its size is continued by its mirror image.

    Args:
        guide: the image's size.
        mode: gray or rgb.
        folder: where the picture lies.
        file: its name.
        scale: size on the line's image relative to the picture, 1/65536; enlarged up to 2 where
            the picture would not fill the image.
        place: where the cut-out lies in the room that the picture leaves it: x, y, 1/65536.
        flip: whether it is mirrored left to right, and top to bottom.
        lighten_to: median grey that the cut-out is lightened to; 0 = never.

    Raises:
        RecipeError: the picture is missing, damaged or too large.
    """
    pixels = picture_pixels(str(Path(folder) / file), mode == "rgb")
    height, width = guide.height_px, guide.width_px
    needed = max(-(-(width << 16) // pixels.shape[1]), -(-(height << 16) // pixels.shape[0]))
    scale = min(max(scale, needed), _LARGEST)
    rows = _places(max((height << 16) // scale, 1), pixels.shape[0], place[1], flip[1])
    columns = _places(max((width << 16) // scale, 1), pixels.shape[1], place[0], flip[0])
    cut = np.ascontiguousarray(pixels[rows][:, columns])
    if cut.shape[:2] != (height, width):
        smaller = cut.shape[0] > height
        way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        cut = np.asarray(cv2.resize(cut, (width, height), interpolation=way), np.uint8)
    return _lighten(cut, lighten_to)


def _places(count: int, available: int, place: int, flip: bool) -> npt.NDArray[np.int64]:
    """Which rows (or columns) of a picture are taken, mirrored at its ends where it is short."""
    start = place * max(available - count + 1, 1) >> 16
    turn = max(2 * (available - 1), 1)
    steps = (start + np.arange(count)) % turn
    steps = np.minimum(steps, turn - steps) if available > 1 else np.zeros(count, np.int64)
    return steps[::-1] if flip else steps


def _lighten(cut: Image, target: int) -> Image:
    """Bring the median to `target` by pressing all levels towards white."""
    counts = np.bincount(cut.reshape(-1), minlength=256)
    median = int(np.searchsorted(np.cumsum(counts), cut.size // 2, side="right"))
    if median >= target:
        return cut
    depth = 255 - np.arange(256)
    table: Image = (255 - (depth * (255 - target) + (255 - median) // 2) // (255 - median)).astype(
        np.uint8
    )
    return table[cut]
