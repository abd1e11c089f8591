"""Which columns of a table hold what, as the user says it: ``label=value,writer=suite_id``."""

from __future__ import annotations

from penline.errors import UsageError

__all__ = ["ROLES", "columns_said"]

ROLES = ("file", "label", "entry", "text", "writer", "part", "x", "y", "w", "h")
"""What a column may hold; an entry is a label as it stands, also of several characters, and a text
that of a line."""


def columns_said(text: str | None) -> dict[str, str]:
    """Return the columns that the user names, by what they hold; entries and texts are labels, too.

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
    whole = [role for role in ("label", "entry", "text") if role in said]
    if len(whole) > 1:
        raise UsageError(f"--columns says {' and '.join(whole)}; say the one that holds")
    return said | {"label": said[whole[0]]} if whole else said
