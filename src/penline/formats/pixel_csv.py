"""Pictures as lines of numbers: a label, and one number a pixel, row after row.

    label,1x1,1x2,...,28x28      MNIST as people pass it on; 0 = paper
    0,0,0,0,...                  without a header: A_Z Handwritten Data.csv, EMNIST
    pixel_0000,...,character     DHCD: the label comes last, and is text

Lines are cut at commas, semicolons, tabs or spaces, the one that the first line has most of. What a
column holds is told by the header, where there is one, else by the numbers: the pixels are a
square, and the corner of a picture is paper where a label varies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of
from penline.formats.table_row import SIDE_LIMIT_PX, TableRow, square_side
from penline.formats.text_lines import text_lines
from penline.records import Defect
from penline.words import listed, printable

__all__ = ["LABELS", "WRITERS", "PixelColumns", "pixel_columns", "read_pixel_csv"]

LABELS = ("character", "char", "label", "labels", "class", "target", "y", "letter", "digit")
"""Usual names of the column of labels, in lower case."""
WRITERS = ("writer", "writer_id", "user", "user_id", "author", "subject")
_PIXEL = re.compile(r"(?:[a-z]{0,8}[ _.-]?)?\d{1,8}(?:\.\d+)?|(?:\d{1,4})x(?:\d{1,4})")
_HEIGHT_BY_WIDTH = re.compile(r"(\d{1,4})x(\d{1,4})")
_FEWEST, _MOST = 16, 1 << 22
_BYTES = {str(value).encode(): value for value in range(256)}
_WHITEST = 65_535
_LOOKED_AT = 1 << 20
"""Lines that are looked at, at most, to tell a label from the corner of a picture."""


class PixelColumns(NamedTuple):
    """What the columns of a table of pixels hold.

    Attributes:
        separator: what stands between two columns.
        header: whether the first line names the columns.
        total: how many columns there are.
        label: the column of labels, or -1.
        writer: the column of writers, or -1.
        first: the first column of pixels; all of them stand together.
        shape: height and width of the pictures, in px.
    """

    separator: bytes
    header: bool
    total: int
    label: int
    writer: int
    first: int
    shape: tuple[int, int]


def pixel_columns(stream: ByteSource, said: Mapping[str, str] | None = None) -> PixelColumns | None:
    """Tell the columns of a table of pixels; None where a file is no such table.

    Reads on until the label can be told from the corners of the pictures.

    Args:
        stream: the file from its beginning.
        said: ``label`` and ``writer``: a column's name, or where none are named its number, from 1,
            or -1 for the last.

    Raises:
        FormatError: the file is no text; or both the first and the last column may be the label.
    """
    lines = text_lines(stream)
    offset, first = next(lines, (0, b""))
    separator = max(b",;\t ", key=first.count).to_bytes(1, "big")
    names = [name.strip(b" \"'") for name in first.split(separator)]
    if not _FEWEST < len(names) <= _MOST:
        return None
    numbers = sum(map(_is_number, names))
    given = {role: name.lower() for role, name in (said or {}).items()}
    if numbers < len(names) - 2:
        named = [name.decode("utf-8", "replace").lower() for name in names]
        return _by_header(stream.file, separator, named, given)
    every = chain([(offset, first)], lines)
    return _by_numbers(stream, separator, every, len(names), given.get("label", ""))


def _by_header(
    file: str, separator: bytes, names: list[str], said: Mapping[str, str]
) -> PixelColumns | None:
    """The columns by their names: a run of pixels, and one of the usual names for the label."""
    pixels = [place for place, name in enumerate(names) if _PIXEL.fullmatch(name)]
    if not pixels or pixels[-1] - pixels[0] + 1 != len(pixels):
        return None
    others = {names[place]: place for place in range(len(names)) if place not in set(pixels)}
    for name in (said[role] for role in ("label", "writer") if role in said):
        if name not in others:
            expected = f"one named {name!r}"
            raise FormatError(
                file, 0, "columns", expected, listed(list(others), 8) or "pixels alone"
            )
    label = next((others[name] for name in (said.get("label"), *LABELS) if name in others), -1)
    if label < 0 and len(others) == 1 and not {"id", ""} & set(others):
        (label,) = others.values()
    writer = next((others[name] for name in (said.get("writer"), *WRITERS) if name in others), -1)
    side = square_side(len(pixels))
    shape = side, side
    last = _HEIGHT_BY_WIDTH.fullmatch(names[pixels[-1]])
    if last:
        shape = max(int(last[1]), 1), max(int(last[2]), 1)
        zero = _HEIGHT_BY_WIDTH.fullmatch(names[pixels[0]])
        if zero and zero[0] == "0x0":
            shape = shape[0] + 1, shape[1] + 1
    if shape[0] * shape[1] != len(pixels) or max(shape) > SIDE_LIMIT_PX:
        return None
    return PixelColumns(separator, True, len(names), label, writer, pixels[0], shape)


def _by_numbers(
    stream: ByteSource,
    separator: bytes,
    lines: Iterator[tuple[int, bytes]],
    count: int,
    said: str,
) -> PixelColumns | None:
    """The columns of a table without header: a square of pixels, and a label beside it or not."""
    side = square_side(count)
    if side:
        return PixelColumns(separator, False, count, -1, -1, 0, (side, side))
    side = square_side(count - 1)
    if not side:
        return None
    if said in ("1", "-1", str(count)):
        label = 0 if said == "1" else count - 1
        return PixelColumns(separator, False, count, label, -1, int(not label), (side, side))
    ends: tuple[set[bytes], set[bytes]] = set(), set()
    for seen, (_, line) in enumerate(lines):
        ends[0].add(line[: line.find(separator)].strip())
        ends[1].add(line[line.rfind(separator) + 1 :].strip())
        text = [place for place in (0, 1) if not all(map(_is_number, ends[place]))]
        varied = text or [place for place in (0, 1) if len(ends[place]) > 1]
        if varied and (text or len(varied) == 1) and seen >= 99:
            break
        if len(varied) == 2 or seen >= _LOOKED_AT:
            break
    if len(varied) != 1:
        both = "both vary" if varied else "neither varies"
        expected = "a label in the first or the last column; name it with --columns label=1, or =-1"
        raise FormatError(stream.file, 0, "columns", expected, f"{count:,} columns, and {both}")
    label = 0 if varied == [0] else count - 1
    return PixelColumns(separator, False, count, label, -1, int(not label), (side, side))


def read_pixel_csv(stream: ByteSource, columns: PixelColumns) -> Iterator[TableRow | Defect]:
    """Yield the rows of a table of pixels, and a defect in the place of each that is not sound.

    Args:
        stream: the file from its beginning.
        columns: what `pixel_columns` told of it.
    """
    record = -1
    try:
        lines = text_lines(stream)
        if columns.header:
            next(lines, None)
        for record, (offset, line) in enumerate(lines):
            found = _row(stream.file, columns, record, offset, line)
            yield defect_of(found, record) if isinstance(found, FormatError) else found
    except FormatError as error:
        yield defect_of(error, record + 1)


def _row(
    file: str, columns: PixelColumns, record: int, offset: int, line: bytes
) -> TableRow | FormatError:
    cells = line.split(columns.separator)
    if len(cells) != columns.total:
        return FormatError(file, offset, "row", f"{columns.total:,} columns", f"{len(cells):,}")
    height, width = columns.shape
    pixels = cells[columns.first : columns.first + height * width]
    values: npt.NDArray[np.generic]
    try:
        values = np.frombuffer(bytes(map(_BYTES.__getitem__, pixels)), np.uint8)
    except KeyError:
        numbers = [_number(cell) for cell in pixels]
        bad = next((place for place, one in enumerate(numbers) if not 0 <= one <= _WHITEST), None)
        if bad is not None:
            found = printable(repr(pixels[bad][:20])[1:])
            return FormatError(file, offset, "pixel", f"a number from 0 to {_WHITEST:,}", found)
        values = np.array(numbers, np.float32)
    label, writer = (
        cells[place].strip(b" \"'").decode("utf-8", "replace") if place >= 0 else ""
        for place in (columns.label, columns.writer)
    )
    return TableRow(values.reshape(height, width), label, record, offset, writer)


def _number(cell: bytes) -> float:
    """A cell's number; nan where it is none."""
    try:
        return float(cell.strip(b' "'))
    except ValueError:
        return math.nan


def _is_number(cell: bytes) -> bool:
    cell = cell.strip(b" \"'")
    return cell.removeprefix(b"-").replace(b".", b"", 1).isdigit() or not cell
