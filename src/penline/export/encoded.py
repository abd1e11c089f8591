"""The lines of a shard with the bytes of their pictures, and what the shard says of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from penline.errors import UnwritableLine
from penline.export.base import Options, Report, encode, hasher, pixel_bytes
from penline.export.rows import listed
from penline.records import Sample

__all__ = ["AT_ONCE", "Encoded", "turned"]

AT_ONCE = 16
"""Lines that go through a step together, before the next step: what a step needs of the processor's
caches is there for fifteen of them. It makes a line an eighth cheaper."""

_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}


def turned(sample: Sample) -> Sample:
    """The sample a quarter to the left, picture and boxes: what stood above stands left.

    The corners of a box keep the order of its character, which lies on its side now.
    """
    width = sample.image.shape[1]
    quads = np.stack([sample.quads[..., 1], width - sample.quads[..., 0]], -1)
    image = np.ascontiguousarray(np.rot90(sample.image))
    return replace(sample, image=image, quads=quads, packed=None)


class Encoded:
    """Encodes and lists the lines of one shard; counts those that could not be made.

    Args:
        options: what the user chose for the files.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._counts: Counter[str] = Counter()
        self._errors: list[str] = []
        self._records: list[list[Any]] = []
        self._size = 0
        self._pixels = hasher()

    def some(
        self, samples: Iterable[Sample | UnwritableLine]
    ) -> Iterator[list[tuple[Sample, bytes]]]:
        """The lines that could be made, in order, a few at a time, with their pictures encoded."""
        coming = iter(samples)
        while together := list(islice(coming, AT_ONCE)):
            made = []
            for sample in together:
                if sample.counts:
                    self._counts.update(sample.counts)
                if isinstance(sample, UnwritableLine):
                    self._errors.append(str(sample))
                else:
                    made.append(turned(sample) if self._options.turned else sample)
            encoded = [self._packed(sample) for sample in made]
            for sample in made:
                self._pixels.update(pixel_bytes(sample.image))
                told = sample.index, sample.side, sample.text, sample.writer
                self._records.append(listed(*told))
            self._size += sum(map(len, encoded))
            yield list(zip(made, encoded, strict=True))

    def _packed(self, sample: Sample) -> bytes:
        """A line's picture as a file: the one that it came in, where that is of the format."""
        packed = sample.packed
        if packed is not None and packed.startswith(_BEGINNINGS[self._options.format]):
            return packed
        return encode(sample.image, self._options)

    def each(self, samples: Iterable[Sample | UnwritableLine]) -> Iterator[tuple[Sample, bytes]]:
        """Yield each sample with its encoded picture, one by one."""
        for together in self.some(samples):
            yield from together

    def metadata(self) -> Report:
        """What all formats say of a shard: records, counts, errors; size and hash of pictures."""
        return {
            "records": self._records,
            "counts": dict(sorted(self._counts.items())),
            "errors": self._errors,
            "bytes": self._size,
            "pixels": self._pixels.hexdigest(),
        }
