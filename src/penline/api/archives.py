"""The verbs that read archives: info, pack, convert, sheet."""

from __future__ import annotations

import dataclasses
import functools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from penline.acquire.named import named, paths_of
from penline.bank import Bank, open_bank
from penline.bank.choice import GlyphChoice, read_keys
from penline.bank.layout import HEADER, PARTS
from penline.bank.unused import advice, unknown_glyphs
from penline.catalogue.overlaps import shared
from penline.catalogue.terms import terms
from penline.check import read_report
from penline.convert import convert as _convert
from penline.errors import ExportError
from penline.export import WRITTEN_ONLY
from penline.export.run import REPORT, under_way
from penline.look.sheet import SheetFacts
from penline.look.sheet import sheet as _sheet
from penline.measure.cutting import LineCutter
from penline.pack import pack as _pack
from penline.pages import PageRecord
from penline.records import Defect, LeftOut
from penline.sources.collect import AnyPath, open_sources
from penline.sources.layouts import card_reading
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.understood import Understood
from penline.template.listing import read_characters
from penline.words import counted, printable

__all__ = [
    "FileFacts",
    "bank_notes",
    "choice_of",
    "convert",
    "info",
    "line_cutter",
    "pack",
    "sheet",
]

SET = "data set for"
P = ParamSpec("P")
R = TypeVar("R")
Sources = AnyPath | Iterable[AnyPath]


def by_id(
    verb: Callable[Concatenate[Sources, P], R],
) -> Callable[Concatenate[Sources, P], R]:
    """Let a verb's first argument name data sets by their ids, too: their files on the shelf.

    The shelf is ``$PENLINE_ROOT``, or in the user's cache; every file of the part has to be there.
    """

    @functools.wraps(verb)
    def call(sources: Sources, /, *more: P.args, **named_ones: P.kwargs) -> R:
        part = named_ones.get("part")
        return verb(paths_of(sources, part=str(part) if part else None), *more, **named_ones)

    return call


def by_card(
    verb: Callable[Concatenate[Sources, P], R],
) -> Callable[Concatenate[Sources, P], R]:
    """Let a verb take ids as `by_id` does, and read files as their card's layout says."""

    @functools.wraps(verb)
    def call(sources: Sources, /, *more: P.args, **named_ones: P.kwargs) -> R:
        reading = named_ones["reading"] = _read_as(sources, named_ones)
        if reading.card:
            named_ones["card"] = reading.card
        return by_id(verb)(sources, *more, **named_ones)

    return call


def _read_as(sources: Sources, said: Mapping[str, Any]) -> Reading:
    id, found = said.get("card"), named(sources)
    ids, mixed = ((id,), False) if id else (found.ids, found.mixed)
    return card_reading(said.get("reading", NOTHING_SAID), ids, mixed=mixed)


pack = by_card(_pack)
convert = by_card(_convert)


@functools.wraps(_sheet)
def sheet(
    source: Path | str, out: Path | str, *, card: str | None = None, **more: Any
) -> SheetFacts:
    more["reading"] = _read_as(source, {**more, "card": card})
    found = paths_of(source)
    shelves = {path.parent for path in found}
    return _sheet(found[0] if len(found) == 1 else shelves.pop(), out, **more)


@dataclass(slots=True)
class FileFacts:
    """What one file, bank or data set is.

    Attributes:
        file: its name.
        kind: ``gnt``, ``pot`` and so on; ``bank``; or ``data set for`` the name of its format.
        records: glyphs or lines.
        pages: of pages that people transcribed, how many; `records` are their lines.
        characters: different characters.
        writers: glyphs by writer.
        parts: glyphs by part.
        card: id of the data set's card, or "".
        known_by: how that is known: ``name`` (of the file), ``user``, who said so, or both.
        defects: the first defects.
        defect_count: all of them.
        seconds: how long reading took.
        note: what a user should know of it, or "".
        left_out: how many records its reader leaves out, by reason.
        understood: how a collection of pictures was understood; None of other files.
        styles: of a bank, each writer's figures: ``em_px``, ``pen_px``, ``level`` of ink, ``slant``
            (lean to the right per height) and ``aspect`` (width over height of Chinese
            characters); None where one is not known.
    """

    file: str
    kind: str
    records: int = 0
    pages: int = 0
    characters: int = 0
    writers: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    card: str = ""
    known_by: str = ""
    defects: list[Defect] = field(default_factory=list)
    defect_count: int = 0
    seconds: float = 0.0
    note: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    understood: Understood | None = None
    styles: dict[str, dict[str, float | None]] = field(default_factory=dict)


@by_card
def info(
    paths: AnyPath | Iterable[AnyPath],
    *,
    card: str | None = None,
    most_defects: int = 5,
    reading: Reading = NOTHING_SAID,
    progress: Callable[[str], None] | None = None,
) -> list[FileFacts]:
    """What files, folders, zip archives, banks and finished data sets hold.

    Every record of a file is read; of a bank and of a data set, what they say of themselves.

    Args:
        paths: ids of data sets, files, folders and archives.
        card: id of the data set that the files are of, whose layout tells how they are read.
        most_defects: so many of a file are listed.
        reading: what pictures are, where their names do not tell it.
        progress: called with each file's name.

    Raises:
        UsageError: a path that does not exist.
        ExportError: a data set that is not finished, or whose report is not sound.
        FormatError: a file of a kind that penline does not know.
        BankError: a damaged bank.
    """
    given = [Path(paths)] if isinstance(paths, (str, os.PathLike)) else [Path(p) for p in paths]
    found = []
    for path in given:
        if (path / HEADER).is_file():
            found.append(_bank_facts(open_bank(path)))
            continue
        if (path / REPORT).is_file():
            found.append(_set_facts(path))
            continue
        if under_way(path):
            raise ExportError(f"{path} is an unfinished data set; repeat its command to go on")
        for file in open_sources(path, reading=dataclasses.replace(reading, take="either")):
            if progress:
                progress(file.source.file)
            facts = FileFacts(file.source.file, file.kind, card=file.source.card, note=file.note)
            facts.known_by = "name" if facts.card else ""
            if card is not None:
                facts.card, facts.known_by = card, "user"
            facts.understood = file.understood
            characters: set[str] = set()
            writers: Counter[str] = Counter()
            parts: Counter[str] = Counter()
            begun = time.perf_counter()
            for record in file.salvage():
                if isinstance(record, Defect):
                    facts.defect_count += 1
                    if len(facts.defects) < most_defects:
                        facts.defects.append(record)
                    continue
                if isinstance(record, LeftOut):
                    facts.left_out[record.reason] = facts.left_out.get(record.reason, 0) + 1
                    continue
                facts.records += len(record.page.lines) if isinstance(record, PageRecord) else 1
                if record.source.left_out and not facts.note:
                    facts.note = f"{record.source.left_out} are left out"
                writers[record.source.writer] += 1
                facts.pages += isinstance(record, PageRecord)
                parts[record.source.part] += 1
                characters.update(record.labels)
            facts.seconds = time.perf_counter() - begun
            facts.characters = len(characters)
            facts.writers = dict(writers) or {file.source.writer: 0}
            facts.parts = dict(parts) or {file.source.part: 0}
            found.append(facts)
    return found


def choice_of(characters: Path | None, without: Path | None) -> GlyphChoice:
    """Read which glyphs `pack` is to take.

    Args:
        characters: a text file of the characters that are taken; None for all.
        without: a JSON list of the glyphs that are left out; None for none.

    Raises:
        UsageError: a file that is not there, or not what it should be.
    """
    wanted = None if characters is None else read_characters(characters)
    return GlyphChoice(wanted, () if without is None else read_keys(without), str(without))


def line_cutter(model: str | None = None) -> LineCutter:
    """Make what cuts the characters of lines out for `pack`.

    Args:
        model: what tells where the characters are: the folder of an ablation, ``weights.pt`` in it,
            or an ``.onnx`` file; None goes by their shapes alone.

    Raises:
        UsageError: no such model, or one that does not tell it.
        MissingExtra: the package that runs it is not installed.
        ExportError: it is not as it should be.
    """
    if model is None:
        return LineCutter()
    from penline.ablate.places import places_by  # PyTorch is loaded on use

    return LineCutter(places_by(model))


def bank_notes(bank: Bank) -> tuple[tuple[int, int], list[dict[str, Any]], list[str]]:
    """What to know of a bank before lines are made of it.

    Returns:
        How many glyphs are of unknown writers, and how many those are; the terms of its sources;
        notes with what to do.
    """
    rows = terms(bank.header.sources)
    notes = [*_told(bank), *advice(bank), *shared(row["card"] for row in rows)]
    return unknown_glyphs(bank), rows, notes


def _set_facts(path: Path) -> FileFacts:
    """What the report of a finished set says of it; `check` proves it."""
    report = read_report(path)
    run, lines = report["run"], {str(side): int(n) for side, n in report["lines"].items()}
    classes = report.get("classes")
    facts = FileFacts(printable(str(path)), f"{SET} {printable(run['to'])}", sum(lines.values()))
    facts.characters = classes if isinstance(classes, int) else 0
    facts.parts = lines
    rows = report.get("sources")
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    rows = [row for row in rows if row.get("card")]
    facts.card = ", ".join(dict.fromkeys(str(row["card"]) for row in rows))
    facts.known_by = ", ".join(sorted({str(row.get("known_by", "")) for row in rows}))
    told = [f"made by penline {report.get('penline', 'of an unknown version')}"]
    told += [f"seed {run['seed']}, lines from {run['start']}"] if "seed" in run else []
    told += ["simulated handwriting"] if report.get("simulated") else []
    shows = "" if run["to"] in WRITTEN_ONLY else ", penline sheet and serve show it"
    facts.note = f"{', '.join(told)}; penline check proves it{shows}"
    return facts


def _bank_facts(bank: Bank) -> FileFacts:
    facts = FileFacts(printable(str(bank.path)), "bank", len(bank), characters=len(bank.characters))
    facts.writers = {writer.id: writer.glyphs for writer in bank.header.writers}
    names = ("em_px", "pen_px", "level", "slant", "aspect")
    facts.styles = {
        writer.id: {name: getattr(writer, name) for name in names} for writer in bank.header.writers
    }
    parts = bank.columns["part"]
    facts.parts = {
        name: int((parts == number).sum())
        for number, name in enumerate(PARTS)
        if (parts == number).any()
    }
    rows = [row for row in terms(bank.header.sources) if row["card"]]
    facts.card = ", ".join(dict.fromkeys(row["card"] for row in rows))
    facts.known_by = ", ".join(sorted({row["known_by"] for row in rows}))
    facts.note = "; ".join([*_told(bank), *advice(bank)])
    return facts


def _told(bank: Bank) -> list[str]:
    """Say of which banks a bank was made, and what it keeps of strokes."""
    banks = bank.header.banks
    told = ", ".join(
        f"{one.name} ({one.chosen:,} of {counted(one.glyphs, 'glyph')})" for one in banks
    )
    notes = [f"made of {counted(len(banks), 'bank')}: {told}"] if banks else []
    held = bank.header.strokes
    if held is not None:
        share = 100 * held.bytes / bank.header.ink_bytes
        each = f"{held.bytes / held.glyphs:,.0f} bytes each, {share:.1f} % of what the ink takes"
        notes.append(f"keeps the strokes of {counted(held.glyphs, 'glyph')}: {each}")
    return notes
