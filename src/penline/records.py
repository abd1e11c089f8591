"""What a reader yields: frozen records that hold views of the file's own bytes."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast, overload

import numpy as np
import numpy.typing as npt

from penline.errors import UsageError
from penline.showing import encoded, figure_html, ink_as_picture
from penline.words import at_byte

__all__ = [
    "Bytes2D",
    "CharacterBox",
    "Defect",
    "GlyphRecord",
    "GlyphRun",
    "LeftOut",
    "LineRecord",
    "OnlineLine",
    "Origin",
    "Origins",
    "PageFacts",
    "Raster",
    "Record",
    "Sample",
    "Source",
    "StrokeRecord",
    "glyph_record",
    "in_words",
    "no_strokes",
    "paste",
]

Bytes2D: TypeAlias = npt.NDArray[np.uint8]
_MOST_SHOWN = 40
"""Characters of a text in a ``repr``."""


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from; one object is shared by all records of a file.

    Attributes:
        file: path as given, or ``archive.zip::member``.
        writer: ``family:number``, or ``unknown:<file stem>``.
        part: the publisher's part, ``"train"`` or ``"test"``; ``""`` where it is not known.
        card: id of the card in the catalogue, or ``""``.
        licence: the terms as the user said them; ``""``: those of the card.
        user_given: which of ``writer``, ``card`` and ``licence`` the user gave; the rest is known
            by the file's name alone.
        left_out: what the file's format has that its records have not, of another program; or "".
        style: how it was written, ``"printed"``, ``"cursive"`` or ``"mixed"``; or "".
        guides_y: heights of the writing lines that the writer saw, y down, in units of the strokes.
        filed: what its file's path does not tell: scopes of the card's figures that the records
            count in (UNIPEN: category, and a contributor's category: ``("1c", "1c/app")``).
    """

    file: str
    writer: str
    part: str = ""
    card: str = ""
    licence: str = field(default="", repr=False)
    user_given: tuple[str, ...] = field(default=(), repr=False)
    left_out: str = field(default="", repr=False)
    style: str = field(default="", repr=False)
    guides_y: tuple[int, ...] = field(default=(), repr=False)
    filed: tuple[str, ...] = field(default=(), repr=False)

    @property
    def told(self) -> tuple[str, ...]:
        """Give `user_given` by its old name, which still works and warns."""
        warnings.warn("Source.told is now called user_given", DeprecationWarning, stacklevel=2)
        return self.user_given


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with one record: what a strict reader would have raised."""

    file: str
    offset: int
    record: int
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        byte = at_byte(self.offset, self.field)
        place = byte and f"{byte}record {self.record}: "
        return f"{self.file}: {place}{self.field}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One record that its reader leaves out, though nothing is wrong with its bytes.

    Attributes:
        reason: why, as what was left out is counted: ``"picture without ink"``.
        file: the file that it stands in.
        source: where it would have come from.
        record: its number there, from 0.
    """

    reason: str
    file: str
    source: Source
    record: int


@dataclass(frozen=True, slots=True, eq=False)
class GlyphRecord:
    """One isolated character as an image.

    Attributes:
        character: the label, one Unicode character, as the publisher wrote it; ``""`` where a
            file holds images without labels (IDX).
        code: the label's raw bytes.
        pixels: ``uint8 (height_px, width_px)``, read-only view of the file's bytes.
        paper: the pixel value that means paper (255 in CASIA archives, 0 in MNIST).
        source: the file's facts.
        record: number of the record in the file, from 0.
        offset: byte offset of the record in the file.
    """

    character: str
    code: bytes
    pixels: Bytes2D
    paper: int
    source: Source
    record: int
    offset: int

    def __repr__(self) -> str:
        height, width = self.pixels.shape
        return (
            f"<GlyphRecord {self.character!r}, {width} x {height} px, "
            f"{self.source.writer or 'writer not told'}, record {self.record}>"
        )

    def _repr_png_(self) -> bytes:
        """The glyph dark on white, for a notebook."""
        return encoded(ink_as_picture(self.ink))

    @property
    def ink(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``, 0 = paper, 255 = full ink."""
        return 255 - self.pixels if self.paper else self.pixels

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters of the record: the one; none where it has no label."""
        return (self.character,) if self.character else ()


class _Unsealed:
    """A `GlyphRecord` in the making: the same slots, frozen when all are set.

    A frozen dataclass sets each field through ``object.__setattr__``, which took 1.0 us of the
    2.6 us that a GNT record cost; this takes 0.3 us.
    """

    __slots__ = tuple(field.name for field in fields(GlyphRecord))

    def __init__(
        self,
        character: str,
        code: bytes,
        pixels: Bytes2D,
        paper: int,
        source: Source,
        record: int,
        offset: int,
    ) -> None:
        self.character = character
        self.code = code
        self.pixels = pixels
        self.paper = paper
        self.source = source
        self.record = record
        self.offset = offset
        self.__class__ = GlyphRecord  # type: ignore[assignment]


glyph_record = cast(Callable[[str, bytes, Bytes2D, int, Source, int, int], GlyphRecord], _Unsealed)
"""`GlyphRecord` itself, arguments by position, at a third of the price: for readers of millions."""


@dataclass(frozen=True, slots=True, eq=False)
class GlyphRun:
    """Isolated characters that follow one another in a file: columns instead of `GlyphRecord`s.

    Attributes:
        characters: the labels.
        data: ``uint8 (n,)``, read-only view of the file's bytes.
        starts: ``int64 (glyphs,)``, where in `data` each glyph's pixels begin, row by row.
        sizes_px: ``int64 (glyphs, 2)``, height and width of each.
        paper: the pixel value that means paper, in all.
        source: the file's facts.
        record: number of the first in the file, from 0.
        offsets: ``int64 (glyphs,)``, byte offset of each record in the file.
        tight: each has ink at all four sides, so that there is no paper to cut off.
    """

    characters: list[str]
    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    sizes_px: npt.NDArray[np.int64]
    paper: int
    source: Source
    record: int
    offsets: npt.NDArray[np.int64]
    tight: bool = False

    def __len__(self) -> int:
        return len(self.characters)


@dataclass(frozen=True, slots=True, eq=False)
class StrokeRecord:
    """One isolated character as pen strokes.

    Attributes:
        character: the label, one Unicode character, as the publisher wrote it.
        code: the label's raw bytes.
        points: ``int16 (n, 2)``, x right and y down in the source's units; read-only view
            of the file's bytes, end marks included.
        ends: for each stroke the index in `points` just past its last point.
        source: the file's facts.
        record: number of the record in the file, from 0.
        offset: byte offset of the record in the file.
        channels: what the file tells of each point beside its place, ``float64 (points,)``, 0 at
            end marks: ``"T"``, time in milliseconds, and ``"F"``, the force of the pen in the
            source's own unit.
    """

    character: str
    code: bytes
    points: npt.NDArray[np.int16]
    ends: tuple[int, ...]
    source: Source
    record: int
    offset: int
    channels: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return (
            f"<StrokeRecord {self.character!r}, {len(self.ends)} strokes, "
            f"{self.source.writer or 'writer not told'}, record {self.record}>"
        )

    @property
    def strokes(self) -> tuple[npt.NDArray[np.float32], ...]:
        """A tuple of ``float32 (points, 2)`` arrays, one a stroke, end marks left out."""
        starts = [0, *(end + 1 for end in self.ends[:-1])]
        return tuple(
            self.points[start:end].astype(np.float32)
            for start, end in zip(starts, self.ends, strict=True)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters of the record: the one."""
        return (self.character,)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page's file says about the page; one object is shared by all lines of it.

    Attributes:
        height_px: height of the page.
        width_px: width of the page.
        line_count: how many lines the file says it has.
        code_type: what the labels are encoded in, ``"GB"`` or ``"ASCII"``.
        code_bytes: bytes of one label unit.
        bits: bits a pixel, 8 or 1.
        paper: the pixel value that means paper, 255 with 8 bits and 0 with 1 bit.
        illustration: the file's free text.
    """

    height_px: int
    width_px: int
    line_count: int
    code_type: str
    code_bytes: int
    bits: int
    paper: int
    illustration: str


@dataclass(frozen=True, slots=True, eq=False)
class OnlineLine:
    """One line of text as a pen wrote it.

    Attributes:
        items: what the text is made of, in its order: entries, mostly characters.
        traces: of each stroke, from where the pen is set down to where it is lifted,
            ``float32 (points, 3)``: x right and y down, and milliseconds since the line began;
            ``(points, 2)`` where the times are not known. Composed: pixels of the picture.
        spans: ``int64 (spans, 4)``: of each stretch of a trace the item that it belongs to, the
            trace, the first point and the one past the last; by item, then as written. White
            space has none. A trace of several letters that are joined has a span for each. No
            spans at all where the source does not tell them.
        source: whose hand it is, and the file.
        record: number of the line in its file, or in its recipe and seed.
        offset: byte offset of the line in its file.
        side: ``"train"`` or ``"val"`` of a composed line; else "".
        counts: what was skipped, dropped or borrowed on the way, by reason.
    """

    items: Sequence[str]
    traces: tuple[npt.NDArray[np.float32], ...]
    spans: npt.NDArray[np.int64]
    source: Source
    record: int
    offset: int = 0
    side: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The label."""
        return "".join(self.items)

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters of the line, in text order."""
        return tuple(self.text)

    @property
    def strokes(self) -> tuple[npt.NDArray[np.float32], ...]:
        """A tuple of ``float32 (points, 2)`` arrays, one a trace."""
        return tuple(trace[:, :2] for trace in self.traces)


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A picture as a file holds it, of one byte or of one bit a pixel.

    Attributes:
        rows: ``uint8 (height_px, bytes a row)``, read-only view of the file's bytes. With 1 bit
            a pixel the highest bit is the leftmost pixel, and rows begin at whole bytes.
        width_px: pixels a row.
        bits: bits a pixel, 8 or 1.
    """

    rows: Bytes2D
    width_px: int
    bits: int = 8

    @property
    def height_px(self) -> int:
        """Rows."""
        return len(self.rows)

    @property
    def pixels(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``: the view itself, or the bits unpacked to 0 and 255."""
        if self.bits == 8:
            return self.rows
        return np.unpackbits(self.rows, axis=1, count=self.width_px) * np.uint8(255)


@dataclass(frozen=True, slots=True, eq=False)
class CharacterBox:
    """One character of a line, with its own picture.

    Attributes:
        character: the label, one Unicode character, or None where the ink has none.
        code: the label's raw bytes.
        top_px: upper edge on the page; may be negative.
        left_px: left edge on the page; may be negative.
        raster: the picture.
    """

    character: str | None
    code: bytes
    top_px: int
    left_px: int
    raster: Raster

    @property
    def pixels(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``, as `Raster.pixels`."""
        return self.raster.pixels


@dataclass(frozen=True, slots=True, eq=False)
class LineRecord:
    """One text line of a page.

    A line has a picture of its own (`raster`), or it is made of the pictures of its characters
    (`boxes`); `pixels` is the same for both. To rebuild a page, `paste` the pixels of all lines.

    Attributes:
        codes: the label's units, raw bytes, in text order.
        characters: one Unicode character a unit, or None where the ink has no label.
        top_px: upper edge on the page; may be negative.
        left_px: left edge on the page; may be negative.
        height_px: height of the line's box.
        width_px: width of the line's box.
        raster: the line's picture, or None where each character has its own.
        boxes: the characters with their own pictures, or nothing.
        page: the page's facts.
        source: the file's facts.
        record: number of the line in the file, from 0.
        offset: byte offset of the line in the file.
        picture: ``uint8 (height_px, width_px)`` or ``(height_px, width_px, 3)`` in RGB order, as it
            was photographed, of a line that somebody transcribed; None of others. Its paper has no
            one value, and `ink` is no more than its darkness.
        packed: the PNG or JPEG file that `picture` was decoded from, where it is all of it.
        name: of a line that somebody transcribed, ``file::picture``, for messages; else "".
        told: what its set tells of its characters, as penline writes it with ``--boxes``; or None.
    """

    codes: tuple[bytes, ...]
    characters: tuple[str | None, ...]
    top_px: int
    left_px: int
    height_px: int
    width_px: int
    raster: Raster | None
    boxes: tuple[CharacterBox, ...]
    page: PageFacts
    source: Source
    record: int
    offset: int
    picture: npt.NDArray[np.uint8] | None = None
    packed: bytes | None = None
    name: str = ""
    told: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return (
            f"<LineRecord {_shortened(self.text())!r}, {self.width_px} x {self.height_px} px, "
            f"{self.source.writer or 'writer not told'}, record {self.record}>"
        )

    def text(self, unknown: str = "\ufffd") -> str:
        """The label, with `unknown` for each unit without a character."""
        return "".join(unknown if c is None else c for c in self.characters)

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters of the record, in text order; ink without a label left out."""
        return tuple(c for c in self.characters if c is not None)

    @property
    def paper(self) -> int:
        """The pixel value that means paper."""
        return self.page.paper

    @property
    def pixels(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``: a view with 8 bits a pixel, else made anew."""
        if self.raster is not None:
            return self.raster.pixels
        line = np.full((self.height_px, self.width_px), self.paper, np.uint8)
        for box in self.boxes:
            top_px, left_px = box.top_px - self.top_px, box.left_px - self.left_px
            paste(line, box.pixels, top_px, left_px, self.paper)
        return line

    @property
    def ink(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``, 0 = paper, 255 = full ink."""
        return 255 - self.pixels if self.paper else self.pixels


def paste(onto: Bytes2D, pixels: Bytes2D, top_px: int, left_px: int, paper: int) -> None:
    """Lay a picture over another one; its paper is transparent, what reaches out is cut off.

    Boxes on a page overlap and may begin left of it or above it.

    Args:
        onto: ``uint8 (height, width)``, changed in place.
        pixels: ``uint8 (height, width)``.
        top_px: row of `onto` that the first row of `pixels` falls on; may be negative.
        left_px: column of `onto` that the first column falls on; may be negative.
        paper: the value of `pixels` that is left out.
    """
    top, left = max(top_px, 0), max(left_px, 0)
    under = onto[top : max(top_px + pixels.shape[0], 0), left : max(left_px + pixels.shape[1], 0)]
    over = pixels[top - top_px :, left - left_px :][: under.shape[0], : under.shape[1]]
    np.copyto(under, over, where=over != paper)


Record: TypeAlias = GlyphRecord | StrokeRecord | LineRecord | OnlineLine

_IN_WORDS = {
    "GlyphRecord": "a picture of a character",
    "StrokeRecord": "the strokes of a character",
    "LineRecord": "a line of text",
    "InkPage": "a page of strokes",
    "PageRecord": "a page of lines",
    "OnlineLine": "a line of strokes",
    "BinaryImage": "a picture without a label",
    "GreyImage": "a picture without a label",
}


def in_words(record: object) -> str:
    """What a record is, for a person: the reason why it was left out."""
    return _IN_WORDS.get(type(record).__name__, "a record of another kind")


class Origin(NamedTuple):
    """Where the ink of one character of a sample comes from.

    Attributes:
        item: index of the character among the sample's items.
        written: the character that the glyph is a glyph of; a stand-in differs from the text.
        writer: the writer's id.
        archive: the file it came from.
        record: number of the record in that file.
        offset: byte offset of the record in that file.
    """

    item: int
    written: str
    writer: str
    archive: str
    record: int
    offset: int


class Origins(Sequence[Origin]):
    """The origins of a line's glyphs, as columns.

    Args:
        written: what each is a glyph of.
        writers: the writer's id of each.
        archives: the file of each.
        numbers: ``int64 (n, 3)``: item, record and offset of each.
    """

    __slots__ = ("archives", "numbers", "writers", "written")

    def __init__(
        self,
        written: Sequence[str],
        writers: Sequence[str],
        archives: Sequence[str],
        numbers: npt.NDArray[np.int64],
    ) -> None:
        self.written, self.writers, self.archives = written, writers, archives
        self.numbers = numbers

    @classmethod
    def of(cls, origins: Sequence[Origin]) -> Origins:
        """Origins one by one as columns; columns as they are."""
        if isinstance(origins, Origins):
            return origins
        numbers = [(one.item, one.record, one.offset) for one in origins]
        return cls(
            [one.written for one in origins],
            [one.writer for one in origins],
            [one.archive for one in origins],
            np.array(numbers, np.int64).reshape(-1, 3),
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Origin]:
        items, records, offsets = self.numbers.T.tolist()
        return map(Origin, items, self.written, self.writers, self.archives, records, offsets)

    @overload
    def __getitem__(self, index: int) -> Origin: ...
    @overload
    def __getitem__(self, index: slice) -> list[Origin]: ...
    def __getitem__(self, index: int | slice) -> Origin | list[Origin]:
        return list(self)[index]


def no_strokes() -> None:
    """Find no strokes: what is no composed line has none."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One finished line.

    Attributes:
        index: number of the sample in its recipe and seed.
        image: ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` in RGB order.
        text: the label.
        quads: ``float64 (items, 4, 2)``: the corners of each of `items`, x and y in pixels,
            clockwise from the upper left, after all geometry; the picture's left edge is x = 0.
            White space has a quad, too.
        writer: whose hand it is; ``""`` where the recipe mixes writers.
        side: ``"train"`` or ``"val"``.
        drawn: every number drawn, by stage.
        counts: what was skipped, dropped or borrowed on the way, by reason.
        entries: the text in entries, where one of them is several code points; else nothing.
    """

    index: int
    image: npt.NDArray[np.uint8]
    text: str
    quads: npt.NDArray[np.float64]
    writer: str
    side: str
    drawn: dict[str, Any]
    counts: dict[str, int]
    trace: Callable[[], Sequence[Origin]] = field(repr=False)
    """Finds the origins, when they are asked for."""
    entries: tuple[str, ...] = ()
    write: Callable[[], OnlineLine | None] = field(default=no_strokes, repr=False)
    """Finds the strokes, when they are asked for."""
    packed: bytes | None = field(default=None, repr=False)
    """The PNG or JPEG file that `image` was decoded from, unchanged; None where it was made."""

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        writer, text = f" by {self.writer}" if self.writer else "", _shortened(self.text)
        return f"<Sample {self.index}: {text!r}, {width} x {height} px{writer}, {self.side}>"

    def _repr_html_(self) -> str:
        """The picture with its boxes, for a notebook."""
        caption = f"{self.text}  ({self.writer or 'several hands'}, line {self.index})"
        return figure_html(self.image, caption, self.quads, self.items)

    def _repr_png_(self) -> bytes:
        """The picture, for a notebook that shows no HTML."""
        return encoded(self.image)

    def to_pil(self) -> Any:
        """The picture as a ``PIL.Image``.

        Raises:
            ImportError: Pillow is not installed.
        """
        from PIL import Image

        return Image.fromarray(self.image)

    def save(self, path: str | os.PathLike[str], *, quality: int = 95) -> None:
        """Write the picture into a file, ``.png`` or ``.jpg``; one of that name is replaced.

        Args:
            path: the file.
            quality: of a JPEG, 1 to 100.

        Raises:
            UsageError: another kind of file, or one that cannot hold the picture.
            OSError: it cannot be written.
        """
        file = Path(path)
        suffix = file.suffix.lower().replace(".jpeg", ".jpg")
        if suffix not in (".png", ".jpg"):
            raise UsageError(f"{file}: the picture of a line is a .png or a .jpg file")
        try:
            data = encoded(self.image, suffix, quality)
        except ValueError as error:
            raise UsageError(f"{file}: {error}") from None
        file.write_bytes(data)

    @property
    def items(self) -> Sequence[str]:
        """What has a quad each: the entries of the text, mostly its characters."""
        return self.entries or self.text

    @functools.cached_property
    def strokes(self) -> OnlineLine | None:
        """The line as the pen wrote it, before paper and effects, which move and bend its picture;
        None where a glyph came as a picture."""
        return self.write()

    @functools.cached_property
    def origins(self) -> tuple[Origin, ...]:
        """Where each glyph comes from, in the order of the text; white space has none."""
        return tuple(self.trace())

    def __getstate__(self) -> dict[str, Any]:
        # a pickled sample carries its origins, not the banks that they were read from
        trace = functools.partial(tuple, self.origins)
        return {**self.__dict__, "origins": self.origins, "trace": trace}
