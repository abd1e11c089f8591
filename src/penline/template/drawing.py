"""A sheet as a list of marks in millimetres, which PDF and PNG draw alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from penline.records import Bytes2D
from penline.template.alike import sign_name
from penline.template.code import Code, pack_bits
from penline.template.guides import Guides
from penline.template.layout import (
    BIT_MM,
    BIT_ROWS,
    BORDER_MM,
    GUIDE_MM,
    MARK_MM,
    MARKS,
    Grid,
    mark_bits,
)
from penline.template.saying import Saying, runs, width_em

__all__ = ["Mark", "Picture", "Rectangle", "Words", "sheet_marks"]

Colour: TypeAlias = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
BORDER: Colour = (150, 195, 215)
"""A light blue: seen by the writer and by a camera, far paler than any pen."""
GUIDE: Colour = (40, 40, 40)
_WORDS_MM, _CODE_MM, _SMALL_MM = 2.8, 2.4, 1.5
"""Sizes of the title, of a code point in place of a guide, and of what is said beside one."""
_DRAWN = 1.35
"""How much larger what is drawn stands than letters of the font."""
_LOW_EM = 0.12
"""How far below the writing line a Chinese character stands (`penline.characters`)."""
_GUIDE_ROOM_MM = 0.4


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle."""

    left: float
    top: float
    width: float
    height: float
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Ink laid into a rectangle: ``uint8 (height_px, width_px)``, 0 = paper."""

    left: float
    top: float
    width: float
    height: float
    ink: Bytes2D
    colour: Colour = GUIDE


@dataclass(frozen=True, slots=True)
class Words:
    """A few ASCII words; `left` and `baseline` are where they begin, `size` is their em."""

    left: float
    baseline: float
    size: float
    text: str
    colour: Colour = GUIDE


Mark: TypeAlias = Rectangle | Picture | Words


def sheet_marks(
    grid: Grid,
    code: Code,
    characters: tuple[str, ...],
    guides: Guides,
    alike: Collection[str] = (),
    language: str = "en",
) -> Iterator[Mark]:
    """Everything that is printed on one sheet.

    Args:
        grid: its cells.
        code: what the sheet says about itself.
        characters: what is to be written, a character a cell, no more than there are cells.
        guides: pictures of the characters.
        alike: those that look like another one of the list, and get their name.
        language: ``"en"``, or ``"zh"`` where the guides have the characters for it.

    Raises:
        UsageError: another language.
    """
    say = Saying(language, guides)
    for number, (left, top) in MARKS.items():
        yield from _squares(mark_bits(number), left, top, MARK_MM / 6, MARK_MM / 6)
    row = np.array([pack_bits(code)], np.bool_)
    for left, top in BIT_ROWS:
        yield from _squares(row, left, top, *BIT_MM)
    said = say(
        "penline sheet {sheet} of {sheets}, list {digest}",
        sheet=code.sheet,
        sheets=code.sheets,
        digest=f"{code.digest:06x}",
    )
    left = BIT_ROWS[0][0]
    advice = say("Write each character inside its box, with a dark pen.")
    whole = say("{said}. {advice}", said=said, advice=advice)
    yield from _written(whole, left, BIT_ROWS[0][1] + 9.5, _WORDS_MM, guides)
    yield from _written(said, left, BIT_ROWS[1][1] - 3.0, _WORDS_MM, guides)
    for cell in range(grid.count):
        left, top = grid.corner_mm(cell)
        yield from _frame(left, top, grid.cell_mm)
        if cell < len(characters):
            yield from _guide(characters[cell], cell, grid, guides, alike, say)


def _written(
    text: str, left: float, baseline: float, size: float, guides: Guides
) -> Iterator[Mark]:
    """Words of the font, and between them what it lacks, drawn by the guides' hand."""
    for plain, some in runs(text):
        if plain:
            yield Words(left, baseline, size, some)
            left += width_em(some) * size
            continue
        em = size * _DRAWN
        for one in some:
            picture = guides.find(one)
            if picture is not None:
                height, width = (side / guides.em_px * em for side in picture.ink.shape)
                bottom = baseline + (_LOW_EM - picture.low) * em
                middle = left + min(width_em(one), 1.0) * em / 2
                yield Picture(middle - width / 2, bottom - height, width, height, picture.ink)
            left += width_em(one) * em


def _squares(
    black: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    left: float,
    top: float,
    width: float,
    height: float,
) -> Iterator[Rectangle]:
    """Black squares, neighbours of a row joined, so that no viewer shows a seam."""
    for row, cells in enumerate(black):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
        for start, end in edges.reshape(-1, 2).tolist():
            yield Rectangle(left + start * width, top + row * height, (end - start) * width, height)


def _frame(left: float, top: float, side: float) -> Iterator[Rectangle]:
    half = BORDER_MM / 2
    long = side + BORDER_MM
    for at in (0.0, side):
        yield Rectangle(left - half, top - half + at, long, BORDER_MM, BORDER)
        yield Rectangle(left - half + at, top - half, BORDER_MM, long, BORDER)


def _guide(
    character: str, cell: int, grid: Grid, guides: Guides, alike: Collection[str], say: Saying
) -> Iterator[Mark]:
    """The guide character above its cell, and its name where it is easily mistaken."""
    left, top = grid.corner_mm(cell)
    picture, middle = guides(character), left + grid.cell_mm / 2
    code = " ".join(f"U+{ord(one):04X}" for one in character)
    if picture is None:
        yield Words(middle - 0.3 * _CODE_MM * len(code), top - 1.4, _CODE_MM, code)
        return
    room = GUIDE_MM - 2 * _GUIDE_ROOM_MM
    height, width = (extent / guides.em_px * room for extent in picture.ink.shape)
    shrink = min(1.0, room / height, 2 * room / width)
    height, width = height * shrink, width * shrink
    lowest = top - _GUIDE_ROOM_MM - BORDER_MM / 2
    # a comma stays low and a quotation mark high, but all of them in the strip
    bottom = min(lowest, max(lowest - picture.low * room, lowest - room + height))
    yield Picture(middle - width / 2, bottom - height, width, height, picture.ink)
    sign = unicodedata.category(character[0])[0] in "PS"
    if sign or character in alike:
        said = code if sign else say.name(sign_name(character))
        # in the strip, up to the next cell's guide: nothing of it lies in a cell
        free = grid.pitch_mm[0] - room - 0.6
        size = min(_SMALL_MM, free / (width_em(said) * (1.0 if said.isascii() else _DRAWN)))
        yield from _written(said, middle + room / 2 + 0.2, top - 1.4, size, guides)
