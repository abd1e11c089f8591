"""How a hand places glyphs: the settings of a recipe's ``layout``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from penline.settings import ORDERED, EmRange, Settings, Share, ShareRange, SizeRange

__all__ = ["Layout"]

FillRange = Annotated[
    tuple[Annotated[float, Field(ge=0.2, le=1)], Annotated[float, Field(ge=0.2, le=1)]], ORDERED
]
CellRange = Annotated[
    tuple[Annotated[float, Field(ge=0.5, le=4)], Annotated[float, Field(ge=0.5, le=4)]], ORDERED
]


class Layout(Settings):
    """How a hand places glyphs; lengths in ems, the height of its median Chinese character.

    Each range is drawn from once a line; each deviation acts from glyph to glyph, as a walk that
    keeps `correlation` of its last step.
    """

    direction: Literal["horizontal", "vertical"] = "horizontal"
    """``vertical``: from the top down, marks at the upper right, letters and digits on their side.
    The picture's height is then its length, and ``image: height_px`` its width."""
    hand: Path | Literal["default"] | None = None
    """A placement model of `penline fit`, or ``default``, the one that comes with penline; it
    decides sizes, places, gaps and slope. None: by the settings below."""
    mark_shape: Share = 0.0
    """With a placement model: how far commas and stops are drawn out to its proportions, their area
    kept. 0: they keep the writer's; 1: as broad for their height as those it was fitted on."""
    replay: Path | None = None
    """Line templates of `penline fit --lines`: each line takes the places of a real one, whose
    marks, digits and letters stay, and whose Chinese characters become those of the corpus."""
    fill_range: FillRange = (0.74, 0.92)
    """Share of the picture's height that the line's ink fills."""
    em_most: Annotated[float, Field(ge=0.1, le=1)] = 0.76
    """Largest em, as share of the picture's height."""
    margin_em_range: SizeRange = (0.1, 0.5)
    """White to the left and to the right of the line."""
    gap_em_range: EmRange = (0.06, 0.20)
    """Gap between Chinese characters, ink to ink."""
    gap_latin_em_range: EmRange = (0.03, 0.07)
    """Gap between the letters of a word."""
    gap_mixed_em_range: EmRange = (0.08, 0.20)
    """Gap where scripts meet."""
    gap_deviation_em: float = Field(0.05, ge=0, le=0.5)
    """Of gaps along the line."""
    cell_pull_range: ShareRange = (0.2, 0.7)
    """0: equal gaps between ink; 1: equal advance, as if written in cells."""
    space_em_range: EmRange = (0.34, 0.55)
    """Width of white space."""
    size_deviation: float = Field(0.04, ge=0, le=0.3)
    """Of the glyphs' size along the line, as share."""
    size_trend: float = Field(0.05, ge=0, le=0.5)
    """Deviation of the growth from a line's start to its end."""
    rise_deviation_em: float = Field(0.035, ge=0, le=0.5)
    """Height of glyphs above the writing line."""
    slope_deviation: float = Field(0.006, ge=0, le=0.1)
    """Rise of the line per length."""
    slant_deviation: float = Field(0.05, ge=0, le=0.5)
    """Lean per height, one for the line, on top of the writer's own."""
    slant_walk_deviation: float = Field(0.02, ge=0, le=0.3)
    """Of the lean from glyph to glyph."""
    press_deviation: float = Field(0.06, ge=0, le=0.5)
    """Strength of the ink."""
    correlation: Share = 0.75
    """How alike neighbours are in size, height, lean and strength."""
    cell_em_range: CellRange = (1.14, 1.34)
    """Side of a squared paper's cell."""
