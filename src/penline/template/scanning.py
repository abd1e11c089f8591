"""Photographs of written sheets into a bank."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from penline.bank import Bank, BankWriter, open_bank
from penline.durable import put_with
from penline.errors import FormatError, UsageError, refuse_taken
from penline.records import Bytes2D, Source
from penline.template.code import VERSION, Code
from penline.template.find import find_marks
from penline.template.glyphs import FLAWS, Written, cut_cells
from penline.template.layout import CELL_RANGE_MM, Grid
from penline.template.light import even_light
from penline.template.listing import digest_of, read_characters
from penline.template.photo import read_photo
from penline.template.straight import MOST_MOVED_MM, PX_MM, Straight, read_code, straighten
from penline.words import printable

__all__ = ["FAMILY", "Flaw", "Scanned", "SeenSheet", "SheetCells", "read_sheet", "scan"]

AnyPath: TypeAlias = str | os.PathLike[str]
FAMILY = "own"
"""Family of the writer ids, as in ``own:anna``."""
_LEAST_SEEN = 0.4
"""Share of the sheet's cells whose borders must be seen."""
_WRITER = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One cell whose ink was left out.

    Attributes:
        photo: the photograph.
        sheet: number of the sheet, from 1.
        row: row of the cell on it, from 1.
        column: place in the row, from 1.
        character: what was to be written there.
        kind: ``blank``, ``clipped``, ``blotted`` or ``faint``.
    """

    photo: str
    sheet: int
    row: int
    column: int
    character: str
    kind: str

    def __str__(self) -> str:
        return (
            f"{self.photo}: sheet {self.sheet}, row {self.row}, column {self.column}: "
            f"{self.character} is {self.kind}: {FLAWS[self.kind]}"
        )


@dataclass(frozen=True, slots=True)
class SeenSheet:
    """One photograph of a sheet.

    Attributes:
        photo: the file.
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


@dataclass(slots=True)
class Scanned:
    """What a scan found.

    Attributes:
        bank: the bank, opened.
        seen: the photographs, in their order.
        flaws: cells left out, in the same order.
        refused: photographs left out, with the reason (only with `salvage`).
        absent: numbers of the sheets that no photograph shows.
        twice: numbers of the sheets that several photographs show; all of them are in the bank.
        again: characters that have no sound glyph in the bank, in the list's order.
    """

    bank: Bank
    seen: list[SeenSheet] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    again: tuple[str, ...] = ()


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
    written: list[Written]
    seen: SeenSheet
    straight: Bytes2D


def scan(
    photos: Sequence[AnyPath],
    out: AnyPath,
    chars: AnyPath,
    *,
    writer: str,
    again: AnyPath | None = None,
    salvage: bool = False,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Scanned:
    """Cut the glyphs out of photographs of sheets, and put the sound ones into a bank.

    A glyph's `archive` in the bank is its photograph, its `record` the number of its cell, counted
    over all sheets from 0.

    Args:
        photos: JPEG, PNG, WebP or BMP files, a sheet each, in any order and turned any way.
        out: the bank's folder.
        chars: the list that the sheets were printed from.
        writer: a name of letters, digits, ``_``, ``.`` and ``-``, another one for each person; the
            writer's id is ``own:name``.
        again: a text file to make of the characters that still lack a sound glyph: a list for
            another sheet.
        salvage: leave out photographs that cannot be read instead of stopping.
        overwrite: replace a bank of that name.
        progress: called with photographs done and photographs in all.

    Raises:
        UsageError: no photograph, a list that cannot be used or that is not the sheets', a name
            that is none or is taken.
        FormatError: a photograph that cannot be read, shows no sheet, or has lost the borders of
            the sheet's cells.
        BankError: not one sound glyph.
    """
    if not writer:
        raise UsageError(
            "whose hand is it? Name the writer, each person otherwise, so that no line mixes two "
            "hands: --writer anna"
        )
    if not _WRITER.fullmatch(writer):
        raise UsageError(
            f"{writer!r} is no writer's name: up to 40 letters, digits, underscores, dots, hyphens"
        )
    if not photos:
        raise UsageError("no photograph is named")
    files = [Path(photo) for photo in photos]
    for photo in files:
        if not photo.is_file():
            raise UsageError(f"no photograph {photo}")
    if len({photo.resolve() for photo in files}) < len(files):
        twice = next(photo for photo in files if sum(map(photo.samefile, files)) > 1)
        raise UsageError(f"{twice} is named twice; name each photograph once")
    listed = Path(chars)
    characters = read_characters(listed)
    if again is not None:
        refuse_taken(again, overwrite=overwrite)
    seen: list[SeenSheet] = []
    flaws: list[Flaw] = []
    refused: list[str] = []
    found: set[str] = set()
    given = [printable(str(photo)) for photo in files]
    with ExitStack() as together, BankWriter(out, overwrite=overwrite, given=given) as bank:
        for done, photo in enumerate(files):
            if progress:
                progress(done, len(photos))
            try:
                sheet = read_sheet(photo, characters, listed)
            except FormatError as error:
                if not salvage:
                    raise
                refused.append(str(error))
                bank.drop(f"photograph: {error.field}")
                continue
            seen.append(sheet.seen)
            source = Source(sheet.seen.photo, f"{FAMILY}:{writer}", "train")
            first = (sheet.code.sheet - 1) * sheet.grid.count
            for one in sheet.written:
                character = sheet.characters[one.cell]
                if one.flaw:
                    flaws.append(_flaw(sheet, one, character))
                    bank.drop(f"{one.flaw} cell")
                else:
                    found.add(character)
                    bank.add(one.ink, character, source, record=first + one.cell)
        if progress:
            progress(len(photos), len(photos))
        left = tuple(character for character in characters if character not in found)
        if again is not None:  # before the bank has its name: where one fails, neither stays
            together.enter_context(put_with(Path(again), ("".join(left) + "\n").encode()))
    counts = Counter(one.sheet for one in seen)
    return Scanned(
        open_bank(out),
        seen,
        flaws,
        refused,
        [n for n in range(1, seen[0].sheets + 1) if n not in counts],
        sorted(n for n, times in counts.items() if times > 1),
        left,
    )


def read_sheet(photo: Path, characters: tuple[str, ...], chars: Path) -> SheetCells:
    """One photograph, read.

    Args:
        photo: the file.
        characters: the list.
        chars: its file, for messages.

    Raises:
        UsageError: a sheet of another list.
        FormatError: as `scan`.
    """
    name = printable(str(photo))
    pixels = read_photo(photo, name)
    marks = find_marks(pixels, name, PX_MM)
    code = read_code(marks)
    if code is None:
        expected = "a row of black squares between two marks"
        said = "none that can be read; leave both rows free, and photograph it sharply"
        raise FormatError(name, 0, "code", expected, said)
    low, high = CELL_RANGE_MM
    if code.version != VERSION or not low <= code.cell_mm <= high:
        said = f"version {code.version}, cells of {code.cell_mm} mm; a newer penline may read it"
        raise FormatError(name, 0, "code", f"a sheet of version {VERSION}", said)
    grid = Grid(code.cell_mm)
    spread = grid.spread(characters, code.more_times + 1)
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


def _flaw(sheet: SheetCells, one: Written, character: str) -> Flaw:
    row, column = divmod(one.cell, sheet.grid.columns)
    return Flaw(sheet.seen.photo, sheet.code.sheet, row + 1, column + 1, character, one.flaw)
