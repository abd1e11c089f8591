"""Two sides of a corpus, so that no line for validation stands in a line for training.

Paragraphs go to the sides whole, by their hash (`Corpus.validation_mask`). What both sides then
hold is the training side's alone, decided before any line is cut:

- a clause for validation that stands in the training text is cut out of its paragraph, which falls
  into pieces;
- `penline.corpus.common` tells how many characters, from each of a piece on, stand in the training
  text: a line that begins there goes on beyond them, and by more than punctuation.

Both hold from `LEAST` characters on, and for more than one word: a single word of a script that
parts its words by spaces is everybody's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.corpus.breaks import BreakClass, kinds
from penline.corpus.common import LEAST, MOST, common
from penline.corpus.cut import CLAUSE, ENDS, START_RANK_SHIFT, STARTS, Flags, cut
from penline.corpus.lines import Line, Lines
from penline.corpus.normal import Codes, decoded
from penline.errors import CorpusError
from penline.randomness import Draws

__all__ = ["Sides", "Validation", "ValidationLines", "two_sides", "word_ends"]

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_UNSPACED = ((0xE00, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF))
"""Thai to Burmese, Khmer, Tai: letters of scripts that put no spaces between words."""
_AROUND = (
    *(
        BreakClass.SPACE,
        BreakClass.STOP_WIDE,
        BreakClass.PAUSE_WIDE,
        BreakClass.CLOSE_WIDE,
        BreakClass.OPEN_WIDE,
    ),
    *(
        BreakClass.STOP,
        BreakClass.PAUSE,
        BreakClass.CLOSE,
        BreakClass.OPEN,
        BreakClass.APOSTROPHE,
        BreakClass.QUOTE,
    ),
)
"""What stands around a clause and is not of it."""
_NEVER = 255
"""Of `Validation.least`: no line begins here."""


class Validation(NamedTuple):
    """The text for validation, its paragraphs one after the other; arrays are read-only.

    Attributes:
        codes: ``uint32 (characters,)``.
        flags: ``uint8 (characters,)``.
        offsets: ``int64 (pieces + 1,)``: where each piece of a paragraph begins.
        open: ``bool (pieces,)``: which pieces lines are cut from; the others are clauses that were
            left to training.
        paragraphs: ``int64 (pieces,)``: the paragraph of each, in the corpus.
        starts: ``int64 (pieces,)``: where that paragraph begins, here.
        common: ``uint8 (characters,)``: see `penline.corpus.common.common`.
        least: ``uint8 (characters,)``: a line that begins with this character has so many
            characters, or more; 255: none begins with it.
    """

    codes: Codes
    flags: Flags
    offsets: Ints
    open: Mask
    paragraphs: Ints
    starts: Ints
    common: Bytes
    least: Bytes

    @property
    def left_to_training(self) -> int:
        """Characters of the clauses that training has, too, and alone."""
        return int(np.diff(self.offsets)[~self.open].sum())

    @property
    def explained(self) -> str:
        """The end of a message that there are no lines."""
        known = np.count_nonzero(self.least) + self.left_to_training
        if not known:
            return ""
        return (
            "; a line for validation holds more than training has, too, and so begins late or not "
            f"at all at {known:,} of the side's {self.codes.size:,} characters"
        )

    def pieces(self, paragraph: int) -> list[str]:
        """The text of the open pieces of one paragraph of the corpus."""
        low, high = np.searchsorted(self.paragraphs, [paragraph, paragraph + 1])
        return [
            decoded(self.codes[self.offsets[piece] : self.offsets[piece + 1]]).strip(" ")
            for piece in range(int(low), int(high))
            if self.open[piece]
        ]

    def line_flags(self, shortest: int, longest: int) -> Flags:
        """`flags` for lines of a range of lengths: none starts where it could only be too short."""
        if longest < LEAST:
            return self.flags
        at = np.flatnonzero((self.flags & STARTS > 0) & (self.least > 0))
        least = np.maximum(self.least[at].astype(np.int64), shortest)
        piece_ends = self.offsets[np.searchsorted(self.offsets, at, "right")]
        ends = _next(self.flags & ENDS > 0)[np.minimum(at + least, self.flags.size) - 1] + 1
        possible = ends <= np.minimum(piece_ends, at + longest)
        possible &= (at + least <= piece_ends) & (self.least[at] < _NEVER)
        out = self.flags.copy()
        out[at[~possible]] &= 0xFF ^ STARTS
        out.setflags(write=False)
        return out


class Sides(NamedTuple):
    """How a corpus is split.

    Attributes:
        mask: ``bool (paragraphs,)``: which paragraphs are for validation; read-only.
        whole: ``bool (paragraphs,)``: those of them that may be lines as they stand; read-only.
        validation: their text.
    """

    mask: Mask
    whole: Mask
    validation: Validation


class ValidationLines(Lines):
    """The lines for validation: none of them stands in the text for training.

    Args:
        text: the text for validation.
        length_range: as of `Lines`; of the cut lines, those that begin with words of training are
            longer than these words.

    Raises:
        UsageError: the range is empty or holds 0.
        CorpusError: no piece gives a line.
    """

    def __init__(self, text: Validation, length_range: tuple[int, int]) -> None:
        self._text = text
        flags = text.line_flags(*length_range)
        what = "the val side of the corpus"
        try:
            super().__init__(text.codes, flags, text.offsets, length_range, text.open, what)
        except CorpusError as error:
            raise CorpusError(f"{error}{text.explained}") from None

    def sample(self, rng: Draws) -> Line:
        """Draw a line as `Lines.sample` does; its end gives way to what training has."""
        line, text = super().sample(rng), self._text
        first = int(text.offsets[line.paragraph]) + line.start
        last, least = int(text.offsets[line.paragraph + 1]), int(text.least[first])
        end = first + len(line.text)
        longest = self.length_range[1]
        if len(line.text) < least and longest >= LEAST:
            _, end = cut(self._flags, first, last, first, least, longest, least)
        start = first - int(text.starts[line.paragraph])
        return Line(decoded(text.codes[first:end]), int(text.paragraphs[line.paragraph]), start)


def two_sides(codes: Codes, flags: Flags, offsets: Ints, mask: Mask) -> Sides:
    """Split a corpus.

    Args:
        codes: ``uint32 (characters,)``.
        flags: ``uint8 (characters,)``.
        offsets: ``int64 (paragraphs + 1,)``.
        mask: ``bool (paragraphs,)``: which paragraphs are for validation.
    """
    own = np.repeat(mask, np.diff(offsets))
    codes_of, flags_of = codes[own], flags[own]
    starts = np.concatenate(([0], np.cumsum(np.diff(offsets)[mask])))
    shared = common(codes, offsets, mask, codes_of, starts)
    inside = ~np.isin(kinds(codes_of), _AROUND)
    words = word_ends(codes_of, starts) - np.arange(codes_of.size)
    least = _least(shared, words, inside)

    begins = (flags_of & STARTS > 0) & ((flags_of >> START_RANK_SHIFT & 3) <= CLAUSE)
    begins[starts[:-1]] = True
    first = np.flatnonzero(begins)
    last = np.append(first[1:], codes_of.size)
    inner = np.minimum(_next(inside)[first], last - 1)
    size = _before(inside)[last - 1] + 1 - inner
    taken = (size >= LEAST) & (size > words[inner]) & (shared[inner] >= np.minimum(size, MOST))

    cuts = np.unique(np.concatenate((starts, first[taken], last[taken])))
    numbers = np.searchsorted(starts, cuts[:-1], "right") - 1
    cut_out = np.isin(cuts[:-1], first[taken])
    whole = mask.copy()
    whole[mask] = (np.bincount(numbers, minlength=starts.size - 1) == 1) & (
        (np.diff(starts) >= least[starts[:-1]]) & (least[starts[:-1]] < _NEVER)
    )
    whole[np.flatnonzero(mask)[numbers[cut_out]]] = False
    made = Validation(
        codes=codes_of,
        flags=flags_of,
        offsets=cuts,
        open=~cut_out,
        paragraphs=np.flatnonzero(mask)[numbers],
        starts=starts[numbers],
        common=shared,
        least=least,
    )
    for array in (mask, whole, *made):
        array.setflags(write=False)
    return Sides(mask, whole, made)


def _least(shared: Bytes, words: Ints, inside: Mask) -> Bytes:
    """`Validation.least`: a line ends after the first character that is no punctuation and that
    training does not have, too, be it counted from the line's first or its first such character."""
    size = shared.size
    places = np.arange(size)
    known = np.append(np.where(shared > np.maximum(words, LEAST - 1), shared, 0), 0)
    inner = _next(inside)
    reached = np.maximum(places + known[:-1], np.where(known[inner] > 0, inner + known[inner], 0))
    beyond = np.append(inner, size)[np.minimum(reached, size)] + 1 - places
    never = (known[:-1] >= MOST) | (known[inner] >= MOST)
    found = np.where(never, _NEVER, np.minimum(beyond, _NEVER))
    return np.where((known[:-1] > 0) | (known[inner] > 0), found, 0).astype(np.uint8)


def word_ends(codes: Codes, offsets: Ints) -> Ints:
    """``int64 (characters,)``: where the word of each character ends.

    A word goes on to a space, to a character of a script without spaces between words (it is no
    word by itself: it ends where it begins), or to the paragraph's end.
    """
    kind = kinds(codes)
    ends = (kind >= BreakClass.HAN) & (kind <= BreakClass.OPEN_WIDE) | (kind == BreakClass.SPACE)
    for low, high in _UNSPACED:
        ends |= (codes >= low) & (codes <= high)
    return np.minimum(_next(ends), np.repeat(offsets[1:], np.diff(offsets)))


def _next(mask: Mask) -> Ints:
    """``int64 (n,)``: the first place from each on that is in the mask; n for none."""
    places = np.where(mask, np.arange(mask.size), mask.size)
    return np.minimum.accumulate(places[::-1])[::-1]


def _before(mask: Mask) -> Ints:
    """``int64 (n,)``: the last place up to each that is in the mask; -1 for none."""
    return np.maximum.accumulate(np.where(mask, np.arange(mask.size), -1))
