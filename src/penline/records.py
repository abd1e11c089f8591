"""What a reader yields: frozen records that hold views of the file's own bytes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Bytes2D",
    "Defect",
    "GlyphRecord",
    "Origin",
    "Record",
    "Sample",
    "Source",
    "StrokeRecord",
]

Bytes2D: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from; one object is shared by all records of a file.

    Attributes:
        file: path as given, or ``archive.zip::member``.
        writer: ``family:number``, or ``unknown:<file stem>``.
        part: the publisher's part, ``"train"`` or ``"test"``; ``""`` where it is not known.
        card: id of the card in the catalogue, or ``""``.
    """

    file: str
    writer: str
    part: str = ""
    card: str = ""


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
        return (
            f"{self.file}: byte {self.offset}: record {self.record}: {self.field}: "
            f"expected {self.expected}, found {self.found}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class GlyphRecord:
    """One isolated character as an image.

    Attributes:
        character: the label, one Unicode character, as the publisher wrote it.
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

    @property
    def ink(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``, 0 = paper, 255 = full ink."""
        return 255 - self.pixels if self.paper else self.pixels


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
    """

    character: str
    code: bytes
    points: npt.NDArray[np.int16]
    ends: tuple[int, ...]
    source: Source
    record: int
    offset: int

    @property
    def strokes(self) -> tuple[npt.NDArray[np.float32], ...]:
        """A tuple of ``float32 (points, 2)`` arrays, one a stroke, end marks left out."""
        starts = [0, *(end + 1 for end in self.ends[:-1])]
        return tuple(
            self.points[start:end].astype(np.float32)
            for start, end in zip(starts, self.ends, strict=True)
        )


Record: TypeAlias = GlyphRecord | StrokeRecord


class Origin(NamedTuple):
    """Where the ink of one character of a sample comes from.

    Attributes:
        item: index of the character in the sample's text.
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


@dataclass(frozen=True, eq=False)
class Sample:
    """One finished line.

    Attributes:
        index: number of the sample in its recipe and seed.
        image: ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` in RGB order.
        text: the label.
        quads: ``float64 (characters, 4, 2)``: the corners of each character of the text, x and y
            in pixels, clockwise from the upper left, after all geometry; the picture's left
            edge is x = 0. White space has a quad, too.
        writer: whose hand it is; ``""`` where the recipe mixes writers.
        side: ``"train"`` or ``"val"``.
        drawn: every number drawn, by stage.
        counts: what was skipped, dropped or borrowed on the way, by reason.
    """

    index: int
    image: npt.NDArray[np.uint8]
    text: str
    quads: npt.NDArray[np.float64]
    writer: str
    side: str
    drawn: dict[str, Any]
    counts: dict[str, int]
    trace: Callable[[], tuple[Origin, ...]] = field(repr=False)
    """Finds the origins, when they are asked for."""

    @functools.cached_property
    def origins(self) -> tuple[Origin, ...]:
        """Where each glyph comes from, in the order of the text; white space has none."""
        return self.trace()

    def __getstate__(self) -> dict[str, Any]:
        # a pickled sample carries its origins, not the banks that they were read from
        return {**self.__dict__, "origins": self.origins, "trace": tuple}
