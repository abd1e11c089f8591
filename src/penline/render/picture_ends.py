"""Where a hand leaves a letter that came as a picture, and where it enters it.

The ink is thinned; its ends are the ends of what is left, those that are no longer than the stroke
is broad left out, which only mean that it has corners. Which of them a letter is left and entered
by goes by the letter, as `penline.render.letter_ends` decides it for strokes; what begins or ends
with a bow is entered or left where the bow goes up at 45 degrees. Only ``+ - * /`` and ``sqrt`` of
float64 decide.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled
from penline.render.end_measures import (
    AHEAD_X,
    AHEAD_Y,
    END_WORDS,
    INNER_X,
    INNER_Y,
    RADIUS,
    THERE,
    TONE,
    X,
    Y,
    furthest,
    ink_level,
    keep_body,
    line_length,
    measure_end,
    tone_at,
)
from penline.render.letter_ends import (
    ANYWHERE,
    ARCHED,
    BARRED,
    BOWED,
    CROSSED,
    HANGING,
    LEFT_HIGH,
    TALL,
    direction,
)
from penline.thinning import (
    LONGEST_PX,
    LONGEST_WALK,
    is_inside,
    nearest_paper,
    prune,
    shrink_ink,
    thin,
)

__all__ = [
    "END_WORDS",
    "PLACE_Q",
    "RADIUS_Q",
    "WAY_Q",
    "find_picture_ends",
]

PLACE_Q, WAY_Q, RADIUS_Q = 8, 16384, 16
"""Units of an end: 1/8 px, 1/16384, 1/16 px."""

_MOST_ENDS = 24
_LEAST_UNIT = 4.0
"""Letters of less x-height, px, have no ends."""
_TRIM = 0.18
"""How far up an end that goes straight down is left, for the turn of the join, x-heights."""
_THINNEST, _BROADEST = 0.6, 1.15
"""What ink that fades to its edges makes of a stroke's breadth."""
_LEVEL = 0.4
"""Ink counts from this share of the glyph's level on."""


@compiled
def find_picture_ends(
    ink: Any, height: int, width: int, kind: int, high: float, below: float, out: Any
) -> None:
    """Find where a letter is left and where it is entered.

    Args:
        ink: ``uint8 (height * width,)``.
        height: px, 1 to `MAX_GLYPH_PX`.
        width: likewise.
        kind: what the letter is like, see `penline.render.letter_ends`.
        high: how high it should be, x-heights; 0 of Chinese characters.
        below: how far it should reach below the line, likewise.
        out: ``int16 (2, END_WORDS)``, filled in: how it is left, and how entered.
    """
    out[:] = 0
    small = np.empty(LONGEST_PX * LONGEST_PX, np.uint8)
    block, tall, wide = shrink_ink(ink, height, width, small)
    small = small[: tall * wide]
    least = max(_LEVEL * ink_level(small), 1.0)
    mask = np.zeros((tall + 2, wide + 2), np.uint8)
    for y in range(tall):
        for x in range(wide):
            mask[y + 1, x + 1] = small[y * wide + x] >= least
    whole, flat = mask.copy(), mask.reshape(-1)
    left = thin(mask)
    if left.shape[0] < 2:
        return
    path = np.empty(LONGEST_WALK, np.int64)
    if kind != ANYWHERE:
        keep_body(flat, left, wide + 2, tall, kind)
    prune(flat, left, whole, path)
    usual = tone = count = 0.0
    first, last = wide + 2, 0
    for at in left:
        if flat[at]:
            row, column = at // (wide + 2), at % (wide + 2)
            first, last = min(first, column), max(last, column)
            usual += nearest_paper(whole, row, column) + 0.25
            tone += tone_at(small, row - 1, column - 1, wide)
            count += 1.0
    if count < 2.0:
        return
    usual, tone = usual / count, tone / count
    unit, line = float(tall), float(tall)
    if high > 0.0:
        unit = (tall - 2.0 * usual) / high
        line = tall - usual - below * unit
        if unit < _LEAST_UNIT:
            return
    ends, found = np.zeros((_MOST_ENDS, END_WORDS)), 0
    for at in left:
        if flat[at] and found < _MOST_ENDS and not is_inside(flat, at, wide + 2):
            measure_end(flat, at, whole, small, usual, path, ends[found])
            found += 1
    ends = ends[:found]
    # as broad as strokes are that have as much ink in all
    mass = 2.0 * usual * tone * (line_length(flat, left, wide + 2) + 0.8 * usual * found)
    share = min(max(float(small.sum()) / mass, _THINNEST), _BROADEST)
    ends[:, RADIUS] *= share
    usual *= share
    middle = 0.5 * (first + last) - 0.5
    way = np.zeros(END_WORDS)
    way[RADIUS], way[TONE] = usual, tone
    zone = (line - 1.15 * unit, line + 0.1 * unit)
    exit_, entry = way.copy(), way.copy()
    if kind == ANYWHERE:
        _leave_anywhere(ends, exit_, entry)
    else:
        _leave(ends, middle, unit, line, kind, exit_)
        closed = exit_[THERE] == 0.0 and kind & ARCHED and kind & LEFT_HIGH
        if closed and furthest(flat, left, wide + 2, zone, 0.5, -0.87, exit_):
            exit_[THERE], exit_[AHEAD_X], exit_[AHEAD_Y] = 2.0, 0.92, 0.39
        bowed = exit_[THERE] == 0.0 and kind & BOWED
        if bowed and furthest(flat, left, wide + 2, zone, 1.0, 1.0, exit_):
            exit_[THERE], exit_[AHEAD_X], exit_[AHEAD_Y] = 1.0, 0.75, -0.66
        if kind & ARCHED:
            if furthest(flat, left, wide + 2, zone, -1.0, -1.0, entry):
                entry[THERE], entry[AHEAD_X], entry[AHEAD_Y] = 2.0, 0.71, -0.71
        else:
            _enter(ends, middle, unit, line, kind, entry)
        if entry[THERE] == 0.0 and kind & CROSSED:
            zone = (line - 0.75 * unit, line - 0.3 * unit)
            if furthest(flat, left, wide + 2, zone, -1.0, 0.0, entry):
                entry[THERE], entry[AHEAD_X], entry[AHEAD_Y] = 2.0, 0.94, -0.34
    _pack(exit_, block, height, width, out[0])
    _pack(entry, block, height, width, out[1])


@compiled
def _pack(end: Any, block: int, height: int, width: int, out: Any) -> None:
    """Fill in the words of an end, in pixels of the whole glyph, and within it."""
    if end[THERE] == 0.0:
        return
    for k in range(END_WORDS):
        value = end[k]
        if k in (X, INNER_X):
            value = min(max(value * block, 0.0), float(width)) * PLACE_Q
        elif k in (Y, INNER_Y):
            value = min(max(value * block, 0.0), float(height)) * PLACE_Q
        elif k in (AHEAD_X, AHEAD_Y):
            value = value * WAY_Q
        elif k == RADIUS:
            value = value * block * RADIUS_Q
        out[k] = np.int16(min(max(np.floor(value + 0.5), -32768.0), 32767.0))


@compiled
def _leave_anywhere(ends: Any, exit_: Any, entry: Any) -> None:
    """Fill in how a Chinese character is left and entered: its last end to the lower right, and
    its first to the upper left."""
    for k in range(ends.shape[0]):
        if exit_[THERE] == 0.0 or ends[k, X] + ends[k, Y] > exit_[X] + exit_[Y]:
            exit_[:] = ends[k]
            exit_[THERE] = 1.0
        if entry[THERE] == 0.0 or ends[k, X] + ends[k, Y] < entry[X] + entry[Y]:
            entry[:] = ends[k]
            entry[THERE] = 1.0
    entry[AHEAD_X], entry[AHEAD_Y] = -entry[AHEAD_X], -entry[AHEAD_Y]


@compiled
def _is_bar(end: Any, unit: float, line: float, kind: int) -> bool:
    """Whether an end is one of a bar, above the middle of a letter that has one."""
    level = abs(end[AHEAD_Y]) < 0.45 * abs(end[AHEAD_X])
    return bool(kind & BARRED and level and line - end[Y] > 0.45 * unit)


@compiled
def _leave(ends: Any, middle: float, unit: float, line: float, kind: int, exit_: Any) -> None:
    """Fill in by which of its ends a letter is left, if by any.

    Args:
        ends: ``float64 (ends, END_WORDS)``.
        middle: of the letter, px.
        unit: x-height, px.
        line: y of the writing line.
        kind: what the letter is like.
        exit_: ``float64 (END_WORDS,)``, filled in.
    """
    for k in range(ends.shape[0]):
        x, y, dx, dy = ends[k, X], ends[k, Y], ends[k, AHEAD_X], ends[k, AHEAD_Y]
        up = line - y
        if kind & LEFT_HIGH:
            usable = x >= middle - 0.35 * unit and 0.45 * unit < up < TALL * unit and dx > -0.5
            better = x > exit_[X]
        elif _is_bar(ends[k], unit, line, kind):
            continue
        else:
            hangs = -up > HANGING * unit
            # a tail that has turned; one that goes straight down is no end to go on from
            usable = (hangs and dy < 0.6) or (
                x >= middle - 0.15 * unit and not hangs and up <= 0.55 * unit
            )
            better = x + y > exit_[X] + exit_[Y]
        if usable and (exit_[THERE] == 0.0 or better):
            exit_[:] = ends[k]
            exit_[THERE] = 2.0 if kind & LEFT_HIGH else 1.0
    if exit_[THERE] == 0.0 and kind & BARRED:
        for k in range(ends.shape[0]):
            right = ends[k, X] > middle and ends[k, AHEAD_X] > 0.0
            if right and _is_bar(ends[k], unit, line, kind):
                exit_[:] = ends[k]
                exit_[THERE] = 2.0
    dx, dy = exit_[AHEAD_X], exit_[AHEAD_Y]
    if exit_[THERE] == 2.0:
        exit_[AHEAD_X], exit_[AHEAD_Y] = direction(0.5 * dx + 0.8, 0.5 * dy + 0.35)
    elif exit_[THERE] == 1.0 and dy > 0.5 and exit_[Y] <= line + HANGING * unit:
        exit_[X], exit_[Y] = exit_[X] - _TRIM * unit * dx, exit_[Y] - _TRIM * unit * dy
        exit_[AHEAD_X], exit_[AHEAD_Y] = direction(dx + 0.35, dy)


@compiled
def _enter(ends: Any, middle: float, unit: float, line: float, kind: int, entry: Any) -> None:
    """Fill in by which of its ends a letter is entered, if by any; arguments as of `_leave`."""
    for k in range(ends.shape[0]):
        x, y = ends[k, X], ends[k, Y]
        leads_in = ends[k, AHEAD_X] < -0.3 and x < middle - 0.15 * unit
        above = line - y > 0.35 * unit and x <= middle + 0.15 * unit
        if _is_bar(ends[k], unit, line, kind) or not (above or leads_in):
            continue
        if entry[THERE] == 0.0 or x + y < entry[X] + entry[Y]:
            entry[:] = ends[k]
            entry[THERE] = 1.0
    dx, dy = -entry[AHEAD_X], -entry[AHEAD_Y]
    if entry[THERE] and dy > 0.2:  # down from its top: the pen comes up to there
        dx, dy = direction(0.55, -0.85)
        if line - entry[Y] > TALL * unit:
            dx, dy = direction(-0.15, -1.0)
    entry[AHEAD_X], entry[AHEAD_Y] = dx, dy
