"""Lines of sets and of composers, as a reader takes them: grey, and of its height."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from penline.ablate.text import Folding
from penline.errors import ExportError, UsageError
from penline.look.set_lines import format_of, labels_of, read_report
from penline.records import Bytes2D, Sample
from penline.stream.dataset import Item

__all__ = ["MixedLines", "RealLine", "real_lines", "scaled"]

_BOXES = "boxes.jsonl"
_ROWS = "metadata.jsonl"
_MOST_PX = 4000
"""Width of the widest line that is read, at the reader's height."""


@dataclass(frozen=True, slots=True, eq=False)
class RealLine:
    """A line of a set.

    Attributes:
        image: ``uint8 (height_px, width_px)``, grey, of the reader's height.
        text: the label as it stands.
        writer: who wrote it, where the set tells; else ``""``.
        name: the picture's path in the set.
    """

    image: Bytes2D
    text: str
    writer: str
    name: str


def scaled(image: Any, height_px: int) -> Bytes2D:
    """Scale an image to grey of the reader's height, its proportion kept.

    Args:
        image: ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` in RGB order.
        height_px: of the result.

    Raises:
        ExportError: its line would be wider than any that is read.
    """
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    wide = max(round(width * height_px / height), 1)
    if wide > _MOST_PX:
        raise ExportError(
            f"a line of {width} x {height} px would be {wide:,} px wide at {height_px} px of "
            f"height; {_MOST_PX:,} is the most: cut it into shorter lines, or lay it across"
        )
    if height == height_px:
        return np.ascontiguousarray(grey)
    how = cv2.INTER_AREA if height > height_px else cv2.INTER_LINEAR
    resized: Bytes2D = cv2.resize(grey, (wide, height_px), interpolation=how)
    return resized


def real_lines(
    folder: Path, height_px: int, side: str | None = None, most: int | None = None
) -> list[RealLine]:
    """Read the lines of a finished set whose pictures lie in folders.

    Args:
        folder: the set.
        height_px: of the pictures to give.
        side: ``train`` or ``val``; None for both.
        most: no more than these, the first.

    Raises:
        UsageError: no such folder.
        ExportError: no set, one without lines, or a picture that cannot be read.
    """
    if not (folder / "report.json").is_file():
        raise UsageError(
            f"{folder}: no finished set of lines; penline convert SOURCE --to imagefolder -o SET "
            "makes one of real lines"
        )
    report = read_report(folder)
    writers = _writers(folder)
    found: list[RealLine] = []
    for line in labels_of(folder, format_of(report, folder), report):
        if side in (None, line.side):
            image = cv2.imread(str(folder / line.path), cv2.IMREAD_GRAYSCALE)
            if image is None:
                raise ExportError(f"{folder / line.path} is no picture that can be read")
            grey = scaled(image, height_px)
            found.append(RealLine(grey, line.text, writers.get(line.path, ""), line.path))
            if len(found) == most:
                break
    if not found:
        raise ExportError(f"{folder} has no lines{f' of the side {side}' if side else ''}")
    return found


def _writers(folder: Path) -> dict[str, str]:
    """Who wrote each picture of a set, where its boxes or its rows tell."""
    return {
        f"{parent}{name}": str(row["writer"])
        for path, parent, key in _tables(folder)
        for row in _rows(path)
        if isinstance(name := row.get(key), str) and row.get("writer")
    }


def _tables(folder: Path) -> Iterator[tuple[Path, str, str]]:
    if (folder / _BOXES).is_file():
        yield folder / _BOXES, "", "path"
    for path in sorted(folder.glob(f"*/{_ROWS}")):
        yield path, f"{path.parent.name}/", "file_name"


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise ExportError(f"{path}: line {number} is no JSON object")
            yield row


class MixedLines(Sequence[Item]):
    """Composed and real lines in one row: each k-th is the one or the other by the share.

    Line `k` is the same whenever it is asked for. Real ones come round and round; composed ones
    never come twice.

    Args:
        composed: the composed lines, or None where there are none.
        real: the real ones.
        share: of composed lines, 0 to 1.
        folding: of the labels.
        height_px: of the pictures.
        size: how many there are.
    """

    def __init__(
        self,
        composed: Sequence[Sample] | None,
        real: Sequence[RealLine],
        share: float,
        folding: Folding,
        *,
        height_px: int,
        size: int,
    ) -> None:
        self.composed, self.real, self.share = composed, real, share
        self.folding, self.height_px, self.size = folding, height_px, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        """Line `index`.

        Raises:
            UnwritableLine: a composed line that could not be written.
        """
        before = int(index * self.share)
        if self.composed is not None and int((index + 1) * self.share) > before:
            sample = self.composed[before]
            return Item(scaled(sample.image, self.height_px), self.folding(sample.text), index)
        line = self.real[(index - before) % len(self.real)]
        return Item(line.image, self.folding(line.text), index)
