"""Recipes from files, from mappings, and by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from penline.durable import read_file
from penline.errors import RecipeError, UsageError
from penline.machine import say_once
from penline.recipe.presets import PRESETS, RENAMED, preset_names
from penline.recipe.refused import refusal
from penline.recipe.schema import Recipe
from penline.settings import plain_yaml
from penline.words import printable

__all__ = ["load_recipe"]

MAX_RECIPE_BYTES = 1 << 20


def load_recipe(
    source: Recipe | str | Path | Mapping[str, Any] | None = None, settings: Sequence[str] = ()
) -> Recipe:
    """Load a recipe from a file, from the name of one that comes with penline, or from a mapping.

    Args:
        source: path of a YAML file, a name of `preset_names`, a mapping, a recipe, or None for
            ``papers``.
        settings: single settings over those of the source, as ``image.height_px=48``; what stands
            behind the sign is YAML.

    Raises:
        UsageError: no such file or name, or a setting without a name.
        RecipeError: not a recipe; the message names the field.
    """
    if isinstance(source, Recipe):
        if not settings:
            return source
        source = source.model_dump(exclude_unset=True, warnings=False)
    values, where = (source, "recipe") if isinstance(source, Mapping) else _read(source)
    for setting in settings:
        values = _with(values, setting)
    return _validated(values, where)


def _read(source: str | Path | None) -> tuple[Mapping[str, Any], str]:
    """What a recipe's file or name says, and what it is called."""
    name = "papers" if source is None else str(source)
    path = Path(name)
    if name in RENAMED and not path.is_file():
        say_once(f"the recipe {name} is called {RENAMED[name]} now; the old name still works")
        name = RENAMED[name]
    if name in PRESETS.own or (not path.is_file() and name in PRESETS):
        preset = PRESETS.load(name)
        if not isinstance(preset, Mapping):
            preset = _parsed(preset.read_text("utf-8"), name)
        return preset, name
    if not path.is_file():
        known = ", ".join(preset_names())
        raise UsageError(f"no recipe file {path}, and no recipe of that name ({known})")
    if path.stat().st_size > MAX_RECIPE_BYTES:
        raise RecipeError(f"{path} is larger than any recipe")
    try:
        return _parsed(read_file(path).decode("utf-8"), str(path)), str(path)
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: byte {error.start} is not UTF-8") from None


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    try:
        values = plain_yaml(text)
    except ValueError as error:
        raise RecipeError(f"{where}: not YAML: {error}") from None
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise RecipeError(f"{where}: a recipe is a mapping of settings")
    return values


def _with(values: Mapping[str, Any], setting: str) -> Mapping[str, Any]:
    """The values with one setting more, or another value of it."""
    place, sign, text = setting.partition("=")
    names = place.strip().split(".")
    if not sign or not all(names):
        raise UsageError(f"--set {printable(setting)}: write a setting as image.height_px=48")
    try:
        value = plain_yaml(text)
    except ValueError as error:
        raise RecipeError(f"--set {printable(place)}: not YAML: {error}") from None
    return _put(values, names, value, 0)


def _put(values: Mapping[str, Any], names: list[str], value: Any, depth: int) -> dict[str, Any]:
    name = names[depth]
    if depth + 1 == len(names):
        return {**values, name: value}
    inner = values.get(name, {})
    if not isinstance(inner, Mapping):
        whole = ".".join(names[: depth + 1])
        raise RecipeError(f"--set {'.'.join(names)}: {whole} is no mapping here; set {whole} whole")
    return {**values, name: _put(inner, names, value, depth + 1)}


def _validated(values: Mapping[str, Any], where: str) -> Recipe:
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise RecipeError(f"{printable(where)}: {refusal(error, Recipe, values)}") from None
