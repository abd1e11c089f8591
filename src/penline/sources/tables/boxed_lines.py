"""Characters of one page, each in its box, put into the lines that they stand in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.formats.table_row import BoxPlace
from penline.records import Bytes2D, CharacterBox, LineRecord, PageFacts, Raster, Source

__all__ = ["COLUMNS", "BoxedGlyph", "lines_of_page"]

COLUMNS = "characters of a page in columns, whose places are not measured"
_STEP = 0.5
_FARTHEST = 6.0
_TELLING = 0.6
"""So many characters have to follow one another one way, for their order to tell it."""


class BoxedGlyph(NamedTuple):
    """One character of a page.

    Attributes:
        character: its label.
        ink: ``uint8 (height_px, width_px)`` of its box, 0 = paper.
        place: where its box stands.
        record: its number in the source.
    """

    character: str
    ink: Bytes2D
    place: BoxPlace
    record: int


def lines_of_page(
    glyphs: Sequence[BoxedGlyph], source: Source, drop: Callable[[str], None]
) -> Iterator[LineRecord]:
    """Yield the lines of one page, each with its characters' own pictures and places.

    Args:
        glyphs: the characters of the page.
        source: where they come from.
        drop: told the reason for what stands in no line.
    """
    if glyphs and all(one.place.line >= 0 for one in glyphs):
        numbered = sorted(glyphs, key=lambda one: one.place.line)
        lines = [list(some) for _, some in itertools.groupby(numbered, _line_number)]
    elif _in_columns(glyphs):
        for _ in glyphs:
            drop(COLUMNS)
        return
    else:
        lines = _rows(glyphs)
    for line in lines:
        yield _record(sorted(line, key=lambda one: one.place.left_px), source)


def _line_number(one: BoxedGlyph) -> int:
    return one.place.line


def _boxes(glyphs: Iterable[BoxedGlyph]) -> npt.NDArray[np.float64]:
    """Left, top, right and bottom, ``float64 (n, 4)``."""
    return np.array(
        [
            (
                one.place.left_px,
                one.place.top_px,
                one.place.left_px + one.ink.shape[1],
                one.place.top_px + one.ink.shape[0],
            )
            for one in glyphs
        ],
        np.float64,
    ).reshape(-1, 4)


def _in_columns(glyphs: Sequence[BoxedGlyph]) -> bool:
    """Whether one character follows the other below it; or, where order tells nothing, is nearer
    to what stands below it than to what stands beside it."""
    boxes = _boxes(glyphs)
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    across, down = np.diff(middles, axis=0).T
    wide, high = np.maximum(sides[1:], sides[:-1]).T
    right = int(((across > 0) & (abs(down) < _STEP * high)).sum())
    below = int(((down > 0) & (abs(across) < _STEP * wide)).sum())
    if max(right, below) > _TELLING * len(across) and min(right, below) * 2 < max(right, below):
        return below > right
    gaps = [_nearest(boxes, axis) for axis in (0, 1)]
    if not (len(gaps[0]) and len(gaps[1])):
        return len(gaps[1]) > len(gaps[0])
    return bool(np.median(gaps[1]) < np.median(gaps[0]))


def _nearest(boxes: npt.NDArray[np.float64], axis: int) -> npt.NDArray[np.float64]:
    """From each box the gap to the next one along an axis that it overlaps across it."""
    found = []
    for number, box in enumerate(boxes):
        other = 1 - axis
        over = np.minimum(boxes[:, other + 2], box[other + 2]) - np.maximum(
            boxes[:, other], box[other]
        )
        side = box[other + 2] - box[other]
        after = (boxes[:, axis] > box[axis]) & (over > _STEP * side)
        after[number] = False
        gaps = boxes[after, axis] - box[axis + 2]
        if gaps.size and gaps.min() < _FARTHEST * side:
            found.append(float(gaps.min()))
    return np.array(found)


def _rows(glyphs: Sequence[BoxedGlyph]) -> list[list[BoxedGlyph]]:
    """Characters row by row; a row may slope, and ends where a gap is wide."""
    rows: list[list[BoxedGlyph]] = []
    for one in sorted(glyphs, key=lambda glyph: glyph.place.left_px):
        box = _boxes([one])[0]
        near: list[tuple[float, list[BoxedGlyph]]] = []
        for row in rows:
            last = _boxes(row[-1:])[0]
            side = max(box[3] - box[1], last[3] - last[1])
            away = abs(box[1] + box[3] - last[1] - last[3]) / 2
            if away < _STEP * side and box[0] - last[2] < _FARTHEST * side:
                near.append((away, row))
        if near:
            min(near, key=lambda pair: pair[0])[1].append(one)
        else:
            rows.append([one])
    return rows


def _record(line: Sequence[BoxedGlyph], source: Source) -> LineRecord:
    boxes = _boxes(line)
    left, top = (int(side) for side in boxes[:, :2].min(0))
    right, bottom = (int(side) for side in boxes[:, 2:].max(0))
    page = line[0].place
    characters = tuple(one.character for one in line)
    codes = tuple(one.character.encode() for one in line)
    return LineRecord(
        codes,
        characters,
        top,
        left,
        bottom - top,
        right - left,
        None,
        tuple(
            CharacterBox(
                one.character,
                code,
                one.place.top_px,
                one.place.left_px,
                Raster(one.ink, one.ink.shape[1]),
            )
            for one, code in zip(line, codes, strict=True)
        ),
        PageFacts(page.page_height_px, page.page_width_px, 0, "", 0, 8, 0, ""),
        source,
        line[0].record,
        0,
    )
