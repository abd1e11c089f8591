"""Lines as a sequence: made when they are asked for."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from penline.bank import Bank, open_bank
from penline.compose.make import make, make_online, make_some
from penline.compose.page_render import make_page
from penline.compose.plan import ComposePlan
from penline.corpus import Corpus, texts_or_files
from penline.errors import UnwritableLine, UsageError
from penline.pages import Page
from penline.recipe.load import load_recipe
from penline.recipe.schema import Recipe
from penline.records import OnlineLine, Sample
from penline.words import counted

__all__ = ["Composer"]

_MOST = 1 << 62
_SHOWN = 5
"""Lines in a notebook."""
BankLike = Bank | str | os.PathLike[str]
CorpusLike = Corpus | str | os.PathLike[str]


class Composer(Sequence[Sample]):
    """The lines of a recipe, a seed, banks and a corpus.

    ``lines[i]`` is the same whenever, wherever and in whatever order it is asked for. Slices are
    composers; a composer pickles to its settings and opens its banks again where it is unpickled.

    Args:
        recipe: a recipe, the path or name of one, a mapping, or None for ``papers``.
        bank: a bank or several, opened or by path.
        corpus: the text: loaded, by path (several paths: a sequence), or a sequence of sentences.
        seed: any whole number from 0 up.
        length: how many lines ``len`` says there are; any index below it is served.
        part: the publisher's part that glyphs may come from: ``train``, ``test`` or ``all``.
        val: share of the lines that are for validation, by other writers, of other sentences.
        alphabet: the characters that the trainer knows; None for any.
        strict: refuse settings that have no effect; False for a recipe that a report holds.

    Raises:
        UsageError, RecipeError, BankError, CorpusError: what is given does not work.
    """

    def __init__(
        self,
        recipe: Recipe | str | Path | Mapping[str, Any] | None,
        bank: BankLike | Sequence[BankLike],
        corpus: CorpusLike | Sequence[str | os.PathLike[str]],
        seed: int = 0,
        *,
        length: int = 1_000_000,
        part: str = "train",
        val: float = 0.0,
        alphabet: frozenset[str] | None = None,
        strict: bool = True,
    ) -> None:
        if seed < 0 or not 0 <= length < _MOST:
            raise UsageError(f"seed and length are whole numbers from 0 up, length below {_MOST:,}")
        if not 0 <= val < 1:
            raise UsageError("val is a share from 0 up to, but not, 1")
        self.recipe = load_recipe(recipe)
        several = bank if isinstance(bank, (list, tuple)) else [bank]
        banks = [one if isinstance(one, Bank) else open_bank(one) for one in several]  # type: ignore[arg-type]
        self.corpus = (
            corpus
            if isinstance(corpus, Corpus)
            else texts_or_files(corpus, nfkc=self.recipe.corpus.nfkc)
        )
        self.seed = seed
        self._indices = range(length)
        self._arguments: dict[str, Any] = {
            "part": part,
            "val": val,
            "alphabet": alphabet,
            "strict": strict,
        }
        self.plan = ComposePlan(self.recipe, banks, self.corpus, **self._arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        banks = list(self.plan.banks.banks)
        return _restore, (
            self.recipe,
            banks,
            self.corpus,
            self.seed,
            self._arguments,
            self._indices,
        )

    def __repr__(self) -> str:
        banks = counted(len(self.plan.banks.banks), "bank")
        return f"<Composer of {banks}, seed {self.seed}: {counted(len(self), 'line')}>"

    def _repr_html_(self) -> str:
        """The first lines with their boxes, for a notebook."""
        few = [line for line in self[:_SHOWN].each() if isinstance(line, Sample)]
        return "".join(line._repr_html_() for line in few) or html.escape(repr(self))

    def __len__(self) -> int:
        return len(self._indices)

    def __iter__(self) -> Iterator[Sample]:
        return (make(self.plan, self.seed, index) for index in self._indices)

    def each(self, at_once: int = 16) -> Iterator[Sample | UnwritableLine]:
        """The lines in order, each or why it could not be made.

        Args:
            at_once: so many are made together, which is cheaper than one by one.
        """
        for first in range(0, len(self._indices), at_once):
            yield from make_some(self.plan, self.seed, self._indices[first : first + at_once])

    def page(self, index: int) -> Page:
        """Page `index` of the recipe: as pure as a line.

        Raises:
            IndexError: beyond the length.
            RecipeError: a setting of the recipe has no effect on pages.
            UnwritableLine: no paragraph could be written.
        """
        return make_page(self.plan, self.seed, self._indices[index])

    def online(self, index: int) -> OnlineLine:
        """Line `index` as strokes: those that the picture of ``self[index]`` is drawn from.

        Raises:
            IndexError: beyond the length.
            RecipeError: a setting of the recipe has no effect on strokes, or no bank holds any.
            UnwritableLine: this line could not be written, or a glyph of it came as a picture.
        """
        return make_online(self.plan, self.seed, self._indices[index])

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Composer: ...
    def __getitem__(self, index: int | slice) -> Sample | Composer:
        """Line `index`, or a composer of the lines of a slice.

        Raises:
            IndexError: beyond the length.
            RecipeError: a setting of the recipe has no effect on lines.
            UnwritableLine: this line could not be written within the recipe's number of tries.
        """
        if isinstance(index, slice):
            part = object.__new__(Composer)
            part.__dict__.update(self.__dict__)
            part._indices = self._indices[index]
            return part
        return make(self.plan, self.seed, self._indices[index])


def _restore(
    recipe: Recipe,
    banks: list[Bank],
    corpus: Corpus,
    seed: int,
    arguments: dict[str, Any],
    indices: range,
) -> Composer:
    composer = Composer(recipe, banks, corpus, seed, **arguments)
    composer._indices = indices
    return composer
