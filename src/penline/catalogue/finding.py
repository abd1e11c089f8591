"""What cards are looked for by: script, unit, size, year, who wrote what; and sets by need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, NamedTuple

from penline.catalogue.loading import load
from penline.catalogue.model import Card
from penline.errors import UsageError

__all__ = ["NEEDS", "SCRIPTS", "Need", "facts", "filtered", "scripts", "year"]

SCRIPTS: Final = {
    "Arab": "Arabic",
    "Armn": "Armenian",
    "Beng": "Bengali",
    "Cyrl": "Cyrillic",
    "Deva": "Devanagari",
    "Ethi": "Ethiopic",
    "Geor": "Georgian",
    "Grek": "Greek",
    "Gujr": "Gujarati",
    "Guru": "Gurmukhi",
    "Hang": "Hangul",
    "Hani": "Chinese characters, as other languages use them",
    "Hans": "Chinese, simplified",
    "Hant": "Chinese, traditional",
    "Hebr": "Hebrew",
    "Hira": "Hiragana",
    "Jpan": "Japanese",
    "Kana": "Katakana",
    "Khmr": "Khmer",
    "Knda": "Kannada",
    "Latn": "Latin",
    "Mlym": "Malayalam",
    "Mong": "Mongolian",
    "Mymr": "Burmese",
    "Orya": "Odia",
    "Samr": "Samaritan",
    "Sinh": "Sinhala",
    "Syre": "Syriac, Estrangela",
    "Syrj": "Syriac, Western",
    "Taml": "Tamil",
    "Telu": "Telugu",
    "Tfng": "Tifinagh",
    "Thai": "Thai",
    "Tibt": "Tibetan",
    "Zmth": "Mathematics",
    "Zyyy": "many scripts, or none",
}
"""English names of the codes of ISO 15924 that cards use; a code without one stands for itself."""

_UNITS = {
    "characters": ("samples", "classes"),
    "words": ("words",),
    "lines": ("lines",),
    "pages": ("pages", "forms"),
    "formulas": ("formulas",),
}
_SIZES = ("samples", "lines", "formulas", "words", "pages", "images", "characters")
_OPEN = ("yes", "conditional")


def year(card: Card) -> int | None:
    """The year of the first work to cite; None where none is known."""
    return min((one.year for one in card.citations if one.year is not None), default=None)


def units(card: Card) -> list[str]:
    """What its files hold: characters, words, lines, pages, formulas."""
    counted = {count.what for count in card.counts}
    found = [unit for unit, whats in _UNITS.items() if counted.intersection(whats)]
    if "characters" in card.kind:
        return ["characters"]
    usual = "formulas" if "formulas" in card.kind else "lines"
    return [unit for unit in found if unit != "characters"] or [usual]


def size(card: Card) -> tuple[str, int] | None:
    """Its main figure: what is counted, and how many; None where none is known."""
    for what in _SIZES:
        known = card.published(what)
        if known:
            return what, known[0].value or 0
    return None


def knows_writers(card: Card) -> bool:
    """Whether its files say who wrote what, by a rule that is on the card."""
    labels = card.layout.labels if card.layout is not None else None
    return card.writers is not None or "{writer}" in (labels or "")


def facts(card: Card, known: Collection[str]) -> dict[str, Any]:
    """What a card is looked for by, as JSON values.

    Args:
        card: the card.
        known: kinds of file that have a reader.
    """
    writers = card.published("writers")
    return {
        "id": card.id,
        "title": card.title,
        "kind": f"{card.kind}, simulated" if card.simulated else card.kind,
        "pen": "online" if card.kind.startswith("online") else "offline",
        "units": units(card),
        "scripts": list(card.scripts),
        "writers": writers[0].value if writers else None,
        "writers_known": knows_writers(card),
        "size": size(card),
        "year": year(card),
        "licence": card.licence.name,
        "redistribution": card.licence.redistribution,
        "commercial": card.licence.commercial,
        "readable": card.readable(known),
        "gettable": card.gettable,
    }


def filtered(
    known: Collection[str],
    *,
    readable: bool = False,
    gettable: bool = False,
    script: str | None = None,
    licence: str | None = None,
    kind: str | None = None,
) -> list[Card]:
    """Find the cards that have all that is asked for, in order of id.

    Args:
        known: kinds of file that have a reader.
        readable: those that penline reads alone.
        gettable: those that penline downloads alone.
        script: a code of ISO 15924 or its English name, in any case: ``Latn``, ``latin``; of
            several scripts where it is what stands before a comma: ``chinese``.
        licence: ``commercial``, ``redistribution`` (which it allows, on conditions perhaps), or
            words of its name: ``CC BY``.
        kind: a unit (``characters``, ``words``, ``lines``, ``pages``, ``formulas``), or ``online``
            or ``offline``.

    Raises:
        UsageError: a script, a kind or a licence that no card has.
    """
    cards = list(load().values())
    rows = {card.id: facts(card, known) for card in cards}
    if script is not None:
        asked = script.lower()
        codes = {script.title()} | {
            code
            for code, name in SCRIPTS.items()
            if asked in (name.lower(), name.lower().partition(",")[0])
        }
        cards = [card for card in cards if codes.intersection(card.scripts)]
        if not cards:
            there = ", ".join(f"{code} ({SCRIPTS.get(code, code)})" for code in scripts())
            raise UsageError(f"no card has the script {script}; there are {there}")
    if kind is not None:
        kinds = [*_UNITS, "online", "offline"]
        if (kind := kind.lower()) not in kinds:
            raise UsageError(f"no kind {kind}; there are {', '.join(kinds)}")
        cards = [c for c in cards if kind in (*rows[c.id]["units"], rows[c.id]["pen"])]
    if licence is not None and (asked := licence.lower()) in ("commercial", "redistribution"):
        cards = [card for card in cards if rows[card.id][asked] in _OPEN]
    elif licence is not None:
        fitting = {id for id, row in rows.items() if asked in row["licence"].lower()}
        if not fitting:
            raise UsageError(
                f"no card has {licence} in its licence's name; there are commercial, "
                "redistribution, and words of a name, such as CC BY"
            )
        cards = [card for card in cards if card.id in fitting]
    return [
        card
        for card in cards
        if (card.readable(known) or not readable) and (card.gettable or not gettable)
    ]


def scripts() -> dict[str, list[Card]]:
    """The cards of each script, by its code, in order of its name."""
    found: dict[str, list[Card]] = {}
    for card in load().values():
        for script in card.scripts:
            found.setdefault(script, []).append(card)
    return dict(sorted(found.items(), key=lambda item: SCRIPTS.get(item[0], item[0])))


class Need(NamedTuple):
    """A question that a user of the catalogue has.

    Attributes:
        words: what is wanted.
        fits: whether a card serves it, by what `facts` tells.
    """

    words: str
    fits: Callable[[dict[str, Any]], bool]

    def cards(self, known: Collection[str]) -> Iterator[Card]:
        """Yield the cards that serve it, the largest first."""
        found = [card for card in load().values() if self.fits(facts(card, known))]
        yield from sorted(found, key=lambda card: (-(size(card) or ("", 0))[1], card.id))


NEEDS: Final = (
    Need(
        "characters to compose lines of, for research",
        lambda one: one["units"] == ["characters"] and one["readable"],
    ),
    Need(
        "characters to compose lines of, for a product",
        lambda one: one["units"] == ["characters"] and one["commercial"] in _OPEN,
    ),
    Need(
        "characters by known writers, so that a line is one hand's",
        lambda one: one["units"] == ["characters"] and one["writers_known"],
    ),
    Need(
        "real lines to train or test on, read as they are got",
        lambda one: "lines" in one["units"] and one["pen"] == "offline" and one["readable"],
    ),
    Need(
        "real lines for a product",
        lambda one: "lines" in one["units"] and one["commercial"] in _OPEN,
    ),
    Need("photographs of writing", lambda one: "photographs" in one["kind"]),
    Need("strokes of the pen", lambda one: one["pen"] == "online"),
    Need("formulas", lambda one: "formulas" in one["units"] or "Zmth" in one["scripts"]),
)
"""What people want sets for; the cards' own facts and advice answer."""
