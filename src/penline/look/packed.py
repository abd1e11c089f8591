"""Glyphs of a sheet, each deflated by itself, so that the page draws any of them at once.

A cell's ink is quantised to 16 or 8 steps, two pixels a byte (the left one in the high bits), row
by row, and deflated with the fixed codes of RFC 1951, without a header. That takes a fifth more
bytes than pictures of many cells would; but a short script inflates any cell in some ten
microseconds, and never has to decode a picture for the one cell of it that is in view. Cells stand
in blocks: a ``uint16`` length for each, little-endian, then their bytes, all as base64.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from penline.records import Bytes2D

__all__ = ["BLOCK_CELLS", "blocks", "cell_size", "packed_cell"]

BLOCK_CELLS = 1024
"""Cells in a block; the page unpacks the base64 of a block when it draws the first of them."""

_MANY = 5000
_LARGE = (72, 60.0, 16)
_SMALL = (48, 40.0, 8)


def cell_size(glyphs: int) -> tuple[int, float, int]:
    """Side of a cell in px, height of a writer's em in it, steps of ink: smaller for many glyphs.

    >>> cell_size(2000), cell_size(100_000)
    ((72, 60.0, 16), (48, 40.0, 8))
    """
    return _LARGE if glyphs <= _MANY else _SMALL


def packed_cell(cell: Bytes2D, steps: int) -> bytes:
    """One cell's ink as raw deflate.

    Args:
        cell: ``uint8 (side_px, side_px)``, the side even.
        steps: how many opacities; at most 16.
    """
    quantised = ((cell.astype(np.uint16) * (steps - 1) + 127) // 255).astype(np.uint8)
    pairs = quantised[:, 0::2] << 4 | quantised[:, 1::2]
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    return deflate.compress(pairs.tobytes()) + deflate.flush()


def blocks(cells: Iterable[bytes]) -> Iterator[str]:
    """Blocks of packed cells, in order, as base64."""
    waiting: list[bytes] = []
    for cell in cells:
        waiting.append(cell)
        if len(waiting) == BLOCK_CELLS:
            yield _block(waiting)
            waiting = []
    if waiting:
        yield _block(waiting)


def _block(cells: list[bytes]) -> str:
    lengths = np.array([len(cell) for cell in cells], "<u2")
    return base64.b64encode(lengths.tobytes() + b"".join(cells)).decode("ascii")
