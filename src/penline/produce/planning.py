"""What is to be made, and what its report says before the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from penline.bank import Bank
from penline.bank.unused import not_used
from penline.compose import Composer
from penline.errors import UnwritableLine, UsageError, no_line
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES, Options, StrokeItem, Takes, file_hash, prefix_of
from penline.export.run import FORMAT_OF_RUN
from penline.job import Execution
from penline.recipe.identity import recipe_hash, recipe_told
from penline.recipe.parts import tables_used
from penline.records import OnlineLine
from penline.registry import required_packages
from penline.version import __version__

__all__ = ["ProduceJob", "contents", "maker", "plan", "set_prefix", "versions"]

_PROBED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProduceJob:
    """A data set to be made, all that it depends on open and read.

    Attributes:
        composer: the lines; its length says where to stop.
        out: the folder to make, or, for `penline.deliver`, its URL.
        to: name of the format.
        start: first index.
        options: what the user chose for the files.
        metadata: what else the report should say (sources and their terms).
        field: the field of jsonl files that the text was read from, for the report.
        how: how it is run; progress counts lines of shards under way, too.
        staging: with a URL, a local folder for the set under way; None for one in the user's
            cache. It takes as much room as the set, and is emptied when all is sent.
        whole: called with the number of each shard that is whole now.
    """

    composer: Composer
    out: str | os.PathLike[str]
    to: str = "paddleocr"
    start: int = 0
    options: Options
    metadata: Mapping[str, Any]
    field: str = "text"
    how: Execution
    staging: Path | None = None
    whole: Callable[[int], None] | None = None


def plan(job: ProduceJob) -> dict[str, Any]:
    """What ``report.json`` says before the run: the recipe form of a data set.

    The first lines are tried, so that nothing is planned, or touched, of which no line can be made.

    Raises:
        UsageError: the numbers make no sense.
        ExportError: not one line could be made.
    """
    composer, start = job.composer, job.start
    stop = len(composer)
    if not 0 <= start < stop:
        raise UsageError(f"no lines from {start} to {stop}")
    takes = exporter_class(job.to, *TAKES).takes
    run = _identity(job)
    _probe(composer, start, stop, takes)
    run |= {"field": job.field, "encoding": composer.corpus.counts.encoding}
    unused = not_used(composer.plan.banks, composer.plan.among)
    found = {"text": _text(composer), **job.metadata, "not_used": unused}
    if composer.plan.one_hand:
        found["one_hand"] = composer.plan.one_hand
    return {"penline": __version__, "run": run, **found}


def _text(composer: Composer) -> dict[str, Any]:
    """What was read, and what of it lines are cut from."""
    counts, plan = composer.corpus.counts, composer.plan
    found = {**asdict(counts), "ignored": list(counts.ignored)}
    found["lines"] = {side: asdict(lines.counts) for side, lines in plan.lines.items()}
    if plan.val:
        text = composer.corpus.sides(plan.val).validation
        found["left_to_training"] = text.left_to_training
    return found


def maker(composer: Composer, takes: Takes) -> Callable[[int], Any]:
    """What makes one item for the exporters that take such."""
    if takes == "strokes":
        return lambda index: _stroke_item(composer.online(index))
    return composer.page if takes == "pages" else composer.__getitem__


def _stroke_item(line: OnlineLine) -> StrokeItem:
    return StrokeItem(line.record, line.side, line)


def _probe(composer: Composer, start: int, stop: int, takes: Takes) -> None:
    """Fail if no line can be made; warms the compiler's cache, too."""
    make = maker(composer, takes)
    for index in range(start, min(stop, start + _PROBED)):
        try:
            make(index)
        except UnwritableLine as error:
            last = error
        else:
            return
    if stop - start <= _PROBED:
        raise no_line(last)


def contents(composer: Composer) -> dict[str, str]:
    """Content hashes of all that the samples depend on beside the recipe."""
    banks: tuple[Bank, ...] = composer.plan.banks.banks
    return {
        **{f"bank {number}": bank.header.content for number, bank in enumerate(banks)},
        "corpus": composer.corpus.content_hash,
        **composer.plan.input_hashes(),
    }


def _identity(job: ProduceJob) -> dict[str, Any]:
    composer, options = job.composer, job.options
    hashes = contents(composer)
    recipe = composer.recipe
    needed = required_packages(
        [
            (EXPORTERS, job.to),
            *((table, part.name) for table, part in tables_used(recipe)),
        ]
    )
    return {
        "format_of_run": FORMAT_OF_RUN,
        "made_with": versions(),
        "recipe_hash": _hash(composer, hashes),
        "recipe": recipe_told(recipe),
        "contents": hashes,
        "seed": composer.seed,
        "start": job.start,
        "count": len(composer) - job.start,
        "part": composer.plan.banks.part,
        "val": composer.plan.val,
        "to": job.to,
        "format": options.format,
        "quality": options.quality,
        "boxes": options.boxes,
        "dictionary": file_hash(options.dictionary) if options.dictionary else None,
        "prefix": options.prefix,
        "turned": options.turned,
        "network": options.network,
        **({"packages": needed} if needed else {}),
    }


def set_prefix(composer: Composer, *, turned: bool) -> str:
    """What the folders of pictures of the composer's sets begin with, from recipe hash and seed."""
    return prefix_of(_hash(composer, contents(composer)), composer.seed, turned)


def _hash(composer: Composer, hashes: Mapping[str, str]) -> str:
    banks, val = composer.plan.banks, composer.plan.val
    found = recipe_told(composer.recipe)
    return recipe_hash(found, {**hashes, "part": banks.part, "val": str(val)})


def versions() -> dict[str, str]:
    """Of penline, and of the libraries that decide a picture's or a file's bytes."""
    names = ("numpy", "numba", "opencv-python-headless", "pyarrow")
    return {
        "penline": __version__,
        **{name: version(name) for name in names},
    }
