"""What is done to glyphs before they are drawn: a table, and the settings of each."""

from __future__ import annotations

from typing import Any, ClassVar

from penline.errors import RecipeError
from penline.registry import Registry, Row, subclass_of
from penline.settings import Settings

__all__ = ["TRANSFORMS", "TransformSettings"]


class TransformSettings(Settings):
    """The settings of a transform; a package of others derives its own from this class.

    Its ``make(banks, table)`` gives the transform (`penline.compose.transform.base.Transform`) for
    a set of banks and a table of characters.
    """

    comes_with: ClassVar[str] = ""
    """The setting of a recipe that brings it, which cannot be named in ``transforms`` then."""
    name: str

    def make(self, banks: Any, table: Any, /) -> Any:
        """Make the transform.

        Args:
            banks: a `BankSet`.
            table: a `CharacterTable`.
        """
        raise NotImplementedError


TRANSFORMS: Registry[type[TransformSettings]] = Registry(
    "penline.transforms",
    "transform",
    {
        "turn": Row("penline.compose.transform.turn:TurnSettings", "glyphs upright in a column"),
        "stroke-width": Row(
            "penline.compose.transform.stroke_width:StrokeWidthSettings",
            "borrowed glyphs with the stroke width of the line's writer",
        ),
    },
    error=RecipeError,
    fits=subclass_of(TransformSettings),
)
