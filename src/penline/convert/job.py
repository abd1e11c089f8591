"""Convert: the records of archives as they are, by the same exporters as composed lines."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import KW_ONLY, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from penline.convert.finished import finished_sets, set_of, terms_of
from penline.convert.items import Item, items
from penline.convert.mix import Mix
from penline.convert.policy import Policy
from penline.errors import ExportError, UsageError
from penline.export import EXPORTERS, exporter_class
from penline.export.base import (
    TAKES,
    Options,
    StrokeItem,
    Takes,
    file_hash,
    pixel_bytes,
    prefix_of,
)
from penline.export.paddleocr import alphabet_of
from penline.export.run import FORMAT_OF_RUN, SHARD, Run
from penline.formats import READERS
from penline.hub import finish
from penline.job import takes_keywords
from penline.provenance import Places
from penline.registry import required_packages
from penline.sources.collect import AnyPath, given_names, open_sources
from penline.sources.overrides import make_override
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import Unit, sides_of
from penline.version import __version__
from penline.words import listed

__all__ = ["ConvertJob", "convert"]

_HIGHEST_PX = 1024
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
        skip: types of lines that are left out, as pages name them; ``*`` and ``?`` as in a shell.
        straight: lay each line of a page level along its baseline.
        height_px: scale lines to this height; None leaves each at its own.
        val: so much of the sources' training side becomes a validation side, by writers, 0 to 1;
            where nobody knows the writer by pages, and of lists by the labels.
        mix: of the lines for training this share is composed, 0 to 1: those of the sources that
            `penline compose` made; the others are real, and validate alone.
        characters: a file of the only characters that labels may hold, one a line; another line is
            left out, counted.
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
    skip: Sequence[str] = ()
    straight: bool = False
    height_px: int | None = None
    val: float | None = None
    mix: float | None = None
    characters: AnyPath | None = None
    overwrite: bool = False
    reading: Reading = NOTHING_SAID
    progress: Callable[[int], None] | None = None


@takes_keywords(ConvertJob)
def convert(job: ConvertJob) -> dict[str, Any]:
    """Write real characters, lines, pages or strokes as a training set, in the archives' order.

    The format decides what is written. Formats of lines (``paddleocr``, ``imagefolder``,
    ``parquet``) take characters and lines, each a picture of its own size. Formats of pages
    (``paddleocr-det``, ``page-xml``, ``coco``) take the lines of page files, put together.
    ``inkml``, ``strokes-npz``, ``ndjson`` and ``unipen`` take strokes as they are. Lines and
    pages of strokes are rendered with the pen of their writer, 64 px a Chinese character. The
    publisher's part decides the side: train, or test.

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
    _refuse_unused(job, kind.takes)
    alphabet = None if own is None else alphabet_of(own) | {" "}
    if job.characters is not None:
        allowed = alphabet_of(Path(job.characters)) | {" "}
        alphabet = allowed if alphabet is None else alphabet & allowed
    override = make_override(job.writer, job.card, job.licence)
    policy = Policy(
        job.unknown,
        override=override,
        alphabet=alphabet,
        skip=tuple(job.skip),
        straight=job.straight,
        height_px=job.height_px,
        val=job.val,
    )
    if kind.takes == "strokes" and (
        job.image_format != "png" or job.boxes or job.unknown == "drop-char"
    ):
        raise UsageError(
            f"{job.to} holds strokes as they are, with no pictures, boxes or other labels; leave "
            "--jpeg, --boxes and --unknown out"
        )
    paths = job.sources
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    sets = finished_sets(given)
    made = [name for name, told in sets.items() if told["run"].get("recipe_hash")]
    reading = dataclasses.replace(job.reading, take="lines", boxes=job.boxes)
    files = list(open_sources(given, part=job.part, reading=reading))
    places = Places(given_names(given))
    composed = [file for file in files if set_of(file, made)]
    real = [file for file in files if not set_of(file, made)]
    if job.mix is not None and not (composed and real):
        raise UsageError("--mix is for a set that penline compose made, and real lines beside it")
    sides = {side for file in files for side in sides_of(file)}
    if job.mix is not None and (job.val is not None or any(sides_of(f) != {"train"} for f in real)):
        sides = {"train"}.union(*map(sides_of, real))
    sides |= {"val"} if job.val is not None and "train" in sides else set()
    splits = tuple(side for side in ("train", "val", "test") if side in sides)
    run = Run(Path(job.out))
    identity = _identity(job, files, places)
    with ExitStack() as stack:
        stack.enter_context(run.held())
        mix = None if job.mix is None else Mix(job.mix, policy.drop)

        def read(some: Iterable[Unit], how: Policy) -> Iterator[Any]:
            return items(some, kind.takes, how, places, salvage=job.salvage)

        records = read(files, policy)
        if mix is not None:  # real lines are read twice: sides are known before the first line
            quiet = dataclasses.replace(policy, counts=Counter())
            plain = dataclasses.replace(policy, val=None)
            records = mix.mixed(read(composed, plain), read(real, policy), read(real, quiet))
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
        _skipped(policy)
        left_out = {reason: n for reason, n in sorted(policy.counts.items()) if n}
        if number < 0:
            reasons = "; ".join(f"{reason}: {count}" for reason, count in left_out.items())
            raise ExportError(f"nothing to convert to {job.to}{f' ({reasons})' if reasons else ''}")
        sources = terms_of(files, sets, policy)
        metadata = {
            "penline": __version__,
            "run": identity,
            "simulated": bool(sources) and all(row["simulated"] for row in sources),
            "mixed_writers": False,
            "sources": sources,
            **({} if mix is None else {"mixed": {"share": mix.share, **mix.lines}}),
            "left_out": left_out,
        }
        return finish(run, exporter, metadata)


def _refuse_unused(job: ConvertJob, takes: Takes) -> None:
    """Refuse what would have no effect, or none that anybody can mean."""
    of_lines = {
        "--height": job.height_px is not None,
        "--characters": job.characters is not None,
        "--straight": job.straight,
        "--mix": job.mix is not None,
    }
    of_pictures = {
        "--val": job.val is not None,
        "--skip": bool(job.skip),
        "--images": job.reading.images,
    }
    given = [name for name, said in of_lines.items() if said and takes != "lines"]
    given += [name for name, said in of_pictures.items() if said and takes == "strokes"]
    if given:
        raise UsageError(f"{job.to} is a format of {takes}, for which {given[0]} does nothing")
    if job.height_px is not None and not 8 <= job.height_px <= _HIGHEST_PX:
        raise UsageError(f"--height is of 8 to {_HIGHEST_PX:,} px, not {job.height_px}")
    for name, share in (("--val", job.val), ("--mix", job.mix)):
        if share is not None and not 0 < share < 1:
            raise UsageError(f"{name} is a share between 0 and 1, as 0.05, not {share:g}")


def _skipped(policy: Policy) -> None:
    """Hold what the user skipped against what there was."""
    unmet = [one for one in policy.skip if not policy.skipped[one]]
    if unmet:
        there = listed(sorted(policy.kinds), 12) or "none has a type"
        raise UsageError(f"--skip {unmet[0]}: no line is of that type; there are: {there}")


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
    said = {
        "writer": job.writer,
        "card": job.card,
        "licence": job.licence,
        "reading": None if job.reading == NOTHING_SAID else repr(job.reading),
        "skip": list(job.skip) or None,
        "straight": job.straight or None,
        "height_px": job.height_px,
        "val": job.val,
        "mix": job.mix,
        "characters": None if job.characters is None else file_hash(Path(job.characters)),
    }
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
