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

__all__ = ["BOX_APART_PX", "PIXELS_APART", "SHOWN", "picture_problem"]

PIXELS_APART = 24
"""Another version of an encoder may round otherwise; a glyph that is not there differs by more."""
SHOWN = 0.5
"""A character whose place shows less than this share of what it should is not there, though its ink
is so faint that no pixel differs by `PIXELS_APART`."""
_LEAST_CONTRAST = 6
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
    for name, quad in characters:
        # pixels whose middle is inside
        (left, top), (right, bottom) = (
            np.ceil(end - 0.5).clip(0).astype(int).tolist() for end in (quad.min(0), quad.max(0))
        )
        place = slice(top, bottom), slice(left, right)
        if apart[place].any() or _lacks(one[place], other[place], image[place]):
            return f"the picture of {name} is not its glyph"
    return f"its picture differs from that of the {what}" if apart.any() else ""


def _lacks(found: Bytes2D, wanted: Bytes2D, truth: Bytes2D) -> bool:
    """Whether a piece of a picture shows too little of what another, encoded alike, shows of the
    truth."""
    if not truth.size or np.ptp(truth) < _LEAST_CONTRAST:
        return False
    grey = [piece.reshape(*piece.shape[:2], -1).mean(2) for piece in (found, wanted, truth)]
    one, other, true = (piece - piece.mean() for piece in grey)
    return bool((one * true).sum() < SHOWN * (other * true).sum())


def _decoded(data: bytes) -> Bytes2D | None:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return None if found is None else np.asarray(found, np.uint8)
