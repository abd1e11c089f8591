"""The glyphs that were chosen for the characters of a text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["GlyphSelection"]

Ints = npt.NDArray[np.int64]


class GlyphSelection(NamedTuple):
    """Chosen glyphs, in the order of the text.

    Attributes:
        owners: ``int64 (n,)``: the character of the text that each is, or is a part of.
        characters: ``int64 (n,)``: what each is a glyph of: a number of `BankSet.characters`.
        rows: ``int64 (n, 2)``: bank and row of each.
    """

    owners: Ints
    characters: Ints
    rows: Ints

    def with_others(self, *others: GlyphSelection) -> GlyphSelection:
        """These and others together, each at its place in the text."""
        parts = (self, *others)
        owners, characters, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(owners, kind="stable")
        return GlyphSelection(owners[order], characters[order], rows[order])

    def moved(self, by: int) -> GlyphSelection:
        """The same glyphs, where the characters stand `by` places further on."""
        return self._replace(owners=self.owners + by)
