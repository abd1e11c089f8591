"""A printed form to fill in: the settings of a recipe's ``page: form``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from penline.settings import Interval, Settings, Share, ShareRange, SizeRange

__all__ = ["FormSettings", "Rows"]

Rows = Annotated[int, Field(ge=1, le=200)]


class FormSettings(Settings):
    """A printed form to fill in: captions, and beside each a rule, a box, or a cell a character."""

    rows_range: Interval[Rows] = (5, 14)
    """Fewest and most rows of fields; fewer where the sheet holds no more."""
    comb_chance: Share = 0.7
    """How often identity numbers, telephone numbers and dates have a cell for each character."""
    box_chance: Share = 0.5
    """How often a form's other fields are boxes; else there is a rule to write on."""
    pair_chance: Share = 0.3
    """How often two short fields stand side by side."""
    empty_chance: Share = 0.06
    """How often a field is left empty."""
    captions: bool = True
    """Whether captions are printed, in Latin capitals; they are in the labels, as printed."""
    thickness_px_range: SizeRange = (0.8, 1.8)
    """Thickness of a print where a character is 44 px high."""
    strength_range: ShareRange = (0.4, 0.95)
    """How much of the print's colour it has."""
