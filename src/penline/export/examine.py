"""What every format needs to prove a finished data set: findings, and pictures that decode.

Each exporter's `examine` writes what it finds into one `Findings`; `penline.check` does the rest.
Headers of pictures are read by the layouts of PNG (ISO/IEC 15948) and JPEG (ITU-T T.81), the two
that penline writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.durable import read_file

__all__ = [
    "MAX_IMAGE_BYTES",
    "MAX_LINE_BYTES",
    "Findings",
    "entries",
    "inside",
    "is_inside",
    "json_lines",
    "picture",
    "picture_bytes",
]

MAX_IMAGE_BYTES = 1 << 28
MAX_PIXELS = 100_000_000
MAX_LINE_BYTES = 1 << 26
_SEGMENTS = 1000
_TICK = 256
_LEFT_BY_OTHERS = re.compile(
    r"\.DS_Store|\._.*|__MACOSX|Thumbs\.db|desktop\.ini|\.directory|@eaDir|\.ipynb_checkpoints"
    r"|\.nfs[0-9a-f]+",
    re.IGNORECASE,
)
"""What file managers, notebooks and network drives leave in folders that they show."""


@dataclass(slots=True)
class Findings:
    """What an examination found so far.

    Attributes:
        lines: items found, by side.
        problems: one line each.
        total: items that there should be.
        progress: called now and then with items done and `total`.
        read: gives the sound records of a file of the data set by penline's own reader of such
            files, and notes what is wrong with the others.
    """

    lines: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    total: int = 0
    progress: Callable[[int, int], None] | None = None
    read: Callable[[str], Iterator[Any]] = field(default=lambda _: iter(()), repr=False)
    done: int = 0

    def add(self, problem: str) -> None:
        """Note one thing that is wrong."""
        self.problems.append(problem)

    def hashes(self, written: Mapping[str, str], seen: Mapping[str, str]) -> None:
        """Hold what was seen of each shard's files against what the report says was written."""
        for name in sorted(written.keys() | seen.keys()):
            if name not in written:
                self.add(f"{name}: not in the report")
            elif seen.get(name) != written[name]:
                self.add(f"{name}: its files are not those that were written")

    def tick(self) -> None:
        """One item more was looked at."""
        self.done += 1
        if self.progress and not self.done % _TICK:
            self.progress(self.done, max(self.done, self.total))


def is_inside(name: str) -> bool:
    r"""Whether a name, its parts parted by ``/``, stays in its folder on every system.

    >>> is_inside("train/metadata.jsonl"), is_inside("../x"), is_inside("/x"), is_inside("c:x")
    (True, False, False, False)
    """
    path = PurePosixPath(name)
    strange = any(mark in name for mark in "\0\\:")
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not strange


def entries(folder: Path, pattern: str = "*") -> list[Path]:
    """What a pattern finds below a folder, sorted; but not what file managers and notebooks leave.

    Of a folder that is not there: nothing.
    """
    found = sorted(folder.glob(pattern))
    return [path for path in found if not _left_by_others(path.relative_to(folder))]


def _left_by_others(path: Path) -> bool:
    return any(_LEFT_BY_OTHERS.fullmatch(part) for part in path.parts)


def inside(out: Path, name: str) -> Path | None:
    """The file of that name in the data set; None where the name, or a link, leads out of it."""
    if not is_inside(name):
        return None
    path = out.joinpath(*PurePosixPath(name).parts)
    return path if path.resolve().is_relative_to(out.resolve()) else None


def picture_bytes(out: Path, name: str, found: Findings) -> bytes:
    """The bytes of a picture of the data set, proven to decode; ``b""`` with a problem noted."""
    path = inside(out, name)
    if path is None:
        found.add(f"{name}: leads out of the data set")
        return b""
    try:
        if path.stat().st_size > MAX_IMAGE_BYTES:
            found.add(f"{name}: larger than any picture of a line or page")
            return b""
        data = read_file(path)
    except (OSError, ValueError) as error:
        found.add(f"{name}: {getattr(error, 'strerror', None) or 'cannot be read'}")
        return b""
    if picture(data) is None:
        found.add(f"{name}: does not decode as an image")
    return data


def picture(data: bytes) -> npt.NDArray[np.uint8] | None:
    """The decoded PNG or JPEG, as OpenCV has it; None where it is none, or a lying one."""
    size = _size(data)
    if size is None or min(size) < 1 or size[0] * size[1] > MAX_PIXELS:
        return None  # before a header that lies makes the decoder take memory for it
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)


def json_lines(path: Path, name: str, found: Findings) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number (from 1) and object of each line of a JSON lines file; problems are noted."""
    try:
        file = path.open("rb")
    except OSError:
        found.add(f"{name}: missing")
        return
    with file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            try:
                row = json.loads(line.decode("utf-8"))
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict) and line.endswith(b"\n"):
                yield number, row
            else:
                found.add(f"{name}: line {number}: not a whole JSON object")


def _size(data: bytes) -> tuple[int, int] | None:
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) > 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    place = 2
    if data[:3] != b"\xff\xd8\xff":
        return None
    for _ in range(_SEGMENTS):
        head = data[place : place + 9]
        if len(head) < 9 or head[0] != 0xFF:
            return None
        if head[1] == 0xFF:  # a fill byte
            place += 1
        elif 0xC0 <= head[1] <= 0xCF and head[1] not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")
        elif head[1] in (0xD9, 0xDA):
            return None
        else:
            place += 2 + int.from_bytes(head[2:4], "big")
    return None
