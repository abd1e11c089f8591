"""Lines drawn from strokes: the kernels by their oracles; boxes, masks and exports are true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fakes
from conftest import TEXT
from penline import Composer
from penline.bank import Bank, BankWriter, open_bank
from penline.bank.bank_set import BankSet
from penline.bank.items import blank_items
from penline.compose import line_strokes
from penline.compose.draw import draw_items
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.line_strokes import GlyphStrokes, LinePen, take_strokes
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.compose.transform.stroke_width import StrokeWidth
from penline.compose.transform.vary_strokes import STROKE_DEVIATIONS_Q16, vary_strokes
from penline.errors import RecipeError
from penline.pack import pack
from penline.produce.planning import contents
from penline.records import Source
from penline.render import pen_path
from penline.render.simplify import simplified
from reference import line_strokes as slow_lines
from reference import pen_path as slow_pen
from reference import vary_strokes as slow_vary
from test_bank_strokes import drawn

HELD = "".join(sorted(set(TEXT) - set(" \n")))


@pytest.fixture(scope="module")
def penned(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """One hand with all characters of the text as strokes."""
    folder = tmp_path_factory.mktemp("penned")
    with BankWriter(folder / "b") as bank:
        for record, character in enumerate(HELD):
            ink, nodes = drawn(record)
            source = Source("1.pot", "own:a")
            bank.add(ink, character, source, record=record, strokes=simplified(nodes, 64, 8192))
    return open_bank(folder / "b")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text(TEXT, "utf-8")
    return path


def some_items(chance: np.random.Generator, count: int) -> np.ndarray:
    items = blank_items(count)
    items["height_px"], items["width_px"] = chance.integers(1, 90, (2, count))
    items["em_px"] = chance.uniform(10, 90, count)
    return items


def some_strokes(chance: np.random.Generator, items: int, size: int = 16000) -> GlyphStrokes:
    owners = np.sort(chance.integers(0, items, 7))
    lengths = chance.choice([1, 2, 3, 8], 7)
    count = int(lengths.sum())
    points = chance.integers(-500, size, (count, 2))
    radii, tones = chance.integers(1, 900, count), chance.integers(1, 256, count)
    return GlyphStrokes(points, radii, tones, np.cumsum(lengths), owners)


def test_kernels_equal_reference(chance: np.random.Generator) -> None:
    for _ in range(30):
        words = chance.integers(-(1 << 15), 1 << 15, 240).astype(np.int16)
        words[chance.random(240) < 0.4] = 7  # some points in the place of the one before
        counts = chance.integers(0, 12, 6)
        starts = chance.integers(0, 240 - 36, 6)
        found = line_strokes.unpack_strokes(words, starts, counts)
        for made, told in zip(found, slow_lines.unpack_strokes(words, starts, counts), strict=True):
            assert np.array_equal(made, told)
        items, strokes = some_items(chance, 5), some_strokes(chance, 5)
        places = chance.integers(-9000, 20000, (5, 4))
        places[:, 2:] = chance.integers(256, 30000, (5, 2))
        given = strokes.points_q8, strokes.radii_q8, strokes.ends, strokes.owners, items, places
        more = chance.integers(-30000, 30000, 5), int(chance.integers(64, 1024)), 1 / 192
        for made, told in zip(
            line_strokes.put_strokes(*given, *more),
            slow_lines.put_strokes(*given, *more),
            strict=True,
        ):
            assert np.array_equal(made, told)
        chances = chance.integers(0, 1 << 64, 10 * 5 + 8 * 7, np.uint64)
        strengths = chance.integers(0, 200_000, 5)
        kinds = chance.integers(0, 2, 5)
        given = strokes.points_q8, strokes.ends, strokes.owners, items, chances, strengths, kinds
        made = vary_strokes(*given, STROKE_DEVIATIONS_Q16)
        assert np.array_equal(made, slow_vary.vary_strokes(*given, STROKE_DEVIATIONS_Q16))


@pytest.mark.parametrize("seed", range(6))
def test_the_pen_equals_its_reference(chance: np.random.Generator, seed: int) -> None:
    strokes = some_strokes(np.random.default_rng(seed), 4, 9000)
    bows = np.random.default_rng(seed).choice([0, 30, 400, 9000], 7)
    given = strokes.points_q8, strokes.radii_q8, strokes.tones, strokes.ends, bows
    nodes, ends = pen_path.bow_strokes(*given)
    told, told_ends = slow_pen.bow_strokes(*given)
    assert np.array_equal(nodes, told) and np.array_equal(ends, told_ends)
    owners = np.roll(strokes.owners, seed)  # a stroke that comes after those of others
    cuts = np.zeros((len(owners), 4), np.int64)
    last = np.flatnonzero(np.diff(owners, append=-1))  # of the strokes of an owner
    cuts[last[1:]] = np.random.default_rng(seed).integers(-9000, 9000, (len(last) - 1, 4))
    gains, pen = np.array([256, 90, 700, 300]), np.array([320, 60, seed * 77_777_777])
    out = [np.random.default_rng(seed).integers(0, 99, (30, 33)).astype(np.uint8)] * 2
    boxes = np.zeros((2, 4, 4), np.int64)
    for k, module in enumerate((pen_path, slow_pen)):
        out[k] = out[k].copy()
        module.draw_strokes(nodes, ends, owners, cuts, gains, pen, 8, out[k], boxes[k])
    assert np.array_equal(out[0], out[1]) and np.array_equal(boxes[0], boxes[1])
    assert boxes.any()


def test_a_circle_by_few_points_is_round() -> None:
    """Between its points, too, the path keeps its distance from the middle."""
    turns = np.linspace(0, 2 * np.pi, 13)
    points = np.round(np.stack([np.cos(turns), np.sin(turns)], 1) * 20 * 256).astype(np.int64)
    same = np.full(13, 256)
    straight, bowed = (
        pen_path.bow_strokes(points, same, same // 2, np.array([13]), np.array([bow]))[0]
        for bow in (0, 400)
    )
    middles = (straight[1:, :2] + straight[:-1, :2]) / 2
    assert np.hypot(*middles.T).min() < 19.5 * 256
    assert np.abs(np.hypot(*bowed[:, :2].T) - 20 * 256).max() < 8


def plain(bank: Bank, text: Path, **recipe) -> Composer:
    given = {"corpus": {"length_range": [5, 12]}, **recipe}
    return Composer(given, [bank], text, seed=3, length=40)


def test_a_line_without_variation_is_the_ink_of_its_bank(penned: Bank, text: Path) -> None:
    """At the bank's own size, by a pen as broad, strokes leave what they left in the bank."""
    still = {"variation_range": [0, 0], "image": {"height_px": 96}}
    lines = plain(penned, text, **still, ink={"breadth_range": [1, 1]}, joins="never")
    stamps = plain(penned, text, **still, strokes="never", joins="never")
    for index in range(8):
        one, other = lay_out(lines.plan, 3, index), lay_out(stamps.plan, 3, index)
        assert one.shapes.strokes is not None and other.shapes.strokes is None
        assert one.ink.shape == other.ink.shape and lines[index].text == stamps[index].text
        assert np.abs(one.boxes - other.boxes).max() <= 3
        difference = np.abs(one.ink.astype(int) - other.ink)
        assert difference[other.ink == 0].mean() < 2
        assert difference.mean() < 0.3 * other.ink.mean()


RECIPES = {
    "lines": {"effects": "default", "marks": {"strike": 0.3, "underline": 0.3}},
    "columns": {"layout": {"direction": "vertical"}, "image": {"height_px": 48}},
    "edge": {
        "layout": {"margin_em_range": [0, 0], "fill_range": [1, 1], "slant_deviation": 0.4},
        "variation_range": [3, 3],
        "effects": "default",
        "ink": {"breadth_range": [4, 4]},
    },
    "large": {"image": {"height_px": 200}, "variation_range": [2, 2]},
}


@pytest.mark.parametrize("name", RECIPES)
def test_boxes_hold_what_the_pen_leaves(penned: Bank, text: Path, name: str) -> None:
    lines = plain(penned, text, **RECIPES[name])
    for index in range(10):
        masks = decompose(lines.plan, 3, index)
        assert list(consistency_errors(masks)) == []
        laid = masks.laid
        ink = np.zeros_like(laid.ink)
        draw_items(laid.shapes, ink)
        assert np.array_equal(ink, laid.ink)


def test_a_stroke_out_of_its_box_is_found(penned: Bank, text: Path) -> None:
    lines = plain(penned, text)
    masks = decompose(lines.plan, 3, 1)
    shapes, strokes = masks.laid.shapes, masks.laid.shapes.strokes
    assert strokes is not None
    owners = np.where(strokes.owners == 1, 0, strokes.owners)
    astray = shapes._replace(sources=[], strokes=strokes._replace(owners=owners))
    ink = np.zeros((2, *masks.ink.shape), np.uint8)
    for item in range(2):
        draw_items(astray.only(slice(item, item + 1)), ink[item])
    masks.after[:2] = ink
    found = list(consistency_errors(masks))
    assert any("ink outside of its box" in one for one in found)
    assert any("has no ink" in one for one in found)


@pytest.mark.parametrize(
    "page",
    [
        {"width_px": 500, "height_px": 300, "em_px_range": [24, 40]},
        {"width_px": 600, "height_px": 500, "em_px_range": [20, 30], "form": {}},
    ],
)
def test_pages_and_forms(penned: Bank, text: Path, page) -> None:
    recipe = {"page": page, "corpus": {"missing": "drop-char"}, "marks": {"underline": 0.5}}
    lines = Composer(recipe, [penned], text, seed=5, length=3)
    for index in range(3):
        masks = decompose_page(lines.plan, 5, index)
        assert list(page_consistency_errors(masks)) == []
        assert any(line.shapes.strokes is not None for line in masks.laid.lines)


def test_columns_turn_strokes_with_their_ink(penned: Bank, text: Path) -> None:
    """By either way of drawing a column looks alike."""
    recipe = {"layout": {"direction": "vertical"}, "variation_range": [0, 0]}
    given = {**recipe, "image": {"height_px": 80}}
    one = plain(penned, text, **given, ink={"breadth_range": [1, 1]})[2].image
    other = plain(penned, text, **given, strokes="never")[2].image
    assert one.shape == other.shape
    assert np.abs(one.astype(int) - other).mean() < 12


def test_pictures_and_strokes_in_one_line(tmp_path: Path, text: Path) -> None:
    """Two banks, one of strokes: each glyph by its own way."""
    (tmp_path / "1.pot").write_bytes(fakes.pot(HELD[::2]))
    (tmp_path / "2.gnt").write_bytes(fakes.gnt(HELD[1::2]))
    (tmp_path / "3.pot").write_bytes(fakes.pot(HELD[:4], seed=9))
    banks = [
        pack(tmp_path / f"{number}.{kind}", tmp_path / str(number), writer="a", card="none")
        for number, kind in ((1, "pot"), (2, "gnt"), (3, "pot"))
    ]
    lines = Composer({"corpus": {"length_range": [6, 9]}}, banks, text, seed=1, length=9)
    kinds = set()
    for index in range(9):
        masks = decompose(lines.plan, 1, index)
        assert list(consistency_errors(masks)) == []
        items, strokes = masks.laid.line.items, masks.laid.shapes.strokes
        assert strokes is not None
        drawn_by_pen = np.isin(np.arange(len(items)), strokes.owners)
        inked = items["row"] >= 0
        assert np.array_equal(drawn_by_pen[inked], items["bank"][inked] != 1)
        kinds |= set(items["bank"][inked].tolist())
    assert kinds >= {0, 1}


def test_a_borrowed_glyph_comes_to_the_breadth_of_its_line(penned: Bank) -> None:
    banks = BankSet([penned])
    items = blank_items(2)
    items["bank"], items["row"] = 0, [3, 3]
    taken = take_strokes(banks, items, np.zeros(2, np.bool_))
    assert taken is not None
    broad = StrokeWidth(banks).apply_strokes(taken, items, np.array([0, 128]))
    own, other = (broad.radii_q8[broad.point_owners == k] for k in range(2))
    assert np.array_equal(own + 128, other)


def test_what_is_drawn_counts_in_the_hash(penned: Bank, text: Path) -> None:
    auto, never = plain(penned, text), plain(penned, text, strokes="never")
    assert penned.header.strokes is not None
    assert contents(auto)["strokes 0"] == penned.header.strokes.content
    assert "strokes 0" not in contents(never)
    assert auto[0].drawn["ink"]["breadth"] != auto[1].drawn["ink"]["breadth"]
    assert "breadth" not in never[0].drawn["ink"]


def test_version_1_draws_ink(penned: Bank, text: Path) -> None:
    recipe = {"corpus": {"length_range": [5, 12]}, "version": 1}
    lines = Composer(recipe, [penned], text, seed=3, length=4)
    assert lay_out(lines.plan, 3, 0).shapes.strokes is None


def test_settings_without_effect_are_refused(small_bank: Path, penned: Bank, text: Path) -> None:
    for recipe in ({"strokes": "never"}, {"ink": {"breadth_range": [1, 2]}}):
        with pytest.raises(RecipeError, match="of no effect where no bank holds strokes"):
            Composer(recipe, [small_bank], text)
    with pytest.raises(RecipeError, match="breadth_range: of no effect where nothing is drawn"):
        plain(penned, text, strokes="never", ink={"breadth_range": [1, 2]})


def test_a_pen_of_another_breadth(penned: Bank, text: Path) -> None:
    inks = [
        lay_out(plain(penned, text, ink={"breadth_range": [b, b]}).plan, 3, 0).ink.mean()
        for b in (0.5, 1.0, 2.0)
    ]
    assert inks[0] < 0.8 * inks[1] and inks[1] < 0.8 * inks[2]


def test_strokes_of_a_line_can_be_taken_and_moved(penned: Bank, text: Path) -> None:
    laid = lay_out(plain(penned, text).plan, 3, 2)
    strokes = laid.shapes.strokes
    assert strokes is not None and not strokes.joined.any()
    assert strokes.ends[-1] == len(strokes.points_q8) == len(strokes.tones)
    ends = np.flatnonzero(laid.line.items["row"] >= 0)
    assert np.array_equal(np.unique(strokes.owners), ends)
    low, high = strokes.extent()
    shown = laid.boxes[laid.boxes[:, 2] > 0]
    assert (low <= shown[:, :2].min(0)).all() and (high >= shown[:, 2:].max(0)).all()
    moved = strokes.moved(5, -7)
    assert np.array_equal(moved.points_q8, strokes.points_q8 + np.array([1280, -1792]))
    part = strokes.only(slice(2, 4))
    assert set(part.owners.tolist()) <= {0, 1}
    assert isinstance(part.pen, LinePen)
