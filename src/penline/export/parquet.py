"""Parquet as Hugging Face datasets reads it: pictures and labels in the same few files.

    data/train-00000-of-00012.parquet       validation-..., test-... where there are such lines
    report.json

Columns: ``image`` (a struct of ``bytes`` and ``path``, declared as ``Image()``), ``text``,
``writer``, and with boxes ``quads``, ``origins`` and ``drawn``. The features are declared in the
schema's metadata under ``huggingface``, as the datasets library itself writes them.

How many files there will be is known only at the end. Until then a whole shard is called
``data/train-00012.shard``; `Parquet.finish` gives the final names, and where that was cut short
it goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from penline.durable import streamed
from penline.errors import OVERWRITE, ExportError, UnwritableLine
from penline.export.base import Exporter, Report, file_hash
from penline.export.encoded import Encoded
from penline.export.examine import MAX_IMAGE_BYTES, Findings, entries, inside, picture
from penline.export.rows import FOLDERS, row
from penline.export.run import REPORT, put
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["DATA", "ROWS", "Parquet", "schema"]

DATA = "data"
ROWS = 100
"""Rows a group: what is held in memory, and what a reader must fetch to see one row."""

_COLUMNS: tuple[tuple[str, pa.DataType, Any], ...] = (
    ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]), {"_type": "Image"}),
    ("text", pa.string(), {"dtype": "string", "_type": "Value"}),
    ("writer", pa.string(), {"dtype": "string", "_type": "Value"}),
)
_ORIGIN = {
    "item": "int64",
    "written": "string",
    "writer": "string",
    "archive": "string",
    "record": "int64",
    "offset": "int64",
}
_BOXES: tuple[tuple[str, pa.DataType, Any], ...] = (
    (
        "quads",
        pa.list_(pa.list_(pa.list_(pa.float64()))),
        [[[{"dtype": "float64", "_type": "Value"}]]],
    ),
    (
        "origins",
        pa.list_(pa.struct([(key, pa.type_for_alias(kind)) for key, kind in _ORIGIN.items()])),
        [{key: {"dtype": kind, "_type": "Value"} for key, kind in _ORIGIN.items()}],
    ),
    ("drawn", pa.string(), {"dtype": "string", "_type": "Value"}),
)


def schema(*, boxes: bool) -> pa.Schema:
    """The columns, with the features of Hugging Face in the metadata."""
    columns = _COLUMNS + (_BOXES if boxes else ())
    features = {name: feature for name, _, feature in columns}
    metadata = json.dumps({"info": {"features": features}})
    return pa.schema([(name, kind) for name, kind, _ in columns], {"huggingface": metadata})


class Parquet(Exporter):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (DATA,)

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        encoded = Encoded(self.options)
        labels: list[tuple[str, str]] = []
        with ExitStack() as stack:
            files: dict[str, _Rows] = {}
            for sample, data in encoded.each(samples):
                side = sample.side
                if side not in files:
                    files[side] = stack.enter_context(
                        _written(self._whole(side, number), self._schema)
                    )
                path = f"{sample.index:08d}.{self.options.format}"
                files[side].add(
                    {
                        "image": {"bytes": data, "path": path},
                        **row(sample, boxes=self.options.boxes),
                    }
                )
                labels.append((side, sample.text))
        return {
            "number": number,
            "labels": labels,
            "files": {
                side: [file_hash(self._whole(side, number)), files[side].rows]
                for side in sorted(files)
            },
            **encoded.metadata(),
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        parts: dict[str, list[tuple[int, str, int]]] = {side: [] for side in self.options.splits}
        pixels = []
        for shard in shards:
            tally.shard(shard)
            for side, text in shard["labels"]:
                tally.label(side, text)
            for side, (digest, rows) in shard["files"].items():
                parts[side].append((shard["number"], digest, rows))
            pixels.append({"number": shard["number"], "pixels": shard["pixels"]})
        totals = tally.totals()
        files, rows_of = {}, {}
        for side, found in parts.items():
            for place, (number, digest, rows) in enumerate(found):
                name = f"{DATA}/{FOLDERS[side]}-{place:05d}-of-{len(found):05d}.parquet"
                _rename(self._whole(side, number), self.out / name)
                files[name], rows_of[name] = digest, rows
        whole = {**report, **totals, "files": files, "rows": rows_of, "shards": pixels}
        put(self.out / REPORT, json.dumps(whole, ensure_ascii=False, indent=1).encode())
        return whole

    @property
    def _schema(self) -> pa.Schema:
        return schema(boxes=self.options.boxes)

    def _whole(self, side: str, number: int) -> Path:
        return self.out / DATA / f"{FOLDERS[side]}-{number:05d}.shard"

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally({})
        sides = {split: side for side, split in FOLDERS.items()}
        for path in entries(out / DATA):
            if f"{DATA}/{path.name}" not in report["files"]:
                found.add(f"{DATA}/{path.name}: not in the report")
        counted = report.get("rows")
        counted = counted if isinstance(counted, dict) else {}
        for name, digest in report["files"].items():
            file = inside(out, name)
            # what is not the file that was written is not parsed: `check` has named it already
            if file is None or not file.is_file() or file_hash(file) != digest:
                continue
            side = sides.get(file.name.partition("-")[0], "")
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
        self.rows = 0

    def add(self, row: dict[str, Any]) -> None:
        self.held.append(row)
        self.rows += 1
        if len(self.held) == ROWS:
            self.flush()

    def flush(self) -> None:
        if self.held:
            self.writer.write_table(pa.Table.from_pylist(self.held, self.columns), len(self.held))
            self.held = []


@contextmanager
def _written(path: Path, columns: pa.Schema) -> Iterator[_Rows]:
    """A shard's file of one side, to be written; whole when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
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


def _rename(part: Path, final: Path) -> None:
    if part.exists():
        part.replace(final)
    elif not final.exists():
        raise ExportError(f"{part} is gone; repeat the command, and {OVERWRITE}")


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
