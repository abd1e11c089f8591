"""A skeleton has the right shape, says what is missing, and is refused until it is filled in."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest
import yaml

from penline.catalogue import ids, parse
from penline.errors import CatalogueError, UsageError
from penline.new_card import left_to_do, new_card


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
