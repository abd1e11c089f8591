"""Characters that a data set has glyphs of, where that is known one by one."""

from __future__ import annotations

import functools
import string
from typing import Final, Literal, TypeAlias

__all__ = ["CASIA_SYMBOLS", "AlphabetName", "alphabet"]

AlphabetName: TypeAlias = Literal[
    "gb2312-level-1", "casia-symbols", "digits", "upper-case", "lower-case"
]
"""Names that a card's `alphabet` may hold."""

CASIA_SYMBOLS: Final = (
    '!"#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^`abcdefghijklmnopqrstuvwxyz{|}~'
    "§±×÷‘’“”…‰※℃℅℉№←↑→↓↖↗↘↙∈∏∑√∝∞∥∧∨∩∪∫∮∴∵∽≈≌≠≡≤≥⊕⊙⊥"
    "①②③④⑤⑥⑦⑧⑨⑩□△▽◇○◎☆、。々《》㎎㎏㎜㎝㎞㎡㏄￡￥"
)
"""The 171 symbols of every CASIA character set: as many as the publisher counts, and read in a
complete file of one writer (OLHWDB1.0, writer 001)."""

_LEVEL_1_ROWS = range(0xB0, 0xD8)
_LAST_ROW, _LAST_CELL = 0xD7, 0xF9


@functools.cache
def alphabet(names: tuple[AlphabetName, ...]) -> frozenset[str]:
    """All characters of the alphabets named.

    >>> len(alphabet(("gb2312-level-1", "casia-symbols")))
    3926
    >>> "a" in alphabet(("digits",))
    False
    """
    return frozenset(character for name in names for character in _characters(name))


def _characters(name: AlphabetName) -> str:
    if name == "gb2312-level-1":
        return _level_1()
    known = {
        "casia-symbols": CASIA_SYMBOLS,
        "digits": string.digits,
        "upper-case": string.ascii_uppercase,
        "lower-case": string.ascii_lowercase,
    }
    return known[name]


def _level_1() -> str:
    """The 3,755 characters of GB2312 level 1: rows 16 to 55, the last one five cells short."""
    return "".join(
        bytes([row, cell]).decode("gb2312")
        for row in _LEVEL_1_ROWS
        for cell in range(0xA1, 0xFF)
        if (row, cell) <= (_LAST_ROW, _LAST_CELL)
    )
