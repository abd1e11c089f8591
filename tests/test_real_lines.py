"""Sets of lines that people train on, as sources: options, damage, sides, files kept."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes_sets as made
from fakes import folder, png_file, zip_file
from fakes_etl import tar_file
from penline.api import info
from penline.check import check
from penline.convert import convert
from penline.errors import ExportError, FormatError, UsageError
from penline.pack import pack
from penline.records import Defect, LineRecord
from penline.sources.collect import open_sources
from penline.sources.reading import Reading

LINES = Reading(take="lines")


def records(place: Path, reading: Reading = LINES) -> list[LineRecord]:
    units = open_sources(place, reading=reading)
    return [one for unit in units for one in unit.read() if isinstance(one, LineRecord)]


def labels(out: Path, side: str = "train") -> list[str]:
    rows = (out / f"rec_gt_{side}.txt").read_text("utf-8").splitlines()
    return [row.partition("\t")[2] for row in rows]


@pytest.mark.parametrize("name", ["paddleocr", "gt.txt", "metadata.jsonl", "doctr", "iam-lines"])
def test_archives_are_read_in_place(name: str, tmp_path: Path) -> None:
    files = made.FORMS[name].files(tmp_path)
    plain = records(folder(tmp_path / "set", files))
    for place in (zip_file(tmp_path / "set.zip", files), tar_file(tmp_path / "set.tar", files)):
        found = records(place)
        assert sorted(one.text() for one in found) == sorted(one.text() for one in plain)
        assert {one.source.part for one in found} == {one.source.part for one in plain}


@pytest.mark.parametrize("name", [name for name, form in made.FORMS.items() if not form.pages])
def test_units_can_be_pickled_and_read_again(name: str, tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.FORMS[name].files(tmp_path))
    for unit in open_sources(place, reading=LINES):
        again = pickle.loads(pickle.dumps(unit))  # noqa: S301
        texts = [[record.text() for record in one.read()] for one in (unit, again, unit)]
        assert texts[0] == texts[1] == texts[2]
        assert unit.understood is not None
        assert unit.understood.line().startswith("lines of text, label = ")


def test_info_tells_lines_from_characters(tmp_path: Path) -> None:
    found = info(folder(tmp_path / "set", made.paddleocr()))
    assert [(one.records, one.parts) for one in found] == [(4, {"train": 4}), (2, {"val": 2})]
    characters = {f"{at}.png": made.png(made.picture(0)) for at in range(3)}
    characters["list.txt"] = b"0.png\t\xe6\xb0\xb8\n1.png\ta\n2.png\tb\n"
    (one,) = info(folder(tmp_path / "characters", characters))
    assert one.understood is not None
    assert not one.understood.of_lines


def test_a_bank_wants_characters_and_says_so(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.paddleocr())
    with pytest.raises(FormatError, match="lines of text are for penline convert"):
        pack(place / "rec_gt_train.txt", tmp_path / "bank")


@pytest.mark.parametrize("packed", [False, True])
def test_texts_in_a_folder_of_their_own_are_named(packed: bool, tmp_path: Path) -> None:
    texts = ["de la vie", "und so weiter", "1066"]
    files = {f"images/line-{at}.png": made.png(made.picture(at)) for at in range(4)}
    files |= {f"gt/line-{at}.txt": text.encode() for at, text in enumerate(texts)}
    place = folder(tmp_path / "set", files)
    if packed:
        place = zip_file(tmp_path / "set.zip", {f"set/{name}": files[name] for name in files})
    with pytest.raises(FormatError, match=r"--texts 'gt/\*\.txt' where texts of lines lie apart"):
        convert(place, tmp_path / "out")
    said = Reading(texts="gt/*.txt")
    assert convert(place, tmp_path / "out", reading=said)["lines"] == {"train": 3}
    assert labels(tmp_path / "out") == texts
    (one,) = info(place, reading=said)
    assert one.note == "1 picture without a text left out"
    assert "--texts 'gt/*.txt' -o OUT" in one.understood.command
    with pytest.raises(UsageError, match=r"--texts is for pictures of lines.* there are none here"):
        convert(place, tmp_path / "o", reading=Reading(texts="labels/*.txt"))


@pytest.mark.parametrize(("own", "column"), [("list.csv", "text"), ("list.txt", "2")])
def test_lines_of_numbers_are_texts_where_somebody_says_so(
    own: str, column: str, tmp_path: Path
) -> None:
    texts = ["1066", "0042", "7", "1066"]
    files = {f"{at}.png": made.png(made.picture(at)) for at in range(len(texts))}
    rows = [f"{at}.png,{text}" for at, text in enumerate(texts)]
    if own.endswith("csv"):
        rows = ["file_name,text", *rows]
    else:
        rows = [row.replace(",", "\t") for row in rows]
    place = folder(tmp_path / "set", {**files, own: "\n".join(rows).encode()})
    with pytest.raises(FormatError, match="texts of lines, --columns text=COLUMN"):
        convert(place, tmp_path / "out")
    said = Reading(columns=f"text={column}")
    assert convert(place, tmp_path / "out", reading=said)["lines"] == {"train": 4}
    assert labels(tmp_path / "out") == texts
    (one,) = info(place, reading=said)
    assert f"--columns text={column} -o OUT" in one.understood.command
    with pytest.raises(UsageError, match="is of lines; penline convert takes them"):
        pack(place, tmp_path / "bank", reading=said)
    with pytest.raises(UsageError, match="says entry and text; say the one that holds"):
        convert(place, tmp_path / "o", reading=Reading(columns=f"text={column},entry={column}"))


def test_labels_keep_quotes_commas_and_spaces(tmp_path: Path) -> None:
    texts = ['"quoted', " spaced ", "a, b; c | d", "é\u0301", "x\u00a0y", "한국 어"]
    files = {f"{at}.png": made.png(made.picture(at)) for at in range(len(texts))}
    files["list.txt"] = "".join(f"{at}.png\t{text}\n" for at, text in enumerate(texts)).encode()
    convert(folder(tmp_path / "set", files), tmp_path / "out")
    assert labels(tmp_path / "out") == texts
    convert(tmp_path / "out", tmp_path / "again", to="easyocr")
    convert(tmp_path / "again", tmp_path / "back")
    assert labels(tmp_path / "back") == texts


def test_lines_are_scaled_with_their_boxes(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.paddleocr())
    convert(place, tmp_path / "out", height_px=32, boxes=True)
    assert check(tmp_path / "out").problems == []
    for row in (tmp_path / "out" / "boxes.jsonl").read_text("utf-8").splitlines():
        told = json.loads(row)
        image = cv2.imread(str(tmp_path / "out" / told["path"]))
        assert image.shape[0] == 32
        assert told["drawn"]["width_px"] == image.shape[1]
    for height in (4, 5000):
        with pytest.raises(UsageError, match="--height is of 8 to"):
            convert(place, tmp_path / "other", height_px=height)


def test_only_some_characters_and_a_dictionary(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.paddleocr())
    (tmp_path / "some.txt").write_text("".join(f"{one}\n" for one in "delavi¬12fn."), "utf-8")
    report = convert(place, tmp_path / "out", characters=tmp_path / "some.txt")
    assert labels(tmp_path / "out") + labels(tmp_path / "out", "val") == [
        "de la vie ¬",
        "12",
        "fin.",
    ]
    reason = "labels with a character that is not in the dictionary"
    assert report["left_out"] == {reason: 3}
    report = convert(place, tmp_path / "other", dictionary=tmp_path / "some.txt")
    assert report["left_out"] == {reason: 3}
    assert (tmp_path / "other" / "dict.txt").read_bytes() == (tmp_path / "some.txt").read_bytes()


def test_writers_are_parted_whole(tmp_path: Path) -> None:
    rows, files = [], {}
    for at in range(120):
        files[f"{at}.png"] = png_file(np.full((20, 40), at, np.uint8))
        rows.append({"file_name": f"{at}.png", "text": f"line {at}", "writer": f"w{at % 24}"})
    files["metadata.jsonl"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    place = folder(tmp_path / "set", files)
    report = convert(place, tmp_path / "out", to="imagefolder", val=0.25)
    assert check(tmp_path / "out").problems == []
    writers = {}
    for side in ("train", "validation"):
        lines = (tmp_path / "out" / side / "metadata.jsonl").read_text("utf-8").splitlines()
        writers[side] = {json.loads(line)["writer"] for line in lines}
    assert not writers["train"] & writers["validation"]
    assert len(writers["train"] | writers["validation"]) == 24
    assert 2 <= len(writers["validation"]) <= 12
    assert sum(report["lines"].values()) == 120
    same = convert(place, tmp_path / "again", to="imagefolder", val=0.25)
    assert same["lines"] == report["lines"]
    with pytest.raises(UsageError, match="--val is a share between 0 and 1"):
        convert(place, tmp_path / "other", val=5)


def test_without_writers_a_text_is_on_one_side(tmp_path: Path) -> None:
    files = {f"{at}.png": png_file(np.full((20, 40), at, np.uint8)) for at in range(80)}
    files["list.txt"] = "".join(f"{at}.png\ttext {at % 20}\n" for at in range(80)).encode()
    convert(folder(tmp_path / "set", files), tmp_path / "out", val=0.3)
    sides = [set(labels(tmp_path / "out", side)) for side in ("train", "val")]
    assert all(sides)
    assert not sides[0] & sides[1]


def test_several_sources_make_one_set(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", made.parquet())
    two = folder(tmp_path / "two", made.page_2019())
    report = convert([one, two], tmp_path / "out", to="webdataset")
    assert report["lines"] == {"train": 10, "val": 2}
    assert check(tmp_path / "out").problems == []
    again = convert([tmp_path / "out", two], tmp_path / "merged", part="train")
    assert again["lines"] == {"train": 12}  # the page's lines came before, from the first set
    assert again["left_out"] == {"a second time: same writer, label and picture or strokes": 6}


@pytest.mark.parametrize("jpeg", [False, True])
def test_a_file_that_needs_no_change_is_copied(jpeg: bool, tmp_path: Path) -> None:
    image = made.picture(3)
    content = cv2.imencode(".jpg" if jpeg else ".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    ending = "jpg" if jpeg else "png"
    files = {f"a.{ending}": content.tobytes(), "list.txt": f"a.{ending}\tab c\n".encode()}
    place = folder(tmp_path / "set", files)
    for to, many in (("paddleocr", {}), ("kraken", {"height_px": 30})):
        out = tmp_path / to
        convert(place, out, to=to, image_format="jpg" if jpeg else "png", **many)
        (written,) = (file for file in out.rglob(f"*.{ending}"))
        assert (written.read_bytes() == content.tobytes()) == (to == "paddleocr")
    convert(place, tmp_path / "other", image_format="png" if jpeg else "jpg")
    assert check(tmp_path / "other").problems == []


def test_a_jpeg_that_its_camera_turned_is_not_copied(tmp_path: Path) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    content = cv2.imencode(".jpg", made.picture(3))[1].tobytes()
    turned = content[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + content[2:]
    place = folder(tmp_path / "set", {"a.jpg": turned, "list.txt": b"a.jpg\tab c\n"})
    (record,) = records(place)
    height, width = made.picture(3).shape[:2]
    assert (record.height_px, record.width_px, record.packed) == (width, height, None)


def test_a_text_without_a_picture_and_a_picture_without_a_text(tmp_path: Path) -> None:
    files = made.pairs()
    del files["train/1.png"]
    files["train/9.png"] = made.png(made.picture(9))
    place = folder(tmp_path / "set", files)
    with pytest.raises(
        FormatError, match=r"1\.gt\.txt: byte 0: picture: expected a picture beside it, as 1\.png"
    ):
        convert(place, tmp_path / "out")
    report = convert(place, tmp_path / "out", salvage=True)
    assert report["lines"] == {"train": 3, "val": 2}
    assert report["left_out"] == {"defect: picture": 1}
    notes = [one.note for one in info(place)]
    assert "1 picture without a .gt.txt left out" in notes


BAD = {
    "a damaged picture": ({"1.png": b"\x89PNG\r\n\x1a\nxx"}, "chunk"),
    "no pixels": ({"1.png": b""}, "an empty file"),
    "a path that leads out": (
        {"list.txt": b"0.png\tab c\n../../etc/x.png\tab d\n"},
        "in the folder of",
    ),
    "a picture that is not there": ({"list.txt": b"0.png\tab c\n7.png\tab d\n"}, "beside the list"),
}


@pytest.mark.parametrize("name", BAD)
def test_damage_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    files = {f"{at}.png": made.png(made.picture(at)) for at in range(2)}
    files["list.txt"] = b"0.png\tab c\n1.png\tab d\n"
    more, found = BAD[name]
    place = folder(tmp_path / "set", files | more)
    with pytest.raises(FormatError, match=found):
        convert(place / "list.txt", tmp_path / "out")
    assert convert(place / "list.txt", tmp_path / "out", salvage=True)["lines"] == {"train": 1}
    units = list(open_sources(place / "list.txt", reading=LINES))
    assert sum(isinstance(one, Defect) for unit in units for one in unit.salvage()) == 1


def test_an_option_that_would_do_nothing_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.page_2019())
    for to, option in (("coco", {"height_px": 32}), ("alto", {"straight": True})):
        with pytest.raises(UsageError, match="for which --"):
            convert(place, tmp_path / "out", to=to, **option)
    with pytest.raises(UsageError, match="--val does nothing"):
        convert(place, tmp_path / "out", to="inkml", val=0.1)


def test_nothing_is_left_where_nothing_fits(tmp_path: Path) -> None:
    (tmp_path / "none.txt").write_text("Q\nZ\n", "utf-8")
    place = folder(tmp_path / "set", made.paddleocr())
    with pytest.raises(ExportError, match="nothing to convert to lmdb"):
        convert(place, tmp_path / "out", to="lmdb", characters=tmp_path / "none.txt")
