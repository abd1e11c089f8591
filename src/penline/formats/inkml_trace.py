"""The text of an InkML trace: points parted by commas, of each the X and the Y."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.words import printable

__all__ = ["KEPT", "MAX_TEXT", "Channels", "points_of", "values_of"]

MAX_TEXT = 1 << 20
"""Characters of one trace or annotation; 65,535 points of the longest numbers need less."""
KEPT = ("T", "F")
"""Channels that are kept beside X and Y: time and force."""
FRACTION = 16
"""Coordinates with fractions are read in sixteenths of their unit."""
_LARGEST = 1e15

_POINT = r"\s*-?\d{1,6}\s+-?\d{1,6}\s*"
_POINTS = re.compile(rf"{_POINT}(?:,{_POINT})*", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d{1,9}(?:\.\d{0,17})?|\.\d{1,17})(?:[eE][-+]?\d{1,2})?", re.ASCII)
_MOST_CHANNELS = 32

Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class Channels:
    """Which values of a point are its X and its Y, and how fine they are.

    Attributes:
        names: the channels in the order of a point's values; without any it is X and Y.
        scale: what coordinates are multiplied by: 1, or `FRACTION` where the file's first
            points have fractions; None before there was a point.
    """

    names: list[str]
    scale: int | None = None

    def add(self, name: str) -> bool:
        """Take the next channel; False where it is one too many, or stands there already."""
        self.names.append(name)
        return len(self.names) <= _MOST_CHANNELS and self.names.count(name) == 1

    @property
    def places(self) -> tuple[int, int] | None:
        """Which values of a point are X and Y; None where there is none of them."""
        names = self.names or ["X", "Y"]
        return (names.index("X"), names.index("Y")) if {"X", "Y"} <= set(names) else None

    @property
    def plain(self) -> bool:
        """Whether a point is X and Y and nothing else."""
        return self.names in ([], ["X", "Y"])


def points_of(
    text: str, file: str, offset: int, channels: Channels, *, unsigned: bool
) -> npt.NDArray[np.int64]:
    """The points ``(n, 2)`` of a trace; a trace of no text has none.

    Args:
        text: what stands between the tags.
        file: for the message.
        offset: byte offset of the trace, for the message.
        channels: of the file; their scale is settled by its first points.
        unsigned: coordinates are 0 to 65,535 instead of -32,768 to 32,767.

    Raises:
        FormatError: a point without an X and a Y, or out of that range.
    """
    if not text.strip():
        return np.empty((0, 2), np.int64)
    low, high = (0, 65_535) if unsigned else (-32_768, 32_767)
    if channels.plain and channels.scale in (None, 1) and _POINTS.fullmatch(text) is not None:
        channels.scale = 1
        numbers = np.array(text.replace(",", " ").split(), np.int64).reshape(-1, 2)
    else:
        numbers = _chosen(text, file, offset, channels)
    if int(numbers.min()) < low or int(numbers.max()) > high:
        worst = int(numbers.min() if int(numbers.min()) < low else numbers.max())
        scale = channels.scale or 1
        most = f"{low / scale:,.6g} to {high / scale:,.6g}"
        expected = f"points of two numbers, {most} (scale the ink first)"
        raise FormatError(file, offset, "trace", expected, f"{worst / scale:,.6g}")
    return numbers


def values_of(text: str, channels: Channels, names: Sequence[str]) -> Floats | None:
    """Other channels of the points of a trace that `points_of` has read.

    Args:
        text: what stands between the tags.
        channels: of the file.
        names: which of them.

    Returns:
        ``float64 (n, names)``; None where they are no plain numbers in all points.
    """
    places = [channels.names.index(name) for name in names]
    rows = [point.split() for point in text.split(",")] if text.strip() else []
    if any(len(row) != len(channels.names) for row in rows):
        return None
    chosen = [row[place] for row in rows for place in places]
    if not all(map(_NUMBER.fullmatch, chosen)):
        return None
    found = np.array(chosen, np.float64).reshape(-1, len(names))
    return None if (np.abs(found) > _LARGEST).any() else found


def _chosen(text: str, file: str, offset: int, channels: Channels) -> npt.NDArray[np.int64]:
    """X and Y of points that may have fractions, and other values beside."""
    places = channels.places
    if places is None:
        found = printable(", ".join(channels.names)[:60])
        raise FormatError(file, offset, "channels", "an X and a Y", found)
    chosen: list[str] = []
    least, most = max(places) + 1, max(len(channels.names), 2)
    for point in text.split(","):
        values = point.split()
        picked = [values[place] for place in places] if least <= len(values) <= most else []
        if not picked or not all(_NUMBER.fullmatch(value) for value in picked):
            expected = "points of two numbers, X and Y (no differences, no hexadecimal)"
            if not channels.plain:
                expected = f"points of {most} values, X and Y plain numbers among them"
            shown = repr(printable(" ".join(values)[:60]))
            raise FormatError(file, offset, "trace", expected, shown)
        chosen += picked
    numbers = np.array(chosen, np.float64)
    if channels.scale is None:
        channels.scale = FRACTION if bool((numbers != np.round(numbers)).any()) else 1
    bounded = np.clip(numbers * channels.scale, -(2**40), 2**40)
    return np.round(bounded).astype(np.int64).reshape(-1, 2)
