"""A small classifier between two sets of lines: how easily they are told apart, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.measure.spread import resamples

__all__ = ["Auc", "auc", "logistic", "tell_apart"]

Floats = npt.NDArray[np.float64]

FOLDS = 5
_PENALTY = 1.0
_ROUNDS = 400
_STEPS = 30


@dataclass(frozen=True, slots=True)
class Auc:
    """How well the two sets are told apart: 0.5 not at all, 1 always.

    Attributes:
        characters: area under the ROC curve of single characters.
        characters_interval: its 95 % bootstrap interval, over lines.
        lines: the same of whole lines, by the mean of their characters' log-odds.
        lines_interval: its 95 % bootstrap interval, over lines.
        gives_away: features with the largest weights, the largest first: positive means that the
            synthetic set has more of it (all features are standardised).
    """

    characters: float
    characters_interval: tuple[float, float]
    lines: float
    lines_interval: tuple[float, float]
    gives_away: tuple[tuple[str, float], ...]


def auc(zero: Floats, one: Floats) -> float:
    """Area under the ROC curve: how often a score of `one` is above a score of `zero`; ties half.

    >>> auc(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    0.875
    """
    both = np.sort(zero)
    below = np.searchsorted(both, one, side="left") + np.searchsorted(both, one, side="right")
    return float(below.mean() / (2 * len(zero)))


def logistic(x: Floats, y: Floats, weights: Floats, penalty: float = _PENALTY) -> Floats:
    """Logistic regression with an intercept and squared penalty, by Newton's method.

    Args:
        x: ``float64 (n, k)``, standardised.
        y: ``float64 (n,)``, 0 or 1.
        weights: ``float64 (n,)``: how much each row counts.
        penalty: on the squares of the coefficients, the intercept left out.

    Returns:
        ``float64 (k + 1,)``: intercept, then coefficients.
    """
    design = np.concatenate([np.ones((len(x), 1)), x], 1)
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-6
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (weights * (y - chance)) - ridge * beta
        curve = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def tell_apart(
    real: Sequence[Floats], synthetic: Sequence[Floats], names: Sequence[str]
) -> Auc | None:
    """Train on four fifths of the lines of each set and judge the others, five times.

    Line k of a set is judged in fold ``k % 5``; both sets weigh the same. What a feature lacks
    (NaN) is given its mean. None where a set has fewer than two lines.

    Args:
        real: ``float64 (characters, features)`` a line.
        synthetic: the same of the other set; where both have the same texts, in the same order,
            so that a text never is on both sides of a fold.
        names: of the features.
    """
    if min(len(real), len(synthetic)) < 2:
        return None
    sets = (real, synthetic)
    scores = tuple([np.zeros(0)] * len(lines) for lines in sets)
    folds = min(FOLDS, len(real), len(synthetic))
    for fold in range(folds):
        mean, deviation, beta = _fitted(
            [[line for k, line in enumerate(lines) if k % folds != fold] for lines in sets]
        )
        for lines, into in zip(sets, scores, strict=True):
            for k, line in enumerate(lines):
                if k % folds == fold:
                    into[k] = beta[0] + _standard(line, mean, deviation) @ beta[1:]
    beta = _fitted(sets)[2][1:]
    order = np.argsort(-np.abs(beta), kind="stable")[:8]
    given = tuple((names[k], round(float(beta[k]), 3)) for k in order.tolist())
    characters, lines_auc = _areas(*scores)
    drawn = [
        _areas([scores[0][k] for k in i], [scores[1][k] for k in j])
        for i, j in zip(
            resamples(len(real), _ROUNDS, "auc:real").tolist(),
            resamples(len(synthetic), _ROUNDS, "auc:synthetic").tolist(),
            strict=True,
        )
    ]
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0).tolist()
    return Auc(characters, (low[0], high[0]), lines_auc, (low[1], high[1]), given)


def _fitted(sets: Sequence[Sequence[Floats]]) -> tuple[Floats, Floats, Floats]:
    """Mean and deviation of the features of two sets of lines, and what tells the sets apart."""
    zero, one = (sum(map(len, lines)) for lines in sets)
    table = np.concatenate([line for lines in sets for line in lines])
    mean, deviation = _scale(table)
    weights = np.repeat([1.0, zero / max(one, 1)], [zero, one])
    y = np.repeat([0.0, 1.0], [zero, one])
    return mean, deviation, logistic(_standard(table, mean, deviation), y, weights)


def _areas(real: Sequence[Floats], synthetic: Sequence[Floats]) -> tuple[float, float]:
    means = [np.array([line.mean() for line in lines if len(line)]) for lines in (real, synthetic)]
    return auc(np.concatenate(list(real)), np.concatenate(list(synthetic))), auc(*means)


def _scale(x: Floats) -> tuple[Floats, Floats]:
    good = np.isfinite(x)
    count = np.maximum(good.sum(0), 1)
    mean = np.where(good, x, 0.0).sum(0) / count
    deviation = np.sqrt((np.where(good, x - mean, 0.0) ** 2).sum(0) / count)
    return mean, np.where(deviation > 1e-9, deviation, 1.0)


def _standard(x: Floats, mean: Floats, deviation: Floats) -> Floats:
    return np.where(np.isfinite(x), np.clip((x - mean) / deviation, -6, 6), 0.0)
