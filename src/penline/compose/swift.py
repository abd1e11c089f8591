"""Most lines of most recipes in one compiled call; the others step by step, as `recipe.make` does.

What the call needs is laid out as arrays once. A line that it cannot make (a character spelled by
a stand-in, a sentence that nobody can write, a glyph too faint) is made by the steps, from the
start: the outcome is the same either way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from penline.bank.shelf import Shelf
from penline.characters import kind_of
from penline.compiled import frozen
from penline.compose.inside import rim_of
from penline.compose.place.model import DIGITS, IN_NUMBERS, IN_WORDS, LETTERS, Hand, traits_of
from penline.compose.place.params import layout_spans
from penline.compose.place.rules import FAMILIES, JOINED, JOINING, MANNERS, manner_number
from penline.compose.place.spacing import NUMBERS
from penline.compose.swift_line import DONE, FLAGS, Line, lay_line
from penline.corpus import Lines
from penline.corpus.normal import LAST_CODE_POINT
from penline.randomness import span, stage_keys
from penline.recipe.layout import Layout

if TYPE_CHECKING:
    from penline.compose.plan import Kit

__all__ = ["STAGES", "Swift", "swift"]

STAGES = ("text", "writer", "paper", "layout", "ink")
"""The stages that every line has, in the order of the road."""


def swift(kit: Kit) -> Swift | None:
    """The one call for a kit's lines; None where its recipe or its banks need the steps."""
    recipe = kit.recipe
    plain = (
        recipe.writers == "one"
        and not kit.val
        and not kit.templates
        and len(kit.shelf.banks) == 1
        and isinstance(kit.lines["train"], Lines)
        and not recipe.corpus.made
        and recipe.corpus.latin == "own"
        and not recipe.marks.strike
        and recipe.layout.direction == "horizontal"
        and rim_of(recipe) <= 1
    )
    return Swift(kit) if plain else None


class Swift:
    """What `swift_line.lay_line` is called with, for one kit; made whole, and then only read."""

    def __init__(self, kit: Kit) -> None:
        recipe, layout, shelf = kit.recipe, kit.recipe.layout, kit.shelf
        bank, lines = shelf.banks[0], kit.lines["train"]
        if not isinstance(lines, Lines):
            raise TypeError("whole lines are not drawn by this call")
        ink, columns = bank.ink, bank.columns
        numbers = {writer: number for number, writer in enumerate(bank.writers)}
        hand = kit.hand
        low, steps = span(*recipe.ink.strength_range)
        deviations = (layout.size_trend, layout.slope_deviation, layout.slant_deviation)
        self._given: tuple[Any, ...] = (
            *lines.arrays,
            *_tables(shelf, hand),
            kit.able["train"],
            columns["by_writer"],
            columns["character"],
            columns["part"],
            ink.words,
            ink.offsets_at,
            ink.ink_at,
            ink.ink_bytes,
            columns["height_px"],
            columns["width_px"],
            columns["writer"],
            columns["level"],
            columns["length_px"],
            ink.data,
            shelf.allowed,
            shelf.wanted[0],
            bank.writer_starts,
            np.array([numbers.get(writer, -1) for writer in shelf.writers], np.int64),
            shelf.ems_px[0],
            shelf.levels[0],
            np.array([*layout_spans(layout), span(*layout.cell_em_range)], np.int64),
            np.array([*(round(d * 65536) for d in deviations), low, steps], np.int64),
            _constants(layout),
            np.array([round(choice.share * 65536) for choice in recipe.papers], np.int64),
            np.array([choice.paper.cells for choice in recipe.papers], np.bool_),
            recipe.image.height_px,
            recipe.image.max_width_px,
            FAMILIES,
            MANNERS,
            JOINED,
            hand is not None,
            hand.typical[0] if hand is not None else _NO_SIZES,
            *(hand.sampler.arrays if hand is not None else _NO_MODEL),
            hand.han_classes if hand is not None else np.zeros(3, np.int64),
        )

        for given in self._given:
            if isinstance(given, np.ndarray):
                frozen(given)

    def line(self, seed: int, index: int) -> Line | None:
        """One line; None where the steps have to make it."""
        found = lay_line(stage_keys(seed, STAGES), np.uint64(index), *self._given)
        return Line._make(found) if found[0] == DONE else None


def _tables(shelf: Shelf, hand: Hand | None) -> tuple[Any, ...]:
    """What `lay_line` asks of characters: entry_of, cover, own, table, measures."""
    entry_of = np.full(LAST_CODE_POINT + 1, -1, np.int32)
    entry_of[[ord(character) for character in shelf.rows]] = range(len(shelf.rows))
    table = np.zeros((len(shelf.rows), len(FLAGS)), np.int64)
    measures = np.zeros((len(shelf.rows), 2))
    for row, character in enumerate(shelf.rows):
        traits = traits_of(character)
        white = not traits.name
        table[row] = (
            manner_number(character),
            hand.number[traits.of_class] if hand is not None else 0,
            white,
            traits.han,
            character in JOINING,
            character.isdigit(),
            character in DIGITS,
            character in IN_NUMBERS,
            traits.name == "digit",
            traits.name in LETTERS,
            character in IN_WORDS,
        )
        low = None if white else kind_of(character).low
        measures[row] = traits.least_width, math.nan if low is None else low
    return entry_of, shelf.cover, shelf.own, table, measures


_NO_MODEL = (
    np.zeros(9),
    np.zeros(13),
    np.zeros((3, 1, 13)),
    np.zeros((1, 1, 13)),
    np.zeros((4, 1)),
    np.zeros(1, np.bool_),
    np.zeros((3, 3)),
    np.zeros((2, 13)),
)
"""In the place of `Sampler.arrays`."""
_NO_SIZES = np.zeros((0, 2, 1))


def _constants(layout: Layout) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The figures of `spacing.NUMBERS` that are the same for every line."""
    given = {
        "em_most": layout.em_most,
        "gap_walk": layout.gap_deviation_em,
        "size_walk": layout.size_deviation,
        "rise_walk": layout.rise_deviation_em,
        "slant_walk": layout.slant_walk_deviation,
        "press_walk": layout.press_deviation,
        "keep": layout.correlation,
    }
    return np.array([given.get(name, 0.0) for name in NUMBERS])
