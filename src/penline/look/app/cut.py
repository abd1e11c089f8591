"""The page on which a photograph is cut apart, put right by hand, and saved as a bank."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from penline.entries import entry_fault
from penline.errors import BankError, UsageError
from penline.look.app import limits
from penline.look.app.base import Base, read_form
from penline.look.app.cut_sheet import CutPiece, CutSheet, joined, kept, labelled, split
from penline.look.app.upload import safe_name
from penline.records import Source
from penline.sources.overrides import make_override
from penline.sources.pictures.forms import plain

__all__ = ["act", "bank_zip", "photo", "piece_png", "save", "show", "take"]

_QUIET = {"cache-control": "no-store"}
_Text = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]


class _GivenCut(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sheet: StrictInt = Field(ge=0)


class _Change(_GivenCut):
    version: StrictInt = Field(ge=0)
    do: Literal["label", "keep", "drop", "merge", "split", "undo"]
    pieces: Annotated[list[StrictInt], Field(max_length=limits.CUT_PIECES)] = Field(
        default_factory=list
    )
    character: _Text = ""
    parts: StrictInt = 2
    down: StrictBool = False


class _Save(_GivenCut):
    writer: _Text = ""


def show(base: Base, request: Request) -> Response:
    """The page: what was cut out of one photograph, or where to drop one."""
    asked = request.query_params.get("sheet", "")
    sheet = base.cuts.sheet(int(asked)) if asked.isdigit() and len(asked) < 10 else None
    title = f"{sheet.name}, cut apart" if sheet else "Photographs"
    return base.page(
        request,
        "cut.html",
        title=title,
        here="cut",
        sheet=sheet,
        rows=_rows(sheet) if sheet else [],
        sheets=base.cuts.every(),
        limits=limits,
    )


def _rows(sheet: CutSheet) -> list[list[tuple[int, CutPiece]]]:
    """The pieces with their numbers, row by row."""
    rows: dict[int, list[tuple[int, CutPiece]]] = {}
    for number, one in enumerate(sheet.pieces):
        rows.setdefault(one.piece.row, []).append((number, one))
    return [rows[row] for row in sorted(rows)]


async def take(base: Base, request: Request) -> Response:
    """One photograph as the body of a request, its name and character in the address."""
    name = safe_name(request.query_params.get("name", ""))
    character = _character(request.query_params.get("character", ""))
    data = await request.body()
    sheet = await base.work(base.cuts.take, data, name, character)
    return JSONResponse({"sheet": sheet.number, "pieces": len(sheet.pieces)}, headers=_QUIET)


def photo(base: Base, request: Request) -> Response:
    """The photograph, as large as a page shows it."""
    sheet = base.cuts.sheet(request.path_params["sheet"])
    return Response(sheet.shown, media_type="image/jpeg", headers=_QUIET)


def piece_png(base: Base, request: Request) -> Response:
    """One piece as it would be in the bank, dark on white."""
    sheet = base.cuts.sheet(request.path_params["sheet"])
    number = request.path_params["piece"]
    if number >= len(sheet.pieces):
        raise UsageError("no such piece")
    ink = sheet.pieces[number].piece.ink
    by = min(1.0, 144 / max(ink.shape))
    size = tuple(max(1, round(side * by)) for side in ink.shape[::-1])
    small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    data = cv2.imencode(".png", np.asarray(255 - small, np.uint8))[1].tobytes()
    return Response(data, media_type="image/png", headers=_QUIET)


def act(base: Base, body: bytes) -> Response:
    """One change of the pieces, as JSON."""
    given = read_form(_Change, body)
    sheet = base.cuts.sheet(given.sheet)
    if given.do == "undo":
        sheet.undo(given.version)
    else:
        chosen = _chosen(sheet, given.pieces)
        character = _character(given.character)
        if given.do == "label" and not character:
            raise UsageError("say which character it is")
        do = {
            "label": lambda pieces: labelled(pieces, chosen, character),
            "keep": lambda pieces: kept(pieces, chosen, keep=True),
            "drop": lambda pieces: kept(pieces, chosen, keep=False),
            "merge": lambda pieces: joined(pieces, chosen),
            "split": lambda pieces: split(pieces, chosen, given.parts, across=not given.down),
        }
        sheet.change(given.version, do[given.do])
    return JSONResponse({"version": sheet.version, "pieces": len(sheet.pieces)}, headers=_QUIET)


def save(base: Base, body: bytes) -> Response:
    """Make a bank of what is kept; it is open on the server from then on."""
    given = read_form(_Save, body)
    sheet = base.cuts.sheet(given.sheet)
    stem = Path(sheet.name).stem or "photo"
    said = make_override(given.writer or None)(Source(sheet.name, f"unknown:{stem}"))
    home = Path(tempfile.mkdtemp(dir=base.state.folder))
    try:
        bank = sheet.bank(home / "bank", said.writer)
        made = base.state.add(bank, f"{stem}.bank", home)
    except BaseException as error:
        shutil.rmtree(home, ignore_errors=True)
        if isinstance(error, BankError):
            raise UsageError(str(error).replace(f"{home}{os.sep}", "")) from None
        raise
    return JSONResponse(
        {
            "bank": made.number,
            "name": made.name,
            "glyphs": len(bank),
            "characters": len(bank.characters),
            "writer": said.writer,
        },
        headers=_QUIET,
    )


def bank_zip(base: Base, request: Request) -> Response:
    """An uploaded bank, or one that was cut out of a photograph, as a zip to keep."""
    served = base.state.bank(request.path_params["bank"])
    if served.folder is None:
        raise UsageError("only banks that were made here are given out")
    folder = Path(served.bank.path)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")
    headers = {**_QUIET, "content-disposition": f'attachment; filename="bank-{served.number}.zip"'}
    return Response(sink.getvalue(), media_type="application/zip", headers=headers)


def _character(given: str) -> str:
    """The character that a person typed; "" where none was."""
    text = given.strip()
    if not text:
        return ""
    found = plain(text) if len(text) <= 40 else None
    if found is None or entry_fault(found):
        raise UsageError("one character, or its code point as U+7684")
    return found


def _chosen(sheet: CutSheet, pieces: Sequence[int]) -> frozenset[int]:
    if not pieces:
        raise UsageError("choose some pieces first")
    if not all(0 <= one < len(sheet.pieces) for one in pieces):
        raise UsageError("no such piece; load the page again")
    return frozenset(pieces)
