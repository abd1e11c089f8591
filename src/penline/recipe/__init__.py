"""Recipes: everything that decides how lines look; nothing is made here."""

from penline.recipe.load import load_recipe
from penline.recipe.presets import preset_names
from penline.recipe.schema import Recipe

__all__ = ["Recipe", "load_recipe", "preset_names"]
