"""Finds pages of lines, in PAGE XML, ALTO and lists; their pictures lie beside them.

    set/page1.xml      set/page1.jpg
    set/page/1.xml     set/1.jpg
    set/det_gt.txt     set/images/1.png   PaddleOCR's detection, COCO with texts: a list of pages

A picture may lie anywhere in what the user named, the nearest of its name, or in another folder
that the user names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path, PurePosixPath

from penline.errors import FormatError, UsageError
from penline.formats.alto import is_alto
from penline.formats.page_lists import is_coco_of_lines, is_detection_list
from penline.formats.page_xml import is_page_xml
from penline.formats.tarred import is_packed
from penline.records import Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing
from penline.sources.names import is_picture
from penline.sources.pages.unit import PageFile, PagesUnit, told_twice
from penline.sources.tables.beside import Beside, unpack_first
from penline.sources.tables.classes import side_of
from penline.sources.understood import lines_understood
from penline.sources.unit import Place, Unit
from penline.words import counted, printable

__all__ = ["PagesCollector"]

_HEAD = 1 << 16
_FORMS = {
    "PAGE XML": (".xml", is_page_xml),
    "ALTO": (".xml", is_alto),
    "PaddleOCR's detection": (".txt", is_detection_list),
    "COCO": (".json", is_coco_of_lines),
}
_LISTS, _TEXT = (".txt", ".json"), ".gt.txt"
_LISTS_LOOKED_AT = 64
"""Of files that may be lists, so many of a folder are looked at."""
_SPLIT = re.compile(rb"split \{type:(train|validation|test);\}")
_SIDES = {b"train": "train", b"validation": "val", b"test": "test"}


class PagesCollector(Collector):
    """Claims PAGE XML and ALTO where lines are wanted; one unit a form of each root."""

    of_pictures = False

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._found: dict[tuple[Path, str], list[PageFile]] = {}
        self._sizes: dict[tuple[Path, str], int] = {}
        self._others: dict[Path, list[str]] = {}

    def claim(self, listing: Listing) -> Claims:
        """Take the pages of a listing, and their pictures."""
        names = [name for name in listing.names if name.lower().endswith(".xml")]
        lists = (name for name in listing.names if name.lower().endswith(_LISTS))
        names += islice((name for name in lists if not name.endswith(_TEXT)), _LISTS_LOOKED_AT)
        if self.reading.take == "characters" or not names:
            return Claims(listing.names, {})
        root, before = listing.root.path, listing.below
        taken = set()
        for name in names:
            form, side = _form(listing.place(name), name)
            if form:
                key = root, form
                side = side or side_of(listing, name)
                self._found.setdefault(key, []).append(PageFile(before + name, side))
                self._sizes[key] = self._sizes.get(key, 0) + listing.size_bytes(name)
                taken.add(name)
            elif name.lower().endswith(".xml"):
                self._others.setdefault(root, []).append(before + name)
        if taken:
            self.heeds = frozenset(("images",))
            taken.update(filter(is_picture, listing.names))
        return Claims([one for one in listing.names if one not in taken], {}, later=bool(taken))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield a unit for each form of each folder or archive; a fault where two tell the same."""
        units = list(self._units())
        faults: dict[PagesUnit | FormatError, FormatError] = {}
        for unit, other in combinations(units, 2):
            for one, fault in _twice(unit, other):
                faults.setdefault(one, fault)
        for unit in units:
            yield faults.get(unit, unit)

    def _units(self) -> Iterator[PagesUnit | FormatError]:
        for (path, form), files in self._found.items():
            root = Beside(path, "", path.is_file())
            label = printable(str(path))
            if len(files) == 1:
                label += f"::{files[0].name}" if root.packed else f"/{files[0].name}"
            if root.packed and is_packed(path.name):
                yield unpack_first(label)
                continue
            sides = {self.part} if self.part else {file.side for file in files}
            said = self.reading.images
            if said is not None and not Path(said).is_dir():
                raise UsageError(f"--images {printable(said)}: no such folder")
            others = self._others.pop(path, [])
            note = (
                f"{counted(len(others), 'other file')} in XML left out, as {printable(others[0])}"
                if others
                else ""
            )
            yield PagesUnit(
                self.said(Source(label, f"unknown:{path.stem}")),
                form,
                self._sizes[path, form],
                root,
                root if said is None else Beside(Path(said)),
                tuple(files),
                sides=frozenset(one or "train" for one in sides),
                part_said=self.part is not None,
                note=note,
                file_count=len(files),
                understood=lines_understood(
                    f"pages in {form}", "the text of each line", "", str(path)
                ),
            )


def _twice(
    unit: PagesUnit | FormatError, other: PagesUnit | FormatError
) -> Iterator[tuple[PagesUnit, FormatError]]:
    """The faults of both units, where two forms of one folder tell of the same pages."""
    if isinstance(unit, FormatError) or isinstance(other, FormatError) or unit.root != other.root:
        return
    own = {PurePosixPath(file.name).stem: file for file in unit.files}
    its = {PurePosixPath(file.name).stem: file for file in other.files}
    stem = min(own.keys() & its.keys(), default=None)
    if stem is None:
        return
    both = unit.pictures_of(own[stem]) & other.pictures_of(its[stem])
    if both:
        label, other_label = unit.label(own[stem]), other.label(its[stem])
        yield unit, told_twice(label, min(both), other_label)
        yield other, told_twice(other_label, min(both), label)


def _form(place: Place, name: str) -> tuple[str, str]:
    """The form of a file and the side that it is of, by its beginning; "" for others."""
    head = place.head(_HEAD)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    side = _SPLIT.search(head)
    for form, (ending, fits) in _FORMS.items():
        if name.lower().endswith(ending) and fits(head):
            return form, _SIDES[side[1]] if side else ""
    return "", ""
