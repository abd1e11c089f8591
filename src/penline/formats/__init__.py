"""Byte formats: bytes in, records out. A format knows no data set.

Every format is a module with two functions of the same shape (`Reader`); `READERS` names it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Protocol, cast

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.records import Defect, Record, Source

__all__ = ["READERS", "Reader", "kind_of", "known_extensions", "reader_for"]

READERS: dict[str, str] = {
    "gnt": "penline.formats.gnt",
    "pot": "penline.formats.pot",
    "gntx": "penline.formats.gntx",
    "dgrl": "penline.formats.dgrl",
    "dgr": "penline.formats.dgrl",
    "ptts": "penline.formats.ptts",
    "wptt": "penline.formats.ptts",
    "mpf": "penline.formats.mpf",
    "mis": "penline.formats.mis",
    "pct": "penline.formats.ihead",
    "tcs": "penline.formats.tcs",
    "inkml": "penline.formats.inkml",
    "idx": "penline.formats.idx",
    "etl8g": "penline.formats.etl:etl8g",
    "etl8b": "penline.formats.etl:etl8b",
    "etl9g": "penline.formats.etl:etl9g",
    "etl9b": "penline.formats.etl:etl9b",
}
"""Kind -> module, or object in a module, of a reader; loaded on use. A kind is the extension
without its dot, in lower case; for files without one it is what `NAMES` says."""

NAMES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r".*[-_.]?images[-.]idx3-ubyte(\.gz|\.xz)?", re.IGNORECASE | re.DOTALL),
        "idx",
        "*-images-idx3-ubyte[.gz]",
    ),
    (re.compile(r"ETL8G[-_]\d\d?", re.ASCII | re.IGNORECASE), "etl8g", "ETL8G_01"),
    (re.compile(r"ETL8B(2C\d|[-_]\d|2-\d)", re.ASCII | re.IGNORECASE), "etl8b", "ETL8B2C1"),
    (re.compile(r"ETL9G[-_]\d\d?", re.ASCII | re.IGNORECASE), "etl9g", "ETL9G_01"),
    (re.compile(r"ETL9B[-_]\d", re.ASCII | re.IGNORECASE), "etl9b", "ETL9B_1"),
)
"""Pattern of a file's own name, kind, and how such a name is shown: for files whose publisher gave
them no extension, or one that says nothing."""


_NAMED = frozenset(kind for _, kind, _ in NAMES)


class Reader(Protocol):
    """What a format's module offers."""

    def read(self, stream: ByteSource, source: Source) -> Iterator[Record]:
        """Records in file order; `FormatError` at the first byte that is not as it should be."""

    def salvage(self, stream: ByteSource, source: Source) -> Iterator[Record | Defect]:
        """Sound records and, in their place, what is wrong with the others. Never raises."""


def kind_of(name: str) -> str | None:
    """The kind that a file's name stands for, by its extension or as a whole; or None.

    >>> kind_of("Gnt1.0Test/001-f.GNT"), kind_of("t10k-images-idx3-ubyte.gz"), kind_of("a.txt")
    ('gnt', 'idx', None)
    """
    own = PurePath(name).name
    kind = PurePath(own).suffix.lower().removeprefix(".")
    if kind in READERS and kind not in _NAMED:
        return kind
    return next((named for pattern, named, _ in NAMES if pattern.fullmatch(own)), None)


def known_extensions(*more: str) -> str:
    """The extensions and names that can be read, for a message.

    >>> names = known_extensions(".zip").split(", ")
    >>> names[0], names[-1]
    ('.gnt', '.zip')
    """
    extensions = [f".{kind}" for kind in READERS if kind not in _NAMED]
    return ", ".join([*extensions, *(shown for _, _, shown in NAMES), *more])


def reader_for(name: str) -> Reader:
    """The reader for a file name (``"1001-c.gnt"``) or a kind (``"gnt"``).

    Raises:
        FormatError: the extension is not known.
    """
    kind = name if name in READERS else kind_of(name)
    if kind is None:
        suffix = PurePath(name).suffix or "no extension"
        raise FormatError(name, 0, "file name", f"one of {known_extensions()}", suffix)
    module, _, attribute = READERS[kind].partition(":")
    found = importlib.import_module(module)
    return cast(Reader, getattr(found, attribute) if attribute else found)
