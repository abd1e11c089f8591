"""The characters of a line found in its ink, by dynamic programming over the line's label.

No pixel of the line is left over: the units of `units.units_of`, in the order of their middles,
are dealt to the label's characters in contiguous runs. A run costs by how far its width, height
and place are from what its character's class should have, by white inside it, and by the white
(or the cut) between it and the next. What a class should have is scaled by the em, which is found
again from the result, so the whole is done a few times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from penline.characters import kind_of
from penline.measure.classes import expected
from penline.measure.geometry import theil_sen
from penline.measure.units import Units, units_of
from penline.records import Bytes2D

__all__ = ["LEAST_INK", "Segmented", "segment"]

LEAST_INK = 24
"""Fainter ink is the grey edge of a stroke or a trace of compression."""
_LONGEST_RUN = 28
_PASSES = 3
_TWO_PARTS = frozenset('“”"《》：:；;！!？?％%＝=')
"""Marks of two strokes that stand apart; most hands do not join them."""
_ALONE = _TWO_PARTS | frozenset("一·•・")
_READ_EM = 0.3
"""How far the middle of a character's ink lies from where somebody read it, in ems."""
_MOST_LATE_EM = 0.3
"""How far all places of a line may be off to the same side, in ems."""
_MOST_COST = 14.0
"""Of one run; a strange character must not bend its neighbours."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Segmented:
    """A line whose ink is dealt to its characters.

    Attributes:
        boxes: ``int64 (n, 4)``: left, top, right, bottom of each character in px; right and
            bottom are exclusive.
        areas: ``int64 (n,)``: pixels of ink of each.
        touching: ``bool (n - 1,)``: a component had to be cut between a character and the next.
        costs: ``float64 (n,)``: what each character's run costs; `doubtful` has the limit.
        em_px: the em that was found.
        middle_px: y of the line's middle at its left edge, and its slope.
        units: what was dealt.
        first: ``int64 (n,)``: the first unit of each character's run.
        margins: ``float64 (n,)``: how much more the whole line costs where this character has any
            other run; None where nobody asked.
    """

    boxes: npt.NDArray[np.int64]
    areas: npt.NDArray[np.int64]
    touching: npt.NDArray[np.bool_]
    costs: Floats
    em_px: float
    middle_px: tuple[float, float]
    units: Units
    first: npt.NDArray[np.int64]
    margins: Floats | None = None

    @property
    def doubtful(self) -> npt.NDArray[np.bool_]:
        """``bool (n,)``: characters whose boxes are far from anything expected."""
        return self.costs > 9.0


def segment(
    ink: Bytes2D,
    characters: Sequence[str | None],
    *,
    middles_px: Floats | None = None,
    margins: bool = False,
) -> Segmented | None:
    """Find the characters of a line.

    Args:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        characters: the label without white space; None for ink that is no character.
        middles_px: ``float64 (n,)``: x of each character's middle, by somebody who can read; NaN
            where he could not; None where nobody did.
        margins: say how sure each run is, too.

    Returns:
        None where there are fewer units of ink than characters, or none of either.
    """
    label = [character or "永" for character in characters]
    if not label:
        return None
    em = _first_em(ink, label)
    middle: tuple[float, float] | None = None
    found: Segmented | None = None
    late_px = 0.0
    for _ in range(_PASSES):
        units = units_of(ink, em, LEAST_INK)
        if len(units.boxes) < len(label):
            return found
        middle = middle or _first_middle(units)
        read = None if middles_px is None else middles_px + late_px
        line = _Alignment(units, label, em, middle, read)
        found = line.best()
        if found is None:
            return None
        em, middle = _refit(found, label, em, middle)
        late_px = 0.0 if middles_px is None else _late(found, middles_px)
    if found is not None and margins:
        found = replace(found, margins=line.margins(found))
    return found


def _late(found: Segmented, middles_px: Floats) -> float:
    """How far behind the places where a reader saw them the characters lie, px: one that learned
    by CTC may see all of them at their beginnings, or at their ends."""
    behind = 0.5 * (found.boxes[:, 0] + found.boxes[:, 2]) - middles_px
    if np.isnan(behind).all():
        return 0.0
    most = _MOST_LATE_EM * found.em_px
    return float(np.clip(np.nanmedian(behind), -most, most))


def _first_em(ink: Bytes2D, label: Sequence[str]) -> float:
    """From the line's ink width, and from the heights of what stands in it."""
    across = np.flatnonzero((ink >= LEAST_INK).any(0))
    if not len(across):
        return 1.0
    # white beyond 0.3 of the line's height is not writing
    steps = np.minimum(np.diff(across), 0.3 * ink.shape[0])
    width = float(steps.sum()) + 1.0
    ems = sum(expected(character).width + 0.15 for character in label)
    return float(np.clip(width / ems, 0.35 * ink.shape[0], 0.95 * ink.shape[0]))


def _first_middle(units: Units) -> tuple[float, float]:
    tall = units.boxes[:, 3] - units.boxes[:, 1]
    middles = 0.5 * (units.boxes[:, 1] + units.boxes[:, 3])
    return float(np.average(middles, weights=tall)), 0.0


class _Alignment:
    """The costs of all runs of units for each character of a label, and the cheapest deal.

    Args:
        units: of the line's ink.
        label: a character each.
        em: of the line.
        middle: of the line, as `Segmented.middle_px`.
        middles_px: as `segment` takes it.
    """

    def __init__(
        self,
        units: Units,
        label: Sequence[str],
        em: float,
        middle: tuple[float, float],
        middles_px: Floats | None,
    ) -> None:
        self.units, self.label, self.em, self.middle = units, label, em, middle
        count = len(units.boxes)
        self.runs = _Runs(units, min(_LONGEST_RUN, count - len(label) + 1), em, middle)
        self.edge = _edges(units, em)
        self.costs: dict[str, Floats] = {}
        self.middles_px = middles_px

    def paid(self, number: int) -> Floats:
        """``float64 (units, longest)`` of dealing each run to character `number`."""
        key = _key(self.label[number])
        if key not in self.costs:
            self.costs[key] = self.runs.costs(self.label[number])
        if self.middles_px is None:
            return self.costs[key]
        x0, _, x1, _ = self.runs.boxes
        middle = self.middles_px[number]
        off = (0.5 * (x0 + x1) - middle) / (_READ_EM * self.em)
        far = 0.0 if np.isnan(middle) else np.minimum(off * off, _MOST_COST)
        return np.asarray(self.costs[key] + far)

    def best(self) -> Segmented | None:
        """The cheapest deal; None where there is none."""
        count, runs = len(self.units.boxes), self.runs
        self.before = [np.full(count + 1, np.inf)]
        self.before[0][0] = 0.0
        came = np.zeros((len(self.label), count + 1), np.int64)
        for number in range(len(self.label)):
            new, came[number] = _dealt(self.before[number], self.paid(number))
            self.before.append(new + self.edge)
        if not np.isfinite(self.before[-1][count]):
            return None
        ends = [count]
        for number in range(len(self.label) - 1, -1, -1):
            ends.append(ends[-1] - int(came[number, ends[-1]]))
        cuts = np.array(ends[::-1])
        first, lengths = cuts[:-1], np.diff(cuts)
        boxes = runs.boxes[:, first, lengths - 1].T.astype(np.int64)
        areas = np.add.reduceat(self.units.areas, first)
        own = [
            self.costs[_key(c)][at, n - 1]
            for c, at, n in zip(self.label, first.tolist(), lengths.tolist(), strict=True)
        ]
        touching = _crossed(self.units)[cuts[1:-1]] > 0
        return Segmented(
            boxes, areas, touching, np.array(own), self.em, self.middle, self.units, first
        )

    def margins(self, found: Segmented) -> Floats:
        """`Segmented.margins` of the cheapest deal, which `best` has found."""
        count, longest = self.runs.valid.shape
        after = np.full(count + 1, np.inf)
        after[count] = 0.0
        ends = np.arange(count)[:, None] + np.arange(1, longest + 1)
        lengths = np.diff([*found.first.tolist(), count])
        margins = np.zeros(len(self.label))
        for number in range(len(self.label) - 1, -1, -1):
            paid = self.paid(number)
            behind = np.append(after + self.edge, np.full(longest, np.inf))[ends] + paid
            whole = self.before[number][:-1, None] + behind
            at = found.first[number], lengths[number] - 1
            best, whole[at] = whole[at], np.inf
            margins[number] = whole.min() - best
            after = np.append(behind.min(1), np.inf)
        return margins


def _dealt(best: Floats, paid: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """``(n + 1,)`` each: the least cost of dealing so many units, and the last run's length."""
    size = len(best)
    new, came = np.full(size, np.inf), np.zeros(size, np.int64)
    for length in range(1, paid.shape[1] + 1):
        total = best[: size - length] + paid[: size - length, length - 1]
        better = total < new[length:]
        new[length:][better] = total[better]
        came[length:][better] = length
    return new, came


def _key(character: str) -> str:
    """What characters share their costs: those of a kind, but for a few."""
    return character if character in _ALONE else kind_of(character).name


class _Runs:
    """Boxes and costs of all runs of units: ``[first unit, length - 1]``."""

    def __init__(self, units: Units, longest: int, em: float, middle: tuple[float, float]) -> None:
        count = len(units.boxes)
        self.em = em
        self.boxes = np.zeros((4, count, longest))
        self.white = np.zeros((count, longest))
        self.valid = np.zeros((count, longest), bool)
        left, top, right, bottom = units.boxes.T.astype(np.float64)
        for n in range(longest):
            k = count - n
            if n == 0:
                self.boxes[:, :, 0] = left, top, right, bottom
                self.valid[:, 0] = True
                continue
            before = self.boxes[:, :k, n - 1]
            gap = left[n:] - before[2]
            self.white[:k, n] = np.maximum(self.white[:k, n - 1], gap)
            self.boxes[0, :k, n] = np.minimum(before[0], left[n:])
            self.boxes[1, :k, n] = np.minimum(before[1], top[n:])
            self.boxes[2, :k, n] = np.maximum(before[2], right[n:])
            self.boxes[3, :k, n] = np.maximum(before[3], bottom[n:])
            self.valid[:k, n] = True
        x0, y0, x1, y1 = self.boxes
        self.width, self.height = (x1 - x0) / em, (y1 - y0) / em
        level = middle[0] + middle[1] * 0.5 * (x0 + x1)
        self.middle = (level - 0.5 * (y0 + y1)) / em

    def costs(self, character: str) -> Floats:
        """``float64 (units, longest)`` of dealing a run to this character."""
        e = expected(character)
        total = _far((self.width - e.width) / e.width_deviation)
        total += _far((self.height - e.height) / e.height_deviation)
        total += 0.7 * _far((self.middle - e.middle) / e.middle_deviation)
        # white inside: little in a character of one stroke, some between a character's parts
        room = 0.06 + 0.10 * e.width
        total += (np.maximum(self.white / self.em - 0.5 * room, 0.0) / room) ** 2
        total = np.minimum(total, _MOST_COST)
        # too wide for any hand
        total += 8.0 * np.maximum(self.width - e.width - 3.0 * e.width_deviation, 0.0)
        if character in _TWO_PARTS:
            total[:, 0] += 3.0
        total[~self.valid] = np.inf
        return np.asarray(total)


def _far(z: Floats) -> Floats:
    """Of a deviation: squared when small, flattened when large."""
    return np.asarray(2.5 * np.log1p(z * z / 5.0))


def _crossed(units: Units) -> Floats:
    """``float64 (n + 1,)``: ink that a boundary before each unit would cut through."""
    count = len(units.boxes)
    ink = np.zeros(count + 1)
    last: dict[int, int] = {}
    for at, component in enumerate(units.components.tolist()):
        if component in last:
            ink[last[component] + 1 : at + 1] += max(units.cut_px[at], 1.0)
        last[component] = at
    return ink


def _edges(units: Units, em: float) -> Floats:
    """``float64 (n + 1,)``: what a boundary before each unit costs; nothing at the ends."""
    count = len(units.boxes)
    cost = np.zeros(count + 1)
    reached = np.maximum.accumulate(units.boxes[:, 2])[:-1]
    begins = np.minimum.accumulate(units.boxes[::-1, 0])[::-1][1:]
    gap = (begins - reached) / em
    cost[1:count] = np.clip((0.08 - gap) / 0.10, 0.0, 3.5)
    crossed = _crossed(units)
    cost += np.where(crossed > 0, 1.5 + 9.0 * crossed / em, 0.0)
    return cost


def _refit(
    found: Segmented, label: Sequence[str], em: float, middle: tuple[float, float]
) -> tuple[float, tuple[float, float]]:
    """The em and the middle of the line again, from its Chinese characters."""
    han = np.array([kind_of(character).name == "han" for character in label])
    if han.sum() < 3:
        return em, middle
    x0, y0, x1, y1 = found.boxes[han].T.astype(np.float64)
    # a line of few Chinese characters trusts them less
    trust = han.sum() / (han.sum() + 3.0)
    em = float(trust * np.median(y1 - y0) + (1.0 - trust) * em)
    x, y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    if han.sum() < 6 or np.ptp(x) < 4 * em:
        return em, (float(np.median(y)), 0.0)
    slope = theil_sen(x, y)
    return em, (float(np.median(y - slope * x)), slope)
