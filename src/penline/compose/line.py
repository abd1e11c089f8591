"""One line: its own figures drawn, then every glyph placed."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from penline.characters import KINDS, MIDDLE_EM, Kind, kind_of
from penline.compose.spacing import (
    HAN,
    LATIN,
    NUMBERS,
    OTHER,
    SPACE,
    WORDS_PER_ITEM,
    space_line,
)
from penline.randomness import Draws, span
from penline.settings import ORDERED, EmRange, Settings, Share, ShareRange, SizeRange

__all__ = [
    "FAMILIES",
    "JOINED",
    "JOINING",
    "MANNERS",
    "Layout",
    "Placements",
    "lay_out",
    "manner_number",
    "turned",
]

_LATIN_KINDS = frozenset(
    ["digit", "upper", "ascender", "x-height", "t", "i", "descender", "j", "f"]
)
FillRange = Annotated[
    tuple[Annotated[float, Field(ge=0.2, le=1)], Annotated[float, Field(ge=0.2, le=1)]], ORDERED
]
CellRange = Annotated[
    tuple[Annotated[float, Field(ge=0.5, le=4)], Annotated[float, Field(ge=0.5, le=4)]], ORDERED
]
JOINING = frozenset(".,:;'’-/@_")
"""Marks that belong to a number or a word when they stand inside it."""
_RIGHT_SIDE = {"open": 0.9}
_LOW_MARKS = ("stop-low", "comma-low", "han-stop", "han-comma", "colon", "semicolon", "bang")
_LEFT_SIDE = dict.fromkeys((*_LOW_MARKS, "close"), 0.08)


class Layout(Settings):
    """How a hand places glyphs; lengths in ems, the height of its median Chinese character.

    Each range is drawn from once a line; each deviation acts from glyph to glyph, as a walk that
    keeps `correlation` of its last step.
    """

    direction: Literal["horizontal", "vertical"] = "horizontal"
    """``vertical``: from the top down, marks at the upper right, letters and digits on their side.
    The picture's height is then its length, and ``image: height_px`` its width."""
    hand: Path | Literal["default"] | None = None
    """A placement model of `penline fit`, or ``default``, the one that comes with penline; it
    decides sizes, places, gaps and slope. None: by the settings below."""
    mark_shape: Share = 0.0
    """With a placement model: how far commas and stops are drawn out to its proportions, their area
    kept. 0: they keep the writer's; 1: as broad for their height as those it was fitted on."""
    replay: Path | None = None
    """Line templates of `penline fit --lines`: each line takes the places of a real one, whose
    marks, digits and letters stay, and whose Chinese characters become those of the corpus."""
    fill_range: FillRange = (0.74, 0.92)
    """Share of the picture's height that the line's ink fills."""
    em_most: Annotated[float, Field(ge=0.1, le=1)] = 0.76
    """Largest em, as share of the picture's height."""
    margin_em_range: SizeRange = (0.1, 0.5)
    """White to the left and to the right of the line."""
    gap_em_range: EmRange = (0.06, 0.20)
    """Gap between Chinese characters, ink to ink."""
    gap_latin_em_range: EmRange = (0.03, 0.07)
    """Gap between the letters of a word."""
    gap_mixed_em_range: EmRange = (0.08, 0.20)
    """Gap where scripts meet."""
    gap_deviation_em: float = Field(0.05, ge=0, le=0.5)
    """Of gaps along the line."""
    cell_pull_range: ShareRange = (0.2, 0.7)
    """0: equal gaps between ink; 1: equal advance, as if written in cells."""
    space_em_range: EmRange = (0.34, 0.55)
    """Width of white space."""
    size_deviation: float = Field(0.04, ge=0, le=0.3)
    """Of the glyphs' size along the line, as share."""
    size_trend: float = Field(0.05, ge=0, le=0.5)
    """Deviation of the growth from a line's start to its end."""
    rise_deviation_em: float = Field(0.035, ge=0, le=0.5)
    """Height of glyphs above the writing line."""
    slope_deviation: float = Field(0.006, ge=0, le=0.1)
    """Rise of the line per length."""
    slant_deviation: float = Field(0.05, ge=0, le=0.5)
    """Lean per height, one for the line, on top of the writer's own."""
    slant_walk_deviation: float = Field(0.02, ge=0, le=0.3)
    """Of the lean from glyph to glyph."""
    press_deviation: float = Field(0.06, ge=0, le=0.5)
    """Strength of the ink."""
    correlation: Share = 0.75
    """How alike neighbours are in size, height, lean and strength."""
    cell_em_range: CellRange = (1.14, 1.34)
    """Side of a squared paper's cell."""

    @functools.cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The intervals of `draw`, in its order."""
        return (
            span(*self.fill_range),
            span(0.0, 1.0),
            span(*self.margin_em_range),
            span(*self.margin_em_range),
            span(*self.gap_em_range),
            span(*self.gap_latin_em_range),
            span(*self.gap_mixed_em_range),
            span(*self.cell_pull_range),
            span(*self.space_em_range),
        )

    def draw(self, rng: Draws, cells: bool) -> dict[str, float]:
        """The figures of one line, by the names of `spacing.NUMBERS`."""
        fill, place, left, right, gap, latin, mixed, pull, space = rng.uniforms(self.spans)
        return {
            "fill": fill,
            "em_most": self.em_most,
            "place": place,
            "margin_left": left,
            "margin_right": right,
            "gap": gap,
            "gap_latin": latin,
            "gap_mixed": mixed,
            "gap_walk": self.gap_deviation_em,
            "cell_pull": pull,
            "space": space,
            "size_walk": self.size_deviation,
            "size_trend": rng.normal(0.0, self.size_trend),
            "rise_walk": self.rise_deviation_em,
            "slope": rng.normal(0.0, self.slope_deviation),
            "slant": rng.normal(0.0, self.slant_deviation),
            "slant_walk": self.slant_walk_deviation,
            "press_walk": self.press_deviation,
            "keep": self.correlation,
            "cell": rng.uniform(*self.cell_em_range) if cells else 0.0,
        }


class Placements(NamedTuple):
    """Where each glyph of a line goes.

    Attributes:
        places_q8: ``int64 (n, 4)``: left, top, width, height in the picture, 1/256 px.
        slants_q16: ``int64 (n,)``: horizontal lean per pixel of height, 1/65536.
        press_q8: ``int64 (n,)``: strength of the ink, 1/256.
        width_px: width of the picture.
        em_px: the line's em.
        baseline_px: y of the writing line in the line's middle.
        cell_left_px: left edge of the first cell of squared paper.
        cell_top_px: top edge of its cells.
        cells: number of its cells; 0 on other paper.
    """

    places_q8: npt.NDArray[np.int64]
    slants_q16: npt.NDArray[np.int64]
    press_q8: npt.NDArray[np.int64]
    width_px: int
    em_px: float
    baseline_px: float
    cell_left_px: float
    cell_top_px: float
    cells: int

    def only(self, items: slice | npt.NDArray[np.int64]) -> Placements:
        """Some of the glyphs, or all in another order, where they are."""
        places, slants, press = self[:3]
        return self._replace(
            places_q8=places[items], slants_q16=slants[items], press_q8=press[items]
        )


Manner = tuple[int, tuple[float, ...]]
"""Family of a character and its row of numbers, as `spacing.space_line` takes them."""


def _manner(kind: Kind | None) -> Manner:
    """Of one kind of character; None is white space."""
    if kind is None:
        return SPACE, (0.0,) * 7
    if kind.name in _LATIN_KINDS:
        family = LATIN
    elif kind.name in ("han", "han-flat"):
        family = HAN
    else:
        family = OTHER
    low = math.nan if kind.low is None else kind.low
    side = _RIGHT_SIDE.get(kind.name, _LEFT_SIDE.get(kind.name, 0.5))
    white = kind.before, kind.after
    return family, (low, kind.centre, *white, kind.walk, side, kind.least_width)


_UPRIGHT_MARKS = frozenset(_LOW_MARKS)
_ASIDE_EM = 0.28
"""How far right of a column's middle its commas and stops stand, by the national standard for
punctuation (GB/T 15834): below the character and to the right."""
_LYING = _LATIN_KINDS | {"open", "close", "dash", "long-dash", "dots-low", "underscore", "middle"}


def turned(characters: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which characters stand upright in a column: ``bool (n,)``.

    A column is laid out as a line on its side, so these are turned anticlockwise for it, and come
    back upright when the picture is turned. Letters, digits, brackets and dashes lie on their
    side in a column, and are not turned.
    """
    lying = [c.isspace() or kind_of(c).name in _LYING for c in characters]
    for at in range(1, len(lying) - 1):
        if characters[at] in JOINING and lying[at - 1] and lying[at + 1]:
            lying[at] = True
    return ~np.array(lying, np.bool_)


def _column_manner(kind: Kind | None) -> Manner:
    """As `_manner`, of a character that stands upright in a column."""
    family, (low, centre, before, after, *rest) = _manner(kind)
    if kind is not None and kind.name in _UPRIGHT_MARKS:
        aside = 0.0 if kind.name == "bang" else _ASIDE_EM
        return family, (math.nan, MIDDLE_EM + aside, 0.06, 0.24, *rest)
    return family, (math.nan, MIDDLE_EM if math.isnan(low) else centre, before, after, *rest)


def _joined_manner(kind: Kind | None) -> Manner:
    """As `_manner`, of a mark that belongs to a number or a word."""
    _, (low, centre, _, _, *rest) = _manner(kind)
    return LATIN, (low, centre, 0.0, 0.0, *rest)


_KINDS: tuple[Kind | None, ...] = (*KINDS.values(), None)
_NUMBERS = {kind.name: number for number, kind in enumerate(KINDS.values())}
_ALL = [f(kind) for f in (_manner, _joined_manner, _column_manner) for kind in _KINDS]
JOINED, _UPRIGHT = len(_KINDS), 2 * len(_KINDS)
"""Where the rows of joined marks, and of what is upright in a column, begin in the tables."""
FAMILIES = np.array([family for family, _ in _ALL], np.int64)
MANNERS = np.array([row for _, row in _ALL], np.float64)
_LATIN = frozenset(np.flatnonzero(FAMILIES == LATIN).tolist())


@functools.lru_cache(maxsize=65_536)
def manner_number(character: str) -> int:
    """Row of a character's kind in the tables."""
    return len(KINDS) if character.isspace() else _NUMBERS[kind_of(character).name]


def lay_out(
    characters: Sequence[str],
    sizes_px: npt.NDArray[np.int64],
    ems_px: npt.NDArray[np.float64],
    numbers: dict[str, float],
    rng: Draws,
    height_px: int,
    upright: npt.NDArray[np.bool_] | None = None,
) -> Placements:
    """Place the glyphs of one line.

    Args:
        characters: what each item stands for; white space has no glyph.
        sizes_px: ``int64 (n, 2)``: height and width of each glyph in its bank.
        ems_px: ``float64 (n,)``: the em of each glyph's writer, in the same pixels.
        numbers: what `Layout.draw` drew.
        rng: chance, for the walks from glyph to glyph.
        height_px: height of the picture.
        upright: for a column, what `turned` says; `sizes_px` are then of the turned glyphs.
    """
    count = len(characters)
    rows = [manner_number(character) for character in characters]
    if upright is not None:
        for at in np.flatnonzero(upright).tolist():
            rows[at] += _UPRIGHT
    if not JOINING.isdisjoint(characters):
        for at in range(1, count - 1):
            if characters[at] in JOINING and rows[at - 1] in _LATIN and rows[at + 1] in _LATIN:
                rows[at] = rows[at] % JOINED + JOINED
    chosen = np.array(rows)
    places = np.zeros((count, 4), np.int64)
    slants = np.zeros(count, np.int64)
    press = np.full(count, 256, np.int64)
    facts = np.zeros(6)
    space_line(
        FAMILIES[chosen],
        sizes_px,
        ems_px,
        MANNERS[chosen],
        np.array([numbers[name] for name in NUMBERS], np.float64),
        rng.words(count * WORDS_PER_ITEM),
        height_px,
        places,
        slants,
        press,
        facts,
    )
    if upright is not None:
        slants[upright] = 0  # a hand leans across the column, not along it
    width, em, base, cell_left, cell_top, cells = facts.tolist()
    return Placements(places, slants, press, int(width), em, base, cell_left, cell_top, int(cells))
