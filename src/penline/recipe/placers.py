"""What places the glyphs of lines: a table, and the settings of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from penline.errors import RecipeError
from penline.registry import Registry, Row
from penline.settings import EmRange, Settings, Share, ShareRange

__all__ = ["PLACERS", "PlacerSettings", "placer_class"]


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


class _Own(PlacerSettings):
    """One of penline's own: its settings lie in the recipe's ``layout``, as they always did."""

    named: ClassVar[dict[str, str]] = {}
    """Of a setting its name in ``layout``, where that is another."""

    def layout(self) -> dict[str, Any]:
        """The settings that were given, by their names in ``layout``."""
        given = self.model_dump(include=self.model_fields_set - {"name"})
        return {self.named.get(name, name): value for name, value in given.items()}


class Rules(_Own):
    """By the kinds of the characters: gaps, sizes and heights that wander along the line."""

    name: Literal["rules"] = "rules"
    latin: Literal["measured", "kinds"] | None = None
    gap_em_range: EmRange | None = None
    gap_latin_em_range: EmRange | None = None
    gap_mixed_em_range: EmRange | None = None
    gap_deviation_em: float | None = None
    cell_pull_range: ShareRange | None = None
    space_em_range: EmRange | None = None
    size_deviation: float | None = None
    size_trend: float | None = None
    rise_deviation_em: float | None = None
    slope_deviation: float | None = None
    slant_walk_deviation: float | None = None


class Model(_Own):
    """As real lines were measured to be placed; other lines by the rules."""

    named: ClassVar[dict[str, str]] = {"model": "hand"}
    name: Literal["model"] = "model"
    model: Path | Literal["default"] = "default"
    mark_shape: Share = 0.0

    def layout(self) -> dict[str, Any]:
        """The settings, the model among them even where it is the default."""
        return {"hand": self.model, **super().layout()}


class Replay(_Own):
    """Where the characters of real lines stood; other lines by the rules."""

    named: ClassVar[dict[str, str]] = {"templates": "replay"}
    name: Literal["replay"] = "replay"
    templates: Path


PLACERS: Registry[type[PlacerSettings]] = Registry(
    "penline.placers",
    "placer",
    {
        "rules": Row("penline.recipe.placers:Rules", "by the kinds of characters"),
        "model": Row("penline.recipe.placers:Model", "as real lines were measured to be placed"),
        "replay": Row("penline.recipe.placers:Replay", "where the characters of real lines stood"),
    },
    error=RecipeError,
    fits=lambda found: isinstance(found, type) and issubclass(found, PlacerSettings),
)


def placer_class(name: str) -> type[PlacerSettings]:
    """The settings of the placer called `name`.

    Raises:
        RecipeError: no placer has that name.
    """
    return PLACERS.load(name)
