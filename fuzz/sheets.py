"""What holds for the readers of pages of lines: read, fitted, cut, written, and read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from fuzz.checks import MIB, Finding, check_error, check_strict
from penline.errors import FormatError
from penline.export.alto import alto_xml
from penline.export.page_xml import page_xml
from penline.formats.alto import read_alto
from penline.formats.byte_source import ByteSource, MappedBytes
from penline.formats.defects import strictly
from penline.formats.iam import iam_form, read_iam, read_iam_form, read_iam_writers
from penline.formats.page_lists import read_coco_lines, read_detection_list
from penline.formats.page_xml import read_page_xml
from penline.formats.text_page import Outlines, TextPage
from penline.pages import Page, PageLine
from penline.sources.pages.cut import cut_line

__all__ = ["check_alto", "check_coco_lines", "check_detection", "check_iam", "check_page_xml"]

_SLACK = 64 * MIB
_SIDE = 96
_LINES_LOOKED_AT = 8
Read = Callable[[ByteSource], Iterable[TextPage | FormatError]]


def _check(content: bytes, read: Read) -> None:
    """The same pages however their bytes come; those that are sound go on to a trainer."""

    def told(stream: ByteSource) -> Iterator[Any]:
        for page in read(stream):
            if isinstance(page, FormatError):
                check_error(page)
            yield _told(page)

    check_strict(told, content, slack_bytes=_SLACK)
    try:
        for page in read(MappedBytes("x", memoryview(content))):
            if not isinstance(page, FormatError):
                _used(page)
    except FormatError as error:
        check_error(error)


def _told(page: TextPage | FormatError) -> Any:
    if isinstance(page, FormatError):
        return str(page)
    lines = [
        str(line)
        if isinstance(line, FormatError)
        else (line.text, line.polygon.tobytes(), line.region, repr(line.metadata))
        for line in page.lines
    ]
    regions = [(one.kind, one.polygon.tobytes(), repr(one.metadata)) for one in page.regions]
    return page.picture, page.width_px, page.height_px, lines, regions, repr(page.metadata)


def _used(found: TextPage) -> None:
    """Fit a page into a small picture, cut its lines, write it, and read that."""
    fitted = Outlines("x", (_SIDE, _SIDE))
    lines: list[PageLine] = []
    for one in found.lines:
        line = one if isinstance(one, FormatError) else fitted.line(one)
        if isinstance(line, FormatError):
            check_error(line)
        else:
            lines.append(line)
    image = np.zeros((_SIDE, _SIDE), np.uint8)
    for line in lines[:_LINES_LOOKED_AT]:
        for straight in (False, True):
            cut, left, top = cut_line(image, line, straight=straight)
            if min(cut.shape) < 1 or not (0 <= left < _SIDE and 0 <= top < _SIDE):
                raise Finding(f"a line of {cut.shape} at {left}, {top}")
    regions = tuple(map(fitted.region, found.regions))
    side = found.side or "train"
    page = Page(0, "x", image, tuple(lines), "unknown:x", side, found.metadata, {}, regions)
    for write, read in ((page_xml, read_page_xml), (alto_xml, _one_of_alto)):
        again = read(MappedBytes("y", memoryview(write(page, "x.png"))))
        texts = [one.text for one in again.lines if isinstance(one, PageLine)]
        wanted = [line.text for line in lines]
        if write is page_xml and len(texts) == len(wanted) and sorted(texts) != sorted(wanted):
            raise Finding(f"{wanted!r} became {texts!r}")


def _one_of_alto(stream: ByteSource) -> TextPage:
    return read_alto(stream)[0]


def check_page_xml(content: bytes) -> None:
    """A page in PAGE XML."""
    _check(content, lambda stream: [read_page_xml(stream)])


def check_alto(content: bytes) -> None:
    """Pages in ALTO."""
    _check(content, read_alto)


def check_detection(content: bytes) -> None:
    """A list for PaddleOCR's detection."""
    _check(content, read_detection_list)


def check_coco_lines(content: bytes) -> None:
    """Pages in COCO with texts."""
    _check(content, read_coco_lines)


def check_iam(content: bytes) -> None:
    """IAM's lists and forms, whatever the beginning says that it is."""
    for name in ("x.txt", "x.xml"):
        form = iam_form(name, content[: 1 << 14])

        def rows(stream: ByteSource, form: str = form) -> Iterator[Any]:
            if form in ("lines", "words"):
                yield from strictly(read_iam(stream, form))
            elif form == "form":
                yield read_iam_form(stream)
            else:
                yield read_iam_writers(stream)

        check_strict(rows, content, slack_bytes=_SLACK)
