"""Where glyphs go: proportions, order, clearance, and the kernel against plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes_items import items_for
from penline.characters import kind_of
from penline.compose.place.base import LineToPlace
from penline.compose.place.params import LINE_PARAMS, LineParams
from penline.compose.place.rules import RulesPlacer
from penline.randomness import rng
from penline.recipe.layout import Layout
from reference import compose as slow_compose

EM_PX = 100.0


def natural(text: str) -> np.ndarray:
    sizes = []
    for character in text:
        height = 0 if character.isspace() else round((kind_of(character).height or 0.2) * EM_PX)
        sizes.append((height, round(height * 0.8)))
    return np.array(sizes, np.int64).reshape(-1, 2)


def place(
    text: str,
    seed: int = 0,
    cells: bool = False,
    layout: Layout | None = None,
    sizes: np.ndarray | None = None,
):
    draws = rng(seed, 0, "layout")
    params = LineParams(layout or Layout()).sample(draws, cells)
    items, table = items_for(text, natural(text) if sizes is None else sizes, EM_PX)
    numbers = dict(zip(LINE_PARAMS, params.tolist(), strict=True))
    return numbers, RulesPlacer(table).place(LineToPlace(items, params, 64), draws)


def boxes(placed) -> np.ndarray:
    left, top, wide, high = (placed.places_q8 / 256).T
    return np.stack([left, top, left + wide, top + high], 1)


@settings(max_examples=60, deadline=None)
@given(
    st.text("今天，。我们一gyAb1 “”", min_size=1, max_size=30), st.integers(0, 50), st.booleans()
)
def test_everything_stays_in_the_picture(text, seed, cells):
    if not text.strip():
        return
    text = text.strip()
    _, placed = place(text, seed, cells)
    found = boxes(placed)[[not c.isspace() for c in text]]
    assert found[:, 1].min() >= -0.01
    assert found[:, 3].max() <= 64.01
    assert found[:, 0].min() >= 0
    assert found[:, 2].max() <= placed.width_px
    starts = found[:, 0] + found[:, 2]
    assert (np.diff(starts) > 0).all(), "glyphs keep their order"


def test_a_comma_is_small_low_and_clear():
    for seed in range(20):
        _, placed = place("今，天", seed)
        han, comma, after = boxes(placed)
        assert comma[3] - comma[1] < 0.4 * (han[3] - han[1])
        assert comma[1] > (han[1] + han[3]) / 2, "in the lower half"
        assert comma[0] >= han[2], "clear of what stands before"
        assert after[0] >= comma[2]


def test_quotes_are_high_and_one_is_centred():
    for seed in range(20):
        _, placed = place("今“一g", seed)
        han, quote, one, g = boxes(placed)
        middle = (han[1] + han[3]) / 2
        height = han[3] - han[1]
        assert quote[3] < middle + 0.1 * height
        assert abs((one[1] + one[3]) / 2 - middle) < 0.2 * height
        assert g[3] > placed.baseline_px + 0.1 * placed.em_px, "g descends"


def test_spaces_have_width_and_no_glyph():
    _, placed = place("The dog", layout=Layout(space_em_range=(0.5, 0.5)))
    found = boxes(placed)
    gap = found[4, 0] - found[2, 2]
    letters = found[5, 0] - found[4, 2]
    assert gap > 2 * letters


def test_walks_are_correlated_along_the_line():
    rises = []
    for seed in range(40):
        _, placed = place("今" * 30, seed, layout=Layout(slope_deviation=0.0))
        found = boxes(placed)
        centres = (found[:, 1] + found[:, 3]) / 2
        rises.append(centres - centres.mean())
    rises = np.array(rises)
    near = (rises[:, 1:] * rises[:, :-1]).mean() / (rises**2).mean()
    far = (rises[:, 12:] * rises[:, :-12]).mean() / (rises**2).mean()
    assert near > 0.5
    assert far < 0.3


def test_cells_hold_one_character_each():
    for seed in range(10):
        numbers, placed = place("今天是一，", seed, cells=True)
        pitch = numbers["cell"] * placed.em_px
        found = boxes(placed)
        for number, (left, top, right, bottom) in enumerate(found):
            cell = placed.cell_left_px + number * pitch
            assert left >= cell - 0.5
            assert right <= cell + pitch + 0.5
            assert top >= placed.cell_top_px - 0.1 * pitch
            assert bottom <= placed.cell_top_px + 1.1 * pitch
        assert placed.cells == 5


@settings(max_examples=150, deadline=None)
@given(
    st.text("今天，。我们一gyAb1.5- “”（）…—", min_size=1, max_size=30),
    st.integers(0, 10_000),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_the_kernel_equals_its_definition(text, seed, cells, sizes):
    chance = np.random.default_rng(sizes)
    made = natural(text) * chance.uniform(0.5, 1.6, (len(text), 2))
    made = np.maximum(made, natural(text) > 0).astype(np.int64)
    layout = Layout(rise_deviation_em=0.1, size_deviation=0.1, slope_deviation=0.05)
    numbers, placed = place(text, seed, cells, layout, made)
    draws = rng(seed, 0, "layout")
    LineParams(layout).sample(draws, cells)
    words = draws.words(6 * len(text)).tolist()
    places, slants, press, facts = slow_compose.place_by_rules(
        text, made, np.full(len(text), EM_PX), numbers, words, 64
    )
    np.testing.assert_allclose(placed.places_q8, places, rtol=0, atol=1)
    np.testing.assert_allclose(placed.slants_q16, slants, rtol=0, atol=1)
    np.testing.assert_allclose(placed.press_q8, press, rtol=0, atol=1)
    told = [placed.width_px, placed.em_px, placed.baseline_px]
    told += [placed.cell_left_px, placed.cell_top_px, placed.cells]
    np.testing.assert_allclose(told, facts, rtol=0, atol=1e-6)


def test_figures_are_drawn_as_one_by_one():
    layout = Layout()
    for index in range(40):
        params = LineParams(layout).sample(rng(1, index, "layout"), index % 2 == 0)
        draws = rng(1, index, "layout")
        found = dict(zip(LINE_PARAMS, params.tolist(), strict=True))
        ranges = {
            "fill": layout.fill_range,
            "place": (0.0, 1.0),
            "margin_left": layout.margin_em_range,
            "margin_right": layout.margin_em_range,
            "gap": layout.gap_em_range,
            "gap_latin": layout.gap_latin_em_range,
            "gap_mixed": layout.gap_mixed_em_range,
            "cell_pull": layout.cell_pull_range,
            "space": layout.space_em_range,
        }
        for name, ends in ranges.items():
            assert found[name] == draws.uniform(*ends), name
        assert found["size_trend"] == draws.normal(0.0, layout.size_trend)
        assert found["slope"] == draws.normal(0.0, layout.slope_deviation)
        assert found["slant"] == draws.normal(0.0, layout.slant_deviation)
        assert found["cell"] == (0.0 if index % 2 else draws.uniform(*layout.cell_em_range))
        assert found["em_most"] == layout.em_most


def test_a_hyphen_that_stands_for_a_dash_is_drawn_out():
    sizes = np.array([[90, 80], [8, 20], [90, 80]], np.int64)
    _, placed = place("今—天", sizes=sizes)
    assert placed.places_q8[1, 2] / 256 >= 0.7 * placed.em_px
