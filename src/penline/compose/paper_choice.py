"""The paper of a line or a page, drawn by weight."""

from __future__ import annotations

from collections.abc import Sequence

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
        self._all = tuple((choice.paper, choice.share) for choice in choices)
        self._without_cells = tuple(
            (paper, share) for paper, share in self._all if not paper.cells and share
        )

    def of_line(self, text: str, rng: Draws) -> PaperSettings:
        """Draw a line's paper; cells are for Chinese text, where there is any other paper."""
        free = self._without_cells
        if len(free) == len(self._all) or not free or any(map(is_han, text)):
            return _one(self._all, rng)
        return _one(free, rng)

    def of_page(self, rng: Draws) -> PaperSettings:
        """Draw a sheet: squared paper is for lines alone."""
        return _one(self._without_cells, rng)


def _one(choices: Sequence[tuple[PaperSettings, float]], rng: Draws) -> PaperSettings:
    return rng.choose([paper for paper, _ in choices], [share for _, share in choices])
