"""Lines of sets and of composers, as a reader takes them: grey, and of its height."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from penline.ablate.text import Folding
from penline.convert.items import items
from penline.convert.policy import Policy
from penline.errors import ExportError
from penline.provenance import Places
from penline.records import Bytes2D, Sample
from penline.sources.collect import given_names, open_sources
from penline.sources.reading import Reading
from penline.stream.dataset import Item

__all__ = ["MixedLines", "RealLine", "real_lines", "scaled"]

_MOST_PX = 4000
"""Width of the widest line that is read, at the reader's height."""


@dataclass(frozen=True, slots=True, eq=False)
class RealLine:
    """A line of a set.

    Attributes:
        image: ``uint8 (height_px, width_px)``, grey, of the reader's height.
        text: the label as it stands.
        writer: who wrote it, where the set tells; else ``""``.
        name: where it lies: the file that lists or holds it, and its number there.
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
    path: Path, height_px: int, side: str | None = None, most: int | None = None
) -> list[RealLine]:
    """Read the lines of a set, of pages or of archives: whatever `convert` makes lines of.

    Args:
        path: a finished set, a list, a table, a folder of pages, an archive.
        height_px: of the pictures to give.
        side: ``train``, ``val`` or ``test``; None for all.
        most: no more than these, the first.

    Raises:
        UsageError: no such file or folder.
        FormatError: a file that is not what its format says.
        ExportError: no lines, or a picture that cannot be read.
    """
    found = list(islice(_lines_of(path, height_px, side), most))
    if not found:
        raise ExportError(f"{path} has no lines{f' of the side {side}' if side else ''}")
    return found


def _lines_of(path: Path, height_px: int, side: str | None) -> Iterator[RealLine]:
    files = open_sources([path], reading=Reading(take="lines"))
    places = Places(given_names([path]))
    for item in items(files, "lines", Policy("drop-line"), places, salvage=False):
        if isinstance(item, Sample) and side in (None, item.side):
            name = f"{item.origins[0].archive}:{item.origins[0].record}"
            writer = "" if item.writer.startswith("unknown:") else item.writer
            yield RealLine(scaled(item.image, height_px), item.text, writer, name)


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
