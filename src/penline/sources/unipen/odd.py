"""Characters of UNIPEN that are not what they say, as the others of their file show."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from penline.formats.unipen import ROWS, Ink
from penline.records import Defect, StrokeRecord

__all__ = ["NOT_UNDERSTOOD", "not_understood"]

_BOX = "coordinates"
_APART = "size"
NOT_UNDERSTOOD = {
    _BOX: "character of {} in a box of its own, of another scale",
    _APART: "character of {} whose strokes lie all over the pad",
    ROWS: "text of {} in several rows, where nothing tells where each ends",
}
"""By the field of a defect, what is left out, and told, where damage stops: no file is wrong."""
_LARGEST = 14
"""Of the median size of a file's characters; the longest hyphens and brackets have 13."""
_ABREAST = 4
"""So many strokes beside one another, with gaps between, are several characters."""
_GAP = 0.15
"""Of the height of all, the least gap."""


def not_understood(found: Sequence[Ink | Defect], *, moved: bool) -> list[Ink | Defect]:
    """Put defects in the place of characters that lie all over the pad, or on none.

    Args:
        found: what was read of a file of strokes.
        moved: characters may have been moved to boxes of their own, whose corner is 0, 0.
    """
    odd: dict[int, Defect] = {}
    sizes: dict[int, tuple[int, StrokeRecord]] = {}
    for number, record in enumerate(found):
        if not isinstance(record, StrokeRecord):
            continue
        points = np.concatenate(record.strokes)
        if moved and points[:, 0].min() == 0 == points[:, 1].max():
            expected = "strokes in their place on the pad, in its units"
            odd[number] = _defect(record, _BOX, expected, "a box of its own, from 0, 0")
        elif _abreast(record) >= _ABREAST:
            expected = "strokes of one character"
            odd[number] = _defect(record, _APART, expected, "several beside one another")
        else:
            sizes[number] = int(np.ptp(points, axis=0).max()), record
    most = _LARGEST * max(median(size for size, _ in sizes.values()), 1) if sizes else 0
    for number, (size, record) in sizes.items():
        if size > most:
            expected = f"a character of at most {most:,.0f}, as others of the file are"
            odd[number] = _defect(record, _APART, expected, f"{size:,}")
    return [odd.get(number, record) for number, record in enumerate(found)]


def _abreast(record: StrokeRecord) -> int:
    """How many groups of strokes stand beside one another."""
    strokes = record.strokes
    if len(strokes) < _ABREAST:
        return 1
    low = np.array([stroke.min(axis=0) for stroke in strokes])
    high = np.array([stroke.max(axis=0) for stroke in strokes])
    order = np.argsort(low[:, 0])
    reach = np.maximum.accumulate(high[order, 0])
    gap = _GAP * float(high[:, 1].max() - low[:, 1].min())
    return 1 + int((low[order, 0][1:] - reach[:-1] > gap).sum())


def _defect(record: Ink, field: str, expected: str, found: str) -> Defect:
    file = f"{record.source.file}/{record.source.filed[0]}"
    return Defect(file, record.offset, record.record, field, expected, found)
