"""A line taken apart: whose ink each pixel is, held against the line's label and boxes.

Made for proofs, not for speed: every glyph is drawn again on a sheet of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.bank.shelf import Picked
from penline.bidi import Levels, mirrored
from penline.compose.choose import Written
from penline.compose.draw import FAINT, draw_items
from penline.compose.make import Laid, finish, lay, line_quads, upended
from penline.compose.plan import Kit, spellings
from penline.effects import apply_effects, effect_class
from penline.records import Origin, Sample

__all__ = ["Anatomy", "added", "dissect", "faults", "label_faults", "spans_of", "strengths"]

SHOWS = 40
"""Ink of this strength must lie inside its character's box, and the box must hold some; in a
fainter hand, of half the character's own strength."""
SLACK_PX = 1.5
"""Boxes are exact before effects; a warp moves corners and pixels to its own fixed point."""

Masks = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Anatomy:
    """One line with a mask for each of its characters.

    Attributes:
        sample: the line as `make` makes it.
        ink: ``uint8 (height_px, width_px)``: all ink, before paper and effects.
        masks: ``uint8 (characters, height_px, width_px)``: the ink of each character alone,
            before marks and effects, a slip of the pen among them; 0 for white space.
        after: ``uint8 (characters of the label, ...)``: the same after the effects that move
            pixels.
        glyphs: how many glyphs each character is made of.
        laid: the line before it met its paper.
    """

    sample: Sample
    ink: npt.NDArray[np.uint8]
    masks: Masks
    after: Masks
    glyphs: tuple[int, ...]
    laid: Laid


def dissect(kit: Kit, seed: int, index: int) -> Anatomy:
    """Make one line and take it apart.

    Raises:
        UnwritableLine: as `make`.
    """
    laid = lay(kit, seed, index)
    sample = finish(kit, seed, index, laid)
    text = laid.written.text
    masks = np.zeros((len(text), *laid.ink.shape), np.uint8)
    counts = [0] * len(text)
    for item, span in spans_of(laid.written):
        counts[item] = span.stop - span.start
        arrays = laid.rows[span], laid.sizes[span], laid.starts[span]
        upright = None if laid.upright is None else laid.upright[span]
        shares = None if laid.shares is None else laid.shares[span]
        own = laid.placed.only(span)
        draw_items(kit.shelf, *arrays, own, laid.gains[span], masks[item], upright, shares)
    moving = [e for e in sample.drawn["effects"] if effect_class(e["name"]).moves]
    # how far a warp may go depends on the quads
    quads = line_quads(laid)
    kept = [mask for item, mask in enumerate(masks) if item != laid.struck]
    after = np.stack([apply_effects(upended(laid, mask), quads, moving)[0] for mask in kept])
    return Anatomy(sample, laid.ink, masks, after, tuple(counts), laid)


def spans_of(written: Written) -> Iterator[tuple[int, slice]]:
    """Each character that has glyphs, by its number, and where they are among a line's items.

    White space has none, and is one item.
    """
    counts = Counter(glyph.item for glyph in written.glyphs)
    at = 0
    for item in range(len(written.text)):
        end = at + max(counts[item], 1)
        if counts[item]:
            yield item, slice(at, end)
        at = end


def faults(kit: Kit, anatomy: Anatomy) -> Iterator[str]:
    """What is wrong between a line's label, boxes and ink; nothing for a sound line."""
    sample, laid = anatomy.sample, anatomy.laid
    glyphs = laid.written.glyphs
    levels = laid.written.levels
    if levels is not None and laid.struck >= 0:
        levels = levels.without(laid.struck)
    yield from label_faults(kit, sample.text, sample.origins, glyphs, levels)
    union = np.zeros_like(anatomy.ink)
    for mask in anatomy.masks:
        union = added(union, mask)
    # where three glyphs meet, the order of drawing may round otherwise by one step
    if (np.abs(union.astype(np.int32) - anatomy.ink) > 1).any():
        yield "the line's ink is not the union of its glyphs"
    moved = bool(sample.drawn["effects"])
    slack = SLACK_PX if moved else 0.0
    kept = [mask for item, mask in enumerate(anatomy.masks) if item != laid.struck]
    for item, (character, quad) in enumerate(zip(sample.text, sample.quads, strict=True)):
        if character.isspace():
            continue
        what = f"character {item} ({character})"
        shows, least = strengths(kept[item])
        if anatomy.after[item].max(initial=0) < least:
            yield f"{what} has no ink"
            continue
        rows, columns = np.nonzero(anatomy.after[item] >= shows)
        if not rows.size:
            continue
        left, top = quad.min(0)
        right, bottom = quad.max(0)
        out = (
            left - slack > columns.min(),
            top - slack > rows.min(),
            right + slack < columns.max() + 1,
            bottom + slack < rows.max() + 1,
        )
        if any(out):
            yield f"{what} has ink outside of its box"
    if len(laid.boxes) != len(laid.rows):
        yield "a glyph has no box"


def strengths(mask: Masks) -> tuple[int, int]:
    """From which strength on a character's ink must lie in its box, and how strong some must be.

    Args:
        mask: its ink before any effect.
    """
    peak = int(mask.max(initial=0))
    # two pixels of ink are paler after a warp
    return max(min(SHOWS, peak // 2), FAINT), min(SHOWS, peak // 4) if peak >= FAINT else 256


def added(ink: Masks, more: Masks) -> Masks:
    """Ink over ink, as strokes add up when a line is drawn; ``uint8``, of one shape."""
    both = ink.astype(np.int32) * more + 128
    return (ink + more.astype(np.int32) - ((both + (both >> 8)) >> 8)).astype(np.uint8)


def label_faults(
    kit: Kit,
    text: str,
    origins: Sequence[Origin],
    glyphs: Sequence[Picked],
    levels: Levels | None = None,
) -> Iterator[str]:
    """Every character of a label is spelled by the glyphs that stand for it.

    Args:
        kit: the banks.
        text: the label.
        origins: where the ink of its characters comes from.
        glyphs: what was picked from the banks, a slip of the pen among them.
        levels: the label's, where some of it runs from the right and may be mirrored.
    """
    if levels is not None and len(levels.levels) == len(text):
        text = mirrored(text, levels)
    written: dict[int, list[str]] = {}
    for origin in origins:
        written.setdefault(origin.item, []).append(origin.written)
    for item, character in enumerate(text):
        found = tuple(written.get(item, ()))
        if character.isspace():
            if found:
                yield f"character {item} is white space and has glyphs"
        elif found not in spellings(character):
            yield f"character {item} ({character}) is written {''.join(found) or 'by no glyph'}"
    for glyph in glyphs:
        bank = kit.shelf.banks[glyph.bank]
        truth = bank.characters[bank.columns["character"][glyph.row]]
        if truth != glyph.character:
            yield f"glyph {glyph.row} of {bank.path.name} is {truth}, not {glyph.character}"
