"""Lines out of a corpus: a length, a paragraph and a place are drawn, then the line is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compiled import frozen
from penline.corpus.cut import Flags, cut, reach
from penline.corpus.normal import Codes, decoded
from penline.errors import CorpusError, UsageError
from penline.randomness import Draws
from penline.words import counted

__all__ = ["Line", "LineTables", "Lines", "UseCounts"]


class Line(NamedTuple):
    """One line of text.

    Attributes:
        text: the characters as the (normalised) paragraph has them, no space at either end.
        paragraph: index of the paragraph.
        start: index, in the paragraph, of the line's first character.
    """

    text: str
    paragraph: int
    start: int


@dataclass(frozen=True, slots=True)
class UseCounts:
    """What becomes of the paragraphs of one side.

    Attributes:
        usable: paragraphs that give lines.
        too_short: paragraphs of fewer characters than the shortest line.
        uncuttable: paragraphs without a sensible place to end a line within the range: one long
            word, mostly.
    """

    usable: int
    too_short: int
    uncuttable: int


class LineTables(NamedTuple):
    """What lines are cut from, for kernels; read-only.

    Attributes:
        codes: ``uint32 (characters,)``.
        flags: ``uint8 (characters,)``.
        offsets: ``int64 (paragraphs + 1,)``.
        paragraphs: ``int64 (p,)``: those that may be drawn.
        shares: ``int64 (p,)``: running sums of their weights.
        shortest: fewest characters of a line.
        longest: most characters.
    """

    codes: Any
    flags: Any
    offsets: Any
    paragraphs: Any
    shares: Any
    shortest: int
    longest: int


class Lines:
    """The lines that one side of a corpus gives for one range of lengths.

    Args:
        codes: ``uint32 (characters,)``.
        flags: ``uint8 (characters,)``.
        offsets: ``int64 (paragraphs + 1,)``.
        length_range: fewest and most characters of a line, spaces counted, both included.
        allowed: ``bool (paragraphs,)``, the paragraphs to draw from; None for all.
        what: the name of that side in messages.

    Raises:
        UsageError: the range is empty or holds 0.
        CorpusError: no paragraph gives a line.
    """

    def __init__(
        self,
        codes: Codes,
        flags: Flags,
        offsets: npt.NDArray[np.int64],
        length_range: tuple[int, int],
        allowed: npt.NDArray[np.bool_] | None = None,
        what: str = "the corpus",
    ) -> None:
        shortest, longest = length_range
        if not 1 <= shortest <= longest:
            raise UsageError(
                f"length_range must be two whole numbers from 1 up, the smaller first, "
                f"not {shortest} and {longest}"
            )
        self.length_range = (shortest, longest)
        self._codes, self._flags, self._offsets = codes, flags, offsets
        weights = reach(flags, offsets, shortest, longest)
        lengths = np.diff(offsets)
        if allowed is not None:
            weights = np.where(allowed, weights, 0)
            lengths = lengths[allowed]
        usable, short = np.count_nonzero(weights), np.count_nonzero(lengths < shortest)
        self.counts = UseCounts(int(usable), int(short), int(lengths.size - usable - short))
        self._paragraphs = frozen(np.flatnonzero(weights))
        self._shares = frozen(np.cumsum(weights[self._paragraphs]))
        self._all = int(self._shares[-1]) if usable else 0
        if not usable:
            raise CorpusError(
                f"{what} gives no line of {shortest} to {longest} characters: it has "
                f"{counted(lengths.size, 'paragraph')}, {self.counts.too_short:,} of them shorter, "
                f"{self.counts.uncuttable:,} that cannot be cut; give more text, or another range "
                "of lengths"
            )

    @property
    def tables(self) -> LineTables:
        """What `sample` draws from."""
        own = self._codes, self._flags, self._offsets, self._paragraphs, self._shares
        return LineTables(*own, *self.length_range)

    def sample(self, rng: Draws) -> Line:
        """Draw a line: its length, its paragraph, its place, in this order.

        The length is uniform in the range and then gives way, by a few characters, to a sensible
        place for the end; a paragraph is drawn in proportion to its characters.
        """
        shortest, longest = self.length_range
        target = rng.between(shortest, longest)
        point = rng.below(self._all)
        paragraph = int(self._paragraphs[self._shares.searchsorted(point, "right")])
        first, last = int(self._offsets[paragraph]), int(self._offsets[paragraph + 1])
        position = first + rng.below(last - first)
        start, end = cut(self._flags, first, last, position, shortest, longest, target)
        return Line(decoded(self._codes[start:end]), paragraph, start - first)
