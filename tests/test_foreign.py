"""Another author's package adds a member to every table."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from foreign import HERE, install
from penline import machine
from penline.api import compose, convert, rebuild
from penline.check import check
from penline.cli.base import app, filled
from penline.compose import Composer
from penline.effects import DEFAULT, EFFECTS, sample_effects
from penline.engine import workers_for
from penline.errors import ExportError, RecipeError, UsageError
from penline.formats import kind_of, known_extensions, reader_for
from penline.formats.byte_source import open_path
from penline.look.app.line_request import effects, papers, read_line_request
from penline.paper import PAPERS
from penline.randomness import rng
from penline.recipe import load_recipe
from penline.recipe.placers import PLACERS
from penline.records import GlyphRecord, Source
from penline.registry import Row
from penline.sample import corpus_files, sample_bank
from penline.sources import identify
from penline.sources.collect import open_sources
from test_registry import tables

RECIPE: dict[str, Any] = {
    "papers": [{"name": "crumpled", "band_px": 5}],
    "effects": ["fade", "jpeg"],
    "corpus": {"length_range": [4, 6]},
    "layout": {"placer": {"name": "stairs", "step_px": 2}},
    "transforms": [{"name": "thin", "most": 128}],
}
ADDED = {
    "papers": ("broken", "crumpled", "odd"),
    "effects": ("fade",),
    "placers": ("ladder", "stairs"),
    "transforms": ("thin",),
    "presets": ("shabby", "sunny"),
    "collectors": ("albums",),
    "exporters": ("rows",),
    "engines": ("backwards",),
    "formats": ("dots",),
    "recognisers": ("glance",),
}
TEXT = corpus_files()[0]


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for place in install(tmp_path / "site"):
        monkeypatch.syspath_prepend(place)
    machine.say_once.cache_clear()
    yield
    machine.say_once.cache_clear()


@pytest.mark.usefixtures("foreign")
def test_tables_list_its_rows_behind_penlines_own() -> None:
    found = {table.group.removeprefix("penline."): table for table in tables()}
    assert found.keys() == ADDED.keys()
    for group, names in ADDED.items():
        table = found[group]
        assert tuple(table) == (*table.own, *names)
        assert {str(table[name].package) for name in names} == {"penline-foreign 1.2"}
    assert PAPERS.load("crumpled")().name == "crumpled"
    assert "{engines}" not in filled("one of {engines}")
    assert filled("{engines}") == "local, ray or backwards (of penline-foreign)"
    assert filled("{engines}", own=True) == "local or ray"
    assert "shabby (of penline-foreign)" in filled("{presets}")


@pytest.mark.usefixtures("foreign")
def test_help_and_the_playground_offer_its_parts() -> None:
    assert papers() == ("plain", "ruled", "squared", "texture", "crumpled")  # none that is broken
    assert effects() == ("warp", "shadow", "blur", "noise", "jpeg", "fade")
    line_request = read_line_request({"paper": "crumpled", "effects": "fade,warp"})
    assert [one.name for one in load_recipe(line_request.recipe()).effects] == ["warp", "fade"]
    lines, pages = filled("{exporters lines}"), filled("{exporters pages}")
    assert lines.endswith("kraken, kraken-arrow, easyocr or rows (of penline-foreign)")
    assert pages == "paddleocr-det, page-xml, alto or coco"
    shown = CliRunner().invoke(app, ["compose", "--help"], terminal_width=200).stdout
    assert "backwards" in shown and "{" not in shown.partition("--engine")[2].partition("--addr")[0]


def test_without_the_package_its_names_are_unknown() -> None:
    assert "crumpled" not in PAPERS
    with pytest.raises(RecipeError, match="no paper is called 'crumpled'; there are: photo, plain"):
        load_recipe({"papers": ["crumpled"]})


@pytest.mark.usefixtures("foreign")
def test_what_is_broken_is_told_where_it_is_used_and_not_before() -> None:
    load_recipe(RECIPE)
    for name, why in (
        ("broken", "ImportError: cannot import name 'Parchment'"),
        ("odd", "no paper"),
    ):
        said = rf": the paper '{name}' of the package penline-foreign 1\.2 cannot be used \(.*{why}"
        with pytest.raises(RecipeError, match=said) as caught:
            load_recipe({"papers": [name]})
        assert "\n" not in str(caught.value)
    assert PAPERS.load("plain").__module__ == "penline.paper.plain"


def test_a_name_of_penlines_own_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    machine.say_once.cache_clear()
    for place in install(tmp_path / "other"):
        monkeypatch.syspath_prepend(place)
    with caplog.at_level(logging.WARNING, "penline"):
        assert list(PAPERS).count("plain") == 1
    said = "the paper 'plain' of penline-foreign 1.2 is not used: penline has its own"
    assert said in [record.getMessage() for record in caplog.records]
    machine.say_once.cache_clear()


@pytest.mark.usefixtures("foreign")
def test_one_name_in_two_packages_and_metadata_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = tmp_path / "more" / "twin-3.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: twin\nVersion: 3\n")
    (other / "entry_points.txt").write_text("[penline.papers]\ncrumpled = twin:Paper\n")
    torn = tmp_path / "more" / "torn-1.dist-info"
    torn.mkdir()
    (torn / "METADATA").write_text("Metadata-Version: 2.1\nName: torn\nVersion: 1\n")
    (torn / "entry_points.txt").write_text("[penline.papers]\nno place at all\n")
    monkeypatch.syspath_prepend(str(tmp_path / "more"))
    with caplog.at_level(logging.WARNING, "penline"), pytest.raises(RecipeError) as caught:
        PAPERS.load("crumpled")
    whose = "twin 3 and penline-foreign 1.2"
    assert str(caught.value) == f"the paper 'crumpled' is in {whose}; uninstall one of them"
    assert any("torn-1.dist-info: its entry points cannot be read" in m for m in caplog.messages)


@pytest.mark.usefixtures("foreign")
def test_an_effect_that_is_added_changes_nothing_of_what_the_others_draw() -> None:
    assert [effect.name for effect in load_recipe({"effects": "default"}).effects] == [
        effect.name for effect in DEFAULT
    ]
    fade = EFFECTS.load("fade")()
    moved = 0
    for index in range(50):
        drawn = [
            sample_effects(effects, rng(3, index, "effects"), (64, 300))
            for effects in (DEFAULT, (fade, *DEFAULT), (*DEFAULT[:2], fade, *DEFAULT[2:], fade))
        ]
        levels = [[one["levels"] for one in some if one["name"] == "fade"] for some in drawn]
        assert [len(some) for some in levels] == [0, 1, 2]
        assert levels[1][0] == levels[2][0]  # its own stream, wherever it stands
        moved += levels[2][0] != levels[2][1]
        for some in drawn:
            assert [one for one in some if one["name"] != "fade"] == drawn[0]
    assert moved > 40  # the second of a name has a stream of its own, too


@pytest.mark.usefixtures("foreign")
def test_a_transform_changes_glyphs_alone_and_has_a_stream_of_its_own() -> None:
    recipe = {"effects": "none", "corpus": {"length_range": [4, 6]}, "image": {"format": "png"}}
    several = [], [{"name": "thin", "most": 0}], [{"name": "thin", "most": 128}]
    lines = [Composer({**recipe, "transforms": one}, sample_bank(), TEXT)[:10] for one in several]
    for plain, same, thin in zip(*lines, strict=True):
        np.testing.assert_array_equal(plain.image, same.image)
        assert (plain.text, plain.drawn) == (thin.text, thin.drawn)
        assert np.all(thin.image >= plain.image) and thin.image.mean() > plain.image.mean()


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize(
    ("transforms", "said"),
    [
        (["thick"], "no transform is called 'thick'; there are: "),
        (["turn"], "turn comes with layout: {direction: vertical}; set that instead"),
        (["thin", {"name": "thin", "most": 3}], "transforms: thin stands twice"),
        ([{"name": "thin", "most": 999}], "transforms.0.most: at most 128, not 999"),
        (
            [{"name": "thin", "least": 1}],
            "transforms.0: no setting `least` here; there are name, most",
        ),
        ([{"most": 3}], "transforms.0: say which it is by its `name`"),
    ],
)
def test_a_transform_is_named_as_papers_and_effects_are(transforms: Any, said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe({"transforms": transforms})
    assert said in str(caught.value)


@pytest.mark.usefixtures("foreign")
def test_settings_beside_a_placer_that_places_every_line_act_or_are_refused() -> None:
    def composer(**layout: Any) -> Composer:
        recipe = {"effects": "none", "layout": {"placer": "ladder", **layout}}
        return Composer(recipe, sample_bank(), TEXT)

    wide, narrow = (composer(margin_em_range=(m, m))[3].image for m in (3, 0))
    assert wide.shape[1] > narrow.shape[1]
    for name, value in (("gap_em_range", [0.5, 0.6]), ("fill_range", [0.3, 0.4])):
        with pytest.raises(RecipeError, match=rf"^layout\.{name}: of no effect beside a placer"):
            composer(**{name: value})[0]
    # stairs leave lines with white space to the rules, where the gap has its effect
    assert Composer(
        {"layout": {"placer": "stairs", "gap_em_range": [0.5, 0.6]}},
        sample_bank(),
        corpus_files()[0],
    )[0]


def test_a_placer_of_penlines_own_is_a_file_and_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setitem(PLACERS.own, "stairs", Row("penline_foreign.placer:Stairs", "steps up"))
    recipe = load_recipe({"layout": {"placer": {"name": "stairs", "step_px": 3}}})
    assert recipe.layout.placer == PLACERS.load("stairs")(step_px=3)
    assert Composer(recipe, sample_bank(), TEXT)[0].text


@pytest.mark.usefixtures("foreign")
def test_its_presets_are_recipes_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [choice.paper.name for choice in load_recipe("shabby").papers] == ["crumpled"]
    assert [effect.name for effect in load_recipe("sunny").effects] == ["fade"]
    with pytest.raises(UsageError, match=r"no recipe of that name \(messy, .*shabby, sunny\)"):
        load_recipe("rainy")
    monkeypatch.chdir(tmp_path)
    Path("sunny").write_text("effects: none")
    assert load_recipe("sunny").effects == ()  # a file of the name goes before


@pytest.mark.usefixtures("foreign")
def test_its_collector_says_whose_files_are(tmp_path: Path) -> None:
    (tmp_path / "anna-003.dots").write_bytes("永".encode() + bytes(range(64)))
    [unit] = open_sources(tmp_path)
    assert (unit.source.writer, unit.kind) == ("album:anna", "dots")
    assert identify("x/anna-003.dots").writer == "album:anna"


@pytest.mark.usefixtures("foreign")
def test_a_recipe_with_its_parts_goes_through_pickles() -> None:
    recipe = load_recipe(RECIPE)
    assert pickle.loads(pickle.dumps(recipe)) == recipe  # noqa: S301
    assert load_recipe(json.loads(recipe.model_dump_json())) == recipe


@pytest.mark.usefixtures("foreign")
def test_a_set_is_made_by_workers_and_by_its_engine_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compose(tmp_path / "a", n=1002, recipe=RECIPE, to="rows", start=998, workers=2)
    assert made.report["run"]["packages"] == {
        "penline.effects:fade": "penline-foreign 1.2",
        "penline.exporters:rows": "penline-foreign 1.2",
        "penline.papers:crumpled": "penline-foreign 1.2",
        "penline.placers:stairs": "penline-foreign 1.2",
        "penline.transforms:thin": "penline-foreign 1.2",
    }
    assert check(tmp_path / "a").problems == []
    assert workers_for("backwards", 3) == 3
    with pytest.raises(UsageError, match="takes no address"):
        compose(tmp_path / "x", n=1, recipe=RECIPE, engine="backwards", address="there")
    found = rebuild(tmp_path / "a/report.json", tmp_path / "b", engine="backwards")
    assert (found.proven, found.problems, found.notes) == (2, [], [])
    assert (tmp_path / "a/report.json").read_bytes() == (tmp_path / "b/report.json").read_bytes()


def test_rebuild_and_check_name_the_package_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for place in install(tmp_path / "site"):
            patch.syspath_prepend(place)
        compose(tmp_path / "a", n=3, recipe=RECIPE, to="rows", workers=1)
        compose(tmp_path / "plain", n=3, recipe=RECIPE, workers=1)
    needs = r"needs the package penline-foreign 1\.2 for 'fade' \(penline\.effects\); install it: "
    with pytest.raises(UsageError, match=needs + r"pip install 'penline-foreign==1\.2'"):
        rebuild(tmp_path / "plain/report.json", tmp_path / "b")
    assert not (tmp_path / "b").exists()
    assert check(tmp_path / "plain").problems == []
    with pytest.raises(ExportError, match=r"needs the package penline-foreign 1\.2 for 'rows'"):
        check(tmp_path / "a")
    for place in install(tmp_path / "newer", "1.3"):
        monkeypatch.syspath_prepend(place)
    found = rebuild(tmp_path / "plain/report.json", tmp_path / "b")
    assert found.notes[0] == (
        "made with penline-foreign 1.2, here penline-foreign 1.3: 'fade' may differ"
    )
    assert found.problems == []


@pytest.mark.usefixtures("foreign")
def test_its_format_is_read_by_the_ending_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "one.dots"
    path.write_bytes("永".encode() + bytes(range(64)))
    assert kind_of(path.name) == "dots" and ".dots" in known_extensions()
    with open_path(path) as stream:
        [record] = reader_for(path.name).read(stream, Source("one.dots", "unknown:one"))
    assert isinstance(record, GlyphRecord) and record.character == "永"
    np.testing.assert_array_equal(record.pixels, np.arange(64).reshape(8, 8))
    report = convert(path, tmp_path / "out", writer="me")
    assert report["run"]["packages"] == {"penline.formats:dots": "penline-foreign 1.2"}


def test_a_new_process_finds_it(tmp_path: Path) -> None:
    """As installed: by Python's path alone."""
    site = install(tmp_path / "site")
    code = (
        f"import sys; sys.path[:0] = {site!r}\n"
        "from penline.paper import PAPERS\n"
        "print(PAPERS.load('crumpled').__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["Crumpled"]
