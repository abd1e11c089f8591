"""A distribution as a few numbers, with how sure they are; how alike neighbours in a line are.

Intervals are bootstrap percentiles (2.5 % to 97.5 %) over whole lines, because the characters of a
line are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from penline.randomness import rng
from penline.settings import Settings, Share

__all__ = [
    "FAMILY_WEIGHT",
    "LEAST_OWN",
    "PROBABILITIES",
    "SCORES",
    "NeighbourCorrelation",
    "Spread",
    "bell_quantiles",
    "resamples",
    "walk_of",
]

Floats = npt.NDArray[np.float64]

PROBABILITIES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Where quantiles are taken."""
SCORES = (
    *(-2.326, -1.645, -1.282, -0.842, -0.524, -0.253, 0.0),
    *(0.253, 0.524, 0.842, 1.282, 1.645, 2.326),
)
"""The standard normal distribution's quantiles at `PROBABILITIES`: constants, so that drawing
from a `Spread` takes nothing but the four rules of arithmetic."""

FAMILY_WEIGHT = 8.0
"""How many measured values a family counts for where a class, or a pair, is rare."""
LEAST_OWN = 2
"""Fewer of a class, or of a pair, have no entry of their own."""
_PLACE = 0.25
Length = Annotated[float, Field(ge=-1000, le=1000)]


class Spread(Settings):
    """A measured quantity: how many, its mean and how sure that is, how it is distributed."""

    n: int = Field(ge=0, le=1 << 40)
    """Characters, pairs or lines that were measured."""
    mean: Length
    """Of what was measured."""
    interval: tuple[Length, Length]
    """95 % bootstrap interval of the mean, over lines."""
    deviation: float = Field(ge=0, le=1000)
    """Standard deviation of what was measured."""
    quantiles: tuple[Length, ...] = Field(min_length=13, max_length=13)
    """At the probabilities 1, 5, 10, 20, ..., 80, 90, 95, 99 %; where `n` is small they are
    drawn towards those of the family, or towards what is usual of the class."""

    @model_validator(mode="after")
    def _ordered(self) -> Spread:
        if any(a > b for a, b in zip(self.quantiles, self.quantiles[1:], strict=False)):
            raise ValueError("quantiles must not fall")
        return self

    def at(self, score: float) -> float:
        """The value at a standard score, by straight lines between the quantiles.

        Nothing lies beyond the outermost quantiles.
        """
        quantiles = self.quantiles
        if score <= SCORES[0]:
            return quantiles[0]
        for k in range(1, len(SCORES)):
            if score < SCORES[k]:
                share = (score - SCORES[k - 1]) / (SCORES[k] - SCORES[k - 1])
                return quantiles[k - 1] + share * (quantiles[k] - quantiles[k - 1])
        return quantiles[-1]

    @classmethod
    def of(
        cls,
        values: Floats,
        lines: npt.NDArray[np.int64],
        towards: Sequence[float] | None = None,
        weight: float = 0.0,
    ) -> Spread:
        """Measure.

        Args:
            values: ``float64 (n,)``, at least one.
            lines: ``int64 (n,)``: the line that each is of.
            towards: 13 quantiles that these are drawn towards.
            weight: how many measured values `towards` counts for in the shape; for the place
                it counts for a quarter of that.
        """
        own = np.quantile(values, PROBABILITIES)
        if towards is not None:
            # where a class lies is known from fewer values than how it is spread
            n, other = len(values), np.asarray(towards)
            here, there = own.mean(), other.mean()
            place = (n * here + _PLACE * weight * there) / (n + _PLACE * weight)
            own = place + (n * (own - here) + weight * (other - there)) / (n + weight)
        whole = np.maximum.accumulate(np.round(own, 4))
        return cls(
            n=len(values),
            mean=round(float(values.mean()), 4),
            interval=_interval(values, lines),
            deviation=round(float(values.std()), 4),
            quantiles=tuple(whole.tolist()),
        )


def bell_quantiles(mean: float, deviation: float) -> tuple[float, ...]:
    """The 13 quantiles of a normal distribution."""
    return tuple(mean + deviation * score for score in SCORES)


def resamples(count: int, times: int, name: str) -> npt.NDArray[np.int64]:
    """``int64 (times, count)``: numbers below `count`, drawn with replacement; always the same."""
    words = rng(0, count, f"bootstrap:{name}").words(times * count)
    return (
        ((words >> np.uint64(32)) * np.uint64(count) >> np.uint64(32))
        .astype(np.int64)
        .reshape(times, count)
    )


def _interval(values: Floats, lines: npt.NDArray[np.int64]) -> tuple[float, float]:
    _, which = np.unique(lines, return_inverse=True)
    count = int(which.max()) + 1
    sums, sizes = np.bincount(which, values), np.bincount(which)
    # where there are thousands of lines, fewer rounds are as good
    drawn = resamples(count, max(min(400, 2_000_000 // count), 50), "mean")
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return round(low, 4), round(high, 4)


class NeighbourCorrelation(Settings):
    """How alike neighbours in a line are: shares of the variance of one quantity."""

    line_share: Share = 0.0
    """Of the variance: what all characters of a line have in common."""
    drift_share: Share = 0.0
    """Of the variance: what wanders along the line."""
    correlation: Share = 0.0
    """Of the wandering part, from one character to the next."""
    n: int = Field(0, ge=0, le=1 << 40)
    """Pairs of neighbours that were measured."""
    neighbours: float = Field(0.0, ge=-1, le=1)
    """Correlation of neighbours, as measured."""
    interval: tuple[float, float] = (0.0, 0.0)
    """95 % bootstrap interval of `neighbours`, over lines."""

    @model_validator(mode="after")
    def _whole(self) -> NeighbourCorrelation:
        if self.line_share + self.drift_share > 1.0:
            raise ValueError("line_share and drift_share make more than the whole variance")
        return self

    @property
    def reach(self) -> float:
        """Characters after which the wandering part has kept 1/e; 0 where nothing wanders."""
        if not self.drift_share or not self.correlation:
            return 0.0
        return float(-1.0 / np.log(min(self.correlation, 0.999)))


_FARTHEST = 8
_CORRELATIONS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def walk_of(lines: Sequence[Floats], *, line_level: bool = True) -> NeighbourCorrelation:
    """The shares of variance, from standard scores along lines (NaN: not there).

    The covariance of characters k apart is taken for ``line + drift * correlation ** k``,
    k = 1 to 8, both shares at least 0, by least squares weighted by the number of pairs.

    Args:
        lines: ``float64 (n,)`` each: a quantity's standard scores in text order.
        line_level: whether lines may differ; not where each was measured against itself.
    """
    table = np.array([_lags(scores) for scores in lines]).reshape(-1, 2, _FARTHEST + 1)
    sums, pairs = table.sum(0)
    if not len(table) or pairs[1] < 8 or sums[0] <= 0:
        return NeighbourCorrelation()
    variance = sums[0] / pairs[0]
    known = pairs[1:] > 0
    lags = np.arange(1, _FARTHEST + 1)[known]
    covariance = (sums[1:][known] / pairs[1:][known]) / variance
    weight = np.sqrt(pairs[1:][known])
    best = (np.inf, 0.0, 0.0, 0.0)
    for correlation in _CORRELATIONS:
        shape = correlation**lags
        for columns in ([np.ones_like(shape), shape], [np.ones_like(shape)], [shape], []):
            flat = bool(columns) and columns[0][0] == 1.0
            if flat and not line_level:
                continue
            design = np.array(columns).reshape(len(columns), len(lags)).T * weight[:, None]
            fitted = np.linalg.lstsq(design, covariance * weight, rcond=None)[0]
            if (fitted < 0).any():
                continue
            error = float((((design @ fitted) - covariance * weight) ** 2).sum())
            line = float(fitted[0]) if flat else 0.0
            drift = float(fitted[-1]) if len(columns) > flat else 0.0
            # one more number has to earn its place
            error *= 1.0 + 0.05 * len(columns)
            if error < best[0]:
                best = (error, line, drift, correlation)
    _, line, drift, correlation = best
    over = max((line + drift) / 0.95, 1.0)
    drawn = resamples(len(table), 400, "walk")
    again = table[drawn].sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = (again[:, 0, 1] / again[:, 1, 1]) / (again[:, 0, 0] / again[:, 1, 0])
    low, high = np.clip(np.nanquantile(near, [0.025, 0.975]), -1, 1).tolist()
    return NeighbourCorrelation(
        line_share=round(line / over, 4),
        drift_share=round(drift / over, 4),
        correlation=correlation if drift else 0.0,
        n=int(pairs[1]),
        neighbours=round(float(np.clip(covariance[0], -1, 1)), 4),
        interval=(round(low, 4), round(high, 4)),
    )


def _lags(scores: Floats) -> Floats:
    """``float64 (2, 9)``: sums of products of scores 0 to 8 apart, and how many."""
    found = np.zeros((2, _FARTHEST + 1))
    for lag in range(min(_FARTHEST, len(scores) - 1) + 1):
        product = scores[lag:] * scores[: len(scores) - lag]
        good = np.isfinite(product)
        found[:, lag] = product[good].sum(), good.sum()
    return found
