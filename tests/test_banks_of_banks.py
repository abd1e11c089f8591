"""Banks of banks: extended, merged and filtered, glyph for glyph as they were."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import fakes
from conftest import TEXT, blob, build
from penline import Composer
from penline.api import bank_notes, choice_of, info
from penline.bank import Bank, BankWriter, open_bank
from penline.bank.choice import GlyphChoice, GlyphKey
from penline.bank.layout import GLYPHS, HEADER, INK
from penline.catalogue.terms import terms
from penline.errors import BankError, UsageError
from penline.pack import pack
from penline.records import GlyphRun, Source
from test_cli import penline as penline

LINE = "今天上午九点我们在学校门口集合"
HELD = "".join(sorted(set(TEXT) - set(" \n")))
RECIPE = {"corpus": {"length_range": [4, 12]}}
AGAIN = "a second time: same writer, character and ink"
OFF_LIST = "not among the characters asked for"


def facts(bank: Bank) -> list[tuple]:
    """All that a bank says of each glyph, its ink among it."""
    sources = bank.header.sources
    rows = bank.columns["source"].tolist()
    return [
        (
            *(one.character, one.writer, one.part, one.archive, one.card, one.record, one.offset),
            *(one.user_given, one.ink.shape, one.ink.tobytes(), sources[row].model_dump_json()),
        )
        for one, row in zip(bank, rows, strict=True)
    ]


@pytest.fixture
def whole(tmp_path: Path) -> Bank:
    """Archives with pictures and strokes, by known and unknown writers, of both parts."""
    (tmp_path / "in").mkdir()
    for seed, name in enumerate(("1001-c.gnt", "1241-c.gnt", "many.gnt")):
        (tmp_path / "in" / name).write_bytes(fakes.gnt(LINE + "永永", seed=seed))
    (tmp_path / "in" / "001.pot").write_bytes(fakes.pot(LINE))
    return pack(tmp_path / "in", tmp_path / "whole", licence="CC BY 4.0, Anna")


def test_a_copy_is_the_same_bank(whole: Bank, tmp_path: Path) -> None:
    copy = pack(whole.path, tmp_path / "copy")
    for name in (INK, GLYPHS):
        assert (copy.path / name).read_bytes() == (whole.path / name).read_bytes()
    told = json.loads((whole.path / HEADER).read_text("utf-8"))
    assert "banks" not in told
    found = json.loads((copy.path / HEADER).read_text("utf-8"))
    (origin,) = found.pop("banks")
    assert found == told
    count = len(whole)
    assert origin == {
        "name": "whole",
        "content": whole.header.content,
        "glyphs": count,
        "chosen": count,
        "dropped": whole.header.dropped,
    }
    assert facts(copy) == facts(whole)
    assert len({one.rendered.get("height_px") for one in copy.header.sources}) == 2


def test_lines_of_a_copy_are_the_same_lines(tmp_path: Path, corpus_file: Path) -> None:
    bank = build(tmp_path / "a", {"own:a": HELD, "own:b": HELD, "unknown:c": HELD})
    pack(bank.path, tmp_path / "copy")
    for more in ({}, {"writers": "mixed"}):
        one, other = (
            Composer(RECIPE | more, p, corpus_file) for p in (bank.path, tmp_path / "copy")
        )
        for index in range(20):
            np.testing.assert_array_equal(one[index].image, other[index].image)
            assert one[index].origins == other[index].origins


def test_parts_of_a_bank_make_it_again(whole: Bank, tmp_path: Path) -> None:
    names = [one.file for one in whole.header.sources]
    for at, left in enumerate((names[:2], names[2:])):
        gone = GlyphChoice(without=[GlyphKey(file=name) for name in left])
        part = pack(whole.path, tmp_path / str(at), choice=gone)
        assert {one.file for one in part.header.sources} == set(names) - set(left)
    both = pack([tmp_path / "1", tmp_path / "0"], tmp_path / "both")
    assert both.header.content == whole.header.content
    assert both.header.writers == whole.header.writers
    assert facts(both) == facts(whole)
    assert [one.name for one in both.header.banks] == ["1", "0"]


def test_an_archive_extends_a_bank_and_what_is_there_counts_once(tmp_path: Path) -> None:
    for seed, name in enumerate(("1001-c.gnt", "1002-c.gnt")):
        (tmp_path / name).write_bytes(fakes.gnt(LINE, seed=seed))
    first = pack(tmp_path / "1001-c.gnt", tmp_path / "a")
    both = pack([tmp_path / "1002-c.gnt", tmp_path / "1001-c.gnt", first.path], tmp_path / "b")
    assert both.header.dropped == {AGAIN: len(LINE)}
    assert both.writers == ("casia:1001", "casia:1002")  # banks come first
    assert [one.file for one in both.header.sources] == ["1001-c.gnt", "1002-c.gnt"]
    again = pack([first.path, both.path], tmp_path / "c")
    assert again.header.dropped == {AGAIN: len(LINE)}
    assert again.header.content == both.header.content
    assert (again.header.banks[1].glyphs, again.header.banks[1].dropped) == (
        2 * len(LINE),
        {AGAIN: len(LINE)},
    )


def test_simulated_handwriting_stays_marked(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "a") as bank:
        bank.add(blob("永", 1), "永", Source("s.gnt", "sample:1", "", "penline-sample"))
    (row,) = terms(pack(tmp_path / "a", tmp_path / "b").header.sources)
    assert row["simulated"] and row["card"] == "penline-sample"


def test_characters_and_lists_leave_out_and_are_accounted_for(penline, tmp_path: Path) -> None:
    (tmp_path / "1001-c.gnt").write_bytes(fakes.gnt("永和永三", seed=1))
    (tmp_path / "1002-c.gnt").write_bytes(fakes.gnt("永和四", seed=2))
    pack(tmp_path / "1001-c.gnt", tmp_path / "a")
    (tmp_path / "list.txt").write_text("永\n和\n三\n龘\n", "utf-8")
    odd = [
        {"file": "1001-c.gnt", "record": 2},
        {"writer": "casia:1002", "character": "和"},
        {"file": "1001-c.gnt", "record": 9},
        {"character": "四", "writer": "casia:1001"},
    ]
    (tmp_path / "odd.json").write_text(json.dumps(odd), "utf-8")
    given = ["bank", tmp_path / "a", tmp_path / "1002-c.gnt", "-o", tmp_path / "c"]
    given += ["--characters", tmp_path / "list.txt", "--without", tmp_path / "odd.json"]
    code, said, _ = penline(*given)
    assert code == 0
    assert "left out: 2 (named in odd.json)" in said
    assert f"left out: 1 ({OFF_LIST})" in said
    assert "note made of 1 bank: a (3 of 4 glyphs)" in said
    assert "note asked for, and in no source: 龘" in said
    assert "note named in odd.json, and fits no glyph: file 1001-c.gnt, record 9" in said
    assert "note named in odd.json, and fits no glyph: writer casia:1001, character 四" in said
    bank = open_bank(tmp_path / "c")
    assert bank.header.dropped == {OFF_LIST: 1, "named in odd.json": 2}
    assert [(one.writer, one.character, one.record) for one in bank] == [
        ("casia:1001", "永", 0),
        ("casia:1001", "和", 1),
        ("casia:1001", "三", 3),
        ("casia:1002", "永", 0),
    ]
    assert "made of 1 bank: a (3 of 4 glyphs)" in info(tmp_path / "c")[0].note
    assert bank_notes(bank)[2][0].startswith("made of 1 bank")
    found = json.loads(penline(*given, "--overwrite", "--json")[1])
    assert len(found["unmet"]) == 3 and found["dropped"] == bank.header.dropped


def test_an_entry_names_files_as_the_bank_does_or_as_given(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    path = tmp_path / "in" / "deep" / "1001-c.gnt"
    path.write_bytes(fakes.gnt("永和", seed=1))
    for number, name in enumerate((str(path), "deep/1001-c.gnt")):
        choice = GlyphChoice(without=[GlyphKey(file=name, record=0)])
        bank = pack(tmp_path / "in", tmp_path / str(number), choice=choice)
        assert bank.characters == ("和",) and not choice.unmet


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{}", "array"),
        (b"[", "JSON"),
        (b'[{"file": "a", "recrod": 1}]', "0.recrod"),
        (b'[{"record": 1}]', "a record without its file"),
        (b"[{}]", "names nothing"),
        (b'[{"file": "a", "record": true}]', "0.record"),
        (b'[{"file": "a", "record": -1}]', "0.record"),
        (b'[{"file": 3}]', "0.file"),
        (b'[["a", 1]]', "entry 0"),
        (b"[" * 100_000, "odd.json"),
        (b"\xff\xfe", "odd.json"),
    ],
)
def test_a_list_of_another_form_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "odd.json").write_bytes(data)
    with pytest.raises(UsageError, match="JSON list of objects") as error:
        choice_of(None, tmp_path / "odd.json")
    assert said in str(error.value) and "\n" not in str(error.value)


def test_lists_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no list of glyphs"):
        choice_of(None, tmp_path / "odd.json")
    with pytest.raises(UsageError, match="no list of characters"):
        choice_of(tmp_path / "list.txt", None)


def test_the_users_word_overrules_what_a_bank_says(whole: Bank, tmp_path: Path) -> None:
    bank = pack(whole.path, tmp_path / "mine", writer="anna", part="test")
    assert bank.writers == ("own:anna",)
    assert {one.part for one in bank} == {"test"}
    assert {one.licence for one in bank.header.sources} == {"CC BY 4.0, Anna"}
    assert {one.user_given for one in bank.header.sources} == {("writer", "licence")}
    none = pack(tmp_path / "mine", tmp_path / "none", card="none")
    assert none.writers == ("own:anna",)  # the user has said so, and not the file's name
    assert {one.card for one in none.header.sources} == {""}


def test_a_bank_into_itself_and_twice(whole: Bank, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of itself; choose another name"):
        pack(whole.path, whole.path, overwrite=True)
    (tmp_path / "link").symlink_to(whole.path)
    with pytest.raises(UsageError, match="of itself"):
        pack(tmp_path / "link", whole.path / "inner")
    with pytest.raises(UsageError, match="named twice"):
        pack([whole.path, tmp_path / "link"], tmp_path / "c")
    assert len(open_bank(whole.path)) == len(whole)


@pytest.mark.parametrize("column", ["ink", "width_px", "part", "character", "writer"])
def test_what_changed_is_found_and_no_bank_left(whole: Bank, tmp_path: Path, column: str) -> None:
    path = whole.path / (INK if column == "ink" else GLYPHS)
    data = bytearray(path.read_bytes())
    raw = whole[5].ink.tobytes() if column == "ink" else whole.columns[column].tobytes()
    at = data.index(raw)
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(BankError, match="build it again"):
        pack(whole.path, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_columns_that_name_what_is_not_there(whole: Bank, tmp_path: Path) -> None:
    for column, value in (("source", 99), ("writer", 99), ("character", 9999), ("part", 3)):
        bank = open_bank(whole.path)
        bent = bank.columns[column].copy()
        bent[7] = value
        bank.columns = {**bank.columns, column: bent}
        with pytest.raises(BankError, match="glyph 7"), BankWriter(tmp_path / "c") as made:
            list(made.add_bank(bank))


def test_a_bank_of_another_version(whole: Bank, tmp_path: Path) -> None:
    header = json.loads((whole.path / HEADER).read_text("utf-8"))
    (whole.path / HEADER).write_text(json.dumps({**header, "version": 1}), "utf-8")
    with pytest.raises(BankError, match=r"version 1; .*build the bank again"):
        pack(whole.path, tmp_path / "c")


def test_memory_does_not_grow_with_the_bank(tmp_path: Path) -> None:
    peaks = []
    for count in (70_000, 210_000):
        data = np.random.default_rng(1).integers(1, 255, 400 * count, np.uint8)
        at = np.arange(count) * 400
        sizes, source = np.full((count, 2), 20), Source("x", "own:a")
        with BankWriter(tmp_path / f"{count}") as bank:
            bank.add_run(GlyphRun(["永"] * count, data, at, sizes, 0, source, 0, at))
        del data, at, sizes
        tracemalloc.start()
        pack(tmp_path / f"{count}", tmp_path / f"copy{count}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 140_000 * 200  # of 400 bytes of ink each
