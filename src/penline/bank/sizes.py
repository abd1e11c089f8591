"""Of glyphs in their bank: size, em, place and level, in one compiled pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.bank.layout import BATCH_ROWS
from penline.compiled import compiled

__all__ = ["size_up"]


@compiled
def size_up(
    words: Any,
    offsets_at: Any,
    ink_at: Any,
    ink_bytes: Any,
    height_px: Any,
    width_px: Any,
    writer: Any,
    level: Any,
    ems_px: Any,
    levels: Any,
    number: int,
    rows: Any,
    most_px: int,
    sizes_px: Any,
    ems: Any,
    starts: Any,
    own_levels: Any,
) -> int:
    """Fill in what a line needs to know of those of its glyphs that one bank holds.

    Every number that the bank's file gives is checked here, before another kernel sees it.

    Args:
        words: of an `InkView`, as the next five.
        offsets_at: see there.
        ink_at: see there.
        ink_bytes: see there.
        height_px: column of the bank.
        width_px: column.
        writer: column.
        level: column.
        ems_px: ``float64 (writers,)``.
        levels: ``int64 (writers,)``: how dark a writer's ink is; -1 where each glyph has its own.
        number: of the bank on its shelf.
        rows: ``int64 (n, 2)``: bank and row of each glyph; -1 for white space.
        most_px: the largest side that a glyph may have.
        sizes_px: ``int64 (n, 2)``, filled in: height and width.
        ems: ``float64 (n,)``, filled in: the writer's em, in the same pixels.
        starts: ``int64 (n,)``, filled in: where the ink begins in the bank's file.
        own_levels: ``int64 (n,)``, filled in: how dark the ink is.

    Returns:
        -1 when all is well, else the first row whose numbers cannot be true.
    """
    glyphs = height_px.shape[0]
    for i in range(rows.shape[0]):
        if rows[i, 0] != number:
            continue
        row = rows[i, 1]
        if row < 0 or row >= glyphs:
            return int(row)
        batch = row // BATCH_ROWS
        at = offsets_at[batch] + row - batch * BATCH_ROWS
        low, high = words[at], words[at + 1]
        height, width = np.int64(height_px[row]), np.int64(width_px[row])
        size = height * width
        if low < 0 or high - low != size or size == 0 or high > ink_bytes[batch]:
            return int(row)
        w = np.int64(writer[row])
        if w >= ems_px.shape[0] or height > most_px or width > most_px:
            return int(row)
        sizes_px[i, 0], sizes_px[i, 1] = height, width
        ems[i] = ems_px[w]
        starts[i] = ink_at[batch] + low
        own_levels[i] = levels[w] if levels[w] >= 0 else np.int64(level[row])
    return -1
