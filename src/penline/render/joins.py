"""The stroke from the end of one letter to the beginning of the next.

A letter is left where its body ends: its last stroke that is no dot, no bar and ends on the right,
or hanging below the line. It is entered where its body begins, if that lies on the left; what
begins on the right and goes over the top to the left (a, c, d, g, o, q, s) is entered at its
shoulder, from where the pen goes back over the arch to the beginning. Between the two runs a cubic
along both tangents. Points are whole numbers (1/256 px), and only ``+ - * /`` and ``sqrt`` of
float64 decide between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled

__all__ = [
    "ANYWHERE",
    "ARCHED",
    "BARRED",
    "DOTTED",
    "END",
    "LEFT_HIGH",
    "PIECES",
    "add_joins",
    "can_join",
    "find_ends",
]

LEFT_HIGH, DOTTED, BARRED, ARCHED, ANYWHERE = 1, 2, 4, 8, 16
"""What a letter is like: left at its top; with a dot; with a bar; begun by an arch to the left.
A Chinese character is left and entered wherever it ends and begins."""

PIECES = 12
"""Straight pieces of a join; half of them belong to either letter."""

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
        ("high", np.int64),  # 1: it is left at its top
        ("entry_at", np.int64),  # first node of the stroke that it is entered by; -1: none
        ("entry_x", np.float64),
        ("entry_y", np.float64),
        ("entry_dx", np.float64),
        ("entry_dy", np.float64),
        ("entry_radius", np.float64),
        ("entry_tone", np.float64),
        ("along", np.float64),  # how far along the stroke its shoulder is; 0: its first point
    ]
)
"""Where a letter is left and entered: one record an item."""

_TANGENT, _TRIM, _TAPER = 0.15, 0.22, 0.4
"""Lengths along a stroke, in x-heights: where its direction is taken; what of an end that goes
straight down gives way to the turn; where its breadth is taken, behind the taper."""
_ASIDE = 0.15
"""How far left of its middle a letter may end, and right of it begin."""
_HANGING = 0.3
"""An end this far below the writing line is the tail of a descender."""
_HIGH, _TALL = 0.45, 1.4
"""Above the writing line: ends of letters that are left high; beginnings of tall letters."""
_BACK, _FURTHEST = -0.4, 1.5
"""From an end to the next beginning, to the right, x-heights."""
_STEP, _LOOKED = 0.06, 1.6
"""Between the places of an arch that are looked at for its shoulder, and how far on it may be."""


@compiled
def _length(nodes: Any, first: int, last: int) -> float:
    """Length of a stroke from node to node."""
    total = 0.0
    for k in range(first, last):
        dx, dy = float(nodes[k + 1, 0] - nodes[k, 0]), float(nodes[k + 1, 1] - nodes[k, 1])
        total += np.sqrt(dx * dx + dy * dy)
    return total


@compiled
def _along(nodes: Any, first: int, last: int, length: float) -> tuple[float, float, float, float]:
    """The point of a stroke so far from its first node: x, y, radius, tone."""
    length = max(length, 0.0)
    for k in range(first, last):
        dx, dy = float(nodes[k + 1, 0] - nodes[k, 0]), float(nodes[k + 1, 1] - nodes[k, 1])
        piece = np.sqrt(dx * dx + dy * dy)
        if piece > length:
            t = length / piece
            radius = nodes[k, 2] + (nodes[k + 1, 2] - nodes[k, 2]) * t
            tone = nodes[k, 3] + (nodes[k + 1, 3] - nodes[k, 3]) * t
            return nodes[k, 0] + dx * t, nodes[k, 1] + dy * t, radius, tone
        length -= piece
    x, y, radius, tone = nodes[last, 0], nodes[last, 1], nodes[last, 2], nodes[last, 3]
    return float(x), float(y), float(radius), float(tone)


@compiled
def _unit(x: float, y: float) -> tuple[float, float]:
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
def find_ends(nodes: Any, starts: Any, kinds: Any, ends: Any) -> None:
    """Find where a hand leaves letters, and where it enters them.

    Args:
        nodes: ``int64 (nodes, 5)``: x, y, radius in 1/256 px, tone, and 1 where the node goes on
            from the one before it; item after item.
        starts: ``int64 (items + 1,)``: where each item's begin.
        kinds: ``int64 (items,)``: what each letter is like; below 0: it is never joined.
        ends: records of `END`, ``(items,)``: x-height and line of each are there, the rest is
            filled in.
    """
    for i in range(starts.shape[0] - 1):
        end = ends[i]
        end.exit_at = end.entry_at = -1
        unit = end.unit
        if unit == 0.0:
            continue
        start, stop = starts[i], starts[i + 1]
        _, top, _, bottom = _box(nodes, start, stop - 1)
        strokes = 0
        for k in range(start, stop):
            strokes += 1 - nodes[k, 4]
        left, right = 1e18, -1e18
        entered = False
        for of_body in range(2):
            first = start
            while first < stop:
                last = first
                while last + 1 < stop and nodes[last + 1, 4]:
                    last += 1
                whole = strokes == 1 or kinds[i] == ANYWHERE
                if whole or not _is_late(nodes, first, last, top, bottom - top, kinds[i]):
                    if of_body:
                        middle = 0.5 * (left + right)
                        if not entered:
                            _enter(nodes, first, last, middle, kinds[i], end)
                        entered = True
                        x, y = float(nodes[last, 0]), float(nodes[last, 1])
                        right_half = x >= middle - _ASIDE * unit or kinds[i] == ANYWHERE
                        if right_half or y > end.line + _HANGING * unit:
                            _leave(nodes, first, last, kinds[i], end)
                    else:
                        box = _box(nodes, first, last)
                        left, right = min(left, box[0]), max(right, box[2])
                first = last + 1


@compiled
def _leave(nodes: Any, first: int, last: int, kind: int, end: Any) -> None:
    """Fill in where and how a letter is left, by the end of a stroke."""
    unit = end.unit
    x, y = float(nodes[last, 0]), float(nodes[last, 1])
    total = _length(nodes, first, last)
    high = kind & LEFT_HIGH and end.line - y > _HIGH * unit
    hangs = kind == ANYWHERE or y > end.line + _HANGING * unit
    kept = total
    before_x, before_y, radius, tone = _along(nodes, first, last, total - _TANGENT * unit)
    dx, dy = _unit(x - before_x, y - before_y)
    if dy > 0.5 and not (high or hangs) and total > 2.0 * _TRIM * unit:
        kept = total - _TRIM * unit
        x, y, radius, tone = _along(nodes, first, last, kept)
        before_x, before_y, radius, tone = _along(nodes, first, last, kept - _TANGENT * unit)
        dx, dy = _unit(x - before_x, y - before_y)
    if high:  # over to the right and a little down
        dx, dy = _unit(0.5 * dx + 0.8, 0.5 * dy + 0.35)
    _, _, radius, tone = _along(nodes, first, last, kept - _TAPER * unit)
    end.exit_at, end.kept, end.high = last, kept, 1 if high else 0
    end.exit_x, end.exit_y, end.exit_dx, end.exit_dy = x, y, dx, dy
    end.exit_radius, end.exit_tone = radius, tone


@compiled
def _enter(nodes: Any, first: int, last: int, middle: float, kind: int, end: Any) -> None:
    """Fill in where and how a letter is entered, by the first stroke of its body."""
    unit = end.unit
    x, y = float(nodes[first, 0]), float(nodes[first, 1])
    px, py, radius, tone = _along(nodes, first, last, _TANGENT * unit)
    dx, dy = _unit(px - x, py - y)
    along = 0.0
    if kind != ANYWHERE and (x > middle + _ASIDE * unit or (kind & ARCHED and dx < -0.2)):
        # the shoulder: where the arch turns down, or back to the right
        total = min(_length(nodes, first, last), _LOOKED * unit)
        step = _STEP * unit
        found = False
        while not found and along + step < total:
            along += step
            ax, ay, radius, tone = _along(nodes, first, last, along - step)
            px, py, radius, tone = _along(nodes, first, last, along)
            bx, by, radius, tone = _along(nodes, first, last, along + step)
            dx, dy = bx - ax, by - ay
            if px > x + 0.2 * unit:
                return
            turned = dx > 0.0 or (dy > -dx and px <= middle + 0.1 * unit)
            found = turned and px < x - 0.1 * unit
        if not found:
            return
        x, y = px, py
        dx, dy = _unit(-dx, -dy)
        if dx < 0.3:
            dx, dy = _unit(0.5, -0.8)
    elif dy > 0.2 and kind != ANYWHERE:  # down from its top: the pen comes up to there
        dx, dy = _unit(0.55, -0.85)
        if end.line - y > _TALL * unit:
            dx, dy = _unit(-0.15, -1.0)
    _, _, radius, tone = _along(nodes, first, last, along + _TAPER * unit)
    end.entry_at, end.along = first, along
    end.entry_x, end.entry_y, end.entry_dx, end.entry_dy = x, y, dx, dy
    end.entry_radius, end.entry_tone = radius, tone


@compiled
def can_join(left: Any, right: Any) -> bool:
    """Whether a letter can be joined to the next: both ends are there, and not too far apart.

    Args:
        left: record of `END`.
        right: of the letter to the right of it.
    """
    if left.unit == 0.0 or right.unit == 0.0 or left.exit_at < 0 or right.entry_at < 0:
        return False
    across = right.entry_x - left.exit_x
    return bool(_BACK * left.unit <= across <= _FURTHEST * left.unit)


@compiled
def _curve(left: Any, right: Any, curve: Any) -> None:
    """Fill in the nodes of a join: ``int64 (PIECES + 1, 4)``: x, y, radius, tone."""
    unit = left.unit
    dx, dy = right.entry_dx, right.entry_dy
    tall = right.line - right.entry_y > _TALL * unit
    if left.high and right.along == 0.0 and dy < 0.0 and not tall:
        dx, dy = _unit(0.9, -0.45)
    x0, y0, x3, y3 = left.exit_x, left.exit_y, right.entry_x, right.entry_y
    length = np.sqrt((x3 - x0) * (x3 - x0) + (y3 - y0) * (y3 - y0))
    before, behind = min(0.45 * length, 0.5 * unit), min(0.4 * length, 0.5 * unit)
    if left.exit_dx < -0.2 and y0 < left.line + _HANGING * unit:
        before = min(before, 0.3 * unit)
    x1, y1 = x0 + left.exit_dx * before, y0 + left.exit_dy * before
    x2, y2 = x3 - dx * behind, y3 - dy * behind
    for k in range(PIECES + 1):
        u = k / PIECES
        v = 1.0 - u
        a, b, c, d = v * v * v, 3.0 * v * v * u, 3.0 * v * u * u, u * u * u
        curve[k, 0] = int(np.floor(a * x0 + b * x1 + c * x2 + d * x3 + 0.5))
        curve[k, 1] = int(np.floor(a * y0 + b * y1 + c * y2 + d * y3 + 0.5))
        radius = left.exit_radius * v + right.entry_radius * u
        curve[k, 2] = int(np.floor(radius + 0.5))
        curve[k, 3] = int(np.floor(left.exit_tone * v + right.entry_tone * u + 0.5))


@compiled
def add_joins(nodes: Any, starts: Any, ends: Any, joined: Any) -> Any:
    """Join letters: the first half of a join goes on from the left letter's stroke, the second
    leads into the right one's.

    Args:
        nodes: as `find_ends` takes them.
        starts: likewise.
        ends: as `find_ends` filled them in.
        joined: ``bool (items,)``: whether each is joined to the next.

    Returns:
        Nodes and starts as they were given, of the joined letters.
    """
    n = starts.shape[0] - 1
    room = nodes.shape[0]
    for i in range(n - 1):
        if joined[i]:
            room += 2 * PIECES + starts[i + 2] - starts[i + 1] + 3
    out, begins = np.empty((room, 5), np.int64), np.empty_like(starts)
    curve = np.empty((PIECES + 1, 4), np.int64)
    half = PIECES // 2
    at = 0
    for i in range(n):
        begins[i] = at
        end = ends[i]
        entered, left = i > 0 and joined[i - 1], joined[i]
        k = starts[i]
        while k < starts[i + 1]:
            last = k
            while last + 1 < starts[i + 1] and nodes[last + 1, 4]:
                last += 1
            first = at
            if entered and k == end.entry_at:
                _curve(ends[i - 1], end, curve)
                for m in range(half, PIECES + 1):
                    out[at, :4], out[at, 4] = curve[m], 1
                    at += 1
                at = _back(nodes, k, last, end, out, at)
            kept = 1e18
            if left and last == end.exit_at:
                kept = end.kept
            at = _copy(nodes, k, last, kept, end, entered and k == end.entry_at, out, at)
            if left and last == end.exit_at:
                _curve(end, ends[i + 1], curve)
                for m in range(half + 1):
                    out[at, :4], out[at, 4] = curve[m], 1
                    at += 1
            out[first, 4] = 0
            k = last + 1
    begins[n] = at
    return out[:at], begins


@compiled
def _back(nodes: Any, first: int, last: int, end: Any, out: Any, at: int) -> int:
    """Lead from the shoulder of a stroke back to its first point; returns where `out` goes on."""
    k, along = first, 0.0
    while k < last:
        dx, dy = float(nodes[k + 1, 0] - nodes[k, 0]), float(nodes[k + 1, 1] - nodes[k, 1])
        along += np.sqrt(dx * dx + dy * dy)
        if along > end.along:
            break
        k += 1
    while k > first:
        out[at], out[at, 4] = nodes[k], 1
        at, k = at + 1, k - 1
    return at


@compiled
def _copy(
    nodes: Any, first: int, last: int, kept: float, end: Any, entered: bool, out: Any, at: int
) -> int:
    """Copy a stroke of a letter, or so much of it as is kept; where it is joined it does not thin
    out.

    Returns:
        Where `out` goes on.
    """
    unit = end.unit
    leaves = kept < 1e18
    done = 0.0
    for k in range(first, last + 1):
        if k > first:
            dx, dy = float(nodes[k, 0] - nodes[k - 1, 0]), float(nodes[k, 1] - nodes[k - 1, 1])
            done += np.sqrt(dx * dx + dy * dy)
        if done >= kept and k > first:
            break
        out[at], out[at, 4] = nodes[k], 1
        if entered and done < end.along + _TAPER * unit:
            out[at, 2] = max(out[at, 2], int(end.entry_radius))
            out[at, 3] = max(out[at, 3], int(end.entry_tone))
        if leaves and done > kept - _TAPER * unit:
            out[at, 2] = max(out[at, 2], int(end.exit_radius))
            out[at, 3] = max(out[at, 3], int(end.exit_tone))
        at += 1
    return at
