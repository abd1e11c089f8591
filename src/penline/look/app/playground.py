"""The playground: text in, line out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from penline.errors import UsageError
from penline.look.app import limits
from penline.look.app.base import Base
from penline.look.app.line import answer, draw, png_of, sentence
from penline.look.app.wish import HEIGHTS_PX, INKS, effects, papers, wish_of

__all__ = ["line", "line_png", "new_sentence", "show"]

_NO_STORE = {"cache-control": "no-store"}


def show(base: Base, request: Request) -> Response:
    """The page."""
    return base.page(
        "playground.html",
        title="Playground",
        here="playground",
        wish=wish_of(request.query_params),
        sentence=request.query_params.get("text") or sentence(base.desk, (), 0),
        banks=base.desk.banks,
        papers=papers(),
        inks=INKS,
        effects=effects(),
        heights=HEIGHTS_PX,
        limits=limits,
    )


def line(base: Base, request: Request) -> Response:
    """Picture, boxes and notes of a line."""
    return JSONResponse(answer(base.desk, wish_of(request.query_params)), headers=_NO_STORE)


def line_png(base: Base, request: Request) -> Response:
    """The picture of a line alone."""
    drawn = draw(base.desk, wish_of(request.query_params))
    if drawn.sample is None:
        raise UsageError(drawn.said)
    return Response(png_of(drawn.sample), media_type="image/png", headers=_NO_STORE)


def new_sentence(base: Base, request: Request) -> Response:
    """A sentence of the desk's text."""
    wish = wish_of(request.query_params)
    return JSONResponse({"text": sentence(base.desk, wish.banks, wish.seed)}, headers=_NO_STORE)
