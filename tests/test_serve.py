"""The local server: what it shows."""

# the packages of the extra may be missing, so they are asked for before anything imports them
# ruff: noqa: E402

from __future__ import annotations

import itertools
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("jinja2")
httpx = pytest.importorskip("httpx")

import penline
from fakes_serve import PORT, TEXT, Visitor, make_bank, make_state, running, shape
from penline.bank import BankWriter, open_bank
from penline.catalogue.errata import parse_errata
from penline.catalogue.loading import ids
from penline.corpus import Corpus
from penline.look.app.judge import judge
from penline.look.app.line_request import INKS, LineRequest, papers
from penline.look.app.server_state import ServerState
from penline.look.app.site import PAGES, site
from penline.recipe.idle import refusals
from penline.records import Source
from test_sheet import CHROMIUM, HOSTILE


@pytest.fixture
def state(tmp_path: Path) -> ServerState:
    return make_state(tmp_path)


@pytest.fixture
def visit(state: ServerState) -> Visitor:
    return Visitor(site(state, port=PORT))


# Pages


@pytest.mark.parametrize(
    "place",
    [
        *("/", "/catalogue", "/catalogue/casia-hwdb1.1", "/atlas", "/atlas?q=zzz", "/atlas?q=w:"),
        *(
            "/atlas/character/6C38",
            "/atlas/writer?w=w:1",
            "/marks",
            "/playground",
            "/cut",
            "/write",
        ),
    ],
)
def test_a_page_is_whole_and_says_no_path(visit: Visitor, tmp_path: Path, place: str) -> None:
    text = visit.page(place)
    assert text.count("<h1") == 1
    assert '<main id="main"' in text
    assert "<html lang=" in text
    assert "style=" not in text
    assert not re.search(r"<script(?! src=)", text)
    assert not re.search(r"\son\w+=", text)
    assert "secret" not in text
    assert str(tmp_path) not in text
    for source in re.findall(r'(?:src|action)="([^"]*)"', text):
        assert source.startswith("/"), source
    inputs = re.findall(r"<(?:input|select)[^>]*\bid=\"([^\"]+)\"", text)
    boxes = re.findall(r"<label[^>]*><input[^>]*\bid=\"([^\"]+)\"", text)
    for name in set(inputs) - set(boxes):
        assert f'<label for="{name}"' in text, name


def test_every_card_has_a_page(visit: Visitor) -> None:
    overview = visit.page("/catalogue")
    for id in ids():
        assert f'href="/catalogue/{id}"' in overview
        page = visit.page(f"/catalogue/{id}")
        assert f"penline get {id}" in page
        assert page.count("<h1") == 1
    assert visit.get("/catalogue/none").status_code == 404


def test_every_address_is_visited_by_some_test() -> None:
    here = Path(__file__)
    beside = ("test_serve.py", "test_cut_page.py", "test_served_sets.py", "test_write_page.py")
    text = "".join(here.with_name(name).read_text("utf-8") for name in beside)
    for place in PAGES:
        assert place.split("{")[0] in text, place


def test_every_answer_has_the_policy(visit: Visitor) -> None:
    for place in ("/", "/nothing", "/app.js", "/line?text=永", "/sprite/0.png?r=1"):
        headers = visit.get(place).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'se")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    refused = visit.get("/", headers={"host": "evil.example"})
    assert "content-security-policy" in refused.headers


def test_the_atlas_finds(visit: Visitor) -> None:
    for query in ("永", "U+6C38", "6c38"):
        answer = visit.get("/atlas", params={"q": query})
        assert answer.headers["location"] == "/atlas/character/6C38", query
    assert visit.get("/atlas", params={"q": "w:2"}).headers["location"] == "/atlas/writer?w=w%3A2"
    both = visit.page("/atlas?q=永好龘")
    assert both.count("/atlas/character/") == 2
    assert "U+9F98" in both
    assert visit.page("/atlas?q=w:").count("/atlas/writer?w=") == 3
    assert visit.page("/atlas/character/6C38").count('class="glyph"') == 3
    assert visit.page("/atlas/writer?w=w:0").count('class="glyph"') == len(TEXT)
    assert "No glyph of it" in visit.page("/atlas/character/9F98")


def test_pages_of_a_large_class_and_banks_side_by_side(state: ServerState, tmp_path: Path) -> None:
    state.add(open_bank(make_bank(tmp_path / "many.bank", 130, "永")))
    visit = Visitor(site(state, port=PORT))
    first = visit.page("/atlas/character/6C38?order=writer")
    assert 'groups-2"' in first
    assert first.count('class="glyph"') == 50 + 3
    last = visit.page("/atlas/character/6C38?order=writer&page=3")
    assert last.count('class="glyph"') == 30
    assert "Page 3 of 3" in last
    only = visit.page("/atlas/character/6C38?bank=1&order=writer")
    assert only.count('class="glyph"') == 100
    rows = [re.findall(r'data-row="(\d+)"', page) for page in (first, last)]
    assert not set(rows[0][:50]) & set(rows[1])


def test_odd_glyphs_come_first(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        for number in range(40):
            picture = shape(7, number)
            if number == 11:
                picture = shape(8)
            if number == 17:
                picture = np.zeros((30, 30), np.uint8)
                picture[3, 3] = 255
            if number == 23:
                picture = picture[: picture.shape[0] // 2].copy()
                picture[-1, 5:50] = 250
            if number == 31:
                picture = shape(7, 30)
            bank.add(picture, "永", Source("a.gnt", f"w:{number}"), record=number)
    found = judge(open_bank(tmp_path / "b"), "永")
    flags = dict(zip(found.rows.tolist(), found.flags, strict=True))
    assert found.rows[0] == 17
    assert "blank" in flags[17]
    assert "unlike" in flags[11]
    assert "cut" in flags[23]
    assert "twin" in flags[30]
    assert "twin" in flags[31]
    assert set(found.rows[:6].tolist()) >= {11, 17, 23}
    assert sum(bool(one) for one in found.flags) <= 8


def test_pictures(visit: Visitor, state: ServerState) -> None:
    def decoded(place: str) -> np.ndarray:
        answer = visit.get(place)
        assert answer.headers["content-type"] == "image/png", answer.text
        data = np.frombuffer(answer.content, np.uint8)
        return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)

    sheet = decoded("/sprite/0.png?r=0.1.2.3.4.5.6.7.8.9.10.11")
    assert sheet.shape == (144, 720, 4)
    assert sheet[:72, :72, 3].any()
    assert not sheet[72:, 144:, 3].any()
    assert decoded("/glyph/0/0.png").shape[0] >= 300
    facts = visit.get("/glyph/0/0.json").json()
    assert (facts["archive"], facts["member"]) == ("Gnt.zip", "001.gnt")
    assert decoded("/line.png?text=永远").shape[0] == 64
    assert visit.get("/sentence?seed=3").json()["text"]


@pytest.mark.parametrize(
    "place",
    [
        *("/sprite/0.png?r=999", "/sprite/0.png", "/sprite/7.png?r=1", "/sprite/0.png?r=1.-2"),
        *("/sprite/0.png?r=" + ".".join("1" * 101), "/glyph/0/99999999.png", "/glyph/9/1.json"),
        *("/atlas/character/zzzz", "/atlas/character/D800", "/atlas/writer?w=none"),
        *(
            "/atlas?page=0",
            "/atlas?page=x",
            "/atlas?bank=77",
            "/line?text=永&paper=photo",
            "/line?text=永&ink=green",
        ),
        *("/line?text=永&seed=-1", "/line?text=永&seed=9" + "9" * 40, "/line?text=" + "永" * 121),
        *("/line?text=永&effects=blur,evil", "/line?text=永&height=9999", "/line.png?text=龘"),
        "/line?text=永&banks=1,2,3",
    ],
)
def test_what_makes_no_sense_is_refused_in_words(visit: Visitor, place: str) -> None:
    answer = visit.get(place)
    assert answer.status_code == 422
    assert answer.json()["error"]


# Lines


def test_a_line_is_drawn_and_its_boxes_too(visit: Visitor) -> None:
    line = visit.get("/line", params={"text": "永远，好龘"}).json()
    assert line["text"] == "永远，好"
    assert line["lacking"] == [["龘", "U+9F98"]]
    assert line["able"] == 3
    assert line["writers"] == ["w:0", "w:1", "w:2"]
    assert len(line["quads"]) == 4
    assert line["src"].startswith("data:image/png;base64,")
    one = visit.get("/line", params={"text": "永远", "writer": "w:1"}).json()
    assert one["writer"] == "w:1"
    nobody = visit.get("/line", params={"text": "永远", "writer": "w:9"}).json()
    assert "no known writer" in nobody["said"]
    assert visit.get("/line?text=").json()["said"] == "Type something."
    for more in ({"placing": "rules"}, {"placing": "measured", "direction": "vertical"}):
        other = visit.get("/line", params={"text": "永远，好", **more}).json()
        assert other["src"] != line["src"]
    again = visit.get("/line", params={"text": "永远，好龘"}).json()
    assert again["src"] == line["src"]
    column = visit.get("/line", params={"text": "永远好", "direction": "vertical"}).json()
    assert column["height"] > column["width"]


def test_text_that_no_one_writer_has_is_borrowed_and_said(
    state: ServerState, tmp_path: Path
) -> None:
    with BankWriter(tmp_path / "b") as bank:
        for number, character in enumerate("天地"):
            bank.add(shape(number), character, Source("a.gnt", f"x:{number}"))
    state.add(open_bank(tmp_path / "b"))
    line = (
        Visitor(site(state, port=PORT)).get("/line", params={"text": "天地", "banks": "1"}).json()
    )
    assert line["said"] == "No one writer has all of these."
    assert any(key.startswith("character borrowed") for key in line["counts"])


def test_what_is_copied_gives_the_same_pixels(
    visit: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = {"text": "永远，好", "paper": "ruled", "effects": "blur,noise", "seed": "5"}
    asked["placing"] = "measured"
    visit.get("/line", params={**asked, "text": "好"})  # what is kept must not show
    shown = cv2.imdecode(
        np.frombuffer(visit.get("/line.png", params=asked).content, np.uint8), cv2.IMREAD_UNCHANGED
    )
    copies = visit.get("/line", params=asked).json()["copies"]
    Path("recipe.yaml").write_text(copies["recipe"], "utf-8")
    scope: dict[str, Any] = {}
    exec(copies["python"], scope)  # noqa: S102 - our own
    assert (scope["sample"].image == shown).all()
    assert "first.bank" in copies["command"]
    corpus = Corpus.from_texts(["永远，好"])
    lines = penline.Composer("recipe.yaml", "first.bank", corpus, 5, part="all")
    assert (lines[0].image == shown).all()
    named = visit.get("/line", params={**asked, "writer": "w:2"}).json()["copies"]
    exec(named["python"], scope)  # noqa: S102
    assert scope["sample"].writer == "w:2"


# Marks


def test_marked_glyphs_become_errata(visit: Visitor) -> None:
    marks = [
        {"bank": 0, "row": 0, "defect": "blank: or 'nearly'\n- x", "fix": "skip", "relabel": ""},
        {"bank": 0, "row": 1, "defect": "wrong", "fix": "relabel", "relabel": "好"},
    ]
    answer = visit("POST", "/errata", json={"evidence": "seen", "marks": marks})
    assert answer.status_code == 200, answer.text
    first, second = parse_errata(answer.text, "x")
    assert (first.archive, first.member, first.record, first.fix) == (
        "Gnt.zip", "001.gnt", 0, "skip",
    )  # fmt: skip
    assert second.fix.relabel == "好"
    assert first.of_file("somewhere/Gnt.zip::a/001.gnt")
    assert "# errata/casia-hwdb1.1.yaml" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{", b'{"marks": []}', b'{"marks": [{"bank": 0, "row": 0}]}'),
        b'{"marks": [{"bank": 0, "row": 99999, "defect": "x"}]}',
        b'{"marks": [{"bank": 5, "row": 0, "defect": "x"}]}',
        b'{"marks": [{"bank": 0, "row": 0, "defect": "x", "fix": "relabel"}]}',
        b'{"evidence": "../x", "marks": [{"bank": 0, "row": 0, "defect": "x"}]}',
        b'{"marks": [{"bank": 0, "row": 0, "defect": "x", "path": "/etc/passwd"}]}',
    ],
)
def test_a_list_that_is_none_is_refused(visit: Visitor, body: bytes) -> None:
    assert visit("POST", "/errata", content=body).status_code == 422


# In a browser


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_in_a_browser(state: ServerState) -> None:
    def shown(port: int, place: str) -> str:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            run = subprocess.run(
                [
                    str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu",
                    "--no-first-run", "--disable-background-networking", "--disable-quic",
                    "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000",
                    f"--user-data-dir={profile}", "--dump-dom", f"http://127.0.0.1:{port}{place}",
                ],
                capture_output=True, check=True, timeout=120,
            )  # fmt: skip
        return run.stdout.decode("utf-8")

    with running(state) as port:
        page = shown(port, f"/playground?text=永远{HOSTILE.replace('/', '%2F')[:20]}")
        assert page.count("<polygon") >= 2
        assert 'src="data:image/png;base64,' in page
        assert "penline compose" in page
        assert "nobody has" in page
        assert "<title>Playground · penline</title>" in page


def test_the_recipe_of_a_request_is_valid() -> None:
    from penline.look.app.line_request import read_line_request, recipe_yaml

    for query in ({}, {"effects": "jpeg,warp", "mode": "rgb", "direction": "vertical"}):
        values = yaml.safe_load(recipe_yaml(read_line_request(query).recipe()))
        penline.load_recipe(values)
    assert [one["name"] for one in values["effects"]] == ["warp", "jpeg"]


def test_the_playground_begins_with_the_recipe_of_compose() -> None:
    from penline.look.app.line_request import read_line_request

    made = penline.load_recipe(read_line_request({"text": "永"}).recipe())
    usual = penline.load_recipe()
    assert (made.papers, made.effects, made.layout) == (usual.papers, usual.effects, usual.layout)
    assert (made.ink, made.image.height_px, made.image.mode) == (
        usual.ink, usual.image.height_px, usual.image.mode
    )  # fmt: skip
    assert read_line_request({"effects": ""}).effects == ()


def test_every_request_is_a_recipe_of_which_nothing_is_refused() -> None:
    """What the playground leaves out of the recipe, because it has no effect, it says."""
    corpus = Corpus.from_texts(["永远好"])
    offered = itertools.product(("", *papers()), INKS, ("gray", "rgb"), ("horizontal", "vertical"))
    for (paper, ink, mode, direction), mixed in itertools.product(offered, (False, True)):
        line_request = LineRequest("永远好", paper=paper, ink=ink, mode=mode, direction=direction)
        for one in (line_request, replace(line_request, placing="measured")):
            assert refusals(penline.load_recipe(one.recipe(mixed=mixed)), corpus)["lines"] == ""


def test_measured_columns_and_cells_are_said_to_be_placed_by_rules(visit: Visitor) -> None:
    for query in ({"direction": "vertical"}, {"paper": "squared"}, {}):
        asked = {"text": "永远好", "placing": "measured", **query}
        said = visit.get("/line", params=asked).json()["said"]
        assert ("placed by the layout's rules" in said) == bool(query)
