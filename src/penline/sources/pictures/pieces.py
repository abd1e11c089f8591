"""Many writings of one character in one picture: found, cut out and put in rows.

What belongs together is found by the gaps: of all widths of gap, the one is taken at which what
hangs together is of one size and one shape, and stays the same for long when the width changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from penline.measure.classes import class_of, expected_of
from penline.records import Bytes2D
from penline.sources.pictures.alike import look
from penline.sources.pictures.planes import shrunk

__all__ = ["CUT_OFF", "UNLIKE", "Cut", "Piece", "cut_apart", "merged", "pieces_of"]

Labels = npt.NDArray[np.int32]

CUT_OFF = "piece that runs out of its picture"
UNLIKE = "piece unlike the others of its picture"
_SMALL_PX = 1000
"""Gaps are measured in a picture that is no larger."""
_STEP = 1.25
_WIDEST = 0.2
"""Gaps within a character are less than so much of the picture's shorter side."""
_MOST_SPOTS = 6_000
_SPECK = 0.35
"""What is smaller than so much of the others' longer side is no character by itself."""
_SIZES = 0.5, 1.8
_LOOKS = 0.4
_ALIKE, _MANY = 0.72, 6
_STEADY = 0.12
_WIDE = 1.55


class Piece(NamedTuple):
    """One writing that was cut out.

    Attributes:
        left, top: its place in the picture, px.
        ink: ``uint8 (height_px, width_px)``, cut tight, without what is its neighbours'.
        row: its row, from 0.
        reason: why it is probably no whole character; "" where it is one.
    """

    left: int
    top: int
    ink: Bytes2D
    row: int = 0
    reason: str = ""


class Cut(NamedTuple):
    """What was found in a picture.

    Attributes:
        pieces: row by row, from left to right.
        alike: how alike they look, 0 to 1.
        many: they are so many, and so alike, that nobody has to say so.
    """

    pieces: list[Piece]
    alike: float
    many: bool

    @property
    def sound(self) -> list[Piece]:
        """The pieces that are whole characters."""
        return [one for one in self.pieces if not one.reason]

    def words(self) -> str:
        """Say how many characters were found."""
        rows = len({one.row for one in self.pieces})
        return f"{len(self.sound)} in {rows} row{'s' if rows != 1 else ''}"


def pieces_of(ink: Bytes2D, pen_px: float, character: str = "") -> Cut:
    """Cut a picture of many writings of a character apart.

    Args:
        ink: ``uint8 (height_px, width_px)``, clean.
        pen_px: how broad strokes are.
        character: what it is; "" where that is not known.

    Returns:
        What was found; nothing where there is no ink, or nothing but spots.
    """
    mask = np.asarray(cv2.threshold(ink, 0, 1, cv2.THRESH_BINARY)[1], np.uint8)
    if not mask.any():
        return Cut([], 0.0, False)
    by = max(max(ink.shape) / _SMALL_PX, 1.0)
    best = _grouped(shrunk(ink, by), pen_px / by, character)
    if best is None:
        return Cut([], 0.0, False)
    # the groups of the small picture, in the large one
    large = cv2.resize(best, ink.shape[::-1], interpolation=cv2.INTER_NEAREST)
    pieces = _cut_out(ink, np.asarray(large, np.int32))
    pieces = [part for one in pieces for part in _apart(one, pieces)]
    return _judged(_in_rows(pieces), ink.shape)


def _grouped(small: Bytes2D, pen_px: float, character: str) -> Labels | None:
    """Number what hangs together, ``int32`` of the picture's shape, 0 where nothing is near."""
    ways: list[tuple[float, int, Labels]] = []
    gap = max(pen_px / 2, 1.0)
    while gap < _WIDEST * min(small.shape):
        side = round(gap) | 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        near = cv2.dilate(np.asarray(small > 0, np.uint8), disc)
        count, groups = cv2.connectedComponents(near, connectivity=8)
        if count - 1 <= _MOST_SPOTS:
            score = _score(small, np.asarray(groups, np.int32), character)
            ways.append((score, count, np.asarray(groups, np.int32)))
        if count == 2:
            break
        gap = max(gap * _STEP, gap + 2)
    if not ways:
        return None
    counts = [count for _, count, _ in ways]
    steady = [sum(abs(one - other) <= 0.02 * one for other in counts) for one in counts]
    scores = [score * (1 + _STEADY * long) for (score, *_), long in zip(ways, steady, strict=True)]
    return ways[int(np.argmax(scores))][2]


def _score(small: Bytes2D, groups: Labels, character: str) -> float:
    """How much groups are of one size and one shape, and how much of the ink they hold."""
    boxes = _boxes(small, groups)
    sides = boxes[:, 2:].max(1)
    large = boxes[sides >= _SPECK * _usual(sides)]
    crops = [small[y : y + h, x : x + w] for x, y, w, h in large.tolist()]
    held = sum(int(np.count_nonzero(one)) for one in crops) / np.count_nonzero(small)
    if len(crops) == 1:
        return 0.2 * min(held, 1.0)
    longer = large[:, 2:].max(1)
    even = 1 / (1 + float(longer.std()) / float(longer.mean()))
    score = _alike(crops).mean() * even * min(held, 1.0)
    if len(character) == 1:
        usual = expected_of(class_of(character))
        ratio = np.median(large[:, 2] / large[:, 3]) / (usual.width / usual.height)
        score /= 1 + max(0.0, abs(float(np.log2(ratio))) - 1)
    return float(score)


def _boxes(ink: Bytes2D, groups: Labels) -> npt.NDArray[np.int64]:
    """Left, top, width and height of the ink of each group, ``int64 (groups, 4)``."""
    rows, columns = np.nonzero(ink)
    which = groups[rows, columns]
    count = int(groups.max()) + 1
    low = np.full((2, count), max(ink.shape), np.int64)
    high = np.full((2, count), -1, np.int64)
    for axis, at in enumerate((columns, rows)):
        np.minimum.at(low[axis], which, at)
        np.maximum.at(high[axis], which, at)
    there = (high[0] >= 0) & (np.arange(count) > 0)
    return np.stack([*low[:, there], *(high - low + 1)[:, there]], axis=1)


def _usual(sides: npt.NDArray[np.int64]) -> float:
    """The side of what most of the ink is in: the median, each weighed by its square."""
    order = np.sort(sides).astype(np.float64)
    weight = np.cumsum(order * order)
    return float(order[int(np.searchsorted(weight, weight[-1] / 2))])


def _alike(crops: Sequence[Bytes2D]) -> npt.NDArray[np.float64]:
    """How alike each is to the middle of all, 0 to 1."""
    looks = np.stack([look(one) for one in crops]).astype(np.float64)
    middle = looks.mean(0)
    for _ in range(2):  # of the half that is nearer
        near = looks @ middle
        middle = looks[near >= np.median(near)].mean(0)
        middle = middle / max(float(np.linalg.norm(middle)), 1e-6)
    return np.asarray(looks @ middle, np.float64)


def _cut_out(ink: Bytes2D, groups: Labels) -> list[Piece]:
    boxes = _boxes(ink, groups).tolist()
    there = np.unique(groups[ink > 0])
    numbers = there[there > 0].tolist()
    found = []
    for number, (left, top, width, height) in zip(numbers, boxes, strict=True):
        place = slice(top, top + height), slice(left, left + width)
        own = np.where(groups[place] == number, ink[place], 0).astype(np.uint8)
        found.append(Piece(left, top, own))
    sides = np.array([max(one.ink.shape) for one in found])
    least = _SPECK * _usual(sides)
    return [one for one, side in zip(found, sides.tolist(), strict=True) if side >= least]


def _apart(piece: Piece, pieces: Sequence[Piece]) -> list[Piece]:
    """A piece, or its parts where neighbours have run into each other: those like the others."""
    sides = np.median([one.ink.shape for one in pieces], axis=0)
    for axis in (1, 0):
        times = round(piece.ink.shape[axis] / sides[axis])
        fits = piece.ink.shape[1 - axis] <= 1.4 * sides[1 - axis]
        if len(pieces) > 2 and fits and piece.ink.shape[axis] > _WIDE * sides[axis]:
            looks = np.stack([look(one.ink) for one in pieces])
            least_px = sides[0] * sides[1] / 3
            ways = [cut_apart(piece, n, across=axis == 1) for n in range(2, max(times, 2) + 1)]
            likely = [way for way in ways if min(one.ink.size for one in way) > least_px] or ways
            near = [(looks @ np.stack([look(one.ink) for one in way]).T).mean() for way in likely]
            return likely[int(np.argmax(near))]
    return [piece]


def cut_apart(piece: Piece, parts: int, *, across: bool = True) -> list[Piece]:
    """Cut a piece where the least ink is.

    Args:
        piece: what is cut.
        parts: into how many.
        across: from left to right; False from top to bottom.
    """
    profile = piece.ink.astype(np.int64).sum(0 if across else 1)
    length = len(profile)
    cuts = [0]
    for number in range(1, parts):
        middle, reach = length * number // parts, max(length // (3 * parts), 1)
        low = max(middle - reach, cuts[-1] + 1)
        window = profile[low : middle + reach]
        cuts.append(low + int(window.argmin()) if window.size else low)
    cuts.append(length)
    found = []
    for start, end in itertools.pairwise(cuts):
        part = piece.ink[:, start:end] if across else piece.ink[start:end]
        x, y, width, height = cv2.boundingRect(part) if part.size else (0, 0, 0, 0)
        if width:
            left, top = (x + start, y) if across else (x, y + start)
            inside = np.ascontiguousarray(part[y : y + height, x : x + width])
            found.append(piece._replace(left=piece.left + left, top=piece.top + top, ink=inside))
    return found


def merged(pieces: Sequence[Piece]) -> Piece:
    """Make one piece of several, each in its place."""
    left, top = min(one.left for one in pieces), min(one.top for one in pieces)
    right = max(one.left + one.ink.shape[1] for one in pieces)
    bottom = max(one.top + one.ink.shape[0] for one in pieces)
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for one in pieces:
        height, width = one.ink.shape
        y, x = one.top - top, one.left - left
        place = ink[y : y + height, x : x + width]
        np.maximum(place, one.ink, out=place)
    return Piece(left, top, ink, pieces[0].row)


def _in_rows(pieces: list[Piece]) -> list[Piece]:
    """The pieces in their rows, which may slope: each goes on beside the nearest one."""
    rows: list[list[Piece]] = []
    for one in sorted(pieces, key=lambda piece: piece.left):
        middle = one.top + one.ink.shape[0] / 2
        near = []
        for row in rows:
            last = row[-1]
            away = abs(last.top + last.ink.shape[0] / 2 - middle)
            apart = one.left - (last.left + last.ink.shape[1] / 2)
            if away < max(last.ink.shape[0], one.ink.shape[0]) / 2 and apart > 0:
                near.append((away, row))
        if near:
            min(near, key=lambda pair: pair[0])[1].append(one)
        else:
            rows.append([one])
    rows.sort(key=lambda row: float(np.mean([one.top + one.ink.shape[0] / 2 for one in row])))
    return [one._replace(row=number) for number, row in enumerate(rows) for one in row]


def _judged(pieces: list[Piece], shape: tuple[int, ...]) -> Cut:
    """What is odd about pieces, beside the others."""
    if not pieces:
        return Cut([], 0.0, False)
    alike = _alike([one.ink for one in pieces])
    sides = np.array([max(one.ink.shape) for one in pieces]) / _usual(
        np.array([max(one.ink.shape) for one in pieces])
    )
    judged = []
    for one, near, side in zip(pieces, alike.tolist(), sides.tolist(), strict=True):
        height, width = one.ink.shape
        low = one.left <= 1 or one.top <= 1
        reason = ""
        if low or one.left + width >= shape[1] - 1 or one.top + height >= shape[0] - 1:
            reason = CUT_OFF
        elif len(pieces) > 2 and (near < _LOOKS or not _SIZES[0] <= side <= _SIZES[1]):
            reason = UNLIKE
        judged.append(one._replace(reason=reason))
    middle = float(np.median(alike))
    return Cut(judged, middle, len(pieces) >= _MANY and middle >= _ALIKE)
