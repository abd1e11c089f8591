"""Cutting a text into entries, from the definition: each way to begin is tried."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

CONJUNCTS = {  # sign -> first and last code point of its script's block
    "\u094d": (0x900, 0x97F),
    "\u09cd": (0x980, 0x9FF),
    "\u0a4d": (0xA00, 0xA7F),
    "\u0acd": (0xA80, 0xAFF),
    "\u0b4d": (0xB00, 0xB7F),
    "\u0c4d": (0xC00, 0xC7F),
    "\u0ccd": (0xC80, 0xCFF),
    "\u0d4d": (0xD00, 0xD7F),
    "\u1039": (0x1000, 0x107F),
    "\u17d2": (0x1780, 0x17FF),
    "\u1a60": (0x1A00, 0x1A7F),
}
LONGEST = 64


def _mark(one: str) -> bool:
    return unicodedata.category(one) in ("Mn", "Mc", "Me")


def _letter(one: str, block: tuple[int, int]) -> bool:
    return block[0] <= ord(one) <= block[1] and unicodedata.category(one) == "Lo"


def _hangul(one: str) -> str:
    names = {"CHOSEONG": "L", "JUNGSEONG": "V", "JONGSEONG": "T", "SYLLABLE": "S"}
    words = unicodedata.name(one, "").split()
    return names.get(words[1], "") if words[:1] == ["HANGUL"] and len(words) > 2 else ""


def no_break(text: str, at: int, start: int) -> bool:
    """Whether a letter that began at `start` goes on with the code point at `at`."""
    before, after = text[at - 1], text[at]
    if _mark(after):
        return True
    if before in CONJUNCTS:
        block = CONJUNCTS[before]
        return _letter(after, block) and _letter(text[start], block)
    kinds = _hangul(before), _hangul(after)
    return kinds in {
        *(("L", "L"), ("L", "V"), ("L", "S")),
        *(("V", "V"), ("V", "T"), ("S", "V")),
        *(("S", "T"), ("T", "T")),
    }


def cut(text: str, entries: Collection[str]) -> list[str]:
    """The entries of a text: at each place the longest of `entries`, or else a whole letter."""
    if not text:
        return []
    fitting = [
        one
        for one in entries
        if len(one) > 1
        and text.startswith(one)
        and not (len(text) > len(one) and _mark(text[len(one)]))
    ]
    found = max(fitting, key=len, default="")
    if not found:
        found = text[0]
        while (
            not text[0].isspace()
            and len(found) < min(LONGEST, len(text))
            and no_break(text, len(found), 0)
        ):
            found = text[: len(found) + 1]
    return [found, *cut(text[len(found) :], entries)]
