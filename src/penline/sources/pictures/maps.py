"""Files of what class numbers stand for, as the user names them, or as they lie beside pictures."""

from __future__ import annotations

from pathlib import Path

from penline.errors import FormatError, UsageError
from penline.sources.pictures.class_map import (
    BYTES_LIMIT,
    NO_CLASSES,
    ClassMap,
    listed_classes,
    read_class_map,
)
from penline.sources.reading import Reading
from penline.sources.unit import Place

__all__ = ["classes_beside", "classes_said", "open_ended"]


def classes_said(said: Reading) -> ClassMap | None:
    """Return what class numbers stand for as the user says, or the card; None where nobody does.

    Raises:
        UsageError: the file cannot be read.
        FormatError: it is no map of classes.
    """
    if said.classes is not None:
        return _read_map(Path(said.classes), said.classes)
    if said.listed_classes:
        return listed_classes(said.listed_classes, f"the card {said.card}")
    return None


def open_ended(known: ClassMap) -> ClassMap:
    """Return a list that may count from 1: its last number is a class, too, until that is known."""
    if not known.counted:
        return known
    characters, last = dict(known.characters), str(known.counted - 1)
    if last in characters:
        characters[str(known.counted)] = characters[last]
    return known._replace(characters=characters)


def classes_beside(place: Place) -> ClassMap:
    """Read a map that lies beside pictures; nothing where it is none."""
    try:
        with place.open() as stream:
            buffer, at, have = stream.peek(0, BYTES_LIMIT)
            return read_class_map(bytes(buffer[at : at + have]), place.label)
    except (FormatError, UsageError):
        return NO_CLASSES


def _read_map(path: Path, file: str) -> ClassMap:
    try:
        with path.open("rb") as stream:
            data = stream.read(BYTES_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be opened: {error.strerror or error}") from error
    if len(data) > BYTES_LIMIT:
        raise UsageError(f"{file}: a map of classes is of at most {BYTES_LIMIT >> 20} MiB")
    return read_class_map(data, file, names=True)
