"""Finished sets proven by their own recipe, and pages composed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from conftest import TEXT, build
from penline import api
from penline.bank import Bank
from penline.compose import Composer
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.errors import ExportError, RecipeError, UsageError

RECIPE = {
    "corpus": {"length_range": [5, 12]},
    "papers": ["plain", "ruled"],
    "effects": "default",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, small_bank: Bank) -> tuple[Path, Path, Bank]:
    folder = tmp_path_factory.mktemp("prove")
    han = [c for c in small_bank.characters if "\u4e00" < c <= "\u9fff"]
    text = folder / "text.txt"
    text.write_text("\n".join("".join(han[i : i + 14]) for i in range(0, 60, 7)), "utf-8")
    out = folder / "lines"
    api.compose(out, n=12, recipe=RECIPE, banks=[small_bank], corpora=[text], boxes=True, workers=1)
    return out, text, small_bank


def proven(out: Path, text: Path, bank: Bank) -> list[str]:
    return api.check(out, ink=True, banks=[bank], corpora=[text]).problems


def test_a_sound_set(finished: tuple[Path, Path, Bank]) -> None:
    assert proven(*finished) == []


def test_planted_faults_are_found(finished: tuple[Path, Path, Bank], tmp_path: Path) -> None:
    out, text, bank = finished
    bad = tmp_path / "bad"
    shutil.copytree(out, bad)
    labels = (bad / "rec_gt_train.txt").read_text("utf-8").split("\n")
    swapped = labels[1][-1] + labels[1].partition("\t")[2][0]
    labels[0] = labels[0][:-1] + swapped[0]
    (bad / "rec_gt_train.txt").write_text("\n".join(labels), "utf-8")
    rows = (bad / "boxes.jsonl").read_text("utf-8").split("\n")
    moved = json.loads(rows[2])
    for corner in moved["quads"][1]:
        corner[0] += 2
    rows[2] = json.dumps(moved)
    (bad / "boxes.jsonl").write_text("\n".join(rows), "utf-8")
    blank = json.loads(rows[4])
    path = bad / blank["path"]
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    (left, top), (right, bottom) = (
        find(blank["quads"][2], 0).astype(int) for find in (np.min, np.max)
    )
    before = int(np.max(blank["quads"][1], 0)[0])  # which may reach into its box
    image[top : bottom + 1, max(left, before + 1) : right + 1] = int(np.median(image))
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    found = "\n".join(proven(bad, text, bank))
    assert "00000000.jpg: its label is" in found
    assert "00000002.jpg: the box of character 1" in found
    assert "00000004.jpg: the picture of character 2" in found
    assert found.count("00000003.jpg") == 0


@pytest.mark.parametrize(("kind", "mode"), [("png", "gray"), ("jpg", "rgb")])
@pytest.mark.parametrize("strength", [0.05, 0.2])
def test_a_faint_character_that_is_gone_is_noticed(
    small_bank: Bank, tmp_path: Path, strength: float, kind: str, mode: str
) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "lines"
    text.write_text("".join(c for c in small_bank.characters if c > "\u4e00")[:12], "utf-8")
    recipe = {
        "corpus": {"length_range": [6, 9]},
        "papers": ["plain"],
        "effects": "none",
        "ink": {"strength_range": [strength, strength]},
        "image": {"format": kind, "mode": mode},
    }
    made = {"banks": [small_bank], "corpora": [text], "boxes": True, "workers": 1}
    api.compose(out, n=4, recipe=recipe, **made)  # type: ignore[arg-type]
    rows = [json.loads(row) for row in (out / "boxes.jsonl").read_text("utf-8").split("\n") if row]
    for number, row in enumerate(rows[:3]):
        path = out / row["path"]
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert image is not None
        quad = np.array(row["quads"][number])
        (left, top), (right, bottom) = quad.min(0).astype(int), quad.max(0).astype(int) + 1
        image[top:bottom, left:right] = np.median(image, (0, 1))
        cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    found = [p.partition(": ") for p in proven(out, text, small_bank) if "is not its glyph" in p]
    named = [(path, f"the picture of character {n} (") for n, (path, *_) in enumerate(found)]
    assert [path for path, _ in named] == [row["path"] for row in rows[:3]]
    assert all(said.startswith(start) for (_, start), (*_, said) in zip(named, found, strict=True))


def test_only_a_line_feed_ends_a_label(finished: tuple[Path, Path, Bank], tmp_path: Path) -> None:
    out, text, bank = finished
    bad = tmp_path / "bad"
    shutil.copytree(out, bad)
    labels = (bad / "rec_gt_train.txt").read_text("utf-8").split("\n")
    labels[1] += "\u2028永"
    labels[2] = labels[2].replace("\t", "\t\x85")
    (bad / "rec_gt_train.txt").write_text("\n".join(labels), "utf-8", newline="")
    found = [one for one in proven(bad, text, bank) if "its label is" in one]
    assert ["00000001.jpg" in found[0], "00000002.jpg" in found[1], len(found)] == [True, True, 2]


def test_another_bank_or_text_is_refused(finished: tuple[Path, Path, Bank], tmp_path: Path) -> None:
    out, text, bank = finished
    other = tmp_path / "other.txt"
    other.write_text(text.read_text("utf-8")[5:], "utf-8")
    with pytest.raises(UsageError, match="corpus is not what"):
        proven(out, other, bank)
    with pytest.raises(UsageError, match="bank"):
        api.check(out, ink=True, corpora=[text])


def test_a_converted_set_has_nothing_to_prove(tmp_path: Path, corpus_file: Path) -> None:
    from fakes import gnt

    source = tmp_path / "1001-c.gnt"
    source.write_bytes(gnt("永和"))
    api.convert(source, tmp_path / "out")
    with pytest.raises(ExportError, match="how it was composed"):
        api.check(tmp_path / "out", ink=True, corpora=[corpus_file])


@pytest.mark.parametrize("to", ["paddleocr-det", "page-xml", "alto", "coco"])
def test_pages_are_composed(finished: tuple[Path, Path, Bank], tmp_path: Path, to: str) -> None:
    _, text, bank = finished
    recipe = {
        "papers": ["plain", "ruled"],
        "page": {"width_px": 500, "height_px": 420, "em_px_range": [30, 36]},
    }
    given = {"recipe": recipe, "banks": [bank], "corpora": [text], "to": to, "boxes": True}
    made = [
        api.compose(tmp_path / str(workers), n=3, workers=workers, **given) for workers in (1, 2)
    ]
    assert made[0].report["pages"] == {"train": 3}
    assert made[0].report == made[1].report
    assert api.check(tmp_path / "1").problems == []


def test_a_page_is_one_hand_and_its_lines_hold_their_ink(
    finished: tuple[Path, Path, Bank],
) -> None:
    _, text, bank = finished
    recipe = {
        "papers": [{"name": "plain", "tone_range": [255, 255]}],
        "page": {"width_px": 500, "height_px": 420, "em_px_range": [30, 36]},
    }
    pages = Composer(recipe, bank, text, 5)
    page = pages.page(2)
    again = Composer(recipe, bank, text, 5).page(2)
    np.testing.assert_array_equal(page.image, again.image)
    assert page.writer
    assert len(page.lines) >= 3
    held = np.zeros(page.image.shape, np.uint8)
    for line in page.lines:
        assert line.characters is not None
        assert line.baseline is not None
        assert len(line.characters) == len(line.text)
        cv2.fillPoly(held, [np.round(line.polygon).astype(np.int32)], 1)
        origins = line.metadata["origins"]
        assert {origin["writer"] for origin in origins} == {page.writer}
        middle = line.polygon.mean(0)
        assert line.baseline[0, 1] > middle[1] - 10
    ink = page.image < 128
    assert ink.any()
    assert not (ink & (cv2.dilate(held, np.ones((5, 5), np.uint8)) == 0)).any()
    tops = [line.polygon[:, 1].min() for line in page.lines]
    assert tops == sorted(tops)


def test_lines_of_a_page_follow_the_text(finished: tuple[Path, Path, Bank]) -> None:
    _, text, bank = finished
    recipe = {
        "corpus": {"lines": "whole", "length_range": [1, 40]},
        "papers": ["plain"],
        "page": {"width_px": 700, "height_px": 600, "em_px_range": [30, 30],
                 "lines_range": [4, 4]},
    }  # fmt: skip
    lines = text.read_text("utf-8").split("\n")
    found = [line.text for line in Composer(recipe, bank, text, 1).page(0).lines]
    assert found == lines[:4]


def test_what_pages_do_not_have(finished: tuple[Path, Path, Bank]) -> None:
    _, text, bank = finished
    for recipe in (
        {"writers": "mixed"},
        {"layout": {"direction": "vertical"}},
        {"papers": ["squared"]},
    ):
        with pytest.raises(RecipeError):
            Composer(recipe, bank, text, 1).page(0)


@pytest.fixture(scope="module")
def sheets(
    tmp_path_factory: pytest.TempPathFactory, finished: tuple[Path, Path, Bank]
) -> dict[str, Path]:
    _, text, bank = finished
    recipe = {
        "papers": ["plain", "ruled"],
        "effects": "default",
        "page": {"width_px": 500, "height_px": 420, "em_px_range": [30, 36]},
    }
    folder, sets = tmp_path_factory.mktemp("sheets"), {}
    for to in ("paddleocr-det", "page-xml", "alto", "coco"):
        sets[to] = folder / to
        given: dict[str, Any] = {"recipe": recipe, "banks": [bank], "corpora": [text]}
        api.compose(sets[to], n=3, to=to, boxes=True, workers=1, **given)
    return sets


@pytest.mark.parametrize("to", ["paddleocr-det", "page-xml", "alto", "coco"])
def test_sound_pages(sheets: dict[str, Path], finished: tuple[Path, Path, Bank], to: str) -> None:
    assert proven(sheets[to], *finished[1:]) == []


@pytest.mark.parametrize("to", ["paddleocr-det", "page-xml", "alto", "coco"])
def test_planted_faults_in_pages_are_found(
    sheets: dict[str, Path], finished: tuple[Path, Path, Bank], tmp_path: Path, to: str
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(sheets[to], bad)
    rows = [json.loads(row) for row in (bad / "pages.jsonl").open(encoding="utf-8")]
    text = rows[0]["lines"][1]["text"]
    swapped = text[1] + text[0] + text[2:]
    lists = {"paddleocr-det": "det_gt_train.txt", "coco": "coco_train.json"}
    labels = bad / lists.get(to, str(Path(rows[0]["path"]).with_suffix(".xml")))
    labels.write_text(labels.read_text("utf-8").replace(f'"{text}"', f'"{swapped}"')
                      .replace(f">{text}<", f">{swapped}<"), "utf-8")  # fmt: skip
    for corner in rows[1]["lines"][0]["characters"][2]:
        corner[1] += 1
    told = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (bad / "pages.jsonl").write_text(told, "utf-8")
    path = bad / rows[2]["path"]
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    quad = np.array(rows[2]["lines"][2]["characters"][1])
    (left, top), (right, bottom) = quad.min(0).astype(int), quad.max(0).astype(int) + 1
    image[top:bottom, left:right] = int(np.median(image))
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    found = "\n".join(proven(bad, *finished[1:]))
    assert f"{rows[0]['path']}: line 1: its label is {swapped!r}" in found
    assert f"{rows[1]['path']}: line 0: the box of character 2" in found
    assert f"{rows[2]['path']}: the picture of line " in found
    assert found.count("the box of") == found.count("the picture of") == 1


def test_a_page_whose_glyphs_are_not_its_label_is_found(
    finished: tuple[Path, Path, Bank],
) -> None:
    _, text, bank = finished
    recipe = {"page": {"width_px": 500, "height_px": 420, "em_px_range": [30, 36]}}
    composer = Composer(recipe, bank, text, 1)
    anatomy = decompose_page(composer.plan, 1, 0)
    assert list(page_consistency_errors(anatomy)) == []
    line = anatomy.page.lines[1]
    assert line.characters is not None
    other = dataclasses.replace(line, text=line.text[1] + line.text[0] + line.text[2:])
    moved = line.characters.copy()
    moved[3, :, 0] += 4
    shifted = dataclasses.replace(line, characters=moved)
    for wrong, said in ((other, "character 0"), (shifted, "ink outside of its box")):
        lines = (anatomy.page.lines[0], wrong, *anatomy.page.lines[2:])
        page = dataclasses.replace(anatomy.page, lines=lines)
        found = list(page_consistency_errors(dataclasses.replace(anatomy, page=page)))
        assert any(said in fault and "line 1" in fault for fault in found)
    blank = [dataclasses.replace(p, mask=p.mask * (k != 2)) for k, p in enumerate(anatomy.parts)]
    parts = dataclasses.replace(anatomy, parts=tuple(blank))
    found = list(page_consistency_errors(parts))
    assert "the page's ink is not the union of its glyphs" in found
    assert any("character 2" in fault and "has no ink" in fault for fault in found)


def test_forms_are_proven(tmp_path: Path, characters: str) -> None:
    bank = build(tmp_path / "form.bank", {"casia:001": characters + "X0456789"})
    text = tmp_path / "text.txt"
    text.write_text(TEXT, "utf-8")
    recipe = {
        "corpus": {"made": {"identity": 0.5, "telephone": 0.3}},
        "effects": "default",
        "page": {"width_px": 600, "height_px": 500, "em_px_range": [24, 30], "form": {}},
    }
    out = tmp_path / "out"
    api.compose(out, n=4, recipe=recipe, banks=[bank], corpora=[text], to="page-xml", boxes=True)
    assert proven(out, text, bank) == []
    file = next((out / "images").glob("*/*.xml"))
    file.write_text(file.read_text("utf-8").replace(">ID NUMBER<", ">ID NAMBER<"), "utf-8")
    assert any("'ID NAMBER'" in problem for problem in proven(out, text, bank))
