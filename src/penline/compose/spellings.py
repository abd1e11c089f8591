"""The ways to write a character."""

from __future__ import annotations

import functools
import unicodedata

from penline.corpus import expansion, stand_ins
from penline.shaping import hindrance

__all__ = ["spellings"]


@functools.lru_cache(maxsize=65_536)
def spellings(character: str) -> tuple[tuple[str, ...], ...]:
    """The ways to write `character`, best first: itself, one that looks alike, several together.

    What Unicode counts as the same (é, and e with a combining accent) looks alike. There is no way
    for what cannot stand beside others as it is (`penline.shaping`).
    """
    if hindrance(character):
        return ()
    same = (unicodedata.normalize(form, character) for form in ("NFC", "NFD"))
    ways = [(one,) for one in dict.fromkeys((character, *same, *stand_ins(character)))]
    apart = expansion(character)
    return tuple(ways) if not apart else (*ways, apart)
