"""CCITT group 4 (ITU-T T.6) rasters, unpacked by libtiff through Pillow, and proven.

libtiff does not tell its caller when a strip is damaged: it fills up with white rows. So the
strip's end mark is replaced by two rows of known pixels, written without reference to the row
above, and an end mark. If they come out just below the last row, all codes before them were
read, and there were as many rows as the header says.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np

from penline.errors import MissingExtra
from penline.records import Bytes2D

__all__ = ["decode", "decode_pieces"]

LIBTIFF_PX = 1 << 26
"""A strip of more pixels is unpacked in pieces, by `penline.formats.g4_rows`: libtiff's way goes
through a picture of a byte a pixel."""

_END = 0x001001
_END_BITS = 24
_END_BYTES = 6
_PADDING_BITS = 16
"""NIST's first compressor added a byte to strips that were already whole."""

_PROOF_ROWS = 2
_PAIR = "001" + "000111" + "010"  # horizontal mode, white run of 1, black run of 1
_FIRST = "001" + "00110101" + "010"  # horizontal mode, white run of 0, black run of 1
_LAST = "001" + "000111" + "0000110111"  # horizontal mode, white run of 1, black run of 0

_TAG = struct.Struct("<HHII")
_SHORT, _LONG = 3, 4
_FILE_HEAD = struct.Struct("<2sHIH")
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def decode_pieces(
    strip: memoryview, width_px: int, height_px: int, rows: int, *, turned: bool
) -> Iterator[Bytes2D]:
    """The rows of a strip of any size, in order; no piece comes if any code is damaged.

    Args:
        strip: T.6 codes with their end mark.
        width_px: pixels of a row, a multiple of 8.
        height_px: rows.
        rows: of a large strip, rows of a piece; a small one is a single piece.
        turned: the first bit of a byte is its lowest one.

    Yields:
        ``uint8 (rows, width_px / 8)``, read-only: as `decode`.

    Raises:
        ValueError, MissingExtra: as `decode`.
    """
    if width_px * height_px <= LIBTIFF_PX:
        codes = bytes(strip)
        if turned:
            codes = codes.translate(_REVERSED)
        unpacked = decode(codes, width_px, height_px)
        yield np.ndarray((height_px, width_px // 8), np.uint8, unpacked)
        return
    from penline.formats.g4_rows import pieces

    end = bytes(strip[-_END_BYTES:])
    bits = _payload_bits(end.translate(_REVERSED) if turned else end, len(strip), height_px)
    yield from pieces(strip, bits, width_px, height_px, rows, turned=turned)


def decode(strip: bytes, width_px: int, height_px: int) -> memoryview:
    """The rows of a strip, packed: 8 pixels a byte, the leftmost in the highest bit, 1 = black.

    Args:
        strip: T.6 codes, the highest bit first, with their end mark.
        width_px: pixels of a row, a multiple of 8.
        height_px: rows.

    Raises:
        ValueError: the strip does not hold just these rows; arguments: expected, found.
        MissingExtra: Pillow is not installed, or has no libtiff.
    """
    bits = _payload_bits(strip[-_END_BYTES:], len(strip), height_px)
    rows = height_px + _PROOF_ROWS
    unpacked = _unpack(_with_proof(strip, bits, width_px), width_px, rows)
    row_bytes = width_px // 8
    size = height_px * row_bytes
    if unpacked[size:] != b"\x55" * row_bytes + b"\xaa" * row_bytes:
        raise ValueError(f"codes for just {height_px:,} rows", "damaged codes or other rows")
    return memoryview(unpacked)[:size]


def _payload_bits(end: bytes, strip_bytes: int, height_px: int) -> int:
    """How many bits come before the end mark, which stands in the last bytes of the strip."""
    tail = int.from_bytes(end, "big")
    zeros = (tail & -tail).bit_length() - 1
    if tail == 0 or zeros > _PADDING_BITS or (tail >> zeros) & 0xFFFFFF != _END:
        raise ValueError("the end-of-block mark at the end", f"bytes {end.hex(' ')}")
    bits = max(8 * strip_bytes - zeros - _END_BITS, 0)
    if bits < height_px:  # the shortest row takes one bit
        raise ValueError(f"at most {bits:,} rows in {strip_bytes:,} bytes", f"{height_px:,} rows")
    return bits


def _with_proof(strip: bytes, bits: int, width_px: int) -> bytes:
    """The first `bits` bits of `strip`, two rows of known pixels and an end mark."""
    whole, rest = divmod(bits, 8)
    started = f"{strip[whole]:08b}"[:rest] if rest else ""
    pairs = width_px // 2
    added = started + pairs * _PAIR + _FIRST + (pairs - 1) * _PAIR + _LAST
    added += f"{_END:0{_END_BITS}b}"
    added += "0" * (-len(added) % 8)
    return strip[:whole] + int(added, 2).to_bytes(len(added) // 8, "big")


def _unpack(strip: bytes, width_px: int, height_px: int) -> bytes:
    """All rows of a strip, wrapped as a TIFF file of that one strip."""
    try:
        from PIL import TiffImagePlugin, features
    except ImportError as error:
        raise MissingExtra("reading CCITT G4", "nist") from error
    if not features.check("libtiff"):
        raise MissingExtra("reading CCITT G4", "nist")
    # tag, type, value: width, height, bits a sample, compression, black is 0, where the strip
    # begins, samples a pixel, rows of the strip, bytes of the strip
    count = 9
    begin = _FILE_HEAD.size + count * _TAG.size + 4
    tags = (
        *((256, _LONG, width_px), (257, _LONG, height_px), (258, _SHORT, 1), (259, _SHORT, 4)),
        *((262, _SHORT, 1), (273, _LONG, begin), (277, _SHORT, 1), (278, _LONG, height_px)),
        (279, _LONG, len(strip)),
    )
    head = _FILE_HEAD.pack(b"II", 42, 8, count)
    head += b"".join(_TAG.pack(tag, kind, 1, value) for tag, kind, value in tags) + bytes(4)
    try:
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(head + strip))
        unpacked: bytes = image.tobytes()
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError("CCITT G4 codes", f"{type(error).__name__} from the decoder") from error
    return unpacked
