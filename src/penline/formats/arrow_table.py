"""Parquet and Arrow tables of pictures, as Hugging Face's data sets are passed on.

    image    a structure of `bytes` and `path`, or bytes: an encoded picture
    lines    kraken's, instead: a structure of `text` and `im`, and three columns, `train`,
             `validation` and `test`, that say on which side it is
    label    a class number whose names the schema's metadata hold under `huggingface`
             ({"info": {"features": {"label": {"_type": "ClassLabel", "names": [...]}}}}), or text
    writer   where there is such a column

A table is read some rows at a time. Arrow files come in both kinds: of a stream, as the data sets
library writes them, and of a file. PyArrow reads the bytes; what it raises is told as a fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pyarrow as pa

from penline.errors import FormatError
from penline.formats.byte_source import HOLD_LIMIT, ByteSource
from penline.formats.defects import defect_of
from penline.formats.sniff import misnamed
from penline.formats.table_row import BOXES, ROWS_AT_ONCE, TableRow
from penline.records import Defect
from penline.words import listed, printable

__all__ = ["ArrowColumns", "arrow_columns", "read_arrow", "read_labels"]

_PICTURES = ("image", "img", "picture", "png", "jpg")
_LABELS = (
    *("label", "character", "char", "text", "class", "labels", "target", "fine_label"),
    *("transcription", "sentence", "ground_truth"),
)
_KRAKEN = "lines"
_SIDES = ("train", "validation", "test")
_WRITERS = ("writer", "writer_id", "user", "user_id", "author")
_PARQUET, _ARROW = b"PAR1", b"ARROW1"
_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, RecursionError)
_NAMES_LIMIT = 1 << 20


class ArrowColumns(NamedTuple):
    """What the columns of a table hold.

    Attributes:
        picture: name of the column of pictures.
        label: name of the column of labels, or "".
        writer: name of the column of writers, or "".
        classes: the names of the classes, by number; nothing where the schema has none.
        texts: the label is text, by its type or by the names of classes.
        rows: how many rows the table says it has; -1 where it does not say.
        sides: names of the columns that say on which side a row is.
        boxes: those of `BOXES` that it has.
    """

    picture: str
    label: str
    writer: str
    classes: tuple[str, ...]
    texts: bool
    rows: int
    sides: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()

    def sides_in(self, opening: Callable[[], ByteSource]) -> frozenset[str]:
        """Return those of the sides that some row is on, by what opens the file."""
        found = set()
        try:
            with opening() as stream, _opened(stream) as table:
                for batch in table.batches(list(self.sides)):
                    columns = zip(self.sides, batch.columns, strict=True)
                    found |= {name for name, column in columns if True in column.to_pylist()}
        except FormatError:
            pass  # told when the rows are read
        return frozenset(found)


def arrow_columns(stream: ByteSource, said: Mapping[str, str] | None = None) -> ArrowColumns:
    """Tell the columns of a table, by their usual names or as they are given.

    Args:
        stream: the file from its beginning.
        said: names of columns, by ``file``, ``label`` and ``writer``.

    Raises:
        FormatError: no such table; no column of pictures, or none of a name that is given.
    """
    with _opened(stream) as table:
        schema = table.schema
        names = schema.names
        given = said or {}
        picture, label, writer = (given.get(role, "") for role in ("file", "label", "writer"))
        for name in (picture, label, writer):
            if name and name not in names:
                raise FormatError(stream.file, 0, "columns", f"one named {name!r}", listed(names))
        if _KRAKEN in names and _is_kraken(schema.field(_KRAKEN).type) and not given:
            sides = tuple(name for name in _SIDES if name in names)
            sides = tuple(name for name in sides if pa.types.is_boolean(schema.field(name).type))
            return ArrowColumns(_KRAKEN, "", "", (), True, table.rows, sides)
        pictures = [name for name in names if _is_picture(schema.field(name).type)]
        picture = picture or _usual(pictures, _PICTURES) or (pictures[0] if pictures else "")
        if picture not in pictures:
            expected = "one of pictures (a structure of bytes and path, or bytes)"
            raise FormatError(stream.file, 0, "columns", expected, listed(names, 8) or "none")
        label = label or _usual([name for name in names if name != picture], _LABELS)
        writer = writer or _usual(names, _WRITERS)
        classes = _class_names(schema, label)
        texts = bool(classes) or (bool(label) and not pa.types.is_integer(schema.field(label).type))
        boxes = tuple(name for name in BOXES if name in names)
        return ArrowColumns(picture, label, writer, classes, texts, table.rows, (), boxes)


def read_arrow(stream: ByteSource, columns: ArrowColumns) -> Iterator[TableRow | Defect]:
    """Yield the rows of a table, and a defect in the place of each that is not sound.

    Args:
        stream: the file from its beginning.
        columns: what `arrow_columns` told of it.
    """
    record = 0
    wanted = [name for name in (columns.picture, columns.label, columns.writer) if name]
    wanted += (*columns.sides, *columns.boxes)
    try:
        with _opened(stream) as table:
            for batch in table.batches(list(dict.fromkeys(wanted))):
                for row in batch.to_pylist():
                    found = _row(stream.file, columns, record, row)
                    yield defect_of(found, record) if isinstance(found, FormatError) else found
                    record += 1
    except FormatError as error:
        yield defect_of(error, record)


def read_labels(stream: ByteSource, columns: ArrowColumns) -> Iterator[str]:
    """Yield the labels of a table, as far as it can be read."""
    if not columns.label:
        return
    try:
        with _opened(stream) as table:
            for batch in table.batches([columns.label]):
                yield from (str(one) for one in batch.column(0).to_pylist() if one is not None)
    except FormatError:
        return  # told when the rows are read


def _row(
    file: str, columns: ArrowColumns, record: int, row: dict[str, Any]
) -> TableRow | FormatError:
    picture: Any = row[columns.picture]
    name: Any = ""
    label = row.get(columns.label)
    if isinstance(picture, dict) and "im" in picture:
        picture, label = picture["im"], picture.get("text")
    elif isinstance(picture, dict):
        picture, name = picture.get("bytes"), picture.get("path")
    if not isinstance(picture, bytes):
        found = f"a path, {printable(str(name)[:80])}" if name else "none"
        expected = "the picture's bytes in the table; embed them"
        return FormatError(file, 0, f"picture of row {record}", expected, found)
    if isinstance(label, int) and not isinstance(label, bool) and columns.classes:
        if not 0 <= label < len(columns.classes):
            expected = f"one of {len(columns.classes)} classes"
            return FormatError(file, 0, f"label of row {record}", expected, str(label))
        label = columns.classes[label]
    writer = row.get(columns.writer)
    return TableRow(
        picture,
        "" if label is None else str(label),
        record,
        0,
        "" if writer is None else str(writer),
        next((side for side in columns.sides if row[side]), ""),
        str(name or ""),
        boxes={name: row[name] for name in columns.boxes} or None,
    )


class _Table:
    """A table of either format behind one name."""

    def __init__(self, stream: ByteSource) -> None:
        self.file = stream.file
        self.rows = -1
        data = _whole(stream)
        self._parquet = self._opened = None
        try:
            if bytes(data[:4]) == _PARQUET:
                import pyarrow.parquet as pq

                self._parquet = pq.ParquetFile(pa.BufferReader(data))
                self.schema, self.rows = self._parquet.schema_arrow, self._parquet.metadata.num_rows
            else:
                is_file = bytes(data[: len(_ARROW)]) == _ARROW
                self._opened = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(data)
                self.schema = self._opened.schema
        except _FAULTS as error:
            raise misnamed(stream, _fault(self.file, error), "a Parquet or Arrow table") from None

    def batches(self, columns: list[str]) -> Iterator[Any]:
        """Yield the rows of some columns, a few at a time."""
        if self._parquet is not None:
            yield from self._parquet.iter_batches(ROWS_AT_ONCE, columns=columns, use_threads=False)
            return
        reader: Any = self._opened
        count = getattr(reader, "num_record_batches", None)
        some = map(reader.get_batch, range(count)) if count is not None else reader
        for batch in some:
            batch.validate(full=True)
            kept = batch.select(columns)
            for start in range(0, kept.num_rows, ROWS_AT_ONCE):
                yield kept.slice(start, ROWS_AT_ONCE)

    def close(self) -> None:
        """Let go of the file."""
        if self._parquet is not None:
            self._parquet.close()


@contextmanager
def _opened(stream: ByteSource) -> Iterator[_Table]:
    """A table; what PyArrow raises of it is a fault of the file."""
    table = _Table(stream)
    try:
        yield table
    except FormatError:
        raise
    except _FAULTS as error:
        raise _fault(stream.file, error) from None
    finally:
        table.close()


def _whole(stream: ByteSource) -> pa.Buffer:
    """The file's bytes: the map itself, or what a stream holds at most."""
    buffer, at, have = stream.peek(0, HOLD_LIMIT)
    if have == HOLD_LIMIT and stream.peek(HOLD_LIMIT - 1, 2)[2] > 1 and len(buffer) == have:
        expected = f"at most {HOLD_LIMIT:,} bytes where it is packed; unpack the archive"
        raise FormatError(stream.file, 0, "table", expected, "more")
    stream.finish()
    return pa.py_buffer(buffer[at : at + have])


def _is_kraken(kind: pa.DataType) -> bool:
    names = (
        {kind.field(at).name for at in range(kind.num_fields)} if pa.types.is_struct(kind) else {}
    )
    return {"text", "im"} <= set(names) and _is_picture(kind.field("im").type)


def _is_picture(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        fields = {
            kind.field(place).name: kind.field(place).type for place in range(kind.num_fields)
        }
        return "bytes" in fields and _is_picture(fields["bytes"])
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _usual(names: list[str], usual: tuple[str, ...]) -> str:
    by_lower = {name.lower(): name for name in reversed(names)}
    return next((by_lower[name] for name in usual if name in by_lower), "")


def _class_names(schema: pa.Schema, label: str) -> tuple[str, ...]:
    """Names of the classes of a column by the schema's metadata."""
    raw = (schema.metadata or {}).get(b"huggingface", b"")
    try:
        found: Any = json.loads(raw) if len(raw) <= _NAMES_LIMIT else {}
    except (ValueError, RecursionError):
        return ()
    for key in ("info", "features", label, "names"):
        found = found.get(key, {}) if isinstance(found, dict) else {}
    names = found if isinstance(found, list) else []
    return tuple(names) if all(isinstance(name, str) for name in names) else ()


def _fault(file: str, error: BaseException) -> FormatError:
    said = printable(" ".join(str(error).split())[:160]) or type(error).__name__
    return FormatError(file, 0, "table", "a sound Parquet or Arrow table", said)
