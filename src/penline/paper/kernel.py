"""Compiled kernels of the papers.

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
    if cell_x == 1 and cell_y == 1:
        for y in range(height):
            row, dots = levels[y], lattice[y]
            if amplitude < 1 << 22:
                factor = np.int32(amplitude)
                for x in range(width):
                    row[x] += np.int32(np.int32(2 * np.int32(dots[x]) - 255) * factor) >> 8
            else:
                for x in range(width):
                    row[x] += ((2 * np.int64(dots[x]) - 255) * amplitude) >> 8
        return
    weights = np.empty(cell_x, np.int32)
    for i in range(cell_x):
        t = i * 256 // cell_x
        weights[i] = t * t * (768 - 2 * t) >> 16
    # rows of the lattice spread to the width: what lies above and below a pixel, 1/256
    upper, lower = np.empty(width, np.int32), np.empty(width, np.int32)
    _spread(lattice[0], weights, lower)
    spread = 0
    low_part = np.int32(amplitude & 0xFFFFFF)
    for y in range(height):
        above = y // cell_y
        if above >= spread:
            upper[:] = lower
            _spread(lattice[above + 1], weights, lower)
            spread = above + 1
        t = (y - above * cell_y) * 256 // cell_y
        weight = np.int32(t * t * (768 - 2 * t) >> 16)
        row = levels[y]
        if amplitude < 1 << 14:
            # floor((v * amplitude) / 2**24) in two steps of 32 bits
            for x in range(width):
                step = np.int32(np.int32(lower[x] - upper[x]) * weight)
                value = np.int32(np.int32(upper[x] << 8) + step)
                rest = np.int32(np.int32(value & 255) * low_part) >> 8
                row[x] += np.int32(np.int32((value >> 8) * low_part) + rest) >> 16
        else:
            for x in range(width):
                wide = np.int64(upper[x]) * 256 + np.int64(lower[x] - upper[x]) * weight
                row[x] += (wide * amplitude) >> 24


@compiled
def _spread(knots: Image, weights: npt.NDArray[np.int32], out: npt.NDArray[np.int32]) -> None:
    """Values of a lattice's row between its points, 1/256; `weights` are those within a cell."""
    cell, width = weights.shape[0], out.shape[0]
    at, one = np.uint64(0), np.uint64(1)
    for j in range((width + cell - 1) // cell):
        left = np.int32(2 * np.int32(knots[j]) - 255)
        step = np.int32(2 * np.int32(knots[j + 1]) - 255) - left
        left = left << 8
        for i in range(min(cell, width - j * cell)):
            out[at] = left + step * weights[i]
            at += one


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
        period, dash, strength = lines[k, 6], lines[k, 7], lines[k, 5]
        half = tall // 2
        count_a, count_b = (height, width) if steep else (width, height)
        begin, end = max(0, a0 >> 8), min(count_a, (a1 + 255) >> 8)
        if begin >= end:
            continue
        # what rises along the line is counted up, quotient and remainder, in place of divisions
        first = begin * 256 + 128 - a0
        drop, drop_rest = rise * first // run, rise * first % run
        drop_step, drop_more = rise * 256 // run, rise * 256 % run
        gone, gone_rest = first * length // run, first * length % run
        gone_step, gone_more = 256 * length // run, 256 * length % run
        if period > 0:
            gone %= period
            gone_step %= period
        place = (begin + 61 * k) % drift.shape[0]
        for a in range(begin, end):
            if period <= 0 or gone < dash:
                low = b0 + drop + drift[place] - half
                high = low + tall
                weight = (min(a1, a * 256 + 256) - max(a0, a * 256)) * strength * fade[place]
                for b in range(max(0, low >> 8), min(count_b, (high + 255) >> 8)):
                    overlap = min(high, b * 256 + 256) - max(low, b * 256)
                    value = (overlap * weight + (1 << 23)) >> 24
                    y, x = (a, b) if steep else (b, a)
                    if value > coverage[y, x]:
                        coverage[y, x] = value
            place += 1
            if place == drift.shape[0]:
                place = 0
            drop += drop_step
            drop_rest += drop_more
            if drop_rest >= run:
                drop_rest -= run
                drop += 1
            if period > 0:
                gone += gone_step
                gone_rest += gone_more
                if gone_rest >= run:
                    gone_rest -= run
                    gone += 1
                while gone >= period:
                    gone -= period


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
    if count == 1:
        full = np.int32(colour[0])
        for y in range(height):
            row, shares = image[y].reshape(-1), coverage[y]
            for x in range(width):
                value = np.int32(row[x])
                depth = max(np.int32(value - full), np.int32(0))
                total = np.int32(np.int32(depth * np.int32(shares[x])) + 127)
                # a division by 255, exact below 65535
                row[x] = value - (np.int32(total + 1 + (total >> 8)) >> 8)
        return
    for y in range(height):
        for x in range(width):
            much = np.int64(coverage[y, x])
            if much > 0:
                for c in range(count):
                    level = np.int64(image[y, x, c])
                    gap = max(level - colour[c], 0)
                    image[y, x, c] = level - (gap * much + 127) // 255


@compiled
def colour_sheet(
    levels: Levels, across: Ints, down: Ints, stain: Image, gains: Ints, absorb: Ints, out: Image
) -> None:
    """Turn grey levels into the colour of a sheet: `out` is ``uint8 (height, width, c)``.

    Args:
        levels: ``int32 (height, width)``, 1/256 level, the sheet's own tone left out; with what is
            added to it below 2**23.
        across: ``int64 (width,)``, added to each column, 1/256 level; holds the tone.
        down: ``int64 (height,)``, added to each row.
        stain: ``uint8 (height, width)``, how much of the stain; ``(0, 0)`` where there is none.
        gains: ``int64 (c,)``, the channel's share of the level, 1/65536.
        absorb: ``int64 (c,)``, how much of the light a full stain takes, 1/256.
        out: what is made.
    """
    height, width, count = out.shape
    stained = stain.shape[0] > 0
    columns = np.empty(width, np.int32)
    values = np.empty(width, np.int32)
    plane = np.empty(width, np.uint8)
    for x in range(width):
        columns[x] = across[x]
    for c in range(count):
        gain, share = gains[c], np.int32(absorb[c])
        for y in range(height):
            row, base = levels[y], np.int32(down[y])
            if gain == 1 << 16:
                for x in range(width):
                    values[x] = np.int32(np.int32(row[x] + columns[x]) + base + 128) >> 8
            else:
                for x in range(width):
                    level = np.int64(np.int32(np.int32(row[x] + columns[x]) + base))
                    values[x] = (level * gain + (1 << 23)) >> 24
            if stained:
                spots = stain[y]
                for x in range(width):
                    # what is below 0 comes out as 0 with any stain
                    value = max(values[x], np.int32(0))
                    taken = np.uint32(np.int32(np.int32(value * share) * np.int32(spots[x])))
                    taken = np.uint32(taken + np.uint32(32640)) // np.uint32(65280)
                    values[x] = value - np.int32(taken)
            if count == 1:
                target = out[y].reshape(-1)
                for x in range(width):
                    target[x] = min(max(values[x], np.int32(0)), np.int32(255))
            else:
                for x in range(width):
                    plane[x] = min(max(values[x], np.int32(0)), np.int32(255))
                out[y, :, c] = plane
