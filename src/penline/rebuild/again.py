"""The verb itself: the composer of a report, run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from penline.bank import Bank
from penline.corpus import Corpus
from penline.errors import ExportError, UsageError
from penline.export.base import Options, file_hash
from penline.export.paddleocr import DICTIONARY
from penline.produce import produce
from penline.prove import RecipeFiles, composer_of
from penline.rebuild.plan import Plan, read_plan
from penline.rebuild.proof import Rebuilt, compare

__all__ = ["rebuild"]

MAX_DICTIONARY_BYTES = 1 << 24


def rebuild(
    source: Path,
    out: Path,
    banks: Sequence[Bank],
    corpus: Corpus,
    *,
    dictionary: Path | None = None,
    files: RecipeFiles | None = None,
    workers: int = 1,
    engine: str = "local",
    address: str | None = None,
    overwrite: bool = False,
    facts: Mapping[str, Any],
    progress: Callable[[int, int], None] | None = None,
) -> Rebuilt:
    """Make a data set again from its report or recipe form, and hold it against that.

    Args:
        source: ``report.json``, or a recipe form.
        out: the folder to make.
        banks: the banks it was made from, in that order.
        corpus: the text it was made from.
        dictionary: the trainer's dictionary; None for the one beside the report.
        files: the recipe's own files, where they lie elsewhere now.
        workers: processes; 0 leaves it to an engine of other machines.
        engine: name of the engine.
        address: where it is, for an engine of other machines.
        overwrite: replace a data set that is in `out`.
        facts: as in `penline.produce.produce`.
        progress: called with lines done and lines in all.

    Raises:
        UsageError: a bank, a text or another file is not the one it was made from; the message
            names it. Or `out` is taken.
        ExportError: the report is not sound.
        Interrupted: Ctrl-C; the same command goes on.
    """
    plan, whole = read_plan(source)
    run = plan.run
    if out.resolve() == source.resolve().parent:
        raise UsageError(f"{out} holds the set itself; make it again in another folder")
    known = _dictionary(plan, source, dictionary)
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
        composer,
        out,
        to=run.to,
        start=run.start,
        options=options,
        workers=workers,
        engine=engine,
        address=address,
        overwrite=overwrite,
        facts=facts,
        field=run.field,
        progress=progress,
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
