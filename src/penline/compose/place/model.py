"""The placer of a model: Chinese lines as real hands were measured to place them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.characters import MIDDLE_EM
from penline.compiled import compiled, frozen
from penline.compose.character_table import (
    DIGIT_KIND,
    HAN,
    LETTER,
    MODEL_CLASS,
    WHITE,
    CharacterTable,
    holds,
)
from penline.compose.place.base import LineToPlace, Placements
from penline.compose.place.fit_to_image import fit_to_image
from penline.compose.place.latin import (
    NO_LATIN,
    LatinPlaces,
    Shapes,
    with_figures,
)
from penline.compose.place.model_runs import GAP_LATIN, even_numbers, set_latin, set_words
from penline.compose.place.spacing import (
    CELL,
)
from penline.measure.classes import DENSE_EM, LIGHT_EM
from penline.measure.classes import HAN as HAN_CLASSES
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER, ModelTables, place_items
from penline.measure.tables import CLASS_NUMBERS, LEAST_OF_CLASS
from penline.randomness import Draws
from penline.recipe.layout import LINE_PARAMS

__all__ = ["ModelPlacer", "place_by_model", "sum_sizes"]

STROKE_LENGTH = 1.25
"""Length of strokes as `measure` finds it in lines, over half of the outline as banks hold it:
1.30 on strokes rendered from OLHWDB's writer 001, 1.20 on scanned characters of HWDB1.x."""
_LIGHT, _MIDDLE, _DENSE = (CLASS_NUMBERS[name] for name in HAN_CLASSES)
_ALL_HAN = CLASS_NUMBERS["han"]
_EM_MOST, _SPACE, _SLANT = (LINE_PARAMS.index(name) for name in ("em_most", "space", "slant"))

Floats = npt.NDArray[np.float64]


@compiled
def _density(length_px: Any, em_px: float) -> Any:
    """The class of a Chinese character, by the length of its strokes."""
    length = length_px * STROKE_LENGTH / em_px
    if length < LIGHT_EM:
        return _LIGHT
    return _MIDDLE if length < DENSE_EM else _DENSE


@compiled
def sum_sizes(
    order: Any, starts: Any, character: Any, columns: Any, class_of_character: Any, sums: Any
) -> int:
    """Add up the sizes of a bank's glyphs by writer and class.

    A size is the square root of height times width, in ems.

    Args:
        order: column ``by_writer`` of a bank.
        starts: ``int64 (writers + 1,)``: where each writer begins there.
        character: column.
        columns: `GlyphColumns` of the bank.
        class_of_character: ``int64 (characters,)``: -1: the length of its strokes decides.
        sums: ``float64 (3, writers, classes)``: glyphs, sizes and squares of sizes; added to.

    Returns:
        -1, or the first row that cannot be true.
    """
    for number in range(starts.shape[0] - 1):
        em = columns.ems_px[number]
        for at in range(starts[number], starts[number + 1]):
            row = np.int64(order[at])
            if row >= character.shape[0] or character[row] >= class_of_character.shape[0]:
                return int(row)
            kind = class_of_character[character[row]]
            sizes = np.int64(columns.height_px[row]) * np.int64(columns.width_px[row])
            size = np.sqrt(np.float64(sizes)) / em
            if kind < 0:
                kind = _density(columns.length_px[row], em)
            whole = kind in (_LIGHT, _MIDDLE, _DENSE)
            for one in range(2 if whole else 1):
                k = _ALL_HAN if one else kind
                sums[0, number, k] += 1.0
                sums[1, number, k] += size
                sums[2, number, k] += size * size
    return -1


@compiled
def place_by_model(
    items: Any,
    table: Any,
    latin: Any,
    model: Any,
    typical: Any,
    typical_at: Any,
    params: Any,
    words: Any,
    height_px: int,
) -> Any:
    """Place the items of a line by a placement model.

    Named tuples come as plain ones: a call takes less long.

    Args:
        items: records of `ITEM`, ``(n,)``.
        table: fields of `CharacterTable`.
        latin: fields of `LatinPlaces`; without a row, Latin is placed by its kinds.
        model: fields of `ModelTables`.
        typical: ``float64 (writers of all banks, 2, classes)``: mean and deviation of the sizes of
            each writer's glyphs by class; behind the last writer, the model's own.
        typical_at: ``int64 (banks,)``: where each bank's writers begin there.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        words: ``uint64 (LINE_WORDS + n * (WORDS_PER_CHARACTER + 1),)``: chance; the last n for the
            ink's strength.
        height_px: height of the picture.

    Returns:
        Places, slants and press as `Placements` has them; ``float64 (4,)``: width of the picture,
        em, y of the middle of Chinese characters (px), slope.
    """
    table, latin, model = CharacterTable(*table), LatinPlaces(*latin), ModelTables(*model)
    n, traits = items.shape[0], table.traits
    em = height_px * params[_EM_MOST]
    kind = np.empty(n, np.int64)
    white = np.empty(n, np.bool_)
    sizes, ems = np.empty((n, 2)), np.empty(n)
    narrow = False
    # the sizes of the line's writer: of the first bank whose glyphs are all by one
    row = typical.shape[0] - 1
    for bank in range(typical_at.shape[0] - 1, -1, -1):
        writer = -1
        for i in range(n):
            if items[i].bank == bank:
                own = items[i].writer
                writer = own if writer == -1 or writer == own else -2
        if writer >= 0:
            row = typical_at[bank] + writer
    for i in range(n):
        item = items[i]
        own_traits = traits[item.entry]
        narrow = narrow or own_traits[LETTER] != 0 or own_traits[DIGIT_KIND] != 0
        white[i] = own_traits[WHITE] != 0
        kind[i] = own_traits[MODEL_CLASS]
        if kind[i] < 0:
            kind[i] = _density(item.length_px, item.em_px)
        sizes[i, 0], sizes[i, 1], ems[i] = item.height_px, item.width_px, item.em_px
    usual, spread = np.empty(n), np.empty(n)
    for i in range(n):
        usual[i], spread[i] = typical[row, 0, kind[i]], typical[row, 1, kind[i]]
    drawn, slopes = np.zeros((n, 5), np.int64), np.zeros(3)
    space = params[_SPACE]
    place_items(kind, white, sizes, ems, usual, spread, words, space, em, model, drawn, slopes)
    even_numbers(items, traits, drawn)
    if narrow and latin.figures.shape[0]:
        set_latin(items, traits, latin, words, params, em, drawn)
    elif narrow:
        set_words(items, traits, table.lengths_em, params[GAP_LATIN], em, drawn)
    places, press = np.empty((n, 4), np.int64), np.empty(n, np.int64)
    metrics, rest = np.empty(4), words[LINE_WORDS + n * WORDS_PER_CHARACTER :]
    fit_to_image(
        drawn, items, table.lengths_em, params, rest, em, height_px, places, press, metrics
    )
    metrics[3] = slopes[0]
    lean = np.int64(round(slopes[2] * 65536.0)) + np.int64(round(params[_SLANT] * 65536))
    return places, np.full(n, lean), press, metrics


class ModelPlacer:
    """A placement model at work on the glyphs of banks; made whole, and then only read.

    Columns, cells and lines without a Chinese character are not what it was measured on.

    Args:
        model: tables of the model, see `model_tables`.
        banks: where glyphs come from.
        table: the characters.
        latin: how Latin stands in lines; `NO_LATIN` to place it by its kinds.
        shapes: what `latin` was made with.

    Raises:
        BankError: a bank whose numbers cannot be true.
    """

    def __init__(
        self,
        model: ModelTables,
        banks: BankSet,
        table: CharacterTable,
        latin: LatinPlaces = NO_LATIN,
        shapes: Shapes | None = None,
    ) -> None:
        self._model, self._table, self._latin = model, table, latin
        self._shapes = shapes or {}
        sizes = [self._typical(banks, number) for number in range(len(banks.banks))]
        self._typical_at = frozen(np.cumsum([0, *(len(one) for one in sizes[:-1])]))
        self._sizes = frozen(np.concatenate([*sizes, model.moments[None, 1:3]]))
        self._set_given()

    def _set_given(self) -> None:
        fields = tuple(self._table), tuple(self._latin), tuple(self._model)
        self._given = (*fields, self._sizes, self._typical_at)

    def with_table(self, table: CharacterTable) -> ModelPlacer:
        """Make the same placer for further characters."""
        other = object.__new__(ModelPlacer)
        latin = with_figures(self._latin, table, self._shapes)
        other.__dict__.update({**self.__dict__, "_table": table, "_latin": latin})
        other._set_given()
        return other

    def takes(self, line: LineToPlace) -> bool:
        """Whether it is a line with a Chinese character, on ordinary paper."""
        if line.column or line.params[CELL]:
            return False
        return bool(holds(line.items, self._table.traits, HAN))

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        """Place the items of a line, see `place_by_model`."""
        words = rng.words(LINE_WORDS + (WORDS_PER_CHARACTER + 1) * len(line.items))
        places, slants, press, metrics = place_by_model(
            line.items, *self._given, line.params, words, line.height_px
        )
        width, em_px, middle, slope = metrics.tolist()
        base = middle + MIDDLE_EM * em_px
        return Placements(places, slants, press, int(width), em_px, base, slope)

    def _typical(self, banks: BankSet, number: int) -> Floats:
        """``float64 (writers, 2, classes)``: mean and deviation of each writer's sizes in a bank.

        A class of fewer than five glyphs has a deviation of 0; one without any has the model's.
        """
        bank, index = banks.banks[number], banks.index[number]
        entries = [banks.entries[character] for character in bank.characters]
        kinds = self._table.traits[entries, MODEL_CLASS]
        moments = self._model.moments
        sums = np.zeros((3, len(bank.writers), moments.shape[1]))
        columns = banks.columns[number]
        bad = sum_sizes(index.order, index.starts, index.character, columns, kinds, sums)
        if bad >= 0:
            raise bank.damage(bad)
        count = sums[0]
        means, squares = sums[1:] / np.maximum(count, 1)
        spread = np.sqrt(np.maximum(squares - means * means, 0))
        found = np.stack([means, np.where(count >= LEAST_OF_CLASS, spread, 0.0)], 1)
        table = np.repeat(moments[None, 1:3], len(bank.writers), 0)
        there = np.repeat(count[:, None] > 0, 2, 1)
        table[there] = [round(value, 4) for value in found[there].tolist()]
        return table
