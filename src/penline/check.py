"""Re-read a finished data set of any format: hashes, labels, images and counts hold.

What is the same in all formats is done here; the rest by the exporter's own `examine`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError, field_validator

from penline.catalogue.terms import reported_terms
from penline.durable import read_file
from penline.errors import ExportError, UsageError
from penline.export import exporter_class
from penline.export.base import TAKES, file_hash
from penline.export.examine import Findings, entries, inside, is_inside
from penline.export.pictures import label_file
from penline.export.run import CARD, PREFIX, REPORT, under_way
from penline.formats import kind_of, reader_for
from penline.formats.byte_source import open_path
from penline.hub import notice
from penline.records import Defect, Source
from penline.registry import check_packages
from penline.settings import first_fault
from penline.words import counted

__all__ = ["Checked", "check", "clashes", "read_report"]

MAX_REPORT_BYTES = 1 << 30


@dataclass(slots=True)
class Checked:
    """What `check` found.

    Attributes:
        out: the data set.
        lines: items read, by side.
        problems: one line each; none in a sound set.
    """

    out: Path
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def clashes(outs: Sequence[Path]) -> list[str]:
    """What would go wrong if the lists of finished sets were joined to one folder.

    PaddleOCR, and others, join the paths of all lists to one folder, for whatever set each is of.

    Args:
        outs: the sets, sound ones.

    Returns:
        One line for each two sets that have pictures of the same path.

    Raises:
        ExportError: not a finished data set of penline's.
    """
    seen: dict[str, Path] = {}
    shared: dict[tuple[Path, Path], list[str]] = {}
    for out in outs:
        exporter = exporter_class(read_report(out)["run"]["to"], *TAKES)
        for folder in exporter.joined:
            for path in entries(out / folder, "*/*"):
                name = path.relative_to(out).as_posix()
                if path.suffix not in (".jpg", ".png"):
                    continue
                if name in seen:
                    shared.setdefault((seen[name], out), []).append(name)
                else:
                    seen[name] = out
    return [_clash(one, other, names) for (one, other), names in shared.items()]


def _clash(one: Path, other: Path, names: Sequence[str]) -> str:
    differ = [name for name in names if file_hash(one / name) != file_hash(other / name)]
    start = f"{one} and {other} share the paths of {counted(len(names), 'picture')}"
    if differ:
        return (
            f"{start}, and {len(differ):,} of these differ ({differ[0]}): lists of both, joined to "
            "one folder, give labels the other set's pictures; put each set's name before its paths"
        )
    return f"{start}, which are the same: lines would come twice; take another --seed or --start"


def check(out: Path, progress: Callable[[int, int], None] | None = None) -> Checked:
    """Check a finished data set, in whatever format it is.

    Args:
        out: the data set.
        progress: called with items done and items in all.

    Raises:
        ExportError: not a finished data set of penline's, or one whose report is not sound.
    """
    report = read_report(out)
    to = report["run"]["to"]
    try:
        check_packages(report["run"]["packages"], str(out), f"penline.exporters:{to}")
        exporter = exporter_class(to, *TAKES)
    except UsageError as error:
        raise ExportError(f"{out / REPORT}: {error}") from None
    found = Findings(total=sum(report["lines"].values()), progress=progress)
    for name, digest in report["files"].items():
        _file(out, name, digest, found)
    for name, digest in report["about"].items():
        if name == CARD:
            _card(out, report.get("sources"), found)
        else:
            _file(out, name, digest, found)
    found.read = lambda name: _records(out, name, found)
    exporter.examine(out, report, found)
    if progress:
        progress(found.total, found.total)
    return Checked(out, found.lines, found.problems)


class _SetRun(BaseModel, extra="allow"):
    to: str
    prefix: Annotated[str, StringConstraints(pattern=PREFIX)] = ""
    packages: dict[str, str] = Field(default_factory=dict)


class _SetShard(BaseModel, extra="allow"):
    number: int
    files: str | dict[str, str] = ""


class _SetReport(BaseModel):
    """What ``report.json`` has in every format."""

    run: _SetRun
    lines: dict[Annotated[str, StringConstraints(pattern="^[a-z]{1,20}$")], int]
    files: dict[str, str]
    about: dict[str, str] = Field(default_factory=dict)
    shards: list[_SetShard]

    @field_validator("files", "about")
    @classmethod
    def _stay_inside(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if not is_inside(name):
                raise ValueError(f"{name!r} leads out of the data set")
        return files


def read_report(out: Path) -> dict[str, Any]:
    """All of a finished set's report, its common parts with their types.

    Raises:
        ExportError: there is none, or it is not sound.
    """
    path = out / REPORT
    if under_way(out):
        raise ExportError(f"{out} is an unfinished data set; repeat its command to go on with it")
    if not path.is_file() or path.stat().st_size > MAX_REPORT_BYTES:
        raise ExportError(
            f"{out} has no {REPORT}: not a finished data set of penline's; name the folder of one "
            "(penline info tells what files and banks are)"
        )
    data = read_file(path)
    try:
        report = _SetReport.model_validate_json(data)
        whole: dict[str, Any] = json.loads(data)
    except ValidationError as error:
        raise ExportError(f"{path}: not a report of penline's: {first_fault(error)}") from None
    except (ValueError, RecursionError):
        raise ExportError(f"{path}: not a report of penline's") from None
    return whole | report.model_dump()


def _file(out: Path, name: str, digest: str, found: Findings) -> None:
    """Hold one file against its hash; a file of records is read through, too."""
    path = inside(out, name)
    if path is None or not path.is_file():
        found.add(f"{name}: missing")
        return
    if file_hash(path) != digest:
        found.add(f"{name}: not the file that was written")


def _card(out: Path, sources: Any, found: Findings) -> None:
    """Whoever passes a set on goes on with its card; what it warns of has to stay."""
    text = label_file(out, CARD, found)
    rows = reported_terms({"sources": sources})
    if text and (warned := notice(rows)) not in text:
        found.add(f"{CARD}: does not say any more: {warned}")


def _records(out: Path, name: str, found: Findings) -> Iterator[Any]:
    """The sound records of a file of the data set, in a format that penline reads."""
    path, kind = inside(out, name), kind_of(name)
    if path is None or not path.is_file() or kind is None:
        return
    with open_path(path) as stream:
        for record in reader_for(kind).salvage(stream, Source(name, "")):
            if isinstance(record, Defect):
                found.add(str(record))
            else:
                yield record
