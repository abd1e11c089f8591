"""Parts of a recipe that a table names: papers, effects, transforms; and the placer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from penline.effects import EFFECTS
from penline.paper import PAPERS
from penline.recipe.placers import PLACERS
from penline.recipe.transforms import TRANSFORMS
from penline.registry import Registry

__all__ = ["LISTED", "by_name", "several", "tables_used"]

LISTED: dict[str, Registry[Any]] = {
    "papers": PAPERS,
    "effects": EFFECTS,
    "transforms": TRANSFORMS,
}
"""Field of the recipe -> the table that names what stands in its list."""


def by_name(value: object, table: Registry[Any]) -> object:
    """Make the settings of a part from its name, or from a mapping with its name.

    Returns:
        Settings of the class that the table has for that name; anything else as it is.

    Raises:
        RecipeError: the table has no such name.
        ValueError: the mapping has no name.
    """
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping):
        return value
    if "name" not in value:
        keys = [key for key, one in value.items() if isinstance(one, Mapping)]
        how = f": {{name: {keys[0]}, ...}}" if len(value) == len(keys) == 1 else ""
        raise ValueError(f"say which it is by its `name`{how}")
    return table.load(str(value["name"])).model_validate(value)


def several(value: object) -> object:
    """Make a list of one of what stands where a list is meant."""
    return [value] if isinstance(value, (str, Mapping)) else value


def tables_used(recipe: Any) -> Iterator[tuple[Registry[Any], Any]]:
    """Yield the tables that a recipe needs, each with the settings of a part that it names.

    Args:
        recipe: a `Recipe`.
    """
    if recipe.layout.placer is not None:
        yield PLACERS, recipe.layout.placer
    for field, table in LISTED.items():
        for one in getattr(recipe, field):
            yield table, getattr(one, "paper", one)
