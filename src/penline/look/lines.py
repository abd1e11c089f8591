"""A sheet of a finished data set: lines with their text, their boxes and the report's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np

from penline.catalogue.terms import reported_terms
from penline.durable import read_file
from penline.errors import ExportError
from penline.look.boxes import read_boxes
from penline.look.choose import even
from penline.look.page import data_uri, table
from penline.look.pictures import picture
from penline.look.plots import distribution
from penline.look.set_lines import DatasetLine, format_of, labels_of
from penline.look.terms import badges
from penline.measure.appearance import ink_of_picture, looks_of
from penline.randomness import Draws

__all__ = ["label_plots", "line_data", "picture_plots", "set_figures", "set_notes", "set_tables"]

MAX_PICTURES_BYTES = 16 << 20
"""All pictures of a sheet together; where they are more, fewer lines are shown."""

MOST_MEASURED = 200
"""Lines whose strokes are measured."""

_MOST_MEASURED_PX = 1 << 22


def line_data(
    folder: Path, report: Mapping[str, Any], title: str, limit: int, draws: Draws
) -> dict[str, Any]:
    """The page's data.

    Args:
        folder: a finished data set whose lines are pictures in folders: ``paddleocr``, ``doctr``,
            ``easyocr`` or ``kraken``.
        report: what it says of itself.
        title: its name.
        limit: lines at most.
        draws: where chance comes from.

    Raises:
        ExportError: a label list that is damaged.
    """
    to = format_of(report)
    total = sum(1 for _ in labels_of(folder, to, report))
    if not total:
        raise ExportError(f"{folder}: no line in its label lists")
    wanted = iter(even(total, limit, draws))
    chosen, next_one = [], next(wanted, None)
    lengths: list[int] = []
    classes: Counter[str] = Counter()
    for number, line in enumerate(labels_of(folder, to, report)):
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
    return {
        "kind": "data set",
        "title": title,
        "unit": "lines",
        "shown": len(chosen),
        "total": total,
        "spread": "one by chance from each equal part of the lists",
        "badges": badges(rows, report.get("simulated") or None),
        "figures": set_figures(report),
        "sources": rows,
        "tables": set_tables(report),
        "notes": set_notes(report, boxed=has_boxes),
        "has_boxes": has_boxes,
        "archives": archives,
        "sides": sorted({line.side for line in chosen}),
        "lines": lines,
        "plots": _plots(folder, lines, lengths, classes, total),
    }


def set_notes(report: Mapping[str, Any], *, boxed: bool) -> list[str]:
    """What is to be known of a finished set."""
    notes = []
    if not boxed:
        notes.append("No boxes: this set was made without them (penline compose --boxes).")
    if report.get("mixed_writers") is True:
        notes.append("The glyphs of a line come from several writers.")
    return notes


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

    def data(line: Mapping[str, Any]) -> bytes:
        file = _inside(folder, line["path"])
        return b"" if file is None else read_file(file)

    pictures = [(line["width"], line["height"], partial(data, line)) for line in sized]
    return [
        *label_plots(lengths, classes),
        *distribution("Lines of a writer", list(writers.values()), "lines", "writers", of),
        *picture_plots(pictures, total, of),
    ]


def label_plots(lengths: Sequence[int], classes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Distributions of the lengths of labels, and of how often characters are used."""
    return [
        *distribution("Characters of a line", lengths, "characters", "lines"),
        *distribution("Uses of a character", list(classes.values()), "uses", "characters"),
    ]


def picture_plots(
    pictures: Sequence[tuple[int, int, Callable[[], bytes]]], total: int, of: str
) -> list[dict[str, Any]]:
    """Distributions of the sizes of lines; and of the stroke widths of some of them.

    Args:
        pictures: width and height of each that is shown, and what gives its file.
        total: how many lines there are.
        of: how those shown were chosen.
    """
    some = pictures[:: max(1, len(pictures) // MOST_MEASURED)]
    strokes = [px for width, height, data in some for px in _stroke_px(width, height, data)]
    measured = "some of the lines" if len(some) < total else ""
    return [
        *distribution("Width", [width for width, _, _ in pictures], "px", "lines", of),
        *distribution("Height", [height for _, height, _ in pictures], "px", "lines", of),
        *distribution("Stroke width", strokes, "px", "lines", measured),
    ]


def _stroke_px(width: int, height: int, read: Callable[[], bytes]) -> list[float]:
    """Stroke width of a line's ink on any paper; nothing of a picture that is large or damaged."""
    data = read() if width * height <= _MOST_MEASURED_PX else b""
    try:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return []
    if grey is None or grey.shape != (height, width):
        return []
    ink = ink_of_picture(np.asarray(grey, np.uint8), float(min(width, height)))
    return [float(looks_of(ink, np.array([[0, 0, width, height]], np.int64))[0, 0])]


def _within(folder: Path, lines: list[DatasetLine]) -> list[DatasetLine]:
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


def _shown(folder: Path, line: DatasetLine, boxes: Mapping[str, Any] | None) -> dict[str, Any]:
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


def set_figures(report: Mapping[str, Any]) -> list[list[Any]]:
    """The counts of a finished set, as its report tells them."""
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


def set_tables(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the report of a finished set says was left out."""
    tables: list[dict[str, Any]] = []
    for key, title in (
        ("skipped", "Skipped, dropped or borrowed on the way"),
        ("outside_dictionary", "Characters outside the dictionary"),
    ):
        counts = report.get(key)
        if isinstance(counts, dict):
            rows = [[str(k), v if isinstance(v, int) else None] for k, v in counts.items()]
            tables += table(title, rows, names=key == "outside_dictionary")
    errors = report.get("errors")
    if isinstance(errors, list):
        tables += table("Lines that could not be made", [[str(error), None] for error in errors])
    return tables
