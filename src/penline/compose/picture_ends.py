"""Where letters of a line that came as pictures are left and entered: out of the banks, along with
what is done to their ink, and into the picture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank import Bank
from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.characters import is_han
from penline.compiled import compiled, frozen
from penline.compose.draw import InkSource
from penline.compose.place.base import Placements
from penline.compose.transform.base import Transform
from penline.compose.transform.join_table import JoinTable
from penline.compose.transform.stroke_width import StrokeWidth
from penline.compose.transform.vary import DEVIATIONS_Q16, Variation
from penline.compose.transform.vary_points import move_points
from penline.ends import BankEnds, LetterShape, bank_ends, latin_shapes
from penline.measure.joins import LETTERS
from penline.measure.latin import X_HEIGHT_EM
from penline.render.kernel import MAX_GLYPH_PX
from penline.render.letter_ends import ANYWHERE, END, direction, reach_of
from penline.render.picture_ends import END_WORDS, PLACE_Q, RADIUS_Q, WAY_Q
from penline.render.stroke_width import PAD_PX

__all__ = ["PictureEnds", "ends_of_banks", "picture_ends", "place_ends"]

Ints = npt.NDArray[np.int64]
_AHEAD_PX = 3
"""A direction is told by a point so far ahead, so that it is bent as the ink is."""


class PictureEnds(NamedTuple):
    """Ends of the items of a line in the measures of their glyphs, as they are drawn.

    Attributes:
        there: ``int64 (items, 2)``: how each is left, and entered; see `END_WORDS`.
        points_q8: ``int64 (items, 6, 2)``: of each end its place, a point ahead of it, one inside
            of the letter, 1/256 px from the upper left corner of the item's place.
        radii_q8: ``int64 (items, 2)``: half of the stroke's breadth there, 1/256 px.
        tones: ``int64 (items, 2)``: its ink, 1 to 255.
    """

    there: Ints
    points_q8: Ints
    radii_q8: Ints
    tones: Ints


def ends_of_banks(
    banks: BankSet, letters: Collection[str], *, strokes: bool
) -> tuple[BankEnds, ...]:
    """Find the ends of letters that came as pictures, of each bank.

    Args:
        banks: the banks.
        letters: what may be joined: small Latin letters, Chinese characters.
        strokes: whether glyphs that have strokes are drawn from them.

    Returns:
        None where no bank has such letters.
    """
    found = tuple(_of_bank(bank, set(letters), strokes) for bank in banks.banks)
    return found if any(len(one.rows) for one in found) else ()


def _of_bank(bank: Bank, letters: set[str], strokes: bool) -> BankEnds:
    told, held = bank.header.strokes, letters.intersection(bank.characters)
    parts = []
    if not strokes or told is None or told.glyphs < len(bank):
        if held.intersection(LETTERS):
            parts.append(bank_ends(bank, "latin", latin_shapes()))
        if held.difference(LETTERS):
            han = [one for one in bank.characters if is_han(one)]
            shape = LetterShape(ANYWHERE, 0.0, 0.0)
            parts.append(bank_ends(bank, "chinese", dict.fromkeys(han, shape)))
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([np.empty(0, np.uint32), *(one.rows for one in parts)])
    words = [np.empty((0, 2, END_WORDS), np.int16), *(one.words for one in parts)]
    order = np.argsort(rows)
    return BankEnds(frozen(rows[order]), frozen(np.concatenate(words)[order]))


def picture_ends(
    held: Sequence[BankEnds],
    items: Items,
    changes: Sequence[tuple[Transform, Ints]],
    variation: Variation | None,
) -> PictureEnds | None:
    """Take the ends of a line's letters, and move them along with what is done to their ink.

    What a transform of another package changes, and what is turned in a column, has none.

    Args:
        held: of each bank.
        items: records of `ITEM`.
        changes: what changes them, and what each has planned for the items.
        variation: how each is written unlike the next; None for not at all.

    Returns:
        None where no letter has an end.
    """
    words, found = np.zeros((len(items), 2, END_WORDS), np.int16), 0
    for number, ends in enumerate(held):
        found += take_ends(ends.rows, ends.words, items, number, words)
    if not found:
        return None
    pads, broader = np.zeros((2, len(items)), np.int64)
    for transform, amounts in changes:
        if isinstance(transform, StrokeWidth):
            pads, broader = PAD_PX * (amounts != 0), amounts
            large = np.maximum(items["height_px"], items["width_px"]) >= MAX_GLYPH_PX - 2
            words[large & (amounts != 0)] = 0
        else:
            words[amounts != 0] = 0
    made = PictureEnds(*unpack_ends(words, broader))
    if variation is not None:
        move_points(made.points_q8, items, pads, *variation, DEVIATIONS_Q16)
    return made


def place_ends(
    ends: PictureEnds,
    sources: Sequence[InkSource],
    items: Items,
    placed: Placements,
    table: JoinTable,
) -> Any:
    """Bring ends to their places in the picture.

    Args:
        ends: of the items.
        sources: where the ink of the items lies.
        items: records of `ITEM`.
        placed: where each goes.
        table: what joining asks of each entry.

    Returns:
        Records of `END`, ``(items,)``; an x-height of 0 where an item has no end.
    """
    out = np.zeros(len(items), END)
    tables = table.kinds, table.figures, placed.em_px
    for source in sources:
        pads = np.zeros((len(items), 4), np.int64) if source.pads_px is None else source.pads_px
        own = source.sizes_px, pads, source.places(placed)
        put_ends(ends, *own, items, placed.places_q8, placed.slants_q16, tables, out)
    return out


@compiled
def take_ends(rows: Any, held: Any, items: Any, number: int, words: Any) -> int:
    """Fill in the ends of those items that one bank holds; returns of how many.

    Args:
        rows: ``uint32 (letters,)``, rising.
        held: ``int16 (letters, 2, END_WORDS)``.
        items: records of `ITEM`, ``(n,)``.
        number: of the bank.
        words: ``int16 (n, 2, END_WORDS)``.
    """
    found = 0
    for i in range(items.shape[0]):
        if items[i].bank != number or items[i].row < 0 or items[i].turned:
            continue
        at = np.searchsorted(rows, items[i].row)
        if at < rows.shape[0] and rows[at] == items[i].row:
            words[i] = held[at]
            found += 1
    return found


@compiled
def unpack_ends(words: Any, broader: Any) -> Any:
    """Bring ends of glyphs to 1/256 px.

    Args:
        words: ``int16 (n, 2, END_WORDS)``.
        broader: ``int64 (n,)``: what a transform adds to half of a breadth, 1/256 px.

    Returns:
        The arrays of `PictureEnds`.
    """
    n = words.shape[0]
    points, radii = np.zeros((n, 6, 2), np.int64), np.zeros((n, 2), np.int64)
    there, tones = np.empty((n, 2), np.int64), np.empty((n, 2), np.int64)
    for i in range(n):
        for k in range(2):
            there[i, k], tones[i, k] = words[i, k, 0], words[i, k, END_WORDS - 1]
            if there[i, k] == 0:
                continue
            for axis in range(2):
                place = np.int64(words[i, k, 1 + axis]) * (256 // PLACE_Q)
                points[i, 3 * k, axis] = place
                ahead = np.int64(words[i, k, 3 + axis]) * _AHEAD_PX * 256 // WAY_Q
                points[i, 3 * k + 1, axis] = place + ahead
                points[i, 3 * k + 2, axis] = np.int64(words[i, k, 5 + axis]) * (256 // PLACE_Q)
            radii[i, k] = max(np.int64(words[i, k, 7]) * (256 // RADIUS_Q) + broader[i], 64)
    return there, points, radii, tones


@compiled
def put_ends(
    ends: Any,
    sizes_px: Any,
    pads_px: Any,
    drawn_q8: Any,
    items: Any,
    places_q8: Any,
    slants_q16: Any,
    tables: Any,
    out: Any,
) -> None:
    """Work out where the ends of letters lie in the picture, as `draw_glyphs` draws their ink.

    Args:
        ends: a `PictureEnds`.
        sizes_px: ``int64 (n, 2)``: height and width of the ink of each; 0 for items of others.
        pads_px: ``int64 (n, 4)``: how far it reaches beyond its place.
        drawn_q8: ``int64 (n, 4)``: where it goes with that.
        items: records of `ITEM`, ``(n,)``.
        places_q8: ``int64 (n, 4)``: where it goes without.
        slants_q16: ``int64 (n,)``: lean.
        tables: kinds and figures of the entries, and the line's em, px.
        out: records of `END`, ``(n,)``, filled in.
    """
    kinds, figures, em_px = tables
    spots = np.empty((6, 2))
    for i in range(items.shape[0]):
        height, width = sizes_px[i]
        if height == 0 or not ends.there[i].any() or kinds[items[i].entry] < 0:
            continue
        left, top, wide, high = drawn_q8[i]
        share = 0.5 * (wide / (width * 256.0) + high / (height * 256.0))
        for k in range(6):
            x, y = ends.points_q8[i, k]
            y = top + (y + pads_px[i, 1] * 256) * high // (height << 8)
            x = left + (x + pads_px[i, 0] * 256) * wide // (width << 8)
            spots[k, 0] = x + ((top + high // 2 - y) * slants_q16[i] >> 16)
            spots[k, 1] = y
        end = out[i]
        radius = float(ends.radii_q8[i, 0 if ends.there[i, 0] else 1]) * share
        own = figures[items[i].entry]
        end.unit, end.line = X_HEIGHT_EM * em_px * 256.0, 0.0
        if own[0] > 0.0:
            end.unit = (float(places_q8[i, 3]) - 2.0 * radius) / own[0]
            end.line = float(places_q8[i, 1] + places_q8[i, 3]) - radius - own[1] * end.unit
        if end.unit < 256.0:
            end.unit = 0.0
            continue
        end.exit_at = 0 if ends.there[i, 0] else -1
        end.entry_at = 0 if ends.there[i, 1] else -1
        end.high = 1 if ends.there[i, 0] == 2 else 0
        end.along = 1.0 if ends.there[i, 1] == 2 else 0.0
        end.reach = reach_of(kinds[items[i].entry]) * end.unit
        end.exit_x, end.exit_y = spots[0]
        end.exit_dx, end.exit_dy = direction(spots[1, 0] - spots[0, 0], spots[1, 1] - spots[0, 1])
        end.exit_inner_x, end.exit_inner_y = spots[2]
        end.exit_radius = float(ends.radii_q8[i, 0]) * share
        end.exit_tone = float(ends.tones[i, 0])
        end.entry_x, end.entry_y = spots[3]
        end.entry_dx, end.entry_dy = direction(spots[4, 0] - spots[3, 0], spots[4, 1] - spots[3, 1])
        end.entry_inner_x, end.entry_inner_y = spots[5]
        end.entry_radius = float(ends.radii_q8[i, 1]) * share
        end.entry_tone = float(ends.tones[i, 1])
