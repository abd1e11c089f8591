"""SD19: each character with its label and its writer, from zips, folders and logs; faults named."""

from __future__ import annotations

import pickle
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from fakes import zip_file
from fakes_etl import tar_file
from fakes_nist import FORMS, classes, entries, md5_log, mis, png, sd19, sd19_mis
from penline.census import census
from penline.errors import FormatError, UsageError
from penline.formats.ihead import BinaryImage
from penline.formats.zipped import members
from penline.look.sheet import sheet
from penline.records import Defect, GlyphRecord
from penline.sources.collect import open_sources, read
from penline.sources.sd19.names import identify, place_of

EXPECTED = Counter(
    (character, f"sd19:{writer:04d}", "test" if hsf == 4 else "train")
    for (hsf, writer, _), fields in FORMS.items()
    for text in fields.values()
    for character in text
)
"""What `sd19` holds: label, writer and part of each character."""
TOTAL = EXPECTED.total()
Files = dict[str, bytes]


def write_folder(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    return zip_file(path, files, zipfile.ZIP_DEFLATED)


def outcome(paths: Path | Iterable[Path]) -> tuple[list[GlyphRecord], list[Defect], list[str], int]:
    """Glyphs, defects, notes and repeats; each unit is pickled on its way."""
    glyphs, defects, notes, repeats = [], [], [], 0
    for unit in open_sources(paths):
        again = pickle.loads(pickle.dumps(unit))  # noqa: S301
        assert again.source.card in ("nist-sd19", "")
        notes += filter(None, again.note.split("; ") if not again.file_count else ())
        repeats += getattr(again, "repeats", 0)
        for record in again.salvage():
            if isinstance(record, Defect):
                defects.append(record)
            elif isinstance(record, GlyphRecord):
                glyphs.append(record)
    return glyphs, defects, notes, repeats


def told(glyphs: Iterable[GlyphRecord]) -> Counter[tuple[str, str, str]]:
    return Counter((g.character, g.source.writer, g.source.part) for g in glyphs)


def short(defects: Iterable[Defect], root: Path) -> list[tuple[str, str]]:
    return sorted((d.file.removeprefix(f"{root}/"), d.field) for d in defects)


def without_mit(files: Mapping[str, bytes]) -> Files:
    return {name: content for name, content in files.items() if not name.endswith(".mit")}


@pytest.mark.parametrize(
    "given",
    [
        "by_write.zip by_class.zip",
        "by_class.zip by_write.zip",
        "by_write by_class",
        "by_write by_class.zip",
        "by_write.zip by_class",
        "by_write.zip by_class_md5.log",
        "by_write.zip by_class_md5.log by_write_md5.log",
        "by_class.zip by_write_md5.log",
        "by_class by_write_md5.log by_class_md5.log",
        "by_write.zip by_field.zip",
        "by_write.zip by_class.zip by_field.zip by_merge.zip",
    ],
)
@pytest.mark.parametrize("mit", [True, False])
def test_every_character_has_its_label_and_writer(tmp_path: Path, given: str, mit: bool) -> None:
    trees = sd19() if mit else {tree: without_mit(files) for tree, files in sd19().items()}
    paths = []
    for name in given.split():
        tree = name.removesuffix(".zip").removesuffix("_md5.log")
        paths.append(tmp_path / name)
        if name.endswith(".zip"):
            write_zip(tmp_path / name, {f"deep/er/{n}": c for n, c in trees[tree].items()})
        elif name.endswith(".log"):
            paths[-1].write_bytes(md5_log(trees[tree]))
        else:
            write_folder(tmp_path, trees[tree])
    glyphs, defects, notes, _ = outcome(paths)
    assert not defects
    assert told(glyphs) == EXPECTED
    assert not [note for note in notes if "no label" in note or "no writer" in note]
    assert len(list(read(tmp_path))) == TOTAL
    first = next(g for g in glyphs if g.source.part == "test")
    assert first.pixels.shape == (128, 128)
    assert set(np.unique(first.pixels)) == {0, 255}
    assert first.paper == 255
    assert first.code == f"{ord(first.character):02x}".encode()


def test_the_pixels_and_the_place_of_each(tmp_path: Path) -> None:
    trees = sd19()
    write_zip(tmp_path / "by_write.zip", trees["by_write"])
    write_zip(tmp_path / "by_class.zip", trees["by_class"])
    written = {png(picture): picture for picture in entries(TOTAL, 128, 19)}
    for glyph in outcome(tmp_path)[0]:
        folder = glyph.source.file.partition("::")[2]
        name = f"{folder}/{folder.rpartition('/')[2]}_{glyph.record:05d}.png"
        np.testing.assert_array_equal(glyph.ink, written[trees["by_write"][name]] * 255)


def test_a_form_is_a_unit_of_one_writer(tmp_path: Path) -> None:
    trees = sd19()
    write_zip(tmp_path / "by_write.zip", trees["by_write"])
    write_folder(tmp_path, trees["by_class"])
    ledger, *units = open_sources(tmp_path)
    assert list(ledger.read()) == []
    assert [unit.source.writer for unit in units] == [f"sd19:{w:04d}" for _, w, _ in FORMS]
    assert units[0].source.file == f"{tmp_path}/by_write.zip::by_write/hsf_0/f0000_14"
    sizes = {name: len(content) for name, content in trees["by_write"].items()}
    assert sum(unit.size_bytes for unit in units) == sum(sizes.values())
    assert {u.source.part for u in open_sources(tmp_path, part="test")} == {"test"}


def test_what_one_tree_alone_tells(tmp_path: Path) -> None:
    trees = sd19()
    path = write_zip(tmp_path / "a.zip", trees["by_write"])
    glyphs, defects, notes, _ = outcome(path)
    assert not defects
    assert {g.character for g in glyphs} == {""}
    assert "name by_class.zip or by_class_md5.log" in notes[0]
    path = write_zip(tmp_path / "b.zip", trees["by_class"])
    glyphs, defects, notes, repeats = outcome(path)  # the MIT files tell the writers
    assert (told(glyphs), defects) == (EXPECTED, [])
    assert repeats == sum(n for (_, _, part), n in EXPECTED.items() if part == "train")
    path = write_zip(tmp_path / "c.zip", without_mit(trees["by_class"]))
    glyphs, defects, notes, _ = outcome(path)
    assert not defects
    assert all(g.source.writer.startswith("unknown:by_class/") for g in glyphs)
    assert Counter(g.character for g in glyphs) == Counter(c for c, _, _ in EXPECTED.elements())
    assert any("name by_write.zip or by_write_md5.log" in note for note in notes)
    path = write_zip(tmp_path / "d.zip", trees["by_merge"])
    glyphs, defects, notes, _ = outcome(path)
    assert not defects
    assert {g.code for g in glyphs if not g.character} >= {b"57_77", b"43_63"}
    assert sum(not g.character for g in glyphs) == sum(
        n for (c, _, _), n in EXPECTED.items() if c.upper() in "CIJKLMOPSUVWXYZ"
    )
    assert any("merged classes have no label" in note for note in notes)
    path = write_zip(tmp_path / "e.zip", trees["hsf_page"])
    pages = list(read(path))
    assert all(isinstance(page, BinaryImage) for page in pages)
    assert [page.source.writer for page in pages] == [f"sd19:{w:04d}" for _, w, _ in FORMS]


def test_train_folders_alone_are_read(tmp_path: Path) -> None:
    trees = sd19()
    kept = {n: c for n, c in trees["by_class"].items() if "/train_" in n or "/hsf_4/" in n}
    write_zip(tmp_path / "by_class.zip", kept)
    write_zip(tmp_path / "by_write.zip", trees["by_write"])
    glyphs, defects, _, repeats = outcome(tmp_path)
    assert (told(glyphs), defects, repeats) == (EXPECTED, [], 0)


WRITE = "by_write.zip::by_write/hsf_0/f0000_14/d0000_14/d0000_14_00002.png"
CLASS = "by_class.zip::by_class/32/hsf_0/hsf_0_00000.png"
TRAIN = "by_class.zip::by_class/32/train_32/train_32_00000.png"


def planted(fault: str) -> tuple[dict[str, Files], list[tuple[str, str]]]:
    """The two trees with a fault, and what is to be named."""
    trees = sd19()
    write, classed = trees["by_write"], trees["by_class"]
    name, other, train = (place.partition("::")[2] for place in (WRITE, CLASS, TRAIN))
    if fault == "truncated in by_write":
        write[name] = write[name][:-20]
        return trees, [(WRITE, "chunk b'IDAT'")]
    if fault == "copy in by_class":
        classed[other.replace("00000", "00001")] = classed[other]
        return trees, [(CLASS.replace("00000", "00001"), "partner")]
    if fault == "copy in by_write":
        write[name.replace("00002", "00004")] = write[name]
        return trees, [(WRITE.replace("00002", "00004"), "partner")]
    if fault == "missing in by_class":
        del classed[other]
        return trees, [(WRITE, "partner")]
    if fault == "missing in by_write":
        del write[name]
        return trees, [(CLASS, "partner")]
    if fault == "no class":
        wrong = other.replace("/32/", "/2b/")
        classed[wrong] = classed[other]
        return trees, [(f"by_class.zip::{wrong}", "class folder")]
    if fault == "odd name":
        classed[other.replace("hsf_0_00000", "copy")] = classed[other]
        return trees, [(CLASS.replace("hsf_0_00000", "copy"), "name")]
    assert fault == "train is no repeat"
    classed[train] = png(entries(1, 128, 77)[0])
    return trees, [(TRAIN, "content")]


@pytest.mark.parametrize("mit", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        *("truncated in by_write", "copy in by_class", "copy in by_write", "missing in by_class"),
        *("missing in by_write", "no class", "odd name", "train is no repeat"),
    ],
)
def test_a_planted_fault_is_named_and_nothing_else(tmp_path: Path, fault: str, mit: bool) -> None:
    trees, expected = planted(fault)
    for tree in ("by_write", "by_class"):
        files = trees[tree] if mit else without_mit(trees[tree])
        write_zip(tmp_path / f"{tree}.zip", files)
    glyphs, defects, _, _ = outcome(tmp_path)
    assert short(defects, tmp_path) == expected
    assert not told(glyphs) - EXPECTED
    lost = fault in ("truncated in by_write", "missing in by_class", "missing in by_write")
    assert len(glyphs) == TOTAL - lost
    with pytest.raises(FormatError) as caught:
        list(read(tmp_path))
    assert caught.value.file.removeprefix(f"{tmp_path}/") == expected[0][0]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("copy in by_class", [(CLASS.replace("00000", "00001"), "folder")]),
        ("missing in by_class", [(CLASS, "folder")]),
        ("train is no repeat", [(TRAIN, "content")]),
    ],
)
def test_faults_of_by_class_alone(
    tmp_path: Path, fault: str, expected: list[tuple[str, str]]
) -> None:
    trees, _ = planted(fault)
    write_zip(tmp_path / "by_class.zip", trees["by_class"])
    if fault == "missing in by_class":
        expected = []  # the whole folder is gone with its only picture; train_32 has it still
        expected = [(TRAIN, "content")]
    assert short(outcome(tmp_path)[1], tmp_path) == expected


def test_copies_that_belong_there(tmp_path: Path) -> None:
    """The same picture twice in both trees: the field decides, or the MIT file, or nothing."""
    same = png(entries(1, 128, 3)[0])
    one, two = "by_write/hsf_0/f0000_14", "by_write/hsf_0/f0001_14"

    def told_of(fields: str, codes: str, mit: str = "") -> tuple[Counter[str], list[Defect]]:
        write = {f"{one}/{f}0000_14/{f}0000_14_00000.png": same for f in fields[:1]}
        write |= {f"{two}/{f}0001_14/{f}0001_14_00000.png": same for f in fields[1:]}
        classed = {}
        for code in codes:
            folder = f"by_class/{ord(code):02x}/hsf_0"
            count = sum(n.startswith(f"{folder}/") for n in classed)
            classed[f"{folder}/hsf_0_{count:05d}.png"] = same
        if mit:
            for code, origin in zip(codes, mit.split(), strict=True):
                classed[f"by_class/{ord(code):02x}/hsf_0.mit"] = f"1\n{origin}.mis 0\n".encode()
        folder = tmp_path / f"{fields}{codes}{len(mit)}"
        folder.mkdir()
        write_zip(folder / "by_write.zip", write)
        write_zip(folder / "by_class.zip", classed)
        glyphs, defects, _, _ = outcome(folder)
        names = (f"{g.character}{g.source.file[-7:-5]}{g.source.file[-8]}" for g in glyphs)
        return Counter(n[0] + n[-1] for n in names), defects

    def shown(fields: str, codes: str, mit: str = "") -> tuple[list[str], list[str]]:
        found, defects = told_of(fields, codes, mit)
        return sorted(n[0] for n in found.elements()), [d.found for d in defects]

    assert shown("dd", "11") == (["1", "1"], [])
    assert shown("du", "1I") == (["1", "I"], [])
    assert shown("uc", "Ss") == (["S", "s"], [])
    found, why = shown("cc", "Oo")
    assert not found
    assert len(why) == 2
    assert all("several of the same bytes" in reason for reason in why)
    by_mit = "f0000_14/c0000_14 f0001_14/c0001_14"
    assert shown("cc", "Oo", by_mit) == (["O", "o"], [])


def test_the_same_tree_twice(tmp_path: Path) -> None:
    trees = sd19()
    write_zip(tmp_path / "by_write.zip", trees["by_write"])
    write_folder(tmp_path, trees["by_write"])
    with pytest.raises(UsageError, match="is there twice"):
        list(open_sources(tmp_path))


def test_a_log_that_is_none(tmp_path: Path) -> None:
    write_zip(tmp_path / "by_write.zip", sd19()["by_write"])
    log = tmp_path / "by_class_md5.log"
    for content, field in ((b"no hash here\n", "line"), (b"", "lines"), (b"x" * 9000, "line")):
        log.write_bytes(content)
        with pytest.raises(FormatError) as caught:
            list(open_sources(tmp_path))
        assert (caught.value.file, caught.value.field) == (str(log), field)
        found = census(tmp_path)  # names it, and reads the pictures without it
        assert (found.findings[0].kind, found.findings[0].file) == ("unreadable", str(log))
        assert found.records == sum(len(t) for fields in FORMS.values() for t in fields.values())


def test_a_damaged_zip_beside_does_not_part_the_trees(tmp_path: Path) -> None:
    trees = sd19()
    write_folder(tmp_path, trees["by_write"])
    (tmp_path / "by_class_md5.log").write_bytes(md5_log(trees["by_class"]))
    (tmp_path / "other.zip").write_bytes(b"no zip")
    found = census(tmp_path)
    assert [f.kind for f in found.findings] == ["unreadable"]
    assert found.unlabelled == 0


def test_damage_in_a_stack_is_shown_on_a_sheet(tmp_path: Path) -> None:
    for name, whole in (("a", True), ("b", False)):
        content = mis(entries(3))
        (tmp_path / f"{name}.mis").write_bytes(content if whole else content[:-20])
        (tmp_path / f"{name}.cls").write_bytes(classes("012"))
    facts = sheet(tmp_path, tmp_path / "s.html")
    assert (facts.shown, facts.total) == (5, 5)
    assert "b.mis" in facts.path.read_text()


@pytest.mark.parametrize("how", ["zip", "folder"])
@pytest.mark.parametrize("compressed", [False, True])
def test_first_edition(tmp_path: Path, how: str, compressed: bool) -> None:
    files = {f"1stEdition1995/data/{n}": c for n, c in sd19_mis(compressed=compressed).items()}
    path = tmp_path / "1stEdition1995.zip"
    path = write_zip(path, files) if how == "zip" else write_folder(tmp_path / "x", files)
    glyphs, defects, notes, _ = outcome(path)
    assert (told(glyphs), defects) == (EXPECTED, [])
    assert "MIS files repeat" in notes[0]
    only = {n: c for n, c in files.items() if "/by_class/" in n}
    glyphs, defects, _, _ = outcome(write_zip(tmp_path / "only.zip", only))
    assert (told(glyphs), defects) == (EXPECTED, [])
    pictures = Counter(g.pixels.tobytes() for g in glyphs)
    written = entries(TOTAL, 128, 19)
    assert pictures == Counter((255 - 255 * p).astype(np.uint8).tobytes() for p in written)


@pytest.mark.parametrize("prefix", ["1stEdition1995/data/", "./", ""])
def test_first_edition_in_a_tar(tmp_path: Path, prefix: str) -> None:
    files = {f"{prefix}{name}": content for name, content in sd19_mis().items()}
    glyphs, defects, notes, _ = outcome(tar_file(tmp_path / "data.tar", files))
    assert (told(glyphs), defects) == (EXPECTED, [])
    assert "MIS files repeat" in notes[0]
    files = {
        f"{prefix}x/{n}": files[f"{prefix}by_write/hsf_0/f0000_14/d0000_14.{n[-3:]}"]
        for n in ("a.cls", "a.mis")
    }
    labelled = [r.character for r in read(tar_file(tmp_path / "other.tar", files))]
    assert "".join(labelled) == FORMS[0, 0, 14]["d"]
    (file,) = open_sources(tar_file(tmp_path / "packed.tgz", files))
    assert "unpack the archive" in file.note
    assert len(list(file.read())) == len(labelled)


@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
def test_pictures_in_a_tar_are_told(tmp_path: Path, ending: str) -> None:
    files = sd19()["by_write"]
    path = tar_file(tmp_path / f"by_write{ending}", files)
    for given in (path, tmp_path):
        _, (defect,), _, _ = outcome(given)
        assert (defect.file, defect.found) == (str(path), f"{len(files):,} pictures in a tar")
        with pytest.raises(FormatError, match="unpack the archive, and read the folder"):
            list(read(given))


def test_first_edition_with_faults(tmp_path: Path) -> None:
    stem = "by_write/hsf_0/f0000_14/d0000_14"
    files = {f"{stem}.mis": mis(entries(3, 128)), f"{stem}.cls": classes("01")}
    folder = write_folder(tmp_path / "a", files)
    glyphs, defects, _, _ = outcome(folder)
    assert short(defects, folder) == [(f"{stem}.cls", "count")]
    assert [g.character for g in glyphs] == ["", "", ""]
    files = {f"{stem}.mis": mis(entries(3, 128))[:-100], f"{stem}.cls": classes("012")}
    folder = write_folder(tmp_path / "b", files)
    glyphs, defects, _, _ = outcome(folder)
    assert [g.character for g in glyphs] == ["0", "1"]
    assert [d.file for d in defects] == [f"{folder}/{stem}.mis"]
    stem = "by_class/30/hsf_0"
    files = {f"{stem}.mis": mis(entries(2, 128)), f"{stem}.cls": classes("01")}
    folder = write_folder(tmp_path / "c", files)
    glyphs, defects, _, _ = outcome(folder)
    assert ([g.character for g in glyphs], [d.record for d in defects]) == (["0"], [1])
    assert {g.source.writer for g in glyphs} == {"unknown:by_class/30/hsf_0"}


def test_names() -> None:
    assert place_of("a/by_class/2b/hsf_0") is not None
    assert place_of("a/by_class/2b/hsf_0").codes == ()  # type: ignore[union-attr]
    assert place_of("by_class/30/hsf_0/more") is None
    assert place_of("by_write/hsf_0/f0000_14/d0001_14") is None
    assert place_of("x/by_merge/43_63/hsf_1").codes == (0x43, 0x63)  # type: ignore[union-attr]
    for file, writer, part in (
        ("1.zip::by_write/hsf_4/f2100_02/d2100_02.mis", "sd19:2100", "test"),
        ("hsf_page/hsf_0/f0002_01.pct", "sd19:0002", "train"),
        ("by_class/30/hsf_1.mis", "unknown:by_class/30/hsf_1", "train"),
    ):
        source = identify(file)
        assert source is not None
        assert (source.writer, source.part, source.card) == (writer, part, "nist-sd19")
    assert identify("a/001-f.gnt") is None


def test_members_of_a_zip_are_found_by_name(tmp_path: Path) -> None:
    names = ["b/ä.cls", "b", "ab", "a", "a/long/name/that/goes/on.mis", "zz"]
    found = members(zip_file(tmp_path / "a.zip", {name: name.encode() for name in names}))
    assert [m.name.encode() for m in found] == sorted(name.encode() for name in names)
    assert all((one := found.find(name)) is not None and one.name == name for name in names)
    assert found.find("a/long") is None
    assert [found[i].name for i in (1, 2)] == [m.name for m in found][1:3]
