"""How a writer's hand leans, and how broad its characters are for their height.

Measured on some of a writer's glyphs when a bank is written; banks of before are measured when they
are asked, by the same glyphs, so that the figures are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.layout import BATCH_ROWS
from penline.bank.read import Bank, locate
from penline.characters import is_han
from penline.compiled import compiled

__all__ = ["LeanSums", "aspect_of", "bank_styles", "far_apart", "lean_sums", "sampled"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FIRST, EVERY = 32, 8
"""Of each writer so many glyphs are looked at, and one of so many after that: on average an eighth
of the time that all would take, and 470 glyphs of a writer of HWDB1.1."""
_RUN = 1024
"""Pixels of a row whose sums are taken together."""
_i32 = np.int32
LEAST = 5
"""Fewer Chinese characters say nothing of a hand's proportions."""


@compiled
def sampled(writers: Ints, seen: Ints, chosen: npt.NDArray[np.bool_]) -> None:
    """Which glyphs are looked at, by their order among their writer's.

    Args:
        writers: ``int64 (glyphs,)``: number of each glyph's writer.
        seen: ``int64 (writers,)``: glyphs of each before these; counted on.
        chosen: ``bool (glyphs,)``: filled in.
    """
    for glyph in range(writers.shape[0]):
        number = seen[writers[glyph]]
        chosen[glyph] = number < FIRST or number % EVERY == 0
        seen[writers[glyph]] = number + 1


@compiled
def lean_sums(
    ink: npt.NDArray[np.uint8],
    starts: Ints,
    widths_px: Ints,
    writers: Ints,
    chosen: npt.NDArray[np.bool_],
    sums: Ints,
) -> None:
    """Add up how far upright edges lean, and how strong they are.

    At an edge the grey rises along its normal: (gx, gy) by differences of neighbours three rows, or
    columns, together. An edge counts as upright where ``|gy| < 0.7 |gx|``; its lean to the right
    per height is ``gy / gx``, and its weight ``gx * gx``.

    Args:
        ink: ``uint8 (n,)``, the glyphs' pixels one after the other.
        starts: ``int64 (glyphs + 1,)``, where each begins; the last entry is the end.
        widths_px: ``int64 (glyphs,)``, the width of each.
        writers: ``int64 (glyphs,)``: number of each glyph's writer.
        chosen: ``bool (glyphs,)``: which are looked at.
        sums: ``int64 (writers, 2)``: lean times weight, and weight, added to.
    """
    for glyph in range(starts.shape[0] - 1):
        if not chosen[glyph]:
            continue
        wide = widths_px[glyph]
        high = (starts[glyph + 1] - starts[glyph]) // wide
        lean = np.int64(0)
        weight = np.int64(0)
        for y in range(1, high - 1):
            first = starts[glyph] + y * wide
            for begin in range(first, first + wide - 2, _RUN):
                count = min(_RUN, first + wide - 2 - begin)
                above = ink[begin - wide : begin - wide + count + 2]
                here, below = ink[begin : begin + count + 2], ink[begin + wide :]
                # a run's sums stay below 2**31: a difference is at most 1,020
                leans = weights = _i32(0)
                for x in range(count):
                    # what stands at the corners counts for both directions
                    falling = _i32(_i32(below[x + 2]) - _i32(above[x]))
                    rising = _i32(_i32(above[x + 2]) - _i32(below[x]))
                    across = _i32(_i32(here[x + 2]) - _i32(here[x]))
                    along = _i32(_i32(below[x + 1]) - _i32(above[x + 1]))
                    gx = _i32(_i32(falling + rising) + _i32(across + across))
                    gy = _i32(_i32(falling - rising) + _i32(along + along))
                    upright = _i32(_i32(10 * _i32(abs(gy))) < _i32(7 * _i32(abs(gx))))
                    gx = _i32(gx * upright)
                    leans = _i32(leans + _i32(gx * gy))
                    weights = _i32(weights + _i32(gx * gx))
                lean += leans
                weight += weights
        sums[writers[glyph], 0] += lean
        sums[writers[glyph], 1] += weight


class LeanSums:
    """Adds up the lean of many writers' glyphs, batch by batch in the order of a bank's rows."""

    def __init__(self) -> None:
        self._seen = np.zeros(0, np.int64)
        self._sums = np.zeros((0, 2), np.int64)

    def add(self, ink: npt.NDArray[np.uint8], starts: Ints, widths_px: Ints, writers: Ints) -> None:
        """Add a batch; see `lean_sums`."""
        more = int(writers.max(initial=-1)) + 1 - len(self._seen)
        if more > 0:
            self._seen = np.append(self._seen, np.zeros(more, np.int64))
            self._sums = np.concatenate([self._sums, np.zeros((more, 2), np.int64)])
        chosen = np.empty(len(writers), np.bool_)
        sampled(writers, self._seen, chosen)
        lean_sums(ink, starts, widths_px, writers, chosen, self._sums)

    def slants(self) -> list[float | None]:
        """Lean to the right per height of each writer; None where there is no upright edge."""
        return [round(lean / weight, 4) if weight else None for lean, weight in self._sums.tolist()]


def aspect_of(
    rows: npt.NDArray[Any], columns: Mapping[str, Any], characters: Sequence[str]
) -> float | None:
    """Median width over height of a writer's Chinese characters, 一 left out.

    Args:
        rows: the writer's rows.
        columns: the bank's ``height_px``, ``width_px`` and ``character``.
        characters: of the bank.

    Returns:
        None of fewer than `LEAST`.
    """
    numbers = columns["character"][rows].tolist()
    tall = [is_han(characters[number]) and characters[number] != "一" for number in numbers]
    own = rows[np.array(tall, bool)]
    if len(own) < LEAST:
        return None
    shares = columns["width_px"][own].astype(np.float64) / columns["height_px"][own]
    return round(float(np.median(shares)), 4)


def bank_styles(bank: Bank) -> list[tuple[float, float, float, float]]:
    """Breadth of stroke in ems, level of ink, slant, width over height of each writer; NaN where a
    figure is not there.

    Raises:
        BankError: a bank of before whose rows cannot be true.
    """
    facts = bank.header.writers
    slants, aspects = [one.slant for one in facts], [one.aspect for one in facts]
    if any("slant" not in one.model_fields_set for one in facts):
        slants, aspects = _measured(bank)
    return [
        (
            one.pen_px / one.em_px,
            float(one.level),
            np.nan if slant is None else slant,
            np.nan if aspect is None else aspect,
        )
        for one, slant, aspect in zip(facts, slants, aspects, strict=True)
    ]


def _measured(bank: Bank) -> tuple[list[float | None], list[float | None]]:
    """Slants and proportions of a bank that was written before banks had them."""
    columns, leans = bank.columns, LeanSums()
    for first in range(0, len(bank), BATCH_ROWS):
        rows = np.arange(first, min(first + BATCH_ROWS, len(bank)))
        starts = np.empty(len(rows) + 1, np.int64)
        bad = locate(bank.ink, rows, starts[:-1])
        if bad >= 0:
            raise bank.damage(int(rows[bad]))
        widths = columns["width_px"][rows].astype(np.int64)
        ends = starts[:-1] + widths * columns["height_px"][rows]
        starts[-1] = ends[-1]
        writers = columns["writer"][rows].astype(np.int64)
        wrong = (starts[1:] != ends) | (writers >= len(bank.writers)) | (widths < 1)
        if wrong.any():
            raise bank.damage(int(rows[wrong.argmax()]))
        leans.add(bank.ink.data, starts, widths, writers)
    spans = bank.writer_starts.tolist()
    orders = [columns["by_writer"][a:b] for a, b in pairwise(spans)]
    aspects = [aspect_of(rows, columns, bank.characters) for rows in orders]
    return leans.slants(), aspects


def far_apart(styles: Floats, number: int, others: Ints) -> Floats:
    """``float64 (others,)``: how far writers are from one.

    Twice as broad strokes count 1, and so do ink that differs by a quarter of its range, a lean
    that differs by 0.25 (14 degrees), and characters a third broader for their height. What is not
    known of one of the two does not count.

    Args:
        styles: ``float64 (writers, 4)``: breadth of stroke in ems, level of ink, slant, width over
            height; NaN where it is not known.
        number: the one.
        others: their numbers.
    """
    pens, levels = np.maximum(styles[:, :2], 0.001).T
    slants, aspects = styles[:, 2:].T
    pen = pens[others] / pens[number]
    broad = aspects[others] / aspects[number]
    far = np.maximum(pen, 1 / pen) - 1.0 + np.abs(levels[others] - levels[number]) / 64
    far = far + np.nan_to_num(np.abs(slants[others] - slants[number]) * 4)
    return np.asarray(far + np.nan_to_num((np.maximum(broad, 1 / broad) - 1.0) * 3))
