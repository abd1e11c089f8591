"""Composed lines in InkML: of each its traces with times, and a view that tells whose points are.

ink
  annotation type="layout"              "lines", before the definitions
  definitions/context/traceFormat       channels X, Y and T; T in milliseconds
  traceGroup                            one line
    annotation type="truth"             its text
    annotation type="writer", "index"   whose hand; number in its recipe and seed
    trace xml:id="l12s0"                one stroke, "x y t, x y t, ..."
  traceView                             the same line
    traceView                           an item of its text, in order
      annotation type="truth"           the item
      traceView traceDataRef="#l12s0" from="1" to="9"
                                        points of it, counted from 1; all without from and to
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.records import OnlineLine, Source
from penline.words import printable

__all__ = ["CHANNELS", "LineParts"]

CHANNELS = ["X", "Y", "T"]
_NUMBER = r"-?\d{1,6}(?:\.\d{1,6})?"
_POINT = rf"\s*{_NUMBER}\s+{_NUMBER}\s+\d{{1,8}}\s*"
_POINTS = re.compile(rf"{_POINT}(?:,{_POINT})*", re.ASCII)
_END = re.compile(r"[1-9]\d{0,6}", re.ASCII)
_MOST = 1 << 16
"""Points of a line, and its items, traces and spans."""
_PER_PX = 256
_NO_POINTS = np.empty((0, 3), np.float32)


@dataclass(slots=True)
class LineParts:
    """What of a file of lines was read so far; one line is held.

    Attributes:
        file: for messages.
        fault: what is wrong with the line that is held.
    """

    file: str
    fault: FormatError | None = None
    _offset: int = -1
    _notes: Mapping[str, str] = field(default_factory=dict)
    _source: Source | None = None
    _traces: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _items: list[str] = field(default_factory=list)
    _spans: list[tuple[int, int, int, int]] = field(default_factory=list)
    _size: int = 0

    @property
    def held(self) -> bool:
        """Whether there are traces that no view has told the items of."""
        return bool(self._traces) or self._source is not None

    def trace(self, text: str, name: str, offset: int, channels: list[str]) -> None:
        """Take the next trace of the line."""
        points = _NO_POINTS
        if channels != CHANNELS:
            self._wrong(offset, "channels", "X, Y and T", printable(", ".join(channels)[:60]))
        elif _POINTS.fullmatch(text) is None:
            shown = repr(printable(text[:40]))
            self._wrong(offset, "trace", "points of X, Y and whole milliseconds", shown)
        else:
            numbers = np.array(text.replace(",", " ").split(), np.float64).reshape(-1, 3)
            numbers[:, :2] = np.round(numbers[:, :2] * _PER_PX) / _PER_PX
            points = numbers.astype(np.float32)
        if not name or name in self._traces:
            self._wrong(offset, "trace", "an id of its own", repr(printable(name[:40])))
        self._grow(len(points) + 1, offset)
        self._numbers.setdefault(name, len(self._traces))
        self._traces[name] = points

    def group(self, notes: Mapping[str, str], source: Source, offset: int) -> None:
        """Take the end of a line's group of traces, of which a view follows."""
        if self._source is not None:
            self._wrong(offset, "traceGroup", "a view of the line before", "another line")
        self._notes, self._source, self._offset = notes, source, offset

    def view(
        self, attributes: Mapping[str, str], notes: Mapping[str, str], offset: int, depth: int
    ) -> None:
        """Take a view that has just ended inside of a line's.

        Args:
            attributes: of the element.
            notes: its annotations.
            offset: where it begins.
            depth: how many views are around it: 1 for an item, 2 for points of it.
        """
        self._grow(1, offset)
        if depth == 1:
            truth = notes.get("truth")
            if not truth or len(truth) > _MOST:
                self._wrong(offset, "annotation truth", "an item of the text", "none")
            self._items.append(truth or "")
            return
        name = attributes.get("traceDataRef", "").removeprefix("#")
        ends = attributes.get("from", "1"), attributes.get("to", "")
        trace = self._traces.get(name)
        sound = _END.fullmatch(ends[0]) and (not ends[1] or _END.fullmatch(ends[1]))
        if depth != 2 or trace is None or not sound:
            found = repr(printable(f"{name[:40]} {' '.join(ends)[:40]}"))
            self._wrong(offset, "traceView", "points of a trace of the line", found)
            return
        first, past = int(ends[0]) - 1, int(ends[1] or len(trace))
        if not first < past <= len(trace):
            found = f"{first + 1} to {past}"
            self._wrong(offset, "traceView", f"points from 1 to {len(trace)}", found)
        # a view ends before the item around it does
        self._spans.append((len(self._items), self._numbers[name], first, past))

    def end(self, record: int, offset: int) -> OnlineLine:
        """The line, whose view has ended.

        Raises:
            FormatError: what is wrong with it.
        """
        held, text = self.fault, self._notes.get("truth", "")
        index = self._notes.get("index", str(record))
        if held is None and (self._source is None or "".join(self._items) != text or not text):
            shown = repr(printable("".join(self._items)[:40]))
            held = FormatError(self.file, offset, "line", f"items of {text[:40]!r}", shown)
        if held is None and re.fullmatch(r"\d{1,18}", index, re.ASCII) is None:
            shown = repr(printable(index[:40]))
            held = FormatError(self.file, offset, "annotation index", "a whole number", shown)
        source, traces, begun = self._source, tuple(self._traces.values()), self._offset
        spans = np.array(self._spans, np.int64).reshape(-1, 4)
        items = text if len(self._items) == len(text) else tuple(self._items)
        self._clear()
        if held is not None or source is None:
            raise held or FormatError(self.file, offset, "line", "its traces before", "none")
        return OnlineLine(items, traces, spans, source, int(index), begun)

    def _clear(self) -> None:
        self.fault, self._source, self._notes, self._size = None, None, {}, 0
        self._traces, self._numbers, self._items, self._spans = {}, {}, [], []

    def _grow(self, count: int, offset: int) -> None:
        self._size += count
        if self._size > _MOST:
            raise FormatError(
                self.file, offset, "line", f"at most {_MOST:,} points, items and spans", "more"
            )

    def _wrong(self, offset: int, name: str, expected: str, found: str) -> None:
        if self.fault is None:
            self.fault = FormatError(self.file, offset, name, expected, found)
