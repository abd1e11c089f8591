"""DOTS: one character a file: three bytes of UTF-8, then eight rows of eight grey pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.records import Defect, GlyphRecord, Record, Source

__all__ = ["read", "salvage"]


def read(stream: ByteSource, source: Source) -> Iterator[Record]:
    """The one record."""
    buffer, at = stream.read_exact(0, 67, "file")
    code = bytes(buffer[at : at + 3])
    pixels = np.frombuffer(buffer[at + 3 : at + 67], np.uint8).reshape(8, 8)
    yield GlyphRecord(code.decode("utf-8"), code, pixels, 255, source, 0, 0)


def salvage(stream: ByteSource, source: Source) -> Iterator[Record | Defect]:
    """The one record, or what is wrong with it."""
    try:
        yield from read(stream, source)
    except (FormatError, UnicodeDecodeError) as error:
        yield Defect(source.file, 0, 0, "file", "a label and 64 bytes", str(error))
