"""Isolated characters that were written into the cells of a sheet: how low each stands in its row.

Source of the layout: OLHWDB1.0's writer 001, whose coordinates are those of the page. Characters
follow each other from left to right, then row by row; a row begins where x falls back, a page
where y falls back. Rows are evenly spaced and printed at the same places on every page, so the
middle of a row of marks is where the middles of rows of Chinese characters say it must be.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.characters import is_han
from penline.measure.geometry import LineGeometry, of_boxes, theil_sen

__all__ = ["rows_of_cells"]

Floats = npt.NDArray[np.float64]

_LEAST_ROWS = 4
"""Rows of Chinese characters that it takes to know the spacing of rows."""


def rows_of_cells(
    characters: Sequence[str],
    boxes: npt.ArrayLike,
    writer: str,
    sheet: str,
    strokes_px: npt.ArrayLike | None = None,
    looks: Floats | None = None,
) -> list[LineGeometry]:
    """The rows of a writer's sheets; gaps mean nothing in them.

    Args:
        characters: in the order of writing.
        boxes: ``(n, 4)``: left, top, right, bottom on the page, in one unit.
        writer: the writer's id.
        sheet: the file.
        strokes_px: ``(n,)``: length of each character's strokes, in the same unit.
        looks: ``float64 (n, 4)``, see `geometry.LineGeometry`.

    Returns:
        Nothing where the places are not those of a sheet with rows.
    """
    table = np.asarray(boxes, np.float64).reshape(-1, 4)
    count = len(table)
    han = np.array([is_han(c) and c != "一" for c in characters], bool)
    if han.sum() < 20:
        return []
    x, y = 0.5 * (table[:, 0] + table[:, 2]), 0.5 * (table[:, 1] + table[:, 3])
    em = float(np.median((table[:, 3] - table[:, 1])[han]))
    back = np.flatnonzero(np.diff(x) < -2.0 * em) + 1
    starts = np.concatenate([[0], back, [count]])
    rows = [np.arange(a, b) for a, b in itertools.pairwise(starts.tolist())]
    tall = [row[han[row]] for row in rows]
    known = np.array([len(t) >= 5 for t in tall])
    if known.sum() < _LEAST_ROWS:
        return []
    ys = np.array(
        [
            np.median(y[t]) if k else np.median(y[r])
            for r, t, k in zip(rows, tall, known, strict=True)
        ]
    )
    middles = _middles(ys, known, em)
    if middles is None:
        return []
    length = np.full(count, np.nan) if strokes_px is None else np.asarray(strokes_px, float)
    return [
        of_boxes(
            [characters[at] for at in row.tolist()],
            table[row],
            writer,
            sheet,
            strokes_px=length[row],
            cells=True,
            middle_px=(float(middle), 0.0),
            looks=None if looks is None else looks[row],
        )
        for row, middle in zip(rows, middles.tolist(), strict=True)
    ]


def _middles(ys: Floats, known: npt.NDArray[np.bool_], em: float) -> Floats | None:
    """The middle of each row: its own Chinese characters', or the even spacing's."""
    steps = np.diff(ys)
    pitch = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    if pitch < 1.2 * em:
        return None
    # the number of each row on its page, and the one regular grid of all pages
    number = np.zeros(len(ys))
    for at in range(1, len(ys)):
        number[at] = number[at - 1] + round(float(steps[at - 1]) / pitch)
    first = ys[known] - pitch * number[known]
    pitch += theil_sen(number[known], first)
    first = ys[known] - pitch * number[known]
    if np.median(np.abs(first - np.median(first))) > 0.5 * em:
        return None
    return np.where(known, ys, np.median(first) + pitch * number)
