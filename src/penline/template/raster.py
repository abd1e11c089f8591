"""Sheets as pixels, for printing from a picture and for rehearsing."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from penline.errors import ExportError
from penline.template.drawing import Mark, Picture, Rectangle
from penline.template.layout import PAGE_MM

__all__ = ["DPI", "draw_sheet", "png_bytes"]

DPI = 300
_INCH_MM = 25.4


def draw_sheet(marks: Iterable[Mark], dpi: int = DPI) -> npt.NDArray[np.uint8]:
    """One sheet.

    Args:
        marks: what is on it.
        dpi: pixels an inch.

    Returns:
        ``uint8 (height_px, width_px, 3)``, RGB.
    """
    scale = dpi / _INCH_MM
    width, height = (round(side * scale) for side in PAGE_MM)
    page = np.full((height, width, 3), 255, np.uint8)
    for mark in marks:
        if isinstance(mark, Rectangle):
            left, top = round(mark.left * scale), round(mark.top * scale)
            right = max(round((mark.left + mark.width) * scale), left + 1)
            bottom = max(round((mark.top + mark.height) * scale), top + 1)
            page[top:bottom, left:right] = mark.colour
        elif isinstance(mark, Picture):
            size = max(round(mark.width * scale), 1), max(round(mark.height * scale), 1)
            ink = cv2.resize(mark.ink, size, interpolation=cv2.INTER_AREA)
            left, top = round(mark.left * scale), round(mark.top * scale)
            under = page[top : top + size[1], left : left + size[0]].astype(np.int32)
            over = ink[: under.shape[0], : under.shape[1], None].astype(np.int32)
            mixed = (under * (255 - over) + np.array(mark.colour) * over + 127) // 255
            page[top : top + under.shape[0], left : left + under.shape[1]] = mixed
        else:
            place = round(mark.left * scale), round(mark.baseline * scale)
            # capitals of this font are 21 units high, and 0.72 em in Helvetica
            size_ = mark.size * scale * 0.72 / 21
            thick = max(1, round(size_ * 1.6))
            font, line = cv2.FONT_HERSHEY_SIMPLEX, cv2.LINE_AA
            cv2.putText(page, mark.text, place, font, size_, mark.colour, thick, line)
    return page


def png_bytes(page: npt.NDArray[np.uint8], dpi: int = DPI) -> bytes:
    """A PNG file that knows its own resolution, so that it prints in its true size.

    Args:
        page: ``uint8 (height_px, width_px, 3)``, RGB.
        dpi: pixels an inch.

    Raises:
        ExportError: OpenCV cannot write it.
    """
    import struct
    import zlib

    good, data = cv2.imencode(".png", page[:, :, ::-1])
    if not good:
        raise ExportError("the sheet could not be encoded as PNG")
    encoded = data.tobytes()
    # pHYs, pixels a metre, after IHDR: ISO/IEC 15948, 11.3.5.3
    body = b"pHYs" + struct.pack(">IIB", *[round(dpi / _INCH_MM * 1000)] * 2, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return encoded[:33] + chunk + encoded[33:]
