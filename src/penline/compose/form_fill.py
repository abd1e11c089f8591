"""A form filled in by one hand: a text for each field, set inside it."""

from __future__ import annotations

import functools
from collections import Counter

import numpy as np
import numpy.typing as npt

from penline.bidi import faces
from penline.characters import MIDDLE_EM
from penline.compose.choose import with_error
from penline.compose.form import FormField, sample_form
from penline.compose.ladder import assign, without
from penline.compose.page import PageLayout, advances, fill, keeps, writer_of_page
from penline.compose.place.base import Placements
from penline.compose.plan import ComposePlan
from penline.compose.sheet import PlacedLine, Sheet, line_params, place_on_sheet
from penline.compose.text_assignment import TextAssignment
from penline.corpus.made import made_cells, made_line
from penline.entries import Entries
from penline.errors import UnwritableLine
from penline.randomness import Draws, rng
from penline.recipe.form import FormSettings

__all__ = ["lay_form"]

_LENGTHS = (1, 40)
SMALLEST = 0.62
"""Who has little room writes smaller, down to this share; longer texts are not written there."""
CELL_EM = 1.12
"""In cells one writes a little larger than in a line, where the cell lets one."""
HIGH_EM = 1.45
"""A field this high is written in at full size."""

Ints = npt.NDArray[np.int64]


def lay_form(plan: ComposePlan, sheet: Sheet, seed: int, index: int) -> PageLayout:
    """Draw a form on a sheet, and write into its fields.

    The first field that can be filled in decides whose hand it is. A text that this writer cannot
    write, or that does not fit its field, is drawn anew, as often as ``corpus: tries`` says; then
    the field stays empty, and is counted.

    Raises:
        UnwritableLine: no field could be filled in.
    """
    recipe, page = plan.recipe, plan.recipe.page
    form = sample_form(
        page.form or FormSettings(),
        recipe.corpus.made,
        rng(seed, index, "form"),
        (page.height_px, page.width_px),
        sheet.em,
        sheet.pitch,
        sheet.margins,
    )
    text_rng, writer_rng = rng(seed, index, "text"), rng(seed, index, "writer")
    counts: Counter[str] = Counter()
    lines: list[PlacedLine] = []
    writer = ""
    for number, field in enumerate(form.fields):
        if field.empty:
            continue
        for _ in range(recipe.corpus.tries):
            whole, paragraphs = _text(plan, sheet, field, text_rng)
            text = plan.banks.cut(whole)
            written = _written(plan, sheet, text, writer, writer_rng, counts)
            fitted = _fitted(sheet, field, written) if written else None
            if fitted and not keeps(plan, sheet, fitted[0].text, paragraphs, counts):
                fitted = None
            if fitted is not None:
                break
        else:
            counts[f"field left empty: no text for {field.kind} could be written in it"] += 1
            continue
        written, em = fitted
        writer = written.writer
        if recipe.marks.strike and not field.cells:
            written = with_error(plan, written, sheet.error_rng)
        lines.append(_set(plan, sheet, field, written, em)._replace(field=number))
    if not lines:
        raise UnwritableLine(index, recipe.corpus.tries, "no field to fill in", dict(counts))
    return PageLayout(sheet, tuple(lines), writer, counts, form)


def _text(
    plan: ComposePlan, sheet: Sheet, field: FormField, text_rng: Draws
) -> tuple[str, list[int]]:
    """A text of the field's kind, and which paragraphs it is of: none for one that is made."""
    if field.cells:
        return made_cells(field.kind, text_rng), []
    if field.kind != "text":
        return made_line(field.kind, text_rng, _LENGTHS, plan.letters), []
    line = plan.lines[sheet.side].sample(text_rng)
    return line.text, [line.paragraph]


def _written(
    plan: ComposePlan,
    sheet: Sheet,
    text: Entries,
    writer: str,
    writer_rng: Draws,
    counts: Counter[str],
) -> TextAssignment | None:
    """The text in the writer's hand, or in that of any who can write it; None if there is none."""
    writer = writer or writer_of_page(plan, sheet.side, text, writer_rng)
    if not writer:
        return None
    lacking = plan.banks.lacking(faces(text), plan.banks.bits([writer]))
    text = without(text, lacking, plan.recipe, counts) if lacking else text
    return assign(plan, text, writer, writer_rng)


def _fitted(
    sheet: Sheet, field: FormField, written: TextAssignment
) -> tuple[TextAssignment, float] | None:
    """As much of the text as fits the field, and the em that it is written in; None if it is too
    long."""
    left, top, right, bottom = field.box
    em = sheet.em * min((bottom - top) / (HIGH_EM * sheet.em), 1.0)
    if field.cells:
        # a character of several glyphs has no place in a cell
        glyphs = int(np.count_nonzero(written.items["row"] >= 0))
        return (written, CELL_EM * em) if glyphs == field.cells else None
    room = right - left - 0.5 * em
    wide = advances(written, sheet.params)
    if field.kind == "text":
        written, _ = fill(written, wide, room / em)
        wide = wide[: len(written.text)]
    share = room / max(float(wide.sum()) * em, 1.0)
    return (written, em * min(share, 1.0)) if share >= SMALLEST else None


def _set(
    plan: ComposePlan, sheet: Sheet, field: FormField, written: TextAssignment, em: float
) -> PlacedLine:
    left, top, right, bottom = field.box
    params = line_params(plan, sheet)
    start = left + em * (0.2 + 0.08 * sheet.page_rng.normal(0.0, 1.0))
    middle = (top + bottom) / 2 + em * sheet.page_rng.normal(0.0, 0.04)
    level = middle + MIDDLE_EM * em
    if field.look == "rule":
        level = bottom - 0.34 * em + em * sheet.page_rng.normal(0.0, 0.03)
    spot = max(start, left), level, max(right - start - 0.2 * em, em)
    if field.cells:
        words = [sheet.page_rng.uniform(-0.08, 0.08) for _ in written.text]
        inside = functools.partial(_into_cells, field, words)
    else:
        inside = functools.partial(_into_box, field.box)
    return place_on_sheet(plan, sheet, written, params, em, spot, inside)


def _into_cells(
    field: FormField, aside: list[float], placed: Placements, spread: Ints
) -> Placements:
    """Each glyph in the middle of its cell, a little aside, and no larger than the cell."""
    left, _, right, _ = field.box
    side = (right - left) * 256 // field.cells
    places = placed.places_q8.copy()
    room = side * 84 // 100 - _lean(placed) - 2 * spread[:, 0]
    shrink = np.minimum((np.maximum(room, 256) << 16) // places[:, 2], 65536)
    high = places[:, 3] * shrink >> 16
    places[:, 1] += (places[:, 3] - high) // 2
    places[:, 2], places[:, 3] = np.maximum(places[:, 2] * shrink >> 16, 256), high
    slack = np.maximum(side * 92 // 100 - places[:, 2] - _lean(placed) - 2 * spread[:, 0], 0)
    middles = left * 256 + side * np.arange(field.cells) + side // 2
    moves = np.array([round(share * 65536) for share in aside], np.int64) * slack >> 16
    places[:, 0] = middles - places[:, 2] // 2 + moves
    return _into_box(field.box, placed._replace(places_q8=places), spread)


def _into_box(box: tuple[int, int, int, int], placed: Placements, spread: Ints) -> Placements:
    """The same glyphs, moved and made smaller as far as it takes to lie inside a box.

    Args:
        box: left, top, right, bottom, px.
        placed: where they would go.
        spread: ``int64 (n, 2)``: see `InkSource.spread`.
    """
    places = placed.places_q8.copy()
    lean = _lean(placed)
    across, down = (spread + 256).T
    for axis, size, more in ((0, 2, lean // 2 + across), (1, 3, down)):
        low, high = box[axis] * 256, box[axis + 2] * 256
        first = int((places[:, axis] - more).min())
        last = int((places[:, axis] + places[:, size] + more).max())
        if last - first > high - low:
            share = ((high - low) << 16) // (last - first)
            places[:, axis] = first + ((places[:, axis] - first) * share >> 16)
            places[:, size] = np.maximum(places[:, size] * share >> 16, 256)
            first = int((places[:, axis] - more).min())
            last = int((places[:, axis] + places[:, size] + more).max())
        places[:, axis] += max(low - first, 0) - max(last - high, 0)
    return placed._replace(places_q8=places)


def _lean(placed: Placements) -> Ints:
    """``int64 (n,)``: how much wider each glyph is than its place by its slant, 1/256 px."""
    return np.asarray(np.abs(placed.slants_q16) * placed.places_q8[:, 3] >> 16)
