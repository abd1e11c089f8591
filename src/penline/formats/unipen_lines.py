"""Words and texts of UNIPEN as lines of strokes: whose each stroke is, and where a line ends.

A text may stand in several rows, and its label does not say where they end. The characters or the
words that were told one by one, of the same strokes, do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from penline.formats.ink import LineOfStrokes, gb_codes
from penline.formats.unipen_text import UnipenPart

__all__ = [
    "LinePart",
    "StrokePiece",
    "goes_back",
    "lines_of",
    "pieces_of",
    "rows_of_words",
    "spelled",
    "words_of",
]

Strokes: TypeAlias = list[npt.NDArray[np.int64]]
Boxes: TypeAlias = npt.NDArray[np.float64]

_BELOW = 0.5
"""Of a usual height, how far below the one before a first word of a row has its middle."""
_BESIDE = 0.3
"""Of its own width, how far a word may reach under the next one of its row."""
_BACK = 0.4
"""Of the whole width, how far the pen goes back at the end of a row."""


class LinePart(NamedTuple):
    """A character or a word that a segment of its own tells.

    Attributes:
        label: what it is.
        parts: its components.
    """

    label: str
    parts: tuple[UnipenPart, ...]


class StrokePiece(NamedTuple):
    """Points of one component that follow one another.

    Attributes:
        points: ``int64 (n, 2)``, x right and y down.
        unit: number of the unit that they are of; -1 for none.
    """

    points: npt.NDArray[np.int64]
    unit: int


def spelled(text: str, units: Iterable[LinePart], parts: Sequence[UnipenPart]) -> list[LinePart]:
    """Return the units of some components, in order, where they spell the text; else none.

    Args:
        text: the label of all; spaces do not count.
        units: of the whole file.
        parts: the components of the text.
    """
    inside = [
        unit
        for unit in units
        if all(
            any(p.first <= one.first and one.last <= p.last for p in parts) for one in unit.parts
        )
    ]
    inside.sort(key=lambda unit: (unit.parts[0].first, unit.parts[0].start))
    whole = "".join(unit.label for unit in inside)
    return inside if whole.replace(" ", "") == text.replace(" ", "") else []


def pieces_of(
    drawn: Sequence[tuple[int, int, npt.NDArray[np.int64]]], units: Sequence[LinePart]
) -> list[StrokePiece]:
    """Cut strokes where units begin and end.

    Args:
        drawn: for each stroke its component, the number of its first point in it, and its points.
        units: as `spelled` gives them.
    """
    pieces = []
    for component, first, points in drawn:
        owner = np.full(len(points), -1)
        for number, unit in enumerate(units):
            for part in unit.parts:
                if part.first <= component <= part.last:
                    start = part.start - first if component == part.first else 0
                    stop = part.stop + 1 - first if part.stop is not None else 0
                    ends = component == part.last and part.stop is not None
                    owner[max(start, 0) : max(stop, 0) if ends else None] = number
        edges = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(points)]
        pieces += [StrokePiece(points[low:high], int(owner[low])) for low, high in pairwise(edges)]
    return pieces


def rows_of_words(text: str, units: Sequence[LinePart], pieces: Sequence[StrokePiece]) -> list[int]:
    """Return the row of each word of a text, from 0.

    A row begins where a word does not stand beside the one before, but below.

    Args:
        text: words with a space between.
        units: as `spelled` gives them.
        pieces: as `pieces_of` gives them.
    """
    words = words_of(text, units)
    groups: list[Strokes] = [[] for _ in text.split(" ")]
    for piece in pieces:
        if piece.unit >= 0:
            groups[words[piece.unit]].append(piece.points)
    rows, row = [0], 0
    boxes = _boxes([group for group in groups if group])
    usual = float(np.percentile(boxes[:, 3] - boxes[:, 1], 75))
    for before, box in pairwise(boxes):
        below = (box[1] + box[3] - before[1] - before[3]) / 2 > max(_BELOW * usual, 1)
        beside = box[0] >= before[2] - _BESIDE * (before[2] - before[0])
        row += bool(below and not beside)
        rows.append(row)
    rows_left = iter(rows)
    last = 0
    return [last := next(rows_left) if group else last for group in groups]


def lines_of(
    text: str, units: Sequence[LinePart], pieces: Sequence[StrokePiece], linked: bool
) -> list[LineOfStrokes]:
    """Return a line for each row of a text, for `penline.formats.ink.page_of`.

    What is of no unit comes to the row whose height is nearest to its own.

    Args:
        text: words with a space between.
        units: as `spelled` gives them; none where the text is in one row.
        pieces: as `pieces_of` gives them.
        linked: the units are characters.

    Raises:
        UnicodeEncodeError: a character that has no GB code of two bytes.
    """
    rows = rows_of_words(text, units, pieces) if units else [0] * len(text.split(" "))
    words = words_of(text, units)
    row_of = [rows[words[piece.unit]] if piece.unit >= 0 else -1 for piece in pieces]
    middles = [(piece.points[:, 1].min() + piece.points[:, 1].max()) / 2 for piece in pieces]
    heights = [
        np.mean([y for y, own in zip(middles, row_of, strict=True) if own == row] or [0])
        for row in range(rows[-1] + 1)
    ]
    for number, (row, y) in enumerate(zip(row_of, middles, strict=True)):
        if row < 0:
            row_of[number] = int(np.argmin(np.abs(np.array(heights) - y)))
    own: list[list[int]] = [[] for _ in units]
    for number, piece in enumerate(pieces):
        if piece.unit >= 0:
            own[piece.unit].append(number)
    lines = []
    characters = iter(own)
    for row in range(rows[-1] + 1):
        label = " ".join(w for w, r in zip(text.split(" "), rows, strict=True) if r == row)
        codes = gb_codes(label)
        strokes = [number for number, one in enumerate(row_of) if one == row]
        of_each = [[] if not linked or one == " " else next(characters) for one in label]
        lines.append(LineOfStrokes(strokes, list(zip(codes, of_each, strict=True))))
    return lines


def words_of(text: str, units: Iterable[LinePart]) -> list[int]:
    """Return the number of the word of a text that each unit begins in."""
    ends = np.cumsum([len(word) for word in text.split(" ")])
    starts = np.cumsum([0, *(len(unit.label.replace(" ", "")) for unit in units)])[:-1]
    found: list[int] = np.searchsorted(ends, starts, "right").tolist()
    return found


def goes_back(pieces: Sequence[StrokePiece]) -> int:
    """Return how often the pen goes back to the left and on below, as at the end of a row."""
    boxes = _boxes([[piece.points] for piece in pieces])
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    width = float(boxes[:, 2].max() - boxes[:, 0].min())
    usual = float(np.percentile(boxes[:, 3] - boxes[:, 1], 70))
    moved = np.diff(middles, axis=0)
    return int(((moved[:, 0] < -_BACK * width) & (moved[:, 1] > usual)).sum())


def _boxes(groups: Sequence[Strokes]) -> Boxes:
    """``float64 (groups, 4)``: left, top, right, bottom."""
    joined = [np.concatenate(group) for group in groups]
    return np.array([[*one.min(axis=0), *one.max(axis=0)] for one in joined], np.float64)
