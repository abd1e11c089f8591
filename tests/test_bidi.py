"""The Unicode bidirectional algorithm, and what cannot be set side by side.

Expected orders are written out by hand from the rules of Unicode Standard Annex #9. Capitals stand
for Hebrew letters, so that what is typed first stands first here, too.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penline import bidi
from penline.bidi import Levels, display, faces, levels_of, lost, mirrored, visual_order
from penline.shaping import hindrance, hindrances

HEBREW = str.maketrans({letter: chr(0x5D0 + at) for at, letter in enumerate("ABCDEFGHIJKLM")})


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("ABC", "CBA"),
        ("ABC DEF", "FED CBA"),
        ("AB cd EF", "FE cd BA"),  # a foreign word keeps its own direction
        ("AB cd ef GH", "HG cd ef BA"),
        ("ab CD ef", "ab DC ef"),
        ("ab CD EF gh", "ab FE DC gh"),  # the space between two such words goes with them
        ("AB 12", "12 BA"),
        ("12 AB", "BA 12"),  # digits are not strong: the first letter decides
        ("(AB", "BA)"),
        ("AB.", ".BA"),
        ("ab CD.", "ab DC."),
        ("ab CD, EF", "ab FE ,DC"),
        ("AB 12:30", "12:30 BA"),  # W4
        ("AB 1.5, 2-3", "2-3 ,1.5 BA"),
        ("AB 1 - 2", "2 - 1 BA"),  # with spaces it joins nothing
        ("AB $5 50% CD", "DC 50% $5 BA"),  # W5
        ("AB % CD", "DC % BA"),  # W6
        ("ab 12 CD", "ab 12 DC"),  # W7
        ("ab CD 12", "ab 12 DC"),
        ("AB 5<7", "7>5 BA"),  # L4: digits count as letters from the right (N1)
        ("AB (12) CD", "DC (12) BA"),
        ("AB (CD) EF", "FE (DC) BA"),
        ("AB [CD] «EF»", "«FE» [DC] BA"),
        ("AB (ef) CD", "DC (ef) BA"),
        ("ab (CD) ef", "ab (DC) ef"),
        ("ab [CD", "ab [DC"),
        ("a (B) c", "a (B) c"),  # N0 c: what stands before the bracket is from the left
        ("a B (C) d", "a (C) B d"),  # and here from the right
        ("A b (c) D", "D b (c) A"),
        ("ab (CD ef) GH", "ab (DC ef) HG"),  # N0 b: one letter of the base direction is enough
        ("ab ([CD] ef", "ab ([DC] ef"),
        ("AB (", ") BA"),
        ("AB“CD”", "”DC“BA"),  # quotation marks are not mirrored
        ("AB ", " BA"),
        ("AB cd ", " cd BA"),  # L1: white space at the end goes with the paragraph
        ("\u0627\u0628 12", "12 \u0628\u0627"),
        ("\u0627 1-2", "2-1 \u0627"),  # after Arabic letters digits are Arabic (W2), and W4 is not
        ("A 1-2", "1-2 A"),
        ("\u0627 1,2", "1,2 \u0627"),
        ("a \u0661\u0662", "a \u0661\u0662"),
    ],
)
def test_orders_of_the_standard(typed: str, seen: str) -> None:
    assert display(typed.translate(HEBREW)) == seen.translate(HEBREW)


def test_text_from_the_left_has_no_levels() -> None:
    for text in ("", "abc (1)", "永远好。", "Ω я", "ไทย"):
        assert levels_of(text) is None
        assert display(text) == faces(text) == text


def test_levels_by_hand() -> None:
    assert levels_of("\u05d0 b2 \u05d1") == Levels(1, (1, 1, 2, 2, 1, 1))
    assert levels_of("a \u05d0 1") == Levels(0, (0, 0, 1, 1, 2))
    assert visual_order([0, 1, 2, 2, 1, 0]) == [0, 4, 2, 3, 1, 5]
    assert visual_order([2, 2, 3, 2]) == [0, 1, 2, 3]
    assert visual_order([]) == []


def test_a_line_of_a_paragraph_keeps_its_direction() -> None:
    levels = levels_of("\u05d0 abc (d)")
    assert levels is not None
    assert levels.only(slice(2, 9)) == Levels(1, (2, 2, 2, 2, 2, 2, 2))
    assert Levels(1, (1, 2, 2)).again(1) == Levels(1, (1, 2, 2, 2))


def test_brackets_are_those_of_unicode() -> None:
    """Every bracket that Python's tables know has a partner of the other category."""
    assert len(set(bidi._BRACKETS)) == len(bidi._BRACKETS)
    known = set(bidi._BRACKETS)
    for opening, closing in zip(bidi._BRACKETS[::2], bidi._BRACKETS[1::2], strict=True):
        assert {unicodedata.category(opening), unicodedata.category(closing)} == {"Ps", "Pe"}
    for code in range(0x3000 + 0x100):
        character = chr(code)
        if unicodedata.mirrored(character) and unicodedata.category(character) in ("Ps", "Pe"):
            assert character in known
    assert all(unicodedata.mirrored(sign) for sign in bidi._SIGNS)


def test_a_sign_without_a_mirror_image_is_nobodys() -> None:
    text = "\u05d0\u221a\u05d1"
    levels = levels_of(text)
    assert levels is not None
    assert mirrored(text, levels) == f"\u05d0{bidi.UNMIRRORED}\u05d1"
    assert lost(text, [bidi.UNMIRRORED]) >= {"\u221a"}
    assert display(text) == "\u05d1\u221a\u05d0"


@given(st.text(alphabet="ab\u05d0\u05d1\u0628\u066112 ()[].,-+$%<\u0301", max_size=20))
def test_every_character_is_seen_once(text: str) -> None:
    found = levels_of(text)
    if found is None:
        return
    assert sorted(visual_order(found.levels)) == list(range(len(text)))
    assert len(mirrored(text, found)) == len(display(text)) == len(text)
    # digits and Latin letters always run from the left, Hebrew from the right
    for character, level in zip(text, found.levels, strict=True):
        if character in "ab12\u0661":
            assert level % 2 == 0
        elif character in "\u05d0\u05d1\u0628":
            assert level % 2 == 1


@pytest.mark.parametrize(
    ("characters", "why"),
    [
        ("\u0628\u06a9\u08a0", "Arabic letters change"),
        ("\u0710\u0860", "Syriac letters change"),
        ("\u07ca", "N'Ko letters change"),
        ("\u0840", "Mandaic letters change"),
        ("\u1820", "Mongolian letters change"),
        ("\ua840", "Phags-pa letters change"),
        ("\U00010d00", "Hanifi Rohingya letters change"),
        ("\U0001e900", "Adlam letters change"),
        ("\u0301\u05b8\u0e31\u093f\u3099\u20dd", "combining marks"),
        ("\u094d\u09cd\u0bcd\u17d2\u1039", "letters that a virama joins"),
        ("\u1112\u1161\u11ab", "parts of Hangul syllables"),
        # these stand side by side as they are
        ("aé永。(１\u05d0\u05da\u0915\u0e01한ㅎΩя\u0561\u10d0\u0780\u2d30", ""),
        ("\ufe8d\ufe91\ufb50\ufdf2\u0661\u060c\u061f", ""),
    ],
)
def test_what_cannot_stand_side_by_side(characters: str, why: str) -> None:
    for character in characters:
        assert hindrance(character).startswith(why)
        assert bool(hindrance(character)) == bool(why)


def test_hindrances_by_reason() -> None:
    found = hindrances("a\u0628\u0301\u062a\u0628")
    assert list(found.values()) == [["\u0628", "\u062a"], ["\u0301"]]
