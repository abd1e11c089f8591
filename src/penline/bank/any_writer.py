"""A glyph for each character by anybody: what ``writers: mixed`` composes from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.layout import PARTS
from penline.bank.read import Bank
from penline.bank.selection import GlyphSelection
from penline.compiled import frozen
from penline.entries import Entries
from penline.randomness import Draws

__all__ = ["AnyWriterSource"]


class AnyWriterSource:
    """All glyphs of a set of banks, whoever wrote them; made whole, and then only read.

    Args:
        banks: the banks, the ways to spell a character, and the part that is asked for.

    Raises:
        BankError: a bank whose order cannot be true.
    """

    def __init__(self, banks: BankSet) -> None:
        self._banks = banks
        self._ordered = [
            _by_character(bank, parts, banks.allowed_parts)
            for bank, parts in zip(banks.banks, banks.parts, strict=True)
        ]

    def _rows(self, character: str) -> list[tuple[int, npt.NDArray[np.uint32]]]:
        """Banks that have a character, each with its rows."""
        at = self._banks.characters.get(character, -1)
        found = []
        for bank, (rows, starts) in enumerate(self._ordered):
            number = int(self._banks.index[bank].wanted[at]) if at >= 0 else len(starts)
            if number + 1 < len(starts) and starts[number] < starts[number + 1]:
                found.append((bank, rows[starts[number] : starts[number + 1]]))
        return found

    def _spelling(self, character: str) -> tuple[str, ...]:
        for spelling in self._banks.spellings(character):
            if all(self._rows(written) for written in spelling):
                return spelling
        return ()

    def has(self, character: str) -> bool:
        """Whether anybody wrote `character`, in one of its spellings."""
        return bool(self._spelling(character))

    def select(self, text: Entries, rng: Draws) -> GlyphSelection | None:
        """Draw a glyph for every character of `text` but white space; None if one is lacking."""
        chosen: list[tuple[int, int, int, int]] = []
        for owner, character in enumerate(text):
            if character.isspace():
                continue
            spelling = self._spelling(character)
            if not spelling:
                return None
            for written in spelling:
                places = self._rows(written)
                number = rng.below(sum(rows.size for _, rows in places))
                for bank, rows in places:
                    if number < rows.size:
                        own = self._banks.characters[written]
                        chosen.append((owner, own, bank, int(rows[number])))
                        break
                    number -= rows.size
        table = np.array(chosen, np.int64).reshape(-1, 4)
        return GlyphSelection(table[:, 0], table[:, 1], table[:, 2:])


def _by_character(
    bank: Bank, parts: npt.NDArray[np.uint8], allowed: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """A bank's rows of the parts asked for, character by character, and where each begins."""
    columns = bank.columns
    rows = columns["by_character"]
    if int(rows.max()) >= len(bank):
        raise bank.damage(int(rows.max()))
    chosen = allowed[np.minimum(parts, len(PARTS))]
    rows = rows[chosen[rows]]
    characters = columns["character"][rows]
    wrong = np.flatnonzero(characters[1:] < characters[:-1])
    if wrong.size:
        raise bank.damage(int(rows[wrong[0]]))
    starts = np.searchsorted(characters, np.arange(len(bank.characters) + 1))
    return frozen(rows), frozen(starts)
