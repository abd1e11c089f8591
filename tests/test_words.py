"""What messages say to a person: of sets, of what is named twice, of what was left out."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import fakes
import fakes_pages
from penline.api import compose, convert, fit, info, pack, sheet
from penline.compose import Composer
from penline.corpus import load
from penline.errors import BankError, ExportError, FormatError, UnwritableLine, UsageError
from penline.recipe import Recipe
from penline.sample import sample_bank

RECIPE = {"corpus": {"length_range": [3, 5], "tries": 2}, "papers": ["plain"], "effects": []}


def test_info_knows_finished_sets_and_unfinished_ones(tmp_path: Path) -> None:
    compose(tmp_path / "o", n=3, recipe=RECIPE, banks=[sample_bank()], seed=7, workers=1)
    (one,) = info(tmp_path / "o")
    assert (one.kind, one.records, one.parts) == ("data set for paddleocr", 3, {"train": 3})
    assert (one.card, one.defect_count) == ("penline-sample", 0)
    assert "seed 7, lines from 0, simulated handwriting" in one.note
    with pytest.raises(FormatError, match=r"folder: .*found a finished data set"):
        pack(tmp_path / "o", tmp_path / "b")
    with pytest.raises(ExportError, match="with --boxes"):
        fit(tmp_path / "o")
    (tmp_path / "o" / "report.json").unlink()
    (tmp_path / "o" / ".penline").mkdir()
    (tmp_path / "o" / ".penline" / "run.json").write_text("{}")
    with pytest.raises(ExportError, match="unfinished"):
        info(tmp_path / "o")


def test_the_same_twice_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a.txt", "b.txt", "empty.txt", "none.txt"):
        (tmp_path / name).write_text("今天上午" if len(name) == 5 else "", "utf-8")
    with caplog.at_level(logging.INFO, "penline"):
        load(sorted(tmp_path.iterdir()))
    (told,) = (record.getMessage() for record in caplog.records)
    assert told.startswith(f"{tmp_path / 'b.txt'} is the same text as {tmp_path / 'a.txt'}: ")
    page = tmp_path / "006-P16.dgrl"
    page.write_bytes(fakes_pages.dgrl(["今天"]))
    with pytest.raises(UsageError, match="named twice"):
        fit([page, tmp_path / "." / page.name])


def test_records_are_left_out_in_words(tmp_path: Path) -> None:
    page, glyphs = tmp_path / "006-P16.dgrl", tmp_path / "001-f.gnt"
    page.write_bytes(fakes_pages.dgrl(["今天"]))
    glyphs.write_bytes(fakes.gnt("今天"))
    with pytest.raises(BankError, match=r"a line of text, no single character \(.*\): 1\)"):
        pack(page, tmp_path / "b")
    with pytest.raises(ExportError, match="a picture of a character, no line of a page: 2"):
        convert(glyphs, tmp_path / "o", to="page-xml")


def test_missing_characters_are_listed_and_counted_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text("ḡōṯ\n", "utf-8")
    corpus = load(tmp_path / "c.txt")
    with pytest.raises(UnwritableLine, match=r"nobody has ḡ, ō, ṯ$") as caught:
        Composer(Recipe.model_validate(RECIPE), [sample_bank()], corpus, 0)[0]
    assert caught.value.counts == {f"line skipped: nobody has {c}": 2 for c in "ḡōṯ"}


def test_files_are_not_replaced_unasked(tmp_path: Path) -> None:
    for name in ("x.html", "x.yaml", "x.json"):
        (tmp_path / name).write_text("mine")
    page = tmp_path / "006-P16.dgrl"
    page.write_bytes(fakes_pages.dgrl(["今天"]))
    both = r"pass --overwrite \(in Python: overwrite=True\)"
    with pytest.raises(UsageError, match=both):
        fit(page, tmp_path / "x.yaml")
    with pytest.raises(UsageError, match=both):
        fit(page, templates=tmp_path / "x.json")
    with pytest.raises(UsageError, match=both):
        sheet(page, tmp_path / "x.html")
    assert {(tmp_path / f"x.{end}").read_text() for end in ("html", "yaml", "json")} == {"mine"}
