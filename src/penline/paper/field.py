"""Value noise in whole numbers: lattices of generator words, blended smoothly between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.paper.kernel import add_octave
from penline.randomness import philox_words, stage_key

__all__ = ["noise_field", "waver"]


_STAGE = "paper noise"


@compiled
def _add_octaves(levels: Any, octaves: Any, key: Any, tag: int) -> None:
    """Add octaves, ``int64 (n, 3)``, to a field; each has a lattice of words cut into bytes."""
    height, width = levels.shape
    for number in range(octaves.shape[0]):
        cell_x, cell_y, amplitude = octaves[number]
        rows, columns = height // cell_y + 2, width // cell_x + 2
        words = np.empty((rows * columns + 31) // 32 * 4, np.uint64)
        philox_words(key[0], key[1], np.uint64(tag + number), np.uint64(0), words)
        lattice = words.view(np.uint8)[: rows * columns].reshape(rows, columns)
        add_octave(levels, lattice, cell_x, cell_y, amplitude)


def noise_field(
    height: int, width: int, seed: int, octaves: Iterable[Sequence[int]], tag: int = 0
) -> npt.NDArray[np.int32]:
    """Make a field of smooth noise, ``int32 (height, width)``, around 0.

    Args:
        height: px.
        width: px.
        seed: a drawn key of at most 64 bits.
        octaves: each ``(cell_x, cell_y, amplitude)``: distance of lattice points in px, and the
            largest change, which sets the field's unit.
        tag: tells apart fields that share a seed.
    """
    levels = np.zeros((height, width), np.int32)
    table = np.array(list(octaves), np.int64).reshape(-1, 3)
    _add_octaves(levels, table, stage_key(seed, _STAGE), tag * 64)
    return levels


def waver(seed: int, tag: int, count: int, cell: int, amplitude: int) -> npt.NDArray[np.int64]:
    """Make smooth noise along a line, ``int64 (count,)`` within `amplitude` of 0.

    Args:
        seed: a drawn key.
        tag: tells apart fields that share a seed.
        count: number of places.
        cell: distance of lattice points, in places.
        amplitude: largest value, below 2**20.
    """
    levels = np.zeros((1, count), np.int32)
    if amplitude:
        table = np.array([(cell, 1, amplitude)], np.int64)
        _add_octaves(levels, table, stage_key(seed, _STAGE), tag * 64)
    return levels.reshape(count).astype(np.int64)
