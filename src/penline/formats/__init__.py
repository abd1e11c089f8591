"""Byte formats: bytes in, records out. A format knows no data set.

Every format is a module with two functions of the same shape (`Reader`); `READERS` names it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Protocol, cast

from penline.errors import FormatError
from penline.formats.door import Door
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
}
"""Kind (the extension without its dot, lower case) -> module; loaded on use."""


class Reader(Protocol):
    """What a format's module offers."""

    def read(self, door: Door, source: Source) -> Iterator[Record]:
        """Records in file order; `FormatError` at the first byte that is not as it should be."""

    def salvage(self, door: Door, source: Source) -> Iterator[Record | Defect]:
        """Sound records and, in their place, what is wrong with the others. Never raises."""


def kind_of(name: str) -> str | None:
    """The kind that a file name's extension stands for, or None.

    >>> kind_of("Gnt1.0Test/001-f.GNT"), kind_of("readme.txt")
    ('gnt', None)
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    return kind if kind in READERS else None


def known_extensions(*more: str) -> str:
    """The extensions that can be read, for a message.

    >>> names = known_extensions(".zip").split(", ")
    >>> names[0], names[-1]
    ('.gnt', '.zip')
    """
    return ", ".join([*(f".{kind}" for kind in READERS), *more])


def reader_for(name: str) -> Reader:
    """The reader for a file name (``"1001-c.gnt"``) or a kind (``"gnt"``).

    Raises:
        FormatError: the extension is not known.
    """
    kind = name if name in READERS else kind_of(name)
    if kind is None:
        found = PurePath(name).suffix or "no extension"
        raise FormatError(name, 0, "file name", f"one of {known_extensions()}", found)
    return cast(Reader, importlib.import_module(READERS[kind]))
