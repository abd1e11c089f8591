"""The placer of replay: glyphs where the characters of real lines stood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penline.characters import MIDDLE_EM
from penline.compose.character_table import CharacterTable
from penline.compose.place.base import LineToPlace, Placements
from penline.compose.place.spacing import CELL, press_walk
from penline.measure.template import HAN, LineTemplate
from penline.randomness import Draws
from penline.recipe.layout import LINE_PARAMS

__all__ = ["ReplayPlacer"]

_WIDER = 7 / 6
NARROWEST_EM = 0.1


class ReplayPlacer:
    """Places lines that fill the template of a real one.

    A glyph takes the middle of its character's box and keeps its own proportions and its size
    beside its writer's other glyphs; one that would be wider than its place by more than a sixth
    is made smaller.

    Args:
        templates: the lines, each of as many characters as there are glyphs.
    """

    def __init__(self, templates: Sequence[LineTemplate]) -> None:
        self._templates = tuple(templates)

    def with_table(self, _: CharacterTable) -> ReplayPlacer:
        """Make the same placer for further characters."""
        return self

    def takes(self, line: LineToPlace) -> bool:
        """Whether the line fills a template, on ordinary paper."""
        return line.template >= 0 and not line.column and not line.params[CELL]

    def place(self, line: LineToPlace, rng: Draws) -> Placements:
        """Place the items of a line: one for each box of its template."""
        template, items, height_px = self._templates[line.template], line.items, line.height_px
        numbers = dict(zip(LINE_PARAMS, line.params.tolist(), strict=True))
        x0, y0, x1, y1 = template.table.T
        own = np.array([c != HAN for c in template.pattern])
        scale = 1.0 / items["em_px"]
        high, wide = items["height_px"] * scale, items["width_px"] * scale
        # marks and digits are as large as they were; Chinese characters as their writer writes them
        factor = np.where(own, (y1 - y0) / high, 1.0)
        factor = np.minimum(factor, _WIDER * np.maximum(x1 - x0, NARROWEST_EM) / wide)
        high, wide = high * factor, wide * factor
        middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
        left, bottom = middle_x - wide / 2, middle_y - high / 2
        highest, lowest = float((bottom + high).max()), float(bottom.min())
        fill = height_px * numbers["fill"] / (highest - lowest)
        em = min(fill, height_px * numbers["em_most"])
        slack = height_px - em * (highest - lowest)
        base = slack * (0.25 + 0.5 * numbers["place"]) + em * highest
        start = numbers["margin_left"] - float(left.min())
        count = len(items)
        places = np.empty((count, 4), np.int64)
        places[:, 0] = np.round((start + left) * em * 256)
        places[:, 1] = np.round((base - (bottom + high) * em) * 256)
        places[:, 2] = np.maximum(np.round(wide * em * 256), 256)
        places[:, 3] = np.maximum(np.round(high * em * 256), 256)
        press = np.full(count, 256, np.int64)
        press_walk(rng.words(count), numbers["press_walk"], numbers["keep"], press)
        ends_px = int((places[:, 0] + places[:, 2]).max()) / 256
        return Placements(
            places_q8=places,
            slants_q16=np.full(count, round(numbers["slant"] * 65536), np.int64),
            press_q8=press,
            width_px=max(int(np.ceil(ends_px + numbers["margin_right"] * em)), 1),
            em_px=em,
            baseline_px=base + MIDDLE_EM * em,
        )
