"""CCITT group 4 (ITU-T T.6), row after row, so that the tallest raster is never unpacked at once.

A strip is read twice. The first time nothing is kept, and it is proven that the codes make just so
many rows; the second time the rows are handed out in pieces. Why there is a decoder of penline's
own for this: docs/decisions/0007-g4-in-pieces.md. libtiff is what the tests hold it against.

A row is a list of changing elements, the columns where the colour changes, white first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.formats.g4_codes import EXTENSION, HORIZONTAL, MODE_BITS, PASS, RUN_BITS, tables
from penline.records import Bytes2D

__all__ = ["decode_pieces"]

Bytes1D: TypeAlias = npt.NDArray[np.uint8]
Ints: TypeAlias = npt.NDArray[np.int32]

_END = 0x001001
_END_BITS = 24
_END_BYTES = 6
_PADDING_BITS = 16
"""NIST's first compressor added a byte to strips that were already whole."""
_CHECKED_PX = 1 << 26
"""So many pixels are checked in one call, which cannot be interrupted."""

_PLAIN = np.arange(256, dtype=np.uint8)
_TURNED = np.packbits(np.unpackbits(_PLAIN[:, None], axis=1), axis=1, bitorder="little")[:, 0]


def decode_pieces(
    strip: memoryview, width_px: int, height_px: int, rows: int, *, turned: bool
) -> Iterator[Bytes2D]:
    """The rows of a strip, packed: 8 pixels a byte, the leftmost in the highest bit, 1 = black.

    Args:
        strip: T.6 codes with their end mark.
        width_px: pixels of a row, a multiple of 8.
        height_px: rows.
        rows: rows of a piece; the last one may be shorter.
        turned: the first bit of a byte is its lowest one.

    Yields:
        ``uint8 (rows, width_px / 8)``, read-only, each in memory of its own.

    Raises:
        ValueError: the strip does not hold just these rows, before the first piece; arguments:
            expected, found.
    """
    bits = _payload_bits(strip, height_px, turned=turned)
    codes = np.frombuffer(strip, np.uint8)
    order = _TURNED if turned else _PLAIN
    nothing = np.empty((0, 0), np.uint8)
    reference = _first_reference(width_px)
    at = done = 0
    step = max(_CHECKED_PX // width_px, 1)
    while done < height_px and at >= 0:
        now = min(step, height_px - done)
        at = _rows(codes, order, *tables(), at, bits, width_px, now, reference, nothing)
        done += now
    if at != bits:
        raise ValueError(f"codes for just {height_px:,} rows", "damaged codes or other rows")
    reference = _first_reference(width_px)
    at = 0
    for start in range(0, height_px, rows):
        now = min(rows, height_px - start)
        packed = np.zeros((now, width_px // 8), np.uint8)
        at = _rows(codes, order, *tables(), at, bits, width_px, now, reference, packed)
        packed.flags.writeable = False
        yield packed


def _payload_bits(strip: memoryview, height_px: int, *, turned: bool) -> int:
    """How many bits come before the end mark, which stands in the last bytes of the strip."""
    last = np.frombuffer(strip[-_END_BYTES:], np.uint8)
    end = (_TURNED if turned else _PLAIN)[last].tobytes()
    tail = int.from_bytes(end, "big")
    zeros = (tail & -tail).bit_length() - 1
    if tail == 0 or zeros > _PADDING_BITS or (tail >> zeros) & 0xFFFFFF != _END:
        raise ValueError("the end-of-block mark at the end", f"bytes {end.hex(' ')}")
    bits = max(8 * len(strip) - zeros - _END_BITS, 0)
    if bits < height_px:  # the shortest row takes one bit
        raise ValueError(f"at most {bits:,} rows in {len(strip):,} bytes", f"{height_px:,} rows")
    return bits


def _first_reference(width_px: int) -> npt.NDArray[np.int32]:
    """Two rows of changing elements, both white: the reference, and room for the next one.

    The elements of a row rise from 0 to the width, which may stand twice; four more mark its end.
    """
    return np.full((2, width_px + 8), width_px, np.int32)


@compiled
def _rows(
    codes: Bytes1D,
    order: Bytes1D,
    modes: Ints,
    white: Ints,
    black: Ints,
    at: int,
    bits: int,
    width: int,
    count: int,
    changes: Ints,
    packed: Bytes2D,
) -> int:
    """Unpack `count` rows from bit `at` on.

    Args:
        codes: the strip.
        order: the value of each byte, with its first bit as the highest.
        modes, white, black: `g4_codes.tables`.
        at: index of the first bit.
        bits: index of the first bit that is not read.
        width: pixels of a row.
        count: rows.
        changes: ``int32 (2, room)``; the first row is the reference, before and after.
        packed: ``uint8 (count, width / 8)``, all zero, drawn into; or no rows: nothing is drawn.

    Returns:
        Index of the bit after the last row; -1 if the codes are damaged or end too early.
    """
    above, row = changes[0], changes[1]
    held = np.uint64(0)
    have = 0  # bits in `held` that are not used yet
    byte = at >> 3
    first = at & 7
    if first:
        held = np.uint64(order[codes[byte]]) if byte < len(codes) else np.uint64(0)
        have = 8 - first
        byte += 1
    for line in range(count):
        found = 0  # changing elements of this row
        here = 0  # a0
        colour = 0
        beside = 0  # index of b1 in the row above
        begun = False  # before the first code, b1 may be the first column
        while here < width:
            while have <= 48:
                value = order[codes[byte]] if byte < len(codes) else 0
                held = (held << np.uint64(8)) | np.uint64(value)
                have += 8
                byte += 1
            if begun:
                while above[beside] <= here and above[beside] < width:
                    beside += 2
            entry = modes[np.int64(held >> np.uint64(have - MODE_BITS)) & ((1 << MODE_BITS) - 1)]
            have -= entry >> 8
            mode = entry & 0xFF
            if mode == PASS:
                here = above[beside + 1]
                begun = True
                continue
            if mode == HORIZONTAL:
                begun = True
                for _ in range(2):
                    run = 0
                    while True:
                        while have <= 48:
                            value = order[codes[byte]] if byte < len(codes) else 0
                            held = (held << np.uint64(8)) | np.uint64(value)
                            have += 8
                            byte += 1
                        window = np.int64(held >> np.uint64(have - RUN_BITS))
                        window &= (1 << RUN_BITS) - 1
                        entry = black[window] if colour else white[window]
                        if entry < 0:
                            return -1
                        have -= entry >> 16
                        run += entry & 0xFFFF
                        if entry & 0xFFFF < 64:
                            break
                        if run > width:
                            return -1
                    here += run
                    if here > width:
                        return -1
                    if run == 0 and found > 0 and row[found - 1] == here:
                        found -= 1  # a run of no width: the colour goes on, nothing changes
                    else:
                        row[found] = here
                        found += 1
                    colour ^= 1
                continue
            if mode == EXTENSION:
                return -1
            # vertical: a1 lies -3 to 3 columns beside b1
            side = mode - 3
            there = above[beside] + side
            if there < here or there > width or (there == here and begun):
                return -1
            begun = True
            here = there
            row[found] = here
            found += 1
            colour ^= 1
            if side >= 0:
                beside += 1
            elif beside > 0:
                beside -= 1
            else:
                beside = 1
        if here != width or 8 * byte - have > bits:
            return -1
        for index in range(found, found + 4):
            row[index] = width
        if len(packed):
            _draw(row, found, packed[line])
        above, row = row, above
    if count & 1:  # the reference stays where it was looked for
        changes[0, :] = above
    return 8 * byte - have


@compiled
def _draw(row: Ints, found: int, packed: Bytes1D) -> None:
    """Set the bits of a row's black runs."""
    for index in range(0, found, 2):
        start, stop = row[index], row[index + 1]
        if start >= stop:
            continue
        first, last = start >> 3, (stop - 1) >> 3
        head = 0xFF >> (start & 7)
        tail = (0xFF << (7 - ((stop - 1) & 7))) & 0xFF
        if first == last:
            packed[first] |= head & tail
            continue
        packed[first] |= head
        for byte in range(first + 1, last):
            packed[byte] = 0xFF
        packed[last] |= tail
