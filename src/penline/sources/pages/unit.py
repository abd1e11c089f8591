"""The pages of one folder or archive, each with its picture and its lines in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.alto import read_alto
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of
from penline.formats.page_lists import read_coco_lines, read_detection_list
from penline.formats.page_xml import read_page_xml
from penline.formats.text_page import Outlines, TextPage
from penline.pages import Page, PageLine, PageRecord
from penline.records import Defect, Source
from penline.sources.pictures.as_line import as_shown
from penline.sources.pictures.decode import decode
from penline.sources.tables.beside import Beside, SiblingFiles
from penline.sources.tables.page_pictures import nearest_picture, pictures_by_name
from penline.sources.understood import Understood
from penline.sources.unit import Unit
from penline.words import printable

__all__ = ["PAGE_PIXELS", "PageFile", "PagesUnit", "page_record", "told_twice"]


PAGE_PIXELS = 100_000_000
"""A page of more is not opened: A2 at 400 dots an inch has 70 million."""


_READ: Mapping[str, Callable[[ByteSource], Iterable[TextPage | FormatError]]] = {
    "PAGE XML": lambda stream: [read_page_xml(stream)],
    "ALTO": read_alto,
    "PaddleOCR's detection": read_detection_list,
    "COCO": read_coco_lines,
}
_LISTS = ("PaddleOCR's detection", "COCO")
"""Forms that have many pages in a file: a page is called by its picture."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file that tells of pages: its name within the root, and the side that names say."""

    name: str
    side: str


@dataclass(frozen=True, slots=True, eq=False)
class PagesUnit(Unit):
    """Gives the pages of files of one form.

    Attributes:
        root: where the files lie.
        kind: the form: ``"PAGE XML"``, ``"ALTO"``, ``"COCO"`` or ``"PaddleOCR's detection"``.
        images: where their pictures lie.
        files: the files.
        sides: those that its pages may be of.
        part_said: the user said the part, whatever files have.
    """

    source: Source
    kind: str
    size_bytes: int
    root: Beside
    images: Beside
    files: tuple[PageFile, ...]
    sides: frozenset[str] = frozenset()
    part_said: bool = False
    note: str = ""
    fault: FormatError | None = None
    unique: bool = True
    file_count: int = 1
    understood: Understood | None = None
    lacks: str = field(default="", init=False)

    def salvage(self) -> Iterator[PageRecord | Defect]:
        """Yield the pages; a defect for each that is not sound, and after a page for its lines."""
        folder, images = self.root.open(), self.images.open()
        names = pictures_by_name(self.images)
        told: dict[str, str] = {}
        record = 0
        for file in self.files:
            label = self.label(file)
            place = folder.find(file.name)
            try:
                if place is None:
                    raise FormatError(label, 0, "file", "a page", "none any more")
                with place.open() as stream:
                    stream.file = label
                    for found in _READ[self.kind](stream):
                        if isinstance(found, FormatError):
                            yield defect_of(found, record)
                        else:
                            name = nearest_picture(found.picture, file.name, names)
                            if told.get(name, label) != label:
                                raise told_twice(label, name, told[name])
                            for one in self._page(found, file, label, images, name, record):
                                if isinstance(one, PageRecord):
                                    told[name] = label
                                yield one
                        record += 1
            except FormatError as error:
                yield defect_of(error, record)
                record += 1

    def label(self, file: PageFile) -> str:
        """Return what a file is called in messages."""
        between = "::" if self.root.packed else "/"
        return printable(f"{self.root.path}{between}{self.root.prefix}{file.name}")

    def pictures_of(self, file: PageFile) -> set[str]:
        """Return the names of the pictures that a file tells of; of one that is damaged none."""
        names, place = pictures_by_name(self.images), self.root.open().find(file.name)
        if place is None:
            return set()
        try:
            with place.open() as stream:
                pages = [one for one in _READ[self.kind](stream) if isinstance(one, TextPage)]
        except FormatError:
            return set()
        return {nearest_picture(one.picture, file.name, names) for one in pages}

    def _page(
        self,
        found: TextPage,
        file: PageFile,
        label: str,
        images: SiblingFiles,
        name: str,
        record: int,
    ) -> Iterator[PageRecord | Defect]:
        side = self.source.part if self.part_said else found.side or file.side
        listed = self.kind in _LISTS
        stem = PurePosixPath(found.picture.replace("\\", "/") if listed else file.name).stem
        source = dataclasses.replace(
            self.source, file=label, writer=found.writer or f"unknown:{stem}", part=side
        )
        try:
            if images.find(name) is None:
                expected = "its picture beside it, or in the folder that --images names"
                wanted = printable(found.picture or f"{stem}.jpg")
                raise FormatError(label, 0, "picture", expected, f"no {wanted}")
            content = images.content(name, label, 0)
            picture = as_shown(decode(content, printable(name), PAGE_PIXELS))
            yield from page_record(found, picture, source, stem, record)
        except FormatError as error:
            yield defect_of(error, record)


def told_twice(label: str, picture: str, other: str) -> FormatError:
    """Make the fault of a file that tells of a page which another has told."""
    expected = "one file for each page; name the folder of one form, and --images for its pictures"
    found = f"{printable(picture)}, of which {other} tells, too"
    return FormatError(label, 0, "picture", expected, found)


def page_record(
    found: TextPage,
    picture: npt.NDArray[np.uint8],
    source: Source,
    name: str,
    record: int,
) -> Iterator[PageRecord | Defect]:
    """Yield a page with its picture, then a defect for each line without a sound outline.

    Raises:
        FormatError: the picture is of another size than the file says.
    """
    height, width = picture.shape[:2]
    told = found.width_px, found.height_px
    scale = (1.0, 1.0)
    if found.scaled and all(told):
        scale = width / told[0], height / told[1]
    elif all(told) and told != (width, height):
        expected = f"the picture of {told[0]} x {told[1]} px that its outlines were drawn on"
        raise FormatError(source.file, 0, "picture", expected, f"one of {width} x {height} px")
    fitted = Outlines(source.file, (width, height), scale)
    lines: list[PageLine] = []
    faults: list[FormatError] = []
    for line in found.lines:
        kept = line if isinstance(line, FormatError) else fitted.line(line)
        if isinstance(kept, FormatError):
            faults.append(kept)
        else:
            lines.append(kept)
    page = Page(
        index=record,
        name=name,
        image=picture,
        lines=tuple(lines),
        writer=source.writer,
        side=source.part or "train",
        metadata={"file": source.file, "card": source.card, **found.metadata},
        counts=dict(fitted.counts),
        regions=tuple(map(fitted.region, found.regions)),
    )
    yield PageRecord(page, source, record)
    yield from (defect_of(fault, record) for fault in faults)
