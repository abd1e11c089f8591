"""Open what is to be looked at, and answer until the user has seen enough."""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import os
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from penline.bank import Bank, open_bank
from penline.effects import DEFAULT_ORDER
from penline.errors import MissingExtra, PenlineError, UsageError
from penline.look.app.glyphs import sprite_png
from penline.look.app.limits import CONNECTIONS
from penline.look.app.line_request import LineRequest
from penline.look.app.line_response import line_response, sentence
from penline.look.app.open_set import open_set
from penline.look.app.server_state import ServerState
from penline.sample import sample_bank, text_of
from penline.sources.reading import NOTHING_SAID, Reading
from penline.words import printable

__all__ = ["PORT", "open_state", "serve"]

PORT = 8137
_NEEDED = ("starlette", "uvicorn", "jinja2")
_QUEUE = 512
_ANYWHERE = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}  # noqa: S104
"""Names of all addresses of this machine, and a far one (of RFC 5737 and 3849) of their family."""


def serve(
    banks: Sequence[Bank | str | os.PathLike[str]] = (),
    corpora: Sequence[str | os.PathLike[str]] = (),
    *,
    sets: Sequence[str | os.PathLike[str]] = (),
    reading: Reading = NOTHING_SAID,
    field: str = "text",
    encoding: str | None = None,
    hands: str | os.PathLike[str] = "hands",
    host: str = "127.0.0.1",
    port: int = PORT,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Show sets, the catalogue, the atlas and the playground in a browser, until it is interrupted.

    Args:
        banks: banks, opened or by path; none: the embedded sample.
        corpora: text files; none: the embedded sample's.
        sets: lines and pages to look at, whatever `convert` reads.
        reading: what the user says of them, where they do not tell it.
        field: the field of a jsonl file that holds the text.
        encoding: of the text files; None for UTF-8.
        hands: the folder in which hands that are written on the page are kept; made when one is.
        host: the address to listen at. At any other than this machine's own, visitors need the
            token that is part of the address told.
        port: the port; 0 for any that is free.
        ready: called with the address, once it can be opened.

    Raises:
        MissingExtra: a package of the extra ``serve`` is not installed.
        UsageError: nothing can listen there.
        BankError, CorpusError, FormatError: what is given does not work.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise MissingExtra("penline serve", "serve")
    import uvicorn

    from penline.look.app.site import site
    from penline.look.app.timeout_protocol import TimeoutProtocol

    with tempfile.TemporaryDirectory(prefix="penline-", ignore_cleanup_errors=True) as folder:
        state = open_state(banks, corpora, Path(folder), field, encoding)
        state.hands = Path(hands)
        for path in sets:
            made = open_set(Path(path), Path(folder), len(state.sets), reading)
            state.sets = (*state.sets, made)
        listening = _listen(host, port)
        own = listening.getsockname()[1]
        token = "" if _is_loopback(host) else secrets.token_urlsafe(24)
        app = site(state, port=own, token=token, hosts=_names(host))
        config = uvicorn.Config(
            app,
            http=TimeoutProtocol,
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=32_768,
        )
        # the first key press must not wait for kernels to be compiled or loaded
        threading.Thread(target=_warm, args=(state,), daemon=True).start()
        if ready is not None:
            ready(_address(host, own, token))
        with listening, _until_stopped():
            uvicorn.Server(config).run(sockets=[listening])


@contextlib.contextmanager
def _until_stopped() -> Iterator[None]:
    """Take an interrupt, or a request to end, for the end: what was uploaded is then removed."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _warm(state: ServerState) -> None:
    with contextlib.suppress(PenlineError):
        sprite_png(state.banks[0].bank, [0])
        line_response(
            state, LineRequest(sentence(state, (), 0), paper="texture", effects=DEFAULT_ORDER)
        )


def open_state(
    banks: Sequence[Bank | str | os.PathLike[str]],
    corpora: Sequence[str | os.PathLike[str]],
    folder: Path,
    field: str = "text",
    encoding: str | None = None,
) -> ServerState:
    """Banks and text, opened; see `serve`.

    Args:
        banks: as in `serve`.
        corpora: as in `serve`.
        folder: an empty folder for uploads.
        field: as in `serve`.
        encoding: as in `serve`.
    """
    text = text_of(corpora, field=field, encoding=encoding)
    state = ServerState(text, folder, samples=not banks)
    for one in banks:
        state.add(one if isinstance(one, Bank) else open_bank(one))
    if not banks:
        state.add(sample_bank("both"), "embedded sample")
    return state


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port < 65_536:
        raise UsageError(f"port: a number from 0 to 65535, not {port}")
    try:
        found: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, place = found[0]
        made = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{printable(host)}: {why}; give an address of this machine") from None
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)
        made.listen(_QUEUE)
    except OSError as error:
        made.close()
        reason = error.strerror or str(error)
        where = f"{printable(host)}, port {port}"
        raise UsageError(f"{where}: {reason}; choose another with --port") from None
    return made


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _outward(host: str) -> str:
    """The address that others reach this machine by, where it listens at all that it has."""
    far = _ANYWHERE.get(host)
    if far is None:
        return host
    family = socket.AF_INET6 if ":" in far else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((far, 9))  # sends nothing: the system chooses the way alone
        return str(asked.getsockname()[0])
    return socket.gethostname()


def _names(host: str) -> list[str]:
    """Names that visitors may call the server by."""
    return [host] if _is_loopback(host) else [host, socket.gethostname()]


def _address(host: str, port: int, token: str) -> str:
    host = _outward(host)
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
