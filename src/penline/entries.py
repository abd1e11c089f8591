"""Entries: what one glyph stands for, and how a text is cut into them.

Most entries are one code point. Others are several: a conjunct of Devanagari, a letter with its
combining accent, a ligature, an abbreviation, the name of a class that has no code point
(``\\alpha``). A bank's own entries come first, the longest that fits; what no entry fits is
cut into letters with what belongs onto them, so that none is written without its marks.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from penline.characters import why_inkless

__all__ = [
    "MOST_CODE_POINTS",
    "Cutter",
    "Entries",
    "entry_fault",
    "has_loose_marks",
    "in_entries",
    "is_letter",
    "whole_text",
]

Entries: TypeAlias = str | tuple[str, ...]
"""A text in entries: a plain ``str`` where each is one code point."""

MOST_CODE_POINTS = 64
"""No entry is longer; a letter with more marks than that is cut there."""

_MAY_BELONG = re.compile(
    "[\u0300-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099"
    "\u309a\ua66f-\uabff\ud7b0-\ud7ff\ufb1e\ufe00-\ufe2f\U000101fd-\U0001ffff]"
)
"""Where combining marks and parts of Hangul syllables lie, and other characters with them."""

_LINKERS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u1039\u17d2\u1a60")
"""Signs that make one form of the letters before and after them (UAX 29, GB9c, and their kin)."""


_LAST_FIXED = 9
"""Marks of a combining class up to this one belong to the letter: vowel signs, nukta, virama."""


def in_entries(parts: Iterable[str]) -> Entries:
    """Return entries as a text.

    >>> in_entries(["a", "b"]), in_entries(["a", "ch"])
    ('ab', ('a', 'ch'))
    """
    parts = tuple(parts)
    text = "".join(parts)
    return text if len(text) == len(parts) else parts


def whole_text(entries: Entries) -> str:
    """Return what entries say together."""
    return entries if isinstance(entries, str) else "".join(entries)


def entry_fault(entry: str) -> str:
    """Say what keeps a label from being an entry of several code points; "" where nothing does."""
    if len(entry) > MOST_CODE_POINTS:
        return f"a label of {len(entry)} characters; one entry has at most {MOST_CODE_POINTS}"
    for one in entry:
        why = why_inkless(one)
        if why:
            return f"a label with U+{ord(one):04X} in it, which is {why}: leave it out of the label"
    return ""


def has_loose_marks(entry: str) -> bool:
    """Whether an entry is a letter with marks upon it that writing often leaves out, and no more.

    >>> has_loose_marks("e\u0301"), has_loose_marks("\u05d1\u05b8"), has_loose_marks("\u0915\u093f")
    (True, True, False)
    """
    return not _is_mark(entry[0]) and all(
        _is_mark(one) and unicodedata.combining(one) > _LAST_FIXED for one in entry[1:]
    )


def is_letter(text: str) -> bool:
    """Whether a text is one letter, with its marks and what is joined to it.

    >>> is_letter("e\u0301"), is_letter("\u0915\u094d\u0937"), is_letter("fi")
    (True, True, False)
    """
    return bool(text) and not _is_mark(text[0]) and _letter_end(text, 0) == len(text)


class Cutter:
    """Cuts texts into entries; made whole, and then only read.

    Args:
        entries: the entries of a bank; those of one code point need not be among them.

    Attributes:
        first: the code points that an entry of several begins with.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._several = frozenset(one for one in entries if len(one) > 1)
        lengths: dict[str, set[int]] = {}
        for one in self._several:
            lengths.setdefault(one[0], set()).add(len(one))
        self._lengths = {one: sorted(of, reverse=True) for one, of in lengths.items()}
        self.first = frozenset(lengths)
        begins = "".join(map(re.escape, sorted(lengths)))
        pattern = _MAY_BELONG.pattern
        self._special = re.compile(f"{pattern[:-1]}{begins}]") if begins else _MAY_BELONG

    def may_part(self, text: str) -> bool:
        """Whether a text may have an entry of several code points."""
        return self._special.search(text) is not None

    def __call__(self, text: str) -> Entries:
        """Cut a text; one whose entries are all of one code point comes back as it is.

        >>> Cutter(["ch", "c"])("chic"), Cutter()("\\u0915\\u093fa"), Cutter(["ch"])("abc")
        (('ch', 'i', 'c'), ('कि', 'a'), 'abc')
        """
        if not self.may_part(text):
            return text
        parts, at = [], 0
        while at < len(text):
            end = self._longest(text, at) or _letter_end(text, at)
            parts.append(text[at:end])
            at = end
        return text if len(parts) == len(text) else tuple(parts)

    def _longest(self, text: str, at: int) -> int:
        """Where the longest of the entries that fits ends; 0 where none does."""
        for length in self._lengths.get(text[at], ()):
            end = at + length
            # a letter whose mark comes next is another letter
            if text[at:end] in self._several and not (end < len(text) and _is_mark(text[end])):
                return end
        return 0


@functools.lru_cache(maxsize=65_536)
def _is_mark(character: str) -> bool:
    return character >= "\u0300" and unicodedata.category(character)[0] == "M"


def _letter_end(text: str, at: int) -> int:
    """Where a letter ends, with its marks, and the letters that are joined to it."""
    end = at + 1
    last = end if text[at].isspace() else min(len(text), at + MOST_CODE_POINTS)
    while end < last and (_is_mark(text[end]) or _joined(text, at, end)):
        end += 1
    return end


def _joined(text: Sequence[str], at: int, end: int) -> bool:
    """Whether the letter at `end` has one form with what began at `at`."""
    before, after = text[end - 1], text[end]
    if before in _LINKERS:
        same_script = ord(before) >> 7 == ord(after) >> 7 == ord(text[at]) >> 7
        return same_script and {unicodedata.category(one) for one in (text[at], after)} == {"Lo"}
    return _jamo(before) + _jamo(after) in _HANGUL


_HANGUL = frozenset(["LL", "LV", "LS", "VV", "VT", "SV", "ST", "TT"])
"""Parts of syllables that follow one another in one (UAX 29, GB6 to GB8): S is a whole one."""


def _jamo(character: str) -> str:
    point = ord(character)
    if 0x1100 <= point <= 0x115F or 0xA960 <= point <= 0xA97C:
        return "L"
    if 0x1160 <= point <= 0x11A7 or 0xD7B0 <= point <= 0xD7C6:
        return "V"
    if 0x11A8 <= point <= 0x11FF or 0xD7CB <= point <= 0xD7FB:
        return "T"
    return "S" if 0xAC00 <= point <= 0xD7A3 else "-"
