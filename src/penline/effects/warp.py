"""Warp: slight turn, perspective and bending, in one map and one resampling.

The map is a mesh: for nodes on a regular grid of the new image, the place in the old image that is
seen there. Between nodes it is bilinear, for pixels and for quads alike, so the quads follow the
pixels exactly. All places are whole numbers of 1/4096 px.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from penline.compiled import compiled
from penline.effects.base import (
    ORDERED,
    EffectSettings,
    Image,
    Params,
    Quads,
    Share,
    ShareRange,
    planes,
    sample_seed,
    sample_units,
)
from penline.effects.kernel import Ints
from penline.effects.mesh import STEP_PX, fill_mesh, invert_mesh, resample_mesh
from penline.randomness import Draws, philox_words, stage_key

__all__ = ["Warp", "apply", "fit_points", "rims_of", "warp_mesh"]

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

    def sample_params(self, rng: Draws, shape: tuple[int, int]) -> Params:
        """See `EffectSettings.sample_params`."""
        height, width = shape
        slope = round(rng.uniform(*self.turn_deg_range) * _RADIAN * 65536)
        limit = int(self.rise_limit * 65536 * height) // max(width, height)
        cell = max(sample_units(rng, self.bend_cell_range, 16) * height // 16, 3 * STEP_PX)
        bend = sample_units(rng, self.bend_range, 65536) * height // 16
        keystone = [
            sample_units(rng, self.keystone_range, 65536),
            sample_units(rng, self.keystone_range, 65536),
        ]
        seed = sample_seed(rng)
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
    rim: int = 0,
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
        rim: px beside the quads that stay inside the image, too.

    Returns:
        A new image, and quads in whole steps of 1/64 px.
    """
    source = planes(image)
    height, width = source.shape[:2]
    geometry = np.array([width, height, slope, *keystone, bend, cell_px], np.int64)
    corners = np.ascontiguousarray(quads.reshape(-1, 2), np.float64)
    added = [quads + np.sign(quads - quads.mean(1, keepdims=True)) * rim] if rim else []
    bulges = _bulges(quads, bend, cell_px)
    if bulges:
        added.append(_edges(quads))
    points = corners
    if added:
        points = np.concatenate([corners, *(more.reshape(-1, 2) for more in added)])
    moved = np.empty_like(points)
    mesh, pad, rims = _plan(geometry, stage_key(seed, _STAGE), points, moved)
    out = np.empty_like(source)
    resample_mesh(source, mesh, pad, rims, out)
    found = moved[: len(corners)].reshape(quads.shape)
    if bulges:
        found = _around(found, moved[-added[-1].size // 2 :].reshape(len(quads), -1, 2))
    return out.reshape(image.shape), found


def _bulges(quads: Quads, bend: int, cell_px: int) -> bool:
    """Whether an edge of a quad may be bent far beside its corners."""
    most = _MOST_BULGE * bend / _UNIT
    if most <= _BULGE_PX or not len(quads):
        return False
    share = min(float(np.ptp(quads, 1).max()) / cell_px, 1.0)
    return most * share * share > _BULGE_PX


def _edges(quads: Quads) -> Quads:
    """``float64 (n, 4, 7, 2)``: places along the edges of quads."""
    share = np.arange(1, 8)[:, None] / 8
    return quads[:, :, None] * (1 - share) + np.roll(quads, -1, 1)[:, :, None] * share


def _around(quads: Quads, edges: Quads) -> Quads:
    """Quads drawn out where a bent edge is far outside of its corners' box."""
    low, high = quads.min(1), quads.max(1)
    least, most = np.minimum(low, edges.min(1)), np.maximum(high, edges.max(1))
    far = np.maximum(low - least, most - high).max(1) > _BULGE_PX
    share = (most - least) / np.where(high > low, high - low, 1.0)
    drawn = least[:, None] + (quads - low[:, None]) * share[:, None]
    return np.where(far[:, None, None], np.round(drawn * 64) / 64, quads)


_STAGE = "effect warp"
_NO_FIT = (65536, 0, 0)
_WIDEST_RIM_PX = 32
_ROUNDS = 4
_MOST_BULGE = 1.5
_BULGE_PX = 1.0
"""A box whose edges bulge further is drawn out. They bulge `_MOST_BULGE` times the bend at most, by
the square of the box's share of a bend's cell."""


@compiled
def _plan(geometry: Ints, key: Any, corners: Any, moved: Any) -> Any:
    """Mesh, margins and rims for `resample_mesh`; `moved` is filled in, in whole 1/64 px."""
    width, height = geometry[0], geometry[1]
    points, found = np.empty(corners.shape, np.int64), np.empty(corners.shape, np.int64)
    for k in range(corners.shape[0]):
        for axis in range(2):
            points[k, axis] = np.int64(np.floor(corners[k, axis] * _UNIT + 0.5))
    fit = np.array([65536, 0, 0])
    mesh, pad = _mesh(geometry, key, fit)
    invert_mesh(mesh, pad, points, 65536, found)
    # places far outside are known only roughly: what is still outside is fitted again
    more = np.empty(3, np.int64)
    for _ in range(_ROUNDS):
        if not fit_points(points, found, width, height, more):
            break
        fit[0] = max(fit[0] * more[0] >> 16, 1)
        fit[1] = (fit[1] * more[0] >> 16) + more[1]
        fit[2] = (fit[2] * more[0] >> 16) + more[2]
        mesh, pad = _mesh(geometry, key, fit)
        invert_mesh(mesh, pad, points, fit[0], found)
    for k in range(corners.shape[0]):
        for axis in range(2):
            moved[k, axis] = (found[k, axis] + 32 >> 6) / 64.0
    return mesh, pad, rims_of(corners, width, height)


@compiled
def rims_of(corners: Any, width: int, height: int) -> Any:
    """Measure the white between the image's edges and the writing, px.

    Args:
        corners: ``float64 (n, 2)``: x, y of the writing.
        width: of the image.
        height: of the image.

    Returns:
        ``int64 (4,)``: left, top, right, bottom, 1 to 32 and no more than the image has.
    """
    rims = np.empty(4, np.int64)
    for axis in range(2):
        size = height if axis else width
        near, far = np.float64(size + 1), np.float64(size + 1)
        for k in range(corners.shape[0]):
            near = min(near, np.floor(corners[k, axis]))
            far = min(far, size - np.ceil(corners[k, axis]))
        limit: Any = min(size, _WIDEST_RIM_PX)
        before: Any = np.int64(near) - 1
        behind: Any = np.int64(far) - 1
        rims[axis], rims[axis + 2] = max(1, min(before, limit)), max(1, min(behind, limit))
    return rims


@compiled
def fit_points(points: Ints, moved: Ints, width: int, height: int, fit: Ints) -> bool:
    """Find scale and shift that keep what is moved within the image, or where it was.

    Args:
        points: ``int64 (n, 2)``: x, y in the old image, 1/4096 px.
        moved: ``int64 (n, 2)``: the same in the new one.
        width: of the image, px.
        height: of the image, px.
        fit: ``int64 (3,)``, filled in: scale (1/65536), shift along x and y (1/4096 px).

    Returns:
        Whether there is anything to fit.
    """
    fit[0], fit[1], fit[2] = 65536, 0, 0
    if points.shape[0] == 0:
        return False
    spans = np.empty((2, 4), np.int64)
    inside = np.ones(2, np.bool_)
    scale: Any = np.int64(65536)
    for axis in range(2):
        size: Any = np.int64(height if axis else width)
        floor: Any = min(0, points[:, axis].min())
        roof: Any = max(size * _UNIT, points[:, axis].max())
        low: Any = moved[:, axis].min()
        high: Any = moved[:, axis].max()
        inside[axis] = low >= floor and high <= roof
        # an eighth of a pixel to spare for the mesh's own rounding
        spans[axis, 0], spans[axis, 1] = low, high
        spans[axis, 2], spans[axis, 3] = floor + 512, roof - 512
        if not inside[axis] and high - low > roof - floor - 1024:
            scale = min(scale, ((roof - floor - 1024) << 16) // (high - low))
    if inside.all():
        return False
    fit[0] = scale
    for axis in range(2):
        half: Any = np.int64(height if axis else width) * _UNIT // 2
        low = half + ((spans[axis, 0] - half) * scale >> 16)
        high = half + ((spans[axis, 1] - half) * scale >> 16)
        if not inside[axis] or scale < 65536:
            fit[1 + axis] = max(spans[axis, 2] - low, 0) + min(spans[axis, 3] - high, 0)
    return True


def warp_mesh(geometry: Ints, seed: int, fit: tuple[int, int, int]) -> tuple[Ints, Ints]:
    """The mesh, ``int64 (rows, columns, 2)`` of x, y in the old image, and its margins x, y in px.

    Args:
        geometry: width, height, slope, keystone x, keystone y, bend, cell_px, as in `apply`.
        seed: key of the bends.
        fit: scale (1/65536) and shift (x, y, 1/4096 px) that are applied to the new image.
    """
    mesh, pad = _mesh(geometry, stage_key(seed, _STAGE), np.array(fit, np.int64))
    return mesh, pad


@compiled
def _mesh(geometry: Ints, key: Any, fit: Ints) -> Any:
    """`warp_mesh`, by the key of its chance."""
    width, height, slope, bend, cell = (
        geometry[0],
        geometry[1],
        geometry[2],
        geometry[5],
        geometry[6],
    )
    tilt = abs(geometry[3]) + abs(geometry[4])
    # what turn, perspective and bends move at most, and a quarter more
    reach_x = (5 * (tilt * width + abs(slope) * height) >> 19) + bend // _UNIT
    reach_y = (5 * (tilt * height + abs(slope) * width) >> 19) + bend // _UNIT
    pad = np.empty(2, np.int64)
    pad[0] = (reach_x + STEP_PX + 1) // STEP_PX * STEP_PX
    pad[1] = (reach_y + STEP_PX + 1) // STEP_PX * STEP_PX
    columns = (width + STEP_PX - 1) // STEP_PX + 2 * pad[0] // STEP_PX + 1
    rows = (height + STEP_PX - 1) // STEP_PX + 2 * pad[1] // STEP_PX + 1
    down, across = rows * STEP_PX // cell + 3, columns * STEP_PX // cell + 3
    words = np.empty((down * across + 3) // 4 * 4, np.uint64)
    philox_words(key[0], key[1], np.uint64(0), np.uint64(0), words)
    bends = np.empty((down, across, 2), np.int64)
    for k in range(down * across):
        bends[k // across, k % across, 0] = np.int64(words[k] >> np.uint64(48)) - 32768
        bends[k // across, k % across, 1] = np.int64(words[k] & np.uint64(0xFFFF)) - 32768
    mesh = np.empty((rows, columns, 2), np.int64)
    fill_mesh(geometry, fit, bends, pad, mesh)
    return mesh, pad
