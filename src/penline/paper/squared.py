"""Squared paper: printed cells, one a character, bare or with the guides of practice books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

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
from penline.paper.kernel import Ints, blend_print, print_lines
from penline.paper.sheet import (
    PrintedSettings,
    apply_sheet,
    sample_thickness,
    sample_waver,
    waver_arrays,
)
from penline.randomness import Draws

__all__ = ["Squared", "apply"]

_COLOURS = {
    "green": (104, 172, 126),
    "red": (218, 108, 104),
    "grey": (150, 150, 152),
    "blue": (116, 150, 204),
}
_WEIGHTS = (0.35, 0.3, 0.2, 0.15)
_VARIANTS = ("box", "tian", "mi")


class Squared(PrintedSettings):
    """A sheet with cells: bare boxes, tian-zi-ge (a cross inside) or mi-zi-ge (diagonals too)."""

    cells: ClassVar[bool] = True

    name: Literal["squared"] = "squared"
    variant_weights: tuple[Share, Share, Share] = (0.5, 0.35, 0.15)
    """How often boxes, tian-zi-ge and mi-zi-ge come, as weights."""
    thickness_px_range: SizeRange = (0.8, 1.6)
    """Thickness of a cell's border where a character is 44 px high."""
    strength_range: ShareRange = (0.4, 0.95)
    """How much of the print's colour a border has."""
    inner_range: ShareRange = (0.3, 0.6)
    """Strength of the lines inside a cell, as a share of the border's."""
    extend_chance: Share = 0.6
    """How often cells go on to both edges of the picture, rather than end with the text."""
    row_gap_chance: Share = 0.6
    """How often a strip is left free between rows of cells, as in composition books."""

    def sample_params(self, rng: Draws, guide: Guide) -> Params:
        """See `PaperSettings.sample_params`."""
        sheet = self.sample_sheet(rng, guide)
        colour = _COLOURS[rng.choose(tuple(_COLOURS), _WEIGHTS)]
        gap = rng.between(30, 110) if rng.chance(self.row_gap_chance) else 0
        strength = sample_units(rng, self.strength_range, 255)
        return {
            "sheet": sheet,
            "colour": jitter(rng, colour, 14),
            "variant": rng.choose(_VARIANTS, self.variant_weights),
            "thickness": sample_thickness(rng, self.thickness_px_range, guide.cell_px * 0.85),
            "strength": strength,
            "inner": sample_units(rng, self.inner_range, strength),
            "dash": [rng.between(4, 9) * 256, rng.between(4, 7)],
            "gap": round(guide.cell_px * gap),
            "extend": rng.chance(self.extend_chance),
            "waver": sample_waver(rng),
        }


def apply(
    guide: Guide,
    mode: Mode,
    *,
    sheet: Mapping[str, Any],
    colour: Colour,
    variant: str,
    thickness: int,
    strength: int,
    inner: int,
    dash: list[int],
    gap: int,
    extend: bool,
    waver: list[int],
) -> Image:
    """A squared sheet, ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` for rgb.

    Args:
        guide: the image's size and the cells.
        mode: gray or rgb.
        sheet: the bare sheet: its name and numbers.
        colour: red, green, blue of the print.
        variant: ``box``, ``tian`` or ``mi``.
        thickness: of a border, 1/256 px.
        strength: of a border, 0..255.
        inner: strength of the lines inside a cell, 0..255.
        dash: period (1/256 px) and length (tenths of the period) of the dashes inside a cell.
        gap: free strip between rows of cells, 1/256 px.
        extend: whether cells go on to the picture's edges.
        waver: see `sheet.sample_waver`.
    """
    image = apply_sheet(guide, mode, sheet)
    cell = max(round(guide.cell_px * 256), 4 * 256)
    gap = max(gap, 0)
    lefts, tops = _corners(guide, cell, gap, extend)
    border = (thickness, strength, 0, 0)
    lines = [_borders(lefts, tops, cell, gap, border)]
    if variant != "box":
        lines.append(
            _guides(lefts, tops, cell, variant, (thickness * 3 // 4, inner, dash[0], dash[1]))
        )
    coverage = np.zeros((guide.height_px, guide.width_px), np.uint8)
    print_lines(coverage, np.concatenate(lines), *waver_arrays(guide, waver))
    planes = image.reshape(guide.height_px, guide.width_px, -1)
    blend_print(planes, coverage, channels(colour, mode))
    return image


def _corners(guide: Guide, cell: int, gap: int, extend: bool) -> tuple[Ints, Ints]:
    """Left edges of the columns and upper edges of the rows that the picture shows, 1/256 px."""
    left, top = round(guide.cell_left_px * 256), round(guide.cell_top_px * 256)
    row = cell + gap
    rows = range(-(top // row) - 1, ((guide.height_px << 8) - top) // row + 1)
    columns = range(guide.cells)
    if extend or guide.cells < 1:
        columns = range(-(left // cell) - 1, ((guide.width_px << 8) - left) // cell + 1)
    return (
        left + np.arange(columns.start, columns.stop) * cell,
        top + np.arange(rows.start, rows.stop) * row,
    )


def _borders(
    lefts: Ints, tops: Ints, cell: int, gap: int, border: tuple[int, int, int, int]
) -> Ints:
    """The frames of all rows, ``int64 (n, 8)``: see `kernel.print_lines`."""
    first, last = int(lefts[0]), int(lefts[-1]) + cell
    edges = sorted({y for top in tops.tolist() for y in (top, top + cell)})
    across = [(first, y, last, y, *border) for y in edges]
    walls = [*lefts.tolist(), last]
    # without a gap a wall runs through all rows; with one it is cut between them
    spans = [(top, top + cell) for top in tops.tolist()] if gap else [(edges[0], edges[-1])]
    down = [(x, start, x, stop, *border) for x in walls for start, stop in spans]
    return np.array(across + down, np.int64)


def _guides(
    lefts: Ints, tops: Ints, cell: int, variant: str, line: tuple[int, int, int, int]
) -> Ints:
    """The dashed lines inside the cells, ``int64 (n, 8)``."""
    thickness, strength, period, tenths = line
    style = (thickness, strength, period, period * tenths // 10)
    half = cell // 2
    lines = []
    for top in tops.tolist():
        for x in lefts.tolist():
            lines.append((x, top + half, x + cell, top + half, *style))
            lines.append((x + half, top, x + half, top + cell, *style))
            if variant == "mi":
                lines.append((x, top, x + cell, top + cell, *style))
                lines.append((x, top + cell, x + cell, top, *style))
    return np.array(lines, np.int64)
