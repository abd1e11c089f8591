"""The kernels of `penline.render` in plain NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "adjust_stroke_width",
    "box_corners",
    "choose_nodes",
    "draw_glyphs",
    "lay_ink",
    "least_side",
]

Ints = npt.NDArray[np.int64]


def _reach(
    first: int, last: int, origin: int, scale: int, size: int, *, shared: bool
) -> tuple[Ints, Ints]:
    """Where output pixels ``first .. last - 1`` begin and end in the source, 1/65536 px.

    `shared`: each ends where the next begins, unless the glyph is enlarged.
    """
    covered = (scale << 8) >> 16
    span = max(covered, 65536)
    edges = (((np.arange(first, last + 1, dtype=np.int64) << 8) - origin) * scale) >> 16
    begin = edges[:-1] - (span - covered) // 2
    end = edges[1:] if shared and covered >= 65536 else begin + span
    return np.maximum(begin, 0), np.minimum(end, size << 16)


def _weights(begin: Ints, end: Ints, size: int) -> Ints:
    """Overlap of each output pixel (rows) with each source pixel (columns), 1/256."""
    edges = np.arange(size, dtype=np.int64) << 16
    overlap = np.minimum(end[:, None], edges + 65536) - np.maximum(begin[:, None], edges)
    weights: Ints = np.maximum(overlap, 0) >> 8
    return weights


def draw_glyphs(
    data: npt.NDArray[np.uint8],
    starts: Ints,
    sizes_px: Ints,
    places_q8: Ints,
    slants_q16: Ints,
    gains_q8: Ints,
    faint: int,
    out: npt.NDArray[np.uint8],
    boxes_px: Ints,
) -> None:
    """See `penline.render.kernel.draw_glyphs`."""
    for glyph in range(len(starts)):
        height, width = (int(side) for side in sizes_px[glyph])
        left, top, wide, high = (int(number) for number in places_q8[glyph])
        if height == 0:
            continue
        start = int(starts[glyph])
        source = data[start : start + height * width].reshape(height, width).astype(np.int64)
        drawn = np.zeros(out.shape, np.int64)
        x_scale, y_scale = (width << 32) // wide, (height << 32) // high
        x_pad = max(0, (wide // width - 256) // 2)
        y_pad = max(0, (high // height - 256) // 2)
        x_span = max((x_scale << 8) >> 16, 65536)
        y_span = max((y_scale << 8) >> 16, 65536)
        share = (1 << 40) // ((x_span >> 8) * (y_span >> 8))
        first_y = max((top - y_pad) >> 8, 0)
        last_y = min((top + high + y_pad + 255) >> 8, out.shape[0])
        reach = _reach(first_y, max(last_y, first_y), top, y_scale, height, shared=False)
        rows = _weights(*reach, height)
        for y, row in zip(range(first_y, last_y), rows @ source, strict=True):
            lean = ((top + high // 2 - (y << 8) - 128) * int(slants_q16[glyph])) >> 16
            first_x = max((left + lean - x_pad) >> 8, 0)
            last_x = min((left + lean + wide + x_pad + 255) >> 8, out.shape[1])
            if last_x <= first_x:
                continue
            begin, end = _reach(first_x, last_x, left + lean, x_scale, width, shared=True)
            sums = np.concatenate([[0], np.cumsum(row)])
            padded = np.append(row, 0)
            stretch = (
                ((sums << 8)[np.maximum(end, 0) >> 16]) - ((sums << 8)[_begins_in(begin, width)])
            )
            stretch += padded[np.maximum(end, 0) >> 16] * ((end >> 8) & 255)
            stretch -= padded[_begins_in(begin, width)] * ((begin >> 8) & 255)
            ink = (stretch * share + (1 << 39)) >> 40
            ink = np.minimum((ink * int(gains_q8[glyph]) + 128) >> 8, 255)
            drawn[y, first_x:last_x] = np.where(end > begin, np.maximum(ink, 0), 0)
        below = out.astype(np.int64)
        out[:] = below + drawn - _by_255(below * drawn)
        boxes_px[glyph] = _box(drawn >= max(faint, 1))


def _begins_in(begin: Ints, width: int) -> Ints:
    """Source pixel in which each stretch begins; stretches that begin past the end are empty."""
    pixels: Ints = np.minimum(begin >> 16, width)
    return pixels


def _box(mask: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(mask)
    if not len(ys):
        return 0, 0, 0, 0
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def lay_ink(paper: Any, ink: npt.NDArray[np.uint8], colour: Ints) -> None:
    """See `penline.render.kernel.lay_ink`."""
    below = paper.astype(np.int64)
    room = np.maximum(below - colour, 0)
    paper[:] = below - _by_255(room * ink.astype(np.int64)[:, :, None])


def _by_255(product: Ints) -> Ints:
    """A product of two bytes over 255, rounded."""
    quotient: Ints = (2 * product + 255) // 510
    return quotient


def box_corners(
    places_q8: Ints,
    boxes_px: Ints,
    owners: Ints,
    height_px: int,
    width_px: int,
    quads: npt.NDArray[np.float64],
) -> None:
    """See `penline.render.kernel.box_corners`."""
    left, top, wide, high = (places_q8 / 256).T
    corners = np.stack([left, top, left + wide, top + high], 1)
    np.clip(corners, 0, [width_px, height_px] * 2, out=corners)
    shown = boxes_px[:, 2] > 0
    corners[shown] = boxes_px[shown]
    for number in range(len(quads)):
        x0, y0 = corners[owners == number, :2].min(0)
        x1, y1 = corners[owners == number, 2:].max(0)
        quads[number] = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def least_side(quads: npt.NDArray[np.float64]) -> float:
    """See `penline.render.kernel.least_side`."""
    return float(np.ptp(quads, 1).min(initial=np.inf))


def adjust_stroke_width(
    ink: npt.NDArray[np.uint8], share_q8: int, out: npt.NDArray[np.uint8]
) -> None:
    """See `penline.render.stroke_width.adjust_stroke_width`."""
    wide = np.pad(ink.astype(np.int64), 2)
    middle = wide[1:-1, 1:-1]
    around = [middle, wide[2:, 1:-1], wide[:-2, 1:-1], wide[1:-1, 2:], wide[1:-1, :-2]]
    far = np.maximum.reduce(around) if share_q8 > 0 else np.minimum.reduce(around)
    out[:] = middle + ((far - middle) * abs(share_q8) + 128 >> 8)


def choose_nodes(nodes: Ints, tolerance: float, tone: float) -> npt.NDArray[np.bool_]:
    """See `penline.render.simplify.choose_nodes`: Douglas and Peucker's, as they tell it."""
    chosen = np.zeros(len(nodes), np.bool_)
    begins = np.flatnonzero(nodes[:, 4] == 0)
    for first, end in zip(begins, [*begins[1:], len(nodes)], strict=True):
        _choose(nodes, int(first), int(end) - 1, np.array([tolerance, tone]), chosen)
    return chosen


def _choose(nodes: Ints, first: int, last: int, most: Any, chosen: npt.NDArray[np.bool_]) -> None:
    chosen[[first, last]] = True
    if last - first < 2:
        return
    ends, between = nodes[[first, last]].astype(float), nodes[first + 1 : last].astype(float)
    line = ends[1] - ends[0]
    square = line[0] * line[0] + line[1] * line[1]
    away = between - ends[0]
    along = (away[:, 0] * line[0] + away[:, 1] * line[1]) * (1.0 / square if square else 0.0)
    t = along.clip(0.0, 1.0)[:, None]
    off = away[:, :2] - t * line[:2]
    off = off / most[0]
    rest = ends[0, 2:4] + line[2:4] * t - between[:, 2:4]
    rest = rest / most
    furthest = np.max([off[:, 0] * off[:, 0] + off[:, 1] * off[:, 1], *(rest * rest).T], axis=0)
    if furthest.max() > 1.0:
        middle = first + 1 + int(furthest.argmax())
        _choose(nodes, first, middle, most, chosen)
        _choose(nodes, middle, last, most, chosen)
