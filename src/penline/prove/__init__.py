"""A finished set held against its own recipe: all is made again and taken apart."""

from penline.prove.ink import prove_ink
from penline.prove.recipe import composer_of

__all__ = ["composer_of", "prove_ink"]
