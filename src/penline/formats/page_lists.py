"""Pages of lines in lists: PaddleOCR's for detection, and COCO's JSON with texts.

    PaddleOCR    images/1.png<TAB>[{"transcription": "...", "points": [[x, y], ...]}, ...]
    COCO         {"images": [...], "annotations": [{"text", "segmentation", "bbox"}], "categories"}

A PaddleOCR line of the transcription ``###`` (or ``*``) has a text that nobody knows, and so has a
COCO line with ``iscrowd`` or without a text. Of COCO annotations that are of a category ``line``,
others (words, characters) are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.page_boxes import json_object, objects
from penline.formats.text_lines import decoded, text_lines
from penline.formats.text_page import TextPage, box_points, one_line
from penline.pages import PageLine, PageRegion
from penline.words import printable

__all__ = ["is_coco_of_lines", "is_detection_list", "read_coco_lines", "read_detection_list"]

_LONGEST_PX = 1 << 20
_UNREAD = ("###", "*")
_LIST = re.compile(rb"[^\t\n]+\t\[(?:\]|\s*\{[^\n]*\"transcription\")")
_TEXTS = ("text", "transcription", "utf8_string")


def is_detection_list(head: bytes) -> bool:
    """Tell by the beginning of a file whether it is a list for PaddleOCR's detection."""
    return _LIST.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def is_coco_of_lines(head: bytes) -> bool:
    """Tell by the beginning of a file whether it is COCO with texts of lines or words."""
    coco = re.search(rb'"(annotations|categories|images)"\s*:\s*\[', head)
    return coco is not None and any(f'"{name}"'.encode() in head for name in _TEXTS)


def read_detection_list(stream: ByteSource) -> Iterator[TextPage | FormatError]:
    """Yield the pages of a list, and a fault in the place of each row that is none."""
    for number, (offset, raw) in enumerate(text_lines(stream), 1):
        name, tab, told = decoded(stream, offset, raw).partition("\t")
        try:
            found = json.loads(told) if tab else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            expected = "a path, a tab and a JSON list of lines"
            yield FormatError(stream.file, offset, f"line {number}", expected, repr(told[:40]))
            continue
        lines = [_detected(stream.file, offset, at, one) for at, one in enumerate(found)]
        yield TextPage(name, 0, 0, lines, (), {})


def _detected(file: str, offset: int, at: int, one: Any) -> PageLine | FormatError:
    points = _points(one.get("points")) if isinstance(one, dict) else None
    text = one.get("transcription") if isinstance(one, dict) else None
    if points is None or len(points) < 3 or not isinstance(text, str):
        expected = "a transcription, and points of three corners or more"
        return FormatError(
            file, offset, f"line {at} of the page", expected, printable(str(one)[:40])
        )
    kind = one.get("key_cls")
    facts = {"kind": kind} if isinstance(kind, str) and kind else {}
    return PageLine("" if text in _UNREAD else one_line(text), points, metadata=facts)


def _points(found: Any) -> npt.NDArray[np.float64] | None:
    """Points as a list of pairs; None of anything else."""
    if not isinstance(found, list) or not found:
        return None
    for one in found:
        pair = isinstance(one, list) and len(one) == 2
        if not pair or not all(type(n) in (int, float) and abs(n) < _LONGEST_PX for n in one):
            return None
    return np.array(found, np.float64)


def read_coco_lines(stream: ByteSource) -> Iterator[TextPage | FormatError]:
    """Yield the pages of a file, in the order of its images.

    Raises:
        FormatError: the file as a whole is not of its form.
    """
    found = json_object(stream)
    categories = objects(found.get("categories"))
    lines = {str(one.get("id")) for one in categories if one.get("name") == "line"}
    images = objects(found.get("images"))
    pages: dict[str, list[PageLine | FormatError]] = {str(one.get("id")): [] for one in images}
    for number, one in enumerate(objects(found.get("annotations"))):
        if lines and str(one.get("category_id")) not in lines:
            continue
        page = pages.get(str(one.get("image_id")))
        what = f"annotation {number}"
        if page is None:
            told = str(one.get("image_id"))[:40]
            raise FormatError(stream.file, 0, what, "the id of an image", printable(told))
        page.append(_annotated(stream.file, what, one))
    for image in images:
        facts = _facts(image.get("source"))
        regions = tuple(map(_region, objects(image.get("regions"))))
        sound = all(region is not None for region in regions)
        size = [image.get(side) for side in ("width", "height")]
        width, height = (n if type(n) is int and 0 < n < _LONGEST_PX else 0 for n in size)
        writer = image.get("writer")
        yield TextPage(
            str(image.get("file_name") or ""),
            width,
            height,
            pages[str(image.get("id"))],
            tuple(filter(None, regions)) if sound else (),
            facts,
            writer if isinstance(writer, str) and writer.isprintable() else "",
        )


def _annotated(file: str, what: str, one: Mapping[str, Any]) -> PageLine | FormatError:
    polygon = None
    match one.get("segmentation"):
        case [[*flat], *_] if len(flat) >= 6 and not len(flat) % 2:
            polygon = _points([list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)])
    match one.get("bbox"):
        case [*edges] if (
            polygon is None and len(edges) == 4 and _points([edges[:2], edges[2:]]) is not None
        ):
            polygon = box_points(*edges)
    if polygon is None:
        return FormatError(file, 0, what, "a segmentation or a bbox in pixels", "neither")
    text = next((one[key] for key in _TEXTS if isinstance(one.get(key), str)), "")
    baseline = _points(one.get("baseline"))
    region = one.get("region")
    return PageLine(
        one_line("" if one.get("iscrowd") else text),
        polygon,
        baseline if baseline is not None and len(baseline) > 1 else None,
        metadata=_facts(one.get("source")),
        region=region if type(region) is int and 0 <= region < _LONGEST_PX else 0,
    )


def _region(one: Mapping[str, Any]) -> PageRegion | None:
    polygon = _points(one.get("polygon"))
    role, kind = one.get("role"), one.get("kind")
    if polygon is None or not isinstance(role, str) or not isinstance(kind, str):
        return None
    return PageRegion(role, kind, polygon, _facts(one.get("facts")))


def _facts(found: Any) -> dict[str, Any]:
    """What penline kept of a page in another format: names, types, and what it does not know."""
    told = found if isinstance(found, dict) else {}
    facts: dict[str, Any] = {
        name: told[name] for name in ("id", "kind") if isinstance(told.get(name), str)
    }
    facts |= {name: told[name] for name in ("printed", "leftward") if type(told.get(name)) is bool}
    extra = told.get("extra")
    pairs = extra if isinstance(extra, list) else []
    kept = [one for one in pairs if isinstance(one, list) and [type(x) for x in one] == [str, str]]
    return facts | ({"extra": kept} if kept else {})
