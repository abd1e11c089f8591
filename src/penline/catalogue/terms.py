"""The terms of the data sets behind some files, for reports and pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from penline.catalogue.load import card
from penline.errors import CatalogueError

__all__ = ["terms"]

Row = dict[str, Any]


def terms(cards: Iterable[str]) -> list[Row]:
    """One row a data set: card, title, number of files, licence, redistribution, simulated.

    Args:
        cards: the card of each file, ``""`` where it has none.
    """
    files: dict[str, int] = {}
    for id in cards:
        files[id] = files.get(id, 0) + 1
    return [{"card": id, "files": count, **_facts(id)} for id, count in sorted(files.items())]


def _facts(identity: str) -> Row:
    try:
        found = card(identity)
    except CatalogueError:
        return {
            "title": "files without a card",
            "licence": "not known to penline; ask whoever gave you the files",
            "redistribution": "unclear",
            "simulated": False,
        }
    return {
        "title": found.title,
        "licence": f"{found.licence.name}: {found.licence.summary}",
        "redistribution": found.licence.redistribution,
        "simulated": found.simulated,
    }
