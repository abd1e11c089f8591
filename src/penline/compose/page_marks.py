"""Marks on a page: on each line by itself, and the other side of the sheet showing through."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.compose.draw import draw_items
from penline.compose.marks import add_ink, apply_marks, sample_marks
from penline.compose.page import PageLayout
from penline.compose.sheet import PlacedLine
from penline.randomness import Draws
from penline.recipe.marks import Marks

__all__ = ["marked_ink"]

_ROOM_EM = 0.5
"""How far marks reach beyond a line's ink."""

Ink = npt.NDArray[np.uint8]


def marked_ink(
    marks: Marks, marks_rng: Draws, laid: PageLayout
) -> tuple[Ink, list[dict[str, Any]]]:
    """Draw a page's lines again, each with its marks.

    Args:
        marks: how often.
        marks_rng: chance, for all lines in their order.
        laid: the page.

    Returns:
        ``uint8 (height_px, width_px)``, and what was drawn for each line.
    """
    out = np.zeros_like(laid.sheet.ink)
    own = np.zeros_like(out)
    drawn = []
    for line in laid.lines:
        left, top, right, bottom = _window(line, laid.sheet.em, out.shape)
        origin = np.array([left, top, left, top])
        boxes = np.where(line.boxes[:, 2:3] > 0, line.boxes - origin, line.boxes)
        params = sample_marks(marks, marks_rng, line.line, boxes, laid.sheet.em)
        draw_items(line.shapes, own)
        window = own[top:bottom, left:right]
        add_ink(out[top:bottom, left:right], apply_marks(window, params))
        own[:] = 0
        drawn.append({"at": [left, top], **params} if params else {})
    return out, drawn


def _window(line: PlacedLine, em: float, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a line's ink with room around, inside of the sheet."""
    shown = line.boxes[line.boxes[:, 2] > 0]
    room = round(_ROOM_EM * em)
    left, top = np.maximum(shown[:, :2].min(0) - room, 0).tolist()
    right, bottom = np.minimum(shown[:, 2:].max(0) + room, shape[::-1]).tolist()
    return left, top, right, bottom
