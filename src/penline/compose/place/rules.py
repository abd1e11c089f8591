"""The placer of rules: each glyph by its kind, and by what the layout's settings say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penline.characters import KINDS, MIDDLE_EM, Kind
from penline.compiled import compiled, frozen
from penline.compose.character_table import JOINING, KIND, LYING, CharacterTable
from penline.compose.place.base import LineToPlace, Placements
from penline.compose.place.latin import (
    FITS,
    FOOT,
    NO_LATIN,
    SCALE,
    UNIT,
    LatinPlaces,
    Shapes,
    place_latin,
    with_figures,
)
from penline.compose.place.spacing import (
    CELL,
    HAN,
    LATIN,
    OTHER,
    SLOPE,
    SPACE,
    WORDS_PER_ITEM,
    space_line,
)
from penline.measure.classes import family_of
from penline.randomness import Draws

__all__ = ["CLASS_OF_KIND", "SPACING_OF_KIND", "RulesPlacer", "mark_turned", "place_by_rules"]

_CLASS_OF_FAMILY = {"letter": LATIN, "digit": LATIN, "han": HAN}
_SIDE_OF_FAMILY = {"open": 0.9, "stop": 0.08, "close": 0.08}
_ASIDE_EM = 0.28
"""How far right of a column's middle its commas and stops stand, by the national standard for
punctuation (GB/T 15834): below the character and to the right."""

_Row = tuple[int, tuple[float, ...]]
"""A kind's spacing class, and its numbers as `spacing.space_line` takes them."""


def _in_line(kind: Kind | None) -> _Row:
    """Of one kind of character in a line; None is white space."""
    if kind is None:
        return SPACE, (0.0,) * 7
    family, low = family_of(kind.name), math.nan if kind.low is None else kind.low
    side, white = _SIDE_OF_FAMILY.get(family, 0.5), (kind.before, kind.after)
    numbers = low, kind.centre, *white, kind.walk, side, kind.least_width
    return _CLASS_OF_FAMILY.get(family, OTHER), numbers


def _joined(kind: Kind | None) -> _Row:
    """Of a mark that belongs to a number or a word."""
    _, (low, centre, _, _, *rest) = _in_line(kind)
    return LATIN, (low, centre, 0.0, 0.0, *rest)


def _in_column(kind: Kind | None) -> _Row:
    """Of a character that stands upright in a column."""
    of_class, (low, centre, before, after, *rest) = _in_line(kind)
    if kind is not None and family_of(kind.name) == "stop":
        aside = 0.0 if kind.name == "bang" else _ASIDE_EM
        return of_class, (math.nan, MIDDLE_EM + aside, 0.06, 0.24, *rest)
    return of_class, (math.nan, MIDDLE_EM if math.isnan(low) else centre, before, after, *rest)


_KINDS: tuple[Kind | None, ...] = (*KINDS.values(), None)
_ROWS = [row(kind) for row in (_in_line, _joined, _in_column) for kind in _KINDS]
_JOINED, _COLUMN = len(_KINDS), 2 * len(_KINDS)
CLASS_OF_KIND = frozen(np.array([of_class for of_class, _ in _ROWS], np.int64))
"""``int64 (3 kinds,)``: of kinds in a line, of marks that are joined, of kinds in a column."""
SPACING_OF_KIND = frozen(np.array([numbers for _, numbers in _ROWS], np.float64))
"""``float64 (3 kinds, 7)``: their numbers, see `spacing.space_line`."""


@compiled
def mark_turned(items: Any, traits: Any) -> None:
    """Turn what stands upright in a column: a column is laid out as a line on its side.

    Letters, digits, brackets and dashes lie on their side in a column, and are not turned; nor is
    a mark between two of them.

    Args:
        items: records of `ITEM`; ``turned`` is set, height and width change places.
        traits: of a `CharacterTable`.
    """
    n = items.shape[0]
    lying = np.zeros(n, np.bool_)
    for i in range(n):
        lying[i] = traits[items[i].entry, LYING] != 0
    for i in range(1, n - 1):
        if traits[items[i].entry, JOINING] and lying[i - 1] and lying[i + 1]:
            lying[i] = True
    for i in range(n):
        if not lying[i]:
            items[i].turned = 1
            high = items[i].height_px
            items[i].height_px = items[i].width_px
            items[i].width_px = high


@compiled
def place_by_rules(
    items: Any,
    traits: Any,
    latin: Any,
    class_of: Any,
    spacing: Any,
    params: Any,
    words: Any,
    height_px: int,
) -> Any:
    """Place the items of a line by their kinds.

    Args:
        items: records of `ITEM`, ``(n,)``.
        traits: of a `CharacterTable`.
        latin: fields of `LatinPlaces`; without a row, Latin is placed by its kinds.
        class_of: `CLASS_OF_KIND`.
        spacing: `SPACING_OF_KIND`.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        words: ``uint64 (n * WORDS_PER_ITEM,)``: chance.
        height_px: height of the picture.

    Returns:
        Places, slants and press as `Placements` has them, and the facts of `space_line`.
    """
    n = items.shape[0]
    kinds = np.empty(n, np.int64)
    for i in range(n):
        kinds[i] = traits[items[i].entry, KIND] + _COLUMN * items[i].turned
    for i in range(1, n - 1):
        if (
            traits[items[i].entry, JOINING]
            and class_of[kinds[i - 1]] == LATIN
            and class_of[kinds[i + 1]] == LATIN
        ):
            kinds[i] = kinds[i] % _JOINED + _JOINED
    latin, fits = LatinPlaces(*latin), np.zeros((n, FITS))
    if latin.figures.shape[0]:
        marks = np.zeros(n, np.bool_)
        place_latin(items, traits, latin, fits, marks)
        for i in range(n):
            if marks[i]:
                kinds[i] = kinds[i] % _JOINED + _JOINED
    else:
        fits[:, SCALE], fits[:, FOOT], fits[:, UNIT] = 1.0, np.nan, 1.0
    places, slants = np.zeros((n, 4), np.int64), np.zeros(n, np.int64)
    press, metrics = np.full(n, 256, np.int64), np.zeros(6)
    space_line(
        items,
        kinds,
        class_of,
        spacing,
        params,
        words,
        height_px,
        fits,
        places,
        slants,
        press,
        metrics,
    )
    for i in range(n):
        if items[i].turned:
            slants[i] = 0  # a hand leans across the column, not along it
    return places, slants, press, metrics


class RulesPlacer:
    """Places any line by the kinds of its characters.

    Args:
        table: the characters.
        latin: how Latin stands in lines; `NO_LATIN` to place it by its kinds.
        shapes: what `latin` was made with.
    """

    def __init__(
        self, table: CharacterTable, latin: LatinPlaces = NO_LATIN, shapes: Shapes | None = None
    ) -> None:
        self._traits, self._latin, self._shapes = table.traits, latin, shapes or {}

    def with_table(self, table: CharacterTable) -> RulesPlacer:
        """Make the same placer for further characters."""
        latin = with_figures(self._latin, table, self._shapes)
        return RulesPlacer(table, latin, self._shapes)

    def takes(self, _: LineToPlace) -> bool:
        """Take every line."""
        return True

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        """Place the items of a line, see `place_by_rules`."""
        items, params = line.items, line.params
        words = rng.words(len(items) * WORDS_PER_ITEM)
        places, slants, press, metrics = place_by_rules(
            items,
            self._traits,
            tuple(self._latin),
            CLASS_OF_KIND,
            SPACING_OF_KIND,
            params,
            words,
            line.height_px,
        )
        width, em, base, cell_left, cell_top, cells = metrics.tolist()
        slope = 0.0 if params[CELL] else float(params[SLOPE])
        return Placements(
            places, slants, press, int(width), em, base, slope, cell_left, cell_top, int(cells)
        )
