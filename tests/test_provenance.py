"""No output holds a path of the machine that it was made on: sets from elsewhere are equal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fakes
import fakes_online
import fakes_pages
from conftest import PICTURED, TEXT
from penline import api
from penline.bank import BankWriter, open_bank
from penline.bank.layout import HEADER
from penline.convert import convert
from penline.errors import UsageError
from penline.export import exporter_class
from penline.export.base import TAKES
from penline.provenance import Places, path_told, public_names
from penline.records import Source

PRIVATE = "private-place"
"""Stands in every path of these tests, and in no output."""
LINES: dict[str, Any] = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain"],
}
PAGES: dict[str, Any] = {
    "corpus": {"length_range": [4, 12]},
    "papers": ["plain"],
    "page": {"width_px": 400, "height_px": 300, "em_px_range": [24, 30]},
}
CHARACTERS = "".join(sorted(set(TEXT) - set(" \n")))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def archives(folder: Path) -> Path:
    """Two writers' files, one of them in a zip in a folder."""
    (folder / "more").mkdir(parents=True)
    (folder / "001-f.gnt").write_bytes(fakes.gnt(CHARACTERS))
    fakes.zip_file(folder / "more" / "got.zip", {"d/002-f.gnt": fakes.gnt(CHARACTERS, 1)})
    return folder


@pytest.fixture
def two_places(tmp_path: Path) -> tuple[Path, Path]:
    """The same archives in two folders of which one lies deeper."""
    one = archives(tmp_path / PRIVATE / "a")
    return one, Path(shutil.copytree(one, tmp_path / PRIVATE / "b" / "deep" / "er"))


def test_banks_of_one_archive_are_equal_wherever_it_lies(
    tmp_path: Path, two_places: tuple[Path, Path]
) -> None:
    trees = []
    for number, folder in enumerate(two_places):
        path = tmp_path / PRIVATE / f"{number}.bank"
        api.pack(folder, path)
        trees.append(tree(path))
    assert trees[0] == trees[1]
    names = [source.file for source in open_bank(tmp_path / PRIVATE / "0.bank").header.sources]
    assert names == ["001-f.gnt", "more/got.zip::d/002-f.gnt"]
    alone = [folder / "001-f.gnt" for folder in two_places]
    banks = [api.pack(path, f"{path}.bank") for path in alone]
    assert tree(banks[0].path) == tree(banks[1].path)
    assert [source.file for source in banks[0].header.sources] == ["001-f.gnt"]


def test_files_of_one_name_keep_apart(tmp_path: Path, two_places: tuple[Path, Path]) -> None:
    other = two_places[1]  # of other ink: the same would count once
    (other / "001-f.gnt").write_bytes(fakes.gnt(CHARACTERS, 2))
    fakes.zip_file(other / "more" / "got.zip", {"d/002-f.gnt": fakes.gnt(CHARACTERS, 3)})
    bank = api.pack(two_places, tmp_path / "both.bank")
    assert [source.file for source in bank.header.sources] == [
        *("001-f.gnt", "more/got.zip::d/002-f.gnt"),
        *("2/001-f.gnt", "2/more/got.zip::d/002-f.gnt"),
    ]
    assert {glyph.archive for glyph in bank} == {one.file for one in bank.header.sources}


@pytest.mark.parametrize("to", PICTURED)
def test_composed_sets_are_equal_wherever_the_archive_lies(
    tmp_path: Path, two_places: tuple[Path, Path], to: str
) -> None:
    trees = []
    for number, folder in enumerate(two_places):
        bank = api.pack(folder, folder / "x.bank")
        text = folder / "text.txt"
        text.write_text(TEXT, "utf-8")
        out = tmp_path / PRIVATE / f"set{number}"
        given: dict[str, Any] = {"banks": [bank], "corpora": [text], "workers": 1}
        recipe = PAGES if exporter_class(to, *TAKES).takes == "pages" else LINES
        api.compose(out, n=6, recipe=recipe, to=to, boxes=True, **given)
        found = api.rebuild(tmp_path / PRIVATE / "set0" / "report.json", folder / "again", **given)
        assert (found.problems, found.proven) == ([], 1)
        trees += [tree(out), tree(folder / "again")]
    assert trees[0] == trees[1] == trees[2] == trees[3]
    assert not [name for name, data in trees[0].items() if PRIVATE.encode() in data]
    told = b"".join(trees[0].values())
    if to in ("paddleocr", "imagefolder", "webdataset"):
        assert b'"archive": "more/got.zip::d/002-f.gnt"' in told


def test_a_set_made_again_has_the_same_report(tmp_path: Path) -> None:
    """Also where the recipe leaves all to its defaults."""
    bank = api.pack(archives(tmp_path / "a"), tmp_path / "x.bank")
    (tmp_path / "text.txt").write_text(TEXT, "utf-8")
    given: dict[str, Any] = {"banks": [bank], "corpora": [tmp_path / "text.txt"], "workers": 1}
    api.compose(tmp_path / "set", n=3, recipe={}, boxes=True, **given)
    api.rebuild(tmp_path / "set" / "report.json", tmp_path / "again", **given)
    assert tree(tmp_path / "set") == tree(tmp_path / "again")


@pytest.mark.parametrize(("to", "file"), [
    *((to, "006-P16.dgrl") for to in PICTURED),
    ("inkml", "001-P16.ptts"), ("inkml", "002.pot"),
])  # fmt: skip
def test_converted_sets_are_equal_wherever_the_archive_lies(
    tmp_path: Path, to: str, file: str
) -> None:
    strokes, lines = fakes_online.written("今天上午")
    made = {
        "006-P16.dgrl": lambda: fakes_pages.dgrl(["今天", "九点"]),
        "001-P16.ptts": lambda: fakes_online.page(strokes, lines),
        "002.pot": lambda: fakes.pot("今天上午"),
    }[file]()
    trees = []
    for number, place in enumerate(("a", "b/deeper")):
        folder = tmp_path / PRIVATE / place
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / file).write_bytes(made)
        convert(folder, tmp_path / f"set{number}", to=to, boxes=to != "inkml")
        trees.append(tree(tmp_path / f"set{number}"))
    assert trees[0] == trees[1]
    assert not [name for name, data in trees[0].items() if PRIVATE.encode() in data]
    assert f"sub/{file}".encode() in b"".join(trees[0].values())


def test_a_recipes_own_files_are_told_by_name(tmp_path: Path) -> None:
    """Photos, placement model and line templates: named in the report, found again by options."""
    home = tmp_path / PRIVATE
    bank = api.pack(archives(home / "a"), home / "x.bank")
    (home / "text.txt").write_text(TEXT, "utf-8")
    (home / "photos").mkdir()
    picture = np.random.default_rng(1).integers(180, 255, (200, 300), np.uint8)
    cv2.imwrite(str(home / "photos" / "a.png"), picture)
    (home / "p.dgr").write_bytes(fakes_pages.dgr(["今天上午九点我们在学校", "北京的秋天是一年中"]))
    api.fit(home / "p.dgr", home / "hand.yaml", templates=home / "lines.json")
    given: dict[str, Any] = {"banks": [bank], "corpora": [home / "text.txt"]}
    files = {"photos": [home / "photos"], "hand": home / "hand.yaml", "replay": home / "lines.json"}
    photo = {"name": "photo", "folder": str(files["photos"][0])}  # type: ignore[index]
    for name in ("hand", "replay"):
        out, own = home / f"set-{name}", {"photos": files["photos"], name: files[name]}
        recipe = {**LINES, "papers": [photo], "layout": {name: str(files[name])}}
        api.compose(out, n=4, recipe=recipe, boxes=True, workers=1, **given)
        data = b"".join(tree(out).values())
        assert PRIVATE.encode() not in data
        told = json.loads((out / "report.json").read_bytes())["run"]["recipe"]
        assert told["papers"][0]["paper"]["folder"] == "photos"
        assert told["layout"][name] == Path(str(files[name])).name
        with pytest.raises(UsageError, match="--photos"):
            api.rebuild(out / "report.json", home / "again", **given)
        with pytest.raises(UsageError, match=f"--{name}"):
            api.check(out, ink=True, **given, photos=files["photos"])
        made = api.rebuild(out / "report.json", home / f"again-{name}", workers=1, **given, **own)
        assert (made.problems, made.proven) == ([], 1)
        assert tree(home / f"again-{name}") == tree(out)
        assert api.check(out, ink=True, **given, **own).problems == []


def test_a_bank_of_before_tells_no_path(tmp_path: Path) -> None:
    """Headers held the archive's whole path: such a bank opens, and its outputs do not tell it."""
    bank = api.pack(archives(tmp_path / PRIVATE), tmp_path / "x.bank")
    header = json.loads((bank.path / HEADER).read_bytes())
    for source in header["sources"]:
        source["file"] = f"/home/{PRIVATE}/got/{source['file']}"
    (bank.path / HEADER).write_text(json.dumps(header), "utf-8")
    again = open_bank(bank.path)
    assert again.header.sources == bank.header.sources
    text = tmp_path / "text.txt"
    text.write_text(TEXT, "utf-8")
    api.compose(
        tmp_path / "set", n=4, recipe=LINES, boxes=True, banks=[again], corpora=[text], workers=1
    )
    assert PRIVATE.encode() not in b"".join(tree(tmp_path / "set").values())


def test_a_writer_of_banks_names_no_path_either(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        files = ("/home/me/1.gnt", "/home/you/1.gnt", "a/2.gnt", "../a/3.gnt", "C:\\me\\4.gnt")
        for number, file in enumerate(files):
            bank.add(np.full((4, 4 + number), 9, np.uint8), "永", Source(file, "casia:001"))
    names = [glyph.archive for glyph in open_bank(tmp_path / "b")]
    assert names == ["1.gnt", "2/1.gnt", "a/2.gnt", "3.gnt", "4.gnt"]


@pytest.mark.parametrize(
    ("given", "file", "name"),
    [
        ("/a/b", "/a/b/c/1.gnt", "c/1.gnt"),
        ("/a/b/1.gnt", "/a/b/1.gnt", "1.gnt"),
        ("/a/b/x.zip", "/a/b/x.zip::d/1.gnt", "x.zip::d/1.gnt"),
        (".", "c/1.gnt", "c/1.gnt"),
        ("..", "../c/1.gnt", "c/1.gnt"),
        ("/", "/c/1.gnt", "c/1.gnt"),
        ("rel/b", "rel/b/c/1.gnt", "c/1.gnt"),
        ("rel/b/1.png", "rel/b", "b"),  # a picture of a tree goes by its folder
        ("/a/b", "/a/bc/1.gnt", "1.gnt"),
    ],
)
def test_places(given: str, file: str, name: str) -> None:
    assert Places([given])(file) == name


def test_names_of_before() -> None:
    windows = ["C:\\Users\\me\\a\\1.gnt", "C:\\Users\\me\\b.zip::1.gnt"]
    assert public_names(windows) == ["a/1.gnt", "b.zip::1.gnt"]
    assert public_names(["a/1.gnt", "b.zip::/1.gnt"]) == ["a/1.gnt", "b.zip::/1.gnt"]
    assert [path_told(path) for path in ("~/x", "a/../b", "a/b", "..", "/")] == [
        *("x", "b", "a/b", ".", ".")
    ]
