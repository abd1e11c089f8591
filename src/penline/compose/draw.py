"""Glyphs out of their banks and into a line's ink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compiled import compiled
from penline.compose.line_strokes import GlyphStrokes, LineStrokes, take_strokes
from penline.compose.place.base import Placements
from penline.compose.transform.base import GlyphInk, StrokeTransform, Transform
from penline.compose.transform.vary import DEVIATIONS_Q16, Variation, vary_glyphs
from penline.render.kernel import draw_glyphs
from penline.render.pen_path import bow_strokes, draw_strokes

__all__ = ["FAINT", "Change", "InkSource", "draw_items", "item_gains", "sources_of", "strokes_of"]

FAINT = 8
"""Ink below this does not widen a character's box."""
FULL_INK = 245
FAINTEST_LEVEL = 40
"""A writer's ink is not taken for fainter than this when it is brought to full ink."""
MAX_GAIN_Q8 = 4 * 256

Ints = npt.NDArray[np.int64]
Ink = npt.NDArray[np.uint8]
Change = tuple[Transform, Ints]
"""What changes glyphs, and what it has planned for each item."""


class InkSource(NamedTuple):
    """Where the ink of a line's items lies: all of them, or those of one bank.

    Attributes:
        data: ``uint8 (bytes,)``.
        starts: ``int64 (items,)``: where each begins.
        sizes_px: ``int64 (items, 2)``: height and width there; 0 for white space and others.
        pads_px: ``int64 (items, 4)``: how far each reaches beyond its place to the left, above, to
            the right and below, in pixels of its own; None for not at all.
    """

    data: Ink
    starts: Ints
    sizes_px: Ints
    pads_px: Ints | None = None

    def only(self, items: slice) -> InkSource:
        """Some of the items."""
        pads = None if self.pads_px is None else self.pads_px[items]
        return InkSource(self.data, self.starts[items], self.sizes_px[items], pads)

    @property
    def inner_px(self) -> Ints:
        """``int64 (items, 2)``: height and width of each without its white."""
        if self.pads_px is None:
            return self.sizes_px
        return self.sizes_px - (self.pads_px[:, :2] + self.pads_px[:, 2:])[:, ::-1]

    def places(self, placed: Placements) -> Ints:
        """``int64 (items, 4)``: where each goes with its white."""
        if self.pads_px is None:
            return placed.places_q8
        inner = np.maximum(self.inner_px, 1)
        sides = np.concatenate([placed.places_q8[:, 2:], placed.places_q8[:, 2:]], 1)
        more = sides * self.pads_px // np.concatenate([inner, inner], 1)[:, ::-1]
        return np.asarray(
            placed.places_q8 + np.concatenate([-more[:, :2], more[:, :2] + more[:, 2:]], 1)
        )

    def spread(self, placed: Placements) -> Ints:
        """``int64 (items, 2)``: how far each reaches beyond its place, to the side and up or down,
        1/256 px; 0 for items of other sources."""
        places, own = self.places(placed), placed.places_q8
        before = own[:, :2] - places[:, :2]
        behind = (places[:, :2] + places[:, 2:]) - (own[:, :2] + own[:, 2:])
        return np.where(self.sizes_px > 0, np.maximum(np.maximum(before, behind), 0), 0)


def strokes_of(banks: BankSet, changes: Sequence[Change], items: Items) -> GlyphStrokes | None:
    """Take the strokes of a line's items, transformed; None where all are drawn from ink.

    That is so of what came as pictures, and of what a transform changes that knows no strokes.

    Args:
        banks: where glyphs come from.
        changes: what is done to them, in this order.
        items: records of `ITEM`.
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


def sources_of(
    banks: BankSet,
    changes: Sequence[Change],
    items: Items,
    variation: Variation | None,
    strokes: GlyphStrokes | None,
) -> Sequence[InkSource]:
    """Find the ink of a line's items: in the banks, or in copies where something changes them.

    Args:
        banks: where glyphs come from.
        changes: what is done to them, in this order.
        items: records of `ITEM`.
        variation: how each is written unlike the next, after the changes; None to take them as
            they are.
        strokes: of items that have no ink here; None where all have.

    Returns:
        One source a bank; none where all items are drawn from strokes.
    """
    starts, sizes = _glyphs(items)
    if strokes is not None:
        sizes[strokes.owners] = 0
        if not sizes.any():
            return ()
    if len(banks.banks) == 1:
        sources = [InkSource(banks.banks[0].ink.data, starts, sizes)]
    else:
        bank_of = items["bank"][:, None]
        sources = [  # in each, those of other banks are passed over
            InkSource(bank.ink.data, starts, np.where(bank_of == number, sizes, 0))
            for number, bank in enumerate(banks.banks)
        ]
    if changes:
        sources = [_transformed(one, items, changes) for one in sources]
    return sources if variation is None else [_varied(one, variation) for one in sources]


def _varied(source: InkSource, variation: Variation) -> InkSource:
    """Copies of a bank's glyphs, each bent in its own way."""
    bent, begins, sizes, pads = vary_glyphs(
        source.data, source.starts, source.sizes_px, *variation, DEVIATIONS_Q16
    )
    return InkSource(bent, begins, sizes, pads if source.pads_px is None else pads + source.pads_px)


@compiled
def _glyphs(items: Any) -> Any:
    """Where the ink of each item begins in its bank's data, and its height and width."""
    n = items.shape[0]
    starts, sizes = np.empty(n, np.int64), np.empty((n, 2), np.int64)
    for i in range(n):
        item = items[i]
        starts[i] = item.start
        sizes[i, 0], sizes[i, 1] = item.height_px, item.width_px
    return starts, sizes


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


@compiled
def item_gains(items: Any, press_q8: Ints, strength_q8: int) -> Any:
    """Find the factor on the ink of each item that brings it to the line's strength.

    A writer's ink keeps its own ups and downs; where writers are not known, each glyph is brought
    to the line's ink by itself.

    Args:
        items: records of `ITEM`, ``(n,)``.
        press_q8: ``int64 (n,)``: as `Placements` has it.
        strength_q8: how much of full ink the writer's usual stroke reaches, 1/256.

    Returns:
        ``int64 (n,)``, 1/256.
    """
    gains = np.empty(items.shape[0], np.int64)
    for i in range(items.shape[0]):
        gain = FULL_INK * 256 // max(items[i].level, FAINTEST_LEVEL)
        gains[i] = min(gain * press_q8[i] * strength_q8 >> 16, MAX_GAIN_Q8)
    return gains


def draw_items(
    sources: Sequence[InkSource],
    placed: Placements,
    gains: Ints,
    ink: Ink,
    strokes: LineStrokes | None = None,
) -> Ints:
    """Draw glyphs, bank by bank, and then those that are drawn from strokes.

    Args:
        sources: of all items.
        placed: where each goes.
        gains: ``int64 (items,)``: factor on the ink, 1/256.
        ink: ``uint8 (height_px, width_px)``, drawn into.
        strokes: where they lie; None where all items came as pictures.

    Returns:
        ``int64 (items, 4)``: left, top, right, bottom of what shows of each; 0 where nothing does.
    """
    boxes = np.zeros((len(gains), 4), np.int64)
    slants = placed.slants_q16
    for source in sources:
        places = source.places(placed)
        data, starts, sizes = source.data, source.starts, source.sizes_px
        draw_glyphs(data, starts, sizes, places, slants, gains, FAINT, ink, boxes)
    if strokes is not None:
        nodes, ends = bow_strokes(*strokes[:4], strokes.bows_q8)
        pen = np.array(strokes.pen[1:], np.int64)
        draw_strokes(nodes, ends, strokes.owners, strokes.cuts_q8, gains, pen, FAINT, ink, boxes)
    return boxes
