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

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt

from penline.bidi import levels_of
from penline.durable import read_file, streamed
from penline.export.carried import Extra, clean, names_of, put_in_order
from penline.export.examine import Findings, entries
from penline.export.page_files import IMAGES, PAGES, PageFiles, Told
from penline.export.rows import FOLDERS
from penline.pages import Page, PageLine, PageRegion
from penline.version import __version__

__all__ = [
    "NAMESPACE",
    "SPLITS",
    "PageXML",
    "around_lines",
    "page_xml",
    "point_text",
    "points",
    "read_root",
]

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd"
_DATE = "2019-07-15T00:00:00"
SPLITS = {
    side: f"split {{type:{name};}}"
    for side, name in (("train", "train"), ("val", "validation"), ("test", "test"))
}
"""``custom`` of each side; the names are those of ``kraken.containers.BaselineLine.split``."""
_LINE = ("AlternativeImage", "Coords", "Baseline", "Word", "TextEquiv", "TextStyle", "UserDefined")
_REGION = ("AlternativeImage", "Coords", "UserDefined", "Labels", "Roles", "TextRegion", "TextLine")
_PAGE = (
    *("AlternativeImage", "Border", "PrintSpace", "ReadingOrder", "Layers", "Relations"),
    *("TextStyle", "UserDefined", "Labels", "TextRegion"),
)
"""The order of the schema."""
_TYPES = frozenset(
    (
        *("paragraph", "heading", "caption", "header", "footer", "page-number", "drop-capital"),
        *("credit", "floating", "signature-mark", "catch-word", "marginalia", "footnote"),
        *("footnote-continued", "endnote", "TOC-entry", "list-label", "other"),
    )
)
"""Types of text regions in the schema."""
_SIDES = {split: side for side, split in SPLITS.items()}
_FORM = "page"
_NO_MARKS = str.maketrans(dict.fromkeys(";{}"))
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
    filesets: ClassVar[Mapping[str, str]] = {
        **PageFiles.filesets,
        "xml": f"{IMAGES}/*/*.xml",
    }

    def beside(self, page: Page, image: str, counts: Counter[str]) -> dict[str, bytes]:
        """See `PageFiles.beside`."""
        texts = "".join(line.text for line in page.lines)
        strange = clean(texts).count("\ufffd") - texts.count("\ufffd")
        if strange:
            counts["characters that XML cannot hold"] += strange
        return {f"{image.rpartition('.')[0]}.xml": self.xml(page, image)}

    def xml(self, page: Page, image: str) -> bytes:
        """The XML file of a page with a picture of that name."""
        return page_xml(page, image)

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
            page = cls.read(file)
            if page is None:
                found.add(f"{name}: not a page of penline's")
                continue
            side, image, labels = page
            if image.rpartition(".")[0] != file.stem or "/" in image or "\\" in image:
                found.add(f"{name}: its imageFilename is {image!r}")
                continue
            yield side, f"{IMAGES}/{file.parent.name}/{image}", labels

    @classmethod
    def read(cls, file: Path) -> tuple[str, str, list[str]] | None:
        """Side, picture and labels; None where it is no file as `xml` writes it."""
        root = read_root(file, _START)
        mark = f"{{{NAMESPACE}}}"
        sheet = None if root is None else root.find(f"{mark}Page")
        if sheet is None:
            return None
        labels = [
            line.findtext(f"{mark}TextEquiv/{mark}Unicode") or ""
            for line in sheet.iter(f"{mark}TextLine")
        ]
        custom = sheet.get("custom", "")
        side = next((side for split, side in _SIDES.items() if custom.startswith(split)), "")
        return side, sheet.get("imageFilename", ""), labels


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
    plain = {name: one for name, one in page.metadata.items() if not isinstance(one, list)}
    comments = {"name": page.name, "writer": page.writer, "side": page.side, **plain}
    for tag, text in (("Creator", f"penline {__version__}"), ("Created", _DATE)):
        ET.SubElement(metadata, tag).text = text
    ET.SubElement(metadata, "LastChange").text = _DATE
    ET.SubElement(metadata, "Comments").text = clean(
        "; ".join(f"{name}: {value}" for name, value in comments.items())
    )
    size = {"imageWidth": str(page.width_px), "imageHeight": str(page.height_px)}
    split = SPLITS[page.side]
    sheet = ET.SubElement(root, "Page", {"imageFilename": image, **size, "custom": split})
    extra = Extra(page.metadata, _FORM)
    names, own = names_of(page)
    if page.regions:
        _regions(sheet, page, names, own)
    elif page.lines:
        order = ET.SubElement(ET.SubElement(sheet, "ReadingOrder"), "OrderedGroup", {"id": "order"})
        ET.SubElement(order, "RegionRefIndexed", {"index": "0", "regionRef": "r0"})
        region = ET.SubElement(sheet, "TextRegion", {"id": "r0", "type": "paragraph"})
        _coords(region, page, around_lines(page))
        for number, (line, name) in enumerate(zip(page.lines, own, strict=True)):
            _line(region, page, line, number, name)
    _kept(sheet, extra, _PAGE)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _kept(element: ET.Element, extra: Extra, order: Sequence[str]) -> None:
    """Put what nothing understands into an element; of other formats as user-defined attributes."""
    for name, value in extra.attributes.items():
        before = f"{element.get(name, '')} " if name == "custom" else ""
        element.attrib.setdefault(name, value)
        if before.strip():
            element.set(name, before + value)
    element.extend(extra.elements)
    if extra.foreign:
        holder = ET.SubElement(element, "UserDefined")
        for form, text in extra.foreign:
            facts = {"name": f"penline:{form}", "type": "xsd:string", "value": text}
            ET.SubElement(holder, "UserAttribute", facts)
    if extra.elements or extra.foreign:
        put_in_order(element, order)


def _regions(sheet: ET.Element, page: Page, names: list[str], own: list[str]) -> None:
    """The regions in reading order, each with the lines that stand in it."""
    order = ET.SubElement(ET.SubElement(sheet, "ReadingOrder"), "OrderedGroup", {"id": "order"})
    for number, name in enumerate(names):
        ET.SubElement(order, "RegionRefIndexed", {"index": str(number), "regionRef": name})
    for number, (part, name) in enumerate(zip(page.regions, names, strict=True)):
        region = ET.SubElement(sheet, "TextRegion", {"id": name, **_role(part)})
        _coords(region, page, part.polygon)
        inside = [pair for pair in zip(page.lines, own, strict=True) if pair[0].region == number]
        for at, (line, line_name) in enumerate(inside):
            _line(region, page, line, at, line_name)
        _kept(region, Extra(part.metadata, _FORM), _REGION)


def _role(part: PageRegion) -> dict[str, str]:
    """What a region is: of a form, or of a page that people transcribed."""
    if part.role != "region":
        kind = "caption" if part.role == "caption" else "other"
        return {"type": kind, "custom": f"{part.role} {{type:{part.kind};}}"}
    return _typed(part.kind, {"type": part.kind} if part.kind in _TYPES else {})


def _typed(kind: str, known: dict[str, str]) -> dict[str, str]:
    """A type in the schema's words, or else as Transkribus and eScriptorium write it."""
    if known or not kind:
        return known
    return {"custom": f"structure {{type:{clean(kind).translate(_NO_MARKS)};}}"}


def _line(region: ET.Element, page: Page, line: PageLine, number: int, name: str) -> None:
    order = f"readingOrder {{index:{number};}} {SPLITS[page.side]}"
    kind = _typed(str(line.metadata.get("kind", "")), {})
    attributes = {"id": name, "custom": f"{order} {kind.get('custom', '')}".rstrip()}
    if line.metadata.get("printed"):
        attributes["production"] = "printed"
    if _leftward(line):
        attributes["readingDirection"] = "right-to-left"
    element = ET.SubElement(region, "TextLine", attributes)
    _coords(element, page, line.polygon)
    if line.baseline is not None:
        ET.SubElement(element, "Baseline", {"points": point_text(page, line.baseline)})
    if line.characters is not None and len(line.characters):
        word = ET.SubElement(element, "Word", {"id": f"{name}_w0"})
        _coords(word, page, line.polygon)
        for place, (character, corners) in enumerate(zip(line.items, line.characters, strict=True)):
            glyph = ET.SubElement(word, "Glyph", {"id": f"{name}_g{place:04d}"})
            _coords(glyph, page, corners)
            _text(glyph, character)
        _text(word, line.text)
    extra = Extra(line.metadata, _FORM)
    if line.text:
        _text(element, line.text, extra.text)
    _kept(element, extra, _LINE)


def _leftward(line: PageLine) -> bool:
    """Whether a line runs from the right to the left: as its paragraph, or else by its text."""
    levels = levels_of(line.text)
    by_text = levels is not None and bool(levels.base)
    return bool(line.metadata.get("leftward", by_text))


def _coords(element: ET.Element, page: Page, outline: npt.NDArray[np.float64]) -> None:
    ET.SubElement(element, "Coords", {"points": point_text(page, outline)})


def points(page: Page, outline: npt.NDArray[np.float64]) -> list[list[int]]:
    """An outline as whole pixels of the page, x and y of each point."""
    last = (page.width_px - 1, page.height_px - 1)
    whole: list[list[int]] = np.floor(outline + 0.5).clip(0, last).astype(np.int64).tolist()
    return whole


def point_text(page: Page, outline: npt.NDArray[np.float64]) -> str:
    """An outline as `points`, ``x,y x,y``."""
    return " ".join(f"{x},{y}" for x, y in points(page, outline))


def around_lines(page: Page) -> npt.NDArray[np.float64]:
    """The corners of the box around all lines of a page, clockwise from the upper left."""
    whole = np.concatenate([line.polygon for line in page.lines])
    low, high = whole.min(axis=0), whole.max(axis=0)
    return np.array([low, [high[0], low[1]], high, [low[0], high[1]]])


def _text(element: ET.Element, text: str, attributes: Mapping[str, str] = {}) -> None:
    holder = ET.SubElement(element, "TextEquiv", dict(attributes))
    ET.SubElement(holder, "Unicode").text = clean(text)


def read_root(file: Path, start: bytes) -> ET.Element | None:
    """The root of a file that begins so; None where it is no such file, or not sound."""
    if file.stat().st_size > _MAX_BYTES:
        return None
    data = read_file(file)
    if not data.startswith(start) or b"<!" in data:  # no entities, no DTD
        return None
    try:
        return ET.fromstring(data)  # noqa: S314 - no DTD, so no entity
    except ET.ParseError:
        return None
