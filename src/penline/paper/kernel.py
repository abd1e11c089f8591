"""Compiled kernels of the papers; `reference.py` holds the same functions in plain NumPy.

Lengths are whole numbers of 1/256 px, grey levels whole numbers of 1/256 level. There is no
floating point but one exact square root.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = ["add_octave", "blend_print", "colour_sheet", "print_lines"]

Image = npt.NDArray[np.uint8]
Levels = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


@compiled
def add_octave(levels: Levels, lattice: Image, cell_x: int, cell_y: int, amplitude: int) -> None:
    """Add value noise to `levels` (``int32 (height, width)``), in place.

    Args:
        levels: grey levels, 1/256.
        lattice: ``uint8``, at least ``(height // cell_y + 2, width // cell_x + 2)``.
        cell_x: distance of lattice points, px.
        cell_y: distance of lattice points, px.
        amplitude: largest change, 1/256 level, below 2**20.
    """
    height, width = levels.shape
    columns = (width - 1) // cell_x + 2
    row = np.empty(columns, np.int64)
    weights = np.empty(cell_x, np.int64)
    for i in range(cell_x):
        t = i * 256 // cell_x
        weights[i] = t * t * (768 - 2 * t) >> 16
    for y in range(height):
        above = y // cell_y
        t = (y - above * cell_y) * 256 // cell_y
        weight = t * t * (768 - 2 * t) >> 16
        for j in range(columns):
            upper = 2 * np.int64(lattice[above, j]) - 255
            lower = 2 * np.int64(lattice[above + 1, j]) - 255
            row[j] = upper * 256 + (lower - upper) * weight
        for j in range(columns - 1):
            start = j * cell_x
            left = row[j] * 256
            step = row[j + 1] - row[j]
            for i in range(min(cell_x, width - start)):
                levels[y, start + i] += ((left + step * weights[i]) * amplitude) >> 24


@compiled
def print_lines(coverage: Image, lines: Ints, drift: Ints, fade: Ints) -> None:
    """Print straight lines into `coverage` (``uint8 (height, width)``), in place.

    Where lines cross, the stronger one counts.

    Args:
        coverage: 0 = bare paper, 255 = full colour of the print.
        lines: ``int64 (n, 8)``: x0, y0, x1, y1, thickness, strength (0..255), dash period (0 =
            solid), dash length; lengths in 1/256 px, from the picture's upper left corner.
        drift: ``int64 (m,)``: how far a line leaves its course at each pixel along it, 1/256 px.
        fade: ``int64 (m,)``: share of the strength at each pixel along a line, 0..256.
    """
    height, width = coverage.shape
    for k in range(lines.shape[0]):
        steep = abs(lines[k, 3] - lines[k, 1]) > abs(lines[k, 2] - lines[k, 0])
        along, aside = (1, 0) if steep else (0, 1)
        a0, b0, a1, b1 = lines[k, along], lines[k, aside], lines[k, 2 + along], lines[k, 2 + aside]
        if a1 < a0:
            a0, b0, a1, b1 = a1, b1, a0, b0
        run = a1 - a0
        if run == 0:
            continue
        rise = b1 - b0
        length = np.int64(math.sqrt(run * run + rise * rise))
        tall = lines[k, 4] * length // run
        period = lines[k, 6]
        count_a, count_b = (height, width) if steep else (width, height)
        for a in range(max(0, a0 >> 8), min(count_a, (a1 + 255) >> 8)):
            middle = a * 256 + 128
            if period > 0 and ((middle - a0) * length // run) % period >= lines[k, 7]:
                continue
            place = (a + 61 * k) % drift.shape[0]
            low = b0 + rise * (middle - a0) // run + drift[place] - tall // 2
            high = low + tall
            weight = (min(a1, a * 256 + 256) - max(a0, a * 256)) * lines[k, 5] * fade[place]
            for b in range(max(0, low >> 8), min(count_b, (high + 255) >> 8)):
                overlap = min(high, b * 256 + 256) - max(low, b * 256)
                value = (overlap * weight + (1 << 23)) >> 24
                y, x = (a, b) if steep else (b, a)
                if value > coverage[y, x]:
                    coverage[y, x] = value


@compiled
def blend_print(image: Image, coverage: Image, colour: Ints) -> None:
    """Lay a print of one colour over `image` (``uint8 (height, width, c)``), in place.

    The print only darkens, as ink on paper does.

    Args:
        image: the sheet.
        coverage: ``uint8 (height, width)``, 255 = full colour.
        colour: ``int64 (c,)``, 0..255.
    """
    height, width, count = image.shape
    for y in range(height):
        for x in range(width):
            share = np.int64(coverage[y, x])
            if share > 0:
                for c in range(count):
                    value = np.int64(image[y, x, c])
                    depth = max(value - colour[c], 0)
                    image[y, x, c] = value - (depth * share + 127) // 255


@compiled
def colour_sheet(
    levels: Levels, across: Ints, down: Ints, stain: Image, gains: Ints, absorb: Ints, out: Image
) -> None:
    """Turn grey levels into the colour of a sheet: `out` is ``uint8 (height, width, c)``.

    Args:
        levels: ``int32 (height, width)``, 1/256 level, the sheet's own tone left out.
        across: ``int64 (width,)``, added to each column, 1/256 level; holds the tone.
        down: ``int64 (height,)``, added to each row.
        stain: ``uint8 (height, width)``, how much of the stain; ``(0, 0)`` where there is none.
        gains: ``int64 (c,)``, the channel's share of the level, 1/65536.
        absorb: ``int64 (c,)``, how much of the light a full stain takes, 1/256.
        out: what is made.
    """
    height, width, count = out.shape
    stained = stain.shape[0] > 0
    for y in range(height):
        for x in range(width):
            level = levels[y, x] + across[x] + down[y]
            for c in range(count):
                value = (level * gains[c] + (1 << 23)) >> 24
                if stained:
                    value -= (value * absorb[c] * np.int64(stain[y, x]) + 32640) // 65280
                out[y, x, c] = min(max(value, 0), 255)
