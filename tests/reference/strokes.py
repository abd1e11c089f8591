"""The kernels of `penline.render.strokes` in plain NumPy.

The order of the operations is part of what is fixed, since float64 sums depend on it.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from penline.records import Bytes2D
from penline.render.strokes import Floats, Hand, Ints

__all__ = ["cover_nodes", "trace_strokes"]


def trace_strokes(points: Ints, ends: Ints, hand: Hand, bumps: Floats, capacity: int) -> Ints:
    """Nodes of the pen's path; see `penline.render.strokes.trace_strokes`.

    Args:
        points: ``int64 (n, 2)``, x and y in 1/256 px, stroke after stroke.
        ends: ``int64 (strokes,)``: for each stroke the index in `points` just past its last point.
        hand: 15 numbers of the pen.
        bumps: ``float64 (64,)`` in [-1, 1], the unsteadiness.
        capacity: an upper bound of the number of nodes.

    Returns:
        ``int64 (nodes, 5)``: x, y, radius in 1/256 px, tone, 1 where joined to the node before.

    Raises:
        ValueError: there are more nodes than `capacity`.
    """
    em, width, response, start_length, start_width, end_length, end_loss = hand[:7]
    flatness, nib_x, nib_y, tone, fade, wobble, crowding, lift = hand[7:]
    strokes = np.split(points, ends[:-1])
    sides = np.maximum(0.6 * em, np.ptp(points, axis=0) + 0.1 * em)
    path = 0.0
    for chord in itertools.chain.from_iterable(_lengths(stroke) for stroke in strokes):
        path += float(chord)
    width = min(width, crowding * float(sides[0] * sides[1] / max(path, 0.1 * em)))
    rows: list[Ints] = []
    behind = 0.0
    for stroke in strokes:
        moved = np.concatenate([[True], (stroke[1:] != stroke[:-1]).any(axis=1)])
        knots = stroke[moved].astype(np.float64)
        if len(knots) == 1:
            radius = max(128, int(0.5 * width * (1.0 + 0.5 * response)))
            rows.append(np.array([[*stroke[0], radius, int(tone), 0]], np.int64))
            continue
        rest = np.diff(np.flatnonzero(moved))
        chords = _lengths(knots)
        total = float(np.add.accumulate(chords)[-1])  # accumulate adds in order, sum does not
        speed = chords / rest
        pace = (0.08 * em - speed) / (0.08 * em + speed)
        slow = np.zeros(len(knots))
        for shift, weight in ((-2, 0.125), (-1, 0.375), (0, 0.375), (1, 0.125)):
            slow += weight * pace[np.clip(np.arange(len(knots)) + shift, 0, len(pace) - 1)]
        haste = 0.5 - 0.5 * slow[-1]
        loss = end_loss * haste
        first_part, last_part = min(start_length, 0.4 * total), min(end_length * haste, 0.5 * total)
        hook = _hook(knots, chords, total, em)
        done = 0.0
        for i, chord in enumerate(chords):
            a, b, c = _cubic(knots, chords, i)
            pieces = 1 + int(chord / 448)
            u = np.arange(0 if i == 0 else 1, pieces + 1) / pieces
            pressure = slow[i] + (slow[i + 1] - slow[i]) * u
            along = done + chord * u
            share = 1.0 + response * np.where(pressure < 0.0, pressure, 0.5 * pressure)
            t = along / first_part if first_part else along
            gain = start_width + (1.0 - start_width) * t * (2.0 - t)
            share *= np.where(along < first_part, gain, 1.0)
            t = (total - along) / last_part if last_part else along
            gain = 1.0 - loss * (1.0 - t * (2.0 - t))
            share *= np.where(total - along < last_part, gain, 1.0)
            left = np.ones(len(u))
            if hook > 0.0:
                rest = total - along
                left -= np.where(rest < hook, lift * (1.0 - rest / hook), 0.0)
                share *= left
            dx, dy = ((3.0 * a * u[:, None] + 2.0 * b) * u[:, None] + c).T
            both = (dx * dx + dy * dy) * (nib_x * nib_x + nib_y * nib_y)
            aligned = dx * nib_x + dy * nib_y
            share *= 1.0 - flatness * (aligned * aligned / np.where(both > 0.0, both, 1.0))
            place = (behind + along) / (0.4 * em)
            entry = place.astype(np.int64)
            before, after = bumps[entry % 64], bumps[(entry + 1) % 64]
            sway = 1.0 + wobble * (before + (after - before) * (place - entry))
            node = np.ones((len(u), 5), np.int64)
            node[:, :2] = np.floor(
                ((a * u[:, None] + b) * u[:, None] + c) * u[:, None] + knots[i] + 0.5
            )
            node[:, 2] = np.maximum(128, (0.5 * width * share * sway).astype(np.int64))
            dark = tone * (1.0 + fade * pressure) * sway * left
            node[:, 3] = dark.astype(np.int64).clip(1, 255)
            node[0, 4] = int(i > 0)
            rows.append(node)
            done += float(chord)
        behind += total
    nodes = np.concatenate(rows)
    if len(nodes) > capacity:
        raise ValueError(f"{len(nodes)} nodes, the capacity is {capacity}")
    return nodes


def _lengths(points: npt.NDArray[np.float64] | Ints) -> Floats:
    """Distances of neighbouring points, ``float64 (n - 1,)``."""
    steps = (points[1:] - points[:-1]).astype(np.float64)
    lengths: Floats = np.sqrt(steps[:, 0] * steps[:, 0] + steps[:, 1] * steps[:, 1])
    return lengths


def _hook(knots: Floats, chords: Floats, total: float, em: float) -> float:
    """Length of the last part of a stroke, from the last turn of more than 78 degrees on, or 0."""
    for i in range(len(chords) - 1, 0, -1):
        length = float(np.add.accumulate(chords[i:][::-1])[-1])
        if length > 0.35 * em or length > 0.6 * total:
            break
        to, on = np.add.accumulate(chords[:i][::-1]), np.add.accumulate(chords[i:])
        before = i - min(1 + int((to < 0.05 * em).sum()), i)
        after = i + min(1 + int((on < 0.05 * em).sum()), len(chords) - i)
        one, other = knots[i] - knots[before], knots[after] - knots[i]
        lengths = np.sqrt(
            (one[0] * one[0] + one[1] * one[1]) * (other[0] * other[0] + other[1] * other[1])
        )
        if lengths > 0.0 and one[0] * other[0] + one[1] * other[1] < 0.2 * lengths:
            return length
    return 0.0


def _cubic(knots: Floats, chords: Floats, i: int) -> tuple[Floats, Floats, Floats]:
    """Coefficients ``float64 (2,)`` of the centripetal Catmull-Rom curve from knot `i` on."""
    before, after = max(i - 1, 0), min(i + 1, len(chords) - 1)
    t0, t1, t2 = np.sqrt(chords[before]), np.sqrt(chords[i]), np.sqrt(chords[after])
    v0, v1, v2 = (knots[k + 1] - knots[k] for k in (before, i, after))
    c = v0 * (t1 / t0) - (v0 + v1) * (t1 / (t0 + t1)) + v1
    e = v1 - (v1 + v2) * (t1 / (t1 + t2)) + v2 * (t1 / t2)
    return c + e - 2.0 * v1, 3.0 * v1 - 2.0 * c - e, c


def cover_capsules(nodes: Ints, softness: int, ink: Bytes2D) -> None:
    """Fill them where the darker stays."""
    rows, columns = (axis.astype(np.int64) for axis in np.indices(ink.shape))
    for number, node in enumerate(nodes):
        start = nodes[number - node[4]]
        dx, dy = (float(node[k] - start[k]) for k in (0, 1))
        inverse = 1.0 / (dx * dx + dy * dy) if dx or dy else 0.0
        ex = (columns * 256 + 128 - start[0]).astype(np.float64)
        ey = (rows * 256 + 128 - start[1]).astype(np.float64)
        t = ((ex * dx + ey * dy) * inverse).clip(0.0, 1.0)
        fx, fy = ex - t * dx, ey - t * dy
        square = fx * fx + fy * fy
        outer = float(start[2]) + float(node[2] - start[2]) * t + 0.5 * softness
        inner = np.maximum(0.0, outer - softness)
        edge = np.minimum(1.0, (outer - np.sqrt(square)) / softness)
        tone = float(start[3]) + float(node[3] - start[3]) * t
        tone *= np.where(square > inner * inner, edge, 1.0)
        tone[square >= outer * outer] = 0.0
        np.maximum(ink, tone.astype(np.uint8), out=ink)


def cover_nodes(
    nodes: Ints, softness: int, grain: int, salt: int, ink: Bytes2D
) -> tuple[int, int, int, int]:
    """Fill the capsules between joined nodes; see `penline.render.strokes.cover_nodes`.

    Args:
        nodes: ``int64 (nodes, 5)``, see `trace_strokes`.
        softness: width of the edge, in 1/256 px.
        grain: largest share of the ink that the grain takes, in 1/256.
        salt: chooses the grain; a number below 2**32.
        ink: ``uint8 (height_px, width_px)``, all 0; it is written to.

    Returns:
        The box of the ink: first row, last row + 1, first column, last column + 1.
    """
    cover_capsules(nodes, softness, ink)
    rows, columns = (axis.astype(np.int64) for axis in np.indices(ink.shape))
    mask = 0xFFFFFFFF
    mixed = ((salt ^ (rows * 1024 + columns)) * 668_265_263) & mask
    mixed = ((mixed ^ (mixed >> 15)) * 1_274_126_177) & mask
    mixed = ((mixed ^ (mixed >> 13)) * 374_761_393) & mask
    value = ink.astype(np.int64)
    value -= (value * grain * (mixed >> 24)) >> 16
    value[value < 4] = 0
    ink[:] = value
    down, right = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return int(down[0]), int(down[-1]) + 1, int(right[0]), int(right[-1]) + 1
