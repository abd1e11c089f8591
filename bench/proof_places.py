"""A placer for the proof's worst arm: all characters equally high, in random places."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from penline.compose.place.base import LineToPlace, Placements
from penline.randomness import Draws
from penline.recipe.placers import PLACERS, PlacerSettings
from penline.registry import Row

_SHARE, _JITTER, _GAP = 0.6, 0.15, 0.25
"""Height of a character, and how far up or down it may stand, in heights of the picture; widest
gap, in heights of a character."""
_CAPITAL_EM = 0.75
"""Height of a capital: what the breadth of the pen is to be like."""


class RandomPlaces(PlacerSettings):
    """As tools have it that know nothing of letters."""

    every_line: ClassVar[bool] = True
    name: Literal["random"] = "random"

    def make(self, banks: Any, table: Any) -> _Random:
        del banks, table
        return _Random()


class _Random:
    def with_table(self, table: Any, /) -> _Random:
        del table
        return self

    def takes(self, line: LineToPlace, /) -> bool:
        return bool(len(line.items))

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        high = _SHARE * line.height_px
        places, left = [], 0.2 * high
        for item in line.items:
            wide = high * item["width_px"] / max(item["height_px"], 1)
            top = (line.height_px - high) / 2 + rng.uniform(-_JITTER, _JITTER) * line.height_px
            places.append((left, top, wide, high))
            left += wide + rng.uniform(0.0, _GAP) * high
        count = len(places)
        return Placements(
            np.rint(np.array(places) * 256).astype(np.int64),
            np.zeros(count, np.int64),
            np.full(count, 256),
            int(np.ceil(left + 0.2 * high)),
            high / _CAPITAL_EM,
            (line.height_px + high) / 2,
        )


PLACERS.own["random"] = Row("proof_places:RandomPlaces", "equally high, in random places")
