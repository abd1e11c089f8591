"""The atlas: every writer of a character, every character of a writer.

Nothing here goes through a whole bank: classes and writers are found by binary search, and only
the glyphs of the page, or of its one class, are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from penline.entries import MOST_CODE_POINTS
from penline.errors import UsageError
from penline.look.app.base import Base, asked_page, code_path
from penline.look.app.glyphs import COLUMNS, Cell, cells, facts, large, rows_of, sprite_png
from penline.look.app.judge import FLAGS
from penline.look.app.limits import PAGE_GLYPHS
from penline.look.app.server_state import ServedBank

__all__ = [
    "Entry",
    "Group",
    "code_points",
    "glyph_facts",
    "glyph_png",
    "of_character",
    "of_writer",
    "overview",
    "sprite",
]

_WRITERS = 120
_CODE = re.compile(r"(?:U\+|0X)?([0-9A-F]{4,6})", re.IGNORECASE | re.ASCII)
_PATH = re.compile(
    rf"[0-9A-F]{{4,6}}(?:-[0-9A-F]{{4,6}}){{0,{MOST_CODE_POINTS - 1}}}", re.IGNORECASE
)
_FOUND = 60
_KEEP = {"cache-control": "private, max-age=3600"}


@dataclass(frozen=True, slots=True)
class Group:
    """Glyphs of one bank on a page.

    Attributes:
        one: the bank.
        total: how many there are, this page or not.
        cells: those of this page.
        sprite: address of their pictures.
        note: what else there is to know.
    """

    one: ServedBank
    total: int
    cells: list[Cell]
    sprite: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One character of the overview, and where a glyph of it is found in a sprite sheet."""

    character: str
    total: int
    sprite: str
    x: int
    y: int


def _sprite(number: int, rows: Sequence[int]) -> str:
    return f"/sprite/{number}.png?r=" + ".".join(map(str, rows)) if rows else ""


def _group(
    one: ServedBank,
    rows: Sequence[int],
    total: int,
    flags: Sequence[tuple[str, ...]] | None = None,
    note: str = "",
) -> Group:
    return Group(one, total, cells(one.bank, rows, flags), _sprite(one.number, rows), note)


def code_points(text: str) -> list[str]:
    """The characters that a search may mean: the text's own, or that of a code point.

    >>> code_points("U+6C38"), code_points("6c38"), code_points("永")
    (['永'], ['永'], ['永'])
    """
    one = _CODE.fullmatch(text)
    if one is not None and int(one[1], 16) < 0x110000 and not 0xD800 <= int(one[1], 16) < 0xE000:
        return [chr(int(one[1], 16))]
    return list(dict.fromkeys(c for c in text if not c.isspace()))[:_FOUND]


def _banks(base: Base, request: Request) -> list[ServedBank]:
    given = request.query_params.get("bank", "")
    if not given:
        return base.state.banks
    if not (given.isascii() and given.isdigit() and len(given) < 9):
        raise UsageError("no such bank here")
    return [base.state.bank(int(given))]


def _pages(request: Request, number: int, total: int, size: int) -> dict[str, Any]:
    """Addresses of the pages before and after, and where this one stands."""
    last = max(-(-total // size), 1)
    rest = {key: value for key, value in request.query_params.items() if key != "page"}

    def address(page: int) -> str:
        return f"?{urlencode({**rest, 'page': page})}"

    return {
        "number": number,
        "last": last,
        "before": address(number - 1) if number > 1 else "",
        "after": address(number + 1) if number < last else "",
    }


def overview(base: Base, request: Request) -> Response:
    """Banks, characters and writers; or what a search finds."""
    query = request.query_params.get("q", "").strip()[:200]
    banks = _banks(base, request)
    if query:
        return _found(base, request, query, banks)
    number = asked_page(request)
    characters = sorted(base.characters(banks))
    shown = characters[(number - 1) * PAGE_GLYPHS : number * PAGE_GLYPHS]
    writers = base.writers(banks)
    return base.page(
        request,
        "atlas.html",
        title="Atlas",
        here="atlas",
        query="",
        banks=base.state.banks,
        chosen=request.query_params.get("bank", ""),
        entries=_entries(banks, shown),
        characters_total=len(characters),
        pages=_pages(request, number, len(characters), PAGE_GLYPHS),
        writers=writers[:_WRITERS],
        writers_total=len(writers),
    )


def _entries(banks: list[ServedBank], characters: Sequence[str]) -> list[Entry]:
    """Characters, each with the first glyph that a bank has of it."""
    rows: dict[int, list[int]] = {one.number: [] for one in banks}
    found = []
    for character in characters:
        total, first = 0, None
        for one in banks:
            own = one.bank.rows(character=character)
            total += int(own.size)
            if first is None and own.size:
                first = (one.number, *divmod(len(rows[one.number]), COLUMNS))
                rows[one.number].append(int(own[0]))
        if first is not None:
            found.append((character, total, first))
    return [
        Entry(character, total, _sprite(number, rows[number]), x, y)
        for character, total, (number, y, x) in found
    ]


def _count(banks: list[ServedBank], character: str) -> int:
    return sum(int(one.bank.rows(character=character).size) for one in banks)


def _found(base: Base, request: Request, query: str, banks: list[ServedBank]) -> Response:
    wanted = code_points(query)
    if len(query) > 1 and _count(banks, query):
        return RedirectResponse(f"/atlas/character/{code_path(query)}", 303)
    characters = [(c, _count(banks, c)) for c in wanted]
    low = query.lower()
    writers = [(writer, count) for writer, count in base.writers(banks) if low in writer.lower()]
    exact = [writer for writer, _ in writers if writer == query]
    if len(query) == 1 or (len(wanted) == 1 and characters[0][1] and not writers):
        return RedirectResponse(f"/atlas/character/{code_path(wanted[0])}", 303)
    if exact:
        return RedirectResponse(f"/atlas/writer?w={quote(exact[0])}", 303)
    return base.page(
        request,
        "found.html",
        title=f"Search: {query}",
        here="atlas",
        query=query,
        characters=[(c, count) for c, count in characters if count],
        missing=[c for c, count in characters if not count and len(query) < 40],
        writers=writers[:_WRITERS],
        writers_total=len(writers),
    )


def of_character(base: Base, request: Request) -> Response:
    """Every writer of a character, bank beside bank; those that stand out first."""
    code = request.path_params["code"]
    numbers = [int(one, 16) for one in code.split("-")] if _PATH.fullmatch(code) else []
    if not numbers or max(numbers) >= 0x110000 or any(0xD800 <= n < 0xE000 for n in numbers):
        raise UsageError("a character's page is named by its code points, such as 6C38")
    character = "".join(map(chr, numbers))
    order = request.query_params.get("order", "odd")
    flag = request.query_params.get("flag", "")
    if order not in ("odd", "writer") or flag not in ("", *FLAGS):
        raise UsageError("no such order")
    number = asked_page(request)
    banks = _banks(base, request)
    holding = [one for one in banks if one.bank.rows(character=character).size]
    size = max(PAGE_GLYPHS // max(len(holding), 1), 20)
    start = (number - 1) * size
    groups, most = [], 0
    for one in holding:
        if order == "writer" and not flag:
            rows = one.bank.rows(character=character)
            group = _group(one, rows[start : start + size].tolist(), int(rows.size))
            count = int(rows.size)
        else:
            judged = base.judgements.of(one.number, one.bank, character)
            places = [at for at, own in enumerate(judged.flags) if not flag or flag in own]
            count = len(places)
            here = places[start : start + size]
            note = ""
            if judged.total > judged.rows.size:
                note = f"{judged.rows.size:,} of {judged.total:,} are compared"
            rows = judged.rows[here].tolist()
            group = _group(one, rows, judged.total, [judged.flags[at] for at in here], note)
        groups.append(group)
        most = max(most, count)
    return base.page(
        request,
        "character.html",
        title=f"{character} · Atlas",
        here="atlas",
        query="",
        character=character,
        groups=groups,
        order=order,
        flag=flag,
        flags=FLAGS,
        banks=base.state.banks,
        chosen=request.query_params.get("bank", ""),
        pages=_pages(request, number, most, size),
    )


def of_writer(base: Base, request: Request) -> Response:
    """Every character of a writer, in order of the bank's characters."""
    writer = request.query_params.get("w", "")
    number = asked_page(request)
    start = (number - 1) * PAGE_GLYPHS
    groups, most = [], 0
    for one in _banks(base, request):
        rows = one.bank.rows(writer=writer)
        if rows.size:
            here = rows[start : start + PAGE_GLYPHS].tolist()
            groups.append(_group(one, here, int(rows.size)))
            most = max(most, int(rows.size))
    if not groups:
        raise UsageError("nobody of that name here")
    return base.page(
        request,
        "writer.html",
        title=f"{writer} · Atlas",
        here="atlas",
        query="",
        writer=writer,
        groups=groups,
        flags=FLAGS,
        pages=_pages(request, number, most, PAGE_GLYPHS),
    )


def sprite(base: Base, request: Request) -> Response:
    """The pictures of a page's glyphs as one."""
    one = base.state.bank(request.path_params["bank"])
    data = sprite_png(one.bank, rows_of(request.query_params.get("r", "")))
    return Response(data, media_type="image/png", headers=_KEEP)


def glyph_png(base: Base, request: Request) -> Response:
    """One glyph, large."""
    one = base.state.bank(request.path_params["bank"])
    data = large(one.bank, request.path_params["row"])
    return Response(data, media_type="image/png", headers=_KEEP)


def glyph_facts(base: Base, request: Request) -> Response:
    """What is known of one glyph."""
    one = base.state.bank(request.path_params["bank"])
    return JSONResponse(
        facts(one, request.path_params["row"]), headers={"cache-control": "no-store"}
    )
