"""Extremes that a recipe may ask for: ink stays inside its picture and its boxes, and is whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from penline.bank import Bank, BankWriter, open_bank
from penline.bank.items import blank_items
from penline.compose import Composer
from penline.compose.draw import draw_items
from penline.compose.line_layout import LineLayout, lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.page import fill
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.compose.sheet import PlacedLine
from penline.compose.text_assignment import TextAssignment
from penline.corpus import Corpus, load
from penline.effects.warp import apply as warp
from penline.errors import UnwritableLine
from penline.records import Source
from penline.sample import corpus_files, sample_bank

WARP = {"name": "warp", "chance": 1, "turn_deg_range": [-3, 3], "keystone_range": [-0.1, 0.1]}
BENT = {**WARP, "bend_range": [0, 1]}
EDGE = {"margin_em_range": [0, 0]}
LINES: dict[str, dict[str, Any]] = {
    "no margin": {"layout": EDGE, "effects": [BENT]},
    "no margin, by the model": {"layout": {**EDGE, "hand": "default"}, "effects": [BENT]},
    "leaning": {"layout": {**EDGE, "slant_deviation": 0.5, "slant_walk_deviation": 0.3}},
    "full height": {"layout": {"fill_range": [1, 1], "em_most": 1}, "effects": [BENT]},
    "two warps": {"image": {"height_px": 32}, "layout": EDGE, "effects": [BENT, WARP]},
    "steep": {"layout": {"slope_deviation": 0.1, "rise_deviation_em": 0.5}, "effects": [WARP]},
    "faint": {"ink": {"strength_range": [0.05, 0.05]}, "effects": [WARP]},
    "column": {
        "layout": {**EDGE, "direction": "vertical", "fill_range": [1, 1]},
        "effects": [BENT],
    },
    "marks": {
        "layout": EDGE,
        "effects": [BENT],
        "marks": {"strike": 1, "underline": 1, "blot": 1, "fade": 1},
    },
}
SHEET = {"width_px": 400, "height_px": 300}
PAGES: dict[str, dict[str, Any]] = {
    "no margin": {"page": {**SHEET, "margin_em_range": [0.1, 0.2]}, "effects": [BENT]},
    "leaning": {
        "page": {**SHEET, "margin_em_range": [0.1, 0.1], "start_deviation_em": 2},
        "layout": {"slant_deviation": 0.5},
    },
    "steep": {
        "page": {**SHEET, "margin_em_range": [0.1, 0.1], "em_px_range": [20, 24]},
        "layout": {"slope_deviation": 0.1},
        "effects": [WARP],
    },
    "large letters": {"page": {**SHEET, "em_px_range": [300, 300]}, "effects": [WARP]},
}


@pytest.fixture(scope="module")
def sample() -> tuple[Bank, Corpus]:
    return sample_bank(), load(corpus_files())


def lost(line: LineLayout | PlacedLine, size: tuple[int, ...]) -> Iterator[int]:
    """How much of each glyph's ink lies outside of a picture of that size."""
    pad = 2 * max(size)
    around = np.zeros((size[0] + 2 * pad, size[1] + 2 * pad), np.uint8)
    places = line.shapes.placed.places_q8 + np.array([pad * 256, pad * 256, 0, 0])
    placed = line.shapes.placed._replace(places_q8=places)
    strokes = line.shapes.strokes  # joins are, of glyphs that came as pictures
    if strokes is not None:
        strokes = strokes.moved(pad, pad)
    draw_items(line.shapes._replace(placed=placed, strokes=strokes), around)
    around[pad : pad + size[0], pad : pad + size[1]] = 0
    yield int(around.max())


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_whole_and_in_its_boxes(sample: tuple[Bank, Corpus], name: str) -> None:
    bank, corpus = sample
    recipe = {"image": {"height_px": 48}, "corpus": {"length_range": [2, 6]}, **LINES[name]}
    lines = Composer(recipe, [bank], corpus, seed=3, length=12)
    for index in range(12):
        anatomy = decompose(lines.plan, lines.seed, index)
        assert list(consistency_errors(anatomy)) == [], index
        laid = anatomy.laid
        assert max(lost(laid, laid.ink.shape)) < 8, index


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_a_part_of_a_glyph_that_lies_outside_alone_comes_back(
    tmp_path: Path, direction: str
) -> None:
    """What shows of the glyph, its lower dot, keeps clear of the edge."""
    ink = np.zeros((60, 12), np.uint8)
    ink[:4, 8:], ink[-4:, :4] = 255, 255
    with BankWriter(tmp_path / "b") as bank:
        bank.add(ink, "永", Source("1.gnt", "own:a"))
    (tmp_path / "t.txt").write_text("永永永永\n", "utf-8")
    layout = {**EDGE, "slant_deviation": 0.5, "direction": direction}
    recipe = {"corpus": {"length_range": [1, 4]}, "layout": layout}
    lines = Composer(recipe, [open_bank(tmp_path / "b")], tmp_path / "t.txt", seed=3, length=40)
    for index in range(40):
        laid = lay_out(lines.plan, 3, index)
        assert max(lost(laid, laid.ink.shape)) < 8, index


def test_a_line_that_no_warp_moves_keeps_its_ink(sample: tuple[Bank, Corpus]) -> None:
    """A recipe with warps, of which none was drawn for it."""
    bank, corpus = sample
    recipe = {"image": {"height_px": 48}, "corpus": {"length_range": [2, 6]}, "layout": EDGE}
    lines = Composer({**recipe, "effects": "default"}, [bank], corpus, seed=3, length=60)
    for index in range(60):
        laid = lay_out(lines.plan, 3, index)
        ink = np.zeros_like(laid.ink)
        draw_items(laid.shapes, ink)
        assert np.array_equal(laid.ink, ink), index


def test_a_column_that_its_warp_shrinks_to_nothing_is_refused(sample: tuple[Bank, Corpus]) -> None:
    """A bend in a long and narrow picture: what fits is a few pixels wide."""
    bank, corpus = sample
    recipe = {
        "image": {"height_px": 20},
        "corpus": {"length_range": [20, 30]},
        "layout": {"direction": "vertical", "gap_em_range": [1, 1]},
        "effects": [{**WARP, "bend_range": [0.3, 0.3]}],
    }
    lines = Composer(recipe, [bank], corpus, seed=3, length=24)
    made = list(lines.each())
    refused = [index for index, one in enumerate(made) if isinstance(one, UnwritableLine)]
    assert 0 < len(refused) < 24
    for index, one in enumerate(made):
        if index in refused:
            assert re.search("a warp leaves a character too small .* bend less", str(one))
            with pytest.raises(UnwritableLine, match="too small to be seen"):
                lines[index]
        else:
            found = decompose(lines.plan, lines.seed, index)
            assert list(consistency_errors(found)) == [], index


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_in_its_boxes(sample: tuple[Bank, Corpus], name: str) -> None:
    bank, corpus = sample
    pages = Composer(PAGES[name], [bank], corpus, seed=3, length=3)
    for index in range(3):
        anatomy = decompose_page(pages.plan, pages.seed, index)
        assert list(page_consistency_errors(anatomy)) == [], index
        for line in anatomy.laid.lines:
            assert max(lost(line, anatomy.laid.sheet.ink.shape)) < 8, index


def test_a_line_with_white_around_it_is_left_alone(sample: tuple[Bank, Corpus]) -> None:
    """A warp that may look beyond the edges moves nothing that does not come near them."""
    bank, corpus = sample
    plain = Composer({}, [bank], corpus, seed=3, length=8)
    warped = Composer({"effects": [WARP]}, [bank], corpus, seed=3, length=8)
    for index in range(8):
        one, other = (decompose(c.plan, c.seed, index) for c in (plain, warped))
        assert np.array_equal(one.ink, other.ink)


def test_a_sheet_too_narrow_for_one_character_takes_one_character() -> None:
    written = TextAssignment("永", "a", blank_items(1), Counter())
    assert fill(written, np.array([9.0]), 1.0) == (written, None)


def test_a_warp_is_fitted_until_all_is_inside() -> None:
    """Once was not enough where the first places were far outside of the mesh."""
    image = np.full((243, 16), 255, np.uint8)
    box = np.array([[3.0, 3.0], [13.0, 3.0], [13.0, 240.0], [3.0, 240.0]])
    params = {"slope": 335, "keystone": [-6554, -6554], "bend": 765132, "cell_px": 1868}
    for seed in range(40):
        _, quads = warp(image, box[None], seed=seed, **params)
        assert quads.min() >= 0, seed
        assert (quads <= (16, 243)).all(), seed
