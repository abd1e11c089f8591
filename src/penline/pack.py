"""Archives into a bank: glyphs as they are, strokes rendered by the pen of their writer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from statistics import median

from penline.bank import Bank, BankWriter, open_bank
from penline.characters import kind_of
from penline.datasets.sources import AnyPath, SourceFile, open_sources
from penline.errors import FormatError, UsageError
from penline.randomness import rng
from penline.records import Defect, GlyphRecord, Record, StrokeRecord
from penline.render.pen import Pen, draw_pen
from penline.render.strokes import render_strokes

__all__ = ["STROKE_HEIGHT_PX", "pack", "pack_records", "writer_pen"]

STROKE_HEIGHT_PX = 64
"""Height of a writer's median Chinese character when strokes are rendered."""

_MEASURED = 5000
"""Records of a file that are looked at to find the writer's size."""

Progress = Callable[[str, int], None]


def pack(
    sources: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    *,
    part: str | None = None,
    height_px: int = STROKE_HEIGHT_PX,
    salvage: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Bank:
    """Pack files of glyphs or strokes into a bank.

    Args:
        sources: files, folders and zip archives, read in place.
        out: the bank's folder.
        part: ``"train"`` or ``"test"``, instead of what the names say.
        height_px: height of a writer's median Chinese character when strokes are rendered; 16
            to 256.
        salvage: leave out damaged records (counted in the bank's header) instead of stopping.
        overwrite: replace a bank of that name.
        progress: called with each file's name and the number of glyphs so far.

    Returns:
        The bank, opened.

    Raises:
        FormatError: a file that is not what its format says.
        UsageError: a path that does not exist, a name that is taken.
        BankError: nothing to pack.
    """
    if not 16 <= height_px <= 256:
        raise UsageError(f"height_px must be from 16 to 256, not {height_px}")
    count = 0
    with BankWriter(out, overwrite=overwrite) as bank:
        for file in open_sources(sources, part=part):
            records = _sound(file, bank, salvage)
            for _ in pack_records(records, file, bank, height_px, salvage):
                count += 1
                if progress and not count % 4096:
                    progress(file.source.file, count)
            if progress:
                progress(file.source.file, count)
    return open_bank(Path(os.fspath(out)))


def _sound(file: SourceFile, bank: BankWriter, salvage: bool) -> Iterator[Record]:
    if not salvage:
        yield from file.read()
        return
    for record in file.salvage():
        if isinstance(record, Defect):
            bank.drop(f"defect: {record.field}")
        else:
            yield record


def pack_records(
    records: Iterator[Record], file: SourceFile, bank: BankWriter, height_px: int, salvage: bool
) -> Iterator[None]:
    """Put the records of one file into a bank; yields once for each glyph, for counting.

    Args:
        records: sound records of `file`, in its order.
        file: where they come from.
        bank: the bank under way; records without ink are counted there as left out.
        height_px: see `pack`.
        salvage: see `pack`.
    """
    first = next(records, None)
    if first is None:
        return
    records = chain([first], records)
    if isinstance(first, StrokeRecord):
        yield from _strokes(records, file, bank, height_px, salvage)
        return
    for record in records:
        if isinstance(record, GlyphRecord):
            if record.pixels.min() == record.pixels.max() == record.paper:
                bank.drop("blank glyph")
                continue
            bank.add(
                record.pixels,
                record.character,
                record.source,
                paper=record.paper,
                record=record.record,
                offset=record.offset,
            )
            yield None


def _strokes(
    records: Iterator[Record], file: SourceFile, bank: BankWriter, height_px: int, salvage: bool
) -> Iterator[None]:
    looked_at: list[StrokeRecord] = []
    for record in records:
        if isinstance(record, StrokeRecord):
            looked_at.append(record)
        if len(looked_at) == _MEASURED:
            break
    units_per_px = _em_units(looked_at) / height_px
    pen = writer_pen(file.source.writer, height_px)
    facts = {"height_px": height_px, "units_per_px": round(units_per_px, 4)}
    for record in chain(looked_at, records):
        if not isinstance(record, StrokeRecord):
            continue
        if not any(len(stroke) for stroke in record.strokes):
            bank.drop("character without a stroke")
            continue
        chance = rng(0, record.record, f"strokes:{file.source.writer}")
        try:
            ink = render_strokes(record.strokes, units_per_px, pen, chance)
        except UsageError as error:
            # exact bytes, but no character: points all over the page
            if salvage:
                bank.drop("strokes that cannot be drawn")
                continue
            place = record.source.file, record.offset, f"strokes of record {record.record}"
            raise FormatError(*place, "a character that can be drawn", str(error)) from None
        bank.add(
            ink,
            record.character,
            record.source,
            record=record.record,
            offset=record.offset,
            rendered=facts,
        )
        yield None


def writer_pen(writer: str, height_px: int) -> Pen:
    """The pen that a writer's strokes are rendered with: always the same for the same writer."""
    return draw_pen(rng(0, 0, f"pen:{writer}"), height_px)


def _em_units(records: list[StrokeRecord]) -> float:
    """The writer's em in the source's units: the median over all characters that tell a size."""
    ems = []
    for record in records:
        usual = kind_of(record.character).height
        heights = [
            (int(stroke[:, 1].min()), int(stroke[:, 1].max()))
            for stroke in record.strokes
            if len(stroke)
        ]
        if usual and heights:
            extent = max(high for _, high in heights) - min(low for low, _ in heights)
            ems.append(extent / usual)
    return max(float(median(ems)) if ems else 64.0, 1.0)
