"""Compiled kernels of the effects; `reference.py` holds the same functions in plain NumPy.

All of it is whole numbers. Places in `*_mesh` functions are in 1/4096 px from the image's
upper left corner.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = [
    "STEP_PX",
    "add_noise",
    "average_taps",
    "darken",
    "fill_mesh",
    "invert_mesh",
    "resample_mesh",
]

Image = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

STEP_PX = 8
"""Distance of a mesh's nodes."""

_STEP = 8 * 4096


@compiled
def add_noise(source: Image, octets: Image, deviations: Ints, out: Image) -> None:
    """Add bell-shaped noise: the sum of four random bytes, scaled.

    Args:
        source: ``uint8 (n,)``.
        octets: random bytes, ``uint8`` of at least ``4 n``.
        deviations: ``int64 (256,)``: deviation at each level of the source, 1/256 level.
        out: ``uint8 (n,)``.
    """
    for i in range(source.shape[0]):
        total = (
            np.int64(octets[4 * i])
            + np.int64(octets[4 * i + 1])
            + np.int64(octets[4 * i + 2])
            + np.int64(octets[4 * i + 3])
        )
        # the sum deviates by 147.8 from 510, and 443 / 2**24 = 1 / (147.8 * 256)
        value = np.int64(source[i])
        noise = ((total - 510) * deviations[value] * 443 + (1 << 23)) >> 24
        out[i] = min(max(value + noise, 0), 255)


@compiled
def average_taps(source: Image, taps: Ints, out: Image) -> None:
    """Each pixel as a weighted mean of its neighbours; beyond the edge the edge goes on.

    Args:
        source: ``uint8 (height, width, c)``.
        taps: ``int64 (n, 3)``: dx, dy in px, weight; the weights add up to 65536.
        out: ``uint8 (height, width, c)``.
    """
    height, width, count = source.shape
    for y in range(height):
        for x in range(width):
            for c in range(count):
                total = np.int64(32768)
                for k in range(taps.shape[0]):
                    row = min(max(y + taps[k, 1], 0), height - 1)
                    column = min(max(x + taps[k, 0], 0), width - 1)
                    total += taps[k, 2] * source[row, column, c]
                out[y, x, c] = total >> 16


@compiled
def darken(
    source: Image, across: Ints, down: Ints, softness: int, factors: Ints, out: Image
) -> None:
    """Multiply by a factor that depends on the distance from a line.

    Args:
        source: ``uint8 (height, width, c)``.
        across: ``int64 (width,)``: each column's part of the distance, 1/256 px.
        down: ``int64 (height,)``: each row's part.
        softness: distance over which the factors run, half on each side of the line, 1/256 px.
        factors: ``int64 (512, c)``, 1/65536.
        out: ``uint8 (height, width, c)``.
    """
    height, width, count = source.shape
    scale = (512 << 20) // softness
    half = softness // 2
    for y in range(height):
        for x in range(width):
            distance = min(max(across[x] + down[y] + half, 0), softness)
            place = min(distance * scale >> 20, 511)
            for c in range(count):
                out[y, x, c] = (source[y, x, c] * factors[place, c] + 32768) >> 16


@compiled
def fill_mesh(geometry: Ints, fit: Ints, bends: Ints, pad: Ints, mesh: Ints) -> None:
    """Fill a warp's mesh: for each node of the new image, its place in the old one.

    Args:
        geometry: width, height (px), slope, keystone x, keystone y (1/65536), bend (1/4096 px),
            cell (px).
        fit: scale (1/65536) and shift x, y (1/4096 px) of the new image.
        bends: ``int64 (rows, columns, 2)``: lattice of displacements, -32768..32767.
        pad: ``int64 (2,)``: how far the mesh reaches beyond the image, x and y, px.
        mesh: ``int64 (rows, columns, 2)``, what is made.
    """
    width, height, slope, keystone_x, keystone_y, bend, cell = (
        geometry[0],
        geometry[1],
        geometry[2],
        geometry[3],
        geometry[4],
        geometry[5],
        geometry[6],
    )
    middle_x, middle_y = width * 2048, height * 2048
    span = max(middle_x, middle_y, 16 * 4096)
    one = np.int64(1) << 32
    for j in range(mesh.shape[0]):
        for i in range(mesh.shape[1]):
            x = ((i * STEP_PX - pad[0]) * 4096 - middle_x - fit[1]) * 65536 // fit[0]
            y = ((j * STEP_PX - pad[1]) * 4096 - middle_y - fit[2]) * 65536 // fit[0]
            turned_x = x - (slope * y >> 16)
            turned_y = y + (slope * x >> 16)
            depth = (one + (keystone_x * x + keystone_y * y) * 65536 // span) >> 8
            mesh[j, i, 0] = middle_x + (turned_x << 24) // depth
            mesh[j, i, 1] = middle_y + (turned_y << 24) // depth
            if bend > 0:
                place_x = max(x + middle_x + pad[0] * 4096, 0)
                place_y = max(y + middle_y + pad[1] * 4096, 0)
                column = min(place_x // (cell * 4096), bends.shape[1] - 2)
                row = min(place_y // (cell * 4096), bends.shape[0] - 2)
                t = min(place_x // cell - column * 4096, 4096)
                weight_x = t * t * (3 * 4096 - 2 * t) >> 24
                t = min(place_y // cell - row * 4096, 4096)
                weight_y = t * t * (3 * 4096 - 2 * t) >> 24
                for axis in range(2):
                    upper = bends[row, column, axis] * 4096 + weight_x * (
                        bends[row, column + 1, axis] - bends[row, column, axis]
                    )
                    lower = bends[row + 1, column, axis] * 4096 + weight_x * (
                        bends[row + 1, column + 1, axis] - bends[row + 1, column, axis]
                    )
                    shift = (upper * 4096 + weight_y * (lower - upper)) >> 12
                    mesh[j, i, axis] += shift * bend >> 27


@compiled
def invert_mesh(mesh: Ints, pad: Ints, points: Ints, scale: int, out: Ints) -> None:
    """Where points of the old image are in the new one, within 1/2048 px.

    Args:
        mesh: ``int64 (rows, columns, 2)``, see `fill_mesh`.
        pad: its margin, ``int64 (2,)``.
        points: ``int64 (n, 2)``: x, y in the old image.
        scale: of the new image, 1/65536: makes the steps of the search the right length.
        out: ``int64 (n, 2)``: x, y in the new image.
    """
    margin_x, margin_y = pad[0] * 4096, pad[1] * 4096
    for k in range(points.shape[0]):
        x, y = points[k, 0], points[k, 1]
        for _ in range(64):
            column = min(max((x + margin_x) // _STEP, 0), mesh.shape[1] - 2)
            row = min(max((y + margin_y) // _STEP, 0), mesh.shape[0] - 2)
            fx = x + margin_x - column * _STEP
            fy = y + margin_y - row * _STEP
            a, b = mesh[row, column], mesh[row, column + 1]
            c, d = mesh[row + 1, column], mesh[row + 1, column + 1]
            miss_x = points[k, 0] - (
                (
                    (a[0] * (_STEP - fx) + b[0] * fx) * (_STEP - fy)
                    + (c[0] * (_STEP - fx) + d[0] * fx) * fy
                    + (1 << 29)
                )
                >> 30
            )
            miss_y = points[k, 1] - (
                (
                    (a[1] * (_STEP - fx) + b[1] * fx) * (_STEP - fy)
                    + (c[1] * (_STEP - fx) + d[1] * fx) * fy
                    + (1 << 29)
                )
                >> 30
            )
            if abs(miss_x) <= 1 and abs(miss_y) <= 1:
                break
            x += (miss_x * scale + 32768) >> 16
            y += (miss_y * scale + 32768) >> 16
        out[k, 0] = x
        out[k, 1] = y


@compiled
def resample_mesh(source: Image, mesh: Ints, pad: Ints, rims: Ints, out: Image) -> None:
    """The new image: each pixel's centre looked up in the old one, bilinear.

    Beyond an edge the old image goes on as its own rim, folded forth and back: the rim holds
    paper and no ink, so no ghost of the writing comes into sight.

    Args:
        source: ``uint8 (height, width, c)``.
        mesh: ``int64 (rows, columns, 2)``, see `fill_mesh`.
        pad: its margin, ``int64 (2,)``.
        rims: ``int64 (4,)``: width of the rim at the left, top, right, bottom, px, 1 or more.
        out: ``uint8 (height, width, c)``.
    """
    height, width, count = source.shape
    for y in range(height):
        row = (pad[1] + y) // STEP_PX
        fy = (y % STEP_PX) * 4096 + 2048
        for cell in range((width + STEP_PX - 1) // STEP_PX):
            column = pad[0] // STEP_PX + cell
            left_x = mesh[row, column, 0] * (_STEP - fy) + mesh[row + 1, column, 0] * fy
            left_y = mesh[row, column, 1] * (_STEP - fy) + mesh[row + 1, column, 1] * fy
            right_x = mesh[row, column + 1, 0] * (_STEP - fy) + mesh[row + 1, column + 1, 0] * fy
            right_y = mesh[row, column + 1, 1] * (_STEP - fy) + mesh[row + 1, column + 1, 1] * fy
            for i in range(min(STEP_PX, width - cell * STEP_PX)):
                fx = i * 4096 + 2048
                px = ((left_x * (_STEP - fx) + right_x * fx) >> 30) - 2048
                py = ((left_y * (_STEP - fx) + right_y * fx) >> 30) - 2048
                wx, wy = (px & 4095) >> 4, (py & 4095) >> 4
                x0, y0 = px >> 12, py >> 12
                x1, y1 = x0 + 1, y0 + 1
                if x0 < 0 or y0 < 0 or x1 >= width or y1 >= height:
                    x0, x1 = _fold(x0, width, rims[0], rims[2]), _fold(x1, width, rims[0], rims[2])
                    y0, y1 = (
                        _fold(y0, height, rims[1], rims[3]),
                        _fold(y1, height, rims[1], rims[3]),
                    )
                for c in range(count):
                    upper = source[y0, x0, c] * (256 - wx) + source[y0, x1, c] * wx
                    lower = source[y1, x0, c] * (256 - wx) + source[y1, x1, c] * wx
                    value = (upper * (256 - wy) + lower * wy + 32768) >> 16
                    out[y, cell * STEP_PX + i, c] = value


@compiled
def _fold(place: int, size: int, near: int, far: int) -> int:
    if 0 <= place < size:
        return place
    beyond, rim = (-place, near) if place < 0 else (place - size + 1, far)
    if rim <= 1:
        inward = 0
    else:
        inward = beyond % (2 * rim - 2)
        if inward > rim - 1:
            inward = 2 * rim - 2 - inward
    return inward if place < 0 else size - 1 - inward
