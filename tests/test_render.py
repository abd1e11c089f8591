"""The compiled kernels against their reference, and against what geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penline.render import kernel
from reference import render as reference


def line(
    places: list[tuple[int, int, int, int]],
    sizes: list[tuple[int, int]],
    slants: list[int],
    gains: list[int],
    shape: tuple[int, int],
    seed: int = 0,
    module=kernel,
    faint: int = 8,
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inks = [rng.integers(0, 256, size, np.uint8) for size in sizes]
    data = np.concatenate([ink.ravel() for ink in inks])
    starts = np.cumsum([0, *(ink.size for ink in inks[:-1])]).astype(np.int64)
    out = np.zeros(shape, np.uint8)
    boxes = np.zeros((len(sizes), 4), np.int64)
    module.draw_glyphs(
        data,
        starts,
        np.array(sizes, np.int64).reshape(-1, 2),
        np.array(places, np.int64).reshape(-1, 4),
        np.array(slants, np.int64),
        np.array(gains, np.int64),
        faint,
        out,
        boxes,
    )
    return out, boxes


glyphs = st.lists(
    st.tuples(
        st.tuples(
            st.integers(-3000, 9000),
            st.integers(-3000, 6000),
            st.integers(64, 12000),
            st.integers(64, 9000),
        ),
        st.tuples(st.integers(1, 60), st.integers(1, 60)),
        st.integers(-30000, 30000),
        st.integers(0, 700),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(glyphs, st.tuples(st.integers(1, 40), st.integers(1, 60)), st.integers(0, 5))
def test_kernel_equals_reference(drawn, shape, seed):
    arguments = [list(column) for column in zip(*drawn, strict=True)]
    fast, fast_boxes = line(*arguments, shape, seed)
    slow, slow_boxes = line(*arguments, shape, seed, reference)
    np.testing.assert_array_equal(fast, slow)
    np.testing.assert_array_equal(fast_boxes, slow_boxes)


def test_a_glyph_at_its_own_size_is_copied():
    out, boxes = line([(5 * 256, 3 * 256, 20 * 256, 30 * 256)], [(30, 20)], [0], [256], (40, 40))
    expected = np.random.default_rng(0).integers(0, 256, (30, 20), np.uint8)
    np.testing.assert_array_equal(out[3:33, 5:25], expected)
    assert boxes.tolist() == [[5, 3, 25, 33]]
    assert out.sum() == expected.sum()


def test_a_full_glyph_stays_full_when_scaled():
    data = np.full(50 * 40, 255, np.uint8)
    out = np.zeros((64, 64), np.uint8)
    boxes = np.zeros((1, 4), np.int64)
    kernel.draw_glyphs(
        data,
        np.zeros(1, np.int64),
        np.array([[50, 40]]),
        np.array([[4 * 256, 4 * 256, 31 * 256, 37 * 256]]),
        np.zeros(1, np.int64),
        np.array([256]),
        8,
        out,
        boxes,
    )
    assert out[5:40, 5:34].min() >= 253  # weights are cut to 1/256
    assert out[:4].max() == 0
    assert boxes.tolist() == [[4, 4, 35, 41]]


@pytest.mark.parametrize("scale", [0.3, 0.5, 0.77, 1.0, 1.6])
def test_ink_is_kept_by_area(scale):
    size = (48, 40)
    place = (2560 + 77, 2560 + 31, round(40 * 256 * scale), round(48 * 256 * scale))
    out, _ = line([place], [size], [0], [256], (120, 120))
    expected = np.random.default_rng(0).integers(0, 256, size, np.uint8).sum() * scale**2
    assert out.sum() == pytest.approx(expected, rel=0.01)


def test_slant_leans_right_above_the_middle():
    straight, _ = line([(2560, 0, 2560, 10240)], [(40, 10)], [0], [256], (40, 40))
    leaning, _ = line([(2560, 0, 2560, 10240)], [(40, 10)], [32768], [256], (40, 40))
    columns = np.arange(40)
    top = (leaning[0] * columns).sum() / leaning[0].sum()
    bottom = (leaning[-1] * columns).sum() / leaning[-1].sum()
    assert top - bottom == pytest.approx(39 * 0.5, abs=1)
    assert int(leaning.sum()) == pytest.approx(int(straight.sum()), rel=0.01)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(0, 5))
def test_lay_ink_equals_reference(channels, seed):
    rng = np.random.default_rng(seed)
    paper = rng.integers(0, 256, (20, 30, channels), np.uint8)
    ink = rng.integers(0, 256, (20, 30), np.uint8)
    colour = rng.integers(0, 256, channels)
    fast, slow = paper.copy(), paper.copy()
    kernel.lay_ink(fast, ink, colour)
    reference.lay_ink(slow, ink, colour)
    np.testing.assert_array_equal(fast, slow)
    assert (fast[ink == 0] == paper[ink == 0]).all()
    full = ink == 255
    np.testing.assert_array_equal(fast[full], np.minimum(paper, colour)[full])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=6),
    st.integers(0, 5),
)
def test_box_corners_equal_reference(spans, seed):
    rng = np.random.default_rng(seed)
    count = sum(spans)
    places = rng.integers(-2000, 20_000, (count, 4))
    places[:, 2:] = rng.integers(256, 9000, (count, 2))
    boxes = np.sort(rng.integers(1, 60, (count, 4)), 1)
    boxes[rng.random(count) < 0.3] = 0
    fast, slow = np.empty((len(spans), 4, 2)), np.empty((len(spans), 4, 2))
    owners = np.repeat(np.arange(len(spans)), spans)
    kernel.box_corners(places, boxes, owners, 40, 60, fast)
    reference.box_corners(places, boxes, owners, 40, 60, slow)
    np.testing.assert_array_equal(fast, slow)
    turned = np.roll(fast + rng.normal(0, 30, fast.shape), seed, 1)
    assert kernel.least_side(turned) == reference.least_side(turned)
    assert kernel.least_side(turned[:0]) == reference.least_side(turned[:0]) == np.inf


def test_white_space_leaves_its_box_alone():
    """A line of several banks is drawn bank by bank: what one does not hold is passed over."""
    for module in (kernel, reference):
        out, boxes = np.zeros((20, 20), np.uint8), np.full((2, 4), 7)
        numbers = np.zeros(2, np.int64), np.array([[0, 0], [10, 10]])
        place = np.array([[0, 0, 2560, 2560]] * 2)
        data = np.full(100, 200, np.uint8)
        module.draw_glyphs(
            data, *numbers, place, np.zeros(2, np.int64), np.full(2, 256), 8, out, boxes
        )
        assert boxes.tolist() == [[7, 7, 7, 7], [0, 0, 10, 10]]
        assert (out[:10, :10] == 200).all()
