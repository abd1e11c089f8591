"""A drawn line put into its picture, as one compiled pass over the glyphs."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled
from penline.compose.character_table import LEAST_WIDTH
from penline.compose.place.spacing import press_walk
from penline.recipe.layout import LINE_PARAMS

__all__ = ["fit_to_image"]

_FILL, _PLACE, _LEFT, _RIGHT, _PRESS, _KEEP = (
    LINE_PARAMS.index(name)
    for name in ("fill", "place", "margin_left", "margin_right", "press_walk", "keep")
)


@compiled
def fit_to_image(
    drawn: Any,
    items: Any,
    lengths_em: Any,
    params: Any,
    words: Any,
    em_px: float,
    height_px: int,
    places_q8: Any,
    press_q8: Any,
    metrics: Any,
) -> None:
    """Put the glyphs that a placement model placed into their picture.

    The line is made smaller where its ink would fill more of the picture's height than it may.

    Args:
        drawn: ``int64 (n, 5)``: scale in 1/4096, height, width, gap and rise in 1/64 px.
        items: records of `ITEM`, ``(n,)``.
        lengths_em: of a `CharacterTable`: a glyph narrower than its least width is drawn out to it
            (a hyphen that stands for a dash).
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        words: ``uint64 (n,)``: chance.
        em_px: what the line was drawn for.
        height_px: height of the picture.
        places_q8: ``int64 (n, 4)``, filled in: left, top, width, height in 1/256 px. White space
            gets a place one em high.
        press_q8: ``int64 (n,)``, filled in: strength of the ink, 256 = 1.
        metrics: ``float64 (3,)`` or more, filled in: width of the picture, em, and y of the middle
            of Chinese characters, all in px.
    """
    fill, place = params[_FILL], params[_PLACE]
    margin_left, margin_right = params[_LEFT], params[_RIGHT]
    n = drawn.shape[0]
    lefts = np.empty(n, np.int64)
    wides = np.empty(n, np.int64)
    end: Any = 0
    least_left: Any = 1 << 60
    highest: Any = -(1 << 60)
    lowest: Any = 1 << 60
    right: Any = 0
    inked = False
    for i in range(n):
        inked = inked or items[i].row >= 0
    for i in range(n):
        wides[i] = max(
            drawn[i, 2], np.int64(round(lengths_em[items[i].entry, LEAST_WIDTH] * em_px * 64))
        )
        end += drawn[i, 3] + wides[i]
        lefts[i] = end - wides[i]
        least_left = min(least_left, lefts[i])
        if items[i].row >= 0 or not inked:
            top = drawn[i, 4] + drawn[i, 1] // 2
            highest, lowest = max(highest, top), min(lowest, top - drawn[i, 1])
    room = np.int64(round(height_px * fill * 64))
    shrink_q16 = min(65536, (room << 16) // max(highest - lowest, 1))
    em = em_px * shrink_q16 / 65536
    high_px = (highest - lowest) * shrink_q16 / 65536 / 64
    base = (height_px - high_px) * (0.25 + 0.5 * place) + highest * shrink_q16 / 4194304
    start = np.int64(round(margin_left * em * 256))
    for i in range(n):
        high = drawn[i, 1]
        top = drawn[i, 4] + high // 2
        places_q8[i, 0] = start + ((lefts[i] - least_left) * shrink_q16 >> 14)
        places_q8[i, 1] = np.int64(round(base * 256)) - (top * shrink_q16 >> 14)
        places_q8[i, 2] = max(wides[i] * shrink_q16 >> 14, 256)
        places_q8[i, 3] = max(high * shrink_q16 >> 14, 256)
        if items[i].row < 0:
            places_q8[i, 1] = np.int64(round((base - 0.5 * em) * 256))
            places_q8[i, 3] = max(np.int64(round(em * 256)), 256)
        right = max(right, places_q8[i, 0] + places_q8[i, 2])
    press_walk(words, params[_PRESS], params[_KEEP], press_q8)
    metrics[0] = max(np.ceil(right / 256 + margin_right * em), 1.0)
    metrics[1] = em
    metrics[2] = base
