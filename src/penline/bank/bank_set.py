"""Several banks as one: who can write what, and a glyph for each character of a line.

Coverage is a set of bits: for each character one bit a writer. The writers who can write a
sentence are the AND of its characters' bits; one is drawn; its glyphs are found by binary search.

A set is made whole and then only read, so that any number of threads may share it.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from penline.bank import style
from penline.bank.bits import (
    NOBODY,
    Bits,
    WriterIndex,
    count_writers,
    has_all,
    intersect,
    leave_reserve,
    lookup_provenance,
    next_glyph,
    nth_writer,
    select_glyphs,
    set_cover,
    take_others,
)
from penline.bank.items import GlyphColumns, Items, lookup_glyphs
from penline.bank.layout import PARTS
from penline.bank.once import counted_once
from penline.bank.read import Bank
from penline.bank.selection import GlyphSelection
from penline.compiled import frozen
from penline.entries import Cutter, Entries, has_loose_marks, in_entries
from penline.errors import BankError, RecipeError
from penline.randomness import Draws
from penline.records import Origins

__all__ = ["BankSet", "Spellings"]

Spellings = tuple[tuple[str, ...], ...]
Ints = npt.NDArray[np.int64]

_ALLOWED = {"train": ("", "train"), "test": ("test",), "all": PARTS}
_ONE = np.uint64(1)


class BankSet:
    """One or more banks, read as one.

    Args:
        banks: opened banks. A writer id that stands in several is one writer.
        spellings: for a character of the text, the ways to write it, best first; each way is a
            tuple of characters to write one after the other.
        part: ``"train"`` (everything not marked as test), ``"test"`` or ``"all"``.

    Attributes:
        allowed: ``bool (parts,)``: which parts of `PARTS` glyphs may be of.
        characters: the entries of the banks, each with its number.
        cutter: cuts texts into these entries.
        entries: of each character that `covering` has prepared, its row in the next two.
        cover: ``uint64 (entries, words)``: who can write it.
        own: ``int64 (entries,)``: its number among the banks' characters; -1: not among them.
        reserve: ``uint64 (words,)``: writers who write only what no other can.
        known: writers who are known to be one person, with a glyph of the part asked for.
        local: for each bank, ``int64 (writers of the set,)``: their numbers in the bank; -1: none.
        columns: for each bank, what it says of its glyphs.
        index: for each bank, its glyphs by writer and character.
        parts: for each bank, ``uint8 (glyphs,)``: its parts; none of what a bank before holds.
        repeated: for each bank, how many glyphs those are.
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
        self.allowed = frozen(np.array([name in _ALLOWED[part] for name in PARTS]))
        self.allowed_parts = frozen(np.append(self.allowed, False))
        self.writers = tuple(dict.fromkeys(w for bank in self.banks for w in bank.writers))
        self._numbers = numbers = {w: number for number, w in enumerate(self.writers)}
        held = dict.fromkeys(c for bank in self.banks for c in bank.characters)
        self.characters = {character: number for number, character in enumerate(held)}
        self.cutter = Cutter(self.characters)
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
        frozen(self._bits)
        self.parts, self.repeated = counted_once(self.banks, self.characters, self.allowed)
        self.reserve = frozen(self.bits(w for bank in self.banks for w in bank.header.reserve))
        active = np.bitwise_or.reduce(self._bits, axis=0)
        self.known = tuple(
            writer
            for number, writer in enumerate(self.writers)
            if not writer.startswith("unknown:")
            and active[number >> 6] >> np.uint64(number & 63) & _ONE
        )
        self.local = [self._local(bank) for bank in self.banks]
        self.columns = [_columns(bank) for bank in self.banks]
        self.index = [
            self._index(bank, parts) for bank, parts in zip(self.banks, self.parts, strict=True)
        ]
        self.entries: dict[str, int] = {}
        self.cover, self.own = self._covered(())

    def _local(self, bank: Bank) -> Ints:
        found = np.full(len(self.writers), -1, np.int64)
        found[[self._numbers[writer] for writer in bank.writers]] = range(len(bank.writers))
        return frozen(found)

    def _index(self, bank: Bank, parts: npt.NDArray[np.uint8]) -> WriterIndex:
        wanted = np.full(len(self.characters), NOBODY, np.int64)
        wanted[[self.characters[c] for c in bank.characters]] = range(len(bank.characters))
        order, character = bank.columns["by_writer"], bank.columns["character"]
        starts = bank.writer_starts
        return WriterIndex(order, starts, character, parts, self.allowed_parts, frozen(wanted))

    def cut(self, text: str) -> Entries:
        """Cut a text into the banks' entries; a letter that nobody has with its marks is cut into
        the letter and the marks, which are lacking."""
        entries = self.cutter(text)
        if isinstance(entries, str):
            return entries
        return in_entries(part for one in entries for part in self._parts(one))

    def _parts(self, entry: str) -> tuple[str, ...]:
        whole = len(entry) == 1 or not has_loose_marks(entry)
        return (entry,) if whole or self.is_held(entry) else tuple(entry)

    def is_held(self, character: str) -> bool:
        """Whether the banks have a character, in one of its spellings."""
        held = self.characters
        return any(all(one in held for one in way) for way in self.spellings(character))

    def covering(self, characters: Iterable[str]) -> BankSet:
        """The same banks, prepared for texts of further characters; this set stays as it is.

        Others may be asked for, and cost more.
        """
        new = [c for c in dict.fromkeys(characters) if c not in self.entries]
        other = copy.copy(self)
        count = len(self.entries)
        other.entries = {**self.entries, **{c: count + row for row, c in enumerate(new)}}
        cover, own = self._covered(new)
        other.cover = frozen(np.concatenate([self.cover, cover]))
        other.own = frozen(np.concatenate([self.own, own]))
        return other

    def _covered(self, characters: Collection[str]) -> tuple[Bits, Ints]:
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
        return cover, own

    def number_in(self, bank: int, writer: str) -> int:
        """A writer's number in one of the banks; -1 where the bank has nothing by the writer."""
        return int(self.local[bank][self._numbers[writer]])

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
        row = self.entries.get(character, -1)
        covered: Bits = self.cover[row] if row >= 0 else self._covered((character,))[0][0]
        return covered

    def lacking(self, text: Iterable[str], among: Bits) -> list[str]:
        """The characters of a text, each once, that none of `among` can write."""
        characters = list(dict.fromkeys(text))
        cover, _, entries = self._tables(characters)
        held = np.any(cover[entries] & among, axis=1)
        return [characters[at] for at in np.flatnonzero(~held).tolist()]

    def _tables(self, text: Sequence[str]) -> tuple[Bits, Ints, Ints]:
        """`cover` and `own`, and the row there of each character of `text`.

        A text with a character that the set was not prepared for has tables of its own.
        """
        rows = self.entries
        try:
            return self.cover, self.own, np.array([rows[c] for c in text], np.int64)
        except KeyError:
            rows = {character: row for row, character in enumerate(dict.fromkeys(text))}
            return *self._covered(rows), np.array([rows[c] for c in text], np.int64)

    def writers_covering(self, text: Entries, among: Bits) -> Bits:
        """Those of `among` who can write every character of `text`."""
        eligible = among.copy()
        cover, _, entries = self._tables(text)
        intersect(cover, entries, eligible)
        return eligible

    def assign_writer(
        self, text: Entries, among: Bits, rng: Draws
    ) -> tuple[str, GlyphSelection] | None:
        """Draw a writer of `among` for a text, and a glyph for each character but white space.

        None where nobody can write it whole.
        """
        eligible = self.writers_covering(text, among)
        if not self.count(eligible):
            return None
        writer = self.sample_writer(eligible, rng)
        selection = self.select(text, writer, rng)
        if selection is None:
            raise RecipeError("a writer lacks a character that the bank's coverage promises")
        return writer, selection

    def count(self, writers: Bits) -> int:
        """How many writers `writers` holds."""
        return int(count_writers(writers))

    def sample_writer(self, writers: Bits, rng: Draws) -> str:
        """Draw one of `writers`, which holds at least one; of the reserve only if no other."""
        drawn_of = writers.copy()
        count = leave_reserve(drawn_of, self.reserve)
        return self.writers[nth_writer(drawn_of, rng.below(count))]

    def select(self, text: Entries, writer: str, rng: Draws) -> GlyphSelection | None:
        """Draw a glyph by `writer` for every character of `text` but white space.

        Returns None if the writer lacks one of them.
        """
        _, own, entries = self._tables(text)
        characters, number = own[entries], self._numbers[writer]
        owners = np.arange(len(text))
        # one word for each character of the text, whatever it is spelled with
        words = rng.words(len(text))
        if not has_all(self._bits, characters, number):
            spelled = [self._spelling(character, number) for character in text]
            if any(not way and not text[at].isspace() for at, way in enumerate(spelled)):
                return None
            owners = np.repeat(owners, [len(way) for way in spelled])
            written = [character for way in spelled for character in way]
            characters = np.array([self.characters[one] for one in written], np.int64)
            words = words[owners]
        return GlyphSelection(owners, characters, self._rows(characters, number, words))

    def _spelling(self, character: str, number: int) -> tuple[str, ...]:
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

    def _rows(self, characters: Ints, number: int, words: npt.NDArray[np.uint64]) -> Ints:
        """``int64 (n, 2)``: for each character bank and row of a glyph by that writer.

        Row -1 where there is none.
        """
        best = np.full((len(characters), 2), -1, np.int64)
        holders = 0
        for at, bank in enumerate(self.banks):
            local = int(self.local[at][number])
            if local < 0:
                continue
            if not select_glyphs(self.index[at], local, characters, words, at, holders, best):
                raise BankError(f"{bank.path}: its order names a row that it does not have")
            holders += 1
        return best

    def lookup(self, items: Items, most_px: int) -> None:
        """Fill in what a line needs to know of its glyphs, see `lookup_glyphs`.

        Raises:
            BankError: a bank whose numbers cannot be true.
        """
        for number, bank in enumerate(self.banks):
            bad = lookup_glyphs(self.columns[number], number, most_px, items)
            if bad != -1:
                raise bank.damage(bad)

    def take_others(self, items: Items, most_px: int) -> None:
        """Give a character that comes back another of its writer's glyphs than the one before.

        What has one glyph alone keeps it; others stay as they were chosen.

        Args:
            items: records of `ITEM`, looked up and their repeats numbered; changed.
            most_px: see `lookup_glyphs`.

        Raises:
            BankError: a bank whose numbers cannot be true.
        """
        changed = 0
        for number, index in enumerate(self.index):
            changed += take_others(tuple(index), number, items)
        if len(self.banks) > 1:
            changed += self._take_from_others(items)
        if changed:
            self.lookup(items, most_px)

    def _take_from_others(self, items: Items) -> int:
        """The same, where a bank has one glyph alone and another bank has one; how many."""
        last: dict[int, tuple[int, int]] = {}
        changed = 0
        for at in np.flatnonzero(items["row"] >= 0).tolist():
            entry, number, row, local = items[["entry", "bank", "row", "writer"]][at].tolist()
            if last.get(entry) == (number, row):
                bank = self.banks[number]
                written = self.characters[bank.characters[bank.columns["character"][row]]]
                for other in (*range(number + 1, len(self.banks)), *range(number)):
                    writer = self.number_in(other, bank.writers[local])
                    index = self.index[other]
                    found = (
                        next_glyph(index, writer, index.wanted[written], -1) if writer >= 0 else -1
                    )
                    if found >= 0:
                        number, row, changed = other, found, changed + 1
                        items["bank"][at], items["row"][at] = number, row
                        break
            last[entry] = number, row
        return changed

    def origins(self, number: int, items: Items) -> Origins:
        """Tell where the glyphs of one bank come from, in their order.

        Raises:
            BankError: a bank whose numbers cannot be true.
        """
        bank = self.banks[number]
        columns, sources, writers = bank.columns, bank.header.sources, bank.writers
        whose = np.empty((2, len(items)), np.int64)
        numbers = np.empty((len(items), 3), np.int64)
        bad = lookup_provenance(
            columns["writer"],
            columns["source"],
            columns["record"],
            columns["offset"],
            items,
            len(writers),
            len(sources),
            whose,
            numbers,
        )
        if bad != -1:
            raise bank.damage(bad)
        writer, source = whose.tolist()
        names = bank.characters
        written = [names[at] for at in columns["character"][items["row"]].tolist()]
        files = [sources[one].file for one in source]
        return Origins(written, [writers[one] for one in writer], files, numbers)

    @functools.cached_property
    def styles(self) -> npt.NDArray[np.float64]:
        """``float64 (writers, 4)``: breadth of stroke in ems, level of ink, slant, width over
        height, by writer; NaN where it is not known. Of several banks the mean.

        Banks of before are gone through for it: who needs it asks before threads share the set.
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


def _columns(bank: Bank) -> GlyphColumns:
    """What a bank says of its glyphs; of writers who may be several people each glyph's level."""
    columns, writers = bank.columns, bank.header.writers
    levels = [-1 if one.id.startswith("unknown:") else one.level for one in writers]
    return GlyphColumns(
        *bank.ink[1:],
        columns["length_px"],
        columns["level"],
        columns["writer"],
        frozen(np.array([one.em_px for one in writers])),
        frozen(np.array(levels)),
    )
