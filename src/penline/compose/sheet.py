"""A sheet to write on, and one line set on it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compose.draw import LineShapes, draw_items
from penline.compose.inside import find_fit, may_reach
from penline.compose.line_layout import place
from penline.compose.line_shapes import Inside, PenChance, sample_pen_chance, shape_line
from penline.compose.plan import ComposePlan, Side
from penline.compose.text_assignment import TextAssignment
from penline.randomness import Draws, rng
from penline.recipe.layout import LINE_PARAMS

__all__ = ["PlacedLine", "Sheet", "line_params", "open_sheet", "place_on_sheet"]

ROOM_EM = 2.4
"""Height of the strip that a line is laid out in: more than any line of letters needs."""
CROWDED = 1.05
"""A line this much too wide is still written, closer than the others."""
_ON_SHEETS = {"fill": 1.0, "em_most": 1 / ROOM_EM, "place": 0.5}
_ON_SHEETS |= {"margin_left": 0.0, "margin_right": 0.0}
_SLOPE, _TREND = LINE_PARAMS.index("slope"), LINE_PARAMS.index("size_trend")


Floats = npt.NDArray[np.float64]


class PlacedLine(NamedTuple):
    """One line of a page.

    Attributes:
        line: what is written, a slip of the pen among it.
        shapes: what the items are drawn from, and where on the sheet.
        boxes: ``int64 (items, 4)``: left, top, right, bottom of what shows of each; -1 for white
            space.
        baseline: ``float64 (2, 2)``: the writing line from end to end.
        field: number of the form's field that it stands in; -1 for none.
    """

    line: TextAssignment
    shapes: LineShapes
    boxes: npt.NDArray[np.int64]
    baseline: Floats
    field: int = -1


class Sheet(NamedTuple):
    """A sheet to write on: its ink, its measures, and the chance that goes on deciding.

    Attributes:
        side: ``"train"`` or ``"val"``.
        page_rng: for where lines go.
        ink_rng: for the ink.
        error_rng: for slips of the pen.
        variation_rng: for what makes one writing unlike the next.
        pen: what strokes are drawn with; None where the banks hold none.
        em: height of a median Chinese character, px.
        pitch: from one line to the next, px.
        margins: left, right, top, bottom, px.
        most: most lines.
        params: ``float64 (len(LINE_PARAMS),)``: what the layout drew for all lines.
        strength: how much of full ink the writer's usual stroke reaches.
        ink: ``uint8 (height_px, width_px)``, drawn into.
    """

    side: Side
    page_rng: Draws
    ink_rng: Draws
    error_rng: Draws
    variation_rng: Draws
    pen: PenChance | None
    em: float
    pitch: float
    margins: tuple[float, ...]
    most: int
    params: Floats
    strength: float
    ink: npt.NDArray[np.uint8]


def open_sheet(plan: ComposePlan, seed: int, index: int, side: Side) -> Sheet:
    """Draw the measures of an empty sheet."""
    recipe, page = plan.recipe, plan.recipe.page
    page_rng, ink_rng = rng(seed, index, "page"), rng(seed, index, "ink")
    em = page_rng.uniform(*page.em_px_range)
    pitch = em * page_rng.uniform(*page.pitch_em_range)
    margins = tuple(em * page_rng.uniform(*page.margin_em_range) for _ in range(4))
    fit = int((page.height_px - margins[2] - margins[3] - em) // pitch) + 1
    most = max(min(fit, page_rng.between(*page.lines_range)), 1)
    params = plan.params.sample(page_rng, False)
    for name, value in _ON_SHEETS.items():
        params[LINE_PARAMS.index(name)] = value
    strength = ink_rng.uniform(*recipe.ink.strength_range)
    ink = np.zeros((page.height_px, page.width_px), np.uint8)
    rngs = page_rng, ink_rng, rng(seed, index, "slip"), rng(seed, index, "variation")
    pen = sample_pen_chance(plan, seed, index)
    return Sheet(side, *rngs, pen, em, pitch, margins, most, params, strength, ink)


def line_params(plan: ComposePlan, sheet: Sheet) -> Floats:
    """Draw the figures of one line: those of the sheet, and what is the line's own."""
    params, layout = sheet.params.copy(), plan.recipe.layout
    params[_SLOPE] += sheet.page_rng.normal(0.0, layout.slope_deviation / 2)
    params[_TREND] = sheet.page_rng.normal(0.0, layout.size_trend)
    return params


def place_on_sheet(
    plan: ComposePlan,
    sheet: Sheet,
    line: TextAssignment,
    params: Floats,
    em: float,
    spot: tuple[float, float, float],
    inside: Inside | None = None,
) -> PlacedLine:
    """Lay one line out, draw it onto the sheet's ink.

    Args:
        plan: the recipe and its glyphs.
        sheet: what is written on.
        line: what is written.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        em: height of a median Chinese character, px.
        spot: where it begins (one from the right to the left: may end), the height of its writing
            line, how long it may be, px.
        inside: what moves its glyphs before they are drawn; None for nothing.
    """
    start, level, room = spot
    placed = place(plan, line, params, math.ceil(ROOM_EM * em), sheet.page_rng)
    places = placed.places_q8.copy()
    wide = int((places[:, 0] + places[:, 2]).max())
    if wide > room * 256:
        # who comes to the paper's edge writes closer; what is far too long is written smaller
        squeeze = round(room * 65536 * 256) // wide
        places[:, 0] = places[:, 0] * squeeze >> 16
        if wide > room * 256 * CROWDED:
            places[:, 2] = np.maximum(places[:, 2] * squeeze >> 16, 256)
    length = min(wide / 256, room)
    if line.leftward:
        start += room - length
    places[:, 0] += round(start * 256)
    places[:, 1] += round((level - placed.baseline_px) * 256)
    placed = placed._replace(places_q8=places)
    strength, variation_rng = sheet.strength, sheet.variation_rng
    shapes = shape_line(plan, line, placed, strength, variation_rng, sheet.pen, inside)
    length -= placed.width_px - shapes.placed.width_px  # what is joined stands closer
    limits = (*sheet.ink.shape, plan.rim_px)
    fit = find_fit(shapes, limits) if may_reach(shapes, limits) else None
    if fit is not None:
        shapes = fit.applied(shapes)
    boxes = draw_items(shapes, sheet.ink)
    boxes[line.items["row"] < 0] = -1  # told from glyphs that show nothing
    rise = placed.slope * length / 2
    baseline = np.array([(start, level + rise), (start + length, level - rise)])
    if fit is not None:
        baseline = baseline * (fit.share_q16 / 65536) + (fit.across_px, fit.down_px)
    baseline = np.round(baseline * 64) / 64
    return PlacedLine(line, shapes, boxes, baseline)
