"""The commonest errors lead to a page, in both languages; and ordinary mistakes are told well."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from penline import cli
from penline.cli.error_pages import PAGE, PLACES, with_page

ROOT = Path(__file__).parents[1]
LEADS = {
    "no-such-file": "wrong path",
    "nothing-to-read": "empty folder",
    "broken-archive": "broken zip",
    "two-rules-fit": "two rules fit",
    "labels-not-told": "table without labels",
    "damaged-record": "cut file",
    "no-such-writer": "no such writer to write",
    "no-such-setting": "unknown key of a recipe",
    "no-such-recipe": "recipe that is not there",
    "not-yaml": "recipe that is no YAML",
    "value-out-of-range": "range the wrong way round",
    "no-text": "empty corpus",
    "encoding": "corpus in another encoding",
    "nobody-can-write-it": "corpus that nobody can write",
    "not-a-bank": "folder that is no bank",
    "bank-version": "bank of another version",
    "not-a-set": "folder that is no set",
    "no-such-card": "no such card",
    "name-is-taken": "output that is other things",
    "missing-extra": "missing extra",
}
"""Place of the page: an ordinary mistake that leads there."""


def mistakes() -> Any:
    place = ROOT / "tools" / "ordinary_mistakes.py"
    spec = importlib.util.spec_from_file_location("ordinary_mistakes", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mistakes")
    mistakes().inputs(made)
    return made


def test_every_place_is_on_the_page_of_each_language() -> None:
    assert LEADS.keys() == PLACES.keys() and len(PLACES) == 20
    for name in (PAGE, PAGE.replace(".md", ".zh.md")):
        text = (ROOT / name).read_text("utf-8")
        found = re.findall(r'^<a id="([^"]+)"></a>\n\n## \S', text, re.MULTILINE)
        assert sorted(found) == sorted(PLACES)
        assert len(re.findall("^## ", text, re.MULTILINE)) == len(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_a_mistake_leads_to_its_place(
    place: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    if place == "missing-extra":
        monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setattr(sys, "argv", ["penline", *mistakes().MISTAKES[LEADS[place]].split(" ")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code in (1, 2)
    assert said.count("\n") == 1 and said.endswith(f" (more: {PAGE}#{place})\n")


def test_other_messages_stay_as_they_are() -> None:
    for said in ("stopped", "format must be one of png, jpg", "whose hand is it? --writer anna"):
        assert with_page(said) == said
