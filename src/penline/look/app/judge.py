"""Which glyphs of a character look wrong: unlike the others, blank, cut off, or there twice.

All is relative to the glyphs of the same character in the same bank: a long straight edge is
what 一 looks like, and a defect in 永. It orders what a person looks at, and decides nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from penline.bank import Bank
from penline.look.app.limits import CLASS_GLYPHS
from penline.records import Bytes2D

__all__ = ["FLAGS", "Judged", "Judgements", "judge", "looks"]

FLAGS = {
    "unlike": "unlike the others",
    "blank": "nearly blank",
    "cut": "perhaps cut off",
    "twin": "there twice",
}

_SIDE = 16
_INNER = 14
_INK = 48
"""Ink from here on counts when a glyph is cropped."""
_FEWEST_PX = 6
_FAR = 4.0
"""Deviations (1.4826 x the median absolute one) from the median distance."""
_EDGE = 0.4
"""Share of a side, more than is usual in the class, that is one straight run of ink."""
_NEAR = 0.992
_SAME = 0.1
"""Share of the ink by which two pictures of one size may differ that are taken for one."""
_BLOCK = 512
_KEPT = 64

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """The glyphs of one character, those that stand out first.

    Attributes:
        rows: ``int64 (n,)``: rows of the bank.
        flags: for each what is odd about it: some of `FLAGS`.
        distance: ``float32 (n,)``: how unlike the others, 0 to 1.
        total: glyphs of that character, judged or not.
    """

    rows: npt.NDArray[np.int64]
    flags: tuple[tuple[str, ...], ...]
    distance: Floats
    total: int


def looks(ink: Bytes2D) -> Floats:
    """A glyph's shape as a vector of length 1, whatever its size; 0 where it is blank.

    Args:
        ink: ``uint8 (height_px, width_px)``.

    Returns:
        ``float32 (256,)``.
    """
    out = np.zeros((_SIDE, _SIDE), np.float32)
    left, top, width, height = cv2.boundingRect(cv2.threshold(ink, _INK, 255, 0)[1])
    if width * height < _FEWEST_PX:
        return out.reshape(-1)
    scale = _INNER / max(width, height)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(
        ink[top : top + height, left : left + width], size, interpolation=cv2.INTER_AREA
    )
    y, x = (_SIDE - size[1]) // 2, (_SIDE - size[0]) // 2
    out[y : y + size[1], x : x + size[0]] = small
    out = np.asarray(cv2.GaussianBlur(out, (3, 3), 0), np.float32)
    length = float(np.linalg.norm(out))
    return np.asarray(out / length if length else out, np.float32).reshape(-1)


def _runs(ink: Bytes2D) -> list[float]:
    """Of each of the four sides, the longest run of ink along it, as a share."""
    found = []
    for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
        dark = np.flatnonzero(np.concatenate(([True], side < 2 * _INK, [True])))
        found.append((int(np.diff(dark).max()) - 1) / side.size)
    return found


def judge(bank: Bank, character: str) -> Judged:
    """Compare the glyphs of a character with each other.

    Where there are more than `CLASS_GLYPHS`, as many are taken evenly out of all writers'.

    Raises:
        BankError: the bank is damaged.
    """
    every = bank.rows(character=character)
    total = every.size
    if total > CLASS_GLYPHS:
        every = every[np.arange(CLASS_GLYPHS) * total // CLASS_GLYPHS]
    rows = every.astype(np.int64)
    if not rows.size:
        return Judged(rows, (), np.zeros(0, np.float32), 0)
    inks = [bank[row].ink for row in rows.tolist()]
    shapes = np.array([looks(ink) for ink in inks])
    runs = np.array([_runs(ink) for ink in inks])
    blank: npt.NDArray[np.bool_] = np.logical_not(shapes.any(axis=1))
    distance = _distances(shapes, blank)
    sound = distance[~blank] if (~blank).any() else distance
    middle = float(np.median(sound))
    spread = 1.4826 * float(np.median(np.abs(sound - middle)))
    unlike = (distance > middle + _FAR * max(spread, 0.01)) & ~blank & (rows.size > 4)
    cut = (runs - np.median(runs, axis=0)).max(axis=1) > _EDGE
    cut &= ~blank & (rows.size > 4)
    twin = _twins(shapes, inks) & ~blank
    marks = dict(zip(FLAGS, (unlike, blank, cut, twin), strict=True))
    odd = blank * 3.0 + unlike * 1.0 + cut * 0.5 + twin * 0.25 + distance
    order = np.argsort(-odd, kind="stable")
    flags = tuple(tuple(name for name in FLAGS if marks[name][at]) for at in order.tolist())
    return Judged(rows[order], flags, distance[order], total)


def _distances(shapes: Floats, blank: npt.NDArray[np.bool_]) -> Floats:
    """How far each is from the middle of the nearer half."""
    used = shapes[~blank]
    if not len(used):
        return np.ones(len(shapes), np.float32)
    centre = used.mean(axis=0)
    for _ in range(2):
        near = used @ centre
        kept = used[near >= np.median(near)]
        centre = kept.mean(axis=0)
        centre /= max(float(np.linalg.norm(centre)), 1e-6)
    return np.asarray(np.clip(1 - shapes @ centre, 0, 1), np.float32)


def _twins(shapes: Floats, inks: list[Bytes2D]) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(shapes), np.bool_)
    for start in range(0, len(shapes), _BLOCK):
        near = shapes[start : start + _BLOCK] @ shapes.T
        near[np.arange(len(near)), np.arange(start, start + len(near))] = 0
        best = near.argmax(axis=1)
        for at in np.flatnonzero(near.max(axis=1) > _NEAR).tolist():
            one, other = inks[start + at], inks[int(best[at])]
            if one.shape == other.shape:
                apart = int(cv2.absdiff(one, other).sum(dtype=np.int64))
                found[start + at] = apart <= _SAME * int(one.sum(dtype=np.int64))
    return found


class Judgements:
    """What was judged of late, so that the next page of a character costs nothing."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], Judged] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, number: int, bank: Bank, character: str) -> Judged:
        """`judge`, remembered by the bank's number on the server."""
        key = (number, character)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = judge(bank, character)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
