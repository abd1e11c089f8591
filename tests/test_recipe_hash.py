"""The hash of a recipe stays what it was when fields are added; none of these is ever changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from penline.recipe import load_recipe
from penline.recipe.identity import recipe_hash, recipe_told
from penline.recipe.layout import Layout
from penline.recipe.schema import Recipe
from penline.recipe.sections import Ink
from penline.settings import Version1, marks_of

CONTENTS = {"corpus": "1f", "bank": "2e"}
RECORDED = (Path(__file__).parent / "golden/recipe_hashes.txt").read_text().splitlines()
"""Hashes of recipes as they were made before there was a rule for fields that are added."""


@pytest.mark.parametrize("line", RECORDED)
def test_hashes_of_recipes_are_those_of_before(line: str) -> None:
    recorded, _, source = line.partition(" ")
    recipe = load_recipe(json.loads(source))
    assert recipe_hash(recipe, CONTENTS) == recorded
    assert recipe_hash(recipe_told(recipe), CONTENTS) == recorded


def test_a_report_without_the_fields_that_were_added_has_the_same_hash() -> None:
    told = recipe_told(load_recipe({"version": 1}))
    found = recipe_hash(told, CONTENTS)
    for name in ("variation_range", "strokes", "joins", "joins_chinese", "transforms"):
        del told[name]
    for part, name in (
        ("layout", "placer"),
        ("layout", "latin"),
        ("corpus", "latin"),
        ("page", "form"),
        ("ink", "breadth_range"),
    ):
        del told[part][name]
    assert recipe_hash(told, CONTENTS) == found


def test_a_field_counts_where_it_is_not_as_before() -> None:
    given = ({}, {"latin": "kinds"}, {"placer": "model"}, {"fill_range": [0.74, 0.92]})
    hashes = {recipe_hash(load_recipe({"layout": one}), CONTENTS) for one in given}
    assert len(hashes) == len(given)


def test_strokes_count_where_they_are_drawn() -> None:
    drawn = {**CONTENTS, "strokes 0": "3d"}
    given = [
        load_recipe(one) for one in ({}, {"ink": {"breadth_range": [1, 2]}}, {"joins": "never"})
    ]
    assert len({recipe_hash(one, CONTENTS) for one in given}) == 1
    assert len({recipe_hash(one, drawn) for one in given}) == 3
    assert recipe_hash(given[0], drawn) != recipe_hash(given[0], {**drawn, "strokes 0": "4e"})


def test_recipes_of_version_1_take_what_their_fields_say() -> None:
    one = load_recipe({"version": 1})
    for settings, held in ((Recipe, one), (Layout, one.layout), (Ink, one.ink)):
        for name, before in marks_of(settings, Version1).items():
            assert getattr(held, name) == before.default, name
    assert load_recipe({"version": 1, "layout": {"latin": "measured"}}).layout.latin == "measured"
