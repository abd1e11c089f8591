"""Recipes from files, from mappings, and by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from penline.durable import read_file
from penline.errors import RecipeError, UsageError
from penline.recipe.presets import PRESETS, preset_names
from penline.recipe.refused import refusal
from penline.recipe.schema import Recipe
from penline.settings import plain_yaml
from penline.words import printable

__all__ = ["load_recipe"]

MAX_RECIPE_BYTES = 1 << 20


def load_recipe(source: str | Path | Mapping[str, Any] | None = None) -> Recipe:
    """A recipe from a file, from the name of one that comes with penline, or from a mapping.

    Args:
        source: path of a YAML file, a name of `preset_names`, a mapping, or None for ``mixed``.

    Raises:
        UsageError: no such file or name.
        RecipeError: not a recipe; the message names the field.
    """
    if isinstance(source, Mapping):
        return _validated(source, "recipe")
    name = "mixed" if source is None else str(source)
    path = Path(name)
    if name in PRESETS.own or (not path.is_file() and name in PRESETS):
        preset = PRESETS.load(name)
        if isinstance(preset, Mapping):
            return _validated(preset, name)
        return _parsed(preset.read_text("utf-8"), name)
    if not path.is_file():
        known = ", ".join(preset_names())
        raise UsageError(f"no recipe file {path}, and no recipe of that name ({known})")
    if path.stat().st_size > MAX_RECIPE_BYTES:
        raise RecipeError(f"{path} is larger than any recipe")
    try:
        return _parsed(read_file(path).decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: byte {error.start} is not UTF-8") from None


def _parsed(text: str, where: str) -> Recipe:
    try:
        values = plain_yaml(text)
    except ValueError as error:
        raise RecipeError(f"{where}: not YAML: {error}") from None
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise RecipeError(f"{where}: a recipe is a mapping of settings")
    return _validated(values, where)


def _validated(values: Mapping[str, Any], where: str) -> Recipe:
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise RecipeError(f"{printable(where)}: {refusal(error, Recipe, values)}") from None
