"""Entries of several code points: how text is cut, and lines that are made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import PICTURED, build
from penline import api
from penline.bank import Bank, BankWriter
from penline.bank.accept import label_fault
from penline.bank.bank_set import BankSet
from penline.bank.writable import WritableLines
from penline.bidi import display, levels_of
from penline.characters import kind_of
from penline.compose import Composer
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.spellings import spellings
from penline.corpus import Corpus
from penline.cover import cover
from penline.entries import MOST_CODE_POINTS, Cutter, in_entries, whole_text
from penline.errors import BankError, RecipeError
from penline.export.page_xml import NAMESPACE
from penline.records import Source
from reference import entries as slow

KSSA, KI, KA, SSI = "\u0915\u094d\u0937", "\u0915\u093f", "\u0915", "\u0937\u093f"
E_ACUTE = "e\u0301"
KHMER = "\u1780\u17d2\u179a"  # a consonant with another one under it
TAMIL = "\u0b95\u0bcd\u0bb7"  # two letters for Unicode, one form for the hand
ALPHABET = f"abcf ie\u0301\u0323{KSSA}{KI}{KHMER}{TAMIL}\u1100\u1161\u11a8\uac00\u05d0\u05b7永\\."

PLAIN: dict[str, Any] = {
    "corpus": {"lines": "whole", "length_range": [1, 80]},
    "papers": ["plain"],
    "effects": "none",
    "image": {"format": "png"},
}


@given(st.text(ALPHABET, max_size=40), st.sets(st.text(ALPHABET, min_size=1, max_size=5)))
def test_cutting_is_what_its_oracle_says(text: str, entries: set[str]) -> None:
    cut = Cutter(entries)
    found = cut(text)
    assert list(found) == slow.cut(text, entries)
    assert whole_text(found) == text
    assert isinstance(found, str) == all(len(one) == 1 for one in found)
    assert cut.may_part(text) or found == text


@pytest.mark.parametrize(
    ("entries", "text", "found"),
    [
        (["fi"], "fish", ["fi", "s", "h"]),
        (["ab", "abc", "cd"], "abcd", ["abc", "d"]),  # the longest, though another way has two
        (["ab", "bc"], "abc", ["ab", "c"]),
        (["a", "ab"], "aab", ["a", "ab"]),
        (["\\in", "\\infty"], "\\infty\\in", ["\\infty", "\\in"]),
        ([KSSA], f"{KSSA}{KI}", [KSSA, KI]),
        ([KA], KSSA, [KSSA]),  # no letter without what is joined to it
        ([KSSA], f"{KSSA}\u093f", [f"{KSSA}\u093f"]),  # nor without its vowel
        (["\u0915\u094d"], KSSA, ["\u0915\u094d", "\u0937"]),  # a half form that the bank has
        ([], KHMER, [KHMER]),
        ([], TAMIL, ["\u0b95\u0bcd", "\u0bb7"]),
        ([TAMIL], TAMIL, [TAMIL]),
        (["fi"], "fi\u0301", ["f", "i\u0301"]),  # a ligature without the accent is another
        ([], "a \u0301b", ["a", " ", "\u0301", "b"]),  # a mark without a letter stays alone
        ([], "\u1100\u1161\u11a8\u1100", ["\u1100\u1161\u11a8", "\u1100"]),
        ([], "Vi\u1ec7t Vie\u0323\u0302t", [*"Việt Vi", "e\u0323\u0302", "t"]),
    ],
)
def test_cutting(entries: list[str], text: str, found: list[str]) -> None:
    assert list(Cutter(entries)(text)) == found


def test_cutting_is_bounded() -> None:
    """A letter with a million marks is many entries, none longer than an entry may be."""
    found = Cutter()("e" + "\u0301" * 100_000)
    assert max(map(len, found)) == MOST_CODE_POINTS
    assert whole_text(found) == "e" + "\u0301" * 100_000


def test_a_text_in_entries_is_plain_where_it_can_be() -> None:
    assert in_entries("abc") == "abc" and in_entries(["a", KSSA]) == ("a", KSSA)
    assert Cutter(["ch"])("abc") == "abc"


def test_labels() -> None:
    assert not any(map(label_fault, [KSSA, E_ACUTE, "\\alpha", "omniglot/character01", "a" * 64]))
    assert "which is white space" in label_fault("a b")
    assert "U+200D in it" in label_fault("\u0915\u094d\u200d\u0937")
    assert "at most 64" in label_fault("a" * 65)
    assert "0 characters" in label_fault("")


def test_kinds() -> None:
    assert kind_of(E_ACUTE) == kind_of("é") and kind_of("fi") == kind_of("f")
    assert kind_of("\\alpha").name == kind_of("Balinese/character01").name == "symbol"
    assert kind_of(KSSA) == kind_of(KA) and kind_of("Dr.").name == "upper"


def test_levels_of_entries() -> None:
    entries = Cutter()("\u05d0\u05b7 a")  # alef with a point
    assert entries == ("\u05d0\u05b7", " ", "a")
    assert levels_of(entries) == (1, (1, 1, 2))
    assert display("\u05d0\u05b7\u05d1") == "\u05d1\u05d0\u05b7"  # marks stay behind their letter


HANDS = {
    "own:a": ["a", "b", "c", "i", "f", "s", "h", "é", KSSA, KI, KHMER, "fi", "\\alpha", "永", "\\"],
    "own:b": ["a", "b", "c", "i", "f", "s", "h", "永", "l", "p"],
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return build(tmp_path_factory.mktemp("entries") / "entries.bank", HANDS)


def line_of(bank: Bank, text: str, **corpus: Any) -> Any:
    recipe = {**PLAIN, "corpus": {**PLAIN["corpus"], **corpus}}
    return Composer(recipe, bank, Corpus.from_texts([text]))


@pytest.mark.parametrize(
    ("text", "items", "written"),
    [
        (f"a{KSSA}{KI}b", ["a", KSSA, KI, "b"], None),
        ("fish", ["fi", "s", "h"], None),
        ("a \\alpha b", ["a", " ", "\\alpha", " ", "b"], None),
        (f"b{E_ACUTE}b", ["b", E_ACUTE, "b"], ["b", "é", "b"]),
        (f"永{KHMER}", ["永", KHMER], None),
    ],
)
def test_a_line_of_entries(
    bank: Bank, text: str, items: list[str], written: list[str] | None
) -> None:
    composer = line_of(bank, text)
    sample = composer[0]
    assert sample.text == text and list(sample.items) == items == list(sample.entries)
    assert len(sample.quads) == len(items)
    wanted = [one for one in (written or items) if one != " "]
    assert [origin.written for origin in sample.origins] == wanted
    assert sample.writer == "own:a"
    assert not list(consistency_errors(decompose(composer.plan, 0, 0)))
    left = sample.quads[:, :, 0].min(1)
    assert (np.diff(left) > 0).all()


def test_a_plain_line_has_no_entries(bank: Bank) -> None:
    sample = line_of(bank, "abc永")[0]
    assert sample.entries == () and sample.items == "abc永"


def test_plain_lines_of_a_bank_with_entries_take_the_quick_road(bank: Bank) -> None:
    recipe = {**PLAIN, "corpus": {"lines": "cut", "length_range": [4, 6]}}
    plain = Composer(recipe, bank, Corpus.from_texts(["abcif", "fhsa"])).plan.quick
    assert plain is not None and all(plain(0, index) is not None for index in range(8))
    other = Composer(recipe, bank, Corpus.from_texts([f"ab{KSSA}", "fish"])).plan.quick
    assert other is not None and all(other(0, index) is None for index in range(8))


def test_a_composed_letter_is_written_by_a_glyph_of_a_decomposed_one(tmp_path: Path) -> None:
    bank = build(tmp_path / "nfd.bank", {"own:a": ["V", "i", "t", "e\u0323\u0302"]})
    sample = line_of(bank, "Việt")[0]
    assert sample.text == "Việt" and sample.entries == ()
    assert [one.written for one in sample.origins] == ["V", "i", "e\u0323\u0302", "t"]


def test_missing_letters_fall_under_the_policies(bank: Bank) -> None:
    missing = "\u0915\u094d\u0924"  # a conjunct that nobody has
    text = f"abc{missing}{missing}{KSSA}"
    sample = line_of(bank, text, missing="drop-char")[0]
    assert sample.text == f"abc{KSSA}"
    assert sample.counts[f"character dropped: {missing}"] == 2
    borrowed = line_of(bank, f"lp{KSSA}", missing="other-writer", borrow_most=2)[0]
    assert borrowed.text == f"lp{KSSA}"
    assert any(key.startswith("character borrowed: ") for key in borrowed.counts)
    with pytest.raises(RecipeError, match="take a bank that has these letters whole"):
        line_of(bank, missing)


def test_columns_and_cells(bank: Bank) -> None:
    recipe = {**PLAIN, "layout": {"direction": "vertical"}}
    sample = Composer(recipe, bank, Corpus.from_texts([f"永{KSSA}\\alpha"]))[0]
    assert list(sample.items) == ["永", KSSA, "\\alpha"]
    top = sample.quads[:, :, 1].min(1)
    assert (np.diff(top) > 0).all()


def test_right_to_left(tmp_path: Path) -> None:
    alef = "\u05d0\u05b7"
    bank = build(tmp_path / "rtl.bank", {"own:a": [alef, "\u05d1", "a"]})
    composer = line_of(bank, f"{alef}\u05d1 a")
    sample = composer[0]
    assert list(sample.items) == [alef, "\u05d1", " ", "a"]
    assert sample.quads[0, 0, 0] > sample.quads[1, 0, 0] > sample.quads[3, 0, 0]
    assert not list(consistency_errors(decompose(composer.plan, 0, 0)))


def test_the_dictionary_knows_code_points(bank: Bank) -> None:
    corpus = Corpus.from_texts([f"ab{KSSA}", "abc"])
    recipe = {**PLAIN}
    known = Composer(recipe, bank, corpus, alphabet=frozenset(f"abc{KSSA}"))
    assert {known[i].text for i in range(8)} == {f"ab{KSSA}", "abc"}
    unknown = Composer(recipe, bank, corpus, alphabet=frozenset("abc"))
    assert {unknown[i].text for i in range(8)} == {"abc"}


TEXT = f"fish {KSSA}{KI}\nb{E_ACUTE}b \\alpha\nabc\n{KHMER}永a\n"


@pytest.mark.parametrize("to", PICTURED)
def test_every_format_gets_entries_right(bank: Bank, tmp_path: Path, to: str) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "out"
    text.write_text(TEXT, "utf-8")
    boxes = to in ("paddleocr", "imagefolder", "webdataset", "parquet")
    api.compose(out, n=4, recipe=PLAIN, banks=[bank], corpora=[text], to=to, boxes=boxes)
    ink = to in ("paddleocr", "page-xml", "coco", "paddleocr-det")
    more = {"ink": True, "banks": [bank], "corpora": [text]} if ink else {}
    assert api.check(out, **more).problems == []
    told = list(_told(out, to))
    assert told or to not in ("paddleocr", "imagefolder", "coco", "page-xml")
    for label, parts in told:
        assert "".join(parts) == label
        assert tuple(parts) == tuple(Cutter(HANDS["own:a"])(label))


def _told(out: Path, to: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Labels of a set with what its boxes are of, where the format tells of boxes."""
    if to == "paddleocr":
        dictionary = set((out / "dict.txt").read_text("utf-8").split("\n")) | {" "}
        for row in map(json.loads, (out / "boxes.jsonl").read_text("utf-8").splitlines()):
            assert set(row["text"]) <= dictionary
            assert len(row["quads"]) == len(row.get("entries", row["text"]))
            yield row["text"], row.get("entries", row["text"])
    if to == "imagefolder":
        for row in map(json.loads, (out / "train" / "metadata.jsonl").read_text().splitlines()):
            yield row["text"], json.loads(row["drawn"]).get("entries", row["text"])
    if to == "coco":
        found = next(out.rglob("*train*.json"))
        lines: dict[tuple[int, int], str] = {}
        parts: dict[tuple[int, int], list[str]] = {}
        for one in json.loads(found.read_text("utf-8"))["annotations"]:
            key = one["image_id"], one["line"]
            if "character" in one:
                parts.setdefault(key, []).append(one["text"])
            else:
                lines[key] = one["text"]
        yield from ((lines[key], parts[key]) for key in lines)
    if to == "page-xml":
        for file in out.rglob("*.xml"):
            root = ElementTree.parse(file)  # noqa: S314 - penline wrote it
            for line in root.iter(f"{{{NAMESPACE}}}TextLine"):
                glyphs = line.iterfind(f".//{{{NAMESPACE}}}Glyph/*/{{{NAMESPACE}}}Unicode")
                [label] = line.iterfind(f"./{{{NAMESPACE}}}TextEquiv/{{{NAMESPACE}}}Unicode")
                yield str(label.text), [str(one.text) for one in glyphs]


def test_cover_counts_entries(bank: Bank, tmp_path: Path) -> None:
    missing = "\u0915\u094d\u0924"
    text = tmp_path / "text.txt"
    text.write_text(f"fish{KSSA}\nfi{missing}a{missing}\nb{E_ACUTE}\n", "utf-8")
    found = cover(bank, text, recipe={**PLAIN})
    assert found["characters"] == {"text": 10, "written": 8, "share": 0.8}
    assert found["lines"]["written"] == 2
    row = found["lacks"][0]
    assert (row["character"], row["code"]) == (missing, "U+0915 U+094D U+0924")
    assert (row["occurs"], row["lines"], row["why"]) == (2, 1, "nobody has it")


def test_lines_that_somebody_can_write(bank: Bank) -> None:
    codes = np.array(list(map(ord, f"fi{KSSA}fi\u0915\u094d\u0924bl")), np.uint32)
    able = WritableLines(BankSet([bank], spellings), BankSet([bank]).bits(bank.writers))
    starts, ends = np.array([0, 5, 10]), np.array([5, 10, 12])
    assert able(codes, starts, ends).tolist() == [True, False, True]


def test_a_bank_refuses_what_no_entry_is(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="white space"), BankWriter(tmp_path / "a.bank") as writer:
        writer.add(np.full((8, 8), 255, np.uint8), "a b", Source("f", "own:a"))
