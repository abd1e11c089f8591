"""What places the glyphs, chosen by name: the same recipes as by the settings of before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from penline.compose import Composer
from penline.errors import RecipeError
from penline.recipe import load_recipe
from penline.recipe.identity import recipe_hash, recipe_told
from penline.recipe.placers import PLACERS
from penline.sample import corpus_files, sample_bank

SAME: list[tuple[Any, dict[str, Any]]] = [
    ("rules", {}),
    ("model", {"hand": "default"}),
    ({"name": "model", "mark_shape": 0.5}, {"hand": "default", "mark_shape": 0.5}),
    (
        {"name": "rules", "gap_em_range": [0.2, 0.3], "size_trend": 0.1},
        {"gap_em_range": [0.2, 0.3], "size_trend": 0.1},
    ),
    ({"name": "replay", "templates": "lines.json"}, {"replay": "lines.json"}),
]


@pytest.mark.parametrize(("placer", "layout"), SAME)
def test_a_placer_is_its_settings_under_one_name(placer: Any, layout: dict[str, Any]) -> None:
    one = load_recipe({"layout": {"placer": placer, "slant_deviation": 0.1}})
    other = load_recipe({"layout": {**layout, "slant_deviation": 0.1}})
    assert one == other
    assert recipe_hash(recipe_told(one), {}) == recipe_hash(recipe_told(other), {})
    assert load_recipe(one.model_dump(mode="json")) == one


def test_hashes_are_those_of_before_there_was_a_choice() -> None:
    told = recipe_told(load_recipe({}))
    before = {**told, "layout": {k: v for k, v in told["layout"].items() if k != "placer"}}
    assert recipe_hash(told, {}) == recipe_hash(before, {})


def test_lines_are_placed_by_the_placer_that_is_named() -> None:
    lines = [
        Composer({"layout": layout, "papers": ["plain"]}, sample_bank(), corpus_files()[0], 4)
        for layout in ({"placer": "rules"}, {"placer": "model"}, {"hand": "default"})
    ]
    rules, model, hand = (one[3].image for one in lines)
    np.testing.assert_array_equal(model, hand)
    assert rules.shape != model.shape or not np.array_equal(rules, model)


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ({"placer": "nobody"}, "no placer is called 'nobody'; there are: "),
        ({"placer": {"mark_shape": 1}}, "placer: say which it is by its `name`"),
        ({"placer": 3}, "placer: say which it is by its `name`"),
        (
            {"placer": {"name": "model", "gap_em_range": [0, 1]}},
            "placer: the placer model has no setting `gap_em_range`; it has: model, mark_shape",
        ),
        ({"placer": {"name": "rules", "mark_shape": 1}}, "the placer rules has no setting"),
        ({"placer": "replay"}, "placer: it has no templates"),
        ({"placer": {"name": "model", "mark_shape": 2}}, "placer: mark_shape: "),
        ({"placer": "rules", "hand": "default"}, "layout.placer and layout.hand both name one"),
        ({"placer": "model", "replay": "x.json"}, "layout.placer and layout.replay both name one"),
        (
            {"placer": {"name": "rules", "size_trend": 0.1}, "size_trend": 0.2},
            "size_trend stands in layout.placer and beside it",
        ),
        ({"placer": {"name": "rules", "size_trend": 0.9}}, "size_trend"),
    ],
)
def test_what_is_not_its_own_is_refused(layout: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe({"layout": layout})
    assert said in str(caught.value)


def test_the_settings_of_the_rules_are_those_of_the_layout() -> None:
    """Each stands in the layout, with its bounds and its default."""
    fields = type(load_recipe({}).layout).model_fields
    for name in PLACERS.own:
        own = PLACERS.load(name)
        for field in own.model_fields.keys() - {"name"}:
            assert getattr(own, "named", {}).get(field, field) in fields
