"""Composed and real lines in one set: the share, the sides, and where each line comes from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fakes
from fakes import folder, png_file
from penline.api import compose
from penline.check import check
from penline.convert import convert
from penline.errors import UsageError
from penline.pack import pack

TEXT = "今天上午九点永和\n"


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of forty composed lines by two writers."""
    room = tmp_path_factory.mktemp("composed")
    characters = "".join(sorted(set(TEXT.strip())))
    files = {f"00{n}-f.gnt": fakes.gnt(characters, seed=n) for n in range(1, 3)}
    fakes.zip_file(room / "Gnt1.0TrainPart1.zip", files)
    (room / "text.txt").write_text(TEXT * 5, "utf-8")
    pack(room / "Gnt1.0TrainPart1.zip", room / "bank")
    recipe = {"corpus": {"length_range": [4, 8]}, "image": {"format": "png"}}
    given = {"banks": [room / "bank"], "corpora": [room / "text.txt"], "recipe": recipe}
    compose(room / "set", n=40, to="parquet", workers=1, **given)
    return room / "set"


def real(place: Path, writers: int = 4, lines: int = 40) -> Path:
    rows = []
    files = {}
    for at in range(lines):
        files[f"{at}.png"] = png_file(np.full((30, 80), at, np.uint8))
        rows.append(
            {"file_name": f"{at}.png", "text": f"a real line {at}", "writer": f"w{at % writers}"}
        )
    files["metadata.jsonl"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return folder(place, files)


def rows(out: Path, side: str) -> list[dict[str, object]]:
    lines = (out / side / "metadata.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("share", [0.5, 0.75])
def test_the_share_holds_and_each_line_says_where_it_is_from(
    share: float, composed: Path, tmp_path: Path
) -> None:
    place = real(tmp_path / "real")
    report = convert([composed, place], tmp_path / "out", to="imagefolder", mix=share, boxes=True)
    assert check(tmp_path / "out").problems == []
    made, found = report["mixed"]["composed"], report["mixed"]["real"]
    assert abs(made - share * (made + found)) <= 1
    assert made == 40 or found == 40
    assert report["simulated"] is False
    kinds = {True: 0, False: 0}
    for row in rows(tmp_path / "out", "train"):
        simulated = json.loads(str(row["drawn"]))["simulated"]
        kinds[simulated] += 1
        archive = row["origins"][0]["archive"]  # type: ignore[index]
        assert archive.startswith("data/train-" if simulated else "metadata.jsonl")
        assert str(row["writer"]).startswith("casia:" if simulated else "metadata:w")
    assert kinds == {True: made, False: found}
    cards = [row["card"] for row in report["sources"]]
    assert "casia-hwdb1.0" in cards and "" in cards


def test_real_lines_validate_and_sides_stay_apart(composed: Path, tmp_path: Path) -> None:
    place = real(tmp_path / "real", writers=12, lines=96)
    text = TEXT.strip()
    metadata = place / "metadata.jsonl"
    lines = [json.loads(line) for line in metadata.read_text("utf-8").splitlines()]
    report = convert([composed, place], tmp_path / "out", to="imagefolder", mix=0.3, val=0.3)
    held = {str(row["writer"]) for row in rows(tmp_path / "out", "validation")}
    assert report["lines"]["val"] and held
    trained = {str(row["writer"]) for row in rows(tmp_path / "out", "train")}
    assert not held & trained
    assert all(writer.startswith("metadata:") for writer in held)
    own = held.pop().removeprefix("metadata:")
    for line in lines:  # one line for validation says what composed lines say
        if line["writer"] == own:
            line["text"] = text
            break
    metadata.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    again = convert([composed, place], tmp_path / "again", to="imagefolder", mix=0.3, val=0.3)
    assert text in {row["text"] for row in rows(tmp_path / "again", "validation")}
    assert text not in {row["text"] for row in rows(tmp_path / "again", "train")}
    reasons = again["left_out"]
    same = {row["text"] for row in rows(tmp_path / "out", "train")}
    assert ("lines with a text of validation or test" in reasons) == (text in same)


def test_it_takes_a_composed_set_and_a_real_one(composed: Path, tmp_path: Path) -> None:
    place = real(tmp_path / "real")
    for sources in ([composed], [place]):
        with pytest.raises(UsageError, match="--mix is for a set that penline compose made"):
            convert(sources, tmp_path / "out", mix=0.5)
    for share in (0, 1, 2.5):
        with pytest.raises(UsageError, match="--mix is a share between 0 and 1"):
            convert([composed, place], tmp_path / "out", mix=share)


def test_a_converted_set_keeps_its_terms(composed: Path, tmp_path: Path) -> None:
    report = convert(composed, tmp_path / "out")
    told = json.loads((composed / "report.json").read_text("utf-8"))
    assert report["sources"] == told["sources"]
    assert report["simulated"] == told["simulated"]
