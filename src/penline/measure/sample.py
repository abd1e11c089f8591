"""Placements of a line drawn from a placement model: numbers only, cut to fixed point.

For each character of a text: how much its glyph is scaled (its own proportions stay), how high
the middle of its ink stands above the line's middle, and how much white comes before it. Only
``+ - * /`` and square roots act on the numbers, on words of `penline.randomness`, so the same words
give the same placements on every processor.

How one quantity is drawn: a standard score goes along the line, made of a part that the line has in
common, a part that wanders and a part of the character's own, in the measured shares
(`spread.NeighbourCorrelation`); the quantiles of the character's class (or of the pair) turn it
into ems.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.compiled import frozen
from penline.measure.classes import CLASSES, HAN, class_of, family_of
from penline.measure.model import PlacementModel
from penline.measure.place import (
    LINE_WORDS,
    MODEL_PARAMS,
    WORDS_PER_CHARACTER,
    ModelTables,
    place_items,
)
from penline.measure.spread import SCORES, NeighbourCorrelation, Spread
from penline.randomness import Draws

__all__ = [
    "CLASS_NUMBERS",
    "LEAST_OF_CLASS",
    "LinePlacements",
    "Natural",
    "Sampler",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NAMES = (*CLASSES, "han", "space")
CLASS_NUMBERS = {name: number for number, name in enumerate(_NAMES)}
"""Of each class, and of ``han`` and ``space``, its column in the tables of a `Sampler`."""
_SCORES = np.array(SCORES)
_NONE, _NO_EMS = np.zeros((0, 2)), np.zeros(0)
_MOST_PX = 65_536
LEAST_OF_CLASS = 5
"""Fewer glyphs of a class say nothing of how their sizes vary."""
_LEAST, _MOST = 0.5, 2.0
"""Bounds of what a line makes of a glyph's size, over what its writer's em would make of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Natural:
    """The glyphs that shall be placed, as they are in their bank.

    Attributes:
        sizes_px: ``float64 (n, 2)``: height and width of each glyph's ink; 0 for white space.
        ems_px: ``float64 (n,)``: the median Chinese height of each glyph's writer, same pixels.
        strokes_em: ``float64 (n,)``: length of each glyph's strokes in ems of its writer (inked
            pixels / stroke width / em), which tells light from dense Chinese characters; None
            takes all Chinese characters together.
        typical: mean and deviation of the sizes (square root of height times width, in ems) of
            the writer's glyphs by class. A class that is not there is
            taken to be written alone as the model says it is written in lines.
    """

    sizes_px: Floats
    ems_px: Floats
    strokes_em: Floats | None = None
    typical: Mapping[str, tuple[float, float]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LinePlacements:
    """Placements of one line, in the order of the text.

    Attributes:
        scales_q12: ``int64 (n,)``: picture pixels per bank pixel of each glyph, 1/4096; 0 for
            white space, and where no natural sizes were given.
        heights_q6: ``int64 (n,)``: height of each character's ink, 1/64 px.
        widths_q6: ``int64 (n,)``: its width; of white space, its advance.
        gaps_q6: ``int64 (n,)``: white before the ink, from the ink (or the white space) before;
            0 for the first, and around white space; negative where characters overlap.
        rises_q6: ``int64 (n,)``: the ink's middle above y = 0; the line's slope and drift are in
            it. y = 0 is the line's middle halfway along the line.
        slants_q16: ``int64 (n,)``: lean that the line adds to each glyph's own, to the right per
            height, 1/65536.
        numbers: the line's own figures, to go with the sample.
    """

    scales_q12: Ints
    heights_q6: Ints
    widths_q6: Ints
    gaps_q6: Ints
    rises_q6: Ints
    slants_q16: Ints
    numbers: dict[str, float]

    @property
    def lefts_q6(self) -> Ints:
        """``int64 (n,)``: left edge of each character; the first is at 0."""
        ends = np.cumsum(self.gaps_q6 + self.widths_q6)
        return np.asarray(ends - self.widths_q6)

    @property
    def boxes_px(self) -> Floats:
        """``float64 (n, 4)``: left, top, right, bottom, y downwards from the line's middle."""
        left = self.lefts_q6
        top = -self.rises_q6 - self.heights_q6 // 2
        box = np.stack([left, top, left + self.widths_q6, top + self.heights_q6], 1)
        return np.asarray(box / 64.0)


class Sampler:
    """Draws lines from one model; prepared once, and cheap to draw from.

    Args:
        model: a placement model.
        mark_shape: 0 to 1: how far the glyphs of commas and stops are drawn out to the model's
            proportions, their area kept; 0 leaves them the writer's.

    Attributes:
        number: of each class (and of ``han`` and ``space``), its column in the tables.
        moments: ``float64 (4, classes)``: as `place.place_items` takes it.
        tables: all that `place.place_items` takes of the model.
    """

    def __init__(self, model: PlacementModel, mark_shape: float = 0.0) -> None:
        self.model = model
        figures = [model.figures("symbol" if name == "space" else name) for name in _NAMES]
        spreads = [(f.height, f.width, f.middle) for f in figures]
        self.number = CLASS_NUMBERS
        tables = np.array([[s.quantiles for s in column] for column in zip(*spreads, strict=True)])
        gaps = np.array([[model.pair(a, b).gap.quantiles for b in _NAMES] for a in _NAMES])
        sizes = [float(np.mean(f.size.quantiles)) for f in figures]
        together = [f.height_to_width for f in figures]
        deviations = [_deviation(f.size) for f in figures]
        shapes = [
            math.sqrt(f.width.mean / max(f.height.mean, 1e-6)) if family_of(name) == "stop" else 0.0
            for name, f in zip(_NAMES, figures, strict=True)
        ]
        self.moments = np.array([together, sizes, deviations, shapes])
        own = np.array([family_of(n) == "han" and n != "han-flat" for n in _NAMES], bool)
        walks = [
            model.walks.get(name, NeighbourCorrelation()) for name in ("size", "middle", "gap")
        ]
        walk_shares = np.array([(w.line_share, w.drift_share, w.correlation) for w in walks])
        line = model.line
        quantiles = np.array([line.slope.quantiles, line.size_trend.quantiles])
        han = model.classes.get("han")
        given = {
            "pull": model.pull,
            "identity": model.identity,
            "usual_width": han.width.mean if han is not None else 0.9,
            "slant_deviation": line.slant.deviation if line.slant is not None else 0.0,
            "least": _LEAST,
            "most": _MOST,
            "mark_shape": mark_shape,
        }
        params = np.array([given[name] for name in MODEL_PARAMS])
        self.tables = ModelTables(
            params, _SCORES, tables, gaps, self.moments, own, walk_shares, quantiles
        )
        for table in self.tables:
            frozen(table)

    def draw(
        self,
        characters: Sequence[str],
        em_px: float,
        rng: Draws,
        natural: Natural | None = None,
        *,
        space_em: float = 0.45,
    ) -> LinePlacements:
        """The placements of one line.

        Takes ``LINE_WORDS + WORDS_PER_CHARACTER * n`` words, whatever the model.

        Args:
            characters: what each item stands for; white space has no glyph.
            em_px: height that a median Chinese character shall have in the picture.
            rng: chance.
            natural: the glyphs to place; None draws heights and widths from the model alone.
            space_em: mean width of white space; it varies by a fifth of that.

        Raises:
            ValueError: `natural` is not of as many characters, or a size is not a length.
        """
        n = len(characters)
        if natural is not None:
            _check(natural, n)
        kind = self._kinds(characters, natural)
        usual, spread = self.moments[1][kind], self.moments[2][kind]
        sizes, ems = _NONE, _NO_EMS
        if natural is not None:
            sizes = np.ascontiguousarray(natural.sizes_px, np.float64)
            ems = np.ascontiguousarray(natural.ems_px, np.float64)
            if natural.typical:
                table = self.typical(natural.typical)
                usual, spread = table[0][kind], table[1][kind]
        places, metrics = self.place(kind, sizes, ems, usual, spread, em_px, rng, space_em)
        slope, trend, lean = metrics.tolist()
        numbers = {"slope": round(slope, 6), "size_trend": round(trend, 6), "slant": round(lean, 6)}
        scales, heights, widths, gaps, rises = places.T
        slants = np.full(n, round(lean * 65536.0), np.int64)
        return LinePlacements(scales, heights, widths, gaps, rises, slants, numbers)

    def typical(self, known: Mapping[str, tuple[float, float]]) -> Floats:
        """``float64 (2, classes)``: `Natural.typical` as a table; the model's own elsewhere."""
        table = self.moments[1:3].copy()
        for name, pair in known.items():
            if name in self.number:
                table[:, self.number[name]] = pair
        return table

    def place(
        self,
        kind: Ints,
        sizes_px: Floats,
        ems_px: Floats,
        usual: Floats,
        spread: Floats,
        em_px: float,
        rng: Draws,
        space_em: float,
    ) -> tuple[Ints, Floats]:
        """What `draw` does once classes and sizes are arrays; see `place.place_items`.

        Returns:
            ``int64 (n, 5)``: scale in 1/4096, height, width, gap and rise in 1/64 px; and
            ``float64 (3,)``: slope, trend of the size, lean.

        Raises:
            ValueError: `em_px` is not a length.
        """
        if not 0 < em_px < _MOST_PX:
            raise ValueError(f"em_px must be a length in pixels, not {em_px}")
        n = len(kind)
        places, metrics = np.zeros((n, 5), np.int64), np.zeros(3)
        place_items(
            kind,
            kind == self.number["space"],
            sizes_px,
            ems_px,
            usual,
            spread,
            rng.words(LINE_WORDS + WORDS_PER_CHARACTER * n),
            space_em,
            em_px,
            self.tables,
            places,
            metrics,
        )
        return places, metrics

    def _kinds(self, characters: Sequence[str], natural: Natural | None) -> Ints:
        """Number of each character's class in the tables."""
        number = self.number
        if natural is None or natural.strokes_em is None:
            # their density is not known: all Chinese characters together
            found = [number[_whole_class(c)] for c in characters]
        else:
            lengths = natural.strokes_em.tolist()
            pairs = zip(characters, lengths, strict=True)
            found = [number[class_of(c, length)] for c, length in pairs]
        return np.array(found, np.int64)


def _check(natural: Natural, n: int) -> None:
    """Nothing reaches the kernel that is not as long as the text."""
    sizes, ems, strokes = natural.sizes_px, natural.ems_px, natural.strokes_em
    if sizes.shape != (n, 2) or ems.shape != (n,) or (strokes is not None and len(strokes) != n):
        raise ValueError(f"natural sizes of {n} characters are needed, not of {sizes.shape}")
    if not (np.all((sizes >= 0) & (sizes < _MOST_PX)) and np.all((ems > 0) & (ems < _MOST_PX))):
        raise ValueError("natural sizes and ems must be lengths in pixels")


@functools.lru_cache(maxsize=65_536)
def _whole_class(character: str) -> str:
    name = class_of(character)
    return "han" if name in HAN else name


def _deviation(size: Spread) -> float:
    """Of sizes; a few characters say little about how far others lie."""
    if size.n >= 8:
        return size.deviation
    return 0.39 * (size.quantiles[10] - size.quantiles[2])
