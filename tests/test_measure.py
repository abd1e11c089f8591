"""Characters found in ink, boxes into ems, ems into figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import fakes_lines
from penline.measure.appearance import ink_of_picture, looks_of, slant_of_strokes
from penline.measure.classes import CLASSES, class_of, expected_of, family_of
from penline.measure.estimate import estimate
from penline.measure.geometry import LineGeometry, of_boxes, theil_sen, with_writer_ems
from penline.measure.grid import rows_of_cells
from penline.measure.reading import of_ink, of_records
from penline.measure.segment import segment
from penline.measure.spread import Spread, bell_quantiles, resamples, walk_of

REAL = Path(__file__).parents[2] / "shared" / "data" / "casia"
TEXT = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张“寒来”暑往12秋收冬藏"


def bells(count: int, seed: int = 1) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(seed)).normal(size=count)


def lines(count: int = 8) -> list[LineGeometry]:
    return with_writer_ems(fakes_lines.geometry(TEXT, seed=k) for k in range(count))


# ---- characters found in ink


@pytest.mark.parametrize("text", ["天地玄黄", TEXT, "一二三四，2006年", "大“老大”。"])
def test_every_character_is_found_where_it_stands(text: str) -> None:
    ink, boxes = fakes_lines.line(text)
    found = segment(ink, list(text))
    assert found is not None
    np.testing.assert_array_equal(found.boxes, boxes)
    assert not found.touching.any()
    assert not found.doubtful.any()
    assert found.areas.sum() == np.count_nonzero(ink)


def test_the_em_and_the_middle_come_out() -> None:
    ink, _ = fakes_lines.line(TEXT)
    found = segment(ink, list(TEXT))
    assert found is not None
    assert found.em_px == pytest.approx(fakes_lines.EM, abs=2)
    assert found.middle_px[0] == pytest.approx(fakes_lines.EM, abs=1)
    assert found.middle_px[1] == pytest.approx(0, abs=1e-3)


def test_characters_that_touch_are_cut() -> None:
    text = "天地玄黄宇宙"
    ink, boxes = fakes_lines.line(text)
    (_, _, right, _), (left, _, _, _) = boxes[2], boxes[3]
    ink[60:64, right - 4 : left + 4] = 200
    found = segment(ink, list(text))
    assert found is not None
    np.testing.assert_array_equal(found.touching, [False, False, True, False, False])
    assert found.boxes[2, 2] == found.boxes[3, 0]
    assert right - 4 <= found.boxes[2, 2] <= left + 4


def test_ink_without_a_label_takes_a_character_of_its_own() -> None:
    ink, boxes = fakes_lines.line("天地玄黄")
    found = segment(ink, ["天", None, "玄", "黄"])
    assert found is not None
    np.testing.assert_array_equal(found.boxes, boxes)


@pytest.mark.parametrize("characters", [[], list("天地玄黄"), [None] * 9])
def test_too_little_ink_gives_no_line(characters: list[str | None]) -> None:
    ink = np.zeros((40, 60), np.uint8)
    ink[10:30, 10:30] = 255
    assert segment(ink, characters) is None
    assert segment(np.zeros_like(ink), characters) is None


def test_noise_ends_and_gives_something_or_nothing() -> None:
    noise = np.random.Generator(np.random.PCG64(3)).integers(0, 256, (90, 700)).astype(np.uint8)
    found = segment(noise, list("天地玄黄"))
    assert found is None or found.boxes.shape == (4, 4)


@pytest.mark.real
@pytest.mark.skipif(not (REAL / "006-P16.dgrl").is_file(), reason="no real page")
def test_the_real_page_is_cut_into_its_characters() -> None:
    from penline.sources.collect import read

    left_out: Counter[str] = Counter()
    found = with_writer_ems(of_records(read(REAL / "006-P16.dgrl"), left_out))
    assert not left_out
    assert sum(len(line.characters) for line in found) == 278
    assert all(line.trusted.all() for line in found)
    # by eye, 274 of the boxes are right; a worse cut shows in these figures
    gaps = np.concatenate([line.gaps_em for line in found])
    assert gaps.min() > -0.2
    assert 0.14 < np.median(gaps) < 0.22
    assert all(55 < line.em_px < 70 for line in found)

    def of(line: LineGeometry) -> list[tuple[str, float]]:
        return list(zip(line.characters, line.middles_em.tolist(), strict=True))

    low = [m for line in found for c, m in of(line) if c in ",。"]
    high = [m for line in found for c, m in of(line) if c in "“”"]
    assert max(low) < -0.1 and min(high) > 0.1


# ---- boxes


def test_a_line_is_measured_in_its_own_ems() -> None:
    line = fakes_lines.geometry(TEXT, gap_em=0.2)
    assert line.em_px == fakes_lines.EM
    assert line.level_px == (pytest.approx(fakes_lines.EM, abs=0.5), pytest.approx(0, abs=1e-6))
    at = TEXT.index("，")
    assert line.middles_em[at] == pytest.approx(-0.35, abs=0.01)
    assert line.heights_em[at] == pytest.approx(0.25, abs=0.02)
    np.testing.assert_allclose(line.gaps_em, 0.2, atol=0.03)
    assert line.classes[at] == "han-comma"


def test_a_slope_is_found_and_taken_out() -> None:
    boxes = np.array(fakes_lines.boxes(TEXT), float)
    middle = 0.5 * (boxes[:, 0] + boxes[:, 2])
    boxes[:, [1, 3]] -= 0.02 * middle[:, None]
    line = of_boxes(list(TEXT), boxes, "w", "s")
    assert line.level_px[1] == pytest.approx(-0.02, abs=1e-6)
    flat = fakes_lines.geometry(TEXT)
    np.testing.assert_allclose(line.middles_em, flat.middles_em, atol=0.01)


def test_white_space_is_taken_out_and_remembered() -> None:
    boxes = [(0, 0, 10, 20), (10, 0, 20, 20), (20, 0, 30, 20)]
    line = of_boxes(list("a b"), boxes, "w", "s")
    assert line.characters == ("a", "b")
    assert line.spaces.tolist() == [True]
    assert not line.good_gaps.any()


def test_a_short_line_takes_its_writers_em() -> None:
    short = fakes_lines.geometry("甲乙，12")
    larger = of_boxes(
        "丙丁戊己庚辛壬", np.array(fakes_lines.boxes("丙丁戊己庚辛壬", em=90)), "casia:001", "s"
    )
    alone, other = with_writer_ems([short, larger])
    assert alone.em_px == other.writer_em_px == 90
    (left,) = with_writer_ems([short])
    assert left.em_px == fakes_lines.EM
    assert with_writer_ems([fakes_lines.geometry("12，。")]) == []


def test_boxes_without_an_area_and_ink_without_a_label_are_not_trusted() -> None:
    line = of_boxes(["天", None, "地"], [(0, 0, 9, 9), (10, 0, 19, 9), (20, 0, 20, 0)], "w", "s")
    assert line.trusted.tolist() == [True, False, False]


def test_rows_of_cells_tell_where_marks_stand() -> None:
    text = "，。一二ab" * 2 + "天地玄黄宇宙洪荒日月盈昃" * 12
    boxes = []
    for at, character in enumerate(text):
        high, wide, middle = fakes_lines.shape(character)
        x, y = 300 * (at % 12) + 100, 500 * (at // 12) + 300
        top = y - (middle + high / 2) * 150
        boxes.append((x, top, x + wide * 150, top + high * 150))
    rows = with_writer_ems(rows_of_cells(list(text), boxes, "casia:001", "001.pot"))
    assert len(rows) == 13 and all(row.cells for row in rows)
    first = rows[0]
    assert first.em_px == pytest.approx(150)
    np.testing.assert_allclose(first.middles_em[:2], [-0.35, -0.3], atol=0.01)
    model = estimate(rows)
    assert model.classes["han-comma"].middle.n == 0
    cell = model.classes["han-comma"].middle_in_cell
    assert cell is not None and cell.mean == pytest.approx(-0.35, abs=0.01)
    assert model.gaps == {}


def test_a_heap_of_characters_is_no_sheet() -> None:
    text = list("天地玄黄宇宙洪荒日月盈昃" * 4)
    assert rows_of_cells(text, [(0, 0, 50, 50)] * len(text), "w", "s") == []


# ---- the ink's looks


def test_stroke_width_and_slant_are_those_that_were_drawn() -> None:
    for width in (3, 7):
        ink = np.zeros((80, 80), np.uint8)
        for y in range(8, 72):
            left = 50 - round((y - 8) * 0.25)
            ink[y, left : left + width] = 255
        found = looks_of(ink, np.array([[0, 0, 80, 80]]))[0]
        assert found[0] == pytest.approx(width, abs=1.2)
        assert found[3] == pytest.approx(0.25, abs=0.04)
        assert found[2] == 1.0
    assert np.isnan(looks_of(np.zeros((9, 9), np.uint8), np.array([[0, 0, 9, 9]]))).all()
    leaning = [np.array([(10, 0), (0, 40)], np.float32)]
    assert slant_of_strokes(leaning) == pytest.approx(0.25)


def test_a_coarser_picture_has_no_broader_strokes() -> None:
    ink, boxes = fakes_lines.line("天地玄黄", em=60)
    large, more = fakes_lines.line("天地玄黄", em=60)
    large = np.kron(large, np.ones((2, 2), np.uint8))
    a = looks_of(ink, np.array(boxes), 60.0)[:, 0] / 60
    b = looks_of(large, np.array(more) * 2, 120.0)[:, 0] / 120
    np.testing.assert_allclose(a, b, rtol=0.15)


def test_ink_is_found_on_grey_paper() -> None:
    picture = np.full((60, 60), 180, np.uint8)
    picture[20:40, 28:32] = 60
    ink = ink_of_picture(picture, 40.0)
    assert ink[30, 30] == 120 and ink[5, 5] == 0


# ---- figures


def test_classes_have_expectations_and_families() -> None:
    for name in CLASSES:
        assert expected_of(name).width > 0
        assert family_of(name) != "space"
    assert class_of(" ") == family_of("space") == "space"


def test_quantiles_go_through_the_scores() -> None:
    values = 3.0 + 2.0 * bells(20_000)
    spread = Spread.of(values, np.arange(len(values)) // 20)
    for score in (-1.282, 0.0, 0.7, 1.645):
        assert spread.at(score) == pytest.approx(3.0 + 2.0 * score, abs=0.1)
    assert spread.at(-99) == spread.quantiles[0] and spread.at(99) == spread.quantiles[-1]
    assert spread.interval[0] < 3.0 < spread.interval[1]
    assert list(spread.quantiles) == sorted(spread.quantiles)


def test_rare_values_are_drawn_towards_their_family() -> None:
    towards = bell_quantiles(0.0, 1.0)
    few = Spread.of(np.array([1.0, 1.0]), np.arange(2), towards, 8.0)
    many = Spread.of(np.ones(800), np.arange(800), towards, 8.0)
    assert 0.0 < few.at(0.0) < many.at(0.0) <= 1.0
    assert few.quantiles[-1] - few.quantiles[0] > 10 * (many.quantiles[-1] - many.quantiles[0])
    assert few.mean == 1.0 and few.n == 2


def test_a_walk_is_told_from_chance_and_from_lines_that_differ() -> None:
    own = [bells(40, k) for k in range(60)]
    free = walk_of(own)
    assert abs(free.neighbours) < 0.08
    wander = []
    for k in range(60):
        steps, state, found = bells(40, 100 + k), 0.0, []
        for step in steps:
            state = 0.8 * state + 0.6 * step
            found.append(state)
        wander.append(np.array(found))
    drift = walk_of(wander)
    assert drift.drift_share > 0.6 and drift.correlation >= 0.6
    assert drift.interval[0] < drift.neighbours < drift.interval[1]
    assert drift.reach > 1
    apart = walk_of([0.8 * bells(1, 300 + k) + 0.6 * own[k] for k in range(60)])
    assert apart.line_share > 0.3
    assert walk_of([]).neighbours == 0.0


def test_bootstrap_draws_are_always_the_same_and_cover_all() -> None:
    one, two = resamples(7, 200, "a"), resamples(7, 200, "a")
    np.testing.assert_array_equal(one, two)
    assert one.shape == (200, 7)
    assert set(np.unique(one)) == set(range(7))
    assert (resamples(7, 200, "b") != one).any()


def test_far_too_large_pictures_and_long_rows_end_soon() -> None:
    assert of_ink(np.full((2049, 2048), 255, np.uint8), ["天"], "w", "s") is None
    x = np.arange(200_000, dtype=float)
    assert theil_sen(x, 0.5 * x + 3) == pytest.approx(0.5)
