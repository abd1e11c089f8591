"""The one source of chance, against NumPy's own Philox."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penline.randomness import Draws, philox_words, rng, rngs, span, stage_key


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 2**70), st.integers(0, 2**64 - 1), st.integers(0, 2**32))
def test_words_are_numpys_philox(seed, index, block):
    key = stage_key(seed, "layout")
    out = np.empty(8, np.uint64)
    philox_words(*key, np.uint64(index), np.uint64(block), out)
    counter = np.array([block, 0, index, 0], np.uint64)
    expected = np.random.Philox(key=np.array(key, np.uint64), counter=counter).random_raw(8)
    np.testing.assert_array_equal(out, expected)


def test_streams_differ_by_seed_index_and_stage():
    words = {
        rng(seed, index, stage).word()
        for seed in (0, 1)
        for index in (0, 1, 2**40)
        for stage in ("text", "layout")
    }
    assert len(words) == 12


def test_known_words_stay():
    """What a recipe gave yesterday it gives tomorrow."""
    draws = rng(1, 2, "layout")
    assert [draws.below(1000) for _ in range(5)] == [308, 189, 516, 825, 171]


@given(st.integers(0, 1000), st.floats(-100, 100), st.floats(0, 100))
def test_uniform_stays_in_its_range_on_a_grid(index, low, span):
    value = rng(3, index, "x").uniform(low, low + span)
    assert low - 1 / 65536 <= value <= low + span + 1 / 65536
    assert (value * 65536).is_integer()


def test_normal_has_the_mean_and_deviation_it_says():
    draws = Draws(5, 0, "normal")
    values = np.array([draws.normal(2.0, 0.5) for _ in range(20_000)])
    assert values.mean() == pytest.approx(2.0, abs=0.02)
    assert values.std() == pytest.approx(0.5, rel=0.02)
    assert abs(values - 2.0).max() <= 0.5 * 3.47


def test_choose_follows_its_weights():
    draws = Draws(5, 0, "choose")
    counts = {"a": 0, "b": 0, "c": 0}
    for _ in range(6000):
        counts[draws.choose(["a", "b", "c"], [1, 0, 3])] += 1
    assert counts["b"] == 0
    assert counts["c"] / counts["a"] == pytest.approx(3, rel=0.15)


def test_bounds_are_refused():
    with pytest.raises(ValueError, match="positive"):
        rng(0, 0, "x").below(0)


@given(st.integers(0, 2**70), st.integers(0, 2**40), st.lists(st.integers(-9, 80), max_size=12))
def test_streams_made_at_once_are_the_same(seed, index, takes):
    """By words one by one, and by many at a time (0 and below), in any order."""
    stages = ("text", "layout")
    for one, stage in zip(rngs(seed, index, stages), stages, strict=True):
        other = Draws(seed, index, stage)
        for take in takes:
            if take <= 0:
                np.testing.assert_array_equal(one.words(-take), other.words(-take))
            else:
                assert [one.word() for _ in range(take)] == [other.word() for _ in range(take)]


def test_words_one_by_one_are_those_of_whole_blocks():
    """However few words of a block are made first, the stream is that of its blocks."""
    one, other = Draws(5, 6, "text"), Draws(5, 6, "text")
    assert [one.word() for _ in range(20)] == other.words(64).tolist()[:20]
    assert one.words(7).tolist() == other.words(7).tolist()


def test_uniforms_are_uniform_one_after_the_other():
    ranges = [(0.5, 1.0), (-2.0, 3.25), (0.1, 0.1)]
    one, other = Draws(1, 1, "x"), Draws(1, 1, "x")
    assert one.uniforms([span(*r) for r in ranges]) == [other.uniform(*r) for r in ranges]
