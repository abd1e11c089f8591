"""Every setting of a recipe does something, or is refused by name: all fields, all kinds.

`EXAMPLES` has a value other than the default for each field of the recipe's model, and the settings
that it needs beside it, where there are some. Each is tried alone and with what it needs, on lines
placed by rules, by a model, by templates and by squared paper, on columns, pages and forms.
"""

from __future__ import annotations

import itertools
import json
import pickle
import re
import typing
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from conftest import TEXT, build
from foreign import HERE as FOREIGN
from penline import api
from penline.bank import Bank
from penline.compose import Composer
from penline.corpus import load
from penline.effects import EFFECTS
from penline.errors import RecipeError, UnwritableLine
from penline.export.base import Options, encode
from penline.job import Execution
from penline.measure.model import dump, load_placement_model
from penline.measure.template import HAN, LineTemplate, dump_templates
from penline.paper import PAPERS
from penline.produce import ProduceJob, produce
from penline.recipe import Recipe, load_recipe, preset_names
from penline.recipe.idle import changed
from penline.recipe.idle_table import TABLE
from penline.recipe.transforms import TRANSFORMS
from penline.registry import Row
from penline.settings import Settings
from test_cli import run

Values = dict[str, Any]

SHORT = (
    "一天 一年 一天\n天高云淡，北京。\n３点ＡＢ，集合\n\ufa1d天高云淡，北京\n我们在learn for 12月\n"
)
RARE = "秋天的学校，北京\n鑫天高鑫，云淡北京\n天高龘云淡，北京的秋天\n"
SPARSE = "天高龘云淡，北京的秋天\n" * 24 + "天高云淡，北京的秋天\n"
WORDS = "learn for learn\nrun for real fun\nlearn on one farm\n" * 4
SMALL = {"page": {"width_px": 460, "height_px": 240, "em_px_range": [16, 18]}}
LINE = {"corpus": {"length_range": [3, 12]}, "image": {"height_px": 40}}
KINDS: dict[str, Values] = {
    "rules": LINE,
    "model": {**LINE, "layout": {"hand": "default"}},
    "replay": {**LINE, "layout": {"replay": "LINES"}},
    "cells": {**LINE, "papers": [{"name": "squared"}]},
    "column": {**LINE, "layout": {"direction": "vertical"}},
    "page": SMALL,
    "page by a model": {**SMALL, "layout": {"hand": "default"}},
    "form": {
        "corpus": {"made": {"identity": 0.2, "number": 0.3}},
        "page": {**SMALL["page"], "form": {"rows_range": [6, 6]}},
    },
}
"""What a recipe may be asked for; in capitals, files that a fixture makes."""
MORE = ("cells", "page by a model")
"""Beyond the six kinds; what stands under the writing is not tried on these, too."""
PAGES = ("page", "page by a model", "form")
COUNT = {"page": 3, "page by a model": 3, "form": 5}
"""Samples made of each; of lines, ten."""

BORROWING = {"corpus": {"missing": "other-writer"}}
SHEETS = {
    "tone_range": [100, 110],
    "warmth_range": [40, 50],
    "uneven_chance": 1.0,
    "uneven_range": [20, 30],
}
TEXTURES = {
    "tone_range": [120, 130],
    "grain_range": [20, 30],
    "fibre_range": [20, 30],
    "cloud_range": [20, 30],
    "slope_range": [30, 40],
    "vignette_range": [30, 40],
    "stain_chance": 1.0,
    "stain_range": [1.0, 1.0],
    "fleck_chance": 1.0,
    "flecks_range": [50, 60],
}
NEEDS: dict[str, Values] = {
    "corpus.borrow_most": BORROWING,
    "image.quality": {"image": {"format": "jpg"}},
    "ink.colours": {"image": {"mode": "rgb"}},
    "layout.mark_shape": {"layout": {"hand": "default"}},
    "layout.cell_em_range": {"papers": ["squared", "plain"]},
}
"""What a field needs beside it to act at all, and is not set so by default."""
EXAMPLES: dict[str, Any] = {
    "version": 1,
    "writers": "mixed",
    "corpus.length_range": [5, 7],
    "corpus.lines": "whole",
    "corpus.made": {"date": 0.5},
    "corpus.missing": "drop-char",
    "corpus.borrow_most": 1,
    "corpus.latin": "second",
    "corpus.tries": 1,
    "corpus.nfkc": True,
    "image.height_px": 48,
    "image.mode": "rgb",
    "image.max_width_px": 64,
    "image.format": "png",
    "image.quality": 20,
    "page.width_px": 400,
    "page.height_px": 300,
    "page.em_px_range": [24, 26],
    "page.pitch_em_range": [3, 4],
    "page.margin_em_range": [0.2, 0.3],
    "page.indent_em": 6,
    "page.start_deviation_em": 1.5,
    "page.lines_range": [1, 2],
    "page.form": {},
    "page.form.rows_range": [2, 2],
    "page.form.comb_chance": 0,
    "page.form.box_chance": 1,
    "page.form.pair_chance": 1,
    "page.form.empty_chance": 0.6,
    "page.form.captions": False,
    "page.form.thickness_px_range": [4, 5],
    "page.form.strength_range": [0, 0.1],
    "layout.placer": "model",
    "transforms": ["thin"],
    "layout.direction": "vertical",
    "layout.hand": "HAND",
    "layout.mark_shape": 1.0,
    "layout.replay": "OTHER LINES",
    "layout.fill_range": [0.3, 0.4],
    "layout.em_most": 0.3,
    "layout.margin_em_range": [2, 3],
    "layout.gap_em_range": [0.6, 0.7],
    "variation_range": [2, 3],
    "joins": "always",
    "joins_chinese": 1.0,
    "strokes": "never",
    "layout.latin": "kinds",
    "layout.gap_latin_em_range": [0.6, 0.7],
    "layout.gap_mixed_em_range": [0.6, 0.7],
    "layout.gap_deviation_em": 0.4,
    "layout.cell_pull_range": [1, 1],
    "layout.space_em_range": [2, 3],
    "layout.size_deviation": 0.3,
    "layout.size_trend": 0.5,
    "layout.rise_deviation_em": 0.3,
    "layout.slope_deviation": 0.1,
    "layout.slant_deviation": 0.4,
    "layout.slant_walk_deviation": 0.3,
    "layout.press_deviation": 0.4,
    "layout.correlation": 0.0,
    "layout.cell_em_range": [2, 2.1],
    "ink.tone_range": [120, 130],
    "ink.colours": [[0, 200, 0]],
    "ink.strength_range": [0.4, 0.5],
    "ink.breadth_range": [3, 4],
    "marks.strike": 1.0,
    "marks.underline": 1.0,
    "marks.fade": 1.0,
    "marks.blot": 1.0,
    "marks.bleed": 1.0,
    "papers": [{"name": "texture"}],
    "papers.weight": 900,
    "papers.photo.folder": "OTHER PHOTOS",
    "papers.photo.scale_range": [0.1, 0.2],
    "papers.photo.flip_chance": 1.0,
    "papers.photo.lighten_to": 250,
    **{f"papers.plain.{name}": value for name, value in SHEETS.items()},
    **{f"papers.texture.{name}": value for name, value in TEXTURES.items()},
    "papers.ruled.below_range": [0.4, 0.5],
    "papers.ruled.pitch_range": [0.3, 0.4],
    "papers.ruled.thickness_px_range": [5, 6],
    "papers.ruled.strength_range": [0.1, 0.1],
    "papers.ruled.dotted_chance": 1.0,
    "papers.ruled.tilt_range": [0.1, 0.2],
    "papers.squared.variant_weights": [0, 0, 1],
    "papers.squared.thickness_px_range": [5, 6],
    "papers.squared.strength_range": [0.1, 0.1],
    "papers.squared.inner_range": [1, 1],
    "papers.squared.extend_chance": 0.0,
    "papers.squared.row_gap_chance": 0.0,
    **{
        f"papers.{paper}.{name}": value
        for paper in ("ruled", "squared")
        for name, value in {
            "texture_chance": 1.0,
            **{f"plain.{key}": value for key, value in SHEETS.items()},
            **{f"texture.{key}": value for key, value in TEXTURES.items()},
        }.items()
    },
    "effects": "default",
    **{f"effects.{name}.chance": 0.1 for name in EFFECTS},
    "effects.blur.sigma_px_range": [3, 4],
    "effects.blur.motion_chance": 1.0,
    "effects.blur.motion_px_range": [5, 6],
    "effects.jpeg.quality_range": [5, 10],
    "effects.noise.dark_range": [20, 30],
    "effects.noise.light_range": [20, 30],
    "effects.shadow.fold_chance": 1.0,
    "effects.shadow.strength_range": [0.6, 0.7],
    "effects.shadow.softness_range": [0.1, 0.1],
    "effects.warp.turn_deg_range": [2, 3],
    "effects.warp.rise_limit": 0.0,
    "effects.warp.keystone_range": [0.09, 0.1],
    "effects.warp.bend_range": [0.2, 0.3],
    "effects.warp.bend_cell_range": [10, 12],
}
"""A value for each field, other than its default. Those of a paper, and of an effect, stand in a
list of that one alone."""


def inner(annotation: Any) -> type[Settings] | None:
    """The model that a field holds, or may hold."""
    for one in (annotation, *typing.get_args(annotation)):
        if isinstance(one, type) and issubclass(one, Settings):
            return one
    return None


def hidden(annotation: Any) -> bool:
    """Whether settings stand in a list, or a mapping, of this kind."""
    parts = typing.get_args(annotation)
    return any((isinstance(p, type) and issubclass(p, Settings)) or hidden(p) for p in parts)


def fields_of(model: type[Settings], prefix: str = "") -> Iterator[str]:
    """Names of all fields of a model that hold a value, with dots."""
    for name, field in model.model_fields.items():
        if name == "name":
            continue  # what a paper or an effect is found by: it has one value
        own = inner(field.annotation)
        if own is None and hidden(field.annotation):
            # the settings of a placer are those of the layout (test_placers.py)
            walked = ("papers", "effects", "transforms", "layout.placer")
            assert prefix + name in walked, "walk into these settings, too"
        if own is None or (not field.is_required() and field.default is None):
            yield prefix + name
        if own is not None:
            yield from fields_of(own, f"{prefix}{name}.")


@pytest.fixture(autouse=True)
def _transform(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transform that recipes can name: penline's own come with other settings."""
    monkeypatch.syspath_prepend(str(FOREIGN))
    monkeypatch.setitem(TRANSFORMS.own, "thin", Row("penline_foreign.transform:Thin", "less ink"))


def every_field() -> list[str]:
    """Names of all fields of a recipe, of every paper, and of every effect."""
    found = [*fields_of(Recipe), "papers.weight"]
    for name in PAPERS:
        found += fields_of(PAPERS.load(name), f"papers.{name}.")
    for name in EFFECTS:
        found += fields_of(EFFECTS.load(name), f"effects.{name}.")
    return found


TEXTS = {
    "corpus.tries": "SPARSE",
    "corpus.missing": "RARE",
    "corpus.borrow_most": "RARE",
    "joins": "WORDS",
}
"""Texts that some fields need: with lines that few, or none, can write."""
BESIDE: dict[str, Values] = {
    r"plain\.uneven_range": {"uneven_chance": 1.0},
    r"texture\.stain_range": {"stain_chance": 1.0},
    r"texture\.flecks_range": {"fleck_chance": 1.0},
    r"(ruled|squared)\.plain\.": {"texture_chance": 0.0},
    r"(ruled|squared)\.texture\.": {"texture_chance": 1.0},
    r"photo\.": {"folder": "PHOTOS"},
    r"effects\.": {"chance": 1.0},
    r"motion_px_range": {"motion_chance": 1.0},
    r"bend_cell_range": {"bend_range": [0.05, 0.05]},
}
"""What a field of a paper or an effect needs beside it; so seldom met else that it takes luck."""


def nested(names: list[str], value: Any) -> Values:
    for name in reversed(names):
        value = {name: value}
    return dict(value)


def merged(one: Values, other: Values) -> Values:
    """Both, the second's where they differ; lists are not joined."""
    out = dict(one)
    for key, value in other.items():
        own = out.get(key)
        out[key] = (
            merged(own, value) if isinstance(own, dict) and isinstance(value, dict) else value
        )
    return out


def before_and_after(field: str, value: Any) -> tuple[Values, Values]:
    """Settings without a field, and with it."""
    head, *rest = field.split(".")
    if field == "papers.weight":
        return tuple({"papers": [{"name": "plain", "weight": w}, "texture"]} for w in (1, value))
    if head not in ("papers", "effects") or not rest:
        return {}, nested([head, *rest], value)
    entry: Values = {"name": rest[0]}
    for pattern, needed in BESIDE.items():
        if re.search(pattern, field):
            inside = rest[1:-1] if "uneven" in pattern or "texture\\." in pattern[:9] else []
            entry = merged(entry, nested(inside, needed))
    others = [{"name": "plain", "weight": 0.3}] if rest[0] == "squared" else []
    return {head: [entry, *others]}, {head: [merged(entry, nested(rest[1:], value)), *others]}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Three hands; the comma of one, who came as strokes, is ASCII's; a fourth has a character that
    no other has."""
    letters = "".join(
        sorted(set(TEXT + SHORT + "AB0123456789X-年月日元整号.\u7cbe") - set(" \n，３ＡＢ\ufa1d"))
    )
    hands = {
        "casia:001": letters + "，",
        "casia:002": letters + ",",
        "casia:003": letters + "，",
        "casia:004": letters[: len(letters) // 3] + "鑫",
    }
    return build(tmp_path_factory.mktemp("idle") / "idle.bank", hands, penned={"casia:002"})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files that examples name."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for name, tail in (("LINES", "…"), ("OTHER LINES", "12…")):
        whole = f"{5 * HAN}，3{HAN}。", f"{5 * HAN}{tail}"
        lines = [
            LineTemplate(
                pattern=text,
                boxes=tuple(
                    (k, -0.4, k + (0.9 if c == HAN else 0.4), 0.45) for k, c in enumerate(text)
                ),
            )
            for text in whole
        ]
        found[name] = folder / f"{name}.json"
        found[name].write_text(dump_templates(lines), "utf-8")
    found["HAND"] = folder / "hand.yaml"
    found["HAND"].write_text(
        re.sub(r"(?m)^pull: .*", "pull: 0.99", dump(load_placement_model(None))), "utf-8"
    )
    for name, tone in (("PHOTOS", 90), ("OTHER PHOTOS", 200)):
        found[name] = folder / name
        found[name].mkdir()
        picture = np.random.default_rng(tone).integers(tone, tone + 50, (300, 500), np.uint8)
        cv2.imwrite(str(found[name] / "a.png"), picture)
    for name, text in (
        ("TEXT", TEXT + SHORT),
        ("RARE", RARE),
        ("SPARSE", SPARSE),
        ("WORDS", WORDS),
    ):
        found[name] = folder / f"{name}.txt"
        found[name].write_text(text, "utf-8")
    return found


def filled_in(values: Any, files: dict[str, Path]) -> Any:
    if isinstance(values, dict):
        return {key: filled_in(value, files) for key, value in values.items()}
    if isinstance(values, list):
        return [filled_in(value, files) for value in values]
    return str(files[values]) if isinstance(values, str) and values in files else values


def outcome(values: Values, kind: str, bank: Bank, corpus: Path) -> str | list[Any]:
    """The message of a recipe that is refused, or what its first samples are, files and all."""
    made: list[Any] = []
    try:
        composer = Composer(values, bank, corpus, 3)
        image = composer.recipe.image
        options = Options(format=image.format, quality=image.quality)
        for index in range(COUNT.get(kind, 10)):
            try:
                one = composer.page(index) if kind in PAGES else composer[index]
            except UnwritableLine as error:
                made.append(str(error))
                continue
            parts = [encode(one.image, options), one.writer, one.counts]
            if kind in PAGES:
                for line in one.lines:
                    points = line.polygon, line.baseline, line.characters
                    parts += [line.text, *(None if p is None else p.tobytes() for p in points)]
                parts += [(r.role, r.kind, r.polygon.tobytes()) for r in one.regions]
            else:
                parts += [one.text, one.quads.tobytes()]
            made.append(parts)
    except RecipeError as error:
        return str(error)
    return made


KNOWN: dict[str, str | list[Any]] = {}
"""Outcomes of the settings without any field, which many fields share."""


def names(message: str, field: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(field)}(?![\w.])", message) is not None


def effect(
    field: str, value: Any, kind: str, needed: Values, bank: Bank, files: dict[str, Path]
) -> str:
    """``acts``, ``refused``, or what a field should not do: nothing, or have others refused."""
    before, after = (
        filled_in(merged(merged(KINDS[kind], needed), values), files)
        for values in before_and_after(field, value)
    )
    if after == before:  # the kind itself is what the field makes of lines
        default = nested(field.split("."), None if field == "page.form" else "horizontal")
        before = merged(before, default)
    corpus = files[TEXTS.get(field, "TEXT")]
    new = outcome(after, kind, bank, corpus)
    if isinstance(new, str):
        return "refused" if names(new, field) and "\n" not in new else f"refused by {new!r}"
    key = json.dumps([before, kind, str(corpus)])
    if key not in KNOWN:
        KNOWN[key] = outcome(before, kind, bank, corpus)
    return "does nothing" if new == KNOWN[key] else "acts"


def combinations(field: str) -> list[tuple[str, Values]]:
    """What a field is asked for, alone and with what it needs."""
    more = not field.startswith(("papers.", "effects."))
    kinds = [kind for kind in KINDS if more or kind not in MORE]
    return list(itertools.product(kinds, [{}, *([NEEDS[field]] if field in NEEDS else [])]))


def test_every_field_has_an_example() -> None:
    fields = every_field()
    assert sum(len(combinations(field)) for field in fields) >= 1000
    assert set(fields) == set(EXAMPLES), "give an example of each field of the recipe's model"
    assert len(fields) == len(set(fields)) >= 144
    assert {*NEEDS} <= {*EXAMPLES}


@pytest.mark.parametrize("field", sorted(EXAMPLES))
def test_every_field_does_something_or_is_refused_by_name(
    field: str, bank: Bank, files: dict[str, Path]
) -> None:
    found = {
        (kind, json.dumps(needed)): effect(field, EXAMPLES[field], kind, needed, bank, files)
        for kind, needed in combinations(field)
    }
    assert {*found.values()} <= {"acts", "refused"}, found
    assert "acts" in found.values() or field == "version"  # of which there is one


def test_no_row_of_the_table_is_of_a_field_that_is_not_there() -> None:
    for row in TABLE:
        for pattern in row.fields:
            assert any(fnmatchcase(field, pattern) for field in EXAMPLES), pattern


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        ({"corpus": {"missing": "near-writer"}}, "page", r"^corpus\.missing: .*drop-char"),
        ({"corpus": {"missing": "other-writer"}}, "form", r"^corpus\.missing: .*drop-char"),
        (
            {"writers": "mixed", "corpus": {"missing": "near-writer", "borrow_most": 1}},
            "rules",
            r"^corpus\.missing: .*; corpus\.borrow_most: ",
        ),
        ({"writers": "mixed", "marks": {"strike": 0.1}}, "rules", r"^marks\.strike: .*writers"),
        ({"image": {"format": "png", "quality": 80}}, "rules", r"^image\.quality: .*jpg"),
        ({"image": {"format": "png", "quality": 80}}, "page", r"^image\.quality: .*jpg"),
        ({"corpus": {"lines": "whole"}, "page": {"indent_em": 1}}, "page", r"^page\.indent_em: "),
        (
            {"papers": [{"name": "ruled", "plain": {"uneven_range": [4, 5]}}]},
            "rules",
            r"^papers\.ruled\.plain\.uneven_range: .*uneven_chance",
        ),
        ({"papers": ["squared"]}, "page", r"^papers: .*plain"),
        ({"papers": ["squared", {"name": "plain", "weight": 0}]}, "form", r"^papers: .*plain"),
        (
            {"papers": ["squared", "plain"], "layout": {"gap_em_range": [0.5, 0.6]}},
            "model",
            r"^layout\.gap_em_range: .*layout\.hand",
        ),
        (
            {"image": {"height_px": 50}, "layout": {"em_most": 0.5, "fill_range": [0.5, 0.6]}},
            "page",
            r"^image\.height_px: [^;]*; [^;]*; layout\.fill_range, layout\.em_most: .*em_px_range",
        ),
    ],
)
def test_what_is_refused_is_told_with_what_to_do(
    values: Values, kind: str, told: str, bank: Bank, files: dict[str, Path]
) -> None:
    given = filled_in(merged(KINDS[kind], values), files)
    message = outcome(given, kind, bank, files["TEXT"])
    assert isinstance(message, str)
    assert re.search(told, message), message


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        # what acts on some of the lines is not refused
        ({"papers": ["squared", "plain"], "layout": {"size_deviation": 0.1}}, "model"),
        ({"corpus": {"made": {"date": 0.5}}, "layout": {"gap_em_range": [0.5, 0.6]}}, "replay"),
        ({"layout": {"hand": "default"}}, "replay"),
        # squared paper among others is passed over on pages, and what is switched off is off
        ({"papers": ["squared", "plain"]}, "page"),
        ({"papers": ["plain", {"name": "squared", "weight": 0, "inner_range": [1, 1]}]}, "page"),
        ({"effects": [{"name": "blur", "chance": 0, "motion_chance": 1}]}, "rules"),
    ],
)
def test_what_is_not_refused(values: Values, kind: str, bank: Bank, files: dict[str, Path]) -> None:
    given = filled_in(merged(KINDS[kind], values), files)
    assert isinstance(outcome(given, kind, bank, files["TEXT"]), list)


def test_text_that_is_loaded_is_not_folded(bank: Bank, files: dict[str, Path]) -> None:
    folding = {"corpus": {"nfkc": True}}
    with pytest.raises(RecipeError, match=r"^corpus\.nfkc: .*nfkc=True"):
        Composer(folding, bank, load(files["TEXT"]))
    assert Composer(folding, bank, load(files["TEXT"], nfkc=True))[0].text


def test_neutral_values_and_presets_are_taken_as_they_were(
    bank: Bank, files: dict[str, Path]
) -> None:
    """A dump names every field with its value: as a report does, and as a careful user may."""
    whole = Recipe().model_dump(mode="json")
    assert dict(changed(load_recipe(whole))).keys() <= {"papers"}
    for name in preset_names():
        again = load_recipe(load_recipe(name).model_dump(mode="json"))
        composer = Composer(again, bank, files["TEXT"])
        assert composer[0].text
        assert composer.page(0).lines


def test_a_set_of_such_a_recipe_is_made_again_and_proven(
    bank: Bank, files: dict[str, Path], tmp_path: Path
) -> None:
    """Sets that were made before settings were refused keep their word."""
    recipe = load_recipe(
        {"layout": {"hand": "default", "gap_em_range": [0.4, 0.5]}, "page": {"indent_em": 1}}
    )
    given = {"banks": [bank], "corpora": [files["TEXT"]]}
    with pytest.raises(RecipeError, match=r"layout\.gap_em_range: .*layout\.hand"):
        api.compose(tmp_path / "new", n=4, recipe=recipe, workers=1, **given)
    assert not (tmp_path / "new").exists()
    old = Composer(recipe, bank, files["TEXT"], 1, length=4, strict=False)
    again = pickle.loads(pickle.dumps(old))  # noqa: S301
    np.testing.assert_array_equal(again[2].image, old[2].image)
    metadata = {"simulated": False, "mixed_writers": False, "sources": []}
    out, options = tmp_path / "old", Options(boxes=True)
    how = Execution(workers=1)
    produce(ProduceJob(composer=old, out=out, options=options, metadata=metadata, how=how))
    report = tmp_path / "old" / "report.json"
    assert api.check(tmp_path / "old", ink=True, **given).problems == []
    made = api.rebuild(report, tmp_path / "again", workers=1, **given)
    assert (made.problems, made.proven) == ([], 1)
    assert made.notes == [
        "the sources' terms are told otherwise here, so this was not compared: croissant.json"
    ]


@pytest.mark.parametrize("to", ["page-xml", "coco", "paddleocr-det"])
def test_what_pages_do_not_have_is_refused_before_a_folder_is_made(
    to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, recipe = tmp_path / "pages", tmp_path / "recipe.yaml"
    recipe.write_text("corpus: {latin: second}\nlayout: {direction: vertical}\n", "utf-8")
    code, _, err = run(
        monkeypatch, capsys, "compose", "--recipe", recipe, "--to", to, "-n", 2, "-o", out
    )
    assert code == 1
    said = " ".join(err.split())
    assert "corpus.latin" in said and "layout.direction" in said
    assert "choose a format of lines" in said
    assert not out.exists()
