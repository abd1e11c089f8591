"""Strokes to ink: kernels against their reference, the pen's behaviour, refusals, real files."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from penline.errors import UsageError
from penline.randomness import rng
from penline.render import strokes as kernels
from penline.render.pen import MAX_SIDE_PX, Pen, sample_pen
from penline.render.strokes import render_strokes
from reference import strokes as reference

Strokes = tuple[npt.NDArray[np.float32], ...]

REAL = Path(__file__).parents[2] / "shared" / "data" / "casia" / "001.pot"
UNITS_PER_PX = 203 / 64
PLAIN = Pen(wobble=0.0, grain=0.0, fade=0.0, flatness=0.0, crowding=4.0)


def stroke(*points: tuple[float, float]) -> npt.NDArray[np.float32]:
    return np.array(points, np.float32)


def scribble(seed: int) -> Strokes:
    """Strokes as an Anoto pen gives them: whole numbers, rests, hooks, single points."""
    draws = rng(seed, 0, "scribble")
    made = []
    for _ in range(draws.between(1, 6)):
        x, y = draws.between(0, 160), draws.between(0, 200)
        points = [(x, y)]
        for _ in range(draws.below(14)):
            if not draws.chance(0.2):
                x, y = x + draws.between(-40, 40), y + draws.between(-40, 40)
            points.append((x, y))
        made.append(stroke(*points))
    return tuple(made)


def line(*, speed: float, count: int, direction: tuple[float, float] = (1.0, 0.0)) -> Strokes:
    """A straight stroke of `count` steps of `speed` units."""
    steps = np.arange(count + 1, dtype=np.float32)[:, None] * np.float32(speed)
    return ((steps * np.array(direction, np.float32)).astype(np.float32),)


def ink_of(strokes: Strokes, pen: Pen = PLAIN, seed: int = 1) -> npt.NDArray[np.uint8]:
    return render_strokes(strokes, UNITS_PER_PX, pen, rng(seed, 0, "glyph"))


@pytest.fixture
def by_reference(monkeypatch: pytest.MonkeyPatch):
    """Render with the reference kernels instead of the compiled ones."""

    def render(strokes: Strokes, units: float, pen: Pen, seed: int) -> npt.NDArray[np.uint8]:
        with monkeypatch.context() as patched:
            patched.setattr(kernels, "trace_strokes", reference.trace_strokes)
            patched.setattr(kernels, "cover_nodes", reference.cover_nodes)
            return render_strokes(strokes, units, pen, rng(seed, 0, "glyph"))

    return render


@pytest.mark.parametrize("seed", range(12))
def test_kernels_equal_reference(by_reference, seed: int) -> None:
    em_px = (64, 24, 150)[seed % 3]
    pen, units = sample_pen(rng(seed, 0, "pen"), em_px), 203 / em_px
    made = render_strokes(scribble(seed), units, pen, rng(seed, 0, "glyph"))
    assert np.array_equal(made, by_reference(scribble(seed), units, pen, seed))


@pytest.mark.parametrize(
    "pen",
    [
        replace(PLAIN, start_em=0.0, end_em=0.0),
        replace(PLAIN, nib_x=0.0, nib_y=0.0, flatness=0.5),
        replace(PLAIN, softness_px=8.0, width_em=0.01),
        replace(PLAIN, grain=0.6, tone=64, wobble=0.5, speed_response=0.8, start_width=1.5),
    ],
)
def test_kernels_equal_reference_at_the_ends_of_the_ranges(by_reference, pen: Pen) -> None:
    for seed in range(4):
        made = ink_of(scribble(seed), pen, seed)
        assert np.array_equal(made, by_reference(scribble(seed), UNITS_PER_PX, pen, seed))


def test_nodes_equal_reference() -> None:
    for seed in range(20):
        parts = [(part * 80).astype(np.int64) for part in scribble(seed)]
        points = np.concatenate(parts)
        ends = np.array([len(part) for part in parts], np.int64).cumsum()
        capacity = len(points) + int(np.abs(np.diff(points, axis=0)).sum()) // 448
        hand = kernels._hand(sample_pen(rng(seed, 0, "pen")))
        bumps = np.linspace(-1, 1, 64)
        made = kernels.trace_strokes(points, ends, hand, bumps, capacity)
        assert np.array_equal(made, reference.trace_strokes(points, ends, hand, bumps, capacity))


def test_same_draws_same_ink_and_other_draws_other_ink() -> None:
    pen = sample_pen(rng(5, 0, "pen"))
    assert pen == sample_pen(rng(5, 0, "pen"))
    assert pen != sample_pen(rng(6, 0, "pen"))
    assert np.array_equal(ink_of(scribble(1), pen), ink_of(scribble(1), pen))
    assert not np.array_equal(ink_of(scribble(1), pen, 1), ink_of(scribble(1), pen, 2))


def test_int16_and_float32_points_give_the_same_ink() -> None:
    whole = tuple(part.astype(np.int16) for part in scribble(3))
    made = render_strokes(whole, UNITS_PER_PX, PLAIN, rng(1, 0, "glyph"))
    assert np.array_equal(made, ink_of(scribble(3)))


def test_place_on_the_page_does_not_matter() -> None:
    moved = tuple(part + np.float32(4096) for part in scribble(4))
    assert np.array_equal(ink_of(moved), ink_of(scribble(4)))


@pytest.mark.parametrize("points", [((7, 9),), ((7, 9), (7, 9), (7, 9))])
def test_a_point_is_a_round_dot(points: tuple[tuple[float, float], ...]) -> None:
    dot = ink_of((stroke(*points),))
    assert dot.max() == PLAIN.tone
    assert dot.shape[0] == dot.shape[1]
    assert 3 <= dot.shape[0] <= 8
    assert np.array_equal(dot, dot.T)


@pytest.mark.parametrize("seed", range(8))
def test_box_is_tight(seed: int) -> None:
    made = ink_of(scribble(seed), sample_pen(rng(seed, 0, "pen")))
    assert made.dtype == np.uint8
    assert made.flags.c_contiguous
    assert all(edge.any() for edge in (made[0], made[-1], made[:, 0], made[:, -1]))


def test_natural_proportions() -> None:
    tall = ink_of(line(speed=10, count=20, direction=(0.0, 1.0)))
    short = ink_of(line(speed=10, count=5, direction=(0.0, 1.0)))
    pen_width = tall.shape[1]
    assert tall.shape[0] - pen_width == pytest.approx(200 / UNITS_PER_PX, abs=1)
    assert short.shape[0] - pen_width == pytest.approx(50 / UNITS_PER_PX, abs=1)


def column_widths(made: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Width of a level stroke at each column, in pixels."""
    return made.sum(axis=0) / PLAIN.tone


def test_fast_ends_taper_and_slow_ends_stay_blunt() -> None:
    fast = column_widths(ink_of(line(speed=50, count=6)))
    slow = column_widths(ink_of(line(speed=3, count=100)))
    middle = len(fast) // 2
    assert fast[-4] < 0.75 * fast[middle]
    assert slow[-4] > 0.9 * slow[len(slow) // 2]


def test_starts_taper_or_press() -> None:
    pen, strokes = replace(PLAIN, start_em=0.2), line(speed=16, count=20)
    thin = column_widths(ink_of(strokes, replace(pen, start_width=0.4)))
    heavy = column_widths(ink_of(strokes, replace(pen, start_width=1.4)))
    assert thin[3] < 0.85 * thin[len(thin) // 2]
    assert heavy[3] > 1.1 * heavy[len(heavy) // 2]


def with_a_hook(*turn: float) -> Strokes:
    """A line to the right of 200 units, slow, and 35 units of a hook in the direction `turn`."""
    steps = np.arange(0, 201, 5, dtype=np.float32)
    line = np.stack([steps, np.zeros_like(steps)], axis=1)
    back = line[-1] + np.arange(5, 36, 5, dtype=np.float32)[:, None] * np.array(turn, np.float32)
    return (np.concatenate([line, back.astype(np.float32)]),)


@pytest.mark.parametrize("turn", [(-0.8, -0.6), (-0.6, 0.8), (0.0, 1.0)])
def test_a_hook_fades_away(turn: tuple[float, float]) -> None:
    whole, lifted = (
        ink_of(with_a_hook(*turn), replace(PLAIN, lift=lift)).astype(int) for lift in (0.0, 1.0)
    )
    height = min(len(whole), len(lifted))
    if turn[1] > 0:  # the hook is below the line, which keeps its place in the image
        whole, lifted = whole[:height], lifted[:height]
        assert whole[8:, -20:].sum() > 4 * lifted[8:, -20:].sum() / 3
        assert np.array_equal(whole[:, :30], lifted[:, :30])
    else:
        whole, lifted = whole[-height:], lifted[-height:]
        assert np.array_equal(whole[:, :30], lifted[:, :30])
    assert lifted.sum() < whole.sum()
    assert lifted.max() == whole.max()


def test_only_a_short_sharp_last_turn_is_a_hook() -> None:
    bare, lifted = (replace(PLAIN, lift=lift) for lift in (0.0, 1.0))
    gentle, first = with_a_hook(0.8, 0.6), (with_a_hook(-0.8, -0.6)[0][::-1].copy(),)
    long = (with_a_hook(0.0, 1.0)[0] * np.float32(2.5),)  # 87 units: more than a third of an em
    for strokes in (line(speed=5, count=30), gentle, first, long):
        assert np.array_equal(ink_of(strokes, bare), ink_of(strokes, lifted))


def test_slow_lines_are_wider_and_darker() -> None:
    pen = replace(PLAIN, fade=0.3)
    slow, fast = ink_of(line(speed=4, count=60), pen), ink_of(line(speed=40, count=6), pen)
    assert slow.sum() > 1.3 * fast.sum()
    assert slow.max() > fast.max()


def test_wider_pens_leave_more_ink() -> None:
    sums = [
        int(ink_of(scribble(2), replace(PLAIN, width_em=width)).sum())
        for width in (0.02, 0.04, 0.06, 0.08)
    ]
    assert sums == sorted(set(sums))


def test_a_flat_nib_thins_the_line_along_it() -> None:
    pen = replace(PLAIN, flatness=0.5, nib_x=1.0, nib_y=0.0)
    level = ink_of(line(speed=16, count=12), pen)
    upright = ink_of(line(speed=16, count=12, direction=(0.0, 1.0)), pen)
    assert level.sum() < 0.7 * upright.sum()


def test_crowded_characters_stay_open() -> None:
    """Twelve level strokes in one em: white must be left between them."""
    rows = tuple(stroke((0, 17 * k), (50, 17 * k), (100, 17 * k), (190, 17 * k)) for k in range(12))
    pen = replace(PLAIN, width_em=0.12)
    blob, opened = ink_of(rows, pen), ink_of(rows, replace(pen, crowding=0.45))
    assert blob[2:-2, blob.shape[1] // 2].min() > 60
    middle = opened[:, opened.shape[1] // 2]
    assert np.count_nonzero(np.diff((middle == 0).astype(int)) == 1) == 11


def test_curves_are_smooth_and_pass_through_the_points() -> None:
    """A circle of eight points, gone round twice: every pixel on the true circle holds ink.

    An octagon would miss it by 2.4 px in the middle of its sides.
    """
    corners = [(100, 0), (71, 71), (0, 100), (-71, 71), (-100, 0), (-71, -71), (0, -100), (71, -71)]
    made = ink_of((stroke(*corners, *corners, corners[0]),))
    centre = (np.array(made.shape) - 1) / 2
    rows, columns = np.indices(made.shape)
    distance = np.hypot(rows - centre[0], columns - centre[1])
    ring = np.abs(distance - 100 / UNITS_PER_PX) < 0.7
    assert made[ring].min() > 0.5 * PLAIN.tone


@pytest.mark.parametrize(
    ("strokes", "units"),
    [
        ((), 3.0),
        ((np.empty((0, 2), np.float32),), 3.0),
        ((stroke((-32768, 0), (32767, 0)),), 3.0),
        ((stroke((0, 0), (0, 1030)),), 1.0),
        ((stroke((0, 0), (0, 1022)),), 1.0),
        ((stroke((0, 0), (1, 1)),), 1e-300),
        ((stroke((0, 0), (float("nan"), 1)),), 3.0),
        ((stroke((0, 0), (float("inf"), float("-inf"))),), 3.0),
        ((np.zeros((4, 3), np.float32),), 3.0),
        ((stroke((0, 0)),), 0.0),
        ((stroke((0, 0)),), -1.0),
        ((stroke((0, 0)),), float("nan")),
        ((stroke((0, 0)),), float("inf")),
        ((stroke(*[(0, 0), (900, 900)] * 60),), 1.0),
    ],
)
def test_refusals(strokes: Strokes, units: float) -> None:
    with pytest.raises(UsageError):
        render_strokes(strokes, units, PLAIN, rng(1, 0, "glyph"))


def test_largest_box_is_drawn() -> None:
    made = render_strokes((stroke((0, 0), (0, 1000)),), 1.0, PLAIN, rng(1, 0, "glyph"))
    assert 1000 < made.shape[0] <= MAX_SIDE_PX


@pytest.mark.parametrize(
    "wrong",
    [{"em_px": 4}, {"width_em": 0.5}, {"tone": 0}, {"tone": 300}, {"softness_px": float("nan")}],
)
def test_pens_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        replace(PLAIN, **wrong)


@pytest.mark.parametrize("em_px", [8, 64, 1024])
def test_drawn_pens_are_sound_at_every_size(em_px: int) -> None:
    assert {sample_pen(rng(seed, 0, "pen"), em_px).em_px for seed in range(50)} == {em_px}


def read_real() -> list[Strokes]:
    """The real file's characters, by the layout that FORMATS.md gives."""
    data, offset, characters = REAL.read_bytes(), 0, []
    while offset < len(data):
        (size,) = struct.unpack_from("<H", data, offset)
        points = np.frombuffer(data, "<i2", (size - 8) // 2, offset + 8).reshape(-1, 2)
        marks = np.flatnonzero((points == (-1, 0)).all(axis=1))
        starts = [0, *(marks[:-1] + 1)]
        characters.append(
            tuple(points[a:b].astype(np.float32) for a, b in zip(starts, marks, strict=True))
        )
        offset += size
    return characters


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="the real handwriting is not beside the project")
def test_the_real_file_renders_whole(by_reference) -> None:
    characters = read_real()
    assert len(characters) == 4037
    pen = sample_pen(rng(1, 0, "pen"))
    for index, strokes in enumerate(characters):
        made = render_strokes(strokes, UNITS_PER_PX, pen, rng(1, index, "glyph"))
        assert made.max() > 100
        assert max(made.shape) < 120
        if index % 200 == 0:
            again = render_strokes(strokes, UNITS_PER_PX, pen, rng(index, 0, "glyph"))
            assert np.array_equal(again, by_reference(strokes, UNITS_PER_PX, pen, index))
