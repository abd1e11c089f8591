"""Real characters and lines into a training format, by the same exporters as composed lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from penline import __version__
from penline.catalogue.terms import terms
from penline.datasets.sources import AnyPath, SourceFile, open_sources
from penline.errors import ExportError, UsageError
from penline.export import exporter_class
from penline.export.base import Options
from penline.export.run import FORMAT_OF_RUN, SHARD, Run
from penline.records import (
    Bytes2D,
    Defect,
    GlyphRecord,
    LineRecord,
    Origin,
    Record,
    Sample,
    StrokeRecord,
)
from penline.render.hand import STROKE_HEIGHT_PX, rendered

__all__ = ["UNKNOWN", "convert"]

UNKNOWN = ("drop-line", "drop-char", "keep")
STOCK_LENGTH = 25
"""Longest label that stock PaddleOCR configurations take."""


def convert(
    sources: AnyPath | Iterable[AnyPath],
    out: AnyPath,
    *,
    to: str = "paddleocr",
    unknown: str = "drop-line",
    part: str | None = None,
    salvage: bool = False,
    image_format: Literal["jpg", "png"] = "png",
    boxes: bool = False,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Write real characters and lines as a training set, in the order of the archives.

    Pictures keep their own size. The publisher's part decides the list: train, or test.

    Args:
        sources: files, folders and zip archives, read in place.
        out: the folder to make.
        to: name of the format.
        unknown: what to do with ink that the publisher left without a label: ``drop-line``;
            ``drop-char`` leaves it out of the label, though the ink shows; ``keep`` puts U+FFFD
            in its place. All are counted.
        part: ``"train"`` or ``"test"``, instead of what the names say.
        salvage: leave out damaged records, counted, instead of stopping.
        image_format: ``png``, which keeps every pixel, or ``jpg`` of quality 95.
        boxes: write the place of each line and its provenance, too.
        overwrite: replace a data set that is there.
        progress: called with the number of pictures so far.

    Returns:
        What ``report.json`` holds.

    Raises:
        UsageError: the folder is taken, or a path does not exist.
        FormatError: a file that is not what its format says.
        ExportError: nothing to convert.
    """
    if unknown not in UNKNOWN:
        raise UsageError(f"unknown must be one of {', '.join(UNKNOWN)}, not {unknown!r}")
    files = list(open_sources(sources, part=part))
    has_test = any(file.source.part == "test" for file in files)
    has_train = any(file.source.part != "test" for file in files)
    splits = ("train",) * has_train + ("test",) * has_test
    run = Run(Path(out))
    exporter = exporter_class(to)(run.out, Options(image_format, 95, boxes, None, splits))
    identity = {
        "format_of_run": FORMAT_OF_RUN,
        "verb": "convert",
        "sources": [[file.source.file, file.size_bytes, file.source.part] for file in files],
        "unknown": unknown,
        "salvage": salvage,
        "to": to,
        "format": image_format,
        "boxes": boxes,
    }
    counts: Counter[str] = Counter()
    with run.held():
        run.begin(identity, overwrite=overwrite)
        samples = _samples(files, unknown, salvage, counts)
        number = -1
        for number, first in enumerate(samples):
            shard = chain([first], islice(samples, SHARD - 1))
            run.done(number, exporter.shard(number, shard))
            if progress:
                progress((number + 1) * SHARD)
        if number < 0:
            run.clear()
            reasons = "; ".join(f"{reason}: {count}" for reason, count in sorted(counts.items()))
            raise ExportError(f"nothing to convert{f' ({reasons})' if reasons else ''}")
        facts = {
            "penline": __version__,
            "run": identity,
            "simulated": False,
            "mixed_writers": False,
            "sources": terms(file.source.card for file in files),
            "left_out": dict(sorted(counts.items())),
        }
        report = exporter.finish((run.facts(k) for k in range(number + 1)), facts)
        run.end()
    return report


def _samples(
    files: Iterable[SourceFile], unknown: str, salvage: bool, counts: Counter[str]
) -> Iterator[Sample]:
    index = 0
    for file in files:

        def drop(reason: str) -> None:
            counts[reason] += 1

        records = _sound(file, salvage, counts)
        damaged = drop if salvage else None
        for record, drawn in rendered(records, file.source.writer, STROKE_HEIGHT_PX, drop, damaged):
            text = _text(record, unknown, counts)
            if text is None:
                continue
            counts[f"labels longer than {STOCK_LENGTH} characters"] += len(text) > STOCK_LENGTH
            yield _sample(index, record, drawn.ink if drawn else None, text)
            index += 1
    for reason in [reason for reason, count in counts.items() if not count]:
        del counts[reason]


def _sound(file: SourceFile, salvage: bool, counts: Counter[str]) -> Iterator[Record]:
    if not salvage:
        yield from file.read()
        return
    for record in file.salvage():
        if isinstance(record, Defect):
            counts[f"defect: {record.field}"] += 1
        else:
            yield record


def _text(record: Record, unknown: str, counts: Counter[str]) -> str | None:
    if isinstance(record, (GlyphRecord, StrokeRecord)):
        return record.character
    lacking = sum(character is None for character in record.characters)
    if not lacking:
        return record.text()
    counts[f"units without a character: {unknown}"] += lacking
    if unknown == "drop-line":
        counts["lines dropped for units without a character"] += 1
        return None
    return record.text("" if unknown == "drop-char" else "\ufffd") or None


def _sample(index: int, record: Record, ink: Bytes2D | None, text: str) -> Sample:
    if ink is not None:
        image, written = 255 - ink, text
    elif isinstance(record, LineRecord):
        image, written = record.pixels, ""
        image = image if record.page.paper else 255 - image
    elif isinstance(record, GlyphRecord):
        image, written = (record.pixels if record.paper else 255 - record.pixels), text
    else:
        raise TypeError("strokes come with their ink")
    height, width = image.shape
    place = {"height_px": height, "width_px": width}
    if isinstance(record, LineRecord):
        place |= {"top_px": record.top_px, "left_px": record.left_px}
    source = record.source
    origin = Origin(0, written, source.writer, source.file, record.record, record.offset)
    quad = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    return Sample(
        index=index,
        image=np.ascontiguousarray(image),
        text=text,
        quads=quad[None],
        writer=source.writer,
        side="test" if source.part == "test" else "train",
        drawn=place,
        counts={},
        trace=lambda: (origin,),
    )
