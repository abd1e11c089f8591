"""What is wrong with a recipe, in words for the person who wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from penline.recipe.parts import LISTED
from penline.settings import Settings
from penline.words import printable

__all__ = ["refusal"]

_SHOWN = 60
_NOT = ", not {input}"
_SAID = {
    "tuple_type": "a list in [brackets]" + _NOT,
    "dict_type": "a mapping of names and values" + _NOT,
    "model_type": "a mapping of settings" + _NOT,
    "model_attributes_type": "a mapping of settings" + _NOT,
    "int_parsing": "a whole number" + _NOT,
    "int_type": "a whole number" + _NOT,
    "int_from_float": "a whole number" + _NOT,
    "float_parsing": "a number" + _NOT,
    "float_type": "a number" + _NOT,
    "bool_parsing": "true or false" + _NOT,
    "bool_type": "true or false" + _NOT,
    "string_type": "a text" + _NOT,
    "path_type": "the path of a file" + _NOT,
    "finite_number": "a finite number" + _NOT,
    "missing": "this is missing",
    "invalid_key": "names of settings are texts",
    "greater_than_equal": "at least {ge}" + _NOT,
    "less_than_equal": "at most {le}" + _NOT,
    "too_short": "at least {min_length}, not {actual_length}",
    "too_long": "at most {max_length}, not {actual_length}",
    "literal_error": "{expected}" + _NOT,
}
"""What is expected, by pydantic's kind of error."""


def refusal(error: ValidationError, model: type[Settings], values: object) -> str:
    """Say the first thing that is wrong: where it stands, and what would be right.

    Args:
        error: what pydantic found.
        model: of the whole.
        values: what was given.

    Returns:
        One line, such as ``image: no setting `height` here; did you mean `height_px`?``.
    """
    first = error.errors()[0]
    place = [part for part in first["loc"] if not isinstance(part, str) or "[" not in part]
    if first["type"] == "extra_forbidden":
        *place, name = place
        reason = _unknown(str(name), place, model, values)
    else:
        reason = first["msg"].removeprefix("Value error, ")
        if first["type"] in _SAID:
            shown = printable(repr(first["input"]))
            shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
            reason = _SAID[first["type"]].format(**{**first.get("ctx", {}), "input": shown})
    where = ".".join(map(str, place))
    return printable(f"{where}: {reason}" if where else reason)


def _unknown(name: str, place: list[Any], model: type[Settings], values: object) -> str:
    """That a setting is not there, and which may have been meant."""
    here = _settings_at(place, model, values)
    names = list(here.model_fields) if here is not None else []
    close = get_close_matches(name, names, 1, 0.5) or [n for n in names if n.startswith(name)]
    if close:
        return f"no setting `{name}` here; did you mean `{close[0]}`?"
    paths = list(_paths(model))
    ends = {path: path.rpartition(".")[2] for path in paths}
    close = get_close_matches(name, list(ends.values()), 1, 0.75)
    meant = next((path for path, end in ends.items() if close and end == close[0]), "")
    if meant:
        return f"no setting `{name}` here; did you mean `{meant}`?"
    return f"no setting `{name}` here; there are {', '.join(names) or 'none'}"


def _settings_at(place: list[Any], model: type[Settings], values: object) -> type[Settings] | None:
    """The class of the settings at a place."""
    found: type[Settings] | None = model
    for part in place:
        if isinstance(part, int):
            values = values[part] if isinstance(values, (list, tuple)) else values
            named = str(values.get("name")) if isinstance(values, Mapping) else str(values)
            found = LISTED[place[0]].load(named)
            continue
        values = values.get(part) if isinstance(values, Mapping) else None
        field = found.model_fields.get(part) if found is not None else None
        found = None if field is None else _model_of(field)
    return found


def _paths(model: type[Settings], prefix: str = "") -> Iterator[str]:
    """Names of all settings, with dots."""
    for name, field in model.model_fields.items():
        yield prefix + name
        inner = _model_of(field)
        if inner is not None:
            yield from _paths(inner, f"{prefix}{name}.")


def _model_of(field: FieldInfo) -> type[Settings] | None:
    """The settings that a field holds; None for a plain value."""
    for one in (field.annotation, *get_args(field.annotation)):
        if isinstance(one, type) and issubclass(one, Settings):
            return one
    return None
