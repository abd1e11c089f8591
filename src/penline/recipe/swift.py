"""Most lines of most recipes in one compiled call; the others step by step, as `recipe.make` does.

What the call needs is laid out as arrays once. A line that it cannot make (a character spelled by
a stand-in, a sentence that nobody can write, a glyph too faint) is made by the steps, from the
start: the outcome is the same either way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from penline.characters import kind_of
from penline.compose import Layout
from penline.compose.line import FAMILIES, JOINED, JOINING, MANNERS, manner_number
from penline.compose.spacing import NUMBERS
from penline.corpus import Lines
from penline.corpus.normal import LAST_CODE_POINT
from penline.randomness import span, stage_keys
from penline.recipe.hand import DIGITS, IN_NUMBERS, IN_WORDS, LETTERS, traits_of
from penline.recipe.swift_line import (
    DONE,
    FLAGS,
    NEW_CHARACTERS,
    NEW_WRITER,
    Line,
    lay_line,
)

if TYPE_CHECKING:
    from penline.recipe.kit import Kit

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
    )
    return Swift(kit) if plain else None


class Swift:
    """What `swift_line.lay_line` is called with, for one kit."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        recipe, layout, shelf = kit.recipe, kit.recipe.layout, kit.shelf
        bank, lines = shelf.banks[0], kit.lines["train"]
        if not isinstance(lines, Lines):
            raise TypeError("whole lines are not drawn by this call")
        ink, columns = bank.ink, bank.columns
        self._entry_of = np.full(LAST_CODE_POINT + 1, -1, np.int32)
        self._table = np.zeros((256, len(FLAGS)), np.int64)
        self._measures = np.zeros((256, 2))
        numbers = {writer: number for number, writer in enumerate(bank.writers)}
        hand = kit.hand
        writers = len(bank.writers)
        self._known = np.zeros(writers, np.bool_)
        classes = hand.sampler.moments.shape[1] if hand is not None else 1
        self._typical = np.zeros((writers if hand is not None else 0, 2, classes))
        low, steps = span(*recipe.ink.strength_range)
        deviations = (layout.size_trend, layout.slope_deviation, layout.slant_deviation)
        self._lines = lines.arrays
        self._rest: tuple[Any, ...] = (
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
            np.array([*layout.spans, span(*layout.cell_em_range)], np.int64),
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
            self._typical,
            self._known,
            *(hand.sampler.arrays if hand is not None else _NO_MODEL),
            hand.han_classes if hand is not None else np.zeros(3, np.int64),
        )

    def line(self, seed: int, index: int) -> Line | None:
        """One line; None where the steps have to make it."""
        keys = stage_keys(seed, STAGES)
        shelf, number = self._kit.shelf, np.uint64(index)
        while True:
            own = shelf.cover, shelf.own, self._table, self._measures
            given: tuple[Any, ...] = (*self._lines, self._entry_of, *own, *self._rest)
            found = lay_line(keys, number, *given)
            if found[0] == DONE:
                return Line._make(found)
            if found[0] == NEW_CHARACTERS:
                self._add(self._lines[0][found[1] : found[2]].tolist())
            elif found[0] == NEW_WRITER and self._kit.hand is not None:
                self._typical[found[4]] = self._kit.hand.typical_of(0, found[4])
                self._known[found[4]] = True
            else:
                return None

    def _add(self, codes: list[int]) -> None:
        """Give characters their rows in the tables."""
        shelf, hand = self._kit.shelf, self._kit.hand
        for code in codes:
            if self._entry_of[code] >= 0:
                continue
            character = chr(code)
            row = shelf.entry(character)
            while row >= len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
                self._measures = np.concatenate([self._measures, np.zeros_like(self._measures)])
            traits = traits_of(character)
            white = not traits.name
            letter = traits.name in LETTERS
            self._table[row] = (
                manner_number(character),
                hand.number[traits.of_class] if hand is not None else 0,
                white,
                traits.han,
                character in JOINING,
                character.isdigit(),
                character in DIGITS,
                character in IN_NUMBERS,
                traits.name == "digit",
                letter,
                character in IN_WORDS,
            )
            low = None if white else kind_of(character).low
            self._measures[row] = traits.least_width, math.nan if low is None else low
            self._entry_of[code] = row


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
