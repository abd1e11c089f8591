"""Files, folders and zips in; sources with writer, part and card out."""

from __future__ import annotations

import errno
import io
import os
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes import REAL, gnt, pot, zip_file
from penline.errors import FormatError, UsageError
from penline.formats import kind_of, reader_for
from penline.formats.byte_source import MappedBytes, StreamedBytes
from penline.pack import pack
from penline.records import Defect, GlyphRecord, LineRecord, StrokeRecord
from penline.sources import identify
from penline.sources.collect import open_sources, read

HWDB, OLHWDB = "casia-hwdb", "casia-olhwdb"


@pytest.mark.parametrize(
    ("file", "writer", "part", "card"),
    [
        ("001.pot", "casia:001", "", f"{OLHWDB}1.0"),
        ("001-f.gnt", "casia:001", "", f"{HWDB}1.0"),
        ("a/121-t.gnt", "casia:121", "", f"{HWDB}1.0"),
        ("1001-c.gnt", "casia:1001", "train", f"{HWDB}1.1"),
        ("1240-C.GNT", "casia:1240", "train", f"{HWDB}1.1"),
        ("1241-c.pot", "casia:1241", "test", f"{OLHWDB}1.1"),
        ("1243.pot", "casia:1243", "test", f"{OLHWDB}1.1"),
        ("501-c.gnt", "casia:501", "", f"{HWDB}1.2"),
        ("Gnt1.0TrainPart1.zip::001-f.gnt", "casia:001", "train", f"{HWDB}1.0"),
        ("got/Gnt1.0Test.zip::HWDB1.0/121-t.gnt", "casia:121", "test", f"{HWDB}1.0"),
        ("Pot1.2Test.zip::x\\777.pot", "casia:777", "test", f"{OLHWDB}1.2"),
        ("HWDB1.1trn_gnt/1250-c.gnt", "casia:1250", "train", f"{HWDB}1.1"),
        ("HWDB1.1tst_gnt.zip::1250-c.gnt", "casia:1250", "test", f"{HWDB}1.1"),
        ("Gnt1.0Test/1001-c.gnt", "casia:1001", "train", f"{HWDB}1.1"),
        ("home/test/1001-c.gnt", "casia:1001", "train", f"{HWDB}1.1"),
        ("hwdb/Train/001-f.gnt", "casia:001", "train", f"{HWDB}1.0"),
        ("hwdb/tst/x/001-f.gnt", "casia:001", "test", f"{HWDB}1.0"),
        ("test/a/b/001-f.gnt", "casia:001", "", f"{HWDB}1.0"),
        ("competition-gnt.zip::C001-f-f.gnt", "casia:C001", "test", "casia-icdar2013"),
        ("C060-f.pot", "casia:C060", "test", "casia-icdar2013"),
        ("C061-f.pot", "unknown:C061-f", "", ""),
        ("hwdb1-crops-train.gnt", "unknown:hwdb1-crops-train", "", ""),
        ("Gnt1.0Test.zip::merged.gnt", "unknown:merged", "", ""),
        ("1.0train-gb1.gnt", "unknown:1.0train-gb1", "train", f"{HWDB}1.0"),
        ("a.zip::1.1tst-GB1.GNT", "unknown:1.1tst-GB1", "test", f"{HWDB}1.1"),
        ("2.0train-gb1.gnt", "unknown:2.0train-gb1", "", ""),
        ("001.gnt", "unknown:001", "", ""),
        ("0001-c.gnt", "unknown:0001-c", "", ""),
        ("000-c.gnt", "unknown:000-c", "", ""),
        ("450-c.gnt", "unknown:450-c", "", ""),
        ("1301-c.gnt", "unknown:1301-c", "", ""),
        ("x1001-c.gnt", "unknown:x1001-c", "", ""),
        ("sample.zip::sample/penline-sample-01.gnt", "sample:01", "train", "penline-sample"),
        ("hands.zip::penline-hand-001.pot", "hand:001", "train", "penline-hands"),
        ("penline-sample-x.gnt", "unknown:penline-sample-x", "", ""),
    ],
)
def test_identify(file: str, writer: str, part: str, card: str) -> None:
    source = identify(file)
    assert (source.file, source.writer, source.part, source.card) == (file, writer, part, card)
    assert identify(file, "test").part == "test"


def test_kinds() -> None:
    assert kind_of("a.tar.GNT") == "gnt"
    assert kind_of("gnt") is None
    assert reader_for("a/b.pot") is reader_for("pot")
    with pytest.raises(FormatError, match=r"expected one of \.gnt, \.pot, .*, found \.txt"):
        reader_for("notes.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "got"
    (root / "b").mkdir(parents=True)
    (root / ".cache").mkdir()
    (root / "b" / "001.pot").write_bytes(pot("永和"))
    (root / "1001-c.gnt").write_bytes(gnt("永"))
    (root / "1001-c.gnt.txt").write_bytes(b"notes")
    (root / "._1001-c.gnt").write_bytes(b"fork")
    (root / ".cache" / "1002-c.gnt").write_bytes(gnt("永"))
    zip_file(
        root / "Gnt1.0Test.zip",
        {"d/002-f.gnt": gnt("九"), "d/001-f.gnt": gnt("永和"), "__MACOSX/d/._1-f.gnt": b"fork"},
        zipfile.ZIP_DEFLATED,
    )
    return root


def test_a_folder_in_sorted_order(folder: Path) -> None:
    files = list(open_sources([folder]))
    archive = folder / "Gnt1.0Test.zip"
    assert [file.source.file for file in files] == [
        str(folder / "1001-c.gnt"),
        f"{archive}::d/001-f.gnt",
        f"{archive}::d/002-f.gnt",
        str(folder / "b" / "001.pot"),
    ]
    assert [file.kind for file in files] == ["gnt", "gnt", "gnt", "pot"]
    assert [file.source.part for file in files] == ["train", "test", "test", ""]
    assert ["".join(r.character for r in file.read()) for file in files] == [
        "永",
        "永和",
        "九",
        "永和",
    ]
    assert {file.source.part for file in open_sources(folder, part="train")} == {"train"}
    with pytest.raises(UsageError, match="part"):
        open_sources(folder, part="val")


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_zip_members_in_place(tmp_path: Path, method: int) -> None:
    text = "永和九年岁在癸丑" * 40
    content = gnt(text)
    path = zip_file(tmp_path / "a.zip", {"d/": b"", "1001-c.gnt": content, "x.txt": b"x"}, method)
    (file,) = open_sources(path)
    assert file.size_bytes == len(content)
    with file.open() as stream:
        assert isinstance(stream, MappedBytes if method == zipfile.ZIP_STORED else StreamedBytes)
    records = [r for r in file.read() if isinstance(r, GlyphRecord)]
    plain = [r for r in read(io.BytesIO(content), name="x.gnt") if isinstance(r, GlyphRecord)]
    assert [r.character for r in records] == list(text)
    for one, two in zip(records, plain, strict=True):
        np.testing.assert_array_equal(one.pixels, two.pixels)
        assert one.offset == two.offset
        assert not one.pixels.flags.owndata
    again = pickle.loads(pickle.dumps(file))  # noqa: S301
    assert [r.character for r in again.read()] == list(text)
    assert [r.character for r in file.salvage() if isinstance(r, GlyphRecord)] == list(text)


def test_a_prefix_before_the_zip(tmp_path: Path) -> None:
    """As in a self-extracting archive: offsets count from where the zip begins."""
    path = zip_file(tmp_path / "a.zip", {"1001-c.gnt": gnt("永")})
    path.write_bytes(b"#!prefix\n" + path.read_bytes())
    assert [r.character for r in read(path)] == ["永"]


def test_member_names_are_only_labels(tmp_path: Path) -> None:
    evil = {"../../up-c.gnt": gnt("永"), "/abs.gnt": gnt("和"), "a\nb.gnt": gnt("九")}
    path = zip_file(tmp_path / "a.zip", evil)
    files = {file.source.writer: file for file in open_sources(path)}
    assert set(files) == {"unknown:up-c", "unknown:abs", "unknown:a?b"}
    assert [r.character for file in files.values() for r in file.read()] == list("永和九")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_archives_inside_a_zip_are_refused(tmp_path: Path) -> None:
    for name, content in (("inner.ZIP", b"PK"), ("HWDB1.1trn_gnt.alz", b"ALZ\x01")):
        path = zip_file(tmp_path / "a.zip", {"1001-c.gnt": gnt("永"), name: content})
        with pytest.raises(FormatError, match="unpack the archive inside first"):
            list(open_sources(path))


@pytest.mark.parametrize(
    ("archive", "member", "content", "told"),
    [
        ("HWDB1.1trn_gnt.zip", "HWDB1.1trn_gnt.alz", b"ALZ\x01", "unalz, .*HWDB1.1trn_gnt_P1.zip"),
        ("HWDB1.1trn_gnt.zip", "data.bin", b"ALZ\x01rest", "an ALZ archive"),
        ("a.zip", "data", b"Rar!\x1a\x07", "unrar or 7-Zip"),
        ("", "1.0train-gb1.rar", b"Rar!\x1a\x07", "unrar.* or get Gnt1.0TrainPart1.zip"),
        ("", "HWDB1.1tst_gnt.dat", b"ALZ\x01", "unalz.* or get Gnt1.1Test.zip"),
        ("", "001-f.gnt", b"Rar!\x1a\x07" + bytes(40), "RAR archive"),
        ("", "x.egg", b"EGGA", "an EGG archive"),
    ],
)
def test_archives_that_are_not_read_in_place(
    tmp_path: Path, archive: str, member: str, content: bytes, told: str
) -> None:
    """ALZ and RAR by their first bytes, whatever the name: what to do, or what to get."""
    if archive:
        path = zip_file(tmp_path / archive, {member: content}, zipfile.ZIP_DEFLATED)
    else:
        path = tmp_path / member
        path.write_bytes(content)
    with pytest.raises(FormatError, match=told):
        list(read(path))


def test_a_folder_is_not_silent_about_archives_it_cannot_read(tmp_path: Path) -> None:
    closed = tmp_path / "a" / "HWDB1.1trn_gnt.ALZ"
    closed.parent.mkdir()
    closed.write_bytes(b"ALZ\x01")
    (tmp_path / "b.gnt").write_bytes(gnt("永和"))
    (tmp_path / "c.txt").write_bytes(b"any text")
    with pytest.raises(FormatError, match=r"HWDB1.1trn_gnt.ALZ.*unalz.*HWDB1.1trn_gnt_P1.zip"):
        list(read(tmp_path))
    found = list(read(tmp_path, salvage=True))
    (defect,) = [one for one in found if isinstance(one, Defect)]
    assert (defect.file, defect.found) == (str(closed), "an ALZ archive")
    assert len(found) == 3
    with pytest.raises(FormatError, match="an ALZ archive"):
        pack(tmp_path, tmp_path / "one.bank")
    assert pack(tmp_path, tmp_path / "two.bank", salvage=True).header.dropped == {"defect: file": 1}


def test_pages_of_strokes_and_images_are_known_by_their_beginning() -> None:
    for head, name in (
        (b"\x60\0\0\0PTTS\0\0", "PTTS"),
        (b"\x60\0\0\0WPTT\0\0", "WPTT"),
        (b"288\0" + b"\0" * 20, "IHead"),
        (b"\x31\0\0\0tcs\0", "TCS"),
    ):
        found = list(read(io.BytesIO(head), name="x.gnt", salvage=True))
        assert isinstance(found[0], Defect)
        assert name in found[0].found


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        open_sources([tmp_path / "absent.gnt"])
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(FormatError, match=r"\.gnt, \.pot, .*\.zip"):
        list(open_sources(tmp_path / "a.txt"))
    with pytest.raises(FormatError, match="none among 1 file"):
        list(open_sources(tmp_path))
    path = zip_file(tmp_path / "b.zip", {"readme.txt": b"x"})
    with pytest.raises(FormatError, match="none among 1 file"):
        list(open_sources(path))


def test_read_takes_paths_and_open_files(folder: Path) -> None:
    assert [r.character for r in read(str(folder))] == list("永永和九永和")
    assert [r.character for r in read(folder / "b" / "001.pot")] == ["永", "和"]
    with (folder / "1001-c.gnt").open("rb") as file:
        (record,) = read(file)
        assert record.source.writer == "casia:1001"
        assert not file.closed
    with pytest.raises(FormatError, match="no extension"):
        list(read(io.BytesIO(gnt("永"))))
    bad = gnt("永") + b"\x01" + gnt("和")
    found = list(read(io.BytesIO(bad), salvage=True, name="x.gnt"))
    assert [type(r) for r in found] == [GlyphRecord, Defect, GlyphRecord]


def test_a_file_may_stand_anywhere() -> None:
    file = io.BytesIO(b"front" + gnt("永和"))
    file.seek(5)
    assert [(r.character, r.offset) for r in read(file, name="x.gnt")] == [
        ("永", 0),
        ("和", len(gnt("永"))),
    ]


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
def test_real_folder() -> None:
    files = list(open_sources(REAL / "casia"))
    assert [(file.source.file.rpartition("/")[2], file.kind) for file in files] == [
        ("001.pot", "pot"),
        ("006-P16.dgrl", "dgrl"),
        ("hwdb1-101.gnt", "gnt"),
        ("hwdb1-crops-test.gnt", "gnt"),
        ("hwdb1-crops-train.gnt", "gnt"),
    ]
    assert files[0].source.writer == "casia:001"
    kinds = [type(r) for file in files for r in file.read()]
    assert kinds.count(StrokeRecord) == 4037
    assert kinds.count(GlyphRecord) == 2501
    assert kinds.count(LineRecord) == 10


@pytest.mark.parametrize(
    ("file", "writer", "part", "card"),
    [
        ("006-P16.dgrl", "casia:006", "", "casia-hwdb2.0"),
        ("HWDB2.0Test.zip::006-P16.dgrl", "casia:006", "test", "casia-hwdb2.0"),
        ("HWDB2.1Train.zip::Train/1001-P14.dgrl", "casia:1001", "train", "casia-hwdb2.1"),
        ("WPTT2.2-Train.zip::a/501-P20.wptt", "casia:501", "train", "casia-olhwdb2.2"),
        ("HWDB2.1Test.zip::006-P16.dgrl", "casia:006", "", "casia-hwdb2.0"),
        ("Competition13Line.zip::C060-P20.dgrl", "casia:C060", "test", "casia-icdar2013"),
        ("421-P16.dgrl", "unknown:421-P16", "", ""),
        ("6-P16.dgrl", "unknown:6-P16", "", ""),
    ],
)
def test_pages_of_casia(file: str, writer: str, part: str, card: str) -> None:
    found = identify(file)
    assert (found.writer, found.part, found.card) == (writer, part, card)


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights there")
def test_a_folder_that_cannot_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    for place in (tmp_path, tmp_path / "sub"):
        (place / "001-f.gnt").write_bytes(gnt("永"))
    scandir = os.scandir

    def denied(path: Any) -> Any:  # root may look into any folder, so its rights do not tell
        if str(path).endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(UsageError, match=r"sub: cannot be opened: Permission denied"):
        list(open_sources(tmp_path))
