"""The list of all records of a set, written as its shards go by.

Croissant's own reader takes no list without a header, reads numbers out of texts in JSON lines
(``007`` becomes 7), and knows neither LMDB nor Arrow files, arrays or XML. Parquet is sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from penline.durable import streamed
from penline.export.base import Report

__all__ = ["RecordList"]

_COLUMNS = [
    ("index", pa.int64()),
    ("split", pa.string()),
    ("text", pa.string()),
    ("writer", pa.string()),
]


class RecordList:
    """Takes the records of a set, shard by shard.

    Args:
        path: the list to write, or None where a table of the format's own holds the records.
        form: of pictures that are called by the index of their record, ``jpg`` or ``png``; or None.

    Attributes:
        letters: all characters of the labels.
        written: whether there is a list.
    """

    def __init__(self, path: Path | None, form: str | None) -> None:
        self._path, self._form = path, form
        self._schema = pa.schema([*_COLUMNS, *([("file", pa.string())] if form else [])])
        self._stack = ExitStack()
        self._writer: pq.ParquetWriter | None = None
        self.letters: set[str] = set()

    @property
    def written(self) -> bool:
        return self._writer is not None

    def __enter__(self) -> RecordList:
        return self

    def __exit__(self, *failed: Any) -> None:
        self._stack.__exit__(*failed)

    def passing(self, shards: Iterable[Report]) -> Iterator[Report]:
        """Yield the shards again, having listed their records."""
        for shard in shards:
            self._add(shard.get("records") or [])
            yield shard

    def _add(self, records: list[list[Any]]) -> None:
        for record in records:
            self.letters.update(record[2])
        if self._path is None or not records:
            return
        if self._writer is None:
            file = self._stack.enter_context(streamed(self._path))
            self._writer = self._stack.enter_context(
                pq.ParquetWriter(
                    file,
                    self._schema,
                    version="2.6",
                    compression="zstd",
                    use_dictionary=["split", "writer"],
                    write_statistics=False,
                )
            )
        columns = [list(column) for column in zip(*records, strict=True)]
        if self._form:
            columns.append([f"{index:08d}.{self._form}" for index in columns[0]])
        self._writer.write_table(
            pa.Table.from_arrays(list(map(pa.array, columns)), schema=self._schema)
        )
