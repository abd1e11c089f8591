"""One PNG picture to pixels: its chunks are proven first; plain grey bytes are unpacked on the way,
and all else by OpenCV.

Source: the PNG specification (ISO/IEC 15948:2004), sections 5, 9.2 and 11.2.

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

import itertools
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

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_HEAD = struct.Struct(">2I5B")
_CRC = struct.Struct(">I")
_BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8)}
_ALL_BITS = {**_BITS, 4: (8, 16), 6: (8, 16)}
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_AROUND = _CHUNK.size + _CRC.size
PLAIN = b"\x08\x00\x00\x00\x00"
"""Bits, colour and the rest of a header: grey, a byte a pixel, not interlaced."""
UNSEEN = frozenset((b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"tIME", b"tEXt", b"zTXt", b"iTXt"))
"""Chunks that OpenCV does not look at."""
_FEW = 512
_MET = itertools.count()


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
    size_px, pixels = proven(data, file)
    if pixels is None:
        pixels = _by_opencv(data, size_px, file)
    pixels.flags.writeable = False
    return pixels


def _by_opencv(data: bytes, size_px: tuple[int, int], file: str) -> Bytes2D:
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error as error:
        raise FormatError(file, 33, "image data", "a PNG image", error.err) from error
    if found is None or found.shape != size_px or found.dtype != np.uint8:
        said = "damaged data" if found is None else f"{found.dtype} {found.shape}"
        raise FormatError(file, 33, "image data", f"pixels of {size_px}", said)
    return found.view(np.uint8)


def proven(
    data: bytes, file: str, *, clear: bool = False, most_pixels: int = PIXELS_LIMIT
) -> tuple[tuple[int, int], Bytes2D | None]:
    """Look at every chunk of a PNG file, without unpacking more than its header says.

    Args:
        data: the whole file.
        file: the label for messages.
        clear: transparency is welcome.
        most_pixels: a larger picture is refused.

    Returns:
        Height and width in pixels; and the pixels themselves, ``uint8 (height_px, width_px)``,
        where they are plain grey bytes, which takes half of what OpenCV takes; else None, as it
        may be then, too.

    Raises:
        FormatError: as `read_png`.
    """
    if data[:8] != SIGNATURE:
        found = sniff(data[:272]) if data else "an empty file"
        raise FormatError(file, 0, "signature", "a PNG image", found or data[:8].hex(" "))
    view = memoryview(data)
    offset, kind, packed, size_px = 8, b"", bytearray(), (0, 0)
    head: tuple[int, ...] = ()
    plain = True
    while kind != b"IEND":
        left = len(data) - offset
        if left < _AROUND:
            raise FormatError(file, offset, "chunk", "another chunk", f"{left} bytes")
        before = kind
        length, kind = _CHUNK.unpack_from(data, offset)
        if length > left - _AROUND:
            found = f"{left - _AROUND:,} bytes"
            raise FormatError(file, offset, f"chunk {kind!r}", f"{length:,} bytes", found)
        end = offset + _CHUNK.size + length
        (crc,) = _CRC.unpack_from(data, end)
        own = zlib.crc32(view[offset + 4 : end])
        if own != crc:
            name = f"chunk {kind!r}, CRC-32"
            raise FormatError(file, offset, name, f"{crc:08x}", f"{own:08x}")
        if offset == 8:
            head = _head(data, file, length, kind, clear, most_pixels)
            size_px = head[1], head[0]
            plain = data[24:29] == PLAIN
        elif kind == b"IDAT":
            plain = plain and (not packed or before == kind)
            packed += view[offset + 8 : end]
        elif kind != b"IEND":
            plain = plain and kind in UNSEEN
        offset = end + _CRC.size
    if offset != len(data):
        raise FormatError(file, offset, "end of file", "no more bytes", f"{len(data) - offset:,}")
    rows = _unpacked(packed, head, file)
    return size_px, _grey(rows, size_px) if plain else None


def _grey(rows: bytes, size_px: tuple[int, int]) -> Bytes2D | None:
    """The pixels of rows of grey bytes; None where one has a filter that does not exist.

    Nor are they given of the first pictures: OpenCV is done with them before a kernel is loaded.
    """
    if next(_MET) < _FEW:
        return None
    from penline.formats.png_rows import unfilter  # numba is loaded on use

    pixels = np.empty(size_px, np.uint8)
    return pixels if unfilter(np.frombuffer(rows, np.uint8), pixels) else None


def _head(
    data: bytes, file: str, length: int, kind: bytes, clear: bool, most_pixels: int
) -> tuple[int, ...]:
    if kind != b"IHDR" or length != _HEAD.size:
        found = f"{kind!r} of {length:,} bytes"
        raise FormatError(file, 8, "first chunk", "IHDR of 13 bytes", found)
    head: tuple[int, ...] = _HEAD.unpack_from(data, 16)
    width, height, bits, colour = head[:4]
    if not (0 < width <= SIDE_LIMIT_PX and 0 < height <= SIDE_LIMIT_PX):
        expected = f"sides of 1 to {SIDE_LIMIT_PX:,} px"
        raise FormatError(file, 16, "width and height", expected, f"{width:,} x {height:,}")
    if width * height > most_pixels:
        expected = f"at most {most_pixels:,} pixels"
        raise FormatError(file, 16, "width and height", expected, f"{width * height:,}")
    if bits not in (_ALL_BITS if clear else _BITS).get(colour, ()):
        expected = f"grey, RGB or palette{'' if clear else ' without transparency'}"
        raise FormatError(file, 24, "bits and colour type", expected, f"{bits} and {colour}")
    return head


def _unpacked(packed: bytearray, head: tuple[int, ...], file: str) -> bytes:
    """The rows, just as many as the header says: OpenCV fills up what is missing."""
    width, height, bits, colour, _, _, interlace = head
    samples = _SAMPLES[colour]
    if interlace:
        return b""
    wanted = height * (1 + (width * bits * samples + 7) // 8)
    inflate = zlib.decompressobj()
    try:
        rows = inflate.decompress(packed, wanted + 1)
    except zlib.error as error:
        raise FormatError(file, 33, "image data", "zlib data", str(error)) from error
    if len(rows) != wanted or not inflate.eof:
        found = f"{len(rows):,} bytes" + ("" if inflate.eof else " and no end")
        raise FormatError(file, 33, "image data", f"{wanted:,} bytes", found)
    return rows
