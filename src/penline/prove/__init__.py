"""A finished set held against its own recipe: all is made again and taken apart."""

from penline.prove.recipe import RecipeFiles, composer_of

__all__ = ["RecipeFiles", "composer_of"]
