"""How Latin characters in lines differ from those that the same hands wrote alone."""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from penline.measure.geometry import theil_sen
from penline.measure.latin import LatinFigures, LatinShape, usual_hangs
from penline.measure.latin_lines import KIND, LOW, LatinLine, places_of

__all__ = ["figures_of"]

_SHRUNK_BY, _FEWEST_HANDS, _LEAST_XH = 10, 30, 0.3


def figures_of(
    shapes: Mapping[str, LatinShape],
    lines: Sequence[LatinLine],
    writers: Sequence[str],
    letters: Iterable[tuple[str, str, float]],
) -> dict[str, LatinFigures]:
    """Add to how characters stand in lines how they differ from those written alone.

    Both are medians over the people who wrote a character in lines and alone. `grows` is drawn by
    10 people towards 1, of capitals and digits towards the median of their kind; `hangs` is the
    slope of the reach below the line on the height, of characters that 30 people wrote.

    Args:
        shapes: of `latin_lines.shrunk`.
        lines: what was measured.
        writers: of each line.
        letters: of each glyph written alone its writer, character and height between the middles
            of strokes, in units of the writer's own.
    """
    own: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for writer, one, high in letters:
        own[writer][one].append(high)
    found = places_of(lines, writers)
    x_heights = {
        writer: float(np.median(low))
        for writer, of in own.items()
        if (low := [high / shapes[c].height for c in LOW if c in shapes for high in of.get(c, ())])
    }
    grows, hangs, hands = {}, {}, {}
    for one, shape in shapes.items():
        both = [w for w in found[one] if w in x_heights and one in own[w]]
        hangs[one], grows[one], hands[one] = usual_hangs(shape.height, shape.below), 1.0, len(both)
        if not both or shape.height < _LEAST_XH:
            continue
        alone = np.array([np.median(own[w][one]) / x_heights[w] for w in both])
        height, below = np.array([np.median(found[one][w], 0) for w in both]).T
        grows[one] = float(np.median(height) / np.median(alone))
        if len(both) >= _FEWEST_HANDS:
            slope = theil_sen(alone * grows[one], below)
            hangs[one] = round(min(max(slope, 0.0), 1.0), 2)
    usual = {
        kind: float(np.median([grows[c] for c in of if hands.get(c)] or [1.0]))
        for kind, of in (("upper", string.ascii_uppercase), ("digit", string.digits))
    }
    out = {}
    for one, shape in shapes.items():
        share = hands[one] / (hands[one] + _SHRUNK_BY)
        grown = share * grows[one] + (1 - share) * usual.get(KIND.get(one, ""), 1.0)
        figures = shape.n, shape.height, shape.below, shape.before, shape.after
        out[one] = LatinFigures(*figures, round(grown, 2), hangs[one])
    return out
