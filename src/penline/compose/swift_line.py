"""A line from its sentence to its ink as one compiled call: the kernel behind `swift`.

It makes what the steps of the road make one by one (`recipe.make.lay`): the same text, writer,
glyphs, figures, places, ink and boxes, from the same words of the same streams. The steps are its
reference; a test holds the two equal.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bits import intersect, member, pick
from penline.bank.sizes import size_up
from penline.characters import MIDDLE_EM
from penline.compiled import compiled
from penline.compose.draw import FAINT, FAINTEST_LEVEL, FULL_INK
from penline.compose.place.fit_to_image import settle_line
from penline.compose.place.model import look_up
from penline.compose.place.spacing import LATIN, NUMBERS, WORDS_PER_ITEM, space_line
from penline.corpus.cut import cut
from penline.measure import place as placing
from penline.measure.classes import DENSE_EM, LIGHT_EM
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER, place_items
from penline.randomness import BLOCK_WORDS, FIRST_WORDS, bell_q16, mulhi, philox_words
from penline.render.kernel import MAX_GLYPH_PX, box_corners, draw_glyphs

__all__ = ["DONE", "FLAGS", "MAX_GAIN_Q8", "SLOW", "lay_line"]

DONE, SLOW = 0, 1
"""What comes of a call: a line; or none, take it step by step."""

MAX_GAIN_Q8 = 4 * 256

FLAGS = (
    "manner",  # row in the tables of `compose.line`
    "class",  # number of the class in the model's tables; -1: its strokes decide
    "white",
    "han",
    "joining",
    "digit",  # by Unicode
    "ascii-digit",
    "in-numbers",
    "kind-digit",
    "letter",
    "in-words",
)
"""What the table of characters says of each, beside `Traits.least_width` and the kind's low."""
_MANNER, _CLASS, _WHITE, _HAN, _JOINING, _DIGIT, _ASCII, _IN_NUMBERS, _KIND_DIGIT = range(9)
_LETTER, _IN_WORDS = 9, 10

_TEXT, _WRITER, _PAPER, _LAYOUT, _INK = range(5)
_LATER = BLOCK_WORDS // 4
"""The block of a stream after the one that single words are taken from."""
_FILL, _PLACE, _LEFT, _RIGHT = (NUMBERS.index(n) for n in NUMBERS[:1] + NUMBERS[2:5])
_GAP, _GAP_LATIN, _GAP_MIXED = (NUMBERS.index(n) for n in ("gap", "gap_latin", "gap_mixed"))
_PULL, _SPACE, _CELL = (NUMBERS.index(n) for n in ("cell_pull", "space", "cell"))
_TREND, _SLOPE, _SLANT = (NUMBERS.index(n) for n in ("size_trend", "slope", "slant"))
_EM_MOST, _PRESS, _KEEP = (NUMBERS.index(n) for n in ("em_most", "press_walk", "keep"))
_UNIFORM = (_FILL, _PLACE, _LEFT, _RIGHT, _GAP, _GAP_LATIN, _GAP_MIXED, _PULL, _SPACE)
"""In the order in which `Layout.draw` draws them."""
_MODEL_SPACE = placing.NUMBERS.index("space")
_MODEL_EM = placing.NUMBERS.index("em")


class Line(NamedTuple):
    """What `lay_line` gives back, in this order: few arrays, since each costs the way to Python.

    Attributes:
        status: see `DONE`.
        start: where the text begins in the corpus's codes.
        end: where it ends.
        writer: number on the shelf.
        paper: number in the recipe.
        figures: ``float64``: those of `NUMBERS`, then `FACTS`.
        words: ``uint64 (5, FIRST_WORDS)``: the first words of the five streams.
        glyphs: ``int64 (16 n,)``: the columns of `GLYPHS`, one after the other.
        ink: as `recipe.make.Laid` has it.
        quads: as `recipe.make.line_quads` gives them.
    """

    status: int
    start: int
    end: int
    writer: int
    paper: int
    figures: npt.NDArray[np.float64]
    words: npt.NDArray[np.uint64]
    glyphs: npt.NDArray[np.int64]
    ink: npt.NDArray[np.uint8]
    quads: npt.NDArray[np.float64]


FACTS = ("width", "em", "baseline", "cell_left", "cell_top", "cells", "strength")
"""What stands behind the figures of a line: six that its placement gives, and its ink's."""
GLYPHS = ("rows", "sizes", "starts", "gains", "places_q8", "slants_q16", "press_q8", "boxes")
"""The arrays of a line's glyphs, as `recipe.make.Laid` and `Placements` have them: two numbers for
each glyph, two, one, one, four, one, one, four."""


@compiled
def _below(word: Any, bound: Any) -> Any:
    return np.int64(mulhi(np.uint64(word), np.uint64(bound)))


@compiled
def _uniform(word: Any, first: Any, count: Any) -> Any:
    return (first + _below(word, count)) / 65536


@compiled
def _normal(word: Any, deviation_q16: Any) -> Any:
    return np.int64(round(bell_q16(word) * deviation_q16 / 37837)) / 65536


@compiled
def _more(key: Any, index: Any, block: int, count: int) -> Any:
    """`Draws.words`."""
    out = np.empty((count + 3) // 4 * 4, np.uint64)
    philox_words(key[0], key[1], index, np.uint64(block), out)
    return out[:count]


@compiled
def _figures(words: Any, spans: Any, deviations_q16: Any, cells: bool, figures: Any) -> None:
    """`Layout.draw`: the last of the spans is that of cells."""
    for k in range(len(_UNIFORM)):
        figures[_UNIFORM[k]] = _uniform(words[k], spans[k, 0], spans[k, 1])
    at = len(_UNIFORM)
    figures[_TREND] = _normal(words[at], deviations_q16[0])
    figures[_SLOPE] = _normal(words[at + 1], deviations_q16[1])
    figures[_SLANT] = _normal(words[at + 2], deviations_q16[2])
    figures[_CELL] = 0.0
    if cells:
        figures[_CELL] = _uniform(words[at + 3], spans[at, 0], spans[at, 1])


@compiled
def _even_numbers(flags: Any, sizes_px: Any, drawn: Any) -> None:
    """`placing._even_numbers`."""
    n = flags.shape[0]
    at = 0
    while at < n:
        end = at
        while end < n and (flags[end, _DIGIT] or (end > at and flags[end, _IN_NUMBERS])):
            end += 1
        count = scale = level = 0
        for k in range(at, end):
            if flags[k, _ASCII]:
                count += 1
                scale += drawn[k, 0]
                level += drawn[k, 4] - drawn[k, 1] // 2
        if count > 1:
            scale = scale // count
            level = level // count
            for k in range(at, end):
                if flags[k, _ASCII]:
                    drawn[k, 1] = max(sizes_px[k, 0] * scale >> 6, 64)
                    drawn[k, 2] = max(sizes_px[k, 1] * scale >> 6, 64)
                    drawn[k, 4] = level + drawn[k, 1] // 2
        at = max(end, at + 1)


@compiled
def _set_words(flags: Any, lows: Any, gap_latin: float, em: float, drawn: Any) -> None:
    """`placing._set_words`."""
    n = flags.shape[0]
    least = np.int64(round(0.6 * gap_latin * em * 64))
    gap = np.int64(round(gap_latin * em * 64))
    for at in range(n):
        letter = flags[at, _LETTER]
        if at and flags[at, _KIND_DIGIT] and (flags[at - 1, _LETTER] or flags[at - 1, _KIND_DIGIT]):
            drawn[at, 3] = max(drawn[at, 3], least)
        if not letter:
            inside = 0 < at < n - 1 and flags[at - 1, _LETTER] and flags[at + 1, _LETTER]
            if not (inside and flags[at, _IN_WORDS]):
                continue
        if not np.isnan(lows[at]):
            middle = (lows[at] - MIDDLE_EM) * em + drawn[at, 1] / 128
            drawn[at, 4] = np.int64(round(middle * 64))
        if at and (flags[at - 1, _LETTER] or flags[at - 1, _IN_WORDS]):
            drawn[at, 3] = gap


@compiled
def _nothing(
    status: int, start: int, end: int, writer: int, words: Any, paper: int, figures: Any
) -> Any:
    none = np.empty(0, np.int64), np.empty((0, 0), np.uint8), np.empty((0, 4, 2))
    return (status, start, end, writer, paper, figures, words, *none)


@compiled
def lay_line(
    keys: Any,
    index: np.uint64,
    codes: Any,
    flags: Any,
    offsets: Any,
    paragraphs: Any,
    shares: Any,
    shortest: int,
    longest: int,
    entry_of: Any,
    cover: Any,
    own: Any,
    table: Any,
    measures: Any,
    among: Any,
    by_writer: Any,
    character: Any,
    part: Any,
    ink_words: Any,
    offsets_at: Any,
    ink_at: Any,
    ink_bytes: Any,
    height_px: Any,
    width_px: Any,
    writer: Any,
    level: Any,
    length_px: Any,
    data: Any,
    allowed: Any,
    wanted: Any,
    writer_starts: Any,
    local: Any,
    ems_px: Any,
    levels: Any,
    spans: Any,
    deviations_q16: Any,
    figures: Any,
    paper_shares: Any,
    paper_cells: Any,
    line_height_px: int,
    most_width_px: int,
    families: Any,
    manners: Any,
    joined: int,
    by_model: bool,
    typical: Any,
    model_numbers: Any,
    scores: Any,
    quantiles: Any,
    gap_quantiles: Any,
    moments: Any,
    han_wide: Any,
    walks: Any,
    line_quantiles: Any,
    han_classes: Any,
) -> Any:
    """Lay a line out and draw its ink.

    Args:
        keys: ``uint64 (5, 2)``: of the streams text, writer, paper, layout, ink.
        index: of the line.
        codes: of the corpus, as the next two.
        flags: see there.
        offsets: see there.
        paragraphs: of its lines: ``int64 (p,)``, those that may be drawn.
        shares: ``int64 (p,)``: running sums of their weights.
        shortest: fewest characters.
        longest: most characters.
        entry_of: ``int32 (code points,)``: the row of a character in the next four; -1: none.
        cover: ``uint64 (rows, words)``: who can write it.
        own: ``int64 (rows,)``: its number on the shelf; -1: it has no glyph of its own.
        table: ``int64 (rows, len(FLAGS))``.
        measures: ``float64 (rows, 2)``: least width in ems, and the kind's low (NaN: none).
        among: ``uint64 (words,)``: the writers that lines may be by.
        by_writer: columns of the bank, as `Shelf` passes them to `pick` and `size_up`.
        character: see there.
        part: see there.
        ink_words: of the bank's `InkView`, as the next three.
        offsets_at: see there.
        ink_at: see there.
        ink_bytes: see there.
        height_px: column.
        width_px: column.
        writer: column.
        level: column.
        length_px: column.
        data: of the bank's `InkView`.
        allowed: ``bool (parts,)``.
        wanted: ``int64 (characters of the shelf,)``: their numbers in the bank.
        writer_starts: of the bank.
        local: ``int64 (writers of the shelf,)``: their numbers in the bank; -1: not there.
        ems_px: ``float64 (writers,)``.
        levels: ``int64 (writers,)``: see `size_up`.
        spans: ``int64 (10, 2)``: the layout's intervals, that of cells last.
        deviations_q16: ``int64 (5,)``: of trend, slope and slant, then the ink's strength: its
            lower end and steps.
        figures: ``float64 (len(spacing.NUMBERS),)``: those that are not drawn; not changed.
        paper_shares: ``int64 (papers,)``, 1/65536.
        paper_cells: ``bool (papers,)``.
        line_height_px: of the picture.
        most_width_px: of the picture.
        families: of `compose.line`'s tables.
        manners: see there.
        joined: where the rows of joined marks begin there.
        by_model: whether a placement model places Chinese lines.
        typical: ``float64 (writers, 2, classes)``: see `Sampler.typical`.
        model_numbers: as the rest for `place_items`.
        scores: see there.
        quantiles: see there.
        gap_quantiles: see there.
        moments: see there.
        han_wide: see there.
        walks: see there.
        line_quantiles: see there.
        han_classes: ``int64 (3,)``: numbers of the light, middle and dense classes.

    Returns:
        The fields of `Line`.
    """
    words = np.empty((keys.shape[0], FIRST_WORDS), np.uint64)
    for stage in range(keys.shape[0]):
        philox_words(keys[stage, 0], keys[stage, 1], index, np.uint64(0), words[stage])
    told = np.zeros(figures.shape[0] + len(FACTS))
    for k in range(figures.shape[0]):  # as a slice, it would cost seconds of compiling
        told[k] = figures[k]
    figures, facts = told[: figures.shape[0]], told[figures.shape[0] :]
    # a sentence
    target = shortest + _below(words[_TEXT, 0], longest - shortest + 1)
    point = _below(words[_TEXT, 1], shares[-1])
    paragraph = paragraphs[np.searchsorted(shares, point, "right")]
    first, last = offsets[paragraph], offsets[paragraph + 1]
    position = first + _below(words[_TEXT, 2], last - first)
    start, end = cut(flags, first, last, position, shortest, longest, target)
    count = end - start
    entries = np.empty(count, np.int64)
    for i in range(count):
        entries[i] = entry_of[codes[start + i]]
        if entries[i] < 0:
            return _nothing(SLOW, start, end, -1, words, -1, figures)
    # a writer, and glyphs
    able = among.copy()
    holders = intersect(cover, entries, able)
    if holders == 0:
        return _nothing(SLOW, start, end, -1, words, -1, figures)
    number = member(able, _below(words[_WRITER, 0], holders))
    mine = local[number]
    traits = table[entries]
    numbers = own[entries]
    chinese = narrow = False
    for i in range(count):
        chinese = chinese or traits[i, _HAN] != 0
        narrow = narrow or traits[i, _LETTER] != 0 or traits[i, _KIND_DIGIT] != 0
        if traits[i, _WHITE]:
            numbers[i] = -1
        elif numbers[i] < 0:
            return _nothing(SLOW, start, end, number, words, -1, figures)
    if mine < 0:
        return _nothing(SLOW, start, end, number, words, -1, figures)
    lookups = np.empty(count, np.int64)
    for i in range(count):
        lookups[i] = wanted[numbers[i]] if numbers[i] >= 0 else 0xFFFFFFFF
    glyphs = np.zeros(16 * count, np.int64)
    rows = glyphs[: 2 * count].reshape(-1, 2)
    glyph_sizes = glyphs[2 * count : 4 * count].reshape(-1, 2)
    starts, gains = glyphs[4 * count : 5 * count], glyphs[5 * count : 6 * count]
    places = glyphs[6 * count : 10 * count].reshape(-1, 4)
    slants, press = glyphs[10 * count : 11 * count], glyphs[11 * count : 12 * count]
    boxes = glyphs[12 * count :].reshape(-1, 4)
    rows[:] = -1
    press[:] = 256
    whole = pick(
        by_writer,
        character,
        part,
        allowed,
        writer_starts[mine],
        writer_starts[mine + 1],
        lookups,
        _more(keys[_WRITER], index, _LATER, count),
        0,
        0,
        rows,
    )
    for i in range(count):
        whole = whole and (rows[i, 1] >= 0 or traits[i, _WHITE] != 0)
    ems, inks = np.ones(count), np.full(count, 1 << 32, np.int64)
    bad = size_up(
        ink_words,
        offsets_at,
        ink_at,
        ink_bytes,
        height_px,
        width_px,
        writer,
        level,
        ems_px,
        levels,
        0,
        rows,
        MAX_GLYPH_PX,
        glyph_sizes,
        ems,
        starts,
        inks,
    )
    if not whole or bad != -1:
        return _nothing(SLOW, start, end, number, words, -1, figures)
    # a paper: cells are for Chinese text, where there is any other paper
    paper, total = -1, np.int64(0)
    for k in range(paper_shares.shape[0]):
        if chinese or not paper_cells[k]:
            total += paper_shares[k]
    free = chinese or total > 0
    if not free:
        for k in range(paper_shares.shape[0]):
            total += paper_shares[k]
    point = _below(words[_PAPER, 0], total)
    for k in range(paper_shares.shape[0]):
        if free and not chinese and paper_cells[k]:
            continue
        point -= paper_shares[k]
        if point < 0:
            paper = k
            break
    # places
    cells = paper_cells[paper]
    _figures(words[_LAYOUT], spans, deviations_q16, cells, figures)
    if by_model and chinese and not cells:
        kind = traits[:, _CLASS].copy()
        look_up(rows, 0, length_px, writer, ems, LIGHT_EM, DENSE_EM, han_classes, kind)
        usual, spread = np.empty(count), np.empty(count)
        for i in range(count):
            usual[i], spread[i] = typical[mine, 0, kind[i]], typical[mine, 1, kind[i]]
        em = line_height_px * figures[_EM_MOST]
        given = model_numbers.copy()
        given[_MODEL_SPACE], given[_MODEL_EM] = figures[_SPACE], em
        drawn, slopes = np.zeros((count, 5), np.int64), np.zeros(3)
        needed = LINE_WORDS + WORDS_PER_CHARACTER * count
        place_items(
            kind,
            traits[:, _WHITE] != 0,
            glyph_sizes.astype(np.float64),
            ems,
            usual,
            spread,
            _more(keys[_LAYOUT], index, _LATER, needed),
            given,
            scores,
            quantiles,
            gap_quantiles,
            moments,
            han_wide,
            walks,
            line_quantiles,
            drawn,
            slopes,
        )
        _even_numbers(traits, glyph_sizes, drawn)
        if narrow:
            _set_words(traits, measures[entries, 1], figures[_GAP_LATIN], em, drawn)
        settled = np.array(
            [
                figures[_FILL],
                figures[_PLACE],
                figures[_LEFT],
                figures[_RIGHT],
                figures[_PRESS],
                figures[_KEEP],
            ]
        )
        later = _LATER + (needed + 3) // 4
        settle_line(
            drawn,
            measures[entries, 0],
            rows,
            settled,
            _more(keys[_LAYOUT], index, later, count),
            em,
            line_height_px,
            places,
            press,
            facts,
        )
        slants[:] = np.int64(round(slopes[2] * 65536.0)) + np.int64(round(figures[_SLANT] * 65536))
        facts[2] = facts[2] + MIDDLE_EM * facts[1]
    else:
        manner = traits[:, _MANNER].copy()
        for i in range(1, count - 1):
            if (
                traits[i, _JOINING]
                and families[manner[i - 1]] == LATIN
                and families[manner[i + 1]] == LATIN
            ):
                manner[i] += joined
        space_line(
            families[manner],
            glyph_sizes,
            ems,
            manners[manner],
            figures,
            _more(keys[_LAYOUT], index, _LATER, count * WORDS_PER_ITEM),
            line_height_px,
            places,
            slants,
            press,
            facts,
        )
    width = int(facts[0])
    if width > most_width_px:
        return _nothing(SLOW, start, end, number, words, paper, figures)
    # ink
    strength = _uniform(words[_INK, 0], deviations_q16[3], deviations_q16[4])
    facts[6] = strength
    share = np.int64(round(strength * 256))
    for i in range(count):
        gain = FULL_INK * 256 // max(inks[i], FAINTEST_LEVEL)
        gains[i] = min(gain * press[i] * share >> 16, MAX_GAIN_Q8)
    ink = np.zeros((line_height_px, width), np.uint8)
    draw_glyphs(data, starts, glyph_sizes, places, slants, gains, FAINT, ink, boxes)
    for i in range(count):
        # a glyph that shows nothing, or reaches an edge
        inside = boxes[i, 0] > 0 and boxes[i, 1] > 0
        inside = inside and boxes[i, 2] < width and boxes[i, 3] < line_height_px
        if rows[i, 1] >= 0 and not inside:
            return _nothing(SLOW, start, end, number, words, paper, figures)
    quads = np.empty((count, 4, 2))
    box_corners(places, boxes, np.ones(count, np.int64), line_height_px, width, quads)
    return (DONE, start, end, number, paper, told, words, glyphs, ink, quads)
