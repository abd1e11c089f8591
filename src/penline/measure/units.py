"""The ink of a line as units that may belong to one character each, from left to right.

A connected component is a unit. A wide component may hold several characters that touch; it is cut
where few pixels lie above each other, and its parts are units that remember where they were cut.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D

__all__ = ["MOST_UNITS", "Units", "units_of"]

MOST_UNITS = 4096
"""Of one line; a line of noise is not worth more."""
_PIECE_EM = 0.16
"""Least width of a part."""
_WIDE_EM = 0.55
"""Components from here on may be cut."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Units of a line in the order of their middles.

    Attributes:
        boxes: ``int64 (n, 4)``: left, top, right, bottom in px; right and bottom are exclusive.
        areas: ``int64 (n,)``: pixels of ink.
        components: ``int64 (n,)``: the component that each unit is of.
        cut_px: ``float64 (n,)``: how much ink a cut between this unit and the one before it in
            the same component goes through; 0 for the first of a component.
        labels: ``int32 (height_px, width_px)``: the component of each pixel, 0 for none; of one
            that was cut, the boxes of its units share no column.
    """

    boxes: npt.NDArray[np.int64]
    areas: npt.NDArray[np.int64]
    components: npt.NDArray[np.int64]
    cut_px: Floats
    labels: npt.NDArray[np.int32]


def units_of(ink: Bytes2D, em_px: float, least_ink: int) -> Units:
    """Cut a line's ink into units.

    Args:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        em_px: about the height of a Chinese character.
        least_ink: ink from here on counts.
    """
    mask = (ink >= least_ink).astype(np.uint8)
    _, found_labels, table, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(found_labels, np.int32), np.asarray(table, np.int64)
    speck = max(2.0, 0.045 * em_px)
    keep = (stats[:, 2] >= speck) | (stats[:, 3] >= speck)
    keep[0] = False
    found = np.flatnonzero(keep)
    if len(found) > MOST_UNITS:
        found = np.sort(found[np.argsort(-stats[found, 4], kind="stable")[:MOST_UNITS]])
    rows: list[tuple[int, int, int, int, int, int, float]] = []
    for number in found.tolist():
        left, top, width, height, area = stats[number].tolist()
        if width < _WIDE_EM * em_px:
            rows.append((left, top, left + width, top + height, area, number, 0.0))
            continue
        part = labels[top : top + height, left : left + width] == number
        for box, ink_px, cut in _parts(part, em_px):
            x0, y0, x1, y1 = box
            rows.append((left + x0, top + y0, left + x1, top + y1, ink_px, number, cut))
    rows = rows[:MOST_UNITS]
    rows.sort(key=lambda row: (row[0] + row[2], row[1]))
    whole = np.array(rows, np.float64).reshape(-1, 7)
    numbers = whole[:, :6].astype(np.int64)
    return Units(numbers[:, :4], numbers[:, 4], numbers[:, 5], whole[:, 6].copy(), labels)


def _parts(
    part: npt.NDArray[np.bool_], em_px: float
) -> list[tuple[tuple[int, int, int, int], int, float]]:
    """Box, area and cut of each part of one component, from left to right."""
    column = part.sum(0).astype(np.float64)
    width = len(column)
    least = max(int(_PIECE_EM * em_px), 2)
    smooth = np.convolve(np.pad(column, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    # the thinnest places first, never two nearer than a part's least width
    thin = np.flatnonzero(column <= max(0.30 * em_px, 3.0))
    thin = thin[(thin >= least) & (thin <= width - least)]
    cuts: list[int] = []
    near = np.zeros(width, bool)
    for x in thin[np.argsort(smooth[thin], kind="stable")].tolist():
        if not near[x]:
            cuts.append(x)
            near[max(x - least + 1, 0) : x + least] = True
    cuts.sort()
    edges = [0, *cuts, width]
    found = []
    for left, right in itertools.pairwise(edges):
        piece = part[:, left:right]
        across = np.flatnonzero(piece.any(1))
        down = np.flatnonzero(piece.any(0))
        if not len(across):
            continue
        box = (left + int(down[0]), int(across[0]), left + int(down[-1]) + 1, int(across[-1]) + 1)
        cut = float(max(min(column[left - 1], column[left]), 1.0)) if left else 0.0
        found.append((box, int(piece.sum()), cut))
    return found
