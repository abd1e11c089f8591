"""A line's strokes to its ink, by the pen and at the line's own size.

Between its points a stroke bows out as far as it takes to go round smoothly, and no further than
it may; that makes the nodes which `cover_nodes` fills the capsules between.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.render.strokes import cover_nodes

__all__ = ["add_ink", "bow_strokes", "draw_strokes"]

Ints = npt.NDArray[np.int64]
_i32 = np.int32

_FINEST = 36.0
"""A bow is cut into pieces that miss it by less, 1/256 px."""
_MOST_PIECES = 16


@compiled
def bow_strokes(points: Ints, radii: Ints, tones: Ints, ends: Ints, bows: Ints) -> Any:
    """Nodes of strokes that bow out between their points.

    At a point a stroke has the direction of the circle through it and its neighbours, at its ends
    such a one that the first and the last piece are parts of circles. Where it turns by more than
    a right angle, it has none.

    Args:
        points: ``int64 (points, 2)``, as the next four of `LineStrokes`.
        radii: 1/256 px.
        tones: 1 to 255.
        ends: ``int64 (strokes,)``.
        bows: ``int64 (strokes,)``: how far each may bow out, 1/256 px.

    Returns:
        ``int64 (nodes, 5)``, as `trace_strokes` gives them; ``int64 (strokes,)``: for each stroke
        the index just past its last node.
    """
    nodes = np.empty((1 + points.shape[0] * _MOST_PIECES, 5), np.int64)
    node_ends = np.empty_like(ends)
    # of each point: how the stroke leaves the line to it, and the line from it, over their length
    turns = np.zeros((points.shape[0], 2))
    count, first = 0, 0
    for stroke in range(ends.shape[0]):
        end = ends[stroke]
        limit = 4.0 * bows[stroke]
        _find_turns(points, first, end, turns)
        for k in range(first, end):
            if k == first:
                nodes[count, 0], nodes[count, 1] = points[k, 0], points[k, 1]
                nodes[count, 2], nodes[count, 3], nodes[count, 4] = radii[k], tones[k], 0
                count += 1
                continue
            x, y = float(points[k - 1, 0]), float(points[k - 1, 1])
            dx, dy = points[k, 0] - x, points[k, 1] - y
            length = np.sqrt(dx * dx + dy * dy)
            leaves = min(max(turns[k - 1, 1] * length, -limit), limit)
            comes = min(max(turns[k, 0] * length, -limit), limit)
            most = (abs(leaves) + abs(comes)) * 0.125
            pieces = 1
            while pieces < _MOST_PIECES and _FINEST * (pieces * pieces) < most:
                pieces += 1
            across, down = 0.0, 0.0
            if length > 0.0:
                across, down = -dy / length, dx / length
            for piece in range(1, pieces + 1):
                u = piece / pieces
                off = leaves * (u * (1.0 - u) * (1.0 - u)) - comes * (u * u * (1.0 - u))
                nodes[count, 0] = int(np.floor(x + dx * u + across * off + 0.5))
                nodes[count, 1] = int(np.floor(y + dy * u + down * off + 0.5))
                nodes[count, 2] = radii[k - 1] + int((radii[k] - radii[k - 1]) * u)
                nodes[count, 3] = tones[k - 1] + int((tones[k] - tones[k - 1]) * u)
                nodes[count, 4] = 1
                count += 1
        node_ends[stroke] = count
        first = end
    return nodes[:count], node_ends


@compiled
def _find_turns(points: Ints, first: int, end: int, turns: Any) -> None:
    """Fill in the slopes of a stroke at its points, against the line to each and from it."""
    for k in range(first, end):
        turns[k, 0], turns[k, 1] = 0.0, 0.0
    for k in range(first + 1, end - 1):
        ax, ay = float(points[k, 0] - points[k - 1, 0]), float(points[k, 1] - points[k - 1, 1])
        bx, by = float(points[k + 1, 0] - points[k, 0]), float(points[k + 1, 1] - points[k, 1])
        dot, cross = ax * bx + ay * by, ax * by - ay * bx
        if dot > 0.0:
            a2, b2 = ax * ax + ay * ay, bx * bx + by * by
            turns[k, 0] = cross / (b2 + dot)
            turns[k, 1] = -cross / (a2 + dot)
    if end - first > 2:
        turns[first, 1] = -turns[first + 1, 0]
        turns[end - 1, 0] = -turns[end - 2, 1]


@compiled
def draw_strokes(
    nodes: Ints,
    node_ends: Ints,
    owners: Ints,
    cuts: Ints,
    gains_q8: Ints,
    pen: Any,
    faint: int,
    out: npt.NDArray[np.uint8],
    boxes_px: Ints,
) -> None:
    """Draw strokes into a line of ink.

    Ink of strokes of one owner that follow one another does not add up; else ink adds as in
    `draw_glyphs`.

    Args:
        nodes: ``int64 (nodes, 5)``, as `trace_strokes` gives them.
        node_ends: ``int64 (strokes,)``: for each stroke the index just past its last node.
        owners: ``int64 (strokes,)``: the item that each is a part of.
        cuts: ``int64 (strokes, 4)``: see `LineStrokes`; strokes that are cut come after the others
            of their owner.
        gains_q8: ``int64 (items,)``: factor on the ink, 1/256.
        pen: ``int64 (3,)``: softness, grain and salt of the line's pen.
        faint: ink below this value does not count for an item's box.
        out: ``uint8 (height_px, width_px)``, drawn into.
        boxes_px: ``int64 (items, 4)``: left, top, right, bottom of each item's ink in `out`, all 0
            before there is any; grown.
    """
    height, width = out.shape
    reach = pen[0] // 2 + 256
    start, stroke = 0, 0
    scratch = np.empty(0, np.uint8)
    while stroke < owners.shape[0]:
        owner, end = owners[stroke], start
        whole, cut = 0, stroke
        while stroke < owners.shape[0] and owners[stroke] == owner:
            if not cuts[stroke].any():
                whole, cut = node_ends[stroke] - start, stroke + 1
            end = node_ends[stroke]
            stroke += 1
        own, first = nodes[start:end].copy(), start
        start = end
        left, top, right, bottom = width, height, 0, 0
        for k in range(own.shape[0]):
            more = own[k, 2] + reach
            left = min(left, (own[k, 0] - more) >> 8)
            top = min(top, (own[k, 1] - more) >> 8)
            right = max(right, ((own[k, 0] + more) >> 8) + 1)
            bottom = max(bottom, ((own[k, 1] + more) >> 8) + 1)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, width), min(bottom, height)
        if left >= right or top >= bottom:
            continue
        for k in range(own.shape[0]):
            own[k, 0] -= left << 8
            own[k, 1] -= top << 8
        wide, high = right - left, bottom - top
        if scratch.size < wide * high:
            scratch = np.empty(wide * high, np.uint8)
        ink = scratch[: wide * high].reshape(high, wide)
        ink[:] = 0
        salt = (pen[2] ^ (left * 40503 + top * 9973)) & 0xFFFFFFFF
        box = cover_nodes(own[:whole], pen[0], pen[1], salt, ink)
        for k in range(cut, stroke):
            part = own[whole : node_ends[k] - first]
            whole = node_ends[k] - first
            x, y = cuts[k, 0] - (left << 8), cuts[k, 1] - (top << 8)
            box = _cover_cut(part, x, y, cuts[k, 2], cuts[k, 3], pen, salt, ink, box)
        add_ink(ink, box, gains_q8[owner], faint, left, top, out, boxes_px[owner])


@compiled
def _cover_cut(
    nodes: Ints, x: int, y: int, dx: int, dy: int, pen: Any, salt: int, ink: Any, box: Any
) -> tuple[int, int, int, int]:
    """Draw a stroke into an owner's ink, so much of it as lies behind a point.

    Args:
        nodes: as `cover_nodes` takes them, of the one stroke.
        x: of the point, 1/256 px.
        y: likewise.
        dx: direction that is ahead of it.
        dy: likewise.
        pen: as `draw_strokes` takes it.
        salt: chooses the grain.
        ink: ``uint8 (height, width)``, where the darker stays.
        box: of the ink: first row, last row + 1, first column, last column + 1.

    Returns:
        The same with the stroke.
    """
    own = np.zeros_like(ink)
    first_row, past_row, first, past = cover_nodes(nodes, pen[0], pen[1], salt, own)
    top, bottom, left, right = box
    for row in range(first_row, past_row):
        for column in range(first, past):
            ahead = (256 * column + 128 - x) * dx + (256 * row + 128 - y) * dy
            if own[row, column] > ink[row, column] and ahead <= 0:
                ink[row, column] = own[row, column]
                top, bottom = min(top, row), max(bottom, row + 1)
                left, right = min(left, column), max(right, column + 1)
    return top, bottom, left, right


@compiled
def add_ink(
    ink: Any, inked: Any, gain_q8: int, faint: int, left: int, top: int, out: Any, box: Any
) -> None:
    """Add ink to a line's as pen strokes add up: ``a + b - a b / 255``; grow its owner's box.

    Args:
        ink: ``uint8 (height, width)``.
        inked: its first row with ink, last row + 1, first column, last column + 1.
        gain_q8: factor on it, 1/256.
        faint: ink below does not grow the box.
        left: where it lies in `out`.
        top: likewise.
        out: ``uint8 (height_px, width_px)``, drawn into.
        box: ``int64 (4,)``, grown.
    """
    first_row, past_row, first, past = inked
    gain = _i32(min(max(gain_q8, 0), 65536))
    least = max(faint, 1)
    for row in range(first_row, past_row):
        source, line = ink[row, first:past], out[top + row, left + first : left + past]
        darkest = _i32(0)
        for k in range(past - first):
            own = _i32(min(_i32(_i32(_i32(source[k]) * gain) + _i32(128)) >> _i32(8), _i32(255)))
            source[k] = np.uint8(own)
            darkest = _i32(max(darkest, own))
            below = _i32(line[k])
            both = _i32(_i32(below * own) + _i32(128))
            both = _i32(_i32(both + _i32(both >> _i32(8))) >> _i32(8))
            line[k] = np.uint8(_i32(_i32(below + own) - both))
        if darkest < least:
            continue
        low, high = 0, past - first
        while source[low] < least:
            low += 1
        while source[high - 1] < least:
            high -= 1
        x0, x1, y = left + first + low, left + first + high, top + row
        if box[2] == 0:
            box[0], box[1], box[2], box[3] = x0, y, x1, y + 1
        else:
            box[0], box[1] = min(box[0], x0), min(box[1], y)
            box[2], box[3] = max(box[2], x1), max(box[3], y + 1)
