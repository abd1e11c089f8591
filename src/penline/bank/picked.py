"""The glyphs that were chosen for a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

__all__ = ["Glyphs", "Picked"]


class Picked(NamedTuple):
    """One glyph of a line: which character of the text it serves, and where it lies."""

    item: int
    character: str
    bank: int
    row: int


class Glyphs(Sequence[Picked]):
    """Chosen glyphs, as columns: a line is made of arrays, and seldom asks for one by one.

    Args:
        items: the character of the text that each serves.
        written: what each is a glyph of.
        rows: ``int64 (n, 2)``: bank and row of each.
    """

    __slots__ = ("items", "rows", "written")

    def __init__(
        self, items: Sequence[int], written: Sequence[str], rows: npt.NDArray[np.int64]
    ) -> None:
        self.items, self.written, self.rows = items, written, rows

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Picked]:
        banks, rows = self.rows.T.tolist()
        return map(Picked, self.items, self.written, banks, rows)

    @overload
    def __getitem__(self, index: int) -> Picked: ...
    @overload
    def __getitem__(self, index: slice) -> list[Picked]: ...
    def __getitem__(self, index: int | slice) -> Picked | list[Picked]:
        return list(self)[index]
