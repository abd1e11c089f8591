"""Re-read a finished data set: every label has its image, every image decodes, hashes hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from penline.errors import ExportError
from penline.export.paddleocr import DICTIONARY, read_dictionary
from penline.export.run import REPORT

__all__ = ["Checked", "check"]

MAX_REPORT_BYTES = 1 << 30
MAX_IMAGE_BYTES = 1 << 28


@dataclass(slots=True)
class Checked:
    """What `check` found.

    Attributes:
        out: the data set.
        lines: labels read, by list.
        problems: one line each; none in a sound set.
    """

    out: Path
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def check(out: Path, progress: Callable[[int, int], None] | None = None) -> Checked:
    """Check a finished data set in the ``paddleocr`` format.

    Raises:
        ExportError: not a finished data set of penline's.
    """
    report = _report(out)
    found = Checked(out)
    problems = found.problems
    dictionary = set(read_dictionary((out / DICTIONARY).read_bytes(), DICTIONARY))
    outside = set(report.get("outside_dictionary", {}))
    labels: dict[str, str] = {}
    for side, expected in report["lines"].items():
        name = f"rec_gt_{side}.txt"
        count = 0
        for number, line in _lines(out / name, problems):
            count += 1
            path, tab, text = line.partition("\t")
            if not tab or not text or "\t" in text or "\r" in text:
                problems.append(f"{name}: line {number}: not a path, a TAB and a text")
            elif path in labels:
                problems.append(f"{name}: line {number}: {path} stands twice")
            else:
                labels[path] = text
                strange = {c for c in text if c != " " and c not in dictionary} - outside
                if strange:
                    marks = "".join(sorted(strange))
                    problems.append(f"{name}: line {number}: not in {DICTIONARY}: {marks}")
        found.lines[side] = count
        if count != expected:
            problems.append(f"{name}: {count} lines, the report says {expected}")
    total = len(labels)
    folders: dict[str, Any] = {}
    for done, path in enumerate(sorted(labels), 1):
        data = _image(out, path, problems)
        folder = path.split("/")[1] if path.count("/") == 2 else ""
        folders.setdefault(folder, hashlib.blake2b(digest_size=16)).update(data)
        if progress and not done % 256:
            progress(done, total)
    if progress:
        progress(total, total)
    for shard in report["shards"]:
        digest = folders.get(f"{shard['number']:05d}", hashlib.blake2b(digest_size=16))
        if digest.hexdigest() != shard["files"]:
            problems.append(
                f"images/{shard['number']:05d}: its files are not those that were written"
            )
    for path in sorted(str(p.relative_to(out).as_posix()) for p in (out / "images").rglob("*.*")):
        if path not in labels:
            problems.append(f"{path}: an image without a label")
    return found


def _report(out: Path) -> dict[str, Any]:
    path = out / REPORT
    if not path.is_file() or path.stat().st_size > MAX_REPORT_BYTES:
        raise ExportError(f"{out} has no {REPORT}: not a finished data set of penline's")
    try:
        report = json.loads(path.read_bytes())
        report["shards"], report["lines"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ExportError(f"{path} is not a report of penline's") from None
    if not (out / DICTIONARY).is_file():
        raise ExportError(f"{out} has no {DICTIONARY}")
    found: dict[str, Any] = report
    return found


def _lines(path: Path, problems: list[str]) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError:
        problems.append(f"{path.name}: missing")
        return
    except UnicodeDecodeError as error:
        problems.append(f"{path.name}: byte {error.start} is not UTF-8")
        return
    if text.startswith("\ufeff"):
        problems.append(f"{path.name}: begins with a byte order mark")
    yield from enumerate(text.removesuffix("\n").split("\n"), 1)


def _image(out: Path, path: str, problems: list[str]) -> bytes:
    file = out / path
    if Path(path).is_absolute() or ".." in Path(path).parts:
        problems.append(f"{path}: leads out of the data set")
        return b""
    try:
        if file.stat().st_size > MAX_IMAGE_BYTES:
            problems.append(f"{path}: larger than any line's image")
            return b""
        data = file.read_bytes()
    except OSError as error:
        problems.append(f"{path}: {error.strerror or 'cannot be read'}")
        return b""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if image is None:
        problems.append(f"{path}: does not decode as an image")
    return data
