"""The page of ``penline serve`` on which a hand is written: what it keeps, makes and refuses."""

# the packages of the extra may be missing, so they are asked for before anything imports them

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("jinja2")
pytest.importorskip("httpx")

from fakes_serve import OWN, PORT, Visitor, make_state
from penline import api
from penline.bank import open_bank
from penline.cli.looking import _say_address
from penline.cli.qr import qr_rows
from penline.console import out
from penline.errors import UsageError
from penline.look.app import limits
from penline.look.app.hands import Hand, HandFolder
from penline.look.app.server import _address, _outward
from penline.look.app.server_state import ServerState
from penline.look.app.site import site
from penline.look.app.writings import Writing
from penline.records import StrokeRecord
from penline.sources.collect import open_sources


@pytest.fixture
def state(tmp_path: Path) -> ServerState:
    made = make_state(tmp_path)
    made.hands = tmp_path / "hands"
    return made


@pytest.fixture
def visit(state: ServerState) -> Visitor:
    return Visitor(site(state, port=PORT))


def posted(visit: Visitor, place: str, body: Any, **more: Any) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return visit("POST", place, content=content, **more)


def begun(visit: Visitor, name: str = "anna", characters: str = "digits", times: int = 2) -> None:
    answer = posted(visit, "/write/begin", {"hand": name, "characters": characters, "times": times})
    assert answer.status_code == 200, answer.text


def writing(number: int, character: str, pointer: str = "pen", **more: Any) -> dict[str, Any]:
    """A writing of two strokes that are unlike those of any other number."""
    draws = np.random.default_rng(number)
    strokes, time = [], 0
    for _ in range(2):
        stroke = []
        for x, y in draws.integers(1000, 3000, (9, 2)).tolist():
            stroke.append([x, y, time, 100 * len(stroke) + 50])
            time += 11
        strokes.append(stroke)
    found = {"id": f"writing{number:05d}", "character": character, "pointer": pointer}
    return {**found, "strokes": strokes, **more}


def kept(visit: Visitor, number: int, character: str, **more: Any) -> Any:
    body = {"hand": "anna", "do": "keep", "writing": writing(number, character, **more)}
    return posted(visit, "/write/act", body)


def facts(visit: Visitor, name: str = "anna") -> dict[str, Any]:
    return dict(visit.get(f"/write/facts?hand={name}").json())


def test_pages_are_whole(visit: Visitor) -> None:
    text = visit.page("/write")
    assert "Begun before" not in text
    begun(visit, "安娜")
    assert 'href="/write?hand=%E5%AE%89%E5%A8%9C"' in visit.page("/write")
    for place in ("/write", "/write?hand=安娜"):
        text = visit.page(place)
        assert "style=" not in text and "onclick" not in text
        for name in re.findall(r"<(?:input|select)[^>]*\bid=\"([^\"]+)\"", text):
            assert f'for="{name}"' in text or f'<input type="checkbox" id="{name}"' in text, name
    assert "<bdi>安娜</bdi>" in text
    for name in re.findall(r"(?:src|href)=\"(/write\.[^\"]+)", text):
        assert visit.get(name).status_code == 200


def test_what_is_asked_is_a_list_or_a_text(visit: Visitor) -> None:
    begun(visit, "a", "digits+latin", 1)
    asked = facts(visit, "a")
    assert "".join(asked["characters"]) == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" + (
        "abcdefghijklmnopqrstuvwxyz"
    )
    assert asked["names"]["l"] == "small L" and "A" not in asked["names"]
    begun(visit, "b", " digits 永", 1)
    assert facts(visit, "b")["characters"] == list("digts永")
    assert facts(visit, "b")["boxed"] == ["永"]
    begun(visit, "c", "zh-3500", 1)
    assert len(facts(visit, "c")["characters"]) == 3500


def test_a_hand_becomes_inkml_and_a_bank_and_is_written_with(
    visit: Visitor, state: ServerState, tmp_path: Path
) -> None:
    begun(visit)
    assert state.hands is not None
    for number, character in enumerate("0123456789" * 2):
        pointer = ("pen", "touch", "mouse")[number % 3]
        assert kept(visit, number, character, pointer=pointer).json() == {"written": number + 1}
    made = posted(visit, "/write/bank", {"hand": "anna"}).json()
    assert (made["glyphs"], made["characters"], made["writer"]) == (20, 10, "own:anna")
    assert made["lacking"] == [] and made["left_out"] == {}
    home = state.hands / "anna"
    own = open_bank(home / "anna.bank")
    assert own.writers == ("own:anna",) and str(tmp_path) not in str(own.header)
    assert all(len(glyph.strokes) == 2 and glyph.part == "train" for glyph in own)
    # the InkML has every point as it was written, with times; of the pen with its force
    answer = visit.get("/write/hand.inkml?hand=anna")
    assert answer.content == (home / "anna.inkml").read_bytes()
    [source] = open_sources(home / "anna.inkml")
    records = list(source.sound(lambda _: None, salvage=False))
    assert len(records) == 20
    given = [writing(number, c) for number, c in enumerate("0123456789" * 2)]
    pens = [one for at, one in enumerate(given) if at % 3 == 0]
    others = [one for at, one in enumerate(given) if at % 3]
    for record, was in zip(records, [*others, *pens], strict=True):
        assert isinstance(record, StrokeRecord) and record.character == was["character"]
        points = np.array([point for stroke in was["strokes"] for point in stroke])
        assert np.array_equal(np.concatenate(record.strokes), points[:, :2])
        inside = np.ones(len(record.points), bool)
        inside[[*record.ends, -1]] = False
        assert np.array_equal(record.channels["T"][inside], points[:, 2])
        assert ("F" in record.channels) == (was in pens)
        if was in pens:
            assert np.allclose(record.channels["F"][inside], points[:, 3] / 1000)
    # it is open on the server, and given out
    with zipfile.ZipFile(io.BytesIO(visit.get(f"/bank/{made['bank']}.zip").content)) as archive:
        archive.extractall(tmp_path / "out")
    assert len(open_bank(tmp_path / "out" / "anna.bank")) == 20
    line = visit.get("/line", params={"text": "2026", "banks": str(made["bank"])}).json()
    assert line["writer"] == "own:anna" and "src" in line
    again = posted(visit, "/write/bank", {"hand": "anna"}).json()
    assert again["bank"] != made["bank"] and len(state.uploads) == 1
    files = api.write("2026", banks=own)
    assert files


def test_progress_outlives_tab_and_server(visit: Visitor, state: ServerState) -> None:
    begun(visit)
    for number in range(4):
        kept(visit, number, str(number))
    kept(visit, 2, "2")  # sent again, because the answer was lost
    back = {"hand": "anna", "do": "back", "id": "writing00003"}
    for _ in range(2):
        assert posted(visit, "/write/act", back).json() == {"written": 3}
    wanted = [[f"writing{number:05d}", str(number)] for number in range(3)]
    assert facts(visit)["written"] == wanted
    later = Visitor(site(state, port=PORT))  # another server, with the same folder
    assert facts(later)["written"] == wanted
    assert "3 of 20" in later.page("/write")
    kept(later, 3, "3")
    assert len(facts(later)["written"]) == 4


def test_a_server_that_was_killed_leaves_whole_lines(visit: Visitor, state: ServerState) -> None:
    begun(visit)
    kept(visit, 0, "0")
    assert state.hands is not None
    path = state.hands / "anna" / "written.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-30])
    hand = HandFolder(state.hands).hand("anna")
    assert list(hand.written) == ["writing00000"]
    hand.keep(Writing.model_validate(writing(1, "1")))
    assert len(path.read_bytes().splitlines()) == 2
    assert list(Hand(hand.folder).written.values()) == ["0", "1"]


@pytest.mark.parametrize(
    ("file", "data", "told"),
    [
        ("list.json", b"{}", "list.json of what is kept is damaged"),
        ("list.json", b"\xff", "damaged"),
        ("list.json", b'{"characters": [], "times": 1}', "damaged"),
        ("written.jsonl", b"{}\n", "line 1 of what is kept is damaged"),
        ("written.jsonl", b'{"back": "../../etc"}\n', "line 1"),
        ("written.jsonl", b"\n", "line 1"),
    ],
)
def test_what_is_damaged_on_the_disk_is_told(
    visit: Visitor, state: ServerState, file: str, data: bytes, told: str
) -> None:
    begun(visit)
    assert state.hands is not None
    (state.hands / "anna" / file).write_bytes(data)
    with pytest.raises(UsageError, match=told):
        HandFolder(state.hands).hand("anna")
    later = Visitor(site(state, port=PORT))
    answer = later.get("/write/facts?hand=anna")
    assert answer.status_code == 422 and str(state.hands) not in answer.text


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../anna", "a/b", "a\\b", "/etc/passwd", ".hidden", "a.", "con", "NUL.x"),
        *("a" * 41, "a\0b", "a b", "<b>", "a\nb", "_a", "-a", "é/../x", "own:anna"),
    ],
)
def test_no_name_leads_out_of_the_folder(visit: Visitor, state: ServerState, name: str) -> None:
    body = {"hand": name, "characters": "digits", "times": 1}
    assert posted(visit, "/write/begin", body).status_code == 422
    for place in ("/write/facts", "/write/hand.inkml"):
        assert visit.get(place, params={"hand": name}).status_code == 422
    for more in ({"do": "back", "id": "abcdefgh"}, {"do": "keep", "writing": writing(0, "0")}):
        assert posted(visit, "/write/act", {"hand": name, **more}).status_code == 422
    assert posted(visit, "/write/bank", {"hand": name}).status_code == 422
    assert state.hands is not None and not state.hands.exists()


def test_a_name_is_taken_once(visit: Visitor) -> None:
    begun(visit, "Anna")
    for name in ("Anna", "anna", "ANNA"):
        body = {"hand": name, "characters": "digits", "times": 1}
        answer = posted(visit, "/write/begin", body)
        assert answer.status_code == 422 and "is there" in answer.json()["error"]
    begun(visit, "e\u0301va")
    assert "<bdi>\u00e9va</bdi>" in visit.page("/write")


@pytest.mark.parametrize(
    "change",
    [
        {"strokes": []},
        {"strokes": [[]]},
        {"strokes": [[[0, 0, 0, 0]]] * (limits.WRITE_STROKES + 1)},
        {"strokes": [[[0, 0, 0, 0]] * (limits.WRITE_POINTS + 1)]},
        {"strokes": [[[0, 0, 0, 0]] * 2001, [[0, 0, 0, 0]] * 2000]},
        {"strokes": [[[4096, 0, 0, 0]]]},
        {"strokes": [[[0, -1, 0, 0]]]},
        {"strokes": [[[0, 0, 0, 1001]]]},
        {"strokes": [[[0, 0, 9, 0], [0, 0, 8, 0]]]},
        {"strokes": [[[0, 0, 600_001, 0]]]},
        {"strokes": [[[0.5, 0, 0, 0]]]},
        {"strokes": [[["1", 0, 0, 0]]]},
        {"strokes": [[[True, 0, 0, 0]]]},
        {"strokes": [[[0, 0, 0]]]},
        {"strokes": [[[float("nan"), 0, 0, 0]]]},
        {"strokes": "ink"},
        {"id": "../x"},
        {"id": "short"},
        {"id": "writing00000\n"},
        {"character": "a"},
        {"character": ""},
        {"character": "0" * 41},
        {"pointer": "eye"},
        {"more": 1},
    ],
    ids=lambda change: str(change)[:40],
)
def test_what_is_no_writing_is_refused(
    visit: Visitor, state: ServerState, change: dict[str, Any]
) -> None:
    begun(visit)
    answer = kept(visit, 0, **{"character": "0", **change})
    assert answer.status_code == 422, answer.text
    assert facts(visit)["written"] == []
    assert state.hands is not None and not (state.hands / "anna" / "written.jsonl").exists()


@pytest.mark.parametrize(
    ("place", "body", "told"),
    [
        ("/write/begin", {"hand": "x", "characters": "", "times": 1}, "no character"),
        ("/write/begin", {"hand": "x", "characters": "latn", "times": 1}, "no list 'latn'"),
        ("/write/begin", {"hand": "x", "characters": "ab", "times": 9}, "times"),
        ("/write/begin", {"hand": "x", "characters": "a\u0000", "times": 1}, "U+0000"),
        ("/write/begin", {"hand": "x"}, "characters"),
        ("/write/act", {"hand": "anna", "do": "keep"}, "nothing is given"),
        ("/write/act", {"hand": "anna", "do": "burn"}, "do"),
        ("/write/bank", {"hand": "anna"}, "nothing is written yet"),
        ("/write/bank", {"hand": "nobody"}, "no hand of that name"),
        ("/write/bank", b"[" * 9999, "request"),
    ],
)
def test_what_makes_no_sense_is_refused(visit: Visitor, place: str, body: Any, told: str) -> None:
    begun(visit)
    answer = posted(visit, place, body)
    assert answer.status_code == 422 and told in answer.json()["error"]
    assert visit.get("/write/hand.inkml?hand=anna").status_code == 422


def test_there_is_an_end_to_it(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert posted(visit, "/write/act", b" " * (limits.BODY_BYTES + 1)).status_code == 413
    many = "".join(map(chr, range(0x4E00, 0x4E00 + limits.WRITE_CHARACTERS + 1)))
    answer = posted(visit, "/write/begin", {"hand": "x", "characters": many, "times": 1})
    assert answer.status_code == 422 and "5,000 characters" in answer.json()["error"]
    begun(visit)
    monkeypatch.setattr(limits, "WRITE_WRITINGS", 1)
    assert kept(visit, 0, "0").status_code == 200
    assert "1 writings" in kept(visit, 1, "1").json()["error"]
    monkeypatch.setattr(limits, "WRITE_WRITINGS", 9)
    monkeypatch.setattr(limits, "WRITE_BYTES", 800)
    assert "kept: make a bank" in kept(visit, 1, "1").json()["error"]
    monkeypatch.setattr(limits, "WRITE_HANDS", 1)
    answer = posted(visit, "/write/begin", {"hand": "x", "characters": "ab", "times": 1})
    assert "1 hands are kept" in answer.json()["error"]


def test_others_cannot_write(state: ServerState) -> None:
    visit = Visitor(site(state, port=PORT))
    body = {"hand": "anna", "characters": "digits", "times": 1}
    for headers in (
        {"origin": "http://evil.example"},
        {"host": "evil.example"},
        {"origin": "null"},
    ):
        assert posted(visit, "/write/begin", body, headers=headers).status_code == 403
    assert posted(visit, "/write/begin", body, headers={"sec-fetch-site": "cross-site"}).is_error
    closed = Visitor(site(state, port=PORT, token="right"))  # noqa: S106
    assert posted(closed, "/write/begin", body).status_code == 403
    entered = closed.get("/write?token=right")
    assert entered.headers["location"] == "/write"
    held = {"cookie": entered.headers["set-cookie"].partition(";")[0], "origin": OWN}
    assert posted(closed, "/write/begin", body, headers=held).status_code == 200


# The address for others


def test_an_address_that_others_can_open() -> None:
    assert _address("127.0.0.1", 8137, "") == "http://127.0.0.1:8137/"
    assert _address("192.0.2.7", 80, "t") == "http://192.0.2.7:80/?token=t"
    assert _outward("0.0.0.0") != "0.0.0.0"  # noqa: S104


def test_a_terminal_shows_what_that_opens(capsys: pytest.CaptureFixture[str]) -> None:
    _say_address("http://127.0.0.1:8137/")
    assert capsys.readouterr().out == "http://127.0.0.1:8137/\n"
    _say_address("http://192.0.2.7:8137/?token=abc")
    said = capsys.readouterr().out
    assert "Whoever has this address can see" in said and "no encryption" in said
    assert "█" not in said, "a pipe gets no picture"


def test_the_qr_code_says_the_address_of_the_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2 = pytest.importorskip("cv2")
    pytest.importorskip("segno")
    monkeypatch.setattr(type(out), "is_terminal", True)
    monkeypatch.setattr(out, "_color_system", None)
    _say_address("http://192.0.2.7:8137/?token=abc-DEF_1")
    rows = [row[2:] for row in capsys.readouterr().out.splitlines()[2:]]
    dark = [[" ▄▀█".index(one) >> half & 1 for one in row] for row in rows for half in (1, 0)]
    picture = 255 - np.kron(np.array(dark, np.uint8), np.ones((8, 8), np.uint8)) * 255
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == (
        "http://192.0.2.7:8137/write?token=abc-DEF_1"
    )


def test_a_qr_code_has_its_quiet_zone() -> None:
    rows = qr_rows([[1] * 21] * 21)
    assert {len(row) for row in rows} == {29} and len(rows) == 15
    assert rows[:2] == [" " * 29] * 2 and rows[2][:5] == "    █"
