"""ALTO, 2 to 4 (Library of Congress, ``alto.xsd``), as eScriptorium, Kraken and libraries write it.

    alto / Description / MeasurementUnit, sourceImageInformation / fileName     the rest is not read
         / Tags / OtherTag, LayoutTag, StructureTag ID LABEL
         / Layout / Page ID WIDTH HEIGHT / PrintSpace, TopMargin, ...
               ComposedBlock / TextBlock ID TAGREFS HPOS VPOS WIDTH HEIGHT, Shape / Polygon POINTS
                   TextLine ID TAGREFS BASELINE="x,y x,y" or "x y x y", or one height
                       String CONTENT, SP, HYP CONTENT

A line's text is that of its strings: those with no space (SP) between them are one word where the
line has any SP, and words of their own where it has none. HYP is a mark of the line's end and stays
one. Lines and blocks come in the order of the file, or of a ReadingOrder (4.3).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.text_page import (
    TextPage,
    box_around,
    box_points,
    extras,
    left_over,
    one_line,
)
from penline.formats.xml_tree import attribute, child, children, local, points_of, read_xml
from penline.pages import PageLine, PageRegion
from penline.words import printable

__all__ = ["CARRIER", "is_alto", "read_alto"]

CARRIER = "penline"
"""TYPE of the tags that hold what other formats had."""
_BOX = ("HPOS", "VPOS", "WIDTH", "HEIGHT")
_STRINGS = ("String", "SP", "HYP")
_NUMBER = re.compile(r"-?\d{1,7}(?:\.\d{1,17})?", re.ASCII)
_SPLIT = re.compile(r"split \{type:(train|validation|test);\}")
_SIDES = {"train": "train", "validation": "val", "test": "test"}
_MARGINS = ("TopMargin", "LeftMargin", "RightMargin", "BottomMargin", "PrintSpace")


class _Tags:
    """What the tags of a file stand for: types, and what penline put into them."""

    def __init__(self, root: ET.Element) -> None:
        self.labels: dict[str, str] = {}
        self.carried: dict[str, list[list[str]]] = {}
        self.page: list[list[str]] = []
        holder = child(root, "Tags")
        for tag in list(holder) if holder is not None else ():
            name = attribute(tag, "ID")
            if tag.get("TYPE") == CARRIER:
                text = _text(child(child(tag, "XmlData"), "carried"))
                item = [attribute(tag, "LABEL"), text]
                if tag.get("DESCRIPTION") == "page":
                    self.page.append(item)
                else:
                    self.carried.setdefault(name, []).append(item)
            elif name:
                self.labels[name] = one_line(tag.get("LABEL", ""))

    def of(self, element: ET.Element) -> tuple[str, list[list[str]]]:
        """The type of an element, and what it carries."""
        names = element.get("TAGREFS", "").split()
        kinds = [self.labels[name] for name in names if self.labels.get(name)]
        carried = [one for name in names for one in self.carried.get(name, ())]
        return kinds[0] if kinds else "", carried

    def told(self, name: str) -> str:
        """What penline itself says of the page, ``"split"`` or ``"writer"``; or ""."""
        return next((text for form, text in self.page if form == f"{CARRIER}:{name}"), "")


def is_alto(head: bytes) -> bool:
    """Tell by the beginning of a file whether it is ALTO."""
    return re.search(rb"<(?:\w+:)?alto[\s>]", head) is not None


def read_alto(stream: ByteSource) -> list[TextPage]:
    """Read a file of ALTO: its pages, mostly one.

    Raises:
        FormatError: the file as a whole is not of its form. Lines have their faults in their place.
    """
    root = read_xml(stream)
    layout = child(root, "Layout")
    sheets = [] if layout is None else list(children(layout, "Page"))
    if local(root) != "alto" or not sheets:
        raise FormatError(stream.file, 0, "XML", "an alto with a Page", printable(root.tag[:80]))
    told = child(root, "Description")
    unit = _text(child(told, "MeasurementUnit"))
    name = _text(child(child(told, "sourceImageInformation"), "fileName"))
    tags = _Tags(root)
    scaled = unit not in ("", "pixel")
    return [_page(stream.file, one, name, tags, scaled=scaled) for one in sheets]


def _page(file: str, sheet: ET.Element, name: str, tags: _Tags, *, scaled: bool) -> TextPage:
    blocks = [one for one in sheet.iter() if local(one) == "TextBlock"]
    order = child(sheet, "ReadingOrder")
    ranks: dict[str, int] = {}
    for one in order.iter() if order is not None else ():
        ranks.setdefault(attribute(one, "REF"), len(ranks))

    def rank(one: ET.Element) -> int:
        return ranks.get(attribute(one, "ID"), len(ranks))

    regions: list[PageRegion] = []
    lines: list[PageLine | FormatError] = []
    for block in sorted(blocks, key=rank):
        own = [
            _line(file, one, len(regions), tags)
            for one in sorted(children(block, "TextLine"), key=rank)
        ]
        lines += own
        regions.append(_region(block, own, tags))
    rest = ET.Element("Page")
    for margin in children(sheet, *_MARGINS):
        rest.extend(one for one in margin if not _holds_text(one))
    carried = [one for one in tags.page if not one[0].startswith(f"{CARRIER}:")]
    facts: dict[str, Any] = {
        "id": attribute(sheet, "ID"),
        "extra": extras(
            rest, ("Shape",), "alto", left_over(sheet, "ID", "WIDTH", "HEIGHT", "PHYSICAL_IMG_NR")
        )
        + carried,
    }
    size = [_size(sheet.get(side, "")) for side in ("WIDTH", "HEIGHT")]
    kept = {key: one for key, one in facts.items() if one}
    side = _SPLIT.search(tags.told("split"))
    return TextPage(
        *(name, size[0], size[1], lines, regions, kept, tags.told("writer")),
        side=_SIDES[side[1]] if side else "",
        scaled=scaled,
    )


def _text(element: ET.Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _size(text: str) -> int:
    return round(float(text)) if _NUMBER.fullmatch(text.strip()) and not text.startswith("-") else 0


def _holds_text(element: ET.Element) -> bool:
    return any(local(one) == "TextBlock" for one in element.iter())


def _outline(element: ET.Element) -> npt.NDArray[np.float64] | None:
    """The polygon of an element, or its box; None where it tells neither."""
    polygon = child(child(element, "Shape"), "Polygon")
    if polygon is not None:
        found = points_of(polygon.get("POINTS", ""))
        return found if found is not None and len(found) > 2 else None
    cells = [element.get(side, "").strip() for side in _BOX]
    return box_points(*map(float, cells)) if all(map(_NUMBER.fullmatch, cells)) else None


def _region(block: ET.Element, lines: list[PageLine | FormatError], tags: _Tags) -> PageRegion:
    polygon = _outline(block)
    if polygon is None:
        polygon = box_around(lines)
    kind, carried = tags.of(block)
    facts: dict[str, Any] = {
        "id": attribute(block, "ID"),
        "extra": extras(
            block, ("Shape", "TextLine"), "alto", left_over(block, "ID", "TAGREFS", *_BOX)
        )
        + carried,
    }
    return PageRegion("region", kind, polygon, {key: one for key, one in facts.items() if one})


def _line(file: str, element: ET.Element, region: int, tags: _Tags) -> PageLine | FormatError:
    name = attribute(element, "ID")
    polygon = _outline(element)
    if polygon is None:
        what = printable(f"line {name}"[:60])
        expected = "a Polygon of three points or more, or HPOS, VPOS, WIDTH and HEIGHT"
        return FormatError(file, 0, what, expected, "neither")
    kind, carried = tags.of(element)
    strings = [one for one in element if local(one) in _STRINGS]
    text = one_line("".join(_texts(strings)))
    characters = _characters(text, strings)
    plain = len(strings) == 1 and (characters is not None or not len(strings[0]))
    plain = plain and not left_over(strings[0], "CONTENT", "ID", *_BOX)
    known = ("Shape", *(_STRINGS if plain else ()))
    told = {form: value == "1" for form, value in carried if form.startswith(f"{CARRIER}:")}
    facts: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "extra": extras(
            element, known, "alto", left_over(element, "ID", "TAGREFS", "BASELINE", *_BOX)
        )
        + [one for one in carried if one[0] not in told],
        "printed": told.get(f"{CARRIER}:printed"),
    }
    facts = {key: one for key, one in facts.items() if one}
    if f"{CARRIER}:leftward" in told:
        facts["leftward"] = told[f"{CARRIER}:leftward"]
    baseline = _baseline(element.get("BASELINE", ""), polygon)
    return PageLine(text, polygon, baseline, characters, metadata=facts, region=region)


def _characters(text: str, strings: list[ET.Element]) -> npt.NDArray[np.float64] | None:
    """The corners of each character, where each has a glyph of four points: as penline writes."""
    glyphs = list(children(strings[0], "Glyph")) if len(strings) == 1 else []
    if not text or "".join(one.get("CONTENT", "")[:1] for one in glyphs) != text:
        return None
    corners = [one for glyph in glyphs if (one := _outline(glyph)) is not None and len(one) == 4]
    return np.stack(corners) if len(corners) == len(text) else None


def _texts(strings: list[ET.Element]) -> Iterator[str]:
    spaced = any(local(one) == "SP" for one in strings)
    for place, one in enumerate(strings):
        if local(one) == "SP":
            yield " "
        else:
            if local(one) == "String" and place and not spaced:
                yield " "
            yield one.get("CONTENT", "")


def _baseline(text: str, polygon: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """Points, or, before ALTO 4, the height of a level line."""
    if _NUMBER.fullmatch(text.strip()):
        height = float(text)
        return np.array([[polygon[:, 0].min(), height], [polygon[:, 0].max(), height]])
    found = points_of(text) if text.strip() else None
    return found if found is not None and len(found) > 1 else None
