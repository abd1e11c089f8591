"""What is drawn once for a line: its figures, which the settings of the layout decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled, frozen
from penline.compose.place.spacing import LATIN_RISE, LATIN_WALK
from penline.measure.latin import X_HEIGHT_EM
from penline.measure.model import PlacementModel
from penline.measure.spread import Spread
from penline.randomness import Draws, bell_q16, mulhi, span
from penline.recipe.layout import DECIDES, LINE_PARAMS, Layout, line_settings

__all__ = ["LineParams", "sample_line_params", "with_hand"]

_CELL = "cell"
_LEAST_X_HEIGHT = 0.05
_BELL = [param for one in DECIDES.values() if one.bell for param in one.params.split()]
_USUAL = line_settings(Layout())
_SPANNED = [param for param in LINE_PARAMS if isinstance(_USUAL[param], tuple) and param != _CELL]
_SAMPLED = {*_SPANNED, *_BELL, _CELL}
_SPANNED_AT = tuple(LINE_PARAMS.index(param) for param in _SPANNED)
_BELL_AT = tuple(LINE_PARAMS.index(param) for param in _BELL)
_CELL_AT = LINE_PARAMS.index(_CELL)
_WORDS = len(_SPANNED) + len(_BELL)


@compiled
def sample_line_params(
    words: Any, spans: Any, deviations_q16: Any, constants: Any, cells: bool
) -> Any:
    """Draw the figures of a line, as `Draws.uniform` and `Draws.normal` draw them.

    Args:
        words: ``uint64 (13,)``: chance; 12 of them where there are no cells.
        spans: ``int64 (10, 2)``: intervals as `randomness.span` gives them, that of cells last.
        deviations_q16: ``int64 (3,)``: of what is drawn bell-shaped about 0, 1/65536.
        constants: ``float64 (len(LINE_PARAMS),)``: those that are the same for every line.
        cells: whether the paper has cells.

    Returns:
        ``float64 (len(LINE_PARAMS),)``.
    """
    params = constants.copy()
    for k in range(len(_SPANNED_AT)):
        step = np.int64(mulhi(words[k], np.uint64(spans[k, 1])))
        params[_SPANNED_AT[k]] = (spans[k, 0] + step) / 65536
    first = len(_SPANNED_AT)
    for k in range(len(_BELL_AT)):
        total = bell_q16(words[first + k])
        params[_BELL_AT[k]] = np.int64(round(total * deviations_q16[k] / 37837)) / 65536
    if cells:
        at = first + len(_BELL_AT)
        step = np.int64(mulhi(words[at], np.uint64(spans[first, 1])))
        params[_CELL_AT] = (spans[first, 0] + step) / 65536
    return params


def with_hand(layout: Layout, hand: PlacementModel | None) -> Layout:
    """A layout whose settings of Latin are those of a placement model, where it has any.

    What the recipe itself says goes before them.
    """
    if hand is None or hand.latin is None or layout.latin != "measured":
        return layout
    latin, slope = hand.latin, hand.line.slope
    unit = max(latin.x_height.mean, _LEAST_X_HEIGHT) / X_HEIGHT_EM
    own: dict[str, Any] = {
        "gap_latin_em_range": _middle(latin.gap, 0.0, unit),
        "gap_deviation_em": latin.gap_deviation / LATIN_WALK,
        "rise_deviation_em": latin.rise_deviation / (1 + LATIN_RISE**2) ** 0.5,
        "slope_deviation": 0.39 * (slope.at(1.282) - slope.at(-1.282)),
    }
    if latin.space is not None:
        own["space_em_range"] = _middle(latin.space, latin.gap.mean)
    said = {name for name in own if getattr(layout, name) != getattr(Layout(), name)}
    return layout.model_copy(update={name: own[name] for name in own.keys() - said})


def _middle(spread: Spread, less: float, unit: float = 1.0) -> tuple[float, float]:
    """Where nine in ten of the lines lie, less a length, in units of so many ems."""
    low, high = ((spread.at(score) - less) / unit for score in (-1.645, 1.645))
    return max(low, -1.0), max(high, low, 0.0)


class LineParams:
    """Draws the figures of lines; made whole, and then only read.

    Args:
        layout: the recipe's.
    """

    def __init__(self, layout: Layout) -> None:
        found = line_settings(layout)
        constants = [0.0 if param in _SAMPLED else found[param] for param in LINE_PARAMS]
        spans = [span(*found[param]) for param in (*_SPANNED, _CELL)]
        self._spans = frozen(np.array(spans, np.int64))
        self._deviations = frozen(np.array([round(found[p] * 65536) for p in _BELL], np.int64))
        self._constants = frozen(np.array(constants))

    def sample(self, rng: Draws, cells: bool) -> npt.NDArray[np.float64]:
        """Draw the figures of one line: ``float64 (len(LINE_PARAMS),)``.

        Args:
            rng: chance.
            cells: whether the paper has cells.
        """
        params: npt.NDArray[np.float64] = sample_line_params(
            rng.take(_WORDS + cells), self._spans, self._deviations, self._constants, cells
        )
        return params
