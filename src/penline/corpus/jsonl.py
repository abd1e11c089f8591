"""Text in lines of JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

from penline.errors import CorpusError

__all__ = ["field_values"]

_LINE = re.compile("\r\n|\r|\n")


def field_values(file: Path, line: int, text: str, field: str) -> str:
    """The field's value in each line, each followed by an LF.

    Args:
        file: where the lines are from, for messages.
        line: number of the first of them.
        text: the lines.
        field: the field's name.

    Raises:
        CorpusError: a line that is no object of JSON, or has no such text.
    """
    values: list[str] = []
    for number, source in enumerate(_LINE.split(text), line):
        if not source or source.isspace():
            continue
        try:
            record = json.loads(source)
        except RecursionError:
            raise CorpusError(f"{file}: line {number}: JSON nested too deeply") from None
        except json.JSONDecodeError as error:
            raise CorpusError(
                f"{file}: line {number}, column {error.colno}: not JSON: {error.msg}"
            ) from None
        except ValueError as error:
            raise CorpusError(f"{file}: line {number}: not JSON: {error}") from None
        if not isinstance(record, dict):
            raise CorpusError(f"{file}: line {number}: not a JSON object")
        if field not in record:
            raise CorpusError(f"{file}: line {number}: no field {field!r}; it has {_names(record)}")
        value = record[field]
        if not isinstance(value, str):
            raise CorpusError(
                f"{file}: line {number}: field {field!r} is {_kind(value)}, and text is asked for"
            )
        try:
            value.encode()
        except UnicodeEncodeError:
            raise CorpusError(
                f"{file}: line {number}: field {field!r} holds a lone surrogate"
            ) from None
        values.append(value)
    return "".join(f"{value}\n" for value in values)


def _kind(value: object) -> str:
    """What a value of JSON other than text is, in words."""
    kinds = {bool: "true or false", list: "a list", dict: "an object", type(None): "null"}
    return kinds.get(type(value), "a number")


def _names(record: dict[str, object]) -> str:
    names = [repr(name[:40]) for name in list(record)[:5]]
    return ", ".join(names) + (", ..." if len(record) > 5 else "") if names else "no field"
