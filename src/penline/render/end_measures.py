"""What thinning has left of a letter, measured: its length, its tone, its ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled
from penline.render.letter_ends import DOTTED, direction
from penline.thinning import nearest_paper, walk

__all__ = [
    "END_WORDS",
    "furthest",
    "ink_level",
    "keep_body",
    "line_length",
    "measure_end",
    "tone_at",
]

THERE, X, Y, AHEAD_X, AHEAD_Y, INNER_X, INNER_Y, RADIUS, TONE = range(9)
END_WORDS = 9
"""Of an end: 0 for none, 1, or 2 at the top of a letter that is left high, and at the shoulder of
one that is entered there; its place; the direction out of the letter or into it; a place of its
stroke further inside; half of the stroke's breadth; its tone."""


@compiled
def ink_level(ink: Any) -> int:
    """The 90th percentile of the pixels that hold ink; 0 where none does."""
    counts = np.zeros(256, np.int64)
    for value in ink:
        counts[value] += 1
    left = (ink.size - counts[0] + 9) // 10
    level = 255
    while level > 0 and counts[level] < left:
        left -= counts[level]
        level -= 1
    return level


@compiled
def tone_at(ink: Any, row: int, column: int, width: int) -> float:
    """Mean ink of a pixel and of those beside it.

    Args:
        ink: ``uint8 (height * width,)``.
        row: of the pixel.
        column: likewise.
        width: px.
    """
    at, count = row * width + column, 1.0
    total = float(ink[at])
    if column > 0:
        total, count = total + ink[at - 1], count + 1.0
    if column < width - 1:
        total, count = total + ink[at + 1], count + 1.0
    if at >= width:
        total, count = total + ink[at - width], count + 1.0
    if at + width < ink.size:
        total, count = total + ink[at + width], count + 1.0
    return float(total / count)


@compiled
def line_length(flat: Any, left: Any, width: int) -> float:
    """How long the lines of pixels are that thinning has left, px.

    Args:
        flat: ``uint8 (pixels,)``.
        left: ``int64 (n,)``: where they may lie.
        width: of a row.
    """
    length = 0.0
    for at in left:
        if not flat[at]:
            continue
        right, below, before = flat[at + 1], flat[at + width], flat[at - 1]
        length += float(right) + float(below)
        if flat[at + width + 1] and not (right or below):
            length += 1.4142
        if flat[at + width - 1] and not (before or below):
            length += 1.4142
    return length


@compiled
def keep_body(flat: Any, left: Any, width: int, height: int, kind: int) -> None:
    """Take away what thinning has left of dots: pieces that are small, or stand high on i and j.

    Args:
        flat: ``uint8 (pixels,)``, changed.
        left: ``int64 (n,)``: where its pixels lie.
        width: of a row.
        height: of the letter, px.
        kind: what the letter is like.
    """
    pieces = np.zeros(flat.size, np.int64)
    stack = np.empty(left.shape[0], np.int64)
    late = np.empty(left.shape[0], np.bool_)
    count = bodies = 0
    for start in left:
        if pieces[start]:
            continue
        count += 1
        pieces[start], stack[0], waiting = count, start, 1
        top = bottom = start // width
        first = last = start % width
        while waiting:
            waiting -= 1
            at = stack[waiting]
            row, column = at // width, at % width
            top, bottom = min(top, row), max(bottom, row)
            first, last = min(first, column), max(last, column)
            for step in (-width - 1, -width, 1 - width, -1, 1, width - 1, width, width + 1):
                if flat[at + step] and pieces[at + step] == 0:
                    pieces[at + step] = count
                    stack[waiting] = at + step
                    waiting += 1
        wide, tall = last - first, bottom - top
        small = 4 * max(wide, tall) < height
        dot = kind & DOTTED and 5 * tall < 2 * height and 20 * bottom < 9 * height
        late[count - 1] = small or dot
        bodies += not late[count - 1]
    if bodies:
        for at in left:
            flat[at] = not late[pieces[at] - 1]


@compiled
def measure_end(
    flat: Any, start: int, whole: Any, ink: Any, usual: float, path: Any, end: Any
) -> None:
    """Fill in an end of a line of pixels.

    Args:
        flat: ``uint8 (pixels,)``: what thinning has left.
        start: where the end lies.
        whole: ``uint8 (height, width)``: the ink as a mask, paper around it.
        ink: ``uint8 ((height - 2) * (width - 2),)``.
        usual: half of the breadth of the letter's strokes, px.
        path: ``int64 (n,)``: room for a walk.
        end: ``float64 (END_WORDS,)``, filled in but for `THERE`: px, and the direction outwards.
    """
    width = whole.shape[1]
    count, _ = walk(flat, start, width, path)
    near, far, inner = 0, 0, 0
    length = before = 0.0
    radii = tones = taken = 0.0
    for k in range(count):
        row, column = path[k] // width, path[k] % width
        if k > 0:
            straight = abs(path[k] - path[k - 1]) in (1, width)
            length += 1.0 if straight else 1.4142
        if length <= 0.6 * usual:
            near, before = k, length
        if length <= 0.6 * usual + max(2.6 * usual, 3.0):
            far = k
        if length <= 2.5 * usual + 1.0:
            inner = k
        if 1.2 * usual <= length <= 4.5 * usual + 1.0:
            radii += nearest_paper(whole, row, column) + 0.25
            tones += tone_at(ink, row - 1, column - 1, width - 2)
            taken += 1.0
    if taken == 0.0:
        radii, taken = usual, 1.0
        tones = tone_at(ink, start // width - 1, start % width - 1, width - 2)
    x, y = float(path[near] % width) - 0.5, float(path[near] // width) - 0.5
    dx, dy = direction(
        float(path[near] % width - path[far] % width),
        float(path[near] // width - path[far] // width),
    )
    end[X], end[Y] = x + dx * before, y + dy * before
    end[AHEAD_X], end[AHEAD_Y] = dx, dy
    end[INNER_X], end[INNER_Y] = path[inner] % width - 0.5, path[inner] // width - 0.5
    end[RADIUS] = min(max(radii / taken, 0.5 * usual), 1.5 * usual)
    end[TONE] = tones / taken


@compiled
def furthest(
    flat: Any, left: Any, width: int, zone: Any, across: float, down: float, end: Any
) -> bool:
    """Fill in the place of the line's pixel that lies furthest to a side; False for none.

    Args:
        flat: ``uint8 (pixels,)``: what thinning has left.
        left: ``int64 (n,)``: where its pixels lie.
        width: of a row.
        zone: first and last y that count, px.
        across: the side, to the right.
        down: likewise.
        end: ``float64 (END_WORDS,)``: place and place inside are filled in.
    """
    best = -1e18
    for at in left:
        x, y = float(at % width) - 0.5, float(at // width) - 0.5
        if flat[at] and zone[0] <= y <= zone[1] and across * x + down * y > best:
            best = across * x + down * y
            end[X], end[Y], end[INNER_X], end[INNER_Y] = x, y, x, y
    return best > -1e18
