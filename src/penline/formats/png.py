"""One PNG picture to grey pixels: its chunks are proven first, then OpenCV unpacks it.

Source: the PNG specification (ISO/IEC 15948:2004), sections 5 and 11.2.

    offset  bytes  field
    0       8      signature
    8       4      bytes of the first chunk, 13; all numbers are big-endian
    12      4      "IHDR"
    16      4+4    width, height
    24      1      bits a sample
    25      1      colour type: 0 grey, 2 RGB, 3 palette; 4 and 6, with transparency, are refused
    26      3      compression, filter, interlace
    29      4      CRC-32 of the chunk's type and data
    33             further chunks of the same make, IDAT among them, IEND the last
"""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from penline.errors import FormatError
from penline.formats.sniff import sniff
from penline.records import Bytes2D

__all__ = ["BYTES_LIMIT", "PIXELS_LIMIT", "SIDE_LIMIT_PX", "proven", "read_png"]

BYTES_LIMIT = 1 << 26
"""A file of more bytes is not read."""
SIDE_LIMIT_PX = 1 << 14
PIXELS_LIMIT = 1 << 24

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_HEAD = struct.Struct(">2I5B")
_CRC = struct.Struct(">I")
_BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8)}
_CLEAR_BITS = {4: (8, 16), 6: (8, 16)}
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_AROUND = _CHUNK.size + _CRC.size


def read_png(data: bytes, file: str) -> Bytes2D:
    """The pixels of a PNG file.

    Args:
        data: the whole file.
        file: the label for messages.

    Returns:
        ``uint8 (height_px, width_px)``, grey, read-only: 0 black, 255 white.

    Raises:
        FormatError: the file is cut short, damaged, has transparency, or is larger than
            `SIDE_LIMIT_PX` or `PIXELS_LIMIT`.
    """
    size_px = proven(data, file)
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error as error:
        raise FormatError(file, 33, "image data", "a PNG image", error.err) from error
    if found is None or found.shape != size_px or found.dtype != np.uint8:
        said = "damaged data" if found is None else f"{found.dtype} {found.shape}"
        raise FormatError(file, 33, "image data", f"pixels of {size_px}", said)
    pixels: Bytes2D = found.view(np.uint8)
    pixels.flags.writeable = False
    return pixels


def proven(data: bytes, file: str, *, clear: bool = False) -> tuple[int, int]:
    """Look at every chunk of a PNG file, without unpacking more than its header says.

    Args:
        data: the whole file.
        file: the label for messages.
        clear: transparency is welcome.

    Returns:
        Height and width in pixels.

    Raises:
        FormatError: as `read_png`.
    """
    if data[:8] != _SIGNATURE:
        found = sniff(data[:272]) if data else "an empty file"
        raise FormatError(file, 0, "signature", "a PNG image", found or data[:8].hex(" "))
    offset, kind, packed, size_px = 8, b"", bytearray(), (0, 0)
    head: tuple[int, ...] = ()
    while kind != b"IEND":
        left = len(data) - offset
        if left < _AROUND:
            raise FormatError(file, offset, "chunk", "another chunk", f"{left} bytes")
        length, kind = _CHUNK.unpack_from(data, offset)
        name = f"chunk {kind!r}"
        if length > left - _AROUND:
            raise FormatError(file, offset, name, f"{length:,} bytes", f"{left - _AROUND:,} bytes")
        end = offset + _CHUNK.size + length
        (crc,) = _CRC.unpack_from(data, end)
        own = zlib.crc32(memoryview(data)[offset + 4 : end])
        if own != crc:
            raise FormatError(file, offset, f"{name}, CRC-32", f"{crc:08x}", f"{own:08x}")
        if offset == 8:
            head = _head(data, file, length, kind, clear)
            size_px = head[1], head[0]
        elif kind == b"IDAT":
            packed += data[offset + 8 : end]
        offset = end + _CRC.size
    if offset != len(data):
        raise FormatError(file, offset, "end of file", "no more bytes", f"{len(data) - offset:,}")
    _unpacks(packed, head, file)
    return size_px


def _head(data: bytes, file: str, length: int, kind: bytes, clear: bool) -> tuple[int, ...]:
    if kind != b"IHDR" or length != _HEAD.size:
        found = f"{kind!r} of {length:,} bytes"
        raise FormatError(file, 8, "first chunk", "IHDR of 13 bytes", found)
    head: tuple[int, ...] = _HEAD.unpack_from(data, 16)
    width, height, bits, colour = head[:4]
    if not (0 < width <= SIDE_LIMIT_PX and 0 < height <= SIDE_LIMIT_PX):
        expected = f"sides of 1 to {SIDE_LIMIT_PX:,} px"
        raise FormatError(file, 16, "width and height", expected, f"{width:,} x {height:,}")
    if width * height > PIXELS_LIMIT:
        expected = f"at most {PIXELS_LIMIT:,} pixels"
        raise FormatError(file, 16, "width and height", expected, f"{width * height:,}")
    if bits not in (_BITS | _CLEAR_BITS if clear else _BITS).get(colour, ()):
        expected = f"grey, RGB or palette{'' if clear else ' without transparency'}"
        raise FormatError(file, 24, "bits and colour type", expected, f"{bits} and {colour}")
    return head


def _unpacks(packed: bytearray, head: tuple[int, ...], file: str) -> None:
    """That the data hold just the rows that the header says; OpenCV fills up what is missing."""
    width, height, bits, colour, _, _, interlace = head
    samples = _SAMPLES[colour]
    if interlace:
        return
    wanted = height * (1 + (width * bits * samples + 7) // 8)
    inflate = zlib.decompressobj()
    try:
        rows = len(inflate.decompress(packed, wanted + 1))
    except zlib.error as error:
        raise FormatError(file, 33, "image data", "zlib data", str(error)) from error
    if rows != wanted or not inflate.eof:
        found = f"{rows:,} bytes" + ("" if inflate.eof else " and no end")
        raise FormatError(file, 33, "image data", f"{wanted:,} bytes", found)
