"""What `choose` gives: a text, its writer, and an item for each glyph and white space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.items import Items
from penline.bidi import Levels, mirrored, visual_order
from penline.entries import Entries, in_entries

__all__ = ["TextAssignment"]


class TextAssignment(NamedTuple):
    """A line that somebody can write, and what went wrong before it was found.

    Attributes:
        text: in entries, as written, a slip of the pen among it.
        writer: ``""`` where its glyphs are by anybody.
        items: records of `ITEM`, in the order of the text.
        counts: why others could not be written, and what became of this one.
        template: number of the line template that it fills; -1 for none.
        levels: of text with right-to-left characters; else None.
        error_index: the character that is a slip, and not of the label; -1 for none.
    """

    text: Entries
    writer: str
    items: Items
    counts: Mapping[str, int]
    template: int = -1
    levels: Levels | None = None
    error_index: int = -1

    @property
    def label(self) -> Entries:
        """Take what the line says: without a slip that was struck out."""
        at = self.error_index
        return self.text if at < 0 else in_entries((*self.text[:at], *self.text[at + 1 :]))

    @property
    def label_levels(self) -> Levels | None:
        """Find the levels of the label, where some of it runs from the right; else None."""
        if self.levels is None or self.error_index < 0:
            return self.levels
        return self.levels.without(self.error_index)

    @property
    def shown(self) -> Entries:
        """The text as it looks: brackets of right-to-left runs are turned."""
        return self.text if self.levels is None else mirrored(self.text, self.levels)

    @property
    def leftward(self) -> bool:
        """Whether the line, or the paragraph that it is of, begins at the right."""
        return self.levels is not None and bool(self.levels.base)

    @property
    def spans(self) -> npt.NDArray[np.int64]:
        """``int64 (characters,)``: of how many items each character is made."""
        return np.bincount(self.items["owner"], minlength=len(self.text))

    @property
    def order(self) -> npt.NDArray[np.int64] | None:
        """The line's items from the left to the right; None where that is their own order.

        The glyphs of one character keep theirs: ℃ is a ring and a C in either direction.
        """
        if self.levels is None:
            return None
        place = np.empty(len(self.text), np.int64)
        place[visual_order(self.levels.levels)] = np.arange(len(self.text))
        return np.argsort(place[self.items["owner"]], kind="stable")

    def part(self, start: int, end: int) -> TextAssignment:
        """A line of a paragraph, which keeps the paragraph's direction."""
        owners = self.items["owner"]
        items = self.items[(owners >= start) & (owners < end)].copy()
        items["owner"] -= start
        levels = self.levels and self.levels.only(slice(start, end))
        text = in_entries(self.text[start:end])
        return TextAssignment(text, self.writer, items, {}, levels=levels)
