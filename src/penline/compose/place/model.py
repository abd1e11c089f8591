"""A placement model at work on the glyphs of a shelf."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.shelf import Shelf
from penline.characters import is_han, kind_of
from penline.compiled import compiled, frozen
from penline.measure.classes import DENSE_EM, HAN, LIGHT_EM, class_of
from penline.measure.sample import LEAST_OF_CLASS, Sampler
from penline.randomness import Draws

__all__ = [
    "DIGITS",
    "IN_NUMBERS",
    "IN_WORDS",
    "LETTERS",
    "NARROW",
    "Hand",
    "Traits",
    "look_up",
    "traits_of",
]

DIGITS = frozenset("0123456789")
IN_NUMBERS = frozenset(".,:-/%")
"""Marks that go on a number when they stand in it."""
LETTERS = frozenset(["upper", "ascender", "x-height", "t", "i", "descender", "j", "f"])
"""Kinds of the letters of words."""
NARROW = LETTERS | {"digit"}
IN_WORDS = frozenset(".'’-_@/")
"""Marks that belong to a word when they stand in it."""

STROKE_LENGTH = 1.25
"""Length of strokes as `measure` finds it in lines, over half of the outline as banks hold it:
1.30 on strokes rendered from OLHWDB's writer 001, 1.20 on scanned characters of HWDB1.x."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Traits(NamedTuple):
    """What a line's placement asks of one character.

    Attributes:
        name: its kind; ``""`` for white space.
        of_class: its class; ``""`` for a Chinese character, whose class its strokes decide.
        han: whether it is a Chinese character.
        least_width: in ems.
    """

    name: str
    of_class: str
    han: bool
    least_width: float


@functools.lru_cache(maxsize=65_536)
def traits_of(character: str) -> Traits:
    """The traits of a character."""
    if character.isspace():
        return Traits("", "space", False, 0.0)
    kind, of_class = kind_of(character), class_of(character)
    return Traits(
        kind.name, "" if of_class in HAN else of_class, is_han(character), kind.least_width
    )


@compiled
def look_up(
    rows: Any,
    number: int,
    length_px: Any,
    writer: Any,
    ems_px: Any,
    light_em: float,
    dense_em: float,
    han: Any,
    kind: Any,
) -> int:
    """The classes of the Chinese characters of one bank, by the length of their strokes.

    Args:
        rows: ``int64 (n, 2)``: bank and row of each glyph.
        number: of the bank.
        length_px: column of the bank.
        writer: column.
        ems_px: ``float64 (n,)``: of each glyph's writer.
        light_em: shorter strokes make a light character.
        dense_em: from this length on it is dense.
        han: ``int64 (3,)``: numbers of the light, middle and dense classes.
        kind: ``int64 (n,)``: class of each; where it is -1 it is filled in.

    Returns:
        The writer, if the bank's glyphs are all by one; -1 for several; -2 for no glyph.
    """
    found = -2
    for i in range(rows.shape[0]):
        if rows[i, 0] != number:
            continue
        row = rows[i, 1]
        own: Any = np.int64(writer[row])
        if found == -2:
            found = own
        elif found != own:
            found = -1
        if kind[i] < 0:
            length = length_px[row] * STROKE_LENGTH / ems_px[i]
            if length < light_em:
                kind[i] = han[0]
            elif length < dense_em:
                kind[i] = han[1]
            else:
                kind[i] = han[2]
    return found


@compiled
def sum_sizes(
    order: Any,
    starts: Any,
    character: Any,
    height_px: Any,
    width_px: Any,
    length_px: Any,
    ems_px: Any,
    class_of_character: Any,
    light_em: float,
    dense_em: float,
    han: Any,
    together: int,
    sums: Any,
) -> int:
    """Add up the sizes of a bank's glyphs by writer and class.

    A size is the square root of height times width, in ems.

    Args:
        order: column ``by_writer`` of a bank.
        starts: ``int64 (writers + 1,)``: where each writer begins there.
        character: column, as the next three.
        height_px: see there.
        width_px: see there.
        length_px: see there.
        ems_px: ``float64 (writers,)``.
        class_of_character: ``int64 (characters,)``: -1: the length of its strokes decides.
        light_em: shorter strokes make a light character.
        dense_em: from this length on it is dense.
        han: ``int64 (3,)``: numbers of the light, middle and dense classes.
        together: number of the class of all three.
        sums: ``float64 (3, writers, classes)``: glyphs, sizes and squares of sizes; added to.

    Returns:
        -1, or the first row that cannot be true.
    """
    for number in range(starts.shape[0] - 1):
        em = ems_px[number]
        for at in range(starts[number], starts[number + 1]):
            row = np.int64(order[at])
            if row >= character.shape[0] or character[row] >= class_of_character.shape[0]:
                return int(row)
            kind = class_of_character[character[row]]
            sizes = np.int64(height_px[row]) * np.int64(width_px[row])
            size = np.sqrt(np.float64(sizes)) / em
            if kind < 0:
                length = length_px[row] * STROKE_LENGTH / em
                kind = han[0] if length < light_em else han[1] if length < dense_em else han[2]
            whole = kind == han[0] or kind == han[1] or kind == han[2]
            for one in range(2 if whole else 1):
                k = together if one else kind
                sums[0, number, k] += 1.0
                sums[1, number, k] += size
                sums[2, number, k] += size * size
    return -1


class Hand:
    """A placement model at work on the glyphs of a shelf; made whole, and then only read.

    Args:
        sampler: draws placements from the model.
        shelf: the banks that glyphs come from.

    Attributes:
        number: of each class its number in the model; -1 for `Traits.of_class` of ``""``.
        han_classes: ``int64 (3,)``: numbers of the light, middle and dense classes.
        typical: for each bank, ``float64 (writers, 2, classes)``: sizes of each writer's glyphs
            by class, as `Sampler.typical` has them.

    Raises:
        BankError: a bank whose numbers cannot be true.
    """

    def __init__(self, sampler: Sampler, shelf: Shelf) -> None:
        self.sampler, self._shelf = sampler, shelf
        self.number = {**sampler.number, "": -1}
        self.han_classes = frozen(np.array([sampler.number[name] for name in HAN], np.int64))
        self.typical = [self._typical(at) for at in range(len(shelf.banks))]

    def place(
        self,
        traits: Sequence[Traits],
        rows: Ints,
        sizes: Ints,
        ems: Floats,
        em_px: float,
        rng: Draws,
        space_em: float,
    ) -> tuple[Ints, Floats]:
        """Place glyphs: `Sampler.place` for glyphs of the shelf.

        Args:
            traits: of each item.
            rows: ``int64 (n, 2)``: bank and row of each glyph, -1 for white space.
            sizes: ``int64 (n, 2)``: height and width of each in its bank.
            ems: ``float64 (n,)``: the em of its writer, in the same pixels.
            em_px: height of a median Chinese character in the picture.
            rng: chance.
            space_em: mean width of white space.
        """
        number = self.number
        kind = np.array([number[one.of_class] for one in traits], np.int64)
        table = self.sampler.moments[1:3]
        known = False
        for at, bank in enumerate(self._shelf.banks):
            columns = bank.columns
            writer = look_up(
                rows,
                at,
                columns["length_px"],
                columns["writer"],
                ems,
                LIGHT_EM,
                DENSE_EM,
                self.han_classes,
                kind,
            )
            if writer >= 0 and not known:
                table, known = self.typical[at][writer], True
        heights = sizes.astype(np.float64)
        usual, spread = table[0][kind], table[1][kind]
        return self.sampler.place(kind, heights, ems, usual, spread, em_px, rng, space_em)

    def _typical(self, at: int) -> Floats:
        """`typical` of one bank."""
        bank, ems = self._shelf.banks[at], self._shelf.ems_px[at]
        columns, classes = bank.columns, self.sampler.moments.shape[1]
        kinds = [self.number[traits_of(c).of_class] for c in bank.characters]
        sums = np.zeros((3, len(bank.writers), classes))
        bad = sum_sizes(
            columns["by_writer"],
            bank.writer_starts,
            columns["character"],
            columns["height_px"],
            columns["width_px"],
            columns["length_px"],
            ems,
            np.array(kinds, np.int64),
            LIGHT_EM,
            DENSE_EM,
            self.han_classes,
            self.number["han"],
            sums,
        )
        if bad >= 0:
            raise bank.damage(bad)
        count = sums[0]
        means, squares = sums[1:] / np.maximum(count, 1)
        spread = np.sqrt(np.maximum(squares - means * means, 0))
        found = np.stack([means, np.where(count >= LEAST_OF_CLASS, spread, 0.0)], 1)
        table = np.repeat(self.sampler.moments[None, 1:3], len(bank.writers), 0)
        there = np.repeat(count[:, None] > 0, 2, 1)
        table[there] = [round(value, 4) for value in found[there].tolist()]
        return frozen(table)
