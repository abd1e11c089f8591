"""The stroke from the end of one letter to the beginning of the next: a cubic along both tangents.

Points are whole numbers (1/256 px), and only ``+ - * /`` and ``sqrt`` of float64 decide between
them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled
from penline.render.letter_ends import HANGING, TALL, TAPER, direction

__all__ = ["PIECES", "add_joins", "can_join"]

PIECES = 8
"""Straight pieces of a join; half of them belong to either letter."""

_BACK = 0.4
"""How far left of an end the next letter may begin, x-heights."""


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
    return bool(-_BACK * left.unit <= across <= left.reach)


@compiled
def _curve(left: Any, right: Any, curve: Any) -> None:
    """Fill in the nodes of a join: ``int64 (PIECES + 1, 4)``: x, y, radius, tone."""
    unit = left.unit
    dx, dy = right.entry_dx, right.entry_dy
    tall = right.line - right.entry_y > TALL * unit
    if left.high and right.along == 0.0 and dy < 0.0 and not tall:
        dx, dy = direction(0.9, -0.45)
    x0, y0, x3, y3 = left.exit_x, left.exit_y, right.entry_x, right.entry_y
    length = np.sqrt((x3 - x0) * (x3 - x0) + (y3 - y0) * (y3 - y0))
    before, behind = min(0.45 * length, 0.5 * unit), min(0.4 * length, 0.5 * unit)
    if left.exit_dx < -0.2 and y0 < left.line + HANGING * unit:
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
def add_joins(nodes: Any, reached: Any, starts: Any, ends: Any, joined: Any) -> Any:
    """Join letters: the first half of a join goes on from the left letter's stroke, the second
    leads into the right one's, and its middle is a stroke of both.

    Args:
        nodes: as `find_ends` took them.
        reached: likewise.
        starts: likewise.
        ends: as `find_ends` filled them in.
        joined: ``bool (items,)``: whether each is joined to the next.

    Returns:
        ``int64 (nodes, 4)``: x, y, radius and tone, letter after letter; and of each stroke the
        index just past its last node, its item, whether it is a dot or a bar, which is written when
        the word is, whether the pen was not lifted since the item before; and ``int64 (strokes,
        4)``: of the middle of a join, which is drawn for both letters, a point and a direction: the
        letter has what lies behind the point. 0 of others. What came as a picture has no nodes:
        each half of its joins is a stroke of its own, from within the letter.
    """
    n = starts.shape[0] - 1
    room, strokes = nodes.shape[0], 0
    for k in range(nodes.shape[0]):
        strokes += nodes[k, 4] != 1
    for i in range(n - 1):
        if joined[i]:
            room += 2 * PIECES + starts[i + 2] - starts[i]
            strokes += 4
    out = np.empty((room, 4), np.int64)
    past, owners = np.empty(strokes, np.int64), np.empty(strokes, np.int64)
    late, goes_on = np.zeros(strokes, np.bool_), np.zeros(strokes, np.bool_)
    cuts = np.zeros((strokes, 4), np.int64)
    before, behind = np.empty((PIECES + 1, 4), np.int64), np.empty((PIECES + 1, 4), np.int64)
    half = PIECES // 2
    at, stroke = 0, 0
    for i in range(n):
        end = ends[i]
        entered, left = i > 0 and joined[i - 1], joined[i]
        if entered:
            before[:] = behind
        if left:
            _curve(end, ends[i + 1], behind)
        k = starts[i]
        while k < starts[i + 1]:
            last = k
            while last + 1 < starts[i + 1] and nodes[last + 1, 4] == 1:
                last += 1
            enters, leaves = entered and k == end.entry_at, left and last == end.exit_at
            if enters:
                out[at : at + half] = before[half + 1 :]
                at = _back_to_start(nodes, reached, k, last, end.along, out, at + half)
            at = _copy(nodes, reached, k, last, end, enters, leaves, out, at)
            if leaves:
                at = _back_from_end(nodes, reached, k, last, end.back, out, at)
                out[at : at + half] = behind[:half]
                at += half
            past[stroke], owners[stroke] = at, i
            late[stroke], goes_on[stroke] = nodes[k, 4] < 0 and not leaves, enters
            stroke += 1
            k = last + 1
        pictured = starts[i] == starts[i + 1]
        if entered and pictured:
            at = _half(before[half + 1 :], 1, end.entry_inner_x, end.entry_inner_y, out, at)
            past[stroke], owners[stroke], goes_on[stroke] = at, i, True
            stroke += 1
        if left and pictured:
            at = _half(behind[:half][::-1], -1, end.exit_inner_x, end.exit_inner_y, out, at)
            past[stroke], owners[stroke] = at, i
            stroke += 1
        if entered:
            at = _middle(before, -1, out, at, cuts[stroke])
            past[stroke], owners[stroke] = at, i
            stroke += 1
        if left:
            at = _middle(behind, 1, out, at, cuts[stroke])
            past[stroke], owners[stroke] = at, i
            stroke += 1
    return out[:at], past[:stroke], owners[:stroke], late[:stroke], goes_on[:stroke], cuts[:stroke]


@compiled
def _half(curve: Any, ahead: int, inner_x: float, inner_y: float, out: Any, at: int) -> int:
    """Add the half of a join that leads into a letter that came as a picture, and on inside of it;
    returns where `out` goes on.

    Args:
        curve: ``int64 (PIECES / 2, 4)``: from its middle to the letter.
        ahead: 1: it is written so; -1: the other way round.
        inner_x: of the point inside.
        inner_y: likewise.
        out: nodes, filled in.
        at: from where on.
    """
    last = curve.shape[0] - 1
    first = at if ahead > 0 else at + 3
    out[first], out[first + ahead], out[first + 2 * ahead] = curve[0], curve[1], curve[last]
    inner = out[first + 3 * ahead]
    inner[:] = curve[last]
    inner[0], inner[1] = int(np.floor(inner_x)), int(np.floor(inner_y))
    return at + 4


@compiled
def _middle(curve: Any, ahead: int, out: Any, at: int, cut: Any) -> int:
    """Add the middle of a join; returns where `out` goes on.

    Args:
        curve: as `_curve` filled it in.
        ahead: 1: the left letter has what lies before its middle; -1: the right one what lies
            behind.
        out: nodes, filled in.
        at: from where on.
        cut: ``int64 (4,)``, filled in: as `add_joins` gives it.
    """
    half = PIECES // 2
    out[at : at + 3] = curve[half - 1 : half + 2]
    cut[0], cut[1] = curve[half, 0], curve[half, 1]
    cut[2] = ahead * (curve[half + 1, 0] - curve[half - 1, 0])
    cut[3] = ahead * (curve[half + 1, 1] - curve[half - 1, 1])
    return at + 3


@compiled
def _back_to_start(
    nodes: Any, reached: Any, first: int, last: int, along: float, out: Any, at: int
) -> int:
    """Lead from the shoulder of a stroke back to its first point; returns where `out` goes on."""
    k = first
    while k < last and reached[k + 1] <= along:
        k += 1
    while k > first:
        out[at] = nodes[k, :4]
        at, k = at + 1, k - 1
    return at


@compiled
def _back_from_end(
    nodes: Any, reached: Any, first: int, last: int, back: float, out: Any, at: int
) -> int:
    """Lead from the end of a stroke back to its heel; returns where `out` goes on."""
    k = last - 1
    while k >= first and back > 0.0 and reached[last] - reached[k] <= back:
        out[at] = nodes[k, :4]
        at, k = at + 1, k - 1
    return at


@compiled
def _copy(
    nodes: Any,
    reached: Any,
    first: int,
    last: int,
    end: Any,
    entered: bool,
    leaves: bool,
    out: Any,
    at: int,
) -> int:
    """Copy a stroke of a letter, or so much of it as is kept; where it is joined it does not thin
    out.

    Returns:
        Where `out` goes on.
    """
    taper = TAPER * end.unit
    for k in range(first, last + 1):
        done = reached[k]
        if leaves and end.back == 0.0 and done >= end.kept and k > first:
            break
        out[at] = nodes[k, :4]
        if entered and done < end.along + taper:
            out[at, 2] = max(out[at, 2], int(end.entry_radius))
            out[at, 3] = max(out[at, 3], int(end.entry_tone))
        if leaves and done > end.kept - taper:
            out[at, 2] = max(out[at, 2], int(end.exit_radius))
            out[at, 3] = max(out[at, 3], int(end.exit_tone))
        at += 1
    return at
