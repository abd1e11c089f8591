"""Placement models: fitted, written, read again, drawn from."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
import yaml

import fakes
import fakes_lines
import fakes_online
import fakes_pages
from penline.api import compose, convert
from penline.errors import ExportError, FormatError, RecipeError, UsageError
from penline.fit import fit, measured_lines
from penline.measure.classes import HAN, class_of
from penline.measure.estimate import estimate
from penline.measure.geometry import LineGeometry, of_boxes, with_writer_ems
from penline.measure.model import PlacementModel, dump, load_placement_model
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER, ModelTables, place_items
from penline.measure.spread import SCORES
from penline.measure.tables import CLASS_NUMBERS, model_tables
from penline.randomness import Draws
from reference.model import typical_sizes

TEXT = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张“寒来”暑往12秋收冬藏"


def bells(count: int, seed: int = 1) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(seed)).normal(size=count)


def lines(count: int = 8) -> list[LineGeometry]:
    return with_writer_ems(fakes_lines.geometry(TEXT, seed=k) for k in range(count))


# ---- the model


def test_what_was_put_in_comes_out() -> None:
    model = estimate(lines(40))
    assert model.fitted_on.lines == 40 and model.fitted_on.characters == 40 * len(TEXT)
    comma = model.classes["han-comma"]
    assert comma.height.mean == pytest.approx(0.25, abs=0.03)
    assert comma.middle.mean == pytest.approx(-0.35, abs=0.03)
    assert model.classes["quote-high"].middle.mean == pytest.approx(0.3, abs=0.03)
    assert model.gaps["all"].gap.mean == pytest.approx(0.2, abs=0.03)
    assert model.gaps["han>han"].gap.deviation == pytest.approx(0.06, abs=0.02)
    assert abs(model.walks["middle"].neighbours) < 0.15
    assert abs(model.line.slope.mean) < 0.01


def test_a_model_is_numbers_alone_and_survives_its_file(tmp_path: Path) -> None:
    model = estimate(lines(), ["dgrl casia-hwdb2.0"])
    text = dump(model)
    assert not any(character in text for character in TEXT if ord(character) > 127)
    assert "casia:001" not in text and "made up" not in text
    (tmp_path / "hand.yaml").write_text(text, "utf-8")
    assert load_placement_model(tmp_path / "hand.yaml") == model
    assert load_placement_model(yaml.safe_load(text)) == model


def test_the_default_says_what_it_was_fitted_on() -> None:
    model = load_placement_model()
    assert model.fitted_on.characters > 0 and model.fitted_on.sources
    assert {"han", "digit", "comma-low"} <= model.classes.keys()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "version"),
        ({"classes": {"no-such-class": None}}, "no-such-class"),
        ({"pull": float("nan")}, "pull"),
        ({"more": 1}, "more"),
        ({"fitted_on": {}}, "it has no fitted_on.* penline fit makes"),
    ],
    ids=["version", "class", "nan", "extra", "missing"],
)
def test_a_false_model_is_refused_by_field(change: dict, told: str) -> None:
    values = yaml.safe_load(dump(estimate(lines())))
    with pytest.raises(RecipeError, match=told):
        load_placement_model({**values, **change})


def test_an_unknown_class_is_refused() -> None:
    values = yaml.safe_load(dump(estimate(lines())))
    values["classes"]["zebra"] = values["classes"]["han"]
    with pytest.raises(RecipeError, match="zebra: no class"):
        load_placement_model(values)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"- 1", b"a: [", b"", b"x" * (1 << 20) + b"y"])
def test_a_damaged_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "hand.yaml"
    path.write_bytes(data)
    with pytest.raises(RecipeError, match=r"hand\.yaml"):
        load_placement_model(path)
    with pytest.raises(UsageError, match="penline fit"):
        load_placement_model(tmp_path / "none.yaml")


# ---- placements


def placed(
    model: ModelTables,
    text: str,
    em_px: float,
    words: Draws,
    glyphs: tuple[np.ndarray, float] | None = None,
    **typical: tuple[float, float],
) -> Placed:
    """A line by a model's tables; with the sizes of its glyphs and their em, or sizes by it."""
    names = ["han" if class_of(character) in HAN else class_of(character) for character in text]
    kind = np.array([CLASS_NUMBERS[name] for name in names], np.int64)
    sizes, em = (np.zeros((0, 2)), 0.0) if glyphs is None else glyphs
    usual = model.moments[1:3].copy()
    for name, pair in typical.items():
        usual[:, CLASS_NUMBERS[name]] = pair
    places, facts = np.zeros((len(text), 5), np.int64), np.zeros(3)
    chance = words.words(LINE_WORDS + WORDS_PER_CHARACTER * len(text))
    given = sizes.astype(float), np.full(len(sizes), em), *usual[:, kind], chance, 0.45, em_px
    place_items(kind, kind == CLASS_NUMBERS["space"], *given, model, places, facts)
    return Placed(*places.T)


class Placed(NamedTuple):
    """Columns of what `place_items` fills in: 1/4096, and then 1/64 px."""

    scales: np.ndarray
    heights: np.ndarray
    widths: np.ndarray
    gaps: np.ndarray
    rises: np.ndarray

    @property
    def lefts(self) -> np.ndarray:
        return np.cumsum(self.gaps + self.widths) - self.widths

    @property
    def boxes_px(self) -> np.ndarray:
        left, top = self.lefts, -self.rises - self.heights // 2
        return np.stack([left, top, left + self.widths, top + self.heights], 1) / 64


def tables() -> ModelTables:
    return model_tables(estimate(lines(20)))


def test_the_same_words_give_the_same_placements() -> None:
    one, two = (placed(tables(), TEXT, 48.0, Draws(7, 3, "layout")) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = placed(tables(), TEXT, 48.0, Draws(7, 4, "layout"))
    assert (other.rises != one.rises).any()


def test_drawn_lines_are_as_the_fitted_ones() -> None:
    first = estimate(lines(20))
    made = model_tables(first)
    drawn = [
        of_boxes(TEXT, placed(made, TEXT, 480.0, Draws(1, k, "t")).boxes_px, "casia:001", "s")
        for k in range(60)
    ]
    again = estimate(with_writer_ems(drawn))
    for name in ("han-middle", "han-comma", "digit"):
        for field in ("height", "width", "middle"):
            a, b = (getattr(m.classes[name], field) for m in (again, first))
            assert a.mean == pytest.approx(b.mean, abs=0.06), (name, field)
    assert again.gaps["all"].gap.mean == pytest.approx(first.gaps["all"].gap.mean, abs=0.03)


def test_natural_glyphs_keep_their_proportions_and_order() -> None:
    sizes = np.array([shape_px(character) for character in TEXT])
    sizes[0] *= 0.7  # the first is a small one
    made = tables()
    small = others = 0.0
    for k in range(40):
        drawn = placed(made, TEXT, 48.0, Draws(1, k, "t"), (sizes, 150.0), han=(0.95, 0.1))
        np.testing.assert_allclose(
            drawn.heights / drawn.widths, sizes[:, 0] / sizes[:, 1], rtol=0.08
        )
        np.testing.assert_allclose(drawn.heights / 64, sizes[:, 0] * drawn.scales / 4096, atol=0.05)
        small += drawn.heights[0]
        others += drawn.heights[1]
    assert small < 0.92 * others


def shape_px(character: str) -> tuple[float, float]:
    high, wide, _ = fakes_lines.shape(character)
    return 150.0 * high, 150.0 * wide


def test_white_space_has_an_advance_and_no_ink() -> None:
    drawn = placed(tables(), "ab cd", 64.0, Draws(1, 1, "t"))
    assert drawn.heights[2] == 0 and drawn.widths[2] > 0
    assert drawn.gaps[2] == drawn.gaps[3] == 0
    assert drawn.gaps[0] == 0


@pytest.mark.parametrize("text", ["", "天", " ", "  ", "𠀀é\u0301"])
def test_any_text_can_be_drawn(text: str) -> None:
    drawn = placed(model_tables(load_placement_model()), text, 64.0, Draws(1, 1, "t"))
    assert len(drawn.gaps) == len(text)


def test_no_character_stands_on_the_one_before() -> None:
    values = load_placement_model().model_dump()
    for figures in values["gaps"].values():
        figures["gap"]["quantiles"] = (-900.0,) * 13
    made = model_tables(PlacementModel.model_validate(values))
    drawn = placed(made, "天地玄黄", 64.0, Draws(1, 1, "t"))
    assert (np.diff(drawn.lefts) > 0).all()


def test_commas_take_the_proportions_of_the_model_as_far_as_they_are_told() -> None:
    model, text, count = load_placement_model(), "天，地。人" * 4, 20
    sizes = np.array([(60.0, 60.0), (12.0, 30.0)] * 10)
    marks = [k for k, character in enumerate(text) if character in "，。"]
    comma = model.figures("han-comma")
    shape = comma.width.mean / comma.height.mean
    found = []
    for share in (0.0, 0.5, 1.0):
        made = model_tables(model, share)
        drawn = placed(made, text, 640.0, Draws(1, 1, "t"), (sizes, 60.0))
        found.append(drawn)
        ratio = drawn.widths[1] / drawn.heights[1]
        area = drawn.widths * drawn.heights
        np.testing.assert_allclose(area, found[0].widths * found[0].heights, rtol=0.01)
        others = np.delete(np.arange(count), marks)
        np.testing.assert_array_equal(drawn.widths[others], found[0].widths[others])
        wanted = {0.0: 2.5, 1.0: shape}.get(share)
        if wanted is not None:
            assert ratio == pytest.approx(wanted, rel=0.02)
        else:
            assert shape < ratio < 2.5


def test_typical_sizes_by_class() -> None:
    found = typical_sizes("天地玄黄宇，", [(100, 100)] * 5 + [(25, 25)], 100.0)
    assert found["han"] == (1.0, 0.0)
    assert found["han-comma"] == (0.25, 0.0)


def test_scores_are_those_of_the_normal_distribution() -> None:
    values = bells(200_000)
    shares = [(values < score).mean() for score in SCORES]
    np.testing.assert_allclose(
        shares, (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99), atol=0.004
    )


# ---- sources


def test_a_page_of_lines_is_fitted_and_written(tmp_path: Path) -> None:
    page = tmp_path / "006-P16.dgrl"
    page.write_bytes(fakes_lines.page([TEXT, TEXT[::-1].replace("“", "").replace("”", "")]))
    seen: list[int] = []
    found = fit(page, tmp_path / "hand.yaml", progress=seen.append)
    assert seen[-1] == 2
    assert load_placement_model(tmp_path / "hand.yaml") == found.model
    on = found.model.fitted_on
    assert (on.lines, on.sheets, on.writers) == (2, 1, 1)
    assert on.sources == ("dgrl casia-hwdb2.0",)
    assert found.left_out == {}
    assert found.model.gaps["all"].gap.mean == pytest.approx(0.2, abs=0.03)
    assert found.model.gaps["all"].touching == 0.0
    assert found.model.line.margin_left is not None
    assert found.model.line.margin_left.mean == pytest.approx(150 / 60, abs=0.1)
    assert found.model.line.stroke is not None


def test_boxes_of_characters_are_taken_as_they_are(tmp_path: Path) -> None:
    texts = ["永和九年岁在癸丑", "暮春之初会于会稽"]
    (tmp_path / "a.dgr").write_bytes(fakes_pages.dgr(texts))
    found = with_writer_ems(measured_lines(tmp_path / "a.dgr", Counter()))
    for number, (line, text) in enumerate(zip(found, texts, strict=True)):
        places = np.array(fakes_pages.character_places(text, number), float)
        lefts = places[:, 1] - places[:, 1].min()
        np.testing.assert_allclose(line.boxes[:, 0], lefts)
        assert line.touching is None and (line.gaps_em < 0).all()


def test_strokes_belong_to_their_characters(tmp_path: Path) -> None:
    strokes, lines = fakes_online.written("永和九年岁在\n癸丑暮春之初")
    (tmp_path / "a.ptts").write_bytes(fakes_online.page(strokes, lines))
    found = list(measured_lines(tmp_path / "a.ptts", Counter()))
    assert ["".join(line.characters) for line in found] == ["永和九年岁在", "癸丑暮春之初"]
    own = np.concatenate([np.array(strokes[k], float) for k in lines[0][0][1]])
    np.testing.assert_allclose(found[0].boxes[0], [*own.min(0), *own.max(0)])
    assert np.isfinite(found[0].strokes_px).all()
    unlinked = fakes_online.page(strokes, lines, linked=False, code=b"WPTT")
    (tmp_path / "b.wptt").write_bytes(unlinked)
    left_out: Counter[str] = Counter()
    assert list(measured_lines(tmp_path / "b.wptt", left_out)) == []
    assert sum(left_out.values()) == 1


def test_sets_with_boxes_and_sets_of_whole_lines(tmp_path: Path) -> None:
    boxed = fakes_lines.data_set(tmp_path / "a", [TEXT])
    whole = fakes_lines.data_set(tmp_path / "b", [TEXT], whole_lines=True)
    (one,), (two,) = (list(measured_lines(folder, Counter())) for folder in (boxed, whole))
    np.testing.assert_allclose(one.boxes, two.boxes, atol=1.0)
    (three,) = measured_lines(boxed, Counter(), segmented=True)
    np.testing.assert_allclose(three.boxes, two.boxes)
    assert one.ink is None
    (four,) = measured_lines(boxed, Counter(), pictures=1)
    assert four.ink is not None


def test_what_gives_no_line_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.gnt").write_bytes(fakes.gnt("永和"))
    with pytest.raises(ExportError, match="isolated pictures, which have no place: 2"):
        fit(tmp_path / "a.gnt")
    (tmp_path / "b.pot").write_bytes(fakes.pot("永和"))
    with pytest.raises(ExportError, match="stand in no rows: 1"):
        fit(tmp_path / "b.pot")
    with pytest.raises(UsageError, match="yaml"):
        fit(tmp_path / "a.gnt", tmp_path / "hand.json")
    with pytest.raises(UsageError):
        fit(tmp_path / "none.dgrl")


def test_damage_stops_or_is_counted(tmp_path: Path) -> None:
    page = fakes_lines.page([TEXT, TEXT])
    (tmp_path / "a.dgrl").write_bytes(page[:-1000])
    with pytest.raises(FormatError):
        fit(tmp_path / "a.dgrl")
    found = fit(tmp_path / "a.dgrl", salvage=True)
    assert found.model.fitted_on.lines == 1
    assert sum(found.left_out.values()) == 1


def entry(**change: object) -> bytes:
    quads = [[[0, 0], [9, 0], [9, 9], [0, 9]]]
    values = {"path": "images/a.png", "text": "天", "quads": quads, "writer": "w"}
    return json.dumps({**values, **change}).encode() + b"\n"


@pytest.mark.parametrize(
    "row",
    [
        b"{",
        b"[]\n",
        b"[" * 100_000,
        entry(path="../a.png"),
        entry(path="/a.png"),
        entry(path="C:\\a.png"),
        entry(path=3),
        entry(text=None),
        entry(quads=[[1, 2]]),
        entry(quads="x"),
        entry(quads=[[[1e300, 0], [9, 0], [9, 9], [0, 9]]]),
        entry(text="天" * 5000),
    ],
    ids=[
        *("cut", "list", "deep", "up", "root", "drive", "number", "no-text"),
        *("flat", "word", "huge", "long"),
    ],
)
def test_hostile_boxes_are_refused(tmp_path: Path, row: bytes) -> None:
    (tmp_path / "boxes.jsonl").write_bytes(row)
    with pytest.raises(ExportError, match="line 1"):
        list(measured_lines(tmp_path, Counter()))


def test_pictures_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "boxes.jsonl").write_bytes(entry())
    (tmp_path / "images").mkdir()
    for data in (b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 40):
        (tmp_path / "images" / "a.png").write_bytes(data)
        with pytest.raises(ExportError, match=r"a\.png"):
            list(measured_lines(tmp_path, Counter()))
    good, large = cv2.imencode(".png", np.zeros((1, 1), np.uint8))
    assert good
    lie = bytearray(large.tobytes())
    lie[16:24] = (60_000).to_bytes(4, "big") * 2
    (tmp_path / "images" / "a.png").write_bytes(bytes(lie))
    with pytest.raises(ExportError, match="too large"):
        list(measured_lines(tmp_path, Counter()))


# ---- lines in any form that convert reads

FORMS = (
    *("paddleocr", "kraken", "kraken-arrow", "lmdb", "parquet", "imagefolder"),
    *("webdataset", "doctr", "easyocr"),
)


@pytest.mark.parametrize("to", FORMS)
def test_lines_in_any_form_are_measured_as_those_of_the_archive(tmp_path: Path, to: str) -> None:
    source = tmp_path / "006-P16.dgrl"
    source.write_bytes(fakes_lines.page([TEXT, TEXT[::-1]]))
    convert(source, tmp_path / to, to=to)
    wanted = list(measured_lines(source, Counter()))
    left_out: Counter[str] = Counter()
    found = list(measured_lines(tmp_path / to, left_out))
    assert not left_out
    for one, two in zip(wanted, found, strict=True):
        assert one.characters == two.characters
        np.testing.assert_array_equal(one.boxes, two.boxes)
        np.testing.assert_array_equal(one.trusted, two.trusted)


def test_lines_of_pages_are_measured(tmp_path: Path) -> None:
    source = tmp_path / "006-P16.dgrl"
    source.write_bytes(fakes_lines.page([TEXT, TEXT[::-1]]))
    convert(source, tmp_path / "pages", to="page-xml")
    wanted = list(measured_lines(source, Counter()))
    found = list(measured_lines(tmp_path / "pages", Counter()))
    for one, two in zip(wanted, found, strict=True):
        assert one.characters == two.characters
        # outlines begin elsewhere than the lines of the archive
        np.testing.assert_array_equal(
            one.boxes[:, 2:] - one.boxes[:, :2], two.boxes[:, 2:] - two.boxes[:, :2]
        )


def test_a_composed_set_says_where_its_boxes_are(tmp_path: Path, small_bank, corpus_file) -> None:
    def composed(to: str, *, boxes: bool) -> Path:
        out = tmp_path / f"{to}-{boxes}"
        given = {"banks": [small_bank.path], "corpora": [corpus_file], "workers": 1}
        compose(out, n=4, recipe={"version": 2}, to=to, boxes=boxes, **given)
        return out

    for to in ("paddleocr", "parquet"):
        with pytest.raises(ExportError, match="with --boxes"):
            list(measured_lines(composed(to, boxes=False), Counter()))
    for to in ("lmdb", "parquet"):
        left_out: Counter[str] = Counter()
        found = list(measured_lines(composed(to, boxes=True), left_out))
        assert len(found) + sum(left_out.values()) == 5
        assert left_out[f"boxes that {to} keeps elsewhere: its lines were measured by ink"] == 1
