"""The first half of a line: text, writer, glyphs, places and ink.

choose -> place -> transform -> draw
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.compose.choose import choose
from penline.compose.draw import FAINT, LineShapes, draw_items
from penline.compose.inside import find_fit, reaches_edge
from penline.compose.line_shapes import sample_pen_chance, shape_line
from penline.compose.place.base import LineToPlace, Placements
from penline.compose.place.rules import mark_turned
from penline.compose.plan import ComposePlan, Side
from penline.compose.text_assignment import TextAssignment
from penline.effects import apply_effects, moving, sample_effects
from penline.errors import UnwritableLine
from penline.paper import PaperSettings
from penline.randomness import Draws, rng, rngs
from penline.recipe.schema import Recipe
from penline.render.kernel import box_corners

__all__ = ["LineLayout", "lay_out", "line_quads", "place", "quads_of", "rotate_to_reading"]

_STAGES = ("paper", "layout", "ink")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Ink = npt.NDArray[np.uint8]


class LineLayout(NamedTuple):
    """A line before it meets its paper.

    Attributes:
        line: the text, the writer and the items.
        side: ``"train"`` or ``"val"``.
        paper: the settings of the paper that was drawn.
        paper_rng: the chance that goes on deciding about it.
        ink_rng: the chance that goes on deciding about the ink.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        strength: how much of full ink the writer's usual stroke reaches.
        column: whether it is a column, laid on its side.
        shapes: what the items are drawn from, and where.
        ink: ``uint8 (height_px, width_px)``.
        boxes: ``int64 (items, 4)``: left, top, right, bottom of what shows of each.
    """

    line: TextAssignment
    side: Side
    paper: PaperSettings
    paper_rng: Draws
    ink_rng: Draws
    params: Floats
    strength: float
    column: bool
    shapes: LineShapes
    ink: Ink
    boxes: Ints


def lay_out(
    plan: ComposePlan,
    seed: int,
    index: int,
    side: Side | None = None,
    *,
    what: Literal["lines", "strokes"] = "lines",
) -> LineLayout:
    """Make the first half of a line: text, writer, glyphs, places and ink.

    Args:
        plan: the recipe, banks and text.
        seed: of the set.
        index: of the sample.
        side: which side it is of; None to draw it.
        what: what the recipe is asked for.

    Raises:
        RecipeError: a setting of the recipe has no effect on them.
        UnwritableLine: no line could be written within the recipe's number of tries.
    """
    plan.ask(what)
    recipe = plan.recipe
    side = side or plan.side_of(seed, index)
    line = choose(plan, seed, index, side)
    paper_rng, layout_rng, ink_rng = rngs(seed, index, _STAGES)
    paper = plan.papers.of_line(line.text, paper_rng)
    params = plan.params.sample(layout_rng, paper.cells)
    column, height = recipe.layout.direction == "vertical", recipe.image.height_px
    if column:
        mark_turned(line.items, plan.table.traits)
    placed = place(plan, line, params, height, layout_rng, column=column)
    _check_width(recipe, placed, index, line)
    strength = ink_rng.uniform(*recipe.ink.strength_range)
    variation_rng, hand = rng(seed, index, "variation"), sample_pen_chance(plan, seed, index)
    shapes = shape_line(plan, line, placed, strength, variation_rng, hand)
    ink = np.zeros((height, shapes.placed.width_px), np.uint8)
    boxes = draw_items(shapes, ink)
    chosen = line, side, paper, paper_rng, ink_rng, params, strength, column
    laid = LineLayout(*chosen, shapes, ink, boxes)
    if not reaches_edge(line.items, boxes, shapes, (*ink.shape, plan.rim_px)):
        return laid
    laid = _kept_inside(plan, seed, index, laid)
    if ((laid.boxes[:, 2] == 0) & (line.items["row"] >= 0)).any():
        hole = "a glyph shows nothing: too faint, or placed outside of the picture"
        raise UnwritableLine(index, 1, hole, dict(line.counts))
    return laid


def place(
    plan: ComposePlan,
    line: TextAssignment,
    params: Floats,
    height_px: int,
    layout_rng: Draws,
    *,
    column: bool = False,
) -> Placements:
    """Place the items of a line, by the first of the plan's placers that takes it.

    Args:
        plan: holds the placers.
        line: what is placed.
        params: ``float64 (len(LINE_PARAMS),)``: the line's own figures.
        height_px: height of the picture.
        layout_rng: chance.
        column: whether it is a column, laid on its side.
    """
    order = line.order
    items = line.items if order is None else line.items[order]
    given = LineToPlace(items, params, height_px, column, line.template)
    for placer in plan.placers[:-1]:
        if placer.takes(given):
            break
    else:
        placer = plan.placers[-1]  # the rules take any line
    placed = placer.place(given, layout_rng)
    return placed if order is None else placed.only(np.argsort(order))


def _kept_inside(plan: ComposePlan, seed: int, index: int, laid: LineLayout) -> LineLayout:
    """A line that reaches its picture's edge, moved and made smaller where ink would be lost, or
    where its warp would draw it out over the edge."""
    recipe, size = plan.recipe, laid.ink.shape
    fits = [find_fit(laid.shapes, (*size, rim), grows=True) for rim in (0, plan.rim_px)]
    if fits[1] is None or (fits[0] is None and not _smears(recipe, seed, index, laid)):
        return laid
    shapes = fits[1].applied(laid.shapes)
    _check_width(recipe, shapes.placed, index, laid.line)
    ink = np.zeros((size[0], shapes.placed.width_px), np.uint8)
    return laid._replace(shapes=shapes, ink=ink, boxes=draw_items(shapes, ink))


def _smears(recipe: Recipe, seed: int, index: int, laid: LineLayout) -> bool:
    """Whether the line's own warp shows ink beside its boxes, a pixel away or more."""
    ink, quads = rotate_to_reading(laid, laid.ink).copy(), line_quads(laid)
    effects = sample_effects(recipe.effects, rng(seed, index, "effects"), ink.shape)
    effects = moving(effects)
    if not effects:
        return False
    ink, quads = apply_effects(ink, quads, effects)
    for low, high in zip(quads.min(1), quads.max(1), strict=True):
        left, top = np.maximum(np.ceil(low - 1), 0).astype(int).tolist()
        right, bottom = np.maximum(np.floor(high + 1), 0).astype(int).tolist()
        ink[top:bottom, left:right] = 0
    return bool((ink >= FAINT).any())


def _check_width(recipe: Recipe, placed: Placements, index: int, line: TextAssignment) -> None:
    if placed.width_px > recipe.image.max_width_px:
        wide = f"wider than {recipe.image.max_width_px} px; take shorter lines, or a larger width"
        raise UnwritableLine(index, 1, wide, dict(line.counts))


def rotate_to_reading(laid: LineLayout, image: Ink) -> Ink:
    """Turn a line's picture as it is read: that of a column clockwise."""
    return np.ascontiguousarray(np.rot90(image, -1)) if laid.column else image


def line_quads(laid: LineLayout) -> Floats:
    """``float64 (entries, 4, 2)``: clockwise from the upper left, before any effect.

    A character of several glyphs gets the box around them all; white space, and a glyph too faint
    to show, gets the place that was set aside for it.
    """
    height_px, width_px = laid.ink.shape
    quads = quads_of(laid.line, laid.shapes.placed, laid.boxes, height_px, width_px)
    if not laid.column:
        return quads
    # turned clockwise, the lower left corner becomes the upper left one
    turned = np.stack([height_px - quads[:, :, 1], quads[:, :, 0]], 2)
    return np.roll(turned, 1, axis=1)


def quads_of(
    line: TextAssignment, placed: Placements, boxes: Ints, height_px: int, width_px: int
) -> Floats:
    """``float64 (entries of the label, 4, 2)``: what shows of each, or its place."""
    quads = np.empty((len(line.text), 4, 2))
    box_corners(placed.places_q8, boxes, line.items["owner"], height_px, width_px, quads)
    return quads if line.error_index < 0 else np.delete(quads, line.error_index, axis=0)
