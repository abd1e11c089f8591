"""Re-read a finished data set: every label has its image, every image decodes, hashes hold."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
from pydantic import BaseModel, StringConstraints, ValidationError

from penline.errors import ExportError, RecipeError
from penline.export.paddleocr import DICTIONARY, file_hash, read_dictionary
from penline.export.run import REPORT
from penline.paper.picture import picture_size

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
        ExportError: not a finished data set of penline's, or one whose report is not sound.
    """
    report = _report(out)
    found = Checked(out)
    problems = found.problems
    for name, digest in report.files.items():
        if not (out / name).is_file():
            problems.append(f"{name}: missing")
        elif file_hash(out / name) != digest:
            problems.append(f"{name}: not the file that was written")
    labels = _labels(out, report, found)
    folders: dict[str, Any] = {}
    for done, path in enumerate(sorted(labels), 1):
        data = _image(out, path, problems)
        folder = path.split("/")[1] if path.count("/") == 2 else path
        folders.setdefault(folder, hashlib.blake2b(digest_size=16)).update(data)
        if progress and not done % 256:
            progress(done, len(labels))
    if progress:
        progress(len(labels), len(labels))
    written = {f"{shard.number:05d}": shard.files for shard in report.shards}
    for folder in sorted(written.keys() | folders.keys()):
        digest = folders.get(folder, hashlib.blake2b(digest_size=16)).hexdigest()
        if folder not in written:
            problems.append(f"images/{folder}: not in the report")
        elif digest != written[folder]:
            problems.append(f"images/{folder}: its files are not those that were written")
    for path in sorted(str(p.relative_to(out).as_posix()) for p in (out / "images").rglob("*.*")):
        if path not in labels:
            problems.append(f"{path}: an image without a label")
    return found


class _Shard(BaseModel):
    number: int
    files: str


class _Report(BaseModel):
    """What of ``report.json`` can be checked."""

    lines: dict[Annotated[str, StringConstraints(pattern="^[a-z]{1,20}$")], int]
    characters: int
    spaces: int
    classes: int
    outside_dictionary: dict[str, int]
    files: dict[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z]{1,8}$")], str]
    shards: list[_Shard]


def _report(out: Path) -> _Report:
    path = out / REPORT
    if not path.is_file() or path.stat().st_size > MAX_REPORT_BYTES:
        raise ExportError(f"{out} has no {REPORT}: not a finished data set of penline's")
    try:
        report = _Report.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ExportError(f"{path}: not a report of penline's: {place}: {first['msg']}") from None
    if not (out / DICTIONARY).is_file():
        raise ExportError(f"{out} has no {DICTIONARY}")
    return report


def _labels(out: Path, report: _Report, found: Checked) -> dict[str, str]:
    """The labels of all lists, held against dictionary and report."""
    problems = found.problems
    dictionary = set(read_dictionary((out / DICTIONARY).read_bytes(), DICTIONARY))
    labels: dict[str, str] = {}
    characters: Counter[str] = Counter()
    for side, expected in report.lines.items():
        name = f"rec_gt_{side}.txt"
        count = 0
        for number, line in _lines(out / name, problems):
            count += 1
            path, tab, text = line.partition("\t")
            if not tab or not text or "\t" in text or "\r" in text:
                problems.append(f"{name}: line {number}: not a path, a TAB and a text")
                continue
            if path in labels:
                problems.append(f"{name}: line {number}: {path} stands twice")
                continue
            labels[path] = text
            characters.update(text)
            known = dictionary | report.outside_dictionary.keys() | {" "}
            strange = "".join(sorted(set(text) - known))
            if strange:
                problems.append(f"{name}: line {number}: not in {DICTIONARY}: {strange}")
        found.lines[side] = count
        if count != expected:
            problems.append(f"{name}: {count} lines, the report says {expected}")
    spaces = characters.pop(" ", 0)
    counted = {
        "spaces": spaces,
        "characters": sum(characters.values()),
        "classes": len(characters),
    }
    for what, count in counted.items():
        if count != getattr(report, what):
            problems.append(f"{REPORT}: says {getattr(report, what)} {what}, there are {count}")
    return labels


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
    if text:
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
    except (OSError, ValueError) as error:
        problems.append(f"{path}: {getattr(error, 'strerror', None) or 'cannot be read'}")
        return b""
    try:
        picture_size(file)  # before a header that lies makes the decoder take memory for it
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except (RecipeError, cv2.error):
        image = None
    if image is None:
        problems.append(f"{path}: does not decode as an image")
    return data
