"""Marked glyphs, out of the browser's list, as errata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from penline.catalogue.errata import parse_errata
from penline.catalogue.facts import Id
from penline.errors import UsageError
from penline.look.app.base import Base, read_form
from penline.look.app.glyphs import source_of
from penline.look.app.limits import MARKS
from penline.look.app.server_state import ServerState

__all__ = ["errata_yaml", "export", "show"]

Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class _GivenMark(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Mark(_GivenMark):
    bank: StrictInt = Field(ge=0)
    row: StrictInt = Field(ge=0)
    defect: Short
    fix: Literal["skip", "note", "relabel"] = "skip"
    relabel: Annotated[str, StringConstraints(max_length=1)] = ""


class _List(_GivenMark):
    evidence: Id = "seen"
    marks: Annotated[list[_Mark], Field(min_length=1, max_length=MARKS)]


def show(base: Base, request: Request) -> Response:
    """The page of the list; the list itself stays in the browser."""
    return base.page(request, "marks.html", title="Marked glyphs", here="marks")


def export(base: Base, body: bytes) -> Response:
    """The list as errata."""
    text = errata_yaml(base.state, body)
    return Response(text, media_type="application/yaml", headers={"cache-control": "no-store"})


def errata_yaml(state: ServerState, body: bytes) -> str:
    """Errata as ``catalogue/errata`` holds them, one list for all; comments name the cards.

    Args:
        state: the banks.
        body: JSON: ``{"evidence": key, "marks": [{"bank", "row", "defect", "fix", "relabel"}]}``.

    Raises:
        UsageError: no such list.
        BankError: a damaged bank.
    """
    given = read_form(_List, body, "list")
    by_card: dict[str, list[dict[str, object]]] = {}
    for card, entry in _entries(state, given):
        by_card.setdefault(card, []).append(entry)
    parts = [f"# {given.evidence}: to be added to the sources of the card, with what it is\n"]
    for card, entries in by_card.items():
        parts.append(f"# errata/{card or 'no-card'}.yaml\n")
        parts.append(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True))
    text = "".join(parts)
    parse_errata(text, "the list")
    return text


def _entries(state: ServerState, given: _List) -> Iterator[tuple[str, dict[str, object]]]:
    for mark in given.marks:
        bank = state.bank(mark.bank).bank
        if mark.row >= len(bank):
            raise UsageError(f"row {mark.row} is beyond the bank")
        glyph = bank[mark.row]
        source = source_of(glyph.archive)
        entry: dict[str, object] = {}
        if source.archive:
            entry["archive"] = source.archive
        entry |= {"member": source.member, "record": glyph.record, "offset": glyph.offset}
        if glyph.part:
            entry["part"] = glyph.part
        entry |= {
            "defect": f"{glyph.character}: {mark.defect}",
            "evidence": given.evidence,
            "confidence": "community",
        }
        if mark.fix == "relabel":
            if not mark.relabel:
                raise UsageError("to relabel, say which character it is")
            entry["fix"] = {"relabel": mark.relabel}
        else:
            entry["fix"] = mark.fix
        yield glyph.card, entry
