"""From the geometry of lines to a placement model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from penline.measure.classes import HAN, expected_of, family_of
from penline.measure.gaps import Gaps
from penline.measure.geometry import LineGeometry, theil_sen
from penline.measure.latin_lines import latin_hand
from penline.measure.model import ClassFigures, FittedOn, LineFigures, PlacementModel
from penline.measure.spread import (
    FAMILY_WEIGHT,
    LEAST_OWN,
    NeighbourCorrelation,
    Spread,
    bell_quantiles,
    walk_of,
)

__all__ = ["estimate"]

Floats = npt.NDArray[np.float64]
Quantity = Literal["height", "width", "size", "middle"]

_ENOUGH = 8
"""From so many characters in running lines on, those in cells of a sheet say nothing about sizes:
alone in a cell, many hands write larger or more evenly."""
_USUAL_WEIGHT = 3.0
"""How many measured values the expectations of `classes` count for."""


def estimate(lines: Iterable[LineGeometry], sources: Sequence[str] = ()) -> PlacementModel:
    """Fit a model.

    Args:
        lines: as `geometry.with_writer_ems` gives them.
        sources: what `FittedOn.sources` shall say.

    Raises:
        ValueError: no line, or none with a character to measure by.
    """
    given = [line for line in lines if line.em_px > 0]
    running = [line for line in given if not line.cells]
    table = _CharacterRows(given)
    if not len(table.line):
        raise ValueError("no line with characters to measure")
    gaps = Gaps(running)
    pull, pull_interval = gaps.pull()
    classes = _classes(table)
    return PlacementModel(
        fitted_on=_fitted_on(given, sources),
        classes=classes,
        gaps=gaps.figures(pull),
        pull=pull,
        pull_interval=pull_interval,
        identity=_identity(table),
        walks=_walks(running, classes, gaps, pull),
        line=_line(running or given),
        latin=latin_hand(running),
    )


class _CharacterRows:
    """All trusted characters of all lines, one row each."""

    def __init__(self, lines: Sequence[LineGeometry]) -> None:
        self.name = np.array([n for line in lines for n in line.classes], object)
        self.character = np.array([c for line in lines for c in line.characters], object)
        counts = [len(line.characters) for line in lines]
        self.line = np.repeat(np.arange(len(lines)), counts)
        writers = {line.writer: k for k, line in enumerate(lines)}
        self.writer = np.repeat([writers[line.writer] for line in lines], counts)
        self.cells = np.repeat([line.cells for line in lines], counts)
        self.height = np.concatenate([line.heights_em for line in lines] or [np.zeros(0)])
        self.width = np.concatenate([line.widths_em for line in lines] or [np.zeros(0)])
        self.middle = np.concatenate([line.middles_em for line in lines] or [np.zeros(0)])
        self.size = np.sqrt(np.maximum(self.height * self.width, 0.0))
        good = np.concatenate([line.trusted for line in lines] or [np.zeros(0, bool)])
        # nothing a hand writes is ten ems high
        good &= (self.height < 10) & (self.width < 10) & (np.abs(self.middle) < 10)
        for field in list(vars(self)):
            setattr(self, field, getattr(self, field)[good])


def _classes(table: _CharacterRows) -> dict[str, ClassFigures]:
    found: dict[str, ClassFigures] = {}
    families = np.array([family_of(name) for name in table.name], object)
    for family in ("han", "digit"):
        # 一 is unlike all others, and what is like no other speaks for none
        chosen = (families == family) & (table.name != "han-flat")
        if chosen.sum() >= LEAST_OWN:
            usual = "han-middle" if family == "han" else family
            found[family] = _class(table, chosen, usual, None)
    for name, count in sorted(Counter(table.name.tolist()).items()):
        if count >= LEAST_OWN and name not in found:
            parent = found.get("han") if name in HAN else None
            found[name] = _class(table, table.name == name, name, parent)
    return found


def _class(
    table: _CharacterRows, chosen: npt.NDArray[np.bool_], name: str, parent: ClassFigures | None
) -> ClassFigures:
    e = expected_of(name)
    side = (e.height * e.width) ** 0.5
    usual = {
        "height": bell_quantiles(e.height, 0.5 * e.height_deviation),
        "width": bell_quantiles(e.width, 0.5 * e.width_deviation),
        "size": bell_quantiles(side, 0.15 * side),
        "middle": bell_quantiles(e.middle, 0.5 * e.middle_deviation),
    }

    def spread(field: Quantity, rows: npt.NDArray[np.bool_]) -> Spread:
        towards, weight = usual[field], _USUAL_WEIGHT
        if parent is not None:
            above: Spread = getattr(parent, field)
            towards, weight = above.quantiles, FAMILY_WEIGHT
        if field != "middle":
            towards = tuple(max(q, 0.02) for q in towards)
        values: Floats = getattr(table, field)[rows]
        if not len(values):
            mean = round(float(np.mean(towards)), 4)
            even = tuple(round(q, 4) for q in towards)
            return Spread(n=0, mean=mean, interval=(mean, mean), deviation=0.0, quantiles=even)
        return Spread.of(values, table.line[rows], towards, weight)

    running, alone = chosen & ~table.cells, chosen & table.cells
    if running.sum() >= _ENOUGH:
        chosen = running
    together = 0.0
    if chosen.sum() >= 8:
        pair = np.array([table.height[chosen], table.width[chosen]])
        if (pair.std(1) > 1e-6).all():
            together = float(np.corrcoef(pair)[0, 1]) * chosen.sum() / (chosen.sum() + 8)
    return ClassFigures(
        height=spread("height", chosen),
        width=spread("width", chosen),
        size=spread("size", chosen),
        middle=spread("middle", running),
        height_to_width=round(together, 4),
        middle_in_cell=(Spread.of(table.middle[alone], table.line[alone]) if alone.any() else None),
    )


def _identity(table: _CharacterRows) -> float:
    """Share of the variance of sizes between Chinese characters, one writer at a time.

    From characters written more than once: 1 less the variance within a character over the whole.
    """
    chosen = np.array([name in HAN for name in table.name], bool)
    if (chosen & ~table.cells).sum() >= _ENOUGH:
        chosen &= ~table.cells
    size = table.size[chosen]
    # a writer's sizes are compared with his own
    groups: dict[tuple[int, str], list[float]] = defaultdict(list)
    keys = zip(table.writer[chosen].tolist(), table.character[chosen].tolist(), strict=True)
    for key, value in zip(keys, size.tolist(), strict=True):
        groups[key].append(value)
    again = [np.array(values) for values in groups.values() if len(values) > 1]
    freedom = sum(len(values) - 1 for values in again)
    whole = float(size.var()) if len(size) else 0.0
    if freedom < 5 or whole <= 0:
        return 0.8
    within = sum(float(((v - v.mean()) ** 2).sum()) for v in again) / freedom
    share = 1.0 - within / whole
    # drawn towards the usual where few characters come again
    share = (freedom * share + 20 * 0.8) / (freedom + 20)
    return round(float(np.clip(share, 0.0, 1.0)), 4)


def _walks(
    lines: Sequence[LineGeometry], classes: dict[str, ClassFigures], gaps: Gaps, pull: float
) -> dict[Literal["size", "middle", "gap", "slant"], NeighbourCorrelation]:
    sizes, middles, slants = [], [], []
    for line in lines:
        names = line.classes
        known = [classes.get(name) or classes.get(family_of(name)) for name in names]
        size = np.sqrt(np.maximum(line.heights_em * line.widths_em, 0.0))
        sizes.append(_scores(line, size, [f.size if f else None for f in known]))
        middles.append(_scores(line, line.middles_em, [f.middle if f else None for f in known]))
        if line.looks is not None:
            slants.append(np.where(line.body, line.looks[:, 3], np.nan))
    value = gaps.adjusted(pull)
    rows: dict[int, list[float]] = defaultdict(list)
    figures = gaps.figures(pull)
    for row, (a, b) in enumerate(gaps.names):
        own = figures.get(f"{a}>{b}") or figures.get(f"{family_of(a)}>{family_of(b)}")
        good = gaps.near[row] and own is not None and own.gap.deviation > 0 and own.gap.n >= 4
        score = (value[row] - own.gap.mean) / own.gap.deviation if good and own else np.nan
        rows[int(gaps.line[row])].append(score)
    return {
        "size": walk_of(sizes, line_level=False),
        "middle": walk_of(middles, line_level=False),
        "gap": walk_of([np.array(scores) for scores in rows.values()]),
        "slant": walk_of(_centred(slants)),
    }


def _scores(line: LineGeometry, values: Floats, spreads: Sequence[Spread | None]) -> Floats:
    """Standard scores; NaN where a class is too rare to have any."""
    found = np.full(len(values), np.nan)
    for at, spread in enumerate(spreads):
        if spread is not None and spread.n >= 4 and spread.deviation > 0 and line.trusted[at]:
            found[at] = (values[at] - spread.mean) / spread.deviation
    return found


def _centred(lines: Sequence[Floats]) -> list[Floats]:
    whole = np.concatenate(lines) if lines else np.zeros(0)
    whole = whole[np.isfinite(whole)]
    if len(whole) < 2 or whole.std() <= 0:
        return []
    return [(values - whole.mean()) / whole.std() for values in lines]


def _line(lines: Sequence[LineGeometry]) -> LineFigures:
    found: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        body = line.body
        x = 0.5 * (line.boxes[:, 0] + line.boxes[:, 2])
        if body.sum() >= 6 and not line.cells:
            found["slope"].append(-line.level_px[1])
            share = (x[body] - x[body].min()) / max(np.ptp(x[body]), 1.0)
            high = line.heights_em[body]
            usual = 1.0 if line.tall_han.any() else max(float(np.median(high)), 1e-9)
            found["size_trend"].append(theil_sen(share, high / usual))
        if line.writer_em_px > 0:
            found["em"].append(line.em_px / line.writer_em_px)
        if line.looks is not None and body.any():
            width, cover, _, lean = line.looks[body, :4].T
            seen = {"stroke": width / line.em_px, "density": cover, "slant": lean}
            for name, values in seen.items():
                if np.isfinite(values).any():
                    found[name].append(float(np.nanmean(values)))
            if np.isfinite(lean).sum() > 1:
                found["slant_own"].append(float(np.nanstd(lean)))
        if np.isfinite(line.margins_px).all():
            found["margin_left"].append(line.margins_px[0] / line.em_px)
            found["margin_right"].append(line.margins_px[1] / line.em_px)
    flat = Spread(n=0, mean=0, interval=(0, 0), deviation=0, quantiles=(0.0,) * 13)
    whole = Spread(n=0, mean=1, interval=(1, 1), deviation=0, quantiles=(1.0,) * 13)
    own = found["slant_own"]
    return LineFigures(
        slope=_of(found["slope"]) or flat,
        em=_of(found["em"]) or whole,
        size_trend=_of(found["size_trend"]) or flat,
        slant=_of(found["slant"]),
        slant_own=round(float(np.mean(own)), 4) if own else 0.0,
        stroke=_of(found["stroke"]),
        density=_of(found["density"]),
        margin_left=_of(found["margin_left"]),
        margin_right=_of(found["margin_right"]),
    )


def _of(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    return Spread.of(np.clip(np.array(values), -1000, 1000), np.arange(len(values)))


def _fitted_on(lines: Sequence[LineGeometry], sources: Sequence[str]) -> FittedOn:
    return FittedOn(
        sources=tuple(sources),
        sheets=len({line.sheet for line in lines}),
        lines=len(lines),
        rows_of_cells=sum(line.cells for line in lines),
        writers=len({line.writer for line in lines}),
        characters=sum(int(line.trusted.sum()) for line in lines),
        left_out=sum(int((~line.trusted).sum()) for line in lines),
    )
