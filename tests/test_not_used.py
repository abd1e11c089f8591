"""Glyphs that no line is made of: how many, whose, and what to do, which then works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import fakes
from conftest import build
from penline import Composer
from penline.api import compose, info
from penline.bank.unused import not_used
from penline.errors import RecipeError, UsageError
from penline.recipe.load import load_recipe
from penline.select import select
from test_cli import penline as penline

TEXT = "今天上午九点我们在学校门口集合准备去参观老师说习没有捷径只坚持会议定于年月日下举"
LINE = "今天上午我们在学校门口集合\n"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "t.txt"
    path.write_text(LINE * 3, "utf-8")
    return path


def test_unknown_writers_are_told_by_bank_info_and_compose(
    penline, tmp_path: Path, text: Path
) -> None:
    (tmp_path / "in").mkdir()
    for seed, name in enumerate(("1001-c.gnt", "many.gnt", "more.gnt")):
        (tmp_path / "in" / name).write_bytes(fakes.gnt(TEXT, seed=seed))
    bank, out = tmp_path / "b", tmp_path / "out"
    told = f"{2 * len(TEXT)} glyphs of 2 unknown writers"
    assert told in penline("bank", tmp_path / "in", "-o", bank)[1]
    assert told in penline("info", bank)[1]
    said = penline("compose", "--bank", bank, "--corpus", text, "-n", 5, "-o", out, "--workers", 1)
    assert f"not used: {2 * len(TEXT)} glyphs of 2 writers (writer not known)" in said[1]
    assert "writers: mixed" in said[1]
    report = compose(tmp_path / "r", n=5, banks=[bank], corpora=[text], workers=1).report
    (row,) = report["not_used"]
    assert (row["why"], row["glyphs"], row["writers"]) == ("writer not known", 2 * len(TEXT), 2)
    mixed = load_recipe({"writers": "mixed"})
    report = compose(
        tmp_path / "m", n=5, recipe=mixed, banks=[bank], corpora=[text], workers=1
    ).report
    assert report["not_used"] == []


def test_a_bank_of_the_test_part_alone_says_what_then_works(
    penline, tmp_path: Path, text: Path
) -> None:
    (tmp_path / "1241-c.gnt").write_bytes(fakes.gnt(TEXT))
    bank = tmp_path / "b"
    said = penline("bank", tmp_path / "1241-c.gnt", "-o", bank)[1]
    assert "all glyphs are of the test part" in said
    assert "--part test" in info(bank)[0].note
    command = ["compose", "--bank", bank, "--corpus", text, "-n", 5, "--workers", 1]
    for more in ([], ["--recipe", "plain"]):
        code, _, error = penline(*command, "-o", tmp_path / "no", *more)
        assert code == 1
        assert f"{len(TEXT)} glyphs of test" in error
        advice = re.search(r"say (--part \w+)", error)
        assert advice, error
    assert penline(*command, "-o", tmp_path / "yes", *shlex.split(advice[1]))[0] == 0
    with pytest.raises(RecipeError, match="--part test"):
        Composer({"writers": "mixed"}, bank, text)
    with pytest.raises(UsageError, match="--part test"):
        select(text, tmp_path / "s.txt", 1, bank=bank)
    assert select(text, tmp_path / "s.txt", 1, bank=bank, part="test")["lines"] == 1


def test_train_and_test_that_are_left_out_are_counted(tmp_path: Path, text: Path) -> None:
    train = build(tmp_path / "a", {"own:a": TEXT})
    test = build(tmp_path / "b", {"own:b": TEXT, "own:c": TEXT[:5]}, part="test", seed=7)
    strange = build(tmp_path / "c", {"unknown:x": TEXT[:3]}, seed=9)
    copy = build(tmp_path / "d", {"own:a": TEXT[:4]})

    def rows(part: str) -> list[tuple[str, int, int]]:
        plan = Composer("plain", [train, test, strange, copy], text, part=part).plan
        return [(r["why"], r["glyphs"], r["writers"]) for r in not_used(plan.banks, plan.among)]

    size = 2 * len(TEXT)
    twice, unknown = ("in a bank before, too", 8, 1), ("writer not known", 6, 1)
    assert rows("train") == [
        twice,
        ("the test part, and --part is train", size + 10, 2),
        unknown,
    ]
    assert rows("all") == [twice, unknown]
    assert rows("test") == [("the train part, and --part is test", size + 6 + 8, 2)]


def test_glyphs_of_unknown_writers_alone(tmp_path: Path, text: Path) -> None:
    bank = build(tmp_path / "a", {"unknown:x": TEXT})
    with pytest.raises(RecipeError, match="writers: mixed") as refused:
        Composer("plain", bank, text)
    assert "--writer NAME" in str(refused.value)
    assert Composer({"writers": "mixed"}, bank, text)[0].writer == ""
    both = build(tmp_path / "b", {"own:a": TEXT}, part="test")
    with pytest.raises(RecipeError, match="train part"):
        Composer("plain", [bank, both], text)
    assert Composer("plain", [bank, both], text, part="test")[0].writer == "own:a"


def test_a_part_that_no_bank_has(tmp_path: Path, text: Path) -> None:
    train = build(tmp_path / "a", {"own:a": TEXT})
    with pytest.raises(RecipeError, match=r"glyphs of train: say --part train"):
        Composer("plain", train, text, part="test")
    unsaid = build(tmp_path / "b", {"own:a": TEXT}, part="")
    with pytest.raises(RecipeError, match=r"part not known: say --part all"):
        Composer("plain", unsaid, text, part="test")
