"""The verbs that make data sets of lines and pages: compose, and rebuild."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from penline.api.fitting import fitted, turns
from penline.bank import Bank, open_bank
from penline.catalogue.terms import terms
from penline.compose import Composer
from penline.engine import workers_for
from penline.errors import UsageError
from penline.export.base import Options
from penline.export.paddleocr import alphabet_of
from penline.export.urls import is_url, without_scheme
from penline.produce import Produced, plan, produce, set_prefix
from penline.prove import RecipeFiles
from penline.rebuild import Rebuilt, read_plan, recipe_form, write_plan
from penline.rebuild import rebuild as _rebuild
from penline.recipe import Recipe, load_recipe
from penline.sample import sample_bank, text_of

__all__ = ["alphabet_of", "compose", "opened", "rebuild", "recipe_of"]

AnyPath = str | os.PathLike[str]


def compose(
    out: AnyPath,
    *,
    n: int,
    recipe: Recipe | str | Path | Mapping[str, Any] | None = None,
    banks: Sequence[Bank | AnyPath] = (),
    corpora: Sequence[AnyPath] = (),
    field: str = "text",
    encoding: str | None = None,
    seed: int = 0,
    start: int = 0,
    part: str = "train",
    val: float = 0.0,
    to: str = "paddleocr",
    dictionary: AnyPath | None = None,
    network: str | None = None,
    turn: bool | None = None,
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
        encoding: of the text files; None for UTF-8.
        seed: any whole number from 0 up.
        start: index of the first line.
        part: the publisher's part that glyphs may come from: ``train``, ``test`` or ``all``.
        val: share of the lines for validation, by other writers, of other sentences.
        to: name of the format.
        dictionary: the trainer's own dictionary; other characters are treated as missing ones.
        network: name of a stock network of PaddleOCR that the lines are for: it decides the
            dictionary, the height, the longest line and the configuration.
        turn: turn columns a quarter to the left, to be read across; None: where the format's
            trainers read across alone.
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
    own = None if dictionary is None else Path(dictionary)
    if network is not None:
        chosen, own = fitted(chosen, network, to, own)
    turned = turns(chosen, to, turn)
    found = opened(banks)
    alphabet = alphabet_of(own) if own is not None else None
    corpus = text_of(corpora, field=field, nfkc=chosen.corpus.nfkc, encoding=encoding)
    val = float(val)
    composer = Composer(
        chosen, found, corpus, seed, length=start + n, part=part, val=val, alphabet=alphabet
    )
    facts = _facts(found, mixed=chosen.writers == "mixed", embedded=not banks)
    options = Options(
        format=chosen.image.format,
        quality=chosen.image.quality,
        boxes=boxes,
        dictionary=own,
        splits=("train", "val") if val else ("train",),
        prefix=set_prefix(composer, turned=turned),
        turned=turned,
        network=network or "",
    )
    remote = isinstance(out, str) and is_url(out) and without_scheme(out) is None
    if staging is not None and (plan_only or not remote):
        raise UsageError(f"{out} is written where it is, and staged nowhere; leave --staging out")
    if plan_only:
        planned = plan(composer, to=to, start=start, options=options, facts=facts, field=field)
        write_plan(planned, Path(out), overwrite=overwrite)
        return Produced(Path(out), planned, 0)
    if remote:
        from penline.deliver import deliver

        make = functools.partial(
            deliver, composer, str(out), staging=None if staging is None else Path(staging)
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


def _facts(banks: Sequence[Bank], *, mixed: bool, embedded: bool) -> dict[str, Any]:
    """What a report says of the glyphs: whose they are, and on what terms."""
    sources = terms(source for bank in banks for source in bank.header.sources)
    if embedded:  # it came with penline, whatever its files are called
        sources = [{**row, "known_by": ""} for row in sources]
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
    replay: AnyPath | None = None,
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
        replay: the recipe's line templates, where they lie elsewhere now.
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
    found = opened(banks)
    corpus = text_of(
        corpora,
        field=run.field if corpora else "text",
        nfkc=isinstance(settings, dict) and settings.get("nfkc") is True,
        encoding=run.encoding if corpora else None,
    )
    return _rebuild(
        Path(source),
        _local(out),
        found,
        corpus,
        dictionary=None if dictionary is None else Path(dictionary),
        files=RecipeFiles.of(photos, hand, replay),
        workers=workers_for(engine, workers),
        engine=engine,
        address=address,
        overwrite=overwrite,
        facts=_facts(found, mixed=run.recipe.get("writers") == "mixed", embedded=not banks),
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


def opened(banks: Sequence[Bank | AnyPath]) -> list[Bank]:
    """Banks, opened; none: the embedded sample."""
    found = [one if isinstance(one, Bank) else open_bank(one) for one in banks]
    return found or [sample_bank()]
