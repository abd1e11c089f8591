"""The kernel of `penline.compose.transform.vary_strokes` in plain Python."""

from __future__ import annotations

from math import isqrt
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
    kinds: Ints,
    deviations_q16: Ints,
) -> Ints:
    """See `vary_strokes.vary_strokes`."""
    chance = words.tolist()

    def moves_of(at: int, deviations: list[int], strength: int) -> list[int]:
        return [
            int(bell_q16(word)) * deviation // 37837 * strength >> 16
            for word, deviation in zip(chance[at:], deviations, strict=False)
        ]

    def scaled(numbers: list[int], deviation: int) -> list[int]:
        """Numbers of this root mean square."""
        root = isqrt(sum(one * one for one in numbers) // len(numbers))
        return [one * deviation // max(root, 1) for one in numbers]

    out = points.tolist()
    first = 0
    for stroke, (end, item) in enumerate(zip(ends.tolist(), owners.tolist(), strict=True)):
        strength = int(strengths_q16[item])
        of_map, of_bend, *of_strokes = deviations_q16[kinds[item]].tolist()
        of_stroke = [of_strokes[0]] * 4 + [of_strokes[1]] * 2 + [of_strokes[2]] * 2
        glyph = [int(bell_q16(word)) for word in chance[10 * item : 10 * item + 10]]
        glyph = scaled(glyph[:4], of_map * strength >> 16) + scaled(
            glyph[4:], of_bend * strength >> 16
        )
        own = moves_of(10 * len(items) + 8 * stroke, of_stroke, strength)
        straight, own_map = np.array(glyph[:4]).reshape(2, 2), np.array(own[:4]).reshape(2, 2)
        bend = np.clip(glyph[4:], -(1 << 14), 1 << 14).reshape(2, 3)
        x_height = int(items["em_px"][item] * 256) * 115 >> 8
        half = np.array([items["width_px"][item], items["height_px"][item]]).astype(int) * 128
        reach = max(*half.tolist(), 1)
        path = points[first:end]
        middle = (path.min(0) + path.max(0)) // 2
        along = np.concatenate([[0], np.abs(np.diff(path, axis=0)).sum(1).cumsum()])
        for k, place in enumerate(path):
            t = (int(along[k]) << 16) // max(int(along[-1]), 1)
            wave = (4 * t * (65536 - t) >> 16) - round(65536 * 2 / 3)
            moved = place + (own_map @ (place - middle) >> 16)
            moved += [
                (own[4 + axis] + (own[6 + axis] * wave >> 16)) * x_height >> 16 for axis in (0, 1)
            ]
            part = (place - half) * (2**32 // reach) >> 16
            u, v = np.clip(part, -65536, 65536).tolist()
            third = 65536 // 3
            products = np.array([(u * u >> 16) - third, u * v >> 16, (v * v >> 16) - third])
            bent = (bend @ products >> 16) * reach
            out[first + k] = (moved + (straight @ (moved - half) + bent >> 16)).tolist()
        first = end
    return np.array(out, np.int64).reshape(-1, 2)
