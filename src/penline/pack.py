"""Archives into a bank: glyphs as they are, strokes rendered by the pen of their writer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from penline.bank import Bank, BankWriter, open_bank
from penline.bank.accept import label_fault
from penline.bank.layout import MAX_SIDE_PX
from penline.bank.write import TOO_LARGE
from penline.errors import UsageError
from penline.formats.ink import InkPage
from penline.gc_tuning import seldom_collected
from penline.records import GlyphRecord, GlyphRun, LineRecord, Record, StrokeRecord, in_words
from penline.render.hand import STROKE_HEIGHT_PX, RenderedCharacter, StrokeRenderer
from penline.sources.collect import AnyPath, given_names, open_sources
from penline.sources.overrides import make_override, overridden
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.understood import Understood

__all__ = ["pack", "pack_records"]

Progress = Callable[[str, int], None]


def pack(
    sources: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    *,
    part: str | None = None,
    writer: str | None = None,
    card: str | None = None,
    licence: str | None = None,
    height_px: int = STROKE_HEIGHT_PX,
    salvage: bool = False,
    overwrite: bool = False,
    reading: Reading = NOTHING_SAID,
    tell: Callable[[Understood], None] | None = None,
    progress: Progress | None = None,
) -> Bank:
    """Pack files of glyphs or strokes into a bank.

    Args:
        sources: files, folders and zip archives, read in place.
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
        progress: called with each file's name and the number of glyphs so far.

    Returns:
        The bank, opened.

    Raises:
        FormatError: a file that is not what its format says.
        UsageError: a path that does not exist, a name that is taken, no writer's name.
        CatalogueError: no such card.
        BankError: nothing to pack.
    """
    if not 16 <= height_px <= 256:
        raise UsageError(f"height_px must be from 16 to 256, not {height_px}")
    of = make_override(writer, card, licence)
    count = 0
    given = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    made = BankWriter(out, overwrite=overwrite, given=given_names(given))
    with made as bank, seldom_collected():
        seen = set()
        for file in open_sources(given, part=part, reading=reading):
            if tell and file.understood is not None:
                tell(file.understood)
            if file.source.file in seen:
                raise UsageError(f"{file.source.file} is named twice; name it once")
            seen.add(file.source.file)
            records = overridden(file.sound(bank.drop, salvage=salvage, runs=True), of)
            said, shown = of(file.source).writer, count
            for packed in pack_records(records, said, bank, height_px, salvage):
                count += packed
                if progress and count - shown >= 4096:
                    shown = count
                    progress(file.source.file, count)
            if progress:
                progress(file.source.file, count)
    return open_bank(Path(os.fspath(out)))


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
            yield from _put_strokes(renderer.render(some), bank)
        else:
            yield from _put_pictures(some, bank)


def _put_strokes(
    drawn: Iterator[tuple[StrokeRecord, RenderedCharacter]], bank: BankWriter
) -> Iterator[int]:
    for record, ink in drawn:
        if _labelled(record, bank):
            bank.add(
                ink.ink,
                record.character,
                record.source,
                record=record.record,
                offset=record.offset,
                rendered=ink.facts,
            )
            yield 1


def _put_pictures(records: Iterator[Any], bank: BankWriter) -> Iterator[int]:
    for record in records:
        if isinstance(record, GlyphRun):
            yield bank.add_run(record)
        elif not isinstance(record, GlyphRecord):
            hint = " (penline convert takes it)" if isinstance(record, LineRecord | InkPage) else ""
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
