"""Points of glyphs that are bent along with their ink."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.compose.transform.vary import (
    LARGEST_PX,
    WORDS_PER_GLYPH,
    bend_at,
    moves_of,
    wave_side,
)

__all__ = ["move_points"]

Ints = npt.NDArray[np.int64]
_ROUNDS = 9
"""Until a point's place is found: of bends as steep as a half all but 1/500 is gone."""


@compiled
def move_points(
    points: Ints, items: Any, pads: Ints, words: Any, strengths_q16: Ints, deviations_q16: Ints
) -> None:
    """Move points of glyphs as `vary_glyphs` bends their ink.

    Args:
        points: ``int64 (n, points of each, 2)``: x, y from the corner of each glyph's ink, 1/256
            px; 0 for none. Changed.
        items: records of `ITEM`, ``(n,)``.
        pads: ``int64 (n,)``: white around each that is bent, too, px.
        words: as the next two, what `vary_glyphs` takes: chance.
        strengths_q16: how far each.
        deviations_q16: `DEVIATIONS_Q16`.
    """
    moves = np.empty(WORDS_PER_GLYPH, np.int64)
    for i in range(points.shape[0]):
        height, width = items[i].height_px + 2 * pads[i], items[i].width_px + 2 * pads[i]
        if not points[i].any() or max(height, width) > LARGEST_PX:
            continue
        moves_of(words, i, strengths_q16[i], deviations_q16, moves)
        for k in range(points.shape[1]):
            if not points[i, k].any():
                continue
            u, v = points[i, k, 0] + (pads[i] << 8), points[i, k, 1] + (pads[i] << 8)
            tilt = _bend_of(moves, 2, u, width, height)
            # the ink of a point is taken from where it comes from: go back until that is here
            x, y = u, v
            for _ in range(_ROUNDS):
                y = v - tilt - _bend_of(moves, 3, y, width, height)
            lean = _bend_of(moves, 1, y, width, height)
            for _ in range(_ROUNDS):
                x = u - lean - _bend_of(moves, 0, x, width, height)
            points[i, k, 0], points[i, k, 1] = x - (pads[i] << 8), y - (pads[i] << 8)


@compiled
def _bend_of(moves: Ints, k: int, at_q8: Any, width: int, height: int) -> Any:
    """One of a glyph's four bends at a place on its side, 1/256 px."""
    side = height if k & 1 else width
    # as at the middle of the nearest pixel of its ink, between them in between
    inside = min(max(at_q8, 128), (side << 8) - 128)
    t = (inside << 9) // side - 65536
    return bend_at(moves[3 * k : 3 * k + 3], t, side, wave_side(k, width, height))
