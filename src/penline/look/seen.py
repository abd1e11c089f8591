"""One line or page as it is shown: its picture in the browser's form, its text, its outlines.

What a set of lines or pages holds comes from the readers of `penline.convert`. Everything here is
bounded: a picture is made smaller than `LINE_PX` or `PAGE_PX`, an outline has at most so many
corners, and of a page's lines the first are shown.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from penline.convert.items import seen
from penline.convert.policy import Policy
from penline.errors import ExportError, FormatError
from penline.export.run import REPORT
from penline.look.boxes import row_boxes
from penline.look.pictures import picture
from penline.pages import Page
from penline.records import Defect, LineRecord, OnlineLine
from penline.sources.collect import open_sources
from penline.sources.reading import NOTHING_SAID, Reading, Taken
from penline.sources.unit import Unit

__all__ = [
    "FULL_PX",
    "PAGE_PX",
    "SeenItem",
    "SeenUnit",
    "Shown",
    "form_of",
    "has_texts",
    "jpeg",
    "known_writer",
    "of_records",
    "open_texts",
    "png",
    "see",
]

LINE_PX = 4096, 1024
"""Width and height that a line has at most."""
PAGE_PX = 1200, 1700
FULL_PX = 6000, 6000
"""Of a page whose lines are cut out of it when somebody asks for them."""
_LINE_BYTES = 1 << 16
"""Of a picture of a line as it lies in its set; a larger one is made a JPEG."""
_CORNERS = 120
_LEAST = 3
_LOOKED_AT = 1 << 14
_LINES = 1000
_TEXT = 2000
_INK_PX, _AROUND_PX = 96, 6
"""How high a line of strokes is drawn, and the paper around it."""
_SHIFT = 4
_PARTS = 1 << _SHIFT
"""Of a pixel, as strokes are drawn."""
_NOBODY = "unknown:"

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Shown: TypeAlias = LineRecord | OnlineLine | Page


@dataclass(frozen=True, slots=True)
class SeenItem:
    """One line or page, ready to be shown.

    Attributes:
        kind: ``"line"`` or ``"page"``.
        facts: what the page's script shows of it; values of JSON.
        picture: a PNG or JPEG file.
        media_type: of the picture.
        name: of a line, `LineRecord.name`.
    """

    kind: str
    facts: dict[str, Any]
    picture: bytes
    media_type: str
    name: str = ""

    def read(self) -> bytes:
        """Return the picture."""
        return self.picture


class SeenUnit(Unit):
    """A unit whose defects somebody wants to hear of: the first of them, and how many there are.

    Args:
        unit: what is read.
        most: so many defects are kept.
    """

    def __init__(self, unit: Unit, most: int = 100) -> None:
        self.unit, self.most = unit, most
        self.source, self.kind, self.size_bytes = unit.source, unit.kind, unit.size_bytes
        self.defects: list[Defect] = []
        self.damaged = 0

    def salvage(self) -> Iterator[Any]:
        """Yield what the unit does."""
        for record in self.unit.salvage():
            if isinstance(record, Defect):
                self.damaged += 1
                if len(self.defects) < self.most:
                    self.defects.append(record)
            yield record


def open_texts(source: Path, reading: Reading = NOTHING_SAID, take: Taken = "lines") -> list[Unit]:
    """Return the units of a source, in which labels may be texts.

    Args:
        source: what the user named.
        reading: what pictures are, where their names do not tell it.
        take: ``"either"``: lines where there are no characters.

    Raises:
        ExportError: a finished set in a format that penline writes and does not read.
        UsageError, FormatError: as of `open_sources`.
    """
    said = dataclasses.replace(reading, take=take, boxes=True)
    try:
        return list(open_sources(source, reading=said))
    except FormatError:
        if not (source / REPORT).is_file():
            raise
        raise ExportError(
            f"{source} is a finished set in a format that penline does not read again; make it in "
            "another one to look at it, strokes as --to inkml"
        ) from None


def has_texts(unit: Unit) -> bool:
    """Tell of a unit that is not yet read whether it surely holds lines or pages."""
    return unit.understood is not None and unit.understood.of_lines


def form_of(unit: Unit) -> str:
    """Return what a unit is, in words."""
    return unit.kind if unit.understood is None else unit.understood.form


def of_records(unit: Unit, counts: Counter[str]) -> Iterator[Shown]:
    """Yield the lines and pages of a unit; what is left out or changed is counted, with its reason.

    Ink without a label is U+FFFD in the text.
    """
    return seen(unit, Policy("keep", counts=counts))


def see(record: Shown, page_px: tuple[int, int] = PAGE_PX) -> SeenItem:
    """Make what is shown of a line or a page.

    Args:
        record: the line or page.
        page_px: width and height that a page's picture has at most.

    Raises:
        ExportError: a picture that cannot be encoded.
    """
    if isinstance(record, Page):
        return _page(record, page_px)
    return _strokes(record) if isinstance(record, OnlineLine) else _line(record)


def jpeg(image: Image, most: tuple[int, int], quality: int = 85) -> tuple[bytes, float]:
    """Encode a picture, made smaller where it is larger than `most`; and the scale that it has.

    Args:
        image: ``uint8 (height_px, width_px)``, or with three channels in RGB order.
        most: width and height in pixels.
        quality: of the JPEG file.

    Raises:
        ExportError: it cannot be encoded.
    """
    small, scale = _within(image, most)
    return _encoded(small, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality]), scale


def png(image: Image) -> bytes:
    """Encode a picture, as `jpeg`.

    Raises:
        ExportError: it cannot be encoded.
    """
    return _encoded(image, ".png", [])


def _within(image: Image, most: tuple[int, int]) -> tuple[Image, float]:
    height, width = image.shape[:2]
    scale = min(most[0] / width, most[1] / height, 1.0)
    if scale == 1.0:
        return image, scale
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _encoded(image: Image, ending: str, how: list[int]) -> bytes:
    good, data = cv2.imencode(ending, image[:, :, ::-1] if image.ndim == 3 else image, how)
    if not good:
        raise ExportError("a picture could not be encoded")
    return bytes(data.tobytes())


def known_writer(writer: str) -> str:
    """Return the id of a writer; "" of one whom nobody knows."""
    return "" if writer.startswith(_NOBODY) else writer


def _line(record: LineRecord) -> SeenItem:
    image = 255 - record.ink if record.picture is None else record.picture
    small, scale = _within(image, LINE_PX)
    packed = record.packed if scale == 1.0 else None
    known = None if packed is None else picture(packed)
    if packed is None or known is None or known[1:] != image.shape[1::-1]:
        packed, kind = png(small), "image/png"
    else:
        kind = known[0]
    if len(packed) > _LINE_BYTES:
        packed, kind = jpeg(small, LINE_PX)[0], "image/jpeg"
    height, width = small.shape[:2]
    text = record.text()
    told = {
        "path": record.name.rpartition("::")[2],
        "text": _short(text),
        "side": record.source.part or "train",
        "writer": known_writer(record.source.writer),
        "index": record.record,
        "width": width,
        "height": height,
    }
    # those of boxes.jsonl come by `add_boxes`, with their origins
    if record.told is not None and "origins" in record.told and len(text) <= _TEXT:
        told |= row_boxes(record.told, text, record.source.writer)
    if scale != 1.0:
        told["full"] = [image.shape[1], image.shape[0]]
    return SeenItem("line", told, packed, kind, record.name)


def _strokes(line: OnlineLine) -> SeenItem:
    """A line as the pen wrote it, drawn thinly, with boxes around its characters, if told."""
    strokes = [stroke.astype(np.float64) for stroke in line.strokes]
    every = np.concatenate(strokes)
    low, high = every.min(0), every.max(0)
    wide, tall = np.maximum(high - low, 1)
    most = _INK_PX if tall < 2 * wide else LINE_PX[1] - 2 * _AROUND_PX  # lines, and columns
    scale = min(most / tall, (LINE_PX[0] - 2 * _AROUND_PX) / wide)
    placed = [(stroke - low) * scale + _AROUND_PX for stroke in strokes]
    size = [int(np.ceil(side * scale)) + 2 * _AROUND_PX for side in (tall, wide)]
    image = np.full(size, 255, np.uint8)
    drawn = [np.rint(stroke * _PARTS).astype(np.int32) for stroke in placed]
    cv2.polylines(image, drawn, False, 0, 2, cv2.LINE_AA, _SHIFT)
    boxes = [[0.0] * 8 for _ in line.items]
    for item in dict.fromkeys(line.spans[:, 0].tolist()):
        spans = line.spans[line.spans[:, 0] == item]
        own = np.concatenate([placed[trace][first:end] for _, trace, first, end in spans.tolist()])
        (left, top), (right, bottom) = np.round(own.min(0), 1), np.round(own.max(0), 1)
        boxes[item] = [*map(float, (left, top, right, top, right, bottom, left, bottom))]
    told = {
        "path": "",
        "text": _short(line.text),
        "side": line.side or line.source.part or "train",
        "writer": known_writer(line.source.writer),
        "index": line.record,
        "width": size[1],
        "height": size[0],
    }
    if len(line.spans) and len(line.text) <= _TEXT:
        told |= {"boxes": boxes, "entries": list(line.items)}
    return SeenItem("line", told, png(image), "image/png")


def _page(page: Page, most: tuple[int, int]) -> SeenItem:
    data, scale = jpeg(page.image, most)
    lines = [
        {
            "text": _short(line.text),
            "kind": str(line.metadata.get("kind", ""))[:60],
            "region": line.region,
            "points": _corners(line.polygon * scale, closed=True),
            "base": [] if line.baseline is None else _corners(line.baseline * scale),
        }
        for line in page.lines[:_LINES]
    ]
    regions = [
        {
            "kind": (region.kind or region.role)[:60],
            "points": _corners(region.polygon * scale, closed=True),
        }
        for region in page.regions[:_LINES]
    ]
    told = {
        "name": page.name,
        "side": page.side,
        "writer": known_writer(page.writer),
        "width": max(round(page.width_px * scale), 1),
        "height": max(round(page.height_px * scale), 1),
        "full": [page.width_px, page.height_px],
        "lines": lines,
        "line_count": len(page.lines),
        "regions": regions,
    }
    return SeenItem("page", told, data, "image/jpeg")


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


def _corners(points: Points, *, closed: bool = False) -> list[float]:
    """Corners for the eye, x and y by turns: on tenths of a pixel, at most `_CORNERS` of them."""
    kept: npt.NDArray[Any] = points[:: -(-len(points) // _LOOKED_AT)].astype(np.float32)
    found = _thinned(kept, closed)
    if closed and len(found) < _LEAST:  # it went to and fro
        found = _thinned(cv2.convexHull(kept)[:, 0], closed)
    return [round(float(n), 1) for n in found.ravel()]


def _thinned(points: npt.NDArray[Any], closed: bool) -> npt.NDArray[Any]:
    slack = 0.25
    while len(points) > _CORNERS:
        points = cv2.approxPolyDP(points[:, None], slack, closed)[:, 0]
        slack *= 2
    return points
