"""The first stage of the road: a text, a writer, and a glyph for each character.

Most lines of most recipes come from one compiled call (`quick_choice`). What it cannot do (a
character spelled by a stand-in, several hands, a sentence that nobody can write) is done by
`ladder`, from the same streams of chance, and comes out as the same kind of `TextAssignment`.
"""

from __future__ import annotations

import numpy as np

from penline.bidi import RIGHT_TO_LEFT
from penline.characters import is_han
from penline.compose.items_of import items_of, number_repeats
from penline.compose.ladder import assign_by_tries
from penline.compose.plan import ComposePlan, Side
from penline.compose.text_assignment import TextAssignment
from penline.entries import Entries, in_entries, whole_text
from penline.randomness import Draws, rng
from penline.render.kernel import MAX_GLYPH_PX

__all__ = ["choose", "inserted_error", "with_error"]


def choose(plan: ComposePlan, seed: int, index: int, side: Side) -> TextAssignment:
    """Choose a text, a writer and a glyph for each character.

    Args:
        plan: what samples are made of.
        seed: of the set.
        index: of the sample.
        side: which side it is of.

    Raises:
        UnwritableLine: no line could be written within the recipe's number of tries.
    """
    line = plan.quick(seed, index) if plan.quick is not None else None
    if line is None or (plan.right_to_left and RIGHT_TO_LEFT.search(whole_text(line.text))):
        line = assign_by_tries(plan, side, seed, index)
    if plan.recipe.marks.strike:
        line = with_error(plan, line, rng(seed, index, "slip"))
    return line


def with_error(plan: ComposePlan, line: TextAssignment, error_rng: Draws) -> TextAssignment:
    """Write a character too many into a line, now and then; no line of a template.

    Args:
        plan: says how often.
        line: what is written.
        error_rng: chance.
    """
    if not line.writer or line.template >= 0 or not error_rng.chance(plan.recipe.marks.strike):
        return line
    at, wrong = inserted_error(line.text, error_rng)
    selection = plan.banks.select(wrong, line.writer, error_rng) if at >= 0 else None
    if selection is None:
        return line
    text = in_entries((*line.text[:at], wrong, *line.text[at:]))
    levels = line.levels.again(at) if line.levels is not None else None
    own, items = items_of(plan.banks, wrong, selection), line.items.copy()
    items["owner"] += items["owner"] >= at
    own["owner"] = at
    first = int(np.searchsorted(items["owner"], at))
    items = np.concatenate([items[:first], own, items[first:]])
    number_repeats(items)
    if plan.unlike:
        plan.banks.take_others(items, MAX_GLYPH_PX)
    return line._replace(text=text, items=items, levels=levels, error_index=at)


def inserted_error(text: Entries, error_rng: Draws) -> tuple[int, str]:
    """Draw a place in a text for a slip, and the wrong character: another one of the same text.

    Returns:
        (-1, "") where the text has no two different Chinese characters.
    """
    places = [at for at, character in enumerate(text) if is_han(character)]
    if not places:
        return -1, ""
    at = error_rng.choose(places)
    others = sorted({c for c in text if is_han(c)} - {text[at]})
    return (at, error_rng.choose(others)) if others else (-1, "")
