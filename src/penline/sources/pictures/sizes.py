"""The usual sizes of characters, for pictures that were all blown up to the same square."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import cv2
import numpy as np

from penline.measure.classes import class_of, expected_of
from penline.records import Bytes2D

__all__ = ["largest_em", "usual_size"]


@functools.lru_cache(maxsize=65_536)
def _sides_em(character: str) -> tuple[float, float]:
    """Usual height and width of a character's ink."""
    usual = expected_of(class_of(character))
    return usual.height, usual.width


def largest_em(characters: Iterable[str]) -> float:
    """The longer side, in ems, of the largest among some characters; 1 where there are none.

    >>> largest_em("a,"), largest_em("")
    (0.45, 1.0)
    """
    return max((max(_sides_em(one)) for one in characters if len(one) == 1), default=1.0)


def usual_size(ink: Bytes2D, character: str, largest: float, *, stretched: bool) -> Bytes2D:
    """Scale ink that fills the collection's square down to its character's usual size.

    Args:
        ink: ``uint8 (height_px, width_px)``, cut tight.
        character: its label; one of more characters than one, or none, stays as it is.
        largest: the longer side, in ems, of what keeps its size.
        stretched: height and width were blown up each by itself: both become the usual ones.

    Returns:
        ``uint8``; never larger.
    """
    if len(character) != 1:
        return ink
    sides = _sides_em(character)
    scales = [min(side / largest, 1.0) for side in (sides if stretched else (max(sides),) * 2)]
    height, width = (max(1, round(px * by)) for px, by in zip(ink.shape, scales, strict=True))
    if (height, width) == ink.shape:
        return ink
    return np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
