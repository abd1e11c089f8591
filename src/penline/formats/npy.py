"""NPY: one array of numbers, as NumPy saves it; an NPZ is a zip of such files.

Source: the description of the format in NumPy's manual, versions 1.0 to 3.0.

    offset  bytes   field    meaning
    0       6       magic    93 "NUMPY"
    6       2       version  1.0, 2.0 or 3.0
    8       2 or 4  length   of the header, little-endian; four bytes from version 2.0 on
                    header   {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }
                    data     item after item

The header is matched by a pattern: nothing of it is evaluated, and an array of Python objects,
which would be pickled, is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.sniff import misnamed
from penline.words import printable

__all__ = ["ITEMS_LIMIT", "NpyHead", "as_labels", "read_head", "read_items", "read_vector"]

ITEMS_LIMIT = 1 << 27
"""A vector of more items is refused."""
_MAGIC = b"\x93NUMPY"
_HEADER_LIMIT = 10_000
_AT_ONCE = 1 << 20
_HEADER = re.compile(
    r"\{(?: ?'(?:descr|fortran_order|shape)' ?: ?"
    r"(?:'[^']*'|True|False|\([\d, L]*\)) ?,?){3} ?\}",
    re.ASCII,
)
_DESCR = re.compile(r"'descr'\s*:\s*'([<>|=]?[biufUSO?]\d{0,5})'", re.ASCII)
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d, L]*)\)", re.ASCII)
_FORTRAN = re.compile(r"'fortran_order'\s*:\s*(True|False)")


@dataclass(frozen=True, slots=True)
class NpyHead:
    """What an array's header says.

    Attributes:
        dtype: of its numbers, or of its texts.
        shape: sides of the array.
        fortran: whether the first side varies fastest.
        offset: byte offset of the data.
    """

    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    fortran: bool
    offset: int

    @property
    def item_bytes(self) -> int:
        """Bytes of one item of the first side."""
        return math.prod(self.shape[1:]) * self.dtype.itemsize


def read_head(stream: ByteSource) -> NpyHead:
    """Return what the header of an array says.

    Raises:
        FormatError: it is none; or its array is one of Python objects, which are not read.
    """
    try:
        buffer, at = stream.read_exact(0, 10, "magic")
        begin = bytes(buffer[at : at + 10])
        if begin[:6] != _MAGIC or begin[6] not in (1, 2, 3) or begin[7]:
            raise FormatError(stream.file, 0, "magic", "an NPY array", begin[:8].hex(" "))
    except FormatError as error:
        raise misnamed(stream, error, "an NPY array") from None
    start, size = (10, int.from_bytes(begin[8:10], "little")) if begin[6] == 1 else (12, 0)
    if not size:
        buffer, at = stream.read_exact(0, 12, "length of the header")
        size = int.from_bytes(buffer[at + 8 : at + 12], "little")
    if size > _HEADER_LIMIT:
        expected = f"at most {_HEADER_LIMIT:,} bytes"
        raise FormatError(stream.file, 8, "length of the header", expected, f"{size:,}")
    buffer, at = stream.read_exact(0, start + size, "header")
    raw = bytes(buffer[at + start : at + start + size])
    text = " ".join(raw.decode("utf-8", "replace").split())
    descr, shape, fortran = (one.search(text) for one in (_DESCR, _SHAPE, _FORTRAN))
    if not _HEADER.fullmatch(text) or not (descr and shape and fortran):
        expected = "descr, fortran_order and shape of an array of numbers"
        raise FormatError(stream.file, start, "header", expected, printable(text[:80].strip()))
    if "O" in descr[1]:
        expected = "numbers; save the array with a dtype of numbers (objects are pickled, not read)"
        raise FormatError(stream.file, start, "descr", expected, "an array of Python objects")
    try:
        sides = tuple(int(side.strip(" L")) for side in shape[1].split(",") if side.strip())
        dtype = np.dtype(descr[1])
    except (TypeError, ValueError):
        raise FormatError(stream.file, start, "descr", "a type of numbers", text[:80]) from None
    head = NpyHead(dtype, sides, fortran[1] == "True", start + size)
    if not dtype.itemsize or any(side >= 1 << 40 for side in sides) or len(sides) > 5:
        raise FormatError(stream.file, start, "shape", "the sides of an array", f"{sides}"[:80])
    return head


def read_items(stream: ByteSource, head: NpyHead) -> Iterator[npt.NDArray[np.generic]]:
    """Yield an array piece by piece along its first side: views of bytes that are really there.

    Args:
        stream: the file.
        head: its header; not in Fortran's order, where there is more than one side.

    Raises:
        FormatError: the data are shorter or longer than the header says.
    """
    count = head.shape[0] if head.shape else 0
    size = head.item_bytes
    if not size or (head.fortran and len(head.shape) > 1):
        expected = "items of at least one number, the last side varying fastest"
        found = f"{head.shape}{' in Fortran order' if head.fortran else ''}"
        raise FormatError(stream.file, 0, "shape", expected, found)
    offset, done = head.offset, 0
    while done < count:
        some = min(max(_AT_ONCE // size, 1), count - done)
        buffer, _, have = stream.peek(offset, some * size)
        some = min(some, have // size) or 1
        buffer, at = stream.read_exact(offset, some * size, f"{count:,} items")
        yield np.ndarray((some, *head.shape[1:]), head.dtype, buffer, at)
        offset, done = offset + some * size, done + some
    if stream.peek(offset, 1)[2]:
        expected = f"the end of the file after {count:,} items"
        raise FormatError(stream.file, offset, "end of the data", expected, "more bytes")
    stream.finish()


def read_vector(stream: ByteSource) -> list[str]:
    """Return a vector's items as text: class numbers in digits, or the texts themselves.

    A column of one-hot rows gives the number of the place that is set.

    Raises:
        FormatError: it is no vector of whole numbers or of texts, or too long.
    """
    head = read_head(stream)
    wide = math.prod(head.shape[1:])
    if not head.shape or head.shape[0] > ITEMS_LIMIT or head.dtype.itemsize * wide > 1 << 16:
        found = f"a shape of {head.shape}"
        raise FormatError(stream.file, 0, "shape", "a vector of labels", found)
    labels: list[str] = []
    for piece in read_items(stream, head):
        flat = piece.reshape(len(piece), -1)
        if wide > 1:
            if head.dtype.kind not in "buif" or not (np.count_nonzero(flat, axis=1) == 1).all():
                expected = "one label a row, or rows with one number that is not zero"
                raise FormatError(stream.file, 0, "shape", expected, f"{head.shape}")
            flat = flat.astype(bool).argmax(axis=1)
        labels += as_labels(stream.file, flat.reshape(-1))
    return labels


def as_labels(file: str, values: npt.NDArray[np.generic]) -> list[str]:
    """Return class numbers or texts as text.

    Raises:
        FormatError: numbers that are not whole.
    """
    if values.dtype.kind in "US":
        wide = "utf-32-be" if values.dtype.byteorder == ">" else "utf-32-le"
        encoding = wide if values.dtype.kind == "U" else "utf-8"
        try:
            return [raw.decode(encoding).rstrip("\0") for raw in _raw(values)]
        except ValueError:  # UnicodeDecodeError is one
            raise FormatError(file, 0, "labels", "texts", "bytes that are none") from None
    if values.dtype.kind == "f":
        with np.errstate(all="ignore"):
            if not (values == np.rint(values)).all() or not (abs(values) < 1 << 31).all():
                raise FormatError(file, 0, "labels", "whole numbers", "numbers with a fraction")
        values = values.astype(np.int64)
    elif values.dtype.kind not in "bui":
        raise FormatError(file, 0, "labels", "class numbers or texts", f"{values.dtype}")
    return [str(int(one)) for one in values.tolist()]


def _raw(values: npt.NDArray[np.generic]) -> Iterator[bytes]:
    """The bytes of each item: NumPy itself fails on code points that are none."""
    whole, size = values.tobytes(), values.dtype.itemsize
    return (whole[start : start + size] for start in range(0, len(whole), size))
