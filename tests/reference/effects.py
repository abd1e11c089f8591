"""The kernels of `penline.effects` in plain NumPy."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from penline.effects.mesh import STEP_PX
from penline.randomness import stage_key

__all__ = [
    "add_noise",
    "average_taps",
    "darken",
    "deviations",
    "fill_mesh",
    "fill_sway",
    "fit_points",
    "invert_mesh",
    "mesh",
    "plan",
    "quantised",
    "resample_mesh",
    "rims_of",
]

Image = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_UNIT = 4096
_STEP = STEP_PX * _UNIT


def add_noise(source: Image, octets: Image, deviations: Ints, out: Image) -> None:
    """See `kernel.add_noise`."""
    totals = octets[: 4 * source.size].reshape(-1, 4).astype(np.int64).sum(axis=1)
    noise = ((totals - 510) * deviations[source] * 443 + (1 << 23)) >> 24
    out[:] = np.clip(source + noise, 0, 255)


def average_taps(source: Image, taps: Ints, out: Image) -> None:
    """See `kernel.average_taps`."""
    height, width = source.shape[:2]
    total = np.full(source.shape, 32768, np.int64)
    for dx, dy, weight in taps.tolist():
        rows = np.clip(np.arange(height) + dy, 0, height - 1)
        columns = np.clip(np.arange(width) + dx, 0, width - 1)
        total += weight * source[rows][:, columns].astype(np.int64)
    out[...] = total >> 16


def darken(
    source: Image, across: Ints, down: Ints, softness: int, factors: Ints, out: Image
) -> None:
    """See `kernel.darken`."""
    distance = np.clip(across + down[:, None] + softness // 2, 0, softness)
    place = np.minimum(distance * ((512 << 20) // softness) >> 20, 511)
    out[...] = (source * factors[place] + 32768) >> 16


def fill_mesh(geometry: Ints, fit: Ints, bends: Ints, pad: Ints, mesh: Ints) -> None:
    """See `kernel.fill_mesh`."""
    width, height, slope, keystone_x, keystone_y, bend, cell = geometry.tolist()
    middle = np.array([width, height]) * (_UNIT // 2)
    span = max(*middle.tolist(), 16 * _UNIT)
    rows, columns = np.indices(mesh.shape[:2])
    x = ((columns * STEP_PX - pad[0]) * _UNIT - middle[0] - fit[1]) * 65536 // fit[0]
    y = ((rows * STEP_PX - pad[1]) * _UNIT - middle[1] - fit[2]) * 65536 // fit[0]
    depth = ((1 << 32) + (keystone_x * x + keystone_y * y) * 65536 // span) >> 8
    mesh[:, :, 0] = middle[0] + ((x - (slope * y >> 16)) << 24) // depth
    mesh[:, :, 1] = middle[1] + ((y + (slope * x >> 16)) << 24) // depth
    if bend <= 0:
        return
    column, weight_x = _smooth(x + middle[0] + pad[0] * _UNIT, cell, bends.shape[1])
    row, weight_y = _smooth(y + middle[1] + pad[1] * _UNIT, cell, bends.shape[0])
    a, b = bends[row, column], bends[row, column + 1]
    c, d = bends[row + 1, column], bends[row + 1, column + 1]
    upper = a * _UNIT + weight_x[:, :, None] * (b - a)
    lower = c * _UNIT + weight_x[:, :, None] * (d - c)
    shift = (upper * _UNIT + weight_y[:, :, None] * (lower - upper)) >> 12
    mesh += shift * bend >> 27


def fit_points(points: Ints, moved: Ints, width: int, height: int, fit: Ints) -> bool:
    """See `warp.fit_points`."""
    fit[:] = 65536, 0, 0
    if len(points) == 0:
        return False
    sizes = np.array([width, height]) * _UNIT
    floor, roof = np.minimum(points.min(0), 0), np.maximum(points.max(0), sizes)
    low, high = moved.min(0), moved.max(0)
    outside = (low < floor) | (high > roof)
    if not outside.any():
        return False
    room, needed = roof - floor - 1024, high - low
    tight = outside & (needed > room)
    scale = min([65536, *((room << 16) // np.maximum(needed, 1))[tight].tolist()])
    low, high = (sizes // 2 + ((end - sizes // 2) * scale >> 16) for end in (low, high))
    shift = np.maximum(floor + 512 - low, 0) + np.minimum(roof - 512 - high, 0)
    fit[0], fit[1:] = scale, np.where(outside | (scale < 65536), shift, 0)
    return True


def rims_of(corners: npt.NDArray[np.float64], width: int, height: int) -> Ints:
    """See `warp.rims_of`."""
    size = np.array([width, height])
    near, far = size, size
    if len(corners):
        near, far = np.floor(corners.min(0)) - 1, size - np.ceil(corners.max(0)) - 1
    rims = np.minimum(np.concatenate([near, far]), np.minimum(np.tile(size, 2), 32))
    return np.asarray(np.maximum(rims, 1), np.int64)


def fill_sway(words: Words, cell: int, amplitude: int, out: Ints) -> None:
    """See `kernel.fill_sway`."""
    values = ((words >> np.uint64(48)).astype(np.int64) - 32768) * amplitude >> 15
    place = np.arange(out.shape[0])
    before = place // cell
    t = (place - before * cell) * 256 // cell
    weight = t * t * (768 - 2 * t) >> 16
    out[:] = values[before] + ((values[before + 1] - values[before]) * weight >> 8)


def _smooth(places: Ints, cell: int, count: int) -> tuple[Ints, Ints]:
    """The lattice point before each place, and the weight (1/4096) of the one after it."""
    places = np.maximum(places, 0)
    before = np.minimum(places // (cell * _UNIT), count - 2)
    t = np.minimum(places // cell - before * _UNIT, _UNIT)
    return before, t * t * (3 * _UNIT - 2 * t) >> 24


def _look_up(mesh: Ints, pad: Ints, points: Ints) -> Ints:
    """What the mesh holds at each point, as a mean of four nodes times 2**30."""
    places = points + pad * _UNIT
    limits = np.array([mesh.shape[1] - 2, mesh.shape[0] - 2])
    nodes = np.clip(places // _STEP, 0, limits)
    parts = places - nodes * _STEP
    column, row = nodes[..., 0], nodes[..., 1]
    fx, fy = parts[..., :1], parts[..., 1:]
    upper = mesh[row, column] * (_STEP - fx) + mesh[row, column + 1] * fx
    lower = mesh[row + 1, column] * (_STEP - fx) + mesh[row + 1, column + 1] * fx
    found: Ints = upper * (_STEP - fy) + lower * fy
    return found


def invert_mesh(mesh: Ints, pad: Ints, points: Ints, scale: int, out: Ints) -> None:
    """See `kernel.invert_mesh`."""
    places = points.copy()
    searching = np.ones(len(points), bool)
    for _ in range(64):
        found = _look_up(mesh, pad, places)
        miss = points - ((found + (1 << 29)) >> 30)
        searching &= np.abs(miss).max(axis=1, initial=0) > 1
        if not searching.any():
            break
        places[searching] += ((miss * scale + 32768) >> 16)[searching]
    out[...] = places


def resample_mesh(source: Image, mesh: Ints, pad: Ints, rims: Ints, out: Image) -> None:
    """See `kernel.resample_mesh`."""
    height, width = source.shape[:2]
    y, x = np.indices((height, width))
    centres = np.stack([x, y], axis=-1) * _UNIT + _UNIT // 2
    found = _look_up(mesh, pad, centres)
    places = (found >> 30) - _UNIT // 2
    weights = (places & (_UNIT - 1)) >> 4
    first = places >> 12
    left, top, right, bottom = (int(rim) for rim in rims)
    x0, x1 = (_fold(first[..., 0] + step, width, left, right) for step in (0, 1))
    y0, y1 = (_fold(first[..., 1] + step, height, top, bottom) for step in (0, 1))
    wx, wy = weights[..., :1], weights[..., 1:]
    upper = source[y0, x0] * (256 - wx) + source[y0, x1] * wx
    lower = source[y1, x0] * (256 - wx) + source[y1, x1] * wx
    out[...] = (upper * (256 - wy) + lower * wy + 32768) >> 16


def _fold(places: Ints, size: int, near: int, far: int) -> Ints:
    beyond = np.where(places < 0, -places, places - size + 1)
    rims = np.where(places < 0, near, far)
    inward = beyond % np.maximum(2 * rims - 2, 1)
    inward = np.where(inward > rims - 1, 2 * rims - 2 - inward, inward)
    folded = np.where(places < 0, inward, size - 1 - inward)
    return np.where((places >= 0) & (places < size), places, folded)


def quantised(source: Image, quality: int) -> Image:
    """A grey picture after one round of JPEG, by encoding and decoding it."""
    _, data = cv2.imencode(".jpg", source, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def deviations(dark: int, light: int) -> Ints:
    """See `noise._deviations`: the root of a square that grows with the level."""
    squares = [dark * dark + light * light * level // 255 for level in range(256)]
    return np.array([math.isqrt(square) for square in squares])


def mesh(geometry: Ints, seed: int, fit: Ints) -> tuple[Ints, Ints]:
    """See `warp.warp_mesh`: margins for what can move, bends by chance, and the mesh."""
    width, height, slope, keystone_x, keystone_y, bend, cell = geometry.tolist()
    sides = np.array([width, height])
    tilt = abs(keystone_x) + abs(keystone_y)
    reach = (5 * (tilt * sides + abs(slope) * sides[::-1]) >> 19) + bend // _UNIT
    pad = ((reach + 1) // STEP_PX + 1) * STEP_PX
    columns, rows = (-(-sides // STEP_PX) + 2 * pad // STEP_PX + 1).tolist()
    knots = rows * STEP_PX // cell + 3, columns * STEP_PX // cell + 3
    words = np.random.Philox(key=stage_key(seed, "effect warp")).random_raw(knots[0] * knots[1])
    halves = np.stack([words >> np.uint64(48), words & np.uint64(0xFFFF)], axis=-1)
    bends = halves.astype(np.int64).reshape(*knots, 2) - 32768
    found = np.empty((rows, columns, 2), np.int64)
    fill_mesh(geometry, fit, bends, pad, found)
    return found, pad


def plan(
    geometry: Ints, seed: int, corners: npt.NDArray[np.float64]
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.float64]]:
    """See `warp._plan`: mesh, margins, rims, and where the corners go."""
    width, height = geometry[:2].tolist()
    points = np.floor(corners * _UNIT + 0.5).astype(np.int64)
    scale, shift = 65536, np.zeros(2, np.int64)
    for turn in range(5):
        nodes, pad = mesh(geometry, seed, np.array([scale, *shift]))
        found = np.empty_like(points)
        invert_mesh(nodes, pad, points, scale, found)
        more = np.empty(3, np.int64)
        if turn == 4 or not fit_points(points, found, width, height, more):
            break
        scale = max(scale * int(more[0]) >> 16, 1)
        shift = (shift * more[0] >> 16) + more[1:]
    return nodes, pad, rims_of(corners, width, height), (found + 32 >> 6) / 64
