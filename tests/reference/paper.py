"""The kernels of `penline.paper` in plain NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.randomness import stage_key

__all__ = ["add_octave", "add_octaves", "blend_print", "colour_sheet", "print_lines"]

Image = npt.NDArray[np.uint8]
Levels = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


def _smooth(positions: Ints, cell: int) -> tuple[Ints, Ints]:
    """The lattice point before each position, and the weight (1/256) of the one after it."""
    before = positions // cell
    t = (positions - before * cell) * 256 // cell
    return before, t * t * (768 - 2 * t) >> 16


def add_octave(levels: Levels, lattice: Image, cell_x: int, cell_y: int, amplitude: int) -> None:
    """See `kernel.add_octave`."""
    height, width = levels.shape
    signed = 2 * lattice.astype(np.int64) - 255
    y, weight_y = _smooth(np.arange(height), cell_y)
    x, weight_x = _smooth(np.arange(width), cell_x)
    rows = signed[y] * 256 + (signed[y + 1] - signed[y]) * weight_y[:, None]
    noise = rows[:, x] * 256 + (rows[:, x + 1] - rows[:, x]) * weight_x
    levels += (noise * amplitude >> 24).astype(np.int32)


def print_lines(coverage: Image, lines: Ints, drift: Ints, fade: Ints) -> None:
    """See `kernel.print_lines`."""
    for k, (x0, y0, x1, y1, thickness, strength, period, dash) in enumerate(lines.tolist()):
        steep = abs(y1 - y0) > abs(x1 - x0)
        plane = coverage.T if steep else coverage
        a0, b0, a1, b1 = (y0, x0, y1, x1) if steep else (x0, y0, x1, y1)
        if a1 < a0:
            a0, b0, a1, b1 = a1, b1, a0, b0
        run, rise = a1 - a0, b1 - b0
        if run == 0:
            continue
        length = int(np.sqrt(float(run * run + rise * rise)))
        tall = thickness * length // run
        b, a = np.indices(plane.shape)
        middle = a * 256 + 128
        place = (a + 61 * k) % drift.shape[0]
        low = b0 + rise * (middle - a0) // run + drift[place] - tall // 2
        high = low + tall
        covered = np.minimum(a1, a * 256 + 256) - np.maximum(a0, a * 256)
        overlap = np.minimum(high, b * 256 + 256) - np.maximum(low, b * 256)
        seen = (covered > 0) & (overlap > 0)
        if period > 0:
            seen &= ((middle - a0) * length // run) % period < dash
        value = (overlap * covered * strength * fade[place] + (1 << 23)) >> 24
        np.maximum(plane, np.where(seen, value, 0).astype(np.uint8), out=plane)


def blend_print(image: Image, coverage: Image, colour: Ints) -> None:
    """See `kernel.blend_print`."""
    value = image.astype(np.int64)
    depth = np.maximum(value - colour, 0)
    image[...] = value - (depth * coverage[:, :, None] + 127) // 255


def colour_sheet(
    levels: Levels, across: Ints, down: Ints, stain: Image, gains: Ints, absorb: Ints, out: Image
) -> None:
    """See `kernel.colour_sheet`."""
    level = levels.astype(np.int64) + across + down[:, None]
    value = (level[:, :, None] * gains + (1 << 23)) >> 24
    if stain.shape[0] > 0:
        value -= (value * absorb * stain[:, :, None] + 32640) // 65280
    out[...] = np.clip(value, 0, 255)


def add_octaves(levels: Levels, octaves: Ints, seed: int, tag: int) -> None:
    """See `field._add_octaves`: each lattice is made of bytes of the generator's words."""
    key = stage_key(seed, "paper noise")
    for number, (cell_x, cell_y, amplitude) in enumerate(octaves.tolist()):
        rows, columns = levels.shape[0] // cell_y + 2, levels.shape[1] // cell_x + 2
        chance = np.random.Philox(key=key, counter=[0, 0, tag + number, 0])
        octets = chance.random_raw(-(-rows * columns // 8)).astype("<u8").view(np.uint8)
        lattice = octets[: rows * columns].reshape(rows, columns)
        add_octave(levels, lattice, cell_x, cell_y, amplitude)
