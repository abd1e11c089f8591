"""The documentation says what the code says: pages are current, commands parse, links lead on."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import cv2
import numpy as np
import pytest
import typer
import yaml

from penline import catalogue, cli
from penline.bank import open_bank
from penline.catalogue.finding import SCRIPTS, scripts
from penline.catalogue.finding_pages import script_page
from penline.cli.examples import EXAMPLES
from penline.export.paddleocr_config import configuration
from penline.export.paddleocr_fit import Fit
from penline.recipe import load_recipe

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "tools"))

import make_docs  # noqa: E402
from pages import functions  # noqa: E402
from pages import recipe as recipe_page  # noqa: E402
from pages import verbs as verb_pages  # noqa: E402

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
OUTSIDE = ("http://", "https://", "mailto:")
MOST_PICTURE_BYTES = 150_000
NAMED = ("verbs/", "python/penline", "decisions/")
"""Pages whose titles are names, or English alone."""
NAMES = {
    *("PaddleOCR", "docTR", "TrOCR", "kraken", "EasyOCR", "webdataset", "PyTorch", "Python"),
    *("deep-text-recognition-benchmark", "OpenOCR, Tesseract, Calamari, PyLaia, MMOCR"),
}
"""Titles that are the same in every language."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def blocks(language: str) -> list[tuple[str, str]]:
    """Page and text of every code block of a language."""
    return [
        (name_of(page), found[2])
        for page in PAGES
        for found in _FENCE.finditer(text_of(page))
        if found[1] == language
    ]


def prose(page: Path) -> str:
    """A page without its code blocks and comments."""
    return _COMMENT.sub("", _FENCE.sub("", text_of(page)))


def command_lines() -> list[tuple[str, str]]:
    """Every penline command line in a shell block."""
    return [
        (page, line.strip())
        for page, text in blocks("sh")
        for line in text.replace("\\\n", " ").splitlines()
        if line.strip().startswith("penline ")
    ]


@cache
def commands():
    return typer.main.get_command(cli.app).commands


# Pages that are made


def test_pages_made_from_code_are_current() -> None:
    assert [place.as_posix() for place in make_docs.stale()] == [], "python tools/make_docs.py"


def test_every_command_is_documented() -> None:
    verbs = {verb.name for verb in verb_pages.verbs()}
    assert verbs == set(commands())
    assert {path.stem for path in (DOCS / "verbs").glob("*.md")} == verbs | {"index"}
    for verb in verb_pages.verbs():
        page = text_of(DOCS / "verbs" / f"{verb.name}.md")
        assert verb.help, verb.name
        assert verb.help in page
        for parameter in commands()[verb.name].params:
            for flag in parameter.opts:
                if flag.startswith("-") and flag != "--help":
                    assert f"`{flag}`" in page, (verb.name, flag)
    assert set(EXAMPLES) == verbs
    assert set(functions.FUNCTIONS) == verbs


def test_every_option_says_what_it_is() -> None:
    for verb in verb_pages.verbs():
        for name, _, facts, _ in verb.parameters:
            assert facts is not None, (verb.name, name)
            assert facts.help, (verb.name, name)


def test_every_setting_of_a_recipe_says_what_it_is() -> None:
    text = text_of(DOCS / "recipe.md")
    both = text + text_of(DOCS / "extending.md")
    marks = re.findall(r"<!-- made: (\S+) -->", both)
    assert sorted(marks) == sorted(recipe_page.PARTS)
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 60
    for row in rows:
        assert not row.endswith("|  |"), row


# Commands


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_a_command_line_parses(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    if words[0] in ("--help", "--version"):
        return
    assert words[0] in commands(), f"{page}: {line}"
    commands()[words[0]].make_context(words[0], words[1:])


def test_command_lines_are_found_and_a_wrong_one_is_refused() -> None:
    assert len(command_lines()) > 25
    with pytest.raises(Exception, match="--colour"):
        commands()["compose"].make_context("compose", ["-o", "x", "--colour", "red"])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_running_text_exist(page: Path) -> None:
    for code in _CODE.findall(prose(page)):
        words = code.split()
        if words[0] != "penline" or len(words) == 1 or words[1].startswith("-"):
            continue
        assert words[1] in commands(), code
        options = {flag for option in commands()[words[1]].params for flag in option.opts}
        assert {word for word in words[2:] if word.startswith("-")} <= options, code


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b(?=`|\s+#)", text_of(page), re.MULTILINE))
    assert named
    assert named <= targets


# Code


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_python_parses_and_names_what_exists(page: str, code: str) -> None:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("penline"):
            module = importlib.import_module(node.module or "")
            for name in node.names:
                assert hasattr(module, name.name), f"{page}: {node.module}.{name.name}"
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "penline"
        ):
            assert hasattr(importlib.import_module("penline"), node.attr), f"{page}: {node.attr}"


def test_recipes_are_valid() -> None:
    recipes = [(page, yaml.safe_load(text)) for page, text in blocks("yaml")]
    recipes = [(page, found) for page, found in recipes if "version" in found]
    assert len(recipes) > 5
    for _, found in recipes:
        load_recipe(found)


def code_of(page: str, sign: str) -> str:
    [found] = [code for name, code in blocks("python") if name == page and sign in code]
    return found


def test_the_script_that_packs_images_makes_a_bank(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(code_of("docs/bank.md", "BankWriter"), {})  # noqa: S102 - our own page
    bank = open_bank("mine.bank")
    assert bank.writers == ("mine:001",)
    assert [(glyph.character, glyph.ink.shape, glyph.ink.min()) for glyph in bank] == [
        ("1", (30, 4), 220)
    ]


def test_the_script_that_merges_configurations_works(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = code_of("docs/paddleocr.md", "STOCK")
    stock = tmp_path / re.findall(r'STOCK = "(.*)"', code)[0]
    stock.parent.mkdir(parents=True)
    stock.write_text(
        "Global: {use_gpu: true, max_text_length: &n 25, character_dict_path: x}\n"
        "Architecture: {Head: {head_list: [{CTCHead: {}}, {NRTRHead: {max_text_length: *n}}]}}\n"
        "Train:\n"
        "  dataset: {name: MultiScaleDataSet, ds_width: false, transforms: []}\n"
        "  sampler: {name: MultiScaleSampler}\n"
        "  loader: {batch_size_per_card: 64}\n"
        "Eval: {dataset: {name: SimpleDataSet}, loader: {}}\n"
    )
    (tmp_path / "lines").mkdir()
    ours = configuration(
        data={
            part: ["name: SimpleDataSet", "data_dir: ./", f"label_file_list: [./rec_gt_{side}.txt]"]
            for part, side in (("Train", "train"), ("Eval", "val"))
        },
        longest=41,
        fit=Fit(Counter({(41, 960): 1})),
        use_space=False,
    )
    (tmp_path / "lines" / "paddleocr_rec.yml").write_text(ours, "utf-8")
    exec(code, {})  # noqa: S102 - our own page
    merged = yaml.safe_load((tmp_path / "rec.yml").read_text("utf-8"))
    assert merged["Global"]["use_gpu"] is True
    assert merged["Global"]["max_text_length"] == 45
    assert merged["Architecture"]["Head"]["head_list"][1]["NRTRHead"]["max_text_length"] == 45
    assert "sampler" not in merged["Train"]
    assert merged["Train"]["loader"] == {"batch_size_per_card": 64}
    assert merged["Train"]["dataset"]["name"] == "SimpleDataSet"
    lists = [merged[part]["dataset"]["label_file_list"] for part in ("Train", "Eval")]
    assert [Path(one) for [one] in lists] == [
        Path("lines/rec_gt_train.txt"),
        Path("lines/rec_gt_val.txt"),
    ]


# Links and pictures


def links(page: Path) -> Iterator[tuple[bool, str]]:
    """Every link of a page that leads to a file or heading of this repository."""
    for mark, target in _LINK.findall(prose(page)):
        if not target.startswith(OUTSIDE):
            yield mark == "!", unquote(target)


def anchors(page: Path) -> set[str]:
    """What MkDocs and GitHub make of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()).strip() for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for _, target in links(page):
        place, _, anchor = target.partition("#")
        found = (page.parent / place).resolve() if place else page
        assert found.exists(), target
        if page.is_relative_to(DOCS):
            assert found.is_relative_to(DOCS), f"{target} leads out of the site"
        if anchor and found.name == "table.html":  # filters, not places
            assert anchor.removeprefix("script=") in SCRIPTS, target
        elif anchor:
            assert anchor in anchors(found), target


def test_pictures_exist_and_are_small_and_shown() -> None:
    shown = {
        (page.parent / target).resolve() for page in PAGES for image, target in links(page) if image
    }
    shown.add(DOCS / site_settings()["theme"]["favicon"])
    files = {path for path in (DOCS / "pictures").iterdir() if not path.name.startswith(".")}
    assert shown == files
    for path in files:
        assert path.stat().st_size < MOST_PICTURE_BYTES, path.name
        assert cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) is not None, path.name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_picture_is_captioned_as_simulated_or_real(page: Path) -> None:
    paragraphs = text_of(page).split("\n\n")
    for paragraph, after in zip(paragraphs, [*paragraphs[1:], ""], strict=True):
        if paragraph.startswith("!["):
            assert re.match(
                r"\*((Simulated|Real) handwriting|图中是模拟手写|模拟手写|真实手写)", after
            ), paragraph


class Site(yaml.SafeLoader):
    """MkDocs' YAML: a variable of the environment stands for its default."""


Site.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node)[-1])


def site_settings() -> dict[str, Any]:
    return yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Site)  # noqa: S506 - a safe one


def nav_entries(nav: list[Any]) -> Iterator[tuple[str, str]]:
    """Title and place of each entry; a group has no place, some pages have no title."""
    for entry in nav:
        if isinstance(entry, str):
            yield "", entry
            continue
        [(title, inside)] = entry.items()
        if isinstance(inside, str):
            yield title, inside
        else:
            yield title, ""
            yield from nav_entries(inside)


def test_readme_and_home_give_the_same_figures_in_both_languages() -> None:
    pages = [ROOT / "README.md", ROOT / "README.zh-CN.md", DOCS / "index.md", DOCS / "index.zh.md"]
    found = []
    for page in pages:
        [section] = re.findall(
            r"^## [^\n]*OpenCV.*?(?=^## )", text_of(page), re.MULTILINE | re.DOTALL
        )
        numbers = re.findall(r"(?<![\w.])\d[\d,.]*\d|(?<![\w.])\d", _LINK.sub("", section))
        found.append(sorted(number.replace(",", "") for number in numbers))
    assert len(found[0]) > 15
    assert found[1:] == found[:1] * 3


def test_the_navigation_is_by_user_and_in_both_languages() -> None:
    site = site_settings()
    groups = [title for entry in site["nav"] for title in entry]
    assert groups == [
        *("Start", "Your characters", "Archives", "Recipes", "Trainers", "Look", "Reference"),
        "For contributors",
    ]
    [languages] = [plugin["i18n"] for plugin in site["plugins"] if "i18n" in plugin]
    [chinese] = [one for one in languages["languages"] if one["locale"] == "zh"]
    told = chinese["nav_translations"]
    entries = [(title, place) for title, place in nav_entries(site["nav"]) if title]
    titles = {title for title, _ in entries}
    assert set(told) <= titles
    plain = {title for title, place in entries if not place.startswith(NAMED)} - NAMES
    assert plain <= set(told), plain - set(told)
    assert site["repo_url"] == ""


def test_the_site_has_every_page() -> None:
    site = site_settings()
    listed = [place for _, place in nav_entries(site["nav"]) if place]
    assert len(listed) == len(set(listed))
    cards = {f"catalogue/{name}.md" for name in catalogue.ids()}
    cards |= {f"catalogue/{script_page(script)}" for script in scripts()}
    every = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    chinese = {one for one in every if one.endswith(".zh.md")}
    assert {one.replace(".zh.md", ".md") for one in chinese} < set(listed)
    assert set(listed) == every - cards - chinese
    assert cards < every
    assert site["not_in_nav"].split() == ["/catalogue/*.md"]
    assert site["theme"]["font"] is False
    assert all((DOCS / one).is_file() for one in site["extra_css"])
    assert "extra_javascript" not in site
    [shim] = site["extra"]["polyfills"]
    assert "iframe-worker" in shim, "else the theme's plugin adds one of a public host"
    assert (DOCS / shim).is_file()


# Decisions


def test_decisions_are_numbered_and_whole() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    assert len(pages) >= 6
    for number, page in enumerate(pages, 1):
        text = text_of(page)
        assert page.name.startswith(f"{number:04d}-")
        assert text.startswith(f"# {number}. ")
        assert "\n**Status**: " in text
        titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert titles == ["Context", "Decision", "Consequences"], page.name
        assert f"({page.name})" in text_of(DOCS / "decisions" / "index.md")


def test_the_rooms_are_those_of_the_import_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract, _ = project["tool"]["importlinter"]["contracts"]
    text = text_of(DOCS / "decisions" / "0004-rooms.md")
    assert "\n".join(contract["layers"]) in text
