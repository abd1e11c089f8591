"""Lines that stand as they are: every paragraph of the corpus is one."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from penline.compiled import frozen
from penline.corpus.lines import Line, UseCounts
from penline.corpus.normal import Codes, decoded
from penline.errors import CorpusError
from penline.randomness import Draws, rng
from penline.words import counted

__all__ = ["WholeLines"]


class WholeLines:
    """The paragraphs of one side of a corpus that have a length in a range.

    Args:
        codes: ``uint32 (characters,)``.
        offsets: ``int64 (paragraphs + 1,)``.
        length_range: fewest and most characters of a line, both included.
        allowed: ``bool (paragraphs,)``, the paragraphs to draw from; None for all.
        what: the name of that side in messages.

    Raises:
        CorpusError: no paragraph has such a length.
    """

    def __init__(
        self,
        codes: Codes,
        offsets: npt.NDArray[np.int64],
        length_range: tuple[int, int],
        allowed: npt.NDArray[np.bool_] | None = None,
        what: str = "the corpus",
    ) -> None:
        self._codes, self._offsets = codes, offsets
        lengths = np.diff(offsets)
        shortest, longest = length_range
        usable = (lengths >= shortest) & (lengths <= longest)
        if allowed is not None:
            usable &= allowed
            lengths = lengths[allowed]
        self._paragraphs = frozen(np.flatnonzero(usable))
        count, short = self._paragraphs.size, int(np.count_nonzero(lengths < shortest))
        self.counts = UseCounts(count, short, int(lengths.size - count - short))
        if not count:
            raise CorpusError(
                f"{what} has no line of {shortest} to {longest} characters as it stands: it has "
                f"{counted(lengths.size, 'line')}, {short:,} of them shorter; give another range "
                "of lengths, or let lines be cut (corpus: lines: cut)"
            )

    def __len__(self) -> int:
        return self._paragraphs.size

    def sample(self, rng: Draws) -> Line:
        """Draw a line; all are equally likely."""
        return self._line(rng.below(len(self)))

    def nth(self, seed: int, index: int) -> Line:
        """The line of one index: every line comes once before any comes again.

        The order is shuffled anew for each round through the lines.
        """
        turn, position = divmod(index, len(self))
        return self._line(int(_order(len(self), seed, turn)[position]))

    def in_order(self, number: int) -> Line:
        """The lines as the corpus has them, one after the other, round and round."""
        return self._line(number % len(self))

    def _line(self, number: int) -> Line:
        paragraph = int(self._paragraphs[number])
        first, last = int(self._offsets[paragraph]), int(self._offsets[paragraph + 1])
        return Line(decoded(self._codes[first:last]), paragraph, 0)


@functools.lru_cache(maxsize=4)
def _order(count: int, seed: int, turn: int) -> npt.NDArray[np.int64]:
    """``int64 (count,)``: the numbers below `count` in an order of chance."""
    order = np.argsort(rng(seed, turn, "order").words(count), kind="stable")
    order.setflags(write=False)
    return order
