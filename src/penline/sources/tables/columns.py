"""Which columns of a table hold what, as the user says it: ``label=value,writer=suite_id``."""

from __future__ import annotations

from penline.errors import UsageError

__all__ = ["ROLES", "columns_said"]

ROLES = ("file", "label", "entry", "writer", "part", "x", "y", "w", "h")
"""What a column may hold; an entry is a label as it stands, also of several characters."""


def columns_said(text: str | None) -> dict[str, str]:
    """Return the columns that the user names, by what they hold; that of entries also as labels.

    Raises:
        UsageError: a role that is none, or no name after the equals sign.

    >>> columns_said("label=value,writer=suite_id")
    {'label': 'value', 'writer': 'suite_id'}
    """
    said = {}
    for one in (text or "").split(",") if text else ():
        role, equals, name = (part.strip() for part in one.partition("="))
        if not equals or not name or role not in ROLES or role in said:
            raise UsageError(
                f"{one.strip()!r} names no column: say --columns label=value,writer=suite_id, with "
                f"each of {', '.join(ROLES)} at most once"
            )
        said[role] = name
    if "entry" in said:
        if "label" in said:
            raise UsageError("--columns says label or entry, not both; say the one that holds")
        said["label"] = said["entry"]
    return said
