"""What is printed on a sheet, in English and in Chinese."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import penline.template
from penline import api, cli
from penline.bank import Bank, BankWriter, open_bank
from penline.errors import UsageError
from penline.records import Source
from penline.sample import sample_bank
from penline.template.code import VERSION, Code
from penline.template.drawing import Mark, Picture, Words, sheet_marks
from penline.template.guides import Guides, bank_guides
from penline.template.layout import PAGE_MM, Grid
from penline.template.reading import read_sheet
from penline.template.saying import locale_language

ROOM = Path(penline.template.__file__).parent
LIST = tuple("1lI天")


@pytest.fixture(scope="module")
def bank() -> Bank:
    return sample_bank()


def marks_of(guides: Guides, language: str) -> list[Mark]:
    code = Code(VERSION, 15, 0, 1, 2, 0xABC)
    return list(sheet_marks(Grid(15), code, LIST, guides, ("1", "l", "I"), language))


def words(marks: list[Mark]) -> list[str]:
    return [mark.text for mark in marks if isinstance(mark, Words)]


def test_each_english_text_has_its_chinese_one_and_none_is_left_over() -> None:
    tree = ast.parse((ROOM / "drawing.py").read_text("utf-8"))
    asked = {"small", "capital", "digit"}  # words of `sign_name`
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "say":
            asked.add(ast.literal_eval(node.args[0]))
    known = json.loads((ROOM / "strings.json").read_text("utf-8"))
    assert asked == known["zh"].keys() and known.keys() == {"zh"}


def test_a_sheet_speaks_chinese(bank: Bank) -> None:
    guides = bank_guides(bank)
    english, chinese = marks_of(guides, "en"), marks_of(guides, "zh")
    assert words(english)[0].startswith("penline sheet 1 of 2, list 000abc. Write each character")
    assert {"digit 1", "small L", "capital I"} <= set(words(english))
    left = " ".join(words(chinese))
    assert "sheet" not in left and "small" not in left and "000abc" in left
    drawn = [mark for mark in chinese if isinstance(mark, Picture)]
    assert len(drawn) > len([mark for mark in english if isinstance(mark, Picture)]) + 30
    for one in drawn:
        assert one.left >= 9.5 and one.left + one.width <= PAGE_MM[0] - 9.5
        assert one.top >= 9.5 and one.top + one.height <= PAGE_MM[1] - 9.5
    assert not guides.lacking


def test_a_chinese_sheet_is_read_like_an_english_one(bank: Bank, tmp_path: Path) -> None:
    chars = tmp_path / "l.txt"
    chars.write_text("".join(LIST), "utf-8")
    made = api.template(tmp_path / "s.png", chars, cell_mm=25, times=1, language="zh")
    found = read_sheet(made.files[0], LIST, chars)
    assert [one.flaw for one in found.written] == ["blank"] * len(LIST)
    assert made.lacking == ()


def test_guides_that_lack_its_characters_speak_english(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        for one in LIST:
            bank.add(np.full((40, 30), 200, np.uint8), one, Source("a.gnt", "x:1"))
    guides = bank_guides(open_bank(tmp_path / "b"))
    assert words(marks_of(guides, "zh")) == words(marks_of(guides, "en"))
    assert not guides.lacking
    with pytest.raises(UsageError, match="en or zh, not 'fr'"):
        marks_of(guides, "fr")


def test_the_locale_decides_and_the_option_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for given, language in (
        ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh"), ({"LANG": "en_GB.UTF-8"}, "en"),
    ):  # fmt: skip
        with monkeypatch.context() as here:
            for name, value in given.items():
                here.setenv(name, value)
            assert locale_language() == language
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    made = {}
    for name, more in (("own", []), ("zh", ["--language", "zh"]), ("en", ["--language", "en"])):
        out = str(tmp_path / f"{name}.pdf")
        line = ["penline", "template", "-o", out, "--chars", "天地", *more]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        made[name] = Path(out).read_bytes()
    assert made["own"] == made["zh"] != made["en"]
