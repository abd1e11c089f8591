"""Records of HTR-United as cards, and cards of lines and pages as such records.

HTR-United describes open ground truth for handwritten text recognition. The form of a record is its
JSON Schema of 2023-06-27, https://htr-united.github.io/schema/2023-06-27/schema.json.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final

import yaml

from penline.catalogue.model import Card
from penline.errors import CatalogueError
from penline.settings import plain_yaml

__all__ = ["SCHEMA", "card_text", "record_of", "record_text", "records"]

SCHEMA: Final = "https://htr-united.github.io/schema/2023-06-27/schema.json"
"""The form of records that is written; records of its older forms are read as well."""

_METRICS = ("pages", "lines", "characters", "images", "files")
_HANDS = {
    "1": "one hand",
    "1-per-file": "one hand a file",
    "1-per-folder": "one hand a folder",
    "less-than-11": "ten hands at most",
    "more-than-10": "more than ten hands",
}
_FORMATS = {
    "Alto-XML": "ALTO",
    "Page-XML": "PAGE-XML",
    "Image-Text-Pairs": "line images with text",
}
_NOT_SOLD = re.compile(r"\bnc\b|non[- ]?commercial", re.IGNORECASE)
_SECOND_HAND = "(second-hand)"
_WHOLE = re.compile(r"\d{1,3}([, ]?\d{3}){0,5}", re.ASCII)
_NOT_STATED = "the record does not say it"


def records(text: str, name: str) -> tuple[dict[str, Any], ...]:
    """The records of a file: one record, or a list as in HTR-United's whole catalogue.

    Args:
        text: the file's text, YAML.
        name: the file's name, for messages.

    Raises:
        CatalogueError: the text is not such YAML or empty, or a record has no title or address.
    """
    try:
        found = plain_yaml(text)
    except ValueError as error:
        raise CatalogueError(f"{name}: not YAML: {error}") from error
    rows = found if isinstance(found, list) else [found]
    if not rows:
        raise CatalogueError(f"{name}: no record in it")
    for number, row in enumerate(rows, 1):
        for key in ("title", "url"):
            if not isinstance(row, dict) or not _said(row.get(key)):
                raise CatalogueError(f"{name}: record {number} has no {key}; leave it out")
    return tuple(rows)


def card_text(record: dict[str, Any], taken: Collection[str] = ()) -> tuple[str, str]:
    """A card of one record: its id, ``htr-`` and the title's words, and the text of its file.

    Figures are marked `community`: they are the catalogue's. What a card has no place for (regions,
    times, languages) stands in its prose. Its terms are second-hand: what the record forbids is
    "no", anything else "unclear".

    Args:
        record: as `records` gives it.
        taken: names of files of cards that are there already; another id is made where one is.
    """
    title = _said(record["title"])
    id, number = (stem := f"htr-{_id(title)}"), 1
    while f"{id}.md" in taken:
        id = f"{stem}-{(number := number + 1)}"
    facts = {"id": id, **_facts(record, title, id)}
    front = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=96)
    return id, f"---\n{front}---\n\n{_prose(record)}"


def record_of(card: Card) -> dict[str, Any]:
    """A record of HTR-United for a card of lines or pages, with ``TODO`` where no card says it.

    Languages, times and the program that the text was made with are in no card. Open the record,
    fill them in, and send it to HTR-United.

    Raises:
        CatalogueError: the card is of no lines and pages, or no address is known.
    """
    if card.kind not in ("offline lines and pages", "offline photographs"):
        raise CatalogueError(f"{card.id} has {card.kind}; HTR-United lists lines and pages")
    if not card.homepages:
        raise CatalogueError(f"{card.id} has no homepage; a record needs an address")
    told = " ".join(card.formats).lower()
    form = next((name for name, sign in _SIGNS.items() if sign in told), "Image-Text-Pairs")
    volume = [
        {"metric": what, "count": found[0].value}
        for what in _METRICS
        if (found := card.published(what))
    ]
    names = [name.rpartition(" ")[::2] for citation in card.citations for name in citation.authors]
    return {
        "schema": SCHEMA,
        "title": card.title,
        "url": card.homepages[0],
        "authors": [{"name": a, "surname": b} if a else {"surname": b} for a, b in names],
        "institutions": [{"name": card.publisher}],
        "description": card.description,
        "language": ["TODO"],
        "production-software": "TODO",
        "script": [{"iso": script} for script in card.scripts],
        "script-type": "only-manuscript",
        "time": {"notBefore": "TODO", "notAfter": "TODO"},
        "hands": _hands(card),
        "license": {
            "name": card.licence.name,
            **({"url": card.licence.url} if card.licence.url else {}),
        },
        "format": form,
        "volume": volume or [{"metric": "lines", "count": "TODO"}],
    }


def record_text(record: dict[str, Any]) -> str:
    """A record as HTR-United keeps it: YAML, its fields in order."""
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=96)


_SIGNS = {"Page-XML": "page-xml", "Alto-XML": "alto"}


def _hands(card: Card) -> dict[str, str]:
    known = card.published("writers")
    count = known[0].value if known else None
    if count is None:
        return {"count": "unknown", "precision": "estimated"}
    told = "1" if count == 1 else "less-than-11" if count < 11 else "more-than-10"
    return {"count": told, "precision": "estimated" if known[0].rounded else "exact"}


def _facts(record: dict[str, Any], title: str, id: str) -> dict[str, Any]:
    people = list(_people(record.get("authors")))
    places = [_said(one.get("name")) for one in _rows(record.get("institutions"))]
    makers = [place for place in places if place] or people[:3] or ["not stated in the record"]
    scripts = [_said(one.get("iso", one.get("name"))) for one in _rows(record.get("script"))]
    url = _address(record["url"])
    return {
        "title": title,
        "kind": "offline lines and pages",
        "scripts": [script for script in scripts if script] or ["Zyyy"],
        "publisher": "; ".join(makers),
        "homepages": [url] if re.fullmatch(r"https?://\S+", url) else [],
        "simulated": False,
        "licence": _licence(record),
        "citations": [
            {
                "key": re.sub("[^a-z0-9]", "", id),
                "kind": "misc",
                "authors": people or makers,
                "title": title,
                "venue": f"HTR-United, {url}",
                "year": None,
            }
        ],
        "access": "From the address of the record [htr-united].",
        "prefixes": [],
        "files": [],
        "counts": list(_counts(record)),
        "formats": [_FORMATS.get(_said(record.get("format")), "not stated")],
        "writers": None,
        "advice": list(_advice(record)),
        "sources": {"htr-united": {"title": f"HTR-United's record of {title}", "address": None}},
    }


def _licence(record: dict[str, Any]) -> dict[str, Any]:
    """The terms by the record, which is second-hand: it may forbid, and allows nothing."""
    told = _terms(record, "name", "type", "version") or _terms(record, "url")
    said = _terms(record, "name", "type", "version", "url")
    name, summary = "not stated", "The record says nothing of terms [htr-united]."
    if said:
        name = f"{told.replace(_SECOND_HAND, '').strip()} {_SECOND_HAND}"
        summary = (
            f"The record says {said} [htr-united]. It does not tell who wrote it, and the terms "
            "were not read: whoever finds that a maker handed it in may set the answers by it."
        )
    return {
        "name": name,
        "summary": summary,
        "redistribution": "unclear",
        "commercial": "no" if _NOT_SOLD.search(said) else "unclear",
        "sources": ["htr-united"],
    }


def _terms(record: dict[str, Any], *keys: str) -> str:
    """What the record says under some keys of its licences, of all of them."""
    told = (" ".join(_said(one.get(key)) for key in keys) for one in _rows(record.get("license")))
    return "; ".join(" ".join(one.split()) for one in told if one.strip())


def _counts(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    source = {"source": "htr-united", "confidence": "community"}
    seen = set()
    for row in _rows(record.get("volume")):
        what, value = row.get("metric"), _whole(row.get("count"))
        if what in _METRICS and value is not None and what not in seen:
            seen.add(what)
            yield {"what": what, "value": value, **source}
    if "lines" not in seen:
        yield {"what": "lines", "value": None, "note": _NOT_STATED}
    hands = _said(_mapping(record.get("hands")).get("count"))
    if hands == "1":
        yield {"what": "writers", "value": 1, **source}
    else:
        yield {"what": "writers", "value": None, "note": _HANDS.get(hands, _NOT_STATED)}


def _advice(record: dict[str, Any]) -> Iterator[str]:
    rules = _said(record.get("transcription-guidelines"))
    if rules:
        yield f"How it was transcribed: {rules}"
    else:
        yield "The record names no rules of transcription; look before you join it with others."
    kind = _said(record.get("script-type"))
    if kind not in ("", "only-manuscript"):
        yield f"The record calls it {kind.replace('-', ' ')}: expect print."
    if record.get("automatically-aligned") is True:
        yield "Text and lines were matched by a machine: look for shifted labels."


def _prose(record: dict[str, Any]) -> str:
    told = re.sub(r"^\s*#+\s*", "", _said(record.get("description")), flags=re.MULTILINE)
    time = _mapping(record.get("time"))
    more = [
        ("Written", " to ".join(_said(time.get(key)) for key in ("notBefore", "notAfter"))),
        ("Languages", ", ".join(map(_said, _list(record.get("language"))))),
        ("Made with", _said(record.get("production-software"))),
        ("Project", _said(record.get("project-name"))),
        ("Regions", ", ".join(_regions(record))),
    ]
    facts = "".join(f"- {name}: {value}\n" for name, value in more if value.strip(" to"))
    return (
        f"## What it is\n\n{told or 'The record describes it by its title only.'}\n\n{facts}\n"
        f"## Licence in plain words\n\n{_licence(record)['summary']}\n"
    )


def _regions(record: dict[str, Any]) -> Iterator[str]:
    """How many regions there are, a figure that cards have no name for."""
    for row in _rows(record.get("volume")):
        if row.get("metric") == "regions":
            yield _said(row.get("count"))


def _people(found: Any) -> Iterator[str]:
    for one in _rows(found):
        name = f"{_said(one.get('name'))} {_said(one.get('surname'))}".strip()
        if name:
            yield name


def _address(told: Any) -> str:
    """An address, also where the record has a bare DOI."""
    text = _said(told)
    return f"https://doi.org/{text}" if text.startswith("10.") else text


def _id(title: str) -> str:
    """An id from a title: its words in plain small letters, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall("[a-z0-9]+", plain)
    return "-".join(words)[:60].strip("-") or "untitled"


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(re.sub("[, ]", "", value))
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _said(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int, float, date)) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row if isinstance(row, dict) else {"name": row} for row in _list(value)]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
