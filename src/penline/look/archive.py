"""A sheet of archives: read once to count, once more for the glyphs that are shown."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank import Bank, BankWriter, open_bank
from penline.errors import FormatError
from penline.formats.ink import InkPage
from penline.look.choose import spread
from penline.look.damage import damage_rows
from penline.look.glyphs import Counted
from penline.pack import pack_records
from penline.pages import PageRecord
from penline.provenance import short_names
from penline.randomness import Draws
from penline.records import Defect, LeftOut, LineRecord, OnlineLine, Record
from penline.render.hand import STROKE_HEIGHT_PX
from penline.sources.names import leaf
from penline.sources.unit import Unit
from penline.words import counted, printable

__all__ = ["ArchiveIndex", "count_glyphs", "sample_archive"]

Numbers = npt.NDArray[np.int64]

_DEFECTS_LISTED = 100


def sample_archive(
    source: Path,
    files: list[Unit],
    found: ArchiveIndex,
    folder: Path,
    limit: int,
    draws: Draws,
) -> tuple[Bank, Counted]:
    """Choose at most `limit` sound records, and pack those into a bank for a while.

    Damaged records are left out and listed. Strokes are rendered as `penline.pack` does, but
    where not all are chosen, the writer's size is that of the chosen ones.

    Args:
        source: a file, a folder or a zip archive.
        files: its units.
        found: what `count_glyphs` found in them.
        folder: where to make the bank; must not exist.
        limit: glyphs at most.
        draws: where chance comes from.

    Raises:
        FormatError: not one sound record; the message is about the first damaged one.
        BankError: nothing but blank records.
    """
    if not found.characters.size:
        raise _nothing(source, files, found)
    rows = spread(found.characters, found.writers, limit, draws)
    with BankWriter(folder) as bank:
        start = 0
        for file, count in zip(files, found.records, strict=True):
            low, high = np.searchsorted(rows, [start, start + count])
            wanted = set((rows[low:high] - start).tolist())
            if wanted:
                picked = _picked(file, wanted)
                for _ in pack_records(picked, file.source.writer, bank, STROKE_HEIGHT_PX, True):
                    pass
            start += count
    unseen = sorted(bank.dropped.items())
    glyphs = np.bincount(found.characters, minlength=len(found.names)).tolist()
    counted = Counted(
        total=len(found.characters),
        characters=len(found.names),
        by_character=dict(zip(found.names, glyphs, strict=True)),
        by_writer={writer: count for writer, count in found.by_writer.items() if count},
        sources=[file.source for file in files],
        tables=_tables(source, files, unseen, found),
        damaged=found.damaged,
        damage=_damage(files, found),
    )
    return open_bank(folder), counted


@dataclass(slots=True)
class ArchiveIndex:
    """What the first reading found: a character and a writer for each sound record, in order.

    Others are lines, pages, and pictures without a label; `lines` of them are lines or pages.
    """

    characters: Numbers
    writers: Numbers
    names: dict[str, int]
    by_writer: dict[str, int]
    records: list[int]
    defects: list[Defect]
    damaged: int
    others: int
    lines: int


def count_glyphs(files: list[Unit]) -> ArchiveIndex:
    """Read files once, and tell the character and the writer of each sound record."""
    names: dict[str, int] = {}
    labels: list[Numbers] = []
    writers: list[int] = []
    by_writer: Counter[str] = Counter()
    ids: dict[str, int] = {}
    defects: list[Defect] = []
    damaged = others = lines = 0
    for file in files:
        here: list[int] = []
        for record in file.salvage():
            if isinstance(record, Defect):
                damaged += 1
                if len(defects) < _DEFECTS_LISTED:
                    defects.append(record)
            elif isinstance(record, LeftOut):
                others += 1
            elif len(record.labels) == 1 and not isinstance(record, LineRecord):
                here.append(names.setdefault(record.labels[0], len(names)))
                writer = record.source.writer
                by_writer[writer] += 1
                writers.append(ids.setdefault(writer, len(ids)))
            else:
                others += 1
                lines += isinstance(record, LineRecord | OnlineLine | PageRecord | InkPage)
        labels.append(np.array(here, np.int64))
    records = [len(here) for here in labels]
    return ArchiveIndex(
        np.concatenate(labels),
        np.array(writers, np.int64),
        names,
        dict(by_writer),
        records,
        defects,
        damaged,
        others,
        lines,
    )


def _damage(files: list[Unit], found: ArchiveIndex) -> list[dict[str, Any]]:
    names = [file.source.file for file in files]
    short = dict(zip(names, short_names(names), strict=True))
    short |= {d.file: leaf(d.file) for d in found.defects if d.file not in short}
    return damage_rows(found.defects, files, short)


def _tables(
    source: Path, files: list[Unit], unseen: list[tuple[str, int]], found: ArchiveIndex
) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = []
    if unseen:
        tables.append({"title": "Chosen, but not shown", "rows": unseen})
    outside = f"{printable(str(source.parent))}{os.sep}"  # no folder of the machine is shown
    notes = [file.note.replace(outside, "") for file in files if file.note]
    parts = [file.understood for file in files if file.understood is not None]
    notes += [said.replace(outside, "") for one in parts for said in one.lines()]
    notes = list(dict.fromkeys(notes))
    if found.others:
        notes.append(f"{found.others:,} records that are no character with a label: not shown")
    if notes:
        tables.append({"title": "Notes", "rows": [[note, None] for note in notes]})
    return tables


def _picked(file: Unit, wanted: set[int]) -> Iterator[Record]:
    """The sound records of the given places among the sound records of the file."""
    place = 0
    for record in file.salvage():
        if isinstance(record, Defect | LeftOut | LineRecord) or len(record.labels) != 1:
            continue
        if place in wanted:
            yield record
        place += 1


def _nothing(source: Path, files: list[Unit], found: ArchiveIndex) -> FormatError:
    """Why there is nothing to show: damage, or else what the files' notes say."""
    if found.defects:
        first = found.defects[0]
        return FormatError(first.file, first.offset, first.field, first.expected, first.found)
    what = "none"
    if found.others:
        what += f" among {counted(found.others, 'record')}"
    notes = "; ".join(dict.fromkeys(file.note for file in files if file.note))
    if notes:
        what += f" ({notes})"
    expected = "at least one isolated character with a label, or a line or page"
    return FormatError(printable(str(source)), 0, "records", expected, what)
