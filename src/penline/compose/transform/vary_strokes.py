"""Strokes that are written unlike the last time: each glyph by a map of its own, and each stroke.

A glyph is stretched, leant and tilted as a whole; each stroke once more about its own middle; it is
shifted, and bent by half a slow wave. What is drawn is fixed point, and all is worked out in whole
numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.bank.items import Items
from penline.compiled import compiled, frozen
from penline.compose.line_strokes import GlyphStrokes
from penline.randomness import Draws, bell_q16

__all__ = ["STROKE_DEVIATIONS_Q16", "vary_line_strokes", "vary_strokes"]

WORDS_PER_ITEM, WORDS_PER_STROKE = 4, 8
"""Of chance: a linear map; a linear map, a shift and a bend."""

STROKE_DEVIATIONS_Q16 = frozen(np.array([2700, 4100, 3100, 3100], np.int64))
"""Of one writing from the next, 1/65536: of the four numbers of a glyph's map and of a stroke's; of
a stroke's shift to the side and down and of its bend, in x-heights.

Set by what `vary.DEVIATIONS_Q16` is set by: in composed lines of writer 001 of OLHWDB1.0 the
likeness is 0.57, 0.68, 0.75, 0.83, 0.90 (5, 25, 50, 75, 95 %; 1,240 pairs), on the real page 0.57,
0.67, 0.73, 0.80, 0.86. Small letters, capitals and digits of UNIPEN, varied half as much again:
medians 0.74, 0.62 and 0.71, of two writings by one hand 0.67, 0.61 and 0.68."""

X_HEIGHT_Q8 = 115
"""Of an em, 1/256: as tall as letters without ascender are beside Chinese characters."""


def vary_line_strokes(
    strokes: GlyphStrokes, items: Items, strengths: Any, rng: Draws
) -> GlyphStrokes:
    """Vary the strokes of a line.

    Args:
        strokes: of the items.
        items: records of `ITEM`.
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
        STROKE_DEVIATIONS_Q16,
    )
    return strokes._replace(points_q8=points)


@compiled
def vary_strokes(
    points: Any,
    ends: Any,
    owners: Any,
    items: Any,
    words: Any,
    strengths_q16: Any,
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
        deviations_q16: `STROKE_DEVIATIONS_Q16`.

    Returns:
        ``int64 (points, 2)``.
    """
    out = points.copy()
    moves = np.empty(WORDS_PER_ITEM + WORDS_PER_STROKE, np.int64)
    n, first = items.shape[0], 0
    for stroke in range(owners.shape[0]):
        end, item = ends[stroke], owners[stroke]
        for k in range(moves.shape[0]):
            if k < WORDS_PER_ITEM:
                word, deviation = words[WORDS_PER_ITEM * item + k], deviations_q16[0]
            else:
                at = WORDS_PER_ITEM * n + WORDS_PER_STROKE * stroke + k - WORDS_PER_ITEM
                # a map, a shift, a bend
                word, deviation = words[at], deviations_q16[1 + (k >= 8) + (k >= 10)]
            moves[k] = (bell_q16(word) * deviation // 37837) * strengths_q16[item] >> 16
        x_height = np.int64(items[item].em_px * 256.0) * X_HEIGHT_Q8 >> 8
        low_x, low_y = points[first]
        high_x, high_y = points[first]
        whole: Any = np.int64(0)
        for k in range(first + 1, end):
            low_x, high_x = min(low_x, points[k, 0]), max(high_x, points[k, 0])
            low_y, high_y = min(low_y, points[k, 1]), max(high_y, points[k, 1])
            whole += abs(points[k, 0] - points[k - 1, 0]) + abs(points[k, 1] - points[k - 1, 1])
        middle_x, middle_y = (low_x + high_x) >> 1, (low_y + high_y) >> 1
        done = np.int64(0)
        for k in range(first, end):
            if k > first:
                done += abs(points[k, 0] - points[k - 1, 0]) + abs(points[k, 1] - points[k - 1, 1])
            # half a wave over the stroke, of mean 0: from -2/3 at its ends to 1/3
            t = (done << 16) // max(whole, 1)
            wave = (4 * t * (65536 - t) >> 16) - 43691
            ex, ey = points[k, 0] - middle_x, points[k, 1] - middle_y
            x = points[k, 0] + (moves[4] * ex + moves[5] * ey >> 16)
            y = points[k, 1] + (moves[6] * ex + moves[7] * ey >> 16)
            x += (moves[8] + (moves[10] * wave >> 16)) * x_height >> 16
            y += (moves[9] + (moves[11] * wave >> 16)) * x_height >> 16
            ex, ey = x - items[item].width_px * 128, y - items[item].height_px * 128
            out[k, 0] = x + (moves[0] * ex + moves[1] * ey >> 16)
            out[k, 1] = y + (moves[2] * ex + moves[3] * ey >> 16)
        first = end
    return out
