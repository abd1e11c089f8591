"""A sheet of a bank: which of its glyphs are shown, their ink, and what is said about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from penline.bank import Bank
from penline.bank.layout import GLYPHS
from penline.catalogue.terms import Said, terms
from penline.errors import BankError
from penline.look.app.judge import FLAGS, judge
from penline.look.choose import spread
from penline.look.packed import BLOCK_CELLS, blocks, cell_size, packed_cell
from penline.look.plots import distribution
from penline.look.terms import badges
from penline.look.tiles import glyph_cell
from penline.measure.appearance import looks_of
from penline.provenance import short_names
from penline.randomness import Draws

__all__ = ["Counted", "choose_rows", "count_bank", "glyph_data"]

MOST_JUDGED = 20_000
"""Glyphs that are compared with others of their character, to find those that look odd."""
MOST_MEASURED = 2000
"""Glyphs whose strokes are measured."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a source of which the bank holds all or a part.

    Attributes:
        total: glyphs in the source.
        characters: different characters in it.
        by_character: glyphs of each.
        by_writer: glyphs of each writer.
        sources: what is said of each file of it.
        tables: titles and rows of further counts and texts for the page's head.
        damaged: damaged records.
        damage: rows of the first of them, as `penline.look.damage` gives them.
    """

    total: int
    characters: int
    by_character: Mapping[str, int]
    by_writer: Mapping[str, int]
    sources: Sequence[Said]
    tables: Sequence[Mapping[str, Any]] = ()
    damaged: int = 0
    damage: Sequence[Mapping[str, Any]] = ()


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
        sources=bank.header.sources,
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
) -> tuple[dict[str, Any], Iterator[str]]:
    """The page's data, and the blocks of ink of its glyphs, which are made as they are taken.

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
    parts: dict[str, int] = {}
    columns: dict[str, list[Any]] = {key: [] for key in "cwfhxrop"}
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
            parts.setdefault(glyph.part, len(parts)),
        )
        for key, value in zip(columns, values, strict=True):
            columns[key].append(value)
    side_px, em_px, steps = cell_size(len(order))
    sources = terms(counted.sources)
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
            ["files", len(counted.sources)],
        ],
        "sources": sources,
        "tables": list(counted.tables),
        "notes": [],
        "plots": _plots(bank, order, counted),
        "damaged": counted.damaged,
        "damage": list(counted.damage),
        **_odd(bank, order),
        "cell_px": side_px,
        "steps": steps,
        "block_cells": BLOCK_CELLS,
        "parts": list(parts),
        "characters": [[name, counted.by_character[name]] for name in shown_characters],
        "writers": [
            [name, counted.by_writer[name], place[name], not name.startswith("unknown:")]
            for name in shown_writers
        ],
        "files": short_names(list(files)),
        "glyphs": columns,
    }
    return data, blocks(_packed(bank, order, side_px, em_px, steps))


def _packed(
    bank: Bank, order: Sequence[int], side_px: int, em_px: float, steps: int
) -> Iterator[bytes]:
    ems = {writer.id: writer.em_px for writer in bank.header.writers}
    for row in order:
        glyph = bank[row]
        yield packed_cell(glyph_cell(glyph.ink, ems[glyph.writer], side_px, em_px), steps)


def _odd(bank: Bank, order: Sequence[int]) -> dict[str, Any]:
    """Glyphs of the page that look odd among those of their character, as in the atlas.

    Returns:
        ``odd``: number of the glyph on the page and its flags; ``judged``: glyphs compared;
        ``flags``: name and meaning.
    """
    place = {row: number for number, row in enumerate(order)}
    numbers = bank.columns["character"]
    odd: list[list[Any]] = []
    judged = 0
    for number in dict.fromkeys(int(numbers[row]) for row in order):
        if judged >= MOST_JUDGED:
            break
        found = judge(bank, bank.characters[number])
        judged += found.rows.size
        for row, flags in zip(found.rows.tolist(), found.flags, strict=True):
            if flags and row in place:
                odd.append([place[row], list(flags)])
    return {"odd": odd, "judged": judged, "flags": FLAGS}


def _plots(bank: Bank, order: Sequence[int], counted: Counted) -> list[dict[str, Any]]:
    """Classes and writers of the whole source; sizes of the bank; strokes of some shown glyphs."""
    columns, of = bank.columns, ""
    if len(bank) < counted.total:
        of = "spread over writers and characters"
    widths = []
    step = max(1, len(order) // MOST_MEASURED)
    for row in order[::step]:
        ink = bank[row].ink
        height, width = ink.shape
        widths.append(looks_of(ink, np.array([[0, 0, width, height]], np.int64))[0, 0])
    measured = "spread over writers and characters"
    return [
        *distribution("Glyphs of a character", list(counted.by_character.values()), "glyphs",
                      "characters"),
        *distribution("Glyphs of a writer", list(counted.by_writer.values()), "glyphs", "writers"),
        *distribution("Height", columns["height_px"], "px", "glyphs", of),
        *distribution("Width", columns["width_px"], "px", "glyphs", of),
        *distribution("Stroke width", widths, "px", "glyphs",
                      measured if len(widths) < counted.total else ""),
    ]  # fmt: skip
