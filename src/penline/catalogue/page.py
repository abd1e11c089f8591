"""Cards as Markdown, for the terminal and for the site (see `penline.catalogue.site`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from penline.catalogue.errata import Erratum, Relabel, errata
from penline.catalogue.loading import load
from penline.catalogue.model import Card, Count, File, Writers

__all__ = ["NOTE", "card_page", "overview"]

NOTE = "<!-- Made from the cards by penline.catalogue; change a card, not this page. -->"
"""At the head of each made page."""

_HEAD = f"""\
# The catalogue

{NOTE}

What is known of each data set, where it was read, and how far it can be trusted: *official* is
the publisher's own word, *community* that of programs and papers that use the files, *calculated*
follows from other figures, *memory* had no source at hand. Sources that disagree stand side
by side. Short names in brackets are sources, listed at the end of each page.

*readable*: penline has a reader for the files. *gettable*: `penline get` knows where they are. The
others are a card only: facts, and no more.
"""


def overview(known: Collection[str]) -> str:
    """All cards in a table, each with a link to its page.

    Args:
        known: kinds of file that penline has a reader for.
    """
    rows = (_overview(card, known) for card in load().values())
    head = ("data set", "penline", "kind", "writers", "size", "passing on", "commercial use")
    return "\n".join([_HEAD, _table(head, rows)])


def _overview(card: Card, known: Collection[str]) -> tuple[str, ...]:
    whats = ("samples", "pages", "lines", "formulas")
    size = [_figure(card, what) for what in whats if card.published(what)]
    writers = card.published("writers")
    return (
        f"[{card.id}]({card.id}.md)",
        card.state(known),
        f"{card.kind}, simulated" if card.simulated else card.kind,
        _number(writers[0].value) if writers else "",
        ", ".join(size),
        card.licence.redistribution,
        card.licence.commercial,
    )


def _figure(card: Card, what: str) -> str:
    return f"{_number(card.published(what)[0].value)} {what}"


def card_page(card: Card, known: Collection[str]) -> str:
    """One card as Markdown.

    Args:
        card: the card.
        known: kinds of file that penline has a reader for.
    """
    prose = "\n".join(
        f"#{line}" if line.startswith("## ") else line for line in card.prose.splitlines()
    )
    return "\n".join(_sections(card, prose, known))


def _sections(card: Card, prose: str, known: Collection[str]) -> Iterator[str]:
    yield f"## {card.id}\n"
    yield f"**{card.title}**. {card.publisher}.\n"
    yield f"In penline: {card.state(known)}.\n"
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
    yield from _layout(card)
    yield from _writers(card.writers)
    if card.overlaps:
        yield "Shared with other sets:\n"
        yield _list(
            f"`{one.of_set}`: {one.of} ({one.source}" + (f"; {one.note})" if one.note else ")")
            for one in card.overlaps
        )
    yield from _errata(errata(card.id))
    yield "### Sources\n"
    yield _list(f"<{page}>" for page in card.homepages)
    yield _list(
        f"`{key}`: {source.title}"
        + (f", <{source.address}>" if source.address else "")
        + (f" (read {source.checked})" if source.checked else "")
        for key, source in card.sources.items()
    )


def _layout(card: Card) -> Iterator[str]:
    layout = card.layout
    if layout is None:
        return
    said = [("labels", layout.labels), ("columns", layout.columns)]
    told = [f"{name} `{value}`" for name, value in said if value]
    told += [f"classes from {layout.first}: {' '.join(layout.classes)}"] if layout.classes else []
    yield (
        f"Read as {layout.form}{''.join(f', {one}' for one in told)} (known by {layout.known}: "
        f"{', '.join(layout.sources)}). `penline bank DIR --card {card.id}` reads files that were "
        "got by hand.\n"
    )


def _writers(writers: Writers | None) -> Iterator[str]:
    if writers is None:
        yield "Writers: penline knows no rule that finds them in the files.\n"
        return
    example = f", as in `{writers.example}`" if writers.example else ""
    yield f"Writers are `{writers.family}:<number>`. Rule: {writers.rule}{example}."
    yield f"Numbers: {writers.numbers}.\n"
    if writers.expected:
        yield "A census looks for each of these numbers:\n"
        yield _list(
            f"{one.numbers} ({one.part}; {one.confidence}, {one.source}"
            + (f"; {one.note})" if one.note else ")")
            for one in writers.expected
        )


def _errata(known: Iterable[Erratum]) -> Iterator[str]:
    rows = [_list([_erratum(one)]) for one in known]
    if rows:
        yield "### Errata\n"
        yield "".join(rows)


def _erratum(one: Erratum) -> str:
    """One line: where, what, who says so, what penline does about it."""
    places = [name for name in (one.archive, one.member) if name]
    places += [f"record {one.record}"] if one.record is not None else []
    places += [f"byte {one.offset:,}"] if one.offset is not None else []
    where = f"{', '.join(places)}: " if places else ""
    if isinstance(one.fix, Relabel):
        done = f"read as {one.fix.relabel}"
    else:
        done = {"skip": "left out", "note": "noted"}[one.fix]
    return f"{where}{one.defect} ({one.confidence}, {one.evidence}; {done})"


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


def _list(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines
    )
