"""The bare sheet under a print: plain or textured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penline.paper.base import Image, Mode, PaperSettings, Params, Share, sample_seed, sample_units
from penline.paper.field import waver
from penline.paper.guide import Guide
from penline.paper.kernel import Ints
from penline.paper.plain import Plain
from penline.paper.plain import apply as apply_plain
from penline.paper.texture import Texture
from penline.paper.texture import apply as apply_texture
from penline.randomness import Draws

__all__ = ["PrintedSettings", "apply_sheet", "sample_thickness", "sample_waver", "waver_arrays"]


class PrintedSettings(PaperSettings):
    """Settings of a paper whose rules or cells are printed on a bare sheet."""

    texture_chance: Share = 0.4
    """How often the bare sheet is textured; else it is plain."""
    plain: Plain = Plain()
    """The plain sheet."""
    texture: Texture = Texture(tone_range=(215, 248), stain_chance=0.1)
    """The textured sheet."""

    def sample_sheet(self, rng: Draws, guide: Guide) -> Params:
        """Draw which sheet it is, and its numbers."""
        chosen: Plain | Texture = self.texture if rng.chance(self.texture_chance) else self.plain
        return {"name": chosen.name, **chosen.sample_params(rng, guide)}


def apply_sheet(guide: Guide, mode: Mode, sheet: Mapping[str, Any]) -> Image:
    """The bare sheet, a new array; see `plain.apply` and `texture.apply`."""
    params = {key: value for key, value in sheet.items() if key != "name"}
    if sheet["name"] == "texture":
        return apply_texture(guide, mode, **params)
    return apply_plain(guide, mode, **params)


def sample_thickness(rng: Draws, interval: tuple[float, float], height_px: float) -> int:
    """Draw the thickness of a print, 1/256 px; `interval` is for characters 44 px high."""
    return round(sample_units(rng, interval, 256) * min(max(height_px / 44, 0.5), 4.0))


def sample_waver(rng: Draws) -> list[int]:
    """Draw how a print wavers: seed, largest drift (1/256 px), most strength lost (0..256)."""
    drift = rng.between(0, 90) if rng.chance(0.5) else 0
    return [sample_seed(rng), drift, rng.between(10, 110)]


def waver_arrays(guide: Guide, waver_numbers: list[int]) -> tuple[Ints, Ints]:
    """Make drift and fade along a line, each ``int64 (n,)``: what `kernel.print_lines` takes."""
    seed, drift, loss = waver_numbers
    places = max(guide.height_px, guide.width_px)
    fade = (
        256
        - loss // 2
        + waver(seed, 3, places, 7, loss // 4)
        + waver(seed, 4, places, 61, loss // 4)
    )
    return waver(seed, 2, places, 150, drift), fade
