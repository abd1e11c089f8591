"""Boxes of characters on pages: COCO, LabelMe, PAGE XML, Kuzushiji's and MTHv2's lists.

    set/annotations.json     set/images/1.jpg         COCO: the pages' names stand in the file
    set/1.json               set/1.jpg                LabelMe, PAGE XML: one file a page
    set/train.csv            set/train_images/id.jpg  Kuzushiji
    set/label_char/1.txt     set/img/1.jpg            MTHv2
    set/1.xml, set/1.txt     set/1.jpg                Pascal VOC, CVAT, YOLO, Label Studio

A page's picture is looked for by its name in the file's own folder, then anywhere in what the user
named. Sizes are those on the page. A bank has no column for a glyph's place in its line: `fit`
measures it, from lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from penline.errors import FormatError
from penline.formats.defects import defect_of, strictly
from penline.formats.page_boxes import PageBox, boxes_form, read_boxes
from penline.formats.table_row import BoxPlace, TableRow
from penline.formats.tarred import is_packed
from penline.formats.tool_boxes import TOOL_FORMS, read_tool_boxes, tool_form
from penline.records import Defect, Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing, TarListing
from penline.sources.pictures.class_map import is_class_map
from penline.sources.pictures.ink import InkRule
from penline.sources.tables.beside import Beside, is_made, unpack_first
from penline.sources.tables.boxed_lines import BoxedGlyph, lines_of_page
from penline.sources.tables.classes import part_of_name
from penline.sources.tables.context import TableContext
from penline.sources.tables.cutting import Pages
from penline.sources.tables.page_pictures import nearest_picture, pictures_by_name
from penline.sources.tables.unit import TableUnit, decided
from penline.sources.unit import Place, Unit
from penline.words import printable

__all__ = ["BoxesCollector", "BoxesUnit"]

_ENDINGS = (".json", ".xml", ".csv", ".txt")
_HEAD = 1 << 20
_MAPS = 8
_TRIED = 16
"""So many files of a folder and ending are looked at to tell their form."""
_NOTE = "glyphs keep their sizes on the page; where in its line one stood, penline fit measures"


class _BoxesFile(NamedTuple):
    """A file of boxes: its name within the root, and the part by its name."""

    name: str
    part: str


@dataclass(frozen=True, slots=True, eq=False)
class BoxesUnit(TableUnit):
    """Gives the characters that boxes cut out of pages.

    Attributes:
        root: where the files of boxes and the pages lie.
        files: the files of boxes.
        form: as `penline.formats.page_boxes.boxes_form` tells.
    """

    root: Beside = field(kw_only=True)
    files: tuple[_BoxesFile, ...] = field(kw_only=True)
    form: str = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the boxes of all files, each with its part of the page."""
        folder = self.root.open()
        by_name = pictures_by_name(self.root)
        record = 0
        for file in self.files:
            label = f"{self.source.file}/{file.name}" if len(self.files) > 1 else self.source.file
            pages = Pages(folder, printable(label))
            place = folder.find(file.name)
            try:
                if place is None:
                    raise FormatError(label, 0, "file", "a file of boxes", "none any more")
                with place.open() as stream:
                    read = read_tool_boxes if self.form in TOOL_FORMS else read_boxes
                    for page in read(stream, self.form, PurePosixPath(file.name).name):
                        picture = nearest_picture(page.picture, file.name, by_name)
                        for box in page.boxes:
                            if isinstance(box, FormatError):
                                yield defect_of(box, record)
                            else:
                                if page.shares:
                                    box = _in_px(pages, picture, box)
                                yield self._row(pages, picture, box, record, page.part or file.part)
                            record += 1
            except FormatError as error:
                yield defect_of(error, record)
                record += 1

    def _row(
        self, pages: Pages, picture: str, box: PageBox, record: int, part: str
    ) -> TableRow | Defect:
        """One box cut out of its page."""
        found = pages.cut(picture, (box.left, box.top, box.right, box.bottom), box.offset)
        if isinstance(found, FormatError):
            return defect_of(found, record)
        left, top = max(round(box.left), 0), max(round(box.top), 0)
        name = f"{picture} {box.left:g},{box.top:g}"
        place = BoxPlace(picture, left, top, *pages.size_px, box.line)
        return TableRow(found, box.label, record, box.offset, "", part, name, place)

    def placed(self, drop: Callable[[str], None], *, salvage: bool) -> Iterator[Any]:
        """Yield the lines of the pages, each with its characters' own pictures and places."""
        if self.fault is not None:
            raise self.fault
        for _, rows in itertools.groupby(self.rows(), _page_of):
            glyphs: list[BoxedGlyph] = []
            for row in rows:
                found = row if isinstance(row, Defect) else self._glyph(row)
                if isinstance(found, Defect):
                    if not salvage:
                        next(strictly(iter([found])))
                    drop(f"defect: {found.field}")
                elif isinstance(found, str):
                    drop(found)
                else:
                    glyphs.append(found)
            yield from lines_of_page(glyphs, self.source, drop)

    def _glyph(self, row: TableRow) -> BoxedGlyph | Defect | str:
        """One character in its place; or why it is none."""
        character, picture, place = self.character(row), self.picture(row), row.place
        if isinstance(character, FormatError):
            return defect_of(character, row.record)
        if isinstance(picture, FormatError):
            return defect_of(picture, row.record)
        if len(character) != 1 or place is None:
            return "label of several characters"
        ink = self.rule.whole_ink(picture)
        if ink.shape != picture.shape[:2]:  # without the lines of a cell
            return "box with a frame, in which the place is not known"
        reason = self.rule.odd(ink)
        return reason or BoxedGlyph(character, ink, place, row.record)


def _in_px(pages: Pages, picture: str, box: PageBox) -> PageBox:
    """A box that is told in shares of its page."""
    edges = box.left, box.top, box.right, box.bottom
    left, top, right, bottom = pages.of_shares(picture, edges, box.offset)
    return box._replace(left=left, top=top, right=right, bottom=bottom)


def _page_of(row: TableRow | Defect) -> str:
    return row.place.page if isinstance(row, TableRow) and row.place else ""


class BoxesCollector(Collector):
    """Claims files of boxes; the pages lie anywhere in what the user named."""

    of_pictures = False

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._found: dict[tuple[Path, str], list[str]] = {}
        self._maps: dict[Path, list[Place]] = {}

    def claim(self, listing: Listing) -> Claims:
        """Take files of boxes; their units come last, and find the pages themselves."""
        if self.reading.says_label or is_made(listing):  # names are to tell it
            return Claims(listing.names, {})
        root, before = listing.root.path, listing.below
        maps = self._maps.setdefault(root, [])
        if not (isinstance(listing, TarListing) and listing.packed):
            named = filter(is_class_map, listing.names)
            maps += list(map(listing.place, named))[: _MAPS - len(maps)]
        forms = _forms(listing)
        for name, form in forms.items():
            self._found.setdefault((root, form), []).append(before + name)
        left = [name for name in listing.names if name not in forms]
        if forms:
            self.heeds = frozenset(("classes", "keep_odd"))
        return Claims(left, {}, later=bool(forms))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield a unit for each form of each folder or archive."""
        for (path, form), names in self._found.items():
            root = Beside(path, "", path.is_file())
            label = printable(str(path))
            if len(names) == 1:
                label += f"::{names[0]}" if root.packed else f"/{names[0]}"
            elif sum(one == path for one, _ in self._found) > 1:
                label += f" ({form})"
            stem = path.name.partition(".")[0] if root.packed else path.name
            source = Source(label, f"unknown:{stem}", "")
            unit = BoxesUnit(
                *(self.said(source), "boxes", 0, InkRule()),
                note=_NOTE,
                numbers=form == "YOLO",
                sides=frozenset(part_of_name(name) for name in names),
                root=root,
                files=tuple(_BoxesFile(name, part_of_name(name)) for name in names),
                form=form,
            )
            said = TableContext(self.reading, self.part, tuple(self._maps[path]))
            if root.packed and is_packed(path.name):
                yield unpack_first(label)
                continue
            unit = decided(unit, f"boxes on pages ({form})", "the boxes' labels", "", said)
            yield unit.fault or unit


def _forms(listing: Listing) -> dict[str, str]:
    """Those of a listing's files that hold boxes, with their forms.

    A few of each ending are looked at; where they are of a form that has one file a page, the
    others are, too.
    """
    found: dict[str, str] = {}
    for ending in _ENDINGS:
        some = [name for name in listing.names if name.lower().endswith(ending)]
        for name in some[:_TRIED]:
            head = listing.place(name).head(_HEAD)
            form = tool_form(name, head) or boxes_form(name, head)
            if form == "YOLO":
                found.update(dict.fromkeys(filter(_is_of_page, some), form))
                break
            if form in ("COCO", "Kuzushiji", "CVAT", "Label Studio"):
                found[name] = form
            elif form:
                found.update(dict.fromkeys(some, form))
                break
    return found


def _is_of_page(name: str) -> bool:
    """Whether a text may be of a page, among YOLO's."""
    return not is_class_map(name) and not name.lower().startswith("readme")
