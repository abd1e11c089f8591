"""A skeleton has the right shape, says what is missing, and is refused until it is filled in."""

from __future__ import annotations

import ast
import io
import runpy
from pathlib import Path

import pytest
import yaml

from penline.catalogue import ids, parse
from penline.cli import main
from penline.errors import CatalogueError, UsageError
from penline.new_card import QUESTIONS, left_to_do, new_card


def test_two_files_are_made(tmp_path: Path) -> None:
    made = new_card("my-set1.0", tmp_path)
    assert made == [tmp_path / "my-set1.0.md", tmp_path / "test_my_set1_0.py"]
    assert sorted(tmp_path.iterdir()) == made
    assert all(b"\r" not in path.read_bytes() for path in made)


def test_the_card_is_a_card_with_much_to_do(tmp_path: Path) -> None:
    text = new_card("my-set1.0", tmp_path)[0].read_text("utf-8")
    found = parse(text, "my-set1.0.md")
    assert found.id == "my-set1.0"
    assert found.writers is not None
    assert found.writers.family == "myset10"
    assert len(left_to_do(text)) > 20
    assert not found.published("samples") and not found.homepages
    assert found.citations[0].year is None
    assert found.licence.redistribution == "unclear"


def test_each_todo_gone_the_card_is_only_as_good_as_what_was_written(tmp_path: Path) -> None:
    text = new_card("ours", tmp_path)[0].read_text("utf-8")
    filled = text.replace("TODO", "done")
    assert left_to_do(filled) == ()
    assert parse(filled, "ours.md").title.startswith("done")
    with pytest.raises(CatalogueError, match="kind"):
        parse(filled.replace("kind: offline characters", "kind: photographs"), "ours.md")


def test_every_field_of_a_card_is_in_the_skeleton(tmp_path: Path) -> None:
    text = new_card("ours", tmp_path)[0].read_text("utf-8")
    facts = yaml.safe_load(text.split("---\n")[1])
    assert set(facts) | {"prose"} == set(type(parse(text, "ours.md")).model_fields)


def test_the_test_parses_and_fails_until_it_is_written(tmp_path: Path) -> None:
    place = new_card("my-set1.0", tmp_path)[1]
    text = place.read_text("utf-8")
    assert max(len(line) for line in text.splitlines()) <= 100
    names = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    tests = {name for name in names if name.startswith("test_")}
    assert len(tests) == 3
    module = runpy.run_path(str(place))
    with pytest.raises(NotImplementedError, match="TODO"):
        module["fake"]()
    with pytest.raises(CatalogueError, match=r"my-set1\.0"):
        module["test_penline_reads_its_format"]()
    with pytest.raises(AssertionError):
        module["test_the_name_tells_the_writer_and_the_card"]()


@pytest.mark.parametrize(
    "id",
    [
        "",
        "My-set",
        "my set",
        "my_set",
        "-set",
        "set-",
        "a..b",
        "../set",
        "a/b",
        "a\\b",
        "手写",
        "a\n",
    ],
)
def test_a_bad_id_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(UsageError, match="cannot be an id"):
        new_card(id, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", [ids()[0], "casia-hwdb1.1"])
def test_a_card_that_exists_is_not_made_again(tmp_path: Path, id: str) -> None:
    with pytest.raises(UsageError, match="has a card already"):
        new_card(id, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ours.md", "test_ours.py"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(UsageError, match=name):
        new_card("ours", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text("utf-8") == "mine"


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        new_card("ours", tmp_path / "none")
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="no such folder"):
        new_card("ours", file)


# The questions


def test_each_question_has_its_line_in_the_skeleton(tmp_path: Path) -> None:
    text = new_card("ours", tmp_path)[0].read_text("utf-8")
    for question in QUESTIONS:
        assert text.count(question.line + "\n") == 1, question.key
        assert len(set(question.choices)) == len(question.choices)


def test_answers_are_written_as_they_were_given(tmp_path: Path) -> None:
    answers = {
        "title": 'Hands: "old" and new # 1',
        "kind": "online text",
        "script": "Grek, Latn",
        "publisher": "Ada {Ink}",
        "homepage": "https://example.org/a#b",
        "read": "https://example.org/c",
        "licence": "yes",
        "redistribution": "no",
        "commercial": "conditional",
        "access": "ask\\nnicely",
    }
    assert set(answers) == {question.key for question in QUESTIONS}
    text = new_card("ours", tmp_path, answers)[0].read_text("utf-8")
    found = parse(text, "ours.md")
    assert (found.title, found.kind) == (answers["title"], "online text")
    assert found.scripts == ("Grek", "Latn")
    assert (found.publisher, found.homepages) == (answers["publisher"], (answers["homepage"],))
    assert (found.licence.name, found.licence.redistribution) == ("yes", "no")
    assert found.licence.commercial == "conditional"
    assert found.access == answers["access"]
    assert found.sources["homepage"].address == answers["read"]
    assert left_to_do(text)


def test_no_answer_leaves_its_line_to_do(tmp_path: Path) -> None:
    plain = new_card("ours", tmp_path)[0].read_text("utf-8")
    (tmp_path / "other").mkdir()
    empty = {question.key: " " for question in QUESTIONS}
    assert new_card("ours", tmp_path / "other", empty)[0].read_text("utf-8") == plain


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ({"redistribution": "perhaps"}, "perhaps"),
        ({"kind": "pictures"}, "offline characters"),
        ({"colour": "red"}, "colour"),
        ({"homepage": "example.org"}, "https://"),
        ({"read": "https://example.org/a b"}, "without spaces"),
        ({"script": "Greek"}, "four letters"),
        ({"title": "a\x7fb"}, "no card can hold"),
        ({"title": "a\x85b"}, "no card can hold"),
        ({"publisher": "\udcff"}, "UTF-8"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    tmp_path: Path, answers: dict[str, str], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        new_card("ours", tmp_path, answers)
    assert list(tmp_path.iterdir()) == []


def test_the_command_asks_when_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str, told: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(told))
        monkeypatch.setattr("sys.argv", ["penline", "new-card", "-o", str(tmp_path), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    assert run("ours", "--ask", told="Our hands\nonline text\n" + "\n" * 8) == 0
    assert parse((tmp_path / "ours.md").read_text("utf-8"), "ours.md").title == "Our hands"
    assert "Name of the data set" in capsys.readouterr().err
    assert run("ours", "--ask") == run("hoda", "--ask") == 2  # before anything is asked
    assert "Name of the data set" not in capsys.readouterr().err
    told = "Hands\nhandwriting\nonline text\nGreek\nGrek,Latn\n\nexample.org\n"
    assert run("again", "--ask", told=f"{told}https://example.org\n" + "\n" * 5) == 0
    again = parse((tmp_path / "again.md").read_text("utf-8"), "again.md")
    assert (again.kind, again.scripts) == ("online text", ("Grek", "Latn"))
    said = capsys.readouterr().err
    assert "'handwriting' is none of" in said and "'example.org' is not an address" in said
    assert run("few", "--ask", told="Hands\nhandwriting\n") == 3
    assert not (tmp_path / "few.md").exists()
    monkeypatch.setattr("typer.prompt", lambda *_, **__: b"\xff".decode())
    assert run("bytes", "--ask") == 2 and "not UTF-8" in capsys.readouterr().err
    assert run("yours") == 0  # no terminal: nothing is asked
    assert "Name of the data set" not in capsys.readouterr().err
    assert run() == run("theirs", "--from-htr-united", "x.yml") == 2
    assert run("--from-htr-united", "x.yml", "--ask") == 2
    (tmp_path / "r.yml").write_text("title: Their hands\nurl: https://example.org\n", "utf-8")
    assert run("--from-htr-united", str(tmp_path / "r.yml")) == 0
    assert (tmp_path / "htr-their-hands.md").is_file()


def test_the_tracker_asks_the_same() -> None:
    place = Path(__file__).parents[1] / ".github" / "ISSUE_TEMPLATE" / "data-set.yml"
    asked = {
        row["id"]: row["attributes"] for row in yaml.safe_load(place.read_text("utf-8"))["body"]
    }
    assert list(asked) == [*(question.key for question in QUESTIONS), "figures"]
    for question in QUESTIONS:
        assert asked[question.key]["label"] == question.text
        assert tuple(asked[question.key].get("options", ())) == question.choices
