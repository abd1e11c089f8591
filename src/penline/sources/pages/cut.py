"""Lines cut out of the picture of their page: by their outline, upright or along their baseline."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from penline.pages import PageLine, PageRecord
from penline.records import LineRecord, PageFacts
from penline.sources.pictures.as_line import line_record

__all__ = ["cut_line", "lines_of"]

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_PAPER = 255
_FRACTION_BITS = 5
"""Of a place between two pixels, as `cv2.remap` takes it."""
_LONGEST_PX = 32_767
"""So far `cv2.remap` counts."""
_SHIFT = 8
"""Corners of outlines are counted in 1/256 px."""


def lines_of(record: PageRecord, *, straight: bool = False) -> Iterator[LineRecord]:
    """Yield the lines of a page with their own pictures, in reading order.

    Args:
        record: the page.
        straight: lay each line level along its baseline, where it has one.
    """
    page = record.page
    facts = PageFacts(page.height_px, page.width_px, len(page.lines), "", 1, 8, _PAPER, "")
    for number, line in enumerate(page.lines):
        picture, left, top = cut_line(page.image, line, straight=straight)
        place = number, record.offset
        yield line_record(picture, line.text, (top, left), facts, record.source, place)


def cut_line(image: Image, line: PageLine, *, straight: bool = False) -> tuple[Image, int, int]:
    """Cut a line out of its page; what is outside of its outline is white.

    Args:
        image: the page.
        line: with its outline within the page.
        straight: lay it level along its baseline: the page is turned by the slope of the whole
            line, and each column moved so that the baseline is straight.

    Returns:
        The picture, and its left and top edge on the page (before it was laid level).
    """
    polygon = line.polygon
    left, top = (int(n) for n in np.floor(polygon.min(axis=0)))
    right, bottom = (int(n) for n in np.ceil(polygon.max(axis=0)))
    part = image[top:bottom, left:right]
    mask = np.zeros(part.shape[:2], np.uint8)
    corners = np.floor((polygon - (left, top) - 0.5) * (1 << _SHIFT) + 0.5).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, shift=_SHIFT)
    cut = np.full_like(part, _PAPER)
    cut[mask > 0] = part[mask > 0]
    baseline = line.baseline
    if straight and baseline is not None and max(cut.shape[:2]) < _LONGEST_PX:
        level = _level(cut, polygon - (left, top), baseline - (left, top))
        cut = cut if level is None else level
    return cut, left, top


def _level(cut: Image, polygon: Points, baseline: Points) -> Image | None:
    """The line along its baseline; None where that has no length."""
    way = baseline[-1] - baseline[0]
    length = float(np.sqrt(way[0] * way[0] + way[1] * way[1]))
    if length < 1:
        return None
    along = way / length
    across = np.array([-along[1], along[0]])
    at = _turned(baseline, along, across)
    order = np.argsort(at[:, 0], kind="stable")
    steps, heights = at[order, 0], at[order, 1]
    corners = _turned(polygon, along, across)
    above = corners[:, 1] - np.interp(corners[:, 0], steps, heights)
    start, end = np.floor(corners[:, 0].min()), np.ceil(corners[:, 0].max())
    high, low = np.floor(above.min()), np.ceil(above.max())
    if end - start >= _LONGEST_PX or low - high >= _LONGEST_PX:
        return None
    s = np.arange(start, end) + 0.5
    t = np.arange(high, low)[:, None] + 0.5 + np.interp(s, steps, heights)
    x = s * along[0] + t * across[0] - 0.5
    y = s * along[1] + t * across[1] - 0.5
    whole = 1 << _FRACTION_BITS
    fixed = np.floor(np.stack([x, y], -1) * whole + 0.5).astype(np.int64)
    fixed = fixed.clip(-whole * 4, whole * _LONGEST_PX)
    fractions = fixed & (whole - 1)
    table = (fractions[..., 1] * whole + fractions[..., 0]).astype(np.uint16)
    pixels = (fixed >> _FRACTION_BITS).astype(np.int16)
    filled = (_PAPER,) * 3
    return np.asarray(
        cv2.remap(
            cut, pixels, table, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=filled
        ),
        np.uint8,
    )


def _turned(points: Points, along: Points, across: Points) -> Points:
    """Points by their distance along and across; each product by itself, in a fixed order."""
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * along[0] + y * along[1], x * across[0] + y * across[1]], -1)
