"""Lines of different widths as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from penline.errors import UnwritableLine, UsageError
from penline.stream.dataset import Image, Item, Skipped
from penline.stream.labels import Labels
from penline.stream.place import torch

__all__ = ["Batch", "Pad"]

_MAX_MULTIPLE_PX = 1024


class Batch(NamedTuple):
    """Lines side by side; arrays, or PyTorch's tensors of the same types and shapes.

    Attributes:
        images: ``uint8`` or ``float32 (lines, channels, height_px, width_px)``, padded
            to the right.
        widths: ``int64 (lines,)``: width of each before it was padded, in pixels.
        texts: the labels.
        labels: ``int64 (lines, longest)``: the labels as numbers, filled up; None without encoder.
        lengths: ``int64 (lines,)``: how many of each row's numbers are the label; None likewise.
        indices: ``int64 (lines,)``: number of each line in its recipe and seed.
        skipped: lines that could not be written and are left out here.
        unknown: characters that are not in the encoder's dictionary, dropped or marked.
    """

    images: Any
    widths: Any
    texts: tuple[str, ...]
    labels: Any
    lengths: Any
    indices: Any
    skipped: int
    unknown: int


class Pad:
    """A collate function: images to the width of the batch's widest, labels to its longest.

    Args:
        labels: encodes the texts; None for texts alone.
        fill: what the padding is: each line's own ``paper`` (the median of its last column), or
            a level from 0 to 255.
        multiple_px: the batch's width is a multiple of this.
        dtype: ``uint8`` as the images are, or ``float32`` from -1 (black) to 1 (white). Bytes take
            a quarter of the way from worker to trainer; scale them there.
        tensors: PyTorch's tensors; False for arrays.

    Raises:
        UsageError: a setting that there is not.
    """

    def __init__(
        self,
        labels: Labels | None = None,
        *,
        fill: int | Literal["paper"] = "paper",
        multiple_px: int = 8,
        dtype: Literal["uint8", "float32"] = "uint8",
        tensors: bool = True,
    ) -> None:
        if fill != "paper" and not (isinstance(fill, int) and 0 <= fill <= 255):
            raise UsageError(f"fill must be paper, or a level from 0 to 255, not {fill!r}")
        if not 1 <= multiple_px <= _MAX_MULTIPLE_PX:
            raise UsageError(f"multiple_px goes from 1 to {_MAX_MULTIPLE_PX}, not {multiple_px}")
        if dtype not in ("uint8", "float32"):
            raise UsageError(f"dtype must be uint8 or float32, not {dtype!r}")
        self.labels = labels
        self.fill = fill
        self.multiple_px = multiple_px
        self.dtype = dtype
        self.tensors = tensors

    def __call__(self, lines: Sequence[Item | Skipped]) -> Batch:
        """The batch of some lines.

        Raises:
            UsageError: lines of different heights, or a character outside of the dictionary.
            UnwritableLine: not one of them could be written.
            MissingExtra: tensors are asked for, and PyTorch is not installed.
        """
        written = [line for line in lines if isinstance(line, Item)]
        skipped = [line for line in lines if isinstance(line, Skipped)]
        if not written:
            first = skipped[0] if skipped else Skipped(-1, "an empty batch")
            raise UnwritableLine(first.index, len(skipped), first.reason)
        images = self._images([line.image for line in written])
        widths = np.array([line.image.shape[1] for line in written], np.int64)
        indices = np.array([line.index for line in written], np.int64)
        texts = tuple(line.text for line in written)
        labels = lengths = None
        unknown = 0
        if self.labels is not None:
            numbers = [self.labels.encode(text) for text in texts]
            lengths = np.array([len(row) for row in numbers], np.int64)
            labels = np.full((len(numbers), int(lengths.max())), self.labels.pad, np.int64)
            for row, filled in zip(numbers, labels, strict=True):
                filled[: len(row)] = row
            unknown = sum(len(self.labels.lacking(text)) for text in texts)
        arrays: list[Any] = [images, widths, labels, lengths, indices]
        if self.tensors:
            module = torch()
            arrays = [None if one is None else module.from_numpy(one) for one in arrays]
        images, widths, labels, lengths, indices = arrays
        return Batch(images, widths, texts, labels, lengths, indices, len(skipped), unknown)

    def _images(self, images: list[Image]) -> Any:
        shapes = {(image.shape[0], *image.shape[2:]) for image in images}
        if len(shapes) > 1:
            raise UsageError(
                "lines of one batch need one height and one number of channels; columns can be "
                "laid on their side: transform=numpy.rot90"
            )
        height, *channels = shapes.pop()
        widest = max(image.shape[1] for image in images)
        width = -(-widest // self.multiple_px) * self.multiple_px
        batch = np.empty((len(images), *(channels or (1,)), height, width), np.uint8)
        for image, place in zip(images, batch, strict=True):
            planes = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
            own = image.shape[1]
            place[:, :, :own] = planes
            if own < width:
                place[:, :, own:] = self._level(planes)
        if self.dtype == "uint8":
            return batch
        return batch.astype(np.float32) / np.float32(127.5) - np.float32(1)

    def _level(self, planes: Image) -> Any:
        if self.fill != "paper":
            return self.fill
        return np.sort(planes[:, :, -1], axis=1)[:, planes.shape[1] // 2, None, None]
