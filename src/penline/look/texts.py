"""A sheet of lines and pages that readers give, whatever set they are of."""

from __future__ import annotations

import functools
import os
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penline.catalogue.terms import reported_terms, terms
from penline.errors import FormatError
from penline.look.boxes import add_boxes, box_paths
from penline.look.damage import damage_rows
from penline.look.lines import label_plots, picture_plots, set_figures, set_notes, set_tables
from penline.look.page import data_uri, safe_json, table
from penline.look.plots import distribution
from penline.look.seen import SeenItem, SeenUnit, Shown, form_of, known_writer, of_records, see
from penline.look.terms import badges
from penline.pages import Page
from penline.provenance import Places
from penline.randomness import Draws
from penline.records import Defect, OnlineLine
from penline.sources.collect import given_names
from penline.sources.unit import Unit
from penline.words import printable

__all__ = ["text_data"]

MAX_BYTES = 16 << 20
"""All pictures and outlines of a sheet together; where they are more, fewer are shown."""
_DEFECT = "defect: "
"""How a defect is counted that is listed, too."""


def text_data(
    source: Path,
    files: Sequence[Unit],
    title: str,
    limit: int,
    draws: Draws,
    report: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The page's data: lines, and pages with their outlines; all are read once.

    Args:
        source: what the user named.
        files: its units.
        title: its name.
        limit: lines and pages at most.
        draws: where chance comes from.
        report: of a finished set.

    Raises:
        FormatError: no line and no page; the message is about the first defect.
    """
    units = [SeenUnit(file) for file in files]
    told = _Told()
    kept = _Kept(limit, draws)
    for unit in units:
        for record in of_records(unit, told.left_out):
            told.count(record)
            kept.offer(functools.partial(see, record))
    defects = [defect for unit in units for defect in unit.defects]
    if not kept.total:
        raise _nothing(source, files, told, defects)
    items = [item for _, item in sorted(kept.items, key=lambda pair: pair[0])]
    if report is not None:
        root = given_names(source)[0]
        lines = [item for item in items if item.kind == "line"]
        add_boxes(
            source,
            ((one.facts, box_paths(root, one.name, one.facts["index"])) for one in lines),
        )
    boxed = any("boxes" in item.facts for item in items)
    places = Places(given_names(source))
    names = {defect.file: places(defect.file) for defect in defects}
    rows = terms(file.source for file in files) if report is None else reported_terms(report)
    return {
        "kind": "data set" if report is not None else ", ".join(dict.fromkeys(map(form_of, files))),
        "title": title,
        "unit": told.unit,
        "shown": len(items),
        "total": kept.total,
        "spread": "chosen by chance",
        "badges": badges(rows, None if report is None else report.get("simulated") or None),
        "figures": told.figures(report),
        "sources": rows,
        "tables": [*([] if report is None else set_tables(report)), *told.tables(files, source)],
        "notes": [] if report is None else set_notes(report, boxed=boxed or told.unit != "lines"),
        "sides": sorted({item.facts["side"] for item in items}),
        "lines": [_with_picture(item) for item in items if item.kind == "line"],
        "pages": [_with_picture(item) for item in items if item.kind == "page"],
        "has_boxes": boxed,
        "archives": [],
        "plots": told.plots(items),
        "damage": damage_rows(defects, (), names),
        "damaged": sum(unit.damaged for unit in units),
    }


def _with_picture(item: SeenItem) -> dict[str, Any]:
    return {**item.facts, "src": data_uri(item.picture, item.media_type)}


class _Kept:
    """Some of a stream, each as likely as the others, and together not too many bytes."""

    def __init__(self, limit: int, draws: Draws) -> None:
        self.items: list[tuple[int, SeenItem]] = []
        self.total = 0
        self._room, self._draws, self._bytes = limit, draws, 0

    def offer(self, make: Callable[[], SeenItem]) -> None:
        """Take the next one in, or leave it out unmade."""
        number, self.total = self.total, self.total + 1
        full = len(self.items) >= self._room
        at = self._draws.between(0, number) if full else len(self.items)
        if at >= self._room:
            return
        item = make()
        if full:
            self._drop(at)
        self.items.append((number, item))
        self._bytes += _size(item)
        while self._bytes > MAX_BYTES and len(self.items) > 1:
            self._drop(self._draws.between(0, len(self.items) - 1))
            self._room = len(self.items)

    def _drop(self, at: int) -> None:
        self.items[at], self.items[-1] = self.items[-1], self.items[at]
        self._bytes -= _size(self.items.pop()[1])


def _size(item: SeenItem) -> int:
    return len(item.picture) + len(safe_json(item.facts))


@dataclass
class _Told:
    """What is counted of all lines and pages, shown or not."""

    left_out: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    silent: int = 0
    sides: Counter[str] = field(default_factory=Counter)
    writers: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    lengths: array[int] = field(default_factory=lambda: array("L"))
    page_lines: array[int] = field(default_factory=lambda: array("L"))

    def count(self, record: Shown) -> None:
        """Count a line, or a page with its lines."""
        if isinstance(record, Page):
            texts = [line.text for line in record.lines]
            side, writer = record.side, record.writer
            self.page_lines.append(len(texts))
        else:
            texts = [record.text if isinstance(record, OnlineLine) else record.text()]
            side, writer = record.source.part or "train", record.source.writer
        self.lines += len(texts)
        self.silent += texts.count("")
        self.lengths.extend(map(len, filter(None, texts)))
        for text in texts:
            self.classes.update(text)
        self.sides[side] += len(texts)
        if told := known_writer(writer):
            self.writers[told] += len(texts)

    @property
    def unit(self) -> str:
        """What the sheet shows."""
        names = ["pages"] if self.page_lines else []
        names += ["lines"] if sum(self.page_lines) < self.lines else []
        return " and ".join(names)

    def figures(self, report: Mapping[str, Any] | None) -> list[list[Any]]:
        """Return the figures of the page's head: of a finished set those of its report."""
        found: list[list[Any]] = [["pages", len(self.page_lines)]] if self.page_lines else []
        if report is not None:
            return found + set_figures(report)
        found += [[f"{side} lines", count] for side, count in self.sides.items()]
        found += [["without a text", self.silent]] if self.silent else []
        found += [["characters", sum(self.lengths)], ["classes", len(self.classes)]]
        return found + ([["writers", len(self.writers)]] if self.writers else [])

    def tables(self, files: Sequence[Unit], source: Path) -> list[dict[str, Any]]:
        """Return what was left out, and what is to be known of the files."""
        outside = f"{printable(str(source.parent))}{os.sep}"  # no folder of the machine is shown
        said = [file.understood.line() for file in files if file.understood is not None]
        said += [file.note for file in files if file.note]
        notes = [one.replace(outside, "") for one in dict.fromkeys(said)]
        left_out = [
            [reason, n]
            for reason, n in sorted(self.left_out.items())
            if not reason.startswith(_DEFECT)
        ]
        return [
            *table("Left out, or changed on the way", left_out),
            *table("Notes", [[note, None] for note in notes]),
        ]

    def plots(self, items: Sequence[SeenItem]) -> list[dict[str, Any]]:
        """Return distributions over all lines, and over the pictures of those that are shown."""
        pictures = [
            (item.facts["width"], item.facts["height"], item.read)
            for item in items
            if item.kind == "line"
        ]
        of = "chosen by chance" if len(pictures) < self.lines else ""
        writers = list(self.writers.values())
        return [
            *label_plots(self.lengths, self.classes),
            *distribution("Lines of a page", self.page_lines, "lines", "pages"),
            *distribution("Lines of a writer", writers, "lines", "writers"),
            *picture_plots(pictures, self.lines, of),
        ]


def _nothing(
    source: Path, files: Sequence[Unit], told: _Told, defects: Sequence[Defect]
) -> FormatError:
    """Why there is nothing to show: damage, or else what was found instead."""
    if defects:
        first = defects[0]
        return FormatError(first.file, first.offset, first.field, first.expected, first.found)
    notes = [f"{reason}: {n:,}" for reason, n in sorted(told.left_out.items())]
    notes += [file.note for file in files if file.note]
    what = f"none ({'; '.join(dict.fromkeys(notes))})" if notes else "none"
    return FormatError(printable(str(source)), 0, "records", "at least one line or page", what)
