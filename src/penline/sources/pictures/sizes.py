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
def _side_em(character: str) -> float:
    """The longer side of a character's ink, usually."""
    usual = expected_of(class_of(character))
    return max(usual.width, usual.height)


def largest_em(characters: Iterable[str]) -> float:
    """The longer side, in ems, of the largest among some characters; 1 where there are none.

    >>> largest_em("a,"), largest_em("")
    (0.45, 1.0)
    """
    return max((_side_em(one) for one in characters if len(one) == 1), default=1.0)


def usual_size(ink: Bytes2D, character: str, largest: float) -> Bytes2D:
    """Scale ink that fills the collection's square down to its character's usual size.

    Args:
        ink: ``uint8 (height_px, width_px)``, cut tight.
        character: its label; one of more characters than one, or none, stays as it is.
        largest: the longer side, in ems, of what keeps its size.

    Returns:
        ``uint8``, of the same proportions; never larger.
    """
    scale = _side_em(character) / largest if len(character) == 1 else 1.0
    if scale >= 1:
        return ink
    size = tuple(max(1, round(side * scale)) for side in ink.shape[::-1])
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
