"""Records of items that tests make up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penline.bank.items import Items, blank_items
from penline.compose.character_table import CharacterTable, character_table


def items_for(
    characters: Sequence[str], sizes_px: np.ndarray, em_px: float = 100.0
) -> tuple[Items, CharacterTable]:
    """Items of one bank and writer, and the table of their characters."""
    known = list(dict.fromkeys(characters))
    items = blank_items(len(characters))
    items["entry"] = [known.index(one) for one in characters]
    items["owner"] = range(len(characters))
    items["height_px"], items["width_px"] = np.asarray(sizes_px).T
    items["em_px"] = em_px
    inked = np.array([not one.isspace() for one in characters])
    items["bank"][inked] = items["writer"][inked] = 0
    items["row"][inked] = np.flatnonzero(inked)
    return items, character_table(known)
