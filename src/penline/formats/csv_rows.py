"""Tables of text as rows: CSV, TSV, JSON Lines, JSON, and lists of a path, a tab and a label.

Nothing in a cell means more than its text: a formula is text, too. Cells may be quoted as RFC 4180
has it, but hold no line ends. Of two kinds of lists all after the first mark is the label, quotes
and marks and all: PaddleOCR's ``path<TAB>label``, and EasyOCR's under ``filename,words``. docTR's
``labels.json`` is one object, name -> label, and other JSON may be so, too, or a list of objects.
A space may stand between a name and its label, and a space before a quoted cell, as in ICDAR's.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of
from penline.formats.text_lines import decoded, text_lines
from penline.records import Defect
from penline.words import printable

__all__ = ["TextRow", "read_text_rows"]

_COLUMNS_LIMIT = 4096
_OBJECT = ".json"
_OBJECT_LIMIT = 1 << 28
_PICTURE = re.compile(r"[^\t]+\.(?:png|jpe?g|bmp|tiff?|webp|gif)", re.IGNORECASE)
_NUMBERS = re.compile(r"-?[\d.]+(?: +-?[\d.]+){3}")
"""Of a box, before its label."""
_EASYOCR = ["filename", "words"]


class TextRow(NamedTuple):
    """One row of a table of text.

    Attributes:
        cells: what stands in its columns, by their names; by numbers from 1, ``"1"``, where the
            file does not name them.
        record: number of the row, from 0.
        offset: byte offset of its line.
        lists: of a JSON object, its values that are lists, which are no cells.
    """

    cells: Mapping[str, str]
    record: int
    offset: int
    lists: Mapping[str, list[Any]] = {}


def read_text_rows(stream: ByteSource, name: str) -> Iterator[TextRow | Defect]:
    """Yield the rows of a table, and a defect in the place of each that is not sound.

    Args:
        stream: the file from its beginning.
        name: its name, by whose extension it is read: ``.jsonl`` and ``.ndjson`` hold an object a
            line, the others cells.

    Returns:
        Rows under the names of the first line, where that is a header: no cell of it is a number
        or a file's name.
    """
    record = 0
    try:
        reader = _one_object if name.lower().endswith(_OBJECT) else _cells
        reader = _objects if name.lower().endswith((".jsonl", ".ndjson")) else reader
        for found in reader(stream):
            if isinstance(found, FormatError):
                yield defect_of(found, record)
            else:
                yield TextRow(found[1], record, found[0], *found[2:])
            record += 1
    except FormatError as error:
        yield defect_of(error, record)


def _objects(stream: ByteSource) -> Iterator[tuple[Any, ...] | FormatError]:
    for offset, line in text_lines(stream):
        try:
            found = json.loads(decoded(stream, offset, line))
        except (ValueError, RecursionError) as error:
            if isinstance(error, FormatError):
                raise
            found = None
        if not isinstance(found, dict):
            yield FormatError(stream.file, offset, "row", "a JSON object", repr(line[:40])[1:])
            continue
        lists = {name: value for name, value in found.items() if isinstance(value, list)}
        yield offset, dict(_flat("", found)), lists


def _one_object(stream: ByteSource) -> Iterator[tuple[Any, ...] | FormatError]:
    """The entries of one object, under ``file`` and ``label``; or the objects of a list."""
    content = stream.read_whole(_OBJECT_LIMIT)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = printable(str(error))[:80]
        raise FormatError(stream.file, 0, "JSON", "an object, name -> label", reason) from None
    stream.finish()
    if isinstance(found, list):
        for one in found:
            if not isinstance(one, dict):
                expected = "a JSON object"
                yield FormatError(stream.file, 0, "row", expected, type(one).__name__)
                continue
            lists = {name: value for name, value in one.items() if isinstance(value, list)}
            yield 0, dict(_flat("", one)), lists
        return
    if not isinstance(found, dict):
        raise FormatError(stream.file, 0, "JSON", "an object, name -> label", type(found).__name__)
    for name, label in found.items():
        if isinstance(label, str):
            yield 0, {"file": name, "label": label}
        else:
            what = f"label of {printable(name[:40])}"
            yield FormatError(stream.file, 0, what, "a text", type(label).__name__)


def _flat(before: str, found: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Fields as text; those of an object in an object with a dot between."""
    for key, value in found.items():
        if isinstance(value, dict) and not before:
            yield from _flat(f"{key}.", value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield before + key, str(value)


def _cells(stream: ByteSource) -> Iterator[tuple[Any, ...] | FormatError]:
    names: list[str] = []
    separator = pair = ""
    for offset, line in text_lines(stream):
        text = decoded(stream, offset, line)
        if not separator and (pair := _pair(text)):
            names, separator = ["1", "2"], pair
        if pair:
            name, mark, label = text.partition(pair)
            if mark:
                yield offset, {names[0]: name.strip(), names[1]: label}
            else:
                found = repr(text[:40])
                yield FormatError(stream.file, offset, "row", f"a name, {pair!r}, a label", found)
            continue
        if not separator:
            separator = max("\t,;|", key=text.count)
            separator = separator if separator in text else "\t"
        try:
            cells = _split(text, separator)
        except csv.Error as error:
            yield FormatError(stream.file, offset, "row", "cells", printable(str(error)))
            continue
        if not names:
            if _is_header(cells):
                names = [name.strip() for name in cells]
                twice = {name for name in names if names.count(name) > 1}
                if twice or len(names) > _COLUMNS_LIMIT:
                    found = f"{min(twice)!r} twice" if twice else f"{len(names):,}"
                    raise FormatError(stream.file, offset, "columns", "names used once", found)
                pair = "," if names == _EASYOCR else ""
                continue
            names = [str(place) for place in range(1, len(cells) + 1)]
        if len(cells) != len(names):
            found = f"{len(cells)}: {text[:40]!r}"
            yield FormatError(stream.file, offset, "row", f"{len(names)} columns", found)
            continue
        yield offset, dict(zip(names, (cell.strip() for cell in cells), strict=True))


def _pair(text: str) -> str:
    """What stands between the name of a picture and its label: a tab or a space; "" of others."""
    if "\t" in text:
        named = _PICTURE.fullmatch(text.partition("\t")[0]) is not None
        return "\t" if text.count("\t") == 1 and named else ""
    name, _, label = text.partition(" ")
    more = label[:1] not in ("", " ", ",", ";", "|") and not _NUMBERS.match(label)
    return " " if more and _PICTURE.fullmatch(name) is not None else ""


def _split(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    return next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])


def _is_header(cells: list[str]) -> bool:
    """Whether a line names columns: words, none of them a number or a file's name."""
    return (
        len(cells) > 1
        and all(
            cell.strip() and len(cell) <= 64 and not cell.strip().isdigit() and "." not in cell
            for cell in cells
        )
        and len(set(cells)) == len(cells)
    )
