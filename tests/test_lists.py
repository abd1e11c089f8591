"""Lists that name pictures, and the names that their columns make up together."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import fakes_tables as made
from fakes import REAL, folder, glyph, png_file
from penline.errors import FormatError, UsageError
from penline.pack import pack
from penline.records import Defect
from penline.sources.collect import open_sources
from penline.sources.reading import Reading

CHARACTERS = "永和九年岁在"
NUMBERS = REAL / "characters" / "chinese-numbers.zip"


def picture(character: str, seed: int) -> bytes:
    found = np.full((48, 48), 255, np.uint8)
    one = glyph(character, seed)[:40, :40]
    found[4 : 4 + one.shape[0], 4 : 4 + one.shape[1]] = one
    return png_file(found)


ROWS = [(suite, sample, code) for suite in (1, 2, 11) for sample in (1, 2) for code in range(1, 7)]


def files(name: str) -> dict[str, bytes]:
    """Pictures under names of a pattern."""
    return {
        name.format(suite=suite, sample=sample, code=code, character=CHARACTERS[code - 1]): picture(
            CHARACTERS[code - 1], 100 * suite + 10 * sample + code
        )
        for suite, sample, code in ROWS
    }


def table(*columns: str, header: str = "", separator: str = ",") -> bytes:
    """A table with one row a picture."""
    rows = [header] if header else []
    for suite, sample, code in ROWS:
        values = {"suite": suite, "sample": sample, "code": code, "value": code - 1}
        values["character"] = CHARACTERS[code - 1]
        rows.append(separator.join(column.format(**values) for column in columns))
    return "\r\n".join([*rows, ""]).encode()


JSON_LINES = "".join(
    json.dumps({"file_name": f"p/{s}_{n}_{c}.png", "label": CHARACTERS[c - 1], "author": f"a{s}"})
    + "\n"
    for s, n, c in ROWS
).encode()
FORMS: dict[str, dict[str, bytes]] = {
    "columns": {
        "set.csv": table(
            *("{suite}", "{sample}", "{code}", "{value}", "{character}"),
            header="suite_id,sample_id,code,value,character",
        ),
        **files("data/data/input_{suite}_{sample}_{code}.png"),
    },
    "zeros": {
        "set.csv": table(
            *("{code}", "{suite}", "{sample}", "{character}"),
            header="number,writer,try,character",
        ),
        **files("x/{suite:03}-{sample:02}-{code:02}.png"),
    },
    "csv": {
        "english.csv": table(
            "Img/{suite}_{sample}_{code}.png",
            "{character}",
            "w{suite}",
            header="image,label,writer",
        ),
        **files("Img/{suite}_{sample}_{code}.png"),
    },
    "no-ending": {
        "train.csv": table(
            "{suite}_{sample}_{code}", "{character}", "{suite}", header="id,label,user"
        ),
        **files("train/{suite}_{sample}_{code}.png"),
    },
    "chinese": {
        "表.tsv": table(
            *("图\\{suite}_{sample}_{code}.png", "{character}", "人{suite}"),
            header="文件\t标签\t书写者",
            separator="\t",
        ),
        **files("图/{suite}_{sample}_{code}.png"),
    },
    "json-lines": {"metadata.jsonl": JSON_LINES, **files("p/{suite}_{sample}_{code}.png")},
    "paddleocr": {
        "rec/rec_gt_train.txt": table(
            "rec/train/{suite}_{sample}_{code}.png", "{character}", separator="\t"
        ),
        **files("rec/train/{suite}_{sample}_{code}.png"),
    },
}
WITHOUT_WRITERS = ("paddleocr",)


def expected() -> set[tuple[str, bytes]]:
    found = set()
    for suite, sample, code in ROWS:
        one = 255 - glyph(CHARACTERS[code - 1], 100 * suite + 10 * sample + code)[:40, :40]
        found.add((CHARACTERS[code - 1], made.tight(one).tobytes()))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_rows_find_their_pictures(form: str, tmp_path: Path) -> None:
    for number, place in enumerate(made.holders(tmp_path, FORMS[form])):
        (unit,) = open_sources(place)
        assert not unit.fault and not unit.note
        assert len(list(pickle.loads(pickle.dumps(unit)).read())) == len(ROWS)  # noqa: S301
        bank = pack(place, tmp_path / f"{number}.bank")
        assert {(one.character, one.ink.tobytes()) for one in bank} == expected()
        assert len(bank.writers) == (1 if form in WITHOUT_WRITERS else 3)
        assert "(6 classes)" in unit.understood.line()


def test_how_columns_make_up_names_is_told(tmp_path: Path) -> None:
    (unit,) = open_sources(folder(tmp_path, FORMS["columns"]))
    assert unit.understood.line() == (
        "label = column 'character' of data/data/input_{suite_id}_{sample_id}_{code}.png "
        "(6 classes), writer = column 'suite_id'"
    )
    assert {record.source.writer for record in unit.read()} == {"set:1", "set:2", "set:11"}


def test_boxes_of_a_list_are_cut_out(tmp_path: Path) -> None:
    page = np.full((60, 200), 255, np.uint8)
    rows = ["image,x,y,w,h,label"]
    for place, character in enumerate(CHARACTERS[:4]):
        one = glyph(character, place)
        page[5 : 5 + one.shape[0], 50 * place : 50 * place + one.shape[1]] = one
        box = f"{50 * place},5,{one.shape[1]},{one.shape[0]}"
        rows.append(f"page.png,{box},{character}")
    rows.append("page.png,190,5,40,9,年")
    content = {"boxes.csv": "\n".join(rows).encode(), "page.png": png_file(page)}
    (unit,) = open_sources(folder(tmp_path, content))
    found = list(unit.salvage())
    assert [one.field for one in found if isinstance(one, Defect)] == ["box"]
    for place, character in enumerate(CHARACTERS[:4]):
        assert found[place].character == character
        one = 255 - glyph(character, place)
        rows_, columns = np.flatnonzero(one.any(1)), np.flatnonzero(one.any(0))
        tight = one[rows_[0] : rows_[-1] + 1, columns[0] : columns[-1] + 1]
        assert np.array_equal(found[place].ink, tight)


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture("永", 1))
    content = dict(FORMS["csv"])
    content["english.csv"] += b"../secret.png,x,w1\r\n/etc/passwd,y,w1\r\n../../etc/passwd,z,w1\r\n"
    place = folder(tmp_path / "set", content)
    (place / "Img" / "link.png").symlink_to(tmp_path / "secret.png")
    content["english.csv"] += b"Img/link.png,q,w1\r\n"
    (place / "english.csv").write_bytes(content["english.csv"])
    (unit,) = open_sources(place)
    found = list(unit.salvage())
    defects = [one for one in found if isinstance(one, Defect)]
    assert [one.found for one in defects] == [
        *("../secret.png", "/etc/passwd", "../../etc/passwd", "Img/link.png")
    ]
    assert len(found) - len(defects) == len(ROWS)
    with pytest.raises(FormatError, match="the name of a file in the folder of the list"):
        list(unit.read())


def test_a_list_of_nothing_but_ways_out_is_refused(tmp_path: Path) -> None:
    rows = "file,label\n" + "".join(f"../../etc/{n}.png,a\n" for n in range(5))
    (unit,) = open_sources(folder(tmp_path / "set", {"list.csv": rows.encode()}))
    assert [one.field for one in unit.salvage()] == ["file"] * 5


def test_a_list_in_gb_18030_is_told_and_not_passed_over(tmp_path: Path) -> None:
    listed = "file,label\n" + "".join(f"{at}.png,{one}\n" for at, one in enumerate("永和九"))
    pictures = {f"{at}.png": picture(one, at) for at, one in enumerate("永和九")}
    place = folder(tmp_path / "set", {**pictures, "labels.csv": listed.encode("gb18030")})
    with pytest.raises(FormatError, match=r"labels\.csv.*UTF-8; save it so .*GB 18030"):
        list(open_sources(place))
    notes = "no list at all, b\xe9b\xe9 \xff\n".encode("latin-1")
    other = folder(tmp_path / "other", {"永/1.png": picture("永", 1), "永/notes.txt": notes})
    assert len([one for unit in open_sources(other) for one in unit.read()]) == 1


def test_formulas_are_text(tmp_path: Path) -> None:
    content = dict(FORMS["csv"])
    first = content["english.csv"].split(b"\r\n")[1]
    content["english.csv"] = content["english.csv"].replace(first, first.replace(b"w1", b"=1+1"))
    (unit,) = open_sources(folder(tmp_path, content))
    assert "english:=1+1" in {record.source.writer for record in unit.read()}


def test_pictures_that_the_list_lacks_are_told(tmp_path: Path) -> None:
    content = {**FORMS["csv"], "Img/more.png": picture("永", 1)}
    (unit,) = open_sources(folder(tmp_path, content))
    assert unit.note == "1 picture beside english.csv are not in it, and left out"


@pytest.mark.parametrize("texts", [64, 70])
def test_texts_that_are_not_looked_at_for_a_list_are_told(
    texts: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notes = {f"note-{number:02d}.txt": b"of the weather\n" for number in range(texts)}
    labels = "".join(f"{name}\t{name[-5]}\n" for name in files("{suite}-{sample}-{character}.png"))
    lists = {"zz.txt": labels.encode()}
    pictures = files("{suite}-{sample}-{character}.png")
    list(open_sources(folder(tmp_path / "a", {**pictures, **notes})))
    left = "a: no list of its pictures in the texts and JSON files that were looked at; "
    assert (f"{left}{texts - 64} more files may be one" in caplog.text) == (texts > 64)
    (unit,) = open_sources([folder(tmp_path / "b", {**pictures, **lists}) / "zz.txt"])
    assert unit.kind == "list"


def test_two_lists_of_the_same_pictures_are_not_mixed(tmp_path: Path) -> None:
    content = {**FORMS["csv"], "again.csv": FORMS["csv"]["english.csv"]}
    told: list[FormatError] = []
    assert not list(open_sources(folder(tmp_path, content), on_fault=told.append))
    assert len(told) == 2
    with pytest.raises(FormatError, match="one list of the pictures"):
        list(open_sources(tmp_path))


NAMES = "{suite}_{sample}_{code}.png"


@pytest.mark.parametrize("own", ["train.csv", "Train_labels.csv", "train-1.csv"])
def test_of_folders_with_the_same_names_the_lists_own_is_meant(own: str, tmp_path: Path) -> None:
    test = {f"test/{name}": picture("之", 7) for name in files(NAMES)}
    train = {f"train/{name}": content for name, content in files(NAMES).items()}
    rows = table(NAMES, "{character}", header="file,label")
    (unit,) = open_sources(folder(tmp_path / "set", {**test, **train, own: rows}))
    assert "column 'label' of train/{file}" in unit.understood.label_rule
    bank = pack(tmp_path / "set", tmp_path / "x.bank")
    assert {(one.character, one.ink.tobytes()) for one in bank} == expected()


@pytest.mark.parametrize("own", ["list.csv", "training.csv", "atrain.csv"])
def test_of_folders_with_the_same_names_none_is_taken_at_a_guess(own: str, tmp_path: Path) -> None:
    pictures = {
        f"{side}/{name}": file for side in ("test", "train") for name, file in files(NAMES).items()
    }
    rows = table(NAMES, "{character}", header="file,label")
    with pytest.raises(
        FormatError, match="move it into that folder, found them in test/ and train/"
    ):
        list(open_sources(folder(tmp_path, {**pictures, own: rows})))
    (unit,) = open_sources(folder(tmp_path / "whole", {**pictures, **files(NAMES), own: rows}))
    assert "column 'label' of {file}" in unit.understood.label_rule


def test_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path, FORMS["csv"])
    with pytest.raises(FormatError, match="one named 'nix', found image, label, writer"):
        list(open_sources(place, reading=Reading(columns="label=nix")))
    with pytest.raises(UsageError, match="'nix' names no column"):
        list(open_sources(place, reading=Reading(columns="nix")))
    (unit,) = open_sources(place, reading=Reading(columns="label=label,writer=label"))
    assert {record.source.writer for record in unit.read()} == {
        f"english:{character}" for character in CHARACTERS
    }


def test_columns_of_nothing_are_refused(tmp_path: Path) -> None:
    content = {f"{one}/1.png": picture(one, 1) for one in CHARACTERS}
    place = folder(tmp_path, content)
    with pytest.raises(UsageError, match="--columns is for tables and lists"):
        list(open_sources(place, reading=Reading(columns="label=x")))
    (unit,) = open_sources(place)
    assert unit.kind == "pictures"


def test_words_are_no_characters(tmp_path: Path) -> None:
    content = {"gt.txt": b"a.png\thello\nb.png\tworld\n"}
    content |= {f"{name}.png": picture("永", 1) for name in "ab"}
    with pytest.raises(FormatError, match=r"--columns entry=COLUMN.*hello, world") as caught:
        list(pack(folder(tmp_path / "s", content), tmp_path / "x.bank"))
    assert not getattr(caught.value, "__notes__", [])
    bank = pack(
        tmp_path / "s",
        tmp_path / "x.bank",
        reading=Reading(classes=str(classes(tmp_path, '{"hello": "你", "world": "界"}'))),
    )
    assert sorted(bank.characters) == sorted("你界")


def classes(place: Path, text: str) -> Path:
    (place / "map.json").write_text(text, encoding="utf-8")
    return place / "map.json"


def test_a_list_below_anothers_folder_is_not_read_twice(tmp_path: Path) -> None:
    content = {**FORMS["csv"], "fold-1/test.csv": b"path,label\n../Img/1_1_1.png,x\n"}
    (unit,) = open_sources(folder(tmp_path, content))
    assert len(list(unit.read())) == len(ROWS)


@pytest.mark.real
@pytest.mark.skipif(not NUMBERS.exists(), reason="no real data beside the project")
def test_newcastles_numbers(tmp_path: Path) -> None:
    bank = pack(NUMBERS, tmp_path / "numbers.bank")
    assert {writer.glyphs for writer in bank.header.writers} == {150}
    assert (len(bank), len(bank.writers), len(bank.characters)) == (15_000, 100, 15)


def test_half_a_character_is_no_text(tmp_path: Path) -> None:
    """JSON can say a lone surrogate, which no file of text can hold."""
    rows = JSON_LINES.replace(b'"\\u6c38"', b'"\\ud800"', 1)
    place = folder(
        tmp_path, {**{f"p/{name}": one for name, one in files(NAMES).items()}, "x.jsonl": rows}
    )
    assert b"ud800" in rows
    (unit,) = open_sources(place)
    found = [one for one in unit.salvage() if isinstance(one, Defect)]
    assert [(one.field, one.found) for one in found] == [("label", "a lone surrogate")]
