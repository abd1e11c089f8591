"""What a sheet says about where its pictures come from, and about their terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["badges"]

Row = dict[str, Any]


def badges(rows: Sequence[Row], simulated: bool | None = None) -> list[Row]:
    """Short marks for the head of the page: simulated, and what may not be passed on.

    Args:
        rows: as `penline.catalogue.terms` gives them.
        simulated: what the source itself says; None: judge by the rows.
    """
    found = []
    marks = [row["simulated"] for row in rows]
    if simulated or (simulated is None and marks and all(marks)):
        why = "Made from fonts or by a program; no person wrote these characters."
        found.append({"text": "simulated", "tone": "note", "why": why})
    elif simulated is None and any(marks):
        why = "Some of the sources are simulated; see the table of sources."
        found.append({"text": "partly simulated", "tone": "note", "why": why})
    answers = {row["redistribution"] for row in rows}
    if "no" in answers:
        why = "The terms of a source forbid passing on its pictures, and this file holds them."
        found.append({"text": "do not pass on", "tone": "warn", "why": why})
    elif answers - {"yes"}:
        why = "Look at the terms of the sources before you pass this file on."
        found.append({"text": "read the terms before passing on", "tone": "warn", "why": why})
    return found
