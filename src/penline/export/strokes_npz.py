"""Lines of strokes as arrays, many lines a file, as recognisers of digital ink take them.

train/00012.npz     up to 1,000 lines; loads without pickle

dx, dy     float32 (points,)  pixels from the point before; the first of a line from the
                              picture's upper left corner: their sums are places
pen        uint8 (points,)    1 at the last point of a stroke, where the pen is lifted; else 0
t          int32 (points,)    milliseconds since the line began; -1 where they are not known
entry      int32 (points,)    which of its line's entries a point belongs to; -1 for none
starts     int64 (lines + 1,) where each line's points begin
text       str (lines,)       the labels; writer likewise; index int64 (lines,)
entries    str (entries,)     what the labels are made of, mostly characters
entry_starts  int64 (lines + 1,)  where each line's entries begin
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt

from penline.export.examine import Findings, inside
from penline.export.stroke_files import LineFiles
from penline.records import OnlineLine, Source

__all__ = ["StrokesNpz"]

_DTYPES = {
    "dx": "f4",
    "dy": "f4",
    "pen": "u1",
    "t": "i4",
    "entry": "i4",
    "starts": "i8",
    "index": "i8",
    "entry_starts": "i8",
}
_MOST_BYTES = 1 << 30
_DAMAGE = (
    *(OSError, EOFError, KeyError, ValueError, TypeError, MemoryError, OverflowError),
    *(NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error),
)
"""What reading a file that is not sound may raise."""
_TEXTS = ("text", "writer", "entries")
_OF_POINTS = ("dx", "dy", "pen", "t", "entry")


class StrokesNpz(LineFiles):
    """See the module."""

    suffix: ClassVar[str] = ".npz"
    filesets: ClassVar[Mapping[str, str]] = {"strokes": "{side}/*.npz"}

    @classmethod
    def put(cls, lines: list[OnlineLine], file: IO[bytes]) -> None:
        """See `LineFiles.put`."""
        parts = [_columns(line) for line in lines]
        points = {name: np.concatenate([one[name] for one in parts]) for name in _OF_POINTS}
        entries = [entry for line in lines for entry in line.items]
        arrays: dict[str, Any] = {
            **points,
            "starts": _starts([len(one["pen"]) for one in parts]),
            "text": np.array([line.text for line in lines], np.str_),
            "writer": np.array([line.source.writer for line in lines], np.str_),
            "index": np.array([line.record for line in lines], np.int64),
            "entries": np.array(entries, np.str_),
            "entry_starts": _starts([len(line.items) for line in lines]),
        }
        np.savez(file, **arrays)

    @classmethod
    def records(cls, out: Path, name: str, found: Findings) -> Iterator[OnlineLine]:
        """See `StrokeFiles.records`."""
        path = inside(out, name)
        if path is None or not path.is_file():
            return
        try:
            with zipfile.ZipFile(path) as whole:
                if sum(one.file_size for one in whole.infolist()) > _MOST_BYTES:
                    raise ValueError(name)
            with np.load(path, allow_pickle=False) as file:
                arrays = {key: file[key] for key in (*_DTYPES, *_TEXTS)}
            lines = list(_lines(arrays))
        except _DAMAGE:
            found.add(f"{name}: not arrays of lines of strokes")
            return
        yield from lines


def _columns(line: OnlineLine) -> dict[str, npt.NDArray[Any]]:
    lengths = np.array([len(trace) for trace in line.traces], np.int64)
    begins = _starts(lengths.tolist())
    places = np.concatenate([np.zeros((1, 2), np.float32), *(t[:, :2] for t in line.traces)])
    moves = np.diff(places, axis=0)
    pen = np.zeros(len(moves), np.uint8)
    pen[begins[1:][lengths > 0] - 1] = 1
    times = [
        t[:, 2].astype(np.int32) if t.shape[1] > 2 else np.full(len(t), -1, np.int32)
        for t in line.traces
    ]
    entry = np.full(len(moves), -1, np.int32)
    for item, trace, first, past in line.spans.tolist():
        entry[begins[trace] + first : begins[trace] + past] = item
    return {
        "dx": moves[:, 0],
        "dy": moves[:, 1],
        "pen": pen,
        "t": np.concatenate([np.empty(0, np.int32), *times]),
        "entry": entry,
    }


def _starts(lengths: list[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def _lines(arrays: dict[str, npt.NDArray[Any]]) -> Iterator[OnlineLine]:
    """The lines of a file's arrays.

    Raises:
        ValueError: they do not fit together.
    """
    for name, kind in _DTYPES.items():
        if arrays[name].dtype != np.dtype(kind) or arrays[name].ndim != 1:
            raise ValueError(name)
    starts, entry_starts = arrays["starts"], arrays["entry_starts"]
    count, points = len(arrays["text"]), len(arrays["dx"])
    fits = [len(arrays[name]) == points for name in _OF_POINTS]
    fits += [len(arrays[name]) == count for name in ("writer", "index")]
    for begins, whole in ((starts, points), (entry_starts, len(arrays["entries"]))):
        fits.append(len(begins) == count + 1 and begins[0] == 0 and begins[-1] == whole)
        fits.append(bool((np.diff(begins) >= 0).all()))
    if not all(fits):
        raise ValueError("lengths")
    for number in range(count):
        own = slice(int(starts[number]), int(starts[number + 1]))
        items = arrays["entries"][int(entry_starts[number]) : int(entry_starts[number + 1])]
        if "".join(items.tolist()) != str(arrays["text"][number]):
            raise ValueError("entries")
        places = np.cumsum(np.stack([arrays["dx"][own], arrays["dy"][own]], 1), 0)
        times, entry = arrays["t"][own], arrays["entry"][own]
        columns = [places] if (times < 0).any() else [places, times[:, None]]
        timed = np.concatenate(columns, 1).astype(np.float32)
        cuts = np.flatnonzero(arrays["pen"][own]) + 1
        traces = tuple(np.split(timed, cuts)[:-1])
        if sum(map(len, traces)) != len(timed):
            raise ValueError("pen")
        source = Source("", str(arrays["writer"][number]))
        spans = _spans(entry, [len(trace) for trace in traces])
        yield OnlineLine(items.tolist(), traces, spans, source, int(arrays["index"][number]))


def _spans(entry: npt.NDArray[np.int32], lengths: list[int]) -> npt.NDArray[np.int64]:
    """Stretches of points of one entry in one trace, by entry."""
    found, begin = [], 0
    for trace, length in enumerate(lengths):
        own = entry[begin : begin + length]
        edges = [0, *(np.flatnonzero(np.diff(own)) + 1).tolist(), length]
        for first, past in pairwise(edges):
            if own[first] >= 0:
                found.append((int(own[first]), trace, first, past))
        begin += length
    return np.array(sorted(found, key=lambda span: span[0]), np.int64).reshape(-1, 4)
