"""The placements of one line as one compiled pass; what `tables.model_tables` prepares it is given.

Only ``+ - * /`` and square roots act on the numbers, in a fixed order, and the results are cut to
fixed point.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.randomness import bell

__all__ = ["LINE_WORDS", "MODEL_PARAMS", "WORDS_PER_CHARACTER", "ModelTables", "place_items"]

LINE_WORDS = 8
WORDS_PER_CHARACTER = 8

MODEL_PARAMS = (
    "pull",
    "identity",
    "usual_width",  # ems, mean width of Chinese characters
    "slant_deviation",
    "least",  # bounds of a glyph's scale over what its writer's em would make of it
    "most",
    "mark_shape",  # 0 to 1: how far commas and stops take the model's proportions
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@compiled
def _at(quantiles: Floats, scores: Floats, z: float) -> Any:
    """`Spread.at`: the value at a standard score, by straight lines."""
    last = scores.shape[0] - 1
    if z <= scores[0]:
        return quantiles[0]
    for k in range(1, last + 1):
        if z < scores[k]:
            share = (z - scores[k - 1]) / (scores[k] - scores[k - 1])
            return quantiles[k - 1] + share * (quantiles[k] - quantiles[k - 1])
    return quantiles[last]


class ModelTables(NamedTuple):
    """What `place_items` takes of a placement model; read-only.

    Attributes:
        params: ``float64 (len(MODEL_PARAMS),)``.
        scores: ``float64 (13,)``: `spread.SCORES`.
        tables: ``float64 (3, classes, 13)``: quantiles of height, width and middle.
        gaps: ``float64 (classes, classes, 13)``: quantiles of the gap, left and right.
        moments: ``float64 (4, classes)``: correlation of height and width, mean and deviation
            of the size; of commas and stops the root of width over height, of others 0.
        han: ``bool (classes,)``: Chinese characters but 一.
        walks: ``float64 (3, 3)``: of size, middle and gap: line share, drift share, correlation.
        lines: ``float64 (2, 13)``: quantiles of the slope and of the size's trend.
    """

    params: Any
    scores: Any
    tables: Any
    gaps: Any
    moments: Any
    han: Any
    walks: Any
    lines: Any


@compiled
def place_items(
    kind: Ints,
    white: npt.NDArray[np.bool_],
    sizes_px: Floats,
    ems_px: Floats,
    usual: Floats,
    spread: Floats,
    words: npt.NDArray[np.uint64],
    space: float,
    em: float,
    model: Any,
    places: Ints,
    metrics: Floats,
) -> None:
    """Place the items of one line.

    Args:
        kind: ``int64 (n,)``: number of each item's class.
        white: ``bool (n,)``: white space.
        sizes_px: ``float64 (n, 2)``: height and width of each glyph; ``(0, 2)`` draws them from
            the tables.
        ems_px: ``float64 (n,)``: of each glyph's writer, in the same pixels.
        usual: ``float64 (n,)``: mean size of the writer's glyphs of the class, ems.
        spread: ``float64 (n,)``: its deviation.
        words: ``uint64 (LINE_WORDS + n * WORDS_PER_CHARACTER,)``: chance.
        space: mean width of white space, ems.
        em: height of a median Chinese character in the picture, px.
        model: `ModelTables`.
        places: ``int64 (n, 5)``: filled in: scale in 1/4096, height, width, gap and rise in
            1/64 px.
        metrics: ``float64 (3,)``: filled in: slope, trend, lean.
    """
    pull, identity, usual_width, slant_deviation, least, most, mark_shape = model.params
    scores, tables, gaps, moments = model.scores, model.tables, model.gaps, model.moments
    han, walks, lines = model.han, model.walks, model.lines
    n = kind.shape[0]
    slope = _at(lines[0], scores, bell(words[3]))
    trend = _at(lines[1], scores, bell(words[4]))
    metrics[0], metrics[1] = slope, trend
    metrics[2] = slant_deviation * bell(words[5])
    common = np.empty(3)
    fresh = np.empty(3)
    parts = np.empty((3, 3))
    for q in range(3):
        line_share, drift_share, keep = walks[q]
        fresh[q] = np.sqrt(1.0 - keep * keep)
        parts[q, 0] = np.sqrt(line_share)
        parts[q, 1] = np.sqrt(drift_share)
        parts[q, 2] = np.sqrt(max(1.0 - line_share - drift_share, 0.0))
        common[q] = bell(words[q])
    state = np.zeros(3)
    z = np.zeros(3)
    begun = False
    drawn = sizes_px.shape[0] == 0
    starts = np.zeros(n)
    wides = np.zeros(n)
    middles = np.zeros(n)
    x = 0.0
    for i in range(n):
        first = LINE_WORDS + i * WORDS_PER_CHARACTER
        other = bell(words[first + 6])
        k = kind[i]
        if white[i]:
            wide = space * (1.0 + 0.2 * other)
            starts[i], wides[i] = x, wide
            places[i, 0] = places[i, 1] = places[i, 3] = 0
            places[i, 2] = np.int64(round(wide * em * 64.0))
            x += wide
            continue
        for q in range(3):
            step = bell(words[first + 2 * q])
            state[q] = walks[q, 2] * state[q] + fresh[q] * step if begun else step
            own = bell(words[first + 2 * q + 1])
            z[q] = parts[q, 0] * common[q] + parts[q, 1] * state[q] + parts[q, 2] * own
        begun = True
        grow = 1.0 + trend * ((i + 0.5) / n - 0.5)
        scale = 0.0
        if drawn:
            together = moments[0, k]
            other = together * z[0] + np.sqrt(1.0 - together * together) * other
            high = max(_at(tables[0, k], scores, z[0]), 0.02) * grow
            wide = max(_at(tables[1, k], scores, other), 0.02) * grow
        else:
            size = max(np.sqrt(sizes_px[i, 0] * sizes_px[i, 1]) / ems_px[i], 1e-6)
            mean = moments[1, k]
            mine = moments[2, k] / mean
            base = max(usual[i], 1e-6)
            theirs = max(spread[i] / base, 1e-6)
            # sizes keep the order that they have in the bank, as far as it was measured
            held = min(np.sqrt(identity) * mine / theirs, 1.0)
            rest = mine * mine - (held * theirs) * (held * theirs)
            rest = np.sqrt(max(rest, (1.0 - identity) * mine * mine))
            target = mean * (1.0 + held * (size / base - 1.0) + rest * z[0])
            ratio = min(max(target / size, least), most) * grow
            scale = ratio * em / ems_px[i]
            high = sizes_px[i, 0] * scale / em
            wide = sizes_px[i, 1] * scale / em
            if mark_shape > 0.0 and moments[3, k] > 0.0:
                # the area stays: what it gains in breadth it loses in height
                stretch = moments[3, k] * np.sqrt(high / max(wide, 1e-6))
                stretch = 1.0 + mark_shape * (min(max(stretch, 0.5), 2.0) - 1.0)
                wide, high = wide * stretch, high / stretch
        gap = 0.0
        if i > 0 and not white[i - 1]:
            before = kind[i - 1]
            gap = _at(gaps[before, k], scores, z[2])
            if han[before] and han[k]:
                gap -= pull * (0.5 * (wide + wides[i - 1]) - usual_width)
            # characters may reach over each other, but none stands on the one before
            gap = max(gap, -0.5 * min(wide, wides[i - 1]))
        x += gap
        starts[i], wides[i] = x, wide
        middles[i] = _at(tables[2, k], scores, z[1])
        places[i, 0] = np.int64(round(scale * 4096.0))
        places[i, 1] = np.int64(round(high * em * 64.0))
        places[i, 2] = np.int64(round(wide * em * 64.0))
        places[i, 3] = np.int64(round(gap * em * 64.0))
        x += wide
    for i in range(n):
        rise = 0.0
        if not white[i]:
            rise = middles[i] + slope * (starts[i] + 0.5 * wides[i] - 0.5 * x)
        places[i, 4] = np.int64(round(rise * em * 64.0))
