"""Boxes of characters on pages, as tools for labelling write them.

    COCO          .json   {"images": [...], "annotations": [{"bbox": [x, y, w, h]}], "categories"}
    LabelMe       .json   {"shapes": [{"label", "points", "shape_type"}], "imagePath"}
    PAGE XML      .xml    TextLine / Word / Glyph with Coords and TextEquiv / Unicode
    Kuzushiji     .csv    image_id,labels with U+3042 x y w h U+...
    MTHv2         .txt    one character and its corners a line: 一 x1 y1 x2 y2

Coordinates are pixels of the page, x right and y down. What is no box of one character is told, not
passed over: the words and lines of a page have longer labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.csv_rows import read_text_rows
from penline.formats.defects import strictly
from penline.formats.text_lines import decoded, text_lines
from penline.formats.xml_tree import read_xml
from penline.words import printable

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

__all__ = [
    "NUMBER",
    "BoxedPage",
    "PageBox",
    "boxed",
    "boxes_form",
    "json_object",
    "objects",
    "read_boxes",
    "whole_json",
]

_BYTES_LIMIT = 1 << 28
_LONGEST_PX = 1 << 20
NUMBER = re.compile(r"-?\d{1,7}(?:\.\d{1,17})?", re.ASCII)
"""A number of a box, of so many digits that it stays one."""
_GLYPHS = re.compile(rb"[<:](Glyph|Word)[\s>]")
_CODE_POINT = re.compile(r"U\+([0-9A-Fa-f]{4,6})", re.ASCII)
_TEXTS = ("text", "transcription", "utf8_string", "character", "char", "label", "value")


class PageBox(NamedTuple):
    """One box of a page.

    Attributes:
        label: what stands in it.
        left, top, right, bottom: its edges, in px of the page; right and bottom are outside of it.
        line: number of its line on the page, from 0; -1 where lines are not told.
        offset: byte offset in the file, where its format tells.
    """

    label: str
    left: float
    top: float
    right: float
    bottom: float
    line: int = -1
    offset: int = 0


class BoxedPage(NamedTuple):
    """One page with its boxes.

    Attributes:
        picture: name of its picture, as the file has it; without an extension in some forms.
        boxes: in the file's order.
        part: as the file says, or "".
        shares: the boxes' edges are shares of the page's width and height.
    """

    picture: str
    boxes: list[PageBox | FormatError]
    part: str = ""
    shares: bool = False


def boxes_form(name: str, head: bytes) -> str:
    """Tell in which form a file holds boxes on pages, by its name and beginning; "" for others.

    >>> boxes_form("train.csv", b"image_id,labels\\nx,U+306F 1 2 3 4")
    'Kuzushiji'
    """
    kind = name.lower().rpartition(".")[2]
    if kind == "json":
        if b'"shapes"' in head and (b'"imagePath"' in head or b'"version"' in head):
            return "LabelMe"
        return "COCO" if re.search(rb'"(annotations|categories|images)"\s*:\s*\[', head) else ""
    if kind == "xml":
        return "PAGE XML" if b"PcGts" in head and _GLYPHS.search(head) else ""
    if kind == "csv":
        first = head.lstrip(b"\xef\xbb\xbf").split(b"\n")[0].strip().lower()
        return "Kuzushiji" if first.startswith(b"image_id,labels") else ""
    if kind == "txt":
        lines = [line.split() for line in head.split(b"\n")[:3] if line.strip()]
        fits = [len(line) == 5 and _is_character(line[0]) and _numbers(line[1:]) for line in lines]
        return "MTHv2" if fits and fits[0] else ""
    return ""


def _is_character(raw: bytes) -> bool:
    return len(raw.decode("utf-8-sig", "replace")) == 1


def _numbers(cells: Iterable[bytes]) -> bool:
    return all(NUMBER.fullmatch(cell.decode("latin-1")) for cell in cells)


def read_boxes(stream: ByteSource, form: str, name: str) -> Iterator[BoxedPage]:
    """Yield the pages of a file with their boxes, and a fault in the place of what is none.

    Args:
        stream: the file from its beginning.
        form: as `boxes_form` told.
        name: the file's own name.

    Raises:
        FormatError: the file as a whole is not of its form.
    """
    if form == "Kuzushiji":
        yield from _kuzushiji(stream, name)
    elif form == "MTHv2":
        yield BoxedPage(name.rpartition(".")[0], list(_mth(stream)))
    elif form == "PAGE XML":
        yield _page_xml(stream)
    else:
        found = json_object(stream)
        yield from (_labelme if form == "LabelMe" else _coco)(stream.file, found)


def whole_json(stream: ByteSource) -> Any:
    """Read a whole file of boxes or lines that is JSON, of at most some hundred MB."""
    content = stream.read_whole(_BYTES_LIMIT)
    stream.finish()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = printable(str(error))[:80]
        raise FormatError(stream.file, 0, "JSON", "a sound file", reason) from None


def json_object(stream: ByteSource) -> Mapping[str, Any]:
    """Read a whole file that is one JSON object, as `whole_json`."""
    found = whole_json(stream)
    if not isinstance(found, dict):
        raise FormatError(stream.file, 0, "JSON", "an object", type(found).__name__)
    return found


def objects(found: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; nothing of what is none."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _coco(file: str, found: Mapping[str, Any]) -> Iterator[BoxedPage]:
    categories = {_key(one.get("id")): one.get("name") for one in objects(found.get("categories"))}
    pages: dict[str, BoxedPage] = {}
    for one in objects(found.get("images")):
        pages[_key(one.get("id"))] = BoxedPage(str(one.get("file_name") or ""), [])
    for place, one in enumerate(objects(found.get("annotations"))):
        what = f"annotation {place}"
        page = pages.get(_key(one.get("image_id")))
        if page is None:
            raise FormatError(file, 0, what, "the id of an image", str(one.get("image_id"))[:40])
        own = [*(one.get(key) for key in _TEXTS), *_attributes(one)]
        label = next((text for text in own if isinstance(text, str) and text), None)
        label = label or categories.get(_key(one.get("category_id")))
        match one.get("bbox"):
            case [x, y, width, height] if _are_numbers(x, y, width, height):
                box = boxed(file, what, label, (x, y, x + width, y + height))
            case other:
                box = FormatError(file, 0, what, "bbox: x, y, width, height", str(other)[:40])
        page.boxes.append(box)
    yield from pages.values()


def _key(identity: Any) -> str:
    return str(identity) if isinstance(identity, int | str) else ""


def _attributes(one: Mapping[str, Any]) -> list[Any]:
    found = one.get("attributes")
    return [found.get(key) for key in _TEXTS] if isinstance(found, dict) else []


def _labelme(file: str, found: Mapping[str, Any]) -> Iterator[BoxedPage]:
    boxes: list[PageBox | FormatError] = []
    for place, one in enumerate(objects(found.get("shapes"))):
        what = f"shape {place}"
        points: Any = one.get("points")
        flat = [x for point in points for x in point] if _are_points(points) else []
        if len(flat) < 4 or one.get("shape_type") in ("circle", "point", "line", "linestrip"):
            boxes.append(FormatError(file, 0, what, "a rectangle or polygon", str(points)[:40]))
            continue
        boxes.append(boxed(file, what, one.get("label"), _around(flat[::2], flat[1::2])))
    yield BoxedPage(str(found.get("imagePath") or "").replace("\\", "/"), boxes)


def _are_points(points: Any) -> bool:
    return isinstance(points, list) and all(
        isinstance(point, list) and len(point) == 2 and _are_numbers(*point) for point in points
    )


def _are_numbers(*values: Any) -> bool:
    return all(
        isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < _LONGEST_PX
        for one in values
    )


def _around(xs: list[float], ys: list[float]) -> tuple[float, float, float, float]:
    return min(xs), min(ys), max(xs), max(ys)


def boxed(
    file: str,
    what: str,
    label: object,
    edges: tuple[float, float, float, float],
    line: int = -1,
    offset: int = 0,
) -> PageBox | FormatError:
    text = label.strip() if isinstance(label, str) else ""
    found = _CODE_POINT.fullmatch(text)
    if found and int(found[1], 16) < 0x110000:
        text = chr(int(found[1], 16))
    if not text:
        return FormatError(file, offset, what, "a label", "none")
    left, top, right, bottom = edges
    if not (right > left and bottom > top):
        found_box = f"{left:g} {top:g} {right:g} {bottom:g}"
        return FormatError(file, offset, what, "a box with an inside", found_box)
    return PageBox(text, left, top, right, bottom, line, offset)


def _kuzushiji(stream: ByteSource, name: str) -> Iterator[BoxedPage]:
    for row in strictly(read_text_rows(stream, name)):
        words = row.cells.get("labels", "").split()
        boxes: list[PageBox | FormatError] = []
        if len(words) % 5:
            expected = "U+3042 x y w h for each character"
            boxes.append(FormatError(stream.file, row.offset, "labels", expected, f"{len(words)}"))
            words = []
        for place in range(0, len(words), 5):
            what, numbers = f"box {place // 5}", words[place + 1 : place + 5]
            if not all(map(NUMBER.fullmatch, numbers)):
                found = printable(" ".join(numbers)[:40])
                boxes.append(FormatError(stream.file, row.offset, what, "x y w h", found))
                continue
            x, y, width, height = map(float, numbers)
            edges = x, y, x + width, y + height
            boxes.append(boxed(stream.file, what, words[place], edges, -1, row.offset))
        yield BoxedPage(row.cells.get("image_id", ""), boxes)


def _mth(stream: ByteSource) -> Iterator[PageBox | FormatError]:
    for place, (offset, line) in enumerate(text_lines(stream)):
        cells = decoded(stream, offset, line).split()
        if len(cells) != 5 or not all(map(NUMBER.fullmatch, cells[1:])):
            found = printable(" ".join(cells)[:40])
            yield FormatError(stream.file, offset, f"line {place + 1}", "一 x1 y1 x2 y2", found)
            continue
        left, top, right, bottom = map(float, cells[1:])
        edges = left, top, right, bottom
        yield boxed(stream.file, f"line {place + 1}", cells[0], edges, -1, offset)


def _page_xml(stream: ByteSource) -> BoxedPage:
    """The glyphs of a page; or its words of one character, or its lines, where it has no glyphs."""
    root = read_xml(stream)
    space = root.tag.rpartition("}")[0] + "}" if root.tag.startswith("{") else ""
    sheet = root.find(f"{space}Page")
    if sheet is None:
        raise FormatError(stream.file, 0, "XML", "a Page", printable(root.tag[:80]))
    boxes: list[PageBox | FormatError] = []
    for number, line in enumerate(sheet.iter(f"{space}TextLine")):
        for kind in ("Glyph", "Word"):
            found = list(line.iter(f"{space}{kind}"))
            if found:
                boxes += [_xml_box(stream.file, space, one, number) for one in found]
                break
    return BoxedPage(sheet.get("imageFilename", ""), boxes)


def _xml_box(file: str, space: str, element: ET.Element, line: int) -> PageBox | FormatError:
    what = printable(f"{element.tag.rpartition('}')[2]} {element.get('id', '')}"[:60])
    coords = element.find(f"{space}Coords")
    text = element.findtext(f"{space}TextEquiv/{space}Unicode")
    points = coords.get("points", "") if coords is not None else ""
    if coords is not None and not points:  # PAGE of 2010 has elements instead
        some = coords.findall(f"{space}Point")
        points = " ".join(f"{one.get('x')},{one.get('y')}" for one in some)
    pairs = [pair.split(",") for pair in points.split()]
    if not pairs or not all(len(pair) == 2 and all(map(NUMBER.fullmatch, pair)) for pair in pairs):
        return FormatError(
            file, 0, what, "Coords with points x,y", printable(points[:40]) or "none"
        )
    xs, ys = [float(pair[0]) for pair in pairs], [float(pair[1]) for pair in pairs]
    left, top, right, bottom = _around(xs, ys)
    # points are pixels that belong to the glyph
    return boxed(file, what, text, (left, top, right + 1, bottom + 1), line)
