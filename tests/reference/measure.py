"""The kernel of `penline.measure.place` in plain NumPy, quantity by quantity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["place_items"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def place_items(
    kind: Ints,
    white: npt.NDArray[np.bool_],
    sizes_px: Floats,
    ems_px: Floats,
    usual: Floats,
    spread: Floats,
    chance: Floats,
    numbers: dict[str, float],
    scores: Floats,
    tables: Floats,
    gaps: Floats,
    moments: Floats,
    han: npt.NDArray[np.bool_],
    walks: Floats,
    lines: Floats,
) -> tuple[Ints, Floats]:
    """Places and facts of one line; see `penline.measure.place.place_items`.

    `chance` is ``float64 (8 + 8 n,)``: a bell-shaped number for each word.
    """
    n, em = len(kind), numbers["em"]
    own = chance[8:].reshape(n, 8)
    slope, trend = _at(lines[0], scores, chance[3:4])[0], _at(lines[1], scores, chance[4:5])[0]
    inked = ~white
    scores_of = np.zeros((3, n))
    for quantity, (line, drift, keep) in enumerate(walks.tolist()):
        steps = own[inked, 2 * quantity]
        states = np.zeros(len(steps))
        for i, step in enumerate(steps.tolist()):
            fresh = np.sqrt(1 - keep * keep) * step
            states[i] = keep * states[i - 1] + fresh if i else step
        rest = np.sqrt(max(1 - line - drift, 0))
        common = np.sqrt(line) * chance[quantity] + np.sqrt(drift) * states
        scores_of[quantity, inked] = common + rest * own[inked, 2 * quantity + 1]
    grow = 1 + trend * ((np.arange(n) + 0.5) / n - 0.5)
    scale = np.zeros(n)
    high, wide = np.zeros(n), numbers["space"] * (1 + 0.2 * own[:, 6])
    for i in np.flatnonzero(inked).tolist():
        z, (together, mean, deviation, shape) = scores_of[0, i], moments[:, kind[i]]
        if not len(sizes_px):
            other = together * z + np.sqrt(1 - together * together) * own[i, 6]
            for into, table, score in ((high, 0, z), (wide, 1, other)):
                size = _at(tables[table, kind[i]], scores, np.array([score]))[0]
                into[i] = max(size, 0.02) * grow[i]
            continue
        size = max(np.sqrt(sizes_px[i].prod()) / ems_px[i], 1e-6)
        mine, base = deviation / mean, max(usual[i], 1e-6)
        theirs = max(spread[i] / base, 1e-6)
        held = min(np.sqrt(numbers["identity"]) * mine / theirs, 1)
        rest = max(mine**2 - (held * theirs) ** 2, (1 - numbers["identity"]) * mine**2)
        target = mean * (1 + held * (size / base - 1) + np.sqrt(rest) * z)
        ratio = np.clip(target / size, numbers["least"], numbers["most"]) * grow[i]
        scale[i] = ratio * em / ems_px[i]
        high[i], wide[i] = sizes_px[i] * scale[i] / em
        if numbers["mark_shape"] > 0 and shape > 0:
            stretch = np.clip(shape * np.sqrt(high[i] / max(wide[i], 1e-6)), 0.5, 2)
            stretch = 1 + numbers["mark_shape"] * (stretch - 1)
            wide[i], high[i] = wide[i] * stretch, high[i] / stretch
    gap = np.zeros(n)
    for i in range(1, n):
        if white[i] or white[i - 1]:
            continue
        before, here = kind[i - 1], kind[i]
        gap[i] = _at(gaps[before, here], scores, scores_of[2, i : i + 1])[0]
        if han[before] and han[here]:
            gap[i] -= numbers["pull"] * ((wide[i] + wide[i - 1]) / 2 - numbers["usual_width"])
        gap[i] = max(gap[i], -min(wide[i], wide[i - 1]) / 2)
    starts = np.cumsum(gap + wide) - wide
    middle = np.zeros(n)
    for i in np.flatnonzero(inked).tolist():
        middle[i] = _at(tables[2, kind[i]], scores, scores_of[1, i : i + 1])[0]
    length = starts[-1] + wide[-1]
    rise = np.where(inked, middle + slope * (starts + wide / 2 - length / 2), 0)
    columns = np.stack([scale * 4096, *(64 * em * one for one in (high, wide, gap, rise))], 1)
    return np.rint(columns).astype(np.int64), np.array(
        [slope, trend, numbers["slant_deviation"] * chance[5]]
    )


def _at(quantiles: Floats, scores: Floats, z: Floats) -> Floats:
    """The values at standard scores, by straight lines between quantiles; flat outside."""
    return np.interp(z, scores, quantiles)
