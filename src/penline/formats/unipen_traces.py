"""Lines of strokes in UNIPEN as penline writes them: with writers, times and places.

    .VERSION 1.0
    .KEYWORD .LINE_INDEX Number of the line in its set
    .WRITER_ID own:a                     a line begins
    .LINE_INDEX 12000
    .COORD X Y T                         or X Y, where times are not known
    .PEN_DOWN
    12.5 -30.25 0                        pixels, y upwards; milliseconds since the line began
    .PEN_UP
    .SEGMENT TEXT 0-5 OK "Am 9."
    .SEGMENT CHARACTER 0 OK "A"
    .SEGMENT CHARACTER 1:0-1:17,2 OK "m" points of a stroke that goes on in the next letter

Strokes are counted from 0 through the whole file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.unipen_text import (
    Statement,
    UnipenPart,
    UnipenSegment,
    parts_of,
    segment_of,
    statements,
)
from penline.records import Defect, OnlineLine, Source

__all__ = ["INDEX", "has_lines", "salvage_lines"]

INDEX = "LINE_INDEX"
"""The keyword of penline's own that each line has."""
_MARK = f".KEYWORD .{INDEX} ".encode()
_FURTHEST = 1e8
_DAMAGE = ValueError, IndexError, KeyError, OverflowError


def has_lines(data: bytes) -> bool:
    """Tell whether a file holds lines as penline writes them."""
    return _MARK in data[:1000]


@dataclass(slots=True)
class _Parts:
    """What of a line was read so far; `begin` is the number of its first stroke."""

    begin: int
    offset: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    traces: list[npt.NDArray[np.float32]] = field(default_factory=list)
    text: str = ""
    spelled: list[tuple[str, list[UnipenPart]]] = field(default_factory=list)


def salvage_lines(data: bytes, file: str, source: Source) -> Iterator[OnlineLine | Defect]:
    """Yield sound lines, and in the place of each other one what is wrong with it.

    Args:
        data: the file.
        file: for messages.
        source: the file's facts; the writer is the line's own.
    """
    parts, record = _Parts(0), 0
    end = Statement("WRITER_ID", b"", len(data))
    for statement in (*statements(data, file), end):
        if statement.keyword == "WRITER_ID" and parts.metadata:
            yield _line(parts, file, source, record)
            parts, record = _Parts(parts.begin + len(parts.traces), statement.offset), record + 1
        try:
            _take(statement, parts, file)
        except (FormatError, *_DAMAGE):
            parts.text = ""  # told where the line ends


def _take(statement: Statement, parts: _Parts, file: str) -> None:
    keyword, body, _ = statement
    if keyword == "PEN_DOWN":
        parts.traces.append(np.empty((0, 2), np.float32))  # counts, whatever it holds
        columns = len(parts.metadata["COORD"].split())
        points = np.array(body.split(), np.float64).reshape(-1, columns)
        if columns not in (2, 3) or not (np.abs(points) < _FURTHEST).all():
            raise ValueError(columns)
        points[:, 1] *= -1
        parts.traces[-1] = points.astype(np.float32)
    elif keyword == "SEGMENT":
        segment: UnipenSegment = segment_of(statement, file)
        own = parts_of(segment, parts.begin + len(parts.traces), file)
        if segment.kind == "TEXT":
            parts.text = segment.label
        elif parts.text:
            parts.spelled.append((segment.label, own))
    elif keyword in ("WRITER_ID", INDEX, "COORD"):
        parts.metadata[keyword] = " ".join(body.decode("latin-1").split())


def _line(parts: _Parts, file: str, source: Source, record: int) -> OnlineLine | Defect:
    try:
        if not parts.text:
            raise ValueError
        items, spans = _spans(parts)
        return OnlineLine(
            items,
            tuple(parts.traces),
            np.array(spans, np.int64).reshape(-1, 4),
            dataclasses.replace(source, writer=parts.metadata["WRITER_ID"]),
            int(parts.metadata[INDEX]),
            parts.offset,
        )
    except _DAMAGE:
        expected = "a line of strokes: its points, its text, and characters that spell it"
        return defect_of(FormatError(file, parts.offset, "line", expected, "another"), record)


def _spans(parts: _Parts) -> tuple[list[str], list[tuple[int, int, int, int]]]:
    """Find the items of a line, and whose each stretch of points is.

    Raises:
        ValueError: characters that do not spell the text, in order.
        IndexError: a stroke of another line, or points that are not there.
    """
    items: list[str] = []
    spans = []
    rest = parts.text
    for label, own in parts.spelled:
        before, found, rest = rest.partition(label)
        if not found:
            raise ValueError(label)
        items.extend(before)
        for part in own:
            trace = part.first - parts.begin
            whole = len(parts.traces[trace])
            past = whole if part.stop is None else part.stop + 1
            if part.last != part.first or trace < 0 or not part.start < past <= whole:
                raise IndexError(trace)
            spans.append((len(items), trace, part.start, past))
        items.append(label)
    return [*items, *rest], spans
