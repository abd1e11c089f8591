"""The page on which characters are written: with a pen, a finger or the mouse."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from penline.characters import kind_of
from penline.errors import UsageError
from penline.look.app import limits
from penline.look.app.base import Base, read_form
from penline.look.app.writings import Writing
from penline.template.alike import look_alike, sign_name
from penline.template.presets import PRESETS, characters_said

__all__ = ["act", "begin", "facts", "inkml", "make_bank", "show"]

_QUIET = {"cache-control": "no-store"}
_LISTS = ("digits+latin", *PRESETS)
_Name = Annotated[str, StringConstraints(max_length=80, strip_whitespace=True)]


class _GivenHand(BaseModel):
    model_config = ConfigDict(extra="forbid")
    hand: _Name


class _Begin(_GivenHand):
    characters: Annotated[str, Field(max_length=limits.BODY_BYTES)]
    times: Annotated[int, Field(ge=1, le=8, strict=True)] = 1


class _Act(_GivenHand):
    do: Literal["keep", "back"]
    writing: Writing | None = None
    id: Annotated[str, Field(max_length=40)] = ""


def show(base: Base, request: Request) -> Response:
    """The page: where one hand is written, or where one is begun."""
    name = request.query_params.get("hand", "")
    hand = base.hands.hand(name) if name else None
    begun = []
    if hand is None:
        begun = [(one, *base.hands.hand(one).progress) for one in base.hands.names()]
    title = f"{hand.name}'s hand" if hand else "Write"
    return base.page(
        request,
        "write.html",
        title=title,
        here="write",
        hand=hand,
        begun=begun,
        lists=_LISTS,
        limits=limits,
    )


def facts(base: Base, request: Request) -> Response:
    """What one hand is asked for, and what it has written."""
    hand = base.hands.hand(request.query_params.get("hand", ""))
    alike = look_alike(hand.asked)
    return JSONResponse(
        {
            "characters": hand.asked,
            "times": hand.times,
            "names": {one: sign_name(one) for one in hand.asked if one in alike},
            "boxed": [one for one in hand.asked if kind_of(one).name.startswith("han")],
            "written": list(hand.written.items()),
            "strokes": limits.WRITE_STROKES,
            "points": limits.WRITE_POINTS,
        },
        headers=_QUIET,
    )


def begin(base: Base, body: bytes) -> Response:
    """Begin a hand."""
    given = read_form(_Begin, body)
    hand = base.hands.begin(given.hand, characters_said(given.characters), given.times)
    return JSONResponse({"hand": hand.name}, headers=_QUIET)


def act(base: Base, body: bytes) -> Response:
    """Keep one writing, or take one back."""
    given = read_form(_Act, body)
    hand = base.hands.hand(given.hand)
    if given.do == "back":
        hand.take_back(given.id)
    elif given.writing is None:
        raise UsageError("writing: nothing is given")
    else:
        hand.keep(given.writing)
    return JSONResponse({"written": len(hand.written)}, headers=_QUIET)


def make_bank(base: Base, body: bytes) -> Response:
    """Make InkML and a bank of a hand; the bank is open on the server from then on."""
    hand = base.hands.hand(read_form(_GivenHand, body).hand)
    home = Path(tempfile.mkdtemp(dir=base.state.folder))
    try:
        bank = hand.bank(home / f"{hand.name}.bank")
        if hand.served is not None:
            base.state.remove(hand.served)
            hand.served = None
        served = base.state.add(bank, f"{hand.name}.bank", home)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    hand.served = served.number
    told: dict[str, Any] = {
        "bank": served.number,
        "name": served.name,
        "glyphs": len(bank),
        "characters": len(bank.characters),
        "writer": bank.writers[0],
        "lacking": hand.left,
        "left_out": bank.header.dropped,
    }
    return JSONResponse(told, headers=_QUIET)


def inkml(base: Base, request: Request) -> Response:
    """The InkML of a hand, as it was made with its bank."""
    hand = base.hands.hand(request.query_params.get("hand", ""))
    if not hand.inkml.is_file():
        raise UsageError("no InkML yet: make the bank first")
    name = f"attachment; filename*=UTF-8''{quote(hand.inkml.name)}"
    headers = {**_QUIET, "content-disposition": name}
    return Response(hand.inkml.read_bytes(), media_type="application/inkml+xml", headers=headers)
