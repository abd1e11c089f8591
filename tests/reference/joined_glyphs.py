"""Letters of pictures with their halves of joins, each on a sheet of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.render import _box, _by_255, draw_glyphs
from reference.strokes import cover_capsules

__all__ = ["draw_joined"]


def draw_joined(
    nodes: Any, node_ends: Any, strokes: Any, glyphs: Any, gains_q8: Any, softness: int, out: Any
) -> None:
    """See `joined_glyphs.draw_joined`."""
    owners, cuts, leads = strokes
    data, starts, sizes, places, slants, faint, boxes = glyphs
    begins = [0, *node_ends[:-1].tolist()]
    rows, columns = np.indices(out.shape)
    for owner in dict.fromkeys(owners[leads].tolist()):
        if not sizes[owner, 0]:
            continue
        one, sheet, box = slice(owner, owner + 1), np.zeros_like(out), np.zeros((1, 4), np.int64)
        own = data, starts[one], sizes[one], places[one], slants[one]
        draw_glyphs(*own, np.array([256]), 1, sheet, box)
        for stroke in np.flatnonzero(owners == owner).tolist():
            part, (x, y, dx, dy) = np.zeros_like(sheet), cuts[stroke].tolist()
            cover_capsules(nodes[begins[stroke] : node_ends[stroke]], softness, part)
            ahead = (256 * columns + 128 - x) * dx + (256 * rows + 128 - y) * dy
            sheet = np.where(ahead <= 0, np.maximum(sheet, part), sheet)
        ink = np.minimum((sheet.astype(np.int64) * int(gains_q8[owner]) + 128) >> 8, 255)
        below = out.astype(np.int64)
        out[:] = below + ink - _by_255(below * ink)
        boxes[owner] = _box(ink >= max(faint, 1))
