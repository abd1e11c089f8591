"""Markdown tables, and types in words."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["bounds", "kind", "table"]

_WORDS = {bool: "`true` or `false`", int: "whole number", float: "number", str: "text"}
_PLURALS = {"whole number": "whole numbers", "number": "numbers"}
_COUNTS = {2: "two", 3: "three", 4: "four"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar in a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines
    )


def kind(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """What a field takes, in words, with its bounds.

    >>> from typing import Annotated, Literal
    >>> from pydantic import Field
    >>> kind(tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]])
    'two numbers, 0 to 1'
    >>> kind(Literal["a", "b"])
    '`a` or `b`'
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return kind(arguments[0], [*arguments[1:], *metadata])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(kind(part) for part in arguments if part is not type(None))
    if origin is tuple:
        return _several(arguments)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "settings"
    if isinstance(annotation, type) and issubclass(annotation, Path):
        return "path"
    return ", ".join(part for part in (_WORDS.get(annotation, "text"), bounds(metadata)) if part)


def _several(arguments: tuple[Any, ...]) -> str:
    if arguments[-1] is Ellipsis:
        return f"list of {kind(arguments[0])}"
    word, comma, limits = kind(arguments[0]).partition(", ")
    count = _COUNTS.get(len(arguments), str(len(arguments)))
    return f"{count} {_PLURALS.get(word, word)}{comma}{limits}"


def bounds(metadata: Iterable[Any]) -> str:
    """Limits among the metadata of a field, in words; empty where there are none."""
    low = high = ""
    for mark in _flat(metadata):
        if (value := getattr(mark, "ge", None)) is not None:
            low = f"{value}"
        elif (value := getattr(mark, "gt", None)) is not None:
            low = f"above {value}"
        elif (value := getattr(mark, "le", None)) is not None:
            high = f"{value}"
        elif (value := getattr(mark, "lt", None)) is not None:
            high = f"below {value}"
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def _flat(metadata: Iterable[Any]) -> Iterable[Any]:
    for mark in metadata:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)
