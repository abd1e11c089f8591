"""A placement model out of real lines and pages: how a hand sets characters, as a few numbers."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from penline.bank import Bank, open_bank
from penline.bank.layout import HEADER
from penline.bidi import RIGHT_TO_LEFT
from penline.errors import ExportError, RecipeError, UsageError, refuse_taken
from penline.export.run import REPORT, put, report_of
from penline.measure.composed import BOXES, has_pictures, of_set
from penline.measure.estimate import estimate
from penline.measure.geometry import LineGeometry, with_writer_ems
from penline.measure.model import PlacementModel, dump
from penline.measure.reading import of_records
from penline.measure.repeats import MeasuredRepeats, RepeatFigures
from penline.measure.template import dump_templates, template_of
from penline.pages import PageRecord
from penline.paper.picture import picture_size
from penline.records import Bytes2D
from penline.sources.collect import AnyPath, open_sources
from penline.sources.pages.cut import lines_of
from penline.sources.reading import NOTHING_SAID, Reading, Taken

__all__ = ["Fitted", "fit", "grey_picture", "measured_lines"]

_SUFFIXES = (".yaml", ".yml")
_NO_PLACES = (
    "banks, whose glyphs have no place and tell of repeats alone: name the pages they were cut from"
)
_MOST_OF_HAND = 400
"""Glyphs of one writer of a bank that are looked at."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What `fit` made.

    Attributes:
        model: the placement model.
        left_out: what gave no line, by reason.
        templates: lines whose geometry was written, too.
        repeats: how alike characters that come back are, by family.
    """

    model: PlacementModel
    left_out: dict[str, int]
    templates: int = 0
    repeats: tuple[RepeatFigures, ...] = ()


def fit(
    sources: AnyPath | Iterable[AnyPath],
    out: AnyPath | None = None,
    *,
    templates: AnyPath | None = None,
    part: str | None = None,
    salvage: bool = False,
    overwrite: bool = False,
    reading: Reading = NOTHING_SAID,
    progress: Callable[[int], None] | None = None,
) -> Fitted:
    """Fit a placement model, and write it.

    Lines of DGRL pages, of transcribed pages (PAGE XML, ALTO) and of sets in any form that
    `convert` reads are cut into characters by `measure.segment`; DGR pages, boxes of characters on
    pages (COCO, LabelMe and the like) and sets with ``boxes.jsonl`` have boxes; pages of strokes
    (PTTS, UNIPEN) know whose each stroke is; isolated online characters (POT) that stand in the
    cells of a sheet give sizes, and their height in the cell. The em of a hand is the median
    height of its Chinese characters; where it wrote none, its x-height over 0.42, or what capitals
    and digits say of that. Latin is measured in x-heights, beside Chinese and alone.

    Args:
        sources: files, folders, zip archives, and finished data sets; and banks, whose writers'
            repeated characters tell how alike they are.
        out: the YAML file to write; None writes nothing.
        templates: a ``.json`` file to write the lines' own geometry to, for ``layout: replay``.
        part: ``"train"`` or ``"test"``: files of the other part are left out; None takes all.
        salvage: leave out damaged records, counted, instead of stopping.
        overwrite: replace files of these names.
        reading: what pictures are, where their names do not tell it.
        progress: called with the number of lines so far.

    Raises:
        UsageError: a path that does not exist, an `out` that is no YAML file or is taken.
        FormatError: a file that is not what its format says.
        ExportError: no line to measure.
    """
    path = None if out is None else Path(out)
    if path is not None and path.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{path}: a placement model is a .yaml file")
    lines_path = None if templates is None else Path(templates)
    if lines_path is not None and lines_path.suffix.lower() != ".json":
        raise UsageError(f"{lines_path}: line templates are a .json file")
    if part not in (None, "train", "test"):
        raise UsageError(f"part must be train or test, not {part!r}")
    for taken in (path, lines_path):
        if taken is not None:
            refuse_taken(taken, overwrite=overwrite)
    left_out: Counter[str] = Counter()
    kinds: set[str] = set()
    lines = []
    repeats = MeasuredRepeats()
    given = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    banks = [source for source in given if (Path(source) / HEADER).is_file()]
    found = measured_lines(
        [source for source in given if source not in banks],
        left_out,
        part=part,
        salvage=salvage,
        kinds=kinds,
        repeats=repeats,
        reading=reading,
    )
    for line in found:
        lines.append(line)
        if progress and not len(lines) % 64:
            progress(len(lines))
    if progress:
        progress(len(lines))
    for bank in banks:
        _add_instances(open_bank(bank), repeats)
        left_out[_NO_PLACES] += 1
    sized = with_writer_ems(lines)
    unsized = "lines of writers without Chinese characters or Latin letters to measure by"
    left_out[unsized] += len(lines) - len(sized)
    reasons = {reason: count for reason, count in sorted(left_out.items()) if count}
    if not sized:
        told = "; ".join(f"{reason}: {count}" for reason, count in reasons.items())
        raise ExportError(f"no line to measure{f' ({told})' if told else ''}")
    model = estimate(sized, sorted(kinds))
    if path is not None:
        put(path, dump(model).encode())
    kept = 0
    if lines_path is not None:
        found_templates = [one for line in sized if (one := template_of(line)) is not None]
        kept = len(found_templates)
        if not kept:
            raise ExportError("no line whose every character is believed, to make a template of")
        put(lines_path, dump_templates(found_templates).encode())
    return Fitted(model, reasons, kept, repeats.figures())


def _add_instances(bank: Bank, repeats: MeasuredRepeats) -> None:
    """Take in what the writers of a bank wrote more than once."""
    starts = bank.writer_starts
    for number, writer in enumerate(bank.writers):
        rows = bank.columns["by_writer"][starts[number] : starts[number + 1]]
        characters = bank.columns["character"][rows]
        again = np.flatnonzero(np.bincount(characters)[characters] > 1)[:_MOST_OF_HAND]
        for row in rows[again].tolist():
            character = bank.characters[bank.columns["character"][row]]
            if not writer.startswith("unknown:") and repeats.wants(writer, character):
                repeats.add_picture(writer, character, bank.inks([row])[0])


def measured_lines(
    sources: AnyPath | Iterable[AnyPath],
    left_out: Counter[str],
    *,
    part: str | None = None,
    salvage: bool = False,
    segmented: bool = False,
    most: int | None = None,
    kinds: set[str] | None = None,
    pictures: int = 0,
    repeats: MeasuredRepeats | None = None,
    reading: Reading = NOTHING_SAID,
) -> Iterator[LineGeometry]:
    """The geometry of all lines of the sources; `geometry.with_writer_ems` is still to come.

    Args:
        sources: as for `fit`.
        left_out: counts what gave no line, by reason.
        part: ``"train"`` or ``"test"``: other files are left out.
        salvage: leave out damaged records, counted.
        segmented: find the characters of finished sets in the ink, too.
        most: no more lines than this from a finished set.
        kinds: what was read is put here, as format and card.
        pictures: how many lines, the first ones, keep their ink.
        repeats: is given each line, with its ink or its strokes.
        reading: what pictures are, where their names do not tell it.

    Raises:
        UsageError: a path that does not exist.
        FormatError: a file that is not what its format says.
        ExportError: a finished set whose boxes or pictures are not as they should be.
    """
    found = _measured(sources, left_out, part, salvage, segmented, most, kinds, reading)
    number = 0
    for line in found:
        # gaps are measured from one character of the label to the next, to its right
        if RIGHT_TO_LEFT.search("".join(filter(None, line.characters))):
            left_out["lines with right-to-left text"] += 1
            continue
        if repeats is not None:
            repeats.add(line)
        ink = line.ink if number < pictures else None
        yield dataclasses.replace(line, ink=ink, strokes=None)
        number += 1


def _measured(
    sources: AnyPath | Iterable[AnyPath],
    left_out: Counter[str],
    part: str | None,
    salvage: bool,
    segmented: bool,
    most: int | None,
    kinds: set[str] | None,
    reading: Reading,
) -> Iterator[LineGeometry]:
    given = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    met: set[Path] = set()
    for source in given:
        folder = Path(source)
        if folder.resolve() in met:
            raise UsageError(f"{folder} is named twice; name it once")
        met.add(folder.resolve())
        take: Taken = "either"
        if (folder / BOXES).is_file() or (folder / REPORT).is_file():
            if _has_boxes(folder, left_out):
                if kinds is not None:
                    kinds.add("data set with boxes")
                yield from of_set(folder, left_out, grey_picture, segmented=segmented, most=most)
                continue
            take = "lines"
        for file in open_sources(source, reading=dataclasses.replace(reading, take=take)):
            if part is not None and file.source.part not in ("", part):
                left_out[f"files of the {file.source.part} part"] += 1
                continue
            if kinds is not None:
                kinds.add(" ".join(filter(None, (file.kind, file.source.card))))
            records = file.placed(lambda reason: left_out.update((reason,)), salvage=salvage)
            yield from of_records(chain.from_iterable(map(_lines, records)), left_out)


def _has_boxes(folder: Path, left_out: Counter[str]) -> bool:
    """Tell whether a finished set is measured by its boxes; else its lines are, by their ink."""
    if (folder / BOXES).is_file() and has_pictures(folder):
        return True
    run = report_of(folder).get("run", {})
    if "recipe_hash" not in run:
        return False
    # of a composed set boxes can be had, and are exact
    if run.get("boxes"):
        left_out[f"boxes that {run.get('to')} keeps elsewhere: its lines were measured by ink"] += 1
    return not run.get("boxes")


def _lines(record: Any) -> Iterable[Any]:
    """The lines of a page of them; another record as it is."""
    return lines_of(record) if isinstance(record, PageRecord) else (record,)


def grey_picture(path: Path) -> Bytes2D:
    """A picture as ``uint8 (height_px, width_px)``, 255 = white.

    Raises:
        ExportError: not a picture, too large, or damaged.
    """
    try:
        picture_size(path)
    except RecipeError as error:
        raise ExportError(f"{path}: {str(error).removeprefix('paper photo: ')}") from None
    try:
        found = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        found = None
    if found is None:
        raise ExportError(f"{path}: not an image that can be decoded")
    return np.asarray(found, np.uint8)
