"""Where a hand leaves a letter, and where it enters it.

A letter is left where its body ends: its last stroke that is no dot, no bar and ends on the right,
at its top or hanging below the line. It is entered where its body begins, if that lies on the left.
What begins on the right and goes over the top to the left (a, c, d, g, o, q, s) is entered at its
shoulder, from where the pen goes back over the arch to the beginning; what ends on the left after
a bow (b, p, s) is left at its heel, to where the pen goes back. A bar is left by its end where the
body has none. Only ``+ - * /`` and ``sqrt`` of float64 decide.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled

__all__ = [
    "ANYWHERE",
    "ARCHED",
    "BARRED",
    "BOWED",
    "CROSSED",
    "DOTTED",
    "END",
    "HANGING",
    "LEFT_HIGH",
    "TALL",
    "TAPER",
    "direction",
    "find_ends",
    "kind_of_letter",
    "path_lengths",
    "reach_of",
]

LEFT_HIGH, DOTTED, BARRED, ARCHED, ANYWHERE, BOWED, CROSSED = 1, 2, 4, 8, 16, 32, 64
"""What a letter is like: left at its top; with a dot; with a bar; begun by an arch to the left.
A Chinese character is left and entered wherever it ends and begins. Of pictures: ended by a bow to
the left; begun by a bar across it."""
_LIKE = (
    *((LEFT_HIGH, "bovwr"), (DOTTED, "ij"), (BARRED, "ft"), (ARCHED, "acdgoqs")),
    *((BOWED, "bps"), (CROSSED, "e")),
)

END = np.dtype(
    [
        ("unit", np.float64),  # x-height, 1/256 px; 0: never joined
        ("line", np.float64),  # y of the writing line
        ("exit_at", np.int64),  # last node of the stroke that it is left by; -1: none
        ("exit_x", np.float64),
        ("exit_y", np.float64),
        ("exit_dx", np.float64),  # direction there, of length 1
        ("exit_dy", np.float64),
        ("exit_radius", np.float64),  # of the stroke before it thins out
        ("exit_tone", np.float64),
        ("kept", np.float64),  # how much of the stroke is left before it turns into the join
        ("back", np.float64),  # how far the pen goes back from its end to its heel; 0: not
        ("reach", np.float64),  # how far to the right the next may begin
        ("high", np.int64),  # 1: it is left at its top
        ("entry_at", np.int64),  # first node of the stroke that it is entered by; -1: none
        ("entry_x", np.float64),
        ("entry_y", np.float64),
        ("entry_dx", np.float64),
        ("entry_dy", np.float64),
        ("entry_radius", np.float64),
        ("entry_tone", np.float64),
        ("along", np.float64),  # how far along the stroke its shoulder is; 0: its first point
        ("exit_inner_x", np.float64),  # of pictures: a point of the stroke further inside
        ("exit_inner_y", np.float64),
        ("entry_inner_x", np.float64),
        ("entry_inner_y", np.float64),
    ]
)
"""Where a letter is left and entered: one record an item."""

_TANGENT, _TRIM, TAPER = 0.15, 0.22, 0.4
"""Lengths along a stroke, in x-heights: where its direction is taken; what of an end that goes
straight down gives way to the turn; where its breadth is taken, behind the taper."""
_ASIDE, _TOP_ASIDE = 0.15, 0.35
"""How far left of its middle a letter may end, and right of it begin; and end at its top."""
HANGING = 0.3
"""An end this far below the writing line is the tail of a descender."""
_HIGH, TALL = 0.45, 1.4
"""Above the writing line: ends of letters that are left high; beginnings of tall letters."""
_REACH, _REACH_CHINESE = 2.2, 3.0
"""From an end to the next beginning, to the right, at most."""
_STEP, _LOOKED = 0.06, 1.6
"""Between the places of an arch that are looked at for its shoulder or heel, and how far on it may
be."""


def kind_of_letter(letter: str) -> int:
    """Tell what a small Latin letter is like."""
    return sum(kind for kind, letters in _LIKE if letter in letters)


@compiled
def path_lengths(nodes: Any) -> Any:
    """How far along its stroke each node is: ``float64 (nodes,)``."""
    reached = np.zeros(nodes.shape[0])
    for k in range(1, nodes.shape[0]):
        if nodes[k, 4] == 1:
            dx, dy = float(nodes[k, 0] - nodes[k - 1, 0]), float(nodes[k, 1] - nodes[k - 1, 1])
            reached[k] = reached[k - 1] + np.sqrt(dx * dx + dy * dy)
    return reached


@compiled
def _along(
    nodes: Any, reached: Any, first: int, last: int, length: float
) -> tuple[float, float, float, float]:
    """The point of a stroke so far from its first node: x, y, radius, tone."""
    length = max(length, 0.0)
    for k in range(first, last):
        if reached[k + 1] > length:
            t = (length - reached[k]) / (reached[k + 1] - reached[k])
            dx, dy = float(nodes[k + 1, 0] - nodes[k, 0]), float(nodes[k + 1, 1] - nodes[k, 1])
            radius = nodes[k, 2] + (nodes[k + 1, 2] - nodes[k, 2]) * t
            tone = nodes[k, 3] + (nodes[k + 1, 3] - nodes[k, 3]) * t
            return nodes[k, 0] + dx * t, nodes[k, 1] + dy * t, radius, tone
    x, y, radius, tone = nodes[last, 0], nodes[last, 1], nodes[last, 2], nodes[last, 3]
    return float(x), float(y), float(radius), float(tone)


@compiled
def reach_of(kind: int) -> float:
    """How far to the right of an end the next letter may begin, x-heights.

    Args:
        kind: what the letter is like.
    """
    return _REACH_CHINESE if kind == ANYWHERE else _REACH


@compiled
def direction(x: float, y: float) -> tuple[float, float]:
    """A direction of length 1; to the right where there is none."""
    length = np.sqrt(x * x + y * y)
    if length == 0.0:
        return 1.0, 0.0
    return x / length, y / length


@compiled
def _box(nodes: Any, first: int, last: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the nodes from first to last."""
    left, right = nodes[first, 0], nodes[first, 0]
    top, bottom = nodes[first, 1], nodes[first, 1]
    for k in range(first + 1, last + 1):
        left, right = min(left, nodes[k, 0]), max(right, nodes[k, 0])
        top, bottom = min(top, nodes[k, 1]), max(bottom, nodes[k, 1])
    return float(left), float(top), float(right), float(bottom)


@compiled
def _is_late(nodes: Any, first: int, last: int, top: float, high: float, kind: int) -> bool:
    """Whether a stroke of a letter is a dot or a bar, which comes after the word.

    Args:
        nodes: the letter's.
        first: the stroke's first node.
        last: its last.
        top: of the letter.
        high: height of the letter.
        kind: what the letter is like.
    """
    left, above, right, below = _box(nodes, first, last)
    wide, tall = right - left, below - above
    if max(wide, tall) < 0.25 * high:
        return True
    if kind & DOTTED and tall < 0.4 * high and below < top + 0.45 * high:
        return True
    return bool(kind & BARRED and wide > 1.5 * tall and tall < 0.35 * high)


@compiled
def find_ends(nodes: Any, reached: Any, starts: Any, kinds: Any, ends: Any) -> None:
    """Find where a hand leaves letters, and where it enters them.

    Args:
        nodes: ``int64 (nodes, 5)``: x, y, radius in 1/256 px, tone, and 1 where the node goes on
            from the one before it, 0 where a stroke begins; item after item. Where a dot or a bar
            begins -1 is filled in.
        reached: ``float64 (nodes,)``: as `path_lengths` gives it.
        starts: ``int64 (items + 1,)``: where each item's begin.
        kinds: ``int64 (items,)``: what each letter is like; below 0: it is never joined.
        ends: records of `END`, ``(items,)``: x-height and line of each are there, the rest is
            filled in.
    """
    for i in range(starts.shape[0] - 1):
        end = ends[i]
        end.exit_at = end.entry_at = -1
        end.reach = reach_of(kinds[i]) * end.unit
        unit = end.unit
        if unit == 0.0:
            continue
        start, stop = starts[i], starts[i + 1]
        _, top, _, bottom = _box(nodes, start, stop - 1)
        strokes = 0
        for k in range(start, stop):
            strokes += nodes[k, 4] != 1
        left, right = 1e18, -1e18
        entered = False
        for of_body in range(2):
            first = start
            while first < stop:
                last = first
                while last + 1 < stop and nodes[last + 1, 4] == 1:
                    last += 1
                whole = strokes == 1 or kinds[i] == ANYWHERE
                late = not whole and _is_late(nodes, first, last, top, bottom - top, kinds[i])
                if of_body and not late:
                    if not entered:
                        _enter(nodes, reached, first, last, 0.5 * (left + right), kinds[i], end)
                    entered = True
                    _leave(nodes, reached, first, last, 0.5 * (left + right), kinds[i], end)
                elif late:
                    nodes[first, 4] = -1
                else:
                    box = _box(nodes, first, last)
                    left, right = min(left, box[0]), max(right, box[2])
                first = last + 1
        if end.exit_at < 0 and kinds[i] & BARRED and entered:
            _leave_by_bar(nodes, reached, start, stop, 0.5 * (left + right), end)


@compiled
def _leave_by_bar(nodes: Any, reached: Any, start: int, stop: int, middle: float, end: Any) -> None:
    """Fill in how a letter is left by its last stroke to the right."""
    last = stop - 1
    first = last
    while first > start and nodes[first, 4] == 1:
        first -= 1
    if float(nodes[last, 0]) > max(middle, float(nodes[first, 0])):
        _fill_exit(nodes, reached, first, last, 0.0, 0.0, LEFT_HIGH, end)


@compiled
def _bow(
    nodes: Any, reached: Any, first: int, last: int, ahead: int, middle: float, unit: float
) -> tuple[float, float, float, float, float]:
    """Find where a bow turns that a stroke begins with to the left, or ends with from the right.

    Args:
        nodes: of all letters.
        reached: of all nodes.
        first: the stroke's first node.
        last: its last.
        ahead: 1: its beginning is looked at; -1: its end, backwards, all turned about.
        middle: of the letter.
        unit: x-height.

    Returns:
        How far from the beginning or the end the bow turns down, or back; 0 for nowhere; x, y and
        the direction of a join there.
    """
    total = reached[last]
    end_x = float(nodes[first if ahead > 0 else last, 0])
    step, along = _STEP * unit, 0.0
    while along + step < min(total, _LOOKED * unit):
        along += step
        here = along if ahead > 0 else total - along
        ax, ay, _, _ = _along(nodes, reached, first, last, here - step)
        x, y, _, _ = _along(nodes, reached, first, last, here)
        bx, by, _, _ = _along(nodes, reached, first, last, here + step)
        # as if it began on the right and went to the left over the top
        dx, dy, away = bx - ax, by - ay, ahead * (x - end_x)
        if away > 0.2 * unit:
            break
        turned = dx > 0.0 or (dy > -dx and ahead * (x - middle) <= 0.1 * unit)
        if turned and away < -0.1 * unit:
            dx, dy = direction(-dx, -dy)
            if dx < 0.3:
                dx, dy = direction(0.5, -0.8)
            return along, x, y, dx, dy
    return 0.0, 0.0, 0.0, 0.0, 0.0


@compiled
def _leave(
    nodes: Any, reached: Any, first: int, last: int, middle: float, kind: int, end: Any
) -> None:
    """Fill in where and how a letter is left, by the end of a stroke, if it can be left there."""
    unit = end.unit
    x, y = float(nodes[last, 0]), float(nodes[last, 1])
    high = kind & LEFT_HIGH and end.line - y > _HIGH * unit
    hangs = y > end.line + HANGING * unit
    aside = _TOP_ASIDE if high else _ASIDE
    if kind == ANYWHERE or hangs or x >= middle - aside * unit:
        total = reached[last]
        before_x, before_y, _, _ = _along(nodes, reached, first, last, total - _TANGENT * unit)
        _, dy = direction(x - before_x, y - before_y)
        trims = dy > 0.5 and not (kind == ANYWHERE or high or hangs)
        trim = _TRIM * unit if trims and total > 2.0 * _TRIM * unit else 0.0
        _fill_exit(nodes, reached, first, last, trim, 0.0, LEFT_HIGH if high else 0, end)
        return
    back, x, y, dx, dy = _bow(nodes, reached, first, last, -1, middle, unit)
    if back > 0.0:
        _fill_exit(nodes, reached, first, last, 0.0, back, 0, end)
        end.exit_x, end.exit_y, end.exit_dx, end.exit_dy = x, y, dx, dy


@compiled
def _fill_exit(
    nodes: Any, reached: Any, first: int, last: int, trim: float, back: float, high: int, end: Any
) -> None:
    """Fill in how a letter is left by the end of a stroke.

    Args:
        nodes: of all letters.
        reached: of all nodes.
        first: the stroke's first node.
        last: its last.
        trim: how much of its end gives way to the join.
        back: how far the pen goes back from its end.
        high: not 0: it is left at its top, over to the right and a little down.
        end: filled in.
    """
    unit = end.unit
    kept = reached[last] - trim
    x, y, _, _ = _along(nodes, reached, first, last, kept)
    before_x, before_y, _, _ = _along(nodes, reached, first, last, kept - _TANGENT * unit)
    dx, dy = direction(x - before_x, y - before_y)
    if high:
        dx, dy = direction(0.5 * dx + 0.8, 0.5 * dy + 0.35)
    _, _, radius, tone = _along(nodes, reached, first, last, kept - TAPER * unit)
    end.exit_at, end.kept, end.back, end.high = last, kept, back, 1 if high else 0
    end.exit_x, end.exit_y, end.exit_dx, end.exit_dy = x, y, dx, dy
    end.exit_radius, end.exit_tone = radius, tone


@compiled
def _enter(
    nodes: Any, reached: Any, first: int, last: int, middle: float, kind: int, end: Any
) -> None:
    """Fill in where and how a letter is entered, by the first stroke of its body."""
    unit = end.unit
    x, y = float(nodes[first, 0]), float(nodes[first, 1])
    ahead_x, ahead_y, _, _ = _along(nodes, reached, first, last, _TANGENT * unit)
    dx, dy = direction(ahead_x - x, ahead_y - y)
    along = 0.0
    if kind != ANYWHERE and (x > middle + _ASIDE * unit or (kind & ARCHED and dx < -0.2)):
        along, x, y, dx, dy = _bow(nodes, reached, first, last, 1, middle, unit)
        if along == 0.0:
            return
    elif dy > 0.2 and kind != ANYWHERE:  # down from its top: the pen comes up to there
        dx, dy = direction(0.55, -0.85)
        if end.line - y > TALL * unit:
            dx, dy = direction(-0.15, -1.0)
    _, _, radius, tone = _along(nodes, reached, first, last, along + TAPER * unit)
    end.entry_at, end.along = first, along
    end.entry_x, end.entry_y, end.entry_dx, end.entry_dy = x, y, dx, dy
    end.entry_radius, end.entry_tone = radius, tone
