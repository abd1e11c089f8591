"""Who joins small Latin letters, how often, and which of them: measured figures."""

from __future__ import annotations

import csv
import functools
import string
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from penline.compiled import compiled, frozen

__all__ = ["LETTERS", "JoinFigures", "join_figures", "odds_of"]

LETTERS = string.ascii_lowercase
_ROUNDS = 48


class JoinFigures(NamedTuple):
    """How people join letters.

    Attributes:
        rates: ``float64 (11,)`` of each style (``printed``, ``mixed``, ``cursive``) and of ``all``:
            the share of a person's pairs of letters that is joined, 0 to 100 % of people.
        leaving: ``float64 (26,)``: what a letter does to the odds that it is joined to the next.
        entering: ``float64 (26,)``: and to the odds that the one before is joined to it.
        shares: ``float64 (26, 2)``: how common it is as the left of a pair, and as the right.
    """

    rates: dict[str, Any]
    leaving: Any
    entering: Any
    shares: Any


@functools.cache
def join_figures() -> JoinFigures:
    """Figures of the table that comes with penline.

    >>> figures = join_figures()
    >>> bool(figures.leaving[LETTERS.index("a")] > 1 > figures.leaving[LETTERS.index("s")])
    True
    """
    text = resources.files("penline.measure").joinpath("joins.tsv").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    rows = list(csv.reader(lines, delimiter="\t"))
    rates = {row[1]: frozen(np.array(row[4:], float)) for row in rows if row[0] == "hands"}
    letters = {row[1]: [float(value) for value in row[2:]] for row in rows if row[0] == "letter"}
    table = np.array([letters[one] for one in LETTERS])
    shares = table[:, :2] / table[:, :2].sum(axis=0)
    return JoinFigures(rates, frozen(table[:, 2]), frozen(table[:, 3]), frozen(shares))


def odds_of(rate: float) -> float:
    """Find the odds of a hand that joins this share of its pairs, before what their letters do.

    Args:
        rate: 0 to 1.
    """
    figures = join_figures()
    return float(_solve(rate, figures.leaving, figures.entering, figures.shares))


@compiled
def _solve(rate: float, leaving: Any, entering: Any, shares: Any) -> float:
    """The odds by which the mean over all pairs of letters is `rate`, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_ROUNDS):
        usual = 0.5 * (low + high)
        odds, mean = usual / (1.0 - usual), 0.0
        for left in range(leaving.shape[0]):
            for right in range(entering.shape[0]):
                own = odds * leaving[left] * entering[right]
                mean += shares[left, 0] * shares[right, 1] * (own / (1.0 + own))
        if mean < rate:
            low = usual
        else:
            high = usual
    return low / (1.0 - low)
