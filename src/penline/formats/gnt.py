"""GNT: isolated characters as grey images, record after record to the end of the file.

No magic number, no file header. All numbers are little-endian. Source: table 2 of
the publisher's page on the offline databases, and programs that read the real files.

    offset  bytes  field          meaning
    0       4      sample size    bytes of the whole record, 10 + width x height
    4       2      tag code       GB code, lead byte first; ASCII is one byte and a zero
    6       2      width          pixels
    8       2      height         pixels
    10      w x h  bitmap         rows from the top, one byte a pixel, 255 = paper
"""

from __future__ import annotations

import struct

from penline.formats.gb import character
from penline.formats.grey import GreyRecords

__all__ = ["HEADER", "read", "runs", "salvage"]

HEADER = struct.Struct("<I2sHH")

_RECORDS = GreyRecords("GNT", HEADER, character, ("tag code", "a GB18030 code"))

read = _RECORDS.read
runs = _RECORDS.runs
salvage = _RECORDS.salvage
