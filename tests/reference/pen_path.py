"""The kernels of `penline.render.pen_path` in plain NumPy."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

from reference.strokes import cover_nodes

__all__ = ["bow_strokes", "draw_strokes"]

Ints = npt.NDArray[np.int64]


def bow_strokes(points: Ints, radii: Ints, tones: Ints, ends: Ints, bows: Ints) -> Any:
    """See `pen_path.bow_strokes`: a cubic between points, as Hermite's over its line."""
    rows: list[list[int]] = []
    node_ends = []
    for first, end, bow in zip([0, *ends[:-1].tolist()], ends.tolist(), bows.tolist(), strict=True):
        own = points[first:end].astype(float)
        before, after = _slopes(own)
        rows.append([*points[first].tolist(), int(radii[first]), int(tones[first]), 0])
        for k in range(1, len(own)):
            chord = own[k] - own[k - 1]
            length = float(np.sqrt(chord[0] * chord[0] + chord[1] * chord[1]))
            s0, s1 = (float(np.clip(s * length, -4.0 * bow, 4.0 * bow)) for s in
                      (after[k - 1], before[k]))  # fmt: skip
            most = (abs(s0) + abs(s1)) * 0.125
            pieces = next(n for n in itertools.count(1) if n == 16 or 36.0 * n * n >= most)
            normal = np.array([-chord[1], chord[0]]) / (length or 1.0)
            for piece in range(1, pieces + 1):
                u = piece / pieces
                off = s0 * (u * (1.0 - u) * (1.0 - u)) - s1 * (u * u * (1.0 - u))
                place = np.floor(own[k - 1] + chord * u + normal * off + 0.5)
                look = [
                    int(one[first + k - 1]) + int((one[first + k] - one[first + k - 1]) * u)
                    for one in (radii, tones)
                ]
                rows.append([*place.astype(int).tolist(), *look, 1])
        node_ends.append(len(rows))
    return np.array(rows, np.int64).reshape(-1, 5), np.array(node_ends, np.int64)


def _slopes(own: npt.NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Of the curve at each point, against the line to it and the line from it: a circle through
    three points leaves them by half of the angle that each line spans."""
    before, after = [0.0] * len(own), [0.0] * len(own)
    for k in range(1, len(own) - 1):
        a, b = own[k] - own[k - 1], own[k + 1] - own[k]
        dot, cross = a[0] * b[0] + a[1] * b[1], a[0] * b[1] - a[1] * b[0]
        if dot > 0.0:
            before[k] = cross / (b[0] * b[0] + b[1] * b[1] + dot)
            after[k] = -cross / (a[0] * a[0] + a[1] * a[1] + dot)
    if len(own) > 2:
        after[0], before[-1] = -before[1], -after[-2]
    return before, after


def draw_strokes(
    nodes: Ints,
    node_ends: Ints,
    owners: Ints,
    cuts: Ints,
    gains_q8: Ints,
    pen: Ints,
    faint: int,
    out: npt.NDArray[np.uint8],
    boxes_px: Ints,
) -> None:
    """See `pen_path.draw_strokes`."""
    softness, grain, salt = pen.tolist()
    height, width = out.shape
    starts = [0, *node_ends[:-1].tolist()]
    spans = zip(owners.tolist(), starts, node_ends.tolist(), cuts.tolist(), strict=True)
    for owner, strokes in itertools.groupby(spans, lambda one: one[0]):
        parts = list(strokes)
        own = nodes[parts[0][1] : parts[-1][2]].copy()
        more = own[:, 2:3] + softness // 2 + 256
        low = np.maximum((own[:, :2] - more).min(0) >> 8, 0)
        high = np.minimum(((own[:, :2] + more).max(0) >> 8) + 1, [width, height])
        if (low >= high).any():
            continue
        own[:, :2] -= low * 256
        ink = np.zeros((high - low)[::-1], np.uint8)
        mixed = (salt ^ int(low[0] * 40503 + low[1] * 9973)) & 0xFFFFFFFF
        whole = [nodes[first:last] for _, first, last, cut in parts if not any(cut)]
        inked = [(np.concatenate(whole), (0, 0, 0, 0))] if whole else []
        inked += [(nodes[first:last], cut) for _, first, last, cut in parts if any(cut)]
        for some, (x, y, dx, dy) in inked:
            moved, part = some.copy(), np.zeros_like(ink)
            moved[:, :2] -= low * 256
            _covered(moved, softness, grain, mixed, part)
            rows, columns = np.indices(part.shape)
            centres = columns + low[0] << 8, rows + low[1] << 8
            ahead = (centres[0] + 128 - x) * dx + (centres[1] + 128 - y) * dy
            np.maximum(ink, np.where(ahead <= 0, part, 0), out=ink)
        if not ink.any():
            continue
        gain = int(np.clip(gains_q8[owner], 0, 65536))
        added = np.minimum(ink.astype(np.int64) * gain + 128 >> 8, 255)
        window = out[low[1] : high[1], low[0] : high[0]]
        both = window.astype(np.int64) + added
        product = window.astype(np.int64) * added + 128
        window[:] = both - (product + (product >> 8) >> 8)
        rows, columns = np.nonzero(added >= max(faint, 1))
        if len(rows):
            corners = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            corners += np.tile(low, 2)
            if boxes_px[owner, 2]:
                corners[:2] = np.minimum(corners[:2], boxes_px[owner, :2])
                corners[2:] = np.maximum(corners[2:], boxes_px[owner, 2:])
            boxes_px[owner] = corners


def _covered(nodes: Ints, softness: int, grain: int, salt: int, ink: Any) -> None:
    """Fill in the ink."""
    with contextlib.suppress(IndexError):  # none, so no box
        cover_nodes(nodes, softness, grain, salt, ink)
