"""Exports for trainers: read again by rules written here, by penline, and by the trainers."""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pyarrow as pa
import pytest

import fakes
from conftest import ended
from penline.api import compose
from penline.bank import Bank
from penline.check import check
from penline.convert import convert
from penline.durable import name_all, names_left_out, settle, sync_folder
from penline.errors import ExportError, MissingExtra, UnwritableLine
from penline.export import exporter_class
from penline.export.base import Options, file_hash
from penline.export.encoded import AT_ONCE
from penline.export.lmdb_read import read_pairs
from penline.export.run import Run
from penline.records import Origin, Sample
from penline.sources.collect import read

pytest.importorskip("lmdb")

FORMATS = ("lmdb", "webdataset", "doctr", "kraken", "kraken-arrow", "easyocr")
ANY_LABEL = ("lmdb", "webdataset", "doctr", "kraken-arrow")
PACKED = ("lmdb", "kraken-arrow")
RECIPE = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain"],
    "effects": [],
}


class Line(NamedTuple):
    """One line as a trainer sees it."""

    image: bytes
    text: str


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def lmdb_lines(out: Path, split: str) -> Iterator[Line]:
    """As PaddleOCR's ``LMDBDataSet`` opens a leaf folder and takes a sample."""
    import lmdb

    assert [path.name for path in (out / split).iterdir()] == ["data.mdb"]
    flags = {"readonly": True, "lock": False, "readahead": False, "meminit": False}
    with (
        lmdb.open(str(out / split), max_readers=32, **flags) as store,
        store.begin(write=False) as reading,
    ):
        count = int(reading.get(b"num-samples"))
        assert store.stat()["entries"] == 2 * count + 1
        for number in range(1, count + 1):
            label = reading.get(b"label-%09d" % number)
            yield Line(reading.get(b"image-%09d" % number), label.decode("utf-8"))


def webdataset_lines(out: Path, split: str) -> Iterator[Line]:
    """Members that stand together and share what comes before the first dot."""
    paths = sorted((out / "shards").glob(f"{split}-*.tar"))
    names = [f"{split}-{number:06d}.tar" for number in range(len(paths))]
    assert [path.name for path in paths] == names
    for path in paths:
        with tarfile.open(path) as tar:
            members = tar.getmembers()
            assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members} == {
                (0, 0, 0, "", "")
            }
            for three in zip(*[iter(members)] * 3, strict=True):
                ((stem,), endings) = ({m.name.split(".", 1)[0] for m in three}, {})
                for member in three:
                    file = tar.extractfile(member)
                    assert file is not None
                    endings[member.name.removeprefix(f"{stem}.")] = file.read()
                text = endings["txt"].decode("utf-8")
                assert json.loads(endings["json"])["text"] == text
                yield Line(endings.get("png") or endings["jpg"], text)


def doctr_lines(out: Path, split: str) -> Iterator[Line]:
    labels = json.loads((out / split / "labels.json").read_text("utf-8"))
    for name, text in labels.items():
        yield Line((out / split / "images" / name).read_bytes(), text)


def kraken_lines(out: Path, split: str) -> Iterator[Line]:
    """As ``ketos train -f path -t train.lst``, in the folder."""
    for name in (out / f"{split}.lst").read_text("utf-8").splitlines():
        text = (out / name).with_suffix(".gt.txt").read_text("utf-8")
        yield Line((out / name).read_bytes(), text.strip("\n\r"))


def kraken_arrow_lines(out: Path, split: str) -> Iterator[Line]:
    """As ``ketos train -f binary -t train.lst -e validation.lst``: all lines of the files named."""
    if not (out / f"{split}.lst").exists():
        assert not (out / f"{split}.arrow").exists()
        return
    (name,) = (out / f"{split}.lst").read_text("utf-8").splitlines()
    with pa.memory_map(str(out / name)) as file, pa.ipc.open_file(file) as reader:
        facts = json.loads(reader.schema.metadata[b"lines"])
        table = reader.read_all()
        assert facts["counts"]["all"] == len(table)
        assert facts["type"] == "kraken_recognition_bbox"
        rows = [row["lines"] for row in table.to_pylist()]
        assert all(row[split] for row in table.to_pylist())
        assert facts["counts"][split] == len(rows) == len(table)
        assert {c for row in rows for c in row["text"]} <= facts["alphabet"].keys()
    yield from (Line(row["im"], row["text"]) for row in rows)


def easyocr_lines(out: Path, split: str) -> Iterator[Line]:
    """Folders without folders; a line parted where ``^([^,]+),`` ends."""
    for folder in sorted(path for path in (out / split).rglob("*") if path.is_dir()):
        header, *lines = (folder / "labels.csv").read_text("utf-8").removesuffix("\n").split("\n")
        assert header == "filename,words"
        for line in lines:
            _, name, text = re.split("^([^,]+),", line)
            yield Line((folder / name).read_bytes(), text)


READERS: dict[str, Callable[[Path, str], Iterator[Line]]] = {
    "lmdb": lmdb_lines,
    "webdataset": webdataset_lines,
    "doctr": doctr_lines,
    "kraken": kraken_lines,
    "kraken-arrow": kraken_arrow_lines,
    "easyocr": easyocr_lines,
}


def lines(out: Path, to: str, split: str) -> list[Line]:
    return list(READERS[to](out, split))


def pixels(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.fixture
def archives(tmp_path: Path) -> list[Path]:
    train = {"1001-c.gnt": fakes.gnt("今天，A"), "1002-c.gnt": fakes.gnt("上")}
    return [
        fakes.zip_file(tmp_path / "Gnt1.1TrainPart1.zip", train),
        fakes.zip_file(tmp_path / "Gnt1.1Test.zip", {"1241-c.gnt": fakes.gnt("午九")}),
    ]


@pytest.mark.parametrize("to", FORMATS)
def test_characters_keep_pixels_and_parts(tmp_path: Path, archives: list[Path], to: str) -> None:
    out = tmp_path / "o"
    report = convert(archives, out, to=to, boxes=True)
    assert report["lines"] == {"train": 5, "test": 2}
    found = lines(out, to, "train") + lines(out, to, "test")
    for one, record in zip(found, (r for a in archives for r in read(a)), strict=True):
        assert one.text == record.character
        np.testing.assert_array_equal(pixels(one.image), record.pixels)
    if to != "webdataset":
        boxes = [json.loads(x) for x in (out / "boxes.jsonl").read_text("utf-8").splitlines()]
        assert [box["text"] for box in boxes] == [one.text for one in found]
        assert len({box["path"] for box in boxes}) == 7
    assert check(out).problems == []
    assert check(out).lines == {"train": 5, "test": 2}


@pytest.mark.parametrize("to", FORMATS)
def test_one_and_two_workers_and_a_run_that_was_cut(
    tmp_path: Path,
    small_bank: Bank,
    corpus_file: Path,
    to: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(out: Path, workers: int = 1, **more: Any) -> dict[str, Any]:
        facts: dict[str, Any] = {"n": 1105, "start": 900, "recipe": RECIPE, "val": 0.4}
        given: dict[str, Any] = {"banks": [small_bank], "corpora": [corpus_file], "boxes": True}
        return compose(out, to=to, workers=workers, **facts, **given, **more).report  # type: ignore[return-value]

    report = make(tmp_path / "one")
    whole = tree(tmp_path / "one")
    make(tmp_path / "two", 2)
    assert tree(tmp_path / "two") == whole
    train, validation = (lines(tmp_path / "one", to, s) for s in ("train", "validation"))
    assert report["lines"] == {"train": len(train), "val": len(validation)}
    assert len(train) > len(validation) > 0
    assert all(pixels(one.image).shape[0] == 32 for one in validation)
    assert check(tmp_path / "one").problems == []
    assert not [name for name in whole if "partial" in name or name.startswith((".", "parts"))]

    of_format = {"lmdb": "paddleocr.put", "kraken-arrow": "kraken.put"}
    last = {**of_format, "webdataset": "shard_files.whole_report"}.get(to, "pictures.whole_report")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(f"penline.export.{last}", fail)  # all else has its final name
    with pytest.raises(OSError, match="disk full"):
        make(tmp_path / "cut")
    monkeypatch.undo()
    assert not (tmp_path / "cut" / "report.json").exists()
    Path(tmp_path / "cut" / f".{exporter_class(to).owns[0]}.99.partial").mkdir()
    make(tmp_path / "cut")
    assert tree(tmp_path / "cut") == whole
    monkeypatch.setattr(Run, "end", fail)  # the report is there, and the run's own folder, too
    with pytest.raises(OSError, match="disk full"):
        make(tmp_path / "cut", overwrite=True)
    monkeypatch.undo()
    assert (tmp_path / "cut" / ".penline").is_dir()
    assert make(tmp_path / "cut") == report
    assert tree(tmp_path / "cut") == whole


def sample(index: int, text: str, side: str = "train", *, grey: bool = False) -> Sample:
    image = np.full((4, 5 + index) if grey else (4, 5 + index, 3), 40 * index % 256, np.uint8)
    origin = Origin(0, text[:1], "casia:001", "a.gnt", index, 0)
    quads = np.zeros((len(text), 4, 2))
    return Sample(index, image, text, quads, "casia:001", side, {}, {}, trace=lambda: (origin,))


def write(out: Path, to: str, samples: Iterable[Any], **options: Any) -> dict[str, Any]:
    out.mkdir()
    exporter = exporter_class(to)(out, Options(format="png", **options))
    return ended(exporter, [exporter.shard(0, samples)], {"run": {"to": to}})


@pytest.mark.parametrize("to", ANY_LABEL)
def test_a_label_may_hold_anything(tmp_path: Path, to: str) -> None:
    texts = ["a\tb", "a\nb\r", '"\\', "\u2028 \x7f", "𠮷\ufeff", " ", "a,b"]
    report = write(tmp_path / "o", to, (sample(i, text) for i, text in enumerate(texts)))
    assert [one.text for one in lines(tmp_path / "o", to, "train")] == texts
    assert report["spaces"] == 2
    assert check(tmp_path / "o").problems == []


@pytest.mark.parametrize("to", sorted({*FORMATS} - {*ANY_LABEL}))
def test_a_label_in_a_text_file_holds_no_line_end(tmp_path: Path, to: str) -> None:
    texts = ["a\tb", '"\\', "\x7f\u2028", "𠮷\ufeff", " a", "a,b,", ",", '"a", "b"']
    write(tmp_path / "o", to, (sample(i, text) for i, text in enumerate(texts)))
    assert [one.text for one in lines(tmp_path / "o", to, "train")] == texts
    assert check(tmp_path / "o").problems == []
    with pytest.raises(ExportError, match="no line end"):
        write(tmp_path / "p", to, [sample(0, "a\nb")])


@pytest.mark.parametrize("to", FORMATS)
def test_lines_that_could_not_be_made_are_counted(tmp_path: Path, to: str) -> None:
    missing = UnwritableLine(1, 20, "no glyph", {"no glyph": 20})
    report = write(tmp_path / "o", to, [sample(0, "a"), missing, sample(2, "b")])
    assert report["lines"] == {"train": 2}
    assert report["skipped"] == {"no glyph": 20}
    assert len(report["errors"]) == 1
    with pytest.raises(ExportError, match="no line was made: sample 1"):
        write(tmp_path / "none", to, [missing])


@pytest.mark.parametrize("to", FORMATS)
def test_a_side_without_lines(tmp_path: Path, to: str) -> None:
    report = write(tmp_path / "o", to, [sample(0, "a")], splits=("train", "val"))
    assert report["lines"] == {"train": 1, "val": 0}
    assert check(tmp_path / "o").problems == []


@pytest.mark.parametrize("to", FORMATS)
def test_a_shard_has_no_final_name_before_it_is_whole(tmp_path: Path, to: str) -> None:
    def broken() -> Iterable[Sample]:
        yield from (sample(index, "a") for index in range(AT_ONCE + 1))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / to, to, broken())
    assert tree(tmp_path / to) == {}  # what was half written is gone
    run = Run(tmp_path / to)
    left = exporter_class(to).owns[0]  # as a killed run leaves it
    half = tmp_path / to / left / ".00000.7.partial"
    half.mkdir(parents=True)
    (half / "a").write_bytes(b"half")
    run.work.mkdir()
    (run.work / "run.json").write_text(json.dumps({"to": to}))
    run.begin({"to": to})
    assert tree(tmp_path / to).keys() == {".penline/run.json"}


def test_pictures_are_on_the_disk_before_they_have_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def settled(folder: Path) -> None:
        seen.append(("settle", folder.name.split(".")[1]))
        assert [path.suffix for path in sorted(folder.iterdir())] == [".png", ".csv"]
        assert not (folder.parent / "00000").exists()

    def synced(folder: Path) -> None:
        seen.append(("sync", folder.name))
        assert (folder / "00000").is_dir()

    monkeypatch.setattr("penline.durable.settle", settled)
    monkeypatch.setattr("penline.durable.sync_folder", synced)
    exporter_class("easyocr")(tmp_path, Options(format="png")).shard(0, [sample(0, "a")])
    assert seen == [("settle", "00000"), ("sync", "train")]
    seen.clear()
    (tmp_path / "train" / "00000").rename(tmp_path / "train" / "before")
    with names_left_out() as unnamed:
        exporter_class("easyocr")(tmp_path, Options(format="png")).shard(0, [sample(0, "a")])
    assert not seen
    assert not (tmp_path / "train" / "00000").exists()
    name_all(unnamed)
    assert seen == [("settle", "00000"), ("sync", "train")]


def test_what_settles_is_a_folder_that_is_there(tmp_path: Path) -> None:
    settle(tmp_path)
    sync_folder(tmp_path)
    if sys.platform == "linux":
        with pytest.raises(OSError, match="No such file"):
            settle(tmp_path / "none")


def test_a_last_pass_that_fails_costs_no_shard(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(out: Path) -> None:
        given: dict[str, Any] = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
        compose(out, n=100, to="lmdb", recipe=RECIPE, **given)

    make(tmp_path / "whole")
    monkeypatch.setattr("penline.export.lmdb._SPARE_PAGES", 20)
    monkeypatch.setattr("penline.export.lmdb._Database._grow", lambda *_: None)
    with pytest.raises(OSError, match="MDB_MAP_FULL") as raised:
        make(tmp_path / "cut")
    assert not isinstance(raised.value, ExportError)
    assert (tmp_path / "cut" / ".penline" / "shards" / "00000.json").is_file()
    assert not (tmp_path / "cut" / "train").exists()
    monkeypatch.undo()
    make(tmp_path / "cut")
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")


def test_the_map_of_a_database_grows_with_what_it_holds(tmp_path: Path) -> None:
    import lmdb

    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (size, 200), np.uint8) for size in (1, 4, 10, 40, 400)]

    def samples() -> Iterator[Sample]:
        for index in range(600):
            one = sample(index, "字" * (1 + index % 90))
            object.__setattr__(one, "image", images[index % 5])
            yield one

    report = write(tmp_path / "o", "lmdb", samples())
    with lmdb.open(str(tmp_path / "o" / "train"), readonly=True, lock=False) as store:
        size = store.info()["map_size"]
        assert store.info()["last_pgno"] * store.stat()["psize"] < size
        with store.begin() as reading:
            assert list(read_pairs(tmp_path / "o" / "train" / "data.mdb")) == list(reading.cursor())
    assert report["image_bytes"] < size < 1.3 * report["image_bytes"] + (4 << 20)
    assert check(tmp_path / "o").problems == []


def test_no_database_is_trusted(tmp_path: Path) -> None:
    write(tmp_path / "o", "lmdb", (sample(i, "a" * (i % 99)) for i in range(1, 300)))
    whole = (tmp_path / "o" / "train" / "data.mdb").read_bytes()
    path = tmp_path / "x"
    rng = np.random.default_rng(0)
    refused = 0
    for number in range(400):
        data = bytearray(whole[: len(whole) * number // 400] if number % 2 else whole)
        for place in rng.integers(0, max(len(data), 1), 40):
            # heads of pages, and the tables in them, more often than the rest
            at = int(place) // 4096 * 4096 + int(place) % (200 if place % 3 else 4096)
            data[at : at + 1] = bytes([int(rng.integers(256))]) if at < len(data) else b""
        path.write_bytes(data)
        try:
            list(read_pairs(path))
        except ValueError:
            refused += 1
    assert refused > 200


def test_a_trainers_dictionary_goes_with_the_database(tmp_path: Path) -> None:
    (tmp_path / "keys.txt").write_text("a\nb\n", "utf-8")
    report = write(tmp_path / "o", "lmdb", [sample(0, "a c")], dictionary=tmp_path / "keys.txt")
    assert (tmp_path / "o" / "dict.txt").read_text() == "a\nb\n"
    assert report["outside_dictionary"] == {"c": 1}
    write(tmp_path / "p", "lmdb", [sample(0, "b a")])
    assert (tmp_path / "p" / "dict.txt").read_text() == "a\nb\n"


def test_grey_and_colour_are_told_to_kraken(tmp_path: Path) -> None:
    for name, grey, mode in (("g", True, "L"), ("c", False, "RGB")):
        write(tmp_path / name, "kraken-arrow", [sample(0, "a", grey=grey)])
        with pa.memory_map(str(tmp_path / name / "train.arrow")) as file:
            facts = json.loads(pa.ipc.open_file(file).schema.metadata[b"lines"])
        assert facts["im_mode"] == mode


def test_without_the_package_nothing_is_begun(
    tmp_path: Path, archives: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lmdb", None)
    with pytest.raises(MissingExtra, match=r"\[lmdb\]"):
        convert(archives, tmp_path / "o", to="lmdb")
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("to", PACKED)
def test_a_damaged_part_begins_anew(tmp_path: Path, to: str) -> None:
    exporter = exporter_class(to)(tmp_path, Options(format="png"))
    shard = exporter.shard(0, [sample(0, "a")])
    part = tmp_path / "parts" / "00000.arrow"
    for change in (lambda: part.write_bytes(part.read_bytes()[:-9]), part.unlink):
        change()
        with pytest.raises(ExportError, match="begins anew"):
            exporter.finish([shard], {})


Change = Callable[[], object]


class Planted:
    """A sound set, and what `check` says when something in it was changed."""

    def __init__(self, out: Path, archives: list[Path], to: str) -> None:
        self.out, self.archives, self.to = out, archives, to

    def __call__(self, change: Change, *, vouched: str = "") -> str:
        """Problems after the change; the report vouches for the file named `vouched`."""
        convert(self.archives, self.out, to=self.to, overwrite=True)
        change()
        if vouched:
            report = json.loads((self.out / "report.json").read_bytes())
            report["files"][vouched] = file_hash(self.out / vouched)
            (self.out / "report.json").write_text(json.dumps(report), "utf-8")
        return "\n".join(check(self.out).problems)


def edit(path: Path, old: bytes, new: bytes) -> Change:
    def change() -> None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    return change


def test_check_finds_faults_in_a_database(tmp_path: Path, archives: list[Path]) -> None:
    import lmdb

    problems = Planted(tmp_path / "o", archives, "lmdb")
    file = tmp_path / "o" / "train" / "data.mdb"

    def put(key: bytes, value: bytes | None) -> str:
        def change() -> None:
            with (
                lmdb.open(str(file.parent), lock=False, map_size=1 << 24) as store,
                store.begin(write=True) as writing,
            ):
                writing.delete(key) if value is None else writing.put(key, value)

        return problems(change, vouched="train/data.mdb")

    assert problems(lambda: None) == ""
    assert "data.mdb: not the file that was written" in problems(
        lambda: file.write_bytes(file.read_bytes()[:-100])
    )
    assert "the report says 5" in problems(file.unlink)
    assert "5 images, 5 labels, and num-samples is 9" in put(b"num-samples", b"9")
    assert "num-samples is None" in put(b"num-samples", b"x")
    assert "b'label-000000003' is not the next key" in put(b"label-000000002", None)
    assert "label-000000002: byte 0 is not UTF-8" in put(b"label-000000002", b"\xff")
    assert "image-000000003: does not decode" in put(b"image-000000003", b"\x89PNG")
    assert "b'a' is not the next key" in put(b"a", b"")
    assert "says 7 classes, there are 6" in put(b"label-000000001", "上".encode())
    assert "cannot be read: a page size of 0" in problems(lambda: file.write_bytes(bytes(8192)))
    assert "cannot be read" in problems(lambda: file.write_bytes(b""))
    assert "train/lock.mdb: not in the report" in problems(
        lambda: (file.parent / "lock.mdb").write_bytes(b"")
    )


def test_check_finds_faults_in_tars(tmp_path: Path, archives: list[Path]) -> None:
    problems = Planted(tmp_path / "o", archives, "webdataset")
    file = tmp_path / "o" / "shards" / "train-000000.tar"

    def again(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> str:
        def rewrite() -> None:
            with tarfile.open(file) as tar:
                held = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # type: ignore[union-attr]
            with tarfile.open(file, "w") as tar:
                for name, data in change(held).items():
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))

        return problems(rewrite, vouched="shards/train-000000.tar")

    assert problems(lambda: None) == ""
    assert "not the file that was written" in problems(edit(file, "今".encode(), "上".encode()))
    assert "train-000000.tar: missing" in problems(file.unlink)
    assert "x.tar: not in the report" in problems(lambda: (file.parent / "x.tar").write_bytes(b""))
    assert "00000001: no text" in again(lambda held: {**held, "00000001.txt": b"x"})
    assert "00000001: no text" in again(lambda held: {**held, "00000001.json": b"["})
    assert "does not decode" in again(lambda held: {**held, "00000001.png": b"junk"})
    assert "do not stand together" in again(lambda held: {**held, "00000001.cls": b"0"})
    assert "is no member of a line" in again(lambda held: {**held, "../x.png": b"0"})
    assert "the report says 5" in again(lambda held: dict(list(held.items())[3:]))
    assert "cannot be read" in problems(
        lambda: file.write_bytes(b"junk" * 999), vouched="shards/train-000000.tar"
    )


def test_check_finds_faults_in_an_arrow_file(tmp_path: Path, archives: list[Path]) -> None:
    problems = Planted(tmp_path / "o", archives, "kraken-arrow")
    file = tmp_path / "o" / "train.arrow"

    def again(change: Callable[[list[dict[str, Any]]], object]) -> str:
        def rewrite() -> None:
            with pa.ipc.open_file(file.read_bytes()) as reader:
                schema, rows = reader.schema, reader.read_all().to_pylist()
            change(rows)
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
                writer.write(pa.Table.from_pylist(rows, schema))

        return problems(rewrite, vouched="train.arrow")

    assert problems(lambda: None) == ""
    assert again(lambda rows: None) == ""
    assert "not the file that was written" in problems(edit(file, "今".encode(), "上".encode()))
    assert "train.arrow: missing" in problems(file.unlink)
    assert "line 2: no text" in again(lambda rows: rows[1].update(train=False))
    assert "line 2: no text" in again(lambda rows: rows[1].update(test=True))
    assert "line 1: no text" in again(lambda rows: rows[0]["lines"].update(text=""))
    assert "line 3: its image does not decode" in again(
        lambda rows: rows[2]["lines"].update(im=b"x")
    )
    assert "says 7 classes, there are 6" in again(lambda rows: rows[0]["lines"].update(text="上"))
    assert "cannot be read" in problems(
        lambda: file.write_bytes(file.read_bytes()[:-9]), vouched="train.arrow"
    )


@pytest.mark.parametrize(
    ("to", "folder", "labels"),
    [
        ("doctr", "train/images/00000", "train/labels.json"),
        ("kraken", "train/*-00000", "train/*-00000/00000000.gt.txt"),
        ("easyocr", "train/00000", "train/00000/labels.csv"),
    ],
)
def test_check_finds_faults_in_folders_of_pictures(
    tmp_path: Path, archives: list[Path], to: str, folder: str, labels: str
) -> None:
    out = tmp_path / "o"
    problems = Planted(out, archives, to)
    convert(archives, out, to=to)
    (folder,) = (path.relative_to(out).as_posix() for path in out.glob(folder))
    (labels,) = (path.relative_to(out).as_posix() for path in out.glob(labels))
    one, two = (out / folder / f"0000000{k}.png" for k in (1, 2))
    text = out / labels

    def swap() -> None:
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)

    assert problems(lambda: None) == ""
    edited = problems(edit(text, "今".encode(), "上".encode()))
    assert "written" in edited
    assert "says 7 classes, there are 6" in edited
    assert "00000001.png: missing" in problems(one.unlink)
    assert f"{folder}: its files are not those that were written" in problems(swap)
    assert "does not decode" in problems(lambda: one.write_bytes(one.read_bytes()[:30]))
    assert "x.png: an image without a label" in problems(
        lambda: (one.parent / "x.png").write_bytes(b"")
    )
    assert "the report says 5" in problems(text.unlink)
    assert problems(lambda: text.write_bytes(b"\xff\n")) != ""
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"")

    def link() -> None:
        one.unlink()
        one.symlink_to(outside)

    assert "leads out" in problems(link)


def test_webdataset_itself(tmp_path: Path, archives: list[Path]) -> None:
    webdataset = pytest.importorskip("webdataset")
    convert(archives, tmp_path / "o", to="webdataset")
    url = str(tmp_path / "o" / "shards" / "train-000000.tar")
    set_ = (
        webdataset.WebDataset(url, shardshuffle=False).decode().to_tuple("txt", "json", "__key__")
    )
    found = list(set_)
    records = list(read(archives[0]))
    assert [text for text, _, _ in found] == [record.character for record in records]
    assert [facts["writer"] for _, facts, _ in found] == [r.source.writer for r in records]
    assert [key for _, _, key in found] == [f"{k:08d}" for k in range(5)]


def test_hugging_face_reads_the_tars(tmp_path: Path, archives: list[Path]) -> None:
    datasets = pytest.importorskip("datasets")
    convert(archives, tmp_path / "o", to="webdataset")
    found = datasets.load_dataset(
        "webdataset",
        data_files={s: str(tmp_path / "o" / "shards" / f"{s}-*.tar") for s in ("train", "test")},
        cache_dir=str(tmp_path / "cache"),
    )
    records = [record for archive in archives for record in read(archive)]
    rows = [row for split in ("train", "test") for row in found[split]]
    for row, record in zip(rows, records, strict=True):
        assert row["json"]["text"] == record.character
        np.testing.assert_array_equal(np.array(row["png"]), record.pixels)


@pytest.mark.usefixtures("torchvision_fits")
def test_doctr_itself(tmp_path: Path, archives: list[Path]) -> None:
    doctr = pytest.importorskip("doctr.datasets")
    convert(archives, tmp_path / "o", to="doctr")
    found = doctr.RecognitionDataset(
        img_folder=str(tmp_path / "o" / "train" / "images"),
        labels_path=str(tmp_path / "o" / "train" / "labels.json"),
    )
    for number, record in enumerate(read(archives[0])):
        one = found[number]
        assert one.target == record.character
        np.testing.assert_array_equal((one.image[0] * 255).round().numpy(), record.pixels)
    assert len(found) == 5


@pytest.mark.usefixtures("torchvision_fits")
def test_kraken_itself(
    tmp_path: Path, archives: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kraken = pytest.importorskip("kraken.lib.dataset")
    arrow = pytest.importorskip("kraken.lib.arrow_dataset")
    convert(archives, tmp_path / "a", to="kraken-arrow")
    convert(archives, tmp_path / "k", to="kraken")
    transforms = kraken.ImageInputTransforms(1, 48, 0, 1, (16, 0))
    found = kraken.ArrowIPCRecognitionDataset(split_filter="train", im_transforms=transforms)
    found.add(str(tmp_path / "a" / "train.arrow"))
    assert (len(found), found.seg_type) == (5, "bbox")
    found.encode()
    assert [found.codec.decode([(c, 0, 0, 1.0) for c in found[0]["target"]])[0][0]] == ["今"]
    assert found[0]["image"].shape[1] == 48
    assert not found.failed_samples
    # kraken's own compiler makes the same rows of the pairs
    monkeypatch.chdir(tmp_path / "k")
    files = Path("train.lst").read_text().splitlines()
    own = str(tmp_path / "own.arrow")
    arrow.build_binary_dataset(files, own, format_type="path", ignore_splits=True)
    tables = []
    for path in (own, str(tmp_path / "a" / "train.arrow")):
        with pa.memory_map(path) as file, pa.ipc.open_file(file) as reader:
            tables.append((reader.schema, reader.read_all().to_pylist()))
    (theirs, their_rows), (ours, our_rows) = tables
    assert theirs.equals(ours)
    for one, other in zip(their_rows, our_rows, strict=True):
        assert one["lines"]["text"] == other["lines"]["text"]
        np.testing.assert_array_equal(pixels(one["lines"]["im"]), pixels(other["lines"]["im"]))
