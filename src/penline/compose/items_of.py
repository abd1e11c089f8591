"""Records of a line's items, made of a text and the glyphs that were chosen for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.bank.bank_set import BankSet
from penline.bank.items import Items, blank_items
from penline.bank.selection import GlyphSelection
from penline.compiled import compiled
from penline.entries import Entries
from penline.render.kernel import MAX_GLYPH_PX

__all__ = ["items_of", "number_repeats"]


def items_of(
    banks: BankSet, shown: Entries, selection: GlyphSelection, *, unlike: bool = False
) -> Items:
    """Make the records of a text's items.

    A character of one glyph is placed as the text has it, whatever stands in for it; one of several
    glyphs as these, and so is one that the banks were not prepared for.

    Args:
        banks: where the glyphs come from.
        shown: the text as it looks, its code points prepared by `BankSet.covering`.
        selection: glyphs of every character but white space.
        unlike: whether what comes back is another glyph than before, where there is another.

    Raises:
        BankError: a bank whose numbers cannot be true.
    """
    counts = np.bincount(selection.owners, minlength=len(shown))
    owners = np.repeat(np.arange(len(shown)), np.maximum(counts, 1))
    items = blank_items(len(owners))
    items["owner"] = owners
    known = [banks.entries[one] if len(one) == 1 else banks.entries.get(one, -1) for one in shown]
    items["entry"] = np.array(known, np.int64)[owners]
    inked = counts[owners] > 0
    items["bank"][inked], items["row"][inked] = selection.rows.T
    by_glyph = (counts[owners] > 1) | (items["entry"] < 0)
    if by_glyph.any():
        entries = np.array([banks.entries[one] for one in banks.characters], np.int64)
        items["entry"][by_glyph] = entries[selection.characters[by_glyph[inked]]]
    banks.lookup(items, MAX_GLYPH_PX)
    number_repeats(items)
    if unlike:
        banks.take_others(items, MAX_GLYPH_PX)
    return items


@compiled
def number_repeats(items: Any) -> None:
    """Count of each item how many before it stand for the same; ``repeat`` is set.

    Args:
        items: records of `ITEM`.
    """
    for i in range(items.shape[0]):
        items[i].repeat = 0
        for k in range(i - 1, -1, -1):
            if items[k].entry == items[i].entry:
                items[i].repeat = items[k].repeat + 1
                break
