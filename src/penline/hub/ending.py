"""The end of every run: what the format writes for all shards, then what describes the set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from penline.durable import put
from penline.export.base import Exporter, Report, file_hash
from penline.export.run import CARD, CROISSANT, RECORDS, REPORT, Run
from penline.hub.card import card_text
from penline.hub.croissant import croissant_of
from penline.hub.facts import SetFacts
from penline.hub.listing import RecordList

__all__ = ["finish"]


def finish(run: Run, exporter: Exporter, told: Mapping[str, Any]) -> Report:
    """Write what belongs to all shards, and what describes the set; end the run.

    Args:
        run: whose shards are all done.
        exporter: of the format.
        told: what the report says before the run.

    Returns:
        What ``report.json`` holds.

    Raises:
        ExportError: the shards hold nothing.
    """
    kind, form = type(exporter), exporter.options.format
    path = None if "table" in kind.filesets else run.out / RECORDS
    with RecordList(path, form if "pictures" in kind.filesets else None) as records:
        report = exporter.finish(records.passing(run.shards()), told)
    about = {RECORDS: file_hash(run.out / RECORDS)} if records.written else {}
    facts = SetFacts(kind, {**report, "about": about}, form, frozenset(records.letters))
    texts = {CROISSANT: _json(croissant_of(facts, run.out))}
    if kind.hub_files and records.letters:
        texts[CARD] = card_text(facts).encode()
    for name, data in sorted(texts.items()):
        put(run.out / name, data)
        about[name] = file_hash(run.out / name)
    report = {**report, "about": dict(sorted(about.items()))}
    put(run.out / REPORT, json.dumps(report, ensure_ascii=False, indent=1).encode())
    run.end()
    return report


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
