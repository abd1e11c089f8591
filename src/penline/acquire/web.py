"""One request: a file from some byte on, as a server really answers it."""

from __future__ import annotations

import email.utils
import http.client
import re
import socket
import ssl
import string
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from email.message import Message
from typing import Any, NamedTuple

from penline.errors import PenlineError
from penline.words import printable

__all__ = ["Answer", "Beyond", "Broken", "Gone", "Head", "Limits", "ask", "head"]

_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a download is.

    Attributes:
        timeout_seconds: silence after which a connection counts as broken.
        tries: attempts at one mirror in a row that bring nothing new.
        most_breaks: attempts at one mirror in all.
        first_wait_seconds: wait after the first of such attempts; doubled after each.
        most_wait_seconds: the longest wait, whatever a server asks for.
        most_redirects: redirects followed for one request.
        slow_bytes: what an attempt must bring to count as new, and bring in
        slow_seconds: this time, or its connection counts as broken; so does one whose headers
            take longer.
        block_bytes: the most read at once.
        spare_bytes: disk left free.
        sleep: waits.
        clock: tells seconds.
    """

    timeout_seconds: float = 30.0
    tries: int = 5
    most_breaks: int = 1000
    first_wait_seconds: float = 1.0
    most_wait_seconds: float = 30.0
    most_redirects: int = 5
    slow_bytes: int = 1 << 16
    slow_seconds: float = 300.0
    block_bytes: int = 1 << 20
    spare_bytes: int = 1 << 24
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Gone(PenlineError):
    """This mirror will not give the file; asking again is no use.

    Attributes:
        status: the HTTP status that says so, or 0.
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class Broken(PenlineError):
    """The attempt failed; another may not.

    Attributes:
        wait_seconds: what the server asks to wait for, or 0.
        silent: whether the server gave no answer at all.
    """

    def __init__(self, reason: str, wait_seconds: float = 0.0, silent: bool = False) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds
        self.silent = silent


class Beyond(PenlineError):
    """The server's file ends before the byte asked for."""


class Answer:
    """A body that comes in, from byte `start` on.

    Attributes:
        start: number of the first byte.
        total_bytes: size of the whole file as the server tells it, or None.
        ends: whether the end of the body can be told from a break.
        etag: a strong ETag, or "".
        modified: the Last-Modified date, or "".
    """

    def __init__(self, response: Any, offset: int) -> None:
        self._response = response
        headers = response.headers
        self.etag = _plain(headers.get("ETag"))
        if not self.etag.startswith('"'):
            self.etag = ""
        self.modified = _plain(headers.get("Last-Modified"))
        self.start = 0
        length = response.length
        self.total_bytes: int | None = length
        self.ends = length is not None or response.chunked
        if response.status == 206:
            found = _RANGE.fullmatch(_plain(headers.get("Content-Range")))
            if not offset or found is None or int(found[1]) != offset:
                raise Broken("it sent another range than the one asked for")
            self.start = offset
            self.total_bytes = None if found[3] == "*" else int(found[3])
        elif response.status != 200:
            raise Gone(f"HTTP {response.status}")
        if _plain(headers.get("Content-Encoding")).lower() not in ("", "identity"):
            raise Gone("it sends the file in an encoding that was not asked for")
        if headers.get_content_type() == "text/html":
            raise Gone("it answers with a web page instead of the file")

    def read(self, most_bytes: int) -> bytes:
        """The next bytes as they come; empty at the end, or where the connection ended.

        Raises:
            Broken: the connection stalled or broke.
        """
        try:
            return bytes(self._response.read1(most_bytes))
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise Broken(_said(error)) from error

    def close(self) -> None:
        """Let the connection go."""
        self._response.close()


def ask(url: str, offset: int, validator: str, limits: Limits) -> Answer:
    """Ask for a file from byte `offset` on; redirects are followed by hand.

    Args:
        url: its address, ``http`` or ``https``.
        offset: the first byte wanted.
        validator: an ETag or a date: the server sends the whole file where it is another one by
            now. "" asks for the range whatever the file.
        limits: for timeouts and redirects.

    Raises:
        Gone: the mirror does not have the file, or leads where penline does not follow.
        Broken: no answer, or one that may be better next time.
        Beyond: the file has no byte `offset`.
    """
    headers = {"User-Agent": "penline", "Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if validator:
            headers["If-Range"] = validator
    response, _ = _open(url, headers, limits)
    try:
        return Answer(response, offset)
    except BaseException:
        response.close()
        raise


class Head(NamedTuple):
    """What a server says of a file without sending it.

    Attributes:
        address: where it lies for good: the address asked for, or where permanent redirects led.
        bytes: its size, or None where the server does not tell.
        page: whether it is a web page.
    """

    address: str
    bytes: int | None
    page: bool


def head(url: str, limits: Limits, method: str, before: Callable[[str], None]) -> Head:
    """Ask what lies at an address; no body is read.

    Args:
        url: the address, ``http`` or ``https``.
        limits: for timeouts and redirects.
        method: ``HEAD``, or ``GET`` for servers that answer that one better.
        before: told the address of each request before it goes out: this one, and redirects.

    Raises:
        Gone: nothing lies there, or it leads where penline does not follow.
        Broken: no answer, or one that may be better next time.
    """
    headers = {"User-Agent": "penline", "Accept": "*/*", "Accept-Encoding": "identity"}
    response, address = _open(url, headers, limits, method, before)
    with response:
        length = _plain(response.headers.get("Content-Length"))
        size = int(length) if re.fullmatch("[0-9]{1,18}", length) else None
        return Head(address, size, response.headers.get_content_type() == "text/html")


def _open(
    url: str,
    headers: dict[str, str],
    limits: Limits,
    method: str = "GET",
    before: Callable[[str], None] = lambda _: None,
) -> tuple[Any, str]:
    """The answer at the end of the redirects, and the address that permanent ones lead to first."""
    opener = urllib.request.build_opener(_Stay)
    address, lasting = url, True
    for _ in range(limits.most_redirects + 1):
        try:
            if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
                raise Gone(f"it leads to {url!r}, which is neither http nor https")
            request = urllib.request.Request(_wire(url), headers=headers, method=method)  # noqa: S310
            before(url)
            return _within(limits, opener.open, request, None, limits.timeout_seconds), address
        except urllib.error.HTTPError as error:
            with error:
                url = _next(url, error)
                lasting = lasting and error.code in (301, 308)
                address = url if lasting else address
        except (http.client.InvalidURL, UnicodeError) as error:
            raise Gone(f"not an address: {error}") from error
        except (http.client.HTTPException, OSError) as error:
            if isinstance(getattr(error, "reason", error), ssl.SSLCertVerificationError):
                raise Gone(f"its certificate cannot be trusted: {_said(error)}") from error
            raise Broken(_said(error), silent=True) from error
        except ValueError as error:
            raise Gone(f"not an address: {error}") from error
    raise Gone(f"more than {limits.most_redirects} redirects")


def _wire(url: str) -> str:
    """An address as it is sent: a card may write it in any script."""
    if url.isascii():
        return url
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.encode("idna").decode()
    return urllib.parse.quote(parts._replace(netloc=host).geturl(), safe=string.punctuation)


def _within(limits: Limits, act: Callable[..., Any], *given: Any) -> Any:
    """What `act` gives in `slow_seconds`: a socket counts silence alone, and headers may drip."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(act(*given))
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result(limits.slow_seconds)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: urllib would read a redirect's body to its end, however long."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _next(url: str, error: urllib.error.HTTPError) -> str:
    """Where an answer other than the file leads."""
    if error.code in _REDIRECTS and error.headers.get("Location"):
        place = urllib.parse.quote(
            error.headers["Location"], safe=string.punctuation, encoding="iso-8859-1"
        )
        try:
            target = urllib.parse.urljoin(url, place)
            scheme = urllib.parse.urlsplit(target).scheme
        except ValueError as failure:
            raise Gone(f"it leads to {place!r}, not an address: {failure}") from failure
        if scheme == "http" and url.startswith("https:"):
            raise Gone("it leads from https to http")
        return target
    if error.code == 416:
        raise Beyond("the file on the server ends before what is here")
    if error.code in _PASSING:
        raise Broken(f"HTTP {error.code}", _seconds(error.headers))
    raise Gone(f"HTTP {error.code}", error.code)


def _seconds(headers: Message) -> float:
    """What a server asks to wait for: a number, or a day and time, against its own clock."""
    wait = _plain(headers.get("Retry-After"))
    if re.fullmatch("[0-9]{1,9}", wait):
        return float(wait)
    try:
        now = email.utils.parsedate_to_datetime(_plain(headers.get("Date")))
        return max(0.0, (email.utils.parsedate_to_datetime(wait) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _plain(value: str | None) -> str:
    """A header's value, "" where it is missing or nothing to keep and send back."""
    text = (value or "").strip()
    return text if len(text) <= 256 and text.isascii() and text.isprintable() else ""


def _said(error: BaseException) -> str:
    inner = getattr(error, "reason", None) or error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    if isinstance(inner, socket.gaierror):
        return f"its address is not found, or there is no network ({inner.strerror or inner})"
    return printable(getattr(inner, "strerror", None) or str(inner) or type(inner).__name__)
