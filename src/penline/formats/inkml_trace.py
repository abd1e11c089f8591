"""The text of an InkML trace: points of whole numbers, parted by commas."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.door import printable

__all__ = ["MAX_TEXT", "points_of"]

MAX_TEXT = 1 << 20
"""Characters of one trace or annotation; 65,535 points of the longest numbers need less."""

_POINT = r"\s*-?\d{1,6}\s+-?\d{1,6}\s*"
_POINTS = re.compile(rf"{_POINT}(?:,{_POINT})*", re.ASCII)
_ONE = re.compile(_POINT, re.ASCII)


def points_of(text: str, file: str, offset: int, *, unsigned: bool) -> npt.NDArray[np.int64]:
    """The points ``(n, 2)`` of a trace; a trace of no text has none.

    Args:
        text: what stands between the tags.
        file: for the message.
        offset: byte offset of the trace, for the message.
        unsigned: coordinates are 0 to 65,535 instead of -32,768 to 32,767.

    Raises:
        FormatError: a point that is not two whole numbers of that range.
    """
    if not text.strip():
        return np.empty((0, 2), np.int64)
    low, high = (0, 65_535) if unsigned else (-32_768, 32_767)
    expected = f"points of two whole numbers, {low:,} to {high:,} (scale the ink first)"
    if _POINTS.fullmatch(text) is None:
        wrong = next(point for point in text.split(",") if _ONE.fullmatch(point) is None)
        found = repr(printable(" ".join(wrong.split())[:60]))
        raise FormatError(file, offset, "trace", expected, found)
    numbers = np.array(text.replace(",", " ").split(), np.int64)
    if int(numbers.min()) < low or int(numbers.max()) > high:
        worst = numbers.min() if int(numbers.min()) < low else numbers.max()
        raise FormatError(file, offset, "trace", expected, f"{int(worst):,}")
    return numbers.reshape(-1, 2)
