"""Lines and characters as ImageFolder and Parquet: the same rows, every pixel, faults found."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import fakes
import fakes_pages
from conftest import ended
from penline.api import compose
from penline.bank import Bank
from penline.check import check
from penline.compose import Composer
from penline.convert import convert
from penline.errors import ExportError, UnwritableLine
from penline.export import exporter_class
from penline.export.base import Options, file_hash
from penline.export.boxes import box_line, box_metadata
from penline.export.encoded import AT_ONCE
from penline.export.run import Run
from penline.records import Origin, Sample
from penline.sample import corpus_files, sample_bank
from penline.sources.collect import read

REAL_PAGE = fakes.REAL / "casia" / "006-P16.dgrl"
FORMATS = ("imagefolder", "parquet")
RECIPE = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain"],
    "effects": [],
}

Row = dict[str, Any]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(out: Path, to: str, split: str) -> list[Row]:
    """All rows of a split; ``image`` is the picture's bytes."""
    if to == "imagefolder":
        text = (out / split / "metadata.jsonl").read_text("utf-8")
        found = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
        return [{"image": (out / split / r.pop("file_name")).read_bytes(), **r} for r in found]
    found = []
    for path in sorted((out / "data").glob(f"{split}-*")):
        found += pq.read_table(path).to_pylist()
    return [{**r, "image": r["image"]["bytes"]} for r in found]


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
def test_characters_keep_pixels_parts_and_writers(
    tmp_path: Path, archives: list[Path], to: str
) -> None:
    out = tmp_path / "o"
    report = convert(archives, out, to=to, boxes=True)
    assert report["lines"] == {"train": 5, "test": 2}
    found = rows(out, to, "train") + rows(out, to, "test")
    for one, record in zip(found, (r for a in archives for r in read(a)), strict=True):
        assert (one["text"], one["writer"]) == (record.character, record.source.writer)
        np.testing.assert_array_equal(pixels(one["image"]), record.pixels)
        (origin,) = one["origins"]
        name = record.source.file.removeprefix(f"{tmp_path}/")
        assert (origin["archive"], origin["offset"]) == (name, record.offset)
        height, width = record.pixels.shape
        assert one["quads"] == [[[0, 0], [width, 0], [width, height], [0, height]]]
        assert json.loads(one["drawn"]) == {"height_px": height, "width_px": width}
    assert check(out).problems == []
    assert check(out).lines == {"train": 5, "test": 2}


@pytest.mark.parametrize("to", FORMATS)
def test_lines_keep_pixels(tmp_path: Path, to: str) -> None:
    path = tmp_path / "006-P16.dgrl"
    path.write_bytes(fakes_pages.dgrl(["今天上午，", "九点A1"]))
    convert(path, tmp_path / "o", to=to)
    for one, record in zip(rows(tmp_path / "o", to, "train"), read(path), strict=True):
        assert one.keys() == {"image", "text", "writer"}
        assert one["text"] == record.text()
        np.testing.assert_array_equal(pixels(one["image"]), record.pixels)


@pytest.mark.real
@pytest.mark.skipif(not REAL_PAGE.exists(), reason="real handwriting is not beside the project")
@pytest.mark.parametrize("to", FORMATS)
def test_a_real_page(tmp_path: Path, to: str) -> None:
    report = convert(REAL_PAGE, tmp_path / "o", to=to)
    assert (report["lines"], report["characters"]) == ({"train": 10}, 278)
    found = rows(tmp_path / "o", to, "train")
    assert found[0]["text"] == "2006年8月,国际天文学联合会大会正式通过决议,将冥王星降级,"
    for one, record in zip(found, read(REAL_PAGE), strict=True):
        np.testing.assert_array_equal(pixels(one["image"]), record.pixels)
    assert check(tmp_path / "o").problems == []


def many(tmp_path: Path) -> Path:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(b"".join(fakes.gnt_records("今天上午九", side_px=8)) * 401)
    return path


def test_a_thousand_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "o"
    convert(many(tmp_path), out, to="imagefolder")
    assert sorted(path.name for path in (out / "train").iterdir()) == [
        *("00000", "00001", "00002"),
        "metadata.jsonl",
    ]
    folders = [len(list((out / "train" / name).iterdir())) for name in ("00000", "00001", "00002")]
    assert folders == [1000, 1000, 5]
    assert check(out).problems == []


def test_parquet_is_named_and_declared_as_hugging_face_expects(tmp_path: Path) -> None:
    out = tmp_path / "o"
    convert(many(tmp_path), out, to="parquet", boxes=True)
    names = [path.name for path in sorted((out / "data").iterdir())]
    assert names == [f"train-{k:05d}-of-00003.parquet" for k in range(3)]
    with pq.ParquetFile(out / "data" / names[0]) as file:
        assert file.metadata.num_row_groups == 10
        assert str(file.schema_arrow.field("image").type) == "struct<bytes: binary, path: string>"
        info = json.loads(file.schema_arrow.metadata[b"huggingface"])["info"]
    assert info["features"]["image"] == {"_type": "Image"}
    assert info["features"]["text"] == {"dtype": "string", "_type": "Value"}
    assert list(info["features"]) == ["image", "text", "writer", "quads", "origins", "drawn"]
    assert check(out).problems == []


@pytest.mark.parametrize("to", FORMATS)
def test_composed_lines_with_a_validation_side(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, to: str
) -> None:
    def make(out: Path, workers: int) -> dict[str, Any]:
        more: dict[str, Any] = {"n": 1005, "recipe": RECIPE, "val": 0.4, "boxes": True}
        return compose(
            out, banks=[small_bank], corpora=[corpus_file], to=to, workers=workers, **more
        ).report  # type: ignore[return-value]

    report = make(tmp_path / "one", 1)
    make(tmp_path / "two", 2)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    train = rows(tmp_path / "one", to, "train")
    validation = rows(tmp_path / "one", to, "validation")
    assert report["lines"] == {"train": len(train), "val": len(validation)}
    assert not {one["writer"] for one in train} & {one["writer"] for one in validation}
    for one in validation:
        assert pixels(one["image"]).shape[0] == 32
        assert len(one["quads"]) == len(one["text"])
    assert check(tmp_path / "one").problems == []


def sample_bank_line() -> Sample:
    recipe = {"corpus": {"length_range": [4, 12]}, "papers": ["plain"]}
    return Composer(recipe, sample_bank(), corpus_files()[0], 1)[0]


def sample(index: int, text: str, side: str = "train") -> Sample:
    image = np.full((4, 5 + index, 3), 40 * index, np.uint8)
    origin = Origin(0, text[:1], "casia:001", "a.gnt", index, 0)
    quads = np.zeros((len(text), 4, 2))
    drawn = {"a": {"b": index}}
    return Sample(index, image, text, quads, "casia:001", side, drawn, {}, trace=lambda: (origin,))


def write(out: Path, to: str, samples: Iterable[Any], **options: Any) -> dict[str, Any]:
    out.mkdir()
    exporter = exporter_class(to)(out, Options(format="png", **options))
    return ended(exporter, [exporter.shard(0, samples)], {"run": {"to": to}})


@pytest.mark.parametrize("to", FORMATS)
def test_a_label_may_hold_anything(tmp_path: Path, to: str) -> None:
    texts = ["a\tb", "a\nb\r", '"\\', "\u2028 \x7f", "𠮷\ufeff", " "]
    report = write(tmp_path / "o", to, (sample(i, text) for i, text in enumerate(texts)))
    assert [one["text"] for one in rows(tmp_path / "o", to, "train")] == texts
    assert report["spaces"] == 2
    assert check(tmp_path / "o").problems == []


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
def test_a_run_that_was_cut_short_goes_on(
    tmp_path: Path,
    small_bank: Bank,
    corpus_file: Path,
    to: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(out: Path, **more: Any) -> None:
        facts: dict[str, Any] = {"banks": [small_bank], "corpora": [corpus_file], "n": 1005}
        compose(out, **facts, to=to, recipe=RECIPE, val=0.4, workers=1, **more)

    make(tmp_path / "whole")
    module = "imagefolder" if to == "imagefolder" else "shard_files"

    def fail(*_: object) -> None:
        raise OSError("disk full")

    # the report: all else has its final name
    monkeypatch.setattr(f"penline.export.{module}.whole_report", fail)
    with pytest.raises(OSError, match="disk full"):
        make(tmp_path / "cut")
    monkeypatch.undo()
    assert not (tmp_path / "cut" / "report.json").exists()
    Path(tmp_path / "cut" / exporter_class(to).owns[0] / ".00001.99.partial").mkdir()
    make(tmp_path / "cut")
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")
    make(tmp_path / "cut", overwrite=True)
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")


def test_a_shard_has_no_final_name_before_it_is_whole(tmp_path: Path) -> None:
    def broken() -> Iterable[Sample]:
        one = sample(0, "a")
        yield from (dataclasses.replace(one, index=index) for index in range(AT_ONCE + 1))
        raise OSError("disk full")

    for to in FORMATS:
        with pytest.raises(OSError, match="disk full"):
            write(tmp_path / to, to, broken())
        names = {path.name for path in (tmp_path / to / exporter_class(to).owns[0]).iterdir()}
        assert all(name.startswith(".") and name.endswith(".partial") for name in names)
        run = Run(tmp_path / to)
        run.work.mkdir()
        (run.work / "run.json").write_text(json.dumps({"to": to}))
        run.begin({"to": to})
        assert not any((tmp_path / to / exporter_class(to).owns[0]).iterdir())


def planted(out: Path, archives: list[Path], to: str, change) -> str:
    convert(archives, out, to=to, overwrite=True)
    change()
    return "\n".join(check(out).problems)


def edit(path: Path, old: bytes, new: bytes):
    def change() -> None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    return change


def test_check_finds_faults_in_an_imagefolder(tmp_path: Path, archives: list[Path]) -> None:
    out = tmp_path / "o"
    labels = out / "train" / "metadata.jsonl"
    one, two = (out / "train" / "00000" / f"0000000{k}.png" for k in (1, 2))

    def problems(change) -> str:
        return planted(out, archives, "imagefolder", change)

    def swap() -> None:
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)

    assert problems(lambda: None) == ""
    edited = problems(edit(labels, "今".encode(), "上".encode()))
    assert "train/metadata.jsonl: not the file that was written" in edited
    assert "says 7 classes, there are 6" in edited
    assert "00000001.png: No such file" in problems(one.unlink)
    assert "train/00000: its files are not those that were written" in problems(swap)
    assert "does not decode" in problems(lambda: one.write_bytes(one.read_bytes()[:30]))
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60000).to_bytes(4, "big") * 2 + bytes(99)
    assert "does not decode" in problems(lambda: one.write_bytes(bomb))
    assert "metadata.jsonl: missing" in problems(labels.unlink)
    assert "not a whole JSON object" in problems(edit(labels, b"{", b"["))
    assert "not a whole JSON object" in problems(lambda: labels.write_bytes(b"\xff\n"))
    assert "no file_name" in problems(edit(labels, b'"file_name"', b'"name"'))
    assert "leads out" in problems(edit(labels, b"00000/00000001", b"../../00000001"))
    assert "stands twice" in problems(
        lambda: labels.write_bytes(labels.read_bytes() + labels.read_bytes())
    )
    assert "without a label" in problems(lambda: (out / "train/00000/x.png").write_bytes(b""))
    assert "test/00000: its files" in problems((out / "test/00000/00000005.png").unlink)
    assert "the report says 5" in problems(
        lambda: labels.write_bytes(b"".join(labels.read_bytes().splitlines(True)[1:]))
    )


def test_check_finds_faults_in_parquet(tmp_path: Path, archives: list[Path]) -> None:
    out = tmp_path / "o"
    file = out / "data" / "train-00000-of-00001.parquet"

    def problems(change) -> str:
        return planted(out, archives, "parquet", change)

    def again(column: str, cells: list[Any]):
        """The file with other cells in a column, and a report that vouches for it."""

        def change() -> None:
            table = pq.read_table(file)
            place, kind = table.schema.get_field_index(column), table.schema.field(column)
            pq.write_table(table.set_column(place, kind, pa.array(cells, kind.type)), file)
            report = json.loads((out / "report.json").read_bytes())
            report["files"]["data/train-00000-of-00001.parquet"] = file_hash(file)
            (out / "report.json").write_text(json.dumps(report), "utf-8")

        return change

    assert problems(lambda: None) == ""
    written = "train-00000-of-00001.parquet: not the file that was written"
    assert written in problems(lambda: file.write_bytes(file.read_bytes()[:-100]))
    assert written in problems(edit(file, "今".encode(), "上".encode()))
    assert "train-00000-of-00001.parquet: missing" in problems(file.unlink)
    assert "not in the report" in problems(lambda: (file.parent / "x.parquet").write_bytes(b""))
    assert "says 7 classes, there are 3" in problems(again("text", ["今"] * 5))
    assert "row 2: no text" in problems(again("text", ["今", "", "今", "今", "今"]))
    broken = [{"bytes": b"junk", "path": "x"}] * 5
    assert "row 5: its image does not decode" in problems(again("image", broken))
    assert "row 1: its image does not decode" in problems(again("image", [None] * 5))


@pytest.mark.parametrize("to", [*FORMATS, "paddleocr", "inkml"])
def test_check_of_a_strange_report(tmp_path: Path, to: str) -> None:
    (tmp_path / "001.pot").write_bytes(fakes.pot("今天"))
    out = tmp_path / "o"
    convert(tmp_path / "001.pot", out, to=to)
    report = json.loads((out / "report.json").read_bytes())

    def changed(**more: object) -> list[str]:
        (out / "report.json").write_text(json.dumps({**report, **more}), "utf-8")
        return check(out).problems

    assert changed() == []
    for more in (
        *({"run": {"to": "x"}}, {"run": 5}, {"run": {}}, {"lines": {"../x": 1}}, {"lines": 1}),
        *({"files": {name: ""}} for name in ("/a", "../a", "a/../../b", "c:a", "a\0", "")),
        *({"shards": [{}]}, {"shards": [{"number": 0, "files": {"train": 5}}]}),
    ):
        with pytest.raises(ExportError, match=r"report\.json"):
            changed(**more)
    assert changed(files={**report["files"], "x/y.inkml": ""}) != []
    assert changed(lines={"train": 3}) != []
    assert changed(lines={"elsewhere": 2}) != []
    assert changed(characters="x", rows=5) != []


def test_hugging_face_datasets_read_both_alike(tmp_path: Path, archives: list[Path]) -> None:
    datasets = pytest.importorskip("datasets")
    splits = []
    for to in FORMATS:
        convert(archives, tmp_path / to, to=to, boxes=True)
        cache = str(tmp_path / "cache" / to)
        found = datasets.load_dataset(to, data_dir=str(tmp_path / to), cache_dir=cache)
        assert isinstance(found["train"].features["image"], datasets.Image)
        splits.append(found)
    records = [record for archive in archives for record in read(archive)]
    assert {split: len(found) for split, found in splits[0].items()} == {"train": 5, "test": 2}
    at = iter(records)
    for split in ("train", "test"):
        for one, other in zip(splits[0][split], splits[1][split], strict=True):
            record = next(at)
            assert one["text"] == other["text"] == record.character
            assert one["origins"] == other["origins"]
            np.testing.assert_array_equal(np.array(one["image"]), record.pixels)
            np.testing.assert_array_equal(np.array(other["image"]), record.pixels)


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_what_is_said_of_a_line_is_json(shift):
    """The text is written out by hand, for speed: it must be what json would read."""
    quads = np.arange(16, dtype=np.float64).reshape(2, 4, 2) + shift
    writer, archive = 'w:"1"', "a\\b\t.zip::c.gnt"
    origins = (
        Origin(0, '"', writer, archive, 3, 40),
        Origin(1, "\u2028", "w:2", archive, 4, 1 << 40),
    )
    sample = Sample(
        index=7,
        image=np.zeros((4, 4), np.uint8),
        text='"\u2028',
        quads=quads,
        writer=writer,
        side="train",
        trace=lambda: origins,
        drawn={"ink": {"strength": 0.5}},
        counts={},
    )
    line = box_line('images/"7".jpg', box_metadata(sample))
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "path": 'images/"7".jpg',
        "text": '"\u2028',
        "writer": writer,
        "quads": quads.tolist(),
        "origins": [origin._asdict() for origin in origins],
        "drawn": {"ink": {"strength": 0.5}},
    }
    composed = sample_bank_line()
    assert box_metadata(pickle.loads(pickle.dumps(composed))) == box_metadata(composed)  # noqa: S301
    sample = dataclasses.replace(sample, quads=quads * np.nan)
    with pytest.raises(ExportError, match="no numbers"):
        box_metadata(sample)
