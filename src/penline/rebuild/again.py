"""The verb itself: the composer of a report, run again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from penline.bank import Bank
from penline.corpus import Corpus
from penline.errors import ExportError, UsageError
from penline.export.base import Options, file_hash
from penline.export.paddleocr import DICTIONARY
from penline.export.urls import local_folder
from penline.job import Execution
from penline.produce import ProduceJob, produce
from penline.prove import RecipeFiles, composer_of
from penline.rebuild.plan import Plan, read_plan
from penline.rebuild.proof import Rebuilt, compare

__all__ = ["RebuildJob", "rebuild"]

AnyPath = str | os.PathLike[str]

MAX_DICTIONARY_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class RebuildJob(Execution):
    """What `rebuild` makes again, and from what.

    Attributes:
        source: a finished set's ``report.json``, or a recipe form.
        out: the folder to make.
        banks: the banks that it was made from, in that order; none: the embedded sample.
        corpora: the text that it was made from; none: the embedded sample's.
        dictionary: the trainer's dictionary that it was made for; None for the one beside the
            report.
        photos: folders of the recipe's photo papers, where they lie elsewhere now.
        hand: the recipe's placement model, where it lies elsewhere now.
        replay: the recipe's line templates, where they lie elsewhere now.
    """

    source: AnyPath
    out: AnyPath
    _: KW_ONLY
    banks: Sequence[Bank | AnyPath] = ()
    corpora: Sequence[AnyPath] = ()
    dictionary: AnyPath | None = None
    photos: Sequence[AnyPath] = ()
    hand: AnyPath | None = None
    replay: AnyPath | None = None


def rebuild(
    job: RebuildJob, banks: Sequence[Bank], corpus: Corpus, metadata: Mapping[str, Any]
) -> Rebuilt:
    """Make a data set again from its report or recipe form, and hold it against that.

    Args:
        job: what to make, and where.
        banks: those of the job, opened.
        corpus: the text of the job, read.
        metadata: as in `penline.produce.ProduceJob`.

    Raises:
        UsageError: a bank, a text or another file is not the one it was made from; the message
            names it. Or `out` is taken.
        ExportError: the report is not sound.
        Interrupted: Ctrl-C; the same command goes on.
    """
    source, out = Path(job.source), local_folder(job.out)
    plan, whole = read_plan(source)
    run = plan.run
    if out.resolve() == source.resolve().parent:
        raise UsageError(f"{out} holds the set itself; make it again in another folder")
    known = _dictionary(plan, source, None if job.dictionary is None else Path(job.dictionary))
    files = RecipeFiles.of(job.photos, job.hand, job.replay)
    composer = composer_of(whole, source, banks, corpus, known, files)
    options = Options(
        format=run.format,
        quality=run.quality,
        boxes=run.boxes,
        dictionary=known,
        splits=("train", "val") if run.val else ("train",),
        prefix=run.prefix,
        turned=run.turned,
        network=run.network,
    )
    made = produce(
        ProduceJob(
            composer=composer,
            out=out,
            to=run.to,
            start=run.start,
            options=options,
            metadata=metadata,
            field=run.field,
            how=job,
        )
    )
    found = Rebuilt(out, made.report)
    compare(plan, whole, found)
    return found


def _dictionary(plan: Plan, source: Path, given: Path | None) -> Path | None:
    """The trainer's dictionary that the set was made for, where there was one."""
    if "alphabet" not in plan.run.contents:
        if given is not None:
            raise UsageError(f"{source} tells of no dictionary; leave {given} out")
        return None
    found = given or source.parent / DICTIONARY
    if not found.is_file():
        raise UsageError(f"{source}: made for a trainer's dictionary; name it with --dict")
    if found.stat().st_size > MAX_DICTIONARY_BYTES:
        raise ExportError(f"{found} is larger than any dictionary")
    if plan.run.dictionary not in (None, file_hash(found)):
        raise UsageError(f"dictionary {found} is not what {source} was made for; name it by --dict")
    return found
