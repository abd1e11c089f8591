"""Glyphs on a page: cells that point into one sprite sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from penline.bank import Bank
from penline.errors import BankError, ExportError, UsageError
from penline.look.app.limits import PAGE_GLYPHS
from penline.look.app.server_state import ServedBank
from penline.look.tiles import CELL_PX, glyph_cell, ink_png
from penline.sources.names import places

__all__ = [
    "COLUMNS",
    "Cell",
    "GlyphOrigin",
    "cells",
    "facts",
    "large",
    "rows_of",
    "source_of",
    "sprite_png",
]

COLUMNS = 10
"""Cells in a row of a sprite sheet."""
_LARGE_PX = 384


@dataclass(frozen=True, slots=True)
class Cell:
    """One glyph on a page.

    Attributes:
        row: its row in the bank.
        character: its label.
        writer: its writer.
        x: column in the sprite sheet.
        y: row in the sprite sheet.
        flags: what is odd about it.
    """

    row: int
    character: str
    writer: str
    x: int
    y: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GlyphOrigin:
    """Where a glyph comes from, without the folders of this machine."""

    archive: str
    member: str


def cells(
    bank: Bank, rows: Sequence[int], flags: Sequence[tuple[str, ...]] | None = None
) -> list[Cell]:
    """Cells of a page, in the order of `rows`.

    Raises:
        BankError: the bank is damaged.
    """
    found = []
    for place, row in enumerate(rows):
        glyph = bank[row]
        y, x = divmod(place, COLUMNS)
        odd = flags[place] if flags is not None else ()
        found.append(Cell(row, glyph.character, glyph.writer, x, y, odd))
    return found


def rows_of(text: str) -> list[int]:
    """Rows out of the address of a sprite sheet.

    Raises:
        UsageError: no such list.
    """
    parts = text.split(".") if len(text) <= 12 * PAGE_GLYPHS else []
    rows = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 11]
    if not rows or len(rows) != len(parts) or len(rows) > PAGE_GLYPHS:
        raise UsageError(f"from 1 to {PAGE_GLYPHS} rows")
    return rows


def sprite_png(bank: Bank, rows: Sequence[int]) -> bytes:
    """A sprite sheet: cells of `CELL_PX`, `COLUMNS` in a row, black ink over nothing.

    Raises:
        UsageError: a row that the bank does not have.
        BankError: the bank is damaged.
    """
    high = -(-len(rows) // COLUMNS)
    sheet = np.zeros((high * CELL_PX, COLUMNS * CELL_PX), np.uint8)
    for place, row in enumerate(rows):
        ink = _ink(bank, row)
        writer = int(bank.columns["writer"][row])
        if writer >= len(bank.header.writers):
            raise bank.damage(row)
        y, x = (CELL_PX * at for at in divmod(place, COLUMNS))
        em_px = bank.header.writers[writer].em_px
        sheet[y : y + CELL_PX, x : x + CELL_PX] = glyph_cell(ink, em_px)
    return ink_png(sheet)


def _ink(bank: Bank, row: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    if not 0 <= row < len(bank):
        raise UsageError("no such glyph")
    return np.asarray(bank[row].ink)


def large(bank: Bank, row: int) -> bytes:
    """One glyph as PNG, black on white, enlarged by a whole factor where it is small."""
    ink = 255 - _ink(bank, row)
    factor = max(_LARGE_PX // max(ink.shape), 1)
    if max(ink.shape) > _LARGE_PX:
        scale = _LARGE_PX / max(ink.shape)
        size = [max(round(side * scale), 1) for side in ink.shape[::-1]]
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        ink = ink.repeat(factor, 0).repeat(factor, 1)
    good, encoded = cv2.imencode(".png", ink)
    if not good:
        raise ExportError("the picture could not be encoded")
    return bytes(encoded.tobytes())


def source_of(file: str) -> GlyphOrigin:
    """The archive and the member of a bank's source, by their own names.

    >>> source_of("/home/me/Gnt1.0Test.zip::HWDB1.0/001-f.gnt")
    GlyphOrigin(archive='Gnt1.0Test.zip', member='001-f.gnt')
    """
    archive, mark, member = file.partition("::")
    own = (places(archive) or [file])[-1]
    return GlyphOrigin(own, (places(member) or [member])[-1]) if mark else GlyphOrigin("", own)


def facts(one: ServedBank, row: int) -> dict[str, object]:
    """What is known of one glyph, for the page's script."""
    bank = one.bank
    if not 0 <= row < len(bank):
        raise UsageError("no such glyph")
    try:
        glyph = bank[row]
    except IndexError as error:
        raise BankError(str(error)) from None
    source = source_of(glyph.archive)
    height, width = glyph.ink.shape
    return {
        "bank": one.name,
        "row": row,
        "character": glyph.character,
        "code": " ".join(f"U+{ord(one):04X}" for one in glyph.character),
        "writer": glyph.writer,
        "part": glyph.part,
        "card": glyph.card
        and glyph.card + ("" if "card" in glyph.user_given else ", by the file's name"),
        "archive": source.archive,
        "member": source.member,
        "record": glyph.record,
        "offset": glyph.offset,
        "height": height,
        "width": width,
    }
