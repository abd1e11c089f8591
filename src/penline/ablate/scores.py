"""Errors of readings, with what is not sure about them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.errors import MissingExtra

__all__ = ["Edits", "by_group", "classes_of", "confusions", "edits_of", "interval", "rate"]

_ROUNDS = 1000
"""Bootstrap rounds: the ends of a 95 % interval are then sure to about a tenth of its length."""
_ENDS = (2.5, 97.5)
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Edits:
    """Levenshtein's distances between readings and references, and what they are of.

    Attributes:
        characters: ``int64 (lines, 2)``: edits, and characters of the reference.
        words: ``int64 (lines, 2)``: edits between the rows of words, and words of the reference.
    """

    characters: Counts
    words: Counts


def edits_of(references: Sequence[str], readings: Sequence[str]) -> Edits:
    """Count the edits of each line; texts are compared as they are.

    Raises:
        MissingExtra: RapidFuzz is not installed.
    """
    distance = _levenshtein().distance
    pairs = list(zip(references, readings, strict=True))
    split = [(reference.split(), reading.split()) for reference, reading in pairs]
    characters = [(distance(a, b), len(a)) for a, b in pairs]
    words = [(distance(a, b), len(a)) for a, b in split]
    shape = (len(pairs), 2)
    return Edits(
        np.array(characters, np.int64).reshape(shape), np.array(words, np.int64).reshape(shape)
    )


def rate(counts: Counts) -> float:
    """The error rate of some lines: all edits over all characters (or words) of the references.

    Args:
        counts: ``int64 (..., 2)``, edits and lengths.
    """
    edits, length = counts.reshape(-1, 2).sum(0).tolist()
    return float(edits / length) if length else 0.0


def interval(
    counts: Counts, other: Counts | None = None, rounds: int = _ROUNDS
) -> tuple[float, float]:
    """Find the 95 % interval of an error rate, over lines and seeds; of a difference, paired.

    Each round draws seeds, and lines of all of them, with repetition (a two-way bootstrap): the
    same ones for both sides of a difference, so that a line that is hard for both tells nothing.

    Args:
        counts: ``int64 (seeds, lines, 2)``, edits and lengths.
        other: the same of another arm, on the same lines with the same seeds: the interval is of
            the rate of `counts` less that of `other`.
        rounds: of the bootstrap.

    Returns:
        The lower and the upper end.
    """
    seeds, lines = counts.shape[:2]
    chance = np.random.Generator(np.random.Philox(1))
    found = np.empty(rounds)
    for round_ in range(rounds):
        which = chance.integers(0, seeds, seeds)
        weights = np.bincount(chance.integers(0, lines, lines), minlength=lines)
        found[round_] = _weighted(counts, which, weights)
        if other is not None:
            found[round_] -= _weighted(other, which, weights)
    low, high = np.percentile(found, _ENDS).tolist()
    return float(low), float(high)


def _weighted(counts: Counts, seeds: Any, weights: Any) -> float:
    edits, length = (weights @ counts[seeds].sum(axis=0)).tolist()
    return float(edits / length) if length else 0.0


def by_group(counts: Counts, groups: Sequence[str]) -> dict[str, dict[str, float]]:
    """The error rate of each group of lines, with how many there are, the largest group first.

    Args:
        counts: ``int64 (seeds, lines, 2)``.
        groups: of each line; ``""`` for none.
    """
    sizes = Counter(group for group in groups if group)
    named = np.array(groups)
    return {
        group: {"lines": lines, "error": rate(counts[:, named == group])}
        for group, lines in sizes.most_common()
    }


_CLASSES = {"L": "letters", "N": "digits", "P": "punctuation", "S": "signs", "Z": "spaces"}


def classes_of(
    references: Sequence[str], readings: Iterable[Sequence[str]]
) -> dict[str, dict[str, float]]:
    """How many characters of each kind were not read as what they are.

    Args:
        references: the texts.
        readings: of each seed, a reading for each of the texts.
    """
    wrong: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for read in readings:
        for reference, reading in zip(references, read, strict=True):
            total.update(map(_class, reference))
            for tag, at, _ in _levenshtein().editops(reference, reading):
                if tag != "insert":
                    wrong[_class(reference[at])] += 1
    return {name: {"characters": n, "error": wrong[name] / n} for name, n in total.most_common()}


def _class(character: str) -> str:
    if unicodedata.name(character, "").startswith("CJK"):
        return "Chinese characters"
    return _CLASSES.get(unicodedata.category(character)[0], "others")


def confusions(
    references: Sequence[str], readings: Iterable[Sequence[str]], most: int = 30
) -> list[tuple[str, str, int]]:
    """The commonest mistakes: what stands there, what was read, how often.

    A character that was left out was read as ``""``; one that was added stands for ``""``.
    """
    found: Counter[tuple[str, str]] = Counter()
    for read in readings:
        for reference, reading in zip(references, read, strict=True):
            for tag, at, to in _levenshtein().editops(reference, reading):
                there = "" if tag == "insert" else reference[at]
                found[there, "" if tag == "delete" else reading[to]] += 1
    return [(there, seen, count) for (there, seen), count in found.most_common(most)]


def _levenshtein() -> Any:
    try:
        return import_module("rapidfuzz.distance.Levenshtein")
    except ImportError:
        raise MissingExtra("counting the errors of readings", "torch") from None
