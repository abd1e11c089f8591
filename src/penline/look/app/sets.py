"""Sets of lines and pages: what somebody trains on or transcribed, leaf by leaf."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from penline.look.app.base import Base, asked_page
from penline.look.app.limits import SET_LINES
from penline.look.app.open_set import OpenSet

__all__ = ["items", "line_png", "overview", "picture", "show"]

_KEEP = {"cache-control": "private, max-age=3600"}


def overview(base: Base, request: Request) -> Response:
    """All sets that are open."""
    return base.page(request, "sets.html", title="Sets", here="sets", sets=base.state.sets)


def _asked(base: Base, request: Request) -> OpenSet:
    return base.state.one_set(request.path_params["set"])


def show(base: Base, request: Request) -> Response:
    """One leaf of a set; its script asks for the items."""
    found = _asked(base, request)
    number = asked_page(request)
    return base.page(request, "set.html", title=found.name, here="sets", set=found, number=number)


def items(base: Base, request: Request) -> Response:
    """The items of a leaf, and what else is known of the set so far."""
    found, number = _asked(base, request), asked_page(request)
    size = 1 if found.facts(0)["kind"] == "page" else SET_LINES
    start = (number - 1) * size
    some = found.items(start, size + 1)
    for at, item in enumerate(some, start):
        item["src"] = f"/sets/{found.number}/{at}"
    data: dict[str, Any] = {
        "start": start,
        "items": some[:size],
        "more": len(some) > size,
        "read": len(found),
        "last": -(-len(found) // size) if found.ended else None,
        "cut_short": found.cut_short,
        "counts": sorted(found.counts.items()),
        "defects": found.defects(),
        "damaged": found.damaged,
    }
    body = json.dumps(data, allow_nan=False)  # ASCII: a text may hold what UTF-8 has no bytes for
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


def picture(base: Base, request: Request) -> Response:
    """The picture of a line or page."""
    data, media_type = _asked(base, request).picture(request.path_params["item"])
    return Response(data, media_type=media_type, headers=_KEEP)


def line_png(base: Base, request: Request) -> Response:
    """A line of a page, at the size that it has in its set."""
    data = _asked(base, request).cut(request.path_params["item"], request.path_params["line"])
    return Response(data, media_type="image/png", headers=_KEEP)
