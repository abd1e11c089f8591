"""The terms of the data sets behind some files, for reports and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from penline.catalogue.loading import card
from penline.errors import CatalogueError

__all__ = ["AS_SAID", "NO_CARD", "Said", "reported_terms", "terms"]

NO_CARD = "files without a card"
"""The title of such files in a row."""
AS_SAID = " (as the user said)"
"""The end of a licence that no card tells of."""

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


def reported_terms(report: Mapping[str, Any]) -> list[Row]:
    """The same rows from a data set's ``report.json``; what is not text there is left empty."""
    found = report.get("sources")
    rows = []
    for source in found if isinstance(found, list) else []:
        if not isinstance(source, dict):
            continue
        row = {
            key: source.get(key)
            for key in ("card", "title", "licence", "redistribution", "known_by")
        }
        texts = {key: value if isinstance(value, str) else "" for key, value in row.items()}
        files = source.get("files")
        rows.append(
            {
                **texts,
                "files": files if isinstance(files, int) else None,
                "simulated": source.get("simulated") is True,
            }
        )
    return rows


def _known_by(source: Said) -> str:
    if "card" in source.user_given:
        return "user"
    return "name" if source.card else ""


def _facts(identity: str, licence: str) -> Row:
    try:
        found = card(identity)
    except CatalogueError:
        facts = {
            "title": NO_CARD,
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
        facts |= {"licence": licence + AS_SAID, "redistribution": "unclear"}
    return facts
