"""Which glyphs a sheet shows when it cannot show all: spread over writers and characters."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.randomness import Draws

__all__ = ["even", "spread"]

Rows = npt.NDArray[np.int64]


def spread(
    characters: npt.NDArray[Any], writers: npt.NDArray[Any], limit: int, draws: Draws
) -> Rows:
    """At most `limit` rows: every writer gets the same share, and the rarest taken character.

    Shares are equal as far as a writer has enough glyphs; what is left over goes to the others.
    Within a share, a character that was taken less often so far comes first, and chance decides
    between equals.

    Args:
        characters: integers ``(n,)``, the number of each row's character, from 0. The caller has
            checked them: memory grows with the largest.
        writers: integers ``(n,)``, the number of each row's writer, likewise.
        limit: how many rows at most.
        draws: where chance comes from.

    Returns:
        ``int64 (min(n, limit),)``, rising.
    """
    count = characters.shape[0]
    if count <= limit:
        return np.arange(count, dtype=np.int64)
    chance = draws.words(count)
    order = np.lexsort((chance, characters, writers))
    glyphs = np.bincount(writers)
    shares = _shares(glyphs, limit, draws)
    taken = np.zeros(int(characters.max()) + 1, np.int64)
    found = []
    ends = np.cumsum(glyphs)
    for start, end, share in zip(ends - glyphs, ends, shares, strict=True):
        if not share:
            continue
        rows = order[start:end]
        names = characters[rows]
        first = np.flatnonzero(np.concatenate([[True], names[1:] != names[:-1]]))
        runs = np.diff(np.concatenate([first, [names.shape[0]]]))
        copy = np.arange(names.shape[0]) - np.repeat(first, runs)
        picked = np.lexsort((chance[rows], taken[names] + copy))[:share]
        np.add.at(taken, names[picked], 1)
        found.append(rows[picked])
    return np.sort(np.concatenate(found)).astype(np.int64)


def _shares(glyphs: Rows, limit: int, draws: Draws) -> Rows:
    """How many rows each writer gets: as level as the writers' glyphs allow."""
    low, high = 0, int(glyphs.max())
    while low < high:
        middle = (low + high + 1) // 2
        if int(np.minimum(glyphs, middle).sum()) <= limit:
            low = middle
        else:
            high = middle - 1
    shares = np.minimum(glyphs, low)
    more = np.flatnonzero(glyphs > low)
    lucky = more[np.argsort(draws.words(more.shape[0]), kind="stable")]
    shares[lucky[: limit - int(shares.sum())]] += 1
    return shares


def even(count: int, limit: int, draws: Draws) -> list[int]:
    """At most `limit` of the numbers from 0 to ``count - 1``: one by chance from each equal part.

    >>> from penline.randomness import rng
    >>> even(3, 10, rng(0, 0, "doctest"))
    [0, 1, 2]
    """
    if count <= limit:
        return list(range(count))
    edges = [part * count // limit for part in range(limit + 1)]
    return [draws.between(start, end - 1) for start, end in pairwise(edges)]
