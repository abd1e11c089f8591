"""Real characters and lines into a training set: every pixel, every label, every gap counted."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes
import fakes_pages
from penline.check import check
from penline.convert import convert
from penline.errors import ExportError, FormatError, UsageError
from penline.sources.collect import read

REAL = Path(__file__).parents[2] / "shared" / "data" / "casia"


def labels(out: Path, side: str) -> dict[str, str]:
    lines = (out / f"rec_gt_{side}.txt").read_text("utf-8").removesuffix("\n").split("\n")
    return dict(line.split("\t") for line in lines)


def image(out: Path, path: str) -> np.ndarray:
    return cv2.imread(str(out / path), cv2.IMREAD_UNCHANGED)


def test_characters_keep_every_pixel_and_their_part(tmp_path: Path) -> None:
    files = {"1001-c.gnt": fakes.gnt("今天，A"), "1002-c.gnt": fakes.gnt("上")}
    fakes.zip_file(tmp_path / "Gnt1.1TrainPart1.zip", files)
    fakes.zip_file(tmp_path / "Gnt1.1Test.zip", {"1241-c.gnt": fakes.gnt("午九")})
    sources = [tmp_path / "Gnt1.1TrainPart1.zip", tmp_path / "Gnt1.1Test.zip"]
    report = convert(sources, tmp_path / "out", boxes=True)
    assert report["lines"] == {"train": 5, "test": 2}
    assert check(tmp_path / "out").problems == []
    found = labels(tmp_path / "out", "train") | labels(tmp_path / "out", "test")
    records = [record for source in sources for record in read(source)]
    assert list(found.values()) == [record.character for record in records]
    for path, record in zip(found, records, strict=True):
        np.testing.assert_array_equal(image(tmp_path / "out", path), record.pixels)
    boxes = (tmp_path / "out" / "boxes.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["writer"] for line in boxes][-1] == "casia:1241"


def test_lines_keep_every_pixel(tmp_path: Path) -> None:
    texts = ["今天上午，", "九点A1"]
    (tmp_path / "006-P16.dgrl").write_bytes(fakes_pages.dgrl(texts))
    report = convert(tmp_path / "006-P16.dgrl", tmp_path / "out", boxes=True)
    assert report["sources"][0]["card"] == "casia-hwdb2.0"
    found = labels(tmp_path / "out", "train")
    assert list(found.values()) == texts
    for path, record in zip(found, read(tmp_path / "006-P16.dgrl"), strict=True):
        np.testing.assert_array_equal(image(tmp_path / "out", path), record.pixels)
    place = json.loads((tmp_path / "out" / "boxes.jsonl").read_text("utf-8").split("\n")[0])
    first = next(read(tmp_path / "006-P16.dgrl"))
    assert (place["drawn"]["top_px"], place["drawn"]["left_px"]) == (first.top_px, first.left_px)


def test_one_bit_lines_are_black_on_white(tmp_path: Path) -> None:
    (tmp_path / "006-P16.dgrl").write_bytes(fakes_pages.dgrl(["今天"], bits=1))
    convert(tmp_path / "006-P16.dgrl", tmp_path / "out")
    record = next(read(tmp_path / "006-P16.dgrl"))
    assert record.page.paper == 0
    path = next(iter(labels(tmp_path / "out", "train")))
    np.testing.assert_array_equal(image(tmp_path / "out", path), 255 - record.pixels)


@pytest.mark.parametrize(
    ("unknown", "expected", "dropped"),
    [
        ("drop-line", ["九点"], 1),
        ("drop-char", ["今天", "九点"], 0),
        ("keep", ["今\ufffd天", "九点"], 0),
    ],
)
def test_ink_without_a_label_goes_by_policy_and_is_counted(
    tmp_path: Path, unknown: str, expected: list[str], dropped: int
) -> None:
    data = fakes_pages.dgrl(["今?天", "九点"])
    (tmp_path / "006-P16.dgrl").write_bytes(data)
    report = convert(tmp_path / "006-P16.dgrl", tmp_path / "out", unknown=unknown)
    assert list(labels(tmp_path / "out", "train").values()) == expected
    left_out = report["left_out"]
    assert left_out[f"units without a character: {unknown}"] == 1
    assert left_out.get("lines dropped for units without a character", 0) == dropped


def test_long_labels_are_counted(tmp_path: Path) -> None:
    (tmp_path / "006-P16.dgrl").write_bytes(fakes_pages.dgrl(["今" * 26, "今" * 25]))
    report = convert(tmp_path / "006-P16.dgrl", tmp_path / "out")
    assert report["left_out"] == {}
    assert report["longest_label"] == 26


def test_damage_stops_or_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(fakes.gnt("今天上")[:-4])
    with pytest.raises(FormatError):
        convert(path, tmp_path / "out")
    report = convert(path, tmp_path / "out", salvage=True, overwrite=True)
    assert report["lines"] == {"train": 2}
    assert sum(report["left_out"].values()) == 1


def test_strokes_are_rendered(tmp_path: Path) -> None:
    path = tmp_path / "001.pot"
    path.write_bytes(fakes.pot("今天上午"))
    report = convert(path, tmp_path / "out")
    assert report["lines"] == {"train": 4}
    for name in labels(tmp_path / "out", "train"):
        pixels = image(tmp_path / "out", name)
        assert pixels.min() < 128 < pixels.max()


def test_several_shards(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(b"".join(fakes.gnt_records("今天上午九", side_px=8)) * 401)
    report = convert(path, tmp_path / "out")
    assert report["lines"] == {"train": 2005}
    assert [shard["number"] for shard in report["shards"]] == [0, 1, 2]
    assert check(tmp_path / "out").problems == []


def test_wrong_usage(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(fakes.gnt("今"))
    with pytest.raises(UsageError, match="drop-line"):
        convert(path, tmp_path / "out", unknown="guess")
    convert(path, tmp_path / "out")
    with pytest.raises(UsageError, match="--overwrite"):
        convert(path, tmp_path / "out")
    (tmp_path / "006-P16.dgrl").write_bytes(
        fakes_pages.dgrl(["今"]).replace("今".encode("gb18030"), b"\xff\xff", 1)
    )
    with pytest.raises(ExportError, match="nothing to convert"):
        convert(tmp_path / "006-P16.dgrl", tmp_path / "none")


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="real handwriting is not beside the project")
def test_a_real_page(tmp_path: Path) -> None:
    report = convert(REAL / "006-P16.dgrl", tmp_path / "out")
    assert report["lines"] == {"train": 10}
    assert report["characters"] == 278
    found = list(labels(tmp_path / "out", "train").values())
    assert found[0] == "2006年8月,国际天文学联合会大会正式通过决议,将冥王星降级,"
    assert check(tmp_path / "out").problems == []
