"""Geometry of finished data sets: boxes from ``boxes.jsonl``, or found in the pictures' ink."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.errors import ExportError
from penline.measure.appearance import ink_of_picture, looks_of
from penline.measure.geometry import LineGeometry, of_boxes
from penline.measure.reading import MOST_PX, of_ink, stroke_lengths
from penline.measure.segment import LEAST_INK
from penline.records import Bytes2D

__all__ = ["BOXES", "has_pictures", "of_set"]

BOXES = "boxes.jsonl"
_MAX_LINE_BYTES = 1 << 24
_MAX_CHARACTERS = 4096

Picture = Callable[[Path], Bytes2D]
Floats = npt.NDArray[np.float64]


def has_pictures(folder: Path) -> bool:
    """Tell whether the pictures that a set's ``boxes.jsonl`` names are files of their own.

    Raises:
        ExportError: boxes that are not as they should be.
    """
    path = folder / BOXES
    with path.open("rb") as file:
        raw = file.readline(_MAX_LINE_BYTES)
    return not raw or (folder / _entry(raw, f"{path}: line 1")[4]).is_file()


def of_set(
    folder: Path,
    left_out: Counter[str],
    picture: Picture | None = None,
    *,
    segmented: bool = False,
    most: int | None = None,
) -> Iterator[LineGeometry]:
    """The lines of a data set that has ``boxes.jsonl``.

    A line with a box a character is taken by its boxes; one with a single box around all of it
    (a converted real line) by what is found in its ink.

    Args:
        folder: the data set.
        left_out: counts what gave no line, by reason.
        picture: reads a picture, ``uint8 (height_px, width_px)``, 255 = white; None looks at no
            picture, so that only boxes count and nothing is said of the ink.
        segmented: find all characters in the ink, so that both sides of a comparison are
            measured alike.
        most: no more lines than this.

    Raises:
        ExportError: no boxes, or boxes that are not as they should be.
    """
    path = folder / BOXES
    if not path.is_file():
        raise ExportError(f"{folder} has no {BOXES}; compose or convert it with --boxes")
    count = 0
    with path.open("rb") as file:
        while raw := file.readline(_MAX_LINE_BYTES):
            if most is not None and count >= most:
                return
            count += 1
            where = f"{path}: line {count}"
            text, items, writer, quads, name = _entry(raw, where)
            ink = None
            if picture is not None:
                grey = picture(folder / name)
                if grey.size > MOST_PX:
                    left_out["pictures that are far too large for a line"] += 1
                    continue
                boxes = _boxes(quads)
                em = _em(boxes if len(boxes) == len(items) else None, grey)
                ink = ink_of_picture(grey, em)
            if len(quads) == len(items) and not segmented:
                yield _by_boxes(items, _boxes(quads), writer, str(folder), ink)
                continue
            line = None if ink is None else of_ink(ink, text, writer, str(folder))
            if line is None:
                left_out["lines without boxes of characters, or with too little ink"] += 1
            else:
                yield line


def _entry(raw: bytes, where: str) -> tuple[str, Sequence[str], str, Floats, str]:
    wrong = f"{where}: not an entry of boxes; compose or convert the set again"
    try:
        entry: Any = json.loads(raw)
        text, name = entry["text"], entry["path"]
        items = list(map(str, entry["entries"])) if "entries" in entry else text
        quads = np.array(entry["quads"], np.float64).reshape(-1, 4, 2)
        writer = str(entry.get("writer", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ExportError(wrong) from None
    if not isinstance(text, str) or not isinstance(name, str) or len(text) > _MAX_CHARACTERS:
        raise ExportError(wrong)
    if "".join(items) != text:
        raise ExportError(wrong)
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name or "\0" in name:
        raise ExportError(f"{where}: a path out of the data set: {name!r}")
    if not np.isfinite(quads).all() or np.abs(quads).max(initial=0.0) > 1e6:
        raise ExportError(wrong)
    return text, items, writer or f"unknown:{place.stem}", quads, name


def _boxes(quads: Floats) -> Floats:
    return np.concatenate([quads.min(1), quads.max(1)], 1)


def _em(boxes: Floats | None, grey: Bytes2D) -> float:
    if boxes is None or not len(boxes):
        return 0.7 * float(grey.shape[0])
    return max(float(np.percentile(boxes[:, 3] - boxes[:, 1], 70)), 1.0)


def _touching(ink: Bytes2D, boxes: Floats, characters: list[int]) -> npt.NDArray[np.bool_]:
    """``bool (n - 1,)``: one piece of ink reaches into both of neighbours, beyond what they share.

    Args:
        ink: the line's.
        boxes: of all units.
        characters: which of them are characters.
    """
    _, labels = cv2.connectedComponents((ink >= LEAST_INK).astype(np.uint8), connectivity=8)
    own: list[set[int]] = []
    whole = np.rint(np.maximum(boxes, 0)).astype(int).tolist()
    for at, number in enumerate(characters):
        left, top, right, bottom = whole[number]
        beside = [whole[k] for k in characters[max(at - 1, 0) : at] + characters[at + 1 : at + 2]]
        columns = np.arange(left, max(right, left))
        inner = columns[[not any(a <= x < b for a, _, b, _ in beside) for x in columns]]
        inner = inner[inner < labels.shape[1]]
        own.append(set(np.unique(labels[top:bottom, inner]).tolist()) - {0})
    return np.array([bool(a & b) for a, b in pairwise(own)], bool)


def _by_boxes(
    items: Sequence[str], boxes: Floats, writer: str, sheet: str, ink: Bytes2D | None
) -> LineGeometry:
    looks = length = touching = None
    if ink is not None:
        kept = [at for at, one in enumerate(items) if not one.isspace()]
        touching = _touching(ink, boxes, kept)
        em = _em(boxes, ink)
        looks = looks_of(ink, np.rint(boxes).astype(np.int64), em)
        length = stroke_lengths(looks, boxes)
    return of_boxes(
        items, boxes, writer, sheet, touching=touching, strokes_px=length, looks=looks, ink=ink
    )
