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
        free = [choice for choice in choices if not choice.paper.cells and choice.share]
        self._all, self._without_cells = choices, free
        self._mixed = 0 < len(free) < len(choices)

    def of_line(self, text: Sequence[str], rng: Draws) -> PaperSettings:
        """Draw a line's paper; cells are for Chinese text, where there is any other paper."""
        if self._mixed and not any(map(is_han, text)):
            return self.of_page(rng)
        return _sample(self._all, rng)

    def of_page(self, rng: Draws) -> PaperSettings:
        """Draw a sheet: squared paper is for lines alone."""
        return _sample(self._without_cells, rng)


def _sample(choices: Sequence[PaperChoice], rng: Draws) -> PaperSettings:
    return rng.choose(choices, [choice.share for choice in choices]).paper
