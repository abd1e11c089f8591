"""The terms of the data sets behind some files, for reports and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

from penline.catalogue.loading import card
from penline.errors import CatalogueError

__all__ = ["Said", "terms"]

Row = dict[str, Any]


class Said(Protocol):
    """What is said of a file: its card, terms of its own, and which of both the user said."""

    @property
    def card(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def user_given(self) -> tuple[str, ...]: ...


def terms(sources: Iterable[Said]) -> list[Row]:
    """One row a data set: card, title, number of files, licence, redistribution, simulated.

    Also ``known_by``: ``name`` where nothing but the files' names says that they belong to it,
    ``user`` where the user said so, ``""`` where there is no card.

    Args:
        sources: what is said of each file.
    """
    files = Counter((one.card, one.licence, _known_by(one)) for one in sources)
    return [
        {"card": id, "files": count, **_facts(id, licence), "known_by": by}
        for (id, licence, by), count in sorted(files.items())
    ]


def _known_by(source: Said) -> str:
    if "card" in source.user_given:
        return "user"
    return "name" if source.card else ""


def _facts(identity: str, licence: str) -> Row:
    try:
        found = card(identity)
    except CatalogueError:
        facts = {
            "title": "files without a card",
            "licence": "not known to penline; ask whoever gave you the files",
            "redistribution": "unclear",
            "simulated": False,
        }
    else:
        facts = {
            "title": found.title,
            "licence": f"{found.licence.name}: {found.licence.summary}",
            "redistribution": found.licence.redistribution,
            "simulated": found.simulated,
        }
    if licence:
        facts |= {"licence": f"{licence} (as the user said)", "redistribution": "unclear"}
    return facts
