"""The playground: text in, line out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from penline.errors import UsageError
from penline.look.app import limits
from penline.look.app.base import Base
from penline.look.app.line_request import HEIGHTS_PX, INKS, effects, papers, read_line_request
from penline.look.app.line_response import compose_line, line_response, png_of, sentence

__all__ = ["line", "line_png", "new_sentence", "show"]

_NO_STORE = {"cache-control": "no-store"}


def show(base: Base, request: Request) -> Response:
    """The page."""
    return base.page(
        request,
        "playground.html",
        title="Playground",
        here="playground",
        asked=read_line_request(request.query_params),
        sentence=request.query_params.get("text") or sentence(base.state, (), 0),
        banks=base.state.banks,
        papers=papers(),
        inks=INKS,
        effects=effects(),
        heights=HEIGHTS_PX,
        limits=limits,
    )


def line(base: Base, request: Request) -> Response:
    """Picture, boxes and notes of a line."""
    return JSONResponse(
        line_response(base.state, read_line_request(request.query_params)), headers=_NO_STORE
    )


def line_png(base: Base, request: Request) -> Response:
    """The picture of a line alone."""
    drawn = compose_line(base.state, read_line_request(request.query_params))
    if drawn.sample is None:
        raise UsageError(drawn.said)
    return Response(png_of(drawn.sample), media_type="image/png", headers=_NO_STORE)


def new_sentence(base: Base, request: Request) -> Response:
    """A sentence of the server's text."""
    asked = read_line_request(request.query_params)
    return JSONResponse({"text": sentence(base.state, asked.banks, asked.seed)}, headers=_NO_STORE)
