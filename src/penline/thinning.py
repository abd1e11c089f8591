"""A glyph's ink thinned to lines of one pixel: the middles of its strokes, which all hang together.

Guo and Hall's two passes in turn ("Parallel thinning with two-subiteration algorithms",
Communications of the ACM 32(3), 1989, algorithm A1): a pixel at the edge goes where it is no end
and what is left still hangs together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled, frozen

__all__ = [
    "is_inside",
    "measure_lines",
    "nearest_paper",
    "prune",
    "shrink_ink",
    "thin",
    "walk",
]

LONGEST_PX = 96
"""Glyphs with a longer side are looked at more coarsely."""
LONGEST_WALK = 48
"""So many pixels of a line are followed from its end."""
_SPUR = 1.5
"""What is shorter than so many half breadths at its fork is a corner of the stroke."""


def _removable() -> Any:
    """``uint8 (2, 256)``: 1 where a pass takes a pixel away, by its neighbours: from the one above
    on clockwise, a bit each."""
    table = np.zeros((2, 256), np.uint8)
    for code in range(256):
        n, ne, e, se, s, sw, w, nw = (code >> bit & 1 for bit in range(8))
        parts = (1 - n) & (ne | e), (1 - e) & (se | s), (1 - s) & (sw | w), (1 - w) & (nw | n)
        pairs = (nw | n) + (ne | e) + (se | s) + (sw | w), (n | ne) + (e | se) + (s | sw) + (w | nw)
        if sum(parts) == 1 and 2 <= min(pairs) <= 3:
            table[0, code] = not ((n | ne | (1 - se)) & e)
            table[1, code] = not ((s | sw | (1 - nw)) & w)
    return frozen(table)


_REMOVABLE = _removable()


@compiled
def shrink_ink(ink: Any, height: int, width: int, out: Any) -> tuple[int, int, int]:
    """Bring a glyph to `LONGEST_PX` at most: the mean of whole blocks of pixels.

    Args:
        ink: ``uint8 (height * width,)``.
        height: px.
        width: px.
        out: ``uint8 (LONGEST_PX ** 2,)``, filled in.

    Returns:
        Side of a block, height and width of what is filled in.
    """
    block = (max(height, width) + LONGEST_PX - 1) // LONGEST_PX
    high, wide = (height + block - 1) // block, (width + block - 1) // block
    if block == 1:
        out[: height * width] = ink
        return 1, height, width
    for y in range(high):
        for x in range(wide):
            total = np.int64(0)
            for v in range(y * block, min((y + 1) * block, height)):
                for u in range(x * block, min((x + 1) * block, width)):
                    total += ink[v * width + u]
            out[y * wide + x] = np.uint8(total // (block * block))
    return block, high, wide


@compiled
def thin(mask: Any) -> Any:
    """Thin a mask in place.

    Args:
        mask: ``uint8 (height, width)``: 1 for ink; 0 at its edges.

    Returns:
        ``int64 (pixels,)``: where what is left lies, ``row * width + column``, rising.
    """
    width = mask.shape[1]
    flat = mask.reshape(-1)
    left, gone = np.empty(flat.size, np.int64), np.empty(flat.size, np.int64)
    count = 0
    for at in range(flat.size):
        if flat[at]:
            left[count] = at
            count += 1
    idle, turn = 0, 0
    while idle < 2:
        taken, kept = 0, 0
        for k in range(count):
            at = left[k]
            code = flat[at - width] | flat[at - width + 1] << 1 | flat[at + 1] << 2
            code |= flat[at + width + 1] << 3 | flat[at + width] << 4 | flat[at + width - 1] << 5
            code |= flat[at - 1] << 6 | flat[at - width - 1] << 7
            if _REMOVABLE[turn, code]:
                gone[taken] = at
                taken += 1
            else:
                left[kept] = at
                kept += 1
        for k in range(taken):
            flat[gone[k]] = 0
        count, turn = kept, 1 - turn
        idle = 0 if taken else idle + 1
    return left[:count].copy()


@compiled
def nearest_paper(mask: Any, row: int, column: int) -> float:
    """Find how far a pixel's middle is from the edge of its ink, px: to the middle of the nearest
    pixel of paper, less half a pixel.

    Args:
        mask: ``uint8 (height, width)``: not 0 for ink; 0 at its edges.
        row: of the pixel.
        column: likewise.
    """
    height, width = mask.shape
    best = height * height + width * width
    ring = 1
    while ring * ring < best:
        top, bottom = max(row - ring, 0), min(row + ring, height - 1)
        first, last = max(column - ring, 0), min(column + ring, width - 1)
        for y in range(top, bottom + 1):
            step = 1 if abs(y - row) == ring else max(last - first, 1)
            for x in range(first, last + 1, step):
                if mask[y, x] == 0:
                    best = min(best, (y - row) * (y - row) + (x - column) * (x - column))
        ring += 1
    return float(np.sqrt(float(best))) - 0.5


@compiled
def _around(flat: Any, at: int, width: int) -> tuple[int, int]:
    """How many pixels are around one, and how many groups of neighbours they are."""
    before = np.int64(flat[at - width - 1])
    count, groups = np.int64(0), np.int64(0)
    steps = (-width, 1 - width, 1, 1 + width, width, width - 1, -1, -1 - width)
    for step in steps:
        here = np.int64(flat[at + step])
        count += here
        groups += here & (1 - before)
        before = here
    return count, groups  # type: ignore[return-value]


@compiled
def is_inside(flat: Any, at: int, width: int) -> bool:
    """Whether a pixel of a line is none of its ends."""
    count, groups = _around(flat, at, width)
    return groups != 1 or count > 2


@compiled
def walk(flat: Any, at: int, width: int, path: Any) -> tuple[int, bool]:
    """Follow a line of pixels from its end to where it ends or forks, or as long as `path` is.

    Args:
        flat: ``uint8 (pixels,)``: what thinning has left, with paper around it.
        at: where the end lies.
        width: of a row.
        path: ``int64 (n,)``, filled in.

    Returns:
        How many pixels it has, and whether its last one is a fork.
    """
    steps = (-width, 1, width, -1, 1 - width, 1 + width, width - 1, -1 - width)
    path[0] = at
    count = 1
    while count < path.shape[0]:
        found: Any = np.int64(-1)
        for step in steps:
            there = path[count - 1] + step
            if flat[there] and found < 0:
                known = False
                for k in range(max(count - 4, 0), count):
                    known = known or path[k] == there
                if not known:
                    found = there
        if found < 0:
            return count, False
        path[count] = found
        count += 1
        if _around(flat, found, width)[1] > 2:
            return count, True
    return count, False


@compiled
def prune(flat: Any, left: Any, whole: Any, path: Any) -> None:
    """Take away ends that are no longer than the stroke is broad.

    Args:
        flat: ``uint8 (pixels,)``: what thinning has left, changed.
        left: ``int64 (n,)``: where its pixels lie.
        whole: ``uint8 (height, width)``: the ink.
        path: ``int64 (n,)``: room for a walk.
    """
    width = whole.shape[1]
    for start in left:
        if not flat[start] or is_inside(flat, start, width):
            continue
        count, forks = walk(flat, start, width, path)
        if not forks:
            continue
        fork = path[count - 1]
        dx, dy = float(start % width - fork % width), float(start // width - fork // width)
        radius = nearest_paper(whole, fork // width, fork % width)
        if np.sqrt(dx * dx + dy * dy) < _SPUR * (radius + 0.25):
            for k in range(count - 1):
                flat[path[k]] = 0


@compiled
def measure_lines(flat: Any, left: Any, whole: Any, radii: Any, endings: Any) -> None:
    """Measure the strokes that thinning has left.

    Args:
        flat: ``uint8 (pixels,)``: what it has left, corners of strokes taken away.
        left: ``int64 (n,)``: where its pixels lie.
        whole: ``uint8 (height, width)``: the ink as a mask, 0 at its edges.
        radii: ``float64 (n,)``, filled in: half of the stroke's breadth, px; 0 of what was taken
            away.
        endings: ``float64 (n,)``, filled in: of ends how broad the stroke is there, over its
            breadth further on: 1 for a blunt one, less for one that thins out; 0 of others.
    """
    width = whole.shape[1]
    usual = count = 0.0
    for k in range(left.shape[0]):
        radii[k] = endings[k] = 0.0
        if flat[left[k]]:
            radii[k] = nearest_paper(whole, left[k] // width, left[k] % width) + 0.25
            usual, count = usual + radii[k], count + 1.0
    if count == 0.0:
        return
    usual, path = usual / count, np.empty(LONGEST_WALK, np.int64)
    for k in range(left.shape[0]):
        if not flat[left[k]] or is_inside(flat, left[k], width):
            continue
        steps, _ = walk(flat, left[k], width, path)
        length = at = behind = taken = 0.0
        for step in range(steps):
            if step > 0:
                straight = abs(path[step] - path[step - 1]) in (1, width)
                length += 1.0 if straight else 1.4142
            radius = nearest_paper(whole, path[step] // width, path[step] % width) + 0.25
            if length <= 0.6 * usual:
                at = radius
            elif 1.5 * usual <= length <= 5.0 * usual + 1.0:
                behind, taken = behind + radius, taken + 1.0
        if taken > 0.0:
            endings[k] = at * taken / behind
