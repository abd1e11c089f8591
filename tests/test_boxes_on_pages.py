"""Boxes of characters on pages, in the forms of tools for labelling, cut out and labelled."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

import fakes_tables as made
from fakes import folder, glyph, png_file
from penline.errors import FormatError
from penline.fit import fit, measured_lines
from penline.pack import pack
from penline.records import Defect, LeftOut, LineRecord
from penline.sources.collect import open_sources
from penline.sources.tables.boxed_lines import COLUMNS

CHARACTERS = "永和九年岁在癸丑"


def page(seed: int) -> tuple[bytes, list[made.Box]]:
    """A page with a character in each box."""
    pixels = np.full((130, 260), 255, np.uint8)
    boxes = []
    for place, character in enumerate(CHARACTERS):
        one = glyph(character, seed + place)
        top, left = 10 + 60 * (place // 4), 5 + 60 * (place % 4)
        pixels[top : top + one.shape[0], left : left + one.shape[1]] = one
        boxes.append((character, left, top, one.shape[1], one.shape[0]))
    return png_file(pixels), boxes


PAGES = {str(number): page(10 * number) for number in range(1, 4)}
BOXES = {f"{name}.png": boxes for name, (_, boxes) in PAGES.items()}


def pictures(place: str) -> dict[str, bytes]:
    return {place.format(name): content for name, (content, _) in PAGES.items()}


FORMS: dict[str, dict[str, bytes]] = {
    "COCO": {"annotations/instances_train.json": made.coco(BOXES), **pictures("images/{}.png")},
    "LabelMe": {
        **{f"{name[:-4]}.json": made.labelme(name, boxes) for name, boxes in BOXES.items()},
        **pictures("{}.png"),
    },
    "PAGE XML": {
        **{f"page/{name[:-4]}.xml": made.page_glyphs(name, one) for name, one in BOXES.items()},
        **pictures("{}.png"),
    },
    "words": {
        **{f"{name[:-4]}.xml": made.page_glyphs(name, one, "Word") for name, one in BOXES.items()},
        **pictures("{}.png"),
    },
    "Kuzushiji": {
        "train.csv": made.kuzushiji({name[:-4]: boxes for name, boxes in BOXES.items()}),
        **pictures("train_images/{}.png"),
    },
    "MTHv2": {
        **{f"label_char/{name[:-4]}.txt": made.mth(boxes) for name, boxes in BOXES.items()},
        **pictures("img/{}.png"),
    },
    "Pascal VOC": {
        **{f"{name[:-4]}.xml": made.voc(name, boxes) for name, boxes in BOXES.items()},
        **pictures("{}.png"),
    },
    "CVAT": {"annotations.xml": made.cvat(BOXES), **pictures("images/{}.png")},
    "Label Studio": {"export.json": made.label_studio(BOXES, (260, 130)), **pictures("{}.png")},
    "YOLO": {
        **{
            f"labels/{name[:-4]}.txt": made.yolo(boxes, CHARACTERS, (260, 130))
            for name, boxes in BOXES.items()
        },
        "classes.txt": "\n".join(CHARACTERS).encode(),
        **pictures("images/{}.png"),
    },
}


def expected() -> set[tuple[str, bytes]]:
    found = set()
    for number in range(1, 4):
        for place, character in enumerate(CHARACTERS):
            ink = 255 - glyph(character, 10 * number + place)
            found.add((character, made.tight(ink).tobytes()))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_each_box_is_cut_out(form: str, tmp_path: Path) -> None:
    for number, place in enumerate(made.holders(tmp_path, FORMS[form])):
        (unit,) = open_sources(place)
        assert len(list(pickle.loads(pickle.dumps(unit)).read())) == 24  # noqa: S301
        bank = pack(place, tmp_path / f"{number}.bank")
        assert {(one.character, one.ink.tobytes()) for one in bank} == expected()
        by = ", by classes.txt" if form == "YOLO" else ""
        assert f"label = the boxes' labels{by} (8 classes)" in unit.understood.line()
        assert "where in its line" in unit.note


def test_boxes_of_yolo_are_no_labels_without_classes(tmp_path: Path) -> None:
    content = {name: one for name, one in FORMS["YOLO"].items() if name != "classes.txt"}
    with pytest.raises(FormatError, match=r"--classes FILE.*class numbers 0, 1, 2"):
        list(open_sources(folder(tmp_path / "pages", content)))
    whole = {}
    for place, character in enumerate(CHARACTERS):
        whole[f"{place}.png"] = png_file(glyph(character, place))
        whole[f"{place}.txt"] = f"{place} 0.5 0.5 1 1".encode()
    with pytest.raises(FormatError, match=r"--classes FILE"):
        list(open_sources(folder(tmp_path / "whole", whole)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.json", b'[{"rectanglelabels": 1, "data": 3, "annotations": 4}, 5]'),
        ("export.json", b'[{"a": [{"rectanglelabels": ["x"], "x": Infinity, "y": 1e999}]}]'),
        ("export.json", b'[{"rectanglelabels": [[[[[['),
        ("1.xml", b"<annotation><object><bndbox><xmin>nan</xmin></bndbox></object></annotation>"),
        ("1.xml", b"<annotations><image><box xtl='1e9' /></image></annotations>"),
        ("1.txt", b"0 0.5 0.5 1 1\n0 2 3\n-1 0 0 0 0\nx"),
        ("1.txt", b"0 0.9 0.9 1 1 \n0 0 0 0 0"),
    ],
)
def test_hostile_boxes_of_tools_are_told(name: str, content: bytes, tmp_path: Path) -> None:
    files = {name: content, "1.png": PAGES["1"][0]}
    try:
        found = [one for unit in open_sources(folder(tmp_path, files)) for one in unit.salvage()]
    except FormatError:
        return
    assert all(isinstance(one, Defect | LeftOut) for one in found)


def test_two_forms_in_one_folder_are_two_units(tmp_path: Path) -> None:
    content = {f"a/{name}": one for name, one in FORMS["LabelMe"].items()}
    content |= {f"b/{name}": one for name, one in FORMS["words"].items()}
    units = list(open_sources(folder(tmp_path / "s", content)))
    assert [unit.source.file.rpartition("/s ")[2] for unit in units] == ["(LabelMe)", "(PAGE XML)"]
    assert [len(list(unit.read())) for unit in units] == [24, 24]


def salvaged(place: Path, content: Mapping[str, bytes]) -> Sequence[object]:
    (unit,) = open_sources(folder(place, content))
    return list(unit.salvage())


def annotated(**changed: object) -> dict[str, bytes]:
    """COCO with one annotation changed."""
    found = json.loads(FORMS["COCO"]["annotations/instances_train.json"])
    found["annotations"][3] |= changed
    return {**FORMS["COCO"], "annotations/instances_train.json": json.dumps(found).encode()}


@pytest.mark.parametrize(
    "changed",
    [
        {"bbox": [1, 2, 3]},
        {"bbox": [1, 2, "3", 4]},
        {"bbox": [250, 2, 30, 4]},
        {"bbox": [1, 2, -3, 4]},
        {"bbox": [1e300, 2, 3, 4]},
        {"bbox": None},
        {"category_id": 99},
        {"category_id": [[]]},
    ],
)
def test_a_box_that_is_none_is_one_defect(changed: dict[str, object], tmp_path: Path) -> None:
    found = salvaged(tmp_path, annotated(**changed))
    defects = [one for one in found if isinstance(one, Defect)]
    assert [one.record for one in defects] == [3]
    assert len(found) == 24


def test_a_page_that_is_not_there_is_told_for_each_box(tmp_path: Path) -> None:
    content = dict(FORMS["LabelMe"])
    del content["2.png"]
    found = salvaged(tmp_path, content)
    assert [one.found for one in found if isinstance(one, Defect)] == ["2.png"] * 8


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\1.png"])
def test_no_page_lies_outside(name: str, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(PAGES["1"][0])
    content = {"a.json": made.labelme(name, BOXES["1.png"]), "x.png": PAGES["1"][0]}
    found = salvaged(tmp_path / "set", content)
    assert all(isinstance(one, Defect) for one in found) and len(found) == 8


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    ],
)
def test_no_entity_is_read(head: bytes, tmp_path: Path) -> None:
    content = dict(FORMS["words"])
    content["1.xml"] = content["1.xml"].replace(b"?>", b"?>" + head, 1)
    found = salvaged(tmp_path, content)
    defects = [one for one in found if isinstance(one, Defect)]
    assert ["no document type" in one.expected for one in defects] == [True]
    assert len(found) == 1 + 16


def test_pages_of_lines_alone_are_left(tmp_path: Path) -> None:
    lines = made.page_glyphs("1.png", []).replace(b'<Word id="w"></Word>', b"")
    with pytest.raises(FormatError, match="folder"):
        list(open_sources(folder(tmp_path, {"a.xml": lines})))


def test_labels_of_more_characters_are_counted_as_left_out(tmp_path: Path) -> None:
    boxes = [("ab", *BOXES["1.png"][0][1:]), *BOXES["1.png"][1:]]
    content = {"1.json": made.labelme("1.png", boxes), "1.png": PAGES["1"][0]}
    bank = pack(folder(tmp_path / "s", content), tmp_path / "x.bank")
    assert len(bank) == 7
    assert list(bank.header.dropped) == ["a label of 2 characters; a glyph is of one"]


def test_a_damaged_file_is_raised(tmp_path: Path) -> None:
    content = dict(FORMS["COCO"])
    name = "annotations/instances_train.json"
    content[name] = content[name][:-40]
    with pytest.raises(FormatError, match="JSON"):
        pack(folder(tmp_path / "s", content), tmp_path / "x.bank")


def lines_of(place: Path) -> tuple[list[LineRecord], Counter[str]]:
    left: Counter[str] = Counter()
    (unit,) = open_sources(place)
    return list(unit.placed(lambda why: left.update((why,)), salvage=False)), left


@pytest.mark.parametrize("form", FORMS)
def test_characters_stand_in_their_lines(tmp_path: Path, form: str) -> None:
    lines, left = lines_of(folder(tmp_path, FORMS[form]))
    told = form in ("PAGE XML", "words")  # whose files say that all is one line
    texts = {"".join(line.labels) for line in lines}
    assert not left and len(lines) == (3 if told else 6)
    if not told:
        assert texts == {CHARACTERS[:4], CHARACTERS[4:]}
    for line in lines:
        boxes = PAGES[str(1 + line.record // 8)][1]
        known = {character: (left, top) for character, left, top, _, _ in boxes}
        assert (line.page.width_px, line.page.height_px) == (260, 130)
        for box in line.boxes:
            assert box.character is not None
            assert (box.left_px, box.top_px) == known[box.character]
            assert box.pixels.any()


def test_fit_measures_the_height_of_boxes_in_their_lines(tmp_path: Path) -> None:
    """Every character on one level, but one, which stands half a character higher."""
    pixels = np.full((300, 900), 255, np.uint8)
    boxes = []
    for place, character in enumerate("永和九年岁在癸丑天地玄，"):
        row, column = divmod(place, 6)
        height = 60 if character != "，" else 15
        top = 50 + row * 120 + (45 if character == "，" else 0)
        left = 40 + column * 90
        pixels[top : top + height, left : left + 50] = 40
        boxes.append((character, left - 3, top - 5, 56, height + 10))
    place = folder(tmp_path, {"a.json": made.labelme("a.png", boxes), "a.png": png_file(pixels)})
    found = list(measured_lines(place, Counter()))
    assert [len(line.characters) for line in found] == [6, 6]
    heights = np.concatenate([line.heights_em for line in found])
    assert np.allclose(heights[:11], 1.0) and heights[11] == 0.25
    middles = np.concatenate([line.middles_em for line in found])
    assert np.allclose(middles[:11], 0, atol=0.01) and abs(middles[11] + 0.375) < 0.01
    assert np.allclose(found[0].gaps_em, 40 / 60)
    assert fit(place, tmp_path / "hand.yaml").model is not None


def test_columns_are_told_and_not_measured(tmp_path: Path) -> None:
    pixels = np.full((400, 300), 255, np.uint8)
    boxes = []
    for place, character in enumerate(CHARACTERS):
        column, row = divmod(place, 4)
        left, top = 200 - 120 * column, 20 + 70 * row
        one = glyph(character, place)
        pixels[top : top + one.shape[0], left : left + one.shape[1]] = one
        boxes.append((character, left, top, one.shape[1], one.shape[0]))
    place = folder(tmp_path, {"a.txt": made.mth(boxes), "a.png": png_file(pixels)})
    lines, left_out = lines_of(place)
    assert not lines and left_out == {COLUMNS: 8}
