"""UNIPEN's two trees: units, numbers for writers, and no name in anything that is said."""

from __future__ import annotations

import json
import pickle
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

import penline
from fakes import strokes
from fakes_unipen import ROOT, Hand, pen, segment, trees, write_trees, zip_trees
from penline import cli
from penline.census import census
from penline.errors import FormatError
from penline.formats.ink import InkPage
from penline.records import Defect, StrokeRecord
from penline.sources.collect import open_sources
from penline.sources.unipen import writers
from penline.sources.unit import Unit

NAMES = ("Ada_Hooke", "adahk", "Bert_Moss", "wrenfield", "Zoe_Quill")
HANDS = (
    Hand("app", "app01/adahk", "Ada_Hooke", "aB1?", ("aB", "1?"), "aB 1?", also=["3"]),
    Hand("app", "app01/other", "Bert_Moss", "xyz", ups=True, guides=".H_LINE 20\n"),
    Hand("apb", "apb02/third", "Ada_Hooke_2", "qr", style="CURSIVE"),
    Hand("tos", "f1/wrenfield", "77", "ab", ups=True),
    Hand("val", "wrenfield", "val01", "12"),
    Hand("lex", "wrenfield", "Zoe_Quill", words=(), text="no"),
)


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of these writers, in place of the archive's."""
    salt = "00" * 16
    people = ("ap/Ada_Hooke", "ap/Bert_Moss", "tos/77", "lex/Zoe_Quill")
    numbers = {writers.hash_of(one, salt): number for number, one in enumerate(people, 1)}
    monkeypatch.setattr(writers, "_table", lambda: (salt, numbers))


@pytest.fixture(params=["zip", "folder", "tar"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "zip":
        return zip_trees(tmp_path / "set.zip", HANDS)
    folder = write_trees(tmp_path / "set", HANDS)
    if request.param == "folder":
        return folder
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        archive.add(folder, ROOT)
    shutil.rmtree(folder.parent)
    return tmp_path / "set.tar"


def units(source: Path) -> list[Unit]:
    return list(open_sources(source))


def read(source: Path) -> list[StrokeRecord | InkPage]:
    found = [r for unit in units(source) for r in unit.salvage()]
    return [r for r in found if not isinstance(r, Defect)]


def test_each_segment_is_read_once_by_writer(source: Path) -> None:
    found = read(source)
    said = [
        (r.source.writer, "".join(r.labels), r.source.filed, r.source.style, r.source.guides_y)
        for r in found
    ]
    one, two, lines = "unipen:0001", "unipen:0002", (-20,)

    def filed(contributor: str, *categories: str) -> tuple[str, ...]:
        return tuple(scope for each in categories for scope in (each, f"{each}/{contributor}"))

    assert said == [
        *((one, c, filed("apb", "1c", "2"), "cursive", ()) for c in "qr"),
        *(
            (one, c, filed("app", each, "2", "3"), "printed", lines)
            for each, c in (("1a", "1"), ("1b", "B"), ("1c", "a"), ("1d", "?"))
        ),
        *((one, word, filed("app", "6", "7"), "printed", lines) for word in ("aB", "1?")),
        (one, "aB 1?", filed("app", "8"), "printed", lines),
        *((two, c, filed("app", "1c", "2"), "printed", lines) for c in "xyz"),
        *(("unipen:0003", c, filed("tos", "1c", "2"), "printed", ()) for c in "ab"),
        *(("unknown:val-0001", c, filed("val", "1a", "2"), "printed", ()) for c in "12"),
    ]
    for number, record in enumerate(found[:2]):
        expected = strokes("qr"[number], number)
        assert [s.tolist() for s in record.strokes] == [[list(p) for p in s] for s in expected]
    assert {r.source.card for r in found} == {"unipen"}
    assert [r.source.file.rpartition("unipen/")[2] for r in found[:7:2]] == [
        *("apb/0001", "app/0001", "app/0001", "app/0001"),
    ]


def test_a_census_counts_segments_and_files_as_they_are_filed(source: Path) -> None:
    found = census(["unipen", source])
    counted = {(f.what, f.scope): f.found for f in found.figures}
    assert (counted["segments", "2/app"], counted["files", "2/app"]) == (7, 2)
    assert (counted["segments", "1c"], counted["files", "1c"]) == (8, 4)
    assert counted["segments", "8/app"] == 1
    assert [(f.kind, f.found) for f in found.findings] == [("damage", "lex, 1 segment")]


def test_a_contributor_that_is_not_understood_is_refused_by_name(source: Path) -> None:
    last = units(source)[-1]
    (defect,) = last.salvage()
    assert isinstance(defect, Defect)
    assert (defect.field, defect.found) == ("numbers of strokes", "lex, 1 segment")
    with pytest.raises(FormatError, match="lex, 1 segment"):
        list(last.read())
    dropped: list[str] = []
    assert list(last.sound(dropped.append, salvage=False)) == []
    assert len(dropped) == 1
    assert "lex" in dropped[0]


def test_units_can_be_pickled_and_read_again(source: Path) -> None:
    for unit in units(source):
        again = pickle.loads(pickle.dumps(unit))  # noqa: S301
        for one, other in zip(again.salvage(), unit.salvage(), strict=True):
            assert str(one) == str(other) or one.labels == other.labels


def test_offsets_are_those_of_the_first_category(tmp_path: Path) -> None:
    files = trees(HANDS)
    for record in read(zip_trees(tmp_path / "set.zip", HANDS)):
        category, contributor = record.source.filed[1].split("/")
        number = int(record.source.file.rpartition("/")[2])
        names = sorted(
            {n.split("/", 4)[4] for n in files if n.split("/")[1::2][:2] == ["data", contributor]}
        )
        data = files[f"{ROOT}/data/{category}/{contributor}/{names[number - 1]}"]
        line = data[record.offset :].partition(b"\n")[0].decode()
        assert line.startswith(".SEGMENT ")
        assert "".join(record.labels) in line


def test_a_tree_alone_says_what_lacks(tmp_path: Path) -> None:
    folder = write_trees(tmp_path, HANDS)
    shutil.rmtree(folder / "include")
    found = [r for unit in open_sources(folder / "data" / "1a" / "app") for r in unit.salvage()]
    assert [r.field for r in found if isinstance(r, Defect)] == ["delineation", "INCLUDE"]
    assert len(found) == 2
    folder = write_trees(tmp_path, HANDS)
    with pytest.raises(FormatError, match="the folder data beside include"):
        list(open_sources(folder / "include"))


def test_a_packed_tar_is_refused(tmp_path: Path) -> None:
    folder = write_trees(tmp_path / "set", HANDS)
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as archive:
        archive.add(folder, ROOT)
    with pytest.raises(FormatError, match="unpack the archive"):
        units(tmp_path / "set.tar.gz")


def test_damage_is_told_without_a_name(tmp_path: Path) -> None:
    folder = write_trees(tmp_path, HANDS)
    pens = folder / "include/app/data/app01/adahk.dat"
    whole = pens.read_bytes()
    pens.write_bytes(whole[:-30])
    said = [
        str(r) for unit in open_sources(folder) for r in unit.salvage() if isinstance(r, Defect)
    ]
    assert any("unipen/app/0001/strokes" in one and "end of file" in one for one in said)
    pens.unlink()
    said += [
        str(r) for unit in open_sources(folder) for r in unit.salvage() if isinstance(r, Defect)
    ]
    (folder / "data/1a/app/app01/adahk.dat").write_bytes(b"\xff\xfe no text of UNIPEN")
    said += [
        str(r) for unit in open_sources(folder) for r in unit.salvage() if isinstance(r, Defect)
    ]
    assert len(said) > 10
    without_names("\n".join(said), folder)


def test_characters_that_are_none_are_told_and_left_out(tmp_path: Path) -> None:
    """Moved to a box of their own, all over the pad, or several in one."""
    folder = write_trees(tmp_path, [Hand("ibm", "one", "X", "abcdefg")])
    pens = folder / "include/ibm/data/one.dat"
    box = [[(50, 40), (60, 55)]]
    text = ".WRITER_ID X\n" + pen([
        *box * 3,
        [(0, -900), (700, 0)],
        [(50, 50), (50, 500)],
        *([(50 + 20 * k, 40), (60 + 20 * k, 50)] for k in range(4)),
    ])  # fmt: skip
    pens.write_text(text, "latin-1", newline="\n")
    data = folder / "data/1c/ibm/one.dat"
    head = data.read_text("latin-1").partition(".SEGMENT")[0]
    shutil.rmtree(folder / "data/2")
    lines = [segment("CHARACTER", str(k), c) for k, c in enumerate("abcde")]
    data.write_text(
        head + "".join(lines) + segment("CHARACTER", "5-8", "f"), "latin-1", newline="\n"
    )
    (unit,) = units(folder)
    found = list(unit.salvage())
    assert [r.labels if not isinstance(r, Defect) else r.field for r in found] == [
        *(("a",), ("b",), ("c",), "coordinates", "size", "size"),
    ]
    dropped: list[str] = []
    assert len(list(unit.sound(dropped.append, salvage=False))) == 3
    assert len(dropped) == 3
    assert all("of ibm" in reason for reason in dropped)
    with pytest.raises(FormatError, match="a box of its own"):
        list(unit.read())


def without_names(text: str, *places: Path) -> None:
    for place in places:
        text = text.replace(str(place), "")
    for name in NAMES:
        assert name.lower() not in text.lower(), name


def test_no_output_bears_a_name(
    source: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    given = str(source)
    for command in (
        ["info", given],
        ["info", given, "--json"],
        ["census", given],
        ["census", given, "--json"],
        ["bank", given, "-o", str(out / "u.bank")],
        ["info", str(out / "u.bank")],
        ["sheet", given, "-o", str(out / "sheet.html")],
        ["sheet", str(out / "u.bank"), "-o", str(out / "bank.html")],
        ["convert", given, "-o", str(out / "ink"), "--to", "inkml"],
        ["convert", given, "-o", str(out / "pages"), "--to", "page-xml"],
        ["convert", given, "-o", str(out / "lines"), "--to", "paddleocr", "--boxes"],
    ):
        out.mkdir(exist_ok=True)
        monkeypatch.setattr(sys, "argv", ["penline", *command])
        try:
            cli.main()
        except SystemExit as stop:
            assert stop.code in (0, None) or command[0] in ("info", "census"), command
    said = capsys.readouterr()
    without_names(said.out + said.err, source)
    files = [file for file in out.rglob("*") if file.is_file()]
    assert len(files) > 10
    for file in files:
        without_names(file.read_bytes().decode("latin-1"))
        without_names(str(file.relative_to(tmp_path)))
    bank = penline.open_bank(out / "u.bank")
    assert sorted(bank.writers) == [f"unipen:000{k}" for k in (1, 2, 3)] + ["unknown:val-0001"]
    assert len(bank) == 13
    report = json.loads((out / "lines/report.json").read_text("utf-8"))
    assert report
