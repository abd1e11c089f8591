"""Distributions for a sheet: counted into bins here, drawn by the page."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["distribution"]

_BINS = 24
_MARKS = (5, 50, 95)
_WIDE = 40.0
"""From this ratio of the largest value to the median on, bins double instead of being level."""


def distribution(
    title: str, values: npt.ArrayLike, unit: str, each: str, of: str = ""
) -> list[dict[str, Any]]:
    """One plot, or none where there are no values; to be added to a list of them.

    Args:
        title: what is distributed.
        values: numbers ``(n,)``; those that are not finite are left out.
        unit: of a value: ``"px"``, ``"glyphs"``.
        each: what has the value, in the plural: ``"characters"``.
        of: said of the choice, where not all were measured.

    Returns:
        ``title``, ``unit``, ``each``, ``of``, ``total``; ``bins``: ``[low, high, count]``, the
        last one with its high end; ``marks``: least, 5 %, median, 95 %, most.
    """
    found = np.asarray(values, np.float64).reshape(-1)
    found = np.sort(found[np.isfinite(found)])
    if not found.size:
        return []
    whole = bool((found == np.floor(found)).all())
    edges = _edges(found, whole)
    counts, _ = np.histogram(found, np.array(edges))
    marks = [found[0], *np.percentile(found, _MARKS, method="nearest"), found[-1]]
    bins = [
        [edges[k], edges[k + 1] - 1 if whole else edges[k + 1], int(count)]
        for k, count in enumerate(counts.tolist())
    ]
    return [
        {
            "title": title,
            "unit": unit,
            "each": each,
            "of": of,
            "total": int(found.size),
            "bins": [[_plain(low), _plain(high), count] for low, high, count in bins],
            "marks": [_plain(round(float(mark), 2)) for mark in marks],
        }
    ]


def _edges(values: npt.NDArray[np.float64], whole: bool) -> list[float]:
    """Rising ends of bins that hold every value; of whole numbers, the last one is beyond them."""
    least, most = float(values[0]), float(values[-1])
    middle = float(np.median(values))
    if whole and least >= 0 and most > _WIDE * max(middle, 1.0):
        edges = [0.0, 1.0]
        while edges[-1] <= most:
            edges.append(edges[-1] * 2)
        return edges if least < 1 else edges[1:]
    if whole:
        step = max(1, math.ceil((most - least + 1) / _BINS))
        return [least + step * k for k in range(int((most - least) // step) + 2)]
    span = most - least or 1.0
    return [least + span * k / _BINS for k in range(_BINS)] + [max(most, least + span)]


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 2)
