"""A drawn line put into its picture: the compiled pass, and the same from its definition."""

from __future__ import annotations

import numpy as np
import pytest

from fakes_items import items_for
from penline.compose.character_table import LEAST_WIDTH
from penline.compose.place.fit_to_image import fit_to_image
from penline.recipe.layout import LINE_PARAMS
from reference import compose as slow_compose

PARAMS = {"fill": 0.8, "place": 0.4, "margin_left": 0.2, "margin_right": 0.3}
PARAMS |= {"press_walk": 0.05, "keep": 0.75}


def made(seed, count, white):
    rng = np.random.default_rng(seed)
    drawn = np.stack(
        [
            rng.integers(1000, 4000, count),
            rng.integers(600, 3000, count),
            rng.integers(100, 3000, count),
            rng.integers(-200, 600, count),
            rng.integers(-400, 400, count),
        ],
        1,
    )
    text = ["—" if rng.random() < 0.1 else "永" for _ in range(count)]
    text = [" " if rng.random() < white else one for one in text]
    items, table = items_for(text, np.full((count, 2), 50))
    words = rng.integers(0, 2**63, count).astype(np.uint64)
    params = np.array([PARAMS.get(name, 0.0) for name in LINE_PARAMS])
    places, press, facts = np.zeros((count, 4), np.int64), np.zeros(count, np.int64), np.zeros(3)
    fit_to_image(drawn, items, table.lengths_em, params, words, 40.0, 64, places, press, facts)
    least = table.lengths_em[items["entry"], LEAST_WIDTH]
    return drawn, items["row"] >= 0, least, places, press, facts


@pytest.mark.parametrize("white", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(12))
def test_the_compiled_pass_equals_its_definition(seed, white):
    drawn, inked, least, places, _, facts = made(seed, 14, white)
    wanted, told = slow_compose.fit_to_image(drawn, inked, least, PARAMS, 40.0, 64)
    np.testing.assert_allclose(places, wanted, rtol=0, atol=2)
    np.testing.assert_allclose(facts[1:], told[1:], rtol=1e-3, atol=0.02)
    assert abs(facts[0] - told[0]) <= 1


def test_the_line_fits_its_picture():
    for seed in range(20):
        _, _, _, places, press, facts = made(seed, 12, 0.1)
        inked = places[places[:, 3] > 256]
        assert inked[:, 1].min() >= 0
        assert (inked[:, 1] + inked[:, 3]).max() <= 64 * 256
        assert places[:, 0].min() >= 0
        assert (places[:, 0] + places[:, 2]).max() <= facts[0] * 256
        assert (press > 0).all()
