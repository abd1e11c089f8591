"""Runs of digits and letters in lines by a placement model, which was measured on Chinese lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.characters import MIDDLE_EM
from penline.compiled import compiled
from penline.compose.character_table import (
    ASCII_DIGIT,
    DIGIT,
    DIGIT_KIND,
    IN_NUMBERS,
    IN_WORDS,
    LETTER,
    LOW,
)
from penline.compose.place.latin import (
    FITS,
    FOOT,
    SCALE,
    SPACE_AFTER,
    SPACE_BEFORE,
    UNIT,
    place_latin,
)
from penline.compose.place.spacing import (
    LATIN_OVERLAP,
    LATIN_RISE,
    LATIN_WALK,
)
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER
from penline.randomness import bell
from penline.recipe.layout import LINE_PARAMS

__all__ = ["GAP_LATIN", "even_numbers", "set_latin", "set_words"]

GAP_LATIN, _GAP_WALK, _RISE_WALK = (
    LINE_PARAMS.index(name) for name in ("gap_latin", "gap_walk", "rise_walk")
)
_GAP_LEAST_EM = 0.05
"""The least gap of Latin to what is not."""


@compiled
def even_numbers(items: Any, traits: Any, drawn: Any) -> None:
    """Give the digits of a number one size and one level; `drawn` is changed.

    The model draws each digit by itself, as it was measured.
    """
    n = items.shape[0]
    at = 0
    while at < n:
        end = at
        while end < n and (
            traits[items[end].entry, DIGIT] or (end > at and traits[items[end].entry, IN_NUMBERS])
        ):
            end += 1
        count = scale = level = 0
        for k in range(at, end):
            if traits[items[k].entry, ASCII_DIGIT]:
                count += 1
                scale += drawn[k, 0]
                level += drawn[k, 4] - drawn[k, 1] // 2
        if count > 1:
            scale = scale // count
            level = level // count
            for k in range(at, end):
                if traits[items[k].entry, ASCII_DIGIT]:
                    drawn[k, 1] = max(items[k].height_px * scale >> 6, 64)
                    drawn[k, 2] = max(items[k].width_px * scale >> 6, 64)
                    drawn[k, 4] = level + drawn[k, 1] // 2
        at = max(end, at + 1)


@compiled
def set_words(
    items: Any, traits: Any, lengths_em: Any, gap_latin: float, em: float, drawn: Any
) -> None:
    """Set letters of words on the writing line, close to each other; `drawn` is changed."""
    n = items.shape[0]
    least = np.int64(round(0.6 * gap_latin * em * 64))
    gap = np.int64(round(gap_latin * em * 64))
    for at in range(n):
        own = traits[items[at].entry]
        before = traits[items[max(at - 1, 0)].entry]
        if at and own[DIGIT_KIND] and (before[LETTER] or before[DIGIT_KIND]):
            # digits that run into each other are read as something else
            drawn[at, 3] = max(drawn[at, 3], least)
        if not own[LETTER]:
            inside = 0 < at < n - 1 and before[LETTER] and traits[items[at + 1].entry, LETTER]
            if not (inside and own[IN_WORDS]):
                continue
        low = lengths_em[items[at].entry, LOW]
        if not np.isnan(low):
            middle = (low - MIDDLE_EM) * em + drawn[at, 1] / 128
            drawn[at, 4] = np.int64(round(middle * 64))
        if at and (before[LETTER] or before[IN_WORDS]):
            drawn[at, 3] = gap


@compiled
def set_latin(
    items: Any, traits: Any, latin: Any, words: Any, params: Any, em: float, drawn: Any
) -> None:
    """Set Latin as it stands in real lines, each run of it at one scale; `drawn` is changed.

    The scale of a run is the mean of what the model drew for its letters and digits.
    """
    n, gap_latin = items.shape[0], params[GAP_LATIN]
    uneven, rise = LATIN_WALK * params[_GAP_WALK], LATIN_RISE * params[_RISE_WALK]
    fits, marks = np.empty((n, FITS)), np.zeros(n, np.bool_)
    place_latin(items, traits, latin, fits, marks)
    at = 0
    while at < n:
        end, count, total = at, 0, 0
        while end < n and not np.isnan(fits[end, FOOT]):
            if not marks[end]:
                count += 1
                total += drawn[end, 0]
            end += 1
        for k in range(at, end):
            if count:
                drawn[k, 0] = total // count
            grown = drawn[k, 0] * fits[k, SCALE] / 64.0
            drawn[k, 1] = max(np.int64(round(items[k].height_px * grown)), 64)
            drawn[k, 2] = max(np.int64(round(items[k].width_px * grown)), 64)
            # of the hand's own em, at the size that the run has
            own_em = items[k].em_px * drawn[k, 0] / 4096.0
            first = LINE_WORDS + k * WORDS_PER_CHARACTER
            foot = (fits[k, FOOT] + rise * bell(words[first + 3])) * own_em - MIDDLE_EM * em
            drawn[k, 4] = np.int64(round(foot * 64.0)) + drawn[k, 1] // 2
            if k > at:
                gap = gap_latin * fits[k, UNIT] * em + uneven * own_em * bell(words[first + 5])
                gap += (fits[k, SPACE_BEFORE] + fits[k - 1, SPACE_AFTER]) * own_em
                drawn[k, 3] = np.int64(round(max(gap, LATIN_OVERLAP * em) * 64.0))
        for k in (at, end):
            if end > at and 0 < k < n:
                # what runs into a letter is read as something else
                drawn[k, 3] = max(drawn[k, 3], np.int64(round(_GAP_LEAST_EM * em * 64.0)))
        at = max(end, at + 1)
