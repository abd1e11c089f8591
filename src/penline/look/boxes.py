"""Boxes and provenance of chosen lines from ``boxes.jsonl``, checked and made small for a page."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from penline.errors import ExportError
from penline.provenance import short_names

__all__ = ["add_boxes", "box_paths", "read_boxes", "row_boxes"]

BOXES = "boxes.jsonl"

_MAX_LINE_BYTES = 1 << 24
_FIRST_KEY = b'{"path": "'
_NONE = {"boxes_problem": f"it has no entry in {BOXES}"}
_WRONG = "its boxes are not as they should be"


def read_boxes(file: Path, paths: set[str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What the file says about the lines of these paths.

    Returns:
        Facts by path: ``writer``; ``boxes``, eight numbers a character (x and y of four corners,
        in px); ``origins``, ``[item, character written, writer, number of the archive, record]``
        each, the writer empty where it is the line's. A line whose entry is damaged has only
        ``boxes_problem``. Then the archives' names, without the folders that they share.

    Raises:
        ExportError: a line without end.
    """
    left = set(paths)
    found: dict[str, dict[str, Any]] = {}
    archives: dict[str, int] = {}
    with file.open("rb") as lines:
        while left and (raw := lines.readline(_MAX_LINE_BYTES)):
            if len(raw) == _MAX_LINE_BYTES:
                raise ExportError(f"{file}: a line of more than {_MAX_LINE_BYTES:,} bytes")
            if raw.startswith(_FIRST_KEY) and not _may_be_wanted(raw, left):
                continue
            try:
                entry = json.loads(raw)
            except (ValueError, RecursionError):
                continue
            path = entry.get("path") if isinstance(entry, dict) else None
            if not isinstance(path, str) or path not in left:
                continue
            left.discard(path)
            found[path] = _checked(entry, archives)
    for path in left:
        found[path] = _NONE
    return found, short_names(list(archives))


def row_boxes(told: Mapping[str, Any], text: str, writer: str) -> dict[str, Any]:
    """Return what a row of a set tells of its line, as `read_boxes` does, ``archives`` with it.

    Args:
        told: ``quads``, ``origins`` and ``drawn``, as `penline.export.rows.row` writes them.
        text: of the line.
        writer: its writer.
    """
    archives: dict[str, int] = {}
    entry = {**told, "text": text, "writer": writer, "origins": told.get("origins") or ()}
    try:
        drawn = json.loads(told.get("drawn") or "{}")
        if isinstance(drawn, dict) and "entries" in drawn:
            entry["entries"] = drawn["entries"]
    except (ValueError, TypeError, RecursionError):
        return {"boxes_problem": _WRONG}
    found = _checked(entry, archives)
    return {**found, "archives": short_names(list(archives))}


def add_boxes(folder: Path, lines: Iterable[tuple[dict[str, Any], list[str]]]) -> None:
    """Add to facts of lines what ``boxes.jsonl`` of their set tells of them, where it is there.

    Args:
        folder: the set.
        lines: facts of each line, and what it may be called there.
    """
    wanted = [(facts, paths) for facts, paths in lines if "boxes" not in facts]
    if not wanted or not (folder / BOXES).is_file():
        return
    found, archives = read_boxes(folder / BOXES, {path for _, paths in wanted for path in paths})
    for facts, paths in wanted:
        facts |= next((found[one] for one in paths if found[one] != _NONE), _NONE)
        facts["archives"] = archives


def box_paths(folder: str, name: str, record: int) -> list[str]:
    """Return what ``boxes.jsonl`` of a set may call a line.

    Args:
        folder: the set.
        name: of the line, ``file::picture``.
        record: number of the line in that file.

    >>> box_paths("/s", "/s/train/data.mdb::image-000000001", 0)[0]
    'train/image-000000001'
    >>> box_paths("/s", "/s/train.arrow::row 7", 7)[2]
    'train.arrow/7'
    """
    file, _, own = name.rpartition("::")
    inside = file.replace(os.sep, "/").removeprefix(folder.replace(os.sep, "/")).strip("/")
    within = inside.rpartition("/")[0]
    return [f"{within}/{own}".lstrip("/"), f"{inside}/{own}".lstrip("/"), f"{inside}/{record}"]


def _may_be_wanted(raw: bytes, paths: set[str]) -> bool:
    """Whether the first value is one of the paths: far quicker than parsing the line."""
    name = raw[len(_FIRST_KEY) :].partition(b'"')[0]
    return b"\\" in name or name.decode("utf-8", "replace") in paths


def _checked(entry: dict[str, Any], archives: dict[str, int]) -> dict[str, Any]:
    try:
        quads = [[_px(v) for corner in quad for v in _pair(corner)] for quad in entry["quads"]]
        entries = list(map(str, entry.get("entries", entry["text"])))
        if len(quads) == 1:  # around all of a line that was converted
            entries = [str(entry["text"])]
        whole = len(quads) == len(entries) and "".join(entries) == entry["text"]
        if any(len(quad) != 8 for quad in quads) or not whole:
            return {"boxes_problem": _WRONG}
        writer = str(entry.get("writer", ""))
        origins = []
        for origin in entry.get("origins", []):
            whose = str(origin["writer"])
            archive = archives.setdefault(str(origin["archive"]), len(archives))
            place = int(origin["item"]), int(origin["record"])
            whose = "" if whose == writer else whose
            origins.append([place[0], str(origin["written"]), whose, archive, place[1]])
    except (KeyError, TypeError, ValueError, OverflowError):
        return {"boxes_problem": _WRONG}
    told = {"entries": entries} if "entries" in entry or len(quads) == 1 else {}
    return {"boxes": quads, "origins": origins, "writer": writer, **told}


def _pair(corner: Any) -> tuple[Any, Any]:
    x, y = corner
    return x, y


def _px(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return round(number, 2)
