"""Compiled kernels of the effects, in whole numbers; those of a warp are in `mesh`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = [
    "add_noise",
    "average_taps",
    "between",
    "darken",
    "fill_sway",
]

Image = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


_RUN = 1024
"""Values that are worked on at a time, so that what stands between stays in the cache."""


@compiled
def add_noise(source: Image, octets: Image, deviations: Ints, out: Image) -> None:
    """Add bell-shaped noise: the sum of four random bytes, scaled.

    Args:
        source: ``uint8 (n,)``.
        octets: random bytes, ``uint8`` of at least ``4 n``.
        deviations: ``int64 (256,)``: deviation at each level of the source, 1/256 level, at most
            2**20.
        out: ``uint8 (n,)``.
    """
    size = source.shape[0]
    fours = octets[: 4 * size].view(np.uint32)
    # the sum deviates by 147.8 from 510, and 443 / 2**24 = 1 / (147.8 * 256)
    scaled = np.empty(256, np.int32)
    largest = np.int64(0)
    for level in range(256):
        largest = max(largest, abs(deviations[level]))
        scaled[level] = deviations[level]
    narrow = largest * 510 * 443 + (1 << 23) < 1 << 31
    factors = np.empty(_RUN, np.int32)
    sums = np.empty(_RUN, np.int32)
    mask = np.uint32(0x00FF00FF)
    for first in range(0, size, _RUN):
        count = min(_RUN, size - first)
        before, after = source[first : first + count], out[first : first + count]
        words = fours[first : first + count]
        for i in range(count):
            factors[i] = scaled[before[i]]
        for i in range(count):
            pair = np.uint32((words[i] & mask) + ((words[i] >> np.uint32(8)) & mask))
            sums[i] = np.int32(np.uint32((pair + (pair >> np.uint32(16))) & np.uint32(0xFFFF)))
        if narrow:
            for i in range(count):
                deviation = np.int32(np.int32(sums[i] - 510) * factors[i])
                noise = np.int32(np.int32(deviation * 443) + (1 << 23)) >> 24
                after[i] = min(max(np.int32(before[i] + noise), np.int32(0)), np.int32(255))
        else:
            for i in range(count):
                wide = (np.int64(sums[i] - 510) * factors[i] * 443 + (1 << 23)) >> 24
                after[i] = min(max(before[i] + wide, 0), 255)


@compiled
def average_taps(source: Image, taps: Ints, out: Image) -> None:
    """Average each pixel with its neighbours, by weight; beyond the edge the edge goes on.

    Args:
        source: ``uint8 (height, width, c)``.
        taps: ``int64 (n, 3)``: dx, dy in px, weight; the weights are 0 or more and add up to 65536.
        out: ``uint8 (height, width, c)``.
    """
    height, width, count = source.shape
    total = np.empty(width * count, np.int32)
    for y in range(height):
        total[:] = 32768
        for k in range(taps.shape[0]):
            row = source[min(max(y + taps[k, 1], 0), height - 1)].reshape(-1)
            weight = np.int32(taps[k, 2])
            shift = taps[k, 0]
            first, last = min(max(-shift, 0), width), max(min(width - shift, width), 0)
            for x in range(min(first, width)):
                for c in range(count):
                    total[x * count + c] += weight * row[c]
            inner = row[max(first + shift, 0) * count :]
            sums = total[first * count : max(last, first) * count]
            for i in range(sums.shape[0]):
                sums[i] = np.int32(sums[i] + np.int32(weight * inner[i]))
            for x in range(max(last, first), width):
                for c in range(count):
                    total[x * count + c] += weight * row[(width - 1) * count + c]
        target = out[y].reshape(-1)
        for i in range(total.shape[0]):
            target[i] = total[i] >> 16


@compiled
def darken(
    source: Image, across: Ints, down: Ints, softness: int, factors: Ints, out: Image
) -> None:
    """Multiply by a factor that depends on the distance from a line.

    Args:
        source: ``uint8 (height, width, c)``.
        across: ``int64 (width,)``: each column's part of the distance, 1/256 px, below 2**28.
        down: ``int64 (height,)``: each row's part, below 2**28.
        softness: distance over which the factors run, half on each side of the line, 1/256 px,
            below 2**28.
        factors: ``int64 (512, c)``, 1/65536.
        out: ``uint8 (height, width, c)``.
    """
    height, width, count = source.shape
    scale = np.int32((512 << 20) // softness)
    widest = np.int32(softness)
    columns = np.empty(width, np.int32)
    places = np.empty(width, np.int32)
    shares = np.empty(width * count, np.int32)
    table = np.empty((512, count), np.int32)
    for x in range(width):
        columns[x] = across[x]
    for place in range(512):
        for c in range(count):
            table[place, c] = factors[place, c]
    for y in range(height):
        row = np.int32(down[y] + softness // 2)
        for x in range(width):
            distance = min(max(np.int32(columns[x] + row), np.int32(0)), widest)
            # at most 512 << 20
            places[x] = min(np.int32(np.int32(distance * scale) >> 20), np.int32(511))
        if count == 1:
            single = table[:, 0]
            for x in range(width):
                shares[x] = single[places[x]]
        else:
            for x in range(width):
                for c in range(count):
                    shares[x * count + c] = table[places[x], c]
        before, after = source[y].reshape(-1), out[y].reshape(-1)
        for i in range(shares.shape[0]):
            after[i] = np.int32(np.int32(before[i] * shares[i]) + 32768) >> 16


@compiled
def fill_sway(words: Words, cell: int, amplitude: int, out: Ints) -> None:
    """Fill in smooth noise along a line, within `amplitude` of 0.

    Args:
        words: one for each lattice point, ``uint64``, at least ``n // cell + 2``.
        cell: distance of lattice points, in places.
        amplitude: largest value, below 2**40.
        out: ``int64 (n,)``, what is made.
    """
    size = out.shape[0]
    for j in range((size + cell - 1) // cell):
        left = (np.int64(words[j] >> np.uint64(48)) - 32768) * amplitude >> 15
        right = (np.int64(words[j + 1] >> np.uint64(48)) - 32768) * amplitude >> 15
        for i in range(min(cell, size - j * cell)):
            t = i * 256 // cell
            weight = t * t * (768 - 2 * t) >> 16
            out[j * cell + i] = left + ((right - left) * weight >> 8)


@compiled
def between(place: int, cell: int, count: int) -> tuple[int, int]:
    """Find the lattice point before a place (1/4096 px), and the next one's weight (1/4096)."""
    place = max(place, 0)
    before = min(place // (cell * 4096), count - 2)
    t = min(place // cell - before * 4096, 4096)
    return before, t * t * (3 * 4096 - 2 * t) >> 24
