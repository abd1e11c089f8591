"""The page of ``penline serve`` on which a photograph is cut apart, and put right by hand."""

# the packages of the extra may be missing, so they are asked for before anything imports them

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("jinja2")
pytest.importorskip("httpx")

from fakes_pictures import photographed, sheet_of
from fakes_serve import PORT, Visitor, make_state
from penline.bank import open_bank
from penline.look.app.server_state import ServerState
from penline.look.app.site import site


@pytest.fixture
def state(tmp_path: Path) -> ServerState:
    return make_state(tmp_path)


@pytest.fixture
def visit(state: ServerState) -> Visitor:
    return Visitor(site(state, port=PORT))


def jpeg(picture: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", picture)[1].tobytes()


PHOTO = jpeg(photographed(sheet_of("永", 3, 4), 1, times=2))


def posted(visit: Visitor, place: str, body: Any) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return visit("POST", place, content=content)


def taken(visit: Visitor, name: str = "a photo.jpg", character: str = "永") -> int:
    answer = posted(visit, f"/photo?name={name}&character={character}", PHOTO)
    assert answer.status_code == 200, answer.text
    assert answer.json()["pieces"] == 12
    return int(answer.json()["sheet"])


def changed(visit: Visitor, sheet: int, version: int, do: str, **more: Any) -> Any:
    return posted(visit, "/pieces", {"sheet": sheet, "version": version, "do": do, **more})


def test_a_photograph_is_shown_with_its_pieces(visit: Visitor) -> None:
    sheet = taken(visit, "%3Cb%3E.jpg")
    text = visit.page(f"/cut?sheet={sheet}")
    assert text.count("<rect ") == text.count('name="piece"') == 12
    assert len(re.findall("<h2>Row", text)) == 3
    assert "style=" not in text and "<b>" not in text
    for name in re.findall(r"<(?:input|select)[^>]*\bid=\"([^\"]+)\"", text):
        assert f'<label for="{name}"' in text, name
    assert visit.get(f"/cut/{sheet}.jpg").content[:3] == b"\xff\xd8\xff"
    piece = cv2.imdecode(np.frombuffer(visit.get(f"/cut/{sheet}/0.png").content, np.uint8), -1)
    assert max(piece.shape) <= 144 and piece.max() == 255 and piece.min() < 128
    assert f'href="/cut?sheet={sheet}"' in visit.page("/cut")


def test_pieces_are_labelled_merged_split_dropped_and_taken_back(visit: Visitor) -> None:
    sheet = taken(visit, character="")
    assert "0 for the bank" in visit.page(f"/cut?sheet={sheet}")
    steps: list[tuple[str, dict[str, Any], int]] = [
        ("label", {"pieces": list(range(12)), "character": "U+6C38"}, 12),
        ("merge", {"pieces": [0, 1]}, 11),
        ("split", {"pieces": [0], "parts": 2}, 12),
        ("drop", {"pieces": [11]}, 12),
        ("keep", {"pieces": [11]}, 12),
        ("label", {"pieces": [11], "character": "字"}, 12),
    ]
    for version, (do, more, count) in enumerate(steps):
        answer = changed(visit, sheet, version, do, **more)
        assert answer.json() == {"version": version + 1, "pieces": count}
    text = visit.page(f"/cut?sheet={sheet}")
    assert text.count('<bdi lang="zh-Hans">永</bdi>') == 11 and "12 for the bank" in text
    assert changed(visit, sheet, len(steps), "undo").json()["pieces"] == 12
    assert '<bdi lang="zh-Hans">字</bdi>' not in visit.page(f"/cut?sheet={sheet}")
    conjunct = "\u0915\u094d\u0937"
    changed(visit, sheet, len(steps) + 1, "label", pieces=[0], character=conjunct)
    assert f'<bdi lang="zh-Hans">{conjunct}</bdi>' in visit.page(f"/cut?sheet={sheet}")


def test_a_bank_is_made_opened_and_given_out(
    visit: Visitor, state: ServerState, tmp_path: Path
) -> None:
    sheet = taken(visit)
    changed(visit, sheet, 0, "drop", pieces=[2, 3])
    made = posted(visit, "/save", {"sheet": sheet, "writer": "anna"}).json()
    assert (made["glyphs"], made["characters"], made["writer"]) == (10, 1, "own:anna")
    assert state.bank(made["bank"]).bank.writers == ("own:anna",)
    answer = visit.get(f"/bank/{made['bank']}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    kept = open_bank(folder)
    assert len(kept) == 10 and str(tmp_path) not in str(kept.header)
    assert np.array_equal(kept[3].ink, state.bank(made["bank"]).bank[3].ink)
    assert visit.get("/bank/0.zip").status_code == 422, "a bank that was given stays where it is"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"do": "label", "pieces": [0], "character": "ab"}, "one character"),
        ({"do": "label", "pieces": [0]}, "say which character"),
        ({"do": "label", "pieces": [], "character": "永"}, "choose some pieces"),
        ({"do": "drop", "pieces": [12]}, "no such piece"),
        ({"do": "drop", "pieces": [-1]}, "no such piece"),
        ({"do": "merge", "pieces": [1]}, "two pieces"),
        ({"do": "split", "pieces": [1], "parts": 99}, "2 to 12"),
        ({"do": "undo"}, "nothing to take back"),
        ({"do": "burn", "pieces": [1]}, "do:"),
        ({"do": "drop", "pieces": [1], "version": 7}, "changed meanwhile"),
        ({"do": "drop", "pieces": [1], "sheet": 99}, "no such photograph"),
    ],
)
def test_what_makes_no_sense_is_refused(visit: Visitor, change: dict[str, Any], told: str) -> None:
    answer = posted(visit, "/pieces", {"sheet": taken(visit), "version": 0, **change})
    assert answer.status_code == 422 and told in answer.json()["error"]


def test_what_is_no_photograph_is_refused(visit: Visitor) -> None:
    answer = posted(visit, "/photo?name=a.jpg&character=", PHOTO[:900])
    assert answer.status_code == 422 and "a.jpg" in answer.json()["error"]
    assert posted(visit, "/photo?name=a.exe&character=", PHOTO).status_code == 422
    assert posted(visit, "/photo?name=a.jpg&character=abc", PHOTO).status_code == 422
    other = {"origin": "http://other.example"}
    assert visit("POST", "/photo?name=a.jpg", content=PHOTO, headers=other).status_code == 403
    empty = jpeg(np.full((400, 400), 240, np.uint8))
    sheet = posted(visit, "/photo?name=a.jpg&character=", empty).json()["sheet"]
    assert "Nothing was found" in visit.page(f"/cut?sheet={sheet}")
    assert posted(visit, "/save", {"sheet": sheet}).status_code == 422


def test_only_the_last_photographs_are_kept(visit: Visitor) -> None:
    first = taken(visit)
    for _ in range(6):
        taken(visit)
    assert visit.get(f"/cut/{first}.jpg").status_code == 422
