"""Units of lists that name pictures, and the collector that finds them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from penline.errors import FormatError
from penline.formats.csv_rows import TextRow, read_text_rows
from penline.formats.defects import defect_of
from penline.formats.table_row import BOXES, TableRow
from penline.formats.tarred import is_packed
from penline.machine import say_once
from penline.records import Defect
from penline.sources.collector import Claims, Collector, unknown
from penline.sources.listing import Listing
from penline.sources.names import is_picture
from penline.sources.pictures.class_map import is_class_map
from penline.sources.pictures.deciding import SAMPLES
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.texts import TEXTS, stems, texts_beside
from penline.sources.tables.beside import Beside, is_made, unpack_first
from penline.sources.tables.classes import part_of_name
from penline.sources.tables.columns import columns_said
from penline.sources.tables.context import TableContext
from penline.sources.tables.cutting import Pages, edges_of
from penline.sources.tables.lists import BOX, ENDINGS, PictureList, find_list
from penline.sources.tables.naming import NameRule
from penline.sources.tables.unit import TableUnit, decided
from penline.sources.tables.written import writers_beside
from penline.sources.unit import Place, Unit
from penline.words import counted, listed, printable

__all__ = ["ManifestCollector", "ManifestUnit"]

_JSON_LOOKED_AT, _TEXTS_LOOKED_AT = 16, 64
"""So many files of a folder are looked at, at most, to find a list."""
_BESIDE = ("boxes.jsonl", "pages.jsonl")
"""What penline tells of a set's lines and pages, beside its labels."""


@dataclass(frozen=True, slots=True, eq=False)
class ManifestUnit(TableUnit):
    """Gives the pictures that a list names, or the boxes on them.

    Attributes:
        place: where the list lies.
        beside: where its pictures lie.
        names: how a row names its picture.
        columns: which column is what, by what it holds.
        counts: how many rows have each label; nothing of lines, whose labels differ.
        row_count: how many rows there are.
    """

    place: Place = field(kw_only=True)
    beside: Beside = field(kw_only=True)
    names: NameRule = field(kw_only=True)
    columns: Mapping[str, str] = field(kw_only=True)
    counts: Mapping[str, int] = field(kw_only=True)
    row_count: int = field(kw_only=True)

    def labels(self) -> Iterable[str] | None:
        """Return the labels of the list."""
        return self.counts or None

    def looked_at(self) -> Iterator[TableRow | Defect]:
        """Yield some rows from all over the list, with their pictures."""
        return self.rows(max(1, self.row_count // (2 * SAMPLES)))

    def rows(self, step: int = 1) -> Iterator[TableRow | Defect]:
        """Yield the list's rows, or every so many, with the pictures that they name."""
        folder = self.beside.open()
        pages = Pages(folder, self.source.file)
        boxed = all(role in self.columns for role in BOX)
        with self.place.open() as stream:
            for row in read_text_rows(stream, self.source.file):
                if isinstance(row, Defect):
                    yield row
                    continue
                if row.record % step:
                    continue
                name = self.names.name(row.cells)
                try:
                    picture = (
                        pages.cut(name, edges_of([self._cell(row, one) for one in BOX]), row.offset)
                        if boxed
                        else folder.content(name, self.source.file, row.offset)
                    )
                except FormatError as error:
                    picture = error
                if isinstance(picture, FormatError):
                    yield defect_of(picture, row.record)
                    continue
                label, writer, part = (self._cell(row, one) for one in ("label", "writer", "part"))
                told: dict[str, Any] = {one: row.lists[one] for one in BOXES if one in row.lists}
                told |= {"drawn": row.cells["drawn"]} if told and "drawn" in row.cells else {}
                place = row.record, row.offset
                yield TableRow(picture, label, *place, writer, part, name, boxes=told or None)

    def _cell(self, row: TextRow, role: str) -> str:
        return row.cells.get(self.columns.get(role, ""), "")


class ManifestCollector(Collector):
    """Claims lists that name pictures in their folders and below."""

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._lists: list[PictureList] = []
        self._pictures: Counter[Beside] = Counter()

    def claim(self, listing: Listing) -> Claims:
        """Take lists; their units come last, and find their pictures themselves."""
        made = self.reading.take != "lines" and is_made(listing)
        if self.reading.says_label or made:  # names are to tell it
            return Claims(listing.names, {})
        here = Beside.of(listing)
        if listing.pictures_alone:
            self._pictures[here] += len(listing.names)
            return Claims(listing.names, {})
        pictures = list(filter(is_picture, listing.names))
        self._pictures[here] += len(pictures)
        texts = filter(lambda name: name.endswith(TEXTS), listing.names)
        beside = {*texts_beside(pictures, texts).values()}  # of a picture each, and no lists
        said = columns_said(self.reading.columns)
        named = [name for name in listing.names if name.lower().endswith(ENDINGS)]
        named = [name for name in named if name not in _BESIDE and name not in beside]
        named, unseen = _worth_reading(named, pictures)
        if 2 * len(beside) > len(pictures):  # which hold the numbers of classes
            named = [name for name in named if not is_class_map(name)]
        found = [one for name in named if (one := find_list(listing, name, said))]
        self._lists += found
        if unseen and pictures and not found:
            where = printable(str(listing.path) + (f"::{listing.prefix}" if listing.prefix else ""))
            say_once(
                f"{where}: no list of its pictures in the texts and JSON files that were looked "
                f"at; {counted(unseen, 'more file')} may be one: name the list itself"
            )
        if found:
            self.heeds = frozenset(("columns", "classes", "keep_odd"))
        own = {one.own for one in found}
        left = [name for name in listing.names if name not in own]
        return Claims(left, {}, later=bool(found))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield a unit for each list; one below the folder of another is not read again."""
        over = self._lists
        self._lists = [
            one
            for one in over
            if not any(two.covers(one.beside) and two.beside != one.beside for two in over)
        ]
        for one in self._lists:
            try:
                unit = self._unit(one)
                yield unit.fault or unit
            except FormatError as error:
                yield error

    def _unit(self, one: PictureList) -> Unit:
        said = columns_said(self.reading.columns)
        missing = [name for name in said.values() if name not in one.header]
        if missing:
            found = listed(one.header, 12)
            raise FormatError(one.label, 0, "columns", f"one named {missing[0]!r}", found)
        source = dataclasses.replace(unknown(one.label), part=part_of_name(one.own))
        twins = (two for two in self._lists if two is not one and two.beside == one.beside)
        twin = next((two for two in twins if two.first == one.first), None)
        if twin is not None:
            expected = "one list of the pictures; name the one that holds, not their folder"
            raise FormatError(one.label, 0, "list", expected, f"{twin.own} that names them too")
        if one.beside.packed and is_packed(one.beside.path.name):
            raise unpack_first(one.label)
        texts = self.reading.take != "characters" and one.texts
        counts = Counter[str]() if texts else one.counts()
        total = one.row_count if texts else counts.total()
        pictures = sum(n for place, n in self._pictures.items() if one.covers(place))
        beside = (two for two in self._lists if two is not one and two.beside == one.beside)
        spare = pictures - total - sum(two.row_count for two in beside)
        note = f"{counted(spare, 'picture')} beside {one.own} are not in it, and left out"
        unit = ManifestUnit(
            *(self.said(source), "list", 0, InkRule()),
            note=note if spare > 0 and not set(BOX) <= set(one.columns) else "",
            family=PurePosixPath(one.own).stem,
            place=one.place,
            beside=one.beside,
            names=one.names,
            columns=one.columns,
            counts=counts,
            named="entry" in one.columns,
            row_count=total,
            sides=one.sides(),
            written=writers_beside(one.beside) if texts else None,
        )
        writer = one.columns.get("writer")
        return decided(
            unit,
            "a list of pictures",
            f"column {printable(one.columns['label'])!r} of {printable(one.names.words())}",
            f"column {printable(writer)!r}" if writer else "",
            TableContext(self.reading, self.part, side=one.side),
        )


def _worth_reading(names: list[str], pictures: list[str]) -> tuple[list[str], int]:
    """The names of what may be lists: of JSON, which is read whole, and of texts only some.

    Those of one picture each, of classes, and of many the ones with a number for a name go first.

    Returns:
        The names, and how many more there would be to look at.
    """
    own = {stem for picture in pictures for stem in stems(picture)}
    out: set[str] = set()
    unseen = 0
    for ending, most in ((".json", _JSON_LOOKED_AT), (".txt", _TEXTS_LOOKED_AT)):
        some = [name for name in names if name.lower().endswith(ending)]
        few = [
            name for name in some if ending == ".txt" or not (_is_map(name) or _stem(name) in own)
        ]
        few.sort(key=lambda name: (_stem(name).isdecimal(), name))
        out |= {*some} - {*few[:most]}
        unseen += len(few[most:])
    return [name for name in names if name not in out], unseen


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _is_map(name: str) -> bool:
    return is_class_map(name) and not name.lower().endswith("labels.json")
