"""InkML: characters and pages of pen strokes, point for point as the archive holds them; lines.

    train/00012.inkml              up to 1,000 characters, grouped by source file
    train/lines-00012.inkml        up to 1,000 composed lines
    train/00012/00012345.inkml     one page
    val/  test/                    the same, where there are such records
    report.json

Elements and their meaning are in `penline.formats.inkml`, `penline.formats.inkml_page` and
`penline.formats.inkml_lines`. Of each character stand there its label, the label's raw bytes,
writer, source file, number and offset in it: POT files can be built again byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

from penline.durable import streamed
from penline.errors import UnwritableLine
from penline.export.base import Report, StrokeItem, file_hash, shard_folder
from penline.export.inkml_write import (
    END,
    GROUP_END,
    character,
    group_start,
    line,
    page,
    pen_context,
    start,
)
from penline.export.rows import listed
from penline.export.stroke_files import StrokeFiles, Unwritten
from penline.records import OnlineLine, Source, StrokeRecord

__all__ = ["InkML"]


class InkML(StrokeFiles):
    """See the module."""

    filesets: ClassVar[Mapping[str, str]] = {
        "strokes": "{side}/*.inkml",
        "pages": "{side}/*/*.inkml",
    }

    def shard(self, number: int, samples: Iterable[StrokeItem | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        unwritten = Unwritten()
        labels: list[tuple[str, str]] = []
        records: list[list[Any]] = []
        written: list[str] = []
        with ExitStack() as stack:
            files: dict[str, _Characters | _ComposedLines] = {}
            folders: dict[str, Path] = {}
            for item in unwritten.left_out(samples):
                record, side = item.record, item.side
                if isinstance(record, StrokeRecord | OnlineLine):
                    kind: type[_Characters | _ComposedLines] = (
                        _Characters if isinstance(record, StrokeRecord) else _ComposedLines
                    )
                    name = f"{side}/{kind.prefix}{number:05d}.inkml"
                    if name not in files:
                        (self.out / side).mkdir(parents=True, exist_ok=True)
                        file = stack.enter_context(streamed(self.out / name))
                        files[name] = kind(file)
                        stack.enter_context(files[name])
                        written.append(name)
                    files[name].add(record)  # type: ignore[arg-type]
                    text = "".join(record.labels)
                else:
                    if side not in folders:
                        folder = shard_folder(self.out / side, f"{number:05d}")
                        folders[side] = stack.enter_context(folder)
                    name = f"{item.index:08d}.inkml"
                    with streamed(folders[side] / name) as file:
                        for part in page(record):
                            file.write(part.encode())
                    written.append(f"{side}/{number:05d}/{name}")
                    every = (one for line in record.lines for one in line.characters)
                    text = "".join(one.character or "" for one in every)
                labels.append((side, text))
                records.append(listed(item.index, side, text, record.source.writer))
        return {
            "number": number,
            "labels": labels,
            "records": records,
            **unwritten.metadata(),
            "files": {name: file_hash(self.out / name) for name in written},
        }


class _Characters:
    """A file of characters; records that follow each other from one source make one group."""

    prefix = ""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.source: Source | None = None
        self.channels: tuple[str, ...] = ()
        self.pen = 0

    def __enter__(self) -> _Characters:
        self.file.write(start("characters").encode())
        return self

    def add(self, record: StrokeRecord) -> None:
        channels = tuple(record.channels)
        if record.source != self.source or channels != self.channels:
            self._end_group()
            if channels != self.channels:
                self.pen += 1
                self.file.write(pen_context(self.pen, channels).encode())
            self.file.write(group_start(record.source, self.pen).encode())
            self.source, self.channels = record.source, channels
        self.file.write(character(record).encode())

    def __exit__(self, *_: object) -> None:
        self._end_group()
        self.file.write(END.encode())

    def _end_group(self) -> None:
        if self.source is not None:
            self.file.write(GROUP_END.encode())


class _ComposedLines:
    """A file of lines."""

    prefix = "lines-"

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def __enter__(self) -> _ComposedLines:
        self.file.write(start("lines").encode())
        return self

    def add(self, record: OnlineLine) -> None:
        self.file.write(line(record).encode())

    def __exit__(self, *_: object) -> None:
        self.file.write(END.encode())
