"""Whether a text can be set at all: what would be refused line by line is refused at once."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from penline.bidi import RIGHT_TO_LEFT
from penline.corpus import Corpus
from penline.corpus.normal import LAST_CODE_POINT
from penline.errors import RecipeError
from penline.recipe.schema import Recipe
from penline.shaping import hindrances

__all__ = ["COLUMNS", "check_text", "way_out"]

_SHOWN = 6
COLUMNS = "right-to-left text has no place in columns"


def check_text(recipe: Recipe, corpus: Corpus) -> bool:
    """Whether some of a corpus is written from the right to the left.

    Raises:
        RecipeError: more than half of its paragraphs hold what no line of this recipe can.
    """
    characters = sorted(corpus.characters)
    turned = [c for c in characters if RIGHT_TO_LEFT.match(c)]
    wrong = hindrances(characters)
    if turned and recipe.layout.direction == "vertical":
        wrong[COLUMNS] = turned
    for why, found in wrong.items():
        table = np.zeros(LAST_CODE_POINT + 1, np.bool_)
        table[[ord(character) for character in found]] = True
        hit = np.logical_or.reduceat(table[corpus.codes], corpus.offsets[:-1])
        droppable = recipe.corpus.missing == "drop-char" and why.startswith("combining")
        if 2 * int(np.count_nonzero(hit)) > len(corpus) and not droppable:
            raise RecipeError(f"{why} ({_named(found)}), which is not drawn: {way_out(why)}")
    return bool(turned)


def _named(characters: Collection[str]) -> str:
    shown = ", ".join(f"U+{ord(character):04X}" for character in list(characters)[:_SHOWN])
    return shown if len(characters) <= _SHOWN else f"{shown}, ..."


def way_out(why: str) -> str:
    """What to do about text that cannot be set."""
    if why == COLUMNS:
        return "set layout: {direction: horizontal}"
    if why.startswith("Arabic"):
        return (
            "take other text, or text in presentation forms (U+FB50 to U+FDFF, U+FE70 to U+FEFC) "
            "and a bank that holds those"
        )
    if "letters" in why and "marks" not in why:
        return "take other text"
    return (
        "compose accents and syllables with corpus: {nfkc: true}, or leave marks out with "
        "corpus: {missing: drop-char}"
    )
