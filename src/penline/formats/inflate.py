"""Data packed by zlib, unpacked in a kernel: many small pieces, while others run Python.

Source: RFC 1950 (zlib) and RFC 1951 (deflate). Nothing is taken that zlib itself would not take;
what is not taken is for that to judge, and to say what is wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled, frozen

__all__ = ["inflate", "inflate_room"]

_LONGEST = 15
_LITERALS, _DISTANCES = 288, 32
_ORDER = frozen(np.array([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]))
"""The order in which the lengths of the codes for lengths come."""


def _steps(first: int, bits: list[int]) -> npt.NDArray[np.int64]:
    """The least value of each code, and how many bits are added, ``int64 (codes, 2)``."""
    least = [first + sum(1 << one for one in bits[:at]) for at in range(len(bits))]
    return np.array([least, bits]).T.copy()


_RUNS = _steps(3, [0] * 8 + [bits for bits in range(1, 6) for _ in range(4)] + [0])
_RUNS[-1, 0] = 258
_RUNS = frozen(_RUNS)
_FAR = frozen(_steps(1, [0, 0, *(code // 2 for code in range(28))]))


def inflate_room() -> npt.NDArray[np.uint16]:
    """Make the room that `inflate` works in, ``uint16 (2, 32768)``; it may be used again."""
    return np.empty((2, 1 << _LONGEST), np.uint16)


@compiled
def _more(packed: Any, at: Any, held: Any, bits: Any) -> Any:
    """Hold 49 bits or more, where there are so many.

    Returns where the next ones lie, what is held (the next bit is the lowest), and how many bits.
    """
    if packed.shape[0] - at >= 8:
        word = np.uint64(0)
        for place in range(8):
            word |= np.uint64(packed[np.uint64(at + place)]) << np.uint64(8 * place)
        # what does not fit whole is read once more, and is the same
        return at + ((63 - bits) >> 3), held | word << np.uint64(bits), bits | 56
    while bits <= 48 and at < packed.shape[0]:
        held |= np.uint64(packed[at]) << np.uint64(bits)
        at += 1
        bits += 8
    return at, held, bits


@compiled
def _low(held: Any, bits: Any) -> Any:
    """The lowest bits of what is held, as a number."""
    return np.int64(held & np.uint64((1 << bits) - 1))


@compiled
def _table(lengths: Any, codes: Any) -> Any:
    """Fill in what each pattern of the next bits begins with, ``symbol << 4 | bits``.

    Returns how many bits a pattern has; -1 where the lengths are not those of a whole set of codes,
    nor of one code alone, of 1 bit.
    """
    counts, places = np.zeros(16, np.int64), np.zeros(16, np.int64)
    for length in lengths:
        counts[length] += 1
    longest, left = 0, 1
    places[1] = counts[0]
    for bits in range(1, 16):
        left = 2 * left - counts[bits]
        if left < 0:
            return -1
        if bits < 15:
            places[bits + 1] = places[bits] + counts[bits]
        if counts[bits]:
            longest = bits
    if left and longest > 1:
        return -1
    symbols = np.empty(lengths.shape[0], np.int64)
    for symbol in range(lengths.shape[0]):
        length = lengths[symbol]
        symbols[places[length]] = symbol
        places[length] += 1
    place = counts[0]
    code = 0
    codes[0] = 0
    for bits in range(1, longest + 1):
        half = 1 << (bits - 1)
        for at in range(half):  # shorter codes, whatever follows them
            codes[half + at] = codes[at]
        code <<= 1
        for _ in range(counts[bits]):
            turned = code  # a code's first bit is the lowest
            turned = (turned & 0x5555) << 1 | (turned >> 1) & 0x5555
            turned = (turned & 0x3333) << 2 | (turned >> 2) & 0x3333
            turned = (turned & 0x0F0F) << 4 | (turned >> 4) & 0x0F0F
            turned = (turned & 0x00FF) << 8 | (turned >> 8)
            codes[turned >> (16 - bits)] = symbols[place] << 4 | bits
            code += 1
            place += 1
    return longest


@compiled
def _lengths(packed: Any, at: Any, held: Any, bits: Any, lengths: Any, codes: Any) -> Any:
    """Fill in the lengths of a block's own codes.

    Returns how many are of literals and how many of distances, none where they are not sound; and
    as `_more`.
    """
    literals, distances = _low(held, 5) + 257, _low(held >> np.uint64(5), 5) + 1
    count = _low(held >> np.uint64(10), 4) + 4
    held >>= np.uint64(14)
    bits -= 14
    lengths[:] = 0
    for place in range(count):
        at, held, bits = _more(packed, at, held, bits)
        lengths[_ORDER[place]] = _low(held, 3)
        held >>= np.uint64(3)
        bits -= 3
    look, some = _table(lengths[:19], codes), np.count_nonzero(lengths[:19]) > 1
    lengths[:19] = 0
    if literals > 286 or distances > 30 or look < 1 or not some or bits < 0:
        return 0, 0, at, held, bits
    place = 0
    length: Any = 0
    while place < literals + distances:
        at, held, bits = _more(packed, at, held, bits)
        code = np.int64(codes[_low(held, look)])
        held >>= np.uint64(code & 15)
        bits -= code & 15
        if code & 15 == 0 or bits < 0:
            return 0, 0, at, held, bits
        code >>= 4
        if code < 16:
            length = lengths[place] = code
            place += 1
            continue
        extra = 2 if code == 16 else 3 if code == 17 else 7
        times = _low(held, extra) + (11 if code == 18 else 3)
        held >>= np.uint64(extra)
        bits -= extra
        length = length if code == 16 else 0
        if times > literals + distances - place or (code == 16 and place == 0) or bits < 0:
            return 0, 0, at, held, bits
        for one in range(place, place + times if length else place):
            lengths[one] = length
        place += times
    return (literals if lengths[256] else 0), distances, at, held, bits


@compiled
def _sum_is(data: Any, packed: Any, at: Any) -> Any:
    """Whether the four bytes at a place are the Adler-32 of data."""
    if packed.shape[0] - at < 4:
        return False
    first, second = np.int64(1), np.int64(0)
    for begin in range(0, data.shape[0], 4096):
        some = data[begin : begin + 4096]
        total, weighed = np.uint32(0), np.uint32(0)  # 4,096 bytes do not overflow
        for place in range(some.shape[0]):
            total += np.uint32(some[place])
            weighed += np.uint32(some[place]) * np.uint32(some.shape[0] - place)
        second = (second + first * some.shape[0] + weighed) % 65_521
        first = (first + total) % 65_521
    told = np.int64(0)
    for place in range(4):
        told = told << 8 | packed[at + place]
    return told == second << 16 | first


@compiled
def inflate(
    packed: npt.NDArray[np.uint8], data: npt.NDArray[np.uint8], room: npt.NDArray[np.uint16]
) -> bool:
    """Unpack what zlib packed.

    Args:
        packed: ``uint8 (n,)``; what follows its end does not matter.
        data: ``uint8 (m,)``: filled in.
        room: what `inflate_room` makes.

    Returns:
        Whether it is sound, and of just so many bytes; else nothing is right that was filled in.
    """
    if packed.shape[0] < 2 or packed[0] & 15 != 8 or packed[0] > 0x78 or packed[1] & 32:
        return False
    if (packed[0] * 256 + packed[1]) % 31:
        return False
    window = 256 << (packed[0] >> 4)
    lengths = np.zeros(_LITERALS + _DISTANCES, np.int64)
    # where the next bits lie, what is held of those before, how many these are; bytes that are done
    at, held, bits, used = 2, np.uint64(0), 0, 0
    last = False
    while not last:
        at, held, bits = _more(packed, at, held, bits)
        last, kind = _low(held, 1) == 1, _low(held >> np.uint64(1), 2)
        held >>= np.uint64(3)
        bits -= 3
        if bits < 0:
            return False
        if kind == 0:
            at -= bits // 8
            held, bits = np.uint64(0), 0
            if packed.shape[0] - at < 4:
                return False
            length = packed[at] | packed[at + 1] << 8
            if length ^ (packed[at + 2] | packed[at + 3] << 8) != 0xFFFF:
                return False
            at += 4
            if length > packed.shape[0] - at or length > data.shape[0] - used:
                return False
            data[used : used + length] = packed[at : at + length]
            at += length
            used += length
            continue
        literals, distances = _LITERALS, _DISTANCES
        if kind == 1:
            lengths[:144] = 8
            lengths[144:256] = 9
            lengths[256:280] = 7
            lengths[280:288] = 8
            lengths[288:] = 5
        elif kind == 2:
            literals, distances, at, held, bits = _lengths(packed, at, held, bits, lengths, room[0])
        if kind == 3 or not literals:
            return False
        look = _table(lengths[:literals], room[0])
        far_look = _table(lengths[literals : literals + distances], room[1])
        if look < 1 or far_look < 0:
            return False
        while True:
            at, held, bits = _more(packed, at, held, bits)
            code = np.int64(room[0, _low(held, look)])
            held >>= np.uint64(code & 15)
            bits -= code & 15
            if code & 15 == 0 or bits < 0:
                return False
            code >>= 4
            if code < 256:
                if used == data.shape[0]:
                    return False
                data[used] = code
                used += 1
                continue
            if code == 256:
                break
            if code > 285:
                return False
            length = _RUNS[code - 257, 0] + _low(held, _RUNS[code - 257, 1])
            held >>= np.uint64(_RUNS[code - 257, 1])
            bits -= _RUNS[code - 257, 1]
            code = np.int64(room[1, _low(held, far_look)])
            held >>= np.uint64(code & 15)
            bits -= code & 15
            far = code >> 4
            if code & 15 == 0 or far > 29:
                return False
            distance = _FAR[far, 0] + _low(held, _FAR[far, 1])
            held >>= np.uint64(_FAR[far, 1])
            bits -= _FAR[far, 1]
            if bits < 0 or distance > min(used, window) or length > data.shape[0] - used:
                return False
            if distance == 1:
                data[used : used + length] = data[used - 1]
            else:
                for place in range(used, used + length):
                    data[place] = data[place - distance]
            used += length
    return used == data.shape[0] and bool(_sum_is(data, packed, at - bits // 8))
