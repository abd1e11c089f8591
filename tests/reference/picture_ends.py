"""Ends of letters in pictures, by their definition: pixels as pairs, in sets."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from penline.measure.latin import X_HEIGHT_EM
from penline.render.letter_ends import ANYWHERE, ARCHED, BARRED, BOWED, CROSSED, DOTTED, LEFT_HIGH
from reference.joins import unit as unit_vector
from reference.thinning import nearest_paper, shrink_ink, thin

__all__ = ["find_picture_ends", "measure_lines", "put_ends", "take_ends", "unpack_ends"]

Pixel = tuple[int, int]
ROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


class End(NamedTuple):
    """Place, direction outwards, a place inside, half of the breadth, tone."""

    place: np.ndarray
    ahead: np.ndarray
    inner: np.ndarray
    radius: float
    tone: float


def groups_around(line: set[Pixel], pixel: Pixel) -> tuple[int, int]:
    """How many neighbours a pixel has, and in how many groups."""
    here = [(pixel[0] + dy, pixel[1] + dx) in line for dy, dx in ROUND]
    return sum(here), sum(now and not here[k - 1] for k, now in enumerate(here))


def is_end(line: set[Pixel], pixel: Pixel) -> bool:
    count, groups = groups_around(line, pixel)
    return groups == 1 and count <= 2


def walk(line: set[Pixel], start: Pixel) -> tuple[list[Pixel], bool]:
    """From an end on, and whether there is a fork at last."""
    path = [start]
    while len(path) < 48:
        row, column = path[-1]
        near = [(row + dy, column + dx) for dy, dx in (*ROUND[::2], *ROUND[1::2])]
        fresh = [one for one in near if one in line and one not in path[-4:]]
        if not fresh:
            break
        path.append(fresh[0])
        if groups_around(line, fresh[0])[1] > 2:
            return path, True
    return path, False


def pieces_of(line: set[Pixel]) -> list[set[Pixel]]:
    """What hangs together."""
    waiting, found = set(line), []
    while waiting:
        piece, edge = set(), {waiting.pop()}
        while edge:
            piece |= edge
            near = {(row + dy, column + dx) for row, column in edge for dy, dx in ROUND}
            edge = (near & waiting) - piece
            waiting -= edge
        found.append(piece)
    return found


def is_late(piece: set[Pixel], height: int, kind: int) -> bool:
    rows, columns = ([pixel[axis] for pixel in piece] for axis in range(2))
    tall, wide = max(rows) - min(rows), max(columns) - min(columns)
    dot = kind & DOTTED and tall < 0.4 * height and max(rows) < 0.45 * height
    return bool(max(tall, wide) < 0.25 * height or dot)


def tone_at(ink: np.ndarray, pixel: Pixel) -> float:
    row, column = pixel[0] - 1, pixel[1] - 1
    near = [(row, column), *((row + dy, column + dx) for dy, dx in ROUND[::2])]
    return float(np.mean([ink[at] for at in near if 0 <= at[0] < ink.shape[0]
                          and 0 <= at[1] < ink.shape[1]]))  # fmt: skip


def point(pixel: Pixel) -> np.ndarray:
    return np.array([pixel[1] - 0.5, pixel[0] - 0.5])


def measured(
    line: set[Pixel], start: Pixel, whole: np.ndarray, ink: np.ndarray, usual: float
) -> End:
    path, _ = walk(line, start)
    steps = [0.0] + [
        1.0 if abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1 else 1.4142
        for a, b in itertools.pairwise(path)
    ]
    along = np.cumsum(steps)

    def last(most: float) -> int:
        return int(np.flatnonzero(along <= most)[-1])

    near, far = last(0.6 * usual), last(0.6 * usual + max(2.6 * usual, 3.0))
    behind = [
        one for one, way in zip(path, along, strict=True)
        if 1.2 * usual <= way <= 4.5 * usual + 1.0
    ]  # fmt: skip
    radius = np.mean([nearest_paper(whole, *one) + 0.25 for one in behind]) if behind else usual
    tone = np.mean([tone_at(ink, one) for one in behind or path[:1]])
    ahead = unit_vector(point(path[near]) - point(path[far]))
    return End(
        point(path[near]) + ahead * along[near],
        ahead,
        point(path[last(2.5 * usual + 1.0)]),
        float(np.clip(radius, 0.5 * usual, 1.5 * usual)),
        float(tone),
    )


def pruned(line: set[Pixel], order: list[Pixel], whole: np.ndarray) -> set[Pixel]:
    """Without ends that are no longer than the stroke is broad."""
    line = set(line)
    for start in order:
        if start in line and is_end(line, start):
            path, forks = walk(line, start)
            radius = nearest_paper(whole, *path[-1]) + 0.25
            if forks and np.hypot(*(point(start) - point(path[-1]))) < 1.5 * radius:
                line -= set(path[:-1])
    return line


def measure_lines(whole: np.ndarray) -> tuple[list[float], list[float]]:
    """Half breadths along the lines of some ink, and how it ends; 0 for what is neither."""
    order = sorted(zip(*(one.tolist() for one in np.nonzero(thin(whole))), strict=True))
    line = pruned(set(order), order, whole)
    radius = {one: nearest_paper(whole, *one) + 0.25 for one in line}
    usual, endings = float(np.mean(list(radius.values()))), dict.fromkeys(order, 0.0)
    for start in sorted(line):
        if not is_end(line, start):
            continue
        path, _ = walk(line, start)
        steps = [
            1.0 if abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1 else 1.4142
            for a, b in itertools.pairwise(path)
        ]
        along = np.cumsum([0.0, *steps])
        broad = np.array([radius[one] for one in path])
        behind = broad[(along >= 1.5 * usual) & (along <= 5 * usual + 1)]
        if len(behind):
            endings[start] = float(broad[along <= 0.6 * usual][-1] / behind.mean())
    return [radius.get(one, 0.0) for one in order], [endings[one] for one in order]


def find_picture_ends(ink: np.ndarray, kind: int, high: float, below: float) -> np.ndarray:
    """``int (2, 9)``: see `picture_ends.END_WORDS`."""
    out = np.zeros((2, 9), np.int64)
    block, small = shrink_ink(ink)
    inked = np.sort(small[small > 0])[::-1]
    level = int(inked[-(-len(inked) // 10) - 1]) if len(inked) else 0
    whole = np.pad(small >= max(0.4 * level, 1), 1).astype(np.uint8)
    line = set(zip(*(one.tolist() for one in np.nonzero(thin(whole))), strict=True))
    if len(line) < 2:
        return out
    order = sorted(line)
    if kind != ANYWHERE:
        pieces = pieces_of(line)
        bodies = [one for one in pieces if not is_late(one, small.shape[0], kind)]
        line = set().union(*bodies) if bodies else line
    line = pruned(line, order, whole)
    order = sorted(line)
    if len(order) < 2:
        return out
    usual = float(np.mean([nearest_paper(whole, *one) + 0.25 for one in order]))
    tone = float(np.mean([tone_at(small, one) for one in order]))
    size, base = float(small.shape[0]), float(small.shape[0])
    if high:
        size = (small.shape[0] - 2 * usual) / high
        base = small.shape[0] - usual - below * size
        if size < 4:
            return out
    ends = [measured(line, one, whole, small, usual) for one in order if is_end(line, one)][:24]
    length = 0.0
    for row, column in order:
        around = {(dy, dx): (row + dy, column + dx) in line for dy, dx in ROUND}
        length += around[0, 1] + around[1, 0]
        for side in (1, -1):
            length += 1.4142 * (around[1, side] and not (around[0, side] or around[1, 0]))
    broad = float(small.sum()) / (2 * usual * tone * (length + 0.8 * usual * len(ends)))
    broad = float(np.clip(broad, 0.6, 1.15))
    ends, usual = [one._replace(radius=one.radius * broad) for one in ends], usual * broad
    columns = [one[1] for one in order]
    middle = 0.5 * (min(columns) + max(columns)) - 0.5
    found = _chosen(ends, order, (usual, tone), (size, base, middle), kind)
    for row, (there, end) in enumerate(found):
        if there:
            place, inner = (
                np.clip(one * block, 0, ink.shape[::-1]) * 8 for one in (end.place, end.inner)
            )
            words = [there, *place, *end.ahead * 16384, *inner]
            words += [end.radius * block * 16, end.tone]
            out[row] = np.clip(np.floor(np.array(words) + 0.5), -32768, 32767)
    return out


def _chosen(
    ends: list[End],
    order: list[Pixel],
    pen: tuple[float, float],
    body: tuple[float, float, float],
    kind: int,
) -> list[tuple[int, Any]]:
    """How it is left and entered: 0, 1 or 2, and by which end."""
    size, base, middle = body

    def sum_of(end: End) -> float:
        return float(end.place.sum())

    def furthest(side: Sequence[float], low: float, high: float) -> np.ndarray | None:
        inside = [point(one) for one in order if low <= base - point(one)[1] <= high]
        return max(inside, key=lambda one: side[0] * one[0] + side[1] * one[1], default=None)

    def at(place: np.ndarray, ahead: Sequence[float]) -> End:
        return End(place, np.array(ahead), place, *pen)

    if kind == ANYWHERE:
        if not ends:
            return [(0, None), (0, None)]
        first = min(ends, key=sum_of)
        return [(1, max(ends, key=sum_of)), (1, first._replace(ahead=-first.ahead))]

    def is_bar(end: End) -> bool:
        level = abs(end.ahead[1]) < 0.45 * abs(end.ahead[0])
        return bool(kind & BARRED and level and base - end.place[1] > 0.45 * size)

    left: tuple[int, Any] = (0, None)
    if kind & LEFT_HIGH:
        usable = [
            one for one in ends
            if one.place[0] >= middle - 0.35 * size and one.ahead[0] > -0.5
            and 0.45 * size < base - one.place[1] < 1.4 * size
        ]  # fmt: skip
        if usable:
            left = 2, max(usable, key=lambda one: one.place[0])
    else:
        usable = []
        for one in ends:
            up = base - one.place[1]
            if is_bar(one):
                continue
            hangs, right = up < -0.3 * size, one.place[0] >= middle - 0.15 * size
            if (hangs and one.ahead[1] < 0.6) or (right and not hangs and up <= 0.55 * size):
                usable.append(one)
        bars = [o for o in ends if is_bar(o) and o.place[0] > middle and o.ahead[0] > 0]
        if usable:
            left = 1, max(usable, key=sum_of)
        elif bars:
            left = 2, bars[-1]
    if left[0] == 2:
        left = 2, left[1]._replace(ahead=unit_vector(0.5 * left[1].ahead + [0.8, 0.35]))
    elif left[0] == 1 and left[1].ahead[1] > 0.5 and left[1].place[1] <= base + 0.3 * size:
        end = left[1]
        ahead = unit_vector(end.ahead + np.array([0.35, 0]))
        left = 1, end._replace(place=end.place - 0.18 * size * end.ahead, ahead=ahead)
    if not left[0] and kind & ARCHED and kind & LEFT_HIGH:
        place = furthest((0.5, -0.87), -0.1 * size, 1.15 * size)
        left = (0, None) if place is None else (2, at(place, (0.92, 0.39)))
    elif not left[0] and kind & BOWED:
        place = furthest((1, 1), -0.1 * size, 1.15 * size)
        left = (0, None) if place is None else (1, at(place, (0.75, -0.66)))
    if kind & ARCHED:
        place = furthest((-1, -1), -0.1 * size, 1.15 * size)
        return [left, (0, None) if place is None else (2, at(place, (0.71, -0.71)))]
    usable = []
    for one in ends:
        leads = one.ahead[0] < -0.3 and one.place[0] < middle - 0.15 * size
        above = base - one.place[1] > 0.35 * size and one.place[0] <= middle + 0.15 * size
        if not is_bar(one) and (above or leads):
            usable.append(one)
    if usable:
        end = min(usable, key=sum_of)
        ahead = -end.ahead
        if ahead[1] > 0.2:
            tall = base - end.place[1] > 1.4 * size
            ahead = unit_vector(np.array([-0.15, -1.0] if tall else [0.55, -0.85]))
        return [left, (1, end._replace(ahead=ahead))]
    if kind & CROSSED:
        place = furthest((-1, 0), 0.3 * size, 0.75 * size)
        if place is not None:
            return [left, (2, at(place, (0.94, -0.34)))]
    return [left, (0, None)]


def take_ends(rows: Sequence[int], held: np.ndarray, wanted: Sequence[int]) -> np.ndarray:
    """The words of each row that is wanted; 0 for what is not held."""
    known = dict(zip(rows, held, strict=True))
    none = np.zeros(held.shape[1:], held.dtype)
    return np.array([known.get(row, none) for row in wanted])


def unpack_ends(words: np.ndarray, broader: np.ndarray) -> Any:
    """Places, points ahead and points inside, and half breadths, all in px; 0 for no end."""
    parts = words.astype(float)
    place, inner = parts[..., 1:3] / 8, parts[..., 5:7] / 8
    ahead = place + 3 * parts[..., 3:5] / 16384
    there = words[..., 0] > 0
    points = np.stack([place, ahead, inner], 2) * there[..., None, None]
    return points, np.maximum(parts[..., 7] / 16 + broader[:, None] / 256, 0.25) * there


def put_ends(
    points: np.ndarray,
    radii: np.ndarray,
    size: tuple[int, int],
    pads: Sequence[int],
    drawn: Sequence[int],
    place: Sequence[int],
    slant: float,
    figure: Sequence[float],
    em: float,
) -> dict[str, Any]:
    """Where the ends of one letter lie, 1/256 px; points are px from the corner of its place."""
    left, top, wide, high = drawn
    spots = (points + np.array(pads[:2])) / np.array([size[1], size[0]]) * [wide, high] + [
        left,
        top,
    ]
    spots[..., 0] += (top + high / 2 - spots[..., 1]) * slant
    share = 0.5 * (wide / size[1] + high / size[0]) / 256
    unit, line = X_HEIGHT_EM * em * 256, 0.0
    if figure[0]:
        unit = (place[3] - 2 * radii[0] * 256 * share) / figure[0]
        line = place[1] + place[3] - radii[0] * 256 * share - figure[1] * unit
    return {"unit": unit, "line": line, "spots": spots, "radii": radii * 256 * share}
