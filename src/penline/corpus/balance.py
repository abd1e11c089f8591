"""Choose lines of real text so that the characters in them come near a target.

In natural text a few hundred characters make up most of it, and thousands hardly ever occur. A
recogniser learns the rare ones only if it meets them. The choice keeps real sentences and moves
the histogram of characters: a target that is the natural frequency to a power (1: as it is; 0: all
alike) with a floor for each class, approached by exchange in one pass. A pool of lines is kept;
each further line of the corpus is held against a few lines of the pool, drawn by chance, and takes
the place of the one whose going helps most, if that brings the pool nearer to the target. Memory
is that of the pool, however long the corpus is.

What the exchange raises is the sum over the pool's characters of log(wanted / found) in all but
name: the cross entropy that is least where the two histograms are alike, with each logarithm's
step taken as 1/n, so that only ``+ - * /`` decide. It does not favour short lines or long ones, and
a class that is missing weighs most. What is reported is the total variation: the share of
characters that are of the wrong class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.corpus.breaks import break_flags
from penline.corpus.cut import cover
from penline.corpus.normal import LAST_CODE_POINT, LINE_FEED, SPACE, Codes, decoded, normalised
from penline.errors import CorpusError, UsageError
from penline.randomness import rng
from penline.words import counted

__all__ = ["Chosen", "Pool", "Target", "choose", "exchange", "fingerprints", "tally"]

RIVALS = 12
"""Lines of the pool that a new line is held against."""
MOST_LINES = 10_000_000
_PIECE = 1 << 18
"""Characters between two looks at the target: natural frequencies become known on the way."""
_OUTSIDE, _COUNTED, _WHITE = 0, 1, 2

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
CoverableLines = Callable[[Codes, Ints, Ints], npt.NDArray[np.bool_]]
"""Of ``uint32`` code points and lines in them (starts, ends): which lines somebody can write."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the characters of the chosen lines are to be like.

    Attributes:
        power: 1 keeps the natural frequencies, 0 makes all classes alike.
        floor: occurrences that every class of the alphabet should reach, where the text has them.
        alphabet: classes that lines may hold; None for any. A line with another one is left out.
    """

    power: float = 0.5
    floor: int = 0
    alphabet: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.power <= 1:
            raise UsageError(f"power is a number from 0 to 1, not {self.power}")
        if self.floor < 0:
            raise UsageError(f"floor is a whole number from 0 up, not {self.floor}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The lines chosen, and how near they come.

    Attributes:
        lines: the lines, in the order of the corpus.
        by_chance: as many lines taken by chance alone, in that order, too.
        seen: lines that were looked at.
        outside: lines left out for a character outside of the alphabet.
        unwritable: lines left out because no one writer has all their characters.
        repeated: lines left out because the same line was in the pool or in the same piece.
        dropped: control characters and their like, left out of the text.
        characters: characters of the corpus that were looked at.
        classes: classes that occur in the lines looked at.
        covered: classes that occur in the chosen lines.
        covered_plain: classes that occur in as many lines taken by chance.
        met: classes that reach the floor (1 where there is none) in the chosen lines.
        met_plain: the same in as many lines taken by chance.
        distance: total variation between the chosen lines and the target, 0 to 1.
        distance_plain: the same for as many lines taken by chance.
    """

    lines: list[str]
    by_chance: list[str]
    seen: int
    outside: int
    unwritable: int
    repeated: int
    dropped: int
    characters: int
    classes: int
    covered: int
    covered_plain: int
    met: int
    met_plain: int
    distance: float
    distance_plain: float


@compiled
def _move(line: Codes, length: int, sign: int, found: Ints, wanted: Floats, sums: Floats) -> float:
    """Add a line to the histogram (1), or take it away (-1); how much nearer the pool comes."""
    gain = 0.0
    for i in range(length):
        c = line[i]
        if c == 32:
            continue
        if sign > 0:
            found[c] += 1
            sums[0] += 1.0
            gain += wanted[c] / found[c] - sums[1] / sums[0]
        else:
            gain -= wanted[c] / found[c] - sums[1] / sums[0]
            found[c] -= 1
            sums[0] -= 1.0
    return gain


@compiled
def exchange(
    codes: Codes,
    starts: Ints,
    ends: Ints,
    words: npt.NDArray[np.uint64],
    pool: Codes,
    lengths: Ints,
    found: Ints,
    wanted: Floats,
    taken: Ints,
) -> None:
    """Hold lines against the pool; who comes in takes the place of one that goes.

    Args:
        codes: ``uint32 (characters,)``: code points of a piece of text.
        starts: ``int64 (lines,)``: where each line begins in `codes`.
        ends: ``int64 (lines,)``: just past its end.
        words: ``uint64 (lines, rivals)``: chance.
        pool: ``uint32 (most, longest)``: the lines in the pool; changed.
        lengths: ``int64 (most,)``: their lengths; changed.
        found: ``int64 (code points,)``: the pool's histogram, the space left out; changed.
        wanted: ``float64 (code points,)``: the target.
        taken: ``int64 (lines,)``: filled in: the place in the pool that each line took, or -1.
    """
    most = np.uint64(lengths.shape[0])
    sums = np.array([float(found.sum()), wanted.sum()])
    for i in range(starts.shape[0]):
        length = ends[i] - starts[i]
        line = codes[starts[i] : ends[i]]
        gain = _move(line, length, 1, found, wanted, sums)
        best = 0.0
        place = np.int64(-1)
        for k in range(words.shape[1]):
            rival = np.int64(words[i, k] % most)
            change = _move(pool[rival], lengths[rival], -1, found, wanted, sums)
            _move(pool[rival], lengths[rival], 1, found, wanted, sums)
            if place < 0 or change > best:
                best = change
                place = rival
        taken[i] = -1
        if gain + best > 0.0:
            _move(pool[place], lengths[place], -1, found, wanted, sums)
            pool[place, :length] = line
            lengths[place] = length
            taken[i] = place
        else:
            _move(line, length, -1, found, wanted, sums)


@compiled
def tally(codes: Codes, starts: Ints, ends: Ints, found: Ints) -> None:
    """Add lines to a histogram of code points, ``int64 (code points,)``; spaces are left out."""
    for i in range(starts.shape[0]):
        for at in range(starts[i], ends[i]):
            if codes[at] != 32:
                found[codes[at]] += 1


@compiled
def fingerprints(codes: Codes, starts: Ints, ends: Ints) -> npt.NDArray[np.uint64]:
    """``uint64 (lines,)``: FNV-1a of each line's code points, by which repeats are known."""
    out = np.empty(starts.shape[0], np.uint64)
    for i in range(starts.shape[0]):
        value = np.uint64(14695981039346656037)
        for at in range(starts[i], ends[i]):
            value = (value ^ np.uint64(codes[at])) * np.uint64(1099511628211)
        out[i] = value
    return out


class _LineSlots:
    """Room for a number of lines."""

    def __init__(self, most: int, longest: int) -> None:
        self.codes = np.zeros((most, longest), np.uint32)
        self.lengths = np.zeros(most, np.int64)
        self.keys = np.zeros(most, np.uint64)
        self.order = np.zeros(most, np.int64)
        self.found = np.zeros(LAST_CODE_POINT + 1, np.int64)
        self.count = 0

    @property
    def free(self) -> int:
        return self.lengths.size - self.count

    def put(self, place: int, line: Codes, key: int, order: int) -> None:
        self.codes[place, : line.size] = line
        self.lengths[place] = line.size
        self.keys[place], self.order[place] = key, order

    def texts(self) -> list[str]:
        """The lines, in the order of the corpus."""
        return [
            decoded(self.codes[place, : self.lengths[place]])
            for place in np.argsort(self.order[: self.count], kind="stable").tolist()
        ]


class Pool:
    """The lines chosen so far; see the module.

    Args:
        count: lines to choose.
        length_range: fewest and most characters of a line, both included.
        target: what the histogram is to be like.
        seed: of the chance by which lines are cut and held against each other.
        coverable: tells which lines somebody can write; None for all.

    Raises:
        UsageError: no lines to choose, or an empty range of lengths.
    """

    def __init__(
        self,
        count: int,
        length_range: tuple[int, int],
        target: Target,
        seed: int = 0,
        coverable: CoverableLines | None = None,
    ) -> None:
        shortest, longest = length_range
        if not 1 <= count <= MOST_LINES:
            raise UsageError(f"choose from 1 to {MOST_LINES:,} lines, not {count}")
        if not 1 <= shortest <= longest <= 500:
            raise UsageError(
                f"lines have 1 to 500 characters, the shortest first: not {shortest} to {longest}"
            )
        self.target, self.seed, self.length_range = target, seed, (shortest, longest)
        fill = _OUTSIDE if target.alphabet else _COUNTED
        self._kind = np.full(LAST_CODE_POINT + 1, fill, np.uint8)
        if target.alphabet:
            self._kind[[ord(character) for character in target.alphabet]] = _COUNTED
        self._kind[SPACE] = _WHITE
        # the plain lines are a sample of the same size by chance alone, to compare with
        self._chosen, self._plain = _LineSlots(count, longest), _LineSlots(count, longest)
        self._natural = np.zeros(LAST_CODE_POINT + 1, np.int64)
        self._pieces = 0
        self._sound = 0
        self._coverable = coverable
        self.seen = self.outside = self.unwritable = self.repeated = self.characters = 0
        self.dropped = 0

    def add(self, text: str) -> None:
        """Take a block of whole paragraphs, parted by LF, into account.

        Raises:
            CorpusError: `text` holds a lone surrogate.
        """
        try:
            codes, dropped, _ = normalised(text)
        except UnicodeEncodeError as error:
            raise CorpusError(f"a text holds a lone surrogate at character {error.start}") from None
        self.dropped += dropped
        ends = np.flatnonzero(codes == LINE_FEED) + 1
        at = 0
        while at < codes.size:
            reached = int(np.searchsorted(ends, at + _PIECE, "right")) - 1
            end = int(ends[max(reached, int(np.searchsorted(ends, at, "right")))])
            self._take(codes[at:end])
            at = end

    def finish(self) -> Chosen:
        """The choice.

        Raises:
            CorpusError: the text gave no line.
        """
        chosen, plain = self._chosen, self._plain
        if not chosen.count:
            shortest, longest = self.length_range
            left_out = self.outside + self.unwritable
            among = f"; {counted(left_out, 'line')} hold other characters" if left_out else ""
            raise CorpusError(
                f"no line of {shortest} to {longest} characters{among}; give other text, or other "
                "lengths (--shortest, --longest)"
            )
        for lines in (chosen, plain):
            lines.found[:] = 0
            tally(*_flat(lines), lines.found)
        wanted = self._wanted(self._natural)
        least = max(self.target.floor, 1)
        return Chosen(
            lines=chosen.texts(),
            by_chance=plain.texts(),
            seen=self.seen,
            outside=self.outside,
            unwritable=self.unwritable,
            repeated=self.repeated,
            dropped=self.dropped,
            characters=self.characters,
            classes=int(np.count_nonzero(self._natural)),
            covered=int(np.count_nonzero(chosen.found)),
            covered_plain=int(np.count_nonzero(plain.found)),
            met=int(np.count_nonzero(chosen.found >= least)),
            met_plain=int(np.count_nonzero(plain.found >= least)),
            distance=_variation(chosen.found, wanted),
            distance_plain=_variation(plain.found, wanted),
        )

    def _take(self, codes: Codes) -> None:
        """One piece of whole paragraphs: cut into lines, fill the pool, then exchange."""
        chance = rng(self.seed, self._pieces, "select")
        self._pieces += 1
        feeds = np.flatnonzero(codes == LINE_FEED)
        shortest, longest = self.length_range
        paragraphs = np.concatenate(([0], feeds + 1))
        starts, ends = cover(break_flags(codes), paragraphs, shortest, longest, chance.words(1)[0])
        self.characters += codes.size - feeds.size
        self.seen += starts.size
        strange = np.concatenate(([0], np.cumsum(self._kind[codes] == _OUTSIDE)))
        inside = strange[starts] == strange[ends]
        self.outside += int(starts.size - np.count_nonzero(inside))
        starts, ends = starts[inside], ends[inside]
        if self._coverable is not None:
            coverable = self._coverable(codes, starts, ends)
            self.unwritable += int(starts.size - np.count_nonzero(coverable))
            starts, ends = starts[coverable], ends[coverable]
        tally(codes, starts, ends, self._natural)
        keys = fingerprints(codes, starts, ends)
        order = self._sound + np.arange(starts.size)
        self._sound += starts.size
        self._take_plain(codes, starts, ends, order)
        fresh = np.zeros(keys.size, np.bool_)
        fresh[np.unique(keys, return_index=True)[1]] = True
        fresh &= ~np.isin(keys, self._chosen.keys[: self._chosen.count])
        self.repeated += int(keys.size - np.count_nonzero(fresh))
        starts, ends, keys, order = starts[fresh], ends[fresh], keys[fresh], order[fresh]
        pool = self._chosen
        filling = min(pool.free, starts.size)
        for i in range(filling):
            pool.put(pool.count, codes[starts[i] : ends[i]], keys[i], order[i])
            pool.count += 1
        tally(codes, starts[:filling], ends[:filling], pool.found)
        if filling == starts.size:
            return
        rest = starts.size - filling
        words = chance.words(rest * RIVALS).reshape(rest, RIVALS)
        taken = np.empty(rest, np.int64)
        places = starts[filling:], ends[filling:]
        wanted = self._wanted()
        exchange(codes, *places, words, pool.codes, pool.lengths, pool.found, wanted, taken)
        came = taken >= 0  # of several lines that took one place, the last one stands there
        pool.keys[taken[came]] = keys[filling:][came]
        pool.order[taken[came]] = order[filling:][came]

    def _take_plain(self, codes: Codes, starts: Ints, ends: Ints, order: Ints) -> None:
        """Keep a sample of all lines by chance: the n-th line stays with probability most/n."""
        plain = self._plain
        most = plain.lengths.size
        words = rng(self.seed, self._pieces, "select:plain").words(starts.size)
        places = (words % (order + 1).astype(np.uint64)).astype(np.int64)
        places = np.where(order < most, order, places)
        for i in np.flatnonzero(places < most).tolist():
            plain.put(int(places[i]), codes[starts[i] : ends[i]], 0, order[i])
        plain.count = int(min(most, self._sound))

    def _wanted(self, most: Ints | None = None) -> Floats:
        """``float64 (code points,)``: the target's counts for a pool of this size.

        Args:
            most: no floor is higher than this; None on the way, when the rest is not known.
        """
        # the characters of the pool in the end: as many lines, as long as lines are on average
        lines = self._chosen.lengths.size if not self._chosen.free else self._chosen.count
        mean = self._natural.sum() / max(self._sound, 1)
        present = np.flatnonzero(self._natural)
        share = self._natural[present].astype(np.float64) ** self.target.power
        counts = share * (lines * mean / max(share.sum(), 1.0))
        wanted = np.zeros(LAST_CODE_POINT + 1)
        # the others' share presses on those at the floor, so the exchange aims above it
        floor = np.full(present.size, self.target.floor * (1.0 if most is not None else 1.3))
        if most is not None:
            floor = np.minimum(floor, most[present])
        wanted[present] = np.maximum(counts, floor)
        return wanted


def choose(
    texts: Iterable[str],
    count: int,
    length_range: tuple[int, int] = (8, 25),
    target: Target | None = None,
    seed: int = 0,
    coverable: CoverableLines | None = None,
) -> Chosen:
    """Choose lines of a text, in one pass.

    Args:
        texts: blocks of whole paragraphs, parted by LF, as `penline.corpus.files.texts` gives.
        count: lines to choose; fewer are chosen where the text has fewer.
        length_range: fewest and most characters of a line, both included.
        target: what the histogram of characters is to be like; None for `Target()`.
        seed: of the chance by which lines are cut and held against each other.
        coverable: tells which lines somebody can write; None for all.

    Raises:
        UsageError: a number that makes no sense.
        CorpusError: the text gave no line.
    """
    pool = Pool(count, length_range, target or Target(), seed, coverable)
    for text in texts:
        pool.add(text)
    return pool.finish()


def _flat(lines: _LineSlots) -> tuple[Codes, Ints, Ints]:
    """All lines as one array, with the start and the end of each."""
    longest = lines.codes.shape[1]
    starts = np.arange(lines.count, dtype=np.int64) * longest
    return lines.codes.reshape(-1), starts, starts + lines.lengths[: lines.count]


def _variation(found: Ints, wanted: Floats) -> float:
    """Total variation of two histograms: half the sum of the differences of their shares."""
    return float(np.abs(found / max(found.sum(), 1) - wanted / max(wanted.sum(), 1)).sum() / 2)
