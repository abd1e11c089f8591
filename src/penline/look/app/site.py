"""The application: addresses, and what answers at each."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from penline.errors import PenlineError
from penline.look.app import atlas, cards, cut, marks, playground, sets, upload, write
from penline.look.app.base import ASSETS, Base, Handler, asset
from penline.look.app.guard import Guard
from penline.look.app.server_state import ServerState

__all__ = ["PAGES", "site"]

PAGES: dict[str, Handler] = {
    "/": cards.home,
    "/catalogue": cards.catalogue,
    "/catalogue/{id}": cards.one_card,
    "/atlas": atlas.overview,
    "/atlas/character/{code}": atlas.of_character,
    "/atlas/writer": atlas.of_writer,
    "/sprite/{bank:int}.png": atlas.sprite,
    "/glyph/{bank:int}/{row:int}.png": atlas.glyph_png,
    "/glyph/{bank:int}/{row:int}.json": atlas.glyph_facts,
    "/sets": sets.overview,
    "/sets/{set:int}": sets.show,
    "/sets/{set:int}.json": sets.items,
    "/sets/{set:int}/{item:int}": sets.picture,
    "/sets/{set:int}/{item:int}/{line:int}.png": sets.line_png,
    "/marks": marks.show,
    "/cut": cut.show,
    "/cut/{sheet:int}.jpg": cut.photo,
    "/cut/{sheet:int}/{piece:int}.png": cut.piece_png,
    "/bank/{bank:int}.zip": cut.bank_zip,
    "/write": write.show,
    "/write/facts": write.facts,
    "/write/hand.inkml": write.inkml,
    "/playground": playground.show,
    "/line": playground.line,
    "/line.png": playground.line_png,
    "/sentence": playground.new_sentence,
}
"""What is got; each handler runs in a thread."""


def site(
    state: ServerState,
    *,
    port: int,
    token: str = "",
    hosts: Collection[str] = (),
    **patience: float,
) -> ASGIApp:
    """The application for a server's state, its guard before it.

    Args:
        state: the banks and the text.
        port: the port that it answers at.
        token: what visitors have to bring; ``""`` for none.
        hosts: further names that it may be called by.
        patience: `receive_seconds` and `send_seconds` of the `Guard`.
    """
    base = Base(state)
    routes = [Route(path, _got(base, handler)) for path, handler in PAGES.items()]
    routes += [Route(f"/{name}", _asset(name)) for name in ASSETS]
    routes += [
        Route("/errata", _posted(base, marks.export), methods=["POST"]),
        Route("/forget", _posted(base, upload.forget), methods=["POST"]),
        Route("/pieces", _posted(base, cut.act), methods=["POST"]),
        Route("/save", _posted(base, cut.save), methods=["POST"]),
        Route("/write/begin", _posted(base, write.begin), methods=["POST"]),
        Route("/write/act", _posted(base, write.act), methods=["POST"]),
        Route("/write/bank", _posted(base, write.make_bank), methods=["POST"]),
        Route("/photo", functools.partial(cut.take, base), methods=["POST"]),
        Route("/upload", upload.Uploads(base).take, methods=["POST"]),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: base.failed, PenlineError: base.failed},
    )
    return Guard(app, port=port, token=token, hosts=hosts, **patience)


def _got(base: Base, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await base.work(handler, base, request)

    return endpoint


def _posted(
    base: Base, handler: Callable[[Base, bytes], Response]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await base.work(handler, base, await request.body())

    return endpoint


def _asset(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        data = asset(name)[0]
        keep = {"cache-control": "max-age=31536000, immutable"}
        return Response(data, media_type=ASSETS[name], headers=keep)

    return endpoint
