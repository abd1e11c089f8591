"""Warp: slight turn, perspective and bending, in one map and one resampling.

The map is a mesh: for nodes on a regular grid of the new image, the place in the old image that is
seen there. Between nodes it is bilinear, for pixels and for quads alike, so the quads follow the
pixels exactly. All places are whole numbers of 1/4096 px.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from penline.effects.base import (
    ORDERED,
    EffectSettings,
    Image,
    Params,
    Quads,
    Share,
    ShareRange,
    draw_seed,
    draw_units,
    planes,
)
from penline.effects.kernel import STEP_PX, Ints, fill_mesh, invert_mesh, resample_mesh
from penline.randomness import Draws, rng

__all__ = ["Warp", "apply", "warp_mesh"]

_UNIT = 4096
_NARROWEST_PX = 8
_RADIAN = 0.017453292519943295


TurnRange = Annotated[
    tuple[Annotated[float, Field(ge=-3, le=3)], Annotated[float, Field(ge=-3, le=3)]],
    ORDERED,
]
KeystoneRange = Annotated[
    tuple[Annotated[float, Field(ge=-0.1, le=0.1)], Annotated[float, Field(ge=-0.1, le=0.1)]],
    ORDERED,
]


class Warp(EffectSettings):
    """A sheet photographed by hand: not quite level, not quite square, not quite flat."""

    moves: ClassVar[bool] = True
    name: Literal["warp"] = "warp"
    chance: Share = 0.8
    """How often the effect is applied."""
    turn_deg_range: TurnRange = (-1.2, 1.2)
    """Rotation, anticlockwise positive."""
    rise_limit: Annotated[float, Field(ge=0, le=2)] = 0.25
    """A long line is turned less: its ends rise or fall by at most this share of the height."""
    keystone_range: KeystoneRange = (-0.03, 0.03)
    """Perspective: how much larger one end of the longer side is than its middle."""
    bend_range: ShareRange = (0.0, 0.02)
    """Largest displacement by bending, in image heights."""
    bend_cell_range: Annotated[
        tuple[Annotated[float, Field(ge=0.5, le=20)], Annotated[float, Field(ge=0.5, le=20)]],
        ORDERED,
    ] = (1.0, 3.0)
    """Distance from one bend to the next, in image heights."""

    def draw(self, rng: Draws, shape: tuple[int, int]) -> Params:
        """See `EffectSettings.draw`."""
        height, width = shape
        slope = round(rng.uniform(*self.turn_deg_range) * _RADIAN * 65536)
        limit = int(self.rise_limit * 65536 * height) // max(width, height)
        cell = max(draw_units(rng, self.bend_cell_range, 16) * height // 16, 3 * STEP_PX)
        bend = draw_units(rng, self.bend_range, 65536) * height // 16
        keystone = [
            draw_units(rng, self.keystone_range, 65536),
            draw_units(rng, self.keystone_range, 65536),
        ]
        seed = draw_seed(rng)
        if min(shape) < _NARROWEST_PX:
            # a sliver has no room to turn in: its perspective alone would fold it
            slope, keystone, bend = 0, [0, 0], 0
        return {
            "slope": min(max(slope, -limit), limit),
            "keystone": keystone,
            # beyond a tenth of the cell, letters would fold
            "bend": min(bend, cell * _UNIT // 10),
            "cell_px": cell,
            "seed": seed,
        }


def apply(
    image: Image,
    quads: Quads,
    *,
    slope: int,
    keystone: list[int],
    bend: int,
    cell_px: int,
    seed: int,
) -> tuple[Image, Quads]:
    """Turn, tilt and bend `image` and `quads` together; the image keeps its size.

    Where quads would leave the image, everything is moved, and if need be shrunk, so that they stay
    inside. What comes into sight beyond the old image's edges is paper: the rim around the quads,
    folded forth and back.

    Args:
        image: ``uint8 (height, width)`` or ``(height, width, 3)``.
        quads: ``float64 (n, 4, 2)``.
        slope: of the rotation, 1/65536, positive = rising to the right.
        keystone: perspective along x and along y, 1/65536 at half the longer side.
        bend: largest displacement by bending, 1/4096 px.
        cell_px: distance from one bend to the next.
        seed: key of the bends.

    Returns:
        A new image, and quads in whole steps of 1/64 px.
    """
    source = planes(image)
    height, width = source.shape[:2]
    geometry = np.array([width, height, slope, *keystone, bend, cell_px], np.int64)
    points = np.floor(quads.reshape(-1, 2) * _UNIT + 0.5).astype(np.int64)
    mesh, pad = warp_mesh(geometry, seed, _NO_FIT)
    moved = np.empty_like(points)
    invert_mesh(mesh, pad, points, 65536, moved)
    fit = _fit(points, moved, width, height)
    if fit != _NO_FIT:
        mesh, pad = warp_mesh(geometry, seed, fit)
        invert_mesh(mesh, pad, points, fit[0], moved)
    out = np.empty_like(source)
    resample_mesh(source, mesh, pad, _rims(quads, width, height), out)
    quantised = (moved + 32 >> 6) / 64.0
    return out.reshape(image.shape), quantised.reshape(quads.shape)


_NO_FIT = (65536, 0, 0)
_WIDEST_RIM_PX = 32


def _rims(quads: Quads, width: int, height: int) -> Ints:
    """``int64 (4,)``: px between the image's edges and the quads, left, top, right, bottom."""
    if len(quads) == 0:
        return np.minimum([width, height, width, height], _WIDEST_RIM_PX).astype(np.int64)
    corners = quads.reshape(-1, 2)
    left, top = corners.min(0).tolist()
    right, bottom = corners.max(0).tolist()
    free = (
        math.floor(left),
        math.floor(top),
        math.trunc(width - math.ceil(right)),
        math.trunc(height - math.ceil(bottom)),
    )
    most = [min(size, _WIDEST_RIM_PX) for size in (width, height)] * 2
    return np.array(
        [max(1, min(space - 1, limit)) for space, limit in zip(free, most, strict=True)], np.int64
    )


def warp_mesh(geometry: Ints, seed: int, fit: tuple[int, int, int]) -> tuple[Ints, Ints]:
    """The mesh, ``int64 (rows, columns, 2)`` of x, y in the old image, and its margins x, y in px.

    Args:
        geometry: width, height, slope, keystone x, keystone y, bend, cell_px, as in `apply`.
        seed: key of the bends.
        fit: scale (1/65536) and shift (x, y, 1/4096 px) that are applied to the new image.
    """
    width, height, slope, keystone_x, keystone_y, bend, cell = (int(part) for part in geometry)
    tilt = abs(keystone_x) + abs(keystone_y)
    # what turn, perspective and bends move at most, and a quarter more
    reach_x = (5 * (tilt * width + abs(slope) * height) >> 19) + bend // _UNIT
    reach_y = (5 * (tilt * height + abs(slope) * width) >> 19) + bend // _UNIT
    pad = np.array([-(-(reach + 2) // STEP_PX) * STEP_PX for reach in (reach_x, reach_y)])
    columns = -(-width // STEP_PX) + 2 * int(pad[0]) // STEP_PX + 1
    rows = -(-height // STEP_PX) + 2 * int(pad[1]) // STEP_PX + 1
    knots = (rows * STEP_PX // cell + 3, columns * STEP_PX // cell + 3)
    words = rng(seed, 0, "effect warp").words(knots[0] * knots[1])
    bends = np.empty((*knots, 2), np.int64)
    bends[:, :, 0] = ((words >> np.uint64(48)).astype(np.int64) - 32768).reshape(knots)
    bends[:, :, 1] = ((words & np.uint64(0xFFFF)).astype(np.int64) - 32768).reshape(knots)
    mesh = np.empty((rows, columns, 2), np.int64)
    fill_mesh(geometry, np.array(fit, np.int64), bends, pad, mesh)
    return mesh, pad


def _fit(points: Ints, moved: Ints, width: int, height: int) -> tuple[int, int, int]:
    """Scale and shift that keep the `moved` points within the image (or where they were)."""
    if len(points) == 0:
        return _NO_FIT
    scale, shifts = 65536, [0, 0]
    sizes = (width, height)
    spans = []
    lows, highs = moved.min(0).tolist(), moved.max(0).tolist()
    floors, roofs = points.min(0).tolist(), points.max(0).tolist()
    for axis in (0, 1):
        low, high = lows[axis], highs[axis]
        floor = min(0, floors[axis])
        roof = max(sizes[axis] * _UNIT, roofs[axis])
        inside = low >= floor and high <= roof
        # an eighth of a pixel to spare for the mesh's own rounding
        spans.append((low, high, floor + 512, roof - 512, inside))
        if not inside and high - low > roof - floor - 1024:
            scale = min(scale, ((roof - floor - 1024) << 16) // (high - low))
    if all(span[4] for span in spans):
        return _NO_FIT
    for axis, (low, high, floor, roof, inside) in enumerate(spans):
        middle = sizes[axis] * _UNIT // 2
        low, high = (middle + ((end - middle) * scale >> 16) for end in (low, high))
        if not inside or scale < 65536:
            shifts[axis] = max(floor - low, 0) + min(roof - high, 0)
    return scale, shifts[0], shifts[1]
