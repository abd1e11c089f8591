"""Pages of pen strokes as pages of ink: each line rendered with the pen of its writer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TypeAlias
from unicodedata import east_asian_width

import numpy as np
import numpy.typing as npt

from penline.characters import kind_of
from penline.convert.policy import Policy
from penline.errors import FormatError, UsageError
from penline.formats.ink import InkLine, InkPage
from penline.randomness import rng
from penline.records import Bytes2D, CharacterBox, LineRecord, PageFacts, Raster, paste
from penline.render.hand import writer_pen
from penline.render.strokes import render_strokes

__all__ = ["MAX_PAGE_PX", "penned_lines"]

MAX_PAGE_PX = 100_000_000
"""Area of the largest page that is made; the publisher's have 8 million pixels."""

_NARROW_EM = 0.5
"""What a letter takes of a line, its gap included; measured on printed hands it is 0.5 to 0.6."""

_MANY = 8
"""Letters whose width tells their size better than their height does."""

Stroke: TypeAlias = npt.NDArray[np.float32]
_Piece: TypeAlias = tuple[int, int, Bytes2D]
"""Top and left on the page, and ink."""


def penned_lines(
    page: InkPage, height_px: int, policy: Policy, *, salvage: bool
) -> Iterator[LineRecord]:
    """The lines of a page of strokes as pictures in their places, a white margin around them.

    Where the file tells the strokes of characters, each character is rendered by itself and the
    line has its box; else each stroke is. A picture lies with its middle on the middle of its
    points, so places are true to a pixel.

    Args:
        page: the page.
        height_px: height of the writer's median Chinese character; also the margin's width.
        policy: counts what is left out: lines without a stroke and, with `salvage`, strokes that
            cannot be drawn.
        salvage: leave out what cannot be drawn, instead of stopping.

    Raises:
        FormatError: exact bytes, but no page that can be drawn.
    """
    try:
        sheet = _StrokeSheet(page, height_px)
    except UsageError as error:
        _refuse(page, page.offset, error, policy, salvage)
        return
    for number, line in enumerate(page.lines):
        try:
            found = sheet.line(number, line)
        except UsageError as error:
            _refuse(page, line.offset, error, policy, salvage)
            continue
        if found is None:
            policy.drop("lines without a stroke")
        else:
            yield found


def _refuse(page: InkPage, offset: int, error: UsageError, policy: Policy, salvage: bool) -> None:
    if not salvage:
        expected = "strokes that can be drawn"
        raise FormatError(page.source.file, offset, "strokes", expected, str(error)) from None
    policy.drop("strokes that cannot be drawn")


class _StrokeSheet:
    """A page's strokes, and how they come to paper."""

    def __init__(self, page: InkPage, height_px: int) -> None:
        self.page = page
        self.strokes = page.strokes
        lines = page.lines
        used = [_extent([self.strokes[i] for i in line.strokes]) for line in lines]
        extents = [extent for extent in used if extent is not None]
        if not extents:
            raise UsageError("there is no point to draw")
        low = np.array([extent[0] for extent in extents]).min(axis=0)
        high = np.array([extent[1] for extent in extents]).max(axis=0)
        self.units_per_px = self._em_units(lines) / height_px
        self.pen = writer_pen(page.source.writer, height_px)
        margin = height_px
        self.origin = np.floor(low / self.units_per_px).astype(np.int64) - margin
        width, height = (int(n) for n in np.ceil((high - low) / self.units_per_px) + 2 * margin)
        if width * height > MAX_PAGE_PX:
            raise UsageError(
                f"a page of {height:,} x {width:,} px, the limit is {MAX_PAGE_PX:,} in all"
            )
        self.head = PageFacts(height, width, len(lines), page.code_type, 2, 8, 0, page.illustration)
        self.drawn = 0

    def line(self, number: int, line: InkLine) -> LineRecord | None:
        """The line; None where it has no ink.

        Raises:
            UsageError: strokes that cannot be drawn.
        """
        boxes: list[CharacterBox | None] = []
        pieces: list[_Piece] = []
        loose = dict.fromkeys(int(i) for i in line.strokes)
        for character in line.characters:
            own = [] if character.strokes is None else [int(i) for i in character.strokes]
            piece = self._piece(own)
            if piece is None:
                boxes.append(None)
                continue
            pieces.append(piece)
            top, left, ink = piece
            raster = Raster(ink, ink.shape[1])
            boxes.append(CharacterBox(character.character, character.code, top, left, raster))
            for i in own:
                loose.pop(i, None)
        added = [piece for i in loose if (piece := self._piece([i])) is not None]
        pieces += added
        if not pieces:
            return None
        top, left = min(piece[0] for piece in pieces), min(piece[1] for piece in pieces)
        height = max(piece[0] + piece[2].shape[0] for piece in pieces) - top
        width = max(piece[1] + piece[2].shape[1] for piece in pieces) - left
        boxes = _with_spaces(boxes, line)
        known = tuple(box for box in boxes if box is not None)
        known = known if len(known) == len(boxes) else ()
        whole = None
        if added or not known:
            whole = Raster(np.zeros((height, width), np.uint8), width)
            for piece_top, piece_left, ink in pieces:
                paste(whole.rows, ink, piece_top - top, piece_left - left, 0)
        codes = tuple(character.code for character in line.characters)
        labels = tuple(character.character for character in line.characters)
        return LineRecord(
            *(codes, labels, top, left, height, width, whole, known),
            *(self.head, self.page.source, number, line.offset),
        )

    def _piece(self, own: Sequence[int]) -> _Piece | None:
        """Strokes in their place; None where they have no point.

        Raises:
            UsageError: they cannot be drawn, or all ink is more than a page can hold.
        """
        strokes = [self.strokes[i] for i in own]
        extent = _extent(strokes)
        if extent is None:
            return None
        chance = rng(0, own[0], f"strokes:{self.page.source.writer}")
        ink = render_strokes(strokes, self.units_per_px, self.pen, chance)
        self.drawn += ink.size
        if self.drawn > MAX_PAGE_PX:
            raise UsageError(f"more than {MAX_PAGE_PX:,} px of ink on a page")
        middle = (extent[0] + extent[1]) / (2 * self.units_per_px)
        corner = np.floor(middle - np.array(ink.shape[::-1]) / 2 + 0.5).astype(np.int64)
        left, top = (int(n) for n in corner - self.origin)
        return top, left, ink

    def _em_units(self, lines: Sequence[InkLine]) -> float:
        """The writer's em in the source's units.

        The median over the characters whose kind tells a size; without strokes of characters
        the median over the lines of their width by characters, which in Chinese is the same; of
        letters each takes half an em, and a few of them tell more by their height.
        """
        ems = []
        for line in lines:
            for character in line.characters:
                usual = kind_of(character.character).height if character.character else 0.0
                if usual and character.strokes is not None:
                    extent = _extent([self.strokes[i] for i in character.strokes])
                    if extent is not None:
                        ems.append(float(extent[1][1] - extent[0][1]) / usual)
        if not ems:
            for line in lines:
                extent = _extent([self.strokes[i] for i in line.strokes])
                if extent is not None and line.characters:
                    ems.append(_em_of_line(line, *(extent[1] - extent[0])))
        return max(float(median(ems)) if ems else 64.0, 1.0)


def _with_spaces(boxes: list[CharacterBox | None], line: InkLine) -> list[CharacterBox | None]:
    """The boxes of a line's characters, with one without ink for each space between two others."""
    found = list(boxes)
    for number, (left, right) in enumerate(zip(boxes, boxes[2:], strict=False), 1):
        character = line.characters[number]
        if character.character == " " and boxes[number] is None and left and right:
            start = left.left_px + left.raster.width_px
            width = max(right.left_px - start, 1)
            raster = Raster(np.zeros((left.raster.height_px, width), np.uint8), width)
            found[number] = CharacterBox(" ", character.code, left.top_px, start, raster)
    return found


def _em_of_line(line: InkLine, width: float, height: float) -> float:
    """The em of a line of that many units' width and height, whose characters tell no strokes."""
    labels = [character.character for character in line.characters]
    if any(label is None or east_asian_width(label) in "WF" for label in labels):
        return width / len(labels)
    kinds = [kind_of(label) for label in labels if label is not None]
    edges = [(kind.low or 0.0, (kind.low or 0.0) + kind.height) for kind in kinds if kind.height]
    if len(labels) >= _MANY or not edges:
        return width / (len(labels) * _NARROW_EM)
    return height / (max(top for _, top in edges) - min(low for low, _ in edges))


def _extent(
    strokes: Sequence[Stroke],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """The smallest and the largest x and y; None without a point."""
    kept = [stroke for stroke in strokes if len(stroke)]
    if not kept:
        return None
    low = np.array([stroke.min(axis=0) for stroke in kept], np.float64).min(axis=0)
    high = np.array([stroke.max(axis=0) for stroke in kept], np.float64).max(axis=0)
    return low, high
