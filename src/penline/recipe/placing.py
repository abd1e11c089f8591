"""Where the glyphs of a line go: by the layout's own rules, or by a placement model."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.bank.shelf import Shelf
from penline.characters import MIDDLE_EM, is_han, kind_of
from penline.compose import Placements, lay_out
from penline.compose.spacing import press_walk
from penline.measure.sample import Drawn, Natural, Sampler, typical_sizes
from penline.measure.template import HAN, LineTemplate
from penline.randomness import Draws

__all__ = ["Hand", "place", "replay"]

STROKE_LENGTH = 1.25
"""Length of strokes as `measure` finds it in lines, over half of the outline as banks hold it:
1.30 on strokes rendered from OLHWDB's writer 001, 1.20 on scanned characters of HWDB1.x."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Hand:
    """A placement model at work on the glyphs of a shelf.

    Args:
        sampler: draws placements from the model.
        shelf: the banks that glyphs come from.
    """

    def __init__(self, sampler: Sampler, shelf: Shelf) -> None:
        self.sampler, self._shelf = sampler, shelf
        self._typical: dict[tuple[int, int], dict[str, tuple[float, float]]] = {}

    def natural(self, rows: Ints, sizes: Ints, ems: Floats) -> Natural:
        """The line's glyphs as they are in their banks; white space has row -1."""
        lengths = np.zeros(len(rows))
        typical: dict[str, tuple[float, float]] = {}
        for number in np.unique(rows[rows[:, 1] >= 0, 0]).tolist():
            at = np.flatnonzero(rows[:, 0] == number)
            columns = self._shelf.banks[number].columns
            lengths[at] = columns["length_px"][rows[at, 1]] * STROKE_LENGTH / ems[at]
            writers = np.unique(columns["writer"][rows[at, 1]])
            if len(writers) == 1 and not typical:
                typical = self._of_writer(number, int(writers[0]))
        return Natural(sizes.astype(np.float64), ems, lengths, typical)

    def _of_writer(self, number: int, writer: int) -> dict[str, tuple[float, float]]:
        """Sizes of one writer's glyphs by class; measured once."""
        known = self._typical.get((number, writer))
        if known is None:
            bank, columns = self._shelf.banks[number], self._shelf.banks[number].columns
            start, end = bank.writer_starts[writer : writer + 2].tolist()
            own = columns["by_writer"][start:end]
            sizes = np.stack([columns["height_px"][own], columns["width_px"][own]], 1)
            em = float(self._shelf.ems_px[number][writer])
            names = [bank.characters[c] for c in columns["character"][own].tolist()]
            lengths = columns["length_px"][own] * STROKE_LENGTH / em
            known = typical_sizes(names, sizes, em, lengths)
            self._typical[number, writer] = known
        return known


def place(
    hand: Hand | None,
    items: Sequence[str],
    rows: Ints,
    sizes: Ints,
    ems: Floats,
    numbers: dict[str, float],
    rng: Draws,
    height_px: int,
    upright: npt.NDArray[np.bool_] | None = None,
) -> Placements:
    """Place the items of one line.

    A model knows Chinese lines on ordinary paper: columns, cells, lines without a Chinese character
    and the letters of words are laid out by the layout's rules.

    Args:
        hand: the placement model at work; None for the layout's own rules.
        items: what each item stands for; white space has no glyph.
        rows: ``int64 (n, 2)``: bank and row of each glyph, -1 for white space.
        sizes: ``int64 (n, 2)``: height and width of each glyph in its bank.
        ems: ``float64 (n,)``: the em of each glyph's writer, in the same pixels.
        numbers: what `Layout.draw` drew.
        rng: chance.
        height_px: height of the picture.
        upright: for a column, which glyphs are turned.
    """
    if hand is None or upright is not None or numbers["cell"] or not any(map(is_han, items)):
        return lay_out(items, sizes, ems, numbers, rng, height_px, upright)
    em = height_px * numbers["em_most"]
    natural = hand.natural(rows, sizes, ems)
    drawn = hand.sampler.draw(items, em, rng, natural, space_em=numbers["space"])
    count = len(items)
    rises, gaps = drawn.rises_q6.copy(), drawn.gaps_q6.copy()
    high, wide = _even_numbers(items, sizes, drawn, rises)
    _set_words(items, numbers, em, high, rises, gaps)
    least = np.array([_least_width(item) for item in items]) * em * 64
    # a hyphen that stands for a dash is drawn out
    wide = np.maximum(wide, np.round(least).astype(np.int64))
    ends = np.cumsum(gaps + wide)
    lefts = ends - wide
    white = rows[:, 1] < 0
    tops = rises + high // 2
    bottoms = tops - high
    inked = ~white if not white.all() else white
    highest, lowest = int(tops[inked].max()), int(bottoms[inked].min())
    # the line is made smaller where its ink would fill more of the picture than it may
    room = round(height_px * numbers["fill"] * 64)
    shrink_q16 = min(65536, (room << 16) // max(highest - lowest, 1))
    left = lefts - int(lefts.min())
    em_px = em * shrink_q16 / 65536
    high_px = (highest - lowest) * shrink_q16 / 65536 / 64
    base = (height_px - high_px) * (0.25 + 0.5 * numbers["place"]) + highest * shrink_q16 / 4194304
    start = numbers["margin_left"] * em_px
    places = np.empty((count, 4), np.int64)
    places[:, 0] = round(start * 256) + (left * shrink_q16 >> 14)
    places[:, 1] = round(base * 256) - (tops * shrink_q16 >> 14)
    places[:, 2] = np.maximum(wide * shrink_q16 >> 14, 256)
    places[:, 3] = np.maximum(high * shrink_q16 >> 14, 256)
    places[white, 1] = round((base - 0.5 * em_px) * 256)
    places[white, 3] = max(round(em_px * 256), 256)
    press = np.full(count, 256, np.int64)
    press_walk(rng.words(count), numbers["press_walk"], numbers["keep"], press)
    ends_px = int((places[:, 0] + places[:, 2]).max()) / 256
    slants = drawn.slants_q16 + round(numbers["slant"] * 65536)
    return Placements(
        places_q8=places,
        slants_q16=slants,
        press_q8=press,
        width_px=max(int(np.ceil(ends_px + numbers["margin_right"] * em_px)), 1),
        em_px=em_px,
        baseline_px=base + MIDDLE_EM * em_px,
        cell_left_px=0.0,
        cell_top_px=0.0,
        cells=0,
    )


def _even_numbers(
    items: Sequence[str], sizes: Ints, drawn: Drawn, rises: Ints
) -> tuple[Ints, Ints]:
    """Heights and widths, 1/64 px; the digits of a number are of one size, and on one level.

    The model draws each digit by itself, as it was measured; `rises` is changed in place.
    """
    high, wide = drawn.heights_q6.copy(), drawn.widths_q6.copy()
    at = 0
    while at < len(items):
        end = at
        while end < len(items) and (
            items[end].isdigit() or (end > at and items[end] in _IN_NUMBERS)
        ):
            end += 1
        run = [k for k in range(at, end) if items[k].isdigit() and items[k].isascii()]
        if len(run) > 1:
            scale_q12 = int(drawn.scales_q12[run].sum()) // len(run)
            level = int((rises[run] - high[run] // 2).sum()) // len(run)
            high[run] = np.maximum(sizes[run, 0] * scale_q12 >> 6, 64)
            wide[run] = np.maximum(sizes[run, 1] * scale_q12 >> 6, 64)
            rises[run] = level + high[run] // 2
        at = max(end, at + 1)
    return high, wide


_IN_NUMBERS = frozenset(".,:-/%")


def _set_words(
    items: Sequence[str],
    numbers: dict[str, float],
    em: float,
    high: Ints,
    rises: Ints,
    gaps: Ints,
) -> None:
    """Letters of words stand on the writing line, and close to each other; changed in place."""
    kinds = ["" if item.isspace() else kind_of(item).name for item in items]
    letters = [kind in _LETTERS for kind in kinds]
    least = round(0.6 * numbers["gap_latin"] * em * 64)
    for at, item in enumerate(items):
        inside = 0 < at < len(items) - 1 and letters[at - 1] and letters[at + 1]
        if at and kinds[at] == "digit" and kinds[at - 1] in _NARROW:
            # digits that run into each other are read as something else
            gaps[at] = max(gaps[at], least)
        if not (letters[at] or (inside and item in _INSIDE_WORDS)):
            continue
        low = kind_of(item).low
        if low is not None:
            middle = (low - MIDDLE_EM) * em + high[at] / 128
            rises[at] = round(middle * 64)
        if at and (letters[at - 1] or items[at - 1] in _INSIDE_WORDS):
            gaps[at] = round(numbers["gap_latin"] * em * 64)


_LETTERS = frozenset(["upper", "ascender", "x-height", "t", "i", "descender", "j", "f"])
_NARROW = _LETTERS | {"digit"}
_INSIDE_WORDS = frozenset(".'’-_@/")


def replay(
    template: LineTemplate,
    sizes: Ints,
    ems: Floats,
    numbers: dict[str, float],
    rng: Draws,
    height_px: int,
) -> Placements:
    """Place glyphs where the characters of a real line stood.

    A glyph takes the middle of its character's box and keeps its own proportions and its size
    beside its writer's other glyphs; one that would be wider than its place by more than a sixth
    is made smaller.

    Args:
        template: the line, as many characters as there are glyphs.
        sizes: ``int64 (n, 2)``: height and width of each glyph in its bank.
        ems: ``float64 (n,)``: the em of each glyph's writer, in the same pixels.
        numbers: what `Layout.draw` drew.
        rng: chance, for the ink's strength.
        height_px: height of the picture.
    """
    x0, y0, x1, y1 = template.table.T
    own = np.array([c != HAN for c in template.pattern])
    scale = 1.0 / ems
    high, wide = sizes[:, 0] * scale, sizes[:, 1] * scale
    # marks and digits are as large as they were; Chinese characters as their writer writes them
    factor = np.where(own, (y1 - y0) / high, 1.0)
    factor = np.minimum(factor, _WIDER * np.maximum(x1 - x0, _NARROWEST_EM) / wide)
    high, wide = high * factor, wide * factor
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    left, bottom = middle_x - wide / 2, middle_y - high / 2
    highest, lowest = float((bottom + high).max()), float(bottom.min())
    fill = height_px * numbers["fill"] / (highest - lowest)
    em = min(fill, height_px * numbers["em_most"])
    slack = height_px - em * (highest - lowest)
    base = slack * (0.25 + 0.5 * numbers["place"]) + em * highest
    start = numbers["margin_left"] - float(left.min())
    count = len(sizes)
    places = np.empty((count, 4), np.int64)
    places[:, 0] = np.round((start + left) * em * 256)
    places[:, 1] = np.round((base - (bottom + high) * em) * 256)
    places[:, 2] = np.maximum(np.round(wide * em * 256), 256)
    places[:, 3] = np.maximum(np.round(high * em * 256), 256)
    press = np.full(count, 256, np.int64)
    press_walk(rng.words(count), numbers["press_walk"], numbers["keep"], press)
    ends_px = int((places[:, 0] + places[:, 2]).max()) / 256
    return Placements(
        places_q8=places,
        slants_q16=np.full(count, round(numbers["slant"] * 65536), np.int64),
        press_q8=press,
        width_px=max(int(np.ceil(ends_px + numbers["margin_right"] * em)), 1),
        em_px=em,
        baseline_px=base + MIDDLE_EM * em,
        cell_left_px=0.0,
        cell_top_px=0.0,
        cells=0,
    )


_WIDER = 7 / 6
_NARROWEST_EM = 0.1


@functools.lru_cache(maxsize=65_536)
def _least_width(character: str) -> float:
    return 0.0 if character.isspace() else kind_of(character).least_width
