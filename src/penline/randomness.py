"""The one source of chance: words of a counter-based generator, a function of (seed, index, stage).

The generator is Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
1, 2, 3", SC 2011), compiled here so that opening a stream costs well under a microsecond per word;
`numpy.random.Philox` is its reference, and a test holds the two equal. All distributions are
integer arithmetic on the words: no sine, no logarithm, no rounding that differs between machines.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = [
    "BLOCK_WORDS",
    "Draws",
    "bell",
    "bell_q16",
    "mulhi",
    "philox_words",
    "rng",
    "rngs",
    "sample_seed",
    "sample_units",
    "span",
    "stage_key",
    "stage_keys",
]

T = TypeVar("T")
Words = npt.NDArray[np.uint64]

BLOCK_WORDS = 64
"""Words of a block that numbers are taken from one by one."""
FIRST_WORDS = 16
"""Of a block's words, those that are made first: few stages need more."""

_ONE = 1 << 16


@compiled
def mulhi(a: Any, b: Any) -> Any:
    """The upper 64 bits of the product of two words."""
    mask = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    a0, a1 = a & mask, a >> shift
    b0, b1 = b & mask, b >> shift
    low = (a0 * b0) >> shift
    middle = a1 * b0 + low
    carry = middle >> shift
    middle = (middle & mask) + a0 * b1
    return a1 * b1 + carry + (middle >> shift)


@compiled
def philox_words(
    key0: np.uint64, key1: np.uint64, index: np.uint64, block: np.uint64, out: Words
) -> None:
    """Fill `out` (``uint64 (4 k,)``) with Philox4x64-10 words.

    The counter of word group ``g`` is ``(block + g + 1, 0, index, 0)``, least significant first:
    what ``numpy.random.Philox(key=[key0, key1], counter=[block, 0, index, 0])`` gives.
    """
    m0 = np.uint64(0xD2E7470EE14C6C93)
    m1 = np.uint64(0xCA5A826395121157)
    w0 = np.uint64(0x9E3779B97F4A7C15)
    w1 = np.uint64(0xBB67AE8584CAA73B)
    one = np.uint64(1)
    for group in range(out.shape[0] // 4):
        c0 = np.uint64(block) + np.uint64(group) + one
        c1 = np.uint64(0)
        c2 = np.uint64(index)
        c3 = np.uint64(0)
        k0 = np.uint64(key0)
        k1 = np.uint64(key1)
        for _ in range(10):
            h0 = mulhi(m0, c0)
            l0 = m0 * c0
            h1 = mulhi(m1, c2)
            l1 = m1 * c2
            c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
            k0 = k0 + w0
            k1 = k1 + w1
        out[4 * group] = c0
        out[4 * group + 1] = c1
        out[4 * group + 2] = c2
        out[4 * group + 3] = c3


@compiled
def bell_q16(word: Any) -> Any:
    """Bell-shaped around 0, ``int64``: the word's four 16-bit parts added up, as `Draws.normal`.

    Four uniforms of variance 1/12: the deviation is 65536 / sqrt(3) = 37837.
    """
    mask = np.uint64(0xFFFF)
    total = (
        np.int64(word & mask)
        + np.int64((word >> np.uint64(16)) & mask)
        + np.int64((word >> np.uint64(32)) & mask)
        + np.int64(word >> np.uint64(48))
    )
    return total - 131070


@compiled
def bell(word: Any) -> Any:
    """A bell-shaped number of deviation 1 from a word; none is beyond 3.47."""
    return bell_q16(word) / 37837.0


@functools.lru_cache(maxsize=4096)
def stage_keys(seed: int, stages: tuple[str, ...]) -> Words:
    """Keys of several stages' streams, ``uint64 (stages, 2)``: of each 128 bits of BLAKE2b over the
    seed and the stage's name."""
    names = [f"penline:{seed}:{stage}".encode() for stage in stages]
    digests = b"".join(hashlib.blake2b(name, digest_size=16).digest() for name in names)
    return np.frombuffer(digests, "<u8").reshape(-1, 2)


def stage_key(seed: int, stage: str) -> Words:
    """Key of a stage's stream: ``uint64 (2,)``."""
    key: Words = stage_keys(seed, (stage,))[0]
    return key


@compiled
def _fill_words(keys: Words, index: int, block: int, out: Words) -> None:
    """Words of several streams: ``uint64 (streams, 2)``, ``(streams, 4 k)``, see `philox_words`."""
    for stream in range(keys.shape[0]):
        key = keys[stream]
        philox_words(key[0], key[1], np.uint64(index), np.uint64(block), out[stream])


class Draws:
    """Numbers drawn from one stream, in order.

    Every method takes whole words, so a stage's draws are the same whatever the processor; what
    comes out as a float is a multiple of 1/65536.
    """

    __slots__ = ("_block", "_first", "_index", "_left", "_rest", "_seed", "_stage")

    def __init__(self, seed: int, index: int, stage: str, first: Words | None = None) -> None:
        self._seed, self._index, self._stage = seed, index, stage
        self._block = 0
        self._left: list[int] = []  # words that were made, the next one last
        self._rest = -1
        self._first = first  # the stream's first words, where they have been made

    def words(self, count: int) -> Words:
        """``uint64 (count,)``: fresh words, starting at a block of their own."""
        out = self._made(self._block, count)
        self._block += -(-count // 4)
        return out

    def _made(self, block: int, count: int) -> Words:
        out = np.empty((1, -(-count // 4) * 4), np.uint64)
        _fill_words(stage_keys(self._seed, (self._stage,)), self._index, block, out)
        return out[0, :count]

    def take(self, count: int) -> Words:
        """``uint64 (count,)``: what `word` would give, one by one."""
        first = self._first
        if first is None or self._block or count > FIRST_WORDS:
            return np.array([self.word() for _ in range(count)], np.uint64)
        self._left = first[count:].tolist()[::-1]
        self._rest = FIRST_WORDS // 4
        self._block = BLOCK_WORDS // 4
        return first[:count]

    def word(self) -> int:
        """One 64-bit word."""
        if not self._left:
            self._refill()
        return self._left.pop()

    def _refill(self) -> None:
        """The rest of the block that words are taken from, or the first words of the next."""
        if self._rest >= 0:
            words = self._made(self._rest, BLOCK_WORDS - FIRST_WORDS)
            self._rest = -1
        else:
            ready = self._first if self._block == 0 else None
            words = self._made(self._block, FIRST_WORDS) if ready is None else ready
            self._rest = self._block + FIRST_WORDS // 4
            self._block += BLOCK_WORDS // 4
        self._left = words.tolist()[::-1]

    def branch(self, name: str) -> Draws:
        """Open the stream of that name below this one; what either has drawn does not matter.

        >>> whole = rng(1, 5, "effects")
        >>> before = whole.branch("stain").word()
        >>> whole.word() != before and whole.branch("stain").word() == before
        True
        """
        high, low = stage_key(self._seed, self._stage)
        return Draws(int(high) << 64 | int(low), self._index, name)

    def below(self, bound: int) -> int:
        """A whole number in ``[0, bound)``, by multiplication and shift (bias below 2**-32)."""
        if bound <= 0:
            raise ValueError(f"bound must be positive, not {bound}")
        return (self.word() * bound) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number in ``[low, high]``, both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True with `probability`, quantised to 1/65536."""
        return (self.word() >> 48) < round(probability * _ONE)

    def uniform(self, low: float, high: float) -> float:
        """A number in ``[low, high]``, a multiple of 1/65536."""
        a, b = round(low * _ONE), round(high * _ONE)
        return (a + self.below(b - a + 1)) / _ONE

    def uniforms(self, spans: Sequence[tuple[int, int]]) -> list[float]:
        """Draw a number uniformly from each of several intervals, in the form that `span` makes."""
        return [(low + (self.word() * count >> 64)) / _ONE for low, count in spans]

    def normal(self, mean: float, deviation: float) -> float:
        """Bell-shaped, a multiple of 1/65536: the sum of the word's four 16-bit parts.

        Its support ends at 3.46 deviations on either side, as suits a hand: no outlier leaves the
        paper.
        """
        word = self.word()
        total = (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + (word >> 48)
        # four uniforms of variance 1/12: deviation of the sum = 65536 / sqrt(3) = 37837
        return round(mean * _ONE + (total - 131070) * round(deviation * _ONE) / 37837) / _ONE

    def choose(self, items: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of `items`, by `weights` quantised to 1/65536 (equal where None)."""
        if weights is None:
            return items[self.below(len(items))]
        shares = [round(weight * _ONE) for weight in weights]
        point = self.below(sum(shares))
        for item, share in zip(items, shares, strict=True):
            point -= share
            if point < 0:
                return item
        raise AssertionError("unreachable: point is below the sum of the shares")


def rngs(seed: int, index: int, stages: tuple[str, ...]) -> list[Draws]:
    """The streams of several stages of one sample, each as `rng` gives it, made at once."""
    words = np.empty((len(stages), FIRST_WORDS), np.uint64)
    _fill_words(stage_keys(seed, stages), index, 0, words)
    return [Draws(seed, index, stage, words[number]) for number, stage in enumerate(stages)]


def span(low: float, high: float) -> tuple[int, int]:
    """An interval as `Draws.uniforms` takes it: its lower end in 1/65536, and its steps.

    >>> span(0.5, 1.0)
    (32768, 32769)
    """
    first = round(low * _ONE)
    return first, round(high * _ONE) - first + 1


def sample_units(rng: Draws, interval: tuple[float, float], unit: int) -> int:
    """A number in `interval`, counted in whole steps of 1/`unit`."""
    return round(rng.uniform(*interval) * unit)


def sample_seed(rng: Draws) -> int:
    """A key for a noise field: 48 bits, so that every JSON reader keeps it exact."""
    return rng.word() >> 16


def rng(seed: int, index: int, stage_name: str) -> Draws:
    """The stream of one stage of one sample.

    >>> a, b = rng(1, 12345, "layout"), rng(1, 12345, "layout")
    >>> [a.below(100) for _ in range(3)] == [b.below(100) for _ in range(3)]
    True
    """
    return Draws(seed, index, stage_name)
