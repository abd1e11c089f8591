"""The lines of a finished data set, as its own lists tell them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from penline.durable import read_file
from penline.errors import ExportError, UsageError
from penline.export import exporter_class
from penline.export.examine import Findings
from penline.export.pictures import PictureFolders
from penline.export.run import REPORT

__all__ = ["DatasetLine", "format_of", "labels_of", "read_report"]

_MAX_REPORT_BYTES = 1 << 30
_MAX_LABEL_BYTES = 1 << 16
_SIDES = ("train", "val")
_LISTS = "paddleocr"


@dataclass(slots=True)
class DatasetLine:
    """One line of a set: its picture's path in it, its label, its side."""

    path: str
    text: str
    side: str


def read_report(folder: Path) -> dict[str, Any]:
    """The report of a set, which counts lines.

    Raises:
        ExportError: it is none.
    """
    file = folder / REPORT
    if file.stat().st_size > _MAX_REPORT_BYTES:
        raise ExportError(f"{file} is larger than any report")
    try:
        report = json.loads(read_file(file))
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{file} is not JSON: {error}") from None
    if not isinstance(report, dict) or not isinstance(report.get("lines"), dict):
        raise ExportError(f"{file} is not the report of a data set (no counts of lines in it)")
    return report


def format_of(report: Mapping[str, Any]) -> str:
    """The format's name; "" where its lines are no pictures in folders."""
    run = report.get("run")
    to = str(run.get("to", _LISTS)) if isinstance(run, dict) else _LISTS
    return to if to == _LISTS or _folders(to) is not None else ""


def _folders(to: str) -> type[PictureFolders] | None:
    try:
        found = exporter_class(to)
    except UsageError:
        return None
    return found if issubclass(found, PictureFolders) else None


def labels_of(folder: Path, to: str, report: Mapping[str, Any]) -> Iterator[DatasetLine]:
    """Every label of the set, list by list."""
    if to == _LISTS:
        yield from _listed(folder)
        return
    exporter, found = _folders(to), Findings()
    if exporter is None:
        return
    for side in report["lines"]:
        parent = exporter.parent(str(side))
        for path, text in exporter.labels(folder, str(side), found):
            yield DatasetLine(f"{parent}/{path}", text, str(side))
        if found.problems:
            raise ExportError(f"{folder}: {found.problems[0]}")


def _listed(folder: Path) -> Iterator[DatasetLine]:
    """Every label of PaddleOCR's lists; they are split on LF alone."""
    for side in _SIDES:
        list_file = folder / f"rec_gt_{side}.txt"
        if not list_file.is_file():
            continue
        with list_file.open("rb") as file:
            for number, raw in enumerate(_raw_lines(file, list_file), 1):
                path, tab, text = raw.partition(b"\t")
                try:
                    line = DatasetLine(path.decode(), text.decode(), side)
                except UnicodeDecodeError as error:
                    raise ExportError(f"{list_file}: line {number}: {error.reason}") from None
                if not tab:
                    raise ExportError(f"{list_file}: line {number}: no TAB between path and text")
                yield line


def _raw_lines(file: BinaryIO, name: Path) -> Iterator[bytes]:
    while raw := file.readline(_MAX_LABEL_BYTES):
        if len(raw) == _MAX_LABEL_BYTES:
            raise ExportError(f"{name}: a line of more than {_MAX_LABEL_BYTES:,} bytes")
        yield raw.removesuffix(b"\n")
