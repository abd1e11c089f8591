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
what they count in others. Characters are given as `StrokeRecord`, words and texts as an `InkPage`
with a line for each row and, where segments tell them, the strokes of each character; y
**downwards**. Names of writers are not carried on. Lines that penline composed are told by a
keyword of theirs, and given as `OnlineLine` (`penline.formats.unipen_traces`).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, end_of, strictly
from penline.formats.ink import InkPage, mark_channels, mark_ends, page_of
from penline.formats.sniff import misnamed
from penline.formats.unipen_lines import LinePart, goes_back, lines_of, pieces_of, spelled
from penline.formats.unipen_sheet import MOST_BYTES, UnipenSheet
from penline.formats.unipen_text import UnipenPart, UnipenSegment, parts_of
from penline.formats.unipen_traces import has_lines, salvage_lines
from penline.records import Defect, OnlineLine, Source, StrokeRecord
from penline.words import printable

__all__ = [
    "KINDS",
    "Ink",
    "SourceOf",
    "StrokeLabels",
    "read",
    "record_of",
    "salvage",
    "stroke_labels",
    "styled",
    "whole",
]

KINDS = ("CHARACTER", "WORD", "TEXT", "LINE", "SENTENCE")
"""Kinds of segments that are read: isolated characters, and what stands in one line."""

ROWS = "text in rows"
"""The field of what is wrong with a text whose rows nothing tells the ends of."""

_LOW, _HIGH = -(1 << 15), (1 << 15) - 1
_MOST_POINTS = 1 << 16
_EXPECTED = "UNIPEN (lines that begin with .VERSION, .PEN_DOWN and the like)"

Ink: TypeAlias = StrokeRecord | InkPage
SourceOf: TypeAlias = Callable[[str], Source]


def read(stream: ByteSource, source: Source) -> Iterator[Ink | OnlineLine]:
    """Yield the segments of a file that stands by itself, in their order.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    return strictly(salvage(stream, source))


def salvage(stream: ByteSource, source: Source) -> Iterator[Ink | OnlineLine | Defect]:
    """Yield sound segments, in the place of each other one what is wrong with it, and what is left.

    Where nothing can be read on, the segments before are given. Never raises.
    """
    sheet = UnipenSheet()
    last_fault: FormatError | None = None
    record = 0
    source_of = styled(source, sheet)
    try:
        data = whole(stream)
        if has_lines(data):
            yield from salvage_lines(data, stream.file, source)
            return
        sheet.read(data, stream.file)
    except FormatError as error:
        last_fault = error if sheet.segments else misnamed(stream, error, _EXPECTED)
    units = stroke_labels(sheet.segments, len(sheet.components))
    for segment in sheet.segments:
        try:
            yield record_of(sheet, segment, stream.file, source_of, record, units)
        except FormatError as error:
            yield defect_of(error, record)
        record += 1
    if last_fault is None and not (sheet.segments or sheet.faults):
        last_fault = FormatError(stream.file, 0, "segments", "at least one .SEGMENT", "none")
    for fault in [*sheet.faults, *filter(None, [last_fault])]:
        yield defect_of(fault, record)
        record += 1
    yield from end_of(stream, record, last_fault)


def styled(source: Source, sheet: UnipenSheet) -> SourceOf:
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
    content = stream.read_whole(MOST_BYTES)
    if stream.fault is not None:
        raise stream.fault
    return content


class StrokeLabels(NamedTuple):
    """Segments of a file that tell whose each stroke of longer ones is.

    Attributes:
        characters: isolated characters.
        words: single words.
    """

    characters: tuple[LinePart, ...] = ()
    words: tuple[LinePart, ...] = ()


def stroke_labels(segments: Iterable[UnipenSegment], count: int) -> StrokeLabels:
    """Return the characters and words among segments; what is no sound one is left out.

    Args:
        segments: of one file of strokes.
        count: how many components it has.
    """
    found: dict[str, list[LinePart]] = {"CHARACTER": [], "WORD": []}
    for segment in segments:
        if segment.kind in found:
            try:
                parts = parts_of(segment, count, "")
            except FormatError:
                continue
            found[segment.kind].append(LinePart(segment.label, tuple(parts)))
    return StrokeLabels(*map(tuple, found.values()))


def record_of(
    sheet: UnipenSheet,
    segment: UnipenSegment,
    file: str,
    source_of: SourceOf,
    record: int,
    labels: StrokeLabels,
) -> Ink:
    """Return a segment's strokes and label.

    Args:
        sheet: what the segment counts in.
        segment: the segment.
        file: where it stands, for messages.
        source_of: gives the file's facts for a style of writing.
        record: its number in the file.
        labels: what other segments of the file tell of the same strokes.

    Raises:
        FormatError: its kind or its label is none that can be read, its strokes are not there, or
            it stands in several rows and nothing tells where they end.
    """

    def wrong(field: str, expected: str, found: str) -> FormatError:
        return FormatError(file, segment.offset, field, expected, found)

    if segment.kind not in KINDS:
        raise wrong("segment's kind", ", ".join(KINDS), repr(printable(segment.kind[:40])))
    single = segment.kind == KINDS[0]
    text = segment.label if single else " ".join(segment.label.split())
    shown = repr(printable(text[:40]))
    if not text.isprintable() or (len(text) != 1 if single else not text):
        raise wrong("label", "one character" if single else "text", shown)
    parts = parts_of(segment, len(sheet.components), file)
    styles: set[str] = set()
    drawn = [stroke for part in parts for stroke in _strokes(sheet, part, styles, wrong)]
    count = sum(len(points) for _, _, points in drawn)
    if not 0 < count < _MOST_POINTS:
        expected = f"1 to {_MOST_POINTS - 1:,} points with the pen on the pad"
        raise wrong("strokes", expected, f"{count:,}")
    every = np.concatenate([points for _, _, points in drawn])
    if int(every.min()) < _LOW or int(every.max()) > _HIGH:
        low, high = _LOW // sheet.scale, _HIGH // sheet.scale
        raise wrong("strokes", f"points from {low:,} to {high:,}", f"{every.min()}, {every.max()}")
    source = source_of(styles.pop() if len(styles) == 1 else "mixed" if styles else "")
    if single:
        points, ends = mark_ends([points for _, _, points in drawn])
        channels = _channels(sheet, drawn)
        facts = source, record, segment.offset
        return StrokeRecord(text, text.encode(), points, ends, *facts, channels)
    units = spelled(text, labels.characters, parts)
    linked = bool(units)
    if not units and segment.kind != "WORD":
        units = spelled(text, labels.words, parts)
    pieces = pieces_of(drawn, units)
    try:
        lines = lines_of(text, units, pieces, linked)
    except UnicodeEncodeError:
        raise wrong("label", "characters of GBK", shown) from None
    strokes = [piece.points for piece in pieces]
    for line in lines if segment.kind != "WORD" else ():
        back = goes_back([pieces[number] for number in line.strokes])
        if back:
            expected = "one row, or words of its own that tell where each row ends"
            raise wrong(ROWS, expected, f"{back + 1} rows")
    return page_of(strokes, lines, source, record, segment.offset, linked=linked)


def _channels(
    sheet: UnipenSheet, drawn: Sequence[tuple[int, int, npt.NDArray[np.int64]]]
) -> dict[str, npt.NDArray[np.float64]]:
    """Time and pressure of strokes as `_strokes` gives them, where all of them have these."""
    own = {sheet.components[number].channels for number, _, _ in drawn}
    if len(own) > 1 or own == {()}:
        return {}
    values = [
        sheet.components[number].values()[first : first + len(points)]
        for number, first, points in drawn
    ]
    return mark_channels([name for name, _ in own.pop()], values)


def _strokes(
    sheet: UnipenSheet,
    part: UnipenPart,
    styles: set[str],
    wrong: Callable[[str, str, str], FormatError],
) -> Iterator[tuple[int, int, npt.NDArray[np.int64]]]:
    """Yield strokes of components that follow one another, cut at the points that the part names.

    Each with the number of its component and of its first point in it.
    """
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
        yield number, start, points[start : None if stop is None else stop + 1]
