"""GNTX: isolated characters of CASIA-AHCDB as grey images, record after record.

No magic number, no file header. All numbers are little-endian. Source: a program that reads the
real files; no such file was at hand. That program reads only the lower half of the label; here
the whole field must be a character, and a file where it is not is refused.

    offset  bytes  field          meaning
    0       4      sample size    bytes of the whole record, 12 + width x height
    4       4      label          Unicode code point
    8       2      width          pixels
    10      2      height         pixels
    12      w x h  bitmap         rows from the top, one byte a pixel, 255 = paper
"""

from __future__ import annotations

import struct
import unicodedata

from penline.formats.grey import GreyRecords

__all__ = ["HEADER", "read", "runs", "salvage"]

HEADER = struct.Struct("<I4sHH")


def _character(raw: bytes) -> str | None:
    """The character of a code point; private ones count, controls and surrogates do not."""
    code = int.from_bytes(raw, "little")
    if code > 0x10FFFF or code & 0xFFFE == 0xFFFE:
        return None
    return None if unicodedata.category(chr(code)) in ("Cc", "Cs") else chr(code)


_RECORDS = GreyRecords("GNTX", HEADER, _character, ("label", "a Unicode code point"))

read = _RECORDS.read
runs = _RECORDS.runs
salvage = _RECORDS.salvage
