"""Pictures of any depth and number of channels as bytes, and simple facts of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D

__all__ = ["Picture", "borders", "in_bytes", "laid", "otsu", "planes", "shrunk"]

Picture: TypeAlias = npt.NDArray[Any]
"""``(height, width)`` or ``(height, width, 1, 3 or 4)`` in OpenCV's order, of any real type."""

_DEEP = 10


def in_bytes(picture: Picture, full: float) -> npt.NDArray[np.uint8]:
    """Scale a picture to bytes.

    Args:
        picture: any numbers from 0 to `full`; what lies outside is clipped.
        full: the value that becomes 255.

    Returns:
        ``uint8`` of the same shape; the picture itself where it is already so.
    """
    if picture.dtype == np.uint8 and full == 255:
        return picture
    if picture.dtype.kind in "bu" and full <= 65_535:
        whole = np.minimum(picture, int(full)).astype(np.uint32)
        return ((whole * 255 + int(full) // 2) // int(full)).astype(np.uint8)
    with np.errstate(invalid="ignore"):
        scaled = np.nan_to_num(picture.astype(np.float64) / full, nan=0.0)
    return np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)


def planes(pixels: npt.NDArray[np.uint8]) -> tuple[list[Bytes2D], Bytes2D | None]:
    """Split a picture into its colour channels, and its transparency where it has one.

    Returns:
        One plane, or three; and alpha, or None.
    """
    if pixels.ndim == 2:
        return [pixels], None
    channels = pixels.shape[2]
    if channels == 1:
        return [pixels[:, :, 0]], None
    split = [np.asarray(one, np.uint8) for one in cv2.split(pixels)]
    alpha = split.pop() if channels in (2, 4) else None
    return split, alpha


def otsu(plane: Bytes2D) -> int:
    """The value that parts a plane's pixels into two groups best: those above it, and the rest."""
    return int(cv2.threshold(plane, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])


def shrunk(plane: Bytes2D, by: float) -> Bytes2D:
    """A plane made so many times smaller, each side to the nearest whole one."""
    size = tuple(max(1, round(side / by)) for side in plane.shape[::-1])
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def borders(plane: Bytes2D) -> npt.NDArray[np.uint8]:
    """The pixels along the four borders of a plane, a tenth of its side deep, ``uint8 (n,)``."""
    deep = max(min(plane.shape) // _DEEP, 1)
    inner = plane[deep:-deep]
    four = plane[:deep], plane[-deep:], inner[:, :deep], inner[:, -deep:]
    return np.concatenate([side.ravel() for side in four])


def laid(plane: Bytes2D, alpha: Bytes2D) -> Bytes2D:
    """Lay a picture with transparent places on its own paper, the commonest of what is opaque."""
    opaque = plane[alpha >= 128]
    paper = int(np.median(opaque)) if opaque.size else 255
    through = np.uint16(255) - alpha
    return ((plane * alpha.astype(np.uint16) + paper * through + 127) // 255).astype(np.uint8)
