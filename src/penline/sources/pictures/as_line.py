"""A labelled picture as a line of text: its pixels as they are, its file kept where it can be."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import LineRecord, PageFacts, Raster, Source
from penline.sources.pictures.planes import Picture, in_bytes, laid

__all__ = ["as_shown", "line_of", "line_record"]

_PAPER = 255
_KEPT = (b"\x89PNG", b"\xff\xd8\xff")
_TURNED = b"Exif\0"
_HEAD = 1 << 16


def as_shown(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return a decoded picture as bytes, grey or in RGB order; what is clear lies on paper."""
    pixels = in_bytes(picture, 255 if picture.dtype in (np.uint8, np.bool_) else 65_535)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        *colours, alpha = (np.asarray(plane, np.uint8) for plane in cv2.split(pixels))
        pixels = np.stack([laid(plane, alpha) for plane in colours], axis=-1)
    if pixels.ndim == 3:
        pixels = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels[:, :, ::-1]
    return np.ascontiguousarray(pixels)


def line_of(
    text: str, packed: bytes, picture: Picture, source: Source, place: tuple[int, int]
) -> LineRecord:
    """Return a labelled picture as a line that is a page of its own.

    Args:
        text: its label.
        packed: the file that the picture was decoded from; nothing where there is none.
        picture: as it was decoded.
        source: of the record.
        place: number and byte offset of the record.
    """
    pixels = as_shown(picture)
    same = picture.dtype == np.uint8 and (picture.ndim == 2 or picture.shape[2] == 3)
    whole = same and packed[:4].startswith(_KEPT) and _TURNED not in packed[:_HEAD]
    height, width = pixels.shape[:2]
    facts = PageFacts(height, width, 1, "", 1, 8, _PAPER, "")
    return line_record(pixels, text, (0, 0), facts, source, place, packed if whole else None)


def line_record(
    picture: npt.NDArray[np.uint8],
    text: str,
    corner: tuple[int, int],
    facts: PageFacts,
    source: Source,
    place: tuple[int, int],
    packed: bytes | None = None,
) -> LineRecord:
    """Return a picture of a line as a record.

    Args:
        picture: ``uint8 (height_px, width_px)``, or with three channels in RGB order.
        text: its label.
        corner: top and left edge on its page.
        facts: of the page, one object for all its lines.
        source: of the record.
        place: number and byte offset of the record.
        packed: the file of that very picture, if there is one.
    """
    height, width = picture.shape[:2]
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return LineRecord(
        tuple(character.encode("utf-8", "replace") for character in text),
        tuple(text),
        *(*corner, height, width),
        Raster(np.asarray(grey, np.uint8), width),
        (),
        facts,
        source,
        *place,
        picture,
        packed,
    )
