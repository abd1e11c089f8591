"""Formats of strokes: files of lines, or of characters, a file a shard and side.

train/00012.npz     up to 1,000 lines
val/  test/         the same, where there are such lines
report.json
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np

from penline.durable import streamed
from penline.errors import UnwritableLine
from penline.export.base import Exporter, Report, StrokeItem, Takes, file_hash
from penline.export.examine import Findings, entries
from penline.export.rows import listed
from penline.export.run import whole_report
from penline.export.tally import Tally
from penline.records import OnlineLine, StrokeRecord

__all__ = ["LineFiles", "StrokeFiles", "Unwritten", "line_problem", "lines_of"]

_SIDES = ("train", "val", "test")
_UNKNOWN = "\ufffd"


class Unwritten:
    """Counts lines of a shard that could not be made, and what became of others."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._errors: list[str] = []

    def left_out(self, items: Iterable[StrokeItem | UnwritableLine]) -> Iterator[StrokeItem]:
        """The items that could be made."""
        for item in items:
            if isinstance(item, UnwritableLine):
                self._counts.update(item.counts)
                self._errors.append(str(item))
                continue
            if isinstance(item.record, OnlineLine):
                self._counts.update(item.record.counts)
            yield item

    def metadata(self) -> Report:
        """What a shard says of them."""
        counts = dict(sorted(self._counts.items()))
        return {"counts": counts, "errors": self._errors, "bytes": 0}


class StrokeFiles(Exporter):
    """What all formats of strokes share: sides as folders, and a report with a hash a file."""

    takes: ClassVar[Takes] = "strokes"
    owns: ClassVar[tuple[str, ...]] = _SIDES

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        files: dict[str, str] = {}
        numbers = []
        for shard in shards:
            for side, text in shard["labels"]:
                tally.label(side, text)
            tally.shard(shard)
            files |= shard["files"]
            numbers.append({"number": shard["number"]})
        totals = tally.totals()
        del totals["image_bytes"]
        return whole_report(self.out, {**report, **totals}, files, numbers)

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        names = report["files"].keys()
        tally = Tally(dict.fromkeys(report["lines"], 0))
        composed = report["run"].get("verb") != "convert"
        for name in names:
            for record in cls.records(out, name, found):
                tally.label(name.partition("/")[0], "".join(record.labels))
                if isinstance(record, OnlineLine):
                    problem = line_problem(record, whole=composed)
                    if problem:
                        found.add(f"{name}: line {record.record}: {problem}")
                found.tick()
        tally.compare(report, found)
        for side in _SIDES:
            for path in entries(out / side, "**/*"):
                name = path.relative_to(out).as_posix()
                if path.is_file() and name not in names:
                    found.add(f"{name}: not in the report")

    @classmethod
    def records(cls, out: Path, name: str, found: Findings) -> Iterator[Any]:  # noqa: ARG003
        """The sound records of a file of a finished set; what is wrong with others is noted.

        By penline's own reader of such files, where it has one.
        """
        yield from found.read(name)


class LineFiles(StrokeFiles):
    """A format whose files hold lines and nothing else: a class of it writes and reads one file.

    Attributes:
        suffix: of its files.
    """

    suffix: ClassVar[str] = ""

    def shard(self, number: int, samples: Iterable[StrokeItem | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        unwritten = Unwritten()
        sides: dict[str, list[OnlineLine]] = {}
        records: list[list[Any]] = []
        for item in unwritten.left_out(samples):
            for line in lines_of(item):
                sides.setdefault(item.side, []).append(line)
                records.append(listed(item.index, item.side, line.text, line.source.writer))
        files = {}
        for side, lines in sides.items():
            name = f"{side}/{number:05d}{self.suffix}"
            (self.out / side).mkdir(parents=True, exist_ok=True)
            with streamed(self.out / name) as file:
                self.put(lines, file)
            files[name] = file_hash(self.out / name)
        labels = [(side, line.text) for side, lines in sides.items() for line in lines]
        told = {"number": number, "labels": labels, "records": records, "files": files}
        return {**told, **unwritten.metadata()}

    @classmethod
    @abstractmethod
    def put(cls, lines: list[OnlineLine], file: IO[bytes]) -> None:
        """Write lines into a file."""


def lines_of(item: StrokeItem) -> Iterator[OnlineLine]:
    """What an item says as lines: itself, a character alone, or the lines of a page.

    Ink without a label stands as U+FFFD.
    """
    record = item.record
    if isinstance(record, OnlineLine):
        yield record
    elif isinstance(record, StrokeRecord):
        lengths = [len(stroke) for stroke in record.strokes]
        spans = [(0, trace, 0, length) for trace, length in enumerate(lengths)]
        strokes: Iterable[Any] = record.strokes
        if "T" in record.channels:
            since = record.channels["T"] - record.channels["T"][0]
            timed = np.concatenate([record.points, since[:, None]], 1)
            starts = [0, *(end + 1 for end in record.ends[:-1])]
            ends = zip(starts, record.ends, strict=True)
            strokes = [timed[start:end].astype(np.float32) for start, end in ends]
        yield _line([record.character], strokes, spans, record)
    else:
        every = [points.astype(np.float32) for points in record.points]
        for line in record.lines:
            numbers = line.strokes.tolist()
            at = {number: trace for trace, number in enumerate(numbers)}
            labels = [one.character or _UNKNOWN for one in line.characters]
            spans = [
                (which, at[number], 0, len(every[number]))
                for which, one in enumerate(line.characters)
                for number in (() if one.strokes is None else one.strokes.tolist())
                if number in at
            ]
            yield _line(labels, [every[number] for number in numbers], spans, record)


def _line(
    labels: list[str], strokes: Iterable[Any], spans: Iterable[Any], record: Any
) -> OnlineLine:
    told = np.array(list(spans), np.int64).reshape(-1, 4)
    return OnlineLine(labels, tuple(strokes), told, record.source, record.record, record.offset)


def line_problem(line: OnlineLine, *, whole: bool) -> str:
    """What is wrong with a line; ``""`` for nothing.

    Args:
        line: as its file has it.
        whole: whether every point has to be of one item, and every item but white space has some.
    """
    lengths = [len(trace) for trace in line.traces]
    covered = [np.zeros(length, np.int64) for length in lengths]
    for item, trace, first, past in line.spans.tolist():
        if not 0 <= item < len(line.items) or not 0 <= trace < len(lengths):
            return "a span of an item or of a trace that is not there"
        if not 0 <= first < past <= lengths[trace] and lengths[trace]:
            return f"a span of points {first} to {past} of {lengths[trace]}"
        covered[trace][first:past] += 1
    clock = [trace[:, 2] for trace in line.traces if trace.shape[1] > 2]
    if clock and (np.diff(np.concatenate(clock)) <= 0).any():
        return "times that do not rise"
    if not whole:
        return ""
    if any((counts != 1).any() for counts in covered):
        return "points that are not of one item"
    held = set(line.spans[:, 0].tolist())
    lacking = [one for at, one in enumerate(line.items) if at not in held and not one.isspace()]
    return f"no point of {lacking[0]!r}" if lacking else ""
