"""One photograph of a written sheet, read: its cells, and how well they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from penline.errors import FormatError, UsageError
from penline.records import Bytes2D
from penline.template.code import VERSIONS, Code
from penline.template.find import find_marks
from penline.template.glyphs import WrittenCell, cut_cells
from penline.template.layout import CELL_RANGE_MM, Grid
from penline.template.light import even_light
from penline.template.listing import digest_of
from penline.template.photo import page_name, read_photo
from penline.template.straight import MOST_MOVED_MM, PX_MM, Straight, read_code, straighten
from penline.words import printable

__all__ = ["SeenSheet", "SheetCells", "read_sheet"]

_LEAST_SEEN = 0.4
"""Share of the sheet's cells whose borders must be seen."""


@dataclass(frozen=True, slots=True)
class SeenSheet:
    """One photograph of a sheet.

    Attributes:
        photo: the file, or ``file::page-2``.
        sheet: number of the sheet, from 1.
        sheets: how many there are.
        marks: how many of the four marks were seen.
        px_mm: pixels a millimetre in the photograph.
        moved_mm: how far borders lay from where the marks alone put them, at most.
        left_mm: the median of what is left of it.
        borders: how many of the sheet's cells have their printed border in the picture.
        good: cells with a sound glyph.
        cells: cells with a character to write.
    """

    photo: str
    sheet: int
    sheets: int
    marks: int
    px_mm: float
    moved_mm: float
    left_mm: float
    borders: int
    good: int
    cells: int


@dataclass(frozen=True, slots=True, eq=False)
class SheetCells:
    """One sheet as it was read.

    Attributes:
        code: what it says about itself.
        grid: its cells.
        characters: what was to be written, a character a cell.
        written: the cells.
        seen: the figures of the photograph.
        straight: ``uint8 (height_px, width_px)``: the sheet straightened, in even light, 0 = paper.
    """

    code: Code
    grid: Grid
    characters: tuple[str, ...]
    written: list[WrittenCell]
    seen: SeenSheet
    straight: Bytes2D


def read_sheet(
    photo: Path,
    characters: tuple[str, ...],
    chars: str | Path,
    page: tuple[int, int] = (0, 1),
) -> SheetCells:
    """One photograph, read.

    Args:
        photo: the file.
        characters: the list.
        chars: what it is called in messages.
        page: number of the page in the file, from 0, and how many it has.

    Raises:
        UsageError: a sheet of another list.
        FormatError: it cannot be read, shows no sheet, or has lost the borders of its cells.
    """
    name = page_name(printable(str(photo)), *page)
    pixels = read_photo(photo, name, page[0])
    marks = find_marks(pixels, name, PX_MM)
    code = read_code(marks)
    if code is None:
        expected = "a row of black squares between two marks"
        said = "none that can be read; leave both rows free, and photograph it sharply"
        raise FormatError(name, 0, "code", expected, said)
    low, high = CELL_RANGE_MM
    if code.version not in VERSIONS or not low <= code.cell_mm <= high:
        said = f"version {code.version}, cells of {code.cell_mm} mm; a newer penline may read it"
        raise FormatError(name, 0, "code", f"a sheet of version 1 to {VERSIONS[-1]}", said)
    grid = Grid(code.cell_mm)
    spread = grid.spread(characters, code.more_times + 1, version=code.version)
    if code.digest != digest_of(characters) or code.sheets != len(spread):
        raise UsageError(
            f"{name} shows a sheet of list {code.digest:06x}, and {chars} is list "
            f"{digest_of(characters):06x}: name the list that it was printed from"
        )
    straight = straighten(marks, grid)
    _check_borders(straight, name)
    lit = even_light(straight.pixels, grid)
    asked = spread[code.sheet - 1]
    written = list(cut_cells(lit, grid, asked))
    good = sum(not one.flaw for one in written)
    facts = SeenSheet(
        name,
        code.sheet,
        code.sheets,
        marks.marks,
        round(marks.px_mm, 2),
        round(straight.moved_mm, 2),
        round(straight.left_mm, 2),
        int(straight.seen.sum()),
        good,
        len(asked),
    )
    return SheetCells(code, grid, asked, written, facts, lit.ink)


def _check_borders(straight: Straight, name: str) -> None:
    """Refuse a sheet whose cells lie where nobody knows: what is cut there may be half a character.

    Raises:
        FormatError: too few borders are seen, or they would lie too far from where the marks put
            them.
    """
    seen, count = int(straight.seen.sum()), straight.seen.size
    advice = "scan in grey or colour, not in black and white, and lay the sheet flat"
    if seen < _LEAST_SEEN * count:
        expected = f"the printed borders of the cells, at least {_LEAST_SEEN:.0%} of {count}"
        raise FormatError(name, 0, "borders", expected, f"{seen}; {advice}")
    if straight.moved_mm > MOST_MOVED_MM:
        expected = f"cells within {MOST_MOVED_MM:g} mm of where the corner marks put them"
        said = f"{straight.moved_mm:.1f} mm; {advice}"
        raise FormatError(name, 0, "borders", expected, said)
