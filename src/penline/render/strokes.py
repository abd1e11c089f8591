"""Strokes to ink: what a pen leaves on paper along the points of an online character.

Two kernels do the work. `trace_strokes` turns points into nodes of a smooth curve, each with a
radius and a tone; `cover_nodes` fills the round capsules between them. Points, radii and tones are
whole numbers (1/256 px) between the steps, and inside a step only ``+ - * /`` and ``sqrt`` of
float64 decide, so that the ink is the same on every processor.

The model of the hand: an archive's points come at a constant rate, so the distance between
neighbours is the pen's speed. A slow pen presses harder: it leaves a wider and darker line. A
stroke that ends at speed is lifted while it moves: it thins out. A slow end stays blunt. And a pen
that turns back shortly before it leaves the paper is on its way to the next stroke: archives record
it there, but it presses ever less, so that such a hook fades away. (Recognisers of online writing
cut these hooks off: Tappert, Suen and Wakahara, "The state of the art in online handwriting
recognition", IEEE TPAMI 12(8), 1990.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.errors import UsageError
from penline.randomness import Draws
from penline.records import Bytes2D
from penline.render.pen import MAX_SIDE_PX, Pen

__all__ = [
    "cover_capsules",
    "cover_nodes",
    "render_character",
    "render_strokes",
    "trace_strokes",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hand: TypeAlias = tuple[float, ...]

_UNIT = 256  # fixed point: 1/256 px
_STEP = 448  # distance of two nodes along the curve, in 1/256 px: 1.75 px
_MAX_PATH = 65_536 * _UNIT  # longest path of the pen, in 1/256 px
_THINNEST = 128  # smallest radius: a line of 1 px
_FAINTEST = 4  # less ink than this is paper
_BUMPS = 64  # entries of the table of unsteadiness
_BUMP_EM = 0.4  # distance along the path between two entries, in ems
_HOOK_EM = 0.35  # longest way of a pen that is being lifted, after it has turned back, in ems
_HOOK_SHARE = 0.6  # and the largest share of its stroke
_HOOK_TURN = 0.2  # cosine of the turn that begins it: 78 degrees
_HOOK_CHORD_EM = 0.05  # length over which directions before and after are taken, in ems
_PACE_EM = 0.08  # ordinary speed, in ems between two points


def render_strokes(
    strokes: Sequence[npt.NDArray[np.float32] | npt.NDArray[np.int16]],
    units_per_px: float,
    pen: Pen,
    rng: Draws,
) -> Bytes2D:
    """The ink of one character.

    Args:
        strokes: arrays ``(points, 2)``, x right and y down in the source's units, in the order of
            writing; empty ones are passed over. A stroke of a single point gives a dot.
        units_per_px: units of the source in a pixel. One value for all characters of a writer
            keeps their proportions: the height of the median Chinese character over `pen.em_px`.
        pen: the writer's pen.
        rng: the glyph's stream, for its unsteadiness; 9 words are drawn.

    Returns:
        ``uint8 (height_px, width_px)``, 0 = paper; its first and last rows and columns hold ink.

    Raises:
        UsageError: no point, a point that is not finite, `units_per_px` not above 0, a box of more
            than 1,024 px on a side, or a path of more than 65,536 px.
    """
    return render_character(strokes, units_per_px, pen, rng)[0]


def render_character(
    strokes: Sequence[npt.NDArray[np.float32] | npt.NDArray[np.int16]],
    units_per_px: float,
    pen: Pen,
    rng: Draws,
) -> tuple[Bytes2D, Ints]:
    """The ink of one character, and the nodes of the pen's path.

    Takes and raises what `render_strokes` does.

    Returns:
        The ink, as `render_strokes` gives it; ``int64 (nodes, 5)``, as `trace_strokes` gives them,
        from the ink's upper left corner.
    """
    kept = [stroke for stroke in strokes if len(stroke)]
    if not kept:
        raise UsageError("strokes: there is no point to draw")
    if not 0 < units_per_px < float("inf"):
        raise UsageError(f"units_per_px is {units_per_px}, must be above 0")
    units = np.concatenate(kept).astype(np.float64)
    if units.ndim != 2 or units.shape[1] != 2 or not np.isfinite(units).all():
        raise UsageError("strokes: a point must be two finite numbers")
    units -= units.min(axis=0)
    largest = float(units.max()) / units_per_px
    if largest > MAX_SIDE_PX:
        raise UsageError(f"strokes: a box of {largest:.0f} px, the limit is {MAX_SIDE_PX}")
    points = np.floor(units / units_per_px * _UNIT + 0.5).astype(np.int64)
    path = int(np.abs(points[1:] - points[:-1]).sum())
    if path > _MAX_PATH:
        raise UsageError(f"strokes: a path of {path // _UNIT} px, the limit is 65536")
    ends = np.array([len(stroke) for stroke in kept], np.int64).cumsum()
    bumps, salt = _unsteadiness(rng)
    nodes = trace_strokes(points, ends, _hand(pen), bumps, len(points) + path // _STEP)
    reach = nodes[:, 2] + (round(pen.softness_px * _UNIT) // 2 + _UNIT)
    low = (nodes[:, :2] - reach[:, None]).min(axis=0) // _UNIT
    size = (nodes[:, :2] + reach[:, None]).max(axis=0) // _UNIT + 1 - low
    if size.max() > MAX_SIDE_PX:
        raise UsageError(f"strokes: a box of {size.max()} px, the limit is {MAX_SIDE_PX}")
    nodes[:, :2] -= low * _UNIT
    ink = np.zeros((int(size[1]), int(size[0])), np.uint8)
    top, bottom, left, right = cover_nodes(
        nodes, round(pen.softness_px * _UNIT), round(pen.grain * 256), salt, ink
    )
    nodes[:, :2] -= np.array([left, top]) * _UNIT
    return np.ascontiguousarray(ink[top:bottom, left:right]), nodes


def _hand(pen: Pen) -> Hand:
    """The pen's numbers as `trace_strokes` takes them: lengths in 1/256 px."""
    em = float(pen.em_px * _UNIT)
    return (
        em,
        em * pen.width_em,
        float(pen.speed_response),
        em * pen.start_em,
        float(pen.start_width),
        em * pen.end_em,
        float(pen.end_loss),
        float(pen.flatness),
        float(pen.nib_x),
        float(pen.nib_y),
        float(pen.tone),
        float(pen.fade),
        float(pen.wobble),
        float(pen.crowding),
        float(pen.lift),
    )


def _unsteadiness(rng: Draws) -> tuple[Floats, int]:
    """64 numbers in [-1, 1] and a salt for the grain, from 9 words."""
    words = rng.words(_BUMPS // 8 + 1)
    shifts = np.arange(0, 64, 8, dtype=np.uint64)
    octets = ((words[:-1, None] >> shifts) & np.uint64(255)).astype(np.float64)
    return (octets.ravel() - 127.5) / 127.5, int(words[-1] >> np.uint64(32))


@compiled
def trace_strokes(points: Ints, ends: Ints, hand: Hand, bumps: Floats, capacity: int) -> Ints:
    """Nodes of the pen's path: a centripetal Catmull-Rom curve through the points of each stroke.

    Args:
        points: ``int64 (n, 2)``, x and y in 1/256 px, stroke after stroke.
        ends: ``int64 (strokes,)``: for each stroke the index in `points` just past its last point.
        hand: 15 numbers of the pen, see `_hand`.
        bumps: ``float64 (64,)`` in [-1, 1], the unsteadiness.
        capacity: an upper bound of the number of nodes: points + path // 448.

    Returns:
        ``int64 (nodes, 5)``: x, y, radius in 1/256 px, tone, and 1 where the node is joined to
        the one before it (0 at a stroke's start).
    """
    em, width, response, start_length, start_width, end_length, end_loss = hand[:7]
    flatness, nib_x, nib_y, tone, fade, wobble, crowding, lift = hand[7:]
    width = min(width, crowding * _room(points, ends, em))
    nib = nib_x * nib_x + nib_y * nib_y
    knots, slow = np.empty((len(points), 4)), np.empty(len(points))
    nodes = np.empty((capacity, 5), np.int64)
    count, start, behind = 0, 0, 0.0
    for end in ends:
        last = _find_knots(points, start, end, knots)
        start = end
        if last == 0:
            nodes[count, 0], nodes[count, 1] = int(knots[0, 0]), int(knots[0, 1])
            nodes[count, 2] = max(_THINNEST, int(0.5 * width * (1.0 + 0.5 * response)))
            nodes[count, 3], nodes[count, 4] = int(tone), 0
            count += 1
            continue
        total = _measure(knots, last, _PACE_EM * em, slow)
        haste = 0.5 - 0.5 * slow[last]
        loss = end_loss * haste
        first_part = min(start_length, 0.4 * total)
        last_part = min(end_length * haste, 0.5 * total)
        hook = _hook(knots, last, total, em)
        done = 0.0
        for i in range(last):
            ax, bx, cx, ay, by, cy = _cubic(knots, i, last)
            pieces = 1 + int(knots[i, 3] / _STEP)
            for piece in range(0 if i == 0 else 1, pieces + 1):
                u = piece / pieces
                pressure = slow[i] + (slow[i + 1] - slow[i]) * u
                along = done + knots[i, 3] * u
                share = 1.0 + response * (pressure if pressure < 0.0 else 0.5 * pressure)
                if along < first_part:
                    t = along / first_part
                    share *= start_width + (1.0 - start_width) * t * (2.0 - t)
                if total - along < last_part:
                    t = (total - along) / last_part
                    share *= 1.0 - loss * (1.0 - t * (2.0 - t))
                left = 1.0
                if hook > 0.0 and total - along < hook:
                    left -= lift * (1.0 - (total - along) / hook)
                    share *= left
                dx, dy = (3.0 * ax * u + 2.0 * bx) * u + cx, (3.0 * ay * u + 2.0 * by) * u + cy
                both = (dx * dx + dy * dy) * nib
                if both > 0.0:
                    aligned = dx * nib_x + dy * nib_y
                    share *= 1.0 - flatness * (aligned * aligned / both)
                place = (behind + along) / (_BUMP_EM * em)
                entry = int(place)
                before, after = bumps[entry % _BUMPS], bumps[(entry + 1) % _BUMPS]
                sway = 1.0 + wobble * (before + (after - before) * (place - entry))
                x, y = ((ax * u + bx) * u + cx) * u, ((ay * u + by) * u + cy) * u
                nodes[count, 0] = int(np.floor(x + knots[i, 0] + 0.5))
                nodes[count, 1] = int(np.floor(y + knots[i, 1] + 0.5))
                nodes[count, 2] = max(_THINNEST, int(0.5 * width * share * sway))
                dark = tone * (1.0 + fade * pressure) * sway * left
                nodes[count, 3] = min(255, max(1, int(dark)))
                nodes[count, 4] = 0 if i == 0 and piece == 0 else 1
                count += 1
            done += knots[i, 3]
        behind += total
    return nodes[:count]


@compiled
def _find_knots(points: Ints, start: int, end: int, knots: Floats) -> int:
    """Fill x, y and the number of samples at rest there, for points that moved; last knot's index.

    A pen that rests sends the same point again and again; a repeated point has no direction.
    """
    last = -1
    for i in range(start, end):
        x, y = float(points[i, 0]), float(points[i, 1])
        if last >= 0 and x == knots[last, 0] and y == knots[last, 1]:
            knots[last, 2] += 1.0
        else:
            last += 1
            knots[last, 0], knots[last, 1], knots[last, 2] = x, y, 1.0
    return last


@compiled
def _measure(knots: Floats, last: int, ordinary: float, slow: Floats) -> float:
    """Fill the distance to the next knot, and the slowness at each; the stroke's length.

    Slowness goes from -1 (very fast) over 0 (`ordinary`, in 1/256 px a sample) to 1 (at rest); it
    is smoothed over four segments.
    """
    total = 0.0
    for i in range(last):
        dx, dy = knots[i + 1, 0] - knots[i, 0], knots[i + 1, 1] - knots[i, 1]
        knots[i, 3] = np.sqrt(dx * dx + dy * dy)
        total += knots[i, 3]
    for i in range(last + 1):
        slow[i] = 0.0
        for neighbour, weight in ((i - 2, 0.125), (i - 1, 0.375), (i, 0.375), (i + 1, 0.125)):
            segment = min(max(neighbour, 0), last - 1)
            speed = knots[segment, 3] / knots[segment, 2]
            slow[i] += weight * ((ordinary - speed) / (ordinary + speed))
    return total


@compiled
def _hook(knots: Floats, last: int, total: float, em: float) -> float:
    """Length of a stroke's last part, from the last sharp turn on; 0 where there is none.

    Both the part and the stretches whose directions are compared are counted in whole segments.
    """
    length = 0.0
    for i in range(last - 1, 0, -1):
        length += knots[i, 3]
        if length > _HOOK_EM * em or length > _HOOK_SHARE * total:
            break
        before, stretch = i, 0.0
        while before > 0 and stretch < _HOOK_CHORD_EM * em:
            before -= 1
            stretch += knots[before, 3]
        after, stretch = i, 0.0
        while after < last and stretch < _HOOK_CHORD_EM * em:
            stretch += knots[after, 3]
            after += 1
        x0, y0 = knots[i, 0] - knots[before, 0], knots[i, 1] - knots[before, 1]
        x1, y1 = knots[after, 0] - knots[i, 0], knots[after, 1] - knots[i, 1]
        lengths = np.sqrt((x0 * x0 + y0 * y0) * (x1 * x1 + y1 * y1))
        if lengths > 0.0 and x0 * x1 + y0 * y1 < _HOOK_TURN * lengths:
            return float(length)
    return 0.0


@compiled
def _cubic(knots: Floats, i: int, last: int) -> tuple[float, float, float, float, float, float]:
    """The curve from knot `i` to the next: ``((a u + b) u + c) u`` from the knot, in x and in y.

    Centripetal: a knot's time is the square root of its distance, so that the curve does not loop
    where close and far points alternate. Beyond its ends a stroke goes straight on.
    """
    t1 = np.sqrt(knots[i, 3])
    t0 = np.sqrt(knots[i - 1, 3]) if i > 0 else t1
    t2 = np.sqrt(knots[i + 1, 3]) if i < last - 1 else t1
    x1, y1 = knots[i + 1, 0] - knots[i, 0], knots[i + 1, 1] - knots[i, 1]
    x0, y0, x2, y2 = x1, y1, x1, y1  # the chords before and after
    if i > 0:
        x0, y0 = knots[i, 0] - knots[i - 1, 0], knots[i, 1] - knots[i - 1, 1]
    if i < last - 1:
        x2, y2 = knots[i + 2, 0] - knots[i + 1, 0], knots[i + 2, 1] - knots[i + 1, 1]
    before, across, after, beyond = t1 / t0, t1 / (t0 + t1), t1 / t2, t1 / (t1 + t2)
    cx = x0 * before - (x0 + x1) * across + x1
    cy = y0 * before - (y0 + y1) * across + y1
    ex = x1 - (x1 + x2) * beyond + x2 * after
    ey = y1 - (y1 + y2) * beyond + y2 * after
    return (
        cx + ex - 2.0 * x1,
        3.0 * x1 - 2.0 * cx - ex,
        cx,
        cy + ey - 2.0 * y1,
        3.0 * y1 - 2.0 * cy - ey,
        cy,
    )


@compiled
def _room(points: Ints, ends: Ints, em: float) -> float:
    """Mean room of the lines of a character: the area of its box over the length of its path."""
    left, right, top, bottom = points[0, 0], points[0, 0], points[0, 1], points[0, 1]
    path, start = 0.0, 0
    for end in ends:
        for i in range(start, end):
            x, y = points[i, 0], points[i, 1]
            left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
            if i > start:
                dx, dy = float(x - points[i - 1, 0]), float(y - points[i - 1, 1])
                path += np.sqrt(dx * dx + dy * dy)
        start = end
    area = max(0.6 * em, right - left + 0.1 * em) * max(0.6 * em, bottom - top + 0.1 * em)
    return float(area / max(path, 0.1 * em))


@compiled
def cover_capsules(nodes: Ints, softness: int, ink: Bytes2D) -> None:
    """Fill the capsules between joined nodes, where the darker stays.

    Args:
        nodes: ``int64 (nodes, 5)``, see `trace_strokes`.
        softness: width of the edge, in 1/256 px.
        ink: ``uint8 (height_px, width_px)``, written to.
    """
    height, width = ink.shape
    for k in range(len(nodes)):
        other = k - nodes[k, 4]
        x0, y0, r0, c0 = nodes[other, 0], nodes[other, 1], nodes[other, 2], nodes[other, 3]
        x1, y1, r1, c1 = nodes[k, 0], nodes[k, 1], nodes[k, 2], nodes[k, 3]
        reach = max(r0, r1) + softness // 2 + 1
        first_row = max(0, (min(y0, y1) - reach) // _UNIT)
        past_row = min(height, (max(y0, y1) + reach) // _UNIT + 1)
        first_column = max(0, (min(x0, x1) - reach) // _UNIT)
        past_column = min(width, (max(x0, x1) + reach) // _UNIT + 1)
        dx, dy = float(x1 - x0), float(y1 - y0)
        length2 = dx * dx + dy * dy
        inverse = 1.0 / length2 if length2 > 0.0 else 0.0
        most = max(c0, c1)
        for row in range(first_row, past_row):
            ey = float(row * _UNIT + _UNIT // 2 - y0)
            for column in range(first_column, past_column):
                if ink[row, column] >= most:
                    continue  # no darker by this capsule
                ex = float(column * _UNIT + _UNIT // 2 - x0)
                t = min(1.0, max(0.0, (ex * dx + ey * dy) * inverse))
                fx, fy = ex - t * dx, ey - t * dy
                square = fx * fx + fy * fy
                outer = r0 + (r1 - r0) * t + 0.5 * softness
                if square < outer * outer:
                    value = c0 + (c1 - c0) * t
                    inner = max(0.0, outer - softness)
                    if square > inner * inner:
                        value *= min(1.0, (outer - np.sqrt(square)) / softness)
                    ink[row, column] = max(ink[row, column], np.uint8(value))


@compiled
def cover_nodes(
    nodes: Ints, softness: int, grain: int, salt: int, ink: Bytes2D
) -> tuple[int, int, int, int]:
    """Fill the capsules between joined nodes; overlapping ink does not add up.

    Args:
        nodes: ``int64 (nodes, 5)``, see `trace_strokes`; all of them lie inside `ink`.
        softness: width of the edge, in 1/256 px.
        grain: largest share of the ink that the grain takes, in 1/256.
        salt: chooses the grain; a number below 2**32.
        ink: ``uint8 (height_px, width_px)``, all 0; it is written to.

    Returns:
        The box of the ink: first row, last row + 1, first column, last column + 1.
    """
    height, width = ink.shape
    cover_capsules(nodes, softness, ink)
    top, bottom, left, right = height, 0, width, 0
    for row in range(height):
        for column in range(width):
            value = int(ink[row, column])
            if value:
                mixed = ((salt ^ (row * 1024 + column)) * 668_265_263) & 0xFFFFFFFF
                mixed = ((mixed ^ (mixed >> 15)) * 1_274_126_177) & 0xFFFFFFFF
                mixed = ((mixed ^ (mixed >> 13)) * 374_761_393) & 0xFFFFFFFF
                value -= (value * grain * (mixed >> 24)) >> 16
                if value < _FAINTEST:
                    value = 0
                else:
                    top, bottom = min(top, row), max(bottom, row + 1)
                    left, right = min(left, column), max(right, column + 1)
                ink[row, column] = value
    return top, bottom, left, right
