"""Real lines' geometry filled with other text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fakes import REAL
from penline.compose import Composer
from penline.compose.line_masks import consistency_errors, decompose
from penline.errors import RecipeError, UsageError
from penline.fit import fit
from penline.measure.template import HAN, LineTemplate, dump_templates, load_templates
from penline.produce import contents
from penline.sample import corpus_files, sample_bank

PATTERN = f"{HAN}{HAN}{HAN}，{HAN}{HAN}20{HAN}。"


def template() -> LineTemplate:
    """Boxes that rise and grow along the line, marks low and small."""
    boxes, x = [], 0.0
    for at, character in enumerate(PATTERN):
        side = 0.9 + 0.02 * at if character == HAN else 0.3 if character in "，。" else 0.5
        middle = 0.01 * at if character == HAN else -0.35
        boxes.append((x, middle - side / 2, x + side, middle + side / 2))
        x += side + 0.1
    return LineTemplate(pattern=PATTERN, boxes=tuple(boxes))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "lines.json"
    file.write_text(dump_templates([template()]), "utf-8")
    return file


def composer(path: Path, **recipe: object) -> Composer:
    chinese = [file for file in corpus_files() if "zh" in file.name]
    return Composer({"layout": {"replay": path}, **recipe}, sample_bank(), chinese, 2)


@pytest.mark.parametrize("effects", ["none", "default"])
def test_lines_take_the_places_of_the_template(path: Path, effects: str) -> None:
    lines = composer(path, papers=["plain"], effects=effects)
    table = template().table
    seen = 0
    for index in range(20):
        found = decompose(lines.plan, 2, index)
        assert list(consistency_errors(found)) == []
        line = found.sample
        marks = "".join(HAN if "\u4e00" <= c <= "\u9fff" else c for c in line.text)
        assert marks == PATTERN
        if effects == "none":
            middles = line.quads.mean(1)[:, 0] / line.drawn["layout"]["em_px"]
            wanted = (table[:, 0] + table[:, 2]) / 2
            assert np.abs((middles - middles[0]) - (wanted - wanted[0])).max() < 0.15
            seen += 1
    assert seen == (20 if effects == "none" else 0)


def test_the_text_is_the_corpus_in_its_order(path: Path) -> None:
    with_template, without = composer(path), composer(path, layout={})
    corpus = without.corpus
    whole = "".join(corpus[number] for number in range(len(corpus)))
    han = "".join(c for c in whole if "\u4e00" <= c <= "\u9fff")
    for index in range(10):
        text = "".join(c for c in with_template[index].text if "\u4e00" <= c <= "\u9fff")
        assert text[:3] in han


def test_templates_are_part_of_the_recipe(path: Path, tmp_path: Path) -> None:
    one = contents(composer(path))
    other = tmp_path / "other.json"
    other.write_bytes(path.read_bytes())
    assert contents(composer(other))["replay"] == one["replay"]
    other.write_text(other.read_text("utf-8").replace("20", "21"), "utf-8")
    assert contents(composer(other))["replay"] != one["replay"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{}",
        "[]",
        "[1]",
        "[" * 60_000,
        json.dumps([{"pattern": "口口口", "boxes": [[0, 0, 1, 1]]}]),
        json.dumps([{"pattern": "口口口", "boxes": [[0, 0, 1, 1], [1, 0, 2, 1], [3, 0, 2, 1]]}]),
        '[{"pattern": "口口口", "boxes": [[0,0,1,1],[1,0,2,1],[2,0,NaN,1]]}]',
        '[{"pattern": "口口א", "boxes": [[0,0,1,1],[1,0,2,1],[2,0,3,1]]}]',
    ],
    ids=["empty", "mapping", "none", "number", "deep", "few", "turned", "nan", "leftward"],
)
def test_files_that_are_no_templates(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(bad, "utf-8")
    with pytest.raises(RecipeError, match="not line templates"):
        load_templates(file)
    with pytest.raises(UsageError, match="penline fit"):
        load_templates(tmp_path / "absent.json")


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="real handwriting is not at hand")
def test_templates_of_a_real_page(tmp_path: Path) -> None:
    made = fit(
        REAL / "casia" / "006-P16.dgrl", tmp_path / "hand.yaml", templates=tmp_path / "lines.json"
    )
    found = load_templates(tmp_path / "lines.json")
    assert made.templates == len(found) >= 8
    text = (tmp_path / "lines.json").read_text("utf-8")
    assert not set("国际天文学") & set(text)
    lines = composer(tmp_path / "lines.json", papers=["plain"])
    for index in range(6):
        assert list(consistency_errors(decompose(lines.plan, 2, index))) == []
