"""Recipes: everything that decides how lines look; nothing is made here."""

from penline.recipe.schema import Recipe, load_recipe, preset_names

__all__ = ["Recipe", "load_recipe", "preset_names"]
