"""The verbs as functions: what the command line calls, and what a program may call, too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penline.acquire import get
from penline.bank import Bank, open_bank
from penline.bank.layout import HEADER, PARTS
from penline.catalogue.terms import terms
from penline.census import census
from penline.check import check
from penline.convert import convert
from penline.corpus import load
from penline.datasets.sources import AnyPath, open_sources
from penline.engine.local import default_workers
from penline.errors import ExportError, UsageError
from penline.export.base import Options
from penline.export.paddleocr import read_dictionary
from penline.formats.door import printable
from penline.look.sheet import sheet
from penline.new_card import new_card
from penline.pack import pack
from penline.produce import Produced, produce
from penline.recipe import Composer, Recipe, load_recipe
from penline.records import Defect
from penline.sample import corpus_files, sample_bank

__all__ = [
    "FileFacts",
    "census",
    "check",
    "compose",
    "convert",
    "get",
    "info",
    "new_card",
    "pack",
    "sheet",
]

MAX_DICTIONARY_BYTES = 1 << 24


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
            begun = time.perf_counter()
            for record in file.salvage():
                if isinstance(record, Defect):
                    facts.defect_count += 1
                    if len(facts.defects) < most_defects:
                        facts.defects.append(record)
                    continue
                facts.records += 1
                characters.update(record.labels)
            facts.seconds = time.perf_counter() - begun
            facts.characters = len(characters)
            facts.writers = {file.source.writer: facts.records}
            facts.parts = {file.source.part: facts.records}
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
    """Compose `n` lines into a training set.

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
    alphabet = _alphabet(Path(dictionary)) if dictionary is not None else None
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


def _alphabet(path: Path) -> frozenset[str]:
    if not path.is_file():
        raise UsageError(f"no dictionary file {path}")
    if path.stat().st_size > MAX_DICTIONARY_BYTES:
        raise ExportError(f"{path} is larger than any dictionary")
    return frozenset(read_dictionary(path.read_bytes(), str(path)))
