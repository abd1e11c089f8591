"""Sheets of lines and pages, of every form that `convert` reads and every format that it writes."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

import fakes_pages
import fakes_sets as made
from fakes import folder, pot
from penline import api
from penline.cli import app
from penline.convert import convert
from penline.errors import ExportError, FormatError, UsageError
from penline.export import EXPORTERS
from penline.look.sheet import sheet
from penline.pack import pack
from penline.sources.collect import read
from penline.sources.reading import Reading
from test_sheet import HOSTILE, data_of, elements

TAKES = {name: EXPORTERS.load(name).takes for name in EXPORTERS.own}


def shown(source: Path, out: Path, **more: Any) -> Any:
    facts = sheet(source, out, overwrite=True, **more)
    data = data_of(facts.path)
    assert (facts.shown, facts.total) == (data["shown"], data["total"])
    assert str(source.parent) not in facts.path.read_text("utf-8")
    return data


def pixels(item: dict[str, Any]) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(item["src"].partition(",")[2]), np.uint8)
    found = np.asarray(cv2.imdecode(raw, cv2.IMREAD_COLOR))
    assert found.shape[:2] == (item["height"], item["width"])
    return found[:, :, ::-1]


def in_colour(image: np.ndarray) -> np.ndarray:
    return image if image.ndim == 3 else np.stack([image] * 3, -1)


@pytest.mark.parametrize("name", made.FORMS)
def test_each_form_is_shown(name: str, tmp_path: Path) -> None:
    form = made.FORMS[name]
    data = shown(folder(tmp_path / "set", form.files(tmp_path)), tmp_path / "x.html")
    assert data["damage"] == []
    if not form.pages:
        assert data["pages"] == []
        by_text = {line["text"]: line for line in data["lines"]}
        assert sorted(by_text) == sorted(made.TEXTS)
        for at, line in enumerate(made.LINES):
            one = by_text[line.text]
            assert (pixels(one) == in_colour(line.pixels)).all()
            assert one["side"] == (line.side if form.sides else "train")
            own = form.writers[at].partition(":")[2]
            assert one["writer"].endswith(f":{own}") if own else not one["writer"]
        return
    assert data["lines"] == []
    (page,) = data["pages"]
    assert [line["text"] for line in page["lines"]] == list(made.TEXTS)
    assert page["full"] == [page["width"], page["height"]] == [140, 200]
    assert abs(pixels(page).astype(int) - made.PAGE.pixels).mean() < 60  # a JPEG of noise
    for line, box in zip(page["lines"], made.PAGE.boxes, strict=True):
        points = np.array(line["points"]).reshape(-1, 2)
        assert (points.min(0).tolist(), points.max(0).tolist()) == ([*box[:2]], [*box[2:]])
    based = name in ("page-2019", "page-2013", "alto-3", "alto-4")
    assert all(bool(line["base"]) == based for line in page["lines"])
    if based:
        assert page["lines"][0]["base"][1] == made.PAGE.boxes[0][3] - 4
    if name == "page-2019":
        assert [line["kind"] for line in page["lines"]] == ["hand"] * 3 + ["print"] + ["hand"] * 2
        assert page["regions"][0] == {"kind": "letter", "points": [0, 0, 139, 0, 139, 199, 0, 199]}


@pytest.mark.parametrize("to", [name for name, takes in TAKES.items() if takes != "strokes"])
def test_each_finished_set_is_shown(to: str, tmp_path: Path) -> None:
    of = "metadata.jsonl" if TAKES[to] == "lines" else "page-2019"
    source = folder(tmp_path / "set", made.FORMS[of].files(tmp_path))
    convert(source, tmp_path / "made", to=to, boxes=TAKES[to] == "lines")
    data = shown(tmp_path / "made", tmp_path / "x.html")
    found = [line["text"] for page in data.get("pages", []) for line in page["lines"]]
    found += [line["text"] for line in data["lines"]]
    assert sorted(found) == sorted(made.TEXTS)
    assert data["kind"] == "data set"
    assert data["sources"][0]["title"] == "files without a card"
    for line in data["lines"]:  # one box around all of a line that was converted
        height, width = line["height"], line["width"]
        assert line["boxes"] == [[0, 0, width, 0, width, height, 0, height]]


def test_lines_of_an_archive_make_its_pages(tmp_path: Path) -> None:
    files = {"006-P16.dgrl": fakes_pages.dgrl(["永和九年", "a,B!"])}
    data = shown(folder(tmp_path / "set", files), tmp_path / "x.html")
    (page,) = data["pages"]
    assert [line["text"] for line in page["lines"]] == ["永和九年", "a,B!"]
    assert (page["name"], page["writer"]) == ("006-P16", "casia:006")
    assert all(len(line["points"]) >= 8 and line["base"] for line in page["lines"])


def test_lines_of_strokes_are_drawn(tmp_path: Path) -> None:
    bank = pack(folder(tmp_path / "hand", {"001.pot": pot("永和九年，。")}), tmp_path / "bank")
    (tmp_path / "text.txt").write_text("永和九年，和九永年。九九" * 9, "utf-8")
    ways: dict[str, Any] = {"banks": [bank], "corpora": [tmp_path / "text.txt"], "workers": 1}
    api.compose(tmp_path / "made", n=4, to="inkml", recipe="plain", **ways)
    lines = list(read(tmp_path / "made" / "train"))
    data = shown(tmp_path / "made", tmp_path / "x.html")
    assert [line["text"] for line in data["lines"]] == [line.text for line in lines]
    for line, told in zip(lines, data["lines"], strict=True):
        assert told["entries"] == list(told["text"]) == list(line.items)
        ink = pixels(told).max(-1) < 200
        rows, columns = np.nonzero(ink)
        every = np.concatenate(line.strokes)
        wide, tall = np.ptp(every, 0)
        assert np.ptp(columns) / np.ptp(rows) == pytest.approx(wide / tall, rel=0.1)
        for box in told["boxes"]:
            left, top, right, _, _, bottom = box[:6]
            if right > left:
                assert ink[int(top) : int(bottom) + 1, int(left) : int(right) + 1].any()
    for to in ("ndjson", "strokes-npz"):
        api.compose(tmp_path / to, n=4, to=to, recipe="plain", **ways)
        with pytest.raises(ExportError, match="does not read again; make it in another one"):
            sheet(tmp_path / to, tmp_path / "y.html")
        assert "sheet" not in api.info(tmp_path / to)[0].note
    assert "penline sheet and serve show it" in api.info(tmp_path / "made")[0].note


def test_pages_and_lines_stand_on_one_sheet(tmp_path: Path) -> None:
    files = made.page_2019() | {f"lines/{name}": one for name, one in made.pairs().items()}
    data = shown(folder(tmp_path / "set", files), tmp_path / "x.html")
    assert data["unit"] == "pages and lines"
    assert (len(data["pages"]), len(data["lines"])) == (1, 6)
    assert data["kind"] == "lines, pages in PAGE XML"


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_a_limit_takes_some_by_chance(limit: int, tmp_path: Path) -> None:
    files = {f"{at}.png": made.png(made.picture(at % 9)) for at in range(40)}
    files |= {f"{at}.gt.txt": f"text {at}".encode() for at in range(40)}
    source = folder(tmp_path / "set", files)
    data = shown(source, tmp_path / "x.html", limit=limit)
    assert (data["shown"], data["total"]) == (min(limit, 40), 40)
    numbers = [line["index"] for line in data["lines"]]
    assert numbers == sorted(set(numbers))
    first = (tmp_path / "x.html").read_bytes()
    shown(source, tmp_path / "x.html", limit=limit)
    assert (tmp_path / "x.html").read_bytes() == first
    some = [shown(source, tmp_path / "x.html", limit=4, seed=k)["lines"] for k in range(6)]
    assert len({tuple(line["index"] for line in lines) for lines in some}) > 4


def test_a_sheet_has_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penline.look.texts.MAX_BYTES", 20_000)
    source = folder(tmp_path / "set", made.FORMS["parquet"].files(tmp_path))
    data = shown(source, tmp_path / "x.html")
    assert 1 <= data["shown"] < data["total"] == 6
    assert sum(len(line["src"]) for line in data["lines"]) < 30_000


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    wide = np.random.default_rng(1).integers(0, 255, (40, 9000), np.uint8)
    files = {"1.png": made.png(wide), "1.gt.txt": b"wide"}
    (line,) = shown(folder(tmp_path / "set", files), tmp_path / "x.html")["lines"]
    assert (line["width"], line["height"], line["full"]) == (4096, 18, [9000, 40])
    assert pixels(line).shape == (18, 4096, 3)
    large = np.full((4000, 3000), 200, np.uint8)
    xml = made.page_xml(made.page_line(0)).replace(b'"140"', b'"3000"').replace(b'"200"', b'"4000"')
    page = {"p.xml": xml, "p.png": made.png(large)}
    (one,) = shown(folder(tmp_path / "page", page), tmp_path / "x.html")["pages"]
    assert (one["width"], one["height"], one["full"]) == (1200, 1600, [3000, 4000])
    left, top = one["lines"][0]["points"][:2]
    assert (left, top) == pytest.approx([0.4 * edge for edge in made.PAGE.boxes[0][:2]], abs=0.06)


def line_of(points: str, text: str = "x") -> str:
    return (
        f'<TextLine id="l"><Coords points="{points}"/><TextEquiv><Unicode>{text}</Unicode>'
        "</TextEquiv></TextLine>"
    )


def test_a_million_corners_are_few_on_a_sheet(tmp_path: Path) -> None:
    steps = [f"{at % 130},{4 + (at // 130) % 40}" for at in range(1_000_000)]
    files = made.page_2019() | {"p.xml": made.page_xml(line_of(" ".join(steps)))}
    begun = time.process_time()
    (page,) = shown(folder(tmp_path / "set", files), tmp_path / "x.html")["pages"]
    assert time.process_time() - begun < 20
    (line,) = page["lines"]
    points = np.array(line["points"]).reshape(-1, 2)
    assert np.abs(points.min(0) - (0, 4)).max() <= 1
    assert np.abs(points.max(0) - (129, 43)).max() <= 1
    assert len(points) <= 120
    assert (tmp_path / "x.html").stat().st_size < 200_000


def test_many_lines_are_counted(tmp_path: Path) -> None:
    lines = "".join(line_of(f"1,{at % 190} 9,{at % 190} 9,{at % 190 + 3}") for at in range(1200))
    files = made.page_2019() | {"p.xml": made.page_xml(lines)}
    (page,) = shown(folder(tmp_path / "set", files), tmp_path / "x.html")["pages"]
    assert (len(page["lines"]), page["line_count"]) == (1000, 1200)


def test_a_long_text_is_cut_for_the_eye(tmp_path: Path) -> None:
    files = made.page_2019() | {"p.xml": made.page_xml(line_of("1,1 9,1 9,9", "ab" * 50_000))}
    data = shown(folder(tmp_path / "set", files), tmp_path / "x.html")
    (line,) = data["pages"][0]["lines"]
    assert line["text"] == "ab" * 1000 + "…"
    assert dict(data["figures"])["characters"] == 100_000


def test_points_outside_are_cut_off_and_told(tmp_path: Path) -> None:
    lines = line_of("-9,-9 50,-9 50,20 -9,20") + line_of("500,500 600,500 600,600")
    files = made.page_2019() | {"p.xml": made.page_xml(lines)}
    data = shown(folder(tmp_path / "set", files), tmp_path / "x.html")
    (page,) = data["pages"]
    assert page["lines"][0]["points"] == [0, 0, 50, 0, 50, 20, 0, 20]
    assert page["line_count"] == 1
    (row,) = data["damage"]
    assert "line l: expected an outline with an inside" in row["says"]
    assert ["outlines that reach out of their page, cut off", 2] in data["tables"][0]["rows"]


EMPTY = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\0\0\0\0"
    b"\x98\xb6\x29\x07\0\0\0\0IEND\xaeB`\x82"
)


@pytest.mark.parametrize("picture", [None, b"", EMPTY, b"GIF89a\0\0\0\0"])
def test_a_page_without_its_picture_is_told(picture: bytes | None, tmp_path: Path) -> None:
    files = {"a/q.xml": made.page_2019()["p.xml"].replace(b"p.png", b"q.png")}
    files |= {} if picture is None else {"a/q.png": picture}
    source = folder(tmp_path / "set", files)
    with pytest.raises(FormatError, match=r"q\.xml|q\.png") as refused:
        sheet(source, tmp_path / "x.html")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "x.html").exists()
    folder(source, {f"b/{name}": one for name, one in made.page_2019().items()})
    data = shown(source, tmp_path / "x.html")
    assert (len(data["pages"]), data["damaged"]) == (1, 1)
    (row,) = data["damage"]
    assert row["file"].startswith("a/")


def test_a_line_without_its_picture_is_told(tmp_path: Path) -> None:
    files = made.pairs() | {"train/9.gt.txt": b"alone"}
    files |= {"train/8.png": EMPTY, "train/8.gt.txt": b"8"}
    data = shown(folder(tmp_path / "set", files), tmp_path / "x.html")
    assert (len(data["lines"]), data["damaged"]) == (6, 2)
    assert [row["file"] for row in data["damage"]] == ["train::8.png", "train/9.gt.txt"]


def test_no_text_of_a_page_can_act(tmp_path: Path) -> None:
    told = HOSTILE.replace("<", "&lt;")
    line = line_of("1,1 9,1 9,9", told).replace(
        '<TextLine id="l"', f'<TextLine id="l" custom="structure {{type:{told};}}"'
    )
    files = {"</x>.xml".replace("/", ""): made.page_xml(line), "p.png": made.png(made.PAGE.pixels)}
    data = shown(folder(tmp_path / "set", files), tmp_path / "x.html")
    found = data["pages"][0]["lines"][0]
    assert found["text"] == HOSTILE
    assert "<script>" in found["kind"]
    assert [tag for tag, _ in elements(tmp_path / "x.html").tags].count("script") == 2


@pytest.mark.parametrize(
    ("name", "said", "match"),
    [
        ("page-2019", {"columns": "label=text"}, "--columns is for tables and lists"),
        ("page-2019", {"labels": "{label}/*.png"}, "--labels is for pictures whose names"),
        ("page-2019", {"character": "a"}, "--character is for pictures and for tables"),
        ("lmdb", {"keep_odd": True}, "--labels, --classes and --keep-odd"),
        ("parquet", {"images": "."}, "--images is for pages"),
    ],
)
def test_options_without_an_effect_are_refused(
    name: str, said: dict[str, Any], match: str, tmp_path: Path
) -> None:
    source = folder(tmp_path / "set", made.FORMS[name].files(tmp_path))
    with pytest.raises(UsageError, match=match):
        sheet(source, tmp_path / "x.html", reading=Reading(**said))
    convert(source, tmp_path / "made", to="page-xml" if name == "page-2019" else "lmdb")
    with pytest.raises(UsageError, match="is a finished set"):
        sheet(tmp_path / "made", tmp_path / "x.html", reading=Reading(**said))


def test_the_command_takes_where_pictures_are(tmp_path: Path) -> None:
    files = made.page_2019()
    folder(tmp_path / "scans", {"p.png": files.pop("p.png")})
    source, out = folder(tmp_path / "set", files), tmp_path / "x.html"
    ran = CliRunner().invoke(
        app, ["sheet", str(source), "--images", str(tmp_path / "scans"), "-o", str(out)]
    )
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.endswith("x.html: 1 of 1 pages\n")


@pytest.mark.parametrize("name", made.FORMS)
def test_info_says_what_shows_them(name: str, tmp_path: Path) -> None:
    source = folder(tmp_path / "set", made.FORMS[name].files(tmp_path))
    for facts in api.info(source):
        assert facts.understood is not None
        assert facts.understood.of_lines
        assert facts.understood.look.startswith(f"penline sheet {source}")
        assert facts.understood.command.startswith(f"penline convert {source}")
    ran = CliRunner().invoke(app, ["info", str(source)])
    assert f"to look at it: penline sheet {source}" in ran.stdout
