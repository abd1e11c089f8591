"""InkML: characters and pages of pen strokes, point for point as the archive holds them.

    train/00012.inkml              up to 1,000 characters, grouped by source file
    train/00012/00012345.inkml     one page
    test/                          the same, where there are such records
    report.json

Elements and their meaning are in `penline.formats.inkml` and `penline.formats.inkml_page`. Of
each character stand there its label, the label's raw bytes, writer, source file, number and
offset in it: POT files can be built again byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

from penline.durable import streamed
from penline.export.base import Exporter, Report, StrokeItem, Takes, file_hash, shard_folder
from penline.export.examine import Findings, entries
from penline.export.inkml_write import END, GROUP_END, character, group_start, page, start
from penline.export.run import REPORT, put
from penline.export.tally import Tally
from penline.records import Source, StrokeRecord

__all__ = ["InkML"]

_SIDES = ("train", "test")


class InkML(Exporter):
    """See the module."""

    takes: ClassVar[Takes] = "strokes"
    owns: ClassVar[tuple[str, ...]] = _SIDES

    def shard(self, number: int, samples: Iterable[StrokeItem]) -> Report:
        """See `Exporter.shard`."""
        labels: list[tuple[str, str]] = []
        written: list[tuple[str, str]] = []
        with ExitStack() as stack:
            files: dict[str, _Characters] = {}
            folders: dict[str, Path] = {}
            for item in samples:
                record, side = item.record, item.side
                if isinstance(record, StrokeRecord):
                    if side not in files:
                        (self.out / side).mkdir(parents=True, exist_ok=True)
                        name = f"{side}/{number:05d}.inkml"
                        file = stack.enter_context(streamed(self.out / name))
                        files[side] = stack.enter_context(_Characters(file))
                        written.append((side, name))
                    files[side].add(record)
                    labels.append((side, record.character))
                    continue
                if side not in folders:
                    folder = shard_folder(self.out / side, f"{number:05d}")
                    folders[side] = stack.enter_context(folder)
                name = f"{item.index:08d}.inkml"
                with streamed(folders[side] / name) as file:
                    for part in page(record):
                        file.write(part.encode())
                written.append((side, f"{side}/{number:05d}/{name}"))
                text = "".join(c.character or "" for line in record.lines for c in line.characters)
                labels.append((side, text))
        return {
            "number": number,
            "labels": labels,
            "counts": {},
            "errors": [],
            "bytes": 0,
            "files": {name: file_hash(self.out / name) for _, name in written},
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        files: dict[str, str] = {}
        numbers = []
        for shard in shards:
            for side, text in shard["labels"]:
                tally.label(side, text)
            files |= shard["files"]
            numbers.append({"number": shard["number"]})
        totals = tally.totals()
        del totals["image_bytes"]
        whole = {**report, **totals, "files": files, "shards": numbers}
        put(self.out / REPORT, json.dumps(whole, ensure_ascii=False, indent=1).encode())
        return whole

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        names = report["files"].keys()
        tally = Tally(dict.fromkeys(report["lines"], 0))
        for name in names:
            for record in found.read(name):
                tally.label(name.partition("/")[0], "".join(record.labels))
                found.tick()
        tally.compare(report, found)
        for side in _SIDES:
            for path in entries(out / side, "**/*"):
                name = path.relative_to(out).as_posix()
                if path.is_file() and name not in names:
                    found.add(f"{name}: not in the report")


class _Characters:
    """A file of characters; records that follow each other from one source make one group."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.source: Source | None = None

    def __enter__(self) -> _Characters:
        self.file.write(start("characters").encode())
        return self

    def add(self, record: StrokeRecord) -> None:
        if record.source != self.source:
            self._end_group()
            self.file.write(group_start(record.source).encode())
            self.source = record.source
        self.file.write(character(record).encode())

    def __exit__(self, *_: object) -> None:
        self._end_group()
        self.file.write(END.encode())

    def _end_group(self) -> None:
        if self.source is not None:
            self.file.write(GROUP_END.encode())
