"""How alike a character is to itself when a hand writes it again: likeness of pairs of pictures."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from penline.measure.classes import class_of, family_of
from penline.measure.distance import Distance, compare, wasserstein
from penline.measure.geometry import LineGeometry
from penline.records import Bytes2D

__all__ = ["FAMILIES", "MeasuredRepeats", "RepeatFigures", "compare_repeats", "likeness"]

FAMILIES = {"han": "Chinese characters", "letter": "letters", "digit": "digits"}
_SIDE, _CANVAS, _SHIFT = 56, 72, 6
_LEAST_INK, _LEAST_PX = 40, 10
_MOST_OF_ONE, _MOST = 9, 6000
"""Writings of a character by one hand that are looked at, and of all."""
_PEN_PX = 4
"""Of strokes, which have no breadth of their own."""
_AMOUNTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
_LIKENESS: dict[str, tuple[float, ...]] = {
    "han": (0.960, 0.884, 0.754, 0.652, 0.575, 0.483),
    "letter": (0.881, 0.765, 0.617, 0.509, 0.439, 0.355),
    "digit": (0.975, 0.843, 0.656, 0.521, 0.429, 0.321),
}
"""Of composed lines whose characters come back by the same glyph, by one pen, 96 px high:
the median likeness at each of these amounts of ``variation_range`` (`bench/repeats.py --curve`):
1,604 pairs of Chinese characters of OLHWDB1.0's writer 001, 1,646 of letters and 2,347 of digits
of UNIPEN's hands."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RepeatFigures:
    """How alike repeats of a family of characters are.

    Attributes:
        family: of `FAMILIES`.
        pairs: how many were compared.
        characters: of how many different ones.
        writers: by how many hands.
        quantiles: likeness at 5, 25, 50, 75 and 95 %.
    """

    family: str
    pairs: int
    characters: int
    writers: int
    quantiles: tuple[float, ...]

    @property
    def amount(self) -> float:
        """What ``variation_range`` makes composed repeats as alike in the median, from 0 to 3."""
        medians = _LIKENESS[self.family][::-1]
        return round(float(np.interp(self.quantiles[2], medians, _AMOUNTS[::-1])), 2)


class MeasuredRepeats:
    """Writings of characters that come back, collected from lines: at most nine of one hand's."""

    def __init__(self) -> None:
        self._met: dict[tuple[str, str], list[Floats]] = defaultdict(list)
        self._count = 0

    def add(self, line: LineGeometry) -> None:
        """Take in a line that has its ink, or its strokes."""
        if line.ink is None and line.strokes is None:
            return
        for at in np.flatnonzero(line.trusted).tolist():
            character = line.characters[at]
            if not self.wants(line.writer, character):
                continue
            if line.strokes is not None:
                self.add_picture(line.writer, character, _drawn(line.strokes[at]))
            elif line.ink is not None:
                x0, y0, x1, y1 = np.maximum(np.rint(line.boxes[at]), 0).astype(int).tolist()
                self.add_picture(line.writer, character, line.ink[y0:y1, x0:x1])

    def wants(self, writer: str, character: str) -> bool:
        """Whether another writing of a character is looked at."""
        return (
            self._count < _MOST
            and family_of(class_of(character)) in FAMILIES
            and len(self._met.get((writer, character), ())) < _MOST_OF_ONE
        )

    def add_picture(self, writer: str, character: str, ink: Bytes2D) -> None:
        """Take in one writing.

        Args:
            writer: the writer's id.
            character: what it is.
            ink: ``uint8 (height_px, width_px)``, 0 = paper.
        """
        found = _spectrum(ink)
        if found is not None:
            self._met[writer, character].append(found)
            self._count += 1

    def likenesses(self, family: str) -> list[Floats]:
        """Likeness of the pairs of each hand's repeats of one character, ``float64 (pairs,)``."""
        return [
            np.array([_correlation(a, b) for a, b in itertools.combinations(self._met[key], 2)])
            for key in self._repeated(family)
        ]

    def _repeated(self, family: str) -> list[tuple[str, str]]:
        """Hands, and characters of a family, that come back."""
        return [
            key
            for key, found in self._met.items()
            if len(found) > 1 and family_of(class_of(key[1])) == family
        ]

    def figures(self) -> tuple[RepeatFigures, ...]:
        """Of each family that has repeats."""
        out = []
        for family in FAMILIES:
            keys = self._repeated(family)
            if not keys:
                continue
            whole = np.concatenate(self.likenesses(family))
            quantiles = np.round(np.quantile(whole, [0.05, 0.25, 0.5, 0.75, 0.95]), 4)
            counts = len({c for _, c in keys}), len({w for w, _ in keys})
            out.append(RepeatFigures(family, len(whole), *counts, tuple(quantiles.tolist())))
        return tuple(out)


def compare_repeats(
    real: MeasuredRepeats, synthetic: MeasuredRepeats
) -> tuple[tuple[Distance, float], ...]:
    """Hold the likeness of repeats of two sets against each other, family by family.

    Returns:
        Of each family that comes back on both sides its distance, and the distance (Wasserstein's)
        between two halves of the real side, each second character of a hand.
    """
    out = []
    for family in FAMILIES:
        one, two = real.likenesses(family), synthetic.likenesses(family)
        found = compare(f"repeats, {family}", "", one, two)
        if found is not None:
            halves = [np.concatenate(half) for half in (one[::2], one[1::2]) if half]
            apart = wasserstein(*halves) if len(halves) == 2 else float("nan")
            out.append((found, apart))
    return tuple(out)


def likeness(one: Bytes2D, two: Bytes2D) -> float | None:
    """How alike two pictures of a character are: 1 for the same, None where one has too little ink.

    The best normalised correlation over shifts of up to 6 px, each brought to 56 px on its longer
    side and softened by 1 px.
    """
    a, b = _spectrum(one), _spectrum(two)
    return None if a is None or b is None else _correlation(a, b)


def _spectrum(ink: Bytes2D) -> Floats | None:
    """The Fourier transform of a picture at the size of comparing, of mean 0 and norm 1."""
    dark = ink > _LEAST_INK
    down, across = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    if not len(down) or dark.sum() < _LEAST_PX:
        return None
    ink = np.where(dark, ink, 0)[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
    scale = _SIDE / max(ink.shape)
    high, wide = (max(round(side * scale), 1) for side in ink.shape)
    out = np.zeros((_CANVAS, _CANVAS), np.float32)
    y, x = (_CANVAS - high) // 2, (_CANVAS - wide) // 2
    out[y : y + high, x : x + wide] = cv2.resize(ink, (wide, high), interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(out, (0, 0), 1.0), np.float64)
    soft -= soft.mean()
    return np.asarray(np.fft.rfft2(soft / max(float(np.linalg.norm(soft)), 1e-9)))


def _correlation(one: Floats, two: Floats) -> float:
    found = np.fft.irfft2(one * np.conj(two), s=(_CANVAS, _CANVAS))
    near = np.r_[: _SHIFT + 1, -_SHIFT:0]
    return float(found[np.ix_(near, near)].max())


def _drawn(strokes: Sequence[npt.NDArray[np.float32]]) -> Bytes2D:
    """Strokes as ink, 56 px on the longer side."""
    whole = np.concatenate(strokes).astype(np.float64)
    low, far = whole.min(0), float(np.ptp(whole, axis=0).max())
    scale = (_SIDE - _PEN_PX) / max(far, 1e-9)
    ink = np.zeros((_CANVAS, _CANVAS), np.uint8)
    for points in strokes:
        placed = np.rint(((points - low) * scale + _PEN_PX) * 16).astype(np.int32)
        cv2.polylines(ink, [placed[:, None]], False, 255, _PEN_PX, cv2.LINE_AA, 4)
    return ink
