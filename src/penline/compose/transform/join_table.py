"""What joining asks of characters and of hands."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compiled import frozen
from penline.compose.character_table import HAN, CharacterTable
from penline.measure.joins import LETTERS, join_figures, odds_of
from penline.measure.latin import latin_figures
from penline.randomness import rng
from penline.render.letter_ends import ANYWHERE, kind_of_letter

__all__ = [
    "ALWAYS",
    "BELOW",
    "ENTERING",
    "HEIGHT",
    "LEAVING",
    "STEPS",
    "JoinTable",
    "habit",
    "join_table",
    "measured_odds",
]

HEIGHT, BELOW, LEAVING, ENTERING = range(4)
ALWAYS = 1e12
"""Odds of a hand that joins whatever can be joined."""
STEPS = 64
"""A habit is one of so many shares, and none."""
Floats = npt.NDArray[np.float64]


class JoinTable(NamedTuple):
    """What joining asks of each entry; read-only.

    Attributes:
        kinds: ``int64 (entries,)``: what each is like, see `penline.render.joins`; -1: never
            joined.
        figures: ``float64 (entries, 4)``: height and reach below the line in x-heights, of Chinese
            characters 0; what it does to the odds of a join behind it and before it.
    """

    kinds: Any
    figures: Any


def join_table(table: CharacterTable, chinese: bool) -> JoinTable:
    """Make the table of small Latin letters and, where they are joined, Chinese characters."""
    kinds, figures = np.full(len(table.traits), -1, np.int64), np.ones((len(table.traits), 4))
    joins, latin = join_figures(), latin_figures()
    for number, one in enumerate(LETTERS):
        entry = int(table.entry_of[ord(one)])
        if entry >= 0:
            kinds[entry] = kind_of_letter(one)
            effects = joins.leaving[number], joins.entering[number]
            figures[entry] = latin[one].height, latin[one].below, *effects
    if chinese:
        han = table.traits[:, HAN] != 0
        kinds[han], figures[han, :2] = ANYWHERE, 0.0
    return JoinTable(frozen(kinds), frozen(figures))


@functools.cache
def measured_odds() -> Floats:
    """``float64 (STEPS + 1,)``: odds of hands that join 0, 1/64, ... of their pairs."""
    rates = range(STEPS + 1)
    return frozen(np.array([odds_of(step / STEPS) if step else 0.0 for step in rates]))


@functools.lru_cache(maxsize=65_536)
def habit(seed: int, writer: str) -> float:
    """Draw what share of its pairs of letters a hand joins, as people do: 0 to 1.

    Args:
        seed: of the set.
        writer: whose hand.
    """
    rates = join_figures().rates["all"]
    place = rng(seed, 0, f"joins:{writer}").uniform(0.0, 1.0) * (len(rates) - 1)
    before = min(int(place), len(rates) - 2)
    rate: float = rates[before] + (rates[before + 1] - rates[before]) * (place - before)
    return rate
