"""Pages that lead to cards: one a script, and one by need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from penline.catalogue.finding import NEEDS, SCRIPTS, facts, scripts
from penline.catalogue.model import Card
from penline.catalogue.page import NOTE

__all__ = ["TABLE", "finding_pages", "script_page", "ways"]

TABLE = "table.html"
"""The table of all cards with filters and comparison, beside these pages."""
_WHICH = "which.md"


def script_page(script: str) -> str:
    """Name the page of a script, by its code, of which letters and digits are taken alone.

    >>> script_page("Hans"), script_page("../x")
    ('by-script-hans.md', 'by-script-x.md')
    """
    return f"by-script-{''.join(filter(str.isalnum, script)).lower()}.md"


def finding_pages(known: Collection[str]) -> dict[str, str]:
    """File name -> text: a page for each script, and ``which.md``.

    Args:
        known: kinds of file that have a reader.
    """
    made = {
        script_page(script): "\n".join(_script(script, cards, known))
        for script, cards in scripts().items()
    }
    made[_WHICH] = "\n".join(_which(known))
    return made


def ways() -> str:
    """How else to find a set, for the overview."""
    links = ", ".join(
        f"[{SCRIPTS.get(script, script)}]({script_page(script)}) ({len(cards)})"
        for script, cards in scripts().items()
    )
    return (
        f"[All sets in a table]({TABLE}) with filters, and two to four of them side by side; it "
        f"needs no server. [Which set for what]({_WHICH}).\n\nBy script: {links}.\n"
    )


def _script(script: str, cards: list[Card], known: Collection[str]) -> Iterator[str]:
    name = SCRIPTS.get(script, script)
    yield f"# {name} ({script})\n\n{NOTE}\n"
    yield f"[In the table, with filters]({TABLE}#script={script}). [The catalogue](index.md).\n"
    for need in NEEDS:
        found = [card for card in need.cards(known) if card in cards]
        if found:
            yield f"**{need.words[0].upper()}{need.words[1:]}**: {_names(found)}.\n"
    yield "## What to know of each\n"
    yield from (_advice(card, known) for card in cards)


def _which(known: Collection[str]) -> Iterator[str]:
    yield f"# Which set for what\n\n{NOTE}\n"
    yield (
        "Made of the cards: what fits is told by their facts, the largest first; what to mind is "
        "their own advice, on the pages of the scripts. *For a product* means that the terms "
        "allow commerce, or do so on a condition: read them. "
        f"[The table]({TABLE}) has filters for more.\n"
    )
    for need in NEEDS:
        yield f"## {need.words[0].upper()}{need.words[1:]}\n"
        found = list(need.cards(known))
        by_script: dict[str, list[Card]] = {}
        for card in found:
            by_script.setdefault(card.scripts[0], []).append(card)
        for script in sorted(by_script, key=lambda one: SCRIPTS.get(one, one)):
            name = SCRIPTS.get(script, script)
            yield f"- [{name}]({script_page(script)}): {_names(by_script[script])}"
        yield ""


def _names(cards: Iterable[Card]) -> str:
    return ", ".join(f"[{card.id}]({card.id}.md)" for card in cards)


def _advice(card: Card, known: Collection[str]) -> str:
    found = facts(card, known)
    what = [found["kind"], card.state(known)]
    if found["size"] is not None:
        what.insert(1, f"{found['size'][1]:,} {found['size'][0]}")
    terms = f"passing on: {found['redistribution']}, commercial use: {found['commercial']}"
    lines = "".join(f"- {one}\n" for one in card.advice)
    return f"### [{card.id}]({card.id}.md)\n\n{card.title}. {', '.join(what)}; {terms}.\n\n{lines}"
