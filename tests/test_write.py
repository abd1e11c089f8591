"""Typed text as a line at once: what it says, by whom, and where it goes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

import penline as package
from conftest import build
from penline import Composer
from penline.bank import Bank
from penline.corpus import Corpus
from penline.errors import CorpusError, RecipeError, UnwritableLine, UsageError
from test_cli import penline as penline

HAN = "永和九年"
HEBREW = "שלום"
WHOLE = {"lines": "whole", "length_range": [1, 500]}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    hands = {"own:a": f"{HAN}abc", "own:b": f"{HAN}{HEBREW}", "own:c": "abc(7)"}
    return build(tmp_path_factory.mktemp("banks") / "b", hands)


def picture(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("recipe", ["plain", "papers", "messy"])
@pytest.mark.parametrize("writer", [None, "own:a"])
def test_a_line_is_that_of_the_composer(
    bank: Bank, tmp_path: Path, recipe: str, writer: str | None
) -> None:
    text = "永和九年"
    out = tmp_path / "new folder" / "line.png"
    [line] = package.write(text, out=out, recipe=recipe, banks=[bank], writer=writer, seed=5)
    chosen = package.load_recipe(recipe)
    whole = chosen.model_copy(update={"corpus": chosen.corpus.model_validate(WHOLE)})
    hands = [bank]
    if writer:  # alone in a bank, it is drawn among one, as by name
        hands = [build(tmp_path / "alone", {"own:a": f"{HAN}abc"})]
    [made] = Composer(whole, hands, Corpus.from_texts([text]), seed=5, length=1)
    assert (line.text, line.writer) == (text, made.writer)
    assert np.array_equal(line.image, made.image)
    assert np.array_equal(line.quads, made.quads)
    assert np.array_equal(picture(out), line.image)
    [other] = package.write(text, recipe=recipe, banks=[bank], writer=writer, seed=6)
    assert not np.array_equal(other.image, line.image)


def test_the_recipes_lengths_and_made_text_do_not_touch_what_is_typed(bank: Bank) -> None:
    recipe = {"corpus": {"length_range": [8, 25], "made": {"number": 1.0}}}
    for text in ("永", "永和" * 20, "年" * 100):
        assert [one.text for one in package.write(text, recipe=recipe, banks=[bank])] == [text]
    recipe["image"] = {"max_width_px": 800}
    with pytest.raises(UnwritableLine, match=r"wider than 800 px; take") as caught:
        package.write("永和" * 20, recipe=recipe, banks=[bank])
    assert not getattr(caught.value, "__notes__", ())  # no other bank would help


def test_one_bank_needs_no_list(bank: Bank) -> None:
    [line] = package.write(HAN, banks=[bank], seed=5)
    for alone in (bank, bank.path, str(bank.path)):
        assert np.array_equal(package.write(HAN, banks=alone, seed=5)[0].image, line.image)


def test_a_writer_is_kept_to(bank: Bank) -> None:
    found = {package.write(HAN, banks=[bank], seed=seed)[0].writer for seed in range(12)}
    assert found == {"own:a", "own:b"}
    for writer in sorted(found):
        lines = [package.write(HAN, banks=[bank], writer=writer, seed=s)[0] for s in range(6)]
        assert {line.writer for line in lines} == {writer}
        assert {one.writer for line in lines for one in line.origins} == {writer}


def test_several_texts_are_several_lines(penline, bank: Bank, tmp_path: Path) -> None:
    out = tmp_path / "line.jpg"
    code, text, error = penline("write", "永 和", "cab", "7", "--bank", bank.path, "-o", out)
    assert (code, error) == (0, "")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["line-001.jpg", "line-002.jpg", "line-003.jpg"]
    assert [row.split(": ", 1)[1].split(", by")[0] for row in text.splitlines()] == [
        "永 和",
        "cab",
        "7",
    ]
    lines = package.write(["永 和", "cab", "7"], banks=[bank])
    assert [picture(file).shape for file in files] == [line.image.shape for line in lines]
    assert all(file.read_bytes().startswith(b"\xff\xd8\xff") for file in files)


def test_json_tells_text_writer_and_boxes(penline, bank: Bank, tmp_path: Path) -> None:
    out = tmp_path / "line.png"
    asked = ("write", "永\u200b和 永", "--bank", bank.path, "-o", out, "--json", "--seed", 2)
    code, text, _ = penline(*asked)
    [told], [line] = json.loads(text), package.write("永和 永", banks=[bank], seed=2)
    assert code == 0
    assert (told["file"], told["text"], told["writer"]) == (str(out), "永和 永", line.writer)
    assert np.array_equal(told["quads"], line.quads)
    assert told["counts"] == {"character without ink dropped: U+200B": 1}


def test_right_to_left_text_begins_at_the_right(bank: Bank) -> None:
    [line] = package.write(f"{HEBREW} 永", recipe="plain", banks=[bank])
    assert (line.text, line.writer) == (f"{HEBREW} 永", "own:b")
    lefts = line.quads[:, :, 0].min(1)[[0, 1, 2, 3, 5]]
    assert (np.diff(lefts) < 0).all()


def test_what_nobody_can_write_is_told(penline, bank: Bank, tmp_path: Path) -> None:
    def told(*arguments: object) -> str:
        code, _, error = penline(
            "write", *arguments, "--bank", bank.path, "-o", tmp_path / "line.png"
        )
        assert code == 1
        assert error.count("\n") == 1
        assert not list(tmp_path.iterdir())
        return error

    error = told("永龘")
    assert "nobody has 龘" in error and "penline cover" in error and "--writer" not in error
    assert "own:a alone was asked" in told("永7", "--writer", "own:a")
    assert "no one writer has all its characters" in told("永7")
    with pytest.raises(UnwritableLine) as caught:
        package.write(["永", "永龘"], banks=[bank])
    assert caught.value.index == 1
    [line] = package.write("永龘", recipe={"corpus": {"missing": "drop-char"}}, banks=[bank])
    assert (line.text, line.counts) == ("永", {"character dropped: 龘": 1})


def test_who_is_not_there_is_refused(penline, bank: Bank, tmp_path: Path) -> None:
    asked = ("write", "永", "--bank", bank.path, "-o", tmp_path / "line.png", "--writer", "own:z")
    code, _, error = penline(*asked)
    assert code == 2
    assert error == (
        "penline: no known writer 'own:z' here; there are own:a, own:b, own:c "
        "(more: docs/errors.md#no-such-writer)\n"
    )


def test_taken_files_stay(penline, bank: Bank, tmp_path: Path) -> None:
    taken = tmp_path / "line-002.png"
    taken.write_bytes(b"mine")
    asked = ("write", "永", "和", "--bank", bank.path, "-o", tmp_path / "line.png")
    code, _, error = penline(*asked)
    assert code == 2
    assert f"{taken} exists" in error and "--overwrite" in error
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [
        ("line-002.png", b"mine")
    ]
    assert penline(*asked, "--overwrite")[0] == 0
    assert picture(taken).ndim == 2


@pytest.mark.parametrize("name", ["a b [red]x[bold] [1].png", "\n.png", "-o.PNG", "永\u202e.jpeg"])
def test_odd_names_are_names(penline, bank: Bank, tmp_path: Path, name: str) -> None:
    code, text, _ = penline("write", "永", "--bank", bank.path, f"-o{tmp_path / name}")
    assert code == 0
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert str(tmp_path / name) in text


@pytest.mark.parametrize(
    ("name", "code"),
    [("line.gif", 2), ("line", 2), (".png", 2), (".", 2), ("x" * 300 + ".png", 1), ("f/x.png", 1)],
)
def test_other_names_are_refused_and_nothing_is_left(
    penline, bank: Bank, tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "f").write_bytes(b"a file")
    got, _, error = penline("write", "永", "--bank", bank.path, "-o", tmp_path / name)
    assert got == code
    assert error.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", UsageError, "nothing to write"),
        (" \n", UsageError, "nothing to write"),
        ([], UsageError, "at least one text"),
        (["永", ""], UsageError, "nothing to write"),
        ("\u200b", CorpusError, "no text"),
        ("永\ud800", CorpusError, "lone surrogate"),
        ("永\n和", UsageError, "penline compose --corpus FILE --to page-xml"),
        ("永" * 501, UsageError, "501 characters"),
    ],
)
def test_text_that_is_no_line_is_refused(
    bank: Bank, text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        package.write(text, banks=[bank])


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"recipe": {"writers": "mixed"}, "writer": "own:a"}, UsageError, "name no writer"),
        ({"recipe": {"corpus": {"latin": "second"}}, "writer": "own:a"}, UsageError, "several"),
        ({"recipe": {"page": {"width_px": 900}}}, RecipeError, "page.width_px: of no effect"),
        ({"recipe": {"page": {"indent_em": 1.0}}}, RecipeError, "on lines; choose a format"),
        ({"part": "val"}, UsageError, "train, test or all"),
        ({"part": "test"}, RecipeError, "no glyph in the test part"),
        ({"seed": -1}, UsageError, "seed"),
        ({"out": "x.bmp"}, UsageError, ".png or a .jpg"),
    ],
)
def test_settings_that_do_nothing_here_are_refused(
    bank: Bank, given: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        package.write("永", banks=[bank], **given)


def test_settings_of_strokes_are_refused_where_there_are_none(bank: Bank) -> None:
    with pytest.raises(RecipeError, match="strokes: of no effect where no bank holds strokes"):
        package.write("永", banks=[bank], recipe={"strokes": "never"})
