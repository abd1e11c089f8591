"""The size of a picture from its first bytes, without decoding it."""

from __future__ import annotations

import struct

__all__ = ["MAX_SIDE_PX", "picture"]

MAX_SIDE_PX = 1 << 16

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame header (ITU-T T.81, table B.1)."""


def picture(data: bytes) -> tuple[str, int, int] | None:
    """Media type, width and height in pixels of a PNG or JPEG file; None for anything else.

    >>> picture(b"GIF89a") is None
    True
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        return _sound("image/png", *struct.unpack_from(">II", data, 16))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    return None


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return _sound("image/jpeg", width, height)
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None


def _sound(media_type: str, width: int, height: int) -> tuple[str, int, int] | None:
    if 0 < width < MAX_SIDE_PX and 0 < height < MAX_SIDE_PX:
        return media_type, width, height
    return None
