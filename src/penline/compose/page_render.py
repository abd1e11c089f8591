"""The one road from (recipe, seed, index) to a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.compose.form import Form, print_form
from penline.compose.form_fill import lay_form
from penline.compose.line_layout import quads_of
from penline.compose.make import OTHER_SIDE, ink_colour, ink_metadata, ink_paper, origins_of
from penline.compose.marks import sample_show_through
from penline.compose.page import PageLayout, lay_paragraphs
from penline.compose.page_marks import marked_ink
from penline.compose.plan import ComposePlan, Side
from penline.compose.sheet import PlacedLine, open_sheet
from penline.effects import apply_effects, sample_effects
from penline.entries import whole_text
from penline.errors import UnwritableLine
from penline.pages import Page, PageLine, PageRegion
from penline.paper import Guide, paper_apply
from penline.randomness import rng
from penline.recipe.layout import LINE_PARAMS

__all__ = ["finish_page", "lay_page", "make_page", "page_quads"]

Floats = npt.NDArray[np.float64]


def make_page(plan: ComposePlan, seed: int, index: int) -> Page:
    """Make one page: the same for the same recipe, banks, corpus, seed and index, always.

    A page is by one writer; see `page.lay_paragraphs` and `form_fill.lay_form`.

    Raises:
        RecipeError: the recipe asks for what pages do not have.
        UnwritableLine: nothing could be written, or a glyph shows nothing.
    """
    return finish_page(plan, seed, index, lay_page(plan, seed, index))


def lay_page(plan: ComposePlan, seed: int, index: int, side: Side | None = None) -> PageLayout:
    """Make the first half of a page: what is written, and where.

    Args:
        plan: the recipe, banks and text.
        seed: of the set.
        index: of the page.
        side: which side it is of; None to draw it.
    """
    plan.ask("pages")
    sheet = open_sheet(plan, seed, index, side or plan.side_of(seed, index))
    fill = lay_paragraphs if plan.recipe.page.form is None else lay_form
    laid = fill(plan, sheet, seed, index)
    if any((line.boxes[:, 2] == 0).any() for line in laid.lines):
        hole = "a glyph shows nothing: too faint, or placed outside of the sheet"
        raise UnwritableLine(index, 1, hole, dict(laid.counts))
    return laid


def finish_page(plan: ComposePlan, seed: int, index: int, laid: PageLayout) -> Page:
    """Make the second half of a page: paper, print, the ink on it, effects."""
    recipe, page, sheet = plan.recipe, plan.recipe.page, laid.sheet
    ink, lines, form = sheet.ink, laid.lines, laid.form
    paper_rng = rng(seed, index, "paper")
    paper = plan.papers.of_page(paper_rng)
    guide = Guide(
        height_px=page.height_px,
        width_px=page.width_px,
        baseline_px=float(lines[0].baseline[0, 1]),
        em_px=sheet.em,
        cell_left_px=0.0,
        cell_px=0.0,
        cells=0,
        cell_top_px=0.0,
    )
    paper_params = paper.sample_params(paper_rng, guide)
    if "pitch" in paper_params:
        paper_params["pitch"] = round(sheet.pitch * 256)  # who writes on rules keeps to them
    image = paper_apply(paper.name)(guide, recipe.image.mode, **paper_params)
    if form is not None:
        print_form(image, guide, recipe.image.mode, form)
    colour = ink_colour(recipe.ink, recipe.image.mode, sheet.ink_rng)
    marks, other = None, None
    if recipe.marks.any:
        marks_rng = rng(seed, index, "marks")
        ink, of_lines = marked_ink(recipe.marks, marks_rng, laid)
        marks = {"lines": of_lines, **sample_show_through(recipe.marks, marks_rng)}
        other = _other_side(plan, seed, index, sheet.side) if "bleed" in marks else None
    ink_paper(image, ink, colour, marks, other)
    effects = sample_effects(recipe.effects, rng(seed, index, "effects"), ink.shape)
    parts = page_quads(laid)
    image, quads = apply_effects(image, np.concatenate(parts), effects)
    found = np.split(quads, np.cumsum([len(part) for part in parts])[:-1])
    count = len(lines)
    page_lines = [
        _page_line(plan, line, found[at], found[count + at][:, 0], image.shape)
        for at, line in enumerate(lines)
    ]
    regions: tuple[PageRegion, ...] = ()
    if form is not None:
        regions, page_lines = _with_print(form, page_lines, found[-1], image.shape)
    drawn: dict[str, Any] = {
        "page": {
            "em_px": sheet.em,
            "pitch_px": sheet.pitch,
            "margins_px": list(sheet.margins),
        },
        "layout": dict(zip(LINE_PARAMS, sheet.params.tolist(), strict=True)),
        "ink": ink_metadata(sheet.strength, colour, sheet.pen and sheet.pen.pen),
        **({} if marks is None else {"marks": marks}),
        "paper": {"name": paper.name, **paper.metadata(paper_params)},
        **({} if form is None else {"form": form.metadata()}),
        "effects": effects,
    }
    return Page(
        index=index,
        name=f"{index:08d}",
        image=image,
        lines=tuple(page_lines),
        writer=laid.writer,
        side=sheet.side,
        metadata={"drawn": drawn},
        counts=dict(laid.counts),
        regions=regions,
    )


def _other_side(plan: ComposePlan, seed: int, index: int, side: Side) -> npt.NDArray[np.uint8]:
    """The ink of the other side of the sheet: a page of its own, of the same side of a split."""
    try:
        return lay_page(plan, seed, OTHER_SIDE + index, side).sheet.ink
    except UnwritableLine:
        return np.zeros((1, 1), np.uint8)


def page_quads(laid: PageLayout) -> list[Floats]:
    """Collect what goes through effects, ``float64 (n, 4, 2)`` each.

    Of every line the characters, then of every line the writing line as quads without extent, and
    of a form all fields and captions.
    """
    shape = laid.sheet.ink.shape
    parts = [quads_of(line.line, line.shapes.placed, line.boxes, *shape) for line in laid.lines]
    parts += [np.repeat(line.baseline[:, None], 4, 1) for line in laid.lines]
    return parts if laid.form is None else [*parts, _corners(laid.form.boxes)]


def _corners(boxes: npt.NDArray[np.int64]) -> Floats:
    """``float64 (n, 4, 2)``: the corners of boxes, clockwise from the upper left."""
    x0, y0, x1, y1 = boxes.T.astype(np.float64)
    return np.stack([x0, y0, x1, y0, x1, y1, x0, y1], 1).reshape(-1, 4, 2)


def _page_line(
    plan: ComposePlan, line: PlacedLine, quads: Floats, baseline: Floats, shape: tuple[int, ...]
) -> PageLine:
    limit = np.array([shape[1], shape[0]], np.float64)
    inked = [not character.isspace() for character in line.line.label]
    corners = np.clip(quads[inked].reshape(-1, 2), 0, limit)
    hull = cv2.convexHull(np.round(corners * 64).astype(np.int32), clockwise=True)
    polygon = hull.reshape(-1, 2).astype(np.float64) / 64
    first = int((polygon @ np.ones(2)).argmin())
    origins = origins_of(plan.banks, line.line.items, line.line.error_index)
    return PageLine(
        text=whole_text(line.line.label),
        polygon=np.roll(polygon, -first, axis=0),
        baseline=np.clip(baseline, 0, limit),
        characters=np.clip(quads, 0, limit),
        metadata={
            "origins": [origin._asdict() for origin in origins],
            **({"field": line.field} if line.field >= 0 else {}),
            **({} if line.line.levels is None else {"leftward": line.line.leftward}),
        },
        entries=() if isinstance(line.line.label, str) else line.line.label,
    )


def _with_print(
    form: Form, lines: list[PageLine], quads: Floats, shape: tuple[int, ...]
) -> tuple[tuple[PageRegion, ...], list[PageLine]]:
    """A form's fields and captions as regions, and their lines in reading order."""
    limit = np.array([shape[1], shape[0]], np.float64)
    by_field = {line.metadata["field"]: line for line in lines}
    regions: list[PageRegion] = []
    page_lines: list[PageLine] = []
    for number, (field, corners) in enumerate(zip(form.fields, quads[::2], strict=True)):
        caption = np.clip(quads[2 * number + 1], 0, limit)
        if field.caption:
            printed = {"printed": True}
            low = caption[[3, 2]]
            page_lines.append(
                PageLine(field.caption, caption, low, region=len(regions), metadata=printed)
            )
            regions.append(PageRegion("caption", field.kind, caption))
        if number in by_field:
            page_lines.append(replace(by_field[number], region=len(regions)))
        regions.append(PageRegion("field", field.kind, np.clip(corners, 0, limit)))
    return tuple(regions), page_lines
