"""Printed capitals as straight strokes: captions of forms, that need no font."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["lettering", "lettering_width"]

Ints = npt.NDArray[np.int64]

_STROKES: dict[str, str] = {
    "A": "06 20 46, 14 34",
    "B": "03 33 44 45 36 06 00 30 41 42 33",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00",
    "E": "40 00 06 46, 03 33",
    "F": "40 00 06, 03 33",
    "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06, 40 46, 03 43",
    "I": "20 26",
    "J": "40 45 36 16 05",
    "K": "00 06, 40 03 46",
    "L": "00 06 46",
    "M": "06 00 24 40 46",
    "N": "06 00 46 40",
    "O": "10 30 41 45 36 16 05 01 10",
    "P": "06 00 30 41 42 33 03",
    "Q": "10 30 41 45 36 16 05 01 10, 24 46",
    "R": "06 00 30 41 42 33 03, 23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40, 20 26",
    "U": "00 05 16 36 45 40",
    "V": "00 26 40",
    "W": "00 16 23 36 40",
    "X": "00 46, 40 06",
    "Y": "00 23 40, 23 26",
    "Z": "00 40 06 46",
}
"""Points on a grid four wide and six high, column and row, from the upper left."""
_ADVANCE = 6
_HIGH = 6


def lettering_width(text: str, height: int) -> int:
    """How wide a text of capitals and spaces is, in the unit of its height.

    >>> lettering_width("ID NO", 60)
    280
    """
    return max(len(text) * _ADVANCE - 2, 0) * height // _HIGH


def lettering(text: str, left: int, top: int, height: int, thickness: int, strength: int) -> Ints:
    """The strokes of a text of capitals and spaces: what `kernel.print_lines` takes.

    Args:
        text: letters A to Z, and spaces.
        left: x of the first letter, 1/256 px.
        top: y of the letters' upper edge, 1/256 px.
        height: of a letter, 1/256 px.
        thickness: of a stroke, 1/256 px.
        strength: 0..255.

    Returns:
        ``int64 (strokes, 8)``.
    """
    lines: list[tuple[int, ...]] = []
    for place, letter in enumerate(text):
        for stroke in _STROKES[letter].split(", ") if letter != " " else ():
            points = [
                (
                    left + (place * _ADVANCE + int(point[0])) * height // _HIGH,
                    top + int(point[1]) * height // _HIGH,
                )
                for point in stroke.split()
            ]
            lines += [(*a, *b, thickness, strength, 0, 0) for a, b in pairwise(points)]
    return np.array(lines, np.int64).reshape(-1, 8)
