"""Forms: fields filled in, their ink inside them, their regions in the labels."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import TEXT, build
from penline import api
from penline.bank import Bank
from penline.compose import Composer
from penline.compose.form import CAPTIONS
from penline.compose.page_render import lay_page
from penline.corpus.made import CELLS, made_cells
from penline.errors import RecipeError, UnwritableLine
from penline.export.page_xml import NAMESPACE
from penline.paper.letters import lettering, lettering_width
from penline.randomness import Draws
from penline.recipe import Recipe
from penline.recipe.identity import recipe_hash

MARK = f"{{{NAMESPACE}}}"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    letters = "".join(sorted({*TEXT, *"0123456789X-", *"年月日元整人民币号"} - set(" \n")))
    folder = tmp_path_factory.mktemp("form")
    return build(folder / "form.bank", {"casia:001": letters, "casia:002": letters})


def recipe(**more: Any) -> dict[str, Any]:
    made = {"identity": 0.3, "date": 0.3, "telephone": 0.2}
    return {
        "corpus": {"made": made},
        "page": {
            "width_px": 700,
            "height_px": 600,
            "em_px_range": [24, 30],
            "form": {"rows_range": [4, 9], "empty_chance": 0.2},
        },
        **more,
    }


@pytest.mark.parametrize("hand", [None, "default"])
def test_all_ink_of_a_field_stays_inside_it(
    bank: Bank, corpus_file: Path, hand: str | None
) -> None:
    composer = Composer(recipe(layout={"hand": hand}), bank, corpus_file, 3)
    looks = set()
    for index in range(12):
        laid = lay_page(composer.plan, 3, index)
        assert laid.form is not None
        for line in laid.lines:
            field = laid.form.fields[line.field]
            looks.add(field.look)
            shown = line.boxes[line.boxes[:, 2] >= 0]
            left, top, right, bottom = field.box
            assert shown[:, 0].min() >= left
            assert shown[:, 1].min() >= top
            assert shown[:, 2].max() <= right
            assert shown[:, 3].max() <= bottom
            if field.cells:
                assert len(line.line.text) == field.cells == CELLS[field.kind]
                cell = (right - left) / field.cells
                middles = (shown[:, 0] + shown[:, 2]) / 2
                wanted = left + (np.arange(field.cells) + 0.5) * cell
                assert np.abs(middles - wanted).max() < cell / 2
    assert looks == {"rule", "box", "comb"}


def test_a_form_is_pure_and_has_regions_in_reading_order(bank: Bank, corpus_file: Path) -> None:
    given = recipe(effects="default", papers=["plain", "texture"], image={"mode": "rgb"})
    page = Composer(given, bank, corpus_file, 5).page(1)
    again = Composer(given, bank, corpus_file, 5).page(1)
    np.testing.assert_array_equal(page.image, again.image)
    assert page.regions
    assert [region.role for region in page.regions] == ["caption", "field"] * (
        len(page.regions) // 2
    )
    assert [line.region for line in page.lines] == sorted(line.region for line in page.lines)
    filled = {line.region for line in page.lines}
    assert all(number in filled for number, r in enumerate(page.regions) if r.role == "caption")
    size = np.array([page.width_px, page.height_px])
    for line in page.lines:
        region = page.regions[line.region]
        assert (line.polygon >= 0).all() and (line.polygon <= size).all()
        if region.role == "caption":
            assert line.text == CAPTIONS[region.kind]
            assert line.characters is None
        else:
            assert line.characters is not None
            low, high = region.polygon.min(0) - 3, region.polygon.max(0) + 3
            assert (line.polygon >= low).all() and (line.polygon <= high).all()
            assert {origin["writer"] for origin in line.metadata["origins"]} == {page.writer}


def test_print_is_where_the_form_says(bank: Bank, corpus_file: Path) -> None:
    white = [{"name": "plain", "tone_range": [255, 255]}]
    composer = Composer(recipe(papers=white), bank, corpus_file, 1)
    laid, page = lay_page(composer.plan, 1, 0), composer.page(0)
    assert laid.form is not None
    for field in laid.form.fields:
        left, _, right, bottom = field.box
        edge = bottom - laid.form.rule_px if field.look == "rule" else bottom
        strip = page.image[max(edge - 2, 0) : edge + 2, left + 4 : right - 4]
        # the rule runs from end to end, under whatever is written
        assert (strip.min(0) < 252).all()
        x0, y0, x1, y1 = field.caption_box
        assert (page.image[y0:y1, x0:x1] < 200).any()
    without = recipe(papers=white)
    without["page"]["form"]["captions"] = False
    lines = Composer(without, bank, corpus_file).page(0).lines
    assert all(line.characters is not None for line in lines)


def test_labels_of_forms(bank: Bank, corpus_file: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "recipe": recipe(),
        "banks": [bank],
        "corpora": [corpus_file],
        "boxes": True,
        "n": 3,
    }
    made = api.compose(tmp_path / "xml", to="page-xml", **given)
    other = api.compose(tmp_path / "det", to="paddleocr-det", workers=1, **given)
    assert api.check(tmp_path / "xml").problems == api.check(tmp_path / "det").problems == []
    assert made.report["lines"] == other.report["lines"]
    told = [json.loads(row) for row in (tmp_path / "xml" / "pages.jsonl").open(encoding="utf-8")]
    listed = (tmp_path / "det" / "det_gt_train.txt").read_text("utf-8").splitlines()
    for page, row in zip(told, listed, strict=True):
        file = (tmp_path / "xml" / page["path"]).with_suffix(".xml")
        root = ET.fromstring(file.read_bytes())  # noqa: S314 - our own file
        regions = root.findall(f".//{MARK}TextRegion")
        order = [r.get("regionRef") for r in root.iter(f"{MARK}RegionRefIndexed")]
        assert order == [r.get("id") for r in regions]
        assert len(regions) == len(page["regions"])
        keys, texts = [], []
        for region, fact in zip(regions, page["regions"], strict=True):
            assert region.get("custom") == f"{fact['role']} {{type:{fact['kind']};}}"
            for line in region.findall(f"{MARK}TextLine"):
                keys.append(fact["kind"] if fact["role"] == "field" else "caption")
                texts.append(line.findtext(f"{MARK}TextEquiv/{MARK}Unicode"))
                assert (line.get("production") == "printed") == (fact["role"] == "caption")
        lines = json.loads(row.partition("\t")[2])
        assert [line["key_cls"] for line in lines] == keys
        assert [line["transcription"] for line in lines] == texts
        assert texts == [line["text"] for line in page["lines"]]


def test_pages_without_a_form_are_as_they_were(bank: Bank, corpus_file: Path) -> None:
    plain = Recipe.model_validate({"page": {"form": None}})
    before = plain.model_dump(mode="json")
    del before["page"]["form"]
    assert recipe_hash(plain, {}) == recipe_hash(before, {})
    assert recipe_hash(Recipe.model_validate({"page": {"form": {}}}), {}) != recipe_hash(plain, {})
    small = {"page": {"width_px": 500, "height_px": 400}}
    assert Composer(small, bank, corpus_file).page(0).regions == ()


def test_what_cannot_be_filled_in_is_counted(bank: Bank, corpus_file: Path) -> None:
    given = recipe()
    given["corpus"] = {"made": {"address": 1.0}, "tries": 3}
    with pytest.raises(UnwritableLine, match="no field to fill in"):
        Composer(given, bank, corpus_file).page(0)
    given["corpus"] = {"made": {"address": 0.5, "date": 0.5}, "tries": 3}
    counts = Composer(given, bank, corpus_file, 2).page(0).counts
    assert any("no text for address" in reason for reason in counts)
    with pytest.raises(RecipeError, match="rows_range"):
        Composer({"page": {"form": {"rows_range": [5, 2]}}}, bank, corpus_file)


def test_cells_hold_plain_characters() -> None:
    for kind, count in CELLS.items():
        for number in range(50):
            assert re.fullmatch(rf"[0-9X]{{{count}}}", made_cells(kind, Draws(1, number, "t")))


def test_letters_are_as_wide_as_they_say() -> None:
    for caption in CAPTIONS.values():
        lines = lettering(caption, 512, 256, 6 * 256, 300, 200)
        assert lines[:, [0, 2]].min() >= 512
        assert lines[:, [0, 2]].max() <= 512 + lettering_width(caption, 6 * 256)
        assert lines[:, [1, 3]].max() - lines[:, [1, 3]].min() == 6 * 256
    alphabet = lettering("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0, 0, 600, 50, 200)
    assert (np.abs(alphabet[:, :2] - alphabet[:, 2:4]).sum(1) > 0).all()
