"""Parquet as Hugging Face datasets reads it: pictures and labels in the same few files.

    data/train-00000-of-00012.parquet       validation-..., test-... where there are such lines
    report.json

Columns: ``image`` (a struct of ``bytes`` and ``path``, declared as ``Image()``), ``text``,
``writer``, and with boxes ``quads``, ``origins`` and ``drawn``. The features are declared in the
schema's metadata under ``huggingface``, as the datasets library itself writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from penline.durable import streamed
from penline.export.base import file_hash
from penline.export.examine import MAX_IMAGE_BYTES, Findings, picture
from penline.export.rows import BOX_FEATURES, features_of, row
from penline.export.shard_files import ShardFiles
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["DATA", "ROWS", "Parquet", "schema"]

DATA = "data"
ROWS = 100
"""Rows a group: what is held in memory, and what a reader must fetch to see one row."""

_TYPES: dict[str, pa.DataType] = {
    "image": pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    "text": pa.string(),
    "writer": pa.string(),
    "quads": pa.list_(pa.list_(pa.list_(pa.float64()))),
    "origins": pa.list_(
        pa.struct(
            [
                (key, pa.type_for_alias(feature["dtype"]))
                for key, feature in BOX_FEATURES["origins"][0].items()
            ]
        )
    ),
    "drawn": pa.string(),
}


def schema(*, boxes: bool) -> pa.Schema:
    """The columns, with the features of Hugging Face in the metadata."""
    features = features_of(boxes=boxes)
    metadata = json.dumps({"info": {"features": features}})
    return pa.schema([(name, _TYPES[name]) for name in features], {"huggingface": metadata})


class Parquet(ShardFiles):
    """See the module."""

    folder: ClassVar[str] = DATA
    owns: ClassVar[tuple[str, ...]] = (DATA,)
    filesets: ClassVar[Mapping[str, str]] = {"table": f"{DATA}/{{split}}-*.parquet"}
    hub_files: ClassVar[str] = f"{DATA}/{{split}}-*"

    @contextmanager
    def written(self, path: Path) -> Iterator[_Rows]:
        """See `ShardFiles.written`."""
        columns = schema(boxes=self.options.boxes)
        with (
            streamed(path) as file,
            pq.ParquetWriter(
                file,
                columns,
                version="2.6",
                data_page_version="1.0",
                # pictures are packed already; snappy leaves them alone in no time
                compression="snappy",
                use_dictionary=["writer"],
                write_statistics=["text", "writer"],
            ) as writer,
        ):
            rows = _Rows(writer, columns)
            yield rows
            rows.flush()

    def add(self, file: _Rows, sample: Sample, data: bytes) -> None:
        """See `ShardFiles.add`."""
        image = {"bytes": data, "path": f"{sample.index:08d}.{self.options.format}"}
        file.add({"image": image, **row(sample, boxes=self.options.boxes)})

    @classmethod
    def final_name(cls, split: str, place: int, count: int) -> str:
        """See `ShardFiles.final_name`."""
        return f"{split}-{place:05d}-of-{count:05d}.parquet"

    def told(self, rows: Mapping[str, int]) -> dict[str, Any]:
        """See `ShardFiles.told`: how many rows each file has."""
        return {"rows": rows}

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally({})
        counted = report.get("rows")
        counted = counted if isinstance(counted, dict) else {}
        for side, name, file in cls.whole_files(out, report, found):
            # what is not the file that was written is not parsed: `check` has named it already
            if file_hash(file) != report["files"][name]:
                continue
            rows = 0
            for data, text in _rows(file, name, found):
                rows += 1
                if not text:
                    found.add(f"{name}: row {rows}: no text")
                    continue
                tally.label(side, text)
                if not data or len(data) > MAX_IMAGE_BYTES or picture(data) is None:
                    found.add(f"{name}: row {rows}: its image does not decode")
                found.tick()
            if rows != counted.get(name):
                found.add(f"{name}: {rows} rows, the report says {counted.get(name)}")
        tally.compare(report, found)


class _Rows:
    """Rows on their way into a file, group by group."""

    def __init__(self, writer: pq.ParquetWriter, columns: pa.Schema) -> None:
        self.writer, self.columns = writer, columns
        self.held: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self.held.append(row)
        if len(self.held) == ROWS:
            self.flush()

    def flush(self) -> None:
        if self.held:
            self.writer.write_table(pa.Table.from_pylist(self.held, self.columns), len(self.held))
            self.held = []


def _rows(path: Path, name: str, found: Findings) -> Iterator[tuple[bytes | None, str | None]]:
    """Image bytes and text of each row; damage is noted."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS, columns=["image", "text"]):
                for row in batch.to_pylist():
                    image = row.get("image") or {}
                    yield image.get("bytes"), row.get("text")
    except (pa.ArrowException, OSError, ValueError) as error:
        found.add(f"{name}: cannot be read: {' '.join(str(error).split())[:200]}")
