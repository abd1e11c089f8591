"""The paper of a line or a page, drawn by weight."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from penline.characters import is_han
from penline.paper import PaperSettings
from penline.randomness import Draws
from penline.recipe.schema import PaperChoice

__all__ = ["PaperChoices"]


class PaperChoices:
    """Draws papers; made whole, and then only read.

    Args:
        choices: the recipe's.
    """

    def __init__(self, choices: Sequence[PaperChoice]) -> None:
        free = [choice for choice in choices if not choice.paper.cells and choice.share]
        self._all, self._without_cells = _Weighted(choices), _Weighted(free)
        self._mixed = 0 < len(free) < len(choices)

    def of_line(self, text: Sequence[str], rng: Draws) -> PaperSettings:
        """Draw a line's paper; cells are for Chinese text, where there is any other paper."""
        if self._mixed and not any(map(is_han, text)):
            return self._without_cells.sample(rng)
        return self._all.sample(rng)

    def of_page(self, rng: Draws) -> PaperSettings:
        """Draw a sheet: squared paper is for lines alone."""
        return self._without_cells.sample(rng)


class _Weighted:
    """Papers, each with its weight in 1/65536."""

    def __init__(self, choices: Sequence[PaperChoice]) -> None:
        self._papers = tuple(choice.paper for choice in choices)
        self._ends = tuple(accumulate(round(choice.share * 65536) for choice in choices))

    def sample(self, rng: Draws) -> PaperSettings:
        return self._papers[bisect_right(self._ends, rng.below(self._ends[-1]))]
