"""Glyphs out of their banks and into a line's ink."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.bank.shelf import Shelf
from penline.compose.place.rules import Placements
from penline.render.breadth import MOST_PX, PAD_PX, broaden
from penline.render.kernel import MAX_GLYPH_PX, draw_glyphs

__all__ = ["FAINT", "breadths", "draw_items", "measure"]

FAINT = 8
"""Ink below this does not widen a character's box."""
FULL_INK = 245
FAINTEST_LEVEL = 40
"""A writer's ink is not taken for fainter than this when it is brought to full ink."""

Ints = npt.NDArray[np.int64]
Ink = npt.NDArray[np.uint8]


def measure(shelf: Shelf, rows: Ints) -> tuple[Ints, npt.NDArray[np.float64], Ints, Ints]:
    """Of each item: size, em and place of its glyph in the bank, and what brings its ink to full.

    Every number that a bank's file gives is checked here, before a kernel sees it.
    """
    count = len(rows)
    sizes = np.zeros((count, 2), np.int64)
    ems = np.ones(count)
    starts = np.zeros(count, np.int64)
    levels = np.full(count, 1 << 32, np.int64)
    shelf.size_up(rows, MAX_GLYPH_PX, sizes, ems, starts, levels)
    # a writer's ink keeps its own ups and downs; where writers are not known, each glyph is
    # brought to the line's ink by itself
    return sizes, ems, starts, FULL_INK * 256 // np.maximum(levels, FAINTEST_LEVEL)


def breadths(shelf: Shelf, rows: Ints, ems: npt.NDArray[np.float64], writer: str) -> Ints:
    """``int64 (items,)``: what `broaden` does to glyphs that the line's writer did not write.

    Their strokes come to the breadth, in ems, that the writer's own have.
    """
    shares = np.zeros(len(rows), np.int64)
    wanted_em = shelf.style(writer)[0]
    for number in np.unique(rows[rows[:, 1] >= 0, 0]).tolist():
        bank = shelf.banks[number]
        at = np.flatnonzero((rows[:, 0] == number) & (rows[:, 1] >= 0))
        chosen = rows[at, 1]
        writers = bank.columns["writer"][chosen]
        own = bank.columns["pen_q4"][chosen] / 16.0
        change = np.clip((wanted_em * ems[at] - own) / MOST_PX, -1.0, 1.0)
        foreign = np.array([bank.writers[w] != writer for w in writers.tolist()], np.bool_)
        shares[at] = np.where(foreign & (own > 0), np.round(change * 256), 0)
    return shares


def draw_items(
    shelf: Shelf,
    rows: Ints,
    sizes: Ints,
    starts: Ints,
    placed: Placements,
    gains: Ints,
    ink: Ink,
    upright: npt.NDArray[np.bool_] | None = None,
    shares: Ints | None = None,
) -> Ints:
    """Draw the glyphs, bank by bank.

    Args:
        shelf: the banks.
        rows: ``int64 (items, 2)``: bank and row of each, -1 for white space.
        sizes: ``int64 (items, 2)``: height and width of each, as it is placed.
        starts: ``int64 (items,)``: where each begins in its bank's ink.
        placed: where each goes.
        gains: ``int64 (items,)``: factor on the ink, 1/256.
        ink: ``uint8 (height_px, width_px)``, drawn into.
        upright: for a column, which glyphs are turned.
        shares: for each what `broaden` does to it; None for nothing.

    Returns:
        ``int64 (items, 4)``: left, top, right, bottom of what shows of each; 0 where nothing does.
    """
    boxes = np.zeros((len(rows), 4), np.int64)
    for number, bank in enumerate(shelf.banks):
        data, begins, own, places = bank.ink.data, starts, sizes, placed.places_q8
        if len(shelf.banks) > 1:
            own = np.where(rows[:, :1] == number, sizes, 0)  # the others are passed over
        if upright is not None or shares is not None:
            turn = np.zeros(len(rows), np.bool_) if upright is None else upright
            share = np.zeros(len(rows), np.int64) if shares is None else shares
            data, begins, own, places = _copies(data, begins, own, places, turn, share)
        draw_glyphs(data, begins, own, places, placed.slants_q16, gains, FAINT, ink, boxes)
    return boxes


def _copies(
    data: Ink, starts: Ints, sizes: Ints, places: Ints, turn: npt.NDArray[np.bool_], shares: Ints
) -> tuple[Ink, Ints, Ints, Ints]:
    """Copies of glyphs, turned anticlockwise or with other strokes: data, starts, sizes, places."""
    copies: list[Ink] = []
    sizes, places = sizes.copy(), places.copy()
    for at, start in enumerate(starts.tolist()):
        height, width = sizes[at].tolist()
        if not height:
            copies.append(data[:0])
            continue
        glyph = data[start : start + height * width]
        if turn[at]:
            glyph = np.rot90(glyph.reshape(width, height)).reshape(-1)
        if shares[at] and height < MAX_GLYPH_PX - 2 and width < MAX_GLYPH_PX - 2:
            wider = np.empty((height + 2 * PAD_PX, width + 2 * PAD_PX), np.uint8)
            broaden(np.ascontiguousarray(glyph.reshape(height, width)), int(shares[at]), wider)
            glyph = wider.reshape(-1)
            sizes[at] = wider.shape
            # the added white lies outside of the place that the glyph had
            by_x, by_y = places[at, 2] * PAD_PX // width, places[at, 3] * PAD_PX // height
            places[at] += [-by_x, -by_y, 2 * by_x, 2 * by_y]
        copies.append(glyph)
    ends = np.cumsum([copy.size for copy in copies])
    begins = np.concatenate(([0], ends[:-1])).astype(np.int64)
    return np.concatenate(copies), begins, sizes, places
