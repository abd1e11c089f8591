"""What the user said of a table, and what lies beside it that says what class numbers stand for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from penline.errors import FormatError, UsageError
from penline.records import Source
from penline.sources.pictures.class_map import (
    BYTES_LIMIT,
    ClassMap,
    based,
    listed_classes,
    read_class_map,
)
from penline.sources.pictures.said import said_character
from penline.sources.reading import Reading
from penline.sources.tables.columns import columns_said
from penline.sources.unit import Place
from penline.words import printable

__all__ = ["TableContext"]

_COVERED = 0.9


class _AnyTable(Protocol):
    @property
    def source(self) -> Source: ...
    @property
    def classes(self) -> object: ...
    @property
    def numbers(self) -> bool: ...


class TableContext(NamedTuple):
    """What is said of a table outside of it.

    Attributes:
        reading: the user's options.
        part: the part, where the user said it.
        maps: files beside the table that may say what class numbers stand for.
        side: the side of lines, as names say; or "".
    """

    reading: Reading
    part: str | None = None
    maps: tuple[Place, ...] = ()
    side: str = ""

    @property
    def character(self) -> str:
        """What all pictures show, as the user says; "" where nobody does."""
        return "" if self.reading.character is None else said_character(self.reading)

    @property
    def entries(self) -> bool:
        """Whether the user says that labels are entries as they stand."""
        return "entry" in columns_said(self.reading.columns)

    @property
    def texts(self) -> bool:
        """Whether the user says that labels are texts of lines.

        Raises:
            UsageError: and the verb takes characters.
        """
        said = "text" in columns_said(self.reading.columns)
        if said and self.reading.take == "characters":
            raise UsageError("--columns text= is of lines; penline convert takes them")
        return said

    def classes_of(self, unit: _AnyTable, labels: Sequence[str]) -> ClassMap | None:
        """Return what labels stand for: as the user says, or a file beside the table; or None.

        Raises:
            UsageError: the user's file cannot be read, or stands for none of the labels.
            FormatError: it is no map of classes.
        """
        numbers = [int(label) for label in labels if label.isdigit() and len(label) < 10]
        file = unit.source.file
        said = self.reading
        if said.classes is not None or said.listed_classes:
            if said.classes is None:
                known = listed_classes(said.listed_classes, f"the card {said.card}")
            else:
                known = based(_read(Place(Path(said.classes)), names=True), numbers, file)
            if not any((label.lstrip("0") or "0") in known.characters for label in labels):
                raise UsageError(f"{known.name}: no label of {file} stands for a class of it")
            return known
        if unit.classes or not unit.numbers or not labels or len(numbers) < len(labels):
            return None
        for place in self.maps:
            try:
                known = based(_read(place), numbers, file)
            except (FormatError, UsageError):
                continue  # called like a map, and is none
            if sum(str(one) in known.characters for one in numbers) >= _COVERED * len(numbers):
                return known
        return None

    def command(self, file: str) -> str:
        """Return what makes a bank of the table."""
        path = file.partition("::")[0]
        words = ["penline", "bank", path, "-o", f"{Path(path).name.partition('.')[0]}.bank"]
        said = self.reading
        told = {"card": said.card} if said.card else {"columns": said.columns}
        told |= {"classes": said.classes, "character": said.character}
        for option, value in told.items():
            words += [] if value is None else [f"--{option}", value]
        words += ["--keep-odd"] if self.reading.keep_odd else []
        return printable(shlex.join(words))


def _read(place: Place, *, names: bool = False) -> ClassMap:
    with place.open() as stream:
        buffer, at, have = stream.peek(0, BYTES_LIMIT + 1)
        if have > BYTES_LIMIT:
            raise UsageError(
                f"{place.label}: a map of classes is of at most {BYTES_LIMIT >> 20} MiB"
            )
        return read_class_map(bytes(buffer[at : at + have]), place.label, names=names)
