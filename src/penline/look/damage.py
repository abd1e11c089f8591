"""Damaged records with a picture of what is there instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from penline.errors import FormatError, UsageError
from penline.formats.byte_source import ByteSource
from penline.formats.gnt import HEADER
from penline.look.page import data_uri
from penline.records import Defect
from penline.sources.unit import Unit

__all__ = ["damage_rows"]

MOST_PICTURES = 60
"""Defects beyond these are told without a picture."""

_RAW_ROW = 64
_RAW_ROWS = 24
_SIDE_PX = 512
_FIELDS = {"tag code": 4, "width": 6, "height": 8, "bitmap": 10}
"""Where a field of a GNT record lies in it; a defect's offset is that of its field."""
_ABSENT = 160
"""Grey that stands for bytes that are not there."""


def damage_rows(
    defects: Sequence[Defect], files: Iterable[Unit], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What the page says of each defect, and a picture of the first `MOST_PICTURES` of them.

    Args:
        defects: as `salvage` gave them.
        files: the files that they are in; others are not opened.
        names: how a file is called on the page.

    Returns:
        ``file``, ``place``, ``says``; and where the bytes can be read ``src``, ``width`` and
        ``height`` in px, and ``how`` the bytes were laid out.
    """
    by_label = {file.source.file: file for file in files}
    rows: list[dict[str, Any]] = [
        {
            "file": names.get(defect.file, defect.file),
            "place": f"byte {defect.offset:,}, record {defect.record:,}",
            "says": f"{defect.field}: expected {defect.expected}, found {defect.found}",
        }
        for defect in defects
    ]
    wanted: dict[str, list[int]] = {}
    for number, defect in enumerate(defects[:MOST_PICTURES]):
        if defect.file in by_label:
            wanted.setdefault(defect.file, []).append(number)
    for name, numbers in wanted.items():
        kind = by_label[name].kind
        begins = {number: _begin(defects[number], kind) for number in numbers}
        try:
            with by_label[name].open() as stream:
                for number in sorted(numbers, key=begins.__getitem__):  # a stream goes forwards
                    rows[number] |= _bytes(stream, begins[number], kind)
        except (FormatError, UsageError, OSError):
            continue
    return rows


def _begin(defect: Defect, kind: str) -> int:
    """Where the damaged record begins, as far as that is known."""
    return max(0, defect.offset - (_FIELDS.get(defect.field, 0) if kind == "gnt" else 0))


def _bytes(stream: ByteSource, offset: int, kind: str) -> dict[str, Any]:
    """The bytes at a place as grey values; of GNT as the header there has them, if it can be."""
    buffer, at, have = stream.peek(offset, HEADER.size)
    if kind == "gnt" and have >= HEADER.size:
        *_, width, height = HEADER.unpack_from(buffer, at)
        if 0 < width <= _SIDE_PX and 0 < height <= _SIDE_PX:
            raw = stream.read_most(offset, HEADER.size + width * height)[HEADER.size :]
            there = f", {len(raw):,} of its bytes are there" if len(raw) < width * height else ""
            return _picture(raw, width, height, f"{width} × {height} px by its header{there}")
    raw = stream.read_most(offset, _RAW_ROW * _RAW_ROWS)
    if not raw:
        return {}
    return _picture(raw, _RAW_ROW, -(-len(raw) // _RAW_ROW), f"{len(raw):,} bytes, 64 a row")


def _picture(raw: bytes, width: int, height: int, how: str) -> dict[str, Any]:
    grey = np.full(width * height, _ABSENT, np.uint8)
    grey[: len(raw)] = np.frombuffer(raw, np.uint8)
    good, encoded = cv2.imencode(".png", grey.reshape(height, width))
    if not good:
        return {}
    source = data_uri(encoded.tobytes(), "image/png")
    return {"src": source, "width": width, "height": height, "how": how}
