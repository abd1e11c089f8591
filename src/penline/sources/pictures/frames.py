"""The lines of a cell around a character: whether they are there, and the picture without them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D

__all__ = ["framed_sides", "without_frame"]

_REACH = 0.2
"""A frame's lines lie within this share of a side from the border."""
_LINE = 0.8
"""In a line at least this share of the pixels is inked."""
_INKED = 32
_BROAD = 0.08
"""A line is at most this share of the side broad."""


def framed_sides(ink: Bytes2D) -> int:
    """Count the sides of a picture along which the line of a frame runs, 0 to 4."""
    across, down = _shares(ink)
    edges = [_edge(shares) for shares in (across, across[::-1], down, down[::-1])]
    return sum(edge > 0 for edge in edges)


def without_frame(ink: Bytes2D) -> Bytes2D:
    """Cut off the lines of a frame, and what lies outside of them."""
    across, down = _shares(ink)
    height, width = ink.shape
    top, bottom = _edge(across), height - _edge(across[::-1])
    left, right = _edge(down), width - _edge(down[::-1])
    return ink[top:bottom, left:right] if top < bottom and left < right else ink


def _shares(ink: Bytes2D) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    inked = ink > _INKED
    return inked.mean(1), inked.mean(0)


def _edge(shares: npt.NDArray[np.float64]) -> int:
    """How much is cut off at the beginning: to the end of the line, with its soft edge; or 0."""
    reach = max(int(len(shares) * _REACH), 2)
    lines = np.flatnonzero(shares[:reach] >= _LINE)
    if not len(lines):
        return 0
    end = begin = int(lines[0])
    while end < len(shares) and shares[end] >= _LINE:
        end += 1
    return min(end + 1, len(shares)) if end - begin <= max(3, _BROAD * len(shares)) else 0
