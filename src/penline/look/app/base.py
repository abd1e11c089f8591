"""What every address shares: the state, the templates, and the threads that work."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import jinja2
from markupsafe import Markup, escape
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from penline.errors import BankError, FormatError, PenlineError, UsageError
from penline.look.app import limits
from penline.look.app.cut_sheet import CutSheets
from penline.look.app.hands import HandFolder
from penline.look.app.judge import Judgements
from penline.look.app.server_state import ServedBank, ServerState
from penline.look.strings import asked_language, said, strings_script, told
from penline.sources.names import leaf
from penline.words import at_byte

__all__ = ["ASSETS", "Base", "Handler", "asked_page", "asset", "explained", "read_form"]

R = TypeVar("R")
T = TypeVar("T", bound=BaseModel)
Handler = Callable[["Base", Request], Response]
ASSETS = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "seen.css": "text/css; charset=utf-8",
    "seen.js": "text/javascript; charset=utf-8",
    "strings.js": "text/javascript; charset=utf-8",
    "write.css": "text/css; charset=utf-8",
    "write.js": "text/javascript; charset=utf-8",
}
"""All that is served from the package, by name; nothing else is reachable."""
_SAID = ("server", "app.js", "seen.js", "write.js")
"""What the scripts say in other languages: sections of the strings, in ``strings.js``."""
_CHOSEN = "penline-language"
"""The cookie by which a page tells which language the reader chose."""


class Base:
    """Shared by all handlers.

    Args:
        state: the banks and the text.
    """

    def __init__(self, state: ServerState) -> None:
        self.state = state
        self.judgements = Judgements()
        self.cuts = CutSheets()
        self.hands = HandFolder(state.hands or state.folder / "hands")
        self.threads = anyio.CapacityLimiter(limits.WORKERS)
        self.templates = jinja2.Environment(
            loader=jinja2.PackageLoader("penline.look.app"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self.templates.globals |= {"assets": {name: f"/{name}?{asset(name)[1]}" for name in ASSETS}}
        self.templates.globals |= {"has_sets": bool(state.sets)}
        self.templates.filters["code"] = code_point
        self.templates.filters["code_path"] = code_path
        self.templates.filters["told"] = told

    def characters(self, banks: Sequence[ServedBank]) -> set[str]:
        """The characters of some banks."""
        return set().union(*(one.bank.characters for one in banks))

    def writers(self, banks: Sequence[ServedBank]) -> list[tuple[str, int]]:
        """The writers of some banks and how many glyphs they wrote, in order of their ids."""
        counts: dict[str, int] = {}
        for one in banks:
            for facts in one.bank.header.writers:
                counts[facts.id] = counts.get(facts.id, 0) + facts.glyphs
        return sorted(counts.items())

    def page(
        self, request: Request, template: str, status: int = 200, /, **values: Any
    ) -> HTMLResponse:
        """A page from its template, in the language that the reader chose or the browser asks for.

        A template calls ``t`` for all that it says: with values they are put into the slots.
        """
        accepted = request.headers.get("accept-language", "")
        language = asked_language(request.cookies.get(_CHOSEN, ""), accepted)

        def t(text: str, **slots: Any) -> str:
            found = said(text, language)
            return Markup(escape(found)).format(**slots) if slots else found  # noqa: S704

        values |= {"language": language, "t": t}
        text = self.templates.get_template(template).render(values)
        # a label may hold what UTF-8 has no bytes for
        body = text.encode("utf-8", "replace")
        return HTMLResponse(body, status, headers={"cache-control": "no-store"})

    async def work(self, function: Callable[..., R], *arguments: Any) -> R:
        """Call a function in one of a few threads."""
        call = functools.partial(function, *arguments)
        return await anyio.to_thread.run_sync(call, limiter=self.threads)

    def refuse(self, request: Request, status: int, why: str) -> Response:
        """Say what is wrong, as a page or as JSON."""
        if "text/html" in request.headers.get("accept", ""):
            return self.page(request, "error.html", status, title=f"{status}", why=why, here="")
        return JSONResponse({"error": why}, status, headers={"cache-control": "no-store"})

    async def failed(self, request: Request, error: Exception) -> Response:
        """The answer to an error that is known."""
        if isinstance(error, HTTPException):
            return self.refuse(request, error.status_code, error.detail)
        return self.refuse(request, 422, explained(error))


def asked_page(request: Request) -> int:
    """The number of the page that an address asks for.

    Raises:
        UsageError: no such number.
    """
    given = request.query_params.get("page", "1")
    if not (given.isascii() and given.isdigit() and len(given) < 8 and int(given) > 0):
        raise UsageError("page: a whole number from 1 up")
    return int(given)


def read_form(form: type[T], body: bytes, what: str = "request") -> T:
    """What a page sent, as JSON of a form; `what` it is as a whole, for messages.

    Raises:
        UsageError: it is not.
    """
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or what
        raise UsageError(f"{place}: {first['msg']}") from None


def explained(error: Exception) -> str:
    """What an error says, without the folders of this machine.

    >>> explained(FormatError("/home/me/x.zip::1-c.gnt", 7, "size", "10", "12"))
    '1-c.gnt: byte 7: size: expected 10, found 12'
    """
    if isinstance(error, FormatError):
        where = f"{leaf(error.file)}: {at_byte(error.offset, error.field)}{error.field}"
        return f"{where}: expected {error.expected}, found {error.found}"
    if isinstance(error, BankError):
        return "A bank is damaged; `penline info` tells where."
    return str(error) if isinstance(error, PenlineError) else "This did not work."


@functools.cache
def asset(name: str) -> tuple[bytes, str]:
    """A file of the package, and a short hash of it."""
    static = resources.files("penline.look.app").joinpath("static")
    if name == "strings.js":
        data = strings_script(_SAID).encode() + b"\n" + static.joinpath("words.js").read_bytes()
    else:
        data = static.joinpath(name).read_bytes()
    return data, hashlib.blake2b(data, digest_size=6).hexdigest()


def code_point(character: str) -> str:
    """``U+6C38`` and the like, for as many characters as there are."""
    return " ".join(f"U+{ord(one):04X}" for one in character)


def code_path(character: str) -> str:
    """``6C38`` and the like, joined by ``-``: what the address of a character's page ends with."""
    return "-".join(f"{ord(one):04X}" for one in character)
