"""Which line comes when: an endless walk over the lines, shared out among ranks and workers.

Everything here is arithmetic on whole numbers. Nothing is kept but where one is, so going on
after a stop costs nothing, however far the walk had come.
"""

from __future__ import annotations

import functools

from penline.errors import UsageError
from penline.randomness import rng

__all__ = ["Order", "share", "shared_out"]

ROUNDS = 6
_MASK = (1 << 64) - 1
# odd factors with well mixed bits: the golden ratio's, and one of SplitMix64's
# (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014)
_SPREAD = 0x9E3779B97F4A7C15
_MIX = 0xBF58476D1CE4E5B9


class Order:
    """An endless walk over `size` lines: every pass meets each line once.

    >>> order = Order(5, seed=1)
    >>> sorted(order.at(place) for place in range(5, 10))
    [0, 1, 2, 3, 4]

    Args:
        size: how many lines there are.
        seed: decides the order, with the number of the pass.
        shuffle: every pass in an order of its own; else all from first to last.

    Raises:
        UsageError: there are no lines, or the seed is negative.
    """

    def __init__(self, size: int, seed: int = 0, *, shuffle: bool = True) -> None:
        if size < 1 or seed < 0:
            raise UsageError("an order needs at least one line, and a seed from 0 up")
        self.size = size
        self.seed = seed
        self.shuffle = shuffle

    def at(self, place: int) -> int:
        """Number of the line that is met at that place of the walk."""
        walk, within = divmod(place, self.size)
        if not self.shuffle:
            return within
        return _permuted(within, self.size, _keys(self.seed, walk))


@functools.lru_cache(maxsize=64)
def _keys(seed: int, walk: int) -> tuple[int, ...]:
    return tuple(rng(seed, walk, "order").words(ROUNDS).tolist())


def _permuted(number: int, size: int, keys: tuple[int, ...]) -> int:
    """Where a permutation of ``range(size)`` takes `number`.

    A Feistel network over the next even number of bits (at most four times `size` numbers); what
    falls outside goes round again until it is inside, which keeps it a permutation (Black and
    Rogaway: "Ciphers with arbitrary finite domains", CT-RSA 2002).
    """
    half = max(((size - 1).bit_length() + 1) // 2, 1)
    low = (1 << half) - 1
    while True:
        left, right = number >> half, number & low
        for key in keys:
            mixed = (right + key) * _SPREAD & _MASK
            mixed = (mixed ^ mixed >> 32) * _MIX & _MASK
            left, right = right, left ^ mixed >> (64 - half)
        number = left << half | right
        if number < size:
            return number


def share(count: int, number: int, among: int) -> int:
    """How many of `count` things fall to `number`, when they are dealt out one by one.

    >>> [share(10, number, 4) for number in range(4)]
    [3, 3, 2, 2]
    """
    return (count - number + among - 1) // among


def shared_out(number: int, among: int, what: str) -> None:
    """Refuse a share that does not exist.

    Raises:
        UsageError: `number` is not below `among`.
    """
    if not 0 <= number < among:
        raise UsageError(f"{what} {number} of {among}: numbers go from 0 to one less")
