"""A picture of a finished set held against the one that its recipe gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from penline.durable import read_file
from penline.export.base import Options, encode
from penline.records import Bytes2D

__all__ = ["BOX_APART_PX", "PIXELS_APART", "picture_problem"]

PIXELS_APART = 24
"""Another version of an encoder may round otherwise; a glyph that is not there differs by more."""
BOX_APART_PX = 0.01


def picture_problem(
    file: Path,
    image: npt.NDArray[np.uint8],
    options: Options,
    what: str,
    characters: Sequence[tuple[str, npt.NDArray[np.float64]]],
) -> str:
    """What is wrong with a picture; ``""`` for nothing.

    Args:
        file: the set's picture.
        image: what it should show, ``uint8 (height_px, width_px)``, or RGB.
        options: how it was written.
        what: ``line`` or ``page``.
        characters: what each character is called, and its quad, to name the one that is at fault.
    """
    wanted = encode(image, options)
    try:
        data = read_file(file)
    except OSError:
        return "its picture is missing"
    if data == wanted:
        return ""
    one, other = _decoded(data), _decoded(wanted)
    if one is None or other is None or one.shape != other.shape:
        return f"its picture is not that of the {what}"
    apart = np.abs(one.astype(np.int16) - other) > PIXELS_APART
    if not apart.any():
        return ""
    places = np.argwhere(apart.reshape(*one.shape[:2], -1).any(2)) + 0.5
    for name, quad in characters:
        (left, top), (right, bottom) = quad.min(0), quad.max(0)
        y, x = places.T
        if ((x > left) & (x < right) & (y > top) & (y < bottom)).any():
            return f"the picture of {name} is not its glyph"
    return f"its picture differs from that of the {what}"


def _decoded(data: bytes) -> Bytes2D | None:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return None if found is None else np.asarray(found, np.uint8)
