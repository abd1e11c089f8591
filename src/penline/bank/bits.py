"""Kernels of a shelf: who can write what, as bits, and which of a writer's glyphs to take.

Bits are ``uint64 (words,)``: bit ``n & 63`` of word ``n >> 6`` is writer ``n``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["Bits", "has_all", "intersect", "member", "members", "pick", "set_cover", "trace"]

Bits = npt.NDArray[np.uint64]


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


@compiled
def pick(
    order: Any,
    character: Any,
    part: Any,
    allowed: Any,
    start: int,
    end: int,
    wanted: Any,
    words: Any,
    bank: int,
    holders: int,
    best: Any,
) -> bool:
    """For each wanted character a row among ``order[start:end]``, drawn by its word.

    Args:
        order: column ``by_writer`` of a bank.
        character: column.
        part: column.
        allowed: which parts count.
        start: where the writer begins in `order`.
        end: where the writer ends.
        wanted: ``int64 (n,)``: characters by their numbers in the bank.
        words: ``uint64 (n,)``: chance.
        bank: the bank's number on its shelf.
        holders: how many banks of the shelf with that writer were looked at before.
        best: ``int64 (n, 2)``: bank and row of what was found there, -1 for nothing; changed.
            A glyph may lie in several banks: a part of the word that picks the row decides
            between them.

    Returns:
        False where `order` names a row that is not there.
    """
    glyphs = character.shape[0]
    for i in range(wanted.shape[0]):
        low, high = start, end
        while low < high:
            middle = (low + high) // 2
            row = np.int64(order[middle])
            if row >= glyphs:
                return False
            if character[row] < wanted[i]:
                low = middle + 1
            else:
                high = middle
        count = 0
        for position in range(low, end):
            row = np.int64(order[position])
            if row >= glyphs or character[row] != wanted[i]:
                break
            if part[row] < allowed.shape[0] and allowed[part[row]]:
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
            if allowed[part[row]]:
                if left == 0:
                    best[i, 0], best[i, 1] = bank, row
                    break
                left -= 1
    return True


@compiled
def trace(
    writer: Any,
    source: Any,
    record: Any,
    offset: Any,
    rows: Any,
    writers: int,
    sources: int,
    whose: Any,
    numbers: Any,
) -> int:
    """Writer and source of each row, and its record and offset beside the item in the numbers.

    -1, or the first row that cannot be true.
    """
    for i in range(rows.shape[0]):
        row = rows[i, 1]
        if row < 0 or row >= writer.shape[0]:
            return int(row)
        if writer[row] >= writers or source[row] >= sources:
            return int(row)
        whose[0, i], whose[1, i] = writer[row], source[row]
        numbers[i, 1], numbers[i, 2] = record[row], offset[row]
    return -1


@compiled
def members(bits: Any) -> int:
    """How many bits are set."""
    count = 0
    for word in bits:
        while word:
            word &= word - np.uint64(1)
            count += 1
    return count


@compiled
def member(bits: Bits, number: int) -> int:
    """The writer of the `number`-th bit that is set, from 0; -1 where there are fewer."""
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
def intersect(cover: Any, rows: Any, able: Any) -> int:
    """AND the rows of `cover` that are named into `able`; how many bits are left."""
    for row in rows:
        for word in range(able.shape[0]):
            able[word] &= cover[row, word]
    return members(able)


@compiled
def has_all(bits: Any, characters: Any, writer: int) -> bool:
    """Whether a writer has a glyph of each character, by their numbers; -1: nobody has."""
    word, bit = writer >> 6, np.uint64(writer & 63)
    for character in characters:
        if character < 0 or not (bits[character, word] >> bit) & np.uint64(1):
            return False
    return True
