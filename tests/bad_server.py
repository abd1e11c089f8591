"""A server on 127.0.0.1 that does to a download whatever servers do."""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLOSED, SILENT, DRIPPING = -1, -2, -3
"""In place of a status: no answer; none while the server stands; headers without an end."""
MODIFIED = "Sun, 22 Nov 2026 11:30:00 GMT"


@dataclass
class Manners:
    """How one path is served. Numbers in lists go with the first, second, ... request.

    Attributes:
        body: the file.
        cut: ends the connection after so many bytes of the body; None goes to the end.
        reset: cuts with a reset instead of an orderly end.
        stall: after how many bytes the server falls silent.
        status: statuses to answer instead of the file; 0 serves it; CLOSED, SILENT and DRIPPING
            are no answers.
        headers: headers in place of the usual ones; None leaves one out.
        ranges: whether ranges are served.
        if_range: whether If-Range is looked at.
        shift: added to the start of each range that is served.
        change: number of the request from which `later` is served.
        later: the file after the change.
        surplus: bytes sent after the body, with no length told.
        chunked: send the body in chunks, cut like any other.
        at_most: bytes of a range served in one answer.
        validators: whether ETag and Last-Modified are told.
        head: how HEAD is served, where that is otherwise.
    """

    body: bytes = b""
    cut: list[int | None] = field(default_factory=list)
    reset: bool = False
    stall: list[int | None] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    headers: dict[str, str | None] = field(default_factory=dict)
    ranges: bool = True
    if_range: bool = True
    shift: int = 0
    change: int | None = None
    later: bytes = b""
    surplus: int = 0
    chunked: bool = False
    at_most: int | None = None
    validators: bool = True
    head: Manners | None = None


@dataclass
class Asked:
    """One request as it came in, and bytes of the body that went out."""

    path: str
    range: str | None
    if_range: str | None
    sent: int = 0
    method: str = "GET"


class BadServer:
    """Serves `paths`; `asked` tells what was asked for."""

    def __init__(self) -> None:
        self.paths: dict[str, Manners] = {}
        self.asked: list[Asked] = []
        self.ending = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.http.daemon_threads = False
        self.http.bad = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/"


@contextmanager
def bad_server() -> Iterator[BadServer]:
    """A server; its threads have ended when the block is left."""
    server = BadServer()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        server.http.shutdown()
        server.http.server_close()  # waits for the threads of requests
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.close_connection = True
        bad: BadServer = self.server.bad  # type: ignore[attr-defined]
        asked = Asked(self.path, self.headers.get("Range"), self.headers.get("If-Range"))
        number = sum(one.path == self.path for one in bad.asked)
        bad.asked.append(asked)
        manners = bad.paths.get(self.path)
        if manners is None:
            self._answer(404, {"Content-Length": "0"})
            return
        status = _nth(manners.status, number) or 0
        if status:
            headers = {"Content-Length": "0", **manners.headers}
            self._answer(status, headers)
            return
        with suppress(BrokenPipeError, ConnectionResetError):  # the client had enough
            self._serve(bad, manners, number, asked)

    def do_HEAD(self) -> None:
        self.close_connection = True
        bad: BadServer = self.server.bad  # type: ignore[attr-defined]
        number = sum(one.path == self.path for one in bad.asked)
        bad.asked.append(Asked(self.path, None, None, method="HEAD"))
        manners = bad.paths.get(self.path)
        if manners is None:
            self._answer(404, {"Content-Length": "0"})
        else:
            manners = manners.head or manners
            usual = {"Content-Type": "application/zip", "Content-Length": str(len(manners.body))}
            self._answer(_nth(manners.status, number) or 200, usual | manners.headers)

    def _serve(self, bad: BadServer, manners: Manners, number: int, asked: Asked) -> None:
        changed = manners.change is not None and number >= manners.change
        body = manners.later if changed else manners.body
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers: dict[str, str | None] = {"Content-Type": "application/zip"}
        if manners.validators:
            headers |= {"ETag": etag, "Last-Modified": MODIFIED}
        begin = _begin(asked.range) if manners.ranges else 0
        if manners.if_range and asked.if_range not in (None, etag, MODIFIED):
            begin = 0
        status, data = 200, body
        if begin:
            if begin >= len(body):
                self._answer(416, {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"})
                return
            begin += manners.shift
            end = len(body) if manners.at_most is None else begin + manners.at_most
            status, data = 206, body[begin:end]
            last = begin + len(data) - 1
            headers["Content-Range"] = f"bytes {begin}-{last}/{len(body)}"
        if manners.chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif not manners.surplus:
            headers["Content-Length"] = str(len(data))
        data += bytes(manners.surplus)
        self._answer(status, {**headers, **manners.headers})
        cut, stall = _nth(manners.cut, number), _nth(manners.stall, number)
        until = min(one for one in (cut, stall, len(data)) if one is not None)
        for at in range(0, until, 16_384):
            block = data[at : min(at + 16_384, until)]
            framed = b"%x\r\n%s\r\n" % (len(block), block) if manners.chunked else block
            self.wfile.write(framed)
            asked.sent += len(block)
        if stall is not None:
            bad.ending.wait(60)
        if manners.chunked and cut is None:
            self.wfile.write(b"0\r\n\r\n")
        if manners.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _answer(self, status: int, headers: dict[str, str | None]) -> None:
        ending: threading.Event = self.server.bad.ending  # type: ignore[attr-defined]
        if status == SILENT:
            ending.wait(30)
        if status == DRIPPING:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            with suppress(OSError):
                while not ending.wait(0.02):
                    self.wfile.write(b"x")
        if status < 0:
            return
        self.send_response_only(status)  # and no Date of now
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()


def _nth(values: list[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _begin(asked: str | None) -> int:
    found = re.fullmatch("bytes=([0-9]+)-", asked or "")
    return int(found[1]) if found else 0
