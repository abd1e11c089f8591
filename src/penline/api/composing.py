"""The verbs that make data sets of lines and pages: compose, and rebuild."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from penline.api.fitting import fitted, turns
from penline.bank import Bank, open_bank
from penline.catalogue.overlaps import shared
from penline.catalogue.terms import terms
from penline.compose import Composer
from penline.errors import UsageError
from penline.export import exporter_class
from penline.export.base import TAKES, Options
from penline.export.paddleocr import alphabet_of
from penline.export.urls import is_url, without_scheme
from penline.job import Execution, takes_keywords
from penline.produce import Produced, ProduceJob, plan, produce, set_prefix
from penline.rebuild import RebuildJob, Rebuilt, read_plan, recipe_form, write_plan
from penline.rebuild import rebuild as _rebuild
from penline.recipe import Recipe, load_recipe
from penline.sample import CORPUS_LANGUAGES, sample_bank, text_of

__all__ = [
    "ComposeJob",
    "alphabet_of",
    "compose",
    "known_part",
    "opened",
    "rebuild",
    "recipe_of",
]

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class ComposeJob(Execution):
    """What `compose` makes, of what, and where.

    Attributes:
        out: the folder to make, or its URL in an object store (``s3://...``).
        n: how many lines, from index `start`.
        recipe: a recipe, the path or name of one, a mapping, or None for ``papers``; for
            ``plain`` where the format is one of strokes, which show no paper.
        settings: single settings over the recipe's, as ``image.height_px=48``.
        banks: banks, opened or by path; none: the embedded sample.
        corpora: text files; none: the embedded sample's.
        field: the field of a jsonl file that holds the text.
        encoding: of the text files; None for UTF-8.
        seed: any whole number from 0 up.
        start: index of the first line.
        part: the publisher's part that glyphs may come from: ``train``, ``test`` or ``all``.
        val: share of the lines for validation, by other writers, of other sentences; of one writer
            alone, of other sentences.
        to: name of the format.
        dictionary: the trainer's own dictionary; other characters are treated as missing ones.
        network: name of a stock network of PaddleOCR that the lines are for: it decides the
            dictionary, the height, the longest line and the configuration.
        turn: turn columns a quarter to the left, to be read across; None: where the format's
            trainers read across alone.
        boxes: write character boxes and provenance, too.
        plan_only: write the recipe form into the file `out`, ``.json``, and no lines: what
            `rebuild` makes the set from.
        staging: with a URL, a local folder for the set under way, which takes as much room as the
            set; None for one in the user's cache.
    """

    out: AnyPath
    _: KW_ONLY
    n: int
    recipe: Recipe | str | Path | Mapping[str, Any] | None = None
    settings: Sequence[str] = ()
    banks: Sequence[Bank | AnyPath] = ()
    corpora: Sequence[AnyPath] = ()
    field: str = "text"
    encoding: str | None = None
    seed: int = 0
    start: int = 0
    part: str = "train"
    val: float = 0.0
    to: str = "paddleocr"
    dictionary: AnyPath | None = None
    network: str | None = None
    turn: bool | None = None
    boxes: bool = False
    plan_only: bool = False
    staging: AnyPath | None = None


@takes_keywords(ComposeJob)
def compose(job: ComposeJob) -> Produced:
    """Compose `n` lines into a training set; pages or strokes, where the format is one of those.

    Args:
        job: what to make.

    Raises:
        UsageError, RecipeError, BankError, CorpusError, ExportError, Interrupted.
    """
    if job.n < 1:
        raise UsageError("n must be at least 1")
    part = known_part(job.part)
    strokes = exporter_class(job.to, *TAKES).takes == "strokes"
    if strokes and job.boxes:
        raise UsageError(
            f"{job.to} holds strokes, and tells of each character which are its own; leave --boxes "
            "out"
        )
    recipe = "plain" if strokes and job.recipe is None else job.recipe
    chosen = load_recipe(recipe, job.settings)
    own = None if job.dictionary is None else Path(job.dictionary)
    if job.network is not None:
        chosen, own = fitted(chosen, job.network, job.to, own)
    turned = turns(chosen, job.to, job.turn)
    found = opened(job.banks)
    composer = Composer(
        chosen,
        found,
        text_of(job.corpora, field=job.field, nfkc=chosen.corpus.nfkc, encoding=job.encoding),
        job.seed,
        length=job.start + job.n,
        part=part,
        val=float(job.val),
        alphabet=alphabet_of(own) if own is not None else None,
    )
    options = Options(
        format=chosen.image.format,
        quality=chosen.image.quality,
        boxes=job.boxes,
        dictionary=own,
        splits=("train", "val") if job.val else ("train",),
        prefix=set_prefix(composer, turned=turned),
        turned=turned,
        network=job.network or "",
    )
    remote = isinstance(job.out, str) and is_url(job.out) and without_scheme(job.out) is None
    if job.staging is not None and (job.plan_only or not remote):
        raise UsageError(
            f"{job.out} is written where it is, and staged nowhere; leave --staging out"
        )
    lines = ProduceJob(
        composer=composer,
        out=job.out,
        to=job.to,
        start=job.start,
        options=options,
        metadata=_metadata(
            found,
            mixed=chosen.writers == "mixed",
            embedded=not job.banks,
            own_text=not job.corpora,
        ),
        field=job.field,
        how=job,
        staging=None if job.staging is None else Path(job.staging),
    )
    if job.plan_only:
        planned = plan(lines)
        write_plan(planned, Path(job.out), overwrite=job.overwrite)
        return Produced(Path(job.out), planned, 0)
    if remote:
        from penline.deliver import deliver

        return deliver(lines)
    return produce(lines)


def _metadata(
    banks: Sequence[Bank], *, mixed: bool, embedded: bool, own_text: bool
) -> dict[str, Any]:
    """What a report says of the glyphs: whose they are, on what terms; and of penline's text."""
    sources = terms(source for bank in banks for source in bank.header.sources)
    if embedded:  # it came with penline, whatever its files are called
        sources = [{**row, "known_by": ""} for row in sources]
    both = shared(row["card"] for row in sources)
    return {
        **({"overlaps": both} if both else {}),
        "simulated": bool(sources) and all(source["simulated"] for source in sources),
        "mixed_writers": mixed,
        "sources": sources,
        **({"languages": list(CORPUS_LANGUAGES)} if own_text else {}),
    }


@takes_keywords(RebuildJob)
def rebuild(job: RebuildJob) -> Rebuilt:
    """Make a data set again from its recipe, and prove that it is the same.

    Args:
        job: what to make again.

    Raises:
        UsageError: a bank, a text or another file is not the one that the set was made from.
        ExportError: the report is not sound, or does not say how the set was composed.
        BankError, CorpusError, RecipeError, Interrupted.
    """
    run = read_plan(Path(job.source))[0].run
    settings = run.recipe.get("corpus", {})
    found = opened(job.banks)
    corpus = text_of(
        job.corpora,
        field=run.field if job.corpora else "text",
        nfkc=isinstance(settings, dict) and settings.get("nfkc") is True,
        encoding=run.encoding if job.corpora else None,
    )
    metadata = _metadata(
        found,
        mixed=run.recipe.get("writers") == "mixed",
        embedded=not job.banks,
        own_text=not job.corpora,
    )
    return _rebuild(job, found, corpus, metadata)


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


def known_part(part: str) -> str:
    """The name of a publisher's part, or of all.

    Raises:
        UsageError: there is no such part.
    """
    if part not in ("train", "test", "all"):
        raise UsageError(f"part must be train, test or all, not {part!r}")
    return part


def opened(banks: Bank | AnyPath | Sequence[Bank | AnyPath]) -> list[Bank]:
    """Banks, opened, also one by itself; none: the embedded sample, of both hands."""
    several = [banks] if isinstance(banks, (Bank, str, os.PathLike)) else banks
    found = [one if isinstance(one, Bank) else open_bank(one) for one in several]
    return found or [sample_bank("both")]
