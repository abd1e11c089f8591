"""Classes of characters for measuring, and what to expect of each before anything is measured.

A class is a kind of `penline.characters` (digit, upper, descender, han-comma, ...), except that
Chinese characters come in three, by the length of their strokes: `han-light`, `han-middle`,
`han-dense`. The expectations are only there to find characters in a line's ink; they are rounded
from ordinary handwriting and wide enough for any hand. Unit: em, the median height of Chinese
characters; up is positive, 0 is the middle of Chinese characters.
"""

from __future__ import annotations

from typing import NamedTuple

from penline.characters import KINDS, kind_of

__all__ = [
    "CLASSES",
    "DENSE_EM",
    "FAMILIES",
    "HAN",
    "LIGHT_EM",
    "ShapePrior",
    "class_of",
    "expected",
    "expected_of",
    "family_of",
]

LIGHT_EM, DENSE_EM = 4.2, 6.6
"""Chinese characters with shorter strokes than the first, in all, are light; from the second
on they are dense. On a page of HWDB2.0 that makes a quarter of them light and a quarter dense."""

HAN = ("han-light", "han-middle", "han-dense")
CLASSES: tuple[str, ...] = (*HAN, *(name for name in KINDS if name != "han"))
"""All classes. `han-flat` is 一 alone; white space has none."""

_FAMILY = {
    **dict.fromkeys((*HAN, "han", "han-flat"), "han"),
    **dict.fromkeys(("upper", "ascender", "x-height", "t", "i", "descender", "j", "f"), "letter"),
    "digit": "digit",
    **dict.fromkeys(
        ("stop-low", "comma-low", "han-stop", "han-comma", "colon", "semicolon", "bang"), "stop"
    ),
    "open": "open",
    "close": "close",
    "quote-high": "quote",
    "space": "space",
}
FAMILIES: tuple[str, ...] = ("han", "letter", "digit", "stop", "open", "close", "quote", "other")
"""Families of classes: where a class is too rare to speak for itself, its family does."""


class ShapePrior(NamedTuple):
    """Before measuring: mean and deviation of width, height and middle, in ems."""

    width: float
    width_deviation: float
    height: float
    height_deviation: float
    middle: float
    middle_deviation: float


_EXPECTED: dict[str, ShapePrior] = {
    "han": ShapePrior(0.90, 0.22, 1.0, 0.20, 0.0, 0.12),
    "han-flat": ShapePrior(0.65, 0.25, 0.12, 0.10, 0.0, 0.20),
    "digit": ShapePrior(0.40, 0.14, 0.75, 0.18, 0.0, 0.15),
    "upper": ShapePrior(0.60, 0.18, 0.80, 0.18, 0.0, 0.15),
    "ascender": ShapePrior(0.45, 0.16, 0.80, 0.20, 0.05, 0.15),
    "x-height": ShapePrior(0.45, 0.16, 0.45, 0.15, -0.12, 0.15),
    "t": ShapePrior(0.40, 0.15, 0.65, 0.18, -0.05, 0.15),
    "i": ShapePrior(0.18, 0.12, 0.65, 0.18, -0.05, 0.15),
    "descender": ShapePrior(0.45, 0.16, 0.70, 0.20, -0.25, 0.18),
    "j": ShapePrior(0.30, 0.15, 0.80, 0.20, -0.20, 0.18),
    "f": ShapePrior(0.40, 0.16, 0.85, 0.20, 0.0, 0.15),
    "stop-low": ShapePrior(0.12, 0.10, 0.12, 0.10, -0.40, 0.15),
    "comma-low": ShapePrior(0.16, 0.10, 0.28, 0.14, -0.42, 0.18),
    "han-stop": ShapePrior(0.25, 0.12, 0.25, 0.12, -0.35, 0.18),
    "han-comma": ShapePrior(0.20, 0.12, 0.28, 0.14, -0.38, 0.18),
    "colon": ShapePrior(0.15, 0.10, 0.45, 0.18, -0.15, 0.18),
    "semicolon": ShapePrior(0.18, 0.10, 0.55, 0.20, -0.20, 0.18),
    "bang": ShapePrior(0.22, 0.18, 0.85, 0.20, 0.0, 0.18),
    "quote-high": ShapePrior(0.26, 0.14, 0.32, 0.16, 0.30, 0.20),
    "dash": ShapePrior(0.45, 0.20, 0.10, 0.10, 0.0, 0.18),
    "long-dash": ShapePrior(0.95, 0.40, 0.10, 0.10, 0.0, 0.20),
    "underscore": ShapePrior(0.50, 0.25, 0.08, 0.08, -0.48, 0.20),
    "dots-low": ShapePrior(0.80, 0.40, 0.14, 0.12, -0.15, 0.30),
    "middle": ShapePrior(0.30, 0.22, 0.30, 0.22, 0.0, 0.20),
    "open": ShapePrior(0.30, 0.14, 0.90, 0.30, 0.0, 0.20),
    "close": ShapePrior(0.30, 0.14, 0.90, 0.30, 0.0, 0.20),
    "symbol": ShapePrior(0.75, 0.30, 0.85, 0.30, 0.0, 0.20),
}
_POINT = ShapePrior(0.14, 0.10, 0.16, 0.12, 0.0, 0.18)
"""A raised point, unlike the other characters of the kind "middle"."""


def class_of(character: str, strokes_em: float | None = None) -> str:
    """The class of a character; ``space`` for white space.

    Args:
        character: one character.
        strokes_em: length of its strokes in ems, where it is known; a Chinese character without
            it is of the middle class.

    >>> class_of("永", 3.1), class_of("永"), class_of("一", 0.7), class_of("g"), class_of("，")
    ('han-light', 'han-middle', 'han-flat', 'descender', 'han-comma')
    """
    if character.isspace():
        return "space"
    name = kind_of(character).name
    if name != "han":
        return name
    if strokes_em is None or LIGHT_EM <= strokes_em < DENSE_EM:
        return "han-middle"
    return "han-light" if strokes_em < LIGHT_EM else "han-dense"


def family_of(name: str) -> str:
    """The family of a class.

    >>> family_of("han-dense"), family_of("descender"), family_of("dash")
    ('han', 'letter', 'other')
    """
    return _FAMILY.get(name, "other")


def expected(character: str) -> ShapePrior:
    """What to expect of a character before anything is measured."""
    if character in "·•・":
        return _POINT
    return _EXPECTED[kind_of(character).name]


def expected_of(name: str) -> ShapePrior:
    """What to expect of a class."""
    return _EXPECTED["han" if name in HAN else name]
