"""Lines by number, for a loader: composed when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from penline.errors import UnwritableLine, UsageError
from penline.records import OnlineLine, Sample
from penline.stream.place import settle

__all__ = ["Image", "Item", "LineDataset", "Skipped", "Unwritable"]

Image: TypeAlias = npt.NDArray[np.uint8]
Unwritable: TypeAlias = Literal["skip", "raise"]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One line for a batch.

    Attributes:
        image: ``uint8 (height_px, width_px)``, or ``(height_px, width_px, 3)`` in RGB order.
        text: the label.
        index: number of the line in its recipe and seed.
        strokes: the line as the pen wrote it, where that was asked for; None where a glyph of it
            came as a picture, too.
    """

    image: Image
    text: str
    index: int
    strokes: OnlineLine | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What stands in the place of a line that could not be written.

    Attributes:
        index: number of the line in its recipe and seed.
        reason: why.
    """

    index: int
    reason: str


class LineDataset:
    """Lines as PyTorch's map-style data sets are: a length, and an item for each number.

    It pickles as its lines do, so it goes to a loader's workers by any way of starting them, and
    it needs no PyTorch itself. Item k is the same in every process and at every time.

    Indices stay dense: a line that cannot be written still has its number. There, a `Skipped`
    stands in its place; `Pad` leaves it out of the batch and counts it.

    Args:
        lines: a `Composer`, a slice of one, or any sequence of samples.
        transform: what to do with each image; it gets ``uint8 (height_px, width_px)`` or
            ``(height_px, width_px, 3)`` and gives the same. A change that moves pixels sideways
            keeps the label true; chance in it is its own affair.
        unwritable: ``skip``, or ``raise`` the `UnwritableLine`, for a collate function of your
            own that does not know `Skipped`.
        strokes: give each item its strokes, too, in pixels of the picture before effects.

    Raises:
        UsageError: `unwritable` is neither.
    """

    def __init__(
        self,
        lines: Sequence[Sample],
        *,
        transform: Callable[[Image], Image] | None = None,
        unwritable: Unwritable = "skip",
        strokes: bool = False,
    ) -> None:
        if unwritable not in ("skip", "raise"):
            raise UsageError(f"unwritable must be skip or raise, not {unwritable!r}")
        self.lines = lines
        self.transform = transform
        self.unwritable = unwritable
        self.strokes = strokes

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, index: int) -> Item | Skipped:
        """Item `index`.

        Raises:
            IndexError: beyond the length.
            UnwritableLine: this line could not be written, and it is to be raised.
        """
        settle()
        try:
            sample = self.lines[index]
        except UnwritableLine as error:
            if self.unwritable == "raise":
                raise
            return Skipped(error.index, error.reason)
        return self.item(sample)

    def item(self, sample: Sample) -> Item:
        """A sample as an item."""
        image = sample.image if self.transform is None else self.transform(sample.image)
        strokes = sample.strokes if self.strokes else None
        return Item(image, sample.text, sample.index, strokes)
