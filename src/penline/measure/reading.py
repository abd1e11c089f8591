"""Geometry from the records that readers yield: lines, pages of strokes, isolated characters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from penline.measure.appearance import LOOKS, ink_of_picture, looks_of, slant_of_strokes
from penline.measure.geometry import LineGeometry, of_boxes
from penline.measure.grid import rows_of_cells
from penline.measure.segment import LEAST_INK, segment
from penline.pages import StrokePage
from penline.records import Bytes2D, GlyphRecord, LineRecord, StrokeRecord

__all__ = ["MOST_PX", "ink_of_line", "of_ink", "of_line", "of_page", "of_records", "stroke_lengths"]

Floats = npt.NDArray[np.float64]

MOST_PX = 1 << 22
"""Of a line's picture, or of a character's; real lines at 300 dpi have a quarter of a million."""
_PEN = 0.25
"""Of the pen's darkness: what is fainter in a photograph is paper."""

_Cell: TypeAlias = tuple[str, tuple[float, float, float, float], float, float]
"""An isolated character: its label, box, length of strokes and slant."""


def of_records(records: Iterable[Any], left_out: Counter[str]) -> Iterator[LineGeometry]:
    """The lines of what readers yield, and the rows of a file of isolated online characters.

    Args:
        records: `LineRecord`, `StrokePage`, `StrokeRecord`; others tell nothing of places.
        left_out: counts what gave no line, by reason.
    """
    cells: dict[tuple[str, str], list[_Cell]] = defaultdict(list)
    for record in records:
        if isinstance(record, LineRecord):
            line = of_line(record)
            if line is None:
                left_out["lines without a label, with too little ink, or far too large"] += 1
            else:
                yield line
        elif isinstance(record, StrokeRecord):
            cells[record.source.writer, record.source.file].append(_cell(record))
        elif isinstance(record, GlyphRecord):
            left_out["isolated pictures, which have no place"] += 1
        elif hasattr(record, "linked"):
            if record.linked:
                yield from of_page(record)
            else:
                left_out["pages of strokes that do not tell whose each stroke is"] += 1
        else:
            left_out["records that are no handwriting with a place"] += 1
    for (writer, file), found in cells.items():
        rows = _rows(found, writer, file)
        if not rows:
            left_out["files of characters that stand in no rows"] += 1
        yield from rows


def of_line(record: LineRecord) -> LineGeometry | None:
    """A line of a DGR or DGRL page: its characters' own boxes, or those found in its ink.

    Boxes are drawn in to the ink. None where the line has no label or too little ink.
    """
    margins = (
        float(record.left_px),
        float(record.page.width_px - record.left_px - record.width_px),
    )
    source = record.source
    large = record.height_px * record.width_px > MOST_PX
    if any(box.raster.height_px * box.raster.width_px > MOST_PX for box in record.boxes):
        return None
    if not record.boxes and large:
        return None
    if not record.boxes:
        return of_ink(ink_of_line(record), record.characters, source.writer, source.file, margins)
    inks: list[Bytes2D] = []
    inner = []
    for box in record.boxes:
        inks.append(255 - box.pixels if record.page.paper else box.pixels)
        inner.append(_tight(inks[-1]))
    close = np.array(inner)
    places = np.array([(box.left_px, box.top_px) * 2 for box in record.boxes])
    tall = close[:, 3] - close[:, 1]
    em = float(np.percentile(tall, 70)) or 1.0
    seen = [looks_of(ink, one[None], em) for ink, one in zip(inks, close, strict=True)]
    looks = np.concatenate(seen)
    # in the line's own picture, as the boxes of other lines
    boxes = (close + places - np.array([record.left_px, record.top_px] * 2)).astype(np.float64)
    return of_boxes(
        record.characters,
        boxes,
        source.writer,
        source.file,
        strokes_px=stroke_lengths(looks, boxes),
        margins_px=margins,
        looks=looks,
        ink=None if large else record.ink,
    )


def ink_of_line(record: LineRecord) -> Bytes2D:
    """The ink of a line, ``uint8 (height_px, width_px)``, 0 = paper.

    A photographed one has paper of any value: what is no darker than a quarter of its pen is none,
    and so is what lies outside of the line's outline, which is white.
    """
    ink = record.ink
    if record.picture is None or not ink.size or np.median(ink) == 0:
        return ink
    ink = ink_of_picture(255 - ink, 0.7 * record.height_px, outside=_outside(ink))
    dark = ink[ink >= LEAST_INK]
    least = max(LEAST_INK, _PEN * float(np.percentile(dark, 90))) if len(dark) else 255.0
    return np.where(ink < least, np.uint8(0), ink)


def _outside(ink: Bytes2D) -> npt.NDArray[np.bool_]:
    """White that reaches the picture's edge."""
    _, found = cv2.connectedComponents((ink == 0).astype(np.uint8), connectivity=4)
    parts = np.asarray(found, np.int32)
    edges = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    return np.isin(parts, edges[edges > 0])


def of_ink(
    ink: Bytes2D,
    characters: Iterable[str | None],
    writer: str,
    sheet: str,
    margins_px: tuple[float, float] = (float("nan"), float("nan")),
) -> LineGeometry | None:
    """A line whose characters are found in its ink.

    None where there is less ink than label, or the picture is larger than `MOST_PX`.

    Args:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        characters: the label.
        writer: the writer's id.
        sheet: what the line was written on.
        margins_px: see `LineGeometry`.
    """
    if ink.size > MOST_PX:
        return None
    label = list(characters)
    text = [c for c in label if c is None or not c.isspace()]
    found = segment(ink, text)
    if found is None:
        return None
    boxes = found.boxes.astype(np.float64)
    looks = looks_of(ink, found.boxes, found.em_px)
    # the ink dealt to a character, not all that shows in its box
    looks[:, 1] = found.areas / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(1), 1.0)
    kept = np.flatnonzero([c is None or not c.isspace() for c in label])
    whole = np.zeros((len(label), 4))
    trusted = np.zeros(len(label), bool)
    wide = np.full((len(label), looks.shape[1]), np.nan)
    length = np.full(len(label), np.nan)
    whole[kept], trusted[kept], wide[kept] = boxes, ~found.doubtful, looks
    length[kept] = stroke_lengths(looks, boxes)
    return of_boxes(
        label,
        whole,
        writer,
        sheet,
        touching=found.touching,
        strokes_px=length,
        trusted=trusted,
        margins_px=margins_px,
        looks=wide,
        ink=ink,
    )


def of_page(page: StrokePage) -> Iterator[LineGeometry]:
    """The lines of a page of strokes; each stroke belongs to a character."""
    points = page.points
    for line in page.lines:
        text, boxes, lengths, looks, strokes = [], [], [], [], []
        for character in line.characters:
            numbers = character.strokes if character.strokes is not None else ()
            own = [points[int(k)].astype(np.float32) for k in numbers if len(points[int(k)])]
            white = (character.character or "").isspace()
            if not (own or white):
                continue
            box, length = _extent(own) if own else ((0.0, 0.0, 0.0, 0.0), 0.0)
            text.append(character.character)
            boxes.append(box)
            lengths.append(length)
            slant = slant_of_strokes(own) if own else np.nan
            looks.append([slant if look == "slant" else np.nan for look in LOOKS])
            if not white:
                strokes.append(own)
        if any(text):
            found = of_boxes(
                text,
                boxes,
                page.source.writer,
                page.source.file,
                strokes_px=lengths,
                looks=np.array(looks),
            )
            yield replace(found, strokes=tuple(strokes))


def _cell(record: StrokeRecord) -> _Cell:
    own = list(record.strokes)
    box, length = _extent(own)
    return record.character, box, length, slant_of_strokes(own)


def _rows(cells: list[_Cell], writer: str, file: str) -> list[LineGeometry]:
    names, boxes, lengths, slants = (list(column) for column in zip(*cells, strict=True))
    looks = np.full((len(cells), len(LOOKS)), np.nan)
    looks[:, LOOKS.index("slant")] = slants
    return rows_of_cells(names, boxes, writer, file, lengths, looks)


def _extent(
    strokes: list[npt.NDArray[np.float32]],
) -> tuple[tuple[float, float, float, float], float]:
    """The box around strokes (at least one unit wide and high), and their length."""
    whole = np.concatenate(strokes).astype(np.float64)
    low, high = whole.min(0), whole.max(0)
    length = 0.0
    for points in strokes:
        dx, dy = np.diff(points.astype(np.float64), axis=0).T
        length += float(np.hypot(dx, dy).sum())
    x0, y0 = low.tolist()
    x1, y1 = np.maximum(high, low + 1.0).tolist()
    return (x0, y0, x1, y1), length


def _tight(ink: Bytes2D) -> tuple[int, int, int, int]:
    left, top, width, height = cv2.boundingRect(ink)
    return left, top, left + width, top + height


def stroke_lengths(looks: Floats, boxes: Floats) -> Floats:
    """Length of strokes: inked pixels over the line's usual stroke width."""
    if not np.isfinite(looks[:, 0]).any():
        return np.full(len(boxes), np.nan)
    usual = max(float(np.nanmedian(looks[:, 0])), 1.0)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1) * looks[:, 1]
    return np.asarray(area / usual)
