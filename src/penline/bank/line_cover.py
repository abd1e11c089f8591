"""What of each line of a text some writers can write, and what the nearest of them lacks."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.compiled import compiled

__all__ = ["BORROWED", "DROPPED", "WHOLE", "cover_lines"]

WHOLE, DROPPED, BORROWED = 1, 2, 4
"""Of a line: somebody can write it; or could without what is lacking; or with others' glyphs."""

_DIGITS = 9
"""Of a count of different characters, in binary: lines have at most 500."""


@compiled
def cover_lines(
    codes: Any,
    spans: Any,
    row_of: Any,
    rows: Any,
    among: Any,
    guests: Any,
    limits: Any,
    states: Any,
    by_writer: Any,
    costs: Any,
) -> None:
    """Look at lines one after the other.

    Args:
        codes: ``uint32 (characters,)`` code points.
        spans: ``int64 (lines, 2)``: where each line begins in `codes`, and just past its end.
        row_of: ``int64 (code points,)``: the row of each.
        rows: ``uint64 (n, words)``: who can write it.
        among: ``uint64 (words,)``: the writers that count, at least one.
        guests: ``bool (n,)``: what a second hand may write beside other characters.
        limits: ``int64 (2,)``: fewest characters of a line, and most that may be borrowed.
        states: ``uint8 (lines,)``: filled in: `WHOLE`; or else `DROPPED`, `BORROWED`, both, or 0:
            what could be done with those of the nearest writer, who lacks the fewest different
            characters, and is the first of several such.
        by_writer: ``int64 (64 * words,)``: lines that each can write; added to.
        costs: ``int64 (n, 2)``: lines that nobody can write and in which the nearest writer lacks
            it, and those in which nothing else is lacking; added to.
    """
    words = among.shape[0]
    seen = np.full(rows.shape[0], -1, np.int64)
    eligible = np.empty(words, np.uint64)
    own = np.empty(words, np.uint64)
    guest = np.empty(words, np.uint64)
    counts = np.zeros((_DIGITS, words), np.uint64)
    zero = np.uint64(0)
    for line in range(spans.shape[0]):
        start, end = spans[line, 0], spans[line, 1]
        eligible[:] = among
        own[:] = among
        guest[:] = among
        shared = 0
        for at in range(start, end):
            row = row_of[codes[at]]
            white = codes[at] == 32
            shared |= 0 if white else 2 if guests[row] else 1
            for word in range(words):
                eligible[word] &= rows[row, word]
                if guests[row]:
                    guest[word] &= rows[row, word]
                else:
                    own[word] &= rows[row, word]
        if shared == 3 and guest.any():
            eligible |= own
        if eligible.any():
            states[line] = WHOLE
            for word in range(words):
                bits = eligible[word]
                number = 64 * word
                while bits:
                    if bits & np.uint64(1):
                        by_writer[number] += 1
                    bits >>= np.uint64(1)
                    number += 1
            continue
        counts[:] = 0
        for at in range(start, end):
            row = row_of[codes[at]]
            if seen[row] == line:
                continue
            seen[row] = line
            for word in range(words):
                carry = among[word] & ~rows[row, word]
                for digit in range(_DIGITS):
                    if carry == zero:
                        break
                    before = counts[digit, word]
                    counts[digit, word] = before ^ carry
                    carry &= before
        eligible[:] = among
        for digit in range(_DIGITS - 1, -1, -1):
            fewer = False
            for word in range(words):
                fewer = fewer or (eligible[word] & ~counts[digit, word]) != zero
            if fewer:
                for word in range(words):
                    eligible[word] &= ~counts[digit, word]
        word = 0
        while eligible[word] == zero:
            word += 1
        bit = eligible[word] & (~eligible[word] + np.uint64(1))
        lacks = 0
        different = 0
        last = np.int64(0)
        others = True
        for at in range(start, end):
            row = row_of[codes[at]]
            if rows[row, word] & bit:
                continue
            lacks += 1
            if seen[row] != line:
                continue
            seen[row] = -1
            different += 1
            last = row
            costs[row, 0] += 1
            held = False
            for other in range(words):
                held = held or (rows[row, other] & among[other]) != zero
            others = others and held
        if different == 1:
            costs[last, 1] += 1
        state = 0
        if end - start - lacks >= limits[0]:
            state |= DROPPED
        if others and lacks <= limits[1]:
            state |= BORROWED
        states[line] = state
