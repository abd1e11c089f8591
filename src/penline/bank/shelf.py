"""Several banks as one: who can write what, and a glyph for each character of a line.

Coverage is a set of bits: for each character one bit a writer. The writers who can write a
sentence are the AND of its characters' bits; one is drawn; its glyphs are found by binary search.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from penline.bank import style
from penline.bank.bits import Bits, has_all, intersect, member, members, pick, set_cover, trace
from penline.bank.layout import PARTS
from penline.bank.picked import Glyphs, Picked
from penline.bank.read import Bank
from penline.bank.sizes import size_up
from penline.errors import BankError, RecipeError
from penline.randomness import Draws
from penline.records import Origins

__all__ = ["Bits", "Glyphs", "Picked", "Shelf"]

Spellings = tuple[tuple[str, ...], ...]

_ALLOWED = {"train": ("", "train"), "test": ("test",), "all": PARTS}
_ONE = np.uint64(1)
_NOBODY = 0xFFFFFFFF
"""The number of a character that a bank does not have."""


class Shelf:
    """One or more banks, read as one.

    Args:
        banks: opened banks. A writer id that stands in several is one writer.
        spellings: for a character of the text, the ways to write it, best first; each way is a
            tuple of characters to write one after the other.
        part: ``"train"`` (everything not marked as test), ``"test"`` or ``"all"``.

    Attributes:
        allowed: ``bool (parts,)``: which parts of `PARTS` glyphs may be of.
        cover: ``uint64 (rows, words)``: for each character met so far (`entry`), who can write it.
        own: ``int64 (rows,)``: its number among the banks' characters; -1: it is not among them.
        wanted: for each bank, ``int64 (characters,)``: their numbers in the bank.
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
        self.allowed = np.array([name in _ALLOWED[part] for name in PARTS])
        self.allowed_parts = np.append(self.allowed, False)
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
            bad = set_cover(
                columns["writer"],
                columns["character"],
                columns["part"],
                self.allowed,
                np.array([self.characters[c] for c in bank.characters], np.int64),
                np.array([numbers[w] for w in bank.writers], np.int64),
                self._bits,
            )
            if bad >= 0:
                raise BankError(f"{bank.path}: glyph {bad} names what the bank does not have")
        self.wanted = [np.full(len(self.characters), _NOBODY, np.int64) for _ in self.banks]
        for wanted, bank in zip(self.wanted, self.banks, strict=True):
            wanted[[self.characters[c] for c in bank.characters]] = range(len(bank.characters))
        self.cover = np.zeros((256, self._words), np.uint64)
        self.own = np.zeros(256, np.int64)
        self._covered: dict[str, int] = {}

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
        row = self.entry(character)
        covered: Bits = self.cover[row]
        return covered

    def entry(self, character: str) -> int:
        """The row of a character in `cover` and `own`."""
        row = self._covered.get(character, -1)
        return row if row >= 0 else self._find_cover(character)

    def _find_cover(self, character: str) -> int:
        """The row of `cover` for a character that has none yet."""
        row = len(self._covered)
        if row == len(self.cover):
            self.cover = np.concatenate([self.cover, np.zeros_like(self.cover)])
            self.own = np.concatenate([self.own, np.zeros_like(self.own)])
        self.own[row] = self.characters.get(character, -1)
        known = self.cover[row]
        if character.isspace():
            known[:] = ~np.uint64(0)
        else:
            for spelling in self.spellings(character):
                numbers = [self.characters.get(c, -1) for c in spelling]
                if min(numbers) >= 0:
                    known |= np.bitwise_and.reduce(self._bits[numbers], axis=0)
        self._covered[character] = row
        return row

    def _entries(self, text: str) -> npt.NDArray[np.int64]:
        """The row of `cover` of each character of `text`."""
        known = self._covered
        return np.array([known[c] if c in known else self._find_cover(c) for c in text], np.int64)

    def who(self, text: str, among: Bits) -> Bits:
        """Those of `among` who can write every character of `text`."""
        able = among.copy()
        intersect(self.cover, self._entries(text), able)
        return able

    def cast(self, text: str, among: Bits, rng: Draws) -> tuple[str, Glyphs] | None:
        """A writer of `among` for a text, and a glyph for each character but white space.

        None where nobody can write it whole.
        """
        entries, able = self._entries(text), among.copy()
        count = intersect(self.cover, entries, able)
        if not count:
            return None
        number = member(able, rng.below(count))
        glyphs = self._glyphs(text, entries, number, rng)
        if glyphs is None:
            raise RecipeError("a writer lacks a character that the bank's coverage promises")
        return self.writers[number], glyphs

    def count(self, writers: Bits) -> int:
        """How many writers `writers` holds."""
        return int(members(writers))

    def draw_writer(self, writers: Bits, rng: Draws) -> str:
        """One of `writers`, which holds at least one."""
        return self.writers[member(writers, rng.below(self.count(writers)))]

    def glyphs(self, text: str, writer: str, rng: Draws) -> Glyphs | None:
        """A glyph by `writer` for every character of `text` but white space.

        Returns None if the writer lacks one of them.
        """
        return self._glyphs(text, self._entries(text), self._numbers[writer], rng)

    def _glyphs(
        self, text: str, entries: npt.NDArray[np.int64], number: int, rng: Draws
    ) -> Glyphs | None:
        numbers = self.own[entries]
        items: Sequence[int] = range(len(text))
        written: Sequence[str] = text
        # one word for each character of the text, whatever it is spelled with
        words = rng.words(len(text))
        if not has_all(self._bits, numbers, number):
            spelled = [self._way(character, number) for character in text]
            if any(not way and not text[item].isspace() for item, way in enumerate(spelled)):
                return None
            items = [item for item, way in enumerate(spelled) for _ in way]
            written = [character for way in spelled for character in way]
            numbers = np.array([self.characters[character] for character in written], np.int64)
            words = words[items]
        return Glyphs(items, written, self._rows(numbers, number, words))

    def _way(self, character: str, number: int) -> tuple[str, ...]:
        """The best spelling of `character` that one writer has; empty if there is none.

        White space has none.
        """
        if character.isspace():
            return ()
        for spelling in self.spellings(character):
            numbers = np.array([self.characters.get(c, -1) for c in spelling], np.int64)
            if has_all(self._bits, numbers, number):
                return spelling
        return ()

    def _rows(
        self, characters: npt.NDArray[np.int64], number: int, words: npt.NDArray[np.uint64]
    ) -> npt.NDArray[np.int64]:
        """``int64 (n, 2)``: for each character bank and row of a glyph by that writer.

        Row -1 where there is none.
        """
        best = np.full((len(characters), 2), -1, np.int64)
        holders = 0
        for at, bank in enumerate(self.banks):
            local = self._local[at].get(number)
            if local is None:
                continue
            starts, columns = bank.writer_starts, bank.columns
            whole = pick(
                columns["by_writer"],
                columns["character"],
                columns["part"],
                self.allowed,
                starts[local],
                starts[local + 1],
                self.wanted[at][characters],
                words,
                at,
                holders,
                best,
            )
            if not whole:
                raise BankError(f"{bank.path}: its order names a row that it does not have")
            holders += 1
        return best

    @functools.cached_property
    def _numbers(self) -> dict[str, int]:
        return {writer: number for number, writer in enumerate(self.writers)}

    @functools.cached_property
    def ems_px(self) -> list[npt.NDArray[np.float64]]:
        """For each bank, ``float64 (writers,)``: the em of each of its writers."""
        return [np.array([facts.em_px for facts in b.header.writers]) for b in self.banks]

    @functools.cached_property
    def levels(self) -> list[npt.NDArray[np.int64]]:
        """For each bank, ``int64 (writers,)``: how dark the ink of each of its writers is.

        -1 for those who may be several people: each of their glyphs is taken by itself.
        """
        return [
            np.array([-1 if w.id.startswith("unknown:") else w.level for w in b.header.writers])
            for b in self.banks
        ]

    def origins(self, number: int, glyphs: Glyphs) -> Origins:
        """Where glyphs of one bank come from, in their order.

        Raises:
            BankError: a bank whose numbers cannot be true.
        """
        bank = self.banks[number]
        columns, sources, writers = bank.columns, bank.header.sources, bank.writers
        whose = np.empty((2, len(glyphs)), np.int64)
        numbers = np.empty((len(glyphs), 3), np.int64)
        numbers[:, 0] = glyphs.items
        bad = trace(
            columns["writer"],
            columns["source"],
            columns["record"],
            columns["offset"],
            glyphs.rows,
            len(writers),
            len(sources),
            whose,
            numbers,
        )
        if bad != -1:
            raise bank.damage(bad)
        writer, source = whose.tolist()
        names = [writers[one] for one in writer]
        files = [sources[one].file for one in source]
        return Origins(glyphs.written, names, files, numbers)

    def size_up(
        self,
        rows: npt.NDArray[np.int64],
        most_px: int,
        sizes_px: npt.NDArray[np.int64],
        ems: npt.NDArray[np.float64],
        starts: npt.NDArray[np.int64],
        levels: npt.NDArray[np.int64],
    ) -> None:
        """What a line needs to know of its glyphs; arguments as in `sizes.size_up`.

        What is filled in for white space (bank -1) stays as it was.

        Raises:
            BankError: a bank whose numbers cannot be true.
        """
        for number, bank in enumerate(self.banks):
            ink, columns = bank.ink, bank.columns
            bad = size_up(
                ink.words,
                ink.offsets_at,
                ink.ink_at,
                ink.ink_bytes,
                ink.height_px,
                ink.width_px,
                columns["writer"],
                columns["level"],
                self.ems_px[number],
                self.levels[number],
                number,
                rows,
                most_px,
                sizes_px,
                ems,
                starts,
                levels,
            )
            if bad != -1:
                raise bank.damage(bad)

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
