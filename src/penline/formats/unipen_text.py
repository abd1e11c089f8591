"""The text of UNIPEN files: keywords, the components of a pen, and what says which of them are one.

Source: the definition of the format, UNIPEN 1.0 (1994), and every line of train_r01_v07.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.words import printable

__all__ = [
    "FRACTION",
    "Component",
    "UnipenPart",
    "UnipenSegment",
    "parts_of",
    "segment_of",
    "statements",
]

FRACTION = 16
"""Coordinates with fractions are read in sixteenths of their unit."""

_KEYWORD = re.compile(rb"^\.([A-Za-z]\S*)", re.MULTILINE)
_SEGMENT = re.compile(rb'\s*(\S+)\s+(\S+)\s+(\S+)\s+"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_SHOWN = 60
_PART = re.compile(r"(\d{1,9})(?:-(\d{1,9})|(?::(\d{1,9}))?-(\d{1,9})(?::(\d{1,9}))?)?", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WHITE = {"t": "\t", "n": "\n"}
_MOST_PARTS = 1000
_NUMBER = rb"[-+]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})"


class Statement(NamedTuple):
    """A keyword and what belongs to it.

    Attributes:
        keyword: without its point.
        body: all bytes up to the next keyword.
        offset: byte offset of the keyword's point in its file.
    """

    keyword: str
    body: bytes
    offset: int


def statements(data: bytes, file: str) -> Iterator[Statement]:
    """Yield the statements of a file: lines that begin with a point and a letter, and what follows.

    Raises:
        FormatError: something stands before the first keyword.
    """
    found = list(_KEYWORD.finditer(data))
    first = found[0].start() if found else len(data)
    if not found or data[:first].strip():
        shown = data[:first].split()[:1] or [b"nothing"]
        text = repr(printable(shown[0][:20].decode("latin-1")))
        raise FormatError(file, 0, "first record", "a keyword, as .VERSION or .PEN_DOWN", text)
    ends = [match.start() for match in found[1:]] + [len(data)]
    for match, end in zip(found, ends, strict=True):
        keyword = match[1].decode("latin-1")
        yield Statement(keyword, data[match.end() : end], match.start())


class UnipenPart(NamedTuple):
    """Components that follow one another: all of them, or from and to a point inside the outer two.

    Attributes:
        first: number of the first component.
        last: number of the last component.
        start: number of the first point in the first component.
        stop: number of the last point in the last component; None for its last.
    """

    first: int
    last: int
    start: int = 0
    stop: int | None = None


class UnipenSegment(NamedTuple):
    """What a ``.SEGMENT`` says.

    Attributes:
        kind: ``CHARACTER``, ``WORD``, ``TEXT``, ...
        delineation: which components, as it stands there.
        quality: ``OK``, ``?``, ...
        label: the text, its escapes undone.
        offset: byte offset of the statement in its file.
    """

    kind: str
    delineation: str
    quality: str
    label: str
    offset: int


def segment_of(statement: Statement, file: str) -> UnipenSegment:
    """Return the segment of a statement.

    Raises:
        FormatError: a kind, a delineation, a quality or a label is lacking.
    """
    match = _SEGMENT.fullmatch(statement.body)
    if match is None:
        shown = repr(printable(statement.body[:_SHOWN].decode("latin-1").strip()))
        expected = 'a kind, components, a quality and a label in quotes, as CHARACTER 0-1 ? "a"'
        raise FormatError(file, statement.offset, "SEGMENT", expected, shown)
    kind, delineation, quality, label = (text.decode("latin-1") for text in match.groups())
    text = _ESCAPE.sub(lambda escape: _WHITE.get(escape[1], escape[1]), label)
    return UnipenSegment(kind, delineation, quality, text, statement.offset)


def parts_of(segment: UnipenSegment, count: int, file: str) -> list[UnipenPart]:
    """Return what a segment's delineation names: ``5``, ``0-2``, ``4:3-5:2``, with commas between.

    Args:
        segment: the segment.
        count: how many components there are to name.
        file: for the message.

    Raises:
        FormatError: it is none, or names components that are not there.
    """
    parts = []
    words = segment.delineation.split(",", _MOST_PARTS)
    for word in words:
        match = _PART.fullmatch(word)
        if match is None or len(words) > _MOST_PARTS:
            shown = repr(printable(segment.delineation[:_SHOWN]))
            expected = "numbers of components, as 5, 0-2 or 4:3-5:2, with commas between"
            raise FormatError(file, segment.offset, "delineation", expected, shown)
        first, plain, start, last, stop = match.groups()
        part = UnipenPart(
            int(first), int(last or plain or first), int(start or 0), int(stop) if stop else None
        )
        if part.last < part.first or part.last >= count:
            shown = printable(word)
            expected = f"components from 0 to {count - 1:,}, in order"
            raise FormatError(file, segment.offset, "delineation", expected, shown)
        parts.append(part)
    return parts


class Component(NamedTuple):
    """Points between two keywords, with the pen on the pad or off it.

    Attributes:
        down: the pen is on the pad.
        body: the numbers, as text.
        columns: how many numbers a point has, and which are its X and its Y.
        style: ``printed``, ``cursive``, ``mixed`` or ``""``.
        file: the file that it stands in.
        offset: byte offset of its keyword in that file.
        fault: why its points cannot be trusted, or None.
        channels: what else of a point is kept, and which of its numbers that is.
    """

    down: bool
    body: bytes
    columns: tuple[int, int, int]
    style: str
    file: str
    offset: int
    fault: FormatError | None = None
    channels: tuple[tuple[str, int], ...] = ()

    def values(self) -> npt.NDArray[np.float64]:
        """``float64 (n, channels)``: what else is kept of points that `points` can read."""
        numbers = np.array(self.body.split(), np.float64).reshape(-1, self.columns[0])
        return numbers[:, [column for _, column in self.channels]]

    def points(self, scale: int) -> npt.NDArray[np.int64]:
        """``int64 (n, 2)``, x right and y **down**: the format has it upwards.

        Args:
            scale: what coordinates are multiplied by: 1, or `FRACTION` where they have fractions.

        Raises:
            FormatError: a line that is no point of so many numbers.
        """
        if self.fault is not None:
            raise self.fault
        columns, x, y = self.columns
        rows = _rows(columns)
        if rows.fullmatch(self.body) is None:
            lines = self.body.split(b"\n")
            wrong = next((line for line in lines if rows.fullmatch(line) is None), lines[0])
            shown = repr(printable(wrong[:_SHOWN].decode("latin-1").strip()))
            expected = f"points of {columns} numbers, one a line"
            raise FormatError(self.file, self.offset, "points", expected, shown)
        kind = int if scale == 1 else float
        numbers = np.array(list(map(kind, self.body.split()))) * scale
        chosen: npt.NDArray[np.int64]
        chosen = np.round(numbers).astype(np.int64).reshape(-1, columns)[:, (x, y)]
        chosen[:, 1] *= -1
        return chosen


@functools.lru_cache(maxsize=64)
def _rows(columns: int) -> re.Pattern[bytes]:
    """A pattern of lines of so many numbers each, and of empty ones."""
    blank, gap = rb"[ \t\r\f\v]*", rb"[ \t\r\f\v]+"
    row = rb"(?:" + blank + gap.join([_NUMBER] * columns) + rb")?" + blank
    return re.compile(rb"(?:" + row + rb"\n)*" + row)
