"""The stage between placing and drawing: glyphs out of their banks, changed, varied and joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compiled import compiled
from penline.compose.draw import InkSource, LineShapes
from penline.compose.line_strokes import (
    NO_STROKES,
    GlyphStrokes,
    LinePen,
    place_strokes,
    sample_pen,
    spread_of,
    take_strokes,
)
from penline.compose.picture_ends import picture_ends, place_ends
from penline.compose.place.base import Placements
from penline.compose.plan import ComposePlan
from penline.compose.text_assignment import TextAssignment
from penline.compose.transform.base import GlyphInk, StrokeTransform, Transform
from penline.compose.transform.join import NO_PICTURES, JoinChance
from penline.compose.transform.vary import DEVIATIONS_Q16, Variation, sample_variation, vary_glyphs
from penline.compose.transform.vary_strokes import vary_line_strokes
from penline.randomness import Draws, rng

__all__ = ["PenChance", "find_glyphs", "sample_pen_chance", "shape_line"]

FULL_INK = 245
FAINTEST_LEVEL = 40
"""A writer's ink is not taken for fainter than this when it is brought to full ink."""
MAX_GAIN_Q8 = 4 * 256

Ints = npt.NDArray[np.int64]
Change = tuple[Transform, Ints]
"""What changes glyphs, and what it has planned for each item."""
Inside = Callable[[Placements, Ints], Placements]
"""Moves glyphs before they are drawn, given how far each reaches out of its place: ``int64 (items,
2)``, to the side and up or down, 1/256 px."""


class PenChance(NamedTuple):
    """What was drawn of the pen of a line or page, if it has one, and what decides about joins."""

    pen: LinePen | None
    joins: JoinChance


def sample_pen_chance(plan: ComposePlan, seed: int, index: int) -> PenChance | None:
    """Draw the pen of a line or page; None where nothing is drawn from strokes or joined."""
    if not (plan.strokes or plan.ends):
        return None
    pen = None
    if plan.strokes:
        pen = sample_pen(rng(seed, index, "pen"), plan.recipe.ink.breadth_range)
    return PenChance(pen, JoinChance(seed, rng(seed, index, "joins")))


def shape_line(
    plan: ComposePlan,
    line: TextAssignment,
    placed: Placements,
    strength: float,
    variation_rng: Draws,
    pen: PenChance | None,
    inside: Inside | None = None,
) -> LineShapes:
    """Find what a line's items are drawn from, each written unlike the next, and join letters.

    Args:
        plan: the recipe and its glyphs.
        line: what is written.
        placed: where each item goes; letters that are joined come to stand closer.
        strength: how much of full ink the writer's usual stroke reaches.
        variation_rng: chance.
        pen: what strokes are drawn with, and decides about joins; None where all is drawn from ink
            and nothing joined.
        inside: what moves glyphs before they are drawn; None for nothing.
    """
    items, strengths = line.items, plan.recipe.variation_range
    starts, sizes, gains = find_glyphs(items, placed.press_q8, round(strength * 256))
    variation = sample_variation(variation_rng, strengths, items, plan.table.traits)
    changes: list[Change] = []
    for name, one in plan.transforms.items():
        amounts = one.plan(items, line.writer, variation_rng.branch(name))
        if amounts is not None:
            changes.append((one, amounts))
    joiner, joins = plan.joiner, None if pen is None else pen.joins
    penned, ends, line_pen = None, None, NO_STROKES.pen
    if pen is not None and pen.pen is not None:
        penned, line_pen = _strokes_of(plan.banks, changes, items), pen.pen
    if plan.ends and joiner and joins and joiner.may_join(line, joins.seed):
        ends = picture_ends(plan.ends, items, changes, variation)
    if penned is not None:
        sizes[penned.owners] = 0
    sources = _sources_of(plan.banks, items, starts, sizes)
    if penned is not None:
        sources = [one for one in sources if one.sizes_px.any()]
    if changes:
        sources = [_transformed(one, items, changes) for one in sources]
    if variation is not None:
        sources = [_varied(one, variation) for one in sources]
        if penned is not None:
            traits, strengths_q16 = plan.table.traits, variation.strengths_q16
            penned = vary_line_strokes(penned, items, traits, strengths_q16, variation_rng)
    if inside is not None:
        spreads = [one.spread(placed) for one in sources]
        if penned is not None:
            spreads.append(spread_of(place_strokes(penned, items, placed, line_pen), placed))
        placed = inside(placed, np.max(spreads, axis=0))
    strokes = NO_STROKES
    if penned is not None:
        strokes = place_strokes(penned, items, placed, line_pen)
    if joiner and joins and (penned is not None or ends is not None):
        pictures = NO_PICTURES
        if ends is not None:
            pictures = place_ends(ends, sources, items, placed, joiner.table)
        strokes, placed = joiner.join(strokes, line, placed, joins, pictures)
    return LineShapes(placed, gains, sources, strokes if len(strokes.owners) else None)


@compiled
def find_glyphs(items: Any, press_q8: Ints, strength_q8: int) -> Any:
    """Find where the ink of each item lies in its bank, and what brings it to the line's strength.

    A writer's ink keeps its own ups and downs; where writers are not known, each glyph is brought
    to the line's ink by itself.

    Args:
        items: records of `ITEM`, ``(n,)``.
        press_q8: ``int64 (n,)``: as `Placements` has it.
        strength_q8: how much of full ink the writer's usual stroke reaches, 1/256.

    Returns:
        ``int64 (n,)``: where it begins in the bank's data; ``int64 (n, 2)``: height and width
        there; ``int64 (n,)``: factor on the ink, 1/256.
    """
    n = items.shape[0]
    starts, sizes, gains = np.empty(n, np.int64), np.empty((n, 2), np.int64), np.empty(n, np.int64)
    for i in range(n):
        item = items[i]
        starts[i] = item.start
        sizes[i, 0], sizes[i, 1] = item.height_px, item.width_px
        gain = FULL_INK * 256 // max(item.level, FAINTEST_LEVEL)
        gains[i] = min(gain * press_q8[i] * strength_q8 >> 16, MAX_GAIN_Q8)
    return starts, sizes, gains


def _sources_of(banks: BankSet, items: Items, starts: Ints, sizes: Ints) -> list[InkSource]:
    """The ink of a line's items, a source a bank."""
    if len(banks.banks) == 1:
        return [InkSource(banks.banks[0].ink.data, starts, sizes)]
    bank_of = items["bank"][:, None]
    return [  # in each, those of other banks are passed over
        InkSource(bank.ink.data, starts, np.where(bank_of == number, sizes, 0))
        for number, bank in enumerate(banks.banks)
    ]


def _strokes_of(banks: BankSet, changes: Sequence[Change], items: Items) -> GlyphStrokes | None:
    """The strokes of a line's items, transformed; None where all are drawn from ink.

    That is so of what came as pictures, and of what a transform changes that knows no strokes.
    """
    as_ink = np.zeros(len(items), np.bool_)
    for transform, amounts in changes:
        if not isinstance(transform, StrokeTransform):
            as_ink |= amounts != 0
    strokes = take_strokes(banks, items, as_ink)
    for transform, amounts in changes:
        if strokes is not None and isinstance(transform, StrokeTransform):
            strokes = transform.apply_strokes(strokes, items, amounts)
    return strokes


def _varied(source: InkSource, variation: Variation) -> InkSource:
    """Copies of a bank's glyphs, each bent in its own way."""
    bent, begins, sizes, pads = vary_glyphs(
        source.data, source.starts, source.sizes_px, *variation, DEVIATIONS_Q16
    )
    return InkSource(bent, begins, sizes, pads if source.pads_px is None else pads + source.pads_px)


def _transformed(source: InkSource, items: Items, changes: Sequence[Change]) -> InkSource:
    """Copies of a bank's glyphs, transformed."""
    glyphs: list[GlyphInk] = []
    for at, (height, width) in enumerate(source.sizes_px.tolist()):
        start = source.starts[at]
        if items["turned"][at]:  # as it lies in the bank
            height, width = width, height
        glyph = GlyphInk(source.data[start : start + height * width].reshape(height, width))
        if height:
            for transform, amounts in changes:
                if amounts[at]:
                    glyph = transform.apply(glyph, int(amounts[at]))
        glyphs.append(glyph)
    ends = np.cumsum([glyph.ink.size for glyph in glyphs])
    return InkSource(
        np.concatenate([glyph.ink.reshape(-1) for glyph in glyphs]),
        np.concatenate(([0], ends[:-1])).astype(np.int64),
        np.array([glyph.ink.shape for glyph in glyphs], np.int64),
        np.array([[glyph.pad_px] * 4 for glyph in glyphs], np.int64),
    )
