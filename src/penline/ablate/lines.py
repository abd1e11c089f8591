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
from penline.convert.real import at_height, wide_at
from penline.errors import ExportError
from penline.provenance import Places
from penline.records import Bytes2D, Sample
from penline.sources.collect import given_names, open_sources
from penline.sources.reading import Reading
from penline.stream.dataset import Item

__all__ = ["MixedLines", "RealLine", "fitted", "real_lines", "scaled", "trimmed", "trimmed_at"]

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
    height, width = image.shape[:2]
    wide = wide_at(height_px, height, width)
    if wide > _MOST_PX:
        raise ExportError(
            f"a line of {width} x {height} px would be {wide:,} px wide at {height_px} px of "
            f"height; {_MOST_PX:,} is the most: cut it into shorter lines, or lay it across"
        )
    line: Bytes2D = at_height(_grey(image), height_px)
    return line


def _grey(image: Any) -> Any:
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def fitted(image: Any, height_px: int, *, trim: bool) -> Bytes2D:
    """Bring an image to the reader's height, as `scaled` does; `trim`: its ink, as `trimmed`."""
    return scaled(trimmed(image) if trim else image, height_px)


def trimmed(image: Any) -> Bytes2D:
    """Cut a line to its ink; see `trimmed_at`."""
    return trimmed_at(image)[0]


def trimmed_at(image: Any) -> tuple[Bytes2D, int]:
    """Cut a line to its ink, with a sixteenth of the ink's height left on each side.

    Ink is what is darker than halfway from the paper, the median of some pixels, to the darkest.
    Lines of different origin are then equally large, and have equal margins.

    Args:
        image: ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)``; dark on light.

    Returns:
        The part of it, grey, paper added where it has no margin, and where its left edge was, px,
        which may be below 0; all of it, and 0, where nothing is darker than the paper.
    """
    grey: Bytes2D = _grey(image)
    paper = int(np.median(grey[::4, ::4]))
    ink = grey < (paper + int(grey.min())) / 2
    down, across = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(down):
        return grey, 0
    more = max(round((down[-1] - down[0] + 1) / 16), 1)
    whole = np.pad(grey, more, constant_values=paper)
    part = whole[down[0] : down[-1] + 1 + 2 * more, across[0] : across[-1] + 1 + 2 * more]
    return np.ascontiguousarray(part), int(across[0]) - more


def real_lines(
    path: Path,
    height_px: int,
    side: str | None = None,
    most: int | None = None,
    *,
    trim: bool = False,
) -> list[RealLine]:
    """Read the lines of a set, of pages or of archives: whatever `convert` makes lines of.

    Args:
        path: a finished set, a list, a table, a folder of pages, an archive.
        height_px: of the pictures to give.
        side: ``train``, ``val`` or ``test``; None for all.
        most: no more than these, the first.
        trim: cut them to their ink.

    Raises:
        UsageError: no such file or folder.
        FormatError: a file that is not what its format says.
        ExportError: no lines, or a picture that cannot be read.
    """
    found = list(islice(_lines_of(path, height_px, side, trim), most))
    if not found:
        raise ExportError(f"{path} has no lines{f' of the side {side}' if side else ''}")
    return found


def _lines_of(path: Path, height_px: int, side: str | None, trim: bool) -> Iterator[RealLine]:
    files = open_sources([path], reading=Reading(take="lines"))
    places = Places(given_names([path]))
    for item in items(files, "lines", Policy("drop-line"), places, salvage=False):
        if isinstance(item, Sample) and side in (None, item.side):
            name = f"{item.origins[0].archive}:{item.origins[0].record}"
            writer = "" if item.writer.startswith("unknown:") else item.writer
            yield RealLine(fitted(item.image, height_px, trim=trim), item.text, writer, name)


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
        trim: cut composed lines to their ink; the real ones are as they are.
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
        trim: bool = False,
    ) -> None:
        self.composed, self.real, self.share = composed, real, share
        self.folding, self.height_px, self.size, self.trim = folding, height_px, size, trim

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
            image = fitted(sample.image, self.height_px, trim=self.trim)
            return Item(image, self.folding(sample.text), index)
        line = self.real[(index - before) % len(self.real)]
        return Item(line.image, self.folding(line.text), index)
