"""A sheet of a census report: figures beside published ones, findings with their picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from penline.catalogue.terms import terms
from penline.census.report import Figure, Finding, Note
from penline.durable import read_file
from penline.errors import FormatError, UsageError
from penline.look.damage import MOST_PICTURES, damage_rows
from penline.look.page import table
from penline.look.terms import badges
from penline.provenance import short_names
from penline.records import Defect, Source
from penline.settings import first_fault
from penline.sources.collect import open_sources
from penline.words import printable

__all__ = ["REPORT_SUFFIX", "census_data"]

REPORT_SUFFIX = ".json"

_MAX_BYTES = 1 << 28
_INTO = "::"


class _Missing(BaseModel):
    name: str = ""


class _ShelfState(BaseModel):
    id: str
    here: list[str]
    missing: list[_Missing]


class _CensusReport(BaseModel):
    whole: bool
    verdict: str
    files: int
    records: int
    unlabelled: int = 0
    figures: list[Figure]
    findings: list[Finding]
    finding_count: int
    notes: list[Note] = []
    shelves: list[_ShelfState] = []
    without_card: dict[str, int] = {}


def census_data(source: Path, title: str) -> dict[str, Any]:
    """The page's data.

    A finding has its picture where its file still lies under the name that the report gives, and
    is one of the formats that penline reads; no other file is opened.

    Args:
        source: what ``penline census --json`` printed.
        title: its name.

    Raises:
        FormatError: not such a report.
    """
    report = _read(source)
    cards = sorted({figure.card for figure in report.figures})
    known = [card for card in cards if not card.endswith(".x")]
    sources = terms(Source("", "", card=card) for card in known)
    rows = _findings(report.findings)
    pictures = any("src" in row for row in rows)
    kinds = Counter(finding.kind for finding in report.findings)
    return {
        "kind": "census report",
        "title": title,
        "unit": "findings",
        "shown": len(rows),
        "total": report.finding_count,
        "spread": "the first of them",
        "badges": badges(sources) if pictures else [],
        "figures": [
            ["files", report.files],
            ["records", report.records],
            ["findings", report.finding_count],
            *([["without a label", report.unlabelled]] if report.unlabelled else []),
        ],
        "sources": sources,
        "tables": _tables(report),
        "notes": [],
        "whole": report.whole,
        "verdict": report.verdict,
        "counts": [asdict(figure) for figure in report.figures],
        "findings": rows,
        "kinds": list(kinds.items()),
    }


def _read(source: Path) -> _CensusReport:
    expected = "a report that penline census --json printed"
    if source.stat().st_size > _MAX_BYTES:
        raise FormatError(printable(str(source)), 0, "size", expected, "a larger file than any")
    try:
        return _CensusReport.model_validate_json(read_file(source))
    except ValidationError as error:
        found = first_fault(error)
        raise FormatError(printable(str(source)), 0, "file", expected, found) from None


def _findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    files = list(dict.fromkeys(place for finding in findings for place in _places(finding)))
    names = dict(zip(files, short_names(files), strict=True))
    folders = {name.removesuffix(short) for name, short in names.items()} - {""}
    placed = [finding for finding in findings if finding.offset is not None][:MOST_PICTURES]
    defects = [
        Defect(one.file, one.offset or 0, one.record or 0, one.field, one.expected, one.found)
        for one in placed
    ]
    wanted = {defect.file for defect in defects}
    pictures = dict(zip(map(id, placed), damage_rows(defects, _opened(wanted), names), strict=True))
    rows = []
    for finding in findings:
        place = [f"byte {finding.offset:,}"] if finding.offset is not None else []
        place += [f"record {finding.record:,}"] if finding.record is not None else []
        row = {
            **pictures.get(id(finding), {}),
            "kind": finding.kind,
            "file": ", ".join(names[place] for place in _places(finding)),
            "place": ", ".join(place),
            "says": f"{finding.field}: expected {finding.expected}, found {finding.found}",
        }
        for folder in folders:  # no folder of the machine is shown
            row["says"] = row["says"].replace(folder, "")
        rows.append(row)
    return rows


def _places(finding: Finding) -> list[str]:
    """The file; where something is missing, the archives in which it was looked for."""
    if not finding.file:
        return []
    return [finding.file] if finding.offset is not None else finding.file.split(", ")


def _opened(wanted: set[str]) -> list[Any]:
    """The files of records that go by these labels, of archives that are there."""
    found = []
    for name in sorted({label.partition(_INTO)[0] for label in wanted}):
        path = Path(name)
        try:
            if path.is_file():
                found += [file for file in open_sources(path) if file.source.file in wanted]
        except (FormatError, UsageError, OSError, ValueError):
            continue
    return found


def _tables(report: _CensusReport) -> list[dict[str, Any]]:
    missing = [
        [f"{shelf.id}: {one.name}", None] for shelf in report.shelves for one in shelf.missing
    ]
    files = short_names(list(report.without_card))
    strange = [[name, n] for name, n in zip(files, report.without_card.values(), strict=True)]
    notes = [
        [f"{note.card}: {note.says}" if note.card else note.says, note.times or None]
        for note in report.notes
    ]
    return [
        *table(f"Missing archives: {len(missing):,}", missing, names=True),
        *table("Files of no known data set, and their records", strange, names=True),
        *table("Notes", notes),
    ]
