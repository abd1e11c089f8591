"""Kernels of a set of banks: who can write what, as bits, and which of a writer's glyphs to take.

Bits are ``uint64 (words,)``: bit ``n & 63`` of word ``n >> 6`` is writer ``n``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = [
    "NOBODY",
    "Bits",
    "WriterIndex",
    "count_writers",
    "has_all",
    "intersect",
    "leave_reserve",
    "lookup_provenance",
    "nth_writer",
    "select_glyphs",
    "set_cover",
    "take_others",
]

Bits = npt.NDArray[np.uint64]

NOBODY = 0xFFFFFFFF
"""The number of a character that a bank does not have."""


@compiled
def set_cover(
    writer: Any, character: Any, part: Any, allowed: Any, characters: Any, writers: Any, bits: Any
) -> int:
    """Set the bit of every (character, writer) that has a glyph of an allowed part.

    Returns -1, or the first row whose numbers are out of range.
    """
    for row in range(writer.shape[0]):
        c, w, p = character[row], writer[row], part[row]
        if c >= characters.shape[0] or w >= writers.shape[0] or p >= allowed.shape[0]:
            return row
        if allowed[p]:
            number = np.int64(writers[w])
            bits[characters[c], number >> 6] |= np.uint64(1) << np.uint64(number & 63)
    return -1


class WriterIndex(NamedTuple):
    """A bank's glyphs by writer and character, for `select_glyphs`; read-only.

    Attributes:
        order: ``(glyphs,)``: the rows, writer by writer, of each in the order of the characters.
        starts: ``int64 (writers + 1,)``: where each writer begins there.
        character: ``(glyphs,)``: number of the character in the bank.
        part: ``uint8 (glyphs,)``.
        allowed: ``bool (parts,)``: which parts count.
        wanted: ``int64 (characters of the set,)``: their numbers in the bank; `NOBODY`: not there.
    """

    order: Any
    starts: Any
    character: Any
    part: Any
    allowed: Any
    wanted: Any


@compiled
def _first_of(order: Any, character: Any, low: Any, high: Any, wanted: int) -> Any:
    """Where a writer's glyphs of a character begin in the order, or would; -1 where it names a row
    that is not there."""
    while low < high:
        middle = (low + high) // 2
        row = np.int64(order[middle])
        if row >= character.shape[0]:
            return -1
        if character[row] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def select_glyphs(
    index: Any, writer: int, characters: Any, words: Any, bank: int, holders: int, best: Any
) -> bool:
    """Choose for each character one of a writer's glyphs, by its word.

    Args:
        index: `WriterIndex` of the bank.
        writer: number in the bank.
        characters: ``int64 (n,)``: numbers in the set of banks; -1 for none.
        words: ``uint64 (n,)``: chance.
        bank: the bank's number in its set.
        holders: how many banks of the set with that writer were looked at before.
        best: ``int64 (n, 2)``: bank and row of what was found there, -1 for nothing; changed.
            A glyph may lie in several banks: a part of the word that picks the row decides
            between them.

    Returns:
        False where the order names a row that is not there.
    """
    order, character, part = index.order, index.character, index.part
    start, end = index.starts[writer], index.starts[writer + 1]
    glyphs = character.shape[0]
    for i in range(characters.shape[0]):
        if characters[i] < 0:
            continue
        wanted = index.wanted[characters[i]]
        low = _first_of(order, character, start, end, wanted)
        if low < 0:
            return False
        count = 0
        for position in range(low, end):
            row = np.int64(order[position])
            if row >= glyphs or character[row] != wanted:
                break
            if part[row] < index.allowed.shape[0] and index.allowed[part[row]]:
                count += 1
        if count == 0:
            continue
        if holders and best[i, 1] >= 0:
            share = np.int64((words[i] >> np.uint64(40)) % np.uint64(holders + 1))
            if share != holders:
                continue
        left = np.int64(words[i] % np.uint64(count))
        for position in range(low, end):
            row = np.int64(order[position])
            if part[row] < index.allowed.shape[0] and index.allowed[part[row]]:
                if left == 0:
                    best[i, 0], best[i, 1] = bank, row
                    break
                left -= 1
    return True


@compiled
def next_glyph(index: Any, writer: int, wanted: int, row: int) -> int:
    """Find the row that comes after one among a writer's glyphs of a character.

    Args:
        index: `WriterIndex` of the bank.
        writer: number in the bank.
        wanted: number of the character in the bank.
        row: the one before; -1 for the first.

    Returns:
        The row; -1 where there is none.
    """
    glyphs, met = index.character.shape[0], row < 0
    end = index.starts[writer + 1]
    first = _first_of(index.order, index.character, index.starts[writer], end, wanted)
    if first < 0:
        return -1
    for position in range(first, end):
        at = np.int64(index.order[position])
        if at >= glyphs or index.character[at] != wanted:
            break
        part = index.part[at]
        if met and part < index.allowed.shape[0] and index.allowed[part]:
            return int(at)
        met = met or at == row
    return -1


@compiled
def take_others(index: Any, number: int, items: Any) -> int:
    """Give what is the very glyph that stood for the same before another one of its writer's.

    It is the next one of the bank, after the last the first; where there is one alone, it stays.

    Args:
        index: fields of `WriterIndex` of the bank.
        number: of the bank in its set.
        items: records of `ITEM` that the bank's glyphs were looked up for; rows are changed.

    Returns:
        How many were changed.
    """
    index, changed = WriterIndex(*index), 0
    for i in range(items.shape[0]):
        item = items[i]
        if item.repeat == 0 or item.bank != number:
            continue
        k = i - 1
        while items[k].entry != item.entry:
            k -= 1
        row = item.row
        if items[k].bank != number or items[k].row != row:
            continue
        wanted = index.character[row]
        other = next_glyph(index, item.writer, wanted, row)
        if other < 0:
            other = next_glyph(index, item.writer, wanted, -1)
        if other >= 0 and other != row:
            item.row = other
            changed += 1
    return changed


@compiled
def lookup_provenance(
    writer: Any,
    source: Any,
    record: Any,
    offset: Any,
    items: Any,
    writers: int,
    sources: int,
    whose: Any,
    numbers: Any,
) -> int:
    """Find writer and source of each item's row, and its record and offset beside its owner.

    Args:
        writer: column of the bank, as the next three.
        source: column.
        record: column.
        offset: column.
        items: records of `ITEM`, ``(n,)``, all of that bank.
        writers: how many the bank has.
        sources: how many the bank has.
        whose: ``int64 (2, n)``, filled in: numbers of the writer and of the source.
        numbers: ``int64 (n, 3)``, filled in: owner, record, offset.

    Returns:
        -1, or the first row that cannot be true; 0 for a row below 0.
    """
    for i in range(items.shape[0]):
        row = items[i].row
        if row < 0 or row >= writer.shape[0]:
            return int(max(row, 0))
        if writer[row] >= writers or source[row] >= sources:
            return int(row)
        whose[0, i], whose[1, i] = writer[row], source[row]
        numbers[i, 0] = items[i].owner
        numbers[i, 1], numbers[i, 2] = record[row], offset[row]
    return -1


@compiled
def count_writers(bits: Any) -> int:
    """Count the bits that are set."""
    count = 0
    for word in bits:
        while word:
            word &= word - np.uint64(1)
            count += 1
    return count


@compiled
def leave_reserve(writers: Bits, reserve: Bits) -> int:
    """Take a reserve out of `writers` where others are among them, and count who is left."""
    others = writers & ~reserve
    if others.any():
        writers[:] = others
    return count_writers(writers)


@compiled
def nth_writer(bits: Bits, number: int) -> int:
    """Find the writer of the `number`-th bit that is set, from 0; -1 where there are fewer."""
    for at in range(bits.shape[0]):
        word = bits[at]
        bit = 0
        while word:
            if word & np.uint64(1):
                if number == 0:
                    return at * 64 + bit
                number -= 1
            word >>= np.uint64(1)
            bit += 1
    return -1


@compiled
def intersect(cover: Any, rows: Any, eligible: Any) -> int:
    """AND the rows of `cover` that are named into `eligible`; give how many bits are left."""
    for row in rows:
        for word in range(eligible.shape[0]):
            eligible[word] &= cover[row, word]
    return count_writers(eligible)


@compiled
def has_all(bits: Any, characters: Any, writer: int) -> bool:
    """Whether a writer has a glyph of each character, by their numbers; -1: nobody has."""
    word, bit = writer >> 6, np.uint64(writer & 63)
    for character in characters:
        if character < 0 or not (bits[character, word] >> bit) & np.uint64(1):
            return False
    return True
