"""What JPEG makes of a grey picture: its blocks transformed, quantised, and back.

The arithmetic is that of the standard's reference road with whole numbers (ITU-T T.81; Loeffler,
Ligtenberg and Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989;
13 bits of fraction, 2 kept between the passes), as libjpeg and libjpeg-turbo compute it when
nothing else is asked for: encoding and decoding with them gives the same pixels, and a test holds
the two equal. The bits in between are left out, which is what costs most.

Sixteen blocks go together: number ``i`` of block ``b`` lies at ``16 i + b``, so that each step
works on sixteen numbers that lie side by side.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["quantised", "steps_of"]

_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""ITU-T T.81, table K.1."""
_LANES, _SIDE = 16, 8
_BITS, _KEPT = 13, 2
_i32 = np.int32


def _fixed(value: float) -> Any:
    return _i32(round(value * (1 << _BITS)))


_A, _B, _C, _D = _fixed(0.298631336), _fixed(0.390180644), _fixed(0.541196100), _fixed(0.765366865)
_E, _F, _G, _H = _fixed(0.899976223), _fixed(1.175875602), _fixed(1.501321110), _fixed(1.847759065)
_I, _J, _K, _L = _fixed(1.961570560), _fixed(2.053119869), _fixed(2.562915447), _fixed(3.072711026)


@functools.cache
def steps_of(quality: int) -> npt.NDArray[np.int32]:
    """``int32 (64,)``: by what each number of a block is divided, row by row.

    Args:
        quality: 1 to 100, as libjpeg counts.
    """
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    steps = (np.array(_LUMINANCE, np.int32).ravel() * scale + 50) // 100
    return np.clip(steps, 1, 255).astype(np.int32)


@compiled
def _odd(a: Any, b: Any, c: Any, d: Any) -> Any:
    """The odd half of either transform, before its numbers are rounded."""
    z1, z2, z3, z4 = _i32(a + d), _i32(b + c), _i32(a + c), _i32(b + d)
    z5 = _i32(_i32(z3 + z4) * _F)
    z1, z2 = _i32(-_i32(z1 * _E)), _i32(-_i32(z2 * _K))
    z3, z4 = _i32(z5 - _i32(z3 * _I)), _i32(z5 - _i32(z4 * _B))
    return (
        _i32(_i32(_i32(a * _A) + z1) + z3),
        _i32(_i32(_i32(b * _J) + z2) + z4),
        _i32(_i32(_i32(c * _L) + z2) + z3),
        _i32(_i32(_i32(d * _G) + z1) + z4),
    )


def _forward(near: int, far: int, *, first: bool) -> Any:
    """A pass of the transform: over eight numbers `far` apart, for eight lines `near` apart."""
    shift = _i32(_BITS - _KEPT if first else _BITS + _KEPT)
    half, small = _i32(1 << int(shift) - 1), _i32(1 << _KEPT - 1)
    kept, whole = _i32(_KEPT), first
    f1, f2, f3, f4, f5, f6, f7 = (k * far for k in range(1, _SIDE))

    @compiled
    def go(numbers: Any) -> None:
        for line in range(_SIDE):
            part = numbers[line * near : line * near + f7 + _LANES]
            for b in range(_LANES):
                d0, d1, d2, d3 = part[b], part[f1 + b], part[f2 + b], part[f3 + b]
                d4, d5, d6, d7 = part[f4 + b], part[f5 + b], part[f6 + b], part[f7 + b]
                s0, s1, s2, s3 = _i32(d0 + d7), _i32(d1 + d6), _i32(d2 + d5), _i32(d3 + d4)
                r3, r2, r1, r0 = _i32(d0 - d7), _i32(d1 - d6), _i32(d2 - d5), _i32(d3 - d4)
                e0, e3, e1, e2 = _i32(s0 + s3), _i32(s0 - s3), _i32(s1 + s2), _i32(s1 - s2)
                if whole:
                    part[b] = _i32(_i32(e0 + e1) << kept)
                    part[f4 + b] = _i32(_i32(e0 - e1) << kept)
                else:
                    part[b] = _i32(_i32(_i32(e0 + e1) + small) >> kept)
                    part[f4 + b] = _i32(_i32(_i32(e0 - e1) + small) >> kept)
                z = _i32(_i32(_i32(e2 + e3) * _C) + half)
                part[f2 + b] = _i32(_i32(z + _i32(e3 * _D)) >> shift)
                part[f6 + b] = _i32(_i32(z - _i32(e2 * _H)) >> shift)
                o7, o5, o3, o1 = _odd(r0, r1, r2, r3)
                part[f7 + b] = _i32(_i32(o7 + half) >> shift)
                part[f5 + b] = _i32(_i32(o5 + half) >> shift)
                part[f3 + b] = _i32(_i32(o3 + half) >> shift)
                part[f1 + b] = _i32(_i32(o1 + half) >> shift)

    return go


def _back(near: int, far: int, bits: int) -> Any:
    """A pass of the way back; its sums are `bits` too long."""
    shift, half, fraction = _i32(bits), _i32(1 << bits - 1), _i32(_BITS)
    f1, f2, f3, f4, f5, f6, f7 = (k * far for k in range(1, _SIDE))

    @compiled
    def go(numbers: Any) -> None:
        for line in range(_SIDE):
            part = numbers[line * near : line * near + f7 + _LANES]
            for b in range(_LANES):
                d0, d1, d2, d3 = part[b], part[f1 + b], part[f2 + b], part[f3 + b]
                d4, d5, d6, d7 = part[f4 + b], part[f5 + b], part[f6 + b], part[f7 + b]
                z = _i32(_i32(d2 + d6) * _C)
                t2, t3 = _i32(z - _i32(d6 * _H)), _i32(z + _i32(d2 * _D))
                t0 = _i32(_i32(_i32(d0 + d4) << fraction) + half)
                t1 = _i32(_i32(_i32(d0 - d4) << fraction) + half)
                e0, e3, e1, e2 = _i32(t0 + t3), _i32(t0 - t3), _i32(t1 + t2), _i32(t1 - t2)
                o0, o1, o2, o3 = _odd(d7, d5, d3, d1)
                part[b] = _i32(_i32(e0 + o3) >> shift)
                part[f7 + b] = _i32(_i32(e0 - o3) >> shift)
                part[f1 + b] = _i32(_i32(e1 + o2) >> shift)
                part[f6 + b] = _i32(_i32(e1 - o2) >> shift)
                part[f2 + b] = _i32(_i32(e2 + o1) >> shift)
                part[f5 + b] = _i32(_i32(e2 - o1) >> shift)
                part[f3 + b] = _i32(_i32(e3 + o0) >> shift)
                part[f4 + b] = _i32(_i32(e3 - o0) >> shift)

    return go


_ROW, _COLUMN = _LANES * _SIDE, _LANES
_forward_rows = _forward(_ROW, _COLUMN, first=True)
_forward_columns = _forward(_COLUMN, _ROW, first=False)
_back_columns = _back(_COLUMN, _ROW, _BITS - _KEPT)
_back_rows = _back(_ROW, _COLUMN, _BITS + _KEPT + 3)


@compiled
def _divide(numbers: Any, steps: Any) -> None:
    """Divide by the steps, round halves away from 0, and multiply again.

    The quotient is that of a float: a quarter is added to a numerator below 2**15, so that it lies
    farther from the next whole number than a float of 24 bits can err.
    """
    for i in range(_SIDE * _SIDE):
        step = _i32(steps[i])
        whole = _i32(step << _i32(3))  # the transform's numbers are eight times too large
        half = np.float32(_i32(whole >> _i32(1))) + np.float32(0.25)
        share = np.float32(1.0) / np.float32(whole)
        part = numbers[i * _LANES : (i + 1) * _LANES]
        for b in range(part.shape[0]):
            sign = _i32(part[b] >> _i32(31))
            size = np.float32(_i32(_i32(part[b] ^ sign) - sign))
            count = _i32(np.float32(np.float32(size + half) * share))
            count = _i32(count * step)
            part[b] = _i32(_i32(count ^ sign) - sign)


@compiled
def _take(row: Any, numbers: Any) -> None:
    for b in range(_LANES):
        for j in range(_SIDE):
            numbers[j * _LANES + b] = _i32(_i32(row[b * _SIDE + j]) - _i32(128))


@compiled
def _give(numbers: Any, row: Any) -> None:
    for k in range(numbers.shape[0]):
        numbers[k] = _i32(min(max(_i32(numbers[k] + _i32(128)), _i32(0)), _i32(255)))
    for b in range(_LANES):
        for j in range(_SIDE):
            row[b * _SIDE + j] = np.uint8(numbers[j * _LANES + b])


@compiled
def quantised(source: Any, steps: Any, out: Any) -> None:
    """A grey picture after one round of JPEG.

    Args:
        source: ``uint8 (height, width)``.
        steps: ``int32 (64,)``, of `steps_of`.
        out: ``uint8 (height, width)``, filled in.
    """
    height, width = source.shape
    numbers, edge = np.zeros(_SIDE * _ROW, np.int32), np.empty(_ROW, np.uint8)
    for top in range(0, height, _SIDE):
        for left in range(0, width, _ROW):
            wide = min(_ROW, width - left)
            for i in range(_SIDE):
                # what a block lacks at the edge is its last pixel over and over
                row = source[min(top + i, height - 1)]
                if wide == _ROW:
                    _take(row[left : left + _ROW], numbers[i * _ROW : (i + 1) * _ROW])
                    continue
                edge[:wide] = row[left:]
                edge[wide:] = row[width - 1]
                _take(edge, numbers[i * _ROW : (i + 1) * _ROW])
            _forward_rows(numbers)
            _forward_columns(numbers)
            _divide(numbers, steps)
            _back_columns(numbers)
            _back_rows(numbers)
            for i in range(min(_SIDE, height - top)):
                _give(numbers[i * _ROW : (i + 1) * _ROW], edge)
                out[top + i, left : left + wide] = edge[:wide]
