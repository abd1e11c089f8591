"""What ``boxes.jsonl`` tells of the lines of a set that penline made: who wrote them, and where
their characters are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

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
    """Tells the writers and the boxes of rows by the paths of their pictures. Can be pickled.

    Attributes:
        place: where the ``boxes.jsonl`` lies.
        before: what stands there before the names that rows have.
        boxes: tell where characters are, too.
    """

    place: Place
    before: str
    boxes: bool = False

    def signed(self, rows: Iterator[TableRow | Defect | T]) -> Iterator[TableRow | Defect | T]:
        """Yield the rows with what is told of them; a defect once where the file is not sound."""
        skipped: dict[str, _Signed] = {}
        with self.place.open() as stream:
            lines = read_text_rows(stream, BOXES)
            for row in rows:
                if not isinstance(row, TableRow) or row.writer:
                    yield row
                    continue
                path = f"{self.before}{row.name or row.record}"
                found = skipped.pop(path, None)
                while found is None:
                    line = next(lines, None)
                    if isinstance(line, TextRow):
                        told = _told(line, self.boxes)
                        if line.cells.get("path") == path:
                            found = told
                        elif len(skipped) < _SKIPPED:
                            skipped[line.cells.get("path", "")] = told
                        continue
                    if isinstance(line, Defect):
                        yield line
                        lines = iter(())
                    found = _Signed("", None, ())
                boxes = row.boxes
                if boxes is None and found.quads is not None:
                    boxes = {"quads": found.quads, "entries": found.entries}
                yield row._replace(writer=found.writer, boxes=boxes)


class _Signed(NamedTuple):
    """Of a line: its writer, its quads, ``float (n, 4, 2)``, and what each of them is of, where
    that is not a character."""

    writer: str
    quads: npt.NDArray[np.floating[Any]] | None
    entries: tuple[str, ...]


def _told(line: TextRow, boxes: bool) -> _Signed:
    writer = line.cells.get("writer", "")
    quads: npt.NDArray[np.floating[Any]] | None = None
    if boxes and "quads" in line.lists:
        try:
            quads = np.array(line.lists["quads"], np.float64).reshape(-1, 4, 2)
            # corners are multiples of 1/256 px: half the bytes hold them, where many are kept
            small = quads.astype(np.float32)
            quads = small if (small == quads).all() else quads
        except (ValueError, TypeError, OverflowError):
            quads = np.empty((0, 4, 2))
    entries = tuple(map(str, line.lists.get("entries", ())))
    return _Signed("" if writer.startswith("unknown:") else writer, quads, entries)


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
