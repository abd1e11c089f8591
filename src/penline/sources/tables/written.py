"""Who wrote the lines of a set that penline made: ``boxes.jsonl`` beside its labels tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TypeVar

from penline.formats.csv_rows import TextRow, read_text_rows
from penline.formats.table_row import TableRow
from penline.formats.tarred import is_tar
from penline.records import Defect
from penline.sources.tables.beside import Beside
from penline.sources.unit import Place

__all__ = ["BOXES", "WritersBeside", "writers_beside"]

BOXES = "boxes.jsonl"
_UP = 3
"""A set's labels lie in its own folder, or so many below it at most, less one."""
_SKIPPED = 1 << 18
"""So many lines of other sides, or in another order, are kept in mind."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WritersBeside:
    """Tells the writers of rows by the paths of their pictures. Can be pickled.

    Attributes:
        place: where the ``boxes.jsonl`` lies.
        before: what stands there before the names that rows have.
    """

    place: Place
    before: str

    def signed(self, rows: Iterator[TableRow | Defect | T]) -> Iterator[TableRow | Defect | T]:
        """Yield the rows with their writers; a defect once where the file is not sound."""
        skipped: dict[str, str] = {}
        with self.place.open() as stream:
            lines = read_text_rows(stream, BOXES)
            for row in rows:
                if not isinstance(row, TableRow) or row.writer:
                    yield row
                    continue
                path = f"{self.before}{row.name or row.record}"
                writer = skipped.pop(path, None)
                while writer is None:
                    line = next(lines, None)
                    if isinstance(line, TextRow):
                        told = line.cells.get("writer", "")
                        if line.cells.get("path") == path:
                            writer = told
                        elif len(skipped) < _SKIPPED:
                            skipped[line.cells.get("path", "")] = told
                        continue
                    if isinstance(line, Defect):
                        yield line
                        lines = iter(())
                    writer = ""
                yield row._replace(writer="" if writer.startswith("unknown:") else writer)


def writers_beside(beside: Beside, own: str = "") -> WritersBeside | None:
    """Find the ``boxes.jsonl`` of the set that labels are of; None where there is none.

    Args:
        beside: where the labels lie.
        own: what is to stand before the names of rows, in that folder.
    """
    if beside.packed and is_tar(beside.path.name):
        return None  # a tar has no directory to look names up in
    root = Beside(beside.path, "", True) if beside.packed else None
    here = PurePosixPath(beside.prefix) if root else beside.path.resolve()
    before = own
    for folder in islice((here, *here.parents), _UP):
        files = root.open() if root else Beside(Path(folder)).open()
        place = files.find(str(folder / BOXES) if root else BOXES)
        if place is not None:
            return WritersBeside(place, before)
        before = f"{folder.name}/{before}"
    return None
