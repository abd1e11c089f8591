"""Whether a text can be set at all: what would be refused line by line is refused at once."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import numpy.typing as npt

from penline.bidi import RIGHT_TO_LEFT
from penline.corpus import Corpus
from penline.corpus.normal import LAST_CODE_POINT
from penline.entries import Entries
from penline.errors import RecipeError
from penline.recipe.schema import Recipe
from penline.shaping import PART_OF_LETTER, hindrance, hindrances

__all__ = ["COLUMNS", "check_text", "way_out"]

_SHOWN = 6
_LOOKED_AT = 200
"""So many paragraphs tell whether a bank has the letters of a text with their marks."""
COLUMNS = "right-to-left text has no place in columns"


def check_text(
    recipe: Recipe, corpus: Corpus, cut: Callable[[str], Entries], is_held: Callable[[str], bool]
) -> bool:
    """Whether some of a corpus is written from the right to the left.

    Args:
        recipe: a recipe.
        corpus: the text.
        cut: cuts text into entries.
        is_held: whether somebody has an entry: letters may be there with their marks.

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
        most = 2 * int(np.count_nonzero(hit)) > len(corpus)
        part_of_letter = PART_OF_LETTER.search(why) is not None
        dropped = part_of_letter and recipe.corpus.missing == "drop-char"
        if most and not dropped and not (part_of_letter and _written(corpus, hit, cut, is_held)):
            raise RecipeError(f"{why} ({_named(found)}), which is not drawn: {way_out(why)}")
    return bool(turned)


def _written(
    corpus: Corpus,
    hit: npt.NDArray[np.bool_],
    cut: Callable[[str], Entries],
    is_held: Callable[[str], bool],
) -> bool:
    """Whether of most paragraphs somebody has the letters with their marks, by some of them."""
    places = np.flatnonzero(hit)
    some = places[:: max(1, len(places) // _LOOKED_AT)].tolist()
    held = [
        all(is_held(one) for one in set(cut(corpus[at])) if len(one) > 1 or hindrance(one))
        for at in some
    ]
    return 2 * sum(held) >= len(held)


def _named(characters: Collection[str]) -> str:
    shown = ", ".join(f"U+{ord(character):04X}" for character in list(characters)[:_SHOWN])
    return shown if len(characters) <= _SHOWN else f"{shown}, ..."


def way_out(why: str) -> str:
    """Say what to do about text that cannot be set."""
    if why == COLUMNS:
        return "set layout: {direction: horizontal}"
    if why.startswith("Arabic"):
        return (
            "take other text, or text in presentation forms (U+FB50 to U+FDFF, U+FE70 to U+FEFC) "
            "and a bank that holds those"
        )
    if PART_OF_LETTER.search(why):
        return (
            "take a bank that has these letters whole, as entries, or leave them out with "
            "corpus: {missing: drop-char}"
        )
    return "take other text"
