"""The path of a pen by few points: what a bank keeps of a glyph's strokes.

The nodes of `trace_strokes` lie 1.75 px from each other. Of each stroke those are kept between
which all others lie near the straight line, with breadth and tone (Douglas and Peucker, 1973).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["FLATNESS_EM", "choose_nodes", "simplified"]

FLATNESS_EM = 1 / 192
"""How far a node may lie from the line between its neighbours, in ems: 1/3 px of 64."""
_TONE = 24.0
"""How far its tone may be off then; its radius as far as its place."""


def simplified(
    nodes: npt.NDArray[np.int64], em_px: float, most: int
) -> npt.NDArray[np.int64] | None:
    """Leave those nodes of a pen's path that straight lines need to go near all.

    Args:
        nodes: ``int64 (nodes, 5)``, as `trace_strokes` gives them.
        em_px: the writer's em.
        most: nodes that may be left; a longer path is taken more roughly.

    Returns:
        ``int64 (fewer, 5)``; None where so many are not enough for its strokes.
    """
    tolerance, tone = FLATNESS_EM * em_px * 256, _TONE
    kept: npt.NDArray[np.int64] = nodes[choose_nodes(nodes, tolerance, tone)]
    while len(kept) > most:
        if np.count_nonzero(nodes[:, 4] == 0) * 2 > most:
            return None
        tolerance, tone = 2 * tolerance, 2 * tone
        kept = nodes[choose_nodes(nodes, tolerance, tone)]
    return kept


@compiled
def choose_nodes(
    nodes: npt.NDArray[np.int64], tolerance: float, tone: float
) -> npt.NDArray[np.bool_]:
    """Choose those nodes of strokes that straight lines need to go where the pen went.

    Args:
        nodes: ``int64 (nodes, 5)``, as `trace_strokes` gives them.
        tolerance: how far a node may lie from the line, and its radius be off, 1/256 px.
        tone: how far its tone may be off.

    Returns:
        ``bool (nodes,)``; the first and the last of each stroke are among them.
    """
    count = nodes.shape[0]
    chosen = np.zeros(count, np.bool_)
    waiting = np.empty((count + 1, 2), np.int64)
    start = 0
    while start < count:
        end = start
        while end + 1 < count and nodes[end + 1, 4]:
            end += 1
        chosen[start] = chosen[end] = True
        waiting[0, 0], waiting[0, 1], left = start, end, 1
        while left:
            left -= 1
            first, last = waiting[left, 0], waiting[left, 1]
            furthest = _furthest(nodes, first, last, tolerance, tone)
            if furthest >= 0:
                chosen[furthest] = True
                waiting[left, 0], waiting[left, 1] = first, furthest
                waiting[left + 1, 0], waiting[left + 1, 1] = furthest, last
                left += 2
        start = end + 1
    return chosen


@compiled
def _furthest(
    nodes: npt.NDArray[np.int64], first: int, last: int, tolerance: float, tone: float
) -> int:
    """The node between two that is furthest off the line between them; -1: none too far."""
    dx, dy = float(nodes[last, 0] - nodes[first, 0]), float(nodes[last, 1] - nodes[first, 1])
    length2 = dx * dx + dy * dy
    inverse = 1.0 / length2 if length2 > 0.0 else 0.0
    worst, found = 1.0, -1
    for node in range(first + 1, last):
        ex, ey = float(nodes[node, 0] - nodes[first, 0]), float(nodes[node, 1] - nodes[first, 1])
        t = min(1.0, max(0.0, (ex * dx + ey * dy) * inverse))
        fx, fy = (ex - t * dx) / tolerance, (ey - t * dy) / tolerance
        radius = nodes[first, 2] + (nodes[last, 2] - nodes[first, 2]) * t - nodes[node, 2]
        shade = nodes[first, 3] + (nodes[last, 3] - nodes[first, 3]) * t - nodes[node, 3]
        radius, shade = radius / tolerance, shade / tone
        off = max(fx * fx + fy * fy, radius * radius, shade * shade)
        if off > worst:
            worst, found = off, node
    return found
