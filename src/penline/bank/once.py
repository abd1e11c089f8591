"""Banks as a set: a glyph that several of them hold counts once.

The same glyph has the same writer, character, size, level, length and breadth of strokes. In files
of one name it has the same place (record, offset), and its ink is not looked at; in files of other
names the ink decides. So a set opens without a pass over ink.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.layout import PARTS
from penline.bank.read import Bank
from penline.compiled import compiled
from penline.errors import BankError

__all__ = ["counted_once"]

_LOOKS = ("height_px", "width_px", "level", "length_px", "pen_q4")
_REPEATED = len(PARTS)
"""Stands in the place of a part, and is none of them."""
_MOST_ALIKE = 1 << 16
_ODD = np.uint64(0x9E3779B97F4A7C15)


@compiled
def _stir(key: Any, number: Any) -> Any:
    key = (key ^ np.uint64(number)) * _ODD
    return key ^ (key >> np.uint64(31))


@compiled
def _known_before(
    bank: int,
    rows: Any,
    looks: Any,
    places: Any,
    own: Any,
    files: Any,
    parts: Any,
    allowed: Any,
    slots: Any,
    alike: Any,
) -> int:
    """Look each row up in the table of those before it, then put it there.

    Args:
        bank: the bank's number.
        rows: ``uint32 (n,)``: the writer's rows.
        looks: columns: character, height, width, level, length and breadth of strokes.
        places: columns: source, record, offset.
        own: ``int64 (characters,)``: the characters' numbers among those of all banks.
        files: ``int64 (sources,)``: numbers of the files' names.
        parts: ``uint8 (glyphs,)``: the bank's parts; of what is met again `_REPEATED`. Changed.
        allowed: which parts count; others are passed over.
        slots: ``uint64 (2**k, 4)``: look, place, bank and row, larger than all rows; changed.
        alike: ``int64 (n, 4)``: filled in: bank and row, and bank and row of one of the same look
            at another place.

    Returns:
        How many of `alike` were filled in; -1 where a row's numbers cannot be true.
    """
    character, height, width, level, length, pen = looks
    source, record, offset = places
    mask = np.uint64(slots.shape[0] - 1)
    found = 0
    for row in rows:
        if row >= parts.shape[0] or character[row] >= own.shape[0]:
            return -1
        if source[row] >= files.shape[0] or parts[row] >= allowed.shape[0]:
            return -1
        if not allowed[parts[row]]:
            continue
        look = _stir(_stir(_ODD, own[character[row]]), np.int64(height[row]) << 32 | width[row])
        look = _stir(look, np.int64(level[row]) << 40 | np.int64(length[row]) << 20 | pen[row])
        place = _stir(_stir(_stir(look, files[source[row]]), record[row]), offset[row])
        at = look & mask
        again = False
        kept = found
        while slots[at, 3]:
            if slots[at, 0] == look:
                if slots[at, 1] == place and slots[at, 2] != np.uint64(bank):
                    again = True
                    break
                if slots[at, 2] != np.uint64(bank) and found < alike.shape[0]:
                    alike[found, 0], alike[found, 1] = bank, row
                    alike[found, 2], alike[found, 3] = slots[at, 2], slots[at, 3] - np.uint64(1)
                    found += 1
            at = (at + np.uint64(1)) & mask
        if again:
            parts[row] = _REPEATED
            found = kept
            continue
        slots[at, 0], slots[at, 1] = look, place
        slots[at, 2], slots[at, 3] = np.uint64(bank), np.uint64(row) + np.uint64(1)
    return found


def counted_once(
    banks: Sequence[Bank], characters: Mapping[str, int], allowed: npt.NDArray[np.bool_]
) -> tuple[list[npt.NDArray[np.uint8]], list[int]]:
    """The banks' parts, changed for glyphs that a bank before holds, too.

    Args:
        banks: opened banks.
        characters: numbers of the characters of all banks.
        allowed: ``bool (parts,)``: which parts of `PARTS` count.

    Returns:
        For each bank the column ``part``, ``len(PARTS)`` in the place of what is a glyph of a bank
        before (the column itself where nothing is); and how many those are.

    Raises:
        BankError: a bank whose numbers cannot be true.
    """
    parts: list[npt.NDArray[np.uint8]] = [bank.columns["part"] for bank in banks]
    holders: dict[str, list[tuple[int, int]]] = {}
    for at, bank in enumerate(banks):
        for number, writer in enumerate(bank.writers):
            holders.setdefault(writer, []).append((at, number))
    shared = [where for where in holders.values() if len(where) > 1]
    if not shared:
        return parts, [0] * len(banks)
    used = {at for where in shared for at, _ in where}
    for at in used:
        parts[at] = parts[at].copy()
    names: dict[str, int] = {}
    files = [
        np.array([names.setdefault(_name(s.file), len(names)) for s in bank.header.sources])
        for bank in banks
    ]
    own = [np.array([characters[c] for c in bank.characters], np.int64) for bank in banks]
    looks = [tuple(bank.columns[name] for name in ("character", *_LOOKS)) for bank in banks]
    places = [
        tuple(bank.columns[name] for name in ("source", "record", "offset")) for bank in banks
    ]
    alike = np.empty((_MOST_ALIKE, 4), np.int64)
    for where in shared:
        spans = [banks[at].writer_starts[number : number + 2].tolist() for at, number in where]
        slots = np.zeros((1 << (2 * sum(e - s for s, e in spans)).bit_length(), 4), np.uint64)
        for (at, _), (start, end) in zip(where, spans, strict=True):
            bank, rows = banks[at], banks[at].columns["by_writer"][start:end]
            given = (at, rows, looks[at], places[at], own[at], files[at], parts[at], allowed)
            found = _known_before(*given, slots, alike)
            if found < 0:
                raise BankError(f"{bank.path}: its numbers name what the bank does not have")
            for _, row, other, twin in alike[:found].tolist():
                named = [
                    files[b][banks[b].columns["source"][r]] for b, r in ((at, row), (other, twin))
                ]
                if named[0] != named[1] and np.array_equal(
                    bank.inks([row])[0], banks[other].inks([twin])[0]
                ):
                    parts[at][row] = _REPEATED
    repeated = [0] * len(banks)
    for at in used:
        repeated[at] = int(np.count_nonzero(parts[at] == _REPEATED))
        parts[at].flags.writeable = False
        if not repeated[at]:
            parts[at] = banks[at].columns["part"]
    return parts, repeated


def _name(file: str) -> str:
    """The file's own name, whatever folder or archive it lies in."""
    return file.rpartition("::")[2].replace("\\", "/").rpartition("/")[2]
