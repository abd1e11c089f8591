"""Pages with their lines in place: what a page of an archive, or a composed one, is made into.

Beside them the shape of a page of pen strokes, so that who writes one need not know who reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from penline.records import Source

__all__ = [
    "Page",
    "PageLine",
    "PageRecord",
    "PageRegion",
    "StrokePage",
    "StrokePageCharacter",
    "StrokePageLine",
]

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PageLine:
    """One text line on a page.

    Attributes:
        text: the label; ``""`` where it is not known, and a trainer must pass the line over.
        polygon: ``float64 (n, 2)``, x and y in pixels of the page, clockwise from the upper
            left, inside the page; the page's left edge is x = 0. At least four points; closed
            without repeating the first.
        baseline: ``float64 (m, 2)``, from left to right, or None.
        characters: ``float64 (len(items), 4, 2)``, the corners of each of `items`, clockwise from
            the upper left; None where they are not known.
        unlabelled: units of the line that the publisher left without a label.
        metadata: what else is known of the line: record and byte offset of an archive; of a page
            that people transcribed ``id``, ``kind`` (its type) and ``extra`` (see
            `penline.formats.text_page`).
        region: number of the page's region that the line stands in, where the page tells of any.
        entries: the text in entries, where one of them is several code points; else nothing.
    """

    text: str
    polygon: Points
    baseline: Points | None = None
    characters: Points | None = None
    unlabelled: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    region: int = 0
    entries: tuple[str, ...] = ()

    @property
    def items(self) -> Sequence[str]:
        """What has corners each: the entries of the text, mostly its characters."""
        return self.entries or self.text

    @property
    def ignore(self) -> bool:
        """Whether a trainer must pass the line over, because its text is not known."""
        return not self.text


@dataclass(frozen=True, slots=True, eq=False)
class PageRegion:
    """One part of a page, such as a field of a form.

    Attributes:
        role: ``"field"``, to be filled in by hand, ``"caption"``, printed beside one; or
            ``"region"`` of a page that people transcribed.
        kind: what the field asks for: ``identity``, ``date``, ``text``, ...; or a region's type.
        polygon: ``float64 (n, 2)``, as `PageLine.polygon`.
        metadata: of a ``"region"``, as `PageLine.metadata`.
    """

    role: str
    kind: str
    polygon: Points
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page.

    Attributes:
        index: number of the page in its data set, from 0.
        name: the page's own name (``006-P16``); not always unlike that of other pages.
        image: ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` in RGB order.
        lines: in reading order.
        writer: whose hand it is.
        side: ``"train"``, ``"val"`` or ``"test"``.
        metadata: where the page comes from: file, data set, what its file says.
        counts: what was left out or changed on the way, by reason.
        regions: in reading order; a field that was left empty has no line. Nothing where all lines
            are of one region.
    """

    index: int
    name: str
    image: npt.NDArray[np.uint8]
    lines: tuple[PageLine, ...]
    writer: str
    side: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    regions: tuple[PageRegion, ...] = ()

    @property
    def height_px(self) -> int:
        """Rows of the image."""
        return int(self.image.shape[0])

    @property
    def width_px(self) -> int:
        """Columns of the image."""
        return int(self.image.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class PageRecord:
    """A page that people transcribed, read: its picture, and its lines in reading order.

    Attributes:
        page: the page, its `metadata` with what its file says besides.
        source: the file's metadata.
        record: number of the page in its unit, from 0.
        offset: 0; a page is a file of its own, or a row of a list.
    """

    page: Page
    source: Source
    record: int
    offset: int = 0

    def __repr__(self) -> str:
        return (
            f"<PageRecord {self.source.file}, {len(self.page.lines)} lines, record {self.record}>"
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The characters of all lines, in reading order."""
        return tuple(character for line in self.page.lines for character in line.text)


class StrokePageCharacter(Protocol):
    """One character of a line of strokes; see `penline.formats.ink.InkCharacter`."""

    @property
    def code(self) -> bytes: ...
    @property
    def character(self) -> str | None: ...
    @property
    def strokes(self) -> npt.NDArray[np.uint16] | None: ...


class StrokePageLine(Protocol):
    """One line of a page of strokes; see `penline.formats.ink.InkLine`."""

    @property
    def strokes(self) -> npt.NDArray[np.uint16]: ...
    @property
    def characters(self) -> tuple[StrokePageCharacter, ...]: ...
    @property
    def offset(self) -> int: ...


class StrokePage(Protocol):
    """A page of pen strokes; see `penline.formats.ink.InkPage`."""

    @property
    def format_code(self) -> str: ...
    @property
    def illustration(self) -> str: ...
    @property
    def code_type(self) -> str: ...
    @property
    def data_type(self) -> str: ...
    @property
    def sample_length(self) -> int: ...
    @property
    def page_index(self) -> int: ...
    @property
    def stroke_count(self) -> int: ...
    @property
    def linked(self) -> bool: ...
    @property
    def points(self) -> tuple[npt.NDArray[np.uint16] | npt.NDArray[np.int16], ...]: ...
    @property
    def lines(self) -> tuple[StrokePageLine, ...]: ...
    @property
    def source(self) -> Source: ...
    @property
    def record(self) -> int: ...
    @property
    def offset(self) -> int: ...
