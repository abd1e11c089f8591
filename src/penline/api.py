"""The verbs as functions: what the command line calls, and what a program may call, too."""

from __future__ import annotations

import functools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from penline.acquire import get
from penline.acquire.named import paths_of
from penline.bank import Bank, open_bank
from penline.bank.layout import HEADER, PARTS
from penline.catalogue.terms import terms
from penline.census import census
from penline.check import Checked, read_report
from penline.check import check as check_files
from penline.convert import convert as _convert
from penline.corpus import load
from penline.datasets.sources import AnyPath, open_sources
from penline.deliver import deliver
from penline.engine import workers_for
from penline.errors import ExportError, UsageError
from penline.export.base import Options
from penline.export.paddleocr import read_dictionary
from penline.export.remote import is_url, without_scheme
from penline.fit import fit
from penline.formats.door import printable
from penline.look.app.serve import serve
from penline.look.sheet import SheetFacts
from penline.look.sheet import sheet as _sheet
from penline.new_card import new_card
from penline.pack import pack as _pack
from penline.produce import Produced, plan, produce
from penline.prove import prove_ink
from penline.realism import realism
from penline.rebuild import Rebuilt, read_plan, recipe_form, write_plan
from penline.rebuild import rebuild as _rebuild
from penline.recipe import Composer, Recipe, load_recipe
from penline.records import Defect
from penline.sample import corpus_files, sample_bank
from penline.select import select
from penline.template import Made, bank_guides, font_guides, scan
from penline.template import template as _template

__all__ = [
    "FileFacts",
    "alphabet_of",
    "census",
    "check",
    "compose",
    "convert",
    "fit",
    "get",
    "info",
    "new_card",
    "pack",
    "realism",
    "rebuild",
    "recipe_of",
    "scan",
    "select",
    "serve",
    "sheet",
    "template",
]

MAX_DICTIONARY_BYTES = 1 << 24

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


pack = by_id(_pack)
convert = by_id(_convert)


@functools.wraps(_sheet)
def sheet(source: Path | str, out: Path | str, **more: Any) -> SheetFacts:
    found = paths_of(source)
    shelves = {path.parent for path in found}
    return _sheet(found[0] if len(found) == 1 else shelves.pop(), out, **more)


@dataclass(slots=True)
class FileFacts:
    """What one file or bank is.

    Attributes:
        file: its name.
        kind: ``gnt``, ``pot`` or ``bank``.
        records: glyphs that were read.
        characters: different characters.
        writers: glyphs by writer.
        parts: glyphs by part.
        card: id of the data set's card, or "".
        defects: the first defects.
        defect_count: all of them.
        seconds: how long reading took.
        note: what a user should know of it, or "".
        styles: of a bank, each writer's figures: ``em_px``, ``pen_px``, ``level`` of ink, ``slant``
            (lean to the right per height) and ``aspect`` (width over height of Chinese
            characters); None where one is not known.
    """

    file: str
    kind: str
    records: int = 0
    characters: int = 0
    writers: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    card: str = ""
    defects: list[Defect] = field(default_factory=list)
    defect_count: int = 0
    seconds: float = 0.0
    note: str = ""
    styles: dict[str, dict[str, float | None]] = field(default_factory=dict)


@by_id
def info(
    paths: AnyPath | Iterable[AnyPath],
    *,
    most_defects: int = 5,
    progress: Callable[[str], None] | None = None,
) -> list[FileFacts]:
    """What files, folders, zip archives and banks hold; every record is read.

    Raises:
        UsageError: a path that does not exist.
        FormatError: a file of a kind that penline does not know.
        BankError: a damaged bank.
    """
    given = [Path(paths)] if isinstance(paths, (str, os.PathLike)) else [Path(p) for p in paths]
    found = []
    for path in given:
        if (path / HEADER).is_file():
            found.append(_bank_facts(open_bank(path)))
            continue
        for file in open_sources(path):
            if progress:
                progress(file.source.file)
            facts = FileFacts(file.source.file, file.kind, card=file.source.card, note=file.note)
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
                facts.records += 1
                writers[record.source.writer] += 1
                parts[record.source.part] += 1
                characters.update(record.labels)
            facts.seconds = time.perf_counter() - begun
            facts.characters = len(characters)
            facts.writers = dict(writers) or {file.source.writer: 0}
            facts.parts = dict(parts) or {file.source.part: 0}
            found.append(facts)
    return found


def _bank_facts(bank: Bank) -> FileFacts:
    facts = FileFacts(printable(str(bank.path)), "bank", len(bank), len(bank.characters))
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
    facts.card = ", ".join(sorted({source.card for source in bank.header.sources if source.card}))
    return facts


def compose(
    out: AnyPath,
    *,
    n: int,
    recipe: Recipe | str | Path | Mapping[str, Any] | None = None,
    banks: Sequence[Bank | AnyPath] = (),
    corpora: Sequence[AnyPath] = (),
    field: str = "text",
    seed: int = 0,
    start: int = 0,
    part: str = "train",
    val: float = 0.0,
    to: str = "paddleocr",
    dictionary: AnyPath | None = None,
    boxes: bool = False,
    workers: int | None = None,
    engine: str = "local",
    address: str | None = None,
    overwrite: bool = False,
    plan_only: bool = False,
    staging: AnyPath | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Produced:
    """Compose `n` lines into a training set; pages, where the format is one of pages.

    Args:
        out: the folder to make, or its URL in an object store (``s3://...``).
        n: how many lines, from index `start`.
        recipe: a recipe, the path or name of one, a mapping, or None for ``mixed``.
        banks: banks, opened or by path; none: the embedded sample.
        corpora: text files; none: the embedded sample's.
        field: the field of a jsonl file that holds the text.
        seed: any whole number from 0 up.
        start: index of the first line.
        part: the publisher's part that glyphs may come from: ``train``, ``test`` or ``all``.
        val: share of the lines for validation, by other writers, of other sentences.
        to: name of the format.
        dictionary: the trainer's own dictionary; other characters are treated as missing ones.
        boxes: write character boxes and provenance, too.
        workers: processes; None for as many as there are processors.
        engine: where shards run: ``local``, or ``ray``, a cluster whose nodes see the banks and
            the output folder under the same paths.
        address: of the cluster; None for ``$RAY_ADDRESS``, or else one started on this machine.
        overwrite: replace a data set that is there.
        plan_only: write the recipe form into the file `out`, ``.json``, and no lines: what
            `rebuild` makes the set from.
        staging: with a URL, a local folder for the set under way, which takes as much room as the
            set; None for one in the user's cache.
        progress: called with lines done and lines in all.

    Raises:
        UsageError, RecipeError, BankError, CorpusError, ExportError, Interrupted.
    """
    if n < 1:
        raise UsageError("n must be at least 1")
    if part not in ("train", "test", "all"):
        raise UsageError(f"part must be train, test or all, not {part!r}")
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    opened = [one if isinstance(one, Bank) else open_bank(one) for one in banks]
    opened = opened or [sample_bank()]
    alphabet = alphabet_of(Path(dictionary)) if dictionary is not None else None
    corpus = load(
        [Path(path) for path in corpora] or corpus_files(), field=field, nfkc=chosen.corpus.nfkc
    )
    val = float(val)
    composer = Composer(
        chosen, opened, corpus, seed, length=start + n, part=part, val=val, alphabet=alphabet
    )
    facts = _facts(opened, mixed=chosen.writers == "mixed")
    options = Options(
        format=chosen.image.format,
        quality=chosen.image.quality,
        boxes=boxes,
        dictionary=Path(dictionary) if dictionary is not None else None,
        splits=("train", "val") if val else ("train",),
    )
    if plan_only:
        planned = plan(composer, to=to, start=start, options=options, facts=facts, field=field)
        write_plan(planned, Path(out), overwrite=overwrite)
        return Produced(Path(out), planned, 0)
    if isinstance(out, str) and is_url(out) and without_scheme(out) is None:
        make = functools.partial(
            deliver, composer, out, staging=None if staging is None else Path(staging)
        )
    else:
        make = functools.partial(produce, composer, _local(out))
    return make(
        to=to,
        start=start,
        options=options,
        workers=workers_for(engine, workers),
        engine=engine,
        address=address,
        overwrite=overwrite,
        facts=facts,
        field=field,
        progress=progress,
    )


def _local(out: AnyPath) -> Path:
    """The folder of an output that has to be on this machine.

    Raises:
        UsageError: a URL of somewhere else.
    """
    if not isinstance(out, str) or not is_url(out):
        return Path(out)
    path = without_scheme(out)
    if path is None:
        raise UsageError(f"{out}: this verb writes to a folder of this machine")
    return path


def _facts(banks: Sequence[Bank], *, mixed: bool) -> dict[str, Any]:
    """What a report says of the glyphs: whose they are, and on what terms."""
    sources = terms(source.card for bank in banks for source in bank.header.sources)
    return {
        "simulated": bool(sources) and all(source["simulated"] for source in sources),
        "mixed_writers": mixed,
        "sources": sources,
    }


def rebuild(
    source: AnyPath,
    out: AnyPath,
    *,
    banks: Sequence[Bank | AnyPath] = (),
    corpora: Sequence[AnyPath] = (),
    dictionary: AnyPath | None = None,
    photos: Sequence[AnyPath] = (),
    hand: AnyPath | None = None,
    workers: int | None = None,
    engine: str = "local",
    address: str | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Rebuilt:
    """Make a data set again from its recipe, and prove that it is the same.

    Args:
        source: a finished set's ``report.json``, or a recipe form.
        out: the folder to make.
        banks: the banks that it was made from, in that order; none: the embedded sample.
        corpora: the text that it was made from; none: the embedded sample's.
        dictionary: the trainer's dictionary that it was made for; None for the one beside the
            report.
        photos: folders of the recipe's photo papers, where they lie elsewhere now.
        hand: the recipe's placement model, where it lies elsewhere now.
        workers: processes; None for as many as there are processors.
        engine: where shards run: ``local``, or ``ray``, a cluster whose nodes see the banks and
            the output folder under the same paths.
        address: of the cluster; None for ``$RAY_ADDRESS``, or else one started on this machine.
        overwrite: replace a data set that is in `out`.
        progress: called with lines done and lines in all.

    Raises:
        UsageError: a bank, a text or another file is not the one that the set was made from.
        ExportError: the report is not sound, or does not say how the set was composed.
        BankError, CorpusError, RecipeError, Interrupted.
    """
    run = read_plan(Path(source))[0].run
    settings = run.recipe.get("corpus", {})
    opened = [one if isinstance(one, Bank) else open_bank(one) for one in banks]
    opened = opened or [sample_bank()]
    corpus = load(
        [Path(path) for path in corpora] or corpus_files(),
        field=run.field,
        nfkc=isinstance(settings, dict) and settings.get("nfkc") is True,
    )
    return _rebuild(
        Path(source),
        _local(out),
        opened,
        corpus,
        dictionary=None if dictionary is None else Path(dictionary),
        photos=[Path(folder) for folder in photos],
        hand=None if hand is None else Path(hand),
        workers=workers_for(engine, workers),
        engine=engine,
        address=address,
        overwrite=overwrite,
        facts=_facts(opened, mixed=run.recipe.get("writers") == "mixed"),
        progress=progress,
    )


def recipe_of(source: AnyPath, out: AnyPath, *, overwrite: bool = False) -> dict[str, Any]:
    """Write the recipe form of a finished set: a few kilobytes, from which `rebuild` makes it.

    Args:
        source: its ``report.json``.
        out: the file to write, ``.json``.
        overwrite: replace what is there.

    Raises:
        UsageError, ExportError: as in `rebuild`.
    """
    form = recipe_form(read_plan(Path(source))[1])
    write_plan(form, Path(out), overwrite=overwrite)
    return form


def check(
    out: AnyPath,
    *,
    ink: bool = False,
    banks: Sequence[Bank | AnyPath] = (),
    corpora: Sequence[AnyPath] = (),
    field: str = "text",
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """Re-read a finished data set; see `penline.check.check` and `penline.prove.prove_ink`.

    Args:
        out: the data set.
        ink: make every line again, too, and prove its label and boxes by its glyphs.
        banks: with `ink`, the banks that it was made from; none: the embedded sample.
        corpora: with `ink`, its text; none: the embedded sample's.
        field: the field of a jsonl file that holds the text.
        progress: called with items done and items in all.

    Raises:
        ExportError: not a finished data set of penline's.
        UsageError: with `ink`, a bank or a text that is not the one it was made from.
    """
    path = Path(out)
    found = check_files(path, progress)
    if not ink:
        return found
    recipe = read_report(path)["run"].get("recipe")
    nfkc = isinstance(recipe, dict) and bool(recipe.get("corpus", {}).get("nfkc"))
    opened = [one if isinstance(one, Bank) else open_bank(one) for one in banks]
    corpus = load([Path(one) for one in corpora] or corpus_files(), field=field, nfkc=nfkc)
    proven = prove_ink(path, opened or [sample_bank()], corpus, progress)
    return Checked(path, found.lines, [*found.problems, *proven.problems])


def alphabet_of(path: Path) -> frozenset[str]:
    """The characters of a trainer's dictionary.

    Raises:
        UsageError: no such file.
        ExportError: not a dictionary.
    """
    if not path.is_file():
        raise UsageError(f"no dictionary file {path}")
    if path.stat().st_size > MAX_DICTIONARY_BYTES:
        raise ExportError(f"{path} is larger than any dictionary")
    return frozenset(read_dictionary(path.read_bytes(), str(path)))


def template(
    out: AnyPath,
    chars: AnyPath,
    *,
    guides: Bank | AnyPath | None = None,
    font: AnyPath | None = None,
    cell_mm: int = 15,
    times: int = 1,
    overwrite: bool = False,
) -> Made:
    """Make sheets with a cell for each character of a list; see `penline.template.template`.

    Args:
        out: ``.pdf``, or ``.png`` for a picture a sheet.
        chars: a UTF-8 text; its different characters are asked for in their order.
        guides: a bank whose glyphs are printed above the cells; None for the embedded sample.
        font: a font file for the same, in place of a bank.
        cell_mm: side of a cell, 8 to 40 mm.
        times: how often each character is asked for, 1 to 8.
        overwrite: replace files that are there.

    Raises:
        UsageError: a list, font or bank that cannot be used, a name that is taken.
        MissingExtra: a font without Pillow.
        BankError: a damaged bank.
    """
    if font is not None and guides is not None:
        raise UsageError("guide characters come from a bank or from a font, not from both")
    if font is not None:
        found = font_guides(Path(font))
    elif guides is None:
        found = bank_guides(sample_bank())
    else:
        found = bank_guides(guides if isinstance(guides, Bank) else open_bank(guides))
    return _template(
        Path(out), Path(chars), found, cell_mm=cell_mm, times=times, overwrite=overwrite
    )
