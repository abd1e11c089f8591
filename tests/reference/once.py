"""Glyphs that several banks hold, by dictionaries: the kernel of `penline.bank.once`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["known_before"]

Known = dict[Any, list[tuple[Any, int, int]]]
"""Of each look: place, bank and row of the glyphs that were met."""


def known_before(
    bank: int,
    rows: Iterable[int],
    looks: Sequence[Any],
    places: Sequence[Any],
    parts: Sequence[int],
    allowed: Sequence[bool],
    known: Known,
) -> tuple[set[int], list[tuple[int, int, int, int]]]:
    """Rows that a bank before holds, and pairs that look alike; see `once._known_before`.

    Args:
        bank: the bank's number.
        rows: the writer's.
        looks: of each row of the bank.
        places: of each row of the bank: file, record, offset.
        parts: of each row of the bank.
        allowed: which parts count.
        known: changed.
    """
    again: set[int] = set()
    alike: list[tuple[int, int, int, int]] = []
    for row in rows:
        if not allowed[parts[row]]:
            continue
        others = [one for one in known.get(looks[row], []) if one[1] != bank]
        if any(place == places[row] for place, *_ in others):
            again.add(row)
            continue
        alike += [(bank, row, other, twin) for _, other, twin in others]
        known.setdefault(looks[row], []).append((places[row], bank, row))
    return again, alike
