"""What sets are known to share: the same writers, or the same samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from penline.catalogue.loading import card, ids
from penline.catalogue.model import Card

__all__ = ["shared"]


def shared(cards: Iterable[str]) -> list[str]:
    """Say what data sets share that a split by writer does not part, a line for each two of them.

    Writers of one family have the same ids in all its sets: these are parted by themselves, and
    not told.

    >>> shared(["mnist", "nist-sd19"])
    ['mnist and nist-sd19 share samples (qmnist)']
    >>> shared(["casia-hwdb1.0", "casia-hwdb2.0"])
    []

    Args:
        cards: ids of data sets; others are left aside.
    """
    given = [card(id) for id in sorted(set(cards) & set(ids()))]
    return [line for one, two in combinations(given, 2) for line in _between(one, two)]


def _between(one: Card, two: Card) -> Iterator[str]:
    for first, other in ((one, two), (two, one)):
        for overlap in first.overlaps:
            parted = overlap.of == "writers" and _family(first) == _family(other) is not None
            if overlap.of_set == other.id and not parted:
                known = f"{overlap.source}: {overlap.note}" if overlap.note else overlap.source
                yield f"{one.id} and {two.id} share {overlap.of} ({known})"
                return
    for both in sorted(_samples_of(one) & _samples_of(two)):
        yield f"{one.id} and {two.id} both hold samples of {both}"
        return


def _samples_of(one: Card) -> set[str]:
    return {overlap.of_set for overlap in one.overlaps if overlap.of == "samples"}


def _family(one: Card) -> str | None:
    return None if one.writers is None else one.writers.family
