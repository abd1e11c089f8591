"""How far apart two sets of measured numbers are, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.measure.spread import resamples

__all__ = ["Distance", "compare", "kolmogorov", "wasserstein"]

Floats = npt.NDArray[np.float64]
_ROUNDS = 400


def wasserstein(a: Floats, b: Floats) -> float:
    """The area between the two distribution functions: how far one set must be moved to be the
    other, on the average; in the numbers' own unit.

    >>> round(wasserstein(np.array([0.0, 1.0]), np.array([0.5, 1.5, 0.5, 1.5])), 3)
    0.5
    """
    points = np.sort(np.concatenate([a, b]))
    below = [np.searchsorted(np.sort(v), points[:-1], side="right") / len(v) for v in (a, b)]
    return float(np.sum(np.abs(below[0] - below[1]) * np.diff(points)))


def kolmogorov(a: Floats, b: Floats) -> float:
    """The largest difference of the two distribution functions.

    >>> kolmogorov(np.array([0.0, 1.0]), np.array([5.0]))
    1.0
    """
    points = np.concatenate([a, b])
    below = [np.searchsorted(np.sort(v), points, side="right") / len(v) for v in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


@dataclass(frozen=True, slots=True)
class Distance:
    """Two sets compared in one quantity.

    Attributes:
        quantity: its name.
        unit: ``em`` or ``""``.
        wasserstein: mean distance, in the unit.
        wasserstein_interval: 95 % bootstrap interval, over lines.
        kolmogorov: largest difference of the distribution functions, 0 to 1.
        kolmogorov_interval: 95 % bootstrap interval, over lines.
        real: mean, deviation and count of the first set.
        synthetic: of the second set.
    """

    quantity: str
    unit: str
    wasserstein: float
    wasserstein_interval: tuple[float, float]
    kolmogorov: float
    kolmogorov_interval: tuple[float, float]
    real: tuple[float, float, int]
    synthetic: tuple[float, float, int]


def compare(
    quantity: str, unit: str, real: Sequence[Floats], synthetic: Sequence[Floats]
) -> Distance | None:
    """Compare; None where one side has nothing.

    The interval is of basic percentiles over lines drawn with replacement. Such lines are fewer
    different ones, so that distances of them are a little too large; the interval's middle lies
    above the distance itself where sets are small.

    Args:
        quantity: its name.
        unit: its unit.
        real: ``float64 (n,)`` a line.
        synthetic: the same of the other set.
    """
    one = [values[np.isfinite(values)] for values in real]
    two = [values[np.isfinite(values)] for values in synthetic]
    one, two = [v for v in one if len(v)], [v for v in two if len(v)]
    if not one or not two:
        return None
    a, b = np.concatenate(one), np.concatenate(two)
    rounds = max(min(_ROUNDS, 20_000_000 // (len(a) + len(b))), 50)
    first = resamples(len(one), rounds, f"{quantity}:real")
    second = resamples(len(two), rounds, f"{quantity}:synthetic")
    drawn = []
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        x, y = np.concatenate([one[k] for k in i]), np.concatenate([two[k] for k in j])
        drawn.append((wasserstein(x, y), kolmogorov(x, y)))
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    return Distance(
        quantity=quantity,
        unit=unit,
        wasserstein=wasserstein(a, b),
        wasserstein_interval=(float(low[0]), float(high[0])),
        kolmogorov=kolmogorov(a, b),
        kolmogorov_interval=(float(low[1]), float(high[1])),
        real=(float(a.mean()), float(a.std()), len(a)),
        synthetic=(float(b.mean()), float(b.std()), len(b)),
    )
