"""Lines of strokes as JSON, an object a line.

    train/00012.ndjson     {"index": 12000, "text": "Am 9.", "writer": "own:a",
                            "strokes": [[[12.5, 30.25, 0], [13.0, 31.5, 8], ...], ...],
                            "spans": [[0, 0, 0, 21], ...]}

Of each stroke the points: x right and y down, in pixels of the picture that would be drawn, and
milliseconds since the line began, where they are known. Of each span the character of the text, the
stroke, the first point and the one past the last. ``entries`` says what spans count, where a
character of the bank is several code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np

from penline.export.examine import Findings, inside, json_lines
from penline.export.stroke_files import LineFiles
from penline.records import OnlineLine, Source

__all__ = ["NdJson"]


class NdJson(LineFiles):
    """See the module."""

    suffix: ClassVar[str] = ".ndjson"
    filesets: ClassVar[Mapping[str, str]] = {"strokes": "{side}/*.ndjson"}

    @classmethod
    def put(cls, lines: list[OnlineLine], file: IO[bytes]) -> None:
        """See `LineFiles.put`."""
        for line in lines:
            row = {
                "index": line.record,
                "text": line.text,
                "writer": line.source.writer,
                "strokes": [_points(trace.tolist()) for trace in line.traces],
                "spans": line.spans.tolist(),
            }
            if len(line.items) != len(line.text):
                row["entries"] = list(line.items)
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            file.write(text.encode() + b"\n")

    @classmethod
    def records(cls, out: Path, name: str, found: Findings) -> Iterator[OnlineLine]:
        """See `StrokeFiles.records`."""
        path = inside(out, name)
        if path is None or not path.is_file():
            return
        for number, row in json_lines(path, name, found):
            try:
                yield _line(row)
            except (KeyError, TypeError, ValueError, OverflowError):
                found.add(f"{name}: line {number}: not a line of strokes")


def _points(points: list[list[float]]) -> list[list[float]]:
    return [[*point[:2], *(int(when) for when in point[2:])] for point in points]


def _line(row: dict[str, Any]) -> OnlineLine:
    text = row["text"]
    items = row.get("entries", text)
    if not isinstance(text, str) or "".join(items) != text:
        raise ValueError(text)
    traces = tuple(np.array(points, np.float32) for points in row["strokes"])
    if any(trace.ndim != 2 or trace.shape[1] not in (2, 3) for trace in traces if trace.size):
        raise ValueError(text)
    spans = np.array(row["spans"], np.int64).reshape(-1, 4)
    return OnlineLine(items, traces, spans, Source("", str(row["writer"])), int(row["index"]))
