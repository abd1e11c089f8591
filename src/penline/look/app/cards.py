"""The catalogue's pages, and the first page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from penline.catalogue import card, load
from penline.catalogue.loading import ids
from penline.formats import READERS
from penline.look.app.base import Base

__all__ = ["catalogue", "home", "one_card", "prose"]

_SPLIT = re.compile(r"(`[^`\n]+`)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")

Span = tuple[str, str]


def home(base: Base, request: Request) -> Response:
    """What is open, and where to go."""
    rows = [(one, len(one.bank), len(one.bank.writers), len(one.bank.characters))
            for one in base.state.banks]  # fmt: skip
    return base.page(
        request,
        "home.html",
        title="penline",
        here="home",
        sets=base.state.sets,
        banks=rows,
        cards=len(ids()),
    )


def catalogue(base: Base, request: Request) -> Response:
    """All cards."""
    rows = []
    for one in load().values():
        figures = [
            f"{count.value:,} {what}"
            for what in ("samples", "pages", "lines", "formulas")
            for count in one.published(what)[:1]
        ]
        writers = one.published("writers")[:1]
        rows.append((one, one.state(READERS), figures, writers[0].value if writers else None))
    return base.page(request, "catalogue.html", title="Catalogue", here="catalogue", rows=rows)


def one_card(base: Base, request: Request) -> Response:
    """One card."""
    id = request.path_params["id"]
    if id not in ids():
        raise HTTPException(404, "No card of that name in the catalogue.")
    found = card(id)
    return base.page(
        request,
        "card.html",
        title=found.title,
        here="catalogue",
        card=found,
        state=found.state(READERS),
        blocks=list(prose(found.prose)),
    )


def prose(text: str) -> Iterator[tuple[str, list[list[Span]]]]:
    """A card's Markdown as headings, paragraphs and lists; each span plain text or code.

    >>> list(prose("## Use\\n\\nRead `gnt`."))
    [('h3', [[('text', 'Use')]]), ('p', [[('text', 'Read '), ('code', 'gnt'), ('text', '.')]])]
    """
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if not lines:
            continue
        if lines[0].startswith("#"):
            yield "h3", [_spans(lines[0].lstrip("# "))]
            lines = lines[1:]
        items: list[str] = []
        kind = "ul" if lines and re.match(r"\s*[-*] ", lines[0]) else "p"
        for line in lines:
            if kind == "p" or not re.match(r"\s*[-*] ", line):
                items = [*items[:-1], f"{items[-1]} {line.strip()}"] if items else [line.strip()]
            else:
                items.append(re.sub(r"^\s*[-*] ", "", line).strip())
        if items:
            yield kind, [_spans(item) for item in items]


def _spans(text: str) -> list[Span]:
    return [
        ("code", part[1:-1]) if part.startswith("`") and len(part) > 2 else ("text", plain)
        for part in _SPLIT.split(text)
        if (plain := _LINK.sub(r"\1", part).replace("**", ""))
    ]
