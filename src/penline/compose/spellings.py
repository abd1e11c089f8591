"""The ways to write a character."""

from __future__ import annotations

import functools

from penline.corpus import expansion, stand_ins
from penline.shaping import hindrance

__all__ = ["spellings"]


@functools.lru_cache(maxsize=65_536)
def spellings(character: str) -> tuple[tuple[str, ...], ...]:
    """The ways to write `character`, best first: itself, one that looks alike, several together.

    There is none for what cannot stand beside others as it is (`penline.shaping`).
    """
    if hindrance(character):
        return ()
    ways = [(character,), *((other,) for other in stand_ins(character))]
    apart = expansion(character)
    return tuple(ways) if not apart else (*ways, apart)
