"""What counts as the same text: the foldings that both sides of a comparison get."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Folding"]


@dataclass(frozen=True, slots=True)
class Folding:
    """How labels and readings are made alike before they are compared, and learned.

    Attributes:
        nfkc: fold by NFKC: full width and half width, ligatures, and so on.
        case: tell capitals from small letters.
    """

    nfkc: bool = True
    case: bool = True

    def __call__(self, text: str) -> str:
        """The folded text; white space becomes single spaces, none at the ends."""
        folded = unicodedata.normalize("NFKC", text) if self.nfkc else text
        return " ".join((folded if self.case else folded.casefold()).split())

    def alphabet(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The characters of some folded texts and the space, sorted."""
        return tuple(sorted({" "}.union(*map(self, texts))))

    def writable(self, alphabet: Iterable[str], candidates: Iterable[str]) -> frozenset[str]:
        """Those of the candidates whose folding has characters of the alphabet alone."""
        known = frozenset(alphabet)
        return frozenset(c for c in candidates if (found := self(c)) and known.issuperset(found))
