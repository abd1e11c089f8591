"""The plan of a composer: what making samples needs, made once and then only read."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import numpy as np

from penline.bank import Bank
from penline.bank.any_writer import AnyWriterSource
from penline.bank.bank_set import BankSet
from penline.bank.bits import Bits
from penline.bank.unused import why_nobody
from penline.bidi import faces
from penline.characters import is_han
from penline.compiled import frozen
from penline.compose.character_table import character_table
from penline.compose.inside import rim_of
from penline.compose.paper_choice import PaperChoices
from penline.compose.picture_ends import ends_of_banks
from penline.compose.place.base import Placer
from penline.compose.place.latin import NO_LATIN, latin_places
from penline.compose.place.model import ModelPlacer
from penline.compose.place.params import LineParams, with_hand
from penline.compose.place.replay import ReplayPlacer
from penline.compose.place.rules import RulesPlacer
from penline.compose.quick_choice import QuickChoice
from penline.compose.spellings import spellings
from penline.compose.split import TextSplit, sides_of
from penline.compose.transform.base import Transform
from penline.compose.transform.join import Joiner
from penline.corpus import Corpus, Lines, WholeLines
from penline.corpus.made import CHARACTERS
from penline.durable import read_file
from penline.ends import ENDS_VERSION, BankEnds
from penline.errors import RecipeError
from penline.measure.joins import LETTERS
from penline.measure.model import PlacementModel, load_placement_model
from penline.measure.tables import model_tables
from penline.measure.template import LineTemplate, dump_templates, load_templates
from penline.randomness import rng
from penline.recipe.idle import refusals
from penline.recipe.schema import Recipe
from penline.recipe.settable import check_text
from penline.recipe.transforms import TRANSFORMS

__all__ = ["ComposePlan", "Side"]

Side = Literal["train", "val"]
_BORROWING = ("near-writer", "other-writer")


class ComposePlan:
    """What the road needs, prepared once: the recipe, the banks as one set, the lines of text.

    A plan is made whole and then only read, so that any number of threads may share it.

    Args:
        recipe: a recipe.
        banks: one or more banks.
        corpus: the text.
        part: the publisher's part that glyphs may come from: train, test or all.
        val: share of the samples that are for validation, with writers and sentences of their own.
        alphabet: the characters that the trainer knows; None for any.
        writers: the only writers that lines are by; None for all.
        bank_set: the banks as a set made before, of `spellings` and the same part; None to make it.
        strict: refuse settings that have no effect; False for a recipe that a report holds.

    Attributes:
        banks: the banks as one set.
        letters: the characters that random text is made of: those of the banks that the trainer
            knows.
        table: the characters, and what placing asks of each.
        any_writer: where ``writers: mixed`` takes glyphs from.
        split: keeps changed labels of the two sides apart; None without validation.
        one_hand: the writer of both sides, where there is one alone; they differ by sentence.
        eligible_writers: of each side, who may write its lines, as bits.
        lines: of each side, where its text comes from.
        quick: most lines in one compiled call; None where the recipe or the banks do not allow it.
        papers: draws the paper of a line or page.
        params: draws the figures of a line.
        placers: in this order, the first that takes a line places it.
        transforms: what is done to glyphs before they are drawn, in this order, by name.
        strokes: whether glyphs that have strokes are drawn from them.
        joiner: joins letters; None where none are.
        ends: of each bank, where a hand leaves and enters its letters that came as pictures; none
            where no such letters are joined.
        unlike: whether a character that comes back in a line is another of its writer's glyphs.
        rim_px: paper that stays free between ink and the picture's edges.

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
        bank_set: BankSet | None = None,
        strict: bool = True,
    ) -> None:
        self.recipe = recipe
        held = any(bank.strokes is not None for bank in banks)
        self._refusals = refusals(recipe, corpus, strokes=held, strict=strict)
        self.corpus = corpus
        self.val = val
        self.alphabet = alphabet
        layout, policy = recipe.layout, recipe.corpus
        self.templates: tuple[LineTemplate, ...] = ()
        if layout.replay is not None:
            self.templates = load_templates(layout.replay)
        found = BankSet(banks, self._ways, part) if bank_set is None else bank_set
        self.right_to_left = check_text(recipe, corpus, found.cut, found.is_held)
        self.letters = tuple(sorted(c for c in found.characters if self._ways(c)))
        self.banks = found.covering(self._characters(found))
        self.table = character_table(list(self.banks.entries))
        if self._borrowing:
            self.banks.styles  # noqa: B018 - measured before threads share it
        self._model: PlacementModel | None = None
        if layout.hand is not None:
            self._model = load_placement_model(None if layout.hand == "default" else layout.hand)
        mixed = recipe.writers == "mixed"
        if mixed:
            if val:
                raise RecipeError("writers: mixed cannot be split by writer; leave --val out")
            self.any_writer = AnyWriterSource(self.banks)
        nobody = why_nobody(self.banks, mixed=mixed)
        if nobody:
            raise RecipeError(nobody)
        known: Sequence[str] = self.banks.known
        if writers is not None:
            known = [writer for writer in known if writer in writers]
        if not mixed and not known:
            raise RecipeError("none of the writers asked for is known, with a glyph of this part")
        self.split: TextSplit | None = None
        self.one_hand = known[0] if val and len(known) == 1 else ""
        if val:
            drop = "drop" if policy.missing == "drop-char" else ""
            changes = "refill" if self.templates else drop
            self.split = TextSplit(corpus, val, changes, policy.length_range[0])
        self.lines: dict[Side, Lines | WholeLines] = {}
        self.eligible_writers: dict[Side, Bits] = {}
        for side, own in sides_of(self.banks.writers if mixed else known, val):
            self.eligible_writers[side] = frozen(self.banks.bits(own))
            find = corpus.whole_lines if policy.lines == "whole" else corpus.lines
            self.lines[side] = find(policy.length_range, side if val else None, val_fraction=val)
        self.papers = PaperChoices(recipe.papers)
        self.params = LineParams(with_hand(layout, self._model))
        self.strokes = recipe.strokes == "auto" and held
        self.joiner: Joiner | None = None
        self.ends: tuple[BankEnds, ...] = ()
        if not mixed and (recipe.joins != "never" or recipe.joins_chinese):
            self.joiner = Joiner(self.banks, self.table, recipe.joins, recipe.joins_chinese)
            self.ends = self._ends()
        self.placers = self._placers()
        self.transforms = self._transforms()
        self.rim_px = rim_of(recipe)
        self.unlike = recipe.variation_range[1] > 0
        self.quick = self._quick()

    @property
    def _borrowing(self) -> bool:
        policy = self.recipe.corpus
        return policy.missing in _BORROWING or policy.latin == "second"

    def _transforms(self) -> dict[str, Transform]:
        names = ["turn"] if self.recipe.layout.direction == "vertical" else []
        names += ["stroke-width"] if self._borrowing else []
        implied = [TRANSFORMS.load(name).model_validate({"name": name}) for name in names]
        settings = [*self.recipe.transforms, *implied]
        return {one.name: one.make(self.banks, self.table) for one in settings}

    def _ends(self) -> tuple[BankEnds, ...]:
        recipe = self.recipe
        made = recipe.corpus.made or recipe.page.form is not None
        written = self.corpus.characters.keys() | set(CHARACTERS if made else ())
        latin, chinese = recipe.joins != "never", recipe.joins_chinese > 0
        letters = {c for c in written if (latin and c in LETTERS) or (chinese and is_han(c))}
        return ends_of_banks(self.banks, letters, strokes=self.strokes)

    def _placers(self) -> tuple[Placer, ...]:
        found: list[Placer] = []
        measured = self.recipe.layout.latin == "measured"
        hand = self._model.latin if self._model is not None else None
        shapes = hand.characters if hand is not None else {}
        latin = latin_places(self.banks, self.table, shapes) if measured else NO_LATIN
        foreign = self.recipe.layout.placer
        if foreign is not None:
            found.append(foreign.make(self.banks, self.table))
        if self.templates:
            found.append(ReplayPlacer(self.templates))
        if self._model is not None:
            tables = model_tables(self._model, self.recipe.layout.mark_shape)
            found.append(ModelPlacer(tables, self.banks, self.table, latin, shapes))
        return (*found, RulesPlacer(self.table, latin, shapes))

    def _quick(self) -> QuickChoice | None:
        policy, lines = self.recipe.corpus, self.lines["train"]
        plain = (
            self.recipe.writers == "one"
            and not self.val
            and not self.templates
            and len(self.banks.banks) == 1
            and not policy.made
            and policy.latin == "own"
        )
        if not plain or not isinstance(lines, Lines):
            return None
        eligible = self.eligible_writers["train"]
        return QuickChoice(self.banks, lines, eligible, self.table, unlike=self.unlike)

    def side_of(self, seed: int, index: int) -> Side:
        """Draw which side a sample is of."""
        return "val" if self.val and rng(seed, index, "side").chance(self.val) else "train"

    def ask(self, what: Literal["lines", "pages", "strokes"]) -> None:
        """Go on if the recipe can be asked for lines, for pages, or for lines as strokes.

        Raises:
            RecipeError: a setting of the recipe has no effect there; the message names it. Or no
                bank holds strokes.
        """
        if self._refusals[what]:
            raise RecipeError(self._refusals[what])
        if what == "strokes" and not self.strokes:
            names = ", ".join(bank.path.name for bank in self.banks.banks)
            raise RecipeError(
                f"strokes: {self.recipe.strokes} (version {self.recipe.version}) leaves none to "
                "write; set it to auto"
                if any(bank.strokes is not None for bank in self.banks.banks)
                else f"no bank keeps strokes ({names}); build one again from its archive of "
                "strokes, as POT, UNIPEN or InkML, with penline bank"
            )

    def with_text(self, corpus: Corpus, writer: str) -> ComposePlan:
        """A plan for the whole lines of another text; this one stays as it is.

        Args:
            corpus: the text.
            writer: the only writer that it may be by; ``""`` for any.

        Raises:
            CorpusError: the text has no line of a length that the recipe allows.
        """
        other = copy.copy(self)
        other.corpus = corpus
        other.banks = self.banks.covering(faces("".join(corpus.characters)))
        new = list(other.banks.entries)[len(self.banks.entries) :]
        other.table = character_table(new, self.table)
        other.transforms = other._transforms()
        other.placers = tuple(placer.with_table(other.table) for placer in self.placers)
        if self.joiner is not None:
            other.joiner, other.ends = self.joiner.with_table(other.table), other._ends()
        other.lines = {"train": corpus.whole_lines(self.recipe.corpus.length_range)}
        if writer:
            other.eligible_writers = {"train": frozen(self.banks.bits([writer]))}
        other.quick = None
        return other

    def _characters(self, banks: BankSet) -> Iterator[str]:
        """Those that lines may be made of."""
        yield from faces("".join(self.corpus.characters))
        yield from banks.characters
        for template in self.templates:
            yield from template.pattern
        if self.recipe.corpus.made or self.recipe.page.form is not None:
            yield from CHARACTERS

    @property
    def among(self) -> Bits:
        """``uint64 (words,)``: the writers of every side."""
        among: Bits = np.bitwise_or.reduce(list(self.eligible_writers.values()))
        return among

    def texts(self, paragraph: int, side: Side) -> list[str]:
        """What of a paragraph of the corpus belongs to that side, in one piece or several."""
        return [self.corpus[paragraph]] if self.split is None else self.split.texts(paragraph, side)

    def _ways(self, character: str) -> tuple[tuple[str, ...], ...]:
        # what has a code point that the trainer does not know is what nobody can write
        known = self.alphabet is None or self.alphabet.issuperset(character)
        return spellings(character) if known else ()

    def input_hashes(self) -> dict[str, str]:
        """Hashes of strokes that are drawn, of the recipe's own files, the alphabet; reserves."""
        drawn = enumerate(self.banks.banks if self.strokes else ())
        hashes = {
            f"strokes {number}": bank.header.strokes.content
            for number, bank in drawn
            if bank.header.strokes is not None
        }
        hashes |= {
            f"reserve {number}": " ".join(bank.header.reserve)
            for number, bank in enumerate(self.banks.banks)
            if bank.header.reserve
        }
        if self.ends:
            hashes["ends"] = str(ENDS_VERSION)
        hashes |= {
            f"paper {number}": hashlib.blake2b(read_file(path), digest_size=16).hexdigest()
            for number, path in enumerate(self.recipe.inputs())
        }
        if self.templates:
            text = dump_templates(self.templates)
            hashes["replay"] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        if self._model is not None:
            text = self._model.as_hashed()
            hashes["hand"] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        if self.alphabet is not None:
            text = "\n".join(sorted(self.alphabet))
            hashes["alphabet"] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return hashes
