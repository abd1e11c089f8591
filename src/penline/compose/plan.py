"""What making samples needs, prepared once."""

from __future__ import annotations

import copy
import functools
import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import numpy as np

from penline.bank import Bank
from penline.bank.crowd import Crowd
from penline.bank.shelf import Bits, Shelf
from penline.bank.unused import why_nobody
from penline.bidi import faces
from penline.compiled import frozen
from penline.compose.place.choice import Hand
from penline.compose.split import Apart
from penline.compose.swift import Swift, swift
from penline.corpus import Corpus, Lines, WholeLines, expansion, stand_ins
from penline.durable import read_file
from penline.errors import RecipeError
from penline.measure.model import HandModel, load_hand
from penline.measure.sample import Sampler
from penline.measure.template import LineTemplate, dump_templates, load_templates
from penline.randomness import rng
from penline.recipe.idle import refusals
from penline.recipe.schema import Recipe
from penline.recipe.settable import check_text
from penline.shaping import hindrance

__all__ = ["Kit", "Side", "spellings"]

Side = Literal["train", "val"]


@functools.lru_cache(maxsize=65_536)
def spellings(character: str) -> tuple[tuple[str, ...], ...]:
    """The ways to write `character`, best first: itself, one that looks alike, several together.

    There is none for what cannot stand beside others as it is (`penline.shaping`).
    """
    if hindrance(character):
        return ()
    ways = [(character,), *((other,) for other in stand_ins(character))]
    apart = expansion(character)
    return tuple(ways) if not apart else (*ways, apart)


class Kit:
    """What `make` needs, prepared once: the recipe, the banks as one shelf, the lines of text.

    A kit is made whole and then only read, so that any number of threads may share it.

    Args:
        recipe: a recipe.
        banks: one or more banks.
        corpus: the text.
        part: the publisher's part that glyphs may come from: train, test or all.
        val: share of the samples that are for validation, with writers and sentences of their own.
        alphabet: the characters that the trainer knows; None for any.
        writers: the only writers that lines are by; None for all.
        shelf: the banks as a shelf made before, of `spellings` and the same part; None to make it.
        strict: refuse settings that have no effect; False for a recipe that a report holds.

    Raises:
        RecipeError: the banks and the recipe do not go together, or a setting has no effect.
    """

    def __init__(
        self,
        recipe: Recipe,
        banks: Sequence[Bank],
        corpus: Corpus,
        *,
        part: str = "train",
        val: float = 0.0,
        alphabet: frozenset[str] | None = None,
        writers: Collection[str] | None = None,
        shelf: Shelf | None = None,
        strict: bool = True,
    ) -> None:
        self.recipe = recipe
        self._refusals = refusals(recipe, corpus, strict=strict)
        self.corpus = corpus
        self.right_to_left = check_text(recipe, corpus)
        self.val = val
        self.alphabet = alphabet
        chosen = recipe.layout.hand
        self._model: HandModel | None = None
        replay = recipe.layout.replay
        self.templates: tuple[LineTemplate, ...] = ()
        if replay is not None:
            self.templates = load_templates(replay)
        self.shelf = Shelf(banks, self._ways, part) if shelf is None else shelf
        self.letters = tuple(sorted(c for c in self.shelf.characters if self._ways(c)))
        """The characters that random text is made of: those of the banks that the trainer knows."""
        self.shelf = self.shelf.covering(self._characters())
        if recipe.corpus.missing == "near-writer" or recipe.corpus.latin == "second":
            self.shelf.styles  # noqa: B018 - measured before threads share it
        if chosen is not None:
            self._model = load_hand(None if chosen == "default" else chosen)
        if recipe.writers == "mixed":
            if val:
                raise RecipeError("writers: mixed cannot be split by writer; leave --val out")
            self.crowd = Crowd(self.shelf)
        nobody = why_nobody(self.shelf, mixed=recipe.writers == "mixed")
        if nobody:
            raise RecipeError(nobody)
        hands: Sequence[str] = self.shelf.known
        if writers is not None:
            hands = [writer for writer in hands if writer in writers]
        if recipe.writers == "one" and not hands:
            raise RecipeError("none of the writers asked for is known, with a glyph of this part")
        self.apart: Apart | None = None
        if val:
            drop = "drop" if recipe.corpus.missing == "drop-char" else ""
            self.apart = Apart(
                corpus, val, "refill" if self.templates else drop, recipe.corpus.length_range[0]
            )
        length_range = recipe.corpus.length_range
        self.lines: dict[Side, Lines | WholeLines] = {}
        self.able: dict[Side, Bits] = {}
        for side, own in _split(hands if recipe.writers == "one" else self.shelf.writers, val):
            self.able[side] = frozen(self.shelf.bits(own))
            whole = recipe.corpus.lines == "whole"
            find = corpus.whole_lines if whole else corpus.lines
            self.lines[side] = find(length_range, side if val else None, val_fraction=val)
        self.hand: Hand | None = None
        """The recipe's placement model at work; None where the layout's own rules hold."""
        if self._model is not None:
            self.hand = Hand(Sampler(self._model, recipe.layout.mark_shape), self.shelf)
        self.swift: Swift | None = swift(self)
        """Most lines in one call; None where the recipe or the banks need the steps."""

    def ask(self, what: Literal["lines", "pages"]) -> None:
        """Go on if the recipe can be asked for lines, or for pages.

        Raises:
            RecipeError: a setting of the recipe has no effect there; the message names it.
        """
        if self._refusals[what]:
            raise RecipeError(self._refusals[what])

    def with_text(self, corpus: Corpus, writer: str) -> Kit:
        """A kit for the whole lines of another text; this one stays as it is.

        Args:
            corpus: the text.
            writer: the only writer that it may be by; ``""`` for any.

        Raises:
            CorpusError: the text has no line of a length that the recipe allows.
        """
        other = copy.copy(self)
        other.corpus = corpus
        other.shelf = self.shelf.covering(other._characters())
        other.lines = {"train": corpus.whole_lines(self.recipe.corpus.length_range)}
        if writer:
            other.able = {"train": frozen(self.shelf.bits([writer]))}
        other.swift = None
        return other

    def _characters(self) -> Iterator[str]:
        """Those of the texts that lines are made of."""
        yield from faces("".join(self.corpus.characters))
        for template in self.templates:
            yield from template.pattern
        if self.recipe.corpus.made or self.recipe.page.form is not None:
            yield from self.shelf.characters

    @property
    def among(self) -> Bits:
        """``uint64 (words,)``: the writers of every side."""
        among: Bits = np.bitwise_or.reduce(list(self.able.values()))
        return among

    def texts(self, paragraph: int, side: Side) -> list[str]:
        """What of a paragraph of the corpus belongs to that side, in one piece or several."""
        return [self.corpus[paragraph]] if self.apart is None else self.apart.texts(paragraph, side)

    def _ways(self, character: str) -> tuple[tuple[str, ...], ...]:
        # a character that the trainer does not know is one that nobody can write
        known = self.alphabet is None or character in self.alphabet
        return spellings(character) if known else ()

    def input_hashes(self) -> dict[str, str]:
        """Content hashes of the recipe's own files (paper images) and of the alphabet."""
        hashes = {
            f"paper {number}": hashlib.blake2b(read_file(path), digest_size=16).hexdigest()
            for number, path in enumerate(self.recipe.inputs())
        }
        if self.templates:
            text = dump_templates(self.templates)
            hashes["replay"] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        if self._model is not None:
            text = self._model.model_dump_json()
            hashes["hand"] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        if self.alphabet is not None:
            text = "\n".join(sorted(self.alphabet))
            hashes["alphabet"] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return hashes


def _split(writers: Sequence[str], val: float) -> list[tuple[Side, Sequence[str]]]:
    if not val:
        return [("train", writers)]
    if len(writers) < 2:
        raise RecipeError(
            f"--val splits by writer, and there is {len(writers)} to choose from: "
            "take a bank with more writers, or leave --val out"
        )
    order = sorted(writers, key=lambda writer: rng(0, 0, f"split:{writer}").word())
    count = min(max(round(val * len(order)), 1), len(order) - 1)
    return [("train", order[count:]), ("val", order[:count])]
