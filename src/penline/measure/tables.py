"""What placing takes of a placement model, as tables: numbers only.

How one quantity is drawn: a standard score goes along the line, made of a part that the line has in
common, a part that wanders and a part of the character's own, in the measured shares
(`spread.NeighbourCorrelation`); the quantiles of the character's class (or of the pair) turn it
into ems.
"""

from __future__ import annotations

import math

import numpy as np

from penline.compiled import frozen
from penline.measure.classes import CLASSES, family_of
from penline.measure.model import PlacementModel
from penline.measure.place import MODEL_PARAMS, ModelTables
from penline.measure.spread import SCORES, NeighbourCorrelation, Spread

__all__ = ["CLASS_NUMBERS", "LEAST_OF_CLASS", "model_tables"]

_NAMES = (*CLASSES, "han", "space")
CLASS_NUMBERS = {name: number for number, name in enumerate(_NAMES)}
"""Of each class, and of ``han`` and ``space``, its column in the tables of `model_tables`."""
LEAST_OF_CLASS = 5
"""Fewer glyphs of a class say nothing of how their sizes vary."""
_LEAST, _MOST = 0.5, 2.0
"""Bounds of what a line makes of a glyph's size, over what its writer's em would make of it."""


def model_tables(model: PlacementModel, mark_shape: float = 0.0) -> ModelTables:
    """Make the tables of a model.

    Args:
        model: a placement model.
        mark_shape: 0 to 1: how far the glyphs of commas and stops are drawn out to the model's
            proportions, their area kept; 0 leaves them the writer's.
    """
    figures = [model.figures("symbol" if name == "space" else name) for name in _NAMES]
    spreads = [(f.height, f.width, f.middle) for f in figures]
    tables = np.array([[s.quantiles for s in column] for column in zip(*spreads, strict=True)])
    gaps = np.array([[model.pair(a, b).gap.quantiles for b in _NAMES] for a in _NAMES])
    sizes = [float(np.mean(f.size.quantiles)) for f in figures]
    together = [f.height_to_width for f in figures]
    deviations = [_deviation(f.size) for f in figures]
    shapes = [
        math.sqrt(f.width.mean / max(f.height.mean, 1e-6)) if family_of(name) == "stop" else 0.0
        for name, f in zip(_NAMES, figures, strict=True)
    ]
    moments = np.array([together, sizes, deviations, shapes])
    own = np.array([family_of(n) == "han" and n != "han-flat" for n in _NAMES], bool)
    walks = [model.walks.get(name, NeighbourCorrelation()) for name in ("size", "middle", "gap")]
    walk_shares = np.array([(w.line_share, w.drift_share, w.correlation) for w in walks])
    line = model.line
    quantiles = np.array([line.slope.quantiles, line.size_trend.quantiles])
    han = model.classes.get("han")
    given = {
        "pull": model.pull,
        "identity": model.identity,
        "usual_width": han.width.mean if han is not None else 0.9,
        "slant_deviation": line.slant.deviation if line.slant is not None else 0.0,
        "least": _LEAST,
        "most": _MOST,
        "mark_shape": mark_shape,
    }
    params = np.array([given[name] for name in MODEL_PARAMS])
    scores = np.array(SCORES)
    found = params, scores, tables, gaps, moments, own, walk_shares, quantiles
    return ModelTables(*map(frozen, found))


def _deviation(size: Spread) -> float:
    """Of sizes; a few characters say little about how far others lie."""
    if size.n >= 8:
        return size.deviation
    return 0.39 * (size.quantiles[10] - size.quantiles[2])
