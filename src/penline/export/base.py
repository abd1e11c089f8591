"""What an exporter is, and what all exporters write their files with."""

from __future__ import annotations

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from penline.durable import about, named, remove, removed_if_failed
from penline.durable import name as name_it
from penline.errors import ExportError
from penline.export.examine import Findings
from penline.export.rows import features_of
from penline.pages import StrokePage
from penline.records import OnlineLine, StrokeRecord
from penline.showing import encoded

__all__ = [
    "TAKES",
    "Exporter",
    "Options",
    "Report",
    "StrokeItem",
    "Takes",
    "encode",
    "file_hash",
    "hasher",
    "pixel_bytes",
    "prefix_of",
    "shard_folder",
    "write",
]

Report = dict[str, Any]
Takes: TypeAlias = Literal["lines", "pages", "strokes"]
TAKES: tuple[Takes, ...] = ("lines", "pages", "strokes")

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line ends


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose for the files.

    Attributes:
        format: ``jpg`` or ``png``.
        quality: JPEG quality, 1 to 100.
        boxes: write character boxes and provenance, too.
        dictionary: the user's own dictionary file.
        splits: the sides there are: ``train``, or ``train`` and ``val``.
        prefix: what the names of the folders of pictures begin with, so that those of two sets
            differ; see `prefix_of`.
        turned: pictures of lines are turned a quarter to the left: a column reads across then.
        network: name of the trainer's stock network that the lines are for, or ``""``.
    """

    format: str = "jpg"
    quality: int = 95
    boxes: bool = False
    dictionary: Path | None = None
    splits: tuple[str, ...] = field(default=("train",))
    prefix: str = ""
    turned: bool = False
    network: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class StrokeItem:
    """Pen strokes as an archive holds them, or a composed line of them, for formats of strokes.

    Attributes:
        index: number of the item in its data set, from 0.
        side: ``"train"``, ``"val"`` or ``"test"``.
        record: a character, a page with lines, or a line.
    """

    index: int
    side: str
    record: StrokeRecord | StrokePage | OnlineLine


class Exporter(ABC):
    """Writes shards, each on its own, and then what belongs to all of them.

    Attributes:
        takes: what `shard` is given: ``"lines"`` (``Sample | UnwritableLine``), ``"pages"``
            (``penline.pages.Page``) or ``"strokes"`` (`StrokeItem`, or `UnwritableLine`).
        owns: names of the files and folders in the output folder that a run may remove: all
            that the format writes there beside ``report.json``.
        joined: folders whose pictures the lists of the format name by a path, which a trainer
            joins to one folder, for whatever set a list is of.
        across: whether its trainers read lines across alone, so that columns have to be turned.
        filesets: what the files are that shards write, by a pattern each with ``{split}`` or
            ``{side}``, and ``{format}`` of pictures: for `penline.hub`. ``pictures`` are called by
            the index of their record; a ``table`` holds all that is told of a record.
        archives: of formats whose filesets lie in tars, the pattern of these.
        hub_files: the pattern of a split's files for Hugging Face's hub, where the format is one
            that its library reads: such a set has a card.
    """

    takes: ClassVar[Takes] = "lines"
    owns: ClassVar[tuple[str, ...]] = ()
    joined: ClassVar[tuple[str, ...]] = ()
    across: ClassVar[bool] = False
    filesets: ClassVar[Mapping[str, str]] = {}
    archives: ClassVar[str] = ""
    hub_files: ClassVar[str] = ""

    def __init__(self, out: Path, options: Options) -> None:
        self.out = out
        self.options = options

    @classmethod
    def shard_name(cls, number: int, prefix: str) -> str:
        """Name of the folder of a shard's pictures; where lists are joined, no other set has it.

        Args:
            number: of the shard.
            prefix: of the set, from `prefix_of`; ``""`` in sets made before there was one.
        """
        return f"{prefix}-{number:05d}" if prefix and cls.joined else f"{number:05d}"

    @classmethod
    def features(cls, form: str, *, boxes: bool) -> dict[str, Any]:  # noqa: ARG003
        """What the datasets library makes of a record, in its own words, by column.

        Args:
            form: of the pictures, ``jpg`` or ``png``.
            boxes: whether boxes are written, too.
        """
        return features_of(boxes=boxes)

    @abstractmethod
    def shard(self, number: int, samples: Iterable[Any]) -> Report:
        """Write one shard; it bears its final name only when it is whole.

        What is being written lies directly in one of the folders that the format owns, under a
        name ``.*.partial``, or in the output folder as ``.NAME*.partial`` of a file that it owns:
        a run that was killed leaves it, and the next run removes it.

        Returns:
            What `finish` needs to know of it, as JSON can hold it; its ``"number"``, too, and its
            ``"records"`` (`penline.export.rows.listed`), from which the set describes itself.
        """

    @abstractmethod
    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """Write what belongs to all shards, given in order; return what ``report.json`` says.

        The report tells ``"files"`` (name -> `file_hash`) and ``"shards"`` (a list of objects,
        each with its ``"number"`` and its hashes), from which `penline check` proves the set, and
        ``"lines"`` (side -> how many).

        Raises:
            ExportError: the shards hold nothing.
        """

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:  # noqa: ARG003
        """Re-read a finished data set: labels, images and counts against the report.

        The hashes of ``report["files"]`` are looked at before, by `penline.check`.

        Args:
            out: the data set.
            report: ``report.json``, whose ``run``, ``lines``, ``files`` and ``shards`` have their
                types; nothing else in it is sure.
            found: where problems and counts go.
        """
        found.lines.update(report["lines"])


def encode(image: npt.NDArray[np.uint8], options: Options) -> bytes:
    """An image file's bytes: baseline JPEG of the given quality, or PNG.

    Args:
        image: ``uint8 (height_px, width_px)`` grey, or ``(height_px, width_px, 3)`` RGB.
    """
    try:
        return encoded(image, f".{options.format}", options.quality)
    except ValueError as error:
        why = f"an image of {image.shape} could not be encoded as {options.format}"
        raise ExportError(f"{why}: {error}") from None


def prefix_of(*decides: object) -> str:
    """Eight hexadecimal digits of all that decides a set's pictures, as JSON can hold it."""
    digest = hasher()
    digest.update(json.dumps(decides, ensure_ascii=False).encode())
    return digest.hexdigest()[:8]


@contextmanager
def shard_folder(parent: Path, name: str) -> Iterator[Path]:
    """A folder to write a shard into; it gets its name in `parent` when the block ends well.

    Its files are on the disk before it has its name, and its name before the block is left, unless
    that is left to another (`durable.names_left_out`). What stands there under that name goes.
    """
    partial, final = parent / f".{name}.{os.getpid()}.partial", parent / name
    for folder in (partial, final):
        remove(folder)
    with removed_if_failed(partial):
        partial.mkdir(parents=True)
        yield partial
        name_it(partial, final)


def write(path: str | Path, data: bytes) -> None:
    """Write a new file, in a folder that has no final name yet."""
    # a file object for each image would cost more than the writing itself
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
    except OSError as error:
        raise named(error, path) from None
    finally:
        os.close(handle)


def hasher() -> hashlib._Hash:
    """A new SHA-256: the one hash of files, shards and pixels (docs/decisions/0009-sha256.md)."""
    return hashlib.sha256(usedforsecurity=False)


def pixel_bytes(image: npt.NDArray[np.uint8]) -> memoryview:
    """An image's pixels, row by row, for a hash; a view where they lie so."""
    return np.ascontiguousarray(image).data


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with about(path), path.open("rb") as file:
        return hashlib.file_digest(file, hasher).hexdigest()
