"""Recipes: everything that decides how lines look, and the one road from a recipe to a sample."""

from penline.recipe.composer import Composer
from penline.recipe.kit import Kit
from penline.recipe.schema import Recipe, load_recipe, preset_names

__all__ = ["Composer", "Kit", "Recipe", "load_recipe", "preset_names"]
