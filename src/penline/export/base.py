"""What an exporter is, and how a sample's image becomes a file's bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.errors import ExportError, UnwritableLine
from penline.records import Sample

__all__ = ["Exporter", "Options", "Report", "encode"]

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose for the files.

    Attributes:
        format: ``jpg`` or ``png``.
        quality: JPEG quality, 1 to 100.
        boxes: write character boxes and provenance, too.
        dictionary: the user's own dictionary file.
        splits: the sides there are: ``train``, or ``train`` and ``val``.
    """

    format: str = "jpg"
    quality: int = 95
    boxes: bool = False
    dictionary: Path | None = None
    splits: tuple[str, ...] = field(default=("train",))


class Exporter(ABC):
    """Writes shards, each on its own, and then what belongs to all of them."""

    def __init__(self, out: Path, options: Options) -> None:
        self.out = out
        self.options = options

    @abstractmethod
    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """Write one shard; it bears its final name only when it is whole.

        Returns:
            What `finish` needs to know of it, as JSON can hold it.
        """

    @abstractmethod
    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """Write what belongs to all shards, given in order, and ``report.json``; return that."""


def encode(image: npt.NDArray[np.uint8], options: Options) -> bytes:
    """An image file's bytes: baseline JPEG of the given quality, or PNG.

    Args:
        image: ``uint8 (height_px, width_px)`` grey, or ``(height_px, width_px, 3)`` RGB.
    """
    pixels = image if image.ndim == 2 else image[:, :, ::-1]
    flags = [cv2.IMWRITE_JPEG_QUALITY, options.quality] if options.format == "jpg" else []
    good, data = cv2.imencode(f".{options.format}", np.ascontiguousarray(pixels), flags)
    if not good:
        raise ExportError(f"an image of {image.shape} could not be encoded as {options.format}")
    return data.tobytes()
