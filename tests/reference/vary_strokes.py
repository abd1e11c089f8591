"""The kernel of `penline.compose.transform.vary_strokes` in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reference.randomness import bell_q16

__all__ = ["vary_strokes"]

Ints = npt.NDArray[np.int64]


def vary_strokes(
    points: Ints,
    ends: Ints,
    owners: Ints,
    items: Any,
    words: Any,
    strengths_q16: Ints,
    deviations_q16: Ints,
) -> Ints:
    """See `vary_strokes.vary_strokes`."""
    out = points.tolist()
    of_glyphs = words[: 4 * len(items)].reshape(-1, 4)
    of_strokes = words[4 * len(items) :].reshape(-1, 8)
    deviations = deviations_q16.tolist()
    kinds = [0] * 4 + [1] * 4 + [2] * 2 + [3] * 2
    first = 0
    for stroke, (end, item) in enumerate(zip(ends.tolist(), owners.tolist(), strict=True)):
        chance = [*of_glyphs[item].tolist(), *of_strokes[stroke].tolist()]
        moves = [
            int(bell_q16(word)) * deviations[kind] // 37837 * int(strengths_q16[item]) >> 16
            for word, kind in zip(chance, kinds, strict=True)
        ]
        glyph, own = (np.array(moves[at : at + 4]).reshape(2, 2) for at in (0, 4))
        x_height = int(items["em_px"][item] * 256) * 115 >> 8
        path = points[first:end]
        middle = (path.min(0) + path.max(0)) // 2
        along = np.concatenate([[0], np.abs(np.diff(path, axis=0)).sum(1).cumsum()])
        centre = np.array([items["width_px"][item], items["height_px"][item]]) * 128
        for k, place in enumerate(path):
            t = (int(along[k]) << 16) // max(int(along[-1]), 1)
            wave = (4 * t * (65536 - t) >> 16) - round(65536 * 2 / 3)
            bend = [moves[8 + axis] + (moves[10 + axis] * wave >> 16) for axis in range(2)]
            moved = place + (own @ (place - middle) >> 16)
            moved = moved + np.array([one * x_height >> 16 for one in bend])
            out[first + k] = (moved + (glyph @ (moved - centre) >> 16)).tolist()
        first = end
    return np.array(out, np.int64).reshape(-1, 2)
