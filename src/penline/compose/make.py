"""The one road from (recipe, seed, index) to a line; nothing else makes one.

    choose -> place -> transform -> draw -> marks -> paper -> effects

The first four stages make a `LineLayout`, the rest a `Sample` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compose.line_layout import LineLayout, lay_out, line_quads, rotate_to_reading
from penline.compose.line_strokes import NO_STROKES, LinePen
from penline.compose.marks import apply_marks, sample_marks, sample_show_through, show_through
from penline.compose.online import online_line, why_no_strokes
from penline.compose.place.spacing import CELL
from penline.compose.plan import ComposePlan, Side
from penline.effects import apply_effects, sample_effects
from penline.entries import Entries, whole_text
from penline.errors import UnwritableLine
from penline.paper import Guide, paper_apply
from penline.randomness import Draws, rng
from penline.recipe.layout import LINE_PARAMS
from penline.recipe.sections import Ink
from penline.records import OnlineLine, Origin, Sample, no_strokes
from penline.render.kernel import lay_ink, least_side

__all__ = [
    "OTHER_SIDE",
    "finish",
    "ink_colour",
    "ink_metadata",
    "ink_paper",
    "make",
    "make_online",
    "make_some",
    "origins_of",
]

OTHER_SIDE = 1 << 62
"""Indices from here on are lines that show through from the other side of a sheet."""
_LAYOUT_PARAMS = (*LINE_PARAMS, "em_px")

Floats = npt.NDArray[np.float64]
InkArray = npt.NDArray[np.uint8]


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
        why = why_no_strokes(plan.banks, laid.line, laid.shapes.strokes)
        raise UnwritableLine(index, 1, why, dict(laid.line.counts))
    return found


def _online(seed: int, index: int, laid: LineLayout) -> Callable[[], OnlineLine | None]:
    column_px = laid.ink.shape[0] if laid.column else 0
    em_px, strokes = laid.shapes.placed.em_px, laid.shapes.strokes
    return partial(online_line, laid.line, strokes, seed, index, laid.side, em_px, column_px)


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
    recipe, line, paper = plan.recipe, laid.line, laid.paper
    placed, strokes = laid.shapes.placed, laid.shapes.strokes
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
    paper_params = paper.sample_params(laid.paper_rng, guide)
    image = paper_apply(paper.name)(guide, recipe.image.mode, **paper_params)
    colour = ink_colour(recipe.ink, recipe.image.mode, laid.ink_rng)
    ink, marks, other = laid.ink, None, None
    if recipe.marks.any:
        marks_rng = rng(seed, index, "marks")
        marks = sample_marks(recipe.marks, marks_rng, line, laid.boxes, placed.em_px)
        marks |= sample_show_through(recipe.marks, marks_rng)
        ink = apply_marks(ink, marks)
        other = _other_side(plan, seed, index, laid.side) if "bleed" in marks else None
    ink_paper(image, ink, colour, marks, other)
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
        write=no_strokes if strokes is None else _online(seed, index, laid),
        drawn={
            "layout": dict(zip(_LAYOUT_PARAMS, figures, strict=True)),
            "ink": ink_metadata(laid.strength, colour, strokes and strokes.pen),
            **({} if marks is None else {"marks": marks}),
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


def ink_paper(
    image: InkArray,
    ink: InkArray,
    colour: list[int],
    marks: dict[str, Any] | None,
    other: InkArray | None,
) -> None:
    """Lay the ink of a line or page on its paper, and before it what shines through.

    Args:
        image: ``uint8 (height_px, width_px)`` or ``(height_px, width_px, 3)``: the paper, changed.
        ink: ``uint8 (height_px, width_px)``.
        colour: of full ink.
        marks: what was drawn of marks; None for none.
        other: ink of the other side of the sheet, if it shines through.
    """
    sheet, full = image.reshape(*ink.shape, -1), np.array(colour, np.int64)
    if marks is not None and other is not None:
        lay_ink(sheet, show_through(other, marks["bleed"], ink.shape), full)
    lay_ink(sheet, ink, full)


def ink_metadata(strength: float, colour: list[int], pen: LinePen | None) -> dict[str, Any]:
    """What was drawn of ink, and of the pen where there is one."""
    told: dict[str, Any] = {"strength": strength, "colour": colour}
    return (
        told if pen is None or pen is NO_STROKES.pen else {**told, "breadth": pen.breadth_q8 / 256}
    )


def ink_colour(ink: Ink, mode: str, ink_rng: Draws) -> list[int]:
    """Draw the colour of full ink: one number, or three."""
    tone = ink_rng.between(*ink.tone_range)
    if mode == "gray":
        return [tone]
    return [min(part + tone, 255) for part in ink_rng.choose(ink.colours)]


def origins_of(banks: BankSet, items: Items, error_index: int = -1) -> Sequence[Origin]:
    """Tell where glyphs come from, by their characters' places in the label; a slip is left out."""
    inked, chosen = items["row"] >= 0, items
    if error_index >= 0:
        chosen = items[inked & (items["owner"] != error_index)]
        chosen["owner"] -= chosen["owner"] > error_index
    elif not inked.all():
        chosen = items[inked]
    if len(banks.banks) == 1:
        return banks.origins(0, chosen)
    origins: list[Origin] = []
    for number in range(len(banks.banks)):
        own = chosen[chosen["bank"] == number]
        if len(own):
            origins += banks.origins(number, own)
    return tuple(sorted(origins, key=lambda origin: origin.item))
