"""One picture file of any usual format to pixels: its size is known before anything is unpacked.

Headers of TIFF are read by the layout of TIFF 6.0, sections 2 and 3, those of GIF by GIF89a,
section 18; the others by `penline.paper.picture`, and PNG, chunk by chunk, by `formats.png`.
"""

from __future__ import annotations

import io
import re
import struct
from typing import NamedTuple

import cv2
import numpy as np

from penline.errors import FormatError
from penline.formats.png import PIXELS_LIMIT, SIDE_LIMIT_PX, proven
from penline.formats.sniff import sniff
from penline.sources.pictures.planes import Picture

__all__ = ["BYTES_LIMIT", "PictureBytes", "decode"]

BYTES_LIMIT = 1 << 26
"""A file of more bytes is not read."""

_PNG = b"\x89PNG"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_AFTER_THE_END = 1 << 12
"""So much may follow the end of a JPEG: cameras append what is theirs."""
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_WIDTH, _HEIGHT, _SHORT, _LONG = 256, 257, 3, 4
_SUBFILE = 254
_TAGS_LIMIT = 512
_GIF_FRAME = re.compile(rb"!\xf9\x04.{4}\0,", re.DOTALL)
_WEBP_ANIMATED = 2
_HEIC = "HEIC or AVIF; have the telephone save JPEG, or convert it"
_KNOWN = "a PNG, JPEG, BMP, TIFF, WebP or GIF picture"


class PictureBytes(NamedTuple):
    """A picture file that was read.

    Attributes:
        data: the whole file.
        file: the label for messages.
    """

    data: bytes
    file: str

    def __call__(self) -> Picture | FormatError:
        """Decode it, as `decode`, or return what is wrong with it."""
        try:
            return decode(self.data, self.file)
        except FormatError as error:
            return error


def decode(data: bytes, file: str, most_pixels: int = PIXELS_LIMIT) -> Picture:
    """Decode a picture file.

    Args:
        data: the whole file.
        file: the label for messages.
        most_pixels: a larger picture is refused; pages are larger than characters.

    Returns:
        ``uint8`` or ``uint16``, ``(height, width)`` or ``(height, width, 3 or 4)`` in the order
        blue, green, red, opacity; a JPEG is turned as its camera says.

    Raises:
        FormatError: it is none of the formats, damaged, cut short, longer than
            `formats.png.SIDE_LIMIT_PX`, or of more than `most_pixels`.
    """
    start = data[:4]
    if start == _PNG:
        size, grey = proven(data, file, clear=True, most_pixels=most_pixels)
        if grey is not None:
            return grey
    else:
        size = _size(data, start, file, most_pixels)
    several = _several(data, start)
    if several:
        expected = "one picture; save the frame or page that is meant as a PNG"
        raise FormatError(file, 0, "picture", expected, several)
    if start[:3] == _JPEG and _JPEG_END not in data[-_AFTER_THE_END:]:
        raise FormatError(file, len(data), "end of the picture", "its marker", "none: cut short")
    # what turns a JPEG also takes the opacity of others away
    mode = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    mode = mode if start[:3] == _JPEG else cv2.IMREAD_UNCHANGED
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    except cv2.error:
        found = None
    if found is None or found.ndim not in (2, 3) or sorted(found.shape[:2]) != sorted(size):
        raise FormatError(file, 0, "picture", "a whole one", "damaged data, or a kind of its own")
    return found


def _several(data: bytes, start: bytes) -> str:
    """What holds more pictures than one, of which the first alone would be seen; "" of others."""
    animated = (
        (start == _PNG and data[37:41] == b"acTL")
        or (start == b"GIF8" and len(_GIF_FRAME.findall(data)) > 1)
        or (start == b"RIFF" and data[12:16] == b"VP8X" and bool(data[20] & _WEBP_ANIMATED))
    )
    if animated:
        return "an animation"
    return "several pages" if start in _TIFF and _second_page(data, _TIFF[start]) else ""


def _second_page(data: bytes, order: str) -> bool:
    """Whether a TIFF has a second page, which is no smaller copy of the first."""
    try:
        (at,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        (at,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)
        if not at:
            return False
        tag, _, _, value = struct.unpack_from(f"{order}2H2I", data, at + 2)
    except struct.error:
        return False
    return not (tag == _SUBFILE and value & 1)


def _size(data: bytes, start: bytes, file: str, most_pixels: int) -> tuple[int, int]:
    """Width and height by the header, held to the limits."""
    if start in _TIFF:
        size = _tiff(data, _TIFF[start])
    elif start == b"GIF8" and len(data) >= 10:
        size = struct.unpack_from("<2H", data, 6)
    else:
        from penline.paper.picture import header_size  # pydantic is loaded on use

        size = header_size(io.BytesIO(data))
    if size is None:
        found = (sniff(data[:272]) if data else "an empty file") or data[:8].hex(" ")
        found += " whose header is damaged" if found.endswith("image") else ""
        # ISO/IEC 14496-12: the kind of the file after its size; pictures of telephones are HEIC
        found = _HEIC if data[4:8] == b"ftyp" else found
        raise FormatError(file, 0, "picture", _KNOWN, found)
    width, height = size
    if not (0 < width <= SIDE_LIMIT_PX and 0 < height <= SIDE_LIMIT_PX):
        expected = f"sides of 1 to {SIDE_LIMIT_PX:,} px"
        raise FormatError(file, 0, "width and height", expected, f"{width:,} x {height:,}")
    if width * height > most_pixels:
        expected = f"at most {most_pixels:,} pixels"
        raise FormatError(file, 0, "width and height", expected, f"{width * height:,}")
    return width, height


def _tiff(data: bytes, order: str) -> tuple[int, int] | None:
    """Width and height of the first picture of a TIFF; None where its directory is not sound."""
    try:
        (at,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        found = {}
        for number in range(min(count, _TAGS_LIMIT)):
            place = at + 2 + 12 * number
            tag, kind, _ = struct.unpack_from(f"{order}2HI", data, place)
            if tag in (_WIDTH, _HEIGHT) and kind in (_SHORT, _LONG):
                (found[tag],) = struct.unpack_from(
                    f"{order}{'H' if kind == _SHORT else 'I'}", data, place + 8
                )
    except struct.error:
        return None
    return (found[_WIDTH], found[_HEIGHT]) if len(found) == 2 else None
