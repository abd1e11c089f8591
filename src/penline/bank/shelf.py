"""Several banks as one: who can write what, and a glyph for each character of a line.

Coverage is a set of bits: for each character one bit a writer. The writers who can write a
sentence are the AND of its characters' bits; one is drawn; its glyphs are found by binary search.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank import style
from penline.bank.layout import PARTS
from penline.bank.read import Bank, locate
from penline.compiled import compiled
from penline.errors import BankError, RecipeError
from penline.randomness import Draws

__all__ = ["Bits", "Picked", "Shelf"]

Bits = npt.NDArray[np.uint64]
Spellings = tuple[tuple[str, ...], ...]

_ALLOWED = {"train": ("", "train"), "test": ("test",), "all": PARTS}
_ONE = np.uint64(1)


@compiled
def _cover(
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
def _pick(
    order: Any,
    character: Any,
    part: Any,
    allowed: Any,
    start: int,
    end: int,
    wanted: Any,
    words: Any,
    rows: Any,
) -> None:
    """For each wanted character a row among ``order[start:end]``, drawn by its word; -1: none."""
    glyphs = character.shape[0]
    for i in range(wanted.shape[0]):
        rows[i] = -1
        low, high = start, end
        while low < high:
            middle = (low + high) // 2
            row = np.int64(order[middle])
            if row >= glyphs:
                rows[i] = -2
                break
            if character[row] < wanted[i]:
                low = middle + 1
            else:
                high = middle
        if rows[i] == -2:
            continue
        count = 0
        for position in range(low, end):
            row = np.int64(order[position])
            if row >= glyphs or character[row] != wanted[i]:
                break
            if part[row] < allowed.shape[0] and allowed[part[row]]:
                count += 1
        if count == 0:
            continue
        left = np.int64(words[i] % np.uint64(count))
        for position in range(low, end):
            row = np.int64(order[position])
            if allowed[part[row]]:
                if left == 0:
                    rows[i] = row
                    break
                left -= 1


@compiled
def _members(bits: Bits) -> int:
    count = 0
    for word in bits:
        while word:
            word &= word - np.uint64(1)
            count += 1
    return count


@compiled
def _member(bits: Bits, number: int) -> int:
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


class Picked(NamedTuple):
    """One glyph of a line: which character of the text it serves, and where it lies."""

    item: int
    character: str
    bank: int
    row: int


class Shelf:
    """One or more banks, read as one.

    Args:
        banks: opened banks. A writer id that stands in several is one writer.
        spellings: for a character of the text, the ways to write it, best first; each way is a
            tuple of characters to write one after the other.
        part: ``"train"`` (everything not marked as test), ``"test"`` or ``"all"``.
    """

    def __init__(
        self,
        banks: Sequence[Bank],
        spellings: Callable[[str], Spellings] = lambda character: ((character,),),
        part: str = "train",
    ) -> None:
        if not banks:
            raise RecipeError("no bank to take glyphs from")
        self.banks = tuple(banks)
        self.spellings = spellings
        self.part = part
        self._allowed = np.array([name in _ALLOWED[part] for name in PARTS])
        self.allowed_parts = np.append(self._allowed, False)
        self.writers = tuple(dict.fromkeys(w for bank in self.banks for w in bank.writers))
        numbers = {writer: number for number, writer in enumerate(self.writers)}
        self._local = [
            {numbers[writer]: number for number, writer in enumerate(bank.writers)}
            for bank in self.banks
        ]
        characters = dict.fromkeys(c for bank in self.banks for c in bank.characters)
        self.characters = {character: number for number, character in enumerate(characters)}
        self._words = -(-len(self.writers) // 64)
        self._bits = np.zeros((len(self.characters), self._words), np.uint64)
        for bank in self.banks:
            columns = bank.columns
            bad = _cover(
                columns["writer"],
                columns["character"],
                columns["part"],
                self._allowed,
                np.array([self.characters[c] for c in bank.characters], np.int64),
                np.array([numbers[w] for w in bank.writers], np.int64),
                self._bits,
            )
            if bad >= 0:
                raise BankError(f"{bank.path}: glyph {bad} names what the bank does not have")
        self._wanted = [
            {character: number for number, character in enumerate(bank.characters)}
            for bank in self.banks
        ]
        self._coverage: dict[str, Bits] = {}
        self._ways: dict[int, dict[str, tuple[str, ...]]] = {}

    def bits(self, writers: Iterable[str]) -> Bits:
        """``uint64 (words,)``: the given writers as bits."""
        chosen = set(writers)
        out = np.zeros(self._words, np.uint64)
        for number, writer in enumerate(self.writers):
            if writer in chosen:
                out[number >> 6] |= _ONE << np.uint64(number & 63)
        return out

    @functools.cached_property
    def known(self) -> tuple[str, ...]:
        """Writers who are known to be one person, with a glyph of the part asked for."""
        active = np.bitwise_or.reduce(self._bits, axis=0)
        return tuple(
            writer
            for number, writer in enumerate(self.writers)
            if not writer.startswith("unknown:")
            and active[number >> 6] >> np.uint64(number & 63) & _ONE
        )

    def coverage(self, character: str) -> Bits:
        """``uint64 (words,)``: who can write `character`, in one of its spellings."""
        known = self._coverage.get(character)
        if known is None:
            known = np.zeros(self._words, np.uint64)
            if not character.isspace():
                for spelling in self.spellings(character):
                    numbers = [self.characters.get(c, -1) for c in spelling]
                    if min(numbers) >= 0:
                        known |= np.bitwise_and.reduce(self._bits[numbers], axis=0)
            else:
                known = ~known
            self._coverage[character] = known
        return known

    def who(self, text: str, among: Bits) -> Bits:
        """Those of `among` who can write every character of `text`."""
        able = among.copy()
        for character in text:
            able &= self.coverage(character)
        return able

    def count(self, writers: Bits) -> int:
        """How many writers `writers` holds."""
        return int(_members(writers))

    def draw_writer(self, writers: Bits, rng: Draws) -> str:
        """One of `writers`, which holds at least one."""
        return self.writers[_member(writers, rng.below(self.count(writers)))]

    def glyphs(self, text: str, writer: str, rng: Draws) -> list[Picked] | None:
        """A glyph by `writer` for every character of `text` but white space.

        Returns None if the writer lacks one of them.
        """
        number = self._numbers[writer]
        ways = self._ways.setdefault(number, {})
        items: list[int] = []
        written: list[str] = []
        for item, character in enumerate(text):
            if character.isspace():
                continue
            way = ways.get(character)
            if way is None:
                way = ways[character] = self._way(character, number)
            if not way:
                return None
            written += way
            items += [item] * len(way)
        # one word for each character of the text, whatever it is spelled with
        words = rng.words(len(text))[items]
        bank, rows = self._rows(written, number, words)
        return list(map(Picked, items, written, bank.tolist(), rows.tolist()))

    def _way(self, character: str, number: int) -> tuple[str, ...]:
        """The best spelling of `character` that one writer has; empty if there is none."""
        at, bit = number >> 6, np.uint64(number & 63)
        for spelling in self.spellings(character):
            rows = [self.characters.get(written, -1) for written in spelling]
            if min(rows) >= 0 and all(self._bits[row, at] >> bit & _ONE for row in rows):
                return spelling
        return ()

    def _rows(
        self, characters: list[str], number: int, words: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """For each character bank and row of a glyph by `writer`; row -1 where there is none."""
        count = len(characters)
        chosen = np.zeros(count, np.int64)
        best = np.full(count, -1, np.int64)
        holders = 0
        for at, bank in enumerate(self.banks):
            local = self._local[at].get(number)
            if local is None:
                continue
            start, end = bank.writer_starts[local : local + 2].tolist()
            table = self._wanted[at]
            wanted = np.array([table.get(c, 0xFFFFFFFF) for c in characters], np.int64)
            rows = np.empty(count, np.int64)
            columns = bank.columns
            _pick(
                columns["by_writer"],
                columns["character"],
                columns["part"],
                self._allowed,
                start,
                end,
                wanted,
                words,
                rows,
            )
            if count and int(rows.min()) == -2:
                raise BankError(f"{bank.path}: its order names a row that it does not have")
            if holders == 0:
                best = rows
            else:
                # a glyph may lie in several banks: a part of the word that picked the row
                # decides between them
                take = (rows >= 0) & (
                    (best < 0) | ((words >> np.uint64(40)) % np.uint64(holders + 1) == holders)
                )
                best = np.where(take, rows, best)
                chosen = np.where(take, at, chosen)
            if holders == 0:
                chosen[:] = at
            holders += 1
        return chosen, best

    @functools.cached_property
    def _numbers(self) -> dict[str, int]:
        return {writer: number for number, writer in enumerate(self.writers)}

    @functools.cached_property
    def ems_px(self) -> list[npt.NDArray[np.float64]]:
        """For each bank, ``float64 (writers,)``: the em of each of its writers."""
        return [np.array([facts.em_px for facts in b.header.writers]) for b in self.banks]

    @functools.cached_property
    def unknown(self) -> list[npt.NDArray[np.bool_]]:
        """For each bank, ``bool (writers,)``: which of its writers may be several people."""
        return [np.array([w.startswith("unknown:") for w in b.writers]) for b in self.banks]

    @functools.cached_property
    def levels(self) -> list[npt.NDArray[np.int64]]:
        """For each bank, ``int64 (writers,)``: how dark the ink of each of its writers is."""
        return [np.array([facts.level for facts in b.header.writers]) for b in self.banks]

    def places(self, bank: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """``int64 (n,)``: where the ink of each row begins in the bank's data, checked."""
        starts = np.empty(len(rows), np.int64)
        bad = locate(self.banks[bank].ink, rows, starts)
        if bad >= 0:
            raise self.banks[bank].damage(int(rows[bad]))
        return starts

    @functools.cached_property
    def _styles(self) -> npt.NDArray[np.float64]:
        """``float64 (writers, 4)``: breadth of stroke in ems, level of ink, slant, width over
        height, by writer; NaN where it is not known. Of several banks the mean."""
        total, banks = np.zeros((len(self.writers), 4)), np.zeros((len(self.writers), 4))
        for bank in self.banks:
            at = [self._numbers[writer] for writer in bank.writers]
            found = np.array(style.bank_styles(bank), np.float64)
            total[at] += np.nan_to_num(found)
            banks[at] += np.isfinite(found)
        return np.where(banks > 0, total / np.maximum(banks, 1), np.nan)

    def style(self, writer: str) -> tuple[float, float]:
        """How broad a writer's strokes are, in ems, and how dark the ink is, 0 to 255."""
        pen_em, level = self._styles[self._numbers[writer], :2].tolist()
        return pen_em, level

    def near(self, writer: str, among: Bits, most: int = 5) -> Bits:
        """The writers of `among`, at most so many, whose hand is most like that of `writer`: in
        breadth of stroke, level of ink, slant and proportions, see `style.far_apart`."""
        allowed = np.unpackbits(among.view(np.uint8), bitorder="little")[: len(self.writers)]
        others = np.flatnonzero(allowed)
        far = style.far_apart(self._styles, self._numbers[writer], others)
        chosen = others[np.argsort(far, kind="stable")[:most]]
        return self.bits(self.writers[at] for at in chosen.tolist())

    def nearest(self, characters: Sequence[str], among: Bits) -> Bits:
        """Those of `among` who lack the fewest of `characters`."""
        bits = np.array([self.coverage(character) for character in characters], np.uint64)
        held = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little").sum(0, dtype=np.int64)
        allowed = np.unpackbits(among.view(np.uint8), bitorder="little").astype(bool)
        best = allowed & (held == held[allowed].max(initial=-1))
        return np.packbits(best, bitorder="little").view(np.uint64)
