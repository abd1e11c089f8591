"""Verbs take ids of cards: their files on the shelf, or what is missing and how to get it."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

import fakes
import fakes_pages
from penline import api
from penline.acquire.named import named, paths_of
from penline.census import census
from penline.cli import app
from penline.errors import CatalogueError, ExportError, UsageError

ID = "casia-hwdb1.1"
NAMES = ("Gnt1.1TrainPart1.zip", "Gnt1.1TrainPart2.zip", "Gnt1.1Test.zip")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with all archives of HWDB1.1, one writer in each."""
    folder = tmp_path / "root" / ID
    folder.mkdir(parents=True)
    for name, writer in zip(NAMES, ("1001", "1121", "1241"), strict=True):
        fakes.zip_file(folder / name, {f"{writer}-c.gnt": fakes.gnt("永和九年")})
    (folder / "Gnt1.1Test.zip.part").write_bytes(b"half")
    monkeypatch.setenv("PENLINE_ROOT", str(tmp_path / "root"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "root"


def test_an_id_is_its_files(root: Path) -> None:
    paths = paths_of(ID)
    assert [path.name for path in paths] == list(NAMES)
    assert paths_of([ID], part="test") == paths[2:]
    assert paths_of(["./a.gnt", ID], root=root) == [Path("a.gnt"), *paths]
    assert named(ID, part="train").paths == tuple(paths[:2])


def test_a_bank_by_id(root: Path, tmp_path: Path) -> None:
    made = api.pack(ID, tmp_path / "a.bank", part="train")
    assert [writer.id for writer in made.header.writers] == ["casia:1001", "casia:1121"]


def test_a_training_set_by_id(root: Path, tmp_path: Path) -> None:
    report = api.convert(ID, tmp_path / "out")
    assert report["lines"] == {"train": 8, "test": 4}


def test_a_fit_by_id(root: Path, tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["fit", ID, "-o", str(tmp_path / "m.yaml")])
    assert isinstance(asked.exception, ExportError)  # it was read: 12 pictures that have no place
    assert "which have no place: 12)" in str(asked.exception)


def test_info_and_a_sheet_by_id(root: Path, tmp_path: Path) -> None:
    facts = api.info([ID, str(root / ID / NAMES[0])])
    assert [fact.records for fact in facts] == [4] * 4
    assert api.sheet(ID, tmp_path / "a.html").total == 12
    assert api.sheet(root / ID / NAMES[0], tmp_path / "b.html", limit=2).shown == 2


def test_what_is_missing_is_named_with_what_to_do(root: Path, tmp_path: Path) -> None:
    (root / ID / NAMES[1]).unlink()
    with pytest.raises(UsageError) as caught:
        api.pack(ID, tmp_path / "a.bank")
    assert NAMES[1] in str(caught.value) and NAMES[0] not in str(caught.value)
    assert f"penline get {ID}\n" in str(caught.value)
    assert f"penline get {ID} --adopt DIR" in str(caught.value)
    (shelf,) = named(ID, root=tmp_path / "elsewhere", part="test").shelves
    assert [file.name for file in shelf.missing] == [NAMES[2]]
    assert shelf.missing[0].urls[0].startswith("https://")
    assert f"penline get {ID} --part test --root {tmp_path / 'elsewhere'}" in shelf.advice
    assert not (tmp_path / "a.bank").exists()


def test_a_set_without_addresses_says_how_it_is_had(root: Path) -> None:
    (shelf,) = named("mnist").shelves
    assert len(shelf.missing) == 4
    assert "http://yann.lecun.com" in shelf.advice
    with pytest.raises(
        UsageError, match=r"names no files; put yours into .* name them instead.*\n.*home page"
    ):
        paths_of("iam")


def test_what_is_not_needed_is_not_missed(root: Path) -> None:
    (shelf,) = named("nist-sd19").shelves
    assert [file.name for file in shelf.missing] == ["by_class.zip", "by_write.zip"]


def test_names_that_are_nothing(root: Path) -> None:
    with pytest.raises(UsageError, match=r"near it: .*casia-hwdb1\.1"):
        named("casia-hwdb11")
    with pytest.raises(UsageError, match="part must be train or test"):
        named(ID, part="all")
    assert named(["./casia-hwdb1.1", "a/b", ".", ""]).shelves == ()


def test_a_card_that_is_not_sound_says_so(root: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "mine.md").write_text("no card", "utf-8")
    monkeypatch.setenv("PENLINE_CARDS", str(tmp_path / "cards"))
    with pytest.raises(CatalogueError, match="front matter"):
        named("mine")


def test_labels_are_found_by_their_data(root: Path) -> None:
    folder = root / "mnist"
    folder.mkdir()
    pictures = np.zeros((3, 28, 28), np.uint8)
    (folder / "t10k-images-idx3-ubyte").write_bytes(fakes_pages.idx_images(pictures))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(fakes_pages.idx_labels([3, 1, 4]))
    found = named("mnist", part="test")
    assert [path.name for path in found.paths] == ["t10k-images-idx3-ubyte"]
    assert [path.name for path in found.shelves[0].here][1] == "t10k-labels-idx1-ubyte"
    (facts,) = api.info(paths_of("mnist", part="test"))
    assert (facts.records, facts.characters, facts.card) == (3, 3, "mnist")
    figures = {f.what: f for f in census("mnist", part="test").figures}
    assert (figures["samples"].found, figures["samples"].published[0].value) == (3, 10_000)


@pytest.mark.parametrize("trees", [("by_class", "by_write"), ("by_class",), ("by_write",)])
def test_trees_of_sd19_are_joined_by_id(trees: tuple[str, ...], root: Path, tmp_path: Path) -> None:
    folder = root / "nist-sd19"
    folder.mkdir()
    image = cv2.imencode(".png", np.zeros((8, 8), np.uint8))[1].tobytes()
    names = {
        "by_class": "by_class/41/hsf_0/hsf_0_00000.png",
        "by_write": "by_write/hsf_0/f0007_00/u0007_00/u0007_00_00000.png",
    }
    for tree in trees:
        fakes.zip_file(folder / f"{tree}.zip", {names[tree]: image})
    found = census("nist-sd19")
    figures = {f.what: f.found for f in found.figures if f.scope == "everything"}
    assert figures["samples"] == 1
    assert figures.get("classes", 0) == ("by_class" in trees)
    assert figures.get("writers", 0) == ("by_write" in trees)
    lost = [Path(f.file).name for f in found.findings]
    assert lost == [f"{tree}.zip" for tree in names if tree not in trees]


@pytest.mark.parametrize("packed", [".gz", ".xz"])
def test_packed_copies_are_taken_over_as_they_are(root: Path, tmp_path: Path, packed: str) -> None:
    hand = tmp_path / "hand" / "mnist"
    hand.mkdir(parents=True)
    squeeze = gzip.compress if packed == ".gz" else lzma.compress
    names = [f"t10k-{what}-ubyte{packed}" for what in ("images-idx3", "labels-idx1")]
    pictures = fakes_pages.idx_images(np.zeros((3, 28, 28), np.uint8))
    for name, content in zip(names, (pictures, fakes_pages.idx_labels([3, 1, 4])), strict=True):
        (hand / name).write_bytes(squeeze(content))
    for how in ("adopted", "here"):
        got = api.get("mnist", part="test", adopt=hand.parent, accept_terms=True)
        assert [(file.name, file.how) for file in got.files] == [(name, how) for name in names]
    assert [path.name for path in named("mnist", part="test").paths] == names[:1]
    (facts,) = api.info(paths_of("mnist", part="test"))
    assert (facts.records, facts.characters) == (3, 3)
    got = api.get("mnist", part="test")
    assert [file.path for file in got.files] == [root / "mnist" / name for name in names]


def test_labels_are_got_with_their_data(root: Path, tmp_path: Path) -> None:
    hand = tmp_path / "hand"
    hand.mkdir()
    names = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    for name in names:
        (hand / name).write_bytes(b"\0")
    got = api.get("mnist", part="test", adopt=hand, accept_terms=True)
    assert [file.name for file in got.files] == names
    assert got.missing == ()
