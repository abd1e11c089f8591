"""A module of another time: what it wants of penline is not there any more."""

from penline.paper import Parchment

__all__ = ["Parchment"]
