"""The door: who may come in, how much they may bring, and how long they may take.

Every request passes here before anything looks at it. A page of another site cannot reach the
server: a foreign name in ``Host`` (a name made to point at this machine) is refused, so is a
request that the browser says another site caused (W3C Fetch Metadata, ``Sec-Fetch-Site``), so is a
POST without this server's own ``Origin``. Where the server listens to others, a token is asked for.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from collections.abc import Collection, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from penline.look.app.limits import BODY_BYTES, HEAD_SECONDS, SEND_SECONDS, UPLOAD_BYTES

__all__ = ["HEADERS", "POLICY", "Guard"]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_CLOSE = ((b"connection", b"close"),)
"""For a body that is not read to its end."""
_COOKIE = "penline"
_LONGEST_QUERY = 8192
_UPLOADS = ("/upload", "/photo")


class _Refused(HTTPException):
    """An answer instead of what was asked for; the application may give it, too."""


class Guard:
    """Wraps the application.

    Args:
        app: the application.
        port: the port that it answers at.
        token: what others have to bring; ``""`` where it listens to this machine alone.
        hosts: further names that it may be called by.
        receive_seconds: between two parts of a body.
        send_seconds: for a client to take a part of an answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        port: int,
        token: str = "",
        hosts: Collection[str] = (),
        receive_seconds: float = HEAD_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._app, self._port, self._token = app, port, token
        self._hosts = {"127.0.0.1", "localhost", "::1", *(name.lower() for name in hosts)}
        self._receive_seconds, self._send_seconds = receive_seconds, send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the beginning and end of the server."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        begun = False

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                more = [*HEADERS, *(_CLOSE if message["status"] in (408, 413) else ())]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await asyncio.wait_for(send(message), self._send_seconds)

        try:
            headers = _headers(scope)
            host = self._host(headers)
            self._origin(scope, headers, host)
            if self._token and await self._enter(scope, headers, answer):
                return
            await self._app(scope, self._measured(scope, headers, receive), answer)
        except _Refused as refused:
            if not begun:
                await _say(answer, refused.status_code, refused.detail)
        except TimeoutError:
            if not begun:
                raise
            # the client takes nothing, and there is nobody to say it to

    def _host(self, headers: dict[str, str]) -> str:
        """The name that the server was called by, if it is one of its own."""
        host = headers.get("host", "")
        try:
            split = urlsplit(f"//{host}")
            name, port = (split.hostname or "").lower(), split.port
        except ValueError:
            name, port = "", None
        own = name in self._hosts or (bool(self._token) and _is_address(name))
        plain = split.netloc == host and "@" not in host if name else False
        if not (own and plain and (port or 80) == self._port):
            raise _Refused(403, "This server answers at its own address only.")
        return host

    def _origin(self, scope: Scope, headers: dict[str, str], host: str) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            raise _Refused(405, "GET or POST.")
        if len(scope.get("query_string", b"")) > _LONGEST_QUERY:
            raise _Refused(414, "The address is too long.")
        origin = headers.get("origin")
        own = f"http://{host}"
        if (method == "POST" and origin != own) or origin not in (None, own):
            raise _Refused(403, "Only this server's own pages may send here.")
        site = headers.get("sec-fetch-site", "none")
        opened = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        opened = opened and headers.get("sec-fetch-dest", "document") == "document"
        if site not in ("none", "same-origin") and not opened:
            raise _Refused(403, "Another site may link here, and no more.")

    async def _enter(self, scope: Scope, headers: dict[str, str], send: Send) -> bool:
        """Let in who has the token; True where the answer was given already."""
        name = f"{_COOKIE}-{self._port}"
        try:
            held = SimpleCookie(headers.get("cookie", "")).get(name)
        except CookieError:
            held = None
        if held is not None and _same(held.value, self._token):
            return False
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = next((value for key, value in query if key == "token"), "")
        if not _same(given, self._token):
            raise _Refused(403, "Open the address that penline serve printed, token and all.")
        rest = urlencode([pair for pair in query if pair[0] != "token"])
        place = "/" + scope["path"].lstrip("/") if scope["path"].isascii() else "/"
        place = "".join(c for c in place if c.isprintable()) + (f"?{rest}" if rest else "")
        cookie = f"{name}={self._token}; Path=/; HttpOnly; SameSite=Strict"
        await _say(send, 303, "", [(b"location", place.encode()), (b"set-cookie", cookie.encode())])
        return True

    def _measured(self, scope: Scope, headers: dict[str, str], receive: Receive) -> Receive:
        most = UPLOAD_BYTES if scope["path"] in _UPLOADS else BODY_BYTES
        declared = headers.get("content-length", "0")
        if declared.isdigit() and len(declared) < 20 and int(declared) > most:
            raise _Refused(413, f"At most {most >> 10:,} KiB.")
        came, whole = 0, False

        async def measured() -> MutableMapping[str, Any]:
            nonlocal came, whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self._receive_seconds)
            except TimeoutError:
                raise _Refused(408, "Nothing came for too long.") from None
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if came > most:
                raise _Refused(413, f"At most {most >> 10:,} KiB.")
            return message

        return measured


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by name; one that comes twice is no name of ours."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        if name in ("host", "origin") and name in found:
            raise _Refused(400, "A header that may come once came twice.")
        found[name] = value.decode("latin-1")
    return found


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _say(
    send: Send, status: int, why: str, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    body = (why + "\n").encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *(more or ()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
