"""Archives and banks into a bank: glyphs as they are, strokes rendered by their writer's pen."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from penline.bank import Bank, BankWriter, open_bank
from penline.bank.accept import label_fault
from penline.bank.choice import GlyphChoice
from penline.bank.layout import HEADER, MAX_SIDE_PX
from penline.bank.strokes import MAX_POINTS
from penline.bank.write import TOO_LARGE
from penline.ends import keep_ends
from penline.errors import UsageError
from penline.formats.ink import InkPage
from penline.gc_tuning import seldom_collected
from penline.job import takes_keywords
from penline.measure.cutting import LineCutter
from penline.pages import PageRecord
from penline.records import (
    GlyphRecord,
    GlyphRun,
    LineRecord,
    OnlineLine,
    Record,
    StrokeRecord,
    in_words,
)
from penline.render.hand import STROKE_HEIGHT_PX, RenderedCharacter, StrokeRenderer
from penline.render.simplify import simplified
from penline.sources.collect import AnyPath, given_names, open_sources
from penline.sources.overrides import Override, make_override, overridden
from penline.sources.pages.cut import lines_of
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.understood import Understood

__all__ = ["PackJob", "pack", "pack_records"]

TOO_MANY = f"character of more than {MAX_POINTS // 2:,} strokes"
"""Why a character that no bank can hold is left out."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class PackJob:
    """What `pack` makes, and from what.

    Attributes:
        sources: files, folders and zip archives, read in place; banks.
        out: the bank's folder.
        part: ``"train"`` or ``"test"``, instead of what the names say.
        writer, card, licence: instead of what the names say, as
            `penline.sources.overrides.make_override` takes them.
        height_px: height of a writer's median Chinese character when strokes are rendered; 16
            to 256.
        salvage: leave out damaged records (counted in the bank's header) instead of stopping.
        overwrite: replace a bank of that name.
        reading: what pictures are, where their names do not tell it.
        tell: called with how each collection of pictures was understood.
        choice: which glyphs go into the bank; the others are counted in its header. None for all.
        from_lines: cuts the characters out of lines, too; None leaves lines out.
        reserve: family of writers who are to write only what no other writer of the banks can.
        joins: find at once where letters that came as pictures are joined (`penline.ends`).
        progress: called with each file's name and the number of glyphs so far.
    """

    sources: AnyPath | Iterable[AnyPath]
    out: AnyPath
    _: KW_ONLY
    part: str | None = None
    writer: str | None = None
    card: str | None = None
    licence: str | None = None
    height_px: int = STROKE_HEIGHT_PX
    salvage: bool = False
    overwrite: bool = False
    reading: Reading = NOTHING_SAID
    tell: Callable[[Understood], None] | None = None
    choice: GlyphChoice | None = None
    from_lines: LineCutter | None = None
    reserve: str = ""
    joins: bool = False
    progress: Progress | None = None


@takes_keywords(PackJob)
def pack(job: PackJob) -> Bank:
    """Pack files of glyphs or strokes into a bank; banks, too, their glyphs as they are.

    Banks come first, in their order, and then all that was named beside them.

    Args:
        job: what to pack.

    Returns:
        The bank, opened.

    Raises:
        FormatError: a file that is not what its format says.
        UsageError: a path that does not exist, a name that is taken, no writer's name.
        CatalogueError: no such card.
        BankError: nothing to pack, or a damaged bank.
    """
    if not 16 <= job.height_px <= 256:
        raise UsageError(f"height_px must be from 16 to 256, not {job.height_px}")
    of = make_override(job.writer, job.card, job.licence)
    count, progress, cutter = 0, job.progress or _told_nobody, job.from_lines
    reading = job.reading if cutter is None else dataclasses.replace(job.reading, take="lines")
    sources = job.sources
    named = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    given = [Path(path) for path in named]
    banks = [path for path in given if (path / HEADER).is_file()]
    files = [path for path in given if path not in banks]
    _see_that_banks_differ(banks, Path(job.out))
    opened = [open_bank(path) for path in banks]
    under = given_names(files)
    made = BankWriter(
        job.out,
        overwrite=job.overwrite,
        given=under,
        choice=job.choice,
        reserve=job.reserve,
    )
    with made as bank, seldom_collected():
        for one in opened:
            for looked_at in bank.add_bank(one, _with_part(of, job.part)):
                count += looked_at
                progress(str(one.path), count)
        seen = set()
        for file in open_sources(files, part=job.part, reading=reading):
            if job.tell and file.understood is not None:
                whose = f"{job.writer}, as you said" if job.writer else file.understood.writer_rule
                job.tell(dataclasses.replace(file.understood, writer_rule=whose))
            if file.source.file in seen:
                raise UsageError(f"{file.source.file} is named twice; name it once")
            seen.add(file.source.file)
            records = overridden(file.sound(bank.drop, salvage=job.salvage, runs=True), of)
            if cutter is not None:
                records = _cut(records, cutter, bank)
            said, shown = of(file.source).writer, count
            for packed in pack_records(records, said, bank, job.height_px, job.salvage):
                count += packed
                if count - shown >= 4096:
                    shown = count
                    progress(file.source.file, count)
            progress(file.source.file, count)
    packed_bank = open_bank(Path(job.out))
    if job.joins:
        keep_ends(packed_bank)
    return packed_bank


def _cut(records: Iterator[Any], cutter: LineCutter, bank: BankWriter) -> Iterator[Any]:
    """The same records; of lines, and pages of lines, their characters."""
    for record in records:
        lines = lines_of(record) if isinstance(record, PageRecord) else (record,)
        for line in lines:
            if isinstance(line, LineRecord):
                yield from cutter.glyphs(line, bank.drop)
            else:
                yield line


def _told_nobody(file: str, glyphs: int) -> None:
    """Keep progress to itself."""


def _see_that_banks_differ(banks: list[Path], out: Path) -> None:
    """See that no bank is named twice, and that none would be written over or into itself."""
    seen: set[Path] = set()
    for path in banks:
        real = path.resolve()
        if real in seen:
            raise UsageError(f"{path} is named twice; name it once")
        seen.add(real)
        if real == out.resolve() or real in out.resolve().parents:
            raise UsageError(f"{path} cannot be made of itself; choose another name for the bank")


def _with_part(of: Override, part: str | None) -> Override:
    return of if part is None else lambda source: dataclasses.replace(of(source), part=part)


def pack_records(
    records: Iterator[Record | GlyphRun],
    writer: str,
    bank: BankWriter,
    height_px: int,
    salvage: bool,
) -> Iterator[int]:
    """Put the records of one file into a bank; yields how many, again and again.

    Args:
        records: sound records of the file, in its order.
        writer: the file's writer: whose pen its strokes are rendered with.
        bank: the bank under way; records without ink are counted there as left out.
        height_px: see `pack`.
        salvage: see `pack`.
    """
    renderer = StrokeRenderer(writer, height_px, bank.drop, bank.drop if salvage else None)
    for strokes, some in groupby(records, lambda one: isinstance(one, StrokeRecord)):
        if strokes:
            yield from _put_strokes(renderer.render(some), bank, height_px)
        else:
            yield from _put_pictures(some, bank)


def _put_strokes(
    drawn: Iterator[tuple[StrokeRecord, RenderedCharacter]], bank: BankWriter, height_px: int
) -> Iterator[int]:
    for record, made in drawn:
        if _labelled(record, bank):
            strokes = simplified(made.nodes, height_px, MAX_POINTS)
            if strokes is None:
                bank.drop(TOO_MANY)
                continue
            bank.add(
                made.ink,
                record.character,
                record.source,
                record=record.record,
                offset=record.offset,
                rendered=made.facts,
                strokes=strokes,
            )
            yield 1


def _put_pictures(records: Iterator[Any], bank: BankWriter) -> Iterator[int]:
    for record in records:
        if isinstance(record, GlyphRun):
            yield bank.add_run(record)
        elif not isinstance(record, GlyphRecord):
            taken = isinstance(record, LineRecord | InkPage | OnlineLine)
            cuts = "--from-lines cuts it, " if isinstance(record, LineRecord) else ""
            hint = f" ({cuts}penline convert takes it)" if taken else ""
            bank.drop(f"{in_words(record)}, no single character{hint}")
        elif _labelled(record, bank):
            if max(record.pixels.shape) > MAX_SIDE_PX:
                bank.drop(TOO_LARGE)
                continue
            bank.add(
                record.pixels,
                record.character,
                record.source,
                paper=record.paper,
                record=record.record,
                offset=record.offset,
                trim=True,
            )
            yield 1


def _labelled(record: GlyphRecord | StrokeRecord, bank: BankWriter) -> bool:
    """Whether a bank may hold a glyph of the label; else it is counted as left out."""
    fault = label_fault(record.character) if record.character else "picture without a label"
    if fault:
        bank.drop(fault)
    return not fault
