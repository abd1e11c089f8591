"""The arms of the proof on Latin, and their trainings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import proof_data as data
import proof_places  # noqa: F401  its placer joins the table

from penline.ablate.arms import Arm
from penline.ablate.lines import RealLine
from penline.ablate.running import trainings
from penline.ablate.text import Folding
from penline.ablate.training import WEIGHTS, Training, TrainingPlan
from penline.corpus import Corpus
from penline.recipe import load_recipe

STEPS, BATCH, RATE, EVERY = 2000, 32, 2e-3, 500
FOLDING = Folding(nfkc=True, case=False)
COMMON: dict[str, Any] = {
    "version": 2,
    "corpus": {"lines": "whole", "length_range": [1, 60]},
    "papers": [{"name": "plain", "tone_range": [255, 255]}],
    "ink": {"tone_range": [0, 0]},
    "image": {"height_px": 64},
}
PLACED: dict[str, Any] = {"variation_range": [0, 0], "joins": "never"}


class Kind(NamedTuple):
    """What an arm trains on.

    Attributes:
        recipe: settings over `COMMON`.
        share: of composed words.
        real: how many real words there are, where it takes some; None for all.
        one_each: of each writer and character one glyph alone.
        balanced: words drawn so that every character comes about as often as any other.
        after: the arm whose weights, of the same seed, it goes on from.
        novel: words of another text; see `Proof.novel`.
    """

    recipe: Mapping[str, Any] = MappingProxyType({})
    share: float = 1.0
    real: int | None = None
    one_each: bool = False
    balanced: bool = False
    after: str = ""
    novel: bool = False


ARMS: dict[str, Kind] = {
    "placed": Kind(PLACED),
    "varied": Kind({"joins": "never"}),
    "joined": Kind({"variation_range": [0, 0]}),
    "both": Kind(),
    "real": Kind(share=0.0),
    "random": Kind({"variation_range": [0, 0], "layout": {"placer": "random"}}),
    "main": Kind({"version": 1}),
    "kinds": Kind({**PLACED, "layout": {"latin": "kinds"}}),
    "always": Kind({"joins": "always"}),
    "joins-0.7": Kind({"joins": 0.7}),
    "varied-twice": Kind({"variation_range": [1.6, 2.4]}),
    "both+real-50%": Kind(share=0.5),
    "both+real-25%": Kind(share=0.75),
    "both+real-75%": Kind(share=0.25),
    "real-100": Kind(share=0.0, real=100),
    "both+real-100": Kind(share=0.5, real=100),
    "real-1000": Kind(share=0.0, real=1000),
    "both+real-1000": Kind(share=0.5, real=1000),
    "both-then-real-100": Kind(share=0.0, real=100, after="both"),
    "both-then-real-1000": Kind(share=0.0, real=1000, after="both"),
    "both-then-real": Kind(share=0.0, after="both"),
    "one-each": Kind(one_each=True),
    "breadth-fixed": Kind({"ink": {**COMMON["ink"], "breadth_range": [1, 1]}}),
    "many-hands": Kind({**PLACED, "joins": "measured", "writers": "mixed"}),
    "balanced": Kind(balanced=True),
    "novel": Kind(novel=True),
    "effects": Kind({"effects": "default"}),
}


def plan_of(lines: Iterable[RealLine], steps: int) -> TrainingPlan:
    """How the arms of a proof are trained: alike, on the alphabet of all its real lines."""
    return TrainingPlan(
        recogniser="crnn-small",
        alphabet=FOLDING.alphabet(line.text for line in lines),
        folding=FOLDING,
        steps=steps,
        batch=BATCH,
        rate=RATE,
        every=EVERY,
        device="cpu",
        part="all",
        trim=True,
        half=True,
    )


class Proof:
    """All that the trainings share.

    Args:
        archive: UNIPEN's zip.
        work: where banks, words and trainings are kept.
        steps: of each training.
    """

    def __init__(self, archive: Path, work: Path, steps: int) -> None:
        self.archive, self.work = archive, work
        self._arms: dict[str, Arm] = {}
        words = data.words_of(archive, work / "words.pkl")
        self.judged = data.split(words)
        self.real = [one.line for one in self.judged]
        train = [one.line for one in words if one.contributor in data.TRAIN]
        chance = np.random.Generator(np.random.Philox(18))
        self.train = [train[at] for at in chance.permutation(len(train))]
        self.text = [line.text for line in train]
        self.plan = plan_of((*self.real, *self.train), steps)

    def arm(self, name: str) -> Arm:
        """The arm, with its bank and text."""
        if name not in self._arms:
            self._arms[name] = self._made(name)
        return self._arms[name]

    def _made(self, name: str) -> Arm:
        kind = ARMS[name]
        bank = data.bank_of(
            self.archive,
            self.work / ("one.bank" if kind.one_each else "characters.bank"),
            one_each=kind.one_each,
        )
        texts = balanced(self.text) if kind.balanced else self.text
        corpus = Corpus.from_texts(self.novel()) if kind.novel else Corpus.from_texts(texts)
        recipe = load_recipe({**COMMON, **kind.recipe})
        return Arm(name, recipe, (bank,), corpus, kind.share)

    @property
    def has_novel(self) -> bool:
        """Whether ``novel.txt`` lies in the folder of the work: any running text that you have."""
        return (self.work / "novel.txt").is_file()

    def novel(self) -> list[str]:
        """Words of ``novel.txt``."""
        text = (self.work / "novel.txt").read_text("utf-8")
        return re.findall(r"[A-Za-z]+|[0-9]+", text)

    def words(self, name: str) -> Sequence[RealLine]:
        """The real words that an arm trains on."""
        kind = ARMS[name]
        return self.train[: kind.real] if kind.share < 1 else ()

    def training(self, name: str, seed: int) -> Training:
        """The training of an arm with a seed; that of another one whose weights it needs is run."""
        start, after = None, ARMS[name].after
        if after:
            before = self.training(after, seed)
            before.run()
            start = before.folder / WEIGHTS
        ways = self.plan, [self.arm(name)], [seed], self.work / "trained", self.real
        return trainings(*ways, self.words(name), start)[0]


def balanced(texts: Sequence[str]) -> list[str]:
    """As many words as there were, drawn by weights under which characters come alike."""
    folded = [FOLDING(text) for text in texts]
    seen = np.bincount([ord(c) for text in folded for c in text], minlength=128)
    weights = np.array([np.mean([1 / seen[ord(c)] for c in text]) for text in folded])
    chance = np.random.Generator(np.random.Philox(19))
    return [texts[at] for at in chance.choice(len(texts), len(texts), p=weights / weights.sum())]
