"""Data sets on disk: the same bytes however they were cut, and nothing unfinished in sight."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import pytest
import yaml

from conftest import build
from penline.api import compose
from penline.bank import Bank
from penline.check import check
from penline.errors import ExportError, Interrupted, UsageError
from penline.export.paddleocr import read_dictionary
from penline.export.run import Run

RECIPE = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain", "ruled"],
    "effects": "default",
}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def make(out: Path, bank: Bank, corpus: Path, **more):
    more = {"n": 25, "workers": 1, "recipe": RECIPE, **more}
    return compose(out, banks=[bank], corpora=[corpus], **more)


def test_layout_of_a_set(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    made = make(tmp_path / "a", small_bank, corpus_file, n=1010, boxes=True)
    found = tree(tmp_path / "a")
    raw = found["rec_gt_train.txt"]
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    lines = raw.decode().split("\n")
    assert lines.pop() == ""
    assert len(lines) == 1010
    boxes = [json.loads(line) for line in found["boxes.jsonl"].decode().split("\n")[:-1]]
    prefix = made.report["run"]["prefix"]
    assert re.fullmatch("[0-9a-f]{8}", prefix)
    for number, (line, box) in enumerate(zip(lines, boxes, strict=True)):
        path, text = line.split("\t")
        assert path == f"images/{prefix}-{number // 1000:05d}/{number:08d}.jpg"
        image = cv2.imread(str(tmp_path / "a" / path), cv2.IMREAD_UNCHANGED)
        assert image.shape[0] == 32
        assert image.ndim == 2
        assert (box["path"], box["text"]) == (path, text)
        assert len(box["quads"]) == len(text)
    dictionary = read_dictionary(found["dict.txt"], "dict.txt")
    assert set(dictionary) == {c for line in lines for c in line.split("\t")[1]} - {" "}
    assert not [name for name in found if name.startswith(".")]
    assert made.report["lines"] == {"train": 1010}
    assert made.report["simulated"] is False
    assert made.report["sources"][0]["card"] == "casia-hwdb1.0"
    assert "academic" in made.report["sources"][0]["licence"].lower()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a"]
    assert check(tmp_path / "a").problems == []


def test_one_and_two_workers_and_one_alone(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    make(tmp_path / "one", small_bank, corpus_file, n=2005, boxes=True)
    make(tmp_path / "two", small_bank, corpus_file, n=2005, boxes=True, workers=2)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    make(tmp_path / "alone", small_bank, corpus_file, n=1, start=1234)
    ((name, data),) = (
        (name, data)
        for name, data in tree(tmp_path / "alone").items()
        if re.fullmatch("images/[0-9a-f]{8}-00001/00001234.jpg", name)
    )
    assert data == tree(tmp_path / "one")[name]


def test_an_interrupted_run_goes_on(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    make(tmp_path / "whole", small_bank, corpus_file, n=2500)
    with pytest.raises(Interrupted, match="the same command goes on"):
        make(tmp_path / "cut", small_bank, corpus_file, n=2500, progress=stop)
    assert not (tmp_path / "cut" / "rec_gt_train.txt").exists()
    # the next shard may be whole, too, by then
    kept = sorted(p.name[-5:] for p in (tmp_path / "cut" / "images").iterdir())
    assert kept in (["00000"], ["00000", "00001"])
    with pytest.raises(UsageError, match="other settings"):
        make(tmp_path / "cut", small_bank, corpus_file, n=2500, seed=9)
    made = make(tmp_path / "cut", small_bank, corpus_file, n=2500)
    assert made.resumed == len(kept)
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")


def test_an_interrupted_run_says_what_the_disk_did_not_take(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(commits: Any, result: dict[str, Any]) -> list[int]:
        commits._coming.append(result)
        if result["number"] == 0:
            return list(commits.rest())
        monkeypatch.setattr("penline.produce.running.Run.done", full)
        raise KeyboardInterrupt

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    make(tmp_path / "whole", small_bank, corpus_file, n=2500)
    monkeypatch.setattr("penline.produce.running._Commits.add", add)
    with pytest.raises(Interrupted, match=r"1,000 of 2,500 .* No space left on device"):
        make(tmp_path / "cut", small_bank, corpus_file, n=2500)
    monkeypatch.undo()
    assert make(tmp_path / "cut", small_bank, corpus_file, n=2500).resumed == 1
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")


def test_a_finished_set_is_not_changed(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    make(tmp_path / "a", small_bank, corpus_file)
    before = tree(tmp_path / "a")
    with pytest.raises(UsageError, match="--overwrite"):
        make(tmp_path / "a", small_bank, corpus_file, seed=3)
    assert tree(tmp_path / "a") == before
    make(tmp_path / "a", small_bank, corpus_file, seed=3, overwrite=True)
    assert tree(tmp_path / "a") != before
    assert check(tmp_path / "a").problems == []


def test_a_folder_of_something_else_is_left_alone(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    for overwrite in (False, True):
        with pytest.raises(UsageError, match="not a data set"):
            make(tmp_path, small_bank, corpus_file, overwrite=overwrite)
    assert (tmp_path / "thesis.txt").read_text() == "x"


def test_val_lists_are_apart(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    made = make(tmp_path / "a", small_bank, corpus_file, n=80, val=0.4, boxes=True)
    lines = made.report["lines"]
    assert lines["train"] + lines["val"] + len(made.report["errors"]) == 80
    assert lines["val"] > 10
    boxes = [json.loads(x) for x in tree(tmp_path / "a")["boxes.jsonl"].decode().splitlines()]
    writer = {box["path"]: box["writer"] for box in boxes}
    writers = {
        side: {
            writer[line.split("\t")[0]]
            for line in (tmp_path / "a" / f"rec_gt_{side}.txt").read_text("utf-8").splitlines()
        }
        for side in ("train", "val")
    }
    assert not writers["train"] & writers["val"]
    assert check(tmp_path / "a").problems == []


def test_a_trainers_dictionary_is_kept_as_it_is(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    dictionary = tmp_path / "keys.txt"
    dictionary.write_bytes(
        "节季美最中年一是天秋的京北\n".replace("", "\n").strip("\n").encode() + b"\n"
    )
    made = make(tmp_path / "a", small_bank, corpus_file, dictionary=dictionary)
    assert (tmp_path / "a" / "dict.txt").read_bytes() == dictionary.read_bytes()
    texts = (tmp_path / "a" / "rec_gt_train.txt").read_text("utf-8")
    used = {c for line in texts.splitlines() for c in line.split("\t")[1]} - {" "}
    assert used <= set(read_dictionary(dictionary.read_bytes(), "keys.txt"))
    assert made.report["outside_dictionary"] == {}
    assert any("not in the dictionary" in reason for reason in made.report["skipped"])


def test_the_configuration_fits_the_lines(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    recipe = {**RECIPE, "corpus": {"length_range": [20, 44]}}
    text = tmp_path / "long.txt"
    text.write_text("The quick brown fox jumps over the lazy dog. " * 4 + "\n")
    made = make(tmp_path / "a", small_bank, text, recipe=recipe)
    config = yaml.safe_load((tmp_path / "a" / "paddleocr_rec.yml").read_text("utf-8"))
    longest = made.report["longest_label"]
    assert longest > 25
    assert config["Global"]["max_text_length"] >= longest + 2
    assert config["Global"]["use_space_char"] is True
    names = [next(iter(step)) for step in config["Train"]["dataset"]["transforms"]]
    assert "RecConAug" not in names
    resize = next(s for s in config["Train"]["dataset"]["transforms"] if "RecResizeImg" in s)
    _, height, width = resize["RecResizeImg"]["image_shape"]
    widest = 0.0
    for path in (tmp_path / "a").rglob("*.jpg"):
        image = cv2.imread(str(path))
        widest = max(widest, image.shape[1] / image.shape[0])
    assert made.report["columns"]["widest_px"] / height >= widest
    assert width == made.report["columns"]["width_px"]


def test_a_staging_folder_is_for_a_url_alone(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    for name, more in (("a", {}), ("a.json", {"plan_only": True})):
        with pytest.raises(UsageError, match="leave --staging out"):
            make(tmp_path / name, small_bank, corpus_file, staging=tmp_path / "s", **more)
        assert not (tmp_path / name).exists()


def test_lines_that_cannot_be_made_are_counted(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"casia:001": "今天上午集合"})
    text = tmp_path / "t.txt"
    text.write_text("今天上午集合\n" + "龘龘龘龘\n" * 6, "utf-8")
    recipe = {**RECIPE, "corpus": {"length_range": [4, 12], "tries": 1}}
    made = make(tmp_path / "a", bank, text, n=60, recipe=recipe)
    assert made.report["lines"]["train"] + len(made.report["errors"]) == 60
    assert 5 < len(made.report["errors"]) < 60
    assert check(tmp_path / "a").problems == []
    text.write_text("龘龘龘龘\n", "utf-8")
    with pytest.raises(ExportError, match=r"no line was made.*nobody has 龘; give text and banks"):
        make(tmp_path / "c", bank, text, n=5, recipe=recipe)


def test_check_sees_what_is_wrong(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    out = tmp_path / "a"

    def problems(change) -> str:
        make(out, small_bank, corpus_file, overwrite=True)
        change()
        return "\n".join(check(out).problems)

    make(out, small_bank, corpus_file)
    (image,) = (out / "images").glob("*/00000003.jpg")
    labels = out / "rec_gt_train.txt"
    assert problems(lambda: None) == ""
    assert "00000003.jpg: No such file" in problems(image.unlink)
    assert "does not decode" in problems(lambda: image.write_bytes(b"\xff\xd8junk"))
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60000).to_bytes(4, "big") * 2
    assert "does not decode" in problems(lambda: image.write_bytes(header + b"\x08\0\0\0\0" * 9))
    assert "its files are not those" in problems(
        lambda: image.write_bytes(image.with_stem("00000004").read_bytes())
    )
    assert "leads out" in problems(
        lambda: labels.write_bytes(labels.read_bytes() + "../../x.jpg\t今\n".encode())
    )
    assert "not a path, a TAB" in problems(
        lambda: labels.write_bytes(labels.read_bytes().replace(b"\t", b" ", 1))
    )
    assert "the report says" in problems(
        lambda: labels.write_bytes(b"".join(labels.read_bytes().splitlines(True)[:-1]))
    )
    assert "not in dict.txt" in problems(
        lambda: labels.write_bytes(labels.read_bytes().replace(b"\n", "龘\n".encode(), 1))
    )
    assert "without a label" in problems(lambda: (image.parent / "x.jpg").write_bytes(b""))
    assert "not the file that was written" in problems(
        lambda: (out / "dict.txt").write_bytes(
            b"".join(reversed((out / "dict.txt").read_bytes().splitlines(True)))
        )
    )
    assert "paddleocr_rec.yml: missing" in problems((out / "paddleocr_rec.yml").unlink)

    def change_report(**changed: object) -> None:
        report = json.loads((out / "report.json").read_bytes())
        (out / "report.json").write_text(json.dumps({**report, **changed}), "utf-8")

    assert "not in the report" in problems(lambda: change_report(shards=[]))
    assert "says 5 classes" in problems(lambda: change_report(classes=5))
    for changed in ({"shards": 5}, {"shards": [{}]}, {"lines": {"../x": 1}}, {"files": {"/a": ""}}):
        with pytest.raises(ExportError, match=r"report\.json: not a report"):
            problems(lambda changed=changed: change_report(**changed))
    make(out, small_bank, corpus_file, overwrite=True)
    (out / "report.json").write_text("[" * 200_000)
    with pytest.raises(ExportError, match="not a report"):
        check(out)
    with pytest.raises(ExportError, match="not a finished data set"):
        check(tmp_path)


def test_a_side_without_lines_is_sound(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    made = make(tmp_path / "a", small_bank, corpus_file, n=2, val=0.05)
    assert made.report["lines"] == {"train": 2, "val": 0}
    assert check(tmp_path / "a").problems == []


def test_one_folder_by_two_names_is_one_folder(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with Run(tmp_path / "a").held():
        for name in ("a", "b"):
            with pytest.raises(UsageError, match="in use"):
                make(tmp_path / name, small_bank, corpus_file)
    make(tmp_path / "b", small_bank, corpus_file)
    assert check(tmp_path / "a").problems == []


def test_the_folder_one_stands_in(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(Path(), small_bank, corpus_file)
    assert check(Path()).problems == []


def test_overwrite_spares_what_is_not_penlines_and_what_it_cannot_replace(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    out = tmp_path / "a"
    (out / "images").mkdir(parents=True)
    (out / "images" / "photo.jpg").write_text("x")
    (out / "report.json").write_text('{"my": 1}')
    with pytest.raises(UsageError, match="not penline's; choose another name"):
        make(out, small_bank, corpus_file, overwrite=True)
    assert (out / "images" / "photo.jpg").exists()
    make(tmp_path / "b", small_bank, corpus_file)
    before = tree(tmp_path / "b")
    with pytest.raises(UsageError, match="steam"):
        make(tmp_path / "b", small_bank, corpus_file, overwrite=True, engine="steam")
    nothing = tmp_path / "none.txt"
    nothing.write_text("龘龘龘龘龘龘\n", "utf-8")
    with pytest.raises(ExportError, match="no line was made"):
        make(tmp_path / "b", small_bank, nothing, overwrite=True, n=10)
    assert tree(tmp_path / "b") == before


def test_a_claim_cut_short_is_taken_up(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    (tmp_path / "a" / ".penline" / "shards").mkdir(parents=True)
    make(tmp_path / "a", small_bank, corpus_file)
    (tmp_path / "a" / "images" / "junk").mkdir()
    assert check(tmp_path / "a").problems == []


def test_another_version_does_not_go_on(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        make(tmp_path / "a", small_bank, corpus_file, n=1500, progress=stop)
    monkeypatch.setattr("penline.produce.planning.__version__", "9.9")
    with pytest.raises(UsageError, match="other settings"):
        make(tmp_path / "a", small_bank, corpus_file, n=1500)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_run_leaves_no_worker_and_goes_on(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text(yaml.safe_dump(RECIPE))
    command = [
        sys.executable, "-m", "penline", "compose", "-n", "8000", "--workers", "2",
        "--bank", str(small_bank.path), "--corpus", str(corpus_file), "--recipe", str(recipe),
        "-o", str(tmp_path / "cut"),
    ]  # fmt: skip
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    for _ in range(600):
        if list((tmp_path / "cut" / "images").glob("*-0*")):
            break
        time.sleep(0.1)
    started.kill()
    started.wait(timeout=60)
    for _ in range(200):
        try:
            os.killpg(started.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        os.killpg(started.pid, signal.SIGKILL)
        pytest.fail("a worker outlived its parent")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=200)
    assert check(tmp_path / "cut").problems == []
    make(tmp_path / "whole", small_bank, corpus_file, n=8000, workers=2)
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")


def test_png_and_rgb(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    recipe = {**RECIPE, "image": {"height_px": 32, "mode": "rgb", "format": "png"}}
    make(tmp_path / "a", small_bank, corpus_file, recipe=recipe, n=3)
    (path,) = (tmp_path / "a" / "images").glob("*/00000001.png")
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image.shape[2] == 3
    assert check(tmp_path / "a").problems == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("\ufeff今\n天\n".encode(), "byte-order mark"),
        ("今天气很好".encode(), "one line, and so one entry of 5 characters"),
        (b"", "empty"),
        ("今\n".encode("gbk"), "not UTF-8"),
    ],
)
def test_a_dictionary_that_a_trainer_would_misread(data, said):
    with pytest.raises(ExportError, match=said):
        read_dictionary(data, "dict.txt")
    assert read_dictionary("今\n天\r\n".encode(), "dict.txt") == ("今", "天")
