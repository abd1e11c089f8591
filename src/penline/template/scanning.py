"""Photographs of written sheets into a bank."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from penline.bank import Bank, BankWriter, open_bank
from penline.durable import put_with
from penline.errors import FormatError, UsageError, refuse_taken
from penline.records import Source
from penline.template.glyphs import FLAWS, WrittenCell
from penline.template.photo import page_count, photographs
from penline.template.presets import listed_characters
from penline.template.reading import SeenSheet, SheetCells, read_sheet
from penline.words import printable

__all__ = ["FAMILY", "Flaw", "Scanned", "scan"]

AnyPath: TypeAlias = str | os.PathLike[str]
FAMILY = "own"
"""Family of the writer ids, as in ``own:anna``."""
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
        passed_over: names of what is in folders of photographs and is none.
    """

    bank: Bank
    seen: list[SeenSheet] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    again: tuple[str, ...] = ()
    passed_over: list[str] = field(default_factory=list)


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
        photos: JPEG, PNG, WebP or BMP files, a sheet each, in any order and turned any way; TIFF
            and PDF files, a sheet a page; folders of such files.
        out: the bank's folder.
        chars: the list that the sheets were printed from, as `template` takes it.
        writer: a name of letters, digits, ``_``, ``.`` and ``-``, another one for each person; the
            writer's id is ``own:name``.
        again: a text file to make of the characters that still lack a sound glyph: a list for
            another sheet.
        salvage: leave out photographs that cannot be read instead of stopping.
        overwrite: replace a bank of that name.
        progress: called with photographs done and photographs in all.

    Raises:
        MissingExtra: a PDF file without pypdfium2.
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
    files, passed_over = photographs(Path(photo) for photo in photos)
    characters = listed_characters(chars)
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
                progress(done, len(files))
            for sheet in _sheets(photo, characters, str(chars)):
                if isinstance(sheet, FormatError):
                    if not salvage:
                        raise sheet
                    refused.append(str(sheet))
                    bank.drop(f"photograph: {sheet.field}")
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
            progress(len(files), len(files))
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
        passed_over,
    )


def _sheets(
    photo: Path, characters: tuple[str, ...], chars: str
) -> Iterator[SheetCells | FormatError]:
    """The sheets of a file, a page each; in place of one that cannot be read, why."""
    try:
        count = page_count(photo, printable(str(photo)))
    except FormatError as error:
        yield error
        return
    for number in range(count):
        try:
            yield read_sheet(photo, characters, chars, (number, count))
        except FormatError as error:
            yield error


def _flaw(sheet: SheetCells, one: WrittenCell, character: str) -> Flaw:
    row, column = divmod(one.cell, sheet.grid.columns)
    return Flaw(sheet.seen.photo, sheet.code.sheet, row + 1, column + 1, character, one.flaw)
