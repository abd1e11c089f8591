"""Counts beside published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from penline import catalogue
from penline.catalogue import Card
from penline.census.report import Figure, Published, Verdict
from penline.census.tally import EVERYTHING, KINDS, ON_REQUEST, WHATS, RecordCounts

__all__ = ["CountsByPart", "compare", "families", "parts"]

CountsByPart = Mapping[tuple[str, str], Mapping[str, RecordCounts]]
"""Card and part -> scope -> counts."""

_FAMILY_END = ".x"
_PARTS = ("all", "train", "validation", "test")


def parts(tallies: CountsByPart, cards: list[str]) -> dict[str, dict[str, RecordCounts]]:
    """Join counts of some cards, by part and scope; ``all`` where not one part stands alone."""
    found: dict[str, dict[str, RecordCounts]] = {"all": {}}
    seen = set()
    for (card, part), scopes in tallies.items():
        if card not in cards:
            continue
        seen.add(part)
        for name in ("all", part) if part else ("all",):
            for scope, tally in scopes.items():
                found.setdefault(name, {}).setdefault(scope, RecordCounts()).join(tally)
    if len(seen) == 1 and "" not in seen:
        del found["all"]  # one part alone is held against that part's figures
    return {part: found[part] for part in _PARTS if part in found}


def compare(card: Card, counted: dict[str, dict[str, RecordCounts]]) -> Iterator[Figure]:
    """Yield all figures of one card.

    What is published of no scope but the whole is shown of the whole only.
    """
    for part, scopes in counted.items():
        for what in WHATS:
            for scope, tally in scopes.items():
                kinds = KINDS if scope == EVERYTHING else [EVERYTHING]
                for kind in kinds:
                    value = tally.figure(what, kind)
                    name = kind if scope == EVERYTHING else scope
                    said = card.published(what, part, name)
                    shown = name == EVERYTHING and what not in ON_REQUEST
                    if value is not None and (said or shown):
                        yield _figure(card, card.id, what, part, name, name, value)


def families(cards: list[str], tallies: CountsByPart) -> Iterator[Figure]:
    """Yield figures of families whose sets are all there, once each."""
    all_ids = catalogue.ids()
    seen = set()
    for identity in cards:
        card = catalogue.card(identity)
        for count in card.counts:
            family, _, rest = count.scope.partition(" ")
            stem = f"{identity.partition('-')[0]}-{family.removesuffix('x')}"
            sisters = [other for other in all_ids if other.startswith(stem)]
            kind = rest or EVERYTHING
            key = (family, count.what, count.part, kind)
            whole = family.endswith(_FAMILY_END) and set(sisters) <= set(cards)
            if not whole or key in seen or kind not in KINDS:
                continue
            seen.add(key)
            tally = parts(tallies, sisters).get(count.part, {}).get(EVERYTHING, RecordCounts())
            value = tally.figure(count.what, kind)
            if value is not None:
                yield _figure(card, family, count.what, count.part, kind, count.scope, value)


def _figure(
    card: Card, name: str, what: str, part: str, scope: str, published_as: str, found: int
) -> Figure:
    counts = card.published(what, part, published_as)
    met = [count.met_by(found) for count in counts]
    verdict: Verdict = "not published"
    if counts:
        verdict = "equal" if all(met) else "conflict" if any(met) else "differs"
    published = tuple(
        Published(count.value or 0, count.source or "", count.confidence or "", count.rounded)
        for count in counts
    )
    return Figure(name, what, part, scope, found, published, verdict)
