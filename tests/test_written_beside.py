"""Writers and boxes of the lines of a set that penline made, by the ``boxes.jsonl`` beside its
labels, or by its rows."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from penline import api
from penline.errors import FormatError
from penline.records import LineRecord
from penline.sources.collect import open_sources
from penline.sources.reading import Reading

RECIPE = {"version": 2, "corpus": {"length_range": [3, 8]}}
FORMATS = ("paddleocr", "lmdb", "kraken", "kraken-arrow", "doctr", "easyocr")


def composed(bank: Path, corpus: Path, out: Path, to: str = "paddleocr", **more: object) -> Path:
    given = {"recipe": RECIPE, "seed": 3, "workers": 1, "boxes": True, **more}
    api.compose(out, n=12, banks=[bank], corpora=[corpus], to=to, **given)  # type: ignore[arg-type]
    return out


def told(path: Path, *, salvage: bool = False) -> list[tuple[str, str]]:
    """Of each line its label and its writer, sorted."""
    units = open_sources(path, reading=Reading(take="lines"))
    records = (r for unit in units for r in (unit.salvage() if salvage else unit.read()))
    lines = (record for record in records if isinstance(record, LineRecord))
    return sorted((line.text(), line.source.writer) for line in lines)


def written(folder: Path) -> list[tuple[str, str]]:
    rows = map(json.loads, (folder / "boxes.jsonl").read_text("utf-8").splitlines())
    return sorted((row["text"], row["writer"]) for row in rows)


@pytest.mark.parametrize("to", FORMATS)
def test_writers_come_back(tmp_path: Path, small_bank, corpus_file: Path, to: str) -> None:
    out = composed(small_bank.path, corpus_file, tmp_path / "o", to, val=0.3)
    found = told(out)
    assert found == written(out)
    assert len({writer for _, writer in found}) > 1
    side = out / "train"
    if side.is_dir():  # of one side alone, too
        assert set(told(side)) <= set(found)


def test_a_list_in_another_order(tmp_path: Path, small_bank, corpus_file: Path) -> None:
    out = composed(small_bank.path, corpus_file, tmp_path / "o")
    rows = (out / "rec_gt_train.txt").read_text("utf-8").splitlines()
    random.Random(1).shuffle(rows)
    (out / "rec_gt_train.txt").write_text("\n".join(rows[2:]), "utf-8")
    found = told(out)
    assert set(found) <= set(written(out))
    assert len(found) == len(rows) - 2


def test_in_a_zip(tmp_path: Path, small_bank, corpus_file: Path) -> None:
    for to in ("paddleocr", "doctr"):
        out = composed(small_bank.path, corpus_file, tmp_path / to / "o", to)
        file = shutil.make_archive(str(tmp_path / to), "zip", tmp_path / to)
        assert told(Path(file)) == written(out)


def test_lines_that_it_does_not_tell_are_by_nobody_known(
    tmp_path: Path, small_bank, corpus_file: Path
) -> None:
    out = composed(small_bank.path, corpus_file, tmp_path / "o")
    boxes = out / "boxes.jsonl"
    rows = boxes.read_text("utf-8").splitlines()
    boxes.write_text("\n".join(rows[:4]), "utf-8")
    found = told(out)
    known = [json.loads(row)["text"] for row in rows[:4]]
    assert sorted(text for text, one in found if one.startswith("casia:")) == sorted(known)


@pytest.mark.parametrize("row", ["[", "[1, 2]", '{"path": 1', "\x00"])
def test_a_damaged_one_is_a_defect_and_no_more(
    tmp_path: Path, small_bank, corpus_file: Path, row: str
) -> None:
    out = composed(small_bank.path, corpus_file, tmp_path / "o")
    boxes = out / "boxes.jsonl"
    rows = boxes.read_text("utf-8").splitlines()
    boxes.write_text("\n".join([*rows[:4], row, *rows[5:]]), "utf-8")
    with pytest.raises(FormatError, match=r"boxes.jsonl.*JSON object"):
        told(out)
    found = told(out, salvage=True)
    assert len(found) == 12
    assert sum(one.startswith("casia:") for _, one in found) == 4


def boxes_of(folder: Path) -> dict[str, tuple[object, object]]:
    rows = map(json.loads, (folder / "boxes.jsonl").read_text("utf-8").splitlines())
    return {row["text"]: (row["quads"], row.get("entries")) for row in rows}


@pytest.mark.parametrize("to", [*FORMATS, "parquet", "imagefolder", "webdataset"])
def test_boxes_of_characters_go_over(tmp_path: Path, small_bank, corpus_file: Path, to: str):
    out = composed(small_bank.path, corpus_file, tmp_path / "o", val=0.3)
    api.convert(out, tmp_path / "there", to=to, boxes=True)
    api.convert(tmp_path / "there", tmp_path / "back", to="paddleocr", boxes=True)
    assert boxes_of(tmp_path / "back") == boxes_of(out)
    assert any(len(quads) > 1 for quads, _ in boxes_of(out).values())


def test_boxes_that_are_not_one_for_each_are_counted(
    tmp_path: Path, small_bank, corpus_file: Path
) -> None:
    out = composed(small_bank.path, corpus_file, tmp_path / "o")
    boxes = out / "boxes.jsonl"
    rows = [json.loads(row) for row in boxes.read_text("utf-8").splitlines()]
    letters = list(rows[0]["text"])
    rows[0] |= {"entries": ["".join(letters[:2]), *letters[2:]], "quads": rows[0]["quads"][1:]}
    rows[1]["quads"].pop()
    rows[2]["quads"][0] = [[0, 0]]
    rows[3]["quads"] = [[[0, 0], [9, 0], [9, 9], [0, 1e9]]] * len(rows[3]["text"])
    del rows[4]["quads"]
    boxes.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = api.convert(out, tmp_path / "back", to="paddleocr", boxes=True)
    back = boxes_of(tmp_path / "back")
    assert back[rows[0]["text"]] == (rows[0]["quads"], rows[0]["entries"])
    assert {len(back[row["text"]][0]) for row in rows[1:5]} == {1}
    assert sum(n for reason, n in found["left_out"].items() if "not one for each" in reason) == 3
    found = api.convert(out, tmp_path / "none", to="paddleocr")
    assert not found["left_out"]
