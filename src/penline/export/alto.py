"""ALTO: pages, each with an XML file of its lines beside it.

Source: the ALTO schema 4.4 (Library of Congress, ``alto-4-4.xsd``). Places are whole pixels.

    images/3f2a9c1b-00000/00000012.png
    images/3f2a9c1b-00000/00000012.xml    the same name
    train.lst                    the paths of the XML files of that side, one a line, from this
                                 folder; validation.lst, test.lst, where there are such pages
    pages.jsonl                  if asked for
    report.json

A region is a TextBlock; a line has its Polygon, its BASELINE, and one String with all of its text,
as eScriptorium writes it, or the strings that it came with. Where the boxes of characters are known
the String has a Glyph for each. Types of lines and regions are tags. What pages had in another
format, the side and the writer are tags of TYPE ``penline``: who does not know them passes over.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import numpy.typing as npt

from penline.export.carried import Extra, clean, names_of
from penline.export.page_xml import SPLITS, PageXML, around_lines, point_text, points, read_root
from penline.pages import Page, PageLine
from penline.version import __version__

__all__ = ["NAMESPACE", "Alto", "alto_xml"]

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_FORM, _CARRIER = "alto", "penline"
_STRINGS = ("String", "SP", "HYP")
_START = b"<?xml version='1.0' encoding='UTF-8'?>\n<alto "


class Alto(PageXML):
    """See the module."""

    def xml(self, page: Page, image: str) -> bytes:
        """See `PageXML.xml`."""
        return alto_xml(page, image)

    @classmethod
    def read(cls, file: Path) -> tuple[str, str, list[str]] | None:
        """See `PageXML.read`."""
        root = read_root(file, _START)
        mark = f"{{{NAMESPACE}}}"
        if root is None:
            return None
        splits = {split: side for side, split in SPLITS.items()}
        told = [one.text or "" for one in root.iter("carried")]
        side = next((splits[text] for text in told if text in splits), "")
        labels = [_label(line, mark) for line in root.iter(f"{mark}TextLine")]
        image = root.findtext(f"{mark}Description/{mark}sourceImageInformation/{mark}fileName")
        return side, image or "", labels


def _label(line: ET.Element, mark: str) -> str:
    """The text of a line: with spaces between its strings where it has any, else as they stand."""
    kinds = [str(one.tag).removeprefix(mark) for one in line]
    texts = [
        " " if kind == "SP" else one.get("CONTENT", "")
        for kind, one in zip(kinds, line, strict=True)
        if kind in _STRINGS
    ]
    return "".join(texts) if "SP" in kinds else " ".join(texts)


class _WrittenTags:
    """The tags of a page under way."""

    def __init__(self, holder: ET.Element) -> None:
        self.holder = holder
        self.kinds: dict[str, str] = {}
        self.count = 0

    def kind(self, kind: str) -> list[str]:
        """The name of the tag of a type; none of no type."""
        if kind and kind not in self.kinds:
            self.kinds[kind] = f"LT{len(self.kinds)}"
            facts = {"ID": self.kinds[kind], "LABEL": kind, "DESCRIPTION": f"line type {kind}"}
            ET.SubElement(self.holder, "OtherTag", facts)
        return [self.kinds[kind]] if kind else []

    def carry(self, form: str, text: str, *, page: bool = False) -> str:
        """Put something of another format into a tag; its name."""
        name = f"PL{self.count}"
        self.count += 1
        facts = {"ID": name, "TYPE": _CARRIER, "LABEL": form}
        tag = ET.SubElement(
            self.holder, "OtherTag", facts | ({"DESCRIPTION": "page"} if page else {})
        )
        ET.SubElement(ET.SubElement(tag, "XmlData"), "carried", {"xmlns": ""}).text = text
        return name


def alto_xml(page: Page, image: str) -> bytes:
    """The XML file of a page.

    Args:
        page: the page.
        image: file name of its picture.
    """
    root = ET.Element("alto", {"xmlns": NAMESPACE})
    told = ET.SubElement(root, "Description")
    ET.SubElement(told, "MeasurementUnit").text = "pixel"
    ET.SubElement(ET.SubElement(told, "sourceImageInformation"), "fileName").text = image
    process = ET.SubElement(told, "Processing", {"ID": "penline"})
    ET.SubElement(process, "processingStepDescription").text = f"penline {__version__}"
    tags = _WrittenTags(ET.SubElement(root, "Tags"))
    tags.carry("penline:split", SPLITS[page.side], page=True)
    tags.carry("penline:writer", clean(page.writer), page=True)
    extra = Extra(page.metadata, _FORM)
    for form, text in extra.foreign:
        tags.carry(form, text, page=True)
    size = {"WIDTH": str(page.width_px), "HEIGHT": str(page.height_px)}
    name = str(page.metadata.get("id", "")) or "page"
    facts = {"ID": clean(name), "PHYSICAL_IMG_NR": str(page.index), **size}
    sheet = ET.SubElement(ET.SubElement(root, "Layout"), "Page", {**extra.attributes, **facts})
    space = ET.SubElement(sheet, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    regions, names = names_of(page)
    blocks = []
    for part, own in zip(page.regions, regions, strict=True):
        kept = Extra(part.metadata, _FORM)
        block = ET.SubElement(space, "TextBlock", {"ID": own})
        kind = part.kind if part.role == "region" else f"{part.role}:{part.kind}"
        _placed(block, page, part.polygon, shape=True)
        _finish(block, kept, [*tags.kind(clean(kind)), *(tags.carry(*one) for one in kept.foreign)])
        block.extend(kept.elements)
        blocks.append(block)
    if page.lines and not blocks:
        blocks.append(ET.SubElement(space, "TextBlock", {"ID": "block"}))
        _placed(blocks[0], page, around_lines(page), shape=False)
    for line, own in zip(page.lines, names, strict=True):
        _line(blocks[line.region], page, line, own, tags)
    space.extend(extra.elements)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _finish(element: ET.Element, extra: Extra, tags: list[str]) -> None:
    for name, value in extra.attributes.items():
        element.attrib.setdefault(name, value)
    if tags:
        element.set("TAGREFS", " ".join(tags))


def _box(page: Page, outline: npt.NDArray[np.float64]) -> dict[str, str]:
    whole = np.array(points(page, outline))
    (left, top), (right, bottom) = whole.min(axis=0).tolist(), whole.max(axis=0).tolist()
    return {
        "HPOS": str(left),
        "VPOS": str(top),
        "WIDTH": str(right - left),
        "HEIGHT": str(bottom - top),
    }


def _placed(
    element: ET.Element, page: Page, outline: npt.NDArray[np.float64], *, shape: bool
) -> None:
    element.attrib |= _box(page, outline)
    if shape:
        polygon = ET.SubElement(ET.SubElement(element, "Shape"), "Polygon")
        polygon.set("POINTS", point_text(page, outline))


def _line(block: ET.Element, page: Page, line: PageLine, name: str, tags: _WrittenTags) -> None:
    extra = Extra(line.metadata, _FORM)
    element = ET.SubElement(block, "TextLine", {"ID": name})
    if line.baseline is not None:
        element.set("BASELINE", point_text(page, line.baseline))
    _placed(element, page, line.polygon, shape=True)
    kind = tags.kind(clean(str(line.metadata.get("kind", ""))))
    told = {key: line.metadata[key] for key in ("printed", "leftward") if key in line.metadata}
    carried = [tags.carry(*one) for one in extra.foreign]
    carried += [tags.carry(f"penline:{key}", str(int(value))) for key, value in told.items()]
    _finish(element, extra, [*kind, *carried])
    element.extend(extra.elements)
    if line.text and not any(one.tag in _STRINGS for one in extra.elements):
        string = ET.SubElement(element, "String", {"CONTENT": clean(line.text)})
        string.attrib |= _box(page, line.polygon)
        if line.characters is not None:
            for character, corners in zip(line.items, line.characters, strict=True):
                glyph = ET.SubElement(string, "Glyph", {"CONTENT": clean(character)})
                _placed(glyph, page, corners, shape=True)
