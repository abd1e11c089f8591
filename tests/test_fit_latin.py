"""Hands that write Latin, measured: their em, how letters stand, and lines placed so."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from penline.bank import BankWriter, open_bank
from penline.compose import Composer
from penline.compose.line_layout import lay_out
from penline.compose.place.params import with_hand
from penline.corpus import Corpus
from penline.fit import measured_lines
from penline.measure.appearance import LOOKS
from penline.measure.compare import QUANTITIES, hold_against
from penline.measure.estimate import estimate
from penline.measure.geometry import LineGeometry, of_boxes, with_writer_ems
from penline.measure.latin import X_HEIGHT_EM, figures_with, latin_figures
from penline.measure.latin_lines import latin_hand, latin_line
from penline.measure.model import dump, load_placement_model
from penline.recipe import load_recipe
from penline.recipe.layout import Layout
from penline.records import Source

TEXTS = ("one happy man can quip", "pages of many quick yaps", "a man may pay, can ape")
SHAPES = {  # height and reach below the line, in x-heights
    **dict.fromkeys("aceomnrsuvwxz", (1.0, 0.0)),
    **dict.fromkeys("bdfhiklt", (2.4, 0.0)),
    **dict.fromkeys("gjpqy", (2.2, 1.4)),
    ",": (0.6, 0.5),
    **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", (2.5, 0.0)),
}
GAP, SPACE, PEN = 0.6, 2.0, 4.0


def line(
    text: str, x_height: float, writer: str = "w:1", *, pen: float = 0.0, han: float = 0.0
) -> LineGeometry:
    """A line whose boxes stand as `SHAPES` says, between strokes; with a pen's breadth if any."""
    boxes, x = [], 30.0
    for character in text:
        if character == " ":
            boxes.append((x, 0, x, 0))
            x += (SPACE - GAP) * x_height
            continue
        if character in SHAPES:
            height, below = (value * x_height for value in SHAPES[character])
        else:
            height, below = han, 0.1 * han
        wide = 0.9 * x_height
        box = np.array([x, 100.0 + below - height, x + wide, 100.0 + below])
        boxes.append(tuple(box + pen / 2 * np.array([-1, -1, 1, 1])))
        x += wide + GAP * x_height
    looks = np.full((len(text), len(LOOKS)), np.nan)
    if pen:
        looks[:, 0] = pen
    return of_boxes(list(text), boxes, writer, "sheet", looks=looks)


def test_the_em_of_a_hand_without_chinese_characters() -> None:
    lines = [
        *(line(text, 20.0, "w:low") for text in TEXTS),
        line("HAND 25", 20.0, "w:high"),
        line("one man", 20.0, "w:both"),
        line("永和九年岁", 20.0, "w:both", han=60.0),
        line("-", 20.0, "w:none"),
    ]
    ems = {one.writer: one.em_px for one in with_writer_ems(lines)}
    usual = np.median([latin_figures()[c].height for c in "HAND25"])
    assert ems == {
        "w:low": pytest.approx(20.0 / X_HEIGHT_EM),
        "w:high": pytest.approx(20.0 * 2.5 / usual / X_HEIGHT_EM, rel=0.05),
        "w:both": 60.0,
    }


@pytest.mark.parametrize("pen", [0.0, PEN])
def test_how_letters_stand_is_found(pen: float) -> None:
    lines = with_writer_ems([line(text, 20.0, pen=pen) for text in TEXTS])
    found = latin_hand(lines)
    assert found is not None
    em = (20.0 + pen) / X_HEIGHT_EM
    assert (found.lines, found.writers) == (3, 1)
    assert found.x_height.mean == pytest.approx(20.0 / em, abs=1e-3)
    for character, shape in found.characters.items():
        assert (shape.height, shape.below) == pytest.approx(SHAPES[character], abs=1e-6)
        assert shape.n == sum(text.count(character) for text in TEXTS)
        assert (shape.before, shape.after) == pytest.approx((0, 0), abs=1e-6)
    assert found.gap.mean == pytest.approx(GAP * 20.0 / em, abs=1e-3)
    assert found.space is not None
    assert found.space.mean == pytest.approx(SPACE * 20.0 / em, abs=1e-3)
    assert found.gap_deviation == found.rise_deviation == 0.0


def test_latin_in_mixed_lines_is_measured_by_both() -> None:
    lines = [line(f"永和{text}九年岁", 20.0, han=60.0) for text in TEXTS]
    model = estimate(with_writer_ems(lines))
    assert model.latin is not None
    assert model.latin.x_height.mean == pytest.approx(20 / 60, abs=1e-3)
    assert model.latin.gap.mean == pytest.approx(GAP * 20 / 60, abs=1e-3)
    assert model.classes["han"].height.mean == pytest.approx(1.0)
    assert latin_line(with_writer_ems([line("永和九年岁", 20.0, han=60.0)])[0]) is None


def test_a_lean_line_is_measured_along_itself() -> None:
    flat = line(TEXTS[0], 20.0)
    tilt = 0.05 * (flat.boxes[:, 0] + flat.boxes[:, 2]) / 2
    boxes = flat.boxes + np.stack([0 * tilt, tilt, 0 * tilt, tilt], 1)
    tilted = of_boxes(flat.characters, boxes, "w:1", "sheet")
    measured = latin_line(tilted)
    assert measured is not None
    np.testing.assert_allclose(measured.below, [SHAPES[c][1] for c in measured.text], atol=1e-6)


def test_few_characters_are_drawn_towards_the_usual() -> None:
    hand = latin_hand(with_writer_ems([line(TEXTS[0], 20.0)]))
    assert hand is not None
    usual, found = latin_figures(), figures_with(hand.characters)
    count = TEXTS[0].count("p")
    wanted = (count * SHAPES["p"][1] + 20 * usual["p"].below) / (count + 20)
    assert found["p"].below == pytest.approx(wanted, abs=1e-4)
    assert found["T"] == usual["T"]
    assert found["’"] == found["'"]


def bank_of(path: Path):
    """Isolated letters, all of one size, as many sources have them: 20 px from stroke to stroke."""
    with BankWriter(path) as bank:
        for character in sorted(set("".join(TEXTS)) - {" "}):
            ink = np.zeros((44, 20), np.uint8)
            ink[0], ink[-1], ink[:, 0], ink[:, -1] = 255, 255, 255, 255
            for record in range(2):
                bank.add(ink, character, Source("a.gnt", "w:1"), record=record)
    return open_bank(path)


def test_lines_are_placed_as_the_hand_was_measured(tmp_path: Path) -> None:
    model = estimate(with_writer_ems([line(text, 20.0) for text in TEXTS] * 20))
    path = tmp_path / "hand.yaml"
    path.write_text(dump(model), "utf-8")
    assert load_placement_model(path) == model
    bank, corpus = bank_of(tmp_path / "a.bank"), Corpus.from_texts(TEXTS)
    recipe = {
        "version": 2,
        "corpus": {"lines": "whole", "length_range": [1, 40]},
        "variation_range": [0, 0],
        "image": {"height_px": 160},
    }

    def measured(**layout: object):
        made = Composer({**recipe, "layout": layout}, bank, corpus, seed=1)
        pen = bank.header.writers[0].pen_px / bank.header.writers[0].em_px
        lines = []
        for index in range(12):
            laid = lay_out(made.plan, 1, index)
            left, top, wide, high = laid.shapes.placed.places_q8.T / 256
            half = pen * laid.shapes.placed.em_px / 2
            boxes = np.stack([left + half, top + half, left + wide - half, top + high - half], 1)
            lines.append(of_boxes(laid.line.text, boxes, "w:1", "s"))
        found = latin_hand(with_writer_ems(lines))
        assert found is not None
        return found

    usual = measured()
    own = measured(placer={"name": "model", "model": str(path)})
    for character in "gpqyb":
        if character not in own.characters:
            continue
        height, below = SHAPES[character]
        assert own.characters[character].below == pytest.approx(below, abs=0.15)
        assert own.characters[character].height == pytest.approx(height, abs=0.2)
    assert usual.characters["p"].below < 1.1
    x_height = own.x_height.mean
    assert own.gap.mean == pytest.approx(GAP * x_height, abs=0.15 * x_height)
    assert own.space is not None
    assert own.space.mean == pytest.approx(SPACE * x_height, abs=0.4 * x_height)
    assert abs(usual.gap.mean / usual.x_height.mean - GAP) > abs(own.gap.mean / x_height - GAP)


def test_what_the_recipe_says_goes_before_the_hand() -> None:
    model = estimate(with_writer_ems([line(text, 20.0) for text in TEXTS]))
    assert model.latin is not None
    own = with_hand(Layout(), model)
    assert own.gap_latin_em_range == pytest.approx((model.latin.gap.mean,) * 2, abs=1e-3)
    said = Layout(gap_latin_em_range=(0.3, 0.4), space_em_range=(1, 1))
    kept = with_hand(said, model)
    assert kept.gap_latin_em_range == (0.3, 0.4)
    assert kept.space_em_range == (1, 1)
    kinds = load_recipe({"version": 2, "layout": {"latin": "kinds"}}).layout
    assert with_hand(kinds, model) == kinds
    assert with_hand(Layout(), load_placement_model()) == Layout()


def test_models_of_before_keep_their_hash() -> None:
    text = load_placement_model().as_hashed()
    assert "latin" not in text
    model = estimate(with_writer_ems([line(text, 20.0) for text in TEXTS]))
    assert '"latin":{"lines":3' in model.as_hashed()


def test_latin_lines_are_held_against_each_other() -> None:
    real, made = (
        with_writer_ems([line(text, 20.0 + k, f"w:{k}") for text in TEXTS for k in range(2)])
        for _ in range(2)
    )
    found = {one.quantity: one for one in hold_against(real, made).distances}
    assert {"gap", "size", "vertical place", "drift", "aspect"} <= found.keys()
    assert all(one.wasserstein == 0.0 for one in found.values())
    assert "joined" not in found


def test_letters_that_hang_together_are_told(tmp_path: Path) -> None:
    """Three letters, the first two joined by a stroke; the boxes of the last two overlap."""
    picture = np.full((60, 200), 255, np.uint8)
    for left in (20, 60, 90):
        picture[20:40, left : left + 25] = 0
    picture[30:32, 40:70] = 0
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    lefts = [(20, 52), (48, 92), (84, 115)]
    quads = [[[a, 20], [b, 20], [b, 40], [a, 40]] for a, b in lefts]
    entry = {"path": "a.png", "text": "aca", "quads": quads, "writer": "w:1"}
    (tmp_path / "boxes.jsonl").write_text(json.dumps(entry) + "\n", "utf-8")
    (found,) = measured_lines(tmp_path, Counter())
    assert found.touching is not None and found.touching.tolist() == [True, False]
    assert QUANTITIES["joined"][2](found).tolist() == [1.0, 0.0]
