"""Thinning by the definition of Guo and Hall's algorithm A1, all pixels at once."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["nearest_paper", "shrink_ink", "thin"]


def shrink_ink(ink: np.ndarray) -> tuple[int, np.ndarray]:
    """Side of the blocks, and their means; what is lacking of blocks at the edges is paper."""
    block = -(-max(ink.shape) // 96)
    high, wide = (-(-side // block) for side in ink.shape)
    padded = np.zeros((high * block, wide * block), np.int64)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    means = padded.reshape(high, block, wide, block).sum((1, 3)) // (block * block)
    return block, means.astype(np.uint8)


def thin(mask: np.ndarray) -> np.ndarray:
    """``bool``: what is left of a mask; its edges are paper."""
    left, idle, turn = mask.astype(bool), 0, 0
    while idle < 2:
        p2, p3, p4, p5, p6, p7, p8, p9 = (
            np.roll(left, (-dy, -dx), (0, 1))
            for dy, dx in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
        )
        crossings: Any = 0
        for before, pair in ((p2, p3 | p4), (p4, p5 | p6), (p6, p7 | p8), (p8, p9 | p2)):
            crossings = crossings + (~before & pair).astype(int)
        one = sum(pair.astype(int) for pair in (p9 | p2, p3 | p4, p5 | p6, p7 | p8))
        two = sum(pair.astype(int) for pair in (p2 | p3, p4 | p5, p6 | p7, p8 | p9))
        few = np.minimum(one, two)
        side = (p2 | p3 | ~p5) & p4 if turn == 0 else (p6 | p7 | ~p9) & p8
        gone = left & (crossings == 1) & (few >= 2) & (few <= 3) & ~side
        left = left & ~gone
        turn, idle = 1 - turn, 0 if gone.any() else idle + 1
    return left


def nearest_paper(mask: np.ndarray, row: int, column: int) -> float:
    """From the middle of a pixel to that of the nearest of paper, less half a pixel."""
    rows, columns = np.nonzero(mask == 0)
    return float(np.sqrt(((rows - row) ** 2 + (columns - column) ** 2).min())) - 0.5
