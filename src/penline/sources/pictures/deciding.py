"""What is ink in a collection, from samples of its pictures: one decision by all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D
from penline.sources.pictures.frames import framed_sides, without_frame
from penline.sources.pictures.ink import InkRule, tight, touched_sides
from penline.sources.pictures.light import lit, paper_of, pen_px
from penline.sources.pictures.planes import Picture, borders, in_bytes, laid, otsu, planes, shrunk
from penline.sources.pictures.rules import is_ruled, without_rules
from penline.sources.pictures.sizes import largest_em

__all__ = ["SAMPLES", "decide_ink"]

SAMPLES = 200
"""How many pictures, from all over a collection, decide well."""

_CONTRAST = 24
"""Two values that differ by less are not told for ink and paper."""
_SMALL_PX, _AROUND_PX = 96, 17
"""In a picture made so small, strokes are thinner than half of what is around each pixel."""
_FEWEST_PX, _OTHERS = 12, 0.25
_TILES, _PAPER = 5, 85
"""In each tile of a large picture so many in a hundred pixels, or fewer, are no paper."""
_NOISELESS = 0.02
"""So few pixels far from ink may be off the paper's value."""
_FAR_PX = 3
_EVEN = 12
"""By so much the paper of a picture may change without being uneven."""
_ROUNDING = 2
_SAME = 0.03
"""Sides that scatter by no more of their mean were made the same."""
_FEW = 50
_RULED = 0.25
"""Of so many pictures of a collection rules are seen, where its paper has any."""
_HIGHEST_CUT = 0.4
"""Of the pen's level: what is above it is ink, however noisy the paper is."""


def decide_ink(samples: Sequence[Picture], characters: Iterable[str] = ()) -> InkRule:
    """Decide what is ink in a collection.

    Args:
        samples: some hundred pictures from all over it, as OpenCV decodes them: ``(height, width)``
            or ``(height, width, channels)``, of any depth.
        characters: the labels of the collection, as far as they are known.

    Returns:
        The rule for all of its pictures.
    """
    sound = [one for one in samples if one.size]
    full = _full(sound)
    pixels = [in_bytes(one, full) for one in sound]
    rule = InkRule(full=full, alpha=_opaque_is_ink(pixels))
    if not rule.alpha:
        rule = _directed(rule, pixels)
        rule = _on_paper(rule, pixels)
    rule = _measured(rule, [rule.raw_ink(one) for one in sound])
    return replace(rule, blown_up=largest_em(characters)) if rule.blown_up else rule


def _full(samples: Sequence[Picture]) -> float:
    """The value of white: the least usual one that no finite value exceeds."""
    finite = (one[np.isfinite(one)] if one.dtype.kind == "f" else one for one in samples)
    highest = max((float(one.max()) for one in finite if one.size), default=255.0)
    usual = (1.0, 255.0) if any(one.dtype.kind == "f" for one in samples) else (1.0, 15.0, 255.0)
    scales = (*usual, 1023.0, 4095.0, 65_535.0)
    return next((scale for scale in scales if highest <= scale), max(highest, 1.0))


def _opaque_is_ink(pixels: Sequence[npt.NDArray[np.uint8]]) -> bool:
    """Whether most pictures have transparent places, and one colour where they have none."""
    clear = plain = 0
    for one in pixels:
        split, alpha = planes(one)
        if alpha is None or not (alpha < 128).any() or not (alpha >= 128).any():
            continue
        clear += 1
        low, high = (
            np.percentile(np.stack(split)[:, alpha >= 200], (5, 95), axis=1)
            if ((alpha >= 200).any())
            else (np.zeros(1), np.zeros(1))
        )
        plain += bool((high - low).max() < 2 * _CONTRAST)
    return clear * 2 > len(pixels) and plain * 2 > clear


def _shown(pixels: npt.NDArray[np.uint8]) -> list[Bytes2D]:
    """The colour planes of a picture, its transparent places filled with its paper."""
    split, alpha = planes(pixels)
    return split if alpha is None else [laid(plane, alpha) for plane in split]


def _directed(rule: InkRule, pixels: Sequence[npt.NDArray[np.uint8]]) -> InkRule:
    """Which way round: what lies at the borders of all pictures is paper."""
    votes, coloured = [[0.0, 0.0, 0.0] for _ in range(2)], 0
    for one in pixels:
        split = _shown(one)
        coloured += len(split) == 3 and _has_colour(split)
        planes = [_vote(plane) for plane in split]
        for channel, (vote, contrast) in enumerate(planes * (3 // len(planes))):
            votes[0][channel] += vote * contrast
            votes[1][channel] += contrast
    shares = [for_dark / max(all_of, 1) for for_dark, all_of in zip(*votes, strict=True)]
    turned = sum(votes[0]) * 2 < sum(votes[1])
    # a channel in which ink and paper hardly differ has no say
    weak = [all_of < max(votes[1]) / 4 for all_of in votes[1]]
    by_colour = coloured * 2 > len(pixels)
    each = [
        share < 0.5 if by_colour and not w else turned
        for share, w in zip(shares, weak, strict=True)
    ]
    sure = sum(votes[0]) / max(sum(votes[1]), 1)
    doubts = rule.doubts
    if not any(votes[1]):
        doubts += ("no picture looked at has ink and paper that differ",)
    elif 0.15 < sure < 0.85 and not by_colour:
        share = round(100 * min(sure, 1 - sure))
        doubts += (f"about {share} in 100 pictures look the other way round",)
    turned_bgr = (each[0], each[1], each[2])
    return replace(rule, turned=turned, turned_bgr=turned_bgr, coloured=by_colour, doubts=doubts)


def _vote(plane: Bytes2D) -> tuple[float, float]:
    """Whether ink is the darker one, 0 to 1, and how much that counts: the contrast."""
    thin = _thin(plane)
    if thin is not None:
        return thin
    split = otsu(plane)
    above = plane > split
    if above.all() or not above.any():
        return 0.5, 0.0
    contrast = float(plane[above].mean()) - float(plane[~above].mean())
    if contrast < _CONTRAST:
        return 0.5, 0.0
    around = float((borders(plane) > split).mean())
    within = float(above.mean())
    # paper lies at the borders, and there is more of it; a cell's frame has half of the borders
    return float(around + within > 1), contrast


def _thin(plane: Bytes2D) -> tuple[float, float] | None:
    """The same by strokes that are thin beside a large picture, whatever shadow lies on it."""
    if min(plane.shape) < _SMALL_PX:
        return None
    small = shrunk(plane, max(plane.shape) / _SMALL_PX)
    apart = small.astype(np.int64) - cv2.medianBlur(small, _AROUND_PX)
    dark, light = apart[apart < -_CONTRAST], apart[apart > _CONTRAST]
    depths = [int((one * one).sum()) for one in (dark, light)]
    strokes = dark if depths[0] > depths[1] else light
    if len(strokes) < _FEWEST_PX or min(depths) > _OTHERS * max(depths):
        return None
    return float(strokes is dark), abs(float(strokes.mean()))


def _has_colour(split: Sequence[Bytes2D]) -> bool:
    stack = np.stack(split)
    spread = stack.max(0).astype(np.int16) - stack.min(0)
    return float((spread > _CONTRAST).mean()) > 0.01


def _on_paper(rule: InkRule, pixels: Sequence[npt.NDArray[np.uint8]]) -> InkRule:
    """What the paper is worth: one value for all, or for each, or another at each place."""
    values: list[list[int]] = [[], [], []]
    uneven = 0
    for one in pixels:
        split = _shown(one)
        turns = (rule.turned,) * 3 if len(split) == 1 else rule.turned_bgr
        bright = [
            np.asarray(255 - plane, np.uint8) if turned else plane
            for plane, turned in zip(split, turns, strict=False)
        ]
        found = [paper_of(plane) for plane in bright]
        for channel, value in zip(values, found * (3 // len(found)), strict=True):
            channel.append(value)
        uneven += max(map(_span, bright)) > _EVEN
    common = [_common(channel) for channel in values]
    paper = None if None in common else (common[0] or 0, common[1] or 0, common[2] or 0)
    return replace(rule, paper=paper, uneven=uneven * 3 > len(pixels))


def _common(values: Sequence[int]) -> int | None:
    """The value of almost all; None where they differ."""
    if not values:
        return 255
    common, count = Counter(values).most_common(1)[0]
    low, high = np.percentile(values, (5, 95))
    if count >= 0.9 * len(values):
        return common
    return round(float(np.median(values))) if high - low <= 3 else None


def _span(bright: Bytes2D) -> float:
    """How much the paper's value changes within a picture: between its ninths, by medians."""
    if min(bright.shape) < 12:
        return 0.0
    if min(bright.shape) >= _SMALL_PX:  # where a shadow may lie, which is as dark as ink
        small = shrunk(bright, max(bright.shape) / _SMALL_PX)
        tiles = [
            np.sort(tile, axis=None)
            for rows in np.array_split(small, _TILES)
            for tile in np.array_split(rows, _TILES, axis=1)
        ]
        values = [int(tile[tile.size * _PAPER // 100]) for tile in tiles]
        return float(max(values) - min(values))
    flat = lit(bright)
    paper = flat > otsu(flat)
    medians = []
    for rows in np.array_split(np.arange(bright.shape[0]), 3):
        for columns in np.array_split(np.arange(bright.shape[1]), 3):
            place = np.ix_(rows, columns)
            here = bright[place][paper[place]]
            if here.size > 0.3 * rows.size * columns.size:
                here.sort()  # np.median costs ten times as much
                low, high = here[(here.size - 1) // 2], here[here.size // 2]
                medians.append((float(low) + float(high)) / 2)
    return max(medians) - min(medians) if len(medians) > 2 else 0.0


def _measured(rule: InkRule, inks: Sequence[Bytes2D]) -> InkRule:
    """The paper's noise, frames, the pen's breadth and the sizes, from raw ink of all samples."""
    framed = _most([framed_sides(ink) >= 3 for ink in inks], 0.6)
    if framed:
        inks = [without_frame(ink) for ink in inks]
    # where light was divided, rounding makes ink of 1 and 2
    divided = rule.uneven or rule.paper is None
    cut = max(_cut(inks), _ROUNDING if divided and not rule.alpha else 0)
    ruled = bool(cut) and _most(
        [is_ruled(ink, cut) for ink in inks[:: max(len(inks) // _FEW, 1)]], _RULED
    )
    if ruled:  # which counted as noise
        inks = [without_rules(ink, cut) for ink in inks]
        cut = max(_cut(inks), _ROUNDING)
    rule = replace(rule, cut=cut, pen_px=_pen_px(inks, cut))
    whole = [rule.clean(ink) for ink in inks]
    kept = [ink for ink in whole if ink.size and ink.any()]
    boxes = np.array([tight(ink).shape for ink in kept] or [(0, 0)])
    sides = boxes.max(1)
    touching = [touched_sides(ink) == 4 for ink in kept]
    shapes = {ink.shape for ink in inks}
    same = len(shapes) == 1 and len(kept) > 20 and sides.std() < _SAME * sides.mean()
    shorter = boxes.min(1)
    return replace(
        rule,
        framed=framed,
        ruled=ruled,
        margins=not _most(touching, 0.2),
        side_px=int(np.percentile(sides, 95)),
        blown_up=float(same),
        stretched=bool(same and shorter.std() < _SAME * shorter.mean()),
    )


def _most(flags: Sequence[bool], share: float) -> bool:
    return sum(flags) > share * len(flags) if flags else False


def _cut(inks: Sequence[Bytes2D]) -> int:
    """Up to which value ink is the paper's noise: what lies far from all that is clearly ink."""
    far = np.zeros(256, np.int64)
    levels = []
    reach = np.ones((2 * _FAR_PX + 1,) * 2, np.uint8)
    for ink in inks:
        split = otsu(ink)
        strong = np.asarray(ink > max(split, 8), np.uint8)
        if not strong.any():
            continue
        levels.append(float(np.percentile(ink[strong > 0], 90)))
        away = ink[np.asarray(cv2.dilate(strong, reach)) == 0]
        far += np.bincount(away, minlength=256)
    total = int(far.sum())
    if not total or far[1:].sum() <= _NOISELESS * total:
        return 0
    highest = int(np.searchsorted(np.cumsum(far), 0.995 * total))
    return max(1, min(highest + 1, round(_HIGHEST_CUT * float(np.median(levels)))))


def _pen_px(inks: Sequence[Bytes2D], cut: int) -> float:
    """How broad strokes are, usually."""
    found = [pen_px(np.asarray(ink > max(otsu(ink), cut), np.uint8)) for ink in inks if ink.size]
    found = [one for one in found if one]
    return round(float(np.median(found)), 2) if found else 3.0
