"""The kernels of `penline.bank.style` in plain NumPy and Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["lean_sums", "sampled"]

Ink = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def sampled(writers: Sequence[int], seen: Counter[int]) -> list[bool]:
    """See `style.sampled`: 32 of each writer, and then one of eight; `seen` is changed."""
    chosen = []
    for writer in writers:
        chosen.append(seen[writer] in {*range(32), *range(32, 100_000, 8)})
        seen[writer] += 1
    return chosen


def lean_sums(
    glyphs: Sequence[Ink], writers: Sequence[int], chosen: Sequence[bool], count: int
) -> Ints:
    """See `style.lean_sums`: Sobel's differences, where they are more across than down."""
    sums = np.zeros((count, 2), np.int64)
    for glyph, writer, taken in zip(glyphs, writers, chosen, strict=True):
        if not taken or min(glyph.shape) < 3:
            continue
        p = glyph.astype(np.int64)
        columns = p[:-2] + 2 * p[1:-1] + p[2:]
        rows = p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]
        gx, gy = columns[:, 2:] - columns[:, :-2], rows[2:] - rows[:-2]
        upright = 10 * np.abs(gy) < 7 * np.abs(gx)
        sums[writer] += [(gx * gy)[upright].sum(), (gx * gx)[upright].sum()]
    return sums
