"""Paper with a body: grain, fibres, flecks, water stains, and light that is not even."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from penline.paper.base import (
    Colour,
    Image,
    Mode,
    PaperSettings,
    Params,
    Share,
    ShareRange,
    SizeRange,
    ToneRange,
    channels,
    jitter,
    luma,
    sample_seed,
    sample_units,
)
from penline.paper.field import noise_field, waver
from penline.paper.guide import Guide
from penline.paper.kernel import blend_print, colour_sheet, print_lines
from penline.randomness import Draws, rng

__all__ = ["Texture", "apply"]

_TINTS = ([4, 0, -10], [6, 0, -18], [0, 0, 0], [-3, 0, 4], [3, 1, -6])
_FLECKS = ([120, 100, 80], [90, 90, 95], [150, 120, 90])
_TEA = (22, 44, 78)


class Texture(PaperSettings):
    """A sheet with grain, fibres, stains and uneven light."""

    name: Literal["texture"] = "texture"
    tone_range: ToneRange = (205, 246)
    """Grey of the sheet in the middle, 0..255."""
    grain_range: SizeRange = (1.0, 5.0)
    """Fine grain, largest deviation in levels."""
    fibre_range: SizeRange = (0.5, 4.0)
    """Drawn-out fibres, largest deviation in levels."""
    cloud_range: SizeRange = (1.0, 5.0)
    """Soft patches a few letters wide, largest deviation in levels."""
    slope_range: SizeRange = (0.0, 16.0)
    """How much darker one end of the sheet is than the middle, in levels."""
    vignette_range: SizeRange = (0.0, 10.0)
    """How much darker both ends are than the middle, in levels."""
    stain_chance: Share = 0.2
    """How often the sheet has stains."""
    stain_range: ShareRange = (0.25, 0.8)
    """Strength of stains; at 1 a stain takes a sixth of the light."""
    fleck_chance: Share = 0.3
    """How often fibres of another colour show, as in recycled paper."""
    flecks_range: SizeRange = (2.0, 14.0)
    """Flecks in each 100 x 100 px."""

    def sample_params(self, rng: Draws, guide: Guide) -> Params:
        """See `PaperSettings.sample_params`."""
        tone = rng.between(*self.tone_range)
        tint = rng.choose(_TINTS)
        colour = [min(max(tone + part, 1), 255) for part in tint]
        grain, fibre, cloud = (
            sample_units(rng, interval, 256)
            for interval in (self.grain_range, self.fibre_range, self.cloud_range)
        )
        long, thick = rng.between(7, 18), rng.between(2, 4)
        patch = rng.between(20, 70)
        octaves = [
            [patch * 3, patch * 2, cloud],
            [patch, patch, cloud // 2],
            [*rng.choose(((long, thick), (thick, long))), fibre],
            [rng.between(2, 4), rng.between(2, 4), grain],
            [1, 1, grain // 2],
        ]
        light = [
            sample_units(rng, self.slope_range, 256) * rng.choose((-1, 1)),
            sample_units(rng, self.slope_range, 64) * rng.choose((-1, 1)),
            sample_units(rng, self.vignette_range, 256),
        ]
        params: Params = {"colour": colour, "seed": sample_seed(rng), "octaves": octaves}
        params["light"] = light
        if rng.chance(self.stain_chance):
            size = max(guide.height_px * rng.between(3, 10) // 4, 12)
            # size px, threshold of the noise (0..255), strength (1/256), width of the dark rim
            params["stain"] = [
                size,
                rng.between(135, 175),
                sample_units(rng, self.stain_range, 256),
                rng.between(0, 30),
            ]
        if rng.chance(self.fleck_chance):
            area = guide.height_px * guide.width_px
            params["flecks"] = min(sample_units(rng, self.flecks_range, 16) * area // 160000, 4096)
            params["fleck_colour"] = jitter(rng, rng.choose(_FLECKS), 20)
        return params


def apply(
    guide: Guide,
    mode: Mode,
    *,
    colour: Colour,
    seed: int,
    octaves: Sequence[Sequence[int]],
    light: Sequence[int] = (0, 0, 0),
    stain: Sequence[int] | None = None,
    flecks: int = 0,
    fleck_colour: Colour = (120, 100, 80),
) -> Image:
    """A textured sheet, ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` for rgb.

    Args:
        guide: the image's size.
        mode: gray or rgb.
        colour: red, green, blue in the middle of the sheet, 0..255.
        seed: key of all noise.
        octaves: ``[cell_x_px, cell_y_px, amplitude]``, amplitude in 1/256 level.
        light: slope to the right, slope to the bottom, darkening of both ends; 1/256 level at the
            picture's edge.
        stain: size in px, threshold (0..255), strength (1/256) and rim of the stains.
        flecks: number of flecks.
        fleck_colour: red, green, blue.
    """
    height, width = guide.height_px, guide.width_px
    levels = noise_field(height, width, seed, octaves)
    tone = max(luma(colour), 1)
    # places from -1024 at one edge to 1024 at the other
    u = (2 * np.arange(width) + 1) * 1024 // width - 1024
    v = (2 * np.arange(height) + 1) * 1024 // height - 1024
    across = (tone << 8) + (u * light[0] >> 10) - (u * u * light[2] >> 20)
    down = v * light[1] >> 10
    gains = (channels(colour, mode) << 16) // tone
    stains = np.empty((0, 0), np.uint8) if stain is None else _stains(height, width, seed, stain)
    out = np.empty((height, width, gains.shape[0]), np.uint8)
    colour_sheet(levels, across, down, stains, gains, channels(_TEA, mode), out)
    if flecks:
        blend_print(out, _fleck_print(height, width, seed, flecks), channels(fleck_colour, mode))
    return out if mode == "rgb" else out.reshape(height, width)


def _stains(height: int, width: int, seed: int, stain: Sequence[int]) -> Image:
    """``uint8 (height, width)``: even inside a stain, soft at its edge, darker along its rim."""
    size, threshold, strength, rim = stain
    octaves = [(size, size, 110 << 6), (max(size // 4, 2), max(size // 4, 2), 26 << 6)]
    noise = (noise_field(height, width, seed, octaves, tag=1) >> 6) + 128 - threshold
    body = np.clip(noise * 7, 0, 130)
    edge = np.clip(rim * 4 - np.abs(noise - 12) * 8, 0, 120)
    found: Image = (((body + edge) * strength) >> 8).astype(np.uint8)
    return found


def _fleck_print(height: int, width: int, seed: int, flecks: int) -> Image:
    """``uint8 (height, width)``: short thin threads at random places."""
    words = rng(seed, 0, "paper flecks").words(flecks * 4)
    # the high bits, so that nothing depends on signs
    numbers = (words >> np.uint64(44)).astype(np.int64).reshape(flecks, 4)
    lines = np.zeros((flecks, 8), np.int64)
    lines[:, 0] = numbers[:, 0] * (width << 8) >> 20
    lines[:, 1] = numbers[:, 1] * (height << 8) >> 20
    lines[:, 2] = lines[:, 0] + ((numbers[:, 2] & 0xFFF) * 5 >> 3) - 1280
    lines[:, 3] = lines[:, 1] + ((numbers[:, 2] >> 8) * 5 >> 3) - 1280
    lines[:, 4] = 90 + (numbers[:, 3] & 0x7F)
    lines[:, 5] = 20 + (numbers[:, 3] >> 13)
    coverage = np.zeros((height, width), np.uint8)
    place = max(height, width)
    fade = np.full(place, 256, np.int64)
    print_lines(coverage, lines, waver(seed, 9, place, 5, 200), fade)
    return coverage
