"""Ruled paper: printed lines to write on, from edge to edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from penline.paper.base import (
    Colour,
    Image,
    Mode,
    Params,
    Share,
    ShareRange,
    SizeRange,
    channels,
    jitter,
    sample_units,
)
from penline.paper.guide import Guide
from penline.paper.kernel import blend_print, print_lines
from penline.paper.sheet import (
    PrintedSettings,
    apply_sheet,
    sample_thickness,
    sample_waver,
    waver_arrays,
)
from penline.randomness import Draws

__all__ = ["Ruled", "apply"]

_COLOURS = {
    "blue": (112, 146, 200),
    "grey": (140, 140, 145),
    "red": (214, 112, 108),
    "black": (80, 80, 85),
}
_WEIGHTS = (0.4, 0.35, 0.15, 0.1)


class Ruled(PrintedSettings):
    """A sheet with rules: one a little below the writing line, others above and below it."""

    name: Literal["ruled"] = "ruled"
    below_range: ShareRange = (0.04, 0.2)
    """How far the rule lies below the writing line, in character heights."""
    pitch_range: SizeRange = (1.3, 1.9)
    """Distance of one rule from the next, in character heights."""
    thickness_px_range: SizeRange = (0.8, 1.8)
    """Thickness of a rule where a character is 44 px high."""
    strength_range: ShareRange = (0.35, 0.95)
    """How much of the print's colour a rule has."""
    dotted_chance: Share = 0.15
    """How often the rules are dotted or dashed."""
    tilt_range: ShareRange = (0.0, 0.004)
    """How far a rule falls or rises, as a slope."""

    def sample_params(self, rng: Draws, guide: Guide) -> Params:
        """See `PaperSettings.sample_params`."""
        sheet = self.sample_sheet(rng, guide)
        colour = _COLOURS[rng.choose(tuple(_COLOURS), _WEIGHTS)]
        thickness = sample_thickness(rng, self.thickness_px_range, guide.em_px)
        dash = [0, 0]
        if rng.chance(self.dotted_chance):
            period = rng.between(3, 12) * 256
            dash = [period, period * rng.between(4, 7) // 10]
        return {
            "sheet": sheet,
            "colour": jitter(rng, colour, 14),
            "below": round(guide.em_px * rng.uniform(*self.below_range) * 256),
            "pitch": round(guide.em_px * rng.uniform(*self.pitch_range) * 256),
            "thickness": thickness,
            "strength": sample_units(rng, self.strength_range, 255),
            "dash": dash,
            "tilt": sample_units(rng, self.tilt_range, 65536) * rng.choose((-1, 1)),
            "waver": sample_waver(rng),
        }


def apply(
    guide: Guide,
    mode: Mode,
    *,
    sheet: Mapping[str, Any],
    colour: Colour,
    below: int,
    pitch: int,
    thickness: int,
    strength: int,
    dash: list[int],
    tilt: int,
    waver: list[int],
) -> Image:
    """A ruled sheet, ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` for rgb.

    Args:
        guide: the image's size and the writing line.
        mode: gray or rgb.
        sheet: the bare sheet: its name and numbers.
        colour: red, green, blue of the print.
        below: distance of a rule below the writing line, 1/256 px.
        pitch: distance of rules, 1/256 px.
        thickness: of a rule, 1/256 px.
        strength: 0..255.
        dash: period and length of dashes, 1/256 px; ``[0, 0]`` = solid.
        tilt: slope of the rules, 1/65536, positive = falling to the right.
        waver: see `sheet.sample_waver`.
    """
    image = apply_sheet(guide, mode, sheet)
    height, width = guide.height_px << 8, guide.width_px << 8
    pitch = max(pitch, 4 * 256)
    fall = width * tilt >> 16
    first = round(guide.baseline_px * 256) + below
    # the rules that reach the picture, whichever end of a tilted rule does
    lowest = -(-(-abs(fall) - thickness - first) // pitch)
    highest = (height + abs(fall) + thickness - first) // pitch
    lines = np.zeros((max(highest - lowest + 1, 0), 8), np.int64)
    middles = first + np.arange(lowest, lowest + lines.shape[0]) * pitch
    lines[:, 1] = middles - fall // 2
    lines[:, 2] = width
    lines[:, 3] = middles - fall // 2 + fall
    lines[:, 4:] = (thickness, strength, *dash)
    coverage = np.zeros((guide.height_px, guide.width_px), np.uint8)
    print_lines(coverage, lines, *waver_arrays(guide, waver))
    planes = image.reshape(guide.height_px, guide.width_px, -1)
    blend_print(planes, coverage, channels(colour, mode))
    return image
