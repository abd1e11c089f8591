"""How lines fit what PaddleOCR trains: columns that each of them needs, and the width to train at.

CTC needs a column for each character, and one more between two that are the same. Where there are
fewer, the loss of the line is zero, without a word, and the line teaches nothing. A picture is
scaled to 48 px of height and filled up with nothing to the width of the configuration, so a line
has the columns over its own ink alone; one that is wider than the configuration is squeezed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from penline.export.paddleocr_networks import COLUMN_PX, COLUMNS, HEIGHT_PX

__all__ = ["STOCK_WIDTH_PX", "Fit", "columns_needed", "line_fit"]

STOCK_WIDTH_PX = 320
_STEP_PX = 32


def columns_needed(text: str) -> int:
    """Columns that CTC needs for a label.

    >>> columns_needed("hello")
    6
    """
    return len(text) + sum(one == other for one, other in pairwise(text))


def line_fit(text: str, height_px: int, width_px: int) -> tuple[int, int]:
    """Columns that a line needs, and its picture's width at PaddleOCR's height."""
    return columns_needed(text), math.ceil(HEIGHT_PX * width_px / height_px)


@dataclass(slots=True)
class Fit:
    """Columns and widths of all lines of a set.

    Attributes:
        lines: how many lines there are of each `line_fit`.
        pooled: whether the network pools to `COLUMNS` in training; if not, a column is 8 px.
    """

    lines: Counter[tuple[int, int]] = field(default_factory=Counter)
    pooled: bool = True

    def add(self, fits: Iterable[tuple[int, int]]) -> None:
        """Count lines by their `line_fit`."""
        self.lines.update((need, width) for need, width in fits)

    @property
    def widest_px(self) -> int:
        """The narrowest width of a configuration that squeezes no line."""
        widest = max((width for _, width in self.lines), default=0)
        return max(STOCK_WIDTH_PX, -(-widest // _STEP_PX) * _STEP_PX)

    @property
    def over(self) -> int:
        """Lines that need more columns than a network that pools has, at any width."""
        return sum(n for (need, _), n in self.lines.items() if need > COLUMNS)

    def short(self, width_px: int, *, pooled: bool | None = None) -> int:
        """Lines that have fewer columns over their ink than they need, in training at a width."""
        pooled = self.pooled if pooled is None else pooled
        column_px = width_px / COLUMNS if pooled else COLUMN_PX
        return sum(
            n for (need, width), n in self.lines.items() if need * column_px > min(width, width_px)
        )

    @property
    def width_px(self) -> int:
        """The width to train at.

        Where a network pools, a wider configuration adds no column: it lays fewer of the `COLUMNS`
        over a line's ink, and makes them coarser than those it reads with. Of 320, 480, 640 and
        960 px the narrowest lost least, of lines that it squeezes, too (docs/paddleocr.md).
        """
        return STOCK_WIDTH_PX if self.pooled else self.widest_px

    def metadata(self) -> dict[str, int]:
        """What the report says under ``columns``."""
        pooled = {"columns": COLUMNS, "lines_over": self.over} if self.pooled else {}
        return {
            **pooled,
            "width_px": self.width_px,
            "lines_short": self.short(self.width_px),
            "widest_px": self.widest_px,
            "lines_short_at_widest": self.short(self.widest_px),
        }
