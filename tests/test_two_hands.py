"""Two worlds in one line: SD19's digits and letters among Chinese characters of a GNT file."""

from __future__ import annotations

import numpy as np
import pytest

import fakes_nist
from fakes import gnt, zip_file
from penline import api
from penline.bank import Bank
from penline.compose import Composer
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.transform.stroke_width import StrokeWidth
from penline.corpus import Corpus
from penline.errors import RecipeError
from penline.randomness import rng
from penline.recipe import Recipe
from penline.recipe.identity import recipe_hash

TEXT = "我们在2026年11月见面，地点是A座7楼"
CHINESE = "我们在年月见面，地点是座楼"


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory) -> list[Bank]:
    folder = tmp_path_factory.mktemp("two")
    source = folder / "1001-c.gnt"
    source.write_bytes(gnt(CHINESE))
    trees = fakes_nist.sd19({(0, n, 14): {"d": "0123456789", "u": "A"} for n in (1, 2, 3)})
    archives = [zip_file(folder / f"{t}.zip", trees[t]) for t in ("by_write", "by_class")]
    return [
        api.pack(source, folder / "hwdb.bank"),
        api.pack(archives, folder / "sd19.bank"),
    ]


def composer(banks: list[Bank], **corpus: object) -> Composer:
    settings = {"lines": "whole", "length_range": [1, 40], "latin": "second", **corpus}
    recipe = {"corpus": settings, "papers": ["plain"], "effects": "default"}
    recipe["variation_range"] = [0, 0]
    return Composer(recipe, banks, Corpus.from_texts([TEXT]), 1)


def test_digits_and_letters_are_by_one_second_hand(banks: list[Bank]) -> None:
    lines = composer(banks)
    seconds = set()
    for index in range(30):
        sample = lines[index]
        assert sample.text == TEXT
        first = {o.writer for o in sample.origins if not TEXT[o.item].isascii()}
        second = {o.writer for o in sample.origins if TEXT[o.item].isascii()}
        assert first == {sample.writer}
        assert len(second) == 1
        assert second.isdisjoint(first)
        seconds |= second
        assert sample.counts["character by a second hand"] == sum(map(str.isascii, TEXT))
        again = composer(banks)[index]
        np.testing.assert_array_equal(sample.image, again.image)
    assert all(writer.startswith("sd19:") for writer in seconds)
    assert len(seconds) > 1


def test_they_fit_the_first_hand_and_the_line_is_sound(banks: list[Bank]) -> None:
    plan = composer(banks).plan
    anatomy = decompose(plan, 1, 0)
    assert list(consistency_errors(anatomy)) == []
    laid = anatomy.laid
    amounts = StrokeWidth(plan.banks).plan(
        laid.line.items, laid.line.writer, rng(0, 0, "transform")
    )
    assert amounts is not None
    latin = np.array([character.isascii() for character in TEXT])
    assert not amounts[~latin].any()
    assert amounts[latin].any()
    high = anatomy.sample.quads[:, 2, 1] - anatomy.sample.quads[:, 0, 1]
    # digits are about as high as Chinese characters, whatever their own pictures' size
    digits = high[[c.isdigit() for c in TEXT]].mean() / np.median(high[~latin])
    assert 0.5 < digits < 1.1
    strong = [np.percentile(m[m > 0], 90) for m in anatomy.by_character if m.any()]
    assert max(strong) < 1.5 * min(strong)


def test_without_the_setting_nobody_can_write_it(banks: list[Bank]) -> None:
    with pytest.raises(LookupError):
        composer(banks, latin="own", tries=2)[0]
    alone = Recipe.model_validate({"corpus": {"latin": "own"}})
    before = alone.model_dump(mode="json")
    del before["corpus"]["latin"]
    assert recipe_hash(alone, {}) == recipe_hash(before, {})
    mixed = {"writers": "mixed", "corpus": {"latin": "second"}}
    with pytest.raises(RecipeError, match="writers: one"):
        Composer(mixed, banks, Corpus.from_texts([TEXT]))


def test_a_line_of_one_kind_is_by_its_own_writer(banks: list[Bank]) -> None:
    for text in ("我们见面", "20267A"):
        settings = {"length_range": [1, 40], "latin": "second"}
        sample = Composer({"corpus": settings}, banks, Corpus.from_texts([text]), 2)[0]
        assert {origin.writer for origin in sample.origins} == {sample.writer}
        assert not sample.counts
