"""Make sheets to write on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from penline.durable import made, put, put_all
from penline.errors import UsageError, refuse_taken
from penline.template.alike import look_alike
from penline.template.code import MAX_SHEETS, VERSIONS, Code
from penline.template.drawing import Mark, sheet_marks
from penline.template.guides import Guides
from penline.template.layout import CELL_RANGE_MM, Grid
from penline.template.listing import digest_of
from penline.template.pdf import pdf_bytes
from penline.template.presets import listed_characters
from penline.template.raster import draw_sheet, png_bytes

__all__ = ["Made", "sheets", "template"]

_MOST_TIMES = 8
_SMALL_LIST, _SMALL_TIMES = 200, 3
"""Of a list of so many characters at most each is asked for so often."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made.

    Attributes:
        files: the PDF file, or the PNG files, a sheet each.
        characters: how many different characters there are to write.
        times: how often each is asked for.
        sheets: how many sheets.
        lacking: characters of which there was no picture: their code point is printed.
    """

    files: tuple[Path, ...]
    characters: int
    times: int
    sheets: int
    lacking: tuple[str, ...]


def template(
    out: Path,
    chars: str | os.PathLike[str],
    guides: Guides,
    *,
    cell_mm: int = 15,
    times: int | None = None,
    overwrite: bool = False,
    language: str = "en",
) -> Made:
    """Make sheets with a cell for each character of a list.

    Args:
        out: ``.pdf``, one file; or ``.png``, a file a sheet: ``sheet.png`` where there is one,
            else ``sheet-001.png`` and so on.
        chars: what is asked for, as `penline.template.presets.listed_characters` takes it.
        guides: pictures of the characters.
        cell_mm: side of a cell, 8 to 40 mm.
        times: how often each character is asked for, 1 to 8, side by side; None: three times where
            the list has up to 200 characters, else once.
        overwrite: replace files that are there.
        language: of what is printed: ``"en"``, or ``"zh"`` where the guides have its characters.

    Raises:
        UsageError: a list that cannot be used, a name that is taken or of another kind, another
            language.
    """
    kind = out.suffix.lower()
    if kind not in (".pdf", ".png"):
        raise UsageError(f"{out}: a sheet is a .pdf or a .png file; end its name so")
    characters = listed_characters(chars)
    if times is None:
        times = _SMALL_TIMES if len(characters) <= _SMALL_LIST else 1
    pages = list(sheets(characters, guides, cell_mm=cell_mm, times=times, language=language))
    names = [out]
    if kind == ".png" and len(pages) > 1:
        names = [out.with_name(f"{out.stem}-{n:03d}{out.suffix}") for n in range(1, len(pages) + 1)]
    for name in names:
        refuse_taken(name, overwrite=overwrite)
    with made(out.parent):
        if kind == ".pdf":
            put(out, pdf_bytes(pages))
        else:
            drawn = (png_bytes(draw_sheet(marks)) for marks in pages)
            put_all(zip(names, drawn, strict=True))
    return Made(tuple(names), len(characters), times, len(pages), tuple(guides.lacking))


def sheets(
    characters: tuple[str, ...],
    guides: Guides,
    *,
    cell_mm: int = 15,
    times: int = 1,
    language: str = "en",
) -> Iterator[Iterator[Mark]]:
    """What is on each sheet; see `template`.

    Raises:
        UsageError: a cell, a number of times or a list beyond what the sheet's code can say.
    """
    if not CELL_RANGE_MM[0] <= cell_mm <= CELL_RANGE_MM[1]:
        raise UsageError(f"a cell has {CELL_RANGE_MM[0]} to {CELL_RANGE_MM[1]} mm, not {cell_mm}")
    if not 1 <= times <= _MOST_TIMES:
        raise UsageError(f"characters are asked for 1 to {_MOST_TIMES} times, not {times}")
    grid = Grid(cell_mm)
    version = VERSIONS[times > 1]
    spread = grid.spread(characters, times, version=version)
    if len(spread) > MAX_SHEETS:
        raise UsageError(f"{len(spread):,} sheets, at most {MAX_SHEETS:,}: shorten the list")
    digest, alike = digest_of(characters), look_alike(characters)
    for number, cells in enumerate(spread, 1):
        code = Code(version, cell_mm, times - 1, number, len(spread), digest)
        yield sheet_marks(grid, code, cells, guides, alike, language)
