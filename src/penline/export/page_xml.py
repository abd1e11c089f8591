"""PAGE XML: pages, each with an XML file of its lines beside it.

Source: the PAGE schema of 2019-07-15 (PRImA, ``pagecontent.xsd``); its target namespace is
``http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15``. Elements come in the order of
the schema: Metadata, Page; in a page ReadingOrder, TextRegion; in a line Coords, Baseline, Word,
TextEquiv. ``points`` are whole pixels inside the picture, ``x,y x,y``.

    images/3f2a9c1b-00000/00000012.png
    images/3f2a9c1b-00000/00000012.xml    the same name; ``imageFilename`` is the picture's alone
    train.lst                    the paths of the XML files of that side, one a line, from this
                                 folder; validation.lst, test.lst, where there are such pages
    pages.jsonl                  if asked for
    report.json

One text region holds all lines in reading order; on a form each field and each caption is a region
of its own, and a field that nobody filled in is one without lines. ``custom`` is in the syntax of
Transkribus, without which kraken refuses the file: of a region it says what it is (``field
{type:identity;}``), of the page and of each line which split it is of, by kraken's names (``split
{type:validation;}``). Lines of print have ``production="printed"``; lines whose base direction is
from the right to the left have ``readingDirection="right-to-left"``, their text in logical order.
Where the boxes of characters are known, a line has one Word with a Glyph for each. A line whose
text is not known has no TextEquiv. The schema demands dates; they are fixed, so that the same pages
give the same bytes. What XML cannot hold (control characters, noncharacters) and line ends in a
label become U+FFFD, counted.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt

from penline.bidi import levels_of
from penline.durable import read_file, streamed
from penline.export.examine import Findings, entries
from penline.export.page_files import IMAGES, PAGES, PageFiles, Told
from penline.export.rows import FOLDERS
from penline.pages import Page, PageLine
from penline.version import __version__

__all__ = ["NAMESPACE", "PageXML", "page_xml"]

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd"
_DATE = "2019-07-15T00:00:00"
_SPLITS = {
    side: f"split {{type:{name};}}"
    for side, name in (("train", "train"), ("val", "validation"), ("test", "test"))
}
"""``custom`` of each side; the names are those of ``kraken.containers.BaselineLine.split``."""
_SIDES = {split: side for side, split in _SPLITS.items()}
_STRANGE = re.compile("[^\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START = b"<?xml version='1.0' encoding='UTF-8'?>\n<PcGts "
_MAX_BYTES = 1 << 28


class PageXML(PageFiles):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (
        IMAGES,
        *(f"{split}.lst" for split in FOLDERS.values()),
        PAGES,
    )
    besides: ClassVar[str] = ".xml"

    def beside(self, page: Page, image: str, counts: Counter[str]) -> dict[str, bytes]:
        """See `PageFiles.beside`."""
        strange = sum(len(_STRANGE.findall(line.text)) for line in page.lines)
        if strange:
            counts["characters that XML cannot hold"] += strange
        return {f"{image.rpartition('.')[0]}.xml": page_xml(page, image)}

    def lists(self, pages: Iterator[Told]) -> list[str]:
        """See `PageFiles.lists`."""
        lists: dict[str, IO[bytes]] = {}
        with ExitStack() as stack:
            for page in pages:
                name = f"{FOLDERS[page['side']]}.lst"
                if name not in lists:
                    lists[name] = stack.enter_context(streamed(self.out / name))
                lists[name].write(f"{page['path'].rpartition('.')[0]}{self.besides}\n".encode())
        return list(lists)

    @classmethod
    def reread(
        cls,
        out: Path,
        report: Mapping[str, Any],  # noqa: ARG003
        found: Findings,
    ) -> Iterator[tuple[str, str, list[str]]]:
        """See `PageFiles.reread`."""
        for file in entries(out / IMAGES, "*/*.xml"):
            name = file.relative_to(out).as_posix()
            page = _read(file)
            if page is None:
                found.add(f"{name}: not a page of penline's")
                continue
            side, image, labels = page
            if image.rpartition(".")[0] != file.stem or "/" in image or "\\" in image:
                found.add(f"{name}: its imageFilename is {image!r}")
                continue
            yield side, f"{IMAGES}/{file.parent.name}/{image}", labels


def page_xml(page: Page, image: str) -> bytes:
    """The XML file of a page.

    Args:
        page: the page.
        image: file name of its picture.
    """
    root = ET.Element(
        "PcGts",
        {"xmlns": NAMESPACE, "xmlns:xsi": _INSTANCE, "xsi:schemaLocation": _SCHEMA},
    )
    metadata = ET.SubElement(root, "Metadata")
    comments = {"name": page.name, "writer": page.writer, "side": page.side, **page.metadata}
    for tag, text in (("Creator", f"penline {__version__}"), ("Created", _DATE)):
        ET.SubElement(metadata, tag).text = text
    ET.SubElement(metadata, "LastChange").text = _DATE
    ET.SubElement(metadata, "Comments").text = _clean(
        "; ".join(f"{name}: {value}" for name, value in comments.items())
    )
    size = {"imageWidth": str(page.width_px), "imageHeight": str(page.height_px)}
    split = _SPLITS[page.side]
    sheet = ET.SubElement(root, "Page", {"imageFilename": image, **size, "custom": split})
    if page.regions:
        _regions(sheet, page)
    elif page.lines:
        order = ET.SubElement(ET.SubElement(sheet, "ReadingOrder"), "OrderedGroup", {"id": "order"})
        ET.SubElement(order, "RegionRefIndexed", {"index": "0", "regionRef": "r0"})
        region = ET.SubElement(sheet, "TextRegion", {"id": "r0", "type": "paragraph"})
        whole = np.concatenate([line.polygon for line in page.lines])
        low, high = whole.min(axis=0), whole.max(axis=0)
        corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
        _coords(region, page, corners)
        for number, line in enumerate(page.lines):
            _line(region, page, line, number)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _regions(sheet: ET.Element, page: Page) -> None:
    """A form: its regions in reading order, each with the lines that stand in it."""
    order = ET.SubElement(ET.SubElement(sheet, "ReadingOrder"), "OrderedGroup", {"id": "order"})
    for number in range(len(page.regions)):
        place = {"index": str(number), "regionRef": f"r{number}"}
        ET.SubElement(order, "RegionRefIndexed", place)
    for number, part in enumerate(page.regions):
        attributes = {
            "id": f"r{number}",
            "type": "caption" if part.role == "caption" else "other",
            "custom": f"{part.role} {{type:{part.kind};}}",
        }
        region = ET.SubElement(sheet, "TextRegion", attributes)
        _coords(region, page, part.polygon)
        own = [line for line in page.lines if line.region == number]
        for at, line in enumerate(own):
            _line(region, page, line, at)


def _line(region: ET.Element, page: Page, line: PageLine, number: int) -> None:
    name = f"{region.get('id')}_l{number:04d}"
    order = f"readingOrder {{index:{number};}} {_SPLITS[page.side]}"
    attributes = {"id": name, "custom": order}
    if line.metadata.get("printed"):
        attributes["production"] = "printed"
    if _leftward(line):
        attributes["readingDirection"] = "right-to-left"
    element = ET.SubElement(region, "TextLine", attributes)
    _coords(element, page, line.polygon)
    if line.baseline is not None:
        ET.SubElement(element, "Baseline", {"points": _points(page, line.baseline)})
    if line.characters is not None and len(line.characters):
        word = ET.SubElement(element, "Word", {"id": f"{name}_w0"})
        _coords(word, page, line.polygon)
        for place, (character, corners) in enumerate(zip(line.items, line.characters, strict=True)):
            glyph = ET.SubElement(word, "Glyph", {"id": f"{name}_g{place:04d}"})
            _coords(glyph, page, corners)
            _text(glyph, character)
        _text(word, line.text)
    if line.text:
        _text(element, line.text)


def _leftward(line: PageLine) -> bool:
    """Whether a line runs from the right to the left: as its paragraph, or else by its text."""
    levels = levels_of(line.text)
    by_text = levels is not None and bool(levels.base)
    return bool(line.metadata.get("leftward", by_text))


def _coords(element: ET.Element, page: Page, points: npt.NDArray[np.float64]) -> None:
    ET.SubElement(element, "Coords", {"points": _points(page, points)})


def _points(page: Page, points: npt.NDArray[np.float64]) -> str:
    last = (page.width_px - 1, page.height_px - 1)
    whole = np.floor(points + 0.5).clip(0, last).astype(np.int64)
    return " ".join(f"{x},{y}" for x, y in whole.tolist())


def _text(element: ET.Element, text: str) -> None:
    ET.SubElement(ET.SubElement(element, "TextEquiv"), "Unicode").text = _clean(text)


def _clean(text: str) -> str:
    return _STRANGE.sub("\ufffd", text)


def _read(file: Path) -> tuple[str, str, list[str]] | None:
    """Side, picture and labels; None where it is no XML file as `page_xml` writes it."""
    if file.stat().st_size > _MAX_BYTES:
        return None
    data = read_file(file)
    if not data.startswith(_START) or b"<!" in data:  # no entities, no DTD
        return None
    try:
        root = ET.fromstring(data)  # noqa: S314 - no DTD, so no entity
    except ET.ParseError:
        return None
    mark = f"{{{NAMESPACE}}}"
    sheet = root.find(f"{mark}Page")
    if sheet is None:
        return None
    labels = [
        line.findtext(f"{mark}TextEquiv/{mark}Unicode") or ""
        for line in sheet.iter(f"{mark}TextLine")
    ]
    return _SIDES.get(sheet.get("custom", ""), ""), sheet.get("imageFilename", ""), labels
