"""What class numbers stand for: lists and tables, as they lie beside collections."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from penline.errors import FormatError, UsageError
from penline.sources.names import leaf
from penline.sources.pictures.forms import named, plain

__all__ = [
    "BYTES_LIMIT",
    "NO_CLASSES",
    "ClassMap",
    "based",
    "is_class_map",
    "listed_classes",
    "read_class_map",
]

BYTES_LIMIT = 1 << 22
_NAME = re.compile(
    r".*(class|label|char|map|dict|names|vocab|categor).*\.(txt|tsv|csv|json|names|lst)",
    re.IGNORECASE,
)
_ENDINGS = (".txt", ".tsv", ".csv", ".json", ".names", ".lst")
_SOUND = 0.8
_KEYS = (
    *("index", "id", "idx", "class", "class_id", "symbol_id", "label", "number", "code"),
    *("编号", "类别"),
)
_VALUES = (
    *("char", "character", "text", "value", "name", "glyph", "unicode", "symbol", "latex"),
    *("字", "字符"),
)
_EXPECTED = (
    "one character a line, 'number<TAB>character', JSON, or CSV with columns for both; characters "
    "as they are, or as U+4E00; or names without white space, such as \\alpha"
)


def is_class_map(name: str) -> bool:
    """Tell whether a file is called as maps of classes are.

    >>> is_class_map("classes.txt"), is_class_map("readme.txt")
    (True, False)
    """
    return name.lower().endswith(_ENDINGS) and _NAME.fullmatch(name) is not None


class ClassMap(NamedTuple):
    """What classes stand for.

    Attributes:
        characters: from a class's number (or name) to its entry.
        name: the file that says so.
        counted: the file has no numbers; these count its lines, from 0, of which it has so many.
            0: it has numbers.
    """

    characters: Mapping[str, str] = {}
    name: str = ""
    counted: int = 0


NO_CLASSES = ClassMap()
"""Nothing says what classes stand for."""


def listed_classes(stand_for: Iterable[tuple[str, str]], name: str) -> ClassMap:
    """Classes, by number or name, that stand for these characters, as `name` says."""
    return ClassMap(dict(stand_for), name)


def read_class_map(data: bytes, file: str, *, names: bool = False) -> ClassMap:
    """Read what classes stand for.

    Args:
        data: the whole file: UTF-8, or GB 18030.
        file: its name, for messages.
        names: classes may stand for entries of several characters, such as names.

    Raises:
        FormatError: it is no such map.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise FormatError(file, error.start, "text", "UTF-8 or GB 18030", "neither") from None
    try:
        found = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        found = None
    rows, counted = _of_json(found) if found is not None else _of_lines(text, names)
    result = _read(rows) if counted and not names else _characters(rows, names)
    if not result:
        first = text.lstrip()[:20]
        raise FormatError(file, 0, "map of classes", _EXPECTED, repr(first) if first else "nothing")
    return ClassMap(result, leaf(file), len(rows) if counted else 0)


def _of_json(found: Any) -> tuple[list[tuple[str, str]], bool]:
    """Pairs, and whether their numbers only count them."""
    if isinstance(found, list):
        if all(isinstance(one, str) for one in found):
            return [(str(at), one) for at, one in enumerate(found)], True
        return _of_rows([list(map(str, one)) for one in found if isinstance(one, list)]), False
    if isinstance(found, dict):
        return [(str(key), str(value)) for key, value in found.items()], False
    return [], False


def _of_lines(text: str, names: bool) -> tuple[list[tuple[str, str]], bool]:
    """Pairs, and whether their numbers only count the lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    if all(len(line.strip()) == 1 or plain(line.strip()) for line in lines):
        return [(str(at), line.strip()) for at, line in enumerate(lines)], True
    for separator in ("\t", ",", ";", " "):
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
        rows = [[cell.strip() for cell in row if cell.strip()] for row in rows]
        if all(len(row) > 1 for row in rows):
            return _of_rows(rows), False
    return [(str(at), line.strip()) for at, line in enumerate(lines)] if names else [], True


def _of_rows(rows: list[list[str]]) -> list[tuple[str, str]]:
    """Which column is the number and which the character: by the header, or by what is in them."""
    if not rows:
        return []
    header = [cell.lower() for cell in rows[0]]
    keys = [at for at, name in enumerate(header) if name in _KEYS]
    values = [at for at, name in enumerate(header) if name in _VALUES and name not in _KEYS]
    if keys or values:
        rows = rows[1:]
    others = [at for at in range(len(header)) if at not in (*keys[:1], *values[:1])]
    key, value = (keys + others)[:1], (values + others)[:1]
    if not (keys or values):
        key, value = [0], [1]
    if not (key and value):
        return []
    return [(row[key[0]], row[value[0]]) for row in rows if len(row) > max(key[0], value[0])]


def _characters(rows: Iterable[tuple[str, str]], names: bool) -> dict[str, str]:
    """The map the right way round, its characters as such; empty where it is none."""
    pairs = list(rows)
    if names and all(key.isdecimal() for key, _ in pairs):
        known = _read(pairs)
        return known if len(known) == len(pairs) else _read(pairs, names)
    straight = _read(pairs)
    turned = _read([(value, key) for key, value in pairs])
    # {"永": 0} says the same as {0: "永"}
    numbers = sum(key.isdecimal() for key, _ in pairs)
    back = sum(value.isdecimal() for _, value in pairs)
    if names and not (straight or turned):
        named_pairs = [(value, key) for key, value in pairs] if back == len(pairs) else pairs
        return _read(named_pairs, names)
    if len(turned) > len(straight) or (len(turned) == len(straight) and back > numbers):
        return turned
    return straight


def _read(pairs: Iterable[tuple[str, str]], names: bool = False) -> dict[str, str]:
    """Keys without leading zeros; values by `plain`, or decimal code points throughout; or else,
    with `names`, as they stand.

    A few values that are no character (a blank) are left out; too many, and it is no map.
    """
    pairs = list(pairs)
    decimal = bool(pairs) and all(
        value.isdecimal() and len(value) < 8 and int(value) < 0x110000 for _, value in pairs
    )
    decimal = decimal and any(len(value) > 1 for _, value in pairs)
    found: dict[str, str] = {}
    for key, value in pairs:
        character = plain(chr(int(value))) if decimal else plain(value)
        if character is None and names:
            character = named(value)
        if character is None:
            continue
        found[key.lstrip("0") or "0" if key.isdecimal() else key] = character
    return found if len(found) >= _SOUND * len(pairs) else {}


def based(known: ClassMap, numbers: Iterable[int], file: str) -> ClassMap:
    """Find out whether a list without numbers counts from 0 or from 1.

    Args:
        known: the map as it was read.
        numbers: all numbers of classes that there are.
        file: the collection, for the message.

    Returns:
        The map by the collection's numbers.

    Raises:
        UsageError: neither 0 nor the last one, counted from 1, is among them.
    """
    if not known.counted:
        return known
    count = known.counted
    seen = set(numbers)
    if 0 in seen:
        return known._replace(counted=0)
    if count in seen:
        moved = {str(int(key) + 1): one for key, one in known.characters.items()}
        return ClassMap(moved, known.name)
    raise UsageError(
        f"{file}: classes from {min(seen, default=0)} to {max(seen, default=0)}, and {known.name} "
        f"lists {count} without numbers, from 0 or from 1: give --classes a file of "
        "'number<TAB>character'"
    )
