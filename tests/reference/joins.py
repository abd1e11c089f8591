"""Joins of letters by their definition: strokes as arrays, lengths along them by interpolation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compose.transform.join import LEAST_UNIT
from penline.measure.latin import X_HEIGHT_EM
from penline.render.joins import PIECES
from penline.render.letter_ends import ANYWHERE, ARCHED, BARRED, DOTTED, LEFT_HIGH

__all__ = [
    "choose",
    "entry_of",
    "exit_of",
    "first_joined",
    "join_letters",
    "join_line",
    "lengths",
    "measure_letters",
    "pack_strokes",
    "reachable",
    "solve",
]

Stroke = npt.NDArray[np.float64]
"""``float64 (n, 4)``: x, y, radius, tone."""


class Exit(NamedTuple):
    stroke: int
    kept: float
    back: float
    place: Stroke
    direction: Stroke
    high: bool
    pen: Stroke


class Entry(NamedTuple):
    stroke: int
    along: float
    place: Stroke
    direction: Stroke
    pen: Stroke


class Letter(NamedTuple):
    strokes: list[Stroke]
    kind: int
    unit: float
    line: float


def lengths(stroke: Stroke) -> Stroke:
    steps = np.diff(stroke[:, :2], axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def along(stroke: Stroke, length: float) -> Stroke:
    """The point, radius and tone of a stroke so far from its beginning."""
    reached, moved = lengths(stroke), np.ones(len(stroke), bool)
    moved[1:] = np.diff(reached) > 0
    length = min(max(length, 0.0), reached[-1])
    return np.array([np.interp(length, reached[moved], column[moved]) for column in stroke.T])


def unit(vector: Sequence[float] | Stroke) -> Stroke:
    vector = np.asarray(vector, float)
    size = np.hypot(*vector)
    return vector / size if size else np.array([1.0, 0.0])


def late(letter: Letter, stroke: Stroke) -> bool:
    """Whether a stroke is a dot or a bar."""
    if len(letter.strokes) == 1 or letter.kind == ANYWHERE:
        return False
    every = np.concatenate(letter.strokes)
    high, top = np.ptp(every[:, 1]), every[:, 1].min()
    wide, tall = np.ptp(stroke[:, :2], axis=0)
    small = max(wide, tall) < 0.25 * high
    dot = letter.kind & DOTTED and tall < 0.4 * high and stroke[:, 1].max() < top + 0.45 * high
    bar = letter.kind & BARRED and wide > 1.5 * tall and tall < 0.35 * high
    return bool(small or dot or bar)


def exit_of(letter: Letter) -> Exit | None:
    strokes, kind, size, line = letter
    body = [number for number, one in enumerate(strokes) if not late(letter, one)]
    if not body:
        return None
    reach = np.concatenate([strokes[number][:, 0] for number in body])
    middle = (reach.min() + reach.max()) / 2
    for number in reversed(body):
        stroke = strokes[number]
        x, y = stroke[-1, :2]
        hangs = y > line + 0.3 * size
        high = bool(kind & LEFT_HIGH and line - y > 0.45 * size)
        total = lengths(stroke)[-1]
        if kind == ANYWHERE or hangs or x >= middle - (0.35 if high else 0.15) * size:
            ahead = unit(stroke[-1, :2] - along(stroke, total - 0.15 * size)[:2])
            down = ahead[1] > 0.5 and not (high or hangs or kind == ANYWHERE)
            trim = 0.22 * size if down and total > 0.44 * size else 0.0
            return left_by(stroke, number, trim, high, size)
        mirrored = stroke[::-1] * [-1, -1, 1, 1]
        heel = bow(mirrored, size, -middle)
        if heel is not None:
            back, place, direction = heel
            pen = along(stroke, total - 0.4 * size)[2:]
            turned = direction if direction[0] >= 0.3 else unit([0.5, -0.8])
            return Exit(number, total, back, -place, turned, False, pen)
    bar = strokes[-1]
    if kind & BARRED and bar[-1, 0] > max(middle, bar[0, 0]):
        return left_by(bar, len(strokes) - 1, 0.0, True, size)
    return None


def left_by(stroke: Stroke, number: int, trim: float, high: bool, size: float) -> Exit:
    kept = lengths(stroke)[-1] - trim
    direction = unit((along(stroke, kept) - along(stroke, kept - 0.15 * size))[:2])
    if high:
        direction = unit(0.5 * direction + [0.8, 0.35])
    place, pen = along(stroke, kept)[:2], along(stroke, kept - 0.4 * size)[2:]
    return Exit(number, kept, 0.0, place, direction, high, pen)


def entry_of(letter: Letter) -> Entry | None:
    strokes, kind, size, line = letter
    body = [number for number, one in enumerate(strokes) if not late(letter, one)]
    if not body:
        return None
    reach = np.concatenate([strokes[number][:, 0] for number in body])
    middle = (reach.min() + reach.max()) / 2
    stroke = strokes[body[0]]
    first = stroke[0, :2]
    direction = unit(along(stroke, 0.15 * size)[:2] - first)
    arched = first[0] > middle + 0.15 * size or (kind & ARCHED and direction[0] < -0.2)
    if arched and kind != ANYWHERE:
        shoulder = bow(stroke, size, middle)
        if shoulder is None:
            return None
        length, place, direction = shoulder
        if direction[0] < 0.3:
            direction = unit([0.5, -0.8])
        return Entry(body[0], length, place, direction, along(stroke, length + 0.4 * size)[2:])
    if direction[1] > 0.2 and kind != ANYWHERE:
        tall = line - first[1] > 1.4 * size
        direction = unit([-0.15, -1.0] if tall else [0.55, -0.85])
    return Entry(body[0], 0.0, first, direction, along(stroke, 0.4 * size)[2:])


def bow(stroke: Stroke, size: float, middle: float) -> tuple[float, Stroke, Stroke] | None:
    """Where a bow to the left turns down: how far along it is, where, and which way leads back."""
    step, first = 0.06 * size, stroke[0, 0]
    length = step
    while length < min(lengths(stroke)[-1], 1.6 * size):
        place = along(stroke, length)[:2]
        ahead = along(stroke, length + step)[:2] - along(stroke, length - step)[:2]
        if place[0] > first + 0.2 * size:
            return None
        turned = ahead[0] > 0 or (ahead[1] > -ahead[0] and place[0] <= middle + 0.1 * size)
        if turned and place[0] < first - 0.1 * size:
            return length, place, unit(-ahead)
        length += step
    return None


def reachable(left: Letter, right: Letter) -> bool:
    if not (left.unit and right.unit):  # a speck
        return False
    leaves, enters = exit_of(left), entry_of(right)
    if leaves is None or enters is None:
        return False
    most = 3.0 if left.kind == ANYWHERE else 2.2
    return bool(-0.4 * left.unit <= enters.place[0] - leaves.place[0] <= most * left.unit)


def join(left: Letter, right: Letter) -> Stroke:
    """``float64 (PIECES + 1, 4)``, by de Casteljau."""
    leaves, enters = exit_of(left), entry_of(right)
    assert leaves is not None and enters is not None
    ahead = enters.direction
    tall = right.line - enters.place[1] > 1.4 * left.unit
    if leaves.high and enters.along == 0 and ahead[1] < 0 and not tall:
        ahead = unit([0.9, -0.45])
    length = np.hypot(*(enters.place - leaves.place))
    before, behind = min(0.45 * length, 0.5 * left.unit), min(0.4 * length, 0.5 * left.unit)
    if leaves.direction[0] < -0.2 and leaves.place[1] < left.line + 0.3 * left.unit:
        before = min(before, 0.3 * left.unit)
    corners = [
        leaves.place,
        leaves.place + leaves.direction * before,
        enters.place - ahead * behind,
        enters.place,
    ]
    found = []
    for piece in range(PIECES + 1):
        share, points = piece / PIECES, corners
        while len(points) > 1:
            points = [a + (b - a) * share for a, b in itertools.pairwise(points)]
        found.append([*points[0], *(leaves.pen + (enters.pen - leaves.pen) * share)])
    return np.array(found)


def join_letters(letters: Sequence[Letter], joined: Sequence[bool]) -> list[list[Stroke]]:
    """The strokes of each letter, with its halves of joins, and last the middles of joins."""
    middle = slice(PIECES // 2 - 1, PIECES // 2 + 2)
    out = []
    for number, letter in enumerate(letters):
        strokes = [stroke.copy() for stroke in letter.strokes]
        entered = number > 0 and joined[number - 1]
        leaves, enters = exit_of(letter), entry_of(letter)
        whole = [lengths(stroke) for stroke in strokes]
        raised: dict[int, Stroke] = {}
        if entered and enters is not None:
            at = enters.stroke
            near = whole[at] < enters.along + 0.4 * letter.unit
            raise_pen(strokes[at], near, enters.pen)
        if joined[number] and leaves is not None:
            at = leaves.stroke
            near = whole[at] > leaves.kept - 0.4 * letter.unit
            raise_pen(strokes[at], near, leaves.pen)
            kept = (whole[at] < leaves.kept) | (leaves.back > 0)
            kept[0] = True
            passed = np.flatnonzero(whole[at][-1] - whole[at] <= leaves.back)
            back = letter.strokes[at][passed[-2::-1]] if leaves.back else np.zeros((0, 4))
            half = join(letter, letters[number + 1])[: PIECES // 2]
            raised[at] = np.concatenate([strokes[at][kept], back, half])
        if entered:
            half = join(letters[number - 1], letter)[PIECES // 2 + 1 :]
            own = letter.strokes[enters.stroke]
            # back over the arch, not to its first point, which the stroke itself begins with
            passed = np.flatnonzero(whole[enters.stroke] <= enters.along)
            back = own[passed[:0:-1]]
            rest = raised.get(enters.stroke, strokes[enters.stroke])
            raised[enters.stroke] = np.concatenate([half, back, rest])
        out.append([raised.get(at, stroke) for at, stroke in enumerate(strokes)])
        if entered:
            out[-1].append(join(letters[number - 1], letter)[middle])
        if joined[number]:
            out[-1].append(join(letter, letters[number + 1])[middle])
    return out


def raise_pen(stroke: Stroke, near: npt.NDArray[np.bool_], pen: Stroke) -> None:
    """Where a stroke is joined it is as broad and dark as before it thinned out."""
    stroke[near, 2:] = np.maximum(stroke[near, 2:], np.floor(pen))


def choose(pairs: Sequence[tuple[float, bool]], odds: float, words: Sequence[int]) -> list[bool]:
    """Which pairs are joined, by what their letters do to the odds, and whether they can be."""
    shares = [odds * effect / (1 + odds * effect) for effect, _ in pairs]
    possible = sum(share for share, (_, can) in zip(shares, pairs, strict=True) if can)
    more = sum(shares) / possible if possible else 0.0
    return [
        can and (word >> 48) < np.floor(min(share * more, 1.0) * 65536 + 0.5)
        for share, (_, can), word in zip(shares, pairs, words, strict=True)
    ]


def first_joined(kinds: Sequence[int], inked: Sequence[bool]) -> int:
    """The first item with ink that is joined to others of its kind; -1 for none."""
    found = [
        at for at, (kind, ink) in enumerate(zip(kinds, inked, strict=True)) if ink and kind >= 0
    ]
    return found[0] if found else -1


def measure_letters(strokes: Sequence[Stroke], figure: Sequence[float], em: float) -> Any:
    """X-height and writing line of a letter of such a height and reach below the line, 1/256 px;
    none of what is less than two pixels high."""
    if not strokes:
        return 0.0, 0.0
    heights = np.concatenate(strokes)[:, 1]
    tall = figure[0] or None
    unit = (heights.max() - heights.min()) / tall if tall else X_HEIGHT_EM * em * 256
    return (unit, heights.max() - figure[1] * unit) if unit >= LEAST_UNIT else (0.0, 0.0)


def pack_strokes(strokes: Sequence[Stroke], owners: Sequence[int], count: int) -> Any:
    """Rows of points, each with whether it goes on, and where each item's begin."""
    rows = [[*row, int(k > 0)] for stroke in strokes for k, row in enumerate(stroke.tolist())]
    sizes = np.zeros(count, int)
    for stroke, owner in zip(strokes, owners, strict=True):
        sizes[owner] += len(stroke)
    return np.array(rows, int), np.concatenate([[0], np.cumsum(sizes)])


def solve(rate: float, leaving: Any, entering: Any, shares: Any) -> float:
    """The odds by which the mean over all pairs is `rate`: Newton's way, in logarithms."""
    effect = np.log(np.outer(leaving, entering))
    weight, at = np.outer(shares[:, 0], shares[:, 1]), 0.0
    for _ in range(200):
        share = 1 / (1 + np.exp(-(at + effect)))
        slope = (weight * share * (1 - share)).sum()
        at -= float(np.clip(((weight * share).sum() - rate) / slope, -1, 1))
    return float(np.exp(at))


def join_line(
    letters: Sequence[Letter], effects: Any, odds: float, closer: float, words: Sequence[int]
) -> tuple[list[int], list[list[Stroke]]] | None:
    """Letters of one word, joined: how far each moves to the left, and the strokes of each.

    Args:
        letters: measured already.
        effects: of each pair of neighbours on the odds.
        odds: of the hand.
        closer: x-heights that a joined letter comes closer.
        words: chance.
    """
    can = [reachable(*pair) for pair in itertools.pairwise(letters)]
    joined = choose(list(zip(effects, can, strict=True)), odds, words[: len(can)])
    if not any(joined):
        return None
    steps = [
        int(np.floor(closer * one.unit)) if to else 0
        for one, to in zip(letters, joined, strict=False)
    ]
    moves = [0, *itertools.accumulate(steps)]
    moved = [
        one._replace(strokes=[stroke - [move, 0, 0, 0] for stroke in one.strokes])
        for one, move in zip(letters, moves, strict=True)
    ]
    return moves, join_letters(moved, [*joined, False])
