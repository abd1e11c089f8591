"""Value noise in whole numbers: lattices of generator words, blended smoothly between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from penline.paper.kernel import add_octave
from penline.randomness import rng

__all__ = ["noise_field", "waver"]


def _lattice(seed: int, tag: int, rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """``uint8 (rows, columns)``: the words that the key `seed` stands for, cut into bytes."""
    words = rng(seed, tag, "paper noise").words(-(-rows * columns // 8))
    octets = words.astype("<u8", copy=False).view(np.uint8)
    return octets[: rows * columns].reshape(rows, columns)


def noise_field(
    height: int, width: int, seed: int, octaves: Iterable[Sequence[int]], tag: int = 0
) -> npt.NDArray[np.int32]:
    """A field of smooth noise, ``int32 (height, width)``, around 0.

    Args:
        height: px.
        width: px.
        seed: a drawn key of at most 64 bits.
        octaves: each ``(cell_x, cell_y, amplitude)``: distance of lattice points in px, and the
            largest change, which sets the field's unit.
        tag: tells apart fields that share a seed.
    """
    levels = np.zeros((height, width), np.int32)
    for number, (cell_x, cell_y, amplitude) in enumerate(octaves):
        lattice = _lattice(seed, tag * 64 + number, height // cell_y + 2, width // cell_x + 2)
        add_octave(levels, lattice, cell_x, cell_y, amplitude)
    return levels


def waver(seed: int, tag: int, count: int, cell: int, amplitude: int) -> npt.NDArray[np.int64]:
    """Smooth noise along a line, ``int64 (count,)`` within `amplitude` of 0.

    Args:
        seed: a drawn key.
        tag: tells apart fields that share a seed.
        count: number of places.
        cell: distance of lattice points, in places.
        amplitude: largest value, below 2**20.
    """
    levels = np.zeros((1, count), np.int32)
    if amplitude:
        add_octave(levels, _lattice(seed, tag * 64, 3, count // cell + 2), cell, 1, amplitude)
    return levels.reshape(count).astype(np.int64)
