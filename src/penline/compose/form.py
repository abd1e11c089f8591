"""A printed form: its fields and captions, drawn first, then printed on a sheet in integers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.corpus.made import CELLS, KINDS
from penline.paper.base import Mode, channels, jitter, sample_units
from penline.paper.guide import Guide
from penline.paper.kernel import blend_print, print_lines
from penline.paper.letters import lettering, lettering_width
from penline.paper.sheet import sample_thickness, sample_waver, waver_arrays
from penline.randomness import Draws
from penline.recipe.form import FormSettings

__all__ = ["Form", "FormField", "print_form", "sample_form"]

Ints = npt.NDArray[np.int64]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom, px."""

CAPTIONS = {
    "text": "REMARKS",
    "random": "CODE",
    "number": "NUMBER",
    "date": "DATE",
    "amount": "AMOUNT",
    "telephone": "PHONE",
    "identity": "ID NUMBER",
    "address": "ADDRESS",
}
_SHORT = ("number", "date", "telephone")
_COLOURS = {
    "black": (60, 60, 64),
    "grey": (128, 128, 134),
    "blue": (84, 110, 176),
    "green": (84, 140, 104),
    "red": (196, 92, 88),
}
_WEIGHTS = (0.3, 0.25, 0.2, 0.1, 0.15)
BELOW_EM = 0.24
"""What a field on a rule holds below its rule, for strokes that go under it."""
_LEAST_CELL_EM = 0.5
_AGAIN = 0.15


class FormField(NamedTuple):
    """One field.

    Attributes:
        kind: what it asks for, a key of `CAPTIONS`.
        look: ``rule``, ``box`` or ``comb``.
        box: where the writing goes; all of its ink stays inside.
        cells: how many cells a comb has; else 0.
        caption: what is printed beside it, ``""`` for nothing.
        caption_box: where.
        empty: nobody fills it in.
    """

    kind: str
    look: str
    box: Box
    cells: int
    caption: str
    caption_box: Box
    empty: bool


class Form(NamedTuple):
    """A form: fields in reading order, and how it is printed (lengths in 1/256 px)."""

    fields: tuple[FormField, ...]
    letter_px: int
    rule_px: int
    colour: list[int]
    thickness: int
    strength: int
    waver: list[int]

    @property
    def boxes(self) -> Ints:
        """``int64 (2 * fields, 4)``: of each field its box and that of its caption."""
        return np.array([box for f in self.fields for box in (f.box, f.caption_box)], np.int64)

    def metadata(self) -> dict[str, Any]:
        """What `Page.metadata` tells of the form."""
        return {**self._asdict(), "fields": [field._asdict() for field in self.fields]}


def sample_form(
    settings: FormSettings,
    shares: Mapping[str, float],
    rng: Draws,
    size_px: tuple[int, int],
    em: float,
    pitch: float,
    margins: tuple[float, ...],
) -> Form:
    """Decide about a form.

    Args:
        settings: the recipe's.
        shares: how often each kind of made-up text comes; the rest is text of the corpus. Empty:
            all kinds and text come as often.
        rng: chance.
        size_px: height and width of the sheet.
        em: height of a median Chinese character in the writing, px.
        pitch: from one row to the next, px.
        margins: left, right, top, bottom, px.
    """
    height, width = size_px
    left, right, top, bottom = (round(margin) for margin in margins)
    step = max(round(pitch), 8)
    kinds = sorted(shares) if shares else sorted(KINDS)
    rest = max(1.0 - sum(shares.values()), 0.0) if shares else 1.0
    weights = {"text": rest, **{k: shares[k] if shares else 1.0 for k in kinds}}
    weights = {kind: weight for kind, weight in weights.items() if weight > 0}
    most = max((height - top - bottom) // step, 1)
    rows = max(min(rng.between(*settings.rows_range), most), 1)
    letter = max(round(em * 0.36), 6)
    boxed = rng.chance(settings.box_chance)
    # a column of captions: as wide as the widest that may come
    wide = max(lettering_width(CAPTIONS[kind], letter) for kind in weights)
    lead = wide + round(0.4 * em) if settings.captions else 0
    gap = round(0.8 * em)
    fields: list[FormField] = []
    for row in range(rows):
        y = top + row * step
        kind = _asked(weights, tuple(weights), rng)
        columns = [(left, width - right, kind)]
        half = (width - left - right - gap) // 2
        if kind in _SHORT and half > lead + 5 * em and rng.chance(settings.pair_chance):
            other = _asked(weights, _SHORT, rng)
            columns = [(left, left + half, kind), (left + half + gap, width - right, other)]
        for x0, x1, asked in columns:
            comb = asked in CELLS and rng.chance(settings.comb_chance)
            empty = rng.chance(settings.empty_chance)
            start = min(x0 + lead, x1 - 8)
            below = round(BELOW_EM * em)
            box = (start, y, x1, y + max(step - max(step // 10, 3), 8))
            cells = CELLS[asked] if comb else 0
            side = min(round(1.15 * em), (x1 - start) // cells, box[3] - y) if comb else 0
            look = "box" if boxed else "rule"
            if comb and side >= _LEAST_CELL_EM * em:
                look = "comb"
                middle = (box[1] + box[3]) // 2
                high = min(max(side, round(1.1 * em)), box[3] - y)
                box = (start, middle - high // 2, start + cells * side, middle + high - high // 2)
            else:
                cells = 0
            low = box[3] - below if look == "rule" else (box[1] + box[3] + letter) // 2
            caption = CAPTIONS[asked] if settings.captions else ""
            end = x0 + lettering_width(caption, letter)
            place = (x0, low - letter, end, low) if caption else (x0, low, x0, low)
            fields.append(FormField(asked, look, box, cells, caption, place, empty))
    return Form(
        fields=tuple(fields),
        letter_px=letter,
        rule_px=round(BELOW_EM * em),
        colour=jitter(rng, _COLOURS[rng.choose(tuple(_COLOURS), _WEIGHTS)], 14),
        thickness=sample_thickness(rng, settings.thickness_px_range, em),
        strength=sample_units(rng, settings.strength_range, 255),
        waver=sample_waver(rng),
    )


def _asked(weights: dict[str, float], among: tuple[str, ...], rng: Draws) -> str:
    """A kind of field by its weight, which then falls: forms seldom ask twice for the same."""
    kinds = [kind for kind in among if kind in weights]
    found = rng.choose(kinds, [weights[kind] for kind in kinds])
    weights[found] = round(weights[found] * _AGAIN * 65536) / 65536 or weights[found]
    return found


def print_form(image: npt.NDArray[np.uint8], guide: Guide, mode: Mode, form: Form) -> None:
    """Print a form on a sheet, in place.

    Args:
        image: ``uint8 (height_px, width_px)`` or ``(height_px, width_px, 3)``.
        guide: its size.
        mode: gray or rgb.
        form: what `sample_form` drew.
    """
    style = (form.thickness, form.strength, 0, 0)
    inner = (max(form.thickness * 3 // 4, 64), form.strength, 0, 0)
    lines: list[tuple[int, ...]] = []
    letters = [np.zeros((0, 8), np.int64)]
    for field in form.fields:
        x0, y0, x1, y1 = (side << 8 for side in field.box)
        if field.look == "rule":
            y = y1 - (form.rule_px << 8)
            lines.append((x0, y, x1, y, *style))
        else:
            lines += [(x0, y, x1, y, *style) for y in (y0, y1)]
            lines += [(x, y0, x, y1, *style) for x in (x0, x1)]
            side = (x1 - x0) // max(field.cells, 1)
            lines += [(x0 + k * side, y0, x0 + k * side, y1, *inner) for k in range(1, field.cells)]
        x, y, *_ = (side << 8 for side in field.caption_box)
        size = form.letter_px << 8
        strong = max(form.strength, 190)
        letters.append(lettering(field.caption, x, y, size, max(size // 9, 200), strong))
    coverage = np.zeros((guide.height_px, guide.width_px), np.uint8)
    whole = np.concatenate([np.array(lines, np.int64).reshape(-1, 8), *letters])
    print_lines(coverage, whole, *waver_arrays(guide, form.waver))
    planes = image.reshape(guide.height_px, guide.width_px, -1)
    blend_print(planes, coverage, channels(form.colour, mode))
