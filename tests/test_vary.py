"""No two writings are alike: how glyphs are bent, and what comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from fakes_items import items_for
from penline import Composer
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.transform.vary import (
    DEVIATIONS_Q16,
    LATIN_STRENGTH,
    WORDS_PER_GLYPH,
    item_strengths,
    sample_variation,
    vary_glyphs,
)
from penline.corpus import load
from penline.errors import RecipeError
from penline.randomness import rng
from penline.recipe.identity import recipe_hash
from penline.recipe.load import load_recipe
from penline.recipe.schema import Recipe
from penline.sample import sample_bank
from reference import vary as slow
from test_oracles_compose import words_of


def test_glyphs_are_bent_as_defined(chance: np.random.Generator) -> None:
    for _ in range(6):
        sizes = chance.integers(1, 24, (5, 2))
        sizes[2] = 0
        glyphs = [chance.integers(0, 256, size, np.uint8) if size[0] else None for size in sizes]
        inks = [np.zeros(0, np.uint8) if one is None else one.reshape(-1) for one in glyphs]
        starts = np.cumsum([0, *(len(ink) for ink in inks[:-1])])
        words = words_of(chance, 5 * WORDS_PER_GLYPH)
        strengths = chance.integers(0, 3 * 65536, 5)
        made = vary_glyphs(np.concatenate(inks), starts, sizes, words, strengths, DEVIATIONS_Q16)
        wanted = slow.vary_glyphs(
            glyphs, words.tolist(), strengths.tolist(), DEVIATIONS_Q16.tolist()
        )
        ink, begins, sides, pads = made
        for number, one in enumerate(wanted):
            if one is None:
                assert sides[number].tolist() == [0, 0]
                continue
            bent, pad = one
            left, top, right, bottom = pads[number].tolist()
            high, wide = bent.shape
            inside = np.zeros_like(bent)
            part = inside[pad - top : high - pad + bottom, pad - left : wide - pad + right]
            assert sides[number].tolist() == list(part.shape)
            part[:] = ink[begins[number] :][: part.size].reshape(part.shape)
            np.testing.assert_array_equal(inside, bent)
            tight = [part[0], part[-1], part[:, 0], part[:, -1]]
            assert not bent.any() or all(edge.any() for edge in tight)


def test_a_huge_glyph_stays_as_it_is(chance: np.random.Generator) -> None:
    glyph = chance.integers(0, 256, (2, 2049), np.uint8)
    ink, _, sides, pads = vary_glyphs(
        glyph.reshape(-1), np.zeros(1, np.int64), np.array([glyph.shape]),
        words_of(chance, WORDS_PER_GLYPH), np.array([65536]), DEVIATIONS_Q16,
    )  # fmt: skip
    assert pads.tolist() == [[0, 0, 0, 0]]
    np.testing.assert_array_equal(ink.reshape(sides[0]), glyph)


def test_letters_and_digits_are_varied_more(chance: np.random.Generator) -> None:
    text = "永g，1 A。"
    items, table = items_for(text, np.full((len(text), 2), 9))
    found = item_strengths(items, table.traits, 7, 9)
    assert found.tolist() == slow.item_strengths(text, 7, 9) == [7, 9, 7, 9, 7, 9, 7]
    drawn = sample_variation(rng(1, 2, "variation"), (1.0, 1.0), items, table.traits)
    assert drawn is not None
    assert set(drawn.strengths_q16.tolist()) == {65536, round(65536 * LATIN_STRENGTH)}
    assert sample_variation(rng(1, 2, "variation"), (0.0, 0.0), items, table.traits) is None


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory):
    text = tmp_path_factory.mktemp("text") / "text.txt"
    text.write_text("天天天天天天\n", "utf-8")

    def make(**more):
        recipe = {"corpus": {"length_range": [6, 6]}, **more}
        return Composer(recipe, sample_bank(), load([text]), 3)

    return make


def glyphs_of(composer: Composer) -> list[np.ndarray]:
    """What shows of each glyph of a line, without place and size of the placing."""
    laid = lay_out(composer.plan, 3, 0)
    source = laid.shapes.sources[0]
    return [
        source.data[start : start + height * width].reshape(height, width)
        for start, (height, width) in zip(source.starts, source.sizes_px, strict=True)
    ]


def test_a_character_that_comes_back_is_another_one(lines) -> None:
    same, other = glyphs_of(lines(variation_range=[0, 0])), glyphs_of(lines())
    assert len({glyph.tobytes() for glyph in same}) < 6
    assert len({glyph.tobytes() for glyph in other}) == 6


def test_boxes_follow(lines) -> None:
    composer = lines(variation_range=[3, 3])
    for index in range(8):
        assert not list(consistency_errors(decompose(composer.plan, 3, index)))


def test_version_1_knows_no_variation() -> None:
    old = Recipe(version=1)
    assert old.variation_range == (0.0, 0.0)
    told = old.model_dump(mode="json")
    del told["variation_range"]
    assert recipe_hash(told, {}) == recipe_hash(old, {})
    assert load_recipe({"version": 1, "variation_range": [1, 2]}).variation_range == (1.0, 2.0)
    with pytest.raises(RecipeError, match="variation_range"):
        load_recipe({"variation_range": [1, 4]})
