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
from penline.engine.local import default_workers
from penline.errors import ExportError, UsageError
from penline.export.base import Options
from penline.export.paddleocr import read_dictionary
from penline.fit import fit
from penline.formats.door import printable
from penline.look.sheet import SheetFacts
from penline.look.sheet import sheet as _sheet
from penline.new_card import new_card
from penline.pack import pack as _pack
from penline.produce import Produced, produce
from penline.prove import prove_ink
from penline.realism import realism
from penline.recipe import Composer, Recipe, load_recipe
from penline.records import Defect
from penline.sample import corpus_files, sample_bank
from penline.select import select

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
    "select",
    "sheet",
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
            facts = FileFacts(file.source.file, file.kind, card=file.source.card)
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
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Produced:
    """Compose `n` lines into a training set; pages, where the format is one of pages.

    Args:
        out: the folder to make.
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
        engine: where shards run.
        overwrite: replace a data set that is there.
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
    composer = Composer(
        chosen, opened, corpus, seed, length=start + n, part=part, val=val, alphabet=alphabet
    )
    sources = terms(source.card for bank in opened for source in bank.header.sources)
    simulated = bool(sources) and all(source["simulated"] for source in sources)
    options = Options(
        format=chosen.image.format,
        quality=chosen.image.quality,
        boxes=boxes,
        dictionary=Path(dictionary) if dictionary is not None else None,
        splits=("train", "val") if val else ("train",),
    )
    return produce(
        composer,
        Path(out),
        to=to,
        start=start,
        options=options,
        workers=workers or default_workers(),
        engine=engine,
        overwrite=overwrite,
        facts={
            "simulated": simulated,
            "mixed_writers": chosen.writers == "mixed",
            "sources": sources,
        },
        progress=progress,
    )


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
