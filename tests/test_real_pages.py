"""Pages that people transcribed: lines cut by their outlines, and what becomes of all the rest."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes_sets as made
from fakes import REAL, folder
from penline.api import info
from penline.check import check
from penline.convert import convert
from penline.errors import ExportError, FormatError, UsageError
from penline.export.page_xml import page_xml
from penline.formats.text_page import box_points
from penline.pack import pack
from penline.pages import Page, PageLine, PageRecord
from penline.records import Defect
from penline.sources.collect import open_sources
from penline.sources.pages.cut import cut_line
from penline.sources.reading import Reading

PAGES = REAL / "pages"
LINES = Reading(take="lines")


def pages(place: Path, reading: Reading = LINES) -> list[Page]:
    units = open_sources(place, reading=reading)
    return [r.page for unit in units for r in unit.read() if isinstance(r, PageRecord)]


def salvaged(place: Path) -> tuple[list[Page], list[Defect]]:
    found = [r for unit in open_sources(place, reading=LINES) for r in unit.salvage()]
    return (
        [one.page for one in found if isinstance(one, PageRecord)],
        [one for one in found if isinstance(one, Defect)],
    )


def test_what_is_outside_of_the_outline_is_white() -> None:
    image = np.full((40, 60, 3), 90, np.uint8)
    line = PageLine("x", np.array([[10, 10], [50, 10], [50, 30]], np.float64))
    cut, left, top = cut_line(image, line)
    assert (cut.shape, left, top) == ((20, 40, 3), 10, 10)
    assert set(np.unique(cut).tolist()) == {90, 255}
    assert cut[0, 38, 0] == 90
    assert cut[19, 2, 0] == 255
    inside = (cut[:, :, 0] == 90).sum()
    assert abs(int(inside) - 400) <= 25  # half of 20 x 40


@pytest.mark.parametrize("slope", [-0.3, 0.0, 0.2])
def test_a_slanting_line_is_laid_level(slope: float) -> None:
    image = np.full((160, 300), 220, np.uint8)
    xs = np.arange(20, 280)
    ys = np.floor(80 + slope * (xs - 150) + 0.5).astype(int)
    for x, y in zip(xs, ys, strict=True):
        image[y : y + 3, x] = 0
    ends = np.array([[20, ys[0]], [280, ys[-1]]], np.float64)
    around = np.array([[0, -20], [0, -20], [0, 20], [0, 20]], np.float64)
    line = PageLine("x", ends[[0, 1, 1, 0]] + around, ends)
    level, _, _ = cut_line(image, line, straight=True)
    dark = np.argmin(level[:, 20:-20], axis=0)
    assert dark.max() - dark.min() <= 2
    plain, _, _ = cut_line(image, line)
    assert np.array_equal(level, plain) == (slope == 0.0)


def test_lines_are_skipped_by_type(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.page_2019())
    report = convert(place, tmp_path / "out", to="page-xml", skip=["PRINT"])
    assert report["left_out"] == {"lines of type PRINT, skipped": 1}
    assert [line.text for line in pages(tmp_path / "out")[0].lines] == [
        text for at, text in enumerate(made.TEXTS) if at != 3
    ]
    with pytest.raises(UsageError, match="no line is of that type; there are: hand, letter, print"):
        convert(place, tmp_path / "other", skip=["note"])
    report = convert(
        folder(tmp_path / "a", made.alto_files(made.alto("4"))), tmp_path / "alto", skip=["pr*"]
    )
    assert report["lines"] == {"train": 5}


CHAINS = [("page-2019", ["alto", "coco", "page-xml"]), ("alto-2", ["page-xml", "coco", "alto"])]


@pytest.mark.parametrize(("name", "chain"), CHAINS)
def test_ids_order_and_what_nobody_understands_survive(
    name: str, chain: list[str], tmp_path: Path
) -> None:
    place = folder(tmp_path / "set", made.FORMS[name].files(tmp_path))
    (first,) = pages(place)
    for number, to in enumerate(chain):
        out = tmp_path / f"{number}"
        convert(place, out, to=to)
        assert check(out).problems == []
        (page,) = pages(out)
        assert (page.image == first.image).all()
        assert [dict(one.metadata) for one in page.regions] == [
            dict(r.metadata) for r in first.regions
        ]
        assert [one.kind for one in page.regions] == [one.kind for one in first.regions]
        assert page.metadata.get("extra") == first.metadata.get("extra")
        for line, own in zip(page.lines, first.lines, strict=True):
            assert (line.text, line.region, line.metadata) == (own.text, own.region, own.metadata)
            np.testing.assert_array_equal(line.polygon, own.polygon)
            assert (line.baseline is None) == (own.baseline is None)
            if line.baseline is not None:
                np.testing.assert_array_equal(line.baseline, own.baseline)
        place = out
    xml = next((tmp_path / f"{len(chain) - 1}").rglob("*.xml")).read_text("utf-8")
    if name == "page-2019":
        assert re.search(r'<ImageRegion id="i1">\s*<Coords points="1,1 9,1 9,9"', xml)
        assert [line.metadata["id"] for line in first.lines] == [f"l{at}" for at in range(6)]
    else:
        assert '<HYP CONTENT="¬"' in xml


@pytest.mark.parametrize("to", ["page-xml", "alto", "coco", "paddleocr-det", "parquet"])
def test_nobody_who_transcribed_is_carried_on(to: str, tmp_path: Path) -> None:
    lines = "".join(map(made.page_line, range(6)))
    lines = lines.replace('custom="', 'custom="comment {author:ann; text:see bob@example.org;} ', 1)
    lines = lines.replace("<TextLine ", '<TextLine comments="http://x.org/u" userId="5" ', 1)
    more = "<ImageRegion id='i' imgUrl='http://a.b/c'><Coords points='1,1 2,1 2,2'/></ImageRegion>"
    files = {"p.xml": made.page_xml(lines, more=more), "p.png": made.png(made.PAGE.pixels)}
    convert(folder(tmp_path / "set", files), tmp_path / "out", to=to, boxes=True)
    for file in (tmp_path / "out").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for told in (
            b"author",
            b"bob",
            b"example.org",
            b"http://x",
            b"http://a",
            b"userId",
            b"imgUrl",
        ):
            assert told not in content, (file, told)


def test_words_and_hyphens_make_the_text(tmp_path: Path) -> None:
    found = {}
    for name in ("page-2013", "alto-2"):
        place = folder(tmp_path / name, made.FORMS[name].files(tmp_path))
        found[name] = [line.text for line in pages(place)[0].lines]
    assert found["page-2013"] == found["alto-2"] == list(made.TEXTS)
    alto = (
        made.alto("4")
        .replace(b'CONTENT="fin."', b'CONTENT="fin"')
        .replace(
            b'WIDTH="95" HEIGHT="25"/></TextLine>',
            b'WIDTH="95" HEIGHT="25"/><HYP CONTENT="-"/></TextLine>',
        )
    )
    (page,) = pages(folder(tmp_path / "hyp", made.alto_files(alto)))
    assert page.lines[-1].text == "fin-"


def test_the_picture_is_found_named_or_asked_for(tmp_path: Path) -> None:
    files = made.page_2019()
    picture = files.pop("p.png")
    place = folder(tmp_path / "set", files)
    expected = "its picture beside it, or in the folder that --images names, found no p.png"
    with pytest.raises(FormatError, match=expected):
        convert(place, tmp_path / "out")
    folder(tmp_path / "scans", {"deep/p.png": picture})
    report = convert(place, tmp_path / "out", reading=Reading(images=str(tmp_path / "scans")))
    assert report["lines"] == {"train": 6}
    assert info(place, reading=Reading(images=str(tmp_path / "scans")))[0].records == 6
    with pytest.raises(UsageError, match="no such folder"):
        convert(place, tmp_path / "other", reading=Reading(images=str(tmp_path / "none")))
    with pytest.raises(UsageError, match="--images is for pages in PAGE XML or ALTO"):
        folder(tmp_path / "lines", made.paddleocr())
        convert(tmp_path / "lines", tmp_path / "o", reading=Reading(images=str(tmp_path / "scans")))


def test_a_page_that_two_files_tell_of_is_refused(tmp_path: Path) -> None:
    place, told = folder(tmp_path / "set", {}), made.page_2019()
    again = {"alto/p.xml": made.alto("4"), "page/p.xml": told["p.xml"]}
    again["img/p.png"] = told["p.png"]
    expected = r"one file for each page; name the folder of one form, .*of which .*\.xml tells, too"
    with pytest.raises(FormatError, match=expected):
        convert(folder(place, again), tmp_path / "out")
    report = convert(place / "page", tmp_path / "out", reading=Reading(images=str(place / "img")))
    assert report["lines"] == {"train": 6}
    twin = {"p.xml": told["p.xml"], "p.corrected.xml": told["p.xml"], "p.png": told["p.png"]}
    with pytest.raises(FormatError, match=expected):
        convert(folder(tmp_path / "twins", twin), tmp_path / "o")
    report = convert(tmp_path / "twins", tmp_path / "o", salvage=True)
    assert report["lines"] == {"train": 6}
    apart = {"a/p.xml": again["alto/p.xml"], "b/p.xml": told["p.xml"]}
    apart |= {"a/p.png": told["p.png"], "b/p.png": told["p.png"]}
    assert [one.records for one in info(folder(tmp_path / "apart", apart))] == [6, 6]


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    files = made.page_2019() | {"p.png": made.png(made.PAGE.pixels[::2, ::2])}
    expected = (
        "the picture of 140 x 200 px that its outlines were drawn on, found one of 70 x 100 px"
    )
    with pytest.raises(FormatError, match=expected):
        convert(folder(tmp_path / "set", files), tmp_path / "out")
    report = None
    with pytest.raises(ExportError, match="defect: picture: 1"):
        report = convert(tmp_path / "set", tmp_path / "out", salvage=True)
    assert report is None


def test_no_pixels_are_no_page(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.page_2019() | {"p.png": b""})
    with pytest.raises(FormatError, match="found an empty file"):
        convert(place, tmp_path / "out")
    sizes = made.page_2019()["p.xml"].replace(b'"140"', b'"0"').replace(b'"200"', b'"0"')
    (page,) = pages(folder(tmp_path / "zero", made.page_2019() | {"p.xml": sizes}))
    assert (page.width_px, page.height_px) == (140, 200)  # 0 says nothing


def test_outlines_are_held_to_the_page(tmp_path: Path) -> None:
    lines = "".join(
        f'<TextLine id="l{at}"><Coords points="{points}"/><TextEquiv><Unicode>x{at}</Unicode>'
        "</TextEquiv></TextLine>"
        for at, points in enumerate(
            (
                "-9,-9 50,-9 50,20 -9,20",
                "500,500 600,500 600,600",
                "1,1 2,2",
                "",
                "1,x 2,2 3,3",
                "9e9,1 1,1 2,2",
                "5,5 30,5 30,9 5,9",
            )
        )
    )
    files = made.page_2019() | {"p.xml": made.page_xml(lines)}
    found, defects = salvaged(folder(tmp_path / "set", files))
    assert [line.text for line in found[0].lines] == ["x0", "x6"]
    assert found[0].lines[0].polygon.min() == 0
    assert found[0].counts == {"outlines that reach out of their page, cut off": 2}
    assert [defect.field for defect in defects] == [f"line l{at}" for at in (1, 2, 3, 4, 5)]
    assert "Coords with three points" in defects[1].expected
    with pytest.raises(FormatError, match="line l1: expected an outline with an inside"):
        convert(tmp_path / "set", tmp_path / "out")
    report = convert(tmp_path / "set", tmp_path / "out", salvage=True)
    assert report["lines"] == {"train": 2}


def test_a_million_corners_are_soon_cut(tmp_path: Path) -> None:
    steps = [f"{at % 130},{4 + (at // 130) % 40}" for at in range(1_000_000)]
    line = (
        f'<TextLine id="l"><Coords points="{" ".join(steps)}"/><TextEquiv><Unicode>x</Unicode>'
        "</TextEquiv></TextLine>"
    )
    place = folder(tmp_path / "set", made.page_2019() | {"p.xml": made.page_xml(line)})
    begun = time.process_time()
    assert convert(place, tmp_path / "out")["lines"] == {"train": 1}
    assert time.process_time() - begun < 20


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HOSTILE = {
    "laughs": (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
        "<PcGts><Page>&l9;</Page></PcGts>"
    ),
    "file": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><PcGts><Page>&f;</Page></PcGts>',
    "net": '<!DOCTYPE PcGts SYSTEM "http://127.0.0.1:9/x.dtd"><PcGts><Page/></PcGts>',
    "cut": "<PcGts><Page><TextRegion>",
    "bare": "<PcGts/>",
    "deep": "<PcGts><Page>" + "<a>" * 200_000 + "</a>" * 200_000 + "</Page></PcGts>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_one_fault(name: str, tmp_path: Path) -> None:
    files = made.page_2019() | {"p.xml": HOSTILE[name].encode()}
    found, defects = salvaged(folder(tmp_path / "set", files))
    if name == "deep":  # sound, and without a line
        assert found[0].lines == () or defects
        return
    assert (found, len(defects)) == ([], 1)


def test_what_a_page_carries_is_not_opened(tmp_path: Path) -> None:
    """What penline kept of another format is text, whoever wrote the file."""
    bomb = HOSTILE["laughs"].replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    holder = f'<UserDefined><UserAttribute name="penline:alto" value="{bomb}"/></UserDefined>'
    lines = made.page_line(0).replace("</TextLine>", f"{holder}</TextLine>")
    files = made.page_2019() | {"p.xml": made.page_xml(lines)}
    convert(folder(tmp_path / "set", files), tmp_path / "alto", to="alto")
    assert check(tmp_path / "alto").problems == []
    xml = next((tmp_path / "alto").rglob("*.xml")).read_text("utf-8")
    assert "ENTITY" not in xml


def test_a_bank_leaves_pages_of_lines_alone(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="penline convert"):
        pack(folder(tmp_path / "set", made.page_2019()), tmp_path / "bank")


def test_pages_tell_how_many_lines_they_have(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", made.page_2019() | {"mets.xml": b"<mets/>"})
    (facts,) = info(place)
    assert (facts.kind, facts.pages, facts.records) == ("PAGE XML", 1, 6)
    assert facts.note == "1 other file in XML left out, as mets.xml"


def test_names_of_other_files_stay_names() -> None:
    page = Page(
        *(0, "p", np.zeros((30, 30), np.uint8)),
        (
            PageLine("a", box_points(1, 1, 9, 9), metadata={"id": "same"}),
            PageLine("b", box_points(1, 12, 9, 9), metadata={"id": "same"}),
            PageLine("c", box_points(1, 12, 9, 9), metadata={"id": 'no "name"'}),
        ),
        *("unknown:p", "train"),
    )
    found = re.findall(r'<TextLine id="([^"]*)"', page_xml(page, "p.png").decode())
    assert found == ["same", "r0_l0001", "r0_l0002"]


@pytest.mark.skipif(not PAGES.is_dir(), reason="the real pages are not here")
def test_the_real_pages(tmp_path: Path) -> None:
    counts = {}
    for project in ("hooker", "lathrop", "timeus"):
        (facts,) = info(PAGES / project)
        counts[project] = facts.pages, facts.records, facts.defect_count
    assert counts == {"hooker": (12, 223, 0), "lathrop": (8, 116, 0), "timeus": (11, 331, 0)}
    report = convert(PAGES / "hooker", tmp_path / "out", height_px=32, val=0.3)
    assert sum(report["lines"].values()) == 212
    assert report["left_out"]["pictures without a label"] == 11
    assert set(report["lines"]) == {"train", "val"}
    label = (tmp_path / "out" / "rec_gt_train.txt").read_text("utf-8").split("\n")[0]
    path = label.partition("\t")[0]
    assert cv2.imread(str(tmp_path / "out" / path)).shape[0] == 32
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert "Transkribus" not in json.dumps(told)
