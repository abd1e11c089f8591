"""White between neighbours, collected from lines and told as figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.measure.classes import HAN, family_of
from penline.measure.geometry import LineGeometry
from penline.measure.model import ALL, GapFigures
from penline.measure.spread import FAMILY_WEIGHT, LEAST_OWN, Spread, resamples

__all__ = ["WIDE_EM", "Gaps"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WIDE_EM = 1.0
"""A wider gap is white that someone left on purpose, or a place left out: counted apart."""
_MOST_PAIRS = 400


class Gaps:
    """All measured gaps of running lines, one row each.

    Attributes:
        names: classes of the left and the right neighbour.
        gap: ``float64 (n,)``, ems.
        half: ``float64 (n,)``: half the widths of both, together.
        touching: ``float64 (n,)``: 1 where their ink hangs together, -1 where nobody tells.
        line: ``int64 (n,)``: number of the line.
        near: ``bool (n,)``: at most `WIDE_EM`.
        han: ``bool (n,)``: between two Chinese characters.
        usual_half: the mean of `half` between Chinese characters.
    """

    def __init__(self, lines: Sequence[LineGeometry]) -> None:
        names: list[tuple[str, str]] = []
        numbers: list[tuple[float, float, int, int]] = []
        for number, line in enumerate(lines):
            widths, gaps = line.widths_em, line.gaps_em
            for at in np.flatnonzero(line.good_gaps).tolist():
                touch = -1 if line.touching is None else int(line.touching[at])
                names.append((line.classes[at], line.classes[at + 1]))
                half = 0.5 * (widths[at] + widths[at + 1])
                numbers.append((gaps[at], half, touch, number))
        table = np.array(numbers, np.float64).reshape(-1, 4)
        self.names = names
        self.gap, self.half, self.touching = table[:, 0], table[:, 1], table[:, 2]
        self.line = table[:, 3].astype(np.int64)
        self.near = self.gap <= WIDE_EM
        self.han = np.array([a in HAN and b in HAN for a, b in names], bool)
        chosen = self.han & self.near
        self.usual_half = float(self.half[chosen].mean()) if chosen.any() else 0.9

    def pull(self) -> tuple[float, tuple[float, float]]:
        """How far white makes up for lack of width, and its interval."""
        chosen = self.han & self.near
        if chosen.sum() < 10:
            return 0.0, (0.0, 0.0)
        x, y, line = self.half[chosen], self.gap[chosen], self.line[chosen]
        _, which = np.unique(line, return_inverse=True)
        sums = np.array([np.bincount(which, v) for v in (np.ones_like(x), x, y, x * x, x * y)])

        def slope(s: Floats) -> Floats:
            n, sx, sy, sxx, sxy = s
            below = n * sxx - sx * sx
            return np.asarray(-(n * sxy - sx * sy) / np.where(below > 0, below, 1.0))

        drawn = resamples(sums.shape[1], 400, "pull")
        low, high = np.quantile(slope(sums[:, drawn].sum(2)), [0.025, 0.975]).tolist()
        found = float(np.clip(slope(sums.sum(1)), 0.0, 1.0))
        return round(found, 4), (round(low, 4), round(high, 4))

    def adjusted(self, pull: float) -> Floats:
        """Gaps; between Chinese characters as if both were of mean width."""
        return np.asarray(self.gap + np.where(self.han, pull * (self.half - self.usual_half), 0.0))

    def figures(self, pull: float) -> dict[str, GapFigures]:
        """Of all gaps, of pairs of families and of pairs of classes; see `PlacementModel.gaps`."""
        if not self.near.any():
            return {}
        gap = self.adjusted(pull)
        by_pair: dict[str, list[int]] = defaultdict(list)
        by_family: dict[str, list[int]] = defaultdict(list)
        for row, (a, b) in enumerate(self.names):
            by_pair[f"{a}>{b}"].append(row)
            by_family[f"{family_of(a)}>{family_of(b)}"].append(row)
        found = {ALL: self._figures(gap, np.arange(len(gap)), None)}
        for key, rows in sorted(by_family.items()):
            if len(rows) >= LEAST_OWN and self.near[rows].any():
                found[key] = self._figures(gap, np.array(rows), found[ALL])
        common = sorted(by_pair.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST_PAIRS]
        for key, rows in sorted(common):
            a, _, b = key.partition(">")
            parent = found.get(f"{family_of(a)}>{family_of(b)}")
            known = parent is not None and key not in found
            if known and len(rows) >= LEAST_OWN and self.near[rows].any():
                found[key] = self._figures(gap, np.array(rows), parent)
        return found

    def _figures(self, gap: Floats, rows: Ints, parent: GapFigures | None) -> GapFigures:
        near = rows[self.near[rows]]
        told = rows[self.touching[rows] >= 0]
        towards = None if parent is None else parent.gap.quantiles
        return GapFigures(
            gap=Spread.of(gap[near], self.line[near], towards, FAMILY_WEIGHT),
            overlap=round(float((self.gap[near] < 0).mean()), 4),
            touching=round(float((self.touching[told] > 0).mean()), 4) if len(told) else None,
            wide=round(1.0 - len(near) / len(rows), 4),
        )
