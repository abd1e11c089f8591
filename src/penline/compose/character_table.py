"""What the road asks of characters, as a table: one row an entry.

An entry is a character of the texts or of the banks, of one code point or several
(`penline.entries`). Kernels know entries by their numbers.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from penline.characters import KINDS, is_han, kind_of
from penline.compiled import compiled, frozen
from penline.corpus.normal import LAST_CODE_POINT
from penline.measure.classes import HAN as HAN_CLASSES
from penline.measure.classes import class_of, family_of
from penline.measure.tables import CLASS_NUMBERS

__all__ = [
    "ASCII_DIGIT",
    "DIGIT",
    "DIGIT_KIND",
    "HAN",
    "IN_NUMBERS",
    "IN_WORDS",
    "JOINING",
    "KIND",
    "LEAST_WIDTH",
    "LETTER",
    "LOW",
    "LYING",
    "MODEL_CLASS",
    "WHITE",
    "CharacterTable",
    "character_table",
    "holds",
]

TRAITS = (
    "kind",  # number of its kind among those of `characters.KINDS`; white space is the last
    "model class",  # number of its class in a placement model; -1: its strokes decide
    "white",  # white space
    "han",  # a Chinese character
    "joining",  # a mark that belongs to a number or a word when it stands inside it
    "digit",  # by Unicode
    "ascii digit",
    "in numbers",  # a mark that goes on a number when it stands in it
    "digit kind",  # of a digit's shape
    "letter",  # a letter of words
    "in words",  # a mark that belongs to a word when it stands in it
    "lying",  # on its side in a column
)
"""What the table says of each entry, beside lengths."""
KIND, MODEL_CLASS, WHITE, HAN, JOINING, DIGIT, ASCII_DIGIT, IN_NUMBERS, DIGIT_KIND = range(9)
LETTER, IN_WORDS, LYING = 9, 10, 11
LEAST_WIDTH, LOW = 0, 1

_JOINING = frozenset(".,:;'’-/@_")
_IN_NUMBERS = frozenset(".,:-/%")
_IN_WORDS = frozenset(".'’-_@/")
_LYING_FAMILIES = frozenset(["letter", "digit", "open", "close"])
_LYING_KINDS = frozenset(["dash", "long-dash", "dots-low", "underscore", "middle"])
_KIND_NUMBERS = {name: number for number, name in enumerate(KINDS)}


class CharacterTable(NamedTuple):
    """Entries and what is known of them; read-only.

    Attributes:
        entry_of: ``int32 (code points,)``: the entry of a code point alone; -1: none.
        traits: ``int64 (entries, len(TRAITS))``.
        lengths_em: ``float64 (entries, 2)``: least width, and how high above the writing line the
            ink begins (NaN: it is centred).
    """

    entry_of: Any
    traits: Any
    lengths_em: Any


def character_table(
    characters: Sequence[str], before: CharacterTable | None = None
) -> CharacterTable:
    """Make the table of characters, each once; their places are their entries.

    Args:
        characters: what is added.
        before: a table whose entries come first; None for none.
    """
    if before is None:
        none = np.full(LAST_CODE_POINT + 1, -1, np.int32)
        before = CharacterTable(none, np.zeros((0, len(TRAITS)), np.int64), np.zeros((0, 2)))
    first, entry_of = len(before.traits), before.entry_of.copy()
    for entry, one in enumerate(characters, first):
        if len(one) == 1:
            entry_of[ord(one)] = entry
    rows = [_row(character) for character in characters]
    traits = np.array([row[0] for row in rows], np.int64).reshape(-1, len(TRAITS))
    lengths = np.array([row[1] for row in rows], np.float64).reshape(-1, 2)
    return CharacterTable(
        frozen(entry_of),
        frozen(np.concatenate([before.traits, traits])),
        frozen(np.concatenate([before.lengths_em, lengths])),
    )


@functools.lru_cache(maxsize=65_536)
def _row(character: str) -> tuple[tuple[int, ...], tuple[float, float]]:
    """Traits and lengths of a character."""
    if character.isspace():
        white = [0] * len(TRAITS)
        white[KIND], white[MODEL_CLASS] = len(KINDS), CLASS_NUMBERS["space"]
        white[WHITE] = white[LYING] = 1
        return tuple(white), (0.0, math.nan)
    kind, of_class = kind_of(character), class_of(character)
    family = family_of(kind.name)
    traits = (
        _KIND_NUMBERS[kind.name],
        -1 if of_class in HAN_CLASSES else CLASS_NUMBERS[of_class],
        0,
        is_han(character),
        character in _JOINING,
        character.isdigit(),
        character.isascii() and character.isdigit(),
        character in _IN_NUMBERS,
        kind.name == "digit",
        family == "letter",
        character in _IN_WORDS,
        family in _LYING_FAMILIES or kind.name in _LYING_KINDS,
    )
    return tuple(map(int, traits)), (kind.least_width, math.nan if kind.low is None else kind.low)


@compiled
def holds(items: Any, traits: Any, trait: int) -> bool:
    """Whether any of a line's items has a trait.

    Args:
        items: records of `ITEM`.
        traits: of a `CharacterTable`.
        trait: number of the column.
    """
    found = False
    for i in range(items.shape[0]):
        found = found or traits[items[i].entry, trait] != 0
    return found
