"""What two sides of a corpus have in common: the compiled search over characters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["LEAST", "MOST", "common", "gram", "grams"]

LEAST = 6
"""Fewer characters in common are nobody's: names, dates, the little words."""
MOST = 32
"""So many in common are not looked beyond."""

Codes = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_BASIS = np.uint64(14695981039346656037)
_PRIME = np.uint64(1099511628211)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@compiled
def gram(codes: Codes, at: int, length: int) -> np.uint64:
    """FNV-1a of `length` code points from `at` on: a run's key."""
    value = _BASIS
    for i in range(at, at + length):
        value = (value ^ np.uint64(codes[i])) * _PRIME
    return value


@compiled
def grams(codes: Codes, offsets: Ints, length: int) -> Keys:
    """``uint64 (runs,)``: keys of all runs of `length` characters that paragraphs have."""
    out = np.empty(codes.shape[0], np.uint64)
    count = 0
    for paragraph in range(offsets.shape[0] - 1):
        for at in range(offsets[paragraph], offsets[paragraph + 1] - length + 1):
            out[count] = gram(codes, at, length)
            count += 1
    return out[:count].copy()


@compiled
def _place(table: Keys, key: np.uint64) -> np.int64:
    """Where a key stands in a table of a power of two places; else the free place (0) for it."""
    mask = np.uint64(table.shape[0] - 1)
    at = ((key ^ (key >> np.uint64(32))) * _SPREAD >> np.uint64(20)) & mask
    while table[at] != np.uint64(0) and table[at] != key:
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@compiled
def _table(keys: Keys, count: int) -> Keys:
    size = 16
    while size < 2 * count:
        size *= 2
    table = np.zeros(size, np.uint64)
    for i in range(count):
        table[_place(table, keys[i])] = keys[i]
    return table


@compiled
def _grown(codes: Codes, offsets: Ints, places: Ints, keys: Keys, count: int, length: int) -> int:
    """Make runs longer by a character, in place; how many their paragraphs have room for."""
    kept = 0
    paragraph = 0
    for i in range(count):
        at = places[i]
        while at >= offsets[paragraph + 1]:
            paragraph += 1
        if at + length < offsets[paragraph + 1]:
            places[kept] = at
            keys[kept] = (keys[i] ^ np.uint64(codes[at + length])) * _PRIME
            kept += 1
    return kept


@compiled
def common(
    codes: Codes, offsets: Ints, validation: Mask, own_codes: Codes, own_offsets: Ints
) -> npt.NDArray[np.uint8]:
    """How many characters, from each on, stand in a paragraph of the other side, too.

    Runs are compared by 64-bit keys: equal runs always count as equal, others all but never.

    Args:
        codes: ``uint32 (characters,)``: the corpus.
        offsets: ``int64 (paragraphs + 1,)``.
        validation: ``bool (paragraphs,)``.
        own_codes: ``uint32 (n,)``: the paragraphs for validation alone, one after the other.
        own_offsets: ``int64 (their number + 1,)``.

    Returns:
        ``uint8 (n,)``: the longest run that begins with each character of `own_codes`, ends in its
        paragraph, and stands in a paragraph for training: 0 for fewer than `LEAST` characters,
        `MOST` for that many or more.
    """
    out = np.zeros(own_codes.shape[0], np.uint8)
    # runs that both sides have; memory that an array never touches costs nothing
    own, own_keys = np.empty(out.shape[0], np.int64), np.empty(out.shape[0], np.uint64)
    other, other_keys = np.empty(codes.shape[0], np.int64), np.empty(codes.shape[0], np.uint64)
    own_count = other_count = 0
    for paragraph in range(own_offsets.shape[0] - 1):
        for at in range(own_offsets[paragraph], own_offsets[paragraph + 1] - LEAST + 1):
            own[own_count], own_keys[own_count] = at, gram(own_codes, at, LEAST)
            own_count += 1
    table = _table(own_keys, own_count)
    for paragraph in range(validation.shape[0]):
        if not validation[paragraph]:
            for at in range(offsets[paragraph], offsets[paragraph + 1] - LEAST + 1):
                key = gram(codes, at, LEAST)
                if table[_place(table, key)] == key:
                    other[other_count], other_keys[other_count] = at, key
                    other_count += 1
    for length in range(LEAST, MOST + 1):
        if length > LEAST:
            own_count = _grown(own_codes, own_offsets, own, own_keys, own_count, length - 1)
            other_count = _grown(codes, offsets, other, other_keys, other_count, length - 1)
            table = _table(own_keys, own_count)
        found = np.zeros(table.shape[0], np.bool_)
        kept = 0
        for i in range(other_count):
            place = _place(table, other_keys[i])
            if table[place] == other_keys[i]:
                found[place] = True
                other[kept], other_keys[kept] = other[i], other_keys[i]
                kept += 1
        other_count = kept
        kept = 0
        for i in range(own_count):
            if found[_place(table, own_keys[i])]:
                out[own[i]] = length
                own[kept], own_keys[kept] = own[i], own_keys[i]
                kept += 1
        own_count = kept
        if not own_count:
            break
    return out
