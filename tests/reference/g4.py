"""CCITT group 4 by libtiff, through Pillow: what `penline.formats.g4` is held against.

libtiff does not tell its caller when a strip is damaged: it fills up with white rows. So the
strip's end mark is replaced by two rows of known pixels, written without reference to the row
above, and an end mark. If they come out just below the last row, all codes before them were
read, and there were as many rows as the header says.
"""

from __future__ import annotations

import io
import struct

from PIL import TiffImagePlugin

__all__ = ["decode"]

_END = "000000000001000000000001"
_PROOF_ROWS = 2
_PAIR = "001" + "000111" + "010"  # horizontal mode, white run of 1, black run of 1
_FIRST = "001" + "00110101" + "010"  # horizontal mode, white run of 0, black run of 1
_LAST = "001" + "000111" + "0000110111"  # horizontal mode, white run of 1, black run of 0
_SHORT, _LONG = 3, 4


def decode(strip: bytes, width_px: int, height_px: int) -> bytes:
    """The rows of a strip, packed: 8 pixels a byte, the leftmost in the highest bit, 1 = black.

    Args:
        strip: T.6 codes, the highest bit first, with their end mark.
        width_px: pixels of a row, a multiple of 8.
        height_px: rows.

    Raises:
        ValueError: the strip does not hold just these rows.
    """
    codes, mark, padding = f"{int.from_bytes(strip, 'big'):0{8 * len(strip)}b}".rpartition(_END)
    if not mark or len(padding) > 16 or "1" in padding:
        raise ValueError("no mark of the end")
    pairs = width_px // 2
    codes += pairs * _PAIR + _FIRST + (pairs - 1) * _PAIR + _LAST + _END
    codes += "0" * (-len(codes) % 8)
    whole = int(codes, 2).to_bytes(len(codes) // 8, "big")
    unpacked = _unpack(whole, width_px, height_px + _PROOF_ROWS)
    row_bytes = width_px // 8
    size = height_px * row_bytes
    if unpacked[size:] != b"\x55" * row_bytes + b"\xaa" * row_bytes:
        raise ValueError("damaged codes or other rows")
    return unpacked[:size]


def _unpack(strip: bytes, width_px: int, height_px: int) -> bytes:
    """All rows of a strip, wrapped as a TIFF file of that one strip."""
    begin = 8 + 2 + 9 * 12 + 4
    # tag, type, value: width, height, bits a sample, compression, black is 0, where the strip
    # begins, samples a pixel, rows of the strip, bytes of the strip
    tags = (
        *((256, _LONG, width_px), (257, _LONG, height_px), (258, _SHORT, 1), (259, _SHORT, 4)),
        *((262, _SHORT, 1), (273, _LONG, begin), (277, _SHORT, 1), (278, _LONG, height_px)),
        (279, _LONG, len(strip)),
    )
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    head += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    try:
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(head + bytes(4) + strip))
        unpacked: bytes = image.tobytes()
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{type(error).__name__} from the decoder") from error
    return unpacked
