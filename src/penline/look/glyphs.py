"""A sheet of a bank: which of its glyphs are shown, their tiles, and what is said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from penline.bank import Bank
from penline.bank.layout import GLYPHS
from penline.catalogue.terms import terms
from penline.errors import BankError
from penline.look.choose import spread
from penline.look.page import data_uri
from penline.look.terms import badges, short_names
from penline.look.tiles import CELL_PX, COLUMNS, glyph_cell, tiles
from penline.randomness import Draws

__all__ = ["Counted", "choose_rows", "glyph_data"]


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a source of which the bank holds all or a part.

    Attributes:
        total: glyphs in the source.
        characters: different characters in it.
        by_character: glyphs of each.
        by_writer: glyphs of each writer.
        cards: the card of each file of it, or "".
        tables: titles and rows of further counts and texts for the page's head.
    """

    total: int
    characters: int
    by_character: Mapping[str, int]
    by_writer: Mapping[str, int]
    cards: Sequence[str]
    tables: Sequence[Mapping[str, Any]] = ()


def count_bank(bank: Bank) -> Counted:
    """The counts of a whole bank."""
    numbers = _column(bank, "character", len(bank.characters))
    glyphs = np.bincount(numbers, minlength=len(bank.characters)).tolist()
    dropped = sorted(bank.header.dropped.items(), key=lambda item: (-item[1], item[0]))
    table = {"title": "Left out when the bank was built", "rows": dropped}
    return Counted(
        total=len(bank),
        characters=len(bank.characters),
        by_character=dict(zip(bank.characters, glyphs, strict=True)),
        by_writer={writer.id: writer.glyphs for writer in bank.header.writers},
        cards=[source.card for source in bank.header.sources],
        tables=[table] if dropped else [],
    )


def choose_rows(bank: Bank, limit: int, draws: Draws) -> list[int]:
    """Rows of at most `limit` glyphs, spread over writers and characters; see `spread`."""
    characters = _column(bank, "character", len(bank.characters))
    writers = _column(bank, "writer", len(bank.writers))
    rows: list[int] = spread(characters, writers, limit, draws).tolist()
    return rows


def _column(bank: Bank, name: str, entries: int) -> Any:
    column = bank.columns[name]
    if int(column.max()) >= entries:
        raise BankError(f"{bank.path / GLYPHS}: a {name} number beyond the {entries} there are")
    return column


def glyph_data(
    bank: Bank, rows: Sequence[int], title: str, kind: str, counted: Counted
) -> tuple[dict[str, Any], str]:
    """The page's data, and the style rules that hold its tiles.

    Args:
        bank: where the glyphs are.
        rows: which of them are shown.
        title: the source's name.
        kind: ``"bank"`` or ``"archive"``.
        counted: what the whole source holds.
    """
    characters, writers = bank.columns["character"], bank.columns["writer"]
    names = bank.characters
    order = sorted(rows, key=lambda row: (names[characters[row]], int(writers[row]), row))
    files = {
        file: number for number, file in enumerate(source.file for source in bank.header.sources)
    }
    shown_characters: dict[str, int] = {}
    shown_writers: dict[str, int] = {}
    columns: dict[str, list[Any]] = {key: [] for key in "cwfhxrop"}
    em_px = {writer.id: writer.em_px for writer in bank.header.writers}
    cells = []
    for row in order:
        glyph = bank[row]
        height, width = glyph.ink.shape
        values = (
            shown_characters.setdefault(glyph.character, len(shown_characters)),
            shown_writers.setdefault(glyph.writer, len(shown_writers)),
            files[glyph.archive],
            height,
            width,
            glyph.record,
            glyph.offset,
            glyph.part,
        )
        for key, value in zip(columns, values, strict=True):
            columns[key].append(value)
        cells.append(glyph_cell(glyph.ink, em_px[glyph.writer]))
    rules = "".join(
        f'.t{number}{{background-image:url("{data_uri(tile, "image/png")}")}}\n'
        for number, tile in enumerate(tiles(cells))
    )
    sources = terms(counted.cards)
    place = {writer: number for number, writer in enumerate(bank.writers)}
    data = {
        "kind": kind,
        "title": title,
        "unit": "glyphs",
        "shown": len(order),
        "total": counted.total,
        "spread": "spread evenly over writers and characters",
        "badges": badges(sources),
        "figures": [
            ["glyphs", counted.total],
            ["characters", counted.characters],
            ["writers", len(counted.by_writer)],
            ["files", len(counted.cards)],
        ],
        "sources": sources,
        "tables": list(counted.tables),
        "notes": [],
        "cell_px": CELL_PX,
        "columns": COLUMNS,
        "characters": [[name, counted.by_character[name]] for name in shown_characters],
        "writers": [
            [name, counted.by_writer[name], place[name], not name.startswith("unknown:")]
            for name in shown_writers
        ],
        "files": short_names(list(files)),
        "glyphs": columns,
    }
    return data, rules
