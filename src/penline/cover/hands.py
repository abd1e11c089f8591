"""Who can write a character, as composing has it: stand-ins, parts, dictionaries, mixed hands."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.bank import Bank
from penline.bank.any_writer import AnyWriterSource
from penline.bank.bank_set import BankSet, Spellings
from penline.bank.unused import why_nobody
from penline.bidi import UNMIRRORED
from penline.compose.spellings import spellings
from penline.errors import UsageError
from penline.recipe import Recipe
from penline.recipe.settable import COLUMNS
from penline.shaping import hindrance

__all__ = ["Hands"]


class Hands:
    """Who can write each character: writers, or all of them as one where a recipe mixes them."""

    def __init__(
        self, banks: list[Bank], part: str, recipe: Recipe, alphabet: frozenset[str] | None
    ) -> None:
        self.alphabet = alphabet
        self.banks = BankSet(banks, self._ways, part)
        mixed = recipe.writers == "mixed"
        nobody = why_nobody(self.banks, mixed=mixed)
        if nobody:
            raise UsageError(nobody)
        self.anybody = AnyWriterSource(self.banks) if mixed else None
        self.among = np.ones(1, np.uint64) if mixed else self.banks.bits(self.banks.known)
        self.names: Sequence[str] = () if mixed else self.banks.writers

    def _ways(self, character: str) -> Spellings:
        known = self.alphabet is None or self.alphabet.issuperset(character)
        return spellings(character) if known else ()

    def writers_covering(self, character: str) -> npt.NDArray[np.uint64]:
        """``uint64 (words,)``: who can write it."""
        if self.anybody is None or character.isspace():
            return self.banks.coverage(character)[: self.among.size]
        return np.array([self.anybody.has(character)], np.uint64)

    def covering_folded(self, character: str) -> npt.NDArray[np.uint64]:
        """The same, of what NFKC makes of it."""
        folded = self.banks.cut(unicodedata.normalize("NFKC", character))
        every = [self.writers_covering(one) for one in folded]
        covering: npt.NDArray[np.uint64] = np.bitwise_and.reduce(every)
        return covering

    def why(self, character: str, holders: int) -> str:
        """Why lines are not written for it."""
        if character == UNMIRRORED:
            return f"{COLUMNS}, or a sign has no mirror image in Unicode"
        if hindrance(character):
            return hindrance(character)
        if self.alphabet is not None and not self.alphabet.issuperset(character):
            return "not in the dictionary"
        if not holders:
            return "nobody has it"
        return f"{holders:,} of {len(self.banks.known):,} writers have it"
