"""Lines of strokes in UNIPEN 1.0: text, a keyword a line.

    train/00012.unipen     up to 1,000 lines; statements are in `penline.formats.unipen_traces`

Labels are Latin-1: a line with another character is left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import IO, Any, ClassVar

from penline.errors import ExportError, UnwritableLine
from penline.export.base import Report, StrokeItem
from penline.export.stroke_files import LineFiles, lines_of
from penline.records import OnlineLine

__all__ = ["Unipen"]

_HEAD = b""".VERSION 1.0
.DATA_SOURCE penline
.HIERARCHY TEXT CHARACTER
.KEYWORD .LINE_INDEX Number of the line in its set
"""
_LATIN = "text and ids of UNIPEN are Latin-1, which has no"


class Unipen(LineFiles):
    """See the module."""

    suffix: ClassVar[str] = ".unipen"
    filesets: ClassVar[Mapping[str, str]] = {"strokes": "{side}/*.unipen"}

    def shard(self, number: int, samples: Iterable[StrokeItem | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        return super().shard(number, map(_spelled, samples))

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`.

        Raises:
            ExportError: no line has a label that UNIPEN can hold.
        """
        lines, skipped = 0, Counter[str]()

        def watched() -> Iterator[Report]:
            nonlocal lines
            for shard in shards:
                lines += len(shard["labels"])
                skipped.update({r: n for r, n in shard["counts"].items() if _LATIN in r})
                yield shard

        try:
            return super().finish(watched(), report)
        except ExportError:
            if lines or not skipped:
                raise
            told = "; ".join(f"{reason}: {count}" for reason, count in sorted(skipped.items()))
            what = "write inkml, strokes-npz or ndjson"
            raise ExportError(f"nothing to convert or compose: {told}; {what}") from None

    @classmethod
    def put(cls, lines: list[OnlineLine], file: IO[bytes]) -> None:
        """See `LineFiles.put`."""
        file.write(_HEAD)
        numbers = count()
        for line in lines:
            file.write("".join(_told(line, numbers)).encode("latin-1"))


def _spelled(item: StrokeItem | UnwritableLine) -> StrokeItem | UnwritableLine:
    """The item, or that one of its labels is more than UNIPEN has letters for."""
    if isinstance(item, UnwritableLine):
        return item
    text = "".join(line.text + line.source.writer for line in lines_of(item))
    alien = next((character for character in text if ord(character) > 255), None)
    if alien is None:
        return item
    reason = f"line skipped: {_LATIN} {alien}"
    return UnwritableLine(item.index, 1, reason, {reason: 1})


def _told(line: OnlineLine, numbers: Iterator[int]) -> Iterator[str]:
    """The statements of a line.

    Args:
        line: what is written.
        numbers: of strokes, counted through the file.
    """
    timed = all(trace.shape[1] > 2 for trace in line.traces)
    yield f".WRITER_ID {line.source.writer}\n.LINE_INDEX {line.record}\n"
    yield ".COORD X Y T\n" if timed else ".COORD X Y\n"
    number: dict[int, int] = {}
    for at, trace in enumerate(line.traces):
        if not len(trace):
            continue  # UNIPEN does not count what has no point
        number[at] = next(numbers)
        yield ".PEN_DOWN\n"
        for x, y, *when in trace[:, : 2 + timed].tolist():
            yield " ".join([_decimal(x), _decimal(-y), *(str(int(one)) for one in when)]) + "\n"
        yield ".PEN_UP\n"
    if not number:
        return
    strokes = list(number.values())
    yield f'.SEGMENT TEXT {strokes[0]}-{strokes[-1]} OK "{_quoted(line.text)}"\n'
    spans = [span for span in line.spans.tolist() if span[1] in number]
    for item in sorted({span[0] for span in spans}):
        parts = [
            str(number[trace])
            if (first, past) == (0, len(line.traces[trace]))
            else f"{number[trace]}:{first}-{number[trace]}:{past - 1}"
            for own, trace, first, past in spans
            if own == item
        ]
        yield f'.SEGMENT CHARACTER {",".join(parts)} OK "{_quoted(line.items[item])}"\n'


def _decimal(value: float) -> str:
    """A coordinate with as many digits as it has; 1/256 is told in eight."""
    return f"{value:.8f}".rstrip("0").rstrip(".") if value else "0"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
