"""What is known by a file's name alone is said to be; the user's word overrules it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import fakes
import fakes_etl
from penline.api import compose, info
from penline.bank import open_bank
from penline.bank.layout import HEADER
from penline.convert import convert
from penline.errors import CatalogueError, UsageError
from penline.pack import pack
from penline.records import Source
from test_cli import penline as penline

TEXT = "今天上午九点我们在学校门口集合准备去参观老师说习没有捷径只坚持会议定于年月日下举"
MINE = {"writer": "anna", "card": "none", "licence": "CC BY 4.0, Anna"}


@pytest.fixture
def gnt(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "001-f.gnt"
    path.parent.mkdir()
    path.write_bytes(fakes.gnt(TEXT))
    return path


def test_by_its_name_is_said_wherever_it_is_told(penline, gnt: Path, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("今天上午我们在学校门口集合\n", "utf-8")
    bank, lines, real = tmp_path / "b", tmp_path / "lines", tmp_path / "real"
    for command in (
        ("info", gnt),
        ("census", gnt),
        ("bank", gnt, "-o", bank),
        ("info", bank),
        ("compose", "--bank", bank, "--corpus", text, "-n", 5, "-o", lines, "--workers", 1),
        ("convert", gnt, "-o", real),
    ):
        said = penline(*command)[1]
        assert "HWDB1.0" in said or "hwdb1.0" in said
        assert "by its name" in said or "names)" in said, command
    for folder in (lines, real):
        rows = json.loads((folder / "report.json").read_text("utf-8"))["sources"]
        assert [(row["card"], row["known_by"]) for row in rows] == [("casia-hwdb1.0", "name")]
    assert json.loads(penline("info", gnt, "--json")[1])[0]["known_by"] == "name"


def test_the_embedded_sample_is_what_it_is_by_more_than_names(tmp_path: Path) -> None:
    report = compose(tmp_path / "out", n=3, workers=1).report
    assert [row["known_by"] for row in report["sources"]] == ["", ""]  # two cards: simulated, real


def test_the_users_word_overrules_the_name_in_a_bank(penline, gnt: Path, tmp_path: Path) -> None:
    named = pack(gnt, tmp_path / "named")
    assert "told" not in (tmp_path / "named" / HEADER).read_text("utf-8")
    options = [f"--{name}={value}" for name, value in MINE.items()]
    code, said, _ = penline("bank", gnt, "-o", tmp_path / "b", *options)
    assert code == 0
    assert "CC BY 4.0, Anna (as the user said)" in said
    assert "CASIA" not in said
    bank = open_bank(tmp_path / "b")
    assert bank.writers == ("own:anna",)
    (source,) = bank.header.sources
    assert (source.card, source.licence) == ("", "CC BY 4.0, Anna")
    assert source.user_given == ("writer", "card", "licence")
    assert bank[0].user_given == source.user_given
    for one in (bank[0], Source("a.gnt", "own:anna", user_given=("card",))):
        with pytest.warns(DeprecationWarning, match="is now called user_given"):
            assert one.told == one.user_given != ()
    assert [g.ink.tobytes() for g in bank] == [g.ink.tobytes() for g in named]
    (facts,) = info(tmp_path / "b")
    assert (facts.card, facts.known_by) == ("", "")
    report = compose(
        tmp_path / "out", n=2, banks=[bank], corpora=[_text(tmp_path)], workers=1
    ).report
    (row,) = report["sources"]
    assert row["licence"].startswith("CC BY 4.0, Anna")
    assert row["known_by"] == "user"


def _text(folder: Path) -> Path:
    text = folder / "t.txt"
    text.write_text("今天上午我们在学校门口集合\n", "utf-8")
    return text


def test_the_users_word_overrules_the_name_in_a_converted_set(gnt: Path, tmp_path: Path) -> None:
    report = convert(gnt, tmp_path / "out", boxes=True, **MINE)
    (row,) = report["sources"]
    assert (row["card"], row["redistribution"], row["known_by"]) == ("", "unclear", "user")
    assert row["licence"].startswith("CC BY 4.0, Anna")
    boxes = (tmp_path / "out" / "boxes.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["writer"] for line in boxes} == {"own:anna"}
    assert {name: report["run"][name] for name in MINE} == MINE
    assert "writer" not in convert(gnt, tmp_path / "plain")["run"]


@pytest.mark.parametrize(
    ("said", "writer", "card"),
    [
        ({"writer": "anna"}, "own:anna", "casia-hwdb1.0"),
        ({"writer": "casia:007"}, "casia:007", "casia-hwdb1.0"),
        ({"writer": "unknown"}, "unknown:001-f", "casia-hwdb1.0"),
        ({"writer": "unknown:box-3"}, "unknown:box-3", "casia-hwdb1.0"),
        # who does not believe the data set does not believe its writers
        ({"card": "none"}, "unknown:001-f", ""),
        ({"card": "casia-hwdb1.1"}, "unknown:001-f", "casia-hwdb1.1"),
        ({"card": "casia-hwdb1.0"}, "casia:001", "casia-hwdb1.0"),
        ({"licence": "mine"}, "casia:001", "casia-hwdb1.0"),
        ({"writer": "张三", "card": "none"}, "own:张三", ""),
    ],
)
def test_each_word_overrules_its_own(
    gnt: Path, tmp_path: Path, said: dict, writer: str, card: str
) -> None:
    bank = pack(gnt, tmp_path / "b", **said)
    assert bank.writers == (writer,)
    (source,) = bank.header.sources
    assert (source.card, source.user_given) == (card, tuple(said))


def test_a_writer_overrules_those_of_single_sheets(tmp_path: Path) -> None:
    (tmp_path / "ETL9G_01").write_bytes(fakes_etl.etl("etl9g", "今天", [1, 21]))
    named = pack(tmp_path / "ETL9G_01", tmp_path / "a")
    assert named.writers == ("etl9:001", "etl9:002")
    assert pack(tmp_path / "ETL9G_01", tmp_path / "b", writer="me").writers == ("own:me",)


def test_strokes_take_the_pen_of_the_writer_who_is_said(tmp_path: Path) -> None:
    for name in ("001.pot", "002.pot"):
        (tmp_path / name).write_bytes(fakes.pot(TEXT))
    mine = [pack(tmp_path / n, tmp_path / f"{n}.b", writer="me") for n in ("001.pot", "002.pot")]
    named = pack(tmp_path / "001.pot", tmp_path / "named")
    assert mine[0].header.content == mine[1].header.content
    assert any(
        (a.ink.shape, a.ink.tobytes()) != (b.ink.shape, b.ink.tobytes())
        for a, b in zip(mine[0], named, strict=True)
    )


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"writer": ""}, UsageError),
        ({"writer": "a b"}, UsageError),
        ({"writer": "a:b\n"}, UsageError),
        ({"writer": "../x"}, UsageError),
        ({"card": "casia-hwdb9"}, CatalogueError),
        ({"card": ""}, CatalogueError),
        ({"licence": " "}, UsageError),
        ({"licence": "a\nb"}, UsageError),
        ({"licence": "x" * 501}, UsageError),
    ],
)
def test_words_that_say_nothing_are_refused(
    gnt: Path, tmp_path: Path, said: dict, error: type[Exception]
) -> None:
    for verb in (pack, convert):
        with pytest.raises(error):
            verb(gnt, tmp_path / "out", **said)
    assert not (tmp_path / "out").exists()
