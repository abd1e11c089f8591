"""Bent glyphs from their definition: pixel after pixel, in whole numbers of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penline.characters import kind_of
from reference.compose import LETTERS
from reference.randomness import bell_q16

__all__ = ["item_strengths", "move_points", "vary_glyphs"]


def item_strengths(text: Sequence[str], usual: int, latin: int) -> list[int]:
    """See `transform.vary.item_strengths`."""
    names = ["" if one.isspace() else kind_of(one).name for one in text]
    return [latin if name in (*LETTERS, "digit") else usual for name in names]


def moved(place: int, side: int, unit: int, line: int, even: int, odd: int) -> int:
    """How far a point moves, 1/256 px; `place` counts pixels from the side's beginning."""
    place = min(max(place, 0), side - 1)  # the white beside it moves along with its end
    t = (2 * place + 1) * (2**32 // side) // 65536 - 65536
    square = t * t // 65536
    straight = (line * t // 65536) * side // 2
    wave = (even * (square - 21845) // 65536) + 2 * (
        odd * (t * square // 65536 - t * 39322 // 65536) // 65536
    )
    return (straight + wave * unit) // 256


def vary_glyphs(
    glyphs: Sequence[np.ndarray | None],
    words: Sequence[int],
    strengths: Sequence[int],
    deviations: Sequence[int],
) -> list[tuple[np.ndarray, int] | None]:
    """Bent glyphs and the white at each side; None for None."""
    found: list[tuple[np.ndarray, int] | None] = []
    for number, glyph in enumerate(glyphs):
        if glyph is None:
            found.append(None)
            continue
        height, width = glyph.shape
        own = words[12 * number : 12 * number + 12]
        moves = [
            (bell_q16(word) * deviation // 37837) * strengths[number] // 65536
            for word, deviation in zip(own, deviations, strict=True)
        ]
        if max(height, width) > 2048:
            moves = [0] * 12
        most = max(height, width)
        sides = [width, height, width, height]
        units = [width, min(most, height + height // 4), min(most, width + width // 4), height]

        def bend(k: int, place: int, sides=sides, units=units, moves=moves) -> int:
            return moved(place, sides[k], units[k], *moves[3 * k : 3 * k + 3])

        far = [max(abs(bend(k, place)) for place in range(sides[k])) for k in range(4)]
        pad = max(1 + (a + b + 255) // 256 for a, b in (far[:2], far[2:]))
        out = np.zeros((height + 2 * pad, width + 2 * pad), np.uint8)

        def at(y: int, x: int, glyph=glyph, height=height, width=width) -> int:
            return int(glyph[y, x]) if 0 <= y < height and 0 <= x < width else 0

        def column(y: int, u: int, at=at, bend=bend, width=width) -> int:
            """A column's ink, bent down, at a row; 1/256."""
            if not 0 <= u < width:
                return 0
            v, low = divmod(y * 256 + bend(2, u) + bend(3, y), 256)
            return at(v, u) * (256 - low) + at(v + 1, u) * low

        for y in range(-pad, height + pad):
            for x in range(-pad, width + pad):
                u, near = divmod(x * 256 + bend(0, x) + bend(1, y), 256)
                mixed = column(y, u) * (256 - near) + column(y, u + 1) * near
                out[y + pad, x + pad] = (mixed + 32768) >> 16
        found.append((out, pad))
    return found


def move_points(
    points: np.ndarray, size: tuple[int, int], words: Sequence[int], strength: int, usual: Any
) -> np.ndarray:
    """Where points of one glyph come to, px: those whose ink is taken from there, by bisection."""
    height, width = size
    moves = [
        (bell_q16(word) * deviation // 37837) * strength / 65536**2
        for word, deviation in zip(words, usual, strict=True)
    ]
    most = max(size)
    units = [width, min(most, height + height // 4), min(most, width + width // 4), height]

    def bend(k: int, place: float) -> float:
        side = height if k % 2 else width
        t = 2 * min(max(place, 0.5), side - 0.5) / side - 1
        line, even, odd = moves[3 * k : 3 * k + 3]
        return line * t * side / 2 + units[k] * (
            even * (t * t - 1 / 3) + 2 * odd * (t**3 - 0.6 * t)
        )

    def solve(wanted: float, comes_from: Callable[[float], float]) -> float:
        low, high = wanted - 2 * most, wanted + 2 * most
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if comes_from(middle) < wanted else (low, middle)
        return low

    found = []
    for u, v in points.tolist():
        y = solve(v, lambda place, u=u: place + bend(2, u) + bend(3, place))  # type: ignore[misc]
        x = solve(u, lambda place, y=y: place + bend(0, place) + bend(1, y))  # type: ignore[misc]
        found.append((x, y))
    return np.array(found)
