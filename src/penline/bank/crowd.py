"""A glyph for each character by anybody: what ``writers: mixed`` composes from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.bank.layout import PARTS
from penline.bank.shelf import Picked, Shelf
from penline.randomness import Draws

__all__ = ["Crowd"]


class Crowd:
    """All glyphs of a shelf, whoever wrote them.

    Args:
        shelf: the banks, the ways to spell a character, and the part that is asked for.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._places: dict[str, list[tuple[int, npt.NDArray[np.int64]]]] = {}

    def _rows(self, character: str) -> list[tuple[int, npt.NDArray[np.int64]]]:
        known = self._places.get(character)
        if known is None:
            known = []
            for number, bank in enumerate(self._shelf.banks):
                rows = bank.rows(character=character).astype(np.int64)
                parts = bank.columns["part"][rows]
                rows = rows[self._shelf.allowed_parts[np.minimum(parts, len(PARTS))]]
                if rows.size:
                    known.append((number, rows))
            self._places[character] = known
        return known

    def _spelling(self, character: str) -> tuple[str, ...]:
        for spelling in self._shelf.spellings(character):
            if all(self._rows(written) for written in spelling):
                return spelling
        return ()

    def has(self, character: str) -> bool:
        """Whether anybody wrote `character`, in one of its spellings."""
        return bool(self._spelling(character))

    def glyphs(self, text: str, rng: Draws) -> list[Picked] | None:
        """A glyph for every character of `text` but white space; None if one is lacking."""
        picked = []
        for item, character in enumerate(text):
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
                        picked.append(Picked(item, written, bank, int(rows[number])))
                        break
                    number -= rows.size
        return picked
