"""The pictures of settings: each setting has one or a reason, and a picture shows what it says."""

from __future__ import annotations

import make_strips
import numpy as np
import pytest
from pages.recipe import CHINESE_PARTS
from pages.strips import ELSEWHERE, STRIPS, Strip
from pydantic import BaseModel

from penline.bank import Bank
from penline.effects import EFFECTS
from penline.paper import PAPERS
from penline.recipe import Recipe
from test_docs import DOCS, text_of

SECTIONS = ("corpus", "image", "layout", "ink", "marks")
MOST_BYTES_OF_ALL = 600_000


def settings() -> set[str]:
    """Every setting of a recipe as a dotted name; of papers and effects their own names."""
    found = {name for name in Recipe.model_fields if name not in (*SECTIONS, "papers", "effects")}
    for section in SECTIONS:
        model = Recipe.model_fields[section].annotation
        assert isinstance(model, type) and issubclass(model, BaseModel)
        found |= {f"{section}.{name}" for name in model.model_fields}
    found |= {f"papers.{name}" for name in PAPERS.own}
    return found | {f"effects.{name}" for name in EFFECTS.own}


def test_every_setting_has_a_picture_or_a_reason() -> None:
    shown = {name for strip in STRIPS for name in strip.shows()}
    assert shown | ELSEWHERE.keys() == settings()
    assert not shown & ELSEWHERE.keys()


def test_every_picture_is_small_and_on_both_pages() -> None:
    files = {path.name: path.stat().st_size for path in (DOCS / "pictures").glob("recipe-*")}
    assert set(files) == {strip.file for strip in STRIPS}
    assert max(files.values()) <= make_strips.MOST_BYTES
    assert sum(files.values()) <= MOST_BYTES_OF_ALL
    for page, alt in (("recipe.md", "en"), ("recipe.zh.md", "zh")):
        text = text_of(DOCS / page)
        for strip in STRIPS:
            assert text.count(f"![{getattr(strip, alt)}](pictures/{strip.file})") == 1
    for part in CHINESE_PARTS:
        assert f"<!-- made: {part} -->" in text


@pytest.fixture(scope="module")
def banks() -> dict[str, Bank]:
    return make_strips.sample_banks()


@pytest.mark.parametrize("strip", STRIPS, ids=lambda strip: strip.name)
def test_the_rows_of_a_picture_differ(strip: Strip, banks: dict[str, Bank]) -> None:
    bank = banks[strip.writer.partition(":")[0] or "sample"]
    images = [image for _, image in make_strips.lines(strip, bank)]
    assert 2 <= len(images) == len(strip.rows) <= 5
    for at, one in enumerate(images):
        assert not any(np.array_equal(one, other) for other in images[:at]), strip.rows[at]


def test_a_picture_is_the_same_each_time(banks: dict[str, Bank]) -> None:
    for strip in STRIPS[:2]:
        family = strip.writer.partition(":")[0] or "sample"
        first, again = (
            make_strips.encoded(strip, make_strips.drawn(strip, banks[family])) for _ in "12"
        )
        assert first == again
