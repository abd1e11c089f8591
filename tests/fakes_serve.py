"""State, a visitor and a running server, for tests of ``penline serve``."""

# the packages of the extra may be missing, so they are asked for before anything imports them
# ruff: noqa: E402

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("jinja2")
httpx = pytest.importorskip("httpx")

import fakes
from penline.bank import BankWriter, open_bank
from penline.corpus import Corpus
from penline.look.app import limits
from penline.look.app.server_state import ServerState
from penline.look.app.site import site
from penline.look.app.timeout_protocol import TimeoutProtocol
from penline.records import Source

PORT = 8137
OWN = f"http://127.0.0.1:{PORT}"
TEXT = "永远，好"


def shape(number: int, jitter: int = 0) -> np.ndarray:
    """A picture of a few strokes: the same for the same number, a little moved by `jitter`."""
    draws = np.random.default_rng(number)
    picture = np.zeros((64, 60), np.uint8)
    move = np.random.default_rng((number, jitter)).integers(-2, 3, (5, 4))
    for stroke, moved in zip(draws.integers(6, 54, (5, 4)), move, strict=True):
        x0, y0, x1, y1 = (stroke + moved).tolist()
        cv2.line(picture, (x0, y0), (x1, y1), 220, 3, cv2.LINE_AA)
    return picture


def make_bank(path: Path, writers: int = 3, characters: str = TEXT, **facts: Any) -> Path:
    file = facts.get("file", "/secret/place/Gnt.zip::a/001.gnt")
    with BankWriter(path) as bank:
        for number in range(writers):
            source = Source(file, f"w:{number}", "train", facts.get("card", "casia-hwdb1.1"))
            for record, character in enumerate(characters):
                picture = shape(ord(character), number)
                bank.add(picture, character, source, record=record, offset=record * 9)
    return path


def make_state(folder: Path) -> ServerState:
    """The state of a server with one small bank, and a little text."""
    (folder / "up").mkdir()
    found = ServerState(Corpus.from_texts(["永远好，永远好，好好好好。"]), folder / "up")
    found.add(open_bank(make_bank(folder / "first.bank")))
    return found


class Visitor:
    """Asks the application without a network, as a browser of this machine would."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, method: str, place: str, **more: Any) -> httpx.Response:
        return asyncio.run(self.later(method, place, **more))

    async def later(self, method: str, place: str, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if method == "POST":
            headers.setdefault("origin", OWN)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
            return await client.request(method, place, headers=headers, **more)

    def get(self, place: str, **more: Any) -> httpx.Response:
        return self("GET", place, **more)

    def page(self, place: str) -> str:
        answer = self.get(place, headers={"accept": "text/html"})
        assert answer.status_code == 200, (place, answer.text)
        return answer.text


def gnt() -> bytes:
    return b"".join(
        fakes.gnt_record(255 - shape(ord(character)), fakes.gb_code(character))
        for character in "天地玄黄"
    )


def upload(visit: Visitor, name: str, data: bytes) -> httpx.Response:
    return visit("POST", "/upload", params={"name": name}, content=data)


def raw(port: int, request: bytes) -> bytes:
    """What the server says to exactly these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        found = b""
        while part := connection.recv(65_536):
            found += part
    return found


@contextlib.contextmanager
def running(state: ServerState, **more: Any) -> Iterator[int]:
    """The server in a thread of its own, at a free port."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            site(state, port=port, **more), http=TimeoutProtocol, ws="none", lifespan="off",
            log_level="critical", limit_concurrency=limits.CONNECTIONS,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 30
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(30)
