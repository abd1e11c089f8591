"""The strokes of a line: out of the banks, and into the picture.

`GlyphStrokes` are strokes as their banks have them, each item's in the measures of its own ink;
transforms and variation change these. `LineStrokes` are the same where they lie in the picture:
what the pen draws, what is exported as strokes, and what joins are added to.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compiled import compiled
from penline.compose.place.base import Placements
from penline.randomness import Draws
from penline.render.simplify import FLATNESS_EM

__all__ = [
    "NO_STROKES",
    "GlyphStrokes",
    "LinePen",
    "LineStrokes",
    "place_strokes",
    "sample_pen",
    "spread_of",
    "take_strokes",
]

Ints = npt.NDArray[np.int64]

_LEAST_RADIUS = 64


class LinePen(NamedTuple):
    """The pen that a line is written with.

    Attributes:
        breadth_q8: its breadth over the one that the banks' strokes have, 1/256.
        softness_q8: width of a stroke's edge, 1/256 px.
        grain_q8: largest share of the ink that the paper's grain takes, 1/256.
        salt: chooses the grain.
    """

    breadth_q8: int
    softness_q8: int
    grain_q8: int
    salt: int


class GlyphStrokes(NamedTuple):
    """Strokes of the items of a line, in the order of the items and of writing.

    Attributes:
        points_q8: ``int64 (points, 2)``: x right and y down from the upper left corner of the
            item's ink, in 1/256 px of that ink.
        radii_q8: ``int64 (points,)``: half of the stroke's breadth there, in the same unit.
        tones: ``int64 (points,)``: its ink, 1 to 255.
        ends: ``int64 (strokes,)``: for each stroke the index just past its last point.
        owners: ``int64 (strokes,)``: the item that it is a part of; rising.
    """

    points_q8: Ints
    radii_q8: Ints
    tones: Ints
    ends: Ints
    owners: Ints

    @property
    def point_owners(self) -> Ints:
        """``int64 (points,)``: the item of each point."""
        return np.repeat(self.owners, np.diff(self.ends, prepend=0))


class LineStrokes(NamedTuple):
    """Strokes of a line where they lie in its picture: each item's in the order of writing, after
    those of the item before; `written` is the order of the whole line.

    A join goes on from a stroke of the left item, and into a stroke of the right item, which is
    marked as `joined`. Its middle is a stroke of its own of either item, cut where they meet.

    Attributes:
        points_q8: ``int64 (points, 2)``: x right and y down, 1/256 px of the picture; that of a
            column lies on its side.
        radii_q8: ``int64 (points,)``: half of the stroke's breadth there, 1/256 px.
        tones: ``int64 (points,)``: its ink before the item's gain, 1 to 255.
        ends: ``int64 (strokes,)``: for each stroke the index just past its last point.
        owners: ``int64 (strokes,)``: the item that its ink counts for: a box, a mask, a quad;
            rising.
        bows_q8: ``int64 (strokes,)``: how far it may bow out between two points, to go round
            smoothly, 1/256 px.
        joined: ``bool (strokes,)``: whether the pen was not lifted since the item before.
        late: ``bool (strokes,)``: a dot or a bar, which comes after the word where letters are
            joined.
        cuts_q8: ``int64 (strokes, 4)``: of the middle of a join a point and a direction, 1/256 px:
            the stroke's ink is what lies behind the point; 0 of others.
        leads: ``bool (strokes,)``: of an item that came as a picture: a part of a join.
        pen: what it is drawn with.
    """

    points_q8: Ints
    radii_q8: Ints
    tones: Ints
    ends: Ints
    owners: Ints
    bows_q8: Ints
    joined: npt.NDArray[np.bool_]
    late: npt.NDArray[np.bool_]
    cuts_q8: Ints
    leads: npt.NDArray[np.bool_]
    pen: LinePen

    @property
    def written(self) -> Ints:
        """``int64``: numbers of the strokes as the pen writes them, middles of joins left out: a
        `joined` stroke goes on where the one before it ends."""
        begins = np.ones(int(self.owners.max(initial=-1)) + 1, bool)
        begins[self.owners[self.joined]] = False
        words = np.cumsum(begins)[self.owners]
        alone = np.bincount(words[self.joined], minlength=len(begins) + 1) == 0
        order = np.lexsort((self.late & ~alone[words], words))
        return np.asarray(order[~self.cuts_q8[order].any(axis=1)])

    def only(self, items: slice) -> LineStrokes:
        """Take the strokes of some of the items, whose numbers then begin with 0."""
        kept = (self.owners >= items.start) & (self.owners < items.stop)
        return self._kept(kept, items.start)

    def own(self) -> LineStrokes:
        """Those of items that came as strokes."""
        return self._kept(~self.leads, 0)

    def _kept(self, kept: npt.NDArray[np.bool_], first: int) -> LineStrokes:
        lengths = np.diff(self.ends, prepend=0)
        points = np.repeat(kept, lengths)
        ends, owners = np.cumsum(lengths[kept]), self.owners[kept] - first
        of_points = (one[points] for one in self[:3])
        of_strokes = (one[kept] for one in self[5:10])
        return LineStrokes._make((*of_points, ends, owners, *of_strokes, self.pen))

    def moved(self, across_px: int, down_px: int, share_q16: int = 65536) -> LineStrokes:
        """Make the strokes smaller about the picture's corner, then move them."""
        cuts, move = self.cuts_q8.copy(), np.array([across_px, down_px]) * 256
        middles = cuts.any(axis=1)
        cuts[middles, :2] = (cuts[middles, :2] * share_q16 >> 16) + move
        return self._replace(
            cuts_q8=cuts,
            points_q8=(self.points_q8 * share_q16 >> 16) + move,
            radii_q8=np.maximum(self.radii_q8 * share_q16 >> 16, _LEAST_RADIUS),
            bows_q8=self.bows_q8 * share_q16 >> 16,
        )

    def extent(self) -> tuple[Ints, Ints]:
        """``int64 (2,)`` twice: x, y that all ink begins and ends at, px; more rather than less."""
        more = self.radii_q8[:, None] + (self.pen.softness_q8 // 2 + 256)
        more = more + np.repeat(self.bows_q8, np.diff(self.ends, prepend=0))[:, None]
        return (self.points_q8 - more).min(0) >> 8, (self.points_q8 + more).max(0) + 255 >> 8


_NONE, _NEVER = np.zeros(0, np.int64), np.zeros(0, np.bool_)
NO_STROKES = LineStrokes(
    *(np.zeros((0, 2), np.int64), _NONE, _NONE, _NONE, _NONE, _NONE, _NEVER, _NEVER),
    *(np.zeros((0, 4), np.int64), _NEVER, LinePen(256, 448, 0, 0)),
)
"""Those of a line whose letters all came as pictures; their joins have edges as resized ink has."""


def sample_pen(rng: Draws, breadth_range: tuple[float, float]) -> LinePen:
    """Draw the pen of a line: ball and gel pens, as `penline.render.pen.draw_pen`."""
    return LinePen(
        round(rng.uniform(*breadth_range) * 256),
        round(rng.uniform(1.0, 1.6) * 256),
        round(rng.uniform(0.05, 0.35) * 256),
        int(rng.words(1)[0] >> np.uint64(32)),
    )


def take_strokes(
    banks: BankSet, items: Items, as_ink: npt.NDArray[np.bool_]
) -> GlyphStrokes | None:
    """Take the strokes of a line's items out of the banks; None where there are none.

    Args:
        banks: where glyphs come from.
        items: records of `ITEM`.
        as_ink: ``bool (items,)``: those whose strokes are left.

    Raises:
        BankError: a bank whose numbers cannot be true.
    """
    words: list[npt.NDArray[np.int16]] = []
    starts, counts = np.zeros(len(items), np.int64), np.zeros(len(items), np.int64)
    held = [(number, bank) for number, bank in enumerate(banks.banks) if bank.strokes is not None]
    for number, bank in held:
        own = np.flatnonzero((items["bank"] == number) & (items["row"] >= 0) & ~as_ink)
        table = bank.stroke_table(items["row"][own])
        if len(held) == 1:
            words, starts[own], counts[own] = [table.points], table.starts, table.counts
            break
        before = sum(map(len, words))
        words.append(table.together())
        sizes = 3 * table.counts
        starts[own], counts[own] = before + np.cumsum(sizes) - sizes, table.counts
    if not counts.any():
        return None
    found = words[0] if len(words) == 1 else np.concatenate(words)
    return GlyphStrokes(*unpack_strokes(found, starts, counts))


@compiled
def unpack_strokes(words: Any, starts: Ints, counts: Ints) -> Any:
    """Unpack points as banks have them; one in the place of the point before is left out.

    Args:
        words: ``int16 (numbers,)``.
        starts: ``int64 (items,)``: where each item's first number stands.
        counts: ``int64 (items,)``: how many points each has.

    Returns:
        The arrays of `GlyphStrokes`.
    """
    whole = counts.sum()
    points = np.empty((whole, 2), np.int64)
    radii, tones = np.empty(whole, np.int64), np.empty(whole, np.int64)
    ends, owners = np.empty(whole, np.int64), np.empty(whole, np.int64)
    strokes, point = 0, 0
    for item in range(starts.shape[0]):
        for k in range(counts[item]):
            at = starts[item] + 3 * k
            x, y = np.int64(words[at]) * 8, np.int64(words[at + 1]) * 8
            look = np.int64(words[at + 2])
            if k == 0 or look < 0:
                owners[strokes] = item
                strokes += 1
            elif points[point - 1, 0] == x and points[point - 1, 1] == y:
                continue
            points[point, 0], points[point, 1] = x, y
            radii[point] = max((look & 511) * 8, 8)
            tones[point] = ((look >> 9) & 63) * 4 + 2
            point += 1
            ends[strokes - 1] = point
    return points[:point], radii[:point], tones[:point], ends[:strokes], owners[:strokes]


def place_strokes(
    strokes: GlyphStrokes, items: Items, placed: Placements, pen: LinePen
) -> LineStrokes:
    """Bring strokes to their places in the picture, and to the breadth of the line's pen.

    Args:
        strokes: of the items.
        items: records of `ITEM`.
        placed: where each goes.
        pen: what they are drawn with.
    """
    places, slants = placed.places_q8, placed.slants_q16
    drawn, radii, tones, ends, owners = strokes
    points, radii, bows = put_strokes(
        drawn, radii, ends, owners, items, places, slants, pen.breadth_q8, FLATNESS_EM
    )
    never, uncut = np.zeros(len(bows), np.bool_), np.zeros((len(bows), 4), np.int64)
    return LineStrokes(points, radii, tones, ends, owners, bows, never, never, uncut, never, pen)


def spread_of(strokes: LineStrokes, placed: Placements) -> Ints:
    """``int64 (items, 2)``: how far each item's strokes reach beyond its place, to the side and up
    or down, 1/256 px; their lean not counted."""
    places = placed.places_q8
    owners = np.repeat(strokes.owners, np.diff(strokes.ends, prepend=0))
    x, y = strokes.points_q8.T
    middles = places[owners, 1] + places[owners, 3] // 2
    upright = np.stack([x - ((middles - y) * placed.slants_q16[owners] >> 16), y], 1)
    low, size = places[owners, :2], places[owners, 2:]
    over = np.maximum(low - upright, upright - low - size)
    over += strokes.radii_q8[:, None] + strokes.pen.softness_q8 // 2
    spread = np.zeros((len(places), 2), np.int64)
    np.maximum.at(spread, owners, over)
    return spread


@compiled
def put_strokes(
    points: Ints,
    radii: Ints,
    ends: Ints,
    owners: Ints,
    items: Any,
    places_q8: Ints,
    slants_q16: Ints,
    breadth_q8: int,
    flatness_em: float,
) -> Any:
    """Work out where strokes lie in the picture, and how broad they are.

    Args:
        points: as the next three, of `GlyphStrokes`.
        radii: 1/256 px.
        ends: of strokes.
        owners: of strokes.
        items: records of `ITEM`.
        places_q8: ``int64 (items, 4)``: left, top, width, height in the picture, 1/256 px.
        slants_q16: ``int64 (items,)``: lean per pixel of height, about the place's middle.
        breadth_q8: factor on the breadth, 1/256.
        flatness_em: how near the points' lines are to the pen's path, in ems.

    Returns:
        ``int64 (points, 2)``, ``int64 (points,)`` and ``int64 (strokes,)``: points, radii and how
        far strokes may bow out, 1/256 px.
    """
    out, broad = np.empty_like(points), np.empty_like(radii)
    bows = np.empty_like(owners)
    first = 0
    for stroke in range(owners.shape[0]):
        item = owners[stroke]
        left, top, wide, high = places_q8[item]
        height, width = items[item].height_px, items[item].width_px
        middle, slant = top + high // 2, slants_q16[item]
        # of the picture over the ink's, 1/65536: the mean of both sides
        share = (wide * height + high * width << 7) // (width * height)
        bows[stroke] = np.int64(items[item].em_px * flatness_em * 256.0) * share >> 16
        for point in range(first, ends[stroke]):
            y = top + points[point, 1] * high // (height << 8)
            x = left + points[point, 0] * wide // (width << 8)
            out[point, 0] = x + ((middle - y) * slant >> 16)
            out[point, 1] = y
            broad[point] = max((radii[point] * share >> 16) * breadth_q8 >> 8, _LEAST_RADIUS)
        first = ends[stroke]
    return out, broad, bows
