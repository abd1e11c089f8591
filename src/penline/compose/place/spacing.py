"""Where each glyph of a line goes, as one compiled pass over the line.

Lengths are in ems until the line is whole; then the line is scaled to the picture. A hand drifts:
size, height above the line, gap, slant and pressure each follow a first-order autoregression
along the line, so that neighbours are alike. Only ``+ - * /`` act on the numbers, in a fixed order,
and the results are cut to fixed point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.compose.place.latin import FOOT, HALF_PEN, SCALE, SPACE_AFTER, SPACE_BEFORE, UNIT
from penline.randomness import bell
from penline.recipe.layout import LINE_PARAMS

__all__ = [
    "CELL",
    "HAN",
    "LATIN",
    "LATIN_OVERLAP",
    "LATIN_RISE",
    "LATIN_WALK",
    "OTHER",
    "SLOPE",
    "SPACE",
    "WORDS_PER_ITEM",
    "press_walk",
    "space_line",
]

OTHER, HAN, LATIN, SPACE = 0, 1, 2, 3
"""Spacing classes: what decides which gap goes between two items."""

WORDS_PER_ITEM = 6

LATIN_WALK, LATIN_RISE, LATIN_OVERLAP = 1.6, 0.8, -0.05
"""Of Latin as it was measured: how uneven gaps are, over `gap_walk`; how far letters leave the line
on their own, over `rise_walk`; and how far at most a letter reaches over the one before, ems."""

CELL, SLOPE = LINE_PARAMS.index("cell"), LINE_PARAMS.index("slope")


@compiled
def press_walk(
    words: npt.NDArray[np.uint64], deviation: float, keep: float, press_q8: npt.NDArray[np.int64]
) -> None:
    """Strength of the ink from glyph to glyph, 256 = 1, as `space_line` has it.

    Args:
        words: ``uint64 (n,)``: chance.
        deviation: of the strength, as share.
        keep: correlation of neighbours.
        press_q8: ``int64 (n,)``: filled in.
    """
    fresh = np.sqrt(1.0 - keep * keep)
    state = 0.0
    for i in range(words.shape[0]):
        state = keep * state + fresh * bell(words[i])
        press_q8[i] = np.int64(round((1.0 + deviation * state) * 256.0))


@compiled
def space_line(
    items: Any,
    kinds: npt.NDArray[np.int64],
    class_of: npt.NDArray[np.int64],
    spacing: npt.NDArray[np.float64],
    params: npt.NDArray[np.float64],
    words: npt.NDArray[np.uint64],
    height_px: int,
    fits: npt.NDArray[np.float64],
    places_q8: npt.NDArray[np.int64],
    slants_q16: npt.NDArray[np.int64],
    press_q8: npt.NDArray[np.int64],
    metrics: npt.NDArray[np.float64],
) -> None:
    """Place the items of one line.

    Args:
        items: records of `ITEM`, ``(n,)``.
        kinds: ``int64 (n,)``: of each its row in the next two.
        class_of: ``int64 (kinds,)``: `OTHER`, `HAN`, `LATIN` or `SPACE`.
        spacing: ``float64 (kinds, 7)``: low (NaN: centred), centre, before, after, walk, the side
            of its cell that it keeps to (0 left to 1 right), least width.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        words: ``uint64 (n * WORDS_PER_ITEM,)``: chance.
        height_px: height of the picture.
        fits: ``float64 (n, FITS)``: how Latin items stand in the line, see `latin.place_latin`.
        places_q8: ``int64 (n, 4)``: filled in: left, top, width, height, in 1/256 px. White
            space gets a place one em high.
        slants_q16: ``int64 (n,)``: filled in.
        press_q8: ``int64 (n,)``: filled in: strength of the ink, 256 = 1.
        metrics: ``float64 (6,)``: filled in: width of the picture in px, em in px, the writing
            line's y at the picture's left edge in px, and of the cells: left, top, count.
    """
    (
        fill,  # share of the picture's height that the line's ink fills
        em_most,  # largest em, as share of the picture's height
        place,  # where the slack above and below goes, 0 to 1
        margin_left,  # ems
        margin_right,  # ems
        gap_han,  # mean gap between Chinese characters, ems
        gap_latin,  # mean gap between letters of a word, ems
        gap_mixed,  # gap where scripts meet, ems
        gap_walk,  # deviation of the gap along the line, ems
        cell_pull,  # 0: gaps between ink; 1: equal advance, as in cells
        space,  # width of white space, ems
        size_walk,  # deviation of the size, share
        size_trend,  # growth from the line's start to its end, share
        rise_walk,  # deviation of the height above the line, ems
        slope,  # rise of the line per length
        slant,  # lean to the right per height
        slant_walk,  # deviation of the lean
        press_walk,  # deviation of the ink's strength, share
        keep,  # correlation of neighbours
        cell,  # side of a squared paper's cell in ems; 0 without cells
    ) = params
    n = items.shape[0]
    fresh = np.sqrt(1.0 - keep * keep)
    left = np.zeros(n)
    bottom = np.zeros(n)
    wide = np.zeros(n)
    high = np.zeros(n)
    size_state = rise_state = gap_state = slant_state = press_state = 0.0
    x = 0.0
    previous = -1
    after = 0.0
    previous_pad = previous_pen = 0.0
    white = False
    for i in range(n):
        of_class = class_of[kinds[i]]
        at = i * WORDS_PER_ITEM
        size_state = keep * size_state + fresh * bell(words[at])
        rise_state = keep * rise_state + fresh * bell(words[at + 1])
        gap_state = 0.5 * gap_state + 0.866 * bell(words[at + 2])
        slant_state = keep * slant_state + fresh * bell(words[at + 3])
        press_state = keep * press_state + fresh * bell(words[at + 4])
        own = bell(words[at + 5])
        if of_class == SPACE:
            advance = 0.5 * cell if cell > 0 else space * (1.0 + 0.2 * own)
            left[i] = x
            wide[i] = advance
            high[i] = 1.0
            x += advance
            white = True
            continue
        trend = size_trend * ((i + 0.5) / n - 0.5)
        size = 1.0 + trend + size_walk * size_state
        scale = size / items[i].em_px * fits[i, SCALE]
        w = items[i].width_px * scale
        h = items[i].height_px * scale
        low, centre, before, behind, walk, side, least_width = spacing[kinds[i]]
        measured = not np.isnan(fits[i, FOOT])
        if measured:
            low = fits[i, FOOT] * size + LATIN_RISE * rise_walk * own
            before, behind = fits[i, SPACE_BEFORE], fits[i, SPACE_AFTER]
        w = max(w, least_width)
        if cell > 0:
            # squared paper: one cell for a Chinese character or mark, half a cell for a letter
            step = 0.5 * cell if of_class == LATIN else cell
            if of_class != LATIN:
                halves = np.ceil(x / (0.5 * cell) - 0.001)
                x = np.ceil(halves / 2.0) * cell
            room = step * 0.92
            if w > room:
                h = h * room / w
                w = room
            left[i] = x + 0.04 * step + (room - w) * side + 0.02 * own * cell
            left[i] = min(max(left[i], x), x + step - w)
            x += step
        else:
            pad = 0.0
            if of_class == HAN:
                pad = max(0.0, 0.84 - w) * 0.5 * cell_pull
            gap = 0.0
            if previous >= 0:
                if of_class == LATIN and previous == LATIN:
                    uneven = LATIN_WALK if measured else 0.25
                    gap = gap_latin * fits[i, UNIT] + uneven * gap_walk * gap_state
                elif of_class == HAN and previous == HAN:
                    gap = gap_han + gap_walk * gap_state
                elif of_class == OTHER or previous == OTHER:
                    gap = 0.5 * gap_han + 0.6 * gap_walk * gap_state
                else:
                    gap = gap_mixed + gap_walk * gap_state
                gap = gap + before + after + pad + previous_pad
                least = -0.05 if of_class == previous and of_class != OTHER else 0.05
                if measured and previous == LATIN:
                    least = LATIN_OVERLAP
                if white:
                    gap = gap_latin * fits[i, UNIT] - previous_pen - fits[i, HALF_PEN]
                gap = max(gap, least)
            x += gap
            left[i] = x
            x += w
            previous_pad, previous_pen = pad, fits[i, HALF_PEN]
        wide[i] = w
        high[i] = h
        if np.isnan(low):
            bottom[i] = centre - 0.5 * h
        else:
            bottom[i] = low
        bottom[i] += walk * rise_walk * rise_state
        slants_q16[i] = np.int64(round((slant + slant_walk * slant_state) * 65536.0))
        press_q8[i] = np.int64(round((1.0 + press_walk * press_state) * 256.0))
        previous = of_class
        after = behind
        white = False
    length = x
    # cells stand on whole ems; otherwise the line slopes about its middle
    highest = -1e9
    lowest = 1e9
    for i in range(n):
        if class_of[kinds[i]] == SPACE:
            continue
        if cell == 0:
            bottom[i] += slope * (left[i] + 0.5 * wide[i] - 0.5 * length)
        highest = max(highest, bottom[i] + high[i])
        lowest = min(lowest, bottom[i])
    if highest < lowest:
        highest, lowest = 0.9, -0.1
    if cell > 0:
        highest = max(highest, 0.38 + 0.5 * cell + 0.02)
        lowest = min(lowest, 0.38 - 0.5 * cell - 0.02)
    em = min(height_px * fill / (highest - lowest), height_px * em_most)
    slack = height_px - em * (highest - lowest)
    base = slack * (0.25 + 0.5 * place) + em * highest
    start = margin_left * em
    for i in range(n):
        if class_of[kinds[i]] == SPACE:
            bottom[i] = -0.12
        places_q8[i, 0] = np.int64(round((start + left[i] * em) * 256.0))
        places_q8[i, 1] = np.int64(round((base - (bottom[i] + high[i]) * em) * 256.0))
        places_q8[i, 2] = np.int64(max(round(wide[i] * em * 256.0), 256))
        places_q8[i, 3] = np.int64(max(round(high[i] * em * 256.0), 256))
    if cell > 0:
        length = np.ceil(length / cell - 0.001) * cell
    metrics[0] = max(np.ceil(start + (length + margin_right) * em), 1.0)
    metrics[1] = em
    metrics[2] = base
    metrics[3] = start
    metrics[4] = base - (0.38 + 0.5 * cell) * em
    metrics[5] = round(length / cell) if cell > 0 else 0.0
