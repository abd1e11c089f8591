"""A page of pen strokes as its file has it; strokes and lines are made when they are asked for."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.formats.gb import character
from penline.records import Source

__all__ = [
    "InkCharacter",
    "InkLine",
    "InkPage",
    "LineOfStrokes",
    "gb_codes",
    "mark_channels",
    "mark_ends",
    "pack_numbers",
    "page_of",
]

_COUNT = struct.Struct("<H")
_POINT_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class InkCharacter:
    """One character of a line.

    Attributes:
        code: the label's raw bytes, two.
        character: the label, or None for ink that is no character (an ``ff`` in its code).
        strokes: ``uint16 (k,)``, indices into the page's strokes; read-only view. None where
            the file does not tell the strokes of characters.
    """

    code: bytes
    character: str | None
    strokes: npt.NDArray[np.uint16] | None


@dataclass(frozen=True, slots=True, eq=False)
class InkLine:
    """One line of text.

    Attributes:
        strokes: ``uint16 (n,)``, indices into the page's strokes; read-only view.
        characters: in the order of the text.
        offset: byte offset of the line in the file.
    """

    strokes: npt.NDArray[np.uint16]
    characters: tuple[InkCharacter, ...]
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class InkPage:
    """One page of online handwriting.

    Attributes:
        format_code: as the file says, ``PTTS`` or ``WPTT``.
        illustration: free text of the header.
        code_type: kind of the labels' codes.
        data_type: kind of the coordinates.
        sample_length: as the file says; nothing is derived from it.
        page_index: as the file says.
        stroke_count: strokes of the page.
        linked: characters know their strokes.
        body: the file's bytes from the first stroke on.
        sound: one byte a line, 1 where it is sound.
        body_offset: byte offset of `body` in the file.
        lines_offset: byte offset of the first line in the file.
        source: the file's facts.
        record: number of the page in the file.
        offset: byte offset of the page in the file, 0.
    """

    format_code: str
    illustration: str
    code_type: str
    data_type: str
    sample_length: int
    page_index: int
    stroke_count: int
    linked: bool
    body: memoryview = field(repr=False)
    sound: bytes = field(repr=False)
    body_offset: int = field(repr=False)
    lines_offset: int = field(repr=False)
    source: Source
    record: int
    offset: int

    @property
    def points(self) -> tuple[npt.NDArray[np.uint16] | npt.NDArray[np.int16], ...]:
        """One array ``(points, 2)`` a stroke, x right and y down, read-only views of the file.

        ``int16``, or ``uint16`` where the data type says so.
        """
        return tuple(self._points())

    @property
    def strokes(self) -> tuple[npt.NDArray[np.float32], ...]:
        """A tuple of ``float32 (points, 2)`` arrays, one a stroke, in the source's units."""
        return tuple(points.astype(np.float32) for points in self._points())

    @property
    def lines(self) -> tuple[InkLine, ...]:
        """The sound lines in file order."""
        found = []
        offset = self.lines_offset - self.body_offset
        for sound in self.sound:
            line, offset = self._line(offset)
            if sound:
                found.append(line)
        return tuple(found)

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters of the page in text order; ink without a label left out."""
        found = (c.character for line in self.lines for c in line.characters)
        return tuple(label for label in found if label is not None)

    def _points(self) -> Iterator[npt.NDArray[np.uint16] | npt.NDArray[np.int16]]:
        dtype = "<u2" if "unsigned" in self.data_type.lower() or not self.data_type else "<i2"
        offset = 0
        for _ in range(self.stroke_count):
            count = self._count(offset)
            yield np.ndarray((count, 2), dtype, self.body, offset + 2)
            offset += 2 + _POINT_BYTES * count

    def _line(self, start: int) -> tuple[InkLine, int]:
        """The line at `start` of the body, and where it ends."""
        strokes, offset = self._indices(start)
        count = self._count(offset)
        offset += 2
        characters = []
        for _ in range(count):
            code = bytes(self.body[offset : offset + 2])
            offset += 2
            label = None if 0xFF in code else character(code)
            own = None
            if self.linked:
                own, offset = self._indices(offset)
            characters.append(InkCharacter(code, label, own))
        return InkLine(strokes, tuple(characters), self.body_offset + start), offset

    def _indices(self, offset: int) -> tuple[npt.NDArray[np.uint16], int]:
        count = self._count(offset)
        found: npt.NDArray[np.uint16] = np.ndarray((count,), "<u2", self.body, offset + 2)
        return found, offset + 2 + 2 * count

    def _count(self, offset: int) -> int:
        number: int = _COUNT.unpack_from(self.body, offset)[0]
        return number


class LineOfStrokes(NamedTuple):
    """A line for `page_of`.

    Attributes:
        strokes: numbers of its strokes.
        characters: for each its two bytes of code, and the numbers of its own strokes.
    """

    strokes: Sequence[int]
    characters: Sequence[tuple[bytes, Sequence[int]]]


def gb_codes(text: str) -> list[bytes]:
    """Return two bytes of GB code for each character, as lines of strokes have them.

    Raises:
        UnicodeEncodeError: a character that has no such code.
    """
    codes = [one.encode("gb18030").ljust(2, b"\0") for one in text]
    for code, one in zip(codes, text, strict=True):
        if len(code) > 2:
            raise UnicodeEncodeError("GBK", one, 0, 1, "a code of four bytes")
    return codes


def page_of(
    strokes: Sequence[npt.NDArray[np.int64]],
    lines: Sequence[LineOfStrokes],
    source: Source,
    record: int,
    offset: int,
    *,
    linked: bool,
) -> InkPage:
    """Return a page of strokes that some other format tells of.

    Args:
        strokes: ``int64 (points, 2)`` each, of 16 bits, at most 65,535 of them.
        lines: the lines.
        source: the file's facts.
        record: number of the page in the file.
        offset: byte offset of the page in the file.
        linked: characters tell their strokes.
    """
    body = b"".join(
        part
        for stroke in strokes
        for part in (_COUNT.pack(len(stroke)), stroke.astype("<i2").tobytes())
    )
    parts = [body, _COUNT.pack(len(lines))]
    for line in lines:
        parts += [pack_numbers(line.strokes), _COUNT.pack(len(line.characters))]
        for code, own in line.characters:
            parts += [code, pack_numbers(own)] if linked else [code]
    return InkPage(
        *("", "", "", "short", 0, 0, len(strokes), linked, memoryview(b"".join(parts))),
        *(b"\1" * len(lines), 0, len(body) + _COUNT.size, source, record, offset),
    )


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Return a counted list of numbers of strokes, as pages have it."""
    return struct.pack(f"<H{len(numbers)}H", len(numbers), *numbers)


def mark_channels(
    names: Sequence[str], strokes: Sequence[npt.NDArray[np.float64]]
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the channels of a `penline.records.StrokeRecord`, 0 at its end marks; none where a
    stroke has others.

    Args:
        names: of the channels.
        strokes: ``float64 (points, channels)`` each.
    """
    if not names or any(one.shape[1] != len(names) for one in strokes):
        return {}
    mark = np.zeros((1, len(names)))
    values = np.concatenate([*(part for one in strokes for part in (one, mark)), mark])
    return dict(zip(names, np.ascontiguousarray(values.T), strict=True))


def mark_ends(
    strokes: Sequence[npt.NDArray[np.int64]],
) -> tuple[npt.NDArray[np.int16], tuple[int, ...]]:
    """Return the points and ends of a `penline.records.StrokeRecord`, end marks among the points.

    Args:
        strokes: ``int64 (points, 2)`` each, of 16 bits.
    """
    marked = [part for stroke in strokes for part in (stroke, ((-1, 0),))]
    points = np.concatenate([*marked, ((-1, -1),)]).astype(np.int16)
    points.setflags(write=False)
    ends = np.cumsum([len(stroke) + 1 for stroke in strokes]) - 1
    return points, tuple(ends.tolist())
