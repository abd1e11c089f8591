"""Boxes and provenance of chosen lines from ``boxes.jsonl``, checked and made small for a page."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from penline.errors import ExportError
from penline.provenance import short_names

__all__ = ["read_boxes"]

_MAX_LINE_BYTES = 1 << 24
_FIRST_KEY = b'{"path": "'
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
        found[path] = {"boxes_problem": "it has no entry in boxes.jsonl"}
    return found, short_names(list(archives))


def _may_be_wanted(raw: bytes, paths: set[str]) -> bool:
    """Whether the first value is one of the paths: far quicker than parsing the line."""
    name = raw[len(_FIRST_KEY) :].partition(b'"')[0]
    return b"\\" in name or name.decode("utf-8", "replace") in paths


def _checked(entry: dict[str, Any], archives: dict[str, int]) -> dict[str, Any]:
    try:
        quads = [[_px(v) for corner in quad for v in _pair(corner)] for quad in entry["quads"]]
        entries = list(map(str, entry.get("entries", entry["text"])))
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
    told = {"entries": entries} if "entries" in entry else {}
    return {"boxes": quads, "origins": origins, "writer": writer, **told}


def _pair(corner: Any) -> tuple[Any, Any]:
    x, y = corner
    return x, y


def _px(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return round(number, 2)
