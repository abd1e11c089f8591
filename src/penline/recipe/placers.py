"""What places the glyphs of lines: a table, and the settings of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from penline.errors import RecipeError
from penline.registry import Registry, Row, subclass_of
from penline.settings import Settings, Share

__all__ = ["PLACERS", "OwnPlacer", "PlacerSettings"]


class PlacerSettings(Settings):
    """The settings of a placer; a package of others derives its own from this class.

    Its ``make(banks, table)`` gives the placer (`penline.compose.place.base.Placer`) for a set of
    banks and a table of characters; lines that it does not take are placed by the rules.
    """

    every_line: ClassVar[bool] = False
    """Whether it takes every line: of the layout's other settings those alone that it reads have
    an effect then, and the others are refused."""
    reads: ClassVar[tuple[str, ...]] = ()
    """Settings of ``layout`` that it reads beside its own: those in the params of a line."""
    name: str

    def make(self, banks: Any, table: Any) -> Any:
        """Make the placer.

        Args:
            banks: a `BankSet`.
            table: a `CharacterTable`.
        """
        raise NotImplementedError


class OwnPlacer(PlacerSettings):
    """Of the placers that were there first: the settings lie in ``layout``, as they always did."""

    named: ClassVar[dict[str, str]] = {}
    """Of a setting its name in ``layout``, where that is another."""

    def layout(self) -> dict[str, Any]:
        """Give the settings that were said, by their names in ``layout``."""
        given = self.model_dump(include=self.model_fields_set - {"name"})
        return {self.named.get(name, name): value for name, value in given.items()}


class Model(OwnPlacer):
    """As real lines were measured to be placed; other lines by the rules."""

    named: ClassVar[dict[str, str]] = {"model": "hand"}
    name: Literal["model"] = "model"
    model: Path | Literal["default"] = "default"
    mark_shape: Share = 0.0

    def layout(self) -> dict[str, Any]:
        """Give the settings, the model among them even where it is the default."""
        return {"hand": self.model, **super().layout()}


class Replay(OwnPlacer):
    """Where the characters of real lines stood; other lines by the rules."""

    named: ClassVar[dict[str, str]] = {"templates": "replay"}
    name: Literal["replay"] = "replay"
    templates: Path


PLACERS: Registry[type[PlacerSettings]] = Registry(
    "penline.placers",
    "placer",
    {
        "rules": Row("penline.recipe.layout:Rules", "by the kinds of characters"),
        "model": Row("penline.recipe.placers:Model", "as real lines were measured to be placed"),
        "replay": Row("penline.recipe.placers:Replay", "where the characters of real lines stood"),
    },
    error=RecipeError,
    fits=subclass_of(PlacerSettings),
)
