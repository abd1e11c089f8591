"""The kernels of `penline.compose.line_strokes` in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["put_strokes", "unpack_strokes"]

Ints = npt.NDArray[np.int64]


def unpack_strokes(words: npt.NDArray[np.int16], starts: Ints, counts: Ints) -> Any:
    """See `line_strokes.unpack_strokes`."""
    strokes: list[tuple[int, list[tuple[int, ...]]]] = []
    for item, (start, count) in enumerate(zip(starts.tolist(), counts.tolist(), strict=True)):
        table = words[start : start + 3 * count].reshape(-1, 3)
        for number, (x, y, look) in enumerate(table.tolist()):
            bits = f"{look & 0xFFFF:016b}"
            breadth_px, tone = int(bits[7:], 2) / 16, 4 * int(bits[1:7], 2) + 2
            point = x * 8, y * 8, max(round(breadth_px / 2 * 256), 8), tone
            if number == 0 or bits[0] == "1":
                strokes.append((item, [point]))
            elif strokes[-1][1][-1][:2] != point[:2]:
                strokes[-1][1].append(point)
    points = np.array([point for _, own in strokes for point in own], np.int64).reshape(-1, 4)
    ends = np.cumsum([len(own) for _, own in strokes]).astype(np.int64)
    owners = np.array([item for item, _ in strokes], np.int64)
    return points[:, :2], points[:, 2], points[:, 3], ends, owners


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
    """See `line_strokes.put_strokes`."""
    whose = np.repeat(owners, np.diff(ends, prepend=0))
    left, top, wide, high = places_q8[whose].T
    height, width = items["height_px"], items["width_px"]
    y = top + points[:, 1] * high // (256 * height[whose])
    lean = ((top + high // 2 - y) * slants_q16[whose]) >> 16
    x = left + points[:, 0] * wide // (256 * width[whose]) + lean
    share = (places_q8[:, 2] * height + places_q8[:, 3] * width) * 128 // (width * height)
    broad = ((radii * share[whose]) >> 16) * breadth_q8 >> 8
    bows = (items["em_px"] * flatness_em * 256).astype(np.int64) * share >> 16
    return np.stack([x, y], 1), np.maximum(broad, 64), bows[owners]
