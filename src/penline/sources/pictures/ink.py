"""What is ink in the pictures of one collection: decided once, applied to each, told in words.

Each channel is turned so that paper is the bright side, and divided by the light of the paper; what
is missing then is ink: of a picture on white, 255 less the pixel, and nothing is lost or added.
Only where the paper is not of one value in all pictures is anything cleared away.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from penline.records import Bytes2D
from penline.sources.pictures.frames import without_frame
from penline.sources.pictures.light import lit
from penline.sources.pictures.planes import Picture, in_bytes, laid, otsu, planes
from penline.sources.pictures.rules import without_rules
from penline.sources.pictures.sizes import usual_size

__all__ = ["InkRule", "tight", "touched_sides"]

_BLANK = np.zeros((0, 0), np.uint8)
_FULL = 0.9
_SIDES = 4
_STRONG = 0.45
"""Ink that is nowhere so strong, of the pen's level, is none of the pen's."""
_CLEAR = 0.3
"""In uneven light, what is weaker lies beside what is not, or is no ink."""
_TIMES_LARGER = 3
_LEAST_SPECK = 0.35
"""A spot of less than so much of the pen's breadth, squared, is a speck."""


@dataclass(frozen=True, slots=True)
class InkRule:
    """One decision for all pictures of a collection: what of them is ink.

    Attributes:
        full: the value of a pixel that is white, or of full light.
        turned: for a grey picture, whether ink is the lighter one.
        turned_bgr: the same for each of three channels.
        alpha: what is opaque is ink, whatever its colour.
        coloured: ink and paper differ in colour.
        paper: the paper's light in all pictures, from 0 to 255, turned, by channel; None where
            each picture has its own.
        uneven: the light changes within a picture.
        cut: ink up to this is the paper's noise; 0 where the paper has none: every value counts.
        framed: the lines of a cell run around each character.
        ruled: rules or squares are printed on the paper.
        margins: pictures leave paper at the borders, so what touches all four is no character.
        pen_px: how broad strokes are.
        side_px: the longer side of the ink of almost all pictures.
        blown_up: 0; or, where every picture was scaled until its ink filled the same square, the
            usual longer side, in ems, of the largest character.
        stretched: height and width were blown up each by itself.
        doubts: what speaks against it, for a person.
    """

    full: float = 255
    turned: bool = False
    turned_bgr: tuple[bool, bool, bool] = (False, False, False)
    alpha: bool = False
    coloured: bool = False
    paper: tuple[int, int, int] | None = (255, 255, 255)
    uneven: bool = False
    cut: int = 0
    framed: bool = False
    ruled: bool = False
    margins: bool = False
    pen_px: float = 3.0
    side_px: int = 0
    blown_up: float = 0.0
    stretched: bool = False
    doubts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def flat(self) -> bool:
        """Whether a grey picture of bytes is its own ink, turned over where it is dark on light."""
        white = self.full == 255 and self.paper is not None and self.paper[0] == 255
        return white and not (self.uneven or self.framed or self.ruled or self.cut)

    @property
    def most_px(self) -> float:
        """What is longer than this is no character."""
        return _TIMES_LARGER * self.side_px if self.side_px else np.inf

    def words(self) -> str:
        """Say in one line what was decided."""
        if self.alpha:
            phrases = ["what is opaque is ink"]
        else:
            phrases = ["light ink on dark paper" if self.turned else "dark ink on light paper"]
            phrases += ["by its colour"] if self.coloured else []
            if self.uneven:
                phrases.append("uneven light taken out")
            elif self.paper is None:
                phrases.append("each picture's own paper")
        phrases.append(f"noise up to {self.cut} of 255 cleared" if self.cut else "no noise")
        phrases += ["frames cut off"] if self.framed else []
        phrases += ["printed rules cleared"] if self.ruled else []
        if self.blown_up:
            phrases.append("blown up to one size, so sizes are the usual ones of the characters")
        return ", ".join(phrases)

    def ink(self, picture: Picture) -> Bytes2D:
        """Make ink of one picture.

        Args:
            picture: ``(height, width)`` or ``(height, width, channels)``, as OpenCV decodes it.

        Returns:
            ``uint8 (height_px, width_px)``, 0 = paper, 255 = full ink, no empty row or column at
            any side; ``(0, 0)`` where there is no ink.
        """
        return tight(self.whole_ink(picture))

    def whole_ink(self, picture: Picture) -> Bytes2D:
        """Make ink of one picture, as `ink`, with the paper around it."""
        return self.clean(self.raw_ink(picture))

    def clean(self, ink: Bytes2D) -> Bytes2D:
        """Take frames, rules, noise and specks out of raw ink."""
        if self.framed:
            ink = without_frame(ink)
        if self.ruled:
            ink = without_rules(ink, self.cut)
        return self._cleared(ink) if self.cut else ink

    def raw_ink(self, picture: Picture) -> Bytes2D:
        """How much light each pixel lacks; frames, rules, noise and specks are still there.

        Returns:
            ``uint8 (height_px, width_px)``.
        """
        if not picture.size:
            return _BLANK
        pixels = in_bytes(picture, self.full)
        if pixels.ndim == 2:
            return self._lacking(pixels, self.turned, self.paper[0] if self.paper else None)
        split, alpha = planes(pixels)
        if self.alpha and alpha is not None and (alpha < 255).any():
            return alpha
        if alpha is not None:
            split = [laid(plane, alpha) for plane in split]
        turns = (self.turned,) if len(split) == 1 else self.turned_bgr
        found: Bytes2D | None = None
        papers = self.paper or (None,) * 3
        for plane, turned, paper in zip(split, turns, papers, strict=False):
            one = self._lacking(plane, turned, paper)
            found = one if found is None else np.maximum(found, one)
        return _BLANK if found is None else found

    def _lacking(self, plane: Bytes2D, turned: bool, paper: int | None) -> Bytes2D:
        if paper == 255 and not self.uneven:
            return plane if turned else np.asarray(cv2.bitwise_not(plane), np.uint8)
        bright = np.asarray(cv2.bitwise_not(plane), np.uint8) if turned else plane
        return np.asarray(cv2.bitwise_not(lit(bright, paper, even=self.uneven)), np.uint8)

    def _cleared(self, ink: Bytes2D) -> Bytes2D:
        """Clear what is weaker than the paper's noise, and spots that the pen did not make."""
        level = pen_level(ink, self.cut)
        cut = min(self.cut, level // 3)
        mask = np.asarray(cv2.threshold(ink, cut, 1, cv2.THRESH_BINARY)[1], np.uint8)
        count, found, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        marks = np.asarray(found, np.intp)
        strongest = np.zeros(count, np.uint8)
        np.maximum.at(strongest, marks.ravel(), ink.ravel())
        least = max(2.0, _LEAST_SPECK * self.pen_px * self.pen_px)
        kept = (strongest >= level * _STRONG) & (facts[:, cv2.CC_STAT_AREA] >= least)
        kept[0] = False
        phrases = kept[marks]
        if self.uneven:  # what a shadow's edge leaves is weak, and broader than a stroke's own
            strong = cv2.threshold(ink, int(level * _CLEAR), 1, cv2.THRESH_BINARY)[1]
            side = 2 * round(self.pen_px) + 1
            near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
            phrases &= np.asarray(cv2.dilate(strong, near)) > 0
        # from the noise's end on ink grows twice as fast, until it is what it was
        ramp = np.minimum((np.arange(256) - cut) * 2, np.arange(256)).clip(0).astype(np.uint8)
        return np.asarray(cv2.LUT(ink, ramp) * phrases, np.uint8)

    def sized(self, ink: Bytes2D, character: str) -> Bytes2D:
        """Cut ink tight, and give it its character's usual size where its own was lost.

        Args:
            ink: what `whole_ink` made.
            character: its label.
        """
        return self.restored(tight(ink), character)

    def restored(self, ink: Bytes2D, character: str) -> Bytes2D:
        """Give tight ink its character's usual size where its own was lost, as `sized`."""
        if not (self.blown_up and ink.size):
            return ink
        return usual_size(ink, character, self.blown_up, stretched=self.stretched)

    def odd(self, ink: Bytes2D, inked: Bytes2D | None = None) -> str:
        """Say what is odd about a picture, as a reason for leaving it out; "" where nothing is.

        Args:
            ink: what `whole_ink` made of it.
            inked: the same, cut tight, where that is done.
        """
        height, width = (tight(ink) if inked is None else inked).shape
        if not width:
            return "picture without ink"
        if (height, width) == ink.shape:
            if min(width, height) > 3 * self.pen_px + 2 and _all_of_it(ink):
                return "picture that is all ink"
            if self.margins and touched_sides(ink, most=0.5) == _SIDES:
                return "picture whose ink touches every border"
        if max(width, height) > self.most_px:
            return "picture many times larger than the others"
        return ""


def tight(ink: Bytes2D) -> Bytes2D:
    """Cut off the paper around ink."""
    left, top, width, height = cv2.boundingRect(ink) if ink.size else (0, 0, 0, 0)
    return ink[top : top + height, left : left + width] if width else _BLANK


def pen_level(ink: Bytes2D, cut: int) -> int:
    """How dark the pen of a picture is: the 90th percentile of what is ink; 0 where nothing is."""
    counts = np.bincount(ink.ravel(), minlength=256)
    split = max(otsu(ink), cut)
    counts[: split + 1] = 0
    total = int(counts.sum())
    return int(np.searchsorted(np.cumsum(counts), total * 0.9)) if total else 0


def _all_of_it(ink: Bytes2D) -> bool:
    """Whether almost all of a picture is ink."""
    return int(np.count_nonzero(ink >= 96)) > _FULL * ink.size


def touched_sides(ink: Bytes2D, most: float = 0.0) -> int:
    """How many of a picture's four borders ink touches, with more than such a share of each."""
    sides = (ink[0], ink[-1], ink[:, 0], ink[:, -1])
    return sum(int(np.count_nonzero(side)) > most * side.size for side in sides)
