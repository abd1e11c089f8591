"""Many records of one grey picture each, found in one compiled call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["sound_records"]

Ints = npt.NDArray[np.int64]


@compiled
def _number(data: npt.NDArray[np.uint8], at: int, size: int) -> int:
    """The little-endian number of `size` bytes at index `at`."""
    value = np.int64(0)
    for place in range(size):
        value |= np.int64(data[at + place]) << (8 * place)
    return value  # type: ignore[return-value]


@compiled
def sound_records(
    data: npt.NDArray[np.uint8], at: int, head: int, starts: Ints, sizes_px: Ints, labels: Ints
) -> int:
    """Records from `at` on, as long as each fits itself and is followed by a header that does.

    For the frame see `penline.formats.grey`.

    Args:
        data: ``uint8 (n,)``.
        at: index of the first header; the whole of it is there.
        head: bytes of a header.
        starts: ``int64 (limit,)``: filled in: index of each bitmap.
        sizes_px: ``int64 (limit, 2)``: filled in: height and width.
        labels: ``int64 (limit,)``: filled in: each label's bytes as a little-endian number.

    Returns:
        How many there are, at most `limit`.
    """
    last = data.shape[0] - head
    found = 0
    width, height = _number(data, at + head - 4, 2), _number(data, at + head - 2, 2)
    size = head + width * height
    if size == head or _number(data, at, 4) != size:
        return 0
    while found < starts.shape[0] and at + size <= last:
        after = at + size
        next_width = _number(data, after + head - 4, 2)
        next_height = _number(data, after + head - 2, 2)
        following = head + next_width * next_height
        if following == head or _number(data, after, 4) != following:
            break
        starts[found] = at + head
        sizes_px[found, 0], sizes_px[found, 1] = height, width
        labels[found] = _number(data, at + 4, head - 8)
        found += 1
        at, size, width, height = after, following, next_width, next_height
    return found
