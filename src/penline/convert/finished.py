"""Finished sets as sources: what their reports say of terms and of how their lines were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from penline.catalogue.terms import terms
from penline.convert.policy import Policy
from penline.export.run import report_of
from penline.sources.collect import AnyPath, given_names
from penline.sources.unit import Unit

__all__ = ["Finished", "finished_sets", "set_of", "terms_of"]

_ROW = {
    **dict.fromkeys(("card", "title", "licence", "redistribution", "known_by"), str),
    "files": int,
    "simulated": bool,
}
"""What a report says of a source, and its types."""

Finished = Mapping[str, Mapping[str, Any]]
"""Of each finished set, by its label as a source, its report."""


def finished_sets(given: Iterable[AnyPath]) -> Finished:
    """Return the reports of those of the sources that are finished sets; damaged ones are none."""
    found = ((given_names(path)[0], report_of(Path(path))) for path in given)
    return {name: told for name, told in found if told}


def set_of(file: Unit, sets: Iterable[str]) -> str:
    """Return which set a unit lies in; "" where it lies in none."""
    label = file.source.file.replace("\\", "/")
    inside = (one for one in sets if label == one or label.startswith(one.rstrip("/") + "/"))
    return next(inside, "")


def terms_of(files: Sequence[Unit], sets: Finished, policy: Policy) -> list[dict[str, Any]]:
    """Return the terms of all sources: of a finished set those that its own report tells."""
    own = [file for file in files if not file.fault and not set_of(file, sets)]
    rows = terms(policy.override(file.source) for file in own)
    said = policy.override(next(iter(files)).source).user_given if files else ()
    for report in sets.values():
        for row in report.get("sources") or ():
            if isinstance(row, dict) and all(type(row.get(k)) is kind for k, kind in _ROW.items()):
                rows.append({name: row[name] for name in _ROW})
    if "licence" in said or "card" in said:  # the user overrules what reports say
        rows = terms(policy.override(file.source) for file in files if not file.fault)
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(one for name, one in sorted(row.items()) if name != "files")
        before = merged.setdefault(key, {**row, "files": 0})
        before["files"] += row["files"]
    return list(merged.values())
