"""A sheet of a finished data set: lines with their text, their boxes and the report's counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import cv2
import numpy as np

from penline.durable import read_file
from penline.errors import ExportError, UsageError
from penline.export import exporter_class
from penline.export.examine import Findings, inside, json_lines
from penline.export.pictures import PictureFolders
from penline.export.rows import FOLDERS
from penline.export.run import REPORT
from penline.look.boxes import read_boxes
from penline.look.choose import even
from penline.look.page import data_uri
from penline.look.pictures import picture
from penline.look.plots import distribution
from penline.look.terms import badges, reported_terms
from penline.measure.appearance import ink_of_picture, looks_of
from penline.randomness import Draws
from penline.words import printable

__all__ = ["line_data"]

MAX_PICTURES_BYTES = 16 << 20
"""All pictures of a sheet together; where they are more, fewer lines are shown."""

MOST_MEASURED = 200
"""Lines whose strokes are measured."""

_MOST_MEASURED_PX = 1 << 22
_MAX_REPORT_BYTES = 1 << 30
_MAX_LABEL_BYTES = 1 << 16
_SIDES = ("train", "val")
_LISTS = "paddleocr"
_ROWS_OF = "imagefolder"
_ROWS = 200


@dataclass(slots=True)
class _SetLine:
    path: str
    text: str
    side: str


def line_data(folder: Path, title: str, limit: int, draws: Draws) -> dict[str, Any]:
    """The page's data.

    Args:
        folder: a finished data set whose lines are pictures in folders: ``paddleocr``,
            ``imagefolder``, ``doctr``, ``easyocr`` or ``kraken``.
        title: its name.
        limit: lines at most.
        draws: where chance comes from.

    Raises:
        ExportError: not a finished data set of penline's, or a label list that is damaged.
    """
    report = _report(folder)
    to = _format(report, folder)
    total = sum(1 for _ in _labels(folder, to, report))
    if not total:
        raise ExportError(f"{folder}: no line in its label lists")
    wanted = iter(even(total, limit, draws))
    chosen, next_one = [], next(wanted, None)
    lengths: list[int] = []
    classes: Counter[str] = Counter()
    for number, line in enumerate(_labels(folder, to, report)):
        lengths.append(len(line.text))
        classes.update(line.text)
        if number == next_one:
            chosen.append(line)
            next_one = next(wanted, None)
    chosen = _within(folder, chosen)
    has_boxes = (folder / "boxes.jsonl").is_file()
    boxes, archives = (
        read_boxes(folder / "boxes.jsonl", {line.path for line in chosen})
        if has_boxes
        else ({}, [])
    )
    rows = reported_terms(report)
    lines = [_shown(folder, line, boxes.get(line.path)) for line in chosen]
    notes = []
    if to == _ROWS_OF:
        notes.append("Boxes of an image folder stand in its rows; they are not drawn here.")
    elif not has_boxes:
        notes.append("No boxes: this set was made without them (penline compose --boxes).")
    if report.get("mixed_writers") is True:
        notes.append("The glyphs of a line come from several writers.")
    return {
        "kind": "data set",
        "title": title,
        "unit": "lines",
        "shown": len(chosen),
        "total": total,
        "spread": "one by chance from each equal part of the lists",
        "badges": badges(rows, report.get("simulated") is True),
        "figures": _figures(report),
        "sources": rows,
        "tables": _tables(report),
        "notes": notes,
        "has_boxes": has_boxes,
        "archives": archives,
        "sides": sorted({line.side for line in chosen}),
        "lines": lines,
        "plots": _plots(folder, lines, lengths, classes, total),
    }


def _plots(
    folder: Path,
    lines: Sequence[Mapping[str, Any]],
    lengths: Sequence[int],
    classes: Mapping[str, int],
    total: int,
) -> list[dict[str, Any]]:
    """Lengths and classes of all labels; sizes and writers of the shown lines; strokes of some."""
    of = "one from each part of the lists" if len(lines) < total else ""
    sized = [line for line in lines if "src" in line]
    writers = Counter(line["writer"] for line in lines if line.get("writer"))
    step = max(1, len(sized) // MOST_MEASURED)
    strokes = [width for line in sized[::step] for width in _stroke_px(folder, line)]
    measured = "some of the lines" if len(sized[::step]) < total else ""
    return [
        *distribution("Characters of a line", lengths, "characters", "lines"),
        *distribution("Uses of a character", list(classes.values()), "uses", "characters"),
        *distribution("Lines of a writer", list(writers.values()), "lines", "writers", of),
        *distribution("Width", [line["width"] for line in sized], "px", "lines", of),
        *distribution("Height", [line["height"] for line in sized], "px", "lines", of),
        *distribution("Stroke width", strokes, "px", "lines", measured),
    ]


def _stroke_px(folder: Path, line: Mapping[str, Any]) -> list[float]:
    """Stroke width of a line's ink on any paper; nothing of a picture that is large or damaged."""
    width, height = line["width"], line["height"]
    file = _inside(folder, line["path"])
    if file is None or width * height > _MOST_MEASURED_PX:
        return []
    data = np.frombuffer(read_file(file), np.uint8)
    try:
        grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return []
    if grey is None or grey.shape != (height, width):
        return []
    ink = ink_of_picture(np.asarray(grey, np.uint8), float(min(width, height)))
    return [float(looks_of(ink, np.array([[0, 0, width, height]], np.int64))[0, 0])]


def _report(folder: Path) -> dict[str, Any]:
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


def _format(report: Mapping[str, Any], folder: Path) -> str:
    """The format's name; a set that keeps its pictures in other files than pictures is refused."""
    run = report.get("run")
    to = str(run.get("to", _LISTS)) if isinstance(run, dict) else _LISTS
    if to != _LISTS and to != _ROWS_OF and _folders(to) is None:
        raise ExportError(
            f"{folder} is a set for {printable(to)}, whose lines are no pictures in folders: the "
            "same command with --to paddleocr or imagefolder composes the same lines to look at"
        )
    return to


def _folders(to: str) -> type[PictureFolders] | None:
    try:
        found = exporter_class(to)
    except UsageError:
        return None
    return found if issubclass(found, PictureFolders) else None


def _labels(folder: Path, to: str, report: Mapping[str, Any]) -> Iterator[_SetLine]:
    """Every label of the set, list by list."""
    if to == _LISTS:
        yield from _listed(folder)
        return
    exporter, found = _folders(to), Findings()
    for side in report["lines"]:
        if exporter is not None:
            parent = exporter.parent(str(side))
            labels = exporter.labels(folder, str(side), found)
        else:
            parent = FOLDERS.get(str(side), str(side))
            labels = _rows(folder, f"{parent}/metadata.jsonl", found)
        for path, text in labels:
            yield _SetLine(f"{parent}/{path}", text, str(side))
        if found.problems:
            raise ExportError(f"{folder}: {found.problems[0]}")


def _rows(folder: Path, name: str, found: Findings) -> Iterator[tuple[str, str]]:
    """Picture and text of each row of ``metadata.jsonl``."""
    path = inside(folder, name)
    if path is None or not path.is_file():
        return
    for number, row in json_lines(path, name, found):
        picked = row.get("file_name"), row.get("text")
        if not (isinstance(picked[0], str) and isinstance(picked[1], str)):
            found.add(f"{name}: line {number}: no file_name or no text")
            return
        yield picked[0], picked[1]


def _listed(folder: Path) -> Iterator[_SetLine]:
    """Every label of PaddleOCR's lists; they are split on LF alone."""
    for side in _SIDES:
        list_file = folder / f"rec_gt_{side}.txt"
        if not list_file.is_file():
            continue
        with list_file.open("rb") as file:
            for number, raw in enumerate(_raw_lines(file, list_file), 1):
                path, tab, text = raw.partition(b"\t")
                try:
                    line = _SetLine(path.decode(), text.decode(), side)
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


def _within(folder: Path, lines: list[_SetLine]) -> list[_SetLine]:
    """Evenly fewer lines, until their pictures are not too many bytes."""
    while len(lines) > 1:
        sizes = 0
        for line in lines:
            file = _inside(folder, line.path)
            sizes += file.stat().st_size if file is not None else 0
        if sizes <= MAX_PICTURES_BYTES:
            break
        keep = max(1, len(lines) * MAX_PICTURES_BYTES // sizes)
        lines = [lines[number * len(lines) // keep] for number in range(keep)]
    return lines


def _inside(folder: Path, path: str) -> Path | None:
    """The picture of that label, if it is a file and lies in the data set."""
    try:
        file = (folder / path).resolve()
        good = file.is_relative_to(folder.resolve()) and file.is_file()
    except (OSError, ValueError):
        return None
    return file if good else None


def _shown(folder: Path, line: _SetLine, boxes: Mapping[str, Any] | None) -> dict[str, Any]:
    stem = PurePosixPath(line.path).stem
    found: dict[str, Any] = {
        "path": line.path,
        "text": line.text,
        "side": line.side,
        "index": int(stem) if stem.isascii() and stem.isdecimal() and len(stem) < 16 else None,
        **(boxes or {}),
    }
    file = _inside(folder, line.path)
    if file is None:
        return {**found, "problem": "no such picture in the data set"}
    if file.stat().st_size > MAX_PICTURES_BYTES:
        return {**found, "problem": "the picture is too large for a sheet"}
    data = read_file(file)
    facts = picture(data)
    if facts is None:
        return {**found, "problem": "the picture is neither a PNG nor a JPEG"}
    media_type, width, height = facts
    return {**found, "src": data_uri(data, media_type), "width": width, "height": height}


def _figures(report: Mapping[str, Any]) -> list[list[Any]]:
    lines = {str(k): v for k, v in report["lines"].items() if isinstance(v, int)}
    figures: list[list[Any]] = [[f"{side} lines", count] for side, count in lines.items()]
    for key, name in (
        ("characters", "characters"),
        ("classes", "classes"),
        ("spaces", "spaces"),
        ("longest_label", "longest label"),
        ("image_bytes", "bytes of pictures"),
    ):
        if isinstance(report.get(key), int):
            figures.append([name, report[key]])
    run = report.get("run")
    seed = run.get("seed") if isinstance(run, dict) else None
    if isinstance(seed, int):
        figures.append(["seed", str(seed)])
    return figures


def _tables(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    tables = []
    for key, title in (
        ("skipped", "Skipped, dropped or borrowed on the way"),
        ("outside_dictionary", "Characters outside the dictionary"),
    ):
        counts = report.get(key)
        if isinstance(counts, dict) and counts:
            rows = [[str(k), v if isinstance(v, int) else None] for k, v in counts.items()]
            tables.append({"title": title, "rows": rows[:_ROWS], "total": len(rows)})
    errors = report.get("errors")
    if isinstance(errors, list) and errors:
        rows = [[str(error), None] for error in errors[:_ROWS]]
        table = {"title": "Lines that could not be made", "rows": rows, "total": len(errors)}
        tables.append(table)
    return tables
