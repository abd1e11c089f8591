"""IDX: the images and labels of MNIST, EMNIST, QMNIST and KMNIST, in separate files.

All numbers are big-endian. Files come plain or gzipped. Source: the description on MNIST's page
as programs restate it, and every byte of MNIST's test set and of EMNIST's letters test labels.

    offset  bytes  field        meaning
    0       2      magic        zero
    2       1      type         08 = u8, 0c = i32
    3       1      dimensions   3 for images, 1 for labels, 2 for QMNIST's labels
    4       4 each sizes        number of items, then rows, columns
    ...            data         item after item, row after row; 0 = paper in images

EMNIST stores its images transposed; QMNIST has eight numbers a label, the class first.
An image file holds no labels: pairing the two is the work of a data set
(`penline.sources.mnist`).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, open_path
from penline.formats.compressed import compression_of, decompressed
from penline.formats.defects import until_fault
from penline.formats.sniff import misnamed
from penline.records import Defect, GlyphRecord, Source

__all__ = [
    "open_idx",
    "read",
    "read_images",
    "read_labels",
    "read_mapping",
    "salvage",
    "salvage_images",
    "unpacked",
]

_SIZE = struct.Struct(">I")
_IMAGES = 0x00000803
_LABELS: dict[int, tuple[str, int, int]] = {0x00000801: ("u1", 1, 1), 0x00000C02: (">i4", 4, 2)}
"""Magic -> type, its bytes, dimensions."""
_PAPER = 0
_SIDE_LIMIT_PX = 4096
_COLUMN_LIMIT = 64
_BLOCK = 1 << 20
_MAPPING_LIMIT = 1 << 16


def open_idx(path: str | os.PathLike[str]) -> ByteSource:
    """Open a plain file, or the content of one that is called ``.gz`` or ``.xz``.

    Raises:
        UsageError: the file cannot be opened.
        FormatError: the path is a folder.
    """
    return unpacked(open_path(path), Path(path).name)


def unpacked(stream: ByteSource, name: str) -> ByteSource:
    """Return the content of a file that is called ``.gz`` or ``.xz``, or the stream itself.

    Args:
        stream: the file's bytes; closed with the stream that is returned.
        name: the file's name.
    """
    suffix = compression_of(name)
    return decompressed(stream, suffix) if suffix else stream


def read(stream: ByteSource, source: Source) -> Iterator[GlyphRecord]:
    """All images, strictly, without labels and as they stand in the file.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    return read_images(stream, source)


def salvage(stream: ByteSource, source: Source) -> Iterator[GlyphRecord | Defect]:
    """The images that are there, and a defect where the file breaks off; never raises."""
    return salvage_images(stream, source)


def read_images(
    stream: ByteSource, source: Source, *, transposed: bool = False
) -> Iterator[GlyphRecord]:
    """All images, strictly: records without a label (`character` and `code` are empty).

    Args:
        stream: the bytes of an images file, unpacked.
        source: the file's facts.
        transposed: EMNIST's images, which are turned upright here, still as views.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    number, height, width = _head(stream)
    offset, size = 4 * _SIZE.size, height * width
    for record in range(number):
        buffer, at = stream.read_exact(offset, size, f"image {record:,} of {number:,}")
        pixels = np.ndarray((height, width), np.uint8, buffer, at)
        pixels = pixels.T if transposed else pixels
        yield GlyphRecord("", b"", pixels, _PAPER, source, record, offset)
        offset += size
    _finish(stream, offset, number)


def salvage_images(
    stream: ByteSource, source: Source, *, transposed: bool = False
) -> Iterator[GlyphRecord | Defect]:
    """The images that are there, and a defect where the file breaks off; never raises."""
    return until_fault(read_images(stream, source, transposed=transposed))


def read_labels(stream: ByteSource) -> npt.NDArray[np.int32]:
    """All labels: ``int32 (items,)``, or ``int32 (items, 8)`` of a QMNIST file.

    The array is a copy, made of bytes that were really there.

    Raises:
        FormatError: the file is not exactly a labels file.
    """
    buffer, at = _start(stream, _LABELS, "labels (00000801 or 00000c02)")
    dtype, size, dimensions = _LABELS[_SIZE.unpack_from(buffer, at)[0]]
    buffer, at = stream.read_exact(0, (1 + dimensions) * _SIZE.size, "sizes")
    number, *columns = struct.unpack_from(f">{dimensions}I", buffer, at + _SIZE.size)
    if columns and not 1 <= columns[0] <= _COLUMN_LIMIT:
        wide = f"{columns[0]:,}"
        raise FormatError(stream.file, 2 * _SIZE.size, "columns", f"1 to {_COLUMN_LIMIT}", wide)
    offset = (1 + dimensions) * _SIZE.size
    end = offset + size * number * (columns[0] if columns else 1)
    pieces = [np.zeros(0, np.int32)]
    while offset < end:
        n = min(end - offset, _BLOCK)
        buffer, at = stream.read_exact(offset, n, f"{number:,} labels")
        pieces.append(np.frombuffer(buffer, dtype, n // size, at).astype(np.int32))
        offset += n
    _finish(stream, end, number)
    return np.concatenate(pieces).reshape(number, *columns)


def read_mapping(stream: ByteSource) -> dict[int, tuple[str, ...]]:
    """An EMNIST mapping file: label -> its characters (letters: capital and small).

    Raises:
        FormatError: a line that is not a label and one or more code points.
    """
    content = stream.read_whole(_MAPPING_LIMIT, "mapping")
    mapping: dict[int, tuple[str, ...]] = {}
    offset = 0
    for line in content.splitlines(keepends=True):
        words = line.split()
        numbers = [int(word) for word in words if word.isdigit() and len(word) < 8]
        sound = len(numbers) == len(words) > 1 and all(map(_is_character, numbers[1:]))
        if words and (not sound or numbers[0] in mapping):
            expected = "a new label and its code points"
            raise FormatError(stream.file, offset, "mapping", expected, repr(line[:40])[2:-1])
        if words:
            mapping[numbers[0]] = tuple(chr(n) for n in numbers[1:])
        offset += len(line)
    stream.finish()
    if not mapping:
        raise FormatError(stream.file, 0, "mapping", "at least one label", "none")
    return mapping


def _is_character(code_point: int) -> bool:
    return 32 < code_point < 0xD800 or 0xDFFF < code_point < 0x110000


def _head(stream: ByteSource) -> tuple[int, int, int]:
    """Number, height and width of the images."""
    _start(stream, (_IMAGES,), "images (00000803)")
    buffer, at = stream.read_exact(0, 4 * _SIZE.size, "sizes")
    number, height, width = struct.unpack_from(">3I", buffer, at + _SIZE.size)
    for place, field, side in ((8, "rows", height), (12, "columns", width)):
        if not 1 <= side <= _SIDE_LIMIT_PX:
            found = f"{side:,}"
            raise FormatError(stream.file, place, field, f"1 to {_SIDE_LIMIT_PX:,}", found)
    return number, height, width


def _start(stream: ByteSource, magics: Container[int], expected: str) -> tuple[memoryview, int]:
    """The buffer and index of the file's beginning, its magic number checked."""
    try:
        buffer, at = stream.read_exact(0, _SIZE.size, "magic")
        magic = _SIZE.unpack_from(buffer, at)[0]
        if magic not in magics:
            raise FormatError(stream.file, 0, "magic", f"IDX {expected}", f"{magic:08x}")
    except FormatError as error:
        raise misnamed(stream, error, f"IDX {expected}") from None
    return buffer, at


def _finish(stream: ByteSource, end: int, number: int) -> None:
    if stream.peek(end, 1)[2]:
        expected = f"the end of the file after {number:,} items"
        raise FormatError(stream.file, end, "end of the data", expected, "more bytes")
    stream.finish()
