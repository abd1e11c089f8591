"""Sets of lines and pages on the local server."""

# the packages of the extra may be missing, so they are asked for before anything imports them

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("jinja2")
pytest.importorskip("httpx")

from typer.testing import CliRunner

import fakes_sets as made
from fakes import folder, gnt
from fakes_serve import PORT, Visitor, make_bank, make_state
from penline import api
from penline.cli import app
from penline.errors import FormatError, UsageError
from penline.look.app.open_set import open_set
from penline.look.app.site import site
from penline.look.sheet import sheet

Opened = Callable[..., Visitor]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Opens sets on a server, and gives its visitor."""
    state = make_state(tmp_path)

    def open_them(*sources: Path) -> Visitor:
        state.sets = tuple(open_set(one, state.folder, at) for at, one in enumerate(sources))
        return Visitor(site(state, port=PORT))

    return open_them


def many_lines(place: Path, count: int = 120) -> Path:
    files = {f"{at:03}.png": made.png(made.picture(at % 9)) for at in range(count)}
    return folder(place, files | {f"{at:03}.gt.txt": f"text {at}".encode() for at in range(count)})


def two_pages(place: Path) -> Path:
    pages = {f"{at}/{name}": one for at in "ab" for name, one in made.page_2019().items()}
    return folder(place, pages)


def got(visit: Visitor, place: str) -> Any:
    answer = visit.get(place)
    assert answer.status_code == 200, answer.text
    return answer.json()


def decoded(visit: Visitor, place: str) -> np.ndarray:
    answer = visit.get(place)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("image/")
    found = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(found)[:, :, ::-1]


def test_lines_come_fifty_at_a_time(opened: Opened, tmp_path: Path) -> None:
    visit = opened(many_lines(tmp_path / "set"))
    first = got(visit, "/sets/0.json")
    assert [item["text"] for item in first["items"]] == [f"text {at}" for at in range(50)]
    assert (first["start"], first["more"], first["last"], first["read"]) == (0, True, None, 51)
    last = got(visit, "/sets/0.json?page=3")
    assert [item["text"] for item in last["items"]] == [f"text {at}" for at in range(100, 120)]
    assert (last["start"], last["more"], last["last"], last["read"]) == (100, False, 3, 120)
    beyond = got(visit, "/sets/0.json?page=4")
    assert (beyond["items"], beyond["more"], beyond["last"]) == ([], False, 3)
    for at in (0, 7, 119):
        source = "/sets/0/" + str(at)
        assert source in (item["src"] for item in first["items"] + last["items"])
        picture = made.picture(at % 9)
        shown = picture if picture.ndim == 3 else np.stack([picture] * 3, -1)
        assert (decoded(visit, source) == shown).all()


def test_a_set_is_read_as_far_as_somebody_looks(opened: Opened, tmp_path: Path) -> None:
    source = two_pages(tmp_path / "set")
    found = open_set(source, tmp_path / "up", 9)
    assert len(found) == 1
    visit = opened(source)
    assert visit.get("/sets/0/1").status_code == 422  # not looked at yet
    got(visit, "/sets/0.json")
    assert decoded(visit, "/sets/0/1").shape == (200, 140, 3)


def test_pages_come_one_at_a_time_and_lines_large(opened: Opened, tmp_path: Path) -> None:
    visit = opened(two_pages(tmp_path / "set"))
    packed = cv2.imencode(".jpg", made.PAGE.pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    whole = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))[:, :, ::-1]
    for number in (1, 2):
        data = got(visit, f"/sets/0.json?page={number}")
        (page,) = data["items"]
        assert (page["kind"], page["src"]) == ("page", f"/sets/0/{number - 1}")
        assert [line["text"] for line in page["lines"]] == list(made.TEXTS)
        assert (data["more"], data["last"]) == (number == 1, None if number == 1 else 2)
        for at, (left, top, right, bottom) in enumerate(made.PAGE.boxes):
            line = decoded(visit, f"{page['src']}/{at}.png")
            assert line.shape == (bottom - top, right - left, 3)
            assert (line == whole[top:bottom, left:right]).all()


def test_damage_is_told_and_no_path(opened: Opened, tmp_path: Path) -> None:
    source = two_pages(tmp_path / "set")
    (source / "a" / "p.png").unlink()
    (source / "b" / "p.png").write_bytes(made.png(made.PAGE.pixels))
    (source / "a" / "p.xml").write_bytes(made.page_2019()["p.xml"].replace(b"140", b"150"))
    visit = opened(source)
    data = got(visit, "/sets/0.json")
    assert (len(data["items"]), data["damaged"], data["last"]) == (1, 1, 1)
    assert data["defects"][0].startswith("p.xml: picture: expected the picture of 150 x 200 px")
    assert str(tmp_path) not in json.dumps(data)


def test_names_and_texts_are_no_markup(opened: Opened, tmp_path: Path) -> None:
    visit = opened(folder(tmp_path / "<b>set", made.page_2019()), many_lines(tmp_path / "lines", 3))
    for place in ("/", "/sets", "/sets/0", "/sets/1?page=2"):
        text = visit.page(place)
        assert "<b>set" not in text
        assert str(tmp_path) not in text
        assert text.count("<h1") == 1
        assert "style=" not in text
    assert "&lt;b&gt;set" in visit.page("/sets")
    assert 'href="/sets"' in visit.page("/atlas")


def test_a_text_that_utf_8_has_no_bytes_for(opened: Opened, tmp_path: Path) -> None:
    texts = ("whole", "half \ud83d", "whole again")
    rows = [{"file_name": f"{at}.png", "text": text} for at, text in enumerate(texts)]
    files = {f"{at}.png": made.png(made.picture(at)) for at in range(3)}
    files |= {"metadata.jsonl": "\n".join(map(json.dumps, rows)).encode()}
    source = folder(tmp_path / "set", files)
    data = got(opened(source), "/sets/0.json")
    assert [item["text"] for item in data["items"]] == ["whole", "whole again"]
    assert sheet(source, tmp_path / "x.html").shown == 2


def test_a_server_without_sets_says_how(tmp_path: Path) -> None:
    visit = Visitor(site(make_state(tmp_path), port=PORT))
    assert "penline serve SET" in visit.page("/sets")
    assert 'href="/sets"' not in visit.page("/atlas")


@pytest.mark.parametrize(
    "place",
    [
        *("/sets/1", "/sets/1.json", "/sets/0.json?page=0", "/sets/0.json?page=x", "/sets/0/99"),
        *("/sets/0/0/99.png", "/sets/1/0", "/sets/0/99999999999999999999", "/sets/0.json?page=-1"),
    ],
)
def test_what_is_not_there_is_refused(opened: Opened, tmp_path: Path, place: str) -> None:
    visit = opened(folder(tmp_path / "set", made.page_2019()))
    answer = visit.get(place)
    assert answer.status_code == 422
    assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("place", ["/sets/../x", "/sets/0/..%2f..%2fetc", "/sets/0/p.xml"])
def test_no_address_reaches_a_file(opened: Opened, tmp_path: Path, place: str) -> None:
    visit = opened(folder(tmp_path / "set", made.page_2019()))
    assert visit.get(place).status_code == 404


def test_what_is_too_large_is_told(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penline.look.app.open_set.SET_BYTES", 30_000)
    visit = opened(many_lines(tmp_path / "set"))
    data = got(visit, "/sets/0.json")
    assert data["cut_short"]
    assert (data["last"], data["more"]) == (1, False)
    assert 1 < data["read"] < 50


def test_reading_that_takes_long_goes_on_later(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = opened(many_lines(tmp_path / "set"))
    monkeypatch.setattr("penline.look.app.open_set.SET_SECONDS", -1.0)
    data = got(visit, "/sets/0.json?page=2")
    assert (data["items"], data["last"], data["read"]) == ([], None, 1)
    monkeypatch.undo()
    assert len(got(visit, "/sets/0.json?page=2")["items"]) == 50


@pytest.mark.parametrize("to", ["paddleocr", "kraken", "lmdb", "kraken-arrow", "parquet"])
def test_boxes_of_a_finished_set_are_shown(
    opened: Opened, tmp_path: Path, small_bank: Any, corpus_file: Path, to: str
) -> None:
    ways: dict[str, Any] = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
    api.compose(tmp_path / "made", n=6, to=to, boxes=True, recipe="plain", **ways)
    data = got(opened(tmp_path / "made"), "/sets/0.json")
    assert len(data["items"]) == 6
    for line in data["items"]:
        assert len(line["boxes"]) == len(line["text"])
        assert "called" not in line
        width, height = line["width"], line["height"]
        boxes = np.array(line["boxes"]).reshape(-1, 2)
        assert (boxes >= 0).all()
        assert (boxes <= (width, height)).all()


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "001.gnt").write_bytes(gnt("永和"))
    with pytest.raises(FormatError, match="penline bank makes a bank"):
        open_set(tmp_path / "001.gnt", tmp_path / "up", 0)
    bank = make_bank(tmp_path / "a.bank")
    with pytest.raises(UsageError, match="--bank"):
        open_set(bank, tmp_path / "up", 0)
    ran = CliRunner().invoke(app, ["serve", "--columns", "label=x"])
    assert isinstance(ran.exception, UsageError)
    assert "name one" in str(ran.exception)


def test_a_bank_is_served_by_its_folder_and_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder of a bank is no set; --open shows the address in the browser, or says why not."""
    bank, real = make_bank(tmp_path / "my.bank"), many_lines(tmp_path / "real", 3)
    seen: list[Any] = []

    def serve(banks: Any, corpora: Any, *, sets: Any, ready: Any, **_: Any) -> None:
        seen.append((list(banks), list(sets)))
        ready("http://127.0.0.1:1/")

    monkeypatch.setattr(api, "serve", serve)
    monkeypatch.setattr("webbrowser.open", lambda address: seen.append(address))
    told = CliRunner().invoke(app, ["serve", str(bank), str(real), "--open"])
    assert seen == [([bank], [real]), "http://127.0.0.1:1/"]
    assert told.output == (
        "http://127.0.0.1:1/\nthere is no browser to open here; open the address by hand\n"
    )
    CliRunner().invoke(app, ["serve", str(bank)])
    assert seen[2:] == [([bank], [])]
