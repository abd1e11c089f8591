"""A sheet of archives: read once to count, once more for the glyphs that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from penline.bank import Bank, BankWriter, open_bank
from penline.datasets.sources import SourceFile, open_sources
from penline.errors import FormatError
from penline.look.choose import spread
from penline.look.glyphs import Counted
from penline.pack import STROKE_HEIGHT_PX, _glyphs
from penline.randomness import Draws
from penline.records import Defect, Record

__all__ = ["sample_archive"]

_DEFECTS_LISTED = 100


def sample_archive(source: Path, folder: Path, limit: int, draws: Draws) -> tuple[Bank, Counted]:
    """Count every sound record, choose at most `limit`, and pack those into a bank for a while.

    Damaged records are left out and listed. Strokes are rendered as `penline.pack` does, but
    where not all are chosen, the writer's size is that of the chosen ones.

    Args:
        source: a file, a folder or a zip archive.
        folder: where to make the bank; must not exist.
        limit: glyphs at most.
        draws: where chance comes from.

    Raises:
        FormatError: not one sound record; the message is about the first damaged one.
        UsageError: the path does not exist.
        BankError: nothing but blank records.
    """
    files = list(open_sources(source))
    numbers: dict[str, int] = {}
    labels: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    defects: list[Defect] = []
    damaged = 0
    for file in files:
        found: list[int] = []
        for record in file.salvage():
            if isinstance(record, Defect):
                damaged += 1
                if len(defects) < _DEFECTS_LISTED:
                    defects.append(record)
            else:
                found.append(numbers.setdefault(record.character, len(numbers)))
        labels.append(np.array(found, np.int64))
    counts = [len(found) for found in labels]
    if not sum(counts):
        raise _nothing(source, defects)
    by_writer: Counter[str] = Counter()
    for file, count in zip(files, counts, strict=True):
        by_writer[file.source.writer] += count
    ids = {writer: number for number, writer in enumerate(by_writer)}
    characters = np.concatenate(labels)
    writers = np.repeat([ids[file.source.writer] for file in files], counts)
    rows = spread(characters, writers, limit, draws)
    with BankWriter(folder) as bank:
        start = 0
        for file, count in zip(files, counts, strict=True):
            low, high = np.searchsorted(rows, [start, start + count])
            wanted = set((rows[low:high] - start).tolist())
            if wanted:
                for _ in _glyphs(_picked(file, wanted), file, bank, STROKE_HEIGHT_PX):
                    pass
            start += count
        blank = [[f"not shown: {reason}", n] for reason, n in sorted(bank.dropped.items())]
    tables = []
    if blank:
        tables.append({"title": "Chosen, but nothing to see", "rows": blank})
    if damaged:
        listed = [[str(defect), None] for defect in defects]
        tables.append({"title": f"Damaged records: {damaged:,}", "rows": listed, "total": damaged})
    glyphs = np.bincount(characters, minlength=len(numbers)).tolist()
    counted = Counted(
        total=len(characters),
        characters=len(numbers),
        by_character=dict(zip(numbers, glyphs, strict=True)),
        by_writer={writer: count for writer, count in by_writer.items() if count},
        cards=[file.source.card for file in files],
        tables=tables,
    )
    return open_bank(folder), counted


def _picked(file: SourceFile, wanted: set[int]) -> Iterator[Record]:
    """The sound records of the given places among the sound records of the file."""
    place = 0
    for record in file.salvage():
        if isinstance(record, Defect):
            continue
        if place in wanted:
            yield record
        place += 1


def _nothing(source: Path, defects: list[Defect]) -> FormatError:
    if not defects:
        return FormatError(str(source), 0, "records", "at least one", "none")
    first = defects[0]
    return FormatError(first.file, first.offset, first.field, first.expected, first.found)
