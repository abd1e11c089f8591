"""The arms of an ablation: what each trains on, and where two of them differ."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from penline.bank import Bank, open_bank
from penline.corpus import Corpus
from penline.errors import UsageError
from penline.recipe import Recipe, load_recipe
from penline.sample import sample_bank, text_of

__all__ = ["Arm", "arm_of", "differences", "with_mixes"]

AnyPath = str | os.PathLike[str]
_RECIPES = (".yaml", ".yml")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+=%")
_MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of making training lines.

    Attributes:
        name: of the arm, and of its folder.
        recipe: of its composed lines.
        banks: opened.
        corpus: its text.
        composed: the share of composed lines in training, 0 to 1; the others are real ones.
    """

    name: str
    recipe: Recipe
    banks: tuple[Bank, ...]
    corpus: Corpus
    composed: float = 1.0

    def __post_init__(self) -> None:
        if not self.name or len(self.name) > _MOST_NAME or not _NAME.issuperset(self.name):
            raise UsageError(
                f"{self.name!r} is no name of an arm: up to {_MOST_NAME} letters and digits of "
                "ASCII, and - _ . + = %"
            )
        if self.name.startswith("."):
            raise UsageError(f"the name of an arm does not begin with a full stop: {self.name}")

    def decides(self) -> dict[str, Any]:
        """All that decides its lines, as JSON can hold it."""
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "banks": [bank.header.content for bank in self.banks],
            "corpus": self.corpus.content_hash,
            "composed": self.composed,
        }


def arm_of(
    spec: str, banks: Sequence[AnyPath] = (), corpora: Sequence[AnyPath] = (), default: str = ""
) -> Arm:
    """Make the arm of ``name:recipe.yaml,bank,corpus``.

    What comes after the name is in any order: a ``.yaml`` file or the name of a recipe, folders
    with banks, and files of text.

    Args:
        spec: as on the command line.
        banks: where the arm names none; none at all: the embedded sample.
        corpora: where the arm names none; none at all: the embedded sample's text.
        default: the name of the recipe, where the arm names none; ``""``: ``mixed``.

    Raises:
        UsageError: no name, two recipes, or a file that is not there.
        RecipeError, BankError, CorpusError: what is named is not as it should be.
    """
    name, colon, rest = spec.partition(":")
    parts = [part for part in rest.split(",") if part]
    if not colon or not parts:
        raise UsageError(f"{spec!r} is no arm: write NAME:RECIPE.yaml[,BANK...][,TEXT...]")
    recipes = [part for part in parts if _is_recipe(part)]
    if len(recipes) > 1:
        raise UsageError(f"the arm {name} names {len(recipes)} recipes; one decides its lines")
    own_banks = [part for part in parts if part not in recipes and Path(part).is_dir()]
    texts = [part for part in parts if part not in recipes and part not in own_banks]
    recipe = load_recipe(recipes[0] if recipes else default or None)
    found = [open_bank(bank) for bank in own_banks or banks] or [sample_bank("both")]
    return Arm(name, recipe, tuple(found), text_of(texts or corpora, nfkc=recipe.corpus.nfkc))


def _is_recipe(part: str) -> bool:
    return part.lower().endswith(_RECIPES) or not (os.sep in part or Path(part).exists())


def with_mixes(arms: Sequence[Arm], mixes: Sequence[float]) -> list[Arm]:
    """Each arm at each share of composed lines; real lines alone are one arm for all of them.

    Raises:
        UsageError: a share that is none, or two arms of one name.
    """
    found: list[Arm] = []
    for mix in mixes:
        if not 0 <= mix <= 1:
            raise UsageError(f"a share of composed lines goes from 0 to 1, not {mix:g}")
        if mix == 0:
            found.append(replace(arms[0], name="real", composed=0.0))
            continue
        tail = "" if mix == 1 else f"+real-{1 - mix:.0%}"
        found += [replace(arm, name=f"{arm.name}{tail}", composed=mix) for arm in arms]
    names = [arm.name for arm in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two arms are called {name}; give each its own name")
    return found


def differences(first: Arm, other: Arm) -> list[str]:
    """Name every setting, bank and text in which an arm differs from the first one."""
    if 0 in (first.composed, other.composed):
        return [] if first.composed == other.composed else [_shares(first, other)]
    found = [
        f"{name}: {_short(before)} -> {_short(after)}"
        for name, before, after in _changed(
            first.recipe.model_dump(mode="json"), other.recipe.model_dump(mode="json")
        )
    ]
    if [bank.header.content for bank in first.banks] != [b.header.content for b in other.banks]:
        found.append("glyphs: other banks")
    if first.corpus.content_hash != other.corpus.content_hash:
        found.append("text: another corpus")
    if first.composed != other.composed:
        found.append(_shares(first, other))
    return found


def _shares(first: Arm, other: Arm) -> str:
    return f"share of composed lines: {first.composed:g} -> {other.composed:g}"


def _changed(one: Any, other: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            yield from _changed(one.get(key), other.get(key), f"{name}.{key}" if name else key)
    elif one != other:
        yield name, one, other


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
