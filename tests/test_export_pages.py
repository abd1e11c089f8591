"""Pages out, and read again by small readers of this file: text, outlines, pixels; hostile ones."""

from __future__ import annotations

import json
import struct
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes
import fakes_nist
import fakes_online
import fakes_pages
from conftest import ended
from penline import cli
from penline.api import compose
from penline.check import check
from penline.convert import convert
from penline.convert.outline import outline
from penline.convert.policy import Policy
from penline.convert.sheets import pages
from penline.errors import ExportError, FormatError, UsageError
from penline.export import EXPORTERS, exporter_class
from penline.export.base import Options
from penline.export.paddleocr_det import quad
from penline.pages import Page, PageLine
from penline.records import LineRecord, paste
from penline.sources.collect import read

REAL = Path(__file__).parents[2] / "shared" / "data" / "casia"
FORMATS = ["alto", "coco", "paddleocr-det", "page-xml"]
PAGE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"
Array = np.ndarray


@dataclass
class Found:
    """A page as a reader of this file finds it."""

    image: Array
    texts: list[str | None]
    outlines: list[Array]
    baselines: list[Array | None]
    characters: list[list[tuple[str, Array]]]


def read_coco(out: Path, side: str) -> list[Found]:
    whole = json.loads((out / f"coco_{side}.json").read_bytes())
    names = {category["id"]: category["name"] for category in whole["categories"]}
    found = []
    for image in whole["images"]:
        own = [a for a in whole["annotations"] if a["image_id"] == image["id"]]
        lines = [a for a in own if names[a["category_id"]] == "line"]
        assert [line["line"] for line in lines] == list(range(len(lines)))
        outlines = [np.array(line["segmentation"][0]).reshape(-1, 2) for line in lines]
        for line, points in zip(lines, outlines, strict=True):
            x, y, width, height = line["bbox"]
            assert [x, y] == points.min(axis=0).tolist()
            assert [x + width, y + height] == points.max(axis=0).tolist()
            assert line["area"] == cv2.contourArea(points.astype(np.float32))
            assert line["iscrowd"] == (line["text"] is None)
        boxes: list[list[tuple[str, Array]]] = [[] for _ in lines]
        for one in own:
            if names[one["category_id"]] == "character":
                corners = np.array(one["segmentation"][0]).reshape(4, 2)
                boxes[one["line"]].append((one["text"], corners))
        pixels = picture(out, image["file_name"])
        assert pixels.shape == (image["height"], image["width"])
        nothing: list[Array | None] = [None] * len(lines)
        found.append(Found(pixels, [a["text"] for a in lines], outlines, nothing, boxes))
    ids = [annotation["id"] for annotation in whole["annotations"]]
    assert ids == list(range(1, len(ids) + 1))
    return found


def read_detection(out: Path, side: str) -> list[Found]:
    data = (out / f"det_gt_{side}.txt").read_bytes()
    found = []
    for row in data.decode("utf-8").removesuffix("\n").split("\n"):
        path, text = row.split("\t")
        lines = json.loads(text)
        texts = [None if a["transcription"] == "###" else a["transcription"] for a in lines]
        outlines = [np.array(line["points"]) for line in lines]
        nothing: list[Array | None] = [None] * len(lines)
        found.append(Found(picture(out, path), texts, outlines, nothing, [[] for _ in lines]))
    return found


def read_page_xml(out: Path, side: str) -> list[Found]:
    found = []
    for file in sorted((out / "images").glob("*/*.xml")):
        page = ET.parse(file).getroot().find(f"{PAGE}Page")  # noqa: S314
        assert page is not None
        split = f"split {{type:{'validation' if side == 'val' else side};}}"
        if page.get("custom") != split:
            continue
        pixels = picture(file.parent, page.attrib["imageFilename"])
        size = (int(page.attrib["imageHeight"]), int(page.attrib["imageWidth"]))
        assert pixels.shape == size
        lines = page.findall(f"{PAGE}TextRegion/{PAGE}TextLine")
        texts = [line.findtext(f"{PAGE}TextEquiv/{PAGE}Unicode") for line in lines]
        baselines = [line.find(f"{PAGE}Baseline") for line in lines]
        glyphs = [
            [
                (glyph.findtext(f"{PAGE}TextEquiv/{PAGE}Unicode", ""), points(glyph))
                for glyph in line.findall(f"{PAGE}Word/{PAGE}Glyph")
            ]
            for line in lines
        ]
        stands = [None if b is None else parsed(b.attrib["points"]) for b in baselines]
        found.append(Found(pixels, texts, [points(line) for line in lines], stands, glyphs))
    return found


def read_alto(out: Path, side: str) -> list[Found]:
    found = []
    for file in sorted((out / "images").glob("*/*.xml")):
        root = ET.parse(file).getroot()  # noqa: S314
        split = f"split {{type:{'validation' if side == 'val' else side};}}"
        if split not in [one.text for one in root.iter("carried")]:
            continue
        name = root.findtext(f"{ALTO}Description/{ALTO}sourceImageInformation/{ALTO}fileName", "")
        pixels = picture(file.parent, name)
        page = root.find(f"{ALTO}Layout/{ALTO}Page")
        assert page is not None
        assert pixels.shape == (int(page.attrib["HEIGHT"]), int(page.attrib["WIDTH"]))
        lines = page.findall(f"{ALTO}PrintSpace/{ALTO}TextBlock/{ALTO}TextLine")
        for line in lines:
            outline = corners_of(line)
            left, top = outline.min(axis=0).tolist()
            assert [line.attrib["HPOS"], line.attrib["VPOS"]] == [str(left), str(top)]
        strings = [line.find(f"{ALTO}String") for line in lines]
        texts = [None if one is None else one.attrib["CONTENT"] for one in strings]
        glyphs = [
            [] if one is None else [(g.attrib["CONTENT"], corners_of(g)) for g in one]
            for one in strings
        ]
        stands = [
            parsed(line.attrib["BASELINE"]) if "BASELINE" in line.attrib else None for line in lines
        ]
        found.append(Found(pixels, texts, [corners_of(line) for line in lines], stands, glyphs))
    return found


def corners_of(element: ET.Element) -> Array:
    polygon = element.find(f"{ALTO}Shape/{ALTO}Polygon")
    assert polygon is not None
    return parsed(polygon.attrib["POINTS"])


READERS: dict[str, Callable[[Path, str], list[Found]]] = {
    "alto": read_alto,
    "coco": read_coco,
    "paddleocr-det": read_detection,
    "page-xml": read_page_xml,
}


def points(element: ET.Element) -> Array:
    coords = element.find(f"{PAGE}Coords")
    assert coords is not None
    return parsed(coords.attrib["points"])


def parsed(text: str) -> Array:
    return np.array([[int(n) for n in point.split(",")] for point in text.split()])


def picture(out: Path, path: str) -> Array:
    image = cv2.imread(str(out / path), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image


def put_together(records: list[LineRecord]) -> Array:
    facts = records[0].page
    paper = np.full((facts.height_px, facts.width_px), 255, np.uint8)
    for record in records:
        paste(paper, 255 - record.ink, record.top_px, record.left_px, 255)
    return paper


def covered(shape: tuple[int, ...], polygon: Array) -> Array:
    """The pixels that a polygon of pixel edges or of pixels covers, its border included."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [polygon.astype(np.int32)], 1)
    return mask > 0


def ink_of(record: LineRecord) -> Array:
    paper = np.zeros((record.page.height_px, record.page.width_px), np.uint8)
    paste(paper, record.ink, record.top_px, record.left_px, 0)
    return paper > 0


def clockwise(polygon: Array) -> bool:
    x, y = polygon[:, 0].astype(float), polygon[:, 1].astype(float)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) > 0


def hold_true(found: Found, records: list[LineRecord]) -> None:
    """Pixels equal; every outline holds its line's ink, clockwise, inside; baselines in it."""
    np.testing.assert_array_equal(found.image, put_together(records))
    height, width = found.image.shape
    for polygon, baseline, record in zip(found.outlines, found.baselines, records, strict=True):
        assert clockwise(polygon)
        assert polygon.min() >= 0
        assert (polygon <= (width, height)).all()
        own = covered(found.image.shape, polygon)
        assert not (ink_of(record) & ~own).any()
        if baseline is not None:
            assert (np.diff(baseline[:, 0]) > 0).all()
            drawn = np.zeros_like(found.image)
            cv2.polylines(drawn, [baseline.astype(np.int32)], False, 1)
            fat = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8))
            assert not ((drawn > 0) & (fat == 0)).any()


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("bits", [1, 8])
@pytest.mark.parametrize("kind", ["dgrl", "dgr"])
def test_pages_are_read_back_equal(tmp_path: Path, to: str, bits: int, kind: str) -> None:
    texts = ["永和九年岁在", "a,B!&<上", "下"]
    path = tmp_path / f"006-P16.{kind}"
    path.write_bytes(getattr(fakes_pages, kind)(texts, bits=bits))
    records = list(read(path))
    assert records[0].top_px < 0 > records[0].left_px
    report = convert(path, tmp_path / "out", to=to)
    assert (report["pages"], report["lines"]) == ({"train": 1}, {"train": 3})
    [found] = READERS[to](tmp_path / "out", "train")
    assert found.texts == texts
    hold_true(found, records)
    if kind == "dgr" and to != "paddleocr-det":
        height, width = found.image.shape
        last = (width, height) if to == "coco" else (width - 1, height - 1)
        for glyphs, record in zip(found.characters, records, strict=True):
            assert [c for c, _ in glyphs] == list(record.characters)
            for (_, corners), box in zip(glyphs, record.boxes, strict=True):
                top, left = box.top_px, box.left_px
                bottom, right = top + box.raster.height_px, left + box.raster.width_px
                expected = [[left, top], [right, top], [right, bottom], [left, bottom]]
                np.testing.assert_array_equal(corners, np.clip(expected, 0, last))
    assert check(tmp_path / "out").problems == []


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(
    ("unknown", "expected"),
    [
        ("drop-line", [None, "九点", None, None]),
        ("drop-char", ["今天", "九点", None, None]),
        ("keep", ["今\ufffd天", "九点", "\ufffd", None]),
    ],
)
def test_a_line_without_a_label_stays_to_be_ignored(
    tmp_path: Path, to: str, unknown: str, expected: list[str | None]
) -> None:
    path = tmp_path / "006-P16.dgrl"
    path.write_bytes(fakes_pages.dgrl(["今?天", "九点", "?", ""]))
    report = convert(path, tmp_path / "out", to=to, unknown=unknown)
    [found] = READERS[to](tmp_path / "out", "train")
    assert found.texts == expected
    hold_true(found, list(read(path)))
    assert report["left_out"][f"units without a character: {unknown}"] == 2
    assert report["left_out"]["lines without a label"] == 1
    assert report["ignored_lines"] == expected.count(None)
    assert report["lines"] == {"train": 4}
    assert check(tmp_path / "out").problems == []


@pytest.mark.parametrize("to", FORMATS)
def test_sides_and_several_pages(tmp_path: Path, to: str) -> None:
    train = {f"00{n}-P16.dgrl": fakes_pages.dgrl(["今天", f"{n}"]) for n in range(3)}
    fakes.zip_file(tmp_path / "HWDB2.0Train.zip", train)
    fakes.zip_file(tmp_path / "HWDB2.0Test.zip", {"241-P16.dgrl": fakes_pages.dgrl(["上午"])})
    sources = [tmp_path / "HWDB2.0Train.zip", tmp_path / "HWDB2.0Test.zip"]
    report = convert(sources, tmp_path / "out", to=to, boxes=True)
    assert report["pages"] == {"train": 3, "test": 1}
    found = READERS[to](tmp_path / "out", "train")
    assert [page.texts for page in found] == [["今天", "0"], ["今天", "1"], ["今天", "2"]]
    assert [page.texts for page in READERS[to](tmp_path / "out", "test")] == [["上午"]]
    told = [json.loads(line) for line in (tmp_path / "out" / "pages.jsonl").open("rb")]
    assert [page["name"] for page in told] == ["000-P16", "001-P16", "002-P16", "241-P16"]
    assert told[3]["writer"] == "casia:241"
    assert check(tmp_path / "out").problems == []


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("linked", [True, False])
def test_pages_of_strokes_are_drawn(tmp_path: Path, to: str, linked: bool) -> None:
    strokes, lines = fakes_online.written("今天上\n午九")
    moved = [[(x + 160 * n, y) for x, y in stroke] for n, stroke in enumerate(strokes)]
    path = tmp_path / ("001-P16.ptts" if linked else "001-P16.wptt")
    path.write_bytes(fakes_online.page(moved, lines, linked))
    report = convert(path, tmp_path / "out", to=to)
    [found] = READERS[to](tmp_path / "out", "train")
    assert found.texts == ["今天上", "午九"]
    assert report["lines"] == {"train": 2}
    inked = found.image < 255
    for glyphs, text in zip(found.characters, found.texts, strict=True):
        assert [c for c, _ in glyphs] == (list(text or "") if linked and glyphs else [])
        for _, corners in glyphs:
            low, high = corners.min(axis=0), corners.max(axis=0)
            assert inked[low[1] : high[1] + 1, low[0] : high[0] + 1].any()
    if linked and to != "paddleocr-det":
        assert all(found.characters)
    whole = np.zeros_like(inked)
    for polygon in found.outlines:
        whole |= covered(found.image.shape, polygon)
    assert inked.any()
    assert not (inked & ~whole).any()
    again = convert(path, tmp_path / "again", to=to)
    assert again["shards"] == report["shards"]


def test_lines_of_strokes_become_pictures(tmp_path: Path) -> None:
    strokes, lines = fakes_online.written("今天上\n午九")
    path = tmp_path / "001-P16.ptts"
    path.write_bytes(fakes_online.page(strokes, lines))
    report = convert(path, tmp_path / "out", boxes=True)
    assert report["lines"] == {"train": 2}
    rows = [json.loads(line) for line in (tmp_path / "out" / "boxes.jsonl").open("rb")]
    for row in rows:
        pixels = picture(tmp_path / "out", row["path"])
        assert len(row["quads"]) == len(row["text"])
        corners = np.array(row["quads"]).reshape(-1, 2)
        np.testing.assert_array_equal(corners.min(axis=0), [0, 0])
        np.testing.assert_array_equal(corners.max(axis=0), pixels.shape[::-1])


def composed(texts: list[str]) -> Page:
    lines = tuple(
        PageLine(
            text,
            np.array([[10.25, 20 + 40 * n], [190, 10 + 40 * n], [190, 40 + 40 * n], [10, 50.5]]),
            np.array([[10.0, 45 + 40 * n], [190, 35 + 40 * n]]),
            np.arange(8.0 * len(text)).reshape(len(text), 4, 2) % 180,
        )
        for n, text in enumerate(texts)
    )
    image = np.full((300, 200, 3), (250, 240, 230), np.uint8)
    return Page(0, "one", image, lines, "casia:001", "train")


AWKWARD = [
    '<a & "b">',
    "]]> '",
    "\t tab",
    "cr\rlf\n",
    "nul\x00\x0b\x1f",
    "\ufffe\uffff",
    "###",
    "*",
]


@pytest.mark.parametrize("to", FORMATS)
def test_characters_that_a_format_cannot_hold(tmp_path: Path, to: str) -> None:
    texts = [*AWKWARD, "\u2028\x85\U00020000", "\\u0041", " a  b "]
    exporter = exporter_class(to, "pages")(tmp_path, Options("png"))
    page = composed(texts)
    facts = exporter.shard(0, [page])
    report = ended(exporter, [json.loads(json.dumps(facts))], {"run": {"to": to}})
    [image] = (tmp_path / "images").glob("*/*.png")
    pixels = cv2.imread(str(image))
    np.testing.assert_array_equal(pixels[:, :, ::-1], page.image)
    if to == "coco":
        whole = json.loads((tmp_path / "coco_train.json").read_bytes())
        found = [a["text"] for a in whole["annotations"] if a["category_id"] == 1]
        assert found == texts
        assert report["skipped"] == {}
    elif to == "paddleocr-det":
        [row] = (tmp_path / "det_gt_train.txt").read_bytes().decode().removesuffix("\n").split("\n")
        found = [line["transcription"] for line in json.loads(row.split("\t")[1])]
        assert found == texts
        assert report["skipped"] == {"labels that PaddleOCR reads as to be ignored": 2}
    else:
        [file] = (tmp_path / "images").glob("*/*.xml")
        root = ET.parse(file).getroot()  # noqa: S314
        found = [
            line.findtext(f"{PAGE}TextEquiv/{PAGE}Unicode", "")
            for line in root.iter(f"{PAGE}TextLine")
        ]
        if to == "alto":
            found = [one.attrib["CONTENT"] for one in root.iter(f"{ALTO}String")]
        bad = {"\t", "\r", "\n", "\x00", "\x0b", "\x1f", "\ufffe", "\uffff"}
        held = ["".join("\ufffd" if c in bad else c for c in text) for text in texts]
        assert found == held
        assert report["skipped"] == {"characters that XML cannot hold": 8}


SMALL_PAGE = {
    "papers": ["plain"],
    "effects": "none",
    "page": {"width_px": 400, "height_px": 300, "em_px_range": [20, 24], "lines_range": [3, 4]},
}


def two_pages(out: Path, to: str) -> Path:
    compose(out, n=2, recipe=SMALL_PAGE, to=to, workers=1)
    return out


def test_pages_for_validation(tmp_path: Path) -> None:
    compose(tmp_path, n=12, recipe=SMALL_PAGE, to="page-xml", val=0.4, workers=1)
    sides = [len(read_page_xml(tmp_path, side)) for side in ("train", "val")]
    assert min(sides) > 0
    assert sum(sides) == 12
    assert check(tmp_path).problems == []
    for file in (tmp_path / "images").glob("*/*.xml"):
        page = ET.parse(file).getroot().find(f"{PAGE}Page")  # noqa: S314
        assert page is not None
        lines = [line.attrib["custom"] for line in page.iter(f"{PAGE}TextLine")]
        assert lines
        assert all(line.endswith(f" {page.attrib['custom']}") for line in lines)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of its own
def test_pycocotools_itself(tmp_path: Path) -> None:
    tools = pytest.importorskip("pycocotools.coco")
    out = two_pages(tmp_path / "out", "coco")
    coco = tools.COCO(str(out / "coco_train.json"))
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["line", "character"]
    images = coco.loadImgs(coco.getImgIds())
    assert len(images) == 2
    for image in images:
        ink = picture(out, image["file_name"]) < 100
        lines, characters = (
            coco.loadAnns(coco.getAnnIds(image["id"], [category])) for category in (1, 2)
        )
        for one in (*lines, *characters):
            mask = coco.annToMask(one).astype(bool)
            assert mask.shape == (image["height"], image["width"])
            rows, columns = np.nonzero(mask)
            left, top, width, height = one["bbox"]
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            np.testing.assert_allclose(box, [left, top, left + width, top + height], atol=1)
            # a mask of whole pixels may miss or hold half a pixel along its outline
            assert abs(mask.sum() - one["area"]) <= 2 * (width + height)
            ink &= ~mask
        for line in lines:
            own = [one for one in characters if one["line"] == line["line"]]
            own.sort(key=lambda one: one["character"])
            assert "".join(one["text"] for one in own) == line["text"]
        assert not ink.any()  # every pixel of ink is somebody's


@pytest.mark.usefixtures("torchvision_fits")
def test_kraken_itself(tmp_path: Path) -> None:
    xml = pytest.importorskip("kraken.lib.xml")
    out = two_pages(tmp_path / "out", "page-xml")
    files = sorted((out / "images").glob("*/*.xml"))
    assert len(files) == 2
    for file, page in zip(files, read_page_xml(out, "train"), strict=True):
        found = xml.XMLPage(file).to_container()
        assert found.type == "baselines"
        np.testing.assert_array_equal(
            picture(Path(found.imagename).parent, found.imagename), page.image
        )
        assert [line.text for line in found.lines] == page.texts
        assert {line.split for line in found.lines} == {"train"}
        for line, polygon, baseline in zip(found.lines, page.outlines, page.baselines, strict=True):
            np.testing.assert_array_equal(line.boundary, polygon)
            np.testing.assert_array_equal(line.baseline, baseline)


def test_quads_hold_the_outline_and_stay_on_the_page() -> None:
    line = {"polygon": [[5, 3], [95, 0], [100, 12], [0, 14.5]], "baseline": [[0, 14], [100, 4]]}
    found = quad(line, 100, 50)
    assert found == [[0, 0], [99, 0], [99, 12], [0, 22]]
    level = {"polygon": [[1, 2], [9, 2], [9, 7], [1, 7]], "baseline": None}
    assert quad(level, 100, 50) == [[1, 2], [9, 2], [9, 7], [1, 7]]
    upright = {**level, "baseline": [[4, 2], [4, 7]]}
    assert quad(upright, 100, 50) == [[1, 2], [9, 2], [9, 7], [1, 7]]


def test_an_outline_follows_the_ink_and_a_speck_does_not_move_the_baseline() -> None:
    ink = np.zeros((60, 400), bool)
    for left in range(0, 400, 20):
        slant = left // 20
        ink[10 + slant : 30 + slant, left + 2 : left + 18] = True
    ink[55, 203] = True
    found = outline(ink, 20)
    assert found is not None
    (x0, y0), *_, (x1, y1) = found.baseline.tolist()
    assert (x0, x1) == (2, 398)
    assert abs(y0 - 30) <= 2
    assert abs(y1 - 49) <= 2
    area = cv2.contourArea(found.polygon.astype(np.float32))
    assert area < 1.35 * ink.sum() * 20 / 16
    assert outline(np.zeros((5, 5), bool), 1) is None
    one = outline(np.ones((1, 1), bool), 7)
    assert one is not None
    assert one.polygon.tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]


@pytest.mark.parametrize("to", FORMATS)
def test_a_page_larger_than_any_is_refused(tmp_path: Path, to: str) -> None:
    path = tmp_path / "006-P16.dgrl"
    path.write_bytes(fakes_pages.dgrl(["今天"], page=(65535, 65535)))
    with pytest.raises(FormatError, match="page height and width"):
        convert(path, tmp_path / "out", to=to)
    with pytest.raises(ExportError, match="pages of too many pixels: 1"):
        convert(path, tmp_path / "out", to=to, salvage=True, overwrite=True)


def test_strokes_over_a_page_larger_than_any_are_refused(tmp_path: Path) -> None:
    dots = [[(-30000, -30000), (-29999, -29990)], [(30000, 30000), (30000, 30010)]]
    path = tmp_path / "001-P16.ptts"
    path.write_bytes(fakes_online.page(dots, [[("今", [0]), ("天", [1])]]))
    with pytest.raises(FormatError, match="strokes that can be drawn"):
        convert(path, tmp_path / "out", to="coco")
    with pytest.raises(ExportError, match="strokes that cannot be drawn: 1"):
        convert(path, tmp_path / "out", to="coco", salvage=True, overwrite=True)


def test_damage_costs_its_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "006-P16.dgrl"
    data = bytearray(fakes_pages.dgrl(["今天", "上午", "九点"]))
    place = data.index("上".encode("gb18030"))
    data[place : place + 2] = b"\x81\x20"
    path.write_bytes(data)
    with pytest.raises(FormatError):
        convert(path, tmp_path / "out", to="page-xml")
    report = convert(path, tmp_path / "out", to="page-xml", salvage=True, overwrite=True)
    [found] = read_page_xml(tmp_path / "out", "train")
    assert found.texts == ["今天", "九点"]
    assert report["left_out"] == {"defect: label": 1}


SOURCES: dict[str, bytes] = {
    "001-f.gnt": fakes.gnt("今天"),
    "001.pot": fakes.pot("今天"),
    "a.gntx": fakes_pages.gntx("今天"),
    "006-P16.dgrl": fakes_pages.dgrl(["今天", "?"]),
    "006-P17.dgr": fakes_pages.dgr(["今天", "?上"], bits=1),
    "001-P16.ptts": fakes_online.page(*fakes_online.written("今天\n上")),
    "001-P17.wptt": fakes_online.page(*fakes_online.written(["今", None]), linked=False),
    "a.mpf": fakes_online.mpf("今天", np.arange(16, dtype=np.uint8).reshape(2, 8)),
    "a.mis": fakes_nist.mis(fakes_nist.entries(2)),
    "train-images-idx3-ubyte": fakes_pages.idx_images(np.eye(8, dtype=np.uint8)[None] * 200),
    "a.pct": fakes_nist.picture(fakes_nist.entries(1)[0]),
}


@pytest.mark.parametrize("to", sorted(EXPORTERS))
@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_record_is_converted_or_counted(tmp_path: Path, name: str, to: str) -> None:
    path = tmp_path / name
    path.write_bytes(SOURCES[name])
    for salvage in (False, True):
        try:
            report = convert(path, tmp_path / "out", to=to, salvage=salvage, overwrite=True)
        except ExportError as error:
            assert "nothing to convert" in str(error)
            assert ": 1" in str(error) or ": 2" in str(error)
            assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())
        else:
            assert sum(report["lines"].values()) > 0
            assert check(tmp_path / "out").problems == []


def test_overwriting_removes_what_the_other_format_wrote_and_nothing_else(tmp_path: Path) -> None:
    path, out = tmp_path / "006-P16.dgrl", tmp_path / "out"
    path.write_bytes(fakes_pages.dgrl(["今天"]))
    convert(path, out, to="paddleocr", boxes=True)
    (out / "mine.txt").write_text("mine")
    convert(path, out, to="coco", overwrite=True)
    assert sorted(p.name for p in out.iterdir()) == [
        "coco_train.json",
        "croissant.json",
        "images",
        "mine.txt",
        "records.parquet",
        "report.json",
    ]
    report = json.loads((out / "report.json").read_bytes())
    report["run"]["to"] = "../x"
    (out / "report.json").write_text(json.dumps(report))
    with pytest.raises(UsageError, match="no format"):
        convert(path, out, to="coco", overwrite=True)
    assert (out / "coco_train.json").is_file()


def test_a_format_of_pages_takes_no_composed_lines() -> None:
    with pytest.raises(UsageError, match="format of pages"):
        exporter_class("page-xml")


@pytest.mark.parametrize("to", FORMATS)
def test_check_finds_what_was_changed(tmp_path: Path, to: str) -> None:
    path, out = tmp_path / "006-P16.dgrl", tmp_path / "out"
    path.write_bytes(fakes_pages.dgrl(["今天", "九点"]))
    convert(path, out, to=to)
    (folder,) = (out / "images").iterdir()
    (folder / "stray.png").write_bytes(b"no picture")
    assert any("stray.png" in problem for problem in check(out).problems)
    (folder / "stray.png").unlink()
    assert check(out).problems == []
    lists = {"coco": "coco_train.json", "paddleocr-det": "det_gt_train.txt"}
    file = out / lists.get(to, f"images/{folder.name}/00000000.xml")
    whole = file.read_text("utf-8")
    for wrong in (whole.replace("今天", "今夭"), "", "[" * 100_000, whole[: len(whole) // 2]):
        file.write_text(wrong, "utf-8", newline="")
        assert check(out).problems != []
    file.write_text(whole, "utf-8", newline="")
    (folder / "00000000.png").unlink()
    assert any("00000000.png" in problem for problem in check(out).problems)


def test_check_expands_no_entity(tmp_path: Path) -> None:
    path, out = tmp_path / "006-P16.dgrl", tmp_path / "out"
    path.write_bytes(fakes_pages.dgrl(["今天"]))
    convert(path, out, to="page-xml")
    (file,) = (out / "images").glob("*/00000000.xml")
    whole = file.read_bytes()
    bomb = b'<!DOCTYPE PcGts [<!ENTITY a "AAAAAAAA">]>\n<PcGts '
    file.write_bytes(whole.replace(b"<PcGts ", bomb, 1).replace("今天".encode(), b"&a;"))
    assert any("not a page of penline's" in problem for problem in check(out).problems)


def test_a_page_s_head_may_lie_about_nothing_that_is_held(tmp_path: Path) -> None:
    data = bytearray(fakes_pages.dgrl(["今天"]))
    struct.pack_into("<II", data, 36 + len(fakes_pages.ILLUSTRATION), 1, 1)
    path = tmp_path / "006-P16.dgrl"
    path.write_bytes(data)
    [page] = pages(iter(read(path)), Policy("keep"), salvage=False)
    assert page.image.shape == (1, 1)
    assert page.lines[0].polygon.max() <= 1


def test_a_killed_run_s_remains_go_and_nothing_else(tmp_path: Path) -> None:
    path, out = tmp_path / "006-P16.dgrl", tmp_path / "out"
    path.write_bytes(fakes_pages.dgrl(["今天"]))
    convert(path, out, to="coco")
    kept = [out / ".mine.partial", out / "mine" / ".x.partial"]
    gone = [out / ".coco_train.json.7.partial", out / ".report.json.partial"]
    (out / "mine").mkdir()
    for file in (*kept, *gone):
        file.write_bytes(b"")
    (out / "images" / ".00000.7.partial").mkdir(parents=True)
    convert(path, out, to="coco", overwrite=True)
    assert all(file.is_file() for file in kept)
    assert not any(file.exists() for file in gone)
    assert [p.name[-6:] for p in (out / "images").iterdir()] == ["-00000"]


def test_the_command_says_pages_and_lines(tmp_path: Path, monkeypatch, capsys) -> None:
    path = tmp_path / "006-P16.dgrl"
    path.write_bytes(fakes_pages.dgrl(["今天", "九?"]))
    arguments = ["convert", path, "-o", tmp_path / "out", "--to", "page-xml"]
    monkeypatch.setattr(sys, "argv", ["penline", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code in (0, None)
    said = " ".join(capsys.readouterr().out.split())
    assert "1 train page, 2 train lines, 2 characters, 2 classes" in said
    assert "units without a character: drop-line: 1" in said


@pytest.mark.real
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.skipif(not REAL.is_dir(), reason="real handwriting is not beside the project")
def test_a_real_page_is_read_back_equal(tmp_path: Path, to: str) -> None:
    records = list(read(REAL / "006-P16.dgrl"))
    report = convert(REAL / "006-P16.dgrl", tmp_path / "out", to=to)
    assert (report["lines"], report["characters"]) == ({"train": 10}, 278)
    [found] = READERS[to](tmp_path / "out", "train")
    assert found.texts[0] == "2006年8月,国际天文学联合会大会正式通过决议,将冥王星降级,"
    assert found.texts == [record.text() for record in records]
    hold_true(found, records)
    assert check(tmp_path / "out").problems == []
    if to != "paddleocr-det":  # outlines of the ink: hardly any of another line's
        masks = [covered(found.image.shape, polygon) for polygon in found.outlines]
        for number, record in enumerate(records):
            ink = ink_of(record)
            others = sum(int((ink & mask).sum()) for k, mask in enumerate(masks) if k != number)
            assert others <= 0.005 * ink.sum()
