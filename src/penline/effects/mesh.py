"""Compiled kernels of a warp's mesh.

All of it is whole numbers. Places in `*_mesh` functions are in 1/4096 px from the image's
upper left corner.
"""

from __future__ import annotations

import numpy as np

from penline.compiled import compiled
from penline.effects.kernel import Image, Ints, between

__all__ = ["STEP_PX", "fill_mesh", "invert_mesh", "resample_mesh"]

STEP_PX = 8
"""Distance of a mesh's nodes."""
_STEP = 8 * 4096


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
    rows, columns = mesh.shape[0], mesh.shape[1]
    xs, knots = np.empty(columns, np.int64), np.empty(columns, np.int64)
    weights = np.empty(columns, np.int64)
    for i in range(columns):
        x = ((i * STEP_PX - pad[0]) * 4096 - middle_x - fit[1]) * 65536 // fit[0]
        xs[i] = x
        knots[i], weights[i] = between(x + middle_x + pad[0] * 4096, cell, bends.shape[1])
    for j in range(rows):
        y = ((j * STEP_PX - pad[1]) * 4096 - middle_y - fit[2]) * 65536 // fit[0]
        row, weight_y = between(y + middle_y + pad[1] * 4096, cell, bends.shape[0])
        for i in range(columns):
            x = xs[i]
            turned_x = x - (slope * y >> 16)
            turned_y = y + (slope * x >> 16)
            depth = (one + (keystone_x * x + keystone_y * y) * 65536 // span) >> 8
            mesh[j, i, 0] = middle_x + (turned_x << 24) // depth
            mesh[j, i, 1] = middle_y + (turned_y << 24) // depth
            if bend > 0:
                column, weight_x = knots[i], weights[i]
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
    """Find where points of the old image are in the new one, within 1/2048 px.

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
    """Make the new image: look each pixel's centre up in the old one, bilinear.

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
    cells = (width + STEP_PX - 1) // STEP_PX
    flat = source.reshape(-1)
    # for each pixel of a row: its four neighbours in the old image, and the weights
    a, b = np.empty(cells * STEP_PX * count, np.uint8), np.empty(cells * STEP_PX * count, np.uint8)
    c, d = np.empty(cells * STEP_PX * count, np.uint8), np.empty(cells * STEP_PX * count, np.uint8)
    right, low = np.empty(cells * STEP_PX, np.uint8), np.empty(cells * STEP_PX, np.uint8)
    blended = np.empty(width, np.uint8)
    for y in range(height):
        row = (pad[1] + y) // STEP_PX
        fy = (y % STEP_PX) * 4096 + 2048
        upper, lower = mesh[row, pad[0] // STEP_PX :], mesh[row + 1, pad[0] // STEP_PX :]
        right_x = upper[0, 0] * (_STEP - fy) + lower[0, 0] * fy
        right_y = upper[0, 1] * (_STEP - fy) + lower[0, 1] * fy
        for cell in range(cells):
            left_x, left_y = right_x, right_y
            right_x = upper[cell + 1, 0] * (_STEP - fy) + lower[cell + 1, 0] * fy
            right_y = upper[cell + 1, 1] * (_STEP - fy) + lower[cell + 1, 1] * fy
            # the place of pixel i is (start + i * step) >> 30
            step_x, step_y = (right_x - left_x) * 4096, (right_y - left_y) * 4096
            start_x = left_x * _STEP + step_x // 2 - (2048 << 30)
            start_y = left_y * _STEP + step_y // 2 - (2048 << 30)
            first = cell * STEP_PX
            _fill_weights(right, first, start_x, step_x)
            _fill_weights(low, first, start_y, step_y)
            x0, y0 = start_x >> 42, start_y >> 42
            end_x = (start_x + (STEP_PX - 1) * step_x) >> 42
            end_y = (start_y + (STEP_PX - 1) * step_y) >> 42
            inside = min(x0, end_x, y0, end_y) >= 0
            inside = inside and max(x0, end_x) + 1 < width and max(y0, end_y) + 1 < height
            if inside and count == 1 and end_x - x0 == STEP_PX - 1 and end_y == y0:
                # places rise by one a pixel, in one row: the old pixels are taken as they lie
                place = y0 * width + x0
                _copy_eight(flat, place, a, first)
                _copy_eight(flat, place + 1, b, first)
                _copy_eight(flat, place + width, c, first)
                _copy_eight(flat, place + width + 1, d, first)
                continue
            at = np.uint64(first)
            if inside and count == 1:
                for _ in range(STEP_PX):
                    place = (start_y >> 42) * width + (start_x >> 42)
                    start_x += step_x
                    start_y += step_y
                    a[at], b[at] = flat[np.uint64(place)], flat[np.uint64(place + 1)]
                    place += width
                    c[at], d[at] = flat[np.uint64(place)], flat[np.uint64(place + 1)]
                    at += np.uint64(1)
                continue
            for _ in range(STEP_PX):
                x0, y0 = start_x >> 42, start_y >> 42
                start_x += step_x
                start_y += step_y
                far, deep = 1, width
                if inside:
                    place = y0 * width + x0
                else:
                    near = _fold(x0, width, rims[0], rims[2])
                    far = _fold(x0 + 1, width, rims[0], rims[2]) - near
                    high = _fold(y0, height, rims[1], rims[3])
                    deep = (_fold(y0 + 1, height, rims[1], rims[3]) - high) * width
                    place = high * width + near
                for channel in range(count):
                    target = at + np.uint64(channel * cells * STEP_PX)
                    a[target] = flat[np.uint64(place * count + channel)]
                    b[target] = flat[np.uint64((place + far) * count + channel)]
                    c[target] = flat[np.uint64((place + deep) * count + channel)]
                    d[target] = flat[np.uint64((place + deep + far) * count + channel)]
                at += np.uint64(1)
        for channel in range(count):
            begin = channel * cells * STEP_PX
            _blend(a[begin:], b[begin:], c[begin:], d[begin:], right, low, blended)
            if count == 1:
                out[y].reshape(-1)[:] = blended
            else:
                out[y, :, channel] = blended


@compiled
def _fill_weights(out: Image, first: int, start: int, step: int) -> None:
    """The weights (1/256) of the later neighbours along one axis, for one cell of a row."""
    at = np.uint64(first)
    for _ in range(STEP_PX):
        out[at] = (start >> 34) & 255
        start += step
        at += np.uint64(1)


@compiled
def _copy_eight(source: Image, begin: int, out: Image, first: int) -> None:
    """Copy eight bytes: all are read before one is written, so that it is done at once."""
    i, o, one = np.uint64(begin), np.uint64(first), np.uint64(1)
    a, b, c, d = source[i], source[i + one], source[i + np.uint64(2)], source[i + np.uint64(3)]
    i += np.uint64(4)
    e, f, g, h = source[i], source[i + one], source[i + np.uint64(2)], source[i + np.uint64(3)]
    out[o], out[o + one], out[o + np.uint64(2)], out[o + np.uint64(3)] = a, b, c, d
    o += np.uint64(4)
    out[o], out[o + one], out[o + np.uint64(2)], out[o + np.uint64(3)] = e, f, g, h


@compiled
def _blend(a: Image, b: Image, c: Image, d: Image, right: Image, low: Image, out: Image) -> None:
    """A row of pixels, each between its four neighbours; see `resample_mesh`."""
    for i in range(out.shape[0]):
        wx, wy = np.int32(right[i]), np.int32(low[i])
        upper = np.int32((np.int32(a[i]) << 8) + np.int32(wx * np.int32(np.int32(b[i]) - a[i])))
        lower = np.int32((np.int32(c[i]) << 8) + np.int32(wx * np.int32(np.int32(d[i]) - c[i])))
        total = np.int32((upper << 8) + np.int32(wy * np.int32(lower - upper)))
        out[i] = np.int32(total + 32768) >> 16


@compiled
def _fold(place: int, size: int, near: int, far: int) -> int:
    if 0 <= place < size:
        return place
    beyond, rim = (-place, near) if place < 0 else (place - size + 1, far)
    if beyond < rim:
        inward = beyond
    elif rim <= 1:
        inward = 0
    else:
        inward = beyond % (2 * rim - 2)
        if inward > rim - 1:
            inward = 2 * rim - 2 - inward
    return inward if place < 0 else size - 1 - inward
