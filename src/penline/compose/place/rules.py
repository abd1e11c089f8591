"""One line: its own figures drawn, then every glyph placed."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.characters import KINDS, MIDDLE_EM, Kind, kind_of
from penline.compose.place.spacing import (
    HAN,
    LATIN,
    NUMBERS,
    OTHER,
    SPACE,
    WORDS_PER_ITEM,
    space_line,
)
from penline.randomness import Draws

__all__ = [
    "FAMILIES",
    "JOINED",
    "JOINING",
    "MANNERS",
    "Placements",
    "lay_out",
    "manner_number",
    "turned",
]

_LATIN_KINDS = frozenset(
    ["digit", "upper", "ascender", "x-height", "t", "i", "descender", "j", "f"]
)
JOINING = frozenset(".,:;'’-/@_")
"""Marks that belong to a number or a word when they stand inside it."""
_RIGHT_SIDE = {"open": 0.9}
_LOW_MARKS = ("stop-low", "comma-low", "han-stop", "han-comma", "colon", "semicolon", "bang")
_LEFT_SIDE = dict.fromkeys((*_LOW_MARKS, "close"), 0.08)


class Placements(NamedTuple):
    """Where each glyph of a line goes.

    Attributes:
        places_q8: ``int64 (n, 4)``: left, top, width, height in the picture, 1/256 px.
        slants_q16: ``int64 (n,)``: horizontal lean per pixel of height, 1/65536.
        press_q8: ``int64 (n,)``: strength of the ink, 1/256.
        width_px: width of the picture.
        em_px: the line's em.
        baseline_px: y of the writing line in the line's middle.
        cell_left_px: left edge of the first cell of squared paper.
        cell_top_px: top edge of its cells.
        cells: number of its cells; 0 on other paper.
    """

    places_q8: npt.NDArray[np.int64]
    slants_q16: npt.NDArray[np.int64]
    press_q8: npt.NDArray[np.int64]
    width_px: int
    em_px: float
    baseline_px: float
    cell_left_px: float
    cell_top_px: float
    cells: int

    def only(self, items: slice | npt.NDArray[np.int64]) -> Placements:
        """Some of the glyphs, or all in another order, where they are."""
        places, slants, press = self[:3]
        return self._replace(
            places_q8=places[items], slants_q16=slants[items], press_q8=press[items]
        )


Manner = tuple[int, tuple[float, ...]]
"""Family of a character and its row of numbers, as `spacing.space_line` takes them."""


def _manner(kind: Kind | None) -> Manner:
    """Of one kind of character; None is white space."""
    if kind is None:
        return SPACE, (0.0,) * 7
    if kind.name in _LATIN_KINDS:
        family = LATIN
    elif kind.name in ("han", "han-flat"):
        family = HAN
    else:
        family = OTHER
    low = math.nan if kind.low is None else kind.low
    side = _RIGHT_SIDE.get(kind.name, _LEFT_SIDE.get(kind.name, 0.5))
    white = kind.before, kind.after
    return family, (low, kind.centre, *white, kind.walk, side, kind.least_width)


_UPRIGHT_MARKS = frozenset(_LOW_MARKS)
_ASIDE_EM = 0.28
"""How far right of a column's middle its commas and stops stand, by the national standard for
punctuation (GB/T 15834): below the character and to the right."""
_LYING = _LATIN_KINDS | {"open", "close", "dash", "long-dash", "dots-low", "underscore", "middle"}


def turned(characters: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which characters stand upright in a column: ``bool (n,)``.

    A column is laid out as a line on its side, so these are turned anticlockwise for it, and come
    back upright when the picture is turned. Letters, digits, brackets and dashes lie on their
    side in a column, and are not turned.
    """
    lying = [c.isspace() or kind_of(c).name in _LYING for c in characters]
    for at in range(1, len(lying) - 1):
        if characters[at] in JOINING and lying[at - 1] and lying[at + 1]:
            lying[at] = True
    return ~np.array(lying, np.bool_)


def _column_manner(kind: Kind | None) -> Manner:
    """As `_manner`, of a character that stands upright in a column."""
    family, (low, centre, before, after, *rest) = _manner(kind)
    if kind is not None and kind.name in _UPRIGHT_MARKS:
        aside = 0.0 if kind.name == "bang" else _ASIDE_EM
        return family, (math.nan, MIDDLE_EM + aside, 0.06, 0.24, *rest)
    return family, (math.nan, MIDDLE_EM if math.isnan(low) else centre, before, after, *rest)


def _joined_manner(kind: Kind | None) -> Manner:
    """As `_manner`, of a mark that belongs to a number or a word."""
    _, (low, centre, _, _, *rest) = _manner(kind)
    return LATIN, (low, centre, 0.0, 0.0, *rest)


_KINDS: tuple[Kind | None, ...] = (*KINDS.values(), None)
_NUMBERS = {kind.name: number for number, kind in enumerate(KINDS.values())}
_ALL = [f(kind) for f in (_manner, _joined_manner, _column_manner) for kind in _KINDS]
JOINED, _UPRIGHT = len(_KINDS), 2 * len(_KINDS)
"""Where the rows of joined marks, and of what is upright in a column, begin in the tables."""
FAMILIES = np.array([family for family, _ in _ALL], np.int64)
MANNERS = np.array([row for _, row in _ALL], np.float64)
_LATIN = frozenset(np.flatnonzero(FAMILIES == LATIN).tolist())


@functools.lru_cache(maxsize=65_536)
def manner_number(character: str) -> int:
    """Row of a character's kind in the tables."""
    return len(KINDS) if character.isspace() else _NUMBERS[kind_of(character).name]


def lay_out(
    characters: Sequence[str],
    sizes_px: npt.NDArray[np.int64],
    ems_px: npt.NDArray[np.float64],
    numbers: dict[str, float],
    rng: Draws,
    height_px: int,
    upright: npt.NDArray[np.bool_] | None = None,
) -> Placements:
    """Place the glyphs of one line.

    Args:
        characters: what each item stands for; white space has no glyph.
        sizes_px: ``int64 (n, 2)``: height and width of each glyph in its bank.
        ems_px: ``float64 (n,)``: the em of each glyph's writer, in the same pixels.
        numbers: what `Layout.draw` drew.
        rng: chance, for the walks from glyph to glyph.
        height_px: height of the picture.
        upright: for a column, what `turned` says; `sizes_px` are then of the turned glyphs.
    """
    count = len(characters)
    rows = [manner_number(character) for character in characters]
    if upright is not None:
        for at in np.flatnonzero(upright).tolist():
            rows[at] += _UPRIGHT
    if not JOINING.isdisjoint(characters):
        for at in range(1, count - 1):
            if characters[at] in JOINING and rows[at - 1] in _LATIN and rows[at + 1] in _LATIN:
                rows[at] = rows[at] % JOINED + JOINED
    chosen = np.array(rows)
    places = np.zeros((count, 4), np.int64)
    slants = np.zeros(count, np.int64)
    press = np.full(count, 256, np.int64)
    facts = np.zeros(6)
    space_line(
        FAMILIES[chosen],
        sizes_px,
        ems_px,
        MANNERS[chosen],
        np.array([numbers[name] for name in NUMBERS], np.float64),
        rng.words(count * WORDS_PER_ITEM),
        height_px,
        places,
        slants,
        press,
        facts,
    )
    if upright is not None:
        slants[upright] = 0  # a hand leans across the column, not along it
    width, em, base, cell_left, cell_top, cells = facts.tolist()
    return Placements(places, slants, press, int(width), em, base, cell_left, cell_top, int(cells))
