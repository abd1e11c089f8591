"""The items of a line: what stands one after the other, and what the banks know of each."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.read import ink_start
from penline.compiled import compiled

__all__ = ["ITEM", "GlyphColumns", "Items", "blank_items", "lookup_glyphs"]

ITEM = np.dtype(
    [
        ("entry", np.int64),  # of the character table: what it stands for
        ("owner", np.int64),  # the character of the text that it is, or is a part of
        ("repeat", np.int64),  # how many items before it stand for the same
        ("bank", np.int64),  # number in the set of banks; -1: white space
        ("row", np.int64),  # of the bank; -1: white space
        ("writer", np.int64),  # number in the bank
        ("height_px", np.int64),  # of the glyph as it is placed; 0: white space
        ("width_px", np.int64),
        ("length_px", np.int64),  # about how long its strokes are in all
        ("em_px", np.float64),  # of its writer, in the same pixels
        ("start", np.int64),  # where its ink begins in the bank's data
        ("level", np.int64),  # how dark its writer's ink is, or its own
        ("turned", np.int64),  # 1: upright in a column, so turned in the line on its side
    ]
)
"""One item. Every stage of the road reads these records; `choose` makes them."""

Items = npt.NDArray[Any]
"""Records of `ITEM`, ``(items,)``, in the order of the text."""

_NO_LEVEL = 1 << 32


class GlyphColumns(NamedTuple):
    """What a bank says of its glyphs, for `lookup_glyphs`; read-only.

    Attributes:
        words: ``int64``: the bank's file of ink, see `InkView`.
        offsets_at: ``int64 (batches,)``: index in `words` of each batch's first offset.
        ink_at: ``int64 (batches,)``: index of each batch's first ink byte.
        ink_bytes: ``int64 (batches,)``: number of ink bytes.
        height_px: ``uint16 (glyphs,)``, as the next three columns.
        width_px: ``uint16 (glyphs,)``.
        length_px: ``uint16 (glyphs,)``.
        level: ``uint8 (glyphs,)``.
        writer: ``(glyphs,)``: number of the writer in the bank.
        ems_px: ``float64 (writers,)``.
        levels: ``int64 (writers,)``: how dark a writer's ink is; -1 where each glyph has its own.
    """

    words: Any
    offsets_at: Any
    ink_at: Any
    ink_bytes: Any
    height_px: Any
    width_px: Any
    length_px: Any
    level: Any
    writer: Any
    ems_px: Any
    levels: Any


@compiled
def lookup_glyphs(columns: Any, number: int, most_px: int, items: Any) -> int:
    """Fill in what a line needs to know of those of its items that one bank holds.

    Every number that the bank's file gives is checked here, before another kernel sees it.

    Args:
        columns: `GlyphColumns` of the bank.
        number: of the bank in its set.
        most_px: the largest side that a glyph may have.
        items: records of `ITEM` with bank and row, ``(n,)``; changed.

    Returns:
        -1 when all is well, else the first row whose numbers cannot be true; 0 for a row below 0.
    """
    for i in range(items.shape[0]):
        item = items[i]
        if item.bank != number:
            continue
        row, start = item.row, ink_start(columns, item.row)
        if start < 0:
            return int(max(row, 0))
        height, width = np.int64(columns.height_px[row]), np.int64(columns.width_px[row])
        writer = np.int64(columns.writer[row])
        if writer >= columns.ems_px.shape[0] or height > most_px or width > most_px:
            return int(row)
        item.height_px, item.width_px = height, width
        item.length_px = np.int64(columns.length_px[row])
        item.writer = writer
        item.em_px = columns.ems_px[writer]
        item.start = start
        level = columns.levels[writer]
        item.level = level if level >= 0 else np.int64(columns.level[row])
    return -1


def blank_items(count: int) -> Items:
    """Records of `ITEM` of white space, ``(count,)``."""
    items = np.zeros(count, ITEM)
    items["bank"] = items["row"] = items["writer"] = -1
    items["em_px"] = 1.0
    items["level"] = _NO_LEVEL
    return items
