"""Where the glyphs of a line go: by the layout's own rules, or by a placement model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.characters import MIDDLE_EM, kind_of
from penline.compose.place.fit_to_image import SETTLED, settle_line
from penline.compose.place.model import (
    DIGITS,
    IN_NUMBERS,
    IN_WORDS,
    LETTERS,
    NARROW,
    Hand,
    traits_of,
)
from penline.compose.place.rules import Placements, lay_out
from penline.compose.place.spacing import press_walk
from penline.measure.template import HAN, LineTemplate
from penline.randomness import Draws

__all__ = ["Hand", "place", "replay"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def place(
    hand: Hand | None,
    items: Sequence[str],
    rows: Ints,
    sizes: Ints,
    ems: Floats,
    numbers: dict[str, float],
    rng: Draws,
    height_px: int,
    upright: npt.NDArray[np.bool_] | None = None,
    order: list[int] | None = None,
) -> tuple[Placements, float]:
    """Place the items of one line; where they go, and how the line rises per length.

    A model knows Chinese lines on ordinary paper: columns, cells, lines without a Chinese character
    and the letters of words are laid out by the layout's rules.

    Args:
        hand: the placement model at work; None for the layout's own rules.
        items: what each item stands for; white space has no glyph.
        rows: ``int64 (n, 2)``: bank and row of each glyph, -1 for white space.
        sizes: ``int64 (n, 2)``: height and width of each glyph in its bank.
        ems: ``float64 (n,)``: the em of each glyph's writer, in the same pixels.
        numbers: what `Layout.draw` drew.
        rng: chance.
        height_px: height of the picture.
        upright: for a column, which glyphs are turned.
        order: the items from the left to the right, where that is not their own order.
    """
    if order is not None:
        seen = [items[item] for item in order]
        arrays = rows[order], sizes[order], ems[order]
        placed, slope = place(hand, seen, *arrays, numbers, rng, height_px, upright)
        return placed.only(np.argsort(order)), slope
    if hand is None or upright is not None or numbers["cell"]:
        placed = lay_out(items, sizes, ems, numbers, rng, height_px, upright)
        return placed, 0.0 if numbers["cell"] else numbers["slope"]
    traits = [traits_of(item) for item in items]
    if not any(one.han for one in traits):
        return lay_out(items, sizes, ems, numbers, rng, height_px, upright), numbers["slope"]
    em = height_px * numbers["em_most"]
    drawn, facts = hand.place(traits, rows, sizes, ems, em, rng, numbers["space"])
    if not DIGITS.isdisjoint(items):
        _even_numbers(items, sizes, drawn)
    if any(one.name in NARROW for one in traits):
        _set_words(items, [one.name for one in traits], numbers, em, drawn)
    count = len(items)
    places, press = np.empty((count, 4), np.int64), np.empty(count, np.int64)
    whole = np.empty(3)
    settle_line(
        drawn,
        np.array([one.least_width for one in traits]),
        rows,
        np.array([numbers[name] for name in SETTLED]),
        rng.words(count),
        em,
        height_px,
        places,
        press,
        whole,
    )
    width, em_px, base = whole.tolist()
    lean = round(float(facts[2]) * 65536.0) + round(numbers["slant"] * 65536)
    placed = Placements(
        places_q8=places,
        slants_q16=np.full(count, lean, np.int64),
        press_q8=press,
        width_px=int(width),
        em_px=em_px,
        baseline_px=base + MIDDLE_EM * em_px,
        cell_left_px=0.0,
        cell_top_px=0.0,
        cells=0,
    )
    return placed, float(facts[0])


def _even_numbers(items: Sequence[str], sizes: Ints, drawn: Ints) -> None:
    """The digits of a number are of one size, and on one level; `drawn` is changed.

    The model draws each digit by itself, as it was measured.
    """
    scale, high, wide, _, rises = drawn.T
    at = 0
    while at < len(items):
        end = at
        while end < len(items) and (
            items[end].isdigit() or (end > at and items[end] in IN_NUMBERS)
        ):
            end += 1
        run = [k for k in range(at, end) if items[k].isdigit() and items[k].isascii()]
        if len(run) > 1:
            scale_q12 = int(scale[run].sum()) // len(run)
            level = int((rises[run] - high[run] // 2).sum()) // len(run)
            high[run] = np.maximum(sizes[run, 0] * scale_q12 >> 6, 64)
            wide[run] = np.maximum(sizes[run, 1] * scale_q12 >> 6, 64)
            rises[run] = level + high[run] // 2
        at = max(end, at + 1)


def _set_words(
    items: Sequence[str], kinds: Sequence[str], numbers: dict[str, float], em: float, drawn: Ints
) -> None:
    """Letters of words stand on the writing line, and close to each other; `drawn` is changed."""
    _, high, _, gaps, rises = drawn.T
    letters = [kind in LETTERS for kind in kinds]
    least = round(0.6 * numbers["gap_latin"] * em * 64)
    for at, item in enumerate(items):
        inside = 0 < at < len(items) - 1 and letters[at - 1] and letters[at + 1]
        if at and kinds[at] == "digit" and kinds[at - 1] in NARROW:
            # digits that run into each other are read as something else
            gaps[at] = max(gaps[at], least)
        if not (letters[at] or (inside and item in IN_WORDS)):
            continue
        low = kind_of(item).low
        if low is not None:
            middle = (low - MIDDLE_EM) * em + high[at] / 128
            rises[at] = round(middle * 64)
        if at and (letters[at - 1] or items[at - 1] in IN_WORDS):
            gaps[at] = round(numbers["gap_latin"] * em * 64)


def replay(
    template: LineTemplate,
    sizes: Ints,
    ems: Floats,
    numbers: dict[str, float],
    rng: Draws,
    height_px: int,
) -> Placements:
    """Place glyphs where the characters of a real line stood.

    A glyph takes the middle of its character's box and keeps its own proportions and its size
    beside its writer's other glyphs; one that would be wider than its place by more than a sixth
    is made smaller.

    Args:
        template: the line, as many characters as there are glyphs.
        sizes: ``int64 (n, 2)``: height and width of each glyph in its bank.
        ems: ``float64 (n,)``: the em of each glyph's writer, in the same pixels.
        numbers: what `Layout.draw` drew.
        rng: chance, for the ink's strength.
        height_px: height of the picture.
    """
    x0, y0, x1, y1 = template.table.T
    own = np.array([c != HAN for c in template.pattern])
    scale = 1.0 / ems
    high, wide = sizes[:, 0] * scale, sizes[:, 1] * scale
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
    count = len(sizes)
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
        cell_left_px=0.0,
        cell_top_px=0.0,
        cells=0,
    )


_WIDER = 7 / 6
NARROWEST_EM = 0.1
