"""UJI Pen Characters: one file, a unit for each writer, a defect for each character that lies."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fakes import zip_file
from fakes_online import uji
from penline.errors import FormatError
from penline.pack import pack
from penline.records import Defect, StrokeRecord
from penline.sources.collect import open_sources

NAME = "ujipenchars2.txt"
SESSIONS = ["trn_UJI_W01-01", "trn_UJI_W01-02", "tst_UPV_W47-01", "tst_UPV_W47-02"]
CONTENT = uji("añ€;", SESSIONS)


def written(place: Path, content: bytes = CONTENT) -> Path:
    (place / NAME).write_bytes(content)
    return place / NAME


def test_each_writer_is_a_unit_of_one_side(tmp_path: Path) -> None:
    first, second = open_sources(written(tmp_path))
    assert (first.source.writer, first.source.part) == ("uji-pen:01", "train")
    assert (second.source.writer, second.source.part) == ("uji-pen:47", "test")
    assert {first.source.card, second.source.card} == {"uji-pen"}
    assert [one.file_count for one in (first, second)] == [1, 0]
    records = list(first.read())
    assert [one.character for one in records] == list("añ€;") * 2
    assert [one.record for one in records] == list(range(8))
    assert [one.record for one in second.read()] == list(range(8, 16))
    assert all(isinstance(one, StrokeRecord) for one in records)
    np.testing.assert_array_equal(records[0].strokes[0], [[500, 700], [560, 1300], [700, 900]])
    assert [len(one.strokes) for one in records[:4]] == [1, 2, 3, 1]
    for one in records:
        assert CONTENT[one.offset :].startswith(f"WORD {one.character} trn_UJI_W01".encode())


def test_a_part_that_the_user_says_holds(tmp_path: Path) -> None:
    assert {one.source.part for one in open_sources(written(tmp_path), part="train")} == {"train"}


def test_a_bank_of_it_keeps_strokes_and_writers(tmp_path: Path) -> None:
    archive = zip_file(tmp_path / "uji+pen+characters+version+2.zip", {f"a/{NAME}": CONTENT})
    bank = pack(archive, tmp_path / "x.bank")
    assert len(bank) == 16
    assert bank.writers == ("uji-pen:01", "uji-pen:47")
    assert bank.header.strokes is not None and bank.header.strokes.glyphs == 16


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b"WORD a trn_UJI_W01-01", b"WORD ab trn_UJI_W01-01", "header"),
        (b"NUMSTROKES 1", b"NUMSTROKES 2", "strokes"),
        (b"NUMSTROKES 1", b"NUMSTROKES 0", "strokes"),
        (b"POINTS 3 # 500", b"POINTS 4 # 500", "stroke"),
        (b"POINTS 3 # 500", b"POINTS 3 # 5x0", "stroke"),
        (b"POINTS 3 # 500", b"POINTS 3 # 40000", "stroke"),
        (b"WORD a trn", b"WORD \xff trn", "text"),
    ],
)
def test_a_character_that_lies_is_one_defect(
    old: bytes, new: bytes, field: str, tmp_path: Path
) -> None:
    first, second = open_sources(written(tmp_path, CONTENT.replace(old, new, 1)))
    found = list(first.salvage())
    (defect,) = [one for one in found if isinstance(one, Defect)]
    assert (defect.field, defect.record, len(found)) == (field, 0, 8)
    assert not [one for one in second.salvage() if isinstance(one, Defect)]
    assert len(list(second.read())) == 8
    with pytest.raises(FormatError, match=field):
        list(first.read())


@pytest.mark.parametrize("content", [b"", b"// nothing\n", b"some text\n", b"\0\1\2"])
def test_a_file_without_characters_is_told(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        for unit in open_sources(written(tmp_path, content)):
            list(unit.read())


def test_sessions_of_another_form_are_nobodys(tmp_path: Path) -> None:
    content = CONTENT.replace(b"tst_UPV_W47", b"someone")
    units = list(open_sources(written(tmp_path, content)))
    assert [one.source.writer for one in units] == ["uji-pen:01", "unknown:uji-pen"]
    assert [len(list(one.read())) for one in units] == [8, 8]
    assert dataclasses.is_dataclass(units[0])
