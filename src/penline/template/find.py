"""The four marks in a photograph, and the homography from the sheet to it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.records import Bytes2D
from penline.template.layout import MARK_MM, MARKS, dictionary

__all__ = ["SheetPose", "find_marks"]

_SIDES_PX = (2000, 1200, 3200)
"""Longest sides at which marks are looked for, one after the other."""
_FEWEST = 3
_LEAST_PX_MM = 4.0
_MOST_ERROR_MM = 2.0


class SheetPose(NamedTuple):
    """Where the sheet lies.

    Attributes:
        to_photo: ``float64 (3, 3)``: millimetres on the sheet to pixels of `pixels`.
        pixels: ``uint8 (height_px, width_px)``: the photograph, or a smaller one of it.
        marks: how many marks were seen.
        px_mm: pixels a millimetre, at the smallest of the marks.
    """

    to_photo: npt.NDArray[np.float64]
    pixels: Bytes2D
    marks: int
    px_mm: float


def find_marks(photo: Bytes2D, name: str, px_mm: float) -> SheetPose:
    """Find the sheet in a photograph; three of its four marks will do.

    Args:
        photo: ``uint8 (height_px, width_px)``.
        name: the file's name for messages.
        px_mm: a larger photograph is made smaller, to about half as much again.

    Raises:
        FormatError: too few marks, one of them twice, a sheet too small in the picture, or marks
            that do not lie as those of one flat sheet.
    """
    seen: dict[int, npt.NDArray[np.float64]] = {}
    for side in _SIDES_PX:
        found, twice = _look(photo, side)
        if twice is not None:
            said = f"mark {twice} more than once"
            raise FormatError(name, 0, "marks", "one sheet a photograph", said)
        if len(found) > len(seen):
            seen = found
        if len(seen) == len(MARKS):
            break
    if len(seen) < _FEWEST:
        expected = f"the corner marks of a penline sheet, at least {_FEWEST} of {len(MARKS)}"
        said = f"{len(seen)}; photograph the whole sheet, flat, sharp and evenly lit"
        raise FormatError(name, 0, "marks", expected, said)
    scale_mm = min(cv2.arcLength(c.astype(np.float32), True) / 4 / MARK_MM for c in seen.values())
    if scale_mm < _LEAST_PX_MM:
        expected = f"at least {_LEAST_PX_MM:g} pixels a millimetre"
        said = f"{scale_mm:.1f}; go nearer, or use the camera's full resolution"
        raise FormatError(name, 0, "size of the sheet", expected, said)
    shrink = min(1.0, 1.5 * px_mm / scale_mm)
    pixels = _shrunk(photo, shrink)
    by = np.array([pixels.shape[1] / photo.shape[1], pixels.shape[0] / photo.shape[0]])
    sheet = np.concatenate([_corners_mm(number) for number in seen])
    # pixel centres are whole numbers in OpenCV's corners
    there = np.concatenate([(corners + 0.5) * by - 0.5 for corners in seen.values()])
    to_photo, _ = cv2.findHomography(sheet, there, 0)
    if np.shape(to_photo) != (3, 3) or abs(np.linalg.det(to_photo)) < 1e-9:
        raise FormatError(name, 0, "marks", "the corners of a flat sheet", "no such place")
    back = cv2.perspectiveTransform(there[None], np.linalg.inv(to_photo))[0]
    error_mm = float(np.abs(back - sheet).max())
    if error_mm > _MOST_ERROR_MM:
        said = f"marks {error_mm:.1f} mm out of place; lay the sheet flat"
        raise FormatError(name, 0, "marks", "the corners of a flat sheet", said)
    return SheetPose(np.asarray(to_photo, np.float64), pixels, len(seen), scale_mm * shrink)


def _look(photo: Bytes2D, side_px: int) -> tuple[dict[int, npt.NDArray[np.float64]], int | None]:
    """Corners of each mark in pixels of `photo`, and the number of one that is there twice."""
    scale = min(1.0, side_px / max(photo.shape))
    small = _shrunk(photo, scale)
    by = np.array([photo.shape[1] / small.shape[1], photo.shape[0] / small.shape[0]])
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.adaptiveThreshWinSizeMax = 43
    corners, numbers, _ = cv2.aruco.ArucoDetector(dictionary(), settings).detectMarkers(small)
    if not corners:
        return {}, None
    there = [
        (int(number), np.asarray(found, np.float64).reshape(4, 2))
        for number, found in zip(np.asarray(numbers).ravel(), corners, strict=True)
        if int(number) in MARKS
    ]
    if not there:
        return {}, None
    areas = [float(cv2.contourArea(found.astype(np.float32))) for _, found in there]
    # handwriting that looks like a mark by chance is small beside the marks
    kept = [one for one, area in zip(there, areas, strict=True) if area > 0.2 * max(areas)]
    seen: dict[int, npt.NDArray[np.float64]] = {}
    for number, found in kept:
        if number in seen:
            return {}, number
        seen[number] = (found + 0.5) * by - 0.5
    return seen, None


def _shrunk(photo: Bytes2D, scale: float) -> Bytes2D:
    if scale >= 1.0:
        return photo
    size = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def _corners_mm(number: int) -> npt.NDArray[np.float64]:
    left, top = MARKS[number]
    right, bottom = left + MARK_MM, top + MARK_MM
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
