"""A page taken apart: whose ink each pixel is, held against the page's labels and boxes.

A page's characters are many and its sheet is large: each keeps a mask
of its own place alone, and characters far from each other go through the effects on one sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.compose.draw import draw_items
from penline.compose.line_masks import (
    SHOWS,
    SLACK_PX,
    box_errors,
    label_errors,
    spans_of,
)
from penline.compose.marks import add_ink
from penline.compose.page import PageLayout
from penline.compose.page_render import finish_page, lay_page, page_quads
from penline.compose.plan import ComposePlan
from penline.compose.sheet import PlacedLine
from penline.effects import apply_effects, moving
from penline.pages import Page
from penline.records import Origin

__all__ = ["PageMasks", "decompose_page", "page_consistency_errors"]

APART_EM = 2.5
"""Characters this far from each other go through the effects together."""
NEAR_EM = 1.0
"""How far from its box a character's ink is looked for."""

Ints = npt.NDArray[np.int64]
Ink = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Part:
    """The ink of one character alone, before effects.

    Attributes:
        line: number of its line among the written ones.
        item: number of the character in the line's label; -1 for a slip of the pen.
        top: row of the sheet that the mask begins at.
        left: column.
        mask: ``uint8 (height_px, width_px)``.
    """

    line: int
    item: int
    top: int
    left: int
    mask: Ink


@dataclass(frozen=True, eq=False)
class PageMasks:
    """One page with a mask for each of its characters.

    Attributes:
        page: the page as `make_page` makes it.
        laid: the page before it met its paper.
        parts: its characters, white space left out.
        stray: whether a glyph has ink outside of the place that was searched for it.
    """

    page: Page
    laid: PageLayout
    parts: tuple[Part, ...]
    stray: bool


def decompose_page(plan: ComposePlan, seed: int, index: int) -> PageMasks:
    """Make one page and take it apart.

    Raises:
        UnwritableLine: as `make_page`.
    """
    laid = lay_page(plan, seed, index)
    scratch = np.zeros_like(laid.sheet.ink)
    parts = tuple(
        part
        for number, line in enumerate(laid.lines)
        for part in _parts(laid, number, line, scratch)
    )
    page = finish_page(plan, seed, index, laid)
    return PageMasks(page, laid, parts, bool(scratch.any()))


def _parts(laid: PageLayout, number: int, line: PlacedLine, scratch: Ink) -> Iterator[Part]:
    """Every character of a line, drawn again on an empty sheet, which is left empty."""
    error = line.line.error_index
    for item, span in spans_of(line.line):
        own = line.shapes.only(span)
        draw_items(own, scratch)
        places = own.placed.places_q8
        # a glyph made larger and a leaning one reach beyond their place
        room = round(laid.sheet.em)
        left, top = (places[:, :2].min(0) >> 8) - room
        right, bottom = ((places[:, :2] + places[:, 2:]).max(0) >> 8) + room
        first, start = max(int(top), 0), max(int(left), 0)
        window = scratch[first : max(int(bottom), 0), start : max(int(right), 0)]
        label_item = -1 if item == error else item - (0 <= error < item)
        yield Part(number, label_item, first, start, window.copy())
        window[:] = 0


def page_consistency_errors(masks: PageMasks) -> Iterator[str]:
    """Yield what is wrong between a page's labels, boxes and ink; nothing for a sound one."""
    page, laid = masks.page, masks.laid
    lines = [line for line in page.lines if line.characters is not None]
    if len(lines) != len(laid.lines):
        yield "a line that was written is not told of"
        return
    for number, (line, written) in enumerate(zip(lines, laid.lines, strict=True)):
        origins = [Origin(**origin) for origin in line.metadata["origins"]]
        for fault in label_errors(line.items, origins, written.line.label_levels):
            yield f"line {number}: {fault}"
    if masks.stray:
        yield "a glyph has ink far from its place"
    union = np.zeros_like(laid.sheet.ink)
    for part in masks.parts:
        add_ink(_window(union, part), part.mask)
    # where three glyphs meet, the order of drawing may round otherwise by one step
    if (np.abs(union.astype(np.int32) - laid.sheet.ink) > 1).any():
        yield "the page's ink is not the union of its glyphs"
    effects = page.metadata["drawn"]["effects"]
    slack = SLACK_PX if effects else 0.0
    parts = page_quads(laid)
    near = NEAR_EM * laid.sheet.em
    for group in _groups(
        [part for part in masks.parts if part.item >= 0], parts, APART_EM * laid.sheet.em
    ):
        sheet = np.zeros_like(laid.sheet.ink)
        for part in group:
            window = _window(sheet, part)
            window[:] = np.maximum(window, part.mask)
        # how far a warp may go depends on the quads
        sheet, _ = apply_effects(sheet, np.concatenate(parts), moving(effects))
        for part in group:
            quads = lines[part.line].characters
            character = lines[part.line].items[part.item]
            if quads is None:
                continue
            what = f"line {part.line}: character {part.item} ({character})"
            low, high = quads[part.item].min(0), quads[part.item].max(0)
            left, top = np.maximum(np.floor(low - near), 0).astype(int).tolist()
            right, bottom = np.maximum(np.ceil(high + near), 0).astype(int).tolist()
            ink = sheet[top:bottom, left:right]
            yield from box_errors(what, part.mask, ink, quads[part.item] - (left, top), slack)
            ink[:] = 0
        if (sheet >= SHOWS).any():
            yield "there is ink far from every box"


def _window(sheet: Ink, part: Part) -> Ink:
    """The place of a part on a sheet, to be written to."""
    high, wide = part.mask.shape
    return sheet[part.top : part.top + high, part.left : part.left + wide]


def _groups(
    parts: Sequence[Part], quads: Sequence[npt.NDArray[np.float64]], apart: float
) -> list[list[Part]]:
    """Parts in as few groups as come by, whose members' boxes are so far from each other."""
    groups: list[tuple[list[Part], list[npt.NDArray[np.float64]]]] = []
    for part in parts:
        corners = quads[part.line][part.item]
        box = np.concatenate([corners.min(0), corners.max(0)])
        for members, boxes in groups:
            table = np.array(boxes)
            gaps = np.maximum(table[:, :2] - box[2:], box[:2] - table[:, 2:]).max(1)
            if (gaps >= apart).all():
                members.append(part)
                boxes.append(box)
                break
        else:
            groups.append(([part], [box]))
    return [members for members, _ in groups]
