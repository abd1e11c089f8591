"""What a file looks like when it is not what its name says."""

from __future__ import annotations

import codecs

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource

__all__ = ["HEAD_BYTES", "misnamed", "sniff"]

HEAD_BYTES = 256
"""How much of a file's beginning is looked at."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG image"),
    (0, b"\xff\xd8\xff", "JPEG image"),
    (0, b"GIF8", "GIF image"),
    (0, b"II*\x00", "TIFF image"),
    (0, b"MM\x00*", "TIFF image"),
    (0, b"PK\x03\x04", "zip archive"),
    (0, b"PK\x05\x06", "zip archive"),
    (0, b"Rar!", "RAR archive (unpack it first, with unrar or 7-Zip)"),
    (0, b"ALZ\x01", "ALZ archive (unpack it first, with unalz)"),
    (0, b"EGGA", "EGG archive (unpack it first)"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z archive (unpack it first)"),
    (0, b"\x1f\x8b", "gzip file (unpack it first)"),
    (0, b"BZh", "bzip2 file (unpack it first)"),
    (0, b"\xfd7zXZ\x00", "xz file (unpack it first)"),
    (0, b"\x28\xb5\x2f\xfd", "zstandard file (unpack it first)"),
    (257, b"ustar", "tar archive (call it .tar)"),
    (0, b"%PDF-", "PDF document"),
)
_OWN: tuple[tuple[int, bytes, str, str], ...] = (
    (4, b"DGR", "DGR", "DGR or DGRL text page"),
    (4, b"MPF", "MPF", "MPF feature file"),
    (4, b"PTTS", "PTTS", "PTTS page of strokes"),
    (4, b"WPTT", "WPTT", "WPTT page of strokes"),
    (4, b"tcs", "TCS", "TCS file of touching characters"),
    (0, b"288\0", "IHead", "IHead image of NIST (.mis or .pct)"),
)
"""Offset, magic, format, name of what has a reader of its own."""
_HTML = "HTML page (what a site answered, not the file itself; get it again)"
_TEXT: tuple[tuple[str, str], ...] = (
    ("<!doctype html", _HTML),
    ("<html", _HTML),
    ("<?xml", "XML text"),
    ("version https://git-lfs", "Git LFS pointer (the file itself was not fetched)"),
)


def sniff(head: bytes) -> str | None:
    r"""A name for what begins with `head`, or None where nothing is obvious.

    >>> sniff(b"\x89PNG\r\n\x1a\n\x00"), sniff("你好, hello".encode())
    ('PNG image', 'text')
    """
    for at, magic, name in (*_MAGIC, *((at, magic, name) for at, magic, _, name in _OWN)):
        if head.startswith(magic, at):
            return name
    if len(head) >= 14 and head.startswith(b"BM") and head[6:10] == bytes(4):
        return "BMP image"
    if len(head) < 4:
        return None
    if not any(head):
        return "only zero bytes"
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return None
    if not all(c.isprintable() or c in "\t\n\r\f" for c in text):
        return None
    start = text.lstrip().lower()
    return next((name for sign, name in _TEXT if start.startswith(sign)), "text")


def misnamed(stream: ByteSource, error: FormatError, expected: str) -> FormatError:
    """`error`, or a plainer one where the file is obviously something else.

    For a fault of the first record, while the stream still stands at the file's beginning.
    """
    if error is stream.fault:
        return error
    head = stream.read_most(0, HEAD_BYTES + 16)
    found = sniff(head) if head else "an empty file"
    if found is None or any(name == found and own in expected for _, _, own, name in _OWN):
        return error  # the format itself, with a fault in its header
    return FormatError(stream.file, 0, "first record", expected, found)
