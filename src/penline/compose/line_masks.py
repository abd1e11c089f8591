"""A line taken apart: whose ink each pixel is, held against the line's label and boxes.

Made for proofs, not for speed: every glyph is drawn again on a sheet of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.bidi import Levels, mirrored
from penline.compose.draw import FAINT, draw_items
from penline.compose.line_layout import LineLayout, lay_out, line_quads, rotate_to_reading
from penline.compose.make import finish
from penline.compose.marks import add_ink
from penline.compose.plan import ComposePlan
from penline.compose.spellings import spellings
from penline.compose.text_assignment import TextAssignment
from penline.effects import apply_effects, moving
from penline.entries import in_entries
from penline.records import Origin, Sample

__all__ = [
    "LineMasks",
    "box_errors",
    "consistency_errors",
    "decompose",
    "label_errors",
    "spans_of",
]

SHOWS = 40
"""Ink of this strength must lie inside its character's box, and the box must hold some; in a
fainter hand, of half the character's own strength."""
SLACK_PX = 1.5
"""Boxes are exact before effects; a warp moves corners and pixels to its own fixed point."""

Masks = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class LineMasks:
    """One line with a mask for each of its characters.

    Attributes:
        sample: the line as `make` makes it.
        ink: ``uint8 (height_px, width_px)``: all ink, before paper and effects.
        by_character: ``uint8 (characters, height_px, width_px)``: the ink of each character alone,
            before marks and effects, a slip of the pen among them; 0 for white space.
        after: ``uint8 (characters of the label, ...)``: the same after the effects that move
            pixels.
        laid: the line before it met its paper.
    """

    sample: Sample
    ink: npt.NDArray[np.uint8]
    by_character: Masks
    after: Masks
    laid: LineLayout


def decompose(plan: ComposePlan, seed: int, index: int) -> LineMasks:
    """Make one line and take it apart.

    Raises:
        UnwritableLine: as `make`.
    """
    laid = lay_out(plan, seed, index)
    sample = finish(plan, seed, index, laid)
    line = laid.line
    masks = np.zeros((len(line.text), *laid.ink.shape), np.uint8)
    for owner, span in spans_of(line):
        draw_items(laid.shapes.only(span), masks[owner])
    effects = moving(sample.drawn["effects"])
    # how far a warp may go depends on the quads
    quads = line_quads(laid)
    kept = [mask for owner, mask in enumerate(masks) if owner != line.error_index]
    after = [apply_effects(rotate_to_reading(laid, mask), quads, effects)[0] for mask in kept]
    return LineMasks(sample, laid.ink, masks, np.stack(after), laid)


def spans_of(line: TextAssignment) -> Iterator[tuple[int, slice]]:
    """Each character that has glyphs, by its number, and where they are among a line's items.

    White space has none, and is one item.
    """
    spans = line.spans
    ends = np.cumsum(spans)
    inked = line.items["row"] >= 0
    for owner, (end, count) in enumerate(zip(ends.tolist(), spans.tolist(), strict=True)):
        if inked[end - 1]:
            yield owner, slice(end - count, end)


def consistency_errors(masks: LineMasks) -> Iterator[str]:
    """Yield what is wrong between a line's label, boxes and ink; nothing for a sound line."""
    sample, laid = masks.sample, masks.laid
    yield from label_errors(sample.items, sample.origins, laid.line.label_levels)
    union = np.zeros_like(masks.ink)
    for mask in masks.by_character:
        add_ink(union, mask)
    # where three glyphs meet, the order of drawing may round otherwise by one step
    if (np.abs(union.astype(np.int32) - masks.ink) > 1).any():
        yield "the line's ink is not the union of its glyphs"
    moved = bool(sample.drawn["effects"])
    slack = SLACK_PX if moved else 0.0
    kept = [mask for item, mask in enumerate(masks.by_character) if item != laid.line.error_index]
    for item, (character, quad) in enumerate(zip(sample.items, sample.quads, strict=True)):
        if character.isspace():
            continue
        what = f"character {item} ({character})"
        yield from box_errors(what, kept[item], masks.after[item], quad, slack)
    if len(laid.boxes) != len(laid.line.items):
        yield "a glyph has no box"


def box_errors(
    what: str, mask: Masks, after: Masks, quad: npt.NDArray[np.float64], slack: float
) -> Iterator[str]:
    """Tell whether a character has no ink, or ink outside of its box.

    Args:
        what: the character, in words.
        mask: its ink before any effect.
        after: its ink after them, where the quad lies.
        quad: ``float64 (4, 2)``: its corners.
        slack: how far ink may lie outside, px.
    """
    shows, least = strengths(mask)
    if after.max(initial=0) < least:
        yield f"{what} has no ink"
        return
    places = np.argwhere(after >= shows)[:, ::-1]
    if len(places) and (
        (quad.min(0) - slack > places.min(0)).any()
        or (quad.max(0) + slack < places.max(0) + 1).any()
    ):
        yield f"{what} has ink outside of its box"


def strengths(mask: Masks) -> tuple[int, int]:
    """Find from which strength on ink must lie in its box, and how strong some must be.

    Args:
        mask: its ink before any effect.
    """
    peak = int(mask.max(initial=0))
    # two pixels of ink are paler after a warp
    return max(min(SHOWS, peak // 2), FAINT), min(SHOWS, peak // 4) if peak >= FAINT else 256


def label_errors(
    items: Sequence[str], origins: Sequence[Origin], levels: Levels | None = None
) -> Iterator[str]:
    """Tell which characters of a label are not spelled by the glyphs that stand for them.

    Args:
        items: the label in entries.
        origins: where the ink of its characters comes from, and what the banks say that it is.
        levels: the label's, where some of it runs from the right and may be mirrored.
    """
    if levels is not None and len(levels.levels) == len(items):
        items = mirrored(in_entries(items), levels)
    written: dict[int, list[str]] = {}
    for origin in origins:
        written.setdefault(origin.item, []).append(origin.written)
    for item, character in enumerate(items):
        found = tuple(written.get(item, ()))
        if character.isspace():
            if found:
                yield f"character {item} is white space and has glyphs"
        elif found not in spellings(character):
            yield f"character {item} ({character}) is written {''.join(found) or 'by no glyph'}"
