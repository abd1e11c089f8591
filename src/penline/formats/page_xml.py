"""PAGE XML, 2010 to 2019 (PRImA, ``pagecontent.xsd``), as eScriptorium and Transkribus write it.

    PcGts / Metadata                        who and when: not read, but what penline itself wrote
          / Page imageFilename imageWidth imageHeight
              ReadingOrder / OrderedGroup / RegionRefIndexed index regionRef     (groups in groups)
              TextRegion id type custom     or TableRegion / TableCell, regions in regions
                  Coords points="x,y x,y"   2010: Point x y elements instead
                  TextLine id custom        Coords, Baseline points, Word / Glyph, TextEquiv

A line's text is its TextEquiv of the lowest ``index``, or its words, or their glyphs. Regions come
in reading order, those that it does not name after the others; lines in the file's, or in
Transkribus's order, ``custom="readingOrder {index:3;}"`` where every line of a region has one.
"""

from __future__ import annotations

import json
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
    extras,
    left_over,
    line_text,
    one_line,
)
from penline.formats.xml_tree import attribute, child, children, local, outer, points_of, read_xml
from penline.pages import PageLine, PageRegion
from penline.words import printable

__all__ = ["OWN_WRITER", "carried_in", "is_page_xml", "read_page_xml"]

_KIND = re.compile(r"structure\s*\{[^}]*?type:\s*([^;}]+)")
_INDEX = re.compile(r"readingOrder\s*\{[^}]*?index:\s*(\d{1,9})\s*;")
_SPLIT = re.compile(r"split\s*\{type:(train|validation|test);\}")
_SIDES = {"train": "train", "validation": "val", "test": "test"}
OWN_WRITER = re.compile(r"(?:^|; )writer: ([^;]{1,120})(?:;|$)")
"""In the Comments of a file that penline wrote: whose hand it is."""
_UNDERSTOOD = re.compile(
    r"(?:readingOrder\s*\{[^}]*\}|split\s*\{type:(?:train|validation|test);\}"
    r"|structure\s*\{\s*type:[^;}]*;?\s*\})\s*"
)
"""Parts of ``custom`` that are read."""
_SIZE = re.compile(r"\d{1,7}", re.ASCII)
_LINE = ("Coords", "Baseline", "TextEquiv", "TextLine")
_REGION = ("Coords", "TextLine", "TextEquiv")
_CARRIED = "penline:"


def is_page_xml(head: bytes) -> bool:
    """Tell by the beginning of a file whether it is PAGE XML."""
    return b"PcGts" in head


def read_page_xml(stream: ByteSource) -> TextPage:
    """Read a file of PAGE XML.

    Raises:
        FormatError: the file as a whole is not of its form. Lines have their faults in their place.
    """
    root = read_xml(stream)
    sheet = child(root, "Page")
    if local(root) != "PcGts" or sheet is None:
        raise FormatError(stream.file, 0, "XML", "a PcGts with a Page", printable(root.tag[:80]))
    regions: list[PageRegion] = []
    lines: list[PageLine | FormatError] = []
    for element in _regions(sheet):
        inside = [_line(stream.file, one, len(regions)) for one in _ordered(element)]
        lines += inside
        regions.append(_region(element, inside))
    split = _SPLIT.search(sheet.get("custom", ""))
    own = _left_over(sheet, "imageFilename", "imageWidth", "imageHeight")
    rest = ET.Element("Page")
    rest.extend(one for one in sheet if local(one) != "TextRegion" and not _holds_lines(one))
    facts = {
        "extra": extras(rest, ("ReadingOrder", "UserDefined"), "page", own) + carried_in(sheet)
    }
    return TextPage(
        attribute(sheet, "imageFilename"),
        _number(sheet, "imageWidth"),
        _number(sheet, "imageHeight"),
        lines,
        regions,
        {name: one for name, one in facts.items() if one},
        _own_writer(root),
        _SIDES[split[1]] if split else "",
    )


def _own_writer(root: ET.Element) -> str:
    """Whose hand it is, where penline wrote the file; others' metadata are not looked into."""
    told = child(root, "Metadata")
    creator = "" if told is None else "".join(one.text or "" for one in children(told, "Creator"))
    if told is None or not creator.startswith("penline "):
        return ""
    comments = "".join(one.text or "" for one in children(told, "Comments"))
    found = OWN_WRITER.search(comments)
    return found[1].strip() if found else ""


def _number(element: ET.Element, name: str) -> int:
    text = attribute(element, name)
    return int(text) if _SIZE.fullmatch(text) else 0


def _holds_lines(element: ET.Element) -> bool:
    return any(local(one) == "TextLine" for one in element.iter())


def _regions(sheet: ET.Element) -> list[ET.Element]:
    """The regions that hold lines of their own, and text regions, in reading order."""
    found = [
        one
        for one in sheet.iter()
        if one is not sheet and (local(one) == "TextRegion" or child(one, "TextLine") is not None)
    ]
    order = child(sheet, "ReadingOrder")
    ranks: dict[str, int] = {}
    if order is not None:
        for rank, name in enumerate(_references(order)):
            ranks.setdefault(name, rank)
    return sorted(found, key=lambda one: ranks.get(attribute(one, "id"), len(ranks)))


def _references(order: ET.Element) -> Iterator[str]:
    """The regions that a reading order names, group after group, by their indices."""
    pending = [order]
    while pending:
        one = pending.pop()
        if one.get("regionRef"):
            yield attribute(one, "regionRef")
        inner = sorted(one, key=lambda each: _number(each, "index"))
        pending += reversed(inner)


def _ordered(region: ET.Element) -> list[ET.Element]:
    lines = list(children(region, "TextLine"))
    places = [_INDEX.search(one.get("custom", "")) for one in lines]
    if all(places):
        numbers = [int(one[1]) for one in places if one]
        lines = [lines[at] for at in sorted(range(len(lines)), key=numbers.__getitem__)]
    return lines


def _points(element: ET.Element, name: str) -> npt.NDArray[np.float64] | None:
    """The points of a child; those of 2010 are elements of their own."""
    found = child(element, name)
    if found is None:
        return None
    text = found.get("points", "")
    if not text:
        text = " ".join(
            f"{one.get('x', '')},{one.get('y', '')}" for one in children(found, "Point")
        )
    return points_of(text)


def _left_over(element: ET.Element, *known: str) -> dict[str, str]:
    """The attributes that are not read; of ``custom`` what is not."""
    if "custom" in element.attrib:
        element.set("custom", _UNDERSTOOD.sub("", element.get("custom", "")))
    return left_over(element, *known)


def _kind(element: ET.Element) -> str:
    named = _KIND.search(element.get("custom", ""))
    return one_line(named[1]) if named else attribute(element, "type")


def _region(element: ET.Element, lines: list[PageLine | FormatError]) -> PageRegion:
    """A region; where it tells no outline the box around its lines is one."""
    polygon = _points(element, "Coords")
    if polygon is None:
        polygon = box_around(lines)
    lined = (local(one) for one in element if _holds_lines(one))
    nested = (*_REGION, "UserDefined", "TextRegion", *lined)
    kind = _kind(element)
    attributes = _left_over(element, "id", *(() if kind != element.get("type") else ("type",)))
    facts: dict[str, Any] = {
        "id": attribute(element, "id"),
        "extra": extras(element, nested, "page", attributes) + carried_in(element),
    }
    return PageRegion("region", kind, polygon, {name: one for name, one in facts.items() if one})


def _line(file: str, element: ET.Element, region: int) -> PageLine | FormatError:
    name = attribute(element, "id")
    polygon = _points(element, "Coords")
    if polygon is None or len(polygon) < 3:
        what = printable(f"line {name}"[:60])
        coords = child(element, "Coords")
        found = (
            "no Coords" if coords is None else printable(coords.get("points", "")[:40]) or "none"
        )
        return FormatError(file, 0, what, "Coords with three points x,y or more", found)
    baseline = _points(element, "Baseline")
    equivalents = _equivalents(element)
    words = list(children(element, "Word"))
    text = line_text(_unicode(equivalents[:1]), map(_word_text, words))
    characters = _characters(text, words)
    kind = _kind(element)
    known = (*_LINE, "UserDefined", *(["Word"] if characters is not None else []))
    printed = attribute(element, "production") == "printed"
    facts: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "extra": [
            *(["page", outer(one)] for one in equivalents[1:]),
            *extras(element, known, "page", _left_over(element, "id")),
            *carried_in(element),
        ],
        "printed": printed,
    }
    if equivalents and (told := left_over(equivalents[0], "index")):
        facts["extra"].append(["page:text", json.dumps(told, ensure_ascii=False)])
    facts = {key: one for key, one in facts.items() if one}
    direction = attribute(element, "readingDirection")
    if direction:
        facts["leftward"] = direction == "right-to-left"
    baseline = baseline if baseline is not None and len(baseline) > 1 else None
    return PageLine(text, polygon, baseline, characters, metadata=facts, region=region)


def _unicode(equivalents: list[ET.Element]) -> str:
    for one in equivalents:
        for name in ("Unicode", "PlainText"):
            found = child(one, name)
            if found is not None and found.text:
                return found.text
    return ""


def _equivalents(element: ET.Element) -> list[ET.Element]:
    return sorted(children(element, "TextEquiv"), key=lambda one: _number(one, "index"))


def _word_text(word: ET.Element) -> str:
    glyphs = (_unicode(_equivalents(one)) for one in children(word, "Glyph"))
    return _unicode(_equivalents(word)) or "".join(glyphs)


def _characters(text: str, words: list[ET.Element]) -> npt.NDArray[np.float64] | None:
    """The corners of each character, where each has a glyph of four points: as penline writes."""
    glyphs = [glyph for word in words for glyph in children(word, "Glyph")]
    if not text or len(glyphs) != len(text):
        return None
    if "".join(_unicode(_equivalents(one)) or "\0" for one in glyphs) != text:
        return None
    corners = [_points(one, "Coords") for one in glyphs]
    four = [one for one in corners if one is not None and one.shape == (4, 2)]
    return np.stack(four) if len(four) == len(text) else None


def carried_in(element: ET.Element) -> list[list[str]]:
    """What another format had and penline put into UserDefined, as ``[format, text]``; the rest."""
    found = []
    for holder in children(element, "UserDefined"):
        for one in list(holder):
            name = one.get("name", "")
            if name.startswith(_CARRIED):
                found.append([name.removeprefix(_CARRIED), one.get("value", "")])
                holder.remove(one)
        if len(holder):
            found.append(["page", outer(holder)])
    return found
