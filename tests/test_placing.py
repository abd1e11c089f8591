"""Placement models at work: lines laid out by measured numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fakes_items import items_for
from penline.bank import Bank
from penline.bank.bank_set import BankSet
from penline.bank.measured import stroke_sizes
from penline.compose import Composer
from penline.compose.character_table import character_table
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.place.model import STROKE_LENGTH, ModelPlacer
from penline.compose.place.model_runs import even_numbers, set_words
from penline.corpus import Corpus
from penline.measure.model import dump, load_placement_model
from penline.measure.tables import CLASS_NUMBERS, model_tables
from penline.produce import contents
from penline.sample import corpus_files, sample_bank
from reference import model as slow_model


def composer(hand: object, **recipe: object) -> Composer:
    layout = {"hand": hand, **recipe.pop("layout", {})}  # type: ignore[dict-item]
    return Composer({"layout": layout, **recipe}, sample_bank(), corpus_files(), 4)


@pytest.mark.parametrize("effects", ["none", "default"])
@pytest.mark.parametrize("paper", ["plain", "ruled", "squared", "texture"])
def test_lines_are_sound(paper: str, effects: str) -> None:
    lines = composer(None if paper == "squared" else "default", papers=[paper], effects=effects)
    for index in range(15):
        found = decompose(lines.plan, 4, index)
        assert list(consistency_errors(found)) == []
        np.testing.assert_array_equal(found.sample.image, lines[index].image)


def test_a_model_changes_chinese_lines_and_no_others() -> None:
    ruled, measured = composer(None), composer("default")
    differ = []
    for index in range(30):
        one, other = ruled[index], measured[index]
        assert one.text == other.text
        same = one.image.shape == other.image.shape and np.array_equal(one.image, other.image)
        chinese = any("\u4e00" <= c <= "\u9fff" for c in one.text)
        assert chinese or same
        differ.append(chinese and not same)
    assert sum(differ) > 8


def test_gaps_and_places_follow_the_model() -> None:
    """White between Chinese characters has the mean of the model, within the scatter of lines."""
    model = load_placement_model(None)
    wanted = model.pair("han", "han").gap.mean
    lines = composer("default", image={"height_px": 96})
    found = []
    for line in lines[:150]:
        em = line.drawn["layout"]["em_px"]
        han = ["\u4e00" <= c <= "\u9fff" for c in line.text]
        for at in range(1, len(line.text)):
            if han[at - 1] and han[at]:
                gap = line.quads[at, :, 0].min() - line.quads[at - 1, :, 0].max()
                found.append(gap / em)
    assert len(found) > 400
    assert abs(np.mean(found) - wanted) < 0.06


def test_the_model_is_part_of_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "hand.yaml"
    path.write_text(dump(load_placement_model(None)), "utf-8")
    same, default, none = composer(path), composer("default"), composer(None)
    assert contents(same)["hand"] == contents(default)["hand"]
    assert "hand" not in contents(none)
    np.testing.assert_array_equal(same[3].image, default[3].image)
    path.write_text(path.read_text("utf-8").replace("pull: 0.", "pull: 0.1"), "utf-8")
    assert contents(composer(path))["hand"] != contents(default)["hand"]


def test_cells_and_letters_keep_the_rules() -> None:
    cells = {"papers": [{"name": "squared", "weight": 1}, {"name": "plain", "weight": 0.01}]}
    one, other = composer(None, **cells), composer("default", **cells)
    np.testing.assert_array_equal(one[1].image, other[1].image)
    corpus = Corpus.from_texts(["他说Good morning，再见。"])
    recipe = {
        "layout": {"hand": "default"},
        "papers": ["plain"],
        "corpus": {"lines": "whole", "missing": "drop-char", "length_range": [5, 30]},
    }
    line = Composer(recipe, sample_bank(), corpus, 1)[0]
    at = line.text.index("oo")
    bottoms = line.quads[at : at + 2, :, 1].max(1)
    assert abs(bottoms[0] - bottoms[1]) < 3


def test_strokes_are_measured(small_bank: Bank) -> None:
    """A bar of 40 x 4 px is a stroke of about 40 px, 4 px broad; a blank glyph has none."""
    bar = np.zeros((20, 44), np.uint8)
    bar[8:12, 2:42] = 200
    blank = np.zeros((5, 5), np.uint8)
    ink = np.concatenate([bar.ravel(), blank.ravel()])
    starts = np.array([0, bar.size, bar.size + blank.size])
    lengths, pens = stroke_sizes(ink, starts, np.array([44, 5]), np.array([200, 0], np.uint8))
    # the outline of a level bar is counted by its rows and columns as if it ran all ways
    assert 30 <= lengths[0] <= 46
    assert 3.0 <= pens[0] / 16 <= 5.5
    assert (lengths[1], pens[1]) == (0, 0)
    columns = small_bank.columns
    assert (columns["length_px"] > 0).all()
    assert (columns["pen_q4"] > 0).all()
    assert all(facts.pen_px > 0 for facts in small_bank.header.writers)


def test_the_sizes_of_all_writers_at_once_are_those_of_each():
    bank = sample_bank()
    banks = BankSet([bank]).covering(bank.characters)
    model = model_tables(load_placement_model(None))
    placer = ModelPlacer(model, banks, character_table(list(banks.entries)))
    columns = bank.columns
    for number, facts in enumerate(bank.header.writers):
        rows = bank.rows(writer=facts.id)
        sizes = np.stack([columns["height_px"][rows], columns["width_px"][rows]], 1)
        names = [bank.characters[c] for c in columns["character"][rows].tolist()]
        lengths = columns["length_px"][rows] * STROKE_LENGTH / facts.em_px
        known = slow_model.typical_sizes(names, sizes, facts.em_px, lengths)
        assert len(known) > 5
        wanted = model.moments[1:3].copy()
        wanted[:, [CLASS_NUMBERS[name] for name in known]] = np.array(list(known.values())).T
        np.testing.assert_allclose(placer._sizes[number], wanted, rtol=0, atol=1.01e-4)


@pytest.mark.parametrize("hand", [None, "default"])
def test_the_writing_line_of_a_page_rises_as_its_ink_does(hand: str | None) -> None:
    """The label's writing line has the slope that the line was placed with, whoever placed it."""
    lines, slopes = composer(hand), []
    for index in range(6):
        for line in lines.page(index).lines:
            han = ["\u4e00" <= c <= "\u9fff" for c in line.text]
            if sum(han) >= 12:
                x, y = line.characters[han].mean(1).T
                (x0, y0), (x1, y1) = line.baseline[[0, -1]]
                slopes.append((np.polyfit(x, y, 1)[0], (y1 - y0) / (x1 - x0)))
    ink, told = np.array(slopes).T
    assert len(ink) > 15
    assert np.corrcoef(ink, told)[0, 1] > 0.7
    assert np.sqrt(np.mean(np.square(ink - told))) < 0.006


def test_numbers_and_words_equal_their_definition() -> None:
    chance = np.random.default_rng(5)
    signs = "今天，gyAb1.5-0７%/’ "
    for _ in range(300):
        text = "".join(chance.choice(list(signs), chance.integers(1, 25)))
        sizes = chance.integers(10, 120, (len(text), 2))
        items, table = items_for(text, sizes)
        drawn = chance.integers(-500, 3000, (len(text), 5))
        one, other = drawn.copy(), drawn.copy()
        even_numbers(items, table.traits, one)
        slow_model.even_numbers(text, sizes, other)
        np.testing.assert_array_equal(one, other)
        set_words(items, table.traits, table.lengths_em, 0.0625, 50.0, one)
        slow_model.set_words(text, 0.0625, 50.0, other)
        np.testing.assert_array_equal(one, other)
