"""What pens do beside writing, and what becomes of the label."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from penline.bank.items import blank_items
from penline.compose import Composer
from penline.compose.choose import inserted_error
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.marks import (
    _blot,
    _fade,
    add_ink,
    apply_marks,
    sample_marks,
    sample_show_through,
    show_through,
)
from penline.compose.text_assignment import TextAssignment
from penline.randomness import rng
from penline.recipe.marks import Marks
from penline.sample import corpus_files, sample_bank
from reference import marks as slow_marks

KINDS = tuple(Marks.model_fields)
KEYS = {"strike": "strike", "underline": "underline", "fade": "fade", "blot": "blots",
        "bleed": "bleed"}  # fmt: skip


def composer(**marks: float) -> Composer:
    recipe = {"marks": marks, "papers": ["plain"], "layout": {"hand": "default"}}
    return Composer(recipe, sample_bank(), corpus_files(), 8)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_changes_ink_and_nothing_of_a_sound_label(kind: str) -> None:
    bare, marked = composer(), composer(**{kind: 1.0})
    seen = 0
    for index in range(14):
        found = decompose(marked.plan, 8, index)
        line = found.sample
        assert list(consistency_errors(found)) == []
        assert line.text == bare[index].text
        assert len(line.quads) == len(line.text) == len(found.after)
        assert [o.item for o in line.origins] == [o.item for o in bare[index].origins]
        json.dumps(line.drawn)
        if KEYS[kind] in line.drawn["marks"]:
            seen += 1
            same = line.image.shape == bare[index].image.shape
            assert not (same and np.array_equal(line.image, bare[index].image))
        np.testing.assert_array_equal(line.image, composer(**{kind: 1.0})[index].image)
    assert seen >= 4


def test_a_slip_is_in_the_ink_and_not_in_the_label() -> None:
    lines = composer(strike=1.0)
    for index in range(30):
        laid = lay_out(lines.plan, 8, index)
        line = lines[index]
        at = laid.line.error_index
        if at < 0:
            continue
        wrong = laid.line.text[at]
        assert laid.line.text[:at] + laid.line.text[at + 1 :] == laid.line.label == line.text
        assert wrong in line.text
        left, _, right, _ = laid.boxes[at].tolist()
        middles = line.quads[:, :, 0].mean(1)
        # nobody's box stands over the slip's middle
        assert (np.abs(middles - (left + right) / 2) > 3).all()
        return
    raise AssertionError("no slip in thirty lines")


def test_no_marks_no_draws() -> None:
    line = composer()[3]
    assert "marks" not in line.drawn


def test_a_place_for_a_slip() -> None:
    assert inserted_error("abc 123", rng(1, 0, "x")) == (-1, "")
    assert inserted_error("永永", rng(1, 0, "x")) == (-1, "")
    for index in range(20):
        at, wrong = inserted_error("永和九年，a", rng(1, index, "x"))
        assert wrong in "永和九年"
        assert wrong != "永和九年，a"[at]


def test_kernels_equal_their_definition() -> None:
    chance = np.random.default_rng(2)
    a, b = np.mgrid[:256, :256].astype(np.uint8)
    added = a.copy()
    add_ink(added, b)
    np.testing.assert_array_equal(added, slow_marks.add_ink(a, b))
    for _ in range(200):
        shape = tuple(chance.integers(1, 40, 2).tolist())
        ink = chance.integers(0, 256, shape, np.uint8)
        start, least = chance.integers(0, 257, 2).tolist()
        faded = ink.copy()
        _fade(faded, start, least)
        np.testing.assert_array_equal(faded, slow_marks.fade(ink, start, least))
        x, y = chance.integers(-2000, 12_000, 2).tolist()
        radius = int(chance.choice([0, 1, 100, 128, *chance.integers(129, 3000, 4)]))
        blotted = ink // 2
        _blot(blotted, x, y, radius)
        wanted = slow_marks.blot(ink // 2, x / 256, y / 256, radius / 256)
        np.testing.assert_array_equal(blotted, wanted)


def test_marks_stay_in_the_picture() -> None:
    """Boxes at the edges, of any size: nothing is written beyond the ink."""
    boxes = np.array([[0, 0, 1, 1], [28, 0, 30, 20], [0, 0, 0, 0], [3, 2, 27, 19]])
    marks = Marks(strike=1, underline=1, fade=1, blot=1, bleed=1)
    items = blank_items(4)
    items["owner"] = range(4)
    line = TextAssignment("永永永永", "", items, Counter())
    for index in range(40):
        marks_rng, slipped = rng(3, index, "m"), line._replace(error_index=index % 4)
        params = sample_marks(marks, marks_rng, slipped, boxes, 40.0)
        params |= sample_show_through(marks, marks_rng)
        ink = np.zeros((20, 30), np.uint8)
        out = apply_marks(ink, params)
        assert out.shape == ink.shape
        assert not ink.any()
        behind = show_through(np.full((20, 7), 255, np.uint8), params["bleed"], (20, 30))
        assert behind.shape == (20, 30)
        assert behind.max() < 70
