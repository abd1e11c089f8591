"""Several banks as one: who can write what, and a glyph for each character of a line.

Coverage is a set of bits: for each character one bit a writer. The writers who can write a
sentence are the AND of its characters' bits; one is drawn; its glyphs are found by binary search.

A shelf is made whole and then only read, so that any number of threads may share it.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from penline.bank import style
from penline.bank.bits import Bits, has_all, intersect, member, members, pick, set_cover, trace
from penline.bank.layout import PARTS
from penline.bank.once import counted_once
from penline.bank.picked import Glyphs, Picked
from penline.bank.read import Bank
from penline.bank.sizes import size_up
from penline.compiled import frozen
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
        characters: those that texts are made of. Others may be asked for, and cost more.

    Attributes:
        allowed: ``bool (parts,)``: which parts of `PARTS` glyphs may be of.
        rows: of each character of the texts, its row in the next two.
        cover: ``uint64 (rows, words)``: who can write it.
        own: ``int64 (rows,)``: its number among the banks' characters; -1: it is not among them.
        known: writers who are known to be one person, with a glyph of the part asked for.
        ems_px: for each bank, ``float64 (writers,)``: the em of each of its writers.
        levels: for each bank, ``int64 (writers,)``: how dark the ink of each of its writers is;
            -1 for those who may be several people: each of their glyphs is taken by itself.
        wanted: for each bank, ``int64 (characters,)``: their numbers in the bank.
        parts: for each bank, ``uint8 (glyphs,)``: its parts; none of what a bank before holds.
        repeated: for each bank, how many glyphs those are.
    """

    def __init__(
        self,
        banks: Sequence[Bank],
        spellings: Callable[[str], Spellings] = lambda character: ((character,),),
        part: str = "train",
        characters: Iterable[str] = (),
    ) -> None:
        if not banks:
            raise RecipeError("no bank to take glyphs from")
        self.banks = tuple(banks)
        self.spellings = spellings
        self.part = part
        self.allowed = np.array([name in _ALLOWED[part] for name in PARTS])
        self.allowed_parts = np.append(self.allowed, False)
        self.writers = tuple(dict.fromkeys(w for bank in self.banks for w in bank.writers))
        self._numbers = numbers = {w: number for number, w in enumerate(self.writers)}
        self._local = [
            {numbers[writer]: number for number, writer in enumerate(bank.writers)}
            for bank in self.banks
        ]
        held = dict.fromkeys(c for bank in self.banks for c in bank.characters)
        self.characters = {character: number for number, character in enumerate(held)}
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
        self.parts, self.repeated = counted_once(self.banks, self.characters, self.allowed)
        self.wanted = [np.full(len(self.characters), _NOBODY, np.int64) for _ in self.banks]
        for wanted, bank in zip(self.wanted, self.banks, strict=True):
            wanted[[self.characters[c] for c in bank.characters]] = range(len(bank.characters))
        active = np.bitwise_or.reduce(self._bits, axis=0)
        self.known = tuple(
            writer
            for number, writer in enumerate(self.writers)
            if not writer.startswith("unknown:")
            and active[number >> 6] >> np.uint64(number & 63) & _ONE
        )
        writers = [bank.header.writers for bank in self.banks]
        self.ems_px = [frozen(np.array([w.em_px for w in own])) for own in writers]
        self.levels = [
            frozen(np.array([-1 if w.id.startswith("unknown:") else w.level for w in own]))
            for own in writers
        ]
        for table in (self._bits, self.allowed, self.allowed_parts, *self.wanted):
            frozen(table)
        self._cover(characters)

    def covering(self, characters: Iterable[str]) -> Shelf:
        """The same banks, prepared for texts of other characters; this shelf stays as it is."""
        other = copy.copy(self)
        other._cover(characters)
        return other

    def _cover(self, characters: Iterable[str]) -> None:
        """Prepare `rows`, `cover` and `own`."""
        self.rows = {c: row for row, c in enumerate(dict.fromkeys(characters))}
        self.cover, self.own = self._covered(self.rows)

    def _covered(self, characters: Collection[str]) -> tuple[Bits, npt.NDArray[np.int64]]:
        """Of each character, who can write it, and its number among the banks' characters."""
        numbers, bits = self.characters, self._bits
        cover = np.zeros((len(characters), self._words), np.uint64)
        own = np.array([numbers.get(character, -1) for character in characters], np.int64)
        for row, character in enumerate(characters):
            if character.isspace():
                cover[row] = ~np.uint64(0)
                continue
            for spelling in self.spellings(character):
                spelled = [numbers.get(c, -1) for c in spelling]
                if len(spelled) == 1 and spelled[0] >= 0:
                    cover[row] |= bits[spelled[0]]
                elif min(spelled) >= 0:
                    cover[row] |= np.bitwise_and.reduce(bits[spelled], axis=0)
        return frozen(cover), frozen(own)

    def bits(self, writers: Iterable[str]) -> Bits:
        """``uint64 (words,)``: the given writers as bits."""
        chosen = set(writers)
        out = np.zeros(self._words, np.uint64)
        for number, writer in enumerate(self.writers):
            if writer in chosen:
                out[number >> 6] |= _ONE << np.uint64(number & 63)
        return out

    def coverage(self, character: str) -> Bits:
        """``uint64 (words,)``: who can write `character`, in one of its spellings."""
        row = self.rows.get(character, -1)
        covered: Bits = self.cover[row] if row >= 0 else self._covered((character,))[0][0]
        return covered

    def lacking(self, text: Iterable[str], among: Bits) -> list[str]:
        """The characters of a text, each once, that none of `among` can write."""
        characters = list(dict.fromkeys(text))
        cover, _, entries = self._entries(characters)
        held = np.any(cover[entries] & among, axis=1)
        return [characters[at] for at in np.flatnonzero(~held).tolist()]

    def _entries(
        self, text: Sequence[str]
    ) -> tuple[Bits, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """`cover` and `own`, and the row there of each character of `text`.

        A text with a character that the shelf was not prepared for has tables of its own.
        """
        rows = self.rows
        try:
            return self.cover, self.own, np.array([rows[c] for c in text], np.int64)
        except KeyError:
            rows = {character: row for row, character in enumerate(dict.fromkeys(text))}
            return *self._covered(rows), np.array([rows[c] for c in text], np.int64)

    def who(self, text: str, among: Bits) -> Bits:
        """Those of `among` who can write every character of `text`."""
        able = among.copy()
        cover, _, entries = self._entries(text)
        intersect(cover, entries, able)
        return able

    def cast(self, text: str, among: Bits, rng: Draws) -> tuple[str, Glyphs] | None:
        """A writer of `among` for a text, and a glyph for each character but white space.

        None where nobody can write it whole.
        """
        cover, own, entries = self._entries(text)
        able = among.copy()
        count = intersect(cover, entries, able)
        if not count:
            return None
        number = member(able, rng.below(count))
        glyphs = self._glyphs(text, own[entries], number, rng)
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
        _, own, entries = self._entries(text)
        return self._glyphs(text, own[entries], self._numbers[writer], rng)

    def _glyphs(
        self, text: str, numbers: npt.NDArray[np.int64], number: int, rng: Draws
    ) -> Glyphs | None:
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
                self.parts[at],
                self.allowed_parts,
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
    def styles(self) -> npt.NDArray[np.float64]:
        """``float64 (writers, 4)``: breadth of stroke in ems, level of ink, slant, width over
        height, by writer; NaN where it is not known. Of several banks the mean.

        Banks of before are gone through for it: who needs it asks before threads share the shelf.
        """
        total, banks = np.zeros((len(self.writers), 4)), np.zeros((len(self.writers), 4))
        for bank in self.banks:
            at = [self._numbers[writer] for writer in bank.writers]
            found = np.array(style.bank_styles(bank), np.float64)
            total[at] += np.nan_to_num(found)
            banks[at] += np.isfinite(found)
        return frozen(np.where(banks > 0, total / np.maximum(banks, 1), np.nan))

    def style(self, writer: str) -> tuple[float, float]:
        """How broad a writer's strokes are, in ems, and how dark the ink is, 0 to 255."""
        pen_em, level = self.styles[self._numbers[writer], :2].tolist()
        return pen_em, level

    def near(self, writer: str, among: Bits, most: int = 5) -> Bits:
        """The writers of `among`, at most so many, whose hand is most like that of `writer`: in
        breadth of stroke, level of ink, slant and proportions, see `style.far_apart`."""
        allowed = np.unpackbits(among.view(np.uint8), bitorder="little")[: len(self.writers)]
        others = np.flatnonzero(allowed)
        far = style.far_apart(self.styles, self._numbers[writer], others)
        chosen = others[np.argsort(far, kind="stable")[:most]]
        return self.bits(self.writers[at] for at in chosen.tolist())

    def nearest(self, characters: Sequence[str], among: Bits) -> Bits:
        """Those of `among` who lack the fewest of `characters`."""
        bits = np.array([self.coverage(character) for character in characters], np.uint64)
        held = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little").sum(0, dtype=np.int64)
        allowed = np.unpackbits(among.view(np.uint8), bitorder="little").astype(bool)
        best = allowed & (held == held[allowed].max(initial=-1))
        return np.packbits(best, bitorder="little").view(np.uint64)
