"""The catalogue as one Markdown page: ``python -m penline.catalogue.page > docs/catalogue.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from penline.catalogue.card import Card, Count, File, Writers
from penline.catalogue.load import load

__all__ = ["card_page", "render"]

_HEAD = """\
# The catalogue

<!-- Made from the cards by penline.catalogue.page; change a card, not this page. -->

What is known of each data set, where it was read, and how far it can be trusted: *official* is
the publisher's own word, *community* that of programs and papers that use the files, *calculated*
follows from other figures, *memory* had no source at hand. Sources that disagree stand side
by side. Short names in brackets are sources, listed at the end of each card.
"""


def render() -> str:
    """The page's text, the same for the same cards; a test holds ``docs/catalogue.md`` to it."""
    cards = load()
    rows = (_overview(card) for card in cards.values())
    head = ("data set", "kind", "writers", "size", "passing on", "commercial use")
    parts = [_HEAD, _table(head, rows), *(card_page(card) for card in cards.values())]
    return "\n".join(parts)


def _overview(card: Card) -> tuple[str, ...]:
    whats = ("samples", "pages", "lines", "formulas")
    size = [_figure(card, what) for what in whats if card.published(what)]
    writers = card.published("writers")
    return (
        f"[{card.id}](#{_anchor(card.id)})",
        f"{card.kind}, simulated" if card.simulated else card.kind,
        _number(writers[0].value) if writers else "",
        ", ".join(size),
        card.licence.redistribution,
        card.licence.commercial,
    )


def _figure(card: Card, what: str) -> str:
    return f"{_number(card.published(what)[0].value)} {what}"


def card_page(card: Card) -> str:
    """One card as Markdown."""
    prose = "\n".join(
        f"#{line}" if line.startswith("## ") else line for line in card.prose.splitlines()
    )
    return "\n".join(_sections(card, prose))


def _sections(card: Card, prose: str) -> Iterator[str]:
    yield f"## {card.id}\n"
    yield f"**{card.title}**. {card.publisher}.\n"
    yield prose + "\n"
    yield "### Using it\n"
    yield _list(card.advice)
    yield "### Terms\n"
    terms = card.licence
    name = f"[{terms.name}]({terms.url})" if terms.url else terms.name
    yield f"{name}: {terms.summary} ({', '.join(terms.sources)})\n"
    yield f"Passing on: {terms.redistribution}. Commercial use: {terms.commercial}.\n"
    yield "To cite:\n"
    yield _list(citation.text for citation in card.citations)
    yield "### Figures\n"
    head = ("what", "part", "of", "value", "confidence", "source", "note")
    yield _table(head, (_count(count) for count in card.counts))
    yield "### Files\n"
    yield card.access + "\n"
    if card.prefixes:
        yield _list(f"<{prefix}>" for prefix in card.prefixes)
    if card.files:
        head = ("path", "part", "size", "members", "confidence", "sources", "hash and note")
        yield _table(head, (_file(file) for file in card.files))
    yield f"Formats: {', '.join(card.formats)}.\n"
    yield from _writers(card.writers)
    yield "### Sources\n"
    yield _list(f"<{page}>" for page in card.homepages)
    yield _list(
        f"`{key}`: {source.title}" + (f", <{source.address}>" if source.address else "")
        for key, source in card.sources.items()
    )


def _writers(writers: Writers | None) -> Iterator[str]:
    if writers is None:
        yield "Writers: penline knows no rule that finds them in the files.\n"
        return
    example = f", as in `{writers.example}`" if writers.example else ""
    yield f"Writers are `{writers.family}:<number>`. Rule: {writers.rule}{example}."
    yield f"Numbers: {writers.numbers}.\n"


def _count(count: Count) -> tuple[str, ...]:
    return (
        count.what,
        count.part,
        count.scope,
        _number(count.value),
        count.confidence or "",
        count.source or "",
        count.note,
    )


def _file(file: File) -> tuple[str, ...]:
    size = "" if file.bytes is None else f"{file.bytes:,} bytes"
    sizes = [text for text in (size, file.listed_size) if text]
    hashes = [f"{name} `{value}`" for name, value in _hashes(file) if value]
    return (
        f"`{file.path or file.name}`",
        file.part,
        ", listed as ".join(sizes) or "not known",
        _number(file.members) if file.members is not None else "",
        file.confidence,
        ", ".join(file.sources),
        "; ".join([*hashes, *([file.note] if file.note else [])]),
    )


def _hashes(file: File) -> tuple[tuple[str, str | None], ...]:
    return (("MD5", file.md5), ("SHA-256", file.sha256))


def _number(value: int | None) -> str:
    return "not known" if value is None else f"{value:,}"


def _anchor(id: str) -> str:
    """What both MkDocs and GitHub make of the heading."""
    return id.replace(".", "")


def _list(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(render().encode())
