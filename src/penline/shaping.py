"""Characters whose glyphs cannot stand side by side: cursive letters, and marks on letters.

A bank holds single glyphs, and a line sets one beside the other. A letter of a cursive script has
another shape at the start, in the middle and at the end of a word; a combining mark has no place of
its own. What is made of their single glyphs is no writing, so nobody can write them, until a bank
holds their forms: the presentation forms of Arabic (U+FB50 to U+FDFF, U+FE70 to U+FEFC) are
characters of one shape, and may be written.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["PART_OF_LETTER", "hindrance", "hindrances"]

_CURSIVE = (
    ("Arabic", 0x0600, 0x06FF),
    ("Syriac", 0x0700, 0x074F),
    ("Arabic", 0x0750, 0x077F),
    ("N'Ko", 0x07C0, 0x07FF),
    ("Mandaic", 0x0840, 0x085F),
    ("Syriac", 0x0860, 0x086F),
    ("Arabic", 0x0870, 0x08FF),
    ("Mongolian", 0x1800, 0x18AF),
    ("Phags-pa", 0xA840, 0xA87F),
    ("Manichaean", 0x10AC0, 0x10AFF),
    ("Psalter Pahlavi", 0x10B80, 0x10BAF),
    ("Hanifi Rohingya", 0x10D00, 0x10D3F),
    ("Arabic", 0x10EC0, 0x10EFF),
    ("Sogdian", 0x10F30, 0x10F6F),
    ("Old Uyghur", 0x10F70, 0x10FAF),
    ("Chorasmian", 0x10FB0, 0x10FDF),
    ("Adlam", 0x1E900, 0x1E95F),
)
"""Scripts whose letters join, by their blocks (``ArabicShaping.txt`` of Unicode)."""

PART_OF_LETTER = re.compile("^(combining|parts of|letters that a virama)")
"""Finds the reasons that do not hold where a bank has the whole letter as an entry."""
_VIRAMA = 9
"""The combining class of what makes conjuncts in the scripts of India and their kin."""
_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF))
"""Parts of Hangul syllables, as text in decomposed form has them."""
_JAMO_ALONE = "parts of Hangul syllables belong into one square"


@functools.lru_cache(maxsize=65_536)
def hindrance(character: str) -> str:
    """Say why the glyph of `character` cannot stand beside others; ``""`` where it can.

    >>> hindrance("\\u05d0"), hindrance("\\ufe91")
    ('', '')
    >>> hindrance("\\u0628")
    'Arabic letters change their shape with their neighbours'
    >>> hindrance("\\u0301")
    'combining marks belong onto the letter before them'
    """
    if len(character) != 1:
        return _hindrance_of_several(character)
    point = ord(character)
    if point < 0x300:
        return ""
    if unicodedata.combining(character) == _VIRAMA:
        return "letters that a virama joins have one form together"
    if unicodedata.category(character).startswith("M"):
        return "combining marks belong onto the letter before them"
    if character.isalpha():
        for script, first, last in _CURSIVE:
            if first <= point <= last:
                return f"{script} letters change their shape with their neighbours"
    if any(first <= point <= last for first, last in _JAMO):
        return _JAMO_ALONE
    return ""


def _hindrance_of_several(entry: str) -> str:
    """An entry brings its marks along, and the parts of a syllable; cursive letters stay such."""
    first = hindrance(entry[:1])
    if unicodedata.category(entry[0]).startswith("M"):
        return first
    found = (hindrance(one) for one in entry if one.isalpha())
    return next((why for why in found if why and why != _JAMO_ALONE), "")


def hindrances(characters: Iterable[str]) -> dict[str, list[str]]:
    """Why some of these characters cannot be written, and which: by reason, in their order."""
    found: dict[str, list[str]] = {}
    for character in dict.fromkeys(characters):
        why = hindrance(character)
        if why:
            found.setdefault(why, []).append(character)
    return found
