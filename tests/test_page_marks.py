"""Marks and made text on pages and forms: ink beside the writing, and labels that stay true."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from penline.compose import Composer
from penline.compose.marks import add_ink
from penline.compose.page_marks import marked_ink
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.compose.page_render import lay_page
from penline.randomness import rng
from penline.recipe.marks import Marks
from penline.sample import corpus_files, sample_bank

SHEET = {"width_px": 700, "height_px": 420, "em_px_range": [30, 34]}


def composer(form: bool = False, **values: Any) -> Composer:
    page = {**SHEET, "form": {"empty_chance": 0}} if form else SHEET
    recipe = {"page": page, "papers": ["plain"], **values}
    return Composer(recipe, sample_bank(), corpus_files()[0], 8)


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("kind", Marks.model_fields)
def test_a_mark_changes_ink_and_no_label(kind: str, form: bool) -> None:
    bare, marked = composer(form), composer(form, marks={kind: 1.0})
    for index in range(3):
        page, plain = marked.page(index), bare.page(index)
        assert [line.text for line in page.lines] == [line.text for line in plain.lines]
        for one, other in zip(page.lines, plain.lines, strict=True):
            assert one.metadata.get("origins") is None or [
                (o["item"], o["written"]) for o in one.metadata["origins"]
            ] == [(o["item"], o["written"]) for o in other.metadata["origins"]]
        assert not np.array_equal(page.image, plain.image)
        assert page.metadata["drawn"]["marks"]
        np.testing.assert_array_equal(
            page.image, composer(form, marks={kind: 1.0}).page(index).image
        )


@pytest.mark.parametrize("form", [False, True])
def test_marked_pages_are_sound(form: bool) -> None:
    every = dict.fromkeys(Marks.model_fields, 0.7)
    pages = composer(form, marks=every, effects="default", corpus={"made": {"date": 0.3}})
    slips = 0
    for index in range(4):
        masks = decompose_page(pages.plan, 8, index)
        assert list(page_consistency_errors(masks)) == []
        slips += sum(line.line.error_index >= 0 for line in masks.laid.lines)
    assert slips


def test_marks_are_those_of_lines_one_by_one() -> None:
    """Without a mark, the ink is the page's own; each line is drawn but once."""
    laid = lay_page(composer().plan, 8, 0)
    ink, told = marked_ink(Marks(), rng(8, 0, "marks"), laid)
    whole = np.zeros_like(ink)
    add_ink(whole, laid.sheet.ink)
    # where lines meet, the order of drawing may round otherwise
    assert (np.abs(ink.astype(int) - whole) > 1).sum() == 0
    assert told == [{}] * len(laid.lines)


def test_made_text_stands_among_paragraphs() -> None:
    pages = composer(corpus={"made": {"telephone": 0.6}})
    lines = [line.text for index in range(6) for line in pages.page(index).lines]
    numbers = [text for text in lines if text.replace("-", "").replace(" ", "").isdigit()]
    assert 3 < len(numbers) < len(lines)


def test_other_pages_get_no_marks_and_no_other_chance() -> None:
    one, other = composer().page(1), composer(marks={"fade": 0.0}).page(1)
    np.testing.assert_array_equal(one.image, other.image)
    assert "marks" not in one.metadata["drawn"]
