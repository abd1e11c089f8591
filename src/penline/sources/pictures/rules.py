"""Printed rules and squares of the paper: found where they cross a whole picture, and taken out.

A rule runs out of a picture at both sides, nearly straight, at one strength: the pen's strokes do
not. It is cleared to where it is as dark as the rule itself; a stroke that crosses it, and is
darker or goes on beyond it, stays.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D

__all__ = ["is_ruled", "without_rules"]

_LEAST_PX = 96
"""Smaller pictures are no photographs: what runs through them is a stroke."""
_MOST_PX = 720
"""Rules are looked for in a picture that is no larger."""
_PIECE_PX = 12
_STEEPEST = 0.12
"""Rules rise by at most so much of their length."""
_SHARE = 0.72
"""In so many of its pieces a rule is seen; strokes that cover it, and dashes, take the others."""
_SHORTEST = 0.2
"""Of the picture's side, a rule is at least so long: it may run out at the side beside."""
_BEYOND = 3
_BROAD = 0.035
"""A rule is at most this share of the side broad."""
_BORDER = 0.05
"""What lies within so much of a side from its border is the rest of a rule."""
_AS_DARK = 0.5
_STROKE = 0.35
"""So dark, of the pen, is a stroke that goes on beyond a rule."""
_FEWEST = 2
_MOST_RULES = 160


class _Rule(NamedTuple):
    """A rule across a picture.

    Attributes:
        rows: ``int64 (width_px,)``: its middle in each column.
        most: ``int64 (2 * reach + 1,)``: how dark it is at most, so far from the middle; -1 beside.
        dark: how dark it usually is, in its middle.
    """

    rows: npt.NDArray[np.int64]
    most: npt.NDArray[np.int64]
    dark: int


def is_ruled(ink: Bytes2D, cut: int) -> bool:
    """Tell whether rules run through a picture.

    Args:
        ink: ``uint8 (height_px, width_px)``, raw.
        cut: ink up to this is noise.
    """
    return sum(len(_rules(plane, cut)) for plane in (ink, _turned(ink))) >= _FEWEST


def without_rules(ink: Bytes2D, cut: int) -> Bytes2D:
    """Take the rules of the paper out of raw ink.

    Args:
        ink: ``uint8 (height_px, width_px)``.
        cut: ink up to this is noise.
    """
    across, down = _rules(ink, cut), _rules(_turned(ink), cut)
    if len(across) + len(down) < _FEWEST:
        return ink
    pen, turned = _pen(ink, cut), _turned(ink)
    # where two rules cross, neither is a stroke that goes on
    without_across = _turned(_cleared(ink, None, across, pen))
    without_down = _turned(_cleared(turned, None, down, pen))
    out = _turned(_cleared(ink, without_down, across, pen))
    return _inside(_turned(_cleared(out, without_across, down, pen)), cut)


def _inside(ink: Bytes2D, cut: int) -> Bytes2D:
    """Ink without what lies along the borders, where no rule can be followed."""
    mask = np.asarray(cv2.threshold(ink, cut, 1, cv2.THRESH_BINARY)[1], np.uint8)
    _, marks, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    low = facts[:, :2].astype(np.int64)
    size = np.array(ink.shape[::-1])
    high = size - (low + facts[:, 2:4])
    deep = max(round(min(ink.shape) * _BORDER), 3)
    at_border = (size - high <= deep) | (size - low <= deep)
    gone = at_border.any(1)
    gone[0] = False
    return np.where(gone[marks], np.uint8(0), ink) if gone.any() else ink


def _turned(ink: Bytes2D) -> Bytes2D:
    return np.ascontiguousarray(ink.T)


def _pen(ink: Bytes2D, cut: int) -> int:
    """How dark the pen is, whose ink is darker than what rules are of."""
    dark = np.sort(ink[ink > cut])
    return int(dark[-1 - len(dark) // 20]) if dark.size else 255


def _rules(ink: Bytes2D, cut: int) -> list[_Rule]:
    """The rules that run from the left border to the right one, those above first."""
    if min(ink.shape) < _LEAST_PX:
        return []
    by = -(-max(ink.shape) // _MOST_PX)
    small = ink
    if by > 1:
        size = max(ink.shape[1] // by, 1), max(ink.shape[0] // by, 1)
        small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    ridge = _ridge(small)
    pieces = max(small.shape[1] // _PIECE_PX, 8)
    edges = np.linspace(0, small.shape[1], pieces + 1).astype(np.int64)
    sums = np.add.reduceat(ridge, edges[:-1], axis=1, dtype=np.int64)
    seen = sums // np.diff(edges)
    middles = (edges[:-1] + edges[1:]) // 2
    found = []
    for rows in itertools.islice(_paths(seen, middles, max(cut // 3, 4)), _MOST_RULES):
        full = np.interp(
            np.arange(ink.shape[1]), (middles + 0.5) * by - 0.5, rows * by + by / 2 - 0.5
        )
        rule = _measured(ink, np.rint(full).astype(np.int64), by)
        if rule is not None:
            found.append(rule)
    return found


def _ridge(ink: Bytes2D) -> npt.NDArray[np.int16]:
    """How much darker a pixel is than the paper above and below it."""
    soft = np.asarray(cv2.blur(ink, (3, 1)), np.int16)
    reach = max(3, round(min(ink.shape) * _BROAD / 2))
    up, down = np.roll(soft, reach, 0), np.roll(soft, -reach, 0)
    up[:reach], down[-reach:] = soft[:reach], soft[-reach:]
    return np.asarray((soft - np.maximum(up, down)).clip(0, 64), np.int16)


def _paths(
    seen: npt.NDArray[np.int64], middles: npt.NDArray[np.int64], least: int
) -> Iterator[npt.NDArray[np.int64]]:
    """The rows, at the middle of each piece, of what is seen as a line from border to border."""
    height, pieces = seen.shape
    told = np.asarray(cv2.dilate((seen >= least).astype(np.uint8), np.ones((3, 1), np.uint8)))
    far = middles - middles[0]
    steep = int(far[-1] * _STEEPEST)
    begins = np.arange(-steep, height + steep)
    rises = np.arange(-steep, steep + 1, 2)
    room = 2 * steep + 1
    sides = ((room, room), (0, 0))
    layers = [np.pad(one, sides) for one in (told, np.ones_like(told), seen)]
    sums = np.zeros((3, len(rises), len(begins)), np.int64)
    for number, rise in enumerate(rises.tolist()):
        for piece, row in enumerate((rise * far // far[-1] + room).tolist()):
            for one, layer in zip(sums, layers, strict=True):
                one[number] += layer[begins + row, piece]
    count, within, strength = sums
    lines = (within >= _SHORTEST * pieces) & (count >= _SHARE * within)
    table = np.where(lines, strength, 0)
    apart = max(3, round(height * _BROAD / 2))
    while table.any():
        slope, begin = np.unravel_index(int(table.argmax()), table.shape)
        line = begins[begin] + rises[slope] * far // far[-1]
        yield _followed(seen, line)
        # no other rule begins or ends here
        ends = begins[None] + rises[:, None]
        table[(abs(begins[None] - line[0]) <= apart) | (abs(ends - line[-1]) <= apart)] = 0


def _followed(seen: npt.NDArray[np.int64], line: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A line moved to where its pieces are seen best, smoothed by its neighbours."""
    height = seen.shape[0]
    steps = np.arange(-2, 3)
    rows = (line[None] + steps[:, None]).clip(0, height - 1)
    values = seen[rows, np.arange(len(line))[None]]
    moved = steps[values.argmax(0)]
    moved[values.max(0) == 0] = 0
    moved[(line < 0) | (line >= height)] = 0
    window = np.lib.stride_tricks.sliding_window_view(np.pad(moved, 3, mode="edge"), 7)
    return np.asarray(line + np.sort(window, axis=1)[:, 3], np.int64)


def _measured(ink: Bytes2D, rows: npt.NDArray[np.int64], by: int) -> _Rule | None:
    """How broad and how dark a rule is; None for what is not even enough to be printed."""
    reach = max(3, round(min(ink.shape) * _BROAD))
    inside = (rows >= 0) & (rows < ink.shape[0])
    values = np.sort(_along(ink, rows, reach)[:, inside], axis=1)
    middle = values.shape[1] // 2
    usual = values[:, middle]
    scatter = np.sort(abs(values - usual[:, None]), axis=1)[:, middle]
    dark = int(usual[reach - by : reach + by + 1].max())
    if dark <= 0:
        return None
    most = usual + np.maximum(3 * scatter, 3)
    peak = reach - by + int(usual[reach - by : reach + by + 1].argmax())
    most[: peak - _edge(usual[peak::-1])] = -1
    most[peak + _edge(usual[peak:]) + 1 :] = -1
    return _Rule(rows, most, dark)


def _edge(falling: npt.NDArray[np.int64]) -> int:
    """How far from its middle a rule ends: where it is next to nothing, or it grows again."""
    ends = np.flatnonzero((falling[:-1] < max(int(falling[0]) // 6, 2)) | (np.diff(falling) > 0))
    return int(ends[0]) if ends.size else len(falling) - 1


def _along(ink: Bytes2D, rows: npt.NDArray[np.int64], reach: int) -> npt.NDArray[np.int64]:
    """What lies up to so far from a rule, ``int64 (2 * reach + 1, width_px)``."""
    at = (rows[None] + np.arange(-reach, reach + 1)[:, None]).clip(0, ink.shape[0] - 1)
    return np.asarray(ink[at, np.arange(ink.shape[1])[None]], np.int64)


def _cleared(ink: Bytes2D, strokes: Bytes2D | None, rules: list[_Rule], pen: int) -> Bytes2D:
    """Ink without its rules.

    Args:
        ink: what is cleared.
        strokes: the same without the rules that cross these: where strokes go on beyond a rule,
            they stay; None to let nothing stay.
        rules: the rules.
        pen: how dark strokes are.
    """
    cleared = ink.copy()
    columns = np.arange(ink.shape[1])[None]
    for rule in rules:
        reach = len(rule.most) // 2
        band = np.flatnonzero(rule.most >= 0)
        at = rule.rows[None] + band[:, None] - reach
        inside = (at >= 0) & (at < ink.shape[0])
        at = at.clip(0, ink.shape[0] - 1)
        values = cleared[at, columns].astype(np.int64)
        most = rule.most[band][:, None]
        # from the rule's darkness on ink counts more and more, until it is clearly the pen's
        clear = np.maximum((rule.dark + pen) // 2, most + 1)
        left = values * (values - most).clip(0) // (clear - most)
        left = np.minimum(left, values)
        if strokes is not None:
            dark = _along(strokes, rule.rows, reach + _BEYOND) > pen * _STROKE
            over = _widened(dark[: _BEYOND + band[0]][-_BEYOND:], len(band))
            under = _widened(dark[_BEYOND + band[-1] + 1 :][:_BEYOND], len(band))
            stays = over & under & ((values > most) | (rule.dark > _AS_DARK * pen))
            left = np.where(stays, values, left)
        where = at[inside], np.broadcast_to(columns, at.shape)[inside]
        cleared[where] = left[inside].astype(np.uint8)
    return cleared


def _widened(told: npt.NDArray[np.bool_], width: int) -> npt.NDArray[np.bool_]:
    """In which columns any row is true, or is up to half of so many columns away."""
    row = np.asarray(told.any(0), np.uint8)[None]
    wide = np.asarray(cv2.dilate(row, np.ones((1, width | 1), np.uint8)), np.uint8)
    return np.asarray(wide[0] > 0, np.bool_)
