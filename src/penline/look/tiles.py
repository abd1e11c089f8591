"""Glyphs in cells of one size, and ink as a PNG: 16 steps of opacity over nothing.

Ink is black at every step and only its opacity differs, so the page can lay it on any paper and
turn it white at night. A cell takes 250 to 500 bytes.
"""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from penline.records import Bytes2D

__all__ = ["CELL_PX", "glyph_cell", "ink_png"]

CELL_PX = 72
"""Side of a glyph's cell."""

_EM_PX = 60.0
"""A writer's median Chinese character is reduced to this height, so that most glyphs fit whole."""

_STEPS = 16
_HEAD = b"\x89PNG\r\n\x1a\n"


def glyph_cell(
    ink: Bytes2D, em_px: float, side_px: int = CELL_PX, shown_em_px: float = _EM_PX
) -> Bytes2D:
    """One glyph in the middle of its cell; large ones are reduced, small ones never enlarged.

    Args:
        ink: ``uint8 (height_px, width_px)``.
        em_px: height of its writer's median Chinese character, so that a comma stays small
            beside it.
        side_px: side of the cell.
        shown_em_px: that height in the cell.

    Returns:
        ``uint8 (side_px, side_px)``.
    """
    height, width = ink.shape
    scale = min(1.0, shown_em_px / em_px, side_px / height, side_px / width)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = ink.shape
    cell = np.zeros((side_px, side_px), np.uint8)
    top, left = (side_px - height) // 2, (side_px - width) // 2
    cell[top : top + height, left : left + width] = ink
    return cell


def ink_png(ink: Bytes2D) -> bytes:
    """Ink as a PNG with a palette of black in 16 opacities, two pixels a byte.

    The layout is that of the PNG specification (W3C, third edition): colour type 3, bit depth 4,
    filter 0 in each row.

    Args:
        ink: ``uint8 (height_px, width_px)``, the width even.
    """
    height, width = ink.shape
    steps = ((ink.astype(np.uint16) * (_STEPS - 1) + 127) // 255).astype(np.uint8)
    rows = np.zeros((height, 1 + width // 2), np.uint8)
    rows[:, 1:] = steps[:, 0::2] << 4 | steps[:, 1::2]
    opacities = bytes(255 * step // (_STEPS - 1) for step in range(_STEPS))
    return b"".join(
        (
            _HEAD,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(3 * _STEPS)),
            _chunk(b"tRNS", opacities),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
