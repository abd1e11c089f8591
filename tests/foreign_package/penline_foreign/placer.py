"""Stairs: each glyph of a line stands a little higher than the one before."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from penline.compose.place.base import LineToPlace, Placements
from penline.randomness import Draws
from penline.recipe.layout import LINE_PARAMS
from penline.recipe.placers import PlacerSettings

__all__ = ["Ladder", "Stairs"]


class Stairs(PlacerSettings):
    """Steps up."""

    name: Literal["stairs"] = "stairs"
    step_px: int = Field(1, ge=0, le=8)

    def make(self, banks: Any, table: Any) -> StairsPlacer:
        """See `PlacerSettings.make`."""
        return StairsPlacer(self.step_px)


class Ladder(PlacerSettings):
    """As stairs, each line of any kind, with the layout's margin."""

    every_line: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("margin_em_range",)
    name: Literal["ladder"] = "ladder"

    def make(self, banks: Any, table: Any) -> LadderPlacer:
        """See `PlacerSettings.make`."""
        return LadderPlacer(1)


class StairsPlacer:
    """Places lines without white space; others are left to the rules."""

    def __init__(self, step_px: int) -> None:
        self._step_px = step_px

    def with_table(self, _: Any) -> StairsPlacer:
        """Further characters change nothing."""
        return self

    def takes(self, line: LineToPlace) -> bool:
        """See `Placer.takes`."""
        return bool((line.items["row"] >= 0).all())

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        """See `Placer.place`."""
        count, em = len(line.items), line.height_px // 2
        at = np.arange(count)
        places = np.full((count, 4), em * 256)
        places[:, 0] = (4 + at * em) * 256
        places[:, 1] = np.maximum(line.height_px - em - 2 - at * self._step_px, 2) * 256
        flat = np.zeros(count, np.int64)
        width = 8 + count * em + rng.below(4)
        return Placements(places, flat, np.full(count, 256), width, float(em), float(em))


class LadderPlacer(StairsPlacer):
    """Places any line."""

    def takes(self, line: LineToPlace) -> bool:
        """See `Placer.takes`."""
        return True

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        """See `Placer.place`."""
        placed = super().place(line, rng)
        margin_px = round(line.params[LINE_PARAMS.index("margin_left")] * placed.em_px)
        places = placed.places_q8 + np.array([margin_px * 256, 0, 0, 0])
        return placed._replace(places_q8=places, width_px=placed.width_px + margin_px)
