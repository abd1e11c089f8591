"""Where everything lies on a sheet, in millimetres from its upper left corner.

A4 paper, a fiducial mark in each corner, a row of squares between the upper two and again
between the lower two (`penline.template.code`), and a grid of cells. The guide character is
printed above its cell, not in it: what lies inside a cell is the writer's ink and nothing else,
with any pen and any printer.

The marks are ArUco markers of 4 x 4 bits (S. Garrido-Jurado et al., Pattern Recognition 47, 2014,
pages 2280 to 2292), from OpenCV's dictionary of 50; their numbers tell the corner.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.template.code import BITS

__all__ = [
    "BIT_MM",
    "BIT_ROWS",
    "BORDER_MM",
    "CELL_RANGE_MM",
    "MARKS",
    "MARK_MM",
    "PAGE_MM",
    "Grid",
    "dictionary",
    "mark_bits",
]

PAGE_MM = (210.0, 297.0)
EDGE_MM = 10.0
"""White around everything; most printers reach to 5 mm of the edge."""
MARK_MM = 12.0
_RIGHT, _BOTTOM = PAGE_MM[0] - EDGE_MM - MARK_MM, PAGE_MM[1] - EDGE_MM - MARK_MM
MARKS = {
    0: (EDGE_MM, EDGE_MM),
    1: (_RIGHT, EDGE_MM),
    2: (_RIGHT, _BOTTOM),
    3: (EDGE_MM, _BOTTOM),
}
"""Number of each mark and its upper left corner: clockwise from the upper left."""
BIT_MM = (2.0, 4.0)
"""Width and height of a square of the code."""
BIT_ROWS = tuple(
    ((PAGE_MM[0] - BITS * BIT_MM[0]) / 2, top) for top in (EDGE_MM, _BOTTOM + MARK_MM - BIT_MM[1])
)
"""Upper left corner of each row of the code."""
BORDER_MM = 0.3
GUIDE_MM = 4.5
"""Height of the strip above a cell, with the guide character."""
GAP_MM = (2.5, 1.0)
"""Between two cells of a row, and between a cell and the strip below it."""
CELL_RANGE_MM = (8, 40)
_TOP, _LOWEST = EDGE_MM + MARK_MM + 3.0, _BOTTOM - 3.0


@functools.cache
def dictionary() -> Any:
    """The marks' dictionary."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


def mark_bits(number: int) -> npt.NDArray[np.bool_]:
    """``bool (6, 6)``: which squares of a mark are black, its black frame included."""
    image = cv2.aruco.generateImageMarker(dictionary(), number, 6)
    return np.asarray(image < 128)


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet; the same on every sheet, also where the last ones stay unused.

    Attributes:
        cell_mm: side of a cell, between the middles of its border lines.
    """

    cell_mm: int

    @property
    def columns(self) -> int:
        """Cells of a row."""
        return int((PAGE_MM[0] - 2 * EDGE_MM + GAP_MM[0]) // (self.cell_mm + GAP_MM[0]))

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return int((_LOWEST - _TOP + GAP_MM[1]) // self.pitch_mm[1])

    @property
    def count(self) -> int:
        """Cells of a sheet."""
        return self.columns * self.rows

    @property
    def pitch_mm(self) -> tuple[float, float]:
        """From a cell to the next one to the right, and to the one below."""
        return self.cell_mm + GAP_MM[0], self.cell_mm + GUIDE_MM + GAP_MM[1]

    def corner_mm(self, cell: int) -> tuple[float, float]:
        """Left and top of a cell, numbered from 0 along the rows."""
        row, column = divmod(cell, self.columns)
        across, down = self.pitch_mm
        width = self.columns * across - GAP_MM[0]
        left = (PAGE_MM[0] - width) / 2 + column * across
        return left, _TOP + GUIDE_MM + row * down

    def spread(
        self, characters: tuple[str, ...], times: int, *, version: int = 1
    ) -> list[tuple[str, ...]]:
        """The characters of each sheet, in the list's order, each `times` times.

        Sheets of version 1 have the whole list, and then again; of version 2 each character in
        cells side by side.
        """
        cells = characters * times
        if version > 1:
            cells = tuple(one for one in characters for _ in range(times))
        return [cells[at : at + self.count] for at in range(0, len(cells), self.count)]
