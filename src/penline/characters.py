"""Kinds of characters, and how large and where in the line a hand writes each kind.

The unit is the em: the height of a writer's median Chinese character. `height` is what a kind
measures in ems, `low` is how far above the writing line its box ends (negative: below). A Chinese
character of median size stands on -0.12 em, so that its middle lies 0.38 em above the writing
line, where the middle of Latin capitals lies too. The figures are rounded from ordinary
handwriting proportions (x-height about half of the capitals'); `penline fit` is where they will
be measured.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

__all__ = [
    "INKLESS_RANGES",
    "KINDS",
    "MIDDLE_EM",
    "WHITE_RANGES",
    "Kind",
    "is_han",
    "kind_of",
    "why_inkless",
]

MIDDLE_EM = 0.38
"""Height of the middle of a Chinese character above the writing line, in ems."""


WHITE_RANGES: tuple[tuple[int, int], ...] = (
    (0x09, 0x0D),
    (0x20, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
)
"""White space (the Unicode property White_Space), as first and last code points."""

INKLESS_RANGES: tuple[tuple[int, int], ...] = (
    (0x00, 0x08),
    (0x0E, 0x1F),
    (0x7F, 0x84),
    (0x86, 0x9F),
    (0xAD, 0xAD),  # soft hyphen
    (0x61C, 0x61C),  # direction mark
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200F),  # zero-width space and joiners, direction marks
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF0, 0xFFFB),  # interlinear annotation
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags and further variation selectors
)
"""Characters that leave no ink and only steer: control characters, marks of order and direction,
joiners, variation selectors."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of character.

    Attributes:
        name: the kind's name.
        height: usual height in ems; 0 where a height says nothing about the writer's size.
        low: where the box ends, in ems above the writing line; None for a box that is centred.
        centre: for centred kinds, the middle in ems above the writing line.
        before: white before the ink, in ems, added to the line's own spacing.
        after: white after the ink.
        walk: how much of the hand's vertical unsteadiness the kind takes part in.
        least_width: a narrower glyph is drawn out to this width: a hyphen that stands for a dash.
    """

    name: str
    height: float
    low: float | None = None
    centre: float = MIDDLE_EM
    before: float = 0.0
    after: float = 0.0
    walk: float = 1.0
    least_width: float = 0.0


_TABLE: tuple[Kind, ...] = (
    Kind("han", 1.0),
    Kind("han-flat", 0.0, walk=0.8),
    Kind("digit", 0.70, low=0.0),
    Kind("upper", 0.72, low=0.0),
    Kind("ascender", 0.74, low=0.0),
    Kind("x-height", 0.42, low=0.0),
    Kind("t", 0.60, low=0.0),
    Kind("i", 0.62, low=0.0),
    Kind("descender", 0.66, low=-0.24),
    Kind("j", 0.80, low=-0.24),
    Kind("f", 0.78, low=-0.04),
    Kind("stop-low", 0.0, low=-0.03, before=0.05, after=0.16, walk=0.6),
    Kind("comma-low", 0.0, low=-0.12, before=0.05, after=0.16, walk=0.6),
    Kind("han-stop", 0.0, low=-0.04, before=0.06, after=0.30, walk=0.6),
    Kind("han-comma", 0.0, low=-0.12, before=0.06, after=0.30, walk=0.6),
    Kind("colon", 0.0, low=0.02, before=0.06, after=0.20, walk=0.6),
    Kind("semicolon", 0.0, low=-0.08, before=0.06, after=0.20, walk=0.6),
    Kind("bang", 0.0, low=0.0, before=0.06, after=0.16),
    Kind("quote-high", 0.0, low=0.52, before=0.04, after=0.04, walk=0.6),
    Kind("dash", 0.0, before=0.05, after=0.05, centre=0.34),
    Kind("long-dash", 0.0, before=0.03, after=0.03, least_width=0.72),
    Kind("underscore", 0.0, low=-0.10),
    Kind("dots-low", 0.0, before=0.08, after=0.08, centre=0.28),
    Kind("middle", 0.0, before=0.06, after=0.06, centre=0.36),
    Kind("open", 0.0, before=0.10, after=0.02),
    Kind("close", 0.0, before=0.02, after=0.10),
    Kind("symbol", 0.0, before=0.04, after=0.04),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _TABLE}
"""Every kind by its name, in the order of the table."""

_MEMBERS: dict[str, str] = {
    "han-flat": "一",
    "ascender": "bdhkl",
    "x-height": "acemnorsuvwxz",
    "t": "t",
    "i": "i",
    "descender": "gpqy",
    "j": "j",
    "f": "f",
    "stop-low": ".．",
    "comma-low": ",",
    "han-stop": "。｡",
    "han-comma": "，、､",
    "colon": ":：",
    "semicolon": ";；",
    "bang": "!！?？",
    "quote-high": "'\"‘’“”`´′″°^*ˉ¨ˇ",
    "dash": "-–~～﹏－−‐‑",
    "long-dash": "—―─",
    "underscore": "_",
    "dots-low": "…⋯",
    "middle": "·•・+=<>±×÷＋＝＜＞≈≠≤≥",
    "open": "([{（［｛《〈「『【〔〖",
    "close": ")]}）］｝》〉」』】〕〗",
}
_KIND_OF: dict[str, Kind] = {
    character: KINDS[name] for name, members in _MEMBERS.items() for character in members
}


def is_han(character: str) -> bool:
    """Whether `character` is one Chinese character (or 〇).

    >>> is_han("永"), is_han("，"), is_han("A")
    (True, False, False)
    """
    if len(character) != 1:
        return False
    point = ord(character)
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x323AF
        or point == 0x3007
    )


@functools.lru_cache(maxsize=65_536)
def kind_of(character: str) -> Kind:
    """The kind of one character; "symbol" where nothing closer is known.

    Full-width letters and digits are of their narrow form's kind; an entry of several letters is of
    the tallest one's, one with other signs in it (the name of a class) is a symbol.

    >>> kind_of("g").name, kind_of("Ａ").name, kind_of("，").name, kind_of("永").name
    ('descender', 'upper', 'han-comma', 'han')
    """
    if len(character) != 1:
        parts = unicodedata.normalize("NFC", character).rstrip(".")
        letters = [one for one in parts if unicodedata.category(one)[0] == "L"]
        named = any(unicodedata.category(one)[0] not in "LM" for one in parts)
        if named or not letters:
            return KINDS["symbol"]
        return max(map(kind_of, letters), key=lambda kind: kind.height)
    known = _KIND_OF.get(character)
    if known is not None:
        return known
    if is_han(character):
        return KINDS["han"]
    narrow = unicodedata.normalize("NFKC", character)
    if len(narrow) == 1 and narrow != character:
        return kind_of(narrow)
    if "0" <= character <= "9":
        return KINDS["digit"]
    if character.isupper():
        return KINDS["upper"]
    if character.isalpha():
        return KINDS["x-height"] if character.islower() else KINDS["han"]
    return KINDS["symbol"]


@functools.lru_cache(maxsize=65_536)
def why_inkless(character: str) -> str:
    """Say why no ink can belong to one character; "" where it can.

    >>> why_inkless("永"), why_inkless("\\n"), why_inkless("\\ufeff")
    ('', 'white space', 'a control or format character')
    """
    point = ord(character)
    if 0xD800 <= point <= 0xDFFF:
        return "half of a surrogate pair"
    if point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
        return "no character"
    if point in (0xFFFC, 0xFFFD):
        return "a mark for what is not there"
    if any(first <= point <= last for first, last in WHITE_RANGES):
        return "white space"
    if any(first <= point <= last for first, last in INKLESS_RANGES):
        return "a control or format character"
    return ""
