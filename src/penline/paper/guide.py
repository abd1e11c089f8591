"""Where the writing of one line will be, so that a paper can put its rules and cells there."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Guide"]


class Guide(NamedTuple):
    """The place of one line of writing on its image, in pixels.

    The origin is the upper left corner of the first pixel, so the first pixel's centre is at 0.5.

    Attributes:
        height_px: height of the image.
        width_px: width of the image.
        baseline_px: y of the writing line: the bottom of letters, a little above the bottom of
            Chinese characters.
        em_px: height of a Chinese character.
        cell_left_px: x of the first cell's left edge, for squared paper.
        cell_px: width and height of a cell.
        cells: number of cells that hold characters; 0 where the text is not in cells.
        cell_top_px: y of the cells' upper edge.
    """

    height_px: int
    width_px: int
    baseline_px: float
    em_px: float
    cell_left_px: float
    cell_px: float
    cells: int
    cell_top_px: float
