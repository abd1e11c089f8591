"""The kernels of `penline.randomness`, by NumPy's own generator and whole numbers of Python."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["bell", "bell_q16", "fill_words", "mulhi", "philox_words"]


def mulhi(a: int, b: int) -> int:
    """See `penline.randomness.mulhi`."""
    return a * b >> 64


def philox_words(
    key: tuple[np.uint64, np.uint64], index: int, block: int, count: int
) -> npt.NDArray[np.uint64]:
    """See `penline.randomness.philox_words`."""
    return np.random.Philox(key=key, counter=[block, 0, index, 0]).random_raw(count)


def fill_words(
    keys: list[tuple[np.uint64, np.uint64]], index: int, block: int, count: int
) -> npt.NDArray[np.uint64]:
    """See `penline.randomness._fill_words`."""
    return np.stack([philox_words(key, index, block, count) for key in keys])


def bell_q16(word: int) -> int:
    """See `penline.randomness.bell_q16`: the sum of four parts of 16 bits, around 0."""
    return (
        sum(word.to_bytes(8, "little")[0::2]) + 256 * sum(word.to_bytes(8, "little")[1::2]) - 131070
    )


def bell(word: int) -> float:
    """See `penline.randomness.bell`."""
    return bell_q16(word) / 37837
