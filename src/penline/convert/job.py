"""Convert: the records of archives as they are, by the same exporters as composed lines."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import KW_ONLY, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from penline.catalogue.terms import terms
from penline.convert.items import Item, items
from penline.convert.policy import Policy
from penline.errors import ExportError, UsageError
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES, Options, StrokeItem, file_hash, pixel_bytes, prefix_of
from penline.export.paddleocr import alphabet_of
from penline.export.run import FORMAT_OF_RUN, SHARD, Run
from penline.formats import READERS
from penline.job import takes_keywords
from penline.provenance import Places
from penline.registry import required_packages
from penline.sources.collect import AnyPath, given_names, open_sources
from penline.sources.overrides import make_override
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import Unit
from penline.version import __version__

__all__ = ["ConvertJob", "convert"]

_SHOWN = 64
"""Items between two words of progress."""


@dataclass(frozen=True, slots=True)
class ConvertJob:
    """What `convert` makes, and from what.

    Attributes:
        sources: files, folders and zip archives, read in place.
        out: the folder to make.
        to: name of the format.
        unknown: what to do with ink that the publisher left without a label: ``drop-line`` (on
            a page the line stays, to be ignored); ``drop-char`` leaves it out of the label,
            though the ink shows; ``keep`` puts U+FFFD in its place. All are counted. Formats of
            strokes keep it as it is.
        part: ``"train"`` or ``"test"``, instead of what the names say.
        writer, card, licence: instead of what the names say, as
            `penline.sources.overrides.make_override` takes them.
        salvage: leave out damaged records, counted, instead of stopping.
        image_format: ``png``, which keeps every pixel, or ``jpg`` of quality 95.
        dictionary: the trainer's own, for formats of lines: it is written unchanged where the
            format has one, and a line with another character is left out, counted.
        boxes: write places and provenance, too (``boxes.jsonl``, ``pages.jsonl``).
        overwrite: replace a data set that is there.
        reading: what pictures are, where their names do not tell it.
        progress: called with the number of items so far.
    """

    sources: AnyPath | Iterable[AnyPath]
    out: AnyPath
    _: KW_ONLY
    to: str = "paddleocr"
    unknown: str = "drop-line"
    part: str | None = None
    writer: str | None = None
    card: str | None = None
    licence: str | None = None
    salvage: bool = False
    image_format: Literal["jpg", "png"] = "png"
    dictionary: AnyPath | None = None
    boxes: bool = False
    overwrite: bool = False
    reading: Reading = NOTHING_SAID
    progress: Callable[[int], None] | None = None


@takes_keywords(ConvertJob)
def convert(job: ConvertJob) -> dict[str, Any]:
    """Write real characters, lines, pages or strokes as a training set, in the archives' order.

    The format decides what is written. Formats of lines (``paddleocr``, ``imagefolder``,
    ``parquet``) take characters and lines, each a picture of its own size. Formats of pages
    (``paddleocr-det``, ``page-xml``, ``coco``) take the lines of page files, put together.
    ``inkml`` takes strokes as they are. Lines and pages of strokes are rendered with the pen of
    their writer, 64 px a Chinese character. The publisher's part decides the side: train, or
    test.

    Args:
        job: what to write.

    Returns:
        What ``report.json`` holds; records that the format has no place for are counted in its
        ``left_out``, with the reason.

    Raises:
        UsageError: the folder is taken, a path does not exist, no writer's name, or a dictionary
            for pages; pictures, boxes or a policy for strokes.
        CatalogueError: no such card.
        FormatError: a file that is not what its format says.
        ExportError: nothing to convert.
    """
    kind = exporter_class(job.to, *TAKES)
    own = None if job.dictionary is None else Path(job.dictionary)
    if own is not None and kind.takes != "lines":
        raise UsageError(
            f"{job.to} is a format of {kind.takes}, which have no dictionary; leave it out"
        )
    alphabet = None if own is None else alphabet_of(own) | {" "}
    override = make_override(job.writer, job.card, job.licence)
    policy = Policy(job.unknown, override=override, alphabet=alphabet)
    if kind.takes == "strokes" and (
        job.image_format != "png" or job.boxes or job.unknown == "drop-char"
    ):
        raise UsageError(
            f"{job.to} holds strokes as they are, with no pictures, boxes or other labels; leave "
            "--jpeg, --boxes and --unknown out"
        )
    sources = job.sources
    given = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    files = list(open_sources(given, part=job.part, reading=job.reading))
    places = Places(given_names(given))
    has_test = any(file.source.part == "test" for file in files)
    has_train = any(file.source.part != "test" for file in files)
    splits = ("train",) * has_train + ("test",) * has_test
    run = Run(Path(job.out))
    identity = _identity(job, files, places)
    with ExitStack() as stack:
        stack.enter_context(run.held())
        records = items(files, kind.takes, policy, places, salvage=job.salvage)
        found = _counted(records, job.progress)
        first = next(found, None)
        identity["prefix"] = _prefix(identity, first)
        options = Options(job.image_format, 95, job.boxes, own, splits, identity["prefix"])
        exporter = kind(run.out, options)
        ended = run.ended(identity)
        if ended is not None:
            return ended
        run.begin(identity, overwrite=job.overwrite)
        stack.enter_context(run.tidied(identity, resumes=False))
        number = -1
        while first is not None:
            number += 1
            shard = chain([first], islice(found, SHARD - 1))
            run.done(number, exporter.shard(number, shard))
            first = next(found, None)
        left_out = {reason: n for reason, n in sorted(policy.counts.items()) if n}
        if number < 0:
            reasons = "; ".join(f"{reason}: {count}" for reason, count in left_out.items())
            raise ExportError(f"nothing to convert to {job.to}{f' ({reasons})' if reasons else ''}")
        metadata = {
            "penline": __version__,
            "run": identity,
            "simulated": False,
            "mixed_writers": False,
            "sources": terms(policy.override(file.source) for file in files if not file.fault),
            "left_out": left_out,
        }
        report = exporter.finish((run.metadata(k) for k in range(number + 1)), metadata)
        run.end()
    return report


def _identity(job: ConvertJob, files: Sequence[Unit], places: Places) -> dict[str, Any]:
    """What tells one run from another: the sources, and what was chosen for them."""
    identity: dict[str, Any] = {
        "format_of_run": FORMAT_OF_RUN,
        "verb": "convert",
        "sources": [[places(f.source.file), f.size_bytes, f.source.part] for f in files],
        "unknown": job.unknown,
        "salvage": job.salvage,
        "to": job.to,
        "format": job.image_format,
        "boxes": job.boxes,
        "dictionary": None if job.dictionary is None else file_hash(Path(job.dictionary)),
    }
    kinds = {file.kind for file in files} & READERS.keys()
    if needed := required_packages([(EXPORTERS, job.to), *((READERS, kind) for kind in kinds)]):
        identity["packages"] = needed
    said = {"writer": job.writer, "card": job.card, "licence": job.licence}
    said |= {"reading": repr(job.reading)} if job.reading != NOTHING_SAID else {}
    return identity | {name: value for name, value in said.items() if value is not None}


def _prefix(identity: Mapping[str, Any], first: Item | None) -> str:
    """What decides the pictures: the run's settings, and the first of them.

    Sources of one name and size may hold others: the files of MNIST and those that took its form.
    """
    if first is None or isinstance(first, StrokeItem):
        return ""
    rest = {name: fact for name, fact in identity.items() if name not in ("to", "boxes")}
    return prefix_of(rest, hashlib.sha256(pixel_bytes(first.image)).hexdigest())


def _counted(found: Iterator[Item], progress: Callable[[int], None] | None) -> Iterator[Item]:
    for count, item in enumerate(found, 1):
        yield item
        if progress and not count % _SHOWN:
            progress(count)
