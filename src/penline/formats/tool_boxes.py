"""Boxes of characters on pages, as tools for labelling pictures write them.

    Pascal VOC    .xml    <annotation> with <filename>, <object> <name> <bndbox>
    CVAT          .xml    <annotations> with <image name> <box label xtl ytl xbr ybr>
    Label Studio  .json   a list of tasks, their rectangles in parts of 100 of the page
    YOLO          .txt    class and middle, width and height in parts of the page: 0 0.5 0.5 1 1

Label Studio writes what it is told of a rectangle beside it; a text counts for more than its label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.page_boxes import NUMBER, BoxedPage, PageBox, boxed, objects, whole_json
from penline.formats.text_lines import decoded, text_lines
from penline.formats.xml_tree import read_xml
from penline.words import printable

__all__ = ["TOOL_FORMS", "read_tool_boxes", "tool_form"]

TOOL_FORMS = ("Pascal VOC", "CVAT", "Label Studio", "YOLO")
_SHARES = re.compile(rb"\d{1,7}(?:[ \t]+(?:0?\.\d{1,17}|[01](?:\.\d{1,17})?)){4,5}[ \t\r]*")
_MOST = 1_000
"""Parts of 100 that a box may reach to: it is held to its page when it is cut out."""


def tool_form(name: str, head: bytes) -> str:
    """Tell in which form a tool wrote boxes, by a file's name and beginning; "" for others.

    >>> tool_form("1.txt", b"0 0.5 0.5 1 1"), tool_form("1.txt", b"5 10 20 30 40")
    ('YOLO', '')
    """
    kind = name.lower().rpartition(".")[2]
    if kind == "xml":
        voc = b"<annotation>" in head and b"<bndbox>" in head
        cvat = b"<annotations>" in head and b"<box " in head and b"xtl=" in head
        return "Pascal VOC" if voc else "CVAT" if cvat else ""
    if kind == "json" and head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"[":
        return "Label Studio" if b'"rectanglelabels"' in head else ""
    if kind == "txt":
        first = head.lstrip().partition(b"\n")[0]
        return "YOLO" if _SHARES.fullmatch(first) else ""
    return ""


def read_tool_boxes(stream: ByteSource, form: str, name: str) -> Iterator[BoxedPage]:
    """Yield the pages of a file with their boxes, as `penline.formats.page_boxes.read_boxes`.

    Raises:
        FormatError: the file as a whole is not of its form.
    """
    if form == "YOLO":
        yield BoxedPage(name.rpartition(".")[0], list(_yolo(stream)), shares=True)
    elif form == "Label Studio":
        yield from _label_studio(stream)
    else:
        yield from (_voc if form == "Pascal VOC" else _cvat)(stream)


def _edges(values: list[Any]) -> list[float] | None:
    """Four numbers, however they are written; None of others."""
    texts = [str(one).strip() for one in values]
    return [float(one) for one in texts] if all(map(NUMBER.fullmatch, texts)) else None


def _made(
    file: str, what: str, label: object, values: list[Any], offset: int = 0
) -> PageBox | FormatError:
    edges = _edges(values)
    if edges is None:
        found = printable(" ".join(map(str, values))[:40])
        return FormatError(file, offset, what, "four numbers", found)
    left, top, right, bottom = edges
    return boxed(file, what, label, (left, top, right, bottom), offset=offset)


def _voc(stream: ByteSource) -> Iterator[BoxedPage]:
    root = read_xml(stream)
    boxes = []
    for place, one in enumerate(root.iter("object")):
        values = [one.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
        boxes.append(_made(stream.file, f"object {place}", one.findtext("name"), values))
    yield BoxedPage(root.findtext("filename") or "", boxes)


def _cvat(stream: ByteSource) -> Iterator[BoxedPage]:
    for image in read_xml(stream).iter("image"):
        boxes = []
        for place, one in enumerate(image.iter("box")):
            values = [one.get(side) for side in ("xtl", "ytl", "xbr", "ybr")]
            boxes.append(_made(stream.file, f"box {place}", one.get("label"), values))
        yield BoxedPage(image.get("name", ""), boxes)


def _yolo(stream: ByteSource) -> Iterator[PageBox | FormatError]:
    for place, (offset, line) in enumerate(text_lines(stream)):
        cells = decoded(stream, offset, line).split()
        what, middle = f"line {place + 1}", _edges(cells[1:5])
        if middle is None or len(cells) not in (5, 6) or not cells[0].isdecimal():
            found = printable(" ".join(cells)[:40])
            yield FormatError(stream.file, offset, what, "class x y width height", found)
            continue
        x, y, width, height = middle
        edges = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        yield boxed(stream.file, what, cells[0], edges, offset=offset)


def _label_studio(stream: ByteSource) -> Iterator[BoxedPage]:
    for task in objects(whole_json(stream)):
        told = task.get("data")
        data = told if isinstance(told, dict) else task
        names = (one for one in data.values() if isinstance(one, str) and "/" in one)
        name = next(names, str(data.get("image") or ""))
        name = name.partition("?d=")[2] or name
        regions = list(_regions(task))
        texts = {
            _id(one): " ".join(map(str, value["text"]))
            for one, value in regions
            if isinstance(value.get("text"), list)
        }
        boxes = [
            _rectangle(stream.file, f"region {_id(one)}", value, texts.get(_id(one)))
            for one, value in regions
            if "rectanglelabels" in value
        ]
        yield BoxedPage(name.rpartition("/")[2], boxes, shares=True)


def _regions(task: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The regions of a task with their values, of the full form or of the short one."""
    found = [one.get("result") for one in objects(task.get("annotations"))][:1]
    for regions in found or task.values():
        for one in objects(regions):
            value = one.get("value", one)
            yield one, value if isinstance(value, dict) else {}


def _id(region: dict[str, Any]) -> str:
    return printable(str(region.get("id", ""))[:40])


def _rectangle(
    file: str, what: str, value: dict[str, Any], text: str | None
) -> PageBox | FormatError:
    labels = value["rectanglelabels"]
    label = text or (labels[0] if isinstance(labels, list) and labels else None)
    sides = [value.get(side) for side in ("x", "y", "width", "height")]
    fits = all(isinstance(one, int | float) and abs(one) < _MOST for one in sides)
    if value.get("rotation") or not fits:
        found = f"{sides}, turned by {value.get('rotation')}"
        return FormatError(file, 0, what, "a box that is not turned", printable(found)[:80])
    x, y, width, height = (float(one) / 100 for one in sides if one is not None)
    return boxed(file, what, label, (x, y, x + width, y + height))
