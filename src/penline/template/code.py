"""What a sheet says about itself: one row of 72 black and white squares, printed twice.

    bits  field
    3     version of the layout, 1, or 2 where each character has several cells side by side
    6     side of a cell, mm
    3     how often each character is asked for, less 1
    10    number of the sheet, from 1
    10    number of sheets
    24    the list of characters (`penline.template.listing.digest_of`)
    16    CRC-16 of the 56 bits before, as 7 bytes (`binascii.crc_hqx`, start 0xFFFF)

The highest bit of each field comes first; 1 is black.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["BITS", "MAX_SHEETS", "VERSION", "VERSIONS", "Code", "pack_bits", "unpack_bits"]

VERSION = 1
VERSIONS = (VERSION, 2)
_WIDTHS = (3, 6, 3, 10, 10, 24)
_DATA_BITS = sum(_WIDTHS)
BITS = _DATA_BITS + 16
MAX_SHEETS = (1 << _WIDTHS[3]) - 1


class Code(NamedTuple):
    """The fields of the row, in its order."""

    version: int
    cell_mm: int
    more_times: int
    sheet: int
    sheets: int
    digest: int


def pack_bits(code: Code) -> tuple[int, ...]:
    """The 72 bits of a code.

    Raises:
        ValueError: a number that does not fit its field.
    """
    number = 0
    for value, width in zip(code, _WIDTHS, strict=True):
        if not 0 <= value < 1 << width:
            raise ValueError(f"{value} does not fit {width} bits")
        number = number << width | value
    number = number << 16 | _crc(number)
    return tuple(number >> place & 1 for place in range(BITS - 1, -1, -1))


def unpack_bits(bits: Iterable[int]) -> Code | None:
    """The code of 72 bits, or None where the check sum or a field is not right."""
    number = 0
    for bit in bits:
        number = number << 1 | int(bit)
    number, crc = number >> 16, number & 0xFFFF
    if number >> _DATA_BITS or _crc(number) != crc:
        return None
    values: list[int] = []
    for width in reversed(_WIDTHS):
        values.insert(0, number & (1 << width) - 1)
        number >>= width
    code = Code(*values)
    return code if 1 <= code.sheet <= code.sheets else None


def _crc(number: int) -> int:
    return binascii.crc_hqx(number.to_bytes(_DATA_BITS // 8, "big"), 0xFFFF)
