"""Formats that keep all lines in few large files, built in one last pass.

The bytes of such a file would depend on how its writes are grouped, so shards do not write it.
A shard is one file ``parts/00012.arrow`` (Arrow IPC; columns ``side``, ``text``, ``image``), and
`Exporter.finish` reads the parts in order, whatever run made them. They are removed when the
large files have their final names; until then they take as much room again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from penline.durable import about, remove, streamed
from penline.errors import ExportError, UnwritableLine
from penline.export.base import Exporter, Report, file_hash
from penline.export.boxes import box_metadata
from penline.export.encoded import Encoded
from penline.records import Sample

__all__ = ["PARTS", "Packed", "PackedLine", "PackedPart"]

PARTS = "parts"
_ROWS = 100
_SCHEMA = pa.schema([("side", pa.string()), ("text", pa.string()), ("image", pa.binary())])


class PackedLine(NamedTuple):
    """One line of a part."""

    side: str
    text: str
    image: bytes


@dataclass(frozen=True, slots=True)
class PackedPart:
    """A part that a shard left.

    Attributes:
        number: of the shard.
        digest: hash of the file.
    """

    number: int
    digest: str


class Packed(Exporter):
    """See the module; a format of this kind writes `finish` and `examine`."""

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        encoded = Encoded(self.options)
        labels: list[tuple[str, str]] = []
        boxes: list[bytes] = []
        sizes: list[tuple[int, ...]] = []
        colour = False
        path = self._part(number)
        with _written(path) as add:
            for sample, data in encoded.each(samples):
                add(PackedLine(sample.side, sample.text, data))
                colour = colour or sample.image.ndim == 3
                labels.append((sample.side, sample.text))
                sizes.append(sample.image.shape[:2])
                if self.options.boxes:
                    boxes.append(box_metadata(sample))
        return {
            "number": number,
            "labels": labels,
            "sizes": sizes,
            "boxes": b"\n".join(boxes),
            "colour": colour,
            "part": file_hash(path),
            **encoded.metadata(),
        }

    def rows(self, part: PackedPart) -> Iterator[PackedLine]:
        """The lines of a part.

        Raises:
            ExportError: it is gone, or not the file that was written.
        """
        path = self._part(part.number)
        if not path.is_file() or file_hash(path) != part.digest:
            raise ExportError(f"{path} is gone or damaged; the same command begins anew")
        with about(path), pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
            for number in range(reader.num_record_batches):
                columns = reader.get_batch(number).columns
                yield from map(
                    PackedLine._make, zip(*(c.to_pylist() for c in columns), strict=True)
                )

    def remove_parts(self) -> None:
        """Remove all parts: what they held has its final name."""
        remove(self.out / PARTS)

    def _part(self, number: int) -> Path:
        return self.out / PARTS / f"{number:05d}.arrow"


@contextmanager
def _written(path: Path) -> Iterator[Any]:
    """A part to be written: a function that takes its lines; named when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    held: list[PackedLine] = []

    def flush() -> None:
        columns = zip(*held, strict=True)
        arrays = [pa.array(c, field.type) for c, field in zip(columns, _SCHEMA, strict=True)]
        writer.write_batch(pa.record_batch(arrays, schema=_SCHEMA))
        held.clear()

    def add(row: PackedLine) -> None:
        held.append(row)
        if len(held) == _ROWS:
            flush()

    with streamed(path) as file, pa.ipc.new_file(file, _SCHEMA) as writer:
        yield add
        if held:
            flush()
