"""Characters cut out of lines for a bank: whose cut is sure, with writer and place in the line."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes_lines
from penline import api
from penline.bank import Bank
from penline.measure.cutting import LINE, LineCutter, ReadPlaces, cut_characters
from penline.measure.reading import ink_of_line
from penline.measure.segment import segment
from penline.sources.collect import open_sources
from penline.sources.reading import Reading
from test_cli import penline as penline

REAL = Path(__file__).parents[2] / "shared" / "data" / "casia"
TEXT = "天地玄黄，宇宙洪荒。日月盈昃"


def packed(tmp_path: Path, source: Path, cutter: LineCutter | None = None) -> Bank:
    return api.pack(source, tmp_path / "b.bank", from_lines=cutter, overwrite=True)


def test_each_character_has_its_own_ink_alone() -> None:
    ink, boxes = fakes_lines.line(TEXT)
    ink[2:4, boxes[3][0] + 4] = 255  # a speck over a character, too small for a unit
    found = cut_characters(ink, list(TEXT))
    assert found is not None
    assert [one.character for one in found] == list(TEXT)
    assert [one.number for one in found] == list(range(len(TEXT)))
    for one, (left, top, right, bottom) in zip(found, boxes, strict=True):
        assert (one.left_px, one.top_px) == (left, top)
        np.testing.assert_array_equal(one.ink, ink[top:bottom, left:right])
        assert not one.fault
        assert one.margin >= 1.5


def test_grey_edges_go_with_their_strokes_and_a_neighbour_in_the_box_does_not() -> None:
    ink, boxes = fakes_lines.line("天地")
    left, top, right, bottom = boxes[0]
    ink[top:bottom, right] = 10  # fainter than what counts as ink
    ink[bottom - 6 : bottom, right + 4 : boxes[1][0]] = 255  # a tail of the second, below ...
    ink[top : top + 5, right - 3 : right + 1] = 0  # ... and the first has a notch
    found = cut_characters(ink, list("天地"), sure=0)
    assert found is not None
    first = found[0].ink
    assert first.shape == (bottom - top, right + 1 - left)
    assert (first[8:, -1] == 10).all()
    assert int(first.astype(int).sum() + found[1].ink.astype(int).sum()) == int(ink.sum())


def test_white_space_counts_as_a_place_and_has_no_glyph() -> None:
    ink, _ = fakes_lines.line("天地玄黄")
    found = cut_characters(ink, list("天地 玄黄"))
    assert found is not None
    assert [(one.number, one.character) for one in found] == [
        (0, "天"), (1, "地"), (3, "玄"), (4, "黄"),
    ]  # fmt: skip


def test_what_hangs_together_is_not_sure() -> None:
    text = "天地玄黄宇宙"
    ink, boxes = fakes_lines.line(text)
    ink[60:64, boxes[2][2] - 4 : boxes[3][0] + 4] = 200
    found = cut_characters(ink, list(text))
    assert found is not None
    told = [one.fault for one in found]
    assert told[2] == told[3] == "hangs together with a neighbour"
    assert [told[at] for at in (0, 5)] == [""] * 2


def blocks(*widths_and_gaps: int) -> np.ndarray:
    """A line of blocks as tall as it is: width, gap, width, gap, ..., width."""
    ink = np.zeros((70, sum(widths_and_gaps) + 10), np.uint8)
    x = 5
    for width, gap in zip(widths_and_gaps[::2], (*widths_and_gaps[1::2], 0), strict=True):
        ink[5:65, x : x + width] = 255
        x += width + gap
    return ink


def test_a_part_that_may_be_of_either_neighbour_makes_both_unsure() -> None:
    # 节日免: the part in the middle stands as near to the one as to the other
    ink = blocks(54, 14, 54, 14, 30, 6, 24, 6, 30, 14, 54)
    found = cut_characters(ink, list("天中节晚上"))
    assert found is not None
    assert [bool(one.fault) for one in found] == [False, False, True, True, False]
    assert {one.fault for one in found} == {"", "another cut is as likely"}


def test_the_margin_is_what_the_next_best_deal_costs_more() -> None:
    """Held against all deals of a short line, one by one."""
    ink = blocks(30, 6, 24, 8, 40, 12, 20, 5, 28, 10, 50)
    label = list("天月中")
    found = segment(ink, label, margins=True)
    assert found is not None
    assert found.margins is not None
    forced = [cost_of(ink, label, cuts) for cuts in itertools.combinations(range(1, 6), 2)]
    cheapest = min(forced)[0]
    assert min(forced)[1] == tuple(found.first[1:])
    for number in range(3):
        own = runs(min(forced)[1])[number]
        others = [cost for cost, cuts in forced if runs(cuts)[number] != own]
        assert found.margins[number] == pytest.approx(min(others) - cheapest)


def runs(cuts: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(itertools.pairwise((0, *cuts, 6)))


def cost_of(ink: np.ndarray, label: list[str], cuts: tuple[int, ...]) -> tuple[float, tuple]:
    """What a deal costs, by the tables of the last pass."""
    from penline.measure.segment import _Alignment

    last: list[_Alignment] = []
    before = _Alignment.best

    def kept(self: _Alignment) -> object:
        last.append(self)
        return before(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Alignment, "best", kept)
        segment(ink, label)
    line = last[-1]
    paid = [line.paid(at)[a, b - a - 1] for at, (a, b) in enumerate(runs(cuts))]
    return float(sum(paid) + sum(line.edge[cut] for cut in cuts)), cuts


def test_who_can_read_decides_what_shapes_do_not() -> None:
    ink = blocks(54, 14, 54, 14, 30, 6, 24, 6, 30, 14, 54)
    label = list("天中节晚上")
    # by somebody who reads the part in the middle with the second
    middles = np.array([32.0, 100, 156, 204, 266])

    def read(_: np.ndarray, given: object) -> ReadPlaces:
        assert given == label
        return ReadPlaces(middles, np.array([True, True, True, True, False]))

    found = cut_characters(ink, label, read)
    assert found is not None
    assert [one.fault for one in found] == [""] * 4 + ["not read as what the label says"]
    assert found[2].ink.shape[1] == 30
    assert found[3].ink.shape[1] == 60
    assert cut_characters(ink, label, lambda *_: None) is None


@pytest.mark.parametrize("late_em", [-0.2, 0.2])
def test_a_reader_that_sees_all_too_early_or_too_late_is_understood(late_em: float) -> None:
    ink = blocks(54, 14, 54, 14, 30, 6, 24, 6, 30, 14, 54)
    middles = np.array([32.0, 100, 156, 207, 278])
    for second in (0, 36):  # the part in the middle is of the one, or of the other
        places = middles + [0, 0, second / 2, second / 2, 0] + late_em * 60
        label = list("天中节晚上")
        found = segment(ink, label, middles_px=places)
        assert found is not None
        assert found.first.tolist() == [0, 1, 2, 4 if second else 3, 5]
        exact = segment(ink, label, middles_px=places - late_em * 60, margins=True)
        late = segment(ink, label, middles_px=places, margins=True)
        assert exact is not None and late is not None
        np.testing.assert_allclose(late.margins, exact.margins)


def test_a_page_of_lines_becomes_a_bank(tmp_path: Path) -> None:
    texts = [TEXT, "秋收冬藏闰余成岁"]
    file = tmp_path / "006-P16.dgrl"
    file.write_bytes(fakes_lines.page(texts))
    cutter = LineCutter()
    bank = packed(tmp_path, file, cutter)
    assert (cutter.lines, cutter.characters, cutter.kept) == (2, 22, 22)
    assert len(bank) == 22
    assert bank.writers == ("casia:006",)
    places = [divmod(int(one), LINE) for one in bank.columns["record"]]
    assert places == [(0, k) for k in range(14)] + [(1, k) for k in range(8)]
    labels = [bank.characters[one] for one in bank.columns["character"]]
    assert "".join(labels) == "".join(texts)
    ink, boxes = fakes_lines.line(TEXT)
    left, top, right, bottom = boxes[6]
    np.testing.assert_array_equal(bank.inks([6])[0], ink[top:bottom, left:right])


def test_without_the_option_lines_are_left_out_and_told(tmp_path: Path, penline) -> None:
    file = tmp_path / "006-P16.dgrl"
    file.write_bytes(fakes_lines.page([TEXT]))
    code, _, told = penline("bank", file, "-o", tmp_path / "b.bank")
    assert code == 1
    assert "--from-lines" in told
    for option in (("--model", "x"), ("--images", tmp_path)):
        code, _, told = penline("bank", file, *option, "-o", tmp_path / "b.bank")
        assert code == 2
        assert "--from-lines" in told


def test_the_command_tells_how_many_of_how_many_and_why(tmp_path: Path, penline) -> None:
    text = "天地玄黄宇宙"
    ink, boxes = fakes_lines.line(text)
    ink[60:64, boxes[2][2] - 4 : boxes[3][0] + 4] = 200
    folder = tmp_path / "set"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), 255 - ink)
    cv2.imwrite(str(folder / "2.png"), np.full((40, 60), 255, np.uint8))
    (folder / "rec_gt_train.txt").write_text(f"1.png\t{text}\n2.png\t天地\n", "utf-8")
    out = tmp_path / "b.bank"
    code, said, _ = penline("bank", folder, "--from-lines", "--writer", "anna", "-o", out)
    assert code == 0
    said = " ".join(said.split())
    assert "2 lines: 3 of 8 characters cut out, sure by 1.5 and more" in said
    assert "left out: 2 (characters of lines, not cut surely: hangs together with" in said
    assert "left out: 1 (characters of lines, not cut surely: another cut is as likely)" in said
    assert "left out: 1 (lines whose label does not fit their ink)" in said


def test_lines_whose_ink_does_not_go_from_left_to_right_are_left_out(tmp_path: Path) -> None:
    from penline.records import LineRecord, PageFacts, Raster, Source

    def record(text: str) -> LineRecord:
        pixels = 255 - fakes_lines.line("天地玄黄")[0]
        height, width = pixels.shape
        raster, facts = Raster(pixels, width), PageFacts(height, width, 1, "", 1, 8, 255, "")
        source = Source("x", "unknown:x")
        codes = tuple(one.encode() for one in text)
        place = (0, 0, height, width)
        return LineRecord(codes, tuple(text), *place, raster, (), facts, source, 0, 0)

    told: list[str] = []
    cutter = LineCutter()
    for text in ("שלום", "कि", "   ", "天" * LINE):
        assert list(cutter.glyphs(record(text), told.append)) == []
    assert [one.split(",")[0] for one in told] == [
        "lines with right-to-left text",
        "lines with combining marks",
        "lines without a label",
        "lines far too large",
    ]


def test_a_photographed_line_has_the_ink_of_its_pen_alone(tmp_path: Path) -> None:
    ink, boxes = fakes_lines.line("天地玄黄")
    light = np.linspace(170, 230, ink.shape[1])[None] + np.random.default_rng(1).normal(
        0, 2, ink.shape
    )
    cv2.imwrite(str(tmp_path / "1.png"), np.where(ink > 0, 60, light).astype(np.uint8))
    (tmp_path / "1.gt.txt").write_text("天地玄黄", "utf-8")
    (unit,) = open_sources(tmp_path, reading=Reading(take="lines"))
    (record,) = unit.read()
    found = ink_of_line(record)
    assert (found[ink == 0] == 0).mean() > 0.999
    assert (found[ink > 0] > 60).mean() > 0.99
    cut = cut_characters(found, record.characters)
    assert cut is not None
    for one, (left, _, right, _) in zip(cut, boxes, strict=True):
        assert abs(one.left_px - left) <= 1
        assert abs(one.left_px + one.ink.shape[1] - right) <= 1


@pytest.mark.real
def test_a_real_page(tmp_path: Path) -> None:
    file = REAL / "006-P16.dgrl"
    if not file.is_file():
        pytest.skip("no real data")
    cutter = LineCutter()
    bank = packed(tmp_path, file, cutter)
    # each of them was looked at beside its label: none is wrong
    assert (cutter.lines, cutter.characters, cutter.kept) == (10, 278, 246)
    assert bank.writers == ("casia:006",)
