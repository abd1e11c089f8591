"""Latin characters as real lines have them: how high, how far below the line, how far apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.characters import kind_of
from penline.compiled import compiled, frozen
from penline.compose.character_table import DIGIT_KIND, LETTER, WHITE, CharacterTable
from penline.measure.latin import X_HEIGHT_EM, LatinShape, figures_with

__all__ = [
    "FITS",
    "FOOT",
    "HALF_PEN",
    "NO_LATIN",
    "SCALE",
    "SPACE_AFTER",
    "SPACE_BEFORE",
    "UNIT",
    "LatinPlaces",
    "Shapes",
    "latin_places",
    "place_latin",
    "with_figures",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HEIGHT, BELOW, HANGS, BEFORE, AFTER, GROWS = range(6)
X_HEIGHT, PEN = range(2)
SCALE, FOOT, SPACE_BEFORE, SPACE_AFTER, UNIT, HALF_PEN = range(6)
FITS = 6
"""Columns that `place_latin` fills in."""
_AGREES = 0.03
"""A bank's letters keep their height where it is as near as this to that in real lines."""
_ALONE = 0.08
"""A bank's letters are as people write them alone where half of them are as near as this."""
_MOST_SCALE = 2.2
_KIND_WEIGHT = 4
"""How many hands all capitals, or all digits, count for beside those that wrote one of them: that a
hand's 2 is smaller than its 5 is the hand, not the source."""
_LEAST_XH = 0.3
"""Marks lower than this keep their size: that of a dot is the pen's."""


class LatinPlaces(NamedTuple):
    """What placing Latin characters needs, made once and then only read.

    Attributes:
        figures: ``float64 (entries, 6)``: height, reach below the line, share of a difference in
            height that goes below, gap before and behind, in x-heights, how much higher it is than
            written alone; NaN of what is not Latin.
        scales: ``float64 (banks, entries)``: what brings a bank's isolated letters to the height
            that they have in lines.
        hands: ``float64 (writers of all banks, 2)``: x-height and breadth of the pen, ems.
        hands_at: ``int64 (banks,)``: where each bank's writers begin there.
    """

    figures: Any
    scales: Any
    hands: Any
    hands_at: Any


NO_LATIN = LatinPlaces(
    *map(frozen, (np.zeros((0, 6)), np.ones((1, 0)), np.zeros((0, 2)), np.zeros(1, np.int64)))
)
"""Latin is placed by its kinds."""


Shapes = Mapping[str, LatinShape]
"""How a placement model says that characters stand; none: as they usually do."""
_USUAL: Shapes = {}


def latin_places(banks: BankSet, table: CharacterTable, shapes: Shapes = _USUAL) -> LatinPlaces:
    """Measure how the banks' hands write Latin: one pass over their letters.

    Args:
        banks: where glyphs come from.
        table: the characters, those of the banks among them.
        shapes: of a placement model.
    """
    figures = _figures(table, shapes)
    scales = np.ones((len(banks.banks), len(figures)))
    hands = [_measure(banks, k, figures, scales[k]) for k in range(len(scales))]
    starts = np.cumsum([0, *(len(one) for one in hands[:-1])])
    return LatinPlaces(*map(frozen, (figures, scales, np.concatenate(hands), starts)))


def with_figures(latin: LatinPlaces, table: CharacterTable, shapes: Shapes = _USUAL) -> LatinPlaces:
    """The same hands, for a table with further characters, which no bank holds."""
    more = len(table.traits) - len(latin.figures)
    if not (len(latin.figures) and more):
        return latin
    scales = np.pad(latin.scales, ((0, 0), (0, more)), constant_values=1.0)
    return latin._replace(figures=frozen(_figures(table, shapes)), scales=frozen(scales))


def _figures(table: CharacterTable, shapes: Shapes) -> Floats:
    """``float64 (entries, 6)``, see `LatinPlaces`."""
    found = np.full((len(table.traits), 6), np.nan)
    for character, one in figures_with(shapes).items():
        entry = int(table.entry_of[ord(character)])
        if entry >= 0:
            places = one.height, one.below, one.hangs, one.before, one.after
            found[entry] = *places, one.grows
    return found


def _measure(banks: BankSet, number: int, figures: Floats, scales: Floats) -> Floats:
    """``float64 (writers, 2)``: x-height and pen of each; `scales` is filled in.

    A hand's x-height is the median of its letters of x-height, else of its other letters, each
    over what it is in lines. A character's scale is its height in lines over that in the bank, the
    median over all writers; of a capital or a digit that few wrote it is drawn towards that of all
    capitals or digits. Of a bank whose letters are, one with another, as people write them alone it
    is what the same people's letters grow by in lines: who has long tails has them in both.
    """
    bank, columns = banks.banks[number], banks.columns[number]
    ems = np.array([one.em_px for one in bank.header.writers])
    pens = np.array([one.pen_px for one in bank.header.writers]) / ems
    pens = np.minimum(pens, 0.5 * X_HEIGHT_EM)
    entries = np.array([banks.entries[c] for c in bank.characters], np.int64)
    low = np.array([kind_of(c).name == "x-height" for c in bank.characters], bool)
    rows = np.flatnonzero((figures[entries, HEIGHT] >= _LEAST_XH)[bank.columns["character"]])
    of, who = bank.columns["character"][rows], bank.columns["writer"][rows]
    high = np.maximum(columns.height_px[rows] / ems[who] - pens[who], 0.02)
    expected = figures[entries[of], HEIGHT]
    x_heights = X_HEIGHT_EM - pens
    for part in (np.ones(len(rows), bool), low[of]):
        found = _medians(who[part], high[part] / expected[part], len(ems))
        x_heights = np.where(np.isnan(found), x_heights, found)
    relative = high / expected / x_heights[who]
    ratios = _medians(of, relative, len(entries))
    there = ~np.isnan(ratios)
    pairs = np.unique(of * len(ems) + who) // len(ems)
    hands = np.bincount(pairs, minlength=len(entries))
    names = np.array([kind_of(c).name for c in bank.characters])
    for kind in ("upper", "digit"):
        own = (names == kind) & there
        if own.any():
            usual = np.median(relative[own[of]])
            share = hands[own] / (hands[own] + _KIND_WEIGHT)
            ratios[own] = share * ratios[own] + (1 - share) * usual
    if there.any():
        found, grows = ratios[there], figures[entries[there], GROWS]
        off, alone = (float(np.median(np.abs(one - 1))) for one in (found, found * grows))
        most = np.clip(found, 1 - _AGREES, 1 + _AGREES) / found
        most = grows if alone <= _ALONE and alone < off else most
        scales[entries[there]] = np.round(np.clip(most, 1 / _MOST_SCALE, _MOST_SCALE), 4)
    return np.round(np.stack([x_heights, pens], 1), 4)


def _medians(groups: Ints, values: Floats, count: int) -> Floats:
    """``float64 (count,)``: the lower median of each group's values; NaN where there are none."""
    order = np.lexsort((values, groups))
    sizes = np.bincount(groups, minlength=count)
    starts = np.cumsum(sizes) - sizes
    found = np.full(count, np.nan)
    there = sizes > 0
    found[there] = values[order][(starts + (sizes - 1) // 2)[there]]
    return found


@compiled
def place_latin(items: Any, traits: Any, latin: Any, fits: Any, mark: Any) -> None:
    """Find which items of a line are Latin, and how they stand in it.

    Letters and digits are; signs are beside them, whatever white is between.

    Args:
        items: records of `ITEM`, ``(n,)``.
        traits: of a `CharacterTable`.
        latin: `LatinPlaces`.
        fits: ``float64 (n, FITS)``: filled in for Latin items: scale of the glyph, its foot above
            the writing line (ems, at the glyph's own size), what is added to the gaps before and
            behind, in ems, the x-height over that which gaps are told for, and half the pen's
            breadth, ems; 1, NaN, 0, 0, 1 and 0 for others.
        mark: ``bool (n,)``: filled in: a Latin sign.
    """
    n = items.shape[0]
    for turn in range(2):
        near = False
        for step in range(n):
            i = n - 1 - step if turn else step
            own = traits[items[i].entry]
            known = items[i].row >= 0 and not np.isnan(latin.figures[items[i].entry, HEIGHT])
            if own[LETTER] or own[DIGIT_KIND]:
                near = known and items[i].turned == 0
            elif known and items[i].turned == 0:
                mark[i] = mark[i] or near
                near = mark[i]
            elif not own[WHITE]:
                near = False
    for i in range(n):
        item = items[i]
        own = traits[item.entry]
        fits[i, SCALE], fits[i, FOOT] = 1.0, np.nan
        fits[i, SPACE_BEFORE] = fits[i, SPACE_AFTER] = fits[i, HALF_PEN] = 0.0
        fits[i, UNIT] = 1.0
        letter = own[LETTER] or own[DIGIT_KIND]
        figures = latin.figures[item.entry]
        if item.row < 0 or item.turned or np.isnan(figures[HEIGHT]) or not (letter or mark[i]):
            continue
        hand = latin.hands[latin.hands_at[item.bank] + item.writer]
        x_height, pen = hand[X_HEIGHT], hand[PEN]
        high = item.height_px / item.em_px
        scaled = max(high - pen, 0.0) * latin.scales[item.bank, item.entry]
        more = scaled - figures[HEIGHT] * x_height
        fits[i, SCALE] = (scaled + pen) / max(high, 0.01)
        fits[i, FOOT] = -figures[BELOW] * x_height - figures[HANGS] * more - 0.5 * pen
        fits[i, SPACE_BEFORE] = figures[BEFORE] * x_height - 0.5 * pen
        fits[i, SPACE_AFTER] = figures[AFTER] * x_height - 0.5 * pen
        fits[i, UNIT], fits[i, HALF_PEN] = x_height / X_HEIGHT_EM, 0.5 * pen
