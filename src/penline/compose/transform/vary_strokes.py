"""Strokes that are written unlike the last time: each glyph by a map of its own, and each stroke.

A glyph is stretched, leant and tilted as a whole, and bent as a sheet is, so that strokes which
meet go on to meet; each stroke a little once more about its own middle, shifted, and bent by half
a slow wave. What is drawn is fixed point, and all is worked out in whole numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.bank.items import Items
from penline.compiled import compiled, frozen
from penline.compose.line_strokes import GlyphStrokes
from penline.compose.transform.vary import item_strengths
from penline.randomness import Draws, bell_q16

__all__ = ["STROKE_DEVIATIONS_Q16", "vary_line_strokes", "vary_strokes"]

WORDS_PER_ITEM, WORDS_PER_STROKE = 10, 8
"""Of chance: a linear map and a bend; a linear map, a shift and a bend."""

MOST_BENT_Q16 = 1 << 14
"""Of each number of a glyph's bend, 1/65536: no amount of variation folds a glyph over."""

STROKE_DEVIATIONS_Q16 = frozen(
    np.array(
        [
            (4300, 4400, 200, 200, 200),  # Chinese characters and marks
            (5700, 2700, 400, 400, 400),  # letters and digits
        ],
        np.int64,
    )
)
"""Of one writing from the next, 1/65536: of the four numbers of a glyph's map, and of the six of
its bend, in halves of its longer side (root mean squares, the same of every writing); of the four
numbers of a stroke's map; of a stroke's shift to the side and down and of its bend, in x-heights.

Set by what `vary.DEVIATIONS_Q16` is set by: in composed lines of writer 001 of OLHWDB1.0 the
likeness is 0.56, 0.75, 0.90 (5, 50, 95 %), on the real page 0.57, 0.73, 0.86. Letters and digits
of UNIPEN, varied half as much again: medians 0.63 and 0.67, of two writings by one hand 0.62 and
0.67. Of several rows that are as alike this one is read best by a reader from outside: a glyph that
is stretched and leant as a whole stays what it is, where strokes that part make another of it."""

X_HEIGHT_Q8 = 115
"""Of an em, 1/256: as tall as letters without ascender are beside Chinese characters."""


def vary_line_strokes(
    strokes: GlyphStrokes, items: Items, traits: Any, strengths: Any, rng: Draws
) -> GlyphStrokes:
    """Vary the strokes of a line.

    Args:
        strokes: of the items.
        items: records of `ITEM`.
        traits: of a `CharacterTable`.
        strengths: ``int64 (items,)``: how far each, over what is usual, 1/65536.
        rng: chance.
    """
    words = rng.words(WORDS_PER_ITEM * len(items) + WORDS_PER_STROKE * len(strokes.owners))
    points = vary_strokes(
        strokes.points_q8,
        strokes.ends,
        strokes.owners,
        items,
        words,
        strengths,
        item_strengths(items, traits, 0, 1),
        STROKE_DEVIATIONS_Q16,
    )
    return strokes._replace(points_q8=points)


@compiled
def _scale(numbers: Any, deviation: int) -> None:
    """Bring numbers to a root mean square: so no writing is far beyond what is usual."""
    squares = np.int64(0)
    for k in range(numbers.shape[0]):
        squares += numbers[k] * numbers[k]
    root = np.int64(np.sqrt(np.float64(squares // numbers.shape[0])))
    for k in range(numbers.shape[0]):
        numbers[k] = numbers[k] * deviation // max(root, 1)


@compiled
def vary_strokes(
    points: Any,
    ends: Any,
    owners: Any,
    items: Any,
    words: Any,
    strengths_q16: Any,
    kinds: Any,
    deviations_q16: Any,
) -> Any:
    """Move the points of strokes, each stroke in its own way.

    Args:
        points: ``int64 (points, 2)``, as the next two of `GlyphStrokes`.
        ends: of strokes.
        owners: of strokes.
        items: records of `ITEM`.
        words: ``uint64``: chance: `WORDS_PER_ITEM` for each item, then `WORDS_PER_STROKE` for each
            stroke.
        strengths_q16: ``int64 (items,)``: how far each, over what is usual, 1/65536.
        kinds: ``int64 (items,)``: the row of each in the next.
        deviations_q16: `STROKE_DEVIATIONS_Q16`.

    Returns:
        ``int64 (points, 2)``.
    """
    out = points.copy()
    whole, own = np.empty(WORDS_PER_ITEM, np.int64), np.empty(WORDS_PER_STROKE, np.int64)
    n, first, met = items.shape[0], 0, -1
    for stroke in range(owners.shape[0]):
        end, item = ends[stroke], owners[stroke]
        strength, usual = strengths_q16[item], deviations_q16[kinds[item]]
        if item != met:
            for k in range(WORDS_PER_ITEM):
                whole[k] = bell_q16(words[WORDS_PER_ITEM * item + k])
            for at, to, deviation in ((0, 4, usual[0]), (4, WORDS_PER_ITEM, usual[1])):
                _scale(whole[at:to], deviation * strength >> 16)
            for k in range(4, WORDS_PER_ITEM):
                whole[k] = min(max(whole[k], -MOST_BENT_Q16), MOST_BENT_Q16)
            met = item
        for k in range(WORDS_PER_STROKE):  # a map, a shift, a bend
            deviation = usual[2 + (k >= 4) + (k >= 6)]
            word = words[WORDS_PER_ITEM * n + WORDS_PER_STROKE * stroke + k]
            own[k] = (bell_q16(word) * deviation // 37837) * strength >> 16
        x_height = np.int64(items[item].em_px * 256.0) * X_HEIGHT_Q8 >> 8
        half_width, half_height = items[item].width_px * 128, items[item].height_px * 128
        reach: Any = max(half_width, half_height, 1)
        inverse = (np.int64(1) << 32) // reach
        low_x, low_y = points[first]
        high_x, high_y = points[first]
        length: Any = np.int64(0)
        for k in range(first + 1, end):
            low_x, high_x = min(low_x, points[k, 0]), max(high_x, points[k, 0])
            low_y, high_y = min(low_y, points[k, 1]), max(high_y, points[k, 1])
            length += abs(points[k, 0] - points[k - 1, 0]) + abs(points[k, 1] - points[k - 1, 1])
        middle_x, middle_y = (low_x + high_x) >> 1, (low_y + high_y) >> 1
        done = np.int64(0)
        for k in range(first, end):
            if k > first:
                done += abs(points[k, 0] - points[k - 1, 0]) + abs(points[k, 1] - points[k - 1, 1])
            # half a wave over the stroke, of mean 0: from -2/3 at its ends to 1/3
            t = (done << 16) // max(length, 1)
            wave = (4 * t * (65536 - t) >> 16) - 43691
            ex, ey = points[k, 0] - middle_x, points[k, 1] - middle_y
            x = points[k, 0] + (own[0] * ex + own[1] * ey >> 16)
            y = points[k, 1] + (own[2] * ex + own[3] * ey >> 16)
            x += (own[4] + (own[6] * wave >> 16)) * x_height >> 16
            y += (own[5] + (own[7] * wave >> 16)) * x_height >> 16
            # the glyph: a map, and a bend by the products of where the point was, 1 at its sides
            u = min(max((points[k, 0] - half_width) * inverse >> 16, -65536), 65536)
            v = min(max((points[k, 1] - half_height) * inverse >> 16, -65536), 65536)
            uu, uv, vv = (u * u >> 16) - 21845, u * v >> 16, (v * v >> 16) - 21845
            ex, ey = x - half_width, y - half_height
            bend_x = whole[4] * uu + whole[5] * uv + whole[6] * vv >> 16
            bend_y = whole[7] * uu + whole[8] * uv + whole[9] * vv >> 16
            out[k, 0] = x + (whole[0] * ex + whole[1] * ey + bend_x * reach >> 16)
            out[k, 1] = y + (whole[2] * ex + whole[3] * ey + bend_y * reach >> 16)
        first = end
    return out
