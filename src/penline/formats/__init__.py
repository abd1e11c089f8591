"""Byte formats: bytes in, records out. A format knows no data set.

Every format is a module with two functions of the same shape (`Reader`); `READERS` names it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Protocol

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.records import Defect, Record, Source
from penline.registry import Registry, Row

__all__ = ["READERS", "Reader", "kind_of", "known_extensions", "reader_for"]

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
    (re.compile(r"ujipenchars2\.txt", re.IGNORECASE), "uji", "ujipenchars2.txt"),
)
"""Pattern of a file's own name, kind, and how such a name is shown: for files whose publisher gave
them no extension, or one that says nothing."""


_NAMED = frozenset(kind for _, kind, _ in NAMES)
_ANY_NAME = re.compile(r"ETL|uji|.*idx3", re.IGNORECASE | re.DOTALL).match


class Reader(Protocol):
    """What a format's module offers."""

    def read(self, stream: ByteSource, source: Source) -> Iterator[Record]:
        """Records in file order; `FormatError` at the first byte that is not as it should be."""

    def salvage(self, stream: ByteSource, source: Source) -> Iterator[Record | Defect]:
        """Sound records and, in their place, what is wrong with the others. Never raises."""


READERS: Registry[Reader] = Registry(
    "penline.formats",
    "reader",
    {
        "gnt": Row("penline.formats.gnt", "characters as grey images (CASIA)"),
        "pot": Row("penline.formats.pot", "characters as pen strokes (CASIA)"),
        "gntx": Row("penline.formats.gntx", "characters as grey images (CASIA-AHCDB)"),
        "dgrl": Row("penline.formats.dgrl", "pages of lines as pictures (CASIA)"),
        "dgr": Row("penline.formats.dgrl", "pages of lines as pictures (CASIA)"),
        "ptts": Row("penline.formats.ptts", "pages as pen strokes (CASIA)"),
        "wptt": Row("penline.formats.ptts", "pages as pen strokes (CASIA)"),
        "mpf": Row("penline.formats.mpf", "one feature vector a character (CASIA)"),
        "mis": Row("penline.formats.mis", "many small pictures of one size (NIST)"),
        "pct": Row("penline.formats.ihead", "one scanned form (NIST)"),
        "tcs": Row("penline.formats.tcs", "pictures of touching characters (CASIA)"),
        "inkml": Row("penline.formats.inkml", "pen strokes as XML (W3C), characters or a page"),
        "unipen": Row("penline.formats.unipen", "pen strokes as text (UNIPEN)"),
        "idx": Row("penline.formats.idx", "images and labels in separate files (MNIST)"),
        "etl8g": Row("penline.formats.etl:etl8g", "ETL's grey pictures of characters"),
        "etl8b": Row("penline.formats.etl:etl8b", "ETL's black and white pictures of characters"),
        "etl9g": Row("penline.formats.etl:etl9g", "ETL's grey pictures of characters"),
        "etl9b": Row("penline.formats.etl:etl9b", "ETL's black and white pictures of characters"),
        "uji": Row("penline.formats.uji", "pen strokes as text (UJI Pen Characters)"),
    },
    fits=lambda found: (
        callable(getattr(found, "read", None)) and callable(getattr(found, "salvage", None))
    ),
)
"""Kind -> a reader's module, or an object in it. A kind is the extension without its dot, in lower
case; for files without one it is what `NAMES` says."""


def kind_of(name: str) -> str | None:
    """The kind that a file's name stands for, by its extension or as a whole; or None.

    >>> kind_of("Gnt1.0Test/001-f.GNT"), kind_of("t10k-images-idx3-ubyte.gz"), kind_of("a.txt")
    ('gnt', 'idx', None)
    """
    own = os.path.basename(name)  # noqa: PTH119 - a million names are asked
    kind = own.rpartition(".")[2].lower() if own.rfind(".") > 0 else ""
    if kind in READERS and kind not in _NAMED:
        return kind
    if not _ANY_NAME(own):
        return None
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
    return READERS.load(kind)
