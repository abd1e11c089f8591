"""The local server: what it refuses, and what does not stop it."""

# the packages of the extra may be missing, so they are asked for before anything imports them
# ruff: noqa: E402

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("jinja2")
httpx = pytest.importorskip("httpx")

import fakes
from fakes_photo import Strength, jpeg, photograph, sheet_of, write
from fakes_pictures import drawn
from fakes_serve import (
    OWN,
    PORT,
    Visitor,
    gnt,
    make_bank,
    make_state,
    raw,
    running,
    upload,
)
from penline.bank import open_bank
from penline.bank.layout import HEADER
from penline.corpus import Corpus
from penline.errors import UsageError
from penline.look.app import limits
from penline.look.app.server import open_state, serve
from penline.look.app.server_state import ServerState
from penline.look.app.site import site
from penline.look.app.timeout_protocol import TimeoutProtocol
from penline.look.app.upload import packed, safe_name
from penline.sample import sample_bank
from penline.template.guides import bank_guides
from test_sheet import HOSTILE, relabel


@pytest.fixture
def state(tmp_path: Path) -> ServerState:
    return make_state(tmp_path)


@pytest.fixture
def visit(state: ServerState) -> Visitor:
    return Visitor(site(state, port=PORT))


# Hostile use


def test_hostile_labels_are_text(tmp_path: Path) -> None:
    path = make_bank(tmp_path / "<img src=x>.bank", 2, "永x", file=f"{HOSTILE}.gnt")
    relabel(path, {"x": HOSTILE})
    header = json.loads((path / HEADER).read_text("utf-8"))
    header["writers"][0]["id"] = f"w:{HOSTILE}"
    (path / HEADER).write_text(json.dumps(header), "utf-8")
    (tmp_path / "up").mkdir()
    state = ServerState(Corpus.from_texts([f"{HOSTILE} 永永永永永永永"]), tmp_path / "up")
    state.add(open_bank(path))
    visit = Visitor(site(state, port=PORT))
    places = ["/", "/atlas", "/atlas/character/6C38", "/atlas/writer?w=w:1", "/playground"]
    places += [f"/atlas?q={HOSTILE}x y", f"/playground?text={HOSTILE}&writer={HOSTILE}"]
    for place in places:
        text = visit.page(place)
        assert "<script>" not in text, place
        assert "<img src=x>" not in text, place
    assert "&lt;script&gt;" in visit.page("/atlas")
    for place in ("/nothing/<script>", f"/catalogue/{HOSTILE}"):
        answer = visit.get(place, headers={"accept": "text/html"})
        assert answer.status_code == 404
        assert "<script>" not in answer.text
    facts = visit.get("/glyph/0/1.json")
    assert facts.headers["content-type"] == "application/json"
    line = visit.get("/line", params={"text": "永", "writer": f"w:{HOSTILE}"}).json()
    assert "command" in line["copies"]


def test_no_file_of_the_machine_is_reachable(state: ServerState) -> None:
    targets = [
        *("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../serve.py", "/app.js/.."),
        *("/catalogue/..%2f..%2fpyproject.toml", "/catalogue/../errata.py", "//etc/passwd"),
        *("/glyph/0/..%2f1.png", "/templates/base.html", "/app.css%00.py", "/state.py"),
        *("http://evil.example/etc/passwd", "/catalogue/%2fetc%2fpasswd", "/app.css/../state.py"),
    ]
    with running(state) as port:
        for target in targets:
            head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
            answer = raw(port, head.encode())
            assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 422")), (target, answer[:80])
            assert b"root:" not in answer
            assert b"import" not in answer


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "localhost:8138"),
        *(f"user@127.0.0.1:{PORT}", f"127.0.0.1:{PORT}@evil", "", f"127.0.0.1.evil:{PORT}"),
        *("[::1", f"0.0.0.0:{PORT}", f"127.0.0.1:{PORT}/x", f"127.0.0.1:{PORT}x"),
    ],
)
def test_a_foreign_host_is_refused(visit: Visitor, host: str) -> None:
    assert visit.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", [f"localhost:{PORT}", f"127.0.0.1:{PORT}", f"[::1]:{PORT}"])
def test_its_own_host_is_not(visit: Visitor, host: str) -> None:
    assert visit.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://127.0.0.1:{PORT}", f"{OWN}.evil", ""]
)
def test_a_foreign_origin_is_refused(visit: Visitor, origin: str) -> None:
    for place in ("/errata", "/upload?name=a.gnt", "/forget"):
        answer = visit("POST", place, content=b"0", headers={"origin": origin})
        assert answer.status_code == 403, place


def test_another_site_may_link_and_no_more(visit: Visitor) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    link = {**foreign, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert visit.get("/", headers=link).status_code == 200
    for more in (
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {"sec-fetch-mode": "cors"},
    ):
        assert visit.get("/line.png?text=永", headers={**foreign, **more}).status_code == 403
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert visit(method, "/").status_code == 405


def test_others_need_the_token(state: ServerState) -> None:
    visit = Visitor(site(state, port=PORT, token="right", hosts=["box.example"]))  # noqa: S106
    host = {"host": f"box.example:{PORT}"}
    assert visit.get("/", headers=host).status_code == 403
    assert visit.get("/?token=wrong", headers=host).status_code == 403
    assert visit.get("/", headers={"host": f"evil.example:{PORT}"}).status_code == 403
    entered = visit.get("/atlas?token=right&q=w", headers=host)
    assert entered.status_code == 303
    assert entered.headers["location"] == "/atlas?q=w"
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    held = {**host, "cookie": cookie.partition(";")[0]}
    assert visit.get("/", headers=held).status_code == 200
    assert visit.get("//evil.example/?token=right", headers=host).headers["location"][:2] != "//"
    assert visit.get("/", headers={**host, "cookie": f"penline-{PORT}=wrong"}).status_code == 403


# Uploads


def test_an_upload_becomes_a_bank_to_write_with(visit: Visitor, state: ServerState) -> None:
    made = upload(visit, "../../etc/1234-c.gnt", gnt())
    assert made.status_code == 200, made.text
    facts = made.json()
    assert (facts["name"], facts["glyphs"]) == ("1234-c.gnt", 4)
    number = str(facts["bank"])
    line = visit.get("/line", params={"text": "天地", "banks": number}).json()
    assert line["text"] == "天地"
    assert "src" in line
    # what was uploaded is not among what is written with unless it is asked for
    assert visit.get("/line", params={"text": "天地"}).json()["text"] == ""
    unknown = upload(visit, "mine.gnt", gnt()).json()
    line = visit.get("/line", params={"text": "天地", "banks": str(unknown["bank"])}).json()
    assert line["writer"] == "several"
    assert len(list(state.folder.iterdir())) == 2
    assert visit("POST", "/forget", content=number).status_code == 204
    assert visit("POST", "/forget", content=number).status_code == 422
    assert visit("POST", "/forget", content=b"0").status_code == 422
    assert len(list(state.folder.iterdir())) == 1


def test_pictures_in_a_zip_are_written_with(visit: Visitor, tmp_path: Path) -> None:
    files = {
        f"{who}/{one}/{at}.png": fakes.png_file(255 - drawn(one, at))
        for who in ("anna", "ben")
        for one in "天地"
        for at in range(3)
    }
    data = fakes.zip_file(tmp_path / "mine.zip", files).read_bytes()
    made = upload(visit, "mine.zip", data).json()
    assert (made["glyphs"], made["writers"], made["unknown"]) == (12, 1, 12)
    assert made["understood"] == ["label = folder's name (2 classes), writer = not told"]
    named = visit(
        "POST", "/upload", params={"name": "mine.zip", "labels": "{writer}/{label}/*"}, content=data
    ).json()
    assert (named["writers"], named["unknown"]) == (2, 0)
    line = visit.get("/line", params={"text": "天地", "banks": str(named["bank"])}).json()
    assert line["text"] == "天地"
    for labels, said in (("x", "without {label}"), ("{label}" * 60, "at most 200")):
        params = {"name": "mine.zip", "labels": labels}
        refused = visit("POST", "/upload", params=params, content=data)
        assert refused.status_code == 422 and said in refused.text


def test_damaged_uploads_are_refused_and_leave_nothing(visit: Visitor, state: ServerState) -> None:
    whole = gnt()
    for name, data in (
        ("1-c.gnt", whole[:-1]),
        ("1-c.gnt", b""),
        ("1-c.gnt", b"\xff" * 1000),
        ("1.pot", whole),
        ("a.zip", whole),
        ("a.zip", b"PK\x05\x06" + bytes(18)),
    ):
        answer = upload(visit, name, data)
        assert answer.status_code == 422, name
        assert str(state.folder) not in answer.text
        assert name in answer.text or "nothing to put" in answer.text or "bank" in answer.text
    assert list(state.folder.iterdir()) == []


def test_a_photographed_sheet_is_written_with(
    visit: Visitor, state: ServerState, tmp_path: Path
) -> None:
    bank = sample_bank()
    characters = tuple("天地日月水火山石")
    sheet, grid = sheet_of(characters, bank_guides(bank), 1, 25)
    write(sheet, grid, bank, "sample:01", np.random.default_rng(1), em_mm=15.0)
    made = photograph(sheet.page, np.random.default_rng(2), Strength(side_px=1900))
    photo, listed = jpeg(made, 90), "".join(characters).encode()
    asked = {"name": "my hand.jpg", "list": str(len(listed))}
    answer = visit("POST", "/upload", params=asked, content=listed + photo)
    assert answer.status_code == 200, answer.text
    facts = answer.json()
    assert facts["glyphs"] >= 6
    line = visit.get("/line", params={"text": "天地", "banks": str(facts["bank"])}).json()
    assert line["writer"] == "own:my_hand"
    again = visit("POST", "/upload", params=asked, content=listed + photo).json()
    line = visit.get("/line", params={"text": "天地", "banks": str(again["bank"])}).json()
    assert line["writer"] == "own:my_hand-2"  # another person's photograph may have the same name
    before = len(list(state.folder.iterdir()))
    other = "".join(characters[::-1]).encode()
    for part, body in (
        ({"list": "0"}, photo),
        ({"list": "abc"}, photo),
        ({"list": str(len(other))}, other + photo),
        ({"list": str(len(listed))}, listed),
        ({"list": str(len(listed))}, listed + photo[: len(photo) // 2]),
        ({"list": "9999"}, listed),
    ):
        refused = visit("POST", "/upload", params={**asked, **part}, content=body)
        assert refused.status_code == 422, part
        assert str(state.folder) not in refused.text
        assert state.folder.name + "/" not in refused.text
    assert len(list(state.folder.iterdir())) == before


@pytest.mark.parametrize("name", ["", "a.exe", "a.gnt.html", "..", "/", "a.svg", "x\x00.py"])
def test_other_files_are_not_taken(visit: Visitor, name: str) -> None:
    assert upload(visit, name, b"x").status_code == 422


def test_names_of_uploads_are_names_alone() -> None:
    for given in ("..\\..\\1-c.gnt", "/etc/1-c.gnt", "C:\\1-c.gnt", "....//1-c.gnt"):
        assert safe_name(given) == "1-c.gnt"
    assert len(safe_name("x" * 5000 + ".gnt")) <= 80
    assert "/" not in safe_name("a<b>|&;$\n.zip")


def test_a_zip_bomb_is_refused(
    visit: Visitor, state: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOAD_INK_BYTES", 1 << 20)
    packed_bytes = io.BytesIO()
    blank = np.full((1000, 1000), 255, np.uint8)
    blank[5, 5] = 0
    with zipfile.ZipFile(packed_bytes, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}-c.gnt", fakes.gnt_record(blank, fakes.gb_code("永")) * 50)
    assert len(packed_bytes.getvalue()) < 500_000
    answer = upload(visit, "bomb.zip", packed_bytes.getvalue())
    assert answer.status_code == 422
    assert "MiB" in answer.text
    monkeypatch.setattr(limits, "UPLOAD_FILES", 3)
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}-c.gnt", gnt())
    assert "files" in upload(visit, "many.zip", small.getvalue()).text
    monkeypatch.setattr(limits, "UPLOAD_GLYPHS", 2)
    assert "glyphs" in upload(visit, "1-c.gnt", gnt()).text
    assert list(state.folder.iterdir()) == []


def test_a_slow_upload_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1-c.gnt").write_bytes(gnt())
    monkeypatch.setattr(limits, "UPLOAD_SECONDS", -1.0)
    with pytest.raises(UsageError, match="not read within"):
        packed(tmp_path / "1-c.gnt", tmp_path / "b")


def test_a_large_body_is_refused_while_it_comes(
    visit: Visitor, state: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penline.look.app import guard

    monkeypatch.setattr(guard, "UPLOAD_BYTES", 10_000)
    sent = 0

    async def stream() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield bytes(1000)

    answer = visit("POST", "/upload", params={"name": "1-c.gnt"}, content=stream())
    assert answer.status_code == 413
    assert sent <= 12_000
    declared = visit(
        "POST", "/upload?name=a.gnt", content=b"x", headers={"content-length": "99999"}
    )
    assert declared.status_code == 413
    assert visit("POST", "/errata", content=bytes(limits.BODY_BYTES + 1)).status_code == 413
    assert list(state.folder.iterdir()) == []


def test_only_so_many_uploads_are_kept(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    from penline.look.app import server_state

    monkeypatch.setattr(server_state, "UPLOADS", 2)
    states = [upload(visit, f"{number}-c.gnt", gnt()).status_code for number in range(3)]
    assert states == [200, 200, 422]


# A real server


def test_two_hundred_at_once(state: ServerState) -> None:
    places = ["/line?text=%E6%B0%B8", "/atlas/character/6C38", "/sprite/0.png?r=1.2.3", "/"]
    with running(state) as port:

        def ask(number: int) -> bytes:
            head = f"GET {places[number % 4]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            return raw(port, f"{head}Connection: close\r\n\r\n".encode())[:12]

        with ThreadPoolExecutor(200) as pool:
            assert list(pool.map(ask, range(200))) == [b"HTTP/1.1 200"] * 200


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        b"POST /errata HTTP/1.1\r\nHost: HERE\r\nOrigin: http://HERE\r\nContent-Length: 9\r\n\r\n{",
        b"GET / HTTP/1.1\r\nHost: HERE\r\n\r\nGET / H",
    ],
    ids=["silent", "half a line", "half a head", "half a body", "half a second request"],
)
def test_a_client_that_stalls_is_hung_up_on(
    state: ServerState, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(TimeoutProtocol, "head_seconds", 0.3)
    with running(state, receive_seconds=0.3) as port:
        data = sent.replace(b"HERE", f"127.0.0.1:{port}".encode())
        with socket.create_connection(("127.0.0.1", port), timeout=60) as stalled:
            stalled.sendall(data)
            assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
            while stalled.recv(65_536):
                pass  # ends when the server hangs up; the socket's own time-out is a failure


def test_a_client_that_reads_nothing_is_hung_up_on(
    state: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimeoutProtocol, "send_seconds", 0.3)
    with running(state) as port, socket.socket() as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.settimeout(60)
        greedy.connect(("127.0.0.1", port))
        asked = f"GET /app.css HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        with pytest.raises(ConnectionError):
            for _ in range(200):
                greedy.sendall(asked * 1000)
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200


def test_serve_says_where_and_refuses_what_cannot_be(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="--port"):
            serve([bank], port=port)
    with pytest.raises(UsageError, match="65535"):
        serve([bank], port=70_000)
    with pytest.raises(UsageError, match="address of this machine"):
        serve([bank], host="no such host", port=0)
    found = open_state([bank, bank], (), tmp_path)
    assert [one.name for one in found.banks] == ["b", "b (2)"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_command_ends_in_order_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    bank = make_bank(tmp_path / "b")
    (tmp_path / "tmp").mkdir()
    run = subprocess.Popen(
        [sys.executable, "-m", "penline", "serve", "--port", "0", "--bank", str(bank)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )  # fmt: skip
    with run:
        assert run.stdout is not None
        address = run.stdout.readline().strip()
        port = int(address.rstrip("/").rpartition(":")[2])
        own = {"origin": f"http://127.0.0.1:{port}"}
        made = httpx.post(f"{address}upload?name=1-c.gnt", content=gnt(), headers=own, timeout=60)
        assert made.status_code == 200
        assert list((tmp_path / "tmp").iterdir())
        run.send_signal(getattr(signal, name))
        _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (0, "")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find: Callable[..., Any] = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "uvicorn" else find(name, *a)
    )
    with pytest.raises(ImportError, match=r"pip install '.*\[serve\]'"):
        serve()
