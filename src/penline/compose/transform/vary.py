"""No two writings of a character are alike: each glyph of a line is bent in its own way.

The bend is smooth: every point of a glyph moves by a function of its column and by one of its row,
each a straight line and two slow waves. What a pen does along its stroke, its breadth and its tone,
moves along. All of it is drawn as fixed point, and worked out in integers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.items import Items
from penline.compiled import compiled, frozen
from penline.compose.character_table import DIGIT_KIND, LETTER
from penline.randomness import Draws, bell_q16

__all__ = [
    "DEVIATIONS_Q16",
    "LARGEST_PX",
    "WORDS_PER_GLYPH",
    "Variation",
    "bend_at",
    "moves_of",
    "sample_variation",
    "vary_glyphs",
    "wave_side",
]

WORDS_PER_GLYPH = 12
"""Of chance: for each of four functions the deviations of a straight line and of two waves."""

DEVIATIONS_Q16 = frozen(
    np.array(
        [
            *(4100, 1900, 1250),  # to the side by the column: breadth
            *(4900, 2500, 1600),  # to the side by the row: lean
            *(4100, 2500, 1600),  # down by the column: tilt
            *(4100, 1900, 1250),  # down by the row: height
        ],
        np.int64,
    )
)
"""Of one writing from the next, as shares of the glyph's sides, 1/65536.

Set so that a character that comes back in a line is as like its first writing as on a real page:
195 pairs of 43 Chinese characters on HWDB2.0's 006-P16, best normalised correlation at 56 px and
softened by 1 px, 0.57 to 0.86 (5 to 95 %), median 0.73; of the same glyph twice it is 0.96."""

LARGEST_PX = 2048
"""A glyph with a longer side is left as it is."""

LATIN_STRENGTH = 1.5
"""Letters and digits come back less alike than Chinese characters: 3,211 pairs of 79 hands of
UNIPEN, by the same measure, medians 0.69 (small letters), 0.65 (capitals) and 0.72 (digits)."""

Ints = npt.NDArray[np.int64]
_i32 = np.int32


class Variation(NamedTuple):
    """How the glyphs of a line are written unlike each other.

    Attributes:
        words: ``uint64 (items * WORDS_PER_GLYPH,)``: chance.
        strengths_q16: ``int64 (items,)``: how far each, over what is usual of Chinese characters,
            1/65536.
    """

    words: npt.NDArray[np.uint64]
    strengths_q16: Ints


def sample_variation(
    rng: Draws, strength_range: tuple[float, float], items: Items, traits: Ints
) -> Variation | None:
    """Draw the variation of a line; None where there is none.

    Args:
        rng: chance.
        strength_range: how far, over what is usual; 0 for stamps.
        items: records of `ITEM`.
        traits: of a `CharacterTable`.
    """
    if not strength_range[1]:
        return None
    strength = round(rng.uniform(*strength_range) * 65536)
    strengths = item_strengths(items, traits, strength, round(strength * LATIN_STRENGTH))
    return Variation(rng.words(len(items) * WORDS_PER_GLYPH), strengths)


@compiled
def item_strengths(items: Any, traits: Any, usual_q16: int, latin_q16: int) -> Any:
    """How far each item is varied: ``int64 (items,)``, 1/65536.

    Args:
        items: records of `ITEM`.
        traits: of a `CharacterTable`.
        usual_q16: how far Chinese characters are, and marks.
        latin_q16: how far letters and digits are.
    """
    strengths = np.empty(items.shape[0], np.int64)
    for i in range(items.shape[0]):
        own = traits[items[i].entry]
        strengths[i] = latin_q16 if own[LETTER] or own[DIGIT_KIND] else usual_q16
    return strengths


@compiled
def _bend(moves: Ints, side: int, unit: int, out: Any) -> int:
    """Fill in how far points move, along a side of a glyph.

    Args:
        moves: ``int64 (3,)``: a straight line over the side; two waves over `unit`; 1/65536.
        side: px.
        unit: px.
        out: ``int32 (side,)``, filled in, 1/256 px.

    Returns:
        The furthest, 1/256 px.
    """
    step = (np.int64(1) << 32) // side
    far = np.int64(0)
    for at in range(side):
        bend = bend_at(moves, (((2 * at + 1) * step) >> 16) - 65536, side, unit)
        far = max(far, abs(bend))
        out[at] = bend
    return int(far)


@compiled
def bend_at(moves: Ints, t: Any, side: int, unit: int) -> Any:
    """How far a point moves, 1/256 px: `t` is -65536 at the side's one end, 65536 at the other."""
    square = t * t >> 16
    even = square - 21845
    odd = (t * square >> 16) - (t * 39322 >> 16)
    straight = ((moves[0] * t >> 16) * side) >> 1
    waves = ((moves[1] * even >> 16) + 2 * (moves[2] * odd >> 16)) * unit
    return (straight + waves) >> 8


@compiled
def moves_of(words: Any, i: int, strength_q16: int, deviations_q16: Ints, moves: Ints) -> None:
    """Fill in the figures of a glyph's four bends, ``int64 (WORDS_PER_GLYPH,)``, 1/65536."""
    for k in range(WORDS_PER_GLYPH):
        move = bell_q16(words[i * WORDS_PER_GLYPH + k]) * deviations_q16[k] // 37837
        moves[k] = move * strength_q16 >> 16


@compiled
def vary_glyphs(
    data: Any, starts: Ints, sizes_px: Ints, words: Any, strengths_q16: Ints, deviations_q16: Ints
) -> Any:
    """Bend glyphs, each in its own way.

    Args:
        data: ``uint8 (bytes,)``: where the glyphs' ink lies.
        starts: ``int64 (n,)``: where each begins there.
        sizes_px: ``int64 (n, 2)``: height and width of each; 0 for what is passed over.
        words: ``uint64 (n * WORDS_PER_GLYPH,)``: chance.
        strengths_q16: ``int64 (n,)``: how far each, over what is usual, 1/65536.
        deviations_q16: `DEVIATIONS_Q16`.

    Returns:
        ``uint8 (bytes,)``, ``int64 (n,)`` and ``int64 (n, 2)``: the bent glyphs' ink, where each
        begins, and its size, white around it left out; ``int64 (n, 4)``: how far it reaches beyond
        the glyph's place to the left, above, to the right and below, px.
    """
    n = starts.shape[0]
    most = sizes_px.max()
    pads, sizes = np.zeros((n, 4), np.int64), np.zeros((n, 2), np.int64)
    begins = np.zeros_like(starts)
    moves = np.empty(WORDS_PER_GLYPH, np.int64)
    bends = np.empty((4, most), np.int32)
    out, ringed, bent = np.empty(0, np.uint8), np.empty(0, np.uint8), np.empty(0, np.uint8)
    end = 0
    for i in range(n):
        height, width = sizes_px[i, 0], sizes_px[i, 1]
        begins[i] = end
        if height == 0:
            continue
        strength = strengths_q16[i] if max(height, width) <= LARGEST_PX else 0
        moves_of(words, i, strength, deviations_q16, moves)
        far = np.zeros(4, np.int64)
        for k in range(4):
            side, unit = (height if k & 1 else width), wave_side(k, width, height)
            far[k] = _bend(moves[3 * k : 3 * k + 3], side, unit, bends[k, :side])
        # white around it that no point of it moves out of
        pad = 1 + ((max(far[0] + far[1], far[2] + far[3]) + 255) >> 8)
        high, wide = height + 2 * pad, width + 2 * pad
        if bent.size < high * wide:
            bent = np.empty(high * wide, np.uint8)
        room = (high + 2 * pad + 2) * (wide + 2 * pad + 2)
        if ringed.size < room:
            ringed = np.empty(room, np.uint8)
        box = _bend_glyph(
            data[starts[i] :][: height * width], bends, height, width, pad, ringed, bent
        )
        top, left, bottom, right = box
        if out.size < end + high * wide:
            more = np.empty(2 * (end + high * wide), np.uint8)
            more[:end] = out[:end]
            out = more
        for y in range(top, bottom):
            out[end : end + right - left] = bent[y * wide + left : y * wide + right]
            end += right - left
        sizes[i, 0], sizes[i, 1] = bottom - top, right - left
        pads[i, 0], pads[i, 1] = pad - left, pad - top
        pads[i, 2], pads[i, 3] = right - pad - width, bottom - pad - height
    return out[:end], begins, sizes, pads


@compiled
def _bend_glyph(
    glyph: Any, bends: Any, height: int, width: int, pad: int, ringed: Any, bent: Any
) -> Any:
    """Bend one glyph: each row down by its columns, then to the side.

    Args:
        glyph: ``uint8 (height * width,)``.
        bends: ``int32 (4, ...)``: how far points move, 1/256 px: to the side by the column that
            they come to and by the row, down by the column that they come from and by the row.
        height: px.
        width: px.
        pad: white around it that no point of it moves out of, px.
        ringed: ``uint8``: room for the glyph with white above and below.
        bent: ``uint8 ((height + 2 pad) * (width + 2 pad),)`` or longer, filled in.

    Returns:
        Top, left, bottom and right of the ink in `bent`; one pixel where there is none.
    """
    high, wide = height + 2 * pad, width + 2 * pad
    ring = 2 * pad + 1
    source = ringed[: (height + 2 * ring) * width]
    source[: ring * width] = 0
    source[ring * width : (ring + height) * width] = glyph
    source[(ring + height) * width :] = 0
    tilt = bends[2, :width]
    # of a row that was bent down: white on both sides, in 1/256 of the ink's steps
    row = np.zeros(width + 2 * ring + 1, np.int32)
    inner = row[ring : ring + width]
    by_column = np.empty(wide, np.int32)
    for x in range(wide):
        by_column[x] = bends[0, min(max(x - pad, 0), width - 1)] + ((x + ring - pad) << 8)
    columns = np.zeros(wide, np.uint8)
    top, bottom = high, 0
    for y in range(high):
        own = min(max(y - pad, 0), height - 1)
        right = bends[1, own]
        down = _i32(bends[3, own] + ((y + ring - pad) << 8))
        inked = _i32(0)
        for u in range(width):
            along = _i32(tilt[u] + down)
            at = np.uintp(_i32(_i32(_i32(along >> 8) * width) + u))
            above, below = _i32(source[at]), _i32(source[at + np.uintp(width)])
            mixed = _i32(_i32(above << 8) + _i32(_i32(below - above) * _i32(along & 255)))
            inner[u] = mixed
            inked = _i32(inked | mixed)
        line = bent[y * wide : (y + 1) * wide]
        if not inked:
            line[:] = 0
            continue
        shown = np.uint8(0)
        for x in range(wide):
            across = _i32(by_column[x] + right)
            at = np.uintp(across >> 8)
            before, behind = row[at], row[at + np.uintp(1)]
            mixed = _i32(_i32(before << 8) + _i32(_i32(behind - before) * _i32(across & 255)))
            value = np.uint8(_i32(mixed + 32768) >> 16)
            line[x] = value
            columns[x] |= value
            shown |= value
        if shown:
            top, bottom = min(top, y), y + 1
    if bottom == 0:
        return 0, 0, 1, 1
    left, end = 0, wide
    while left < wide - 1 and columns[left] == 0:
        left += 1
    while end > left + 1 and columns[end - 1] == 0:
        end -= 1
    return top, left, bottom, end


@compiled
def wave_side(k: int, width: int, height: int) -> int:
    """What the waves of a function are shares of, px: no wave is so steep that ink folds over.

    Args:
        k: 0 and 1: to the side, by the column and by the row; 2 and 3: down, likewise.
        width: px.
        height: px.
    """
    side = height if k & 1 else width
    if k in (0, 3):
        return side
    return min(max(width, height), side + side // 4)
