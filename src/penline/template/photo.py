"""A photograph from the user's disk as grey pixels: bounded before it is decoded."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from penline.durable import named
from penline.errors import FormatError, RecipeError
from penline.paper.picture import MAX_FILE_BYTES, MAX_PIXELS, picture_size
from penline.records import Bytes2D

__all__ = ["read_photo"]

_LARGE_PIXELS = 40_000_000
"""Above it a photograph is decoded at half its size, which is still more than enough."""


def read_photo(path: Path, name: str) -> Bytes2D:
    """The photograph, turned as its camera says.

    Args:
        path: a JPEG, PNG, WebP or BMP file.
        name: the file's name for messages.

    Returns:
        ``uint8 (height_px, width_px)``, grey, 0 black.

    Raises:
        FormatError: not a picture, damaged, or larger than 100 megapixels or 256 MB.
    """
    try:
        size = picture_size(path)
    except RecipeError as error:
        if isinstance(error.__cause__, OSError):
            raise named(error.__cause__, path) from None
        most = f"a JPEG, PNG, WebP or BMP of at most {MAX_PIXELS // 1_000_000} megapixels"
        most += f" and {MAX_FILE_BYTES >> 20} MB"
        with path.open("rb") as file:
            start = file.read(12)
        # HEIC: ISO/IEC 23008-12; the brand after "ftyp" begins with "hei" or "mif"
        heic = start[4:8] == b"ftyp"
        found = "HEIC; have the telephone save JPEG" if heic else f"a file that begins {start!r}"
        if not heic and path.stat().st_size > MAX_FILE_BYTES:
            found = f"{path.stat().st_size:,} bytes"
        raise FormatError(name, 0, "photograph", most, found) from None
    mode = cv2.IMREAD_GRAYSCALE
    if size[0] * size[1] > _LARGE_PIXELS:
        mode = cv2.IMREAD_REDUCED_GRAYSCALE_2
    try:
        found_pixels = cv2.imdecode(np.fromfile(path, np.uint8), mode)
    except cv2.error:
        found_pixels = None
    if found_pixels is None or found_pixels.ndim != 2:
        raise FormatError(name, 0, "photograph", "a whole picture", "a damaged one; copy it again")
    return np.ascontiguousarray(found_pixels, np.uint8)
