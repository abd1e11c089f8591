"""What comes a second time: the same writer's, of the same character, with the same ink.

A file's own records each count, though two should be equal; what another file brings again does
not, and neither does the same place of a file. Each glyph has a key of 64 bits over all its ink:
among four million glyphs two different ones share a key once in two million such banks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["Keys", "Repeats", "glyph_keys"]

Keys = npt.NDArray[np.uint64]

_FIRST_SLOTS = 1 << 12
_ODD = np.uint64(0x9E3779B97F4A7C15)


@compiled
def _stir(key: Any, word: Any) -> Any:
    key = (key ^ word) * _ODD
    return (key << np.uint64(29)) | (key >> np.uint64(35))


@compiled
def _word(pixels: Any, at: int) -> Any:
    """Eight pixels as one number."""
    word = np.uint64(0)
    for place in range(8):
        word |= np.uint64(pixels[at + place]) << np.uint64(8 * place)
    return word


@compiled
def glyph_keys(
    ink: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    widths: npt.NDArray[np.int64],
    owners: npt.NDArray[np.int64],
) -> Any:
    """Make each glyph's key from its ink, its width, and the numbers of whose and what it is.

    Args:
        ink: ``uint8 (n,)``, the glyphs' pixels one after the other.
        starts: ``int64 (glyphs + 1,)``, where each begins; the last entry is the end.
        widths: ``int64 (glyphs,)``.
        owners: ``int64 (glyphs, 2)``: numbers of character and writer.

    Returns:
        ``uint64 (glyphs,)``, none of them 0.
    """
    keys = np.empty(starts.shape[0] - 1, np.uint64)
    for glyph in range(keys.shape[0]):
        pixels = ink[starts[glyph] : starts[glyph + 1]]
        # four at a time, so that none waits for another's product
        a = _stir(_ODD, np.uint64(pixels.shape[0]))
        b = _stir(_ODD, np.uint64(widths[glyph]))
        c = _stir(_ODD, np.uint64(owners[glyph, 0]))
        d = _stir(_ODD, np.uint64(owners[glyph, 1]))
        whole = pixels.shape[0] // 32 * 32
        for at in range(0, whole, 32):
            a, b = _stir(a, _word(pixels, at)), _stir(b, _word(pixels, at + 8))
            c, d = _stir(c, _word(pixels, at + 16)), _stir(d, _word(pixels, at + 24))
        for at in range(whole, pixels.shape[0]):
            a = _stir(a, np.uint64(pixels[at]))
        key = _stir(_stir(_stir(_stir(_ODD, a), b), c), d)
        key ^= key >> np.uint64(32)
        keys[glyph] = key if key else _ODD
    return keys


@compiled
def _find(slots: Any, key: Any) -> Any:
    """Where a key lies in a table that is larger than its keys, or where it would."""
    mask = np.uint64(slots.shape[0] - 1)
    at = key & mask
    while slots[at] != 0 and slots[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@compiled
def _take_in(
    others: Any,
    here: Any,
    held: Any,
    count: int,
    file: int,
    keys: Any,
    places: Any,
    files: Any,
    fresh: Any,
) -> Any:
    """Say which keys are fresh, and keep those; how many are held, and of which file.

    Args:
        others: ``uint64 (2**k,)``: keys of the files before; changed.
        here: ``uint64 (2**k,)``: keys of this file, stirred with their places; changed.
        held: ``uint64 (n, 2)``: keys of this file, and where they lie in `here`; changed.
        count: how many are held.
        file: the file that they are of.
        keys: ``uint64 (n,)``.
        places: ``int64 (n, 2)``.
        files: ``int64 (n,)``.
        fresh: ``bool (n,)``: filled in.
    """
    for i in range(keys.shape[0]):
        if files[i] != file:
            for k in range(count):
                others[_find(others, held[k, 0])] = held[k, 0]
                here[held[k, 1]] = 0
            count, file = 0, files[i]
        placed = _stir(_stir(keys[i], np.uint64(places[i, 0])), np.uint64(places[i, 1]))
        placed = placed if placed else _ODD
        at = _find(here, placed)
        fresh[i] = here[at] == 0 and others[_find(others, keys[i])] == 0
        if fresh[i]:
            here[at] = placed
            held[count, 0], held[count, 1] = keys[i], at
            count += 1
    return count, file


@compiled
def _move(slots: Any, larger: Any) -> None:
    """Put the keys of one table into another, larger one."""
    for key in slots:
        if key:
            larger[_find(larger, key)] = key


@compiled
def _move_here(here: Any, larger: Any, held: Any) -> None:
    """The same, and note where each lies now."""
    for k in range(held.shape[0]):
        key = here[held[k, 1]]
        held[k, 1] = _find(larger, key)
        larger[held[k, 1]] = key


class Repeats:
    """The keys that were met so far: 16 to 32 bytes each, and three times that of the last file."""

    def __init__(self) -> None:
        self._others: Keys = np.zeros(_FIRST_SLOTS, np.uint64)
        self._here: Keys = np.zeros(_FIRST_SLOTS, np.uint64)
        self._held = np.zeros((_FIRST_SLOTS // 2, 2), np.uint64)
        self._met = self._count = 0
        self._file = -1

    def fresh(
        self, keys: Keys, places: npt.NDArray[np.int64], files: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """``bool (n,)``: what no file before brought, nor the same place of its own file.

        Args:
            keys: ``uint64 (n,)``, none of them 0.
            places: ``int64 (n, 2)``: record and offset of each.
            files: ``int64 (n,)``: number of each one's file, from 0; a file's follow one another.
        """
        fresh = np.empty(len(keys), np.bool_)
        self._make_room(len(keys))
        given = keys, places, files, fresh
        self._count, self._file = _take_in(
            self._others, self._here, self._held, self._count, self._file, *given
        )
        self._met += int(fresh.sum())
        return fresh

    def _make_room(self, more: int) -> None:
        """Make the tables at least twice as large as all that they may have to hold."""
        if 2 * (self._met + more) > len(self._others):
            larger = np.zeros(1 << (2 * (self._met + more)).bit_length(), np.uint64)
            _move(self._others, larger)
            self._others = larger
        if self._count + more > len(self._held):
            room = 2 * (self._count + more)
            here, held = np.zeros(1 << (2 * room).bit_length(), np.uint64), self._held
            self._held = np.zeros((room, 2), np.uint64)
            self._held[: self._count] = held[: self._count]
            _move_here(self._here, here, self._held[: self._count])
            self._here = here
