"""Tables of encoded pictures: Parquet, Arrow and LMDB, as units of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from penline.errors import FormatError
from penline.export.lmdb_read import read_pairs
from penline.formats.arrow_table import ArrowColumns, read_arrow, read_labels
from penline.formats.defects import defect_of
from penline.formats.table_row import TableRow
from penline.records import Defect
from penline.sources.tables.unit import TableUnit
from penline.sources.unit import Place
from penline.words import printable

__all__ = ["ArrowUnit", "LmdbUnit", "is_lmdb"]

_IMAGE, _LABEL = b"image-", b"label-"


@dataclass(frozen=True, slots=True, eq=False)
class ArrowUnit(TableUnit):
    """Gives the pictures of a Parquet or Arrow table.

    Attributes:
        place: where the file lies.
        columns: what its columns hold.
    """

    place: Place = field(kw_only=True)
    columns: ArrowColumns = field(kw_only=True)

    def labels(self) -> Iterable[str]:
        """Return the names of all classes, or the labels of all rows."""
        if self.columns.classes:
            return self.columns.classes
        with self.place.open() as stream:
            return list(dict.fromkeys(read_labels(stream, self.columns)))

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the table's rows."""
        with self.place.open() as stream:
            yield from read_arrow(stream, self.columns)


def is_lmdb(path: Path) -> bool:
    """Tell whether an LMDB file has a first picture and label, as PaddleOCR's and others' have."""
    try:
        key, _ = next(read_pairs(path), (b"", b""))
    except (ValueError, OSError):
        return False
    return key.startswith(_IMAGE)


@dataclass(frozen=True, slots=True, eq=False)
class LmdbUnit(TableUnit):
    """Gives the pictures of an LMDB file: ``image-000000001``, ``label-000000001``, and so on.

    Attributes:
        path: the file, ``data.mdb``.
    """

    path: Path = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield pictures with their labels, both in the order of the keys."""
        record = -1
        file = self.source.file
        try:
            labels = (pair for pair in read_pairs(self.path) if pair[0].startswith(_LABEL))
            number, label = next(labels, (_LABEL + b"\xff", b""))
            for key, value in read_pairs(self.path):
                if not key.startswith(_IMAGE):
                    continue
                record += 1
                wanted = _LABEL + key[len(_IMAGE) :]
                while number < wanted:
                    number, label = next(labels, (_LABEL + b"\xff", b""))
                name = printable(key.decode("ascii", "replace"))
                if number != wanted:
                    what = printable(wanted.decode("ascii", "replace"))
                    yield defect_of(FormatError(file, 0, name, what, "no such key"), record)
                    continue
                try:
                    text = label.decode()
                except UnicodeDecodeError:
                    fault = FormatError(file, 0, name, "a label in UTF-8", repr(label[:20])[1:])
                    yield defect_of(fault, record)
                    continue
                yield TableRow(value, text, record, name=name)
        except (ValueError, OSError) as error:
            reason = printable(str(error))[:160]
            yield defect_of(FormatError(file, 0, "LMDB", "a sound file", reason), record + 1)
