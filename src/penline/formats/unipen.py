"""UNIPEN: pen strokes of characters, words and lines as text, a keyword a line.

Source: the definition of the format, UNIPEN 1.0 (1994), and every line of train_r01_v07.

    .VERSION 1.0
    .INCLUDE app/app.doc                  the text of another file, in this place
    .COORD X Y T                          what the numbers of a point are
    .STYLE PRINTED                        or CURSIVE, MIXED
    .H_LINE 375                           writing lines that the writer saw
    .PEN_DOWN                             a component with the pen on the pad
    3587 1977 82387                       a point; y grows upwards
    .PEN_UP                               one with the pen off it, often without a point
    .SEGMENT CHARACTER 0-1 ? "a"          components that are one character, and what it is
    .SEGMENT CHARACTER 4:3-5:2 OK "b"     from a point in one to a point in another
    .SEGMENT WORD 0-8,12 OK "word"

A keyword begins a line; what follows belongs to it, up to the next one. Components without a point
are not counted; the others are, of both kinds, from 0. Segments may stand in one file and
what they count in others. Characters are given as `StrokeRecord`, words and lines of text as an
`InkPage` of one line, with their labels and y **downwards**. Names of writers are not carried on.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, end_of, strictly
from penline.formats.ink import InkPage, line_page, mark_ends
from penline.formats.sniff import misnamed
from penline.formats.unipen_sheet import MOST_BYTES, Sheet
from penline.formats.unipen_text import Part, Segment, parts_of
from penline.records import Defect, Source, StrokeRecord
from penline.words import printable

__all__ = ["KINDS", "Ink", "SourceOf", "read", "record_of", "salvage", "styled", "whole"]

KINDS = ("CHARACTER", "WORD", "TEXT", "LINE", "SENTENCE")
"""Kinds of segments that are read: isolated characters, and what stands in one line."""

_LOW, _HIGH = -(1 << 15), (1 << 15) - 1
_MOST_POINTS = 1 << 16
_EXPECTED = "UNIPEN (lines that begin with .VERSION, .PEN_DOWN and the like)"

Ink: TypeAlias = StrokeRecord | InkPage
SourceOf: TypeAlias = Callable[[str], Source]
Strokes: TypeAlias = list[npt.NDArray[np.int64]]


def read(stream: ByteSource, source: Source) -> Iterator[Ink]:
    """Yield the segments of a file that stands by itself, in their order.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    return strictly(salvage(stream, source))


def salvage(stream: ByteSource, source: Source) -> Iterator[Ink | Defect]:
    """Yield sound segments, in the place of each other one what is wrong with it, and what is left.

    Where nothing can be read on, the segments before are given. Never raises.
    """
    sheet = Sheet()
    told: FormatError | None = None
    record = 0
    source_of = styled(source, sheet)
    try:
        sheet.read(whole(stream), stream.file)
    except FormatError as error:
        told = error if sheet.segments else misnamed(stream, error, _EXPECTED)
    for segment in sheet.segments:
        try:
            yield record_of(sheet, segment, stream.file, source_of, record)
        except FormatError as error:
            yield defect_of(error, record)
        record += 1
    if told is None and not (sheet.segments or sheet.faults):
        told = FormatError(stream.file, 0, "segments", "at least one .SEGMENT", "none")
    for fault in [*sheet.faults, *filter(None, [told])]:
        yield defect_of(fault, record)
        record += 1
    yield from end_of(stream, record, told)


def styled(source: Source, sheet: Sheet) -> SourceOf:
    """Return what makes the source of the strokes of one style; the same object for the same."""

    @functools.cache
    def of(style: str) -> Source:
        return dataclasses.replace(source, style=style, guides_y=sheet.guides_y)

    return of


def whole(stream: ByteSource) -> bytes:
    """Return all bytes of a stream.

    Raises:
        FormatError: the stream breaks off, or has more than a file may have.
    """
    want = 1 << 16
    buffer, at, have = stream.peek(0, want)
    while want <= have <= MOST_BYTES:
        want = 2 * have
        buffer, at, have = stream.peek(0, want)
    if have > MOST_BYTES:
        raise FormatError(stream.file, 0, "file", f"at most {MOST_BYTES:,} bytes", "more")
    if stream.fault is not None:
        raise stream.fault
    return bytes(buffer[at : at + have])


def record_of(sheet: Sheet, segment: Segment, file: str, source_of: SourceOf, record: int) -> Ink:
    """Return a segment's strokes and label.

    Args:
        sheet: what the segment counts in.
        segment: the segment.
        file: where it stands, for messages.
        source_of: gives the file's facts for a style of writing.
        record: its number in the file.

    Raises:
        FormatError: its kind or its label is none that can be read, or its strokes are not there.
    """

    def wrong(field: str, expected: str, found: str) -> FormatError:
        return FormatError(file, segment.offset, field, expected, found)

    if segment.kind not in KINDS:
        raise wrong("segment's kind", ", ".join(KINDS), repr(printable(segment.kind[:40])))
    single = segment.kind == KINDS[0]
    text = segment.label if single else " ".join(segment.label.split())
    shown = repr(printable(text[:40]))
    if not text.isprintable() or (len(text) != 1 if single else not text):
        raise wrong("label", "one character" if single else "text in one line", shown)
    parts = parts_of(segment, len(sheet.components), file)
    strokes: Strokes = []
    styles: set[str] = set()
    for part in parts:
        strokes += _strokes(sheet, part, styles, wrong)
    count = sum(map(len, strokes))
    if not 0 < count < _MOST_POINTS:
        expected = f"1 to {_MOST_POINTS - 1:,} points with the pen on the pad"
        raise wrong("strokes", expected, f"{count:,}")
    every = np.concatenate(strokes)
    if int(every.min()) < _LOW or int(every.max()) > _HIGH:
        low, high = _LOW // sheet.scale, _HIGH // sheet.scale
        raise wrong("strokes", f"points from {low:,} to {high:,}", f"{every.min()}, {every.max()}")
    source = source_of(styles.pop() if len(styles) == 1 else "mixed" if styles else "")
    if single:
        code = text.encode()
        return StrokeRecord(text, code, *mark_ends(strokes), source, record, segment.offset)
    try:
        return line_page(strokes, text, source, record, segment.offset)
    except UnicodeEncodeError:
        raise wrong("label", "characters of GBK", shown) from None


def _strokes(
    sheet: Sheet, part: Part, styles: set[str], wrong: Callable[[str, str, str], FormatError]
) -> Strokes:
    """The strokes of components that follow one another, cut at the points that the part names."""
    strokes = []
    for number in range(part.first, part.last + 1):
        component = sheet.components[number]
        start = part.start if number == part.first else 0
        stop = part.stop if number == part.last else None
        if not component.down:
            continue
        points = sheet.points(number)
        if start >= len(points) or (stop is not None and not start <= stop < len(points)):
            found = f"{start} to {'its last' if stop is None else stop}"
            expected = f"points from 0 to {len(points) - 1:,} of component {number:,}, in order"
            raise wrong("delineation", expected, found)
        styles.add(component.style)
        strokes.append(points[start : None if stop is None else stop + 1])
    return strokes
