"""Placements, and what makes them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from penline.bank.items import Items
from penline.compose.character_table import CharacterTable
from penline.randomness import Draws

__all__ = ["LineToPlace", "Placements", "Placer"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Placements(NamedTuple):
    """Where each glyph of a line goes.

    Attributes:
        places_q8: ``int64 (n, 4)``: left, top, width, height in the picture, 1/256 px.
        slants_q16: ``int64 (n,)``: horizontal lean per pixel of height, 1/65536.
        press_q8: ``int64 (n,)``: strength of the ink, 1/256.
        width_px: width of the picture.
        em_px: the line's em.
        baseline_px: y of the writing line in the line's middle.
        slope: rise of the line per length; 0 in cells.
        cell_left_px: left edge of the first cell of squared paper.
        cell_top_px: top edge of its cells.
        cells: number of its cells; 0 on other paper.
    """

    places_q8: Ints
    slants_q16: Ints
    press_q8: Ints
    width_px: int
    em_px: float
    baseline_px: float
    slope: float = 0.0
    cell_left_px: float = 0.0
    cell_top_px: float = 0.0
    cells: int = 0

    def moved(self, across_px: int, down_px: int, share_q16: int = 65536) -> Placements:
        """Make the glyphs smaller about the picture's corner, then move them."""
        places, share = self.places_q8 * share_q16 >> 16, share_q16 / 65536
        places[:, 2:] = np.maximum(places[:, 2:], 256)
        places[:, :2] += np.array([across_px, down_px]) * 256
        return self._replace(
            places_q8=places,
            em_px=self.em_px * share,
            baseline_px=self.baseline_px * share + down_px,
            cell_left_px=self.cell_left_px * share + across_px,
            cell_top_px=self.cell_top_px * share + down_px,
        )

    def only(self, items: slice | Ints) -> Placements:
        """Take some of the glyphs, or all in another order, where they are."""
        places, slants, press = self[:3]
        return self._replace(
            places_q8=places[items], slants_q16=slants[items], press_q8=press[items]
        )


class LineToPlace(NamedTuple):
    """What a placer is given of a line.

    Attributes:
        items: records of `ITEM`, from the left to the right.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        height_px: height of the picture.
        column: whether it is a column, laid on its side.
        template: number of the line template that it fills; -1 for none.
    """

    items: Items
    params: Floats
    height_px: int
    column: bool = False
    template: int = -1


class Placer(Protocol):
    """Places the glyphs of lines; made whole, and then only read."""

    def with_table(self, table: CharacterTable, /) -> Placer:
        """Make the same placer for further characters; this one stays as it is."""

    def takes(self, line: LineToPlace, /) -> bool:
        """Tell whether it can place this line."""

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        """Place the items of a line."""
