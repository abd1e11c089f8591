"""A drawn line put into its picture: the compiled pass, and the same in plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from penline.compose.place.fit_to_image import SETTLED, settle_line


def settled(function, seed, count, white):
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
    rows = np.stack([np.zeros(count, np.int64), np.arange(count)], 1)
    rows[rng.random(count) < white] = -1
    numbers = np.array([0.8, 0.4, 0.2, 0.3, 0.05, 0.75])
    words = rng.integers(0, 2**63, count).astype(np.uint64)
    least = np.where(rng.random(count) < 0.1, 0.9, 0.0)
    places, press, facts = np.zeros((count, 4), np.int64), np.zeros(count, np.int64), np.zeros(3)
    function(drawn, least, rows, numbers, words, 40.0, 64, places, press, facts)
    return places, press, facts


@pytest.mark.parametrize("white", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_compiled_pass_equals_plain_python(seed, white):
    fast = settled(settle_line, seed, 14, white)
    slow = settled(settle_line.py_func, seed, 14, white)
    for one, two in zip(fast, slow, strict=True):
        np.testing.assert_array_equal(one, two)


def test_the_line_fits_its_picture():
    assert SETTLED[0] == "fill"
    for seed in range(20):
        places, press, facts = settled(settle_line, seed, 12, 0.1)
        inked = places[places[:, 3] > 256]
        assert inked[:, 1].min() >= 0
        assert (inked[:, 1] + inked[:, 3]).max() <= 64 * 256
        assert places[:, 0].min() >= 0
        assert (places[:, 0] + places[:, 2]).max() <= facts[0] * 256
        assert (press > 0).all()
