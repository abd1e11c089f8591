"""What comes a second time, by sets: kernels of `penline.bank.repeats` and `penline.bank.once`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["find", "glyph_keys", "move", "move_here", "take_in"]


def glyph_keys(
    glyphs: Iterable[np.ndarray], owners: Iterable[Sequence[int]]
) -> list[tuple[object, ...]]:
    """All that a key stands for; see `repeats.glyph_keys`."""
    return [(one.shape, one.tobytes(), *own) for one, own in zip(glyphs, owners, strict=True)]


def find(slots: np.ndarray, key: int) -> int:
    """See `repeats._find`: from the key's own place on, round the table."""
    size = len(slots)
    order = [(key + step) % size for step in range(size)]
    return next(at for at in order if slots[at] in (0, key))


def move(slots: np.ndarray) -> set[int]:
    """The keys that are in the other table afterwards; see `repeats._move`."""
    return set(slots.tolist()) - {0}


def move_here(here: np.ndarray, held: np.ndarray) -> list[int]:
    """The keys that lie where `held` says afterwards, in its order; see `repeats._move_here`."""
    return [int(here[at]) for at in held[:, 1].tolist()]


class Met:
    """The keys that were met, and the file that is being read."""

    def __init__(self) -> None:
        self.others: set[int] = set()
        self.here: set[tuple[int, ...]] = set()
        self.file = -1


def take_in(
    met: Met, keys: Iterable[int], places: Iterable[Sequence[int]], files: Iterable[int]
) -> list[bool]:
    """Which keys are fresh; `met` is changed. See `repeats._take_in`."""
    fresh = []
    for key, place, file in zip(keys, places, files, strict=True):
        if file != met.file:
            met.others |= {one for one, *_ in met.here}
            met.here, met.file = set(), file
        fresh.append(key not in met.others and (key, *place) not in met.here)
        if fresh[-1]:
            met.here.add((key, *place))
    return fresh
