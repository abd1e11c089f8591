"""The one road from (recipe, seed, index) to a line; nothing else makes one.

    choose -> place -> transform -> draw -> marks -> paper -> effects

The first four stages make a `LineLayout`, the rest a `Sample` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compose.choose import choose
from penline.compose.draw import (
    FAINT,
    Change,
    InkSource,
    draw_items,
    item_gains,
    sources_of,
    strokes_of,
)
from penline.compose.inside import find_fit, reaches_edge
from penline.compose.line_strokes import (
    GlyphStrokes,
    LinePen,
    LineStrokes,
    place_strokes,
    sample_pen,
)
from penline.compose.marks import apply_marks, sample_marks, sample_show_through, show_through
from penline.compose.online import online_line, why_no_strokes
from penline.compose.place.base import LineToPlace, Placements
from penline.compose.place.rules import mark_turned
from penline.compose.place.spacing import CELL
from penline.compose.plan import ComposePlan, Side
from penline.compose.text_assignment import TextAssignment
from penline.compose.transform.join import JoinChance
from penline.compose.transform.vary import sample_variation
from penline.compose.transform.vary_strokes import vary_line_strokes
from penline.effects import apply_effects, effect_class, sample_effects
from penline.entries import Entries, whole_text
from penline.errors import UnwritableLine
from penline.paper import Guide, PaperSettings, paper_apply
from penline.randomness import Draws, rng, rngs
from penline.recipe.layout import LINE_PARAMS
from penline.recipe.schema import Recipe
from penline.recipe.sections import Ink
from penline.records import OnlineLine, Origin, Sample
from penline.render.kernel import box_corners, lay_ink, least_side

__all__ = [
    "OTHER_SIDE",
    "LineLayout",
    "finish",
    "ink_colour",
    "ink_metadata",
    "lay_out",
    "line_quads",
    "line_sources",
    "line_strokes",
    "make",
    "make_online",
    "make_some",
    "origins_of",
    "place",
    "quads_of",
    "rotate_to_reading",
]

OTHER_SIDE = 1 << 62
"""Indices from here on are lines that show through from the other side of a sheet."""
_STAGES = ("paper", "layout", "ink")
_LAYOUT_PARAMS = (*LINE_PARAMS, "em_px")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
InkArray = npt.NDArray[np.uint8]


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
        sources: where the ink of the items lies.
        placed: where each goes.
        gains: ``int64 (items,)``: factor on the ink of each, 1/256.
        ink: ``uint8 (height_px, width_px)``.
        boxes: ``int64 (items, 4)``: left, top, right, bottom of what shows of each.
        strokes: those of items that are drawn from strokes, where they lie; None where there are
            none.
    """

    line: TextAssignment
    side: Side
    paper: PaperSettings
    paper_rng: Draws
    ink_rng: Draws
    params: Floats
    strength: float
    column: bool
    sources: Sequence[InkSource]
    placed: Placements
    gains: Ints
    ink: InkArray
    boxes: Ints
    strokes: LineStrokes | None = None


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
        UnwritableLine: as `make`.
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
    sources, penned = line_sources(plan, line, rng(seed, index, "variation"))
    strokes = None
    if penned is not None:
        pen = sample_pen(rng(seed, index, "pen"), recipe.ink.breadth_range)
        chance = JoinChance(seed, rng(seed, index, "joins"))
        strokes, placed = line_strokes(plan, line, penned, placed, pen, chance)
    strength = ink_rng.uniform(*recipe.ink.strength_range)
    gains = item_gains(line.items, placed.press_q8, round(strength * 256))
    ink = np.zeros((height, placed.width_px), np.uint8)
    boxes = draw_items(sources, placed, gains, ink, strokes)
    chosen = line, side, paper, paper_rng, ink_rng, params, strength, column
    laid = LineLayout(*chosen, sources, placed, gains, ink, boxes, strokes)
    room = height, placed.width_px, plan.rim_px
    if not reaches_edge(line.items, boxes, placed, sources, strokes, room):
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


def line_sources(
    plan: ComposePlan, line: TextAssignment, variation_rng: Draws
) -> tuple[Sequence[InkSource], GlyphStrokes | None]:
    """Find the ink of a line's items, or their strokes, each written unlike the next.

    Args:
        plan: the recipe and its glyphs.
        line: what is written.
        variation_rng: chance.

    Returns:
        The ink of those that came as pictures; the strokes of the others, in the measures of their
        glyphs, None where there are none.
    """
    items, strengths = line.items, plan.recipe.variation_range
    variation = sample_variation(variation_rng, strengths, items, plan.table.traits)
    changes: list[Change] = []
    for name, one in plan.transforms.items():
        amounts = one.plan(items, line.writer, variation_rng.branch(name))
        if amounts is not None:
            changes.append((one, amounts))
    strokes = strokes_of(plan.banks, changes, items) if plan.strokes else None
    sources = sources_of(plan.banks, changes, items, variation, strokes)
    if strokes is not None and variation is not None:
        strokes = vary_line_strokes(strokes, items, variation.strengths_q16, variation_rng)
    return sources, strokes


def line_strokes(
    plan: ComposePlan,
    line: TextAssignment,
    penned: GlyphStrokes,
    placed: Placements,
    pen: LinePen,
    chance: JoinChance,
) -> tuple[LineStrokes, Placements]:
    """Bring a line's strokes to their places, and join its letters, which then stand closer.

    Args:
        plan: the recipe and its glyphs.
        line: what is written.
        penned: strokes as `line_sources` gives them.
        placed: where each item goes.
        pen: what they are drawn with.
        chance: decides about joins.
    """
    strokes = place_strokes(penned, line.items, placed, pen)
    if plan.joiner is None:
        return strokes, placed
    return plan.joiner.join(strokes, line, placed, chance)


def _kept_inside(plan: ComposePlan, seed: int, index: int, laid: LineLayout) -> LineLayout:
    """A line that reaches its picture's edge, moved and made smaller where ink would be lost, or
    where its warp would draw it out over the edge."""
    recipe, placed, size = plan.recipe, laid.placed, laid.ink.shape
    fits = [
        find_fit(laid.sources, placed, laid.gains, (*size, rim), laid.strokes, grows=True)
        for rim in (0, plan.rim_px)
    ]
    if fits[1] is None or (fits[0] is None and not _smears(recipe, seed, index, laid)):
        return laid
    placed, strokes = fits[1].placed(placed), fits[1].moved(laid.strokes)
    _check_width(recipe, placed, index, laid.line)
    ink = np.zeros((size[0], placed.width_px), np.uint8)
    boxes = draw_items(laid.sources, placed, laid.gains, ink, strokes)
    return laid._replace(placed=placed, ink=ink, boxes=boxes, strokes=strokes)


def _smears(recipe: Recipe, seed: int, index: int, laid: LineLayout) -> bool:
    """Whether the line's own warp shows ink beside its boxes, a pixel away or more."""
    ink, quads = rotate_to_reading(laid, laid.ink).copy(), line_quads(laid)
    effects = sample_effects(recipe.effects, rng(seed, index, "effects"), ink.shape)
    moving = [params for params in effects if effect_class(params["name"]).moves]
    if not moving:
        return False
    ink, quads = apply_effects(ink, quads, moving)
    for low, high in zip(quads.min(1), quads.max(1), strict=True):
        left, top = np.maximum(np.ceil(low - 1), 0).astype(int).tolist()
        right, bottom = np.maximum(np.floor(high + 1), 0).astype(int).tolist()
        ink[top:bottom, left:right] = 0
    return bool((ink >= FAINT).any())


def _check_width(recipe: Recipe, placed: Placements, index: int, line: TextAssignment) -> None:
    if placed.width_px > recipe.image.max_width_px:
        wide = f"wider than {recipe.image.max_width_px} px; take shorter lines, or a larger width"
        raise UnwritableLine(index, 1, wide, dict(line.counts))


def make(plan: ComposePlan, seed: int, index: int) -> Sample:
    """Make one line: the same for the same recipe, banks, corpus, seed and index, always.

    Raises:
        RecipeError: a setting of the recipe has no effect on lines.
        UnwritableLine: no line could be written within the recipe's number of tries.
    """
    return finish(plan, seed, index, lay_out(plan, seed, index))


def make_online(plan: ComposePlan, seed: int, index: int) -> OnlineLine:
    """Make one line as strokes: those that its picture is drawn from.

    Raises:
        RecipeError: a setting of the recipe has no effect on strokes, or no bank holds any.
        UnwritableLine: no line could be written, or a glyph of it came as a picture.
    """
    laid = lay_out(plan, seed, index, what="strokes")
    found = _online(seed, index, laid)()
    if found is None:
        why = why_no_strokes(plan.banks, laid.line, laid.strokes)
        raise UnwritableLine(index, 1, why, dict(laid.line.counts))
    return found


def _online(seed: int, index: int, laid: LineLayout) -> Callable[[], OnlineLine | None]:
    column_px = laid.ink.shape[0] if laid.column else 0
    em_px = laid.placed.em_px
    return partial(online_line, laid.line, laid.strokes, seed, index, laid.side, em_px, column_px)


def make_some(
    plan: ComposePlan, seed: int, indices: Iterable[int]
) -> list[Sample | UnwritableLine]:
    """Make the line of each index; what cannot be made stands there as the error.

    All are laid out before the first is finished: cheaper for the processor's caches, as long as
    they are few.
    """
    laid: list[tuple[int, LineLayout | UnwritableLine]] = []
    for index in indices:
        try:
            laid.append((index, lay_out(plan, seed, index)))
        except UnwritableLine as error:
            laid.append((index, error))
    made: list[Sample | UnwritableLine] = []
    for index, one in laid:
        try:
            made.append(one if isinstance(one, UnwritableLine) else finish(plan, seed, index, one))
        except UnwritableLine as error:
            made.append(error)
    return made


def finish(plan: ComposePlan, seed: int, index: int, laid: LineLayout) -> Sample:
    """Make the second half of a line: marks, paper, the ink on it, effects.

    Raises:
        UnwritableLine: effects leave too little of a character.
    """
    recipe, line, placed, paper = plan.recipe, laid.line, laid.placed, laid.paper
    height = recipe.image.height_px
    guide = Guide(
        height_px=height,
        width_px=placed.width_px,
        baseline_px=placed.baseline_px,
        em_px=placed.em_px,
        cell_left_px=placed.cell_left_px,
        cell_px=float(laid.params[CELL]) * placed.em_px,
        cells=placed.cells,
        cell_top_px=placed.cell_top_px,
    )
    paper_params = paper.draw(laid.paper_rng, guide)
    image = paper_apply(paper.name)(guide, recipe.image.mode, **paper_params)
    colour = ink_colour(recipe.ink, recipe.image.mode, laid.ink_rng)
    sheet, full = image.reshape(height, placed.width_px, -1), np.array(colour, np.int64)
    ink, marks = laid.ink, {}
    if recipe.marks.any:
        marks_rng = rng(seed, index, "marks")
        marks = sample_marks(recipe.marks, marks_rng, line, laid.boxes, placed.em_px)
        marks |= sample_show_through(recipe.marks, marks_rng)
        ink = apply_marks(ink, marks)
        if "bleed" in marks:
            other = _other_side(plan, seed, index, laid.side)
            lay_ink(sheet, show_through(other, marks["bleed"], ink.shape), full)
    lay_ink(sheet, ink, full)
    image, quads = rotate_to_reading(laid, image), line_quads(laid)
    effects: list[dict[str, Any]] = []
    if recipe.effects:
        before, effects_rng = quads, rng(seed, index, "effects")
        effects = sample_effects(recipe.effects, effects_rng, image.shape[:2])
        image, quads = apply_effects(image, quads, effects)
        if quads is not before and _shrunk(line.label, before, quads):
            small = "a warp leaves a character too small to be seen"
            small += "; bend less, or make pictures larger"
            raise UnwritableLine(index, 1, small, dict(line.counts))
    figures = (*laid.params.tolist(), round(placed.em_px, 3))
    return Sample(
        index=index,
        image=image,
        text=whole_text(line.label),
        quads=quads,
        writer=line.writer,
        side=laid.side,
        trace=partial(origins_of, plan.banks, line.items, line.error_index),
        write=_online(seed, index, laid),
        drawn={
            "layout": dict(zip(_LAYOUT_PARAMS, figures, strict=True)),
            "ink": ink_metadata(laid.strength, colour, laid.strokes and laid.strokes.pen),
            **({"marks": marks} if recipe.marks.any else {}),
            "paper": {"name": paper.name, **paper.metadata(paper_params)},
            "effects": effects,
        },
        counts=dict(line.counts),
        entries=() if isinstance(line.label, str) else line.label,
    )


_SMALL_PX = 2.0
_SHRUNK = 2 / 3


def _shrunk(text: Entries, before: Floats, after: Floats) -> bool:
    """Whether effects made a character small, and much smaller than it was laid out: what is left
    of its strokes may lie between the pixels. A warp shrinks a line that it would push out of its
    picture."""
    if least_side(after) >= _SMALL_PX:
        return False
    found, laid = np.ptp(after, 1), np.ptp(before, 1)
    small = found.min(1) < _SMALL_PX
    small &= [not character.isspace() for character in text]
    return bool((found.prod(1) < _SHRUNK**2 * laid.prod(1))[small].any())


def _other_side(plan: ComposePlan, seed: int, index: int, side: Side) -> InkArray:
    """The ink of the other side of the paper: a line of its own, that nobody else gets.

    It is of the same side of a split, by whose writers and of whose text the line is.
    """
    try:
        return lay_out(plan, seed, OTHER_SIDE + index, side).ink
    except UnwritableLine:
        return np.zeros((plan.recipe.image.height_px, 1), np.uint8)


def rotate_to_reading(laid: LineLayout, image: InkArray) -> InkArray:
    """A line's picture as it is read: that of a column is turned clockwise."""
    return np.ascontiguousarray(np.rot90(image, -1)) if laid.column else image


def ink_metadata(strength: float, colour: list[int], pen: LinePen | None) -> dict[str, Any]:
    """What was drawn of ink, and of the pen where there is one."""
    told: dict[str, Any] = {"strength": strength, "colour": colour}
    return told if pen is None else {**told, "breadth": pen.breadth_q8 / 256}


def ink_colour(ink: Ink, mode: str, ink_rng: Draws) -> list[int]:
    """Draw the colour of full ink: one number, or three."""
    tone = ink_rng.between(*ink.tone_range)
    if mode == "gray":
        return [tone]
    return [min(part + tone, 255) for part in ink_rng.choose(ink.colours)]


def line_quads(laid: LineLayout) -> Floats:
    """``float64 (entries, 4, 2)``: clockwise from the upper left, before any effect.

    A character of several glyphs gets the box around them all; white space, and a glyph too faint
    to show, gets the place that was set aside for it.
    """
    height_px, width_px = laid.ink.shape
    quads = quads_of(laid.line, laid.placed, laid.boxes, height_px, width_px)
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


def origins_of(banks: BankSet, items: Items, error_index: int = -1) -> Sequence[Origin]:
    """Tell where glyphs come from, by their characters' places in the label; a slip is left out."""
    chosen = items[(items["row"] >= 0) & ((items["owner"] != error_index) | (error_index < 0))]
    if error_index >= 0:
        chosen["owner"] -= chosen["owner"] > error_index
    if len(banks.banks) == 1:
        return banks.origins(0, chosen)
    origins: list[Origin] = []
    for number in range(len(banks.banks)):
        own = chosen[chosen["bank"] == number]
        if len(own):
            origins += banks.origins(number, own)
    return tuple(sorted(origins, key=lambda origin: origin.item))
