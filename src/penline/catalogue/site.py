"""The catalogue as pages of the site: an overview, and one page a data set."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

from penline.catalogue.croissant import croissant, markup
from penline.catalogue.finding_pages import finding_pages, ways
from penline.catalogue.listing import listing, schema
from penline.catalogue.loading import load
from penline.catalogue.model import Card, Count
from penline.catalogue.page import NOTE, card_page, overview

__all__ = ["data", "pages"]

_HEADING = re.compile(r"^#(#+ )", re.MULTILINE)
_PICTURES = {
    "offline characters": ("glyphs.png", "Characters, a writer a row"),
    "online characters": ("strokes.png", "Characters as strokes, the points of the pen marked"),
    "online text": ("strokes.png", "Characters as strokes, the points of the pen marked"),
    "offline lines and pages": ("page.jpg", "A page of lines, half of them outlined"),
    "offline photographs": ("lines-papers.jpg", "Lines on paper, each character in a box"),
}
"""What records of a kind look like; pictures of a data set itself may seldom be shown."""


def pages(known: Collection[str]) -> dict[str, str]:
    """File name -> text: ``index.md``, ``which.md``, a page for each card and for each script.

    Args:
        known: kinds of file that penline has a reader for.
    """
    cards = load().values()
    made = {f"{card.id}.md": "\n".join(_page(card, known)) for card in cards}
    made["index.md"] = overview(known).replace("\n| data set |", f"\n{ways()}\n| data set |", 1)
    return made | finding_pages(known)


def data(known: Collection[str]) -> dict[str, str]:
    """File name -> text of what the site has for programs.

    ``catalogue.json`` and the JSON Schema that it keeps, ``catalogue.schema.json``, and a Croissant
    description of each data set, ``<id>.croissant.json``.

    Args:
        known: kinds of file that penline has a reader for.
    """
    made = {"catalogue.json": listing(known), "catalogue.schema.json": schema()}
    made |= {f"{card.id}.croissant.json": croissant(card) for card in load().values()}
    return {
        name: json.dumps(value, ensure_ascii=False, indent=1) + "\n" for name, value in made.items()
    }


def _page(card: Card, known: Collection[str]) -> Iterator[str]:
    body = _HEADING.sub(r"\1", card_page(card, known))
    title, _, rest = body.partition("\n")
    yield f"{title}\n\n{NOTE}\n"
    about, _, rest = rest.strip("\n").partition("\n## ")
    prose, _, rest = rest.partition("\n## Using it\n")
    figures, _, rest = rest.partition("\n## Files\n")
    yield about.strip("\n") + "\n"
    if card.kind in _PICTURES:
        name, what = _PICTURES[card.kind]
        yield f"![{what}](../pictures/{name})\n"
        yield (
            "*Simulated handwriting: what records of this kind are like, from the sample that "
            "comes with penline. It is not of this data set.*\n"
        )
    yield f"## {prose}\n## Commands\n"
    yield f"{_commands(card, known)}\n## Using it\n{figures}"
    disagreeing = list(_conflicts(card))
    if disagreeing:
        yield "### Where sources disagree\n"
        yield "".join(f"- {line}\n" for line in disagreeing)
        yield "`penline census` calls such a figure a *conflict* where one of the sources is met.\n"
    yield f"## Files\n{rest}\n"
    yield "## For programs\n"
    yield (
        f"`penline card {card.id} --json`, `--croissant`; the whole catalogue: "
        "`penline list --json`. The site has both as `catalogue.json` and "
        f"`{card.id}.croissant.json` beside this page.\n"
    )
    yield f"{markup(card)}\n"


def _commands(card: Card, known: Collection[str]) -> str:
    """What can be done with it, as a block for a shell."""
    readable = card.readable(known)
    where = card.id if card.gettable else "downloads/"
    by = f" --card {card.id}" if card.layout and not card.gettable else ""
    lines = [f"penline get {card.id} --accept-terms"] if card.gettable else []
    if card.simulated:
        lines = [f"penline card {card.id}", "penline compose -n 200 -o sample-lines"]
    elif not readable:
        lines += [f"penline card {card.id}"]
    elif "characters" in card.kind:
        lines += [
            f"penline census {where}",
            f"penline bank {where}{by} -o {card.id}.bank",
            f"penline sheet {card.id}.bank -o {card.id}.html",
        ]
    else:
        lines += [f"penline census {where}", f"penline convert {where} -o {card.id}-lines"]
    said = ""
    if readable and not card.gettable and not card.simulated:
        said = "Get the files by hand, into a folder of their own; it is `downloads/` here.\n\n"
    block = "\n".join(lines)
    return f"{said}```sh\n{block}\n```\n"


def _conflicts(card: Card) -> Iterator[str]:
    """Figures for which different values are published, each with its sources."""
    groups: dict[tuple[str, str, str], list[Count]] = {}
    for count in card.counts:
        if count.value is not None:
            groups.setdefault((count.what, count.part, count.scope), []).append(count)
    for (what, part, scope), counts in groups.items():
        first = counts[0].value or 0
        if all(one.met_by(first) or counts[0].met_by(one.value or 0) for one in counts):
            continue
        told = [
            f"{one.value:,} ({one.confidence}, {one.source})"
            for one in counts
            if one.value is not None
        ]
        yield f"{what} ({part}, {scope}): {' against '.join(told)}"
